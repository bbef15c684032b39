#!/usr/bin/perl

# limits.t -- every cap: n is allowed, n + 1 is refused, the rest goes on.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use Test::More;
use Time::HiRes qw(time);

my $t = CThrift::Test->new(<<'END');
load_module %%OBJS%%/probe.so;
worker_processes 1;
error_log logs/error.log info;
thrift {
    max_frame_size 64k;
    server {
        listen 127.0.0.1:%%PORT_1%%;
        max_string_size 50;
        max_container_size 50;
        max_message_size 100k;
        max_depth 10;
        max_name_length 20;
        client_read_timeout 400ms;
        service Probe { }
    }
    server {
        listen 127.0.0.1:%%PORT_2%%;
        client_timeout 300ms;
        max_pipelined_calls 4;
        service Probe { }
    }
}
END
$t->start;

sub exception { CThrift::Client::exception($_[0]) }
sub result { CThrift::Client::result($_[0]) }

# As one value: an exception's type, 'closed', or the result.
sub outcome {
    my ($c, @call) = @_;
    my $reply = eval { $c->call(@call) };
    return $@ =~ /closed/ ? 'closed' : "died: $@" if !$reply;
    return (exception($reply))[0] if $reply->{type} == 3;
    return 'ok';
}

sub good {
    my ($c) = @_;
    return outcome($c, 'echo', [[1, ['string', 'x']]]) eq 'ok';
}

# Frames: the connection knows where the next message begins.
{
    my $c = $t->client(framed => 1);
    is(outcome($c, 'echo', [[1, ['string', 'x' x 50]]]), 'ok', 'string 50');
    is(outcome($c, 'echo', [[1, ['string', 'x' x 51]]]), 7, 'string 51');
    is(outcome($c, 'add', [[9, ['string', 'x' x 51]]]), 7,
        'string 51 in a field that is passed over');
    is(outcome($c, 'texts', [[1, ['list', 'string', [('') x 50]]]]), 'ok',
        'list 50');
    is(outcome($c, 'texts', [[1, ['list', 'string', [('') x 51]]]]), 7,
        'list 51');
    is(outcome($c, 'add', [[9, ['map', 'byte', 'byte',
        [map { [$_, $_] } 1 .. 51]]]]), 7, 'map 51, passed over');

    my $nest = sub {
        my ($levels) = @_;
        my $value = ['struct', []];
        $value = ['struct', [[1, $value]]] for 2 .. $levels;
        return [[9, $value]];
    };
    is(outcome($c, 'add', $nest->(10)), 'ok', 'depth 10');
    is(outcome($c, 'add', $nest->(11)), 7, 'depth 11');
    ok(good($c), 'and the connection is in step');

    $c->send_raw(pack 'N', 65537);
    is($c->recv_until_closed, '', 'a frame over the limit closes');
    for my $size (0, -1, -2147483648, 2147483647) {
        $c = $t->client(framed => 1);
        ok(good($c), 'in step');
        $c->send_raw(pack 'l>', $size);
        is($c->recv_until_closed, '', "frame of $size closes");
    }
}

# Unframed: the head is answered, then nothing can be trusted.
{
    for my $case (
        ['string', [[1, ['string', 'x' x 51]]]],
        ['container', [[9, ['list', 'byte', [(1) x 51]]]]],
    ) {
        my $c = $t->client;
        my $reply;
        $c->send_call('echo', $case->[1]);
        $reply = eval { $c->recv_reply };
        is($reply ? (exception($reply))[0] : $@, 7, "unframed $case->[0]");
        ok($c->is_closed(5), 'and closed');
    }
    my $c = $t->client;
    ok(good($c), 'unframed: fine');
    $c->send_call('a' x 21);
    ok(defined $c->recv_until_closed, 'a name over the limit closes');
}

# Every truncation of a message, then silence: closed in time.
{
    my $bytes = CThrift::Client::message('tree', 1, 1,
        [[1, ['struct', [[1, ['string', 'abc']],
            [2, ['list', 'struct', [['struct', [[4, ['i32', 1]]]]]]],
            [4, ['i32', 1]]]]]], 1);
    my @clients = map {
        my $c = $t->client(framed => 0, timeout => 10);
        $c->send_raw(substr $bytes, 0, $_);
        $c;
    } 1 .. length($bytes) - 1;
    ok(good($t->client), 'others are served meanwhile');
    my $closed = grep { defined $_->recv_until_closed } @clients;
    is($closed, scalar @clients, 'client_read_timeout closes all of them');
    $_->close for @clients;
}

# What is no Thrift is closed at once, and named.
for my $case (
    ["\x16\x03\x01\x02\x00\x01\x00", 'TLS'],
    ["SSH-2.0-OpenSSH\r\n", 'SSH'],
    ["\x00\x00\x00\x20\x44\x00\x00\x00", 'ThriftMux'],
    ["\xff\xfb\x01\xff\xfd\x03", 'telnet'],
    ["\x00" x 64, 'empty frame'],
    ["\xde\xad\xbe\xef" x 8, 'negative'],
) {
    my ($bytes, $name) = @$case;
    my $c = $t->client(timeout => 5);
    my $start = time;
    $c->send_raw($bytes);
    is($c->recv_until_closed, '', "$name is closed");
    cmp_ok(time - $start, '<', 3, 'soon');
    # One line a second is the rule.
    CThrift::Test::wait_for(sub {
        return 1 if $t->log_text =~ /looks like: [^,]*$name/i;
        my $again = $t->client(timeout => 5);
        $again->send_raw($bytes);
        $again->recv_until_closed;
        return 0;
    });
    like($t->log_text, qr/looks like: [^,]*$name/i, "and named: $name");
}
unlike($t->log_text, qr/[^\x20-\x7e\n\t]/, 'no byte of a peer in the log');

# Idle for too long; many calls at once.
{
    my $c = $t->client(port => $t->port(2), framed => 1);
    ok(good($c), 'served');
    my $start = time;
    ok($c->is_closed(5), 'client_timeout closes an idle connection');
    cmp_ok(time - $start, '>', 0.2, 'but not at once');

    $c = $t->client(port => $t->port(2), framed => 1);
    $c->send_call('later', [[1, ['string', "n$_"]], [2, ['i32', 30]]])
        for 1 .. 20;
    is_deeply([map { result($c->recv_reply) } 1 .. 20],
        [map { "n$_" } 1 .. 20], 'more than max_pipelined_calls: all answered');
}

my (undef, $status) = $t->run('-s', 'status', '--json');
like($status, qr/protocol_errors/, 'status counts');
