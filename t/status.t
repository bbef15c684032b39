#!/usr/bin/perl

# status.t -- what the server shows by HTTP: figures that equal the calls made,
# health, and what is no request for it.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use IO::Select;
use IO::Socket::INET;
use JSON::PP;
use POSIX ();
use Socket qw(SOL_SOCKET SO_LINGER);
use Test::More;
use Time::HiRes qw(time);

my $t = CThrift::Test->new(<<'END', allow => [qr/denied|killed|signal/]);
load_module %%OBJS%%/probe.so;
worker_processes 2;
loop_check_interval 100ms;
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service Probe {
            method denied { deny all; }
            method hang { execute threads=default; handler_timeout 50ms; }
            method later { max_calls_in_flight 1; }
        }
    }
    server { listen 127.0.0.1:%%PORT_2%% http; status; }
    server { listen 127.0.0.1:%%PORT_3%%; status metrics; deny all; }
    server {
        listen 127.0.0.1:%%PORT_4%% http;
        status health;
        service Probe { }
    }
}
END
$t->start;

# A connection, and what comes back for bytes: a list of status, fields, body.
sub dial {
    my ($n) = @_;

    return IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $t->port($n // 2)) || die "cannot connect: $!\n";
}

sub answer {
    my ($socket, $is_head) = @_;
    my $head = '';

    while ($head !~ /\r\n\r\n/) {
        sysread $socket, $head, 1, length $head or return;
    }
    my ($status) = $head =~ m{^HTTP/1\.1 (\d+) };
    my %fields = map { /^([^:]+): (.*)$/ ? (lc $1, $2) : () }
        split /\r\n/, $head;
    my $body = '';
    while (!$is_head && length $body < $fields{'content-length'}) {
        sysread $socket, $body, $fields{'content-length'} - length $body,
            length $body or last;
    }
    return ($status, \%fields, $body);
}

sub request {
    my ($method, $path, $n) = @_;
    my $socket = dial($n);

    print {$socket} "$method $path HTTP/1.1\r\nHost: x\r\n\r\n";
    return answer($socket, $method eq 'HEAD');
}

sub get { return (request('GET', @_))[2] }
sub status_of { return (request(@_))[0] }

# { "calls_total{...}" => value } of what Prometheus would read.
sub metrics {
    return { map { /^cthrift_(\S+) (\S+)$/ ? ($1, $2) : () }
        split /\n/, get('/metrics') };
}

sub rows {
    return { map { $_->{name} => $_ } @{ $t->status->{methods} } };
}

# ---- The calls: how each one ends is known.

my $client = $t->client;
my %made;

sub call {
    my ($outcome, $method, $args) = @_;

    $client->call($method, $args // []);
    $made{$method}{$outcome}++;
}

my $text = [[1, ['string', 'x']]];
call('ok', 'echo', $text) for 1 .. 20;
call('exception', 'refuse', $text) for 1 .. 3;
call('internal_error', 'fail', $text) for 1 .. 4;
call('missing_result', 'no_result');
call('denied', 'denied') for 1 .. 2;
call('timeout', 'hang', [[1, ['i32', 300]]]);
call('unknown_method', '(unknown)') for 1 .. 5;
$client->send_call('add', [], type => 2);    # a reply is no call
$client->recv_reply;
$made{add}{protocol_error}++;

$client->oneway('note', $text);
$made{note}{ok}++;

# One that is under way, one that finds it there, and a client that goes.
$client->send_call('later', [[1, ['string', 'x']], [2, ['i32', 20_000]]]);
$client->send_call('later', [[1, ['string', 'x']], [2, ['i32', 1]]]);
ok(CThrift::Test::wait_for(sub { rows()->{'Probe.later'}{calls} == 1 }),
    'one call is shed');
is(rows()->{'Probe.later'}{in_flight}, 1, 'the other one is under way');
is($t->status->{totals}{busy}, 1, '... on one connection');
# A reset: that its own side has ended would not say that it has gone.
setsockopt $client->{socket}, SOL_SOCKET, SO_LINGER, pack 'ii', 1, 0;
$client->close;
$made{later} = { shed => 1, cancelled => 1 };
ok(CThrift::Test::wait_for(sub { rows()->{'Probe.later'}{calls} == 2 }),
    'and ends with its client');
is($t->status->{totals}{busy}, 0, '... which is not busy any more');

my $rows = rows();
for my $method (sort keys %made) {
    my $row = $rows->{ $method eq '(unknown)' ? $method : "Probe.$method" };
    my %counted = map { $row->{outcomes}{$_} ? ($_, $row->{outcomes}{$_}) : () }
        keys %{ $row->{outcomes} };
    is_deeply(\%counted, $made{$method}, "$method: ends as it was made to");
    my $sum = 0;
    $sum += $_ for @{ $row->{buckets} };
    is($sum, $row->{calls}, "$method: buckets hold all calls");
}

# ---- The same everywhere.

my $json = decode_json(get('/status.json'));
my $metrics = metrics();
my %by_name = map { $_->{name} => $_ } @{ $json->{methods} };
my $calls = 0;
for my $name (sort keys %by_name) {
    my ($service, $method) = $name =~ /^(\w+)\.(\w+)$/ ? ($1, $2) : ('', $name);
    my $labels = qq(service="$service",method="$method");
    my $row = $by_name{$name};
    my $sum = 0;
    $sum += $metrics->{"calls_total{$labels,outcome=\"$_\"}"} // 0
        for keys %{ $row->{outcomes} };
    $calls += $sum;
    is($sum, $row->{calls}, "$name: as many in both");
    is($row->{calls}, $rows->{$name}{calls}, "$name: as with -s status");
    next if !$sum;
    is($metrics->{"call_duration_seconds_count{$labels}"}, $sum,
        "$name: the histogram has them all");
    is($metrics->{"call_duration_seconds_bucket{$labels,le=\"+Inf\"}"}, $sum,
        "$name: its last bucket as well");
    is($metrics->{"call_received_bytes_total{$labels}"}, $row->{bytes_in},
        "$name: bytes");
    cmp_ok($row->{bytes_in}, '>', 0, "$name: there were some");
}
is($metrics->{calls_begun_total}, $calls, 'what began has ended');
is($metrics->{'dialect_calls_total{transport="unframed",protocol="binary"}'},
    $calls, 'and was told in one dialect');
is($json->{totals}{dialects}[0]{connections}, 1, 'of one connection');
is(@{ $json->{bucket_bounds_us} }, 40, 'forty bounds');
is($json->{bucket_bounds_us}[39], undef, 'the last of them open');
is($json->{server}{pid}, $t->master_pid, "the master's pid");
is(@{ $json->{listens} }, 4, 'every listen');
is($json->{listens}[0]{address}, '127.0.0.1:' . $t->port(1), 'by its address');
is($json->{server}{conf_path} =~ m{/} ? 1 : 0, 1, 'the configuration');

# ---- HTTP.

{
    my ($status, $fields, $body) = request('GET', '/');
    is($status, 200, 'the page');
    like($fields->{'content-type'}, qr{^text/html}, 'is HTML');
    like($fields->{'content-security-policy'}, qr/default-src 'none'/,
        'loads nothing');
    is($fields->{'cache-control'}, 'no-store', 'is not kept');
    like($body, qr/<html/, 'and is there');
    is($body, (request('GET', '/status'))[2], '/status is the same');
}
for my $path ('/', '/metrics', '/status.json', '/health/ready', '/nowhere') {
    my $socket = dial();
    print {$socket} "HEAD $path HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n";
    my ($status, $fields) = answer($socket, 1);
    is($status, $path eq '/nowhere' ? 404 : 200, "HEAD $path");
    cmp_ok($fields->{'content-length'}, '>', 0, 'has a length');
    is((answer($socket))[2], "live\n", 'but no body: the next one is in step');
}
is(status_of('GET', $_), 404, "GET $_: not found")
    for '/nowhere', '/metrics/', '//metrics', '/%6detrics', '/status.jsonx';
is(status_of('GET', '/metrics?a=b'), 200, 'a query is passed over');
is(status_of('GET', 'http://x/metrics'), 200, 'an absolute address');
is(status_of('GET', $_), 200, "GET $_ is the page") for 'http://x', 'http://x?';
is(status_of($_, '/metrics'), 405, "$_: no such method")
    for qw(PUT DELETE OPTIONS);
{
    my $socket = dial();
    print {$socket} "POST /metrics HTTP/1.1\r\nHost: x\r\nOrigin: http://y\r\n",
        "Content-Length: 1\r\n\r\nx",
        "GET /health/live HTTP/1.1\r\nHost: x\r\nOrigin: http://y\r\n\r\n";
    my ($status, $fields) = answer($socket);
    is($status, 405, 'POST: no such method');
    is($fields->{allow}, 'GET, HEAD', 'but two others');
    ($status, $fields) = answer($socket);
    is($status, 200, 'and the connection goes on');
    is($fields->{'access-control-allow-origin'}, undef,
        'pages of other origins may not look');
}
{
    my $socket = dial();
    print {$socket} "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n" x 20;
    my @answers = map { (answer($socket))[0] } 1 .. 20;
    is_deeply(\@answers, [(200) x 20], 'twenty in one write');
}
{
    my $socket = dial();
    print {$socket} "GET /health/live HTTP/1.1\r\nHost: x\r\n",
        "Connection: close\r\n\r\n";
    is((answer($socket))[0], 200, 'the last one is answered');
    is(sysread($socket, my $more, 1), 0, 'and the connection closed');
}

# Requests that cost much and bring little: others have their turn between.
# Eight connections ask one after the other, so some worker is the busy one's;
# none of them may wait for a good part of the time that the flood takes.
{
    my $n = 12_000;
    my $flood = dial();
    my @others = map { dial() } 1 .. 8;
    my $ask = sub {
        print { $_[0] } "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n";
        return (answer($_[0]))[0];
    };
    $ask->($_) for $flood, @others;

    pipe my $end, my $out or die "pipe: $!";
    my $began = time;
    my $writer = fork // die "fork: $!";
    if ($writer == 0) {
        print $flood "HEAD /metrics HTTP/1.1\r\nHost: x\r\n\r\n" x $n;
        $flood->flush;
        POSIX::_exit(0);
    }
    my $reader = fork // die "fork: $!";
    if ($reader == 0) {
        my ($seen, $text) = (0, '');
        while ($seen < $n && sysread $flood, $text, 65536, length $text) {
            $seen += () = $text =~ m{HTTP/1\.1 200 }g;
            $text = length $text > 12 ? substr $text, -12 : $text;
        }
        syswrite $out, "$seen " . (time - $began);
        POSIX::_exit(0);
    }
    close $out;

    my ($longest, $asked) = (0, 0);
    until (IO::Select->new($end)->can_read(0)) {
        my $from = time;
        $ask->($others[$asked++ % @others]);
        my $waited = time - $from;
        $longest = $waited if $waited > $longest;
    }
    sysread $end, my $told, 100;
    my ($seen, $took) = split / /, $told // '';
    waitpid $_, 0 for $writer, $reader;
    is($seen, $n, "$n times HEAD at once: all answered");
    cmp_ok($longest, '<', $took / 4, '... and nobody waited for the last one');
    note sprintf '%d answers to others, the last after %.0f ms at most; '
        . 'the flood took %.0f ms', $asked, $longest * 1000, $took * 1000;
}

# Thrift is not spoken there.
is(eval { $t->client(port => $t->port(2))->call('echo', $text) }, undef,
    'a call finds nobody');
is($t->status->{totals}{unknown_dialects}, 1, 'and is counted');

# ---- Who may look, and at what.

is(status_of('GET', '/metrics', 3), 403, 'deny: forbidden');
is(status_of('GET', '/nowhere', 3), 403, 'whatever it is');
is(status_of('GET', '/health/ready', 4), 200, 'beside a service');
is(status_of('GET', '/metrics', 4), 404, 'only what is named');
is(CThrift::Client::result($t->client(port => $t->port(4),
            transport => 'http')->call('echo', $text)), 'x',
    'calls are served there too');

# ---- Health.

is(get('/health/ready'), "ready\n", 'ready');
is(status_of('GET', '/health/leaving'), 503, 'and it stays');
ok($t->reload, 'a reload');
is(status_of('GET', '/health/ready'), 200, 'ready all the while');
{
    my ($victim) = $t->workers;
    kill 'KILL', $victim;
    is(status_of('GET', '/health/ready'), 200, 'a worker less is no matter');
    ok(CThrift::Test::wait_for(sub {
        my @now = $t->workers;
        @now == 2 && !grep { $_ == $victim } @now;
    }), 'there is another one');
    is(rows()->{'Probe.echo'}{calls} >= 20 ? 1 : 0, 1, 'no call is forgotten');
}

# Out of the balancers' sight, while service goes on.
is(($t->run('-s', 'drain'))[0], 0, 'drain');
is(status_of('GET', '/health/ready'), 503, 'is not ready');
is(status_of('GET', '/health/leaving'), 200, 'but leaving');
is(status_of('GET', '/health/live'), 200, 'and lives');
is(metrics()->{draining}, 1, 'says that it drains');
is(CThrift::Client::result($t->client->call('echo', $text)), 'x',
    'and serves on');
is(($t->run('-s', 'drain', 'off'))[0], 0, 'drain off');
is(status_of('GET', '/health/ready'), 200, 'is ready again');

# ---- Refused.

for (['status what;', qr/invalid value 'what' of 'status'/],
    ['status json json;', qr/'json' is given twice/],
    ['status; transport framed;', qr/leaves no HTTP/],
    ['allow all;', qr/has no 'service'/]) {
    my ($line, $why) = @$_;
    my $bad = CThrift::Test->new(<<"END");
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        $line
    }
}
END
    my ($status, undef, $err) = $bad->run('-t');
    isnt($status, 0, "$line is refused");
    like($err, $why, 'for a reason');
    like($err, qr/cthrift\.conf:\d+/, 'with its place');
}

$t->finish;
done_testing();
