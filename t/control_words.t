#!/usr/bin/perl

# control_words.t -- each word of `cthrift -s`, for people and as JSON.
#
# Where the socket stands and whom it refuses is control.t's subject.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Client;
use CThrift::Test;
use JSON::PP;
use Test::More;

my $t = CThrift::Test->new(<<'END', allow => [qr/SIGKILL/]);
load_module %%OBJS%%/probe.so;
worker_processes 2;
include more.conf;
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%% backlog=17;
        listen unix:%%TESTDIR%%/sock;
        service Probe { }
    }
}
END
$t->write_file('conf/more.conf', "# one\n# two\nterm_signal fast;\n# end\n");
$t->start;

# What a word prints; the exit code is 0.
sub said {
    my ($status, $out, $err) = $t->run('-s', @_);

    is($status, 0, "-s @_") or diag $err;
    return $out;
}

sub json { return decode_json(said(@_, '--json')) }

# Why a word is refused, with exit code 1.
sub refused {
    my ($status, $out, $err) = $t->run('-s', @_);

    is($status, 1, "-s @_: refused");
    return $err;
}

sub wait_for { return CThrift::Test::wait_for(@_) }

my $ok = { ok => JSON::PP::true };

# workers.
is(scalar(() = said('workers') =~ /^ +[01] +\d+ serving +1 /mg), 2,
    'two rows');
is_deeply([sort map { $_->{pid} } @{ json('workers')->{workers} }],
    [sort $t->workers], 'whose pids are right');

# workers=N.
is_deeply(json('workers=4'), $ok, 'more of them');
ok(wait_for(sub { $t->workers == 4 }), '4 workers');
is(said('workers', 3), '', 'fewer');
ok(wait_for(sub { $t->workers == 3 }), '3 workers');
like(refused('workers=0'), qr/takes a number from 1 to 127$/m, 'none');
like(refused('workers=128'), qr/from 1 to 127/, 'too many');
like(refused('workers=x'), qr/from 1 to 127/, 'no number');
like(refused('workers', 1, 2), qr/from 1 to 127/, 'two numbers');
ok($t->reload, 'a reload');
ok(wait_for(sub { $t->workers == 3 }), 'keeps the number');
said('add-worker');
ok(wait_for(sub { $t->workers == 4 }), 'one more');
said('remove-worker');
said('workers=2');
ok(wait_for(sub { $t->workers == 2 }), '2 workers');

# kill-worker.
sub serving {
    return map { $_->{id} => $_->{pid} }
        grep { $_->{state} eq 'serving' } @{ $t->status->{workers} };
}

{
    my %before = serving();
    my $left = $before{1};
    my $client = $t->client;

    is_deeply(json('kill-worker=1'), $ok, 'a worker is replaced');
    ok(wait_for(sub {
        my %now = serving();
        $now{1} && $now{1} != $left;
    }), 'by another');
    is({ serving() }->{0}, $before{0}, 'the other one stays');
    ok(CThrift::Client::result($client->call('who')), 'its client stays too');
    ok(wait_for(sub { $t->workers == 2 }), 'it has left');
    like($t->log_text, qr/worker 1, $left, ended with code 0/,
        'of its own accord');
    my %now = serving();
    my $killed = $now{0};
    said('kill-worker', $killed, 'now');
    ok(wait_for(sub {
        my %then = serving();
        $then{0} && $then{0} != $killed;
    }), 'by its pid and at once');
    like($t->log_text, qr/worker 0, $killed, ended on SIGKILL/, 'by KILL');
    like(refused('kill-worker=9'), qr/there is no such worker/, 'nobody');
    like(refused("kill-worker=$$"), qr/there is no such worker/, 'not one');
    like(refused('kill-worker'), qr/takes a worker's id or pid/, 'no id');
    like(refused('kill-worker=0', 'soon'), qr/perhaps 'now'/, 'another word');
}

# drain.
sub draining { return $t->status->{server}{draining} }

is_deeply(json('drain'), $ok, 'drain');
ok(draining(), 'is shown');
like(said('status'), qr/^draining: /m, 'to people too');
$t->reload;
ok(draining(), 'and outlives a reload');
ok(CThrift::Client::result($t->client->call('who')), 'service goes on');
said('drain', 'off');
ok(!draining(), 'drain off');
said('drain=on');
ok(draining(), 'drain=on');
said('drain', 'off');
like(refused('drain', 'maybe'), qr/drain takes on, off/, 'something else');

# methods.
{
    my $client = $t->client;

    $client->call('echo', [[1, ['string', 'x']]]) for 1 .. 7;
    $client->call('nothing') for 1 .. 3;
    my @methods = @{ json('methods')->{methods} };
    is("$methods[0]{name} $methods[0]{calls}", 'Probe.echo 7',
        'methods: the busiest first');
    is("$methods[1]{name} $methods[1]{calls}", 'Probe.nothing 3',
        'then others');
    like(said('methods'), qr/\AMETHOD .*\nProbe\.echo +7 +0 +0 .*\nProbe\.noth/,
        'the same for people');
}

# listeners.
{
    my @listeners = @{ json('listeners')->{listeners} };
    my $port = $t->port(1);

    is($listeners[0]{address}, "127.0.0.1:$port", 'listeners');
    is($listeners[0]{backlog_max}, 17, 'the size of a backlog');
    is($listeners[0]{backlog}, 0, 'nobody waits');
    is(scalar(@{ $listeners[0]{fds} }), 1, 'one socket');
    like(said('listeners'), qr/^127\.0\.0\.1:$port +0 +17 +1 +\d+ -$/m,
        'the same for people');
    like(said('listeners'), qr/^unix:\S+sock +(?:0|-) /m, 'and a unix one');
}

# config.
{
    my @files = @{ json('config')->{files} };

    is(scalar(@files), 2, 'config: both files');
    is($files[1]{text}, $t->read_file('conf/more.conf'), 'as they are');
    is(join(' ', map { $_->{state} } @files), 'same same', 'and were');
    my $seen = said('config');
    is($seen, ($t->run('-T', '-q'))[1], 'for people: what -T prints');
    $t->write_file('conf/more.conf', "# one\n# 2\nterm_signal fast;\n# end\n");
    is(said('config'), $seen, 'an edit does not change what is served');
    like(said('config', 'changes'),
        qr/: same\n#.*more\.conf: changed\n@@ line 2 @@\n-# two\n\+# 2\n\z/,
        'but is told');
    unlink $t->dir . '/conf/more.conf';
    is(json('config')->{files}[1]{state}, 'gone', 'a file that has gone');
    $t->write_file('conf/more.conf', "# one\n");
    like(refused('config', 'x'), qr/the argument is 'changes'/, 'another word');
}

# help.
is(scalar(grep { $_->{usage} eq 'kill-worker=ID [now]' }
    @{ json('help')->{words} }), 1, 'help');
for my $word (qw(status workers connections methods listeners config workers
    drain kill-worker reload reopen upgrade)) {
    like(said('help'), qr/^\Q$word\E\b/m, "help: $word");
}

# The rest.
is_deeply(json('reload'), $ok, 'reload');
is_deeply(json('reopen'), $ok, 'reopen');
is_deeply(json('upgrade'), $ok, 'upgrade');
like(said('status'), qr/^cthrift \S+ +up /, 'status');
is_deeply(json('quit'), $ok, 'quit');
ok(wait_for(sub { $t->reap; !$t->master_pid }), 'it has ended');
is(($t->run('-s', 'quit'))[0], 3, 'nobody is there any more');

done_testing();
