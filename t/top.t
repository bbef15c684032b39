#!/usr/bin/perl

# top.t -- `cthrift top`, on a terminal and elsewhere.
#
# The terminal is a pty of the kernel's, without a module for it: two ioctls
# open it, one more resizes it.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Client;
use CThrift::Test;
use IO::Select;
use POSIX qw(WNOHANG);
use Test::More;
use Time::HiRes qw(time);

use constant {
    TIOCSPTLCK => 0x40045431,
    TIOCGPTN   => 0x80045430,
    TIOCSWINSZ => 0x5414,
};

my $t = CThrift::Test->new(<<'END');
load_module %%OBJS%%/probe.so;
worker_processes 2;
control unix:top.sock;
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service Probe { }
    }
}
END

my ($code, $out, $err) = $t->run('top', '--once');
is($code, 3, 'without a server: exit code 3');
like($err, qr/^cthrift: top: no server answers at '\S+top\.sock'$/m,
    'it says so');
for my $bad ('--interval=1ms', '--interval=2h', '--interval=x') {
    like(($t->run('top', $bad))[2], qr/no time from 100ms to 1h "$bad"/, $bad);
}
like(($t->run('-t', '--once'))[2], qr/only top takes "--once"/, '--once');

$t->start;
my $client = $t->client;

sub call {
    my ($n, $method) = @_;

    $client->call($method, [[1, ['string', 'x']]]) for 1 .. $n;
}

call(7, 'echo');
call(3, 'fail');
call(2, 'refuse');

# One picture.
($code, $out, $err) = $t->run('top', '--interval=200ms');
is($code, 0, 'where there is no terminal: one picture');
unlike($out, qr/\e/, 'of plain text');
like($out, qr/^cthrift \S+  up 0:\d\d:\d\d  generation 1  workers 2 of 2 /m,
    'the server');
like($out, qr/^since the start: calls 12  exceptions 2  errors 3  shed 0$/m,
    'its sums');
like($out, qr/^ +[01] +\d+ serving +1 +\d+ /m, 'its workers');
like($out, qr/^ +0\.0 +0us +0us +0\.0 +0\.0 +0 +7 Probe\.echo$/m,
    'its methods');

# A rate: of the calls between the two looks.
{
    my $pid = $t->spawn('rate.out', 'rate.err',
        $t->command('top', '--once', '--interval=2s'));
    my $n = 0;

    while (waitpid($pid, WNOHANG) != $pid) {
        call(50, 'echo');
        $n += 50;
    }
    my ($rate, $p50, $calls) = $t->read_file('rate.out')
        =~ /^ +([\d.]+k?) +(\d+)us +\S+ +\S+ +\S+ +\d+ +(\d+) \S+echo$/m;
    $rate =~ s/k$// and $rate *= 1000;
    cmp_ok($rate, '>', 0, "calls a second: $rate");
    cmp_ok($rate, '<=', $n / 2 + 1, "of $n in 2 s or more");
    cmp_ok($p50, '>', 0, 'and how long they took');
}

# ---- On a terminal.

my ($master, $pid, $seen);

sub resize {
    my ($lines, $columns) = @_;

    my $size = pack 'S4', $lines, $columns, 0, 0;

    ioctl $master, TIOCSWINSZ, $size;
}

sub start_top {
    my (@args) = @_;
    my ($number, $unlocked) = (pack('i', 0)) x 2;

    open $master, '+<', '/dev/ptmx' or plan skip_all => "no pty: $!";
    binmode $master;
    ioctl $master, TIOCSPTLCK, $unlocked;
    ioctl $master, TIOCGPTN, $number or plan skip_all => "no pty: $!";
    my $name = '/dev/pts/' . unpack 'i', $number;
    resize(30, 100);
    $seen = '';
    $pid = fork // die "fork: $!";
    if ($pid == 0) {
        POSIX::setsid();
        # The first terminal that is opened is the session's.
        open my $slave, '+<', $name or POSIX::_exit(126);
        POSIX::dup2(fileno $slave, $_) for 0 .. 2;
        $ENV{TERM} = 'xterm';
        { no warnings 'exec'; exec $t->command('top', @args); }
        POSIX::_exit(127);
    }
}

# What stands on the screen: the last picture that is whole.
sub screen {
    my ($last) = $seen =~ /.*\e\[H(.*?)\e\[J/s or return '';

    return $last =~ s/\e\[[0-9;?]*[a-zA-Z]//gr =~ s/\r+\n/\n/gr;
}

sub read_more {
    while (IO::Select->new($master)->can_read(0.02)) {
        sysread($master, $seen, 65536, length $seen) or last;
    }
}

sub shows {
    my ($pattern, $name) = @_;

    ok(CThrift::Test::wait_for(sub { read_more(); screen() =~ $pattern }),
        $name) or diag screen();
}

sub press { syswrite $master, $_[0]; }

# The exit code; the terminal is read meanwhile, or it would hold up the end.
sub ends {
    my $status;

    CThrift::Test::wait_for(sub {
        read_more();
        waitpid($pid, WNOHANG) == $pid and $status = $? + 1;
    });
    read_more();
    return defined $status ? $status - 1 : undef;
}

# Whether the terminal is as before: its settings, its screen, its cursor.
sub is_given_back {
    my $termios = POSIX::Termios->new;

    $termios->getattr(fileno $master);
    return ($termios->getlflag & POSIX::ICANON())
        && ($termios->getlflag & POSIX::ECHO())
        && $seen =~ /\e\[\?25h\e\[\?1049l\z/;
}

start_top('--interval=100ms');
shows(qr/^cthrift .* workers 2 of 2 /m, 'a picture');
shows(qr/METHOD\n.* Probe\.echo\n/, 'with methods');
shows(qr/\Q CALLS\/S* \E.*\n.*Probe\.echo\n/, 'sorted by calls');
press('e');
shows(qr/ ERRORS\/S\* /, 'e: by errors');
press('p');
shows(qr/ P99\* /, 'p: by latency');
press('n');
shows(qr/METHOD\*\n.*Probe\.echo\n.*Probe\.fail\n.*Probe\.refuse/,
    'n: by name');
press('c');
shows(qr/CALLS\/S\*/, 'c: by calls');

press(' ');
shows(qr/PAUSED$/m, 'space: it pauses');
my ($calls) = screen() =~ /since the start: calls (\d+)/;
call(10, 'echo');
press('n');
shows(qr/METHOD\*/, 'keys work meanwhile');
is((screen() =~ /since the start: calls (\d+)/)[0], $calls, 'figures stay');
press(' ');
shows(qr/since the start: calls (??{ $calls + 10 }) /, 'and it goes on');
unlike(screen(), qr/PAUSED/, 'without that word');

resize(12, 50);
shows(qr/\A(?:.{0,50}\n){0,11}.{0,50}\z/, 'a smaller window');
is((sort { $b <=> $a } map { length } split /\n/, screen())[0], 50,
    'lines are cut');
shows(qr/^sort: .{44}\z/m, 'the last line is there');
resize(30, 100);
shows(qr/since the start: .*\n\nWORKER/, 'a larger one');

# The server goes, and comes again.
$t->stop('INT');
shows(qr/^no server answers; this is the last that was seen$/m, 'it is away');
$t->start;
shows(qr/\Acthrift .*\n(?:.*\n)*since the start: calls 0 /, 'and here again');

press('q');
is(ends(), 0, 'q: it ends well');
ok(is_given_back(), 'the terminal is as before');

# Other ends.
for my $how ('INT', 'TERM', 'HUP', "\cC") {
    start_top('--interval=100ms');
    shows(qr/WORKER/, 'another one');
    length $how > 1 ? kill($how, $pid) : press($how);
    is(ends(), 0, 'ends on ' . ($how =~ /\w/ ? $how : '^C'));
    ok(is_given_back(), 'and gives the terminal back');
}

# ^Z, and back.
start_top('--interval=100ms');
shows(qr/WORKER/, 'another one');
kill 'TSTP', $pid;
ok(CThrift::Test::wait_for(sub {
    read_more();
    $seen =~ /\e\[\?1049l\z/ && (CThrift::Test::children($$, 'T'))[0];
}), 'it stops, and gives the terminal back');
$seen = '';
kill 'CONT', $pid;
shows(qr/WORKER/, 'it goes on');
press('q');
is(ends(), 0, 'and ends');

# A terminal that can do nothing.
{
    local $ENV{TERM} = 'dumb';
    like(($t->run('top', '--interval=100ms'))[1], qr/\Acthrift /, 'dumb');
}

done_testing();
