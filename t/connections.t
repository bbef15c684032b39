#!/usr/bin/perl

# connections.t -- `cthrift -s connections`: who is connected, and what they do.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Client;
use CThrift::Test;
use JSON::PP;
use Test::More;
use Time::HiRes qw(time);

my $t = CThrift::Test->new(<<'END', allow => [qr/SIGKILL/]);
load_module %%OBJS%%/probe.so;
worker_processes 2;
events { worker_connections 4096; rebalance off; }
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        listen unix:%%TESTDIR%%/sock;
        listen 127.0.0.1:%%PORT_2%% proxy_protocol;
        proxy_protocol_timeout 10m;
        service Probe { }
    }
}
END
$t->start;

sub ask {
    my ($status, $out, $err) = $t->run('-s', 'connections', @_, '--json');

    diag $err if $status != 0;
    return decode_json($out);
}

sub refused {
    my ($status, $out, $err) = $t->run('-s', 'connections', @_);

    is($status, 1, "@_: refused");
    return $err;
}

# Until the list satisfies; gives back its rows.
sub rows {
    my ($question, @args) = @_;
    my @rows;

    CThrift::Test::wait_for(sub {
        @rows = @{ ask(@args)->{connections} };
        return $question->(@rows);
    }) or diag explain \@rows;
    return @rows;
}

is_deeply([rows(sub { !@_ })], [], 'nobody is connected');

# One of each kind.
my $plain = $t->client;
my $framed = $t->client(framed => 1, protocol => 'compact');
my $local = $t->client(path => $t->dir . '/sock');
my $silent = $t->client;
my $opening = $t->client(port => $t->port(2));
$plain->call('echo', [[1, ['string', 'x' x 100]]]) for 1 .. 3;
$framed->send_call('later', [[1, ['string', 'x']], [2, ['i32', 600000]]]);
$local->call('nothing');
{
    my @rows = rows(sub { @_ == 5 && grep { $_->{in_flight} } @_ });
    my ($row) = grep { ($_->{calls}) == 3 } @rows;

    is(scalar(@rows), 5, 'each is listed');
    is($row->{listen}, '127.0.0.1:' . $t->port(1), 'where it came in');
    like($row->{peer}, qr/^127\.0\.0\.1:\d+$/, 'from whom');
    is($row->{dialect}, 'unframed/binary', 'what it speaks');
    is($row->{state}, 'idle', 'what it does');
    is($row->{in_flight}, 0, 'no call is in flight');
    is($row->{method}, undef, 'so there is no method');
    cmp_ok($row->{bytes_in}, '>', 300, 'what came');
    cmp_ok($row->{bytes_out}, '>', 300, 'what went');
    cmp_ok($row->{idle_ms}, '<=', $row->{age_ms}, 'its times');
    ok(!$row->{tls}, 'in plain text');

    ($row) = grep { $_->{in_flight} } @rows;
    is("$row->{state} $row->{dialect} $row->{method}",
        'busy framed/compact Probe.later', 'a call in flight is named');
    ($row) = grep { $_->{listen} =~ /^unix:/ } @rows;
    is("$row->{peer} $row->{calls}", 'unix: 1', 'a unix client');
    ($row) = grep { $_->{state} eq 'opening' } @rows;
    is($row->{listen}, '127.0.0.1:' . $t->port(2), 'a header is awaited');
    is(scalar(grep { !$_->{calls} && !$_->{dialect} } @rows), 2,
        'who said nothing has no dialect');

    my %pids = map { $_ => 1 } $t->workers;
    is(scalar(grep { $pids{ $_->{pid} } } @rows), 5, 'whose each is');

    my ($code, $out) = $t->run('-s', 'connections');
    is($code, 0, 'for people');
    like($out, qr/\AWORKER +NUMBER PEER /, 'with a head');
    like($out,
        qr{^ +[01] +\d+ 127\S+ +127\S+ +framed/compact +- +busy .* \S+later$}m,
        'and rows');
}

# Some of them.
is(scalar(rows(sub { @_ == 1 }, 'method=Probe.later')), 1, 'of a method');
is(scalar(@{ ask('method=Probe.nothing')->{connections} }), 0, 'of another');
is(@{ ask('worker=0')->{connections} } + @{ ask('worker=1')->{connections} },
    5, 'of each worker');
{
    my $answer = ask('limit=2');

    is(scalar(@{ $answer->{connections} }), 2, 'the first two');
    is($answer->{total}, 5, 'of five');
    like(($t->run('-s', 'connections', 'limit=2'))[1],
        qr/^2 of 5 connections are shown, limit=N shows more$/m, 'it is said');
}
like(refused('worker=7'), qr/there is no such worker/, 'nobody');
like(refused('worker=x'), qr/worker=ID takes a number/, 'no number');
like(refused('limit=99999'), qr/limit=N takes a number up to 20000/,
    'too many');
like(refused('all'), qr/the arguments are worker=ID/, 'another word');

# Many, while calls go on.
{
    my @many = map { $t->client } 1 .. 900;
    my @rows = rows(sub { @_ == 905 });
    my %seen = map { ("$_->{pid} $_->{number}" => 1) } @rows;

    is(scalar(keys %seen), 905, 'each once');
    $_->close for splice @many, 0, 450;
    is(scalar(rows(sub { @_ == 455 })), 455, 'who has gone is not listed');
    ok(CThrift::Client::result($plain->call('echo', [[1, ['string', 'y']]])),
        'calls go on');
}

# A worker that hangs is named, and the others' connections are listed.
{
    my ($victim) = @{ ask()->{connections} };
    my $start = time;

    kill 'STOP', $victim->{pid};
    my $answer = ask();
    is_deeply($answer->{silent_workers}, [$victim->{worker}], 'who hangs');
    cmp_ok(time - $start, '<', 10, 'is not waited for');
    is(scalar(grep { $_->{worker} == $victim->{worker} }
        @{ $answer->{connections} }), 0, 'only its rows are missing');
    like(($t->run('-s', 'connections'))[1],
        qr/^worker $victim->{worker}, $victim->{pid}, did not answer: /m,
        'it is said');
    kill 'CONT', $victim->{pid};
    is_deeply(rows(sub { @_ == 5 }) ? ask()->{silent_workers} : [], [],
        'until it goes on');
}

# Who asks and goes away leaves nothing behind.
{
    my ($pid) = $t->workers;

    kill 'STOP', $pid;
    for (1 .. 3) {
        my $socket = IO::Socket::UNIX->new(
            Peer => $t->dir . '/logs/cthrift.pid.ctl');
        syswrite $socket, "connections\n";
        close $socket;
    }
    kill 'CONT', $pid;
    is(scalar(rows(sub { @_ == 5 })), 5, 'who asks next is answered');
}

# The call that waits is not waited for.
$t->stop('INT');

done_testing();
