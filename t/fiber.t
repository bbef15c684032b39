#!/usr/bin/perl

# fiber.t -- handlers that wait on stacks of their own.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use JSON::PP;
use Test::More;
use Time::HiRes qw(time);

use constant { INTERNAL_ERROR => 6, LOADSHEDDING => 11, TIMEOUT => 12 };

# 2,000 calls at once, as so many connections with as many calls on each.
use constant { CONNECTIONS => 20, DEPTH => 100 };

my $t = CThrift::Test->new(<<'END');
load_module %%OBJS%%/napper.so;
worker_processes 1;
error_log logs/error.log info;
events { worker_connections 4096; }
thrift {
    execute fiber;
    max_fibers 2500;
    client_half_close off;
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service Napper {
            method add { execute inline; }
            method deep { fiber_stack 256k; }
        }
    }
    server {
        listen 127.0.0.1:%%PORT_2%%;
        service Napper { handler_timeout 100ms; }
    }
    server {
        listen 127.0.0.1:%%PORT_3%%;
        service Napper { execute threads; }
    }
}
END
$t->start;

sub exception { return CThrift::Client::exception($_[0]) }
sub result { return CThrift::Client::result($_[0]) }
sub i32s { my $n = 0; return [map { [++$n, ['i32', $_]] } @_] }

# A figure of the scoreboard, all workers together.
sub told {
    my ($name) = @_;
    my (undef, $out) = $t->run('-s', 'status', '--json');

    return decode_json($out)->{totals}{$name};
}

sub comes_to {
    my ($name, $n) = @_;

    return CThrift::Test::wait_for(sub { told($name) == $n });
}

# ---- One.

{
    my $c = $t->client(framed => 1);
    my $begin = time;

    is(result($c->call('nap', i32s(50))), 50, 'sleeps and answers');
    cmp_ok(time - $begin, '>=', 0.05, 'after its time');
    is(result($c->call('naps', i32s(2, 10))), 10, 'again and again');
    is(result($c->call('await', i32s(20))), 1, 'a descriptor, with a timeout');
    is(result($c->call('early', i32s(30))), 30, 'finishes before it sleeps');
    is(result($c->call('later', i32s(10))), 10, 'sleeps, then answers later');
    like(result($c->call('peer', i32s(5))), qr/^127\.0\.0\.1:\d+$/,
        'knows its client after a sleep');
    is(result($c->call('dreams')), 0, 'what never waits is answered too');
    is(told('fibers'), 0, 'fibers: none is left');
}

# Replies keep the order of the calls, whoever sleeps longer.
{
    my $c = $t->client(framed => 1);

    $c->send_call('nap', i32s($_)) for 80, 5, 40, 0;
    $c->send_call('add', i32s(1, 2));
    is_deeply([map { result($c->recv_reply) } 1 .. 5], [80, 5, 40, 0, 3],
        'in the order of the calls');
}

# ---- Many.

{
    my $fast = $t->client(framed => 1);
    my @clients = map { $t->client(framed => 1) } 1 .. CONNECTIONS;

    for my $c (@clients) {
        $c->send_call('nap', i32s(3000)) for 1 .. DEPTH;
    }
    ok(comes_to('fibers', CONNECTIONS * DEPTH), '2000 sleep at once');
    is(result($fast->call('add', i32s(40, 2))), 42, 'others are answered');
    my $right = 0;
    for my $c (@clients) {
        for (1 .. DEPTH) {
            $right++ if result($c->recv_reply) == 3000;
        }
    }
    is($right, CONNECTIONS * DEPTH, 'all are answered');
    is(told('fibers'), 0, 'and gone');
}

# Over max_fibers.
{
    my @clients = map { $t->client(framed => 1) } 1 .. 26;
    my $before = told('shed_fibers');

    for my $c (@clients[0 .. 24]) {
        $c->send_call('nap', i32s(60_000)) for 1 .. 100;
    }
    ok(comes_to('fibers', 2500), 'max_fibers sleep');
    is_deeply([exception($clients[25]->call('nap', i32s(1)))],
        [LOADSHEDDING, 'max_fibers of 2500 are under way'],
        'one more is refused, and told why');
    is(result($clients[25]->call('add', i32s(1, 1))), 2, 'not so inline');
    is(told('shed_fibers') - $before, 1, 'shed_fibers counts it');
    $_->close for @clients[0 .. 24];
    ok(comes_to('fibers', 0), 'their clients go');
    is(result($clients[25]->call('nap', i32s(1))), 1, 'later it is not');
}

# ---- Calling another service, which may be this very worker.

for my $port (1, 3) {
    my $c = $t->client(framed => 1);
    my $address = '127.0.0.1:' . $t->port($port);
    my $fast = $t->client(framed => 1);

    $c->send_call('relay', [[1, ['string', $address]], [2, ['i32', 100]]])
        for 1 .. 10;
    is(result($fast->call('add', i32s(20, 3))), 23,
        "port $port: others are answered while a stub waits");
    is_deeply([map { result($c->recv_reply) } 1 .. 10], [(100) x 10],
        "port $port: a stub waits in its fiber");
}

{
    my $c = $t->client(framed => 1);
    my $nobody = 'unix:' . $t->dir . '/nobody.sock';

    like((exception($c->call('relay', [[1, ['string', $nobody]],
        [2, ['i32', 1]]])))[1], qr/^cannot connect to unix:/,
        'nobody there: told why');
    $c->send_call('share', [[1, ['string', '127.0.0.1:' . $t->port(1)]]])
        for 1, 2;
    is_deeply([map { result($c->recv_reply) } 1, 2],
        ['first', 'cannot call nap: another call is under way'],
        'a client serves one fiber at a time');
}

# The same handlers on threads, where the thread waits.
{
    my $c = $t->client(framed => 1, port => $t->port(3));

    is(result($c->call('nap', i32s(20))), 20, 'threads: sleeps');
    is(result($c->call('await', i32s(20))), 1, 'threads: waits');
    is(result($c->call('relay', [[1, ['string', '127.0.0.1:' . $t->port(1)]],
        [2, ['i32', 10]]])), 10, 'threads: calls');
}

# ---- Stacks.

{
    my $c = $t->client(framed => 1);
    my $before = told('fiber_stack_high');

    cmp_ok($before, '>', 0, 'fiber_stack_high: something is used');
    is(result($c->call('deep', i32s(150, 10))), 150, 'a stack of 256k');
    cmp_ok(told('fiber_stack_high'), '>=', 150 * 1024, 'fiber_stack_high');
    cmp_ok(told('fiber_stack_high'), '<=', 256 * 1024, 'not more than it is');
}

# ---- Cancelled: the client goes, or the time is over.

{
    my $c = $t->client(framed => 1);
    my $cancelled = told('cancelled');

    $c->send_call('nap', i32s(60_000));
    ok(comes_to('fibers', 1), 'a long sleep');
    $c->close;
    ok($t->wait_for_log(qr/woken from 60000 ms/), 'its client goes: woken');
    ok(comes_to('fibers', 0), 'and gone');
    is(told('cancelled') - $cancelled, 1, 'counted');
}

{
    my $c = $t->client(framed => 1);

    $c->send_call('relay', [[1, ['string', '127.0.0.1:' . $t->port(1)]],
        [2, ['i32', 50_000]]]);
    ok(comes_to('fibers', 2), 'a long call');
    $c->close;
    ok($t->wait_for_log(qr/relay: no reply from .*Operation canceled/),
        'its client goes: the stub gives up');
    ok($t->wait_for_log(qr/woken from 50000 ms/), 'and the one behind it');
    ok(comes_to('fibers', 0), 'both are gone');
}

{
    my $c = $t->client(framed => 1, port => $t->port(2));

    is_deeply([exception($c->call('nap', i32s(40_000)))],
        [TIMEOUT, 'handler_timeout of 100 ms is over'],
        'handler_timeout: answered');
    ok($t->wait_for_log(qr/woken from 40000 ms/), 'and woken');
    is((exception($c->call('oversleep', i32s(400))))[0], TIMEOUT,
        'one that sleeps on is answered in time');
    is(result($c->call('add', i32s(1, 2))), 3, 'and holds up nobody');
    ok($t->wait_for_log(qr/overslept/), 'and ends in its time');
}

# A oneway call has nobody who goes.
{
    my $c = $t->client(framed => 1);

    $c->oneway('dream', i32s(1500));
    ok(comes_to('fibers', 1), 'a oneway call sleeps');
    $c->close;
    ok($t->wait_for_log(qr/dreamt for 1500 ms/), 'on, without its client');
}

# ---- Leaving: a reload answers those who sleep, and ends oneway calls.

{
    my $c = $t->client(framed => 1);
    my $gone = $t->client(framed => 1);
    my ($old) = $t->workers;

    $gone->oneway('dream', i32s(2500));
    $c->send_call('nap', i32s(2000));
    ok(comes_to('fibers', 2), 'two sleep');
    $gone->close;
    ok($t->reload, 'reload');
    is(result($c->recv_reply), 2000, 'the one is answered');
    ok($t->wait_for_log(qr/dreamt for 2500 ms/), 'the other ends its sleep');
    ok(CThrift::Test::wait_for(sub { !grep { $_ == $old } $t->workers }),
        'then the old worker goes');
}

# ---- The end cuts sleeps short; who does not listen is dropped.

{
    my $c = $t->client(framed => 1);

    $c->send_call('nap', i32s(30_000));
    $c->send_call('oversleep', i32s(30_000));
    ok(comes_to('fibers', 2), 'two sleep');
    $t->signal('TERM');
    ok($t->wait_for_log(qr/woken from 30000 ms/), 'the end wakes them');
    ok($t->wait_for_log(qr/1 fibers go on waiting though they are cancelled/),
        'and leaves who sleeps on');
    $t->stop;
}

# ---- Who needs more stack than there is ends the worker, which says by what.

SKIP: {
    skip 'sanitizers see it first', 3 if CThrift::Test::has_sanitizers();
    my $bad = CThrift::Test->new(<<'END', allow => [qr/signal 11|SIGSEGV/]);
load_module %%OBJS%%/napper.so;
worker_processes 1;
thrift {
    execute fiber;
    server { listen 127.0.0.1:%%PORT_1%%; service Napper { } }
}
END
    $bad->start;
    my $c = $bad->client(framed => 1);

    is(eval { $c->call('deep', i32s(500, 1)); 1 }, undef, 'too deep: closed');
    ok($bad->wait_for_log(qr/got signal 11 in Napper\.deep/),
        'the log names the method');
    ok(CThrift::Test::wait_for(sub {
        eval { result($bad->client(framed => 1)->call('nap', i32s(1))) == 1 }
    }), 'the next worker serves');
    $bad->stop;
}

# ---- Words that cannot be.

# One line inside `thrift`, in line 3.
sub refused {
    my ($line, $words) = @_;
    my $bad = CThrift::Test->new(<<"END");
load_module %%OBJS%%/napper.so;
thrift {
    $line
    server { listen 127.0.0.1:%%PORT_1%%; service Napper { } }
}
END
    my ($status, $out, $err) = $bad->run('-t');

    isnt($status, 0, "refused: $line");
    like($out . $err, $words, 'with its reason');
    like($out . $err, qr/cthrift\.conf:3\b/, 'and its line');
}

refused('fiber_stack 15k;', qr/'fiber_stack' wants a size from 16k to 256m/);
refused('fiber_stack 300m;', qr/'fiber_stack' wants a size from 16k to 256m/);
refused('fiber_stack much;', qr/'much' is not a size/);
refused('max_fibers 0;', qr/'max_fibers' wants a number from 1 to 1000000/);
refused('max_fibers -1;', qr/'-1' is not a number/);
refused('server { max_fibers 7; }', qr/max_fibers/);
refused('execute fibre;', qr/'fibre' is no way to run a handler/);

done_testing;
