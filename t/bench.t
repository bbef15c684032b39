#!/usr/bin/perl

# bench.t -- cthrift-bench: calls of its own and of an IDL, in every dialect,
# and what it says of servers that answer wrongly.  examples/bench, which it
# calls, is held to its interface by the way.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use CThrift::Tls;
use IO::Socket::IP;
use JSON::PP;
use Test::More;

my $bench = CThrift::Test::objs() . '/cthrift-bench';
plan skip_all => 'cthrift-bench is not built' if !-x $bench;
plan skip_all => 'bench is not built'
    if !-f CThrift::Test::objs() . '/bench.so';

my $t = CThrift::Test->new;
my $missing = CThrift::Tls::missing();
my $conf = <<'END_OF_CONF';
load_module %%OBJS%%/bench.so;
load_module %%OBJS%%/probe.so;
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        listen unix:%%TESTDIR%%/sock;
        service PingService { handler bench; }
    }
    server {
        listen 127.0.0.1:%%PORT_3%%;
        service Probe { }
    }
END_OF_CONF

my $pki = CThrift::Tls::Pki->new($t->dir);
if (!$missing) {
    $pki->ca('ca');
    $pki->cert('one', ca => 'ca', names => ['one.test']);
    $conf .= <<'END_OF_CONF';
    server {
        listen 127.0.0.1:%%PORT_2%% ssl;
        ssl_certificate %%TESTDIR%%/one.pem;
        ssl_certificate_key %%TESTDIR%%/one.key;
        service PingService { handler bench; }
    }
END_OF_CONF
}
$t->conf("$conf}\n");
$t->start;

my $tcp = '127.0.0.1:' . $t->port(1);
my $probe = '127.0.0.1:' . $t->port(3);
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

# A caller that leaves the record out gets one of defaults.
($seen, $status) = bench('--method', 'swap', '--expect', '{}', $tcp);
is_deeply([@{$seen}{qw(calls errors)}, $status], [200, 0, 0],
    'swap of nothing');

# ---- An IDL and its values.

my @idl = ('--idl', 't/modules/probe/probe.thrift', '--variants', 20);

# Method and words => errors by kind.
for my $case (
    [add => ['--args', '{"a": 2}', '--expect', '42'], {}],
    [add => ['--args', '{"a": 2, "b": 5}', '--expect', '8'],
        { 'wrong value' => 200 }],
    [add => ['--args', '{"a": "$random_int:-9:9", "b": "$seq"}'], {}],
    [echo => ['--args', '{"s": "$random_string:70"}', '--expect', 'echo'], {}],
    [echo => ['--args', '{"s": "$$money"}', '--expect', '"$$money"'], {}],
    [texts => ['--args', '{"lines": ["a", "$random_uuid"]}', '--expect',
            'echo'], {}],
    [tree => ['--args', '{"t": {"name": "$random_string:3", "weight": 1,'
            . '"children": [{"weight": "$random_int:1:9"}]}}', '--expect',
            'echo'], {}],
    [tree => ['--args', '{"t": {"weight": 1}}', '--expect', '{"weight": 2}'],
        { 'wrong value' => 200 }],
    [nothing => [], {}],
    [who => ['--service', 'Probe'], {}],
    [who => ['--service', 'Nobody'],
        { 'TApplicationException UNKNOWN_METHOD' => 200 }],
    [refuse => ['--args', '{"why": "x"}'], { 'exception Refusal' => 200 }],
    [refuse => ['--args', '{"why": "x"}', '--expect', 'exception:Refusal'],
        {}],
    [refuse => ['--args', '{"why": "x"}', '--expect', 'exception:refusal'],
        {}],
    [fail => ['--args', '{"why": "x"}'],
        { 'TApplicationException INTERNAL_ERROR' => 200 }],
    [no_result => [], { 'TApplicationException MISSING_RESULT' => 200 }],
) {
    my ($method, $words, $kinds) = @$case;
    my $n = 0;
    $n += $_ for values %$kinds;

    ($seen, $status) = bench(@idl, '--method', "Probe.$method", @$words,
        $probe);
    is_deeply($seen->{errors_by_kind}, $kinds, "$method @$words: errors");
    is_deeply([@{$seen}{qw(calls errors)}, $status],
        [200 - $n, $n, $n ? 1 : 0], "$method @$words: counted");
}

# Weights, and a file.
$t->write_file('args.json', '{"s": "from a file"}');
($seen, $status) = bench(@idl, '--method', 'Probe.echo', '--args',
    '@' . $t->dir . '/args.json', '--expect', 'echo', '--weight', 3,
    '--method', 'Probe.who', '--calls', 4096, $probe);
is_deeply([@{$seen}{qw(calls errors bytes_sent)}, $status],
    [4096, 0, 3072 * (21 + 7 + 11) + 1024 * 20, 0],
    'methods take turns by weight');

# ---- TLS.

SKIP: {
    skip $missing, 7 if $missing;
    my $tls = '127.0.0.1:' . $t->port(2);
    my $dir = $t->dir;
    my @named = ('--tls', '--ca', "$dir/ca.pem", '--server-name', 'one.test');

    for my $words ([@named], ['--tls', '--insecure', '-p', 4],
        [@named, '--new-conn'], [@named, '-c', 200, '-t', 2])
    {
        ($seen, $status) = bench(@$words, '--call', 'record', $tls);
        is_deeply([@{$seen}{qw(calls errors tls)}, $status],
            [200, 0, JSON::PP::true, 0], "@$words");
    }
    ($seen, $status) = bench('--tls', '--ca', "$dir/ca.pem", '--calls', 4,
        $tls);
    like(join(' ', keys %{ $seen->{errors_by_kind} }),
        qr/certificate is refused/, 'a certificate of another is refused');
    my ($wrong, $out, $err) = run_bench('--tls', '--ca', "$dir/none", $tls);
    is($wrong, 2, 'a file that is not there');
    like($err, qr/cannot load the trusted authorities/, 'is told');
}

# ---- Idle connections, a server's memory, files.

my ($master) = $t->master_pid;
my @memory = ('--idle', 40, '--pid', $master);
($seen, $status, my $err) = bench(@memory, $tcp);
like($err, qr/^cthrift-bench: 40 idle connections are there$/m,
    'idle: it says when they are there');
is_deeply([@{ $seen->{idle} }{qw(asked opened held)}, $seen->{calls}, $status],
    [40, 40, 40, 200, 0], 'idle: beside a load');
cmp_ok($seen->{idle}{after}{rss_bytes}, '>', 0, 'idle: memory');
cmp_ok($seen->{server}{processes}, '>', 1, 'a server and its children');
($seen, $status) = bench('-c', 0, @memory, '--hold', 0.1, $unix);
is_deeply([@{ $seen->{idle} }{qw(opened held)}, $seen->{calls}, $status],
    [40, 40, 0, 0], 'idle: alone');

my $dir = $t->dir;
my ($out, @files);
for my $depth (1, 4) {
    ($status, $out) = run_bench('--calls', 500, '--json', '-p', $depth,
        '--histogram', "$dir/steps", $tcp);
    push @files, "$dir/result$depth";
    $t->write_file("result$depth", $out);
}
my @steps = grep { /^ +\d/ } split /\n/, $t->read_file('steps');
like($steps[-1], qr/ 1\.000000000000 +500$/, 'a histogram ends with all');
($status, $out) = run_bench('--compare', @files);
is($status, 0, 'compare: exit status');
like($out, qr/^pipeline +1 +4 +differs$/m, 'compare: what was asked for');
like($out, qr/^calls\/s +[\d.]+ +[\d.]+ +[\d.]+$/m, 'compare: a ratio');
($status, $out, $err) = run_bench('--compare', $files[0], "$dir/steps");
is($status, 2, 'compare: another file');
like($err, qr/steps: /, 'compare: is told');

($status, $out) = run_bench('-d', 0.3, $tcp);
like($out, qr/^calls +\d+ +\d+ calls\/s$/m, 'a table for people');
like($out, qr/^errors +0$/m, 'a table: errors');

# Whoever has seen enough gets what there is.
my $pid = $t->spawn('int.out', 'int.err', $bench, '-d', 600, '--idle', 1,
    '--json', $tcp);
ok(CThrift::Test::wait_for(sub { $t->read_file('int.err') =~ /are there/ }),
    'a long run begins');
kill 'INT', $pid;
ok(CThrift::Test::wait_for(sub { waitpid($pid, 1) == $pid }), 'SIGINT ends it');
like($t->read_file('int.out'), qr/"calls": \d+/, 'with the results so far');

# ---- A server that is wrong.

# Listens, and answers each message by $answer->(method, seqid, connection's
# number): bytes, or undef to close.
sub wrong_server {
    my ($answer) = @_;
    my $listener = IO::Socket::IP->new(LocalHost => '127.0.0.1',
        Listen => 64, ReuseAddr => 1) or die "cannot listen: $!\n";
    my $child = fork // die "cannot fork: $!\n";

    return ($child, '127.0.0.1:' . $listener->sockport) if $child;
    $SIG{$_} = 'DEFAULT' for qw(INT TERM);
    for (my $n = 0; my $socket = $listener->accept; $n++) {
        serve($socket, $answer, $n);
    }
    exit 0;
}

sub serve {
    my ($socket, $answer, $n) = @_;
    my $in = '';

    while (sysread $socket, $in, 65536, length $in) {
        my $out = '';
        while (length $in >= 4 && length $in >= 4 + unpack 'N', $in) {
            my ($message) = unpack 'N/a*', $in;
            substr $in, 0, 4 + length $message, '';
            my ($name, $seqid) = unpack 'x4 N/a* N', $message;
            my $reply = $answer->($name, $seqid, $n);
            return if !defined $reply;
            $out .= $reply;
        }
        syswrite $socket, $out if length $out;
    }
}

sub framed { return pack 'N/a*', $_[0] }

sub said {
    my ($type, $name, $seqid, $fields) = @_;

    return framed(pack('N N/a* N', 0x80010000 | $type, $name, $seqid)
        . $fields);
}

my $pong = pack 'C n N/a* C', 11, 0, 'pong', 0;
my $kept = '';

# What it answers => the kind that this is.
for my $case (
    [sub { said(2, $_[0], $_[1], pack 'C n N/a* C', 11, 0, 'ping', 0) },
        'wrong value'],
    [sub { said(2, $_[0], $_[1] + 1, $pong) },
        'a reply that nobody waits for'],
    [sub { said(2, 'pang', $_[1], $pong) }, 'reply of another method'],
    [sub { said(1, $_[0], $_[1], $pong) }, 'not a reply'],
    [sub { said(2, $_[0], $_[1], "\0") }, 'wrong value'],
    [sub { said(2, $_[0], $_[1], $pong . 'x') }, 'bad reply: bytes behind it'],
    [sub { said(2, $_[0], $_[1], substr $pong, 0, 5) }, 'bad reply: '],
    [sub { "\xff" x 8 }, 'a frame of negative length'],
    [sub { undef }, 'closed by the server'],
    [sub { '' }, 'timed out'],
    [sub { said(3, $_[0], $_[1], pack 'C n N/a* C n N C', 11, 1, 'no', 8, 2,
            11, 0) }, 'TApplicationException LOADSHEDDING'],
) {
    my ($answer, $kind) = @$case;
    my ($child, $address) = wrong_server($answer);

    ($seen, $status) = bench('-c', 1, '--calls', 2, '--timeout', 0.2,
        $address);
    kill 'KILL', $child;
    waitpid $child, 0;
    is($status, 1, "$kind: exit status");
    is_deeply([@{$seen}{qw(calls errors)}], [0, 2], "$kind: counted");
    like(join('', keys %{ $seen->{errors_by_kind} }), qr/^\Q$kind\E/,
        "$kind: told");
}

# One byte that is another after a hundred replies is not passed over.
my $count = 0;
my ($child, $address) = wrong_server(sub {
    return said(2, $_[0], $_[1],
        ++$count == 100 ? $pong =~ s/pong/pond/r : $pong);
});
($seen, $status) = bench('-c', 1, '-p', 4, $address);
is_deeply([@{$seen}{qw(calls errors)}, $seen->{errors_by_kind}, $status],
    [199, 1, { 'wrong value' => 1 }, 1], 'one wrong byte among many replies');
kill 'KILL', $child;
waitpid $child, 0;

# In an open loop a server that stops is charged with all calls of that time:
# here a hundred of them, which have waited for half a second in the mean.
$count = 0;
($child, $address) = wrong_server(sub {
    select undef, undef, undef, 1 if ++$count == 1;
    return said(2, $_[0], $_[1], $pong);
});
($seen, $status) = bench('-c', 1, '--rate', 100, '--calls', 120, $address);
is_deeply([@{$seen}{qw(calls errors not_begun)}, $status], [120, 0, 0, 0],
    'an open loop goes on behind a stop');
cmp_ok($seen->{latency_us}{p50}, '>', 200_000,
    'and the stop counts for whom it kept waiting');
kill 'KILL', $child;
waitpid $child, 0;

# What a server is too slow for is told.
($child, $address) = wrong_server(sub {
    select undef, undef, undef, 0.05;
    return said(2, $_[0], $_[1], $pong);
});
($seen, $status) = bench('-c', 1, '--rate', 1000, '--calls', 10_000, '-d', 0.4,
    $address);
is_deeply([$seen->{errors}, $status], [0, 0], 'too much is no error');
cmp_ok($seen->{not_begun}, '>', 100, 'but told');
kill 'KILL', $child;
waitpid $child, 0;

# Replies in another order are right; the seqid says whose they are.
($child, $address) = wrong_server(sub {
    my $reply = said(2, $_[0], $_[1], $pong);
    if ($kept eq '') {
        $kept = $reply;
        return '';
    }
    ($reply, $kept) = ($reply . $kept, '');
    return $reply;
});
($seen, $status) = bench('-c', 1, '-p', 2, $address);
is_deeply([@{$seen}{qw(calls errors out_of_order)}, $status],
    [200, 0, 100, 0], 'replies that overtake others');
kill 'KILL', $child;
waitpid $child, 0;

# A connection that is lost costs its calls, and the next one goes on.  (The
# first one of all only looks whether somebody is there.)
($child, $address) = wrong_server(sub {
    return $_[2] == 1 && ++$count > 120
        ? undef : said(2, $_[0], $_[1], $pong);
});
($seen, $status) = bench('-c', 1, $address);
is_deeply([@{$seen}{qw(calls errors connections_opened)}, $status],
    [199, 1, 2, 1], 'a lost connection is opened again');
kill 'KILL', $child;
waitpid $child, 0;

# ---- A wrong command line, and nobody there.

for my $wrong (
    [[], qr/ADDRESS/],
    [['-t', 0, $tcp], qr/a number from 1 to/],
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
    [['-c', 0, $tcp], qr/needs --idle/],
    [['--pid', 2**31 - 1, $tcp], qr/no process/],
    [['--compare', 'a'], qr/two files|a: /],
) {
    my ($args, $words) = @$wrong;
    ($status, $out, $err) = run_bench(@$args);
    is($status, 2, "wrong: @$args");
    like($err, $words, 'wrong: told why');
}
(my $gone, $out, $err) = run_bench('unix:' . $t->dir . '/nobody');
is($gone, 1, 'nobody there: exit status');
like($err, qr/cannot connect to .*No such file/, 'nobody there: told');

done_testing();
