#!/usr/bin/perl

# control.t -- the control socket, and the words that are sent to it.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use IO::Select;
use IO::Socket::UNIX;
use JSON::PP;
use Test::More;
use Time::HiRes qw(time);

$SIG{PIPE} = 'IGNORE';

my $conf = <<'END';
load_module %%OBJS%%/probe.so;
worker_processes 2;
%%CONTROL%%
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service Probe { }
    }
}
END

sub conf_with { return $conf =~ s/%%CONTROL%%/$_[0]/r }

my $t = CThrift::Test->new(conf_with(''), allow => [qr/unterminated quote/]);
my $dir = $t->dir;
my $beside = "$dir/logs/cthrift.pid.ctl";

sub said { return ($t->run(@_))[2] }
sub code { return ($t->run(@_))[0] }

# A JSON object or array that a word answers with.
sub json {
    my ($status, $out, $err) = $t->run('-s', @_, '--json');

    diag $err if $status != 0;
    return decode_json($out);
}

# A connection to the socket, and all that comes back from it.
sub knock {
    my ($path) = @_;

    return IO::Socket::UNIX->new(Peer => $path // $beside);
}

sub hear {
    my ($socket) = @_;
    my $text = '';

    while (IO::Select->new($socket)->can_read($CThrift::Test::PATIENCE)) {
        sysread($socket, $text, 65536, length $text) or return $text;
    }
    return "$text(and no end)";
}

sub say_to {
    my ($line, $path) = @_;
    my $socket = knock($path) or return;

    syswrite $socket, "$line\n";
    return hear($socket);
}

# Without a server.
is(code('-s', 'status'), 3, 'no server: exit code 3');
like(said('-s', 'reload'),
    qr/^cthrift: reload failed: no server is running: no pid in '/,
    'and it says so');
is(code('-s', 'relod'), 2, 'no word: exit code 2');
is(said('-s', 'relod'),
    "cthrift: relod failed: 'relod' is no word, did you mean 'reload'?\n",
    'the nearest one is named');
like(said('-s', 'xyzzy'), qr/'xyzzy' is no word; 'help' lists them/,
    'where there is one');
like(said('-s', 'stop', 'now'), qr/'stop' takes no argument/, 'an argument');
like(($t->run('-s', 'help'))[1], qr/^stop .*\n(?:.*\n)*^reload /m, 'help');

# The socket beside the pid file.
$t->start;
is((stat $beside)[2] & 07777, 0600, 'the socket is for its owner alone');
is(say_to('help'), ($t->run('-s', 'help'))[1] . "ok\n", 'help of the server');
is(say_to('status json') =~ s/\nok\n\z//r =~ /\A\{/, 1, 'one line, one answer');
is(say_to(''), "failed: a line is WORD [ARGUMENT...] [json]\n", 'no word');
is(say_to("st\x01p"), "failed: 'st\\x01p' is no word, did you mean 'stop'?\n",
    'no bytes of a client are given back');
is(say_to('x' x 600), '', 'a line without end is dropped');
is_deeply(json('reopen'), { ok => JSON::PP::true }, 'the outcome as JSON');
{
    my ($status, $out, $err) = $t->run('-s', 'stop', 'now', '--json');

    is_deeply(decode_json($out), { ok => JSON::PP::false,
            error => "'stop' takes no argument" }, 'also a bad one');
}

# Who is not us.
SKIP: {
    my ($setpriv) = grep { -x } map { "$_/setpriv" } split /:/, $ENV{PATH};

    skip 'only root can be another user', 2 if $> != 0;
    skip 'setpriv is missing', 2 if !$setpriv;
    chmod 0777, $beside;
    chmod 0755, "$dir/logs";
    my $script = 'my $s = IO::Socket::UNIX->new(Peer => shift) or die; '
        . 'syswrite $s, "stop\n"; print <$s>';
    open my $other, '-|', $setpriv, '--reuid=65534', '--clear-groups', $^X,
        '-MIO::Socket::UNIX', '-e', $script, $beside or die "setpriv: $!";
    my $answer = join '', <$other>;
    close $other;
    chmod 0600, $beside;
    is($answer, "failed: the server is another user's\n",
        'another user is turned away, whatever the mode');
    ok($t->wait_for_log(qr/control: process \d+ of user 65534 is turned away/),
        'and the log has it');
}

# Clients that waste its time.
{
    my @idle = map { knock() } 1 .. 16;
    is(say_to('status'), "failed: too many clients\n", 'the 17th is refused');
    my $start = time;
    is(hear($idle[0]), '', 'who says nothing is dropped');
    cmp_ok(time - $start, '<', 15, 'after some seconds');
    ok(CThrift::Test::wait_for(sub { (say_to('reopen') // '') eq "ok\n" }),
        'then there is room again');
}

# Elsewhere, and nowhere, by a reload.
my $own = "$dir/own.sock";
$t->conf(conf_with("control unix:own.sock;"));
ok($t->reload, 'reload to another place; its answer comes to the old one');
ok(-S $own && !-e $beside, 'the socket has moved');
is((stat $own)[2] & 07777, 0600, 'with its mode');
is(code('-s', 'status'), 0, '-s finds it');
$t->conf(conf_with("control off;"));
$t->signal('HUP');
ok(CThrift::Test::wait_for(sub { !-e $own }), 'a reload to none');
is(code('-s', 'reopen'), 0, 'a signal does it');
like(said('-s', 'status'), qr/control socket cannot be reached/,
    'or cannot');
$t->conf(conf_with("control unix:own.sock;"));
$t->signal('HUP');
ok(CThrift::Test::wait_for(sub { -S $own }), 'and back');

# A configuration that cannot be read does not hide the server.
{
    my $good = $t->read_file('conf/cthrift.conf');

    $t->write_file('conf/cthrift.conf', "pid logs/cthrift.pid;\n"
            . "control unix:own.sock;\nthrift {\n    listen 'x\n");
    my ($status, $out, $err) = $t->run('-s', 'reload');
    is($status, 1, 'a bad file is refused');
    like($err, qr/reload failed: /, 'by the server');
    is(code('-s', 'status'), 0, 'which is found all the same');
    $t->write_file('conf/cthrift.conf', $good);
}

# Two masters: each has its own.
{
    my $old = $t->master_pid;

    $t->signal('USR2');
    ok(CThrift::Test::wait_for(sub { my $now = $t->master_pid;
        $now && $now != $old && -S $own && -S "$own.oldbin" }), 'an upgrade');
    my $new = $t->master_pid;
    ok(CThrift::Test::wait_for(sub {
        (say_to('reopen', $own) // '') eq "ok\n";
    }), 'the new master answers');
    is(say_to('reopen', "$own.oldbin"), "ok\n", 'so does the old one');
    like(($t->run('-s', 'workers', '-g', "control unix:$own.oldbin;"))[1],
        qr/^ +0 +\d+ serving /m, 'which -g finds');
    $t->signal('QUIT', $new);
    ok(CThrift::Test::wait_for(sub { $t->master_pid == $old && -S $own
        && !-e "$own.oldbin" }), 'rolled back: the name is the old master\'s');
    is(say_to('reopen', $own), "ok\n", 'and leads to it');
}

# Bad values.
for my $case (
    [ 'control /tmp/x', qr/'\/tmp\/x' is no place for the control socket/ ],
    [ 'control unix:', qr/'unix:' is no place/ ],
    [ 'control unix:@x', qr/needs a file/ ],
) {
    my $other = CThrift::Test->new(conf_with("$case->[0];"));

    like(($other->run('-t'))[2], qr/$case->[1].* in \S+:3$/m, $case->[0]);
}
{
    my $other = CThrift::Test->new(conf_with("control unix:$own;"),
        allow => [qr/control socket/]);
    my ($status, undef, $err) = $other->run('-g', 'daemon off;');

    is($status, 1, 'a second server does not take the socket');
    like($err, qr/no control socket at '\Q$own\E'/, 'and says so');
    is(say_to('reopen', $own), "ok\n", 'the first one keeps it');
}
$t->stop;
ok(!-e $own, 'the socket goes with the server');

done_testing();
