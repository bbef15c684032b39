#!/usr/bin/perl

# bench.t -- cthrift-bench: calls of its own and of an IDL, in every dialect,
# and what it says of servers that answer wrongly.  examples/bench, which it
# calls, is held to its interface by the way.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use JSON::PP;
use Test::More;

my $bench = CThrift::Test::objs() . '/cthrift-bench';
plan skip_all => 'cthrift-bench is not built' if !-x $bench;
plan skip_all => 'bench is not built'
    if !-f CThrift::Test::objs() . '/bench.so';

my $t = CThrift::Test->new(<<'END_OF_CONF');
load_module %%OBJS%%/bench.so;
load_module %%OBJS%%/probe.so;
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        listen unix:%%TESTDIR%%/sock;
        service PingService { handler bench; }
        service Probe { }
    }
}
END_OF_CONF
$t->start;

my $tcp = '127.0.0.1:' . $t->port(1);
my $unix = 'unix:' . $t->dir . '/sock';

# What a run says, as JSON, and how it ends; a short one unless told.
sub bench {
    my (@args) = @_;
    my ($status, $out, $err) = run_bench('--calls', 200, '-d', 30, '-c', 4,
        '--json', @args);
    my $json = eval { decode_json($out) };

    diag "@args: $out$err" if !$json;
    return ($json // {}, $status, $err);
}

# Status, standard output, standard error.
sub run_bench { return $t->run_program($bench, @_) }

# ---- Calls of its own, and what is told of them.

my ($seen, $status) = bench($tcp);
is($status, 0, 'ping: exit status');
is($seen->{calls}, 200, 'ping: --calls');
is($seen->{errors}, 0, 'ping: no errors');
is_deeply($seen->{errors_by_kind}, {}, 'ping: of no kind');
cmp_ok($seen->{seconds}, '>', 0, 'ping: it took some time');
cmp_ok($seen->{calls_per_s}, '>', 0, 'ping: at a rate');
cmp_ok($seen->{cpu_s}, '>', 0, 'ping: and some of the processor');
is($seen->{connections_opened}, 4, 'ping: connections');
is($seen->{bytes_sent}, 200 * 21, 'ping: bytes sent');
is($seen->{bytes_received}, 200 * 32, 'ping: bytes received');
is_deeply([sort keys %{ $seen->{latency_us} }],
    [sort qw(mean p50 p75 p90 p99 p999 p9999 max)], 'ping: percentiles');
cmp_ok($seen->{latency_us}{p50}, '<=', $seen->{latency_us}{max},
    'ping: which ascend');

# Each dialect: learning, comparing, several at once.
my @dialects = (
    (map { my $x = $_; map { [$x, $_] } qw(binary compact json) }
        qw(framed unframed http)),
    (map { my $x = $_; map { [$x, $_] } qw(binary compact) }
        qw(header ttheader)),
);
for my $dialect (@dialects) {
    my ($transport, $protocol) = @$dialect;
    for my $zlib ([], ['--zlib']) {
        my @args = ('--transport', $transport, '--protocol', $protocol, @$zlib);
        my @calls = map { ('--call', $_) } 'ping', 'echo:3000', 'record';
        ($seen, $status) = bench(@args, @calls, '-p', 3, $unix);
        is_deeply([$seen->{calls}, $seen->{errors}, $status], [200, 0, 0],
            "@args: ping, echo and record");
    }
}

($seen, $status) = bench('-t', 3, '-c', 5, '--warmup', 0.1, $tcp);
is_deeply([@{$seen}{qw(errors threads connections)}, $status], [0, 3, 5, 0],
    'three threads, five connections, warmed up');
($seen, $status) = bench('--new-conn', $tcp);
is_deeply([@{$seen}{qw(calls errors connections_opened)}, $status],
    [200, 0, 200, 0], 'a connection for each call');
($seen, $status) = bench('--rate', 2000, '-p', 2, $tcp);
is_deeply([@{$seen}{qw(calls errors rate)}, $status], [200, 0, 2000, 0],
    'an open loop');
cmp_ok($seen->{seconds}, '>=', 0.09, 'which takes the time that it takes');

# ---- A wrong command line, and nobody there.

for my $wrong (
    [[], qr/ADDRESS/],
    [['-c', 0, $tcp], qr/a number from 1 to/],
    [['--call', 'pong', $tcp], qr/--call takes/],
    [['--transport', 'pigeon', $tcp], qr/no pigeon binary/],
    [['--transport', 'header', '--protocol', 'json', $tcp], qr/no header json/],
    [['--args', '{}', $tcp], qr/behind a --method/],
    [['--method', 'PingService.pong', $tcp], qr/no method pong/],
    [['--method', 'echo', '--args', '{"x": 1}', $tcp], qr/no field x/],
    [['--method', 'echo', '--args', '{"s": 1}', $tcp], qr/a string is due/],
    [['--method', 'echo', '--args', '{', $tcp], qr/--args: line 1/],
    [['--method', 'ping', '--expect', 'echo', $tcp], qr/first argument/],
    [['--frobnicate', $tcp], qr/frobnicate/],
    [['unix:'], qr/bad address/],
) {
    my ($args, $words) = @$wrong;
    my ($status, $out, $err) = run_bench(@$args);
    is($status, 2, "wrong: @$args");
    like($err, $words, 'wrong: told why');
}
my ($gone, $out, $err) = run_bench('unix:' . $t->dir . '/nobody');
is($gone, 1, 'nobody there: exit status');
like($err, qr/cannot connect to .*No such file/, 'nobody there: told');

done_testing();
