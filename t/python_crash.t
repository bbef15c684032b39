#!/usr/bin/perl

# python_crash.t -- handlers in Python that go wrong in every way: who called
# them is told or cut off, the log says who it was, the counters count it, and
# nobody else notices.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Python;
use CThrift::Test;
use Test::More;
use Time::HiRes qw(time);

my $py = CThrift::Python->new;
my $path = $py->path;
my $slow = CThrift::Test->has_sanitizers ? 3 : 1;

# The two workers' clients stay where they are: reuseport spreads new ones.
sub server {
    my ($main, @more) = @_;

    return CThrift::Test->new($py->head . <<"END", @more);
worker_processes 2;
thread_pool default threads=4;
$main
events { rebalance off; }
thrift {
    $path
    server {
        listen 127.0.0.1:%%PORT_1%% reuseport;
        max_string_size 1m;
        service Console { python_app app_console:app; }
    }
    server {
        listen 127.0.0.1:%%PORT_2%% reuseport;
        execute threads;
        service Console { python_app app_console:app; }
    }
}
END
}

# ---- What is asked, and what comes back.

sub run_in {
    my ($client, $code, $method) = @_;

    return $client->call($method // 'run', [[1, ['string', $code]]]);
}

sub told {
    my ($client, $code) = @_;
    return CThrift::Client::result(run_in($client, "told = $code"));
}

sub pid_of { return told($_[0], '__import__("os").getpid()') }

sub error_of { return [CThrift::Client::exception(run_in(@_))] }

# Clients until `enough` says so of { pid => client }; those are given back.
sub clients {
    my ($t, $port, $enough) = @_;
    my (%of, @others);    # kept, so that the next one goes elsewhere

    CThrift::Test::wait_for(sub {
        my $client = eval { $t->client(port => $t->port($port)) } // return 0;
        my $pid = eval { pid_of($client) } // return 0;
        push @others, $of{$pid} // () ;
        $of{$pid} = $client;
        return $enough->(\%of);
    }) or die "the workers are not there\n";
    return \%of;
}

# One of each of the two workers: ([client, pid], [client, pid]).
sub client_of_each {
    my ($t, $port) = @_;
    my $of = clients($t, $port, sub { keys %{ $_[0] } == 2 });

    return map { [$of->{$_}, $_] } sort keys %$of;
}

sub client_of {
    my ($t, $port, $pid) = @_;
    return clients($t, $port, sub { $_[0]{$pid} })->{$pid};
}

sub outcomes {
    my ($t, $name) = @_;
    my ($row) = grep { $_->{name} eq $name } @{ $t->status->{methods} };
    return $row->{outcomes};
}

# ---- Whoever raises: a reply, a line, a count, and the connection goes on.

my $t = server('', allow => [qr{signal|SIG|ended its thread|python:   File}]);
$t->start;

my @raised = (
    ['1 / 0', qr/ZeroDivisionError: division by zero/],
    ['import sys; sys.exit(3)', qr/SystemExit: 3/],
    ['import _thread; _thread.exit()', qr/SystemExit/],
    ['raise KeyboardInterrupt()', qr/KeyboardInterrupt/],
    ['raise BaseException("odd")', qr/BaseException: odd/],
    ['raise MemoryError("none left")', qr/MemoryError: none left/],
    ["def f(n):\n    return f(n + 1)\nf(0)", qr/RecursionError/],
    ["class A:\n    def __repr__(self):\n        return repr(self)\nrepr(A())",
        qr/RecursionError/],
    ['import json; json.loads("[" * 100000)', qr/RecursionError/],
    ["l = []\nfor i in range(100000):\n    l = [l]\nrepr(l)",
        qr/RecursionError/],
    ["class E(Exception):\n    def __str__(self):\n        1 / 0\nraise E()",
        qr/failed: E: /],
    ['raise ValueError("\\x1b[2J\\r\\n\\udce4\\0end")',
        qr/ValueError: \\x1b\[2J \\udce4\\x00end/],
    ['raise ValueError("y" * 5000)', qr/ValueError: y{650}/],
    ['raise types.Declared(why=7)', qr/TDecodeException.*why\(1\)/],
    ['told = "\udce4"', qr/'run_result' needs type 'STRING'/],
    ['def broken(', qr/SyntaxError/],
);

# A sanitizer's malloc does not refuse: it ends the process.
push @raised, ['told = len(b"x" * (1 << 62))', qr/MemoryError, in/]
    if !CThrift::Test::has_sanitizers();

# ... and whoever gives what is no value of the IDL's.
my @values = (
    ['number', '"seven"'], ['number', '1 << 40'], ['texts', '[1]'],
    ['texts', '7'], ['row', '{}'], ['row', 'types.Row(number="x")'],
);

# Each in a worker of its own: within a second the same line is told once.
my @pids = $t->workers;
for my $port (1, 2) {
    my $where = $port == 1 ? 'inline' : 'threads';
    my $client = client_of($t, $port, $pids[$port - 1]);
    my $from = $client->{socket}->sockport;

    for (@raised) {
        my ($code, $why) = @$_;
        my $what = $code =~ s/\s+/ /gr;

        is_deeply(error_of($client, $code), [6, 'Internal error'],
            "$where: $what: an internal error");
        ok($t->wait_for_log(
                qr/\[error\].*$why.*client: \S+:$from, method: Console\.run$/m),
            '... told with the client and the method');
    }
    for (@values) {
        my ($method, $value) = @$_;
        is_deeply(error_of($client, "told = $value", $method),
            [6, 'Internal error'], "$where: $method gives $value: an error");
        ok($t->wait_for_log(
                qr/failed: .*client: \S+:$from, method: Console\.$method/),
            '... told');
    }
    is(told($client, '"x" * 8_000_000') =~ tr/x//, 8_000_000,
        "$where: a result of 8 MB is no trouble");
    is_deeply(run_in($client, 'raise types.Declared(why="so")')->{fields},
        [[1, ['struct', [[1, ['string', 'so']]]]]],
        "$where: a declared exception is none, either");
    $client->oneway('toil', [[1, ['string', 'raise ValueError("unheard")']]]);
    ok($t->wait_for_log(qr/ValueError: unheard.*:$from, method: Console\.toil/),
        "$where: nobody hears of a oneway call, but the log does");
    is(told($client, '1'), 1, "$where: the connection has gone on");
}
my $outcomes = outcomes($t, 'Console.run');
is($outcomes->{exception}, 2, 'declared exceptions are counted');
is($outcomes->{internal_error}, 2 * @raised, '... and the errors')
    or diag explain $outcomes;
unlike($t->log_text, qr/[\0-\x08\x0b-\x1f\x7f]/,
    'the log is fit to be printed');

# Python never sees what goes beyond a limit.
{
    my $client = $t->client;
    my $before = outcomes($t, 'Console.run')->{ok};
    my $reply = eval { run_in($client, '#' x 1_100_000) };

    is((CThrift::Client::exception($reply))[0], 7,
        'a huge argument is refused');
    is(outcomes($t, 'Console.run')->{protocol_error}, 1, '... and counted');
    is(outcomes($t, 'Console.run')->{ok}, $before, '... before it is called');
}

# ---- Whoever ends the worker, ends that one.

my @fatal = (
    ['a null pointer', 'import ctypes; ctypes.string_at(0)',
        qr/ended on SIGSEGV \(11\)/, qr/got signal 11 .*Console\.run for/],
    ['os.abort', 'import os; os.abort()', qr/ended on SIGABRT \(6\)/,
        qr/got signal 6 .*Console\.run for/],
    ['os._exit', 'import os; os._exit(3)', qr/ended with code 3/],
    ['pthread_exit', 'import ctypes; ctypes.CDLL(None).pthread_exit(None)',
        qr/ended with code 1/,
        qr/ended its thread, client: 127.*method: Console\.run/],
);
# A sanitizer has words of its own for two of them.
@fatal = grep { $_->[0] =~ /^os/ } @fatal if CThrift::Test::has_sanitizers();

for my $port (1, 2) {
    my $where = $port == 1 ? 'inline' : 'threads';
    for (@fatal) {
        my ($what, $code, $end, $words) = @$_;
        my ($one, $two) = client_of_each($t, $port);
        my ($victim, $pid) = @$one;

        $victim->send_call('run', [[1, ['string', $code]]]);
        ok(defined $victim->recv_until_closed, "$where: $what: it is cut off");
        ok($t->wait_for_log(qr/worker \d, $pid, $end/), '... the master knows');
        like($t->log_text, qr/ $pid: .*$words/, '... and who it was') if $words;
        is(pid_of($two->[0]), $two->[1], '... the other goes on');
        ok(CThrift::Test::wait_for(sub {
            my @workers = $t->workers;
            return @workers == 2 && !grep { $_ == $pid } @workers;
        }), '... and there is a new one');
    }
}
$t->descriptors_may_change;

# ---- Whoever never comes back.

my $hung = server(<<'END', allow => [qr{heartbeat|signal|SIG|shutdown}]);
loop_check_interval 200ms;
worker_heartbeat_timeout 2s;
worker_abort_grace 300ms;
worker_shutdown_timeout 500ms;
END
$hung->start;

my $for_ever = "while True:\n    pass";
my ($stuck, $free) = client_of_each($hung, 1);
my ($client, $pid) = @$free;
$stuck->[0]->send_call('run', [[1, ['string', $for_ever]]]);

# Meanwhile on a thread of the other one.
client_of($hung, 2, $pid)->send_call('run', [[1, ['string', $for_ever]]]);
is(pid_of(client_of($hung, 2, $pid)), $pid,
    'threads: others go on beside one that is busy for ever');
is(pid_of($client), $pid, '... and so does the loop');
ok($hung->wait_for_log(
        qr/ $stuck->[1]: the loop has been blocked .* in Console\.run for/),
    'inline: who blocks the loop is named');
ok($hung->wait_for_log(qr/ $stuck->[1], ended on SIG/),
    'inline: worker_heartbeat_timeout ends it');
is(pid_of($client), $pid, '... and nobody else');
unlike($hung->log_text, qr/ $pid: the loop has been blocked/,
    'threads: nobody is named');
ok(CThrift::Test::wait_for(sub { $hung->workers == 2 }), '... a new one comes');
ok($hung->reload, 'threads: a reload');
ok(CThrift::Test::wait_for(sub { $hung->reap; !kill 0, $pid }, 5 * $slow),
    '... who never comes back is not waited for');
$hung->descriptors_may_change;

$t->finish;
done_testing();
