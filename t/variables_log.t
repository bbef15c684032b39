#!/usr/bin/perl

# variables_log.t -- what variables say of calls that have ended: how, and how
# long that took.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use Test::More;

my $t = CThrift::Test->new(<<'END');
load_module %%OBJS%%/probe.so;
worker_processes 1;
thread_pool one threads=1;
thrift {
    map $status $good { ok 1; default 0; }
    map $arg_s $named { ~^(?<first>.) "$first of $arg_s"; }
    log_format ended "$method|$status|$exception|$message_type|$arg_a|$good";
    log_format timed "$method|$handler_time|$queue_time|$request_time";
    log_format named "$named|$request_id|$request_id|$span_id|$trace_id";
    access_log logs/ended ended;
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service Probe {
            method denied { deny all; }
            method later { handler_timeout 20ms; }
        }
    }
    server {
        listen 127.0.0.1:%%PORT_2%%;
        access_log logs/timed timed;
        service Probe {
            method spin { execute threads=one; }
            method denied { deny all; }
        }
    }
    log_format gone "$status|$exception|$good|$named|$arg_s|$remote_addr";
    server {
        listen 127.0.0.1:%%PORT_4%%;
        access_log logs/gone gone;
        client_half_close off;
        service Probe { execute threads=one; }
    }
    server {
        listen 127.0.0.1:%%PORT_3%%;
        access_log logs/named named;
        service Probe { }
    }
}
END
$t->start;

# The lines of a log once there are that many.
sub lines_of {
    my ($name, $n) = @_;
    my @lines;

    CThrift::Test::wait_for(sub {
        @lines = split /\n/, $t->read_file("logs/$name");
        return @lines >= $n;
    });
    return @lines;
}

# ---- How.

my $c = $t->client;
$c->call('add', [[1, ['i32', 7]]]);
$c->call('refuse', [[1, ['string', 'x']]]);
$c->call('fail', [[1, ['string', 'x']]]);
$c->call('fail_silently');
$c->call('no_result');
$c->call('bad_result');
$c->call('unheard_of');
$c->call('tree', [[1, ['struct', []]]]);
$c->call('denied');
$c->oneway('note', [[1, ['string', 'x']]]);
$c->call('later', [[1, ['string', 'x']], [2, ['i32', 60]]]);

my @ended = lines_of('ended', 11);
is(shift @ended, $_, $_) for (
    'add|ok|-|call|7|1',
    'refuse|exception|Refusal|call|-|0',
    'fail|internal_error|INTERNAL_ERROR|call|-|0',
    'fail_silently|internal_error|INTERNAL_ERROR|call|-|0',
    'no_result|missing_result|MISSING_RESULT|call|-|0',
    'bad_result|internal_error|INTERNAL_ERROR|call|-|0',
    'unheard_of|unknown_method|UNKNOWN_METHOD|call|-|0',
    'tree|protocol_error|PROTOCOL_ERROR|call|-|0',
    'denied|denied|UNKNOWN|call|-|0',
    'note|ok|-|oneway|-|1',
    'later|timeout|TIMEOUT|call|-|0',
);

# ---- How long.

$c = $t->client(port => $t->port(2));
$c->call('later', [[1, ['string', 'x']], [2, ['i32', 30]]]);
$c->call('denied');
my $other = $t->client(port => $t->port(2));
$_->send_call('spin', [[1, ['i32', 40]]]) for $c, $other;
$_->recv_reply for $c, $other;

my %times;
for (lines_of('timed', 4)) {
    my ($method, @times) = split /\|/;
    push @{ $times{$method} }, \@times;
}
cmp_ok($times{later}[0][0], '>=', 0.029, 'an answer that comes later counts');
is($times{denied}[0][0], '0.000000', 'a handler that never ran takes no time');
for my $spin (@{ $times{spin} }) {
    my ($handler, $queue, $request) = @$spin;
    cmp_ok($handler, '>=', 0.039, 'on a thread: its own time');
    cmp_ok($handler + $queue, '<=', $request + 0.000002,
        '... beside that in the queue');
}

# ---- Once for a call.

$t->client(port => $t->port(3))->call('echo', [[1, ['string', 'abc']]]);
my ($line) = lines_of('named', 1);
my ($named, @ids) = split /\|/, $line;
is($named, 'a of abc', 'a map of an argument');
is($ids[0], $ids[1], 'one id for a call');
like("@ids[2, 3]", qr/^[0-9a-f]{16} [0-9a-f]{32}$/, 'and a trace');

# ---- Of a client that has gone, while its handler runs on a thread.

$c = $t->client(port => $t->port(4));
$c->send_call('spin', [[1, ['i32', 200]]]);
$c->send_call('echo', [[1, ['string', 'abc']]]);
$c->close;
is(join(' ', sort(lines_of('gone', 2))),
    'cancelled|-|0|-|-|127.0.0.1 cancelled|-|0|a of abc|abc|127.0.0.1',
    'what a log says of its calls');
