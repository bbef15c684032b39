#!/usr/bin/perl

# dogstatsd.t -- statsd with tags, by method, over a unix socket, in small
# datagrams; and what the directive refuses.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Statsd;
use CThrift::Test;
use List::Util qw(max);
use Test::More;

my $t = CThrift::Test->new;
my $path = $t->dir . '/statsd.sock';
my $statsd = CThrift::Statsd->new(dir => $t->dir, path => $path);

sub conf {
    my ($directive) = @_;

    $t->conf(<<"END");
$directive
load_module %%OBJS%%/probe.so;
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service Probe { }
    }
}
END
}

sub call {
    my ($n, $method, @fields) = @_;
    my $client = $t->client;

    $client->call($method, \@fields) for 1 .. $n;
    $client->close;
}

sub becomes {
    my ($expected, $name, @tags) = @_;

    CThrift::Test::wait_for(sub { $statsd->count($name, @tags) >= $expected });
    is($statsd->count($name, @tags), $expected, join ' ', $name, @tags);
}

# ---- Tags.  The socket's path is relative to the prefix.

conf('statsd unix:statsd.sock format=dogstatsd tags=env:test,blue '
    . 'interval=100ms max_packet=700;');
$t->start;
call(30, 'echo', [1, ['string', 'x']]);
call(10, 'refuse', [1, ['string', 'no']]);
ok($t->wait_for_log(qr/statsd: 'unix:\S+\/statsd\.sock' has not received/),
    'no socket yet');
$statsd->start;
call(5, 'no_such_method');
call(3, 'later', [1, ['string', 'x']], [2, ['i32', 40]]);
becomes(30, 'cthrift.requests', 'service:Probe', 'method:echo', 'status:ok');
becomes(10, 'cthrift.requests', 'service:Probe', 'method:refuse',
    'status:exception');
becomes(5, 'cthrift.requests', 'service:unknown', 'method:unknown',
    'status:unknown_method');
becomes(3, 'cthrift.requests', 'method:later');
becomes(10, 'cthrift.request.status.exception', 'method:refuse');
becomes(48, 'cthrift.requests');
{
    my ($n, $ms) = $statsd->timing('cthrift.request.duration', 'method:later');
    is($n, 3, 'three were timed');
    cmp_ok($ms, '>=', 3 * 40, 'and took their time');
    # The sum is exact, so three of 40 ms are not told as much longer.
    cmp_ok($ms, '<', 3 * 40 + 15_000, 'in milliseconds');
}
is(scalar(grep { ($_->{tags}{''} // '') !~ /,env:test,blue,\z/ }
    $statsd->lines), 0, 'every line has the tags of the file');
cmp_ok(max(map { length } $statsd->datagrams), '<=', 700,
    'no datagram is longer than max_packet');

# ---- Another receiver at the same path.

$statsd->stop;
call(4, 'echo', [1, ['string', 'x']]);
$statsd->start;
becomes(34, 'cthrift.requests', 'method:echo');

# ---- By method without tags; what was counted before is not told again.

conf('statsd unix:%%TESTDIR%%/statsd.sock prefix=p.q interval=100ms '
    . 'per_method=on;');
ok($t->reload, 'reload');
call(6, 'echo', [1, ['string', 'x']]);
becomes(6, 'p.q.requests');
becomes(6, 'p.q.method.Probe.echo.requests');
becomes(6, 'p.q.method.Probe.echo.request.status.ok');
is(($statsd->timing('p.q.method.Probe.echo.request.duration'))[0], 6,
    'timed');

# ---- One sum with tags.

conf('statsd unix:%%TESTDIR%%/statsd.sock prefix=sum interval=100ms '
    . 'per_method=off format=dogstatsd;');
ok($t->reload, 'reload');
call(6, 'echo', [1, ['string', 'x']]);
becomes(6, 'sum.requests', 'status:ok');
is(scalar(grep { $_->{name} =~ /^sum/ && exists $_->{tags}{method} }
    $statsd->lines), 0, 'no method is told');

# ---- A name that nobody knows is a warning; it is looked up at a reload.

my $unknown = ('x' x 70) . '.test';
conf("statsd $unknown:8125;");
ok($t->reload, 'an unknown host does not keep the server from serving');
ok($t->wait_for_log(qr/\[warn\].*'$unknown:8125' is not known.* in .*:1\b/),
    'but is warned of');
call(1, 'echo', [1, ['string', 'x']]);
$t->descriptors_may_change;
$t->stop;

# ---- What is refused.

sub refused {
    my ($words, $reason) = @_;

    conf("worker_processes 1;\nstatsd $words;");
    my ($status, $out, $err) = $t->run('-t');
    isnt($status, 0, "refused: $words");
    like($out . $err, $reason, 'with its reason');
    like($out . $err, qr/cthrift\.conf:2\b/, 'and its line');
}

my $there = '127.0.0.1:8125';

refused('""', qr/wants a receiver/);
refused('8125', qr/the host is missing/);
refused('*:8125', qr/the host is missing/);
refused('localhost:', qr/a port is a number/);
refused('localhost:0', qr/a port is a number/);
refused('local/host', qr/not a receiver/);
refused('[::1]', qr/a port is missing/);
refused('fd:3', qr/takes no 'fd:'/);
refused('unix:', qr/path of the unix socket is missing/);
refused("$there prefix=", qr/not a prefix/);
refused("$there prefix=.x", qr/not a prefix/);
refused("$there prefix=a:b", qr/letters, digits/);
refused("$there 'prefix=a|b'", qr/letters, digits/);
refused('127.0.0.1:8125 prefix=' . 'x' x 129, qr/1 to 128 bytes/);
refused("$there prefix=a prefix=b", qr/given twice/);
refused("$there tags=a:b", qr/needs 'format=dogstatsd'/);
refused("$there format=dogstatsd tags=", qr/has none/);
refused("$there format=dogstatsd tags=a,,b", qr/no tags/);
refused("$there format=dogstatsd tags=a,", qr/no tags/);
refused("$there format=dogstatsd tags=:b", qr/no tags/);
refused("$there format=dogstatsd 'tags=a|b'", qr/no tags/);
refused("$there format=dogstatsd 'tags=a#b'", qr/no tags/);
refused("$there format=dogstatsd 'tags=a b'", qr/no tags/);
refused("$there format=dogstatsd \"tags=a\nb\"", qr/no tags/);
refused("$there format=dogstatsd tags=" . 'x' x 513, qr/512 bytes/);
refused("$there format=dogstatsd max_packet=600 tags=" . 'x' x 200,
    qr/too long for datagrams of 600 bytes/);
refused("$there format=graphite", qr/statsd or dogstatsd/);
refused("$there interval=99ms", qr/100ms to 1h/);
refused("$there interval=2h", qr/100ms to 1h/);
refused("$there max_packet=547", qr/from 548 to 8192/);
refused("$there max_packet=9000", qr/from 548 to 8192/);
refused("$there per_method=maybe", qr/on or off/);
refused("$there colour=red", qr/nothing that 'statsd' takes/);

conf("statsd localhost; statsd localhost;");
like(join('', $t->run('-t')), qr/'statsd' is duplicate/,
    'given twice');
for my $good ('localhost', 'localhost:9125', '[::1]:8125', 'unix:@name',
    "$there format=dogstatsd tags=a:b:c,d/e,f") {
    conf("statsd $good;");
    is(($t->run('-t'))[0], 0, "taken: $good");
}
