#!/usr/bin/perl

# trace.t -- traces and ids of calls: taken from headers, told to handlers, and
# handed on to the services that these call.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use Test::More;

my $t = CThrift::Test->new(<<'END');
load_module %%OBJS%%/probe.so;
worker_processes 1;
thrift {
    map $trace_sampled $decided { 1 yes; 0 no; default open; }
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service Probe { method relay { execute fiber; } }
    }
    server {
        listen 127.0.0.1:%%PORT_2%%;
        service Probe {
            method relay { execute threads; }
            method trace { execute threads; }
        }
    }
}
END
$t->start;

my $TRACE = '0af7651916cd43dd8448eb211c80319c';
my $SPAN = 'b7ad6b7169203331';
my $OTHER = '00f067aa0ba902b7';
my $PARENT = "00-$TRACE-$SPAN-01";

# A client of that transport whose calls have these headers.
sub with {
    my ($transport, $port, @headers) = @_;
    my @options;

    if ($transport eq 'http') {
        @options = (fields => [map { "$headers[2 * $_]: $headers[2 * $_ + 1]" }
            0 .. @headers / 2 - 1]);
    } elsif ($transport ne 'framed') {
        @options = (headers => {@headers});
    }
    return $t->client(transport => [[$transport, @options]],
        port => $t->port($port));
}

sub value {
    my ($c, $name) = @_;

    return CThrift::Client::result($c->call('variable',
        [[1, ['string', $name]]])) // '(error)';
}

# (trace, parent, span, sampled, state)
sub trace_of {
    my ($c) = @_;

    return split / /, CThrift::Client::result($c->call('trace')), 5;
}

# ---- Taken from headers.

for my $transport (qw(http header ttheader)) {
    my $c = with($transport, 1, traceparent => $PARENT);
    is(value($c, 'trace_id'), $TRACE, "$transport: trace_id");
    is(value($c, 'parent_id'), $SPAN, "$transport: parent_id");
    is(value($c, 'trace_sampled'), 1, "$transport: trace_sampled");
    my $span = value($c, 'span_id');
    like($span, qr/^[0-9a-f]{16}$/, "$transport: span_id");
    isnt($span, value($c, 'span_id'), "$transport: of each call its own");
}

for (
    [[b3 => "$TRACE-$SPAN-0"], $TRACE, $SPAN, 0, 'b3'],
    [[b3 => "$TRACE-$SPAN-d-$OTHER"], $TRACE, $SPAN, 1, 'b3, debugging'],
    [[b3 => "$OTHER-$SPAN"], "0000000000000000$OTHER", $SPAN, '',
        'b3, 64 bits, undecided'],
    [['X-B3-TraceId' => $TRACE, 'x-b3-spanid' => $SPAN, 'X-B3-Sampled' => 1],
        $TRACE, $SPAN, 1, 'X-B3-*'],
    [[b3 => '0'], qr/^[0-9a-f]{32}$/, '', 0, 'b3, a decision alone'],
    [[traceparent => "00-$TRACE-$SPAN-00", b3 => "$TRACE-$OTHER-1"], $TRACE,
        $SPAN, 0, 'traceparent goes before b3'],
    [[traceparent => "ff-$TRACE-$SPAN-00", b3 => "$TRACE-$OTHER-1"], $TRACE,
        $OTHER, 1, 'unless it is none'],
    [[traceparent => "00-\U$TRACE\E-$SPAN-01"], qr/^(?!$TRACE)[0-9a-f]{32}$/i,
        '', '', 'upper case'],
    [[traceparent => '00-' . '0' x 32 . "-$SPAN-01"], qr/^(?!0{32})\w{32}$/,
        '', '', 'zeros'],
    [[traceparent => $PARENT, traceparent => "00-$TRACE-$OTHER-01"],
        qr/^(?!$TRACE)\w{32}$/, '', '', 'two of them'],
    [[], qr/^[0-9a-f]{32}$/, '', '', 'nothing'],
) {
    my ($headers, $trace, $parent, $sampled, $what) = @$_;
    my $c = with('http', 1, @$headers);
    like(value($c, 'trace_id'), ref $trace ? $trace : qr/^$trace$/,
        "$what: trace_id");
    is(value($c, 'parent_id'), $parent, "$what: parent_id");
    is(value($c, 'trace_sampled'), $sampled, "$what: trace_sampled");
}
is(value(with('http', 1, traceparent => $PARENT), 'decided'), 'yes', 'a map');

# One for the whole connection is hidden by a call's own.
my $c = with('framed', 1);
isnt(value($c, 'trace_id'), value($c, 'trace_id'),
    'each call without one begins a trace');

# ---- Told to handlers.

for my $port (1, 2) {
    my $where = $port == 1 ? 'in the loop' : 'on a thread';
    my @state = (tracestate => 'congo=t61rcWkgMzE', tracestate => 'rojo=1');
    my ($trace, $parent, $span, $sampled, $state) =
        trace_of(with('http', $port, traceparent => $PARENT, @state));
    is("$trace $parent $sampled", "$TRACE $SPAN 1", "$where: the ids");
    like($span, qr/^[0-9a-f]{16}$/, "$where: the span");
    isnt($span, $SPAN, "$where: it is not the caller's");
    is($state, 'congo=t61rcWkgMzE,rojo=1', "$where: the state, in one piece");
    is((trace_of(with('http', $port, @state)))[4], '',
        "$where: which is none without its parent");
    is((trace_of(with('http', $port, traceparent => $PARENT,
        tracestate => 'A=1')))[4], '', "$where: nor if it is unsound");
    is(scalar(grep { length } (trace_of(with('framed', $port)))[0 .. 3]), 3,
        "$where: where nobody has sent anything");
}

# ---- Handed on.

sub relayed {
    my ($c, $transport, $name, $follow) = @_;
    my $reply = $c->call('relay', [
        [1, ['i32', $t->port(1)]],
        [2, ['string', $transport]],
        [3, ['string', $name]],
        [4, ['bool', $follow // 1]],
    ]);

    return CThrift::Client::result($reply)
        // (CThrift::Client::exception($reply))[1];
}

for my $port (1, 2) {
    for my $to (qw(http header ttheader)) {
        my $what = ($port == 1 ? 'a fiber' : 'a thread') . " calls over $to";
        my @sent = (traceparent => $PARENT, 'X-Request-Id' => 'mine',
            tracestate => 'a=1');
        my $c = with('http', $port, @sent);
        is(relayed($c, $to, 'x-request-id'), 'mine then of-the-conf',
            "$what: the id, in the place of the client's own");
        my $parent = relayed($c, $to, 'traceparent');
        like($parent, qr/^00-$TRACE-[0-9a-f]{16}-01\ then\ -$/x,
            "$what: traceparent");
        unlike($parent, qr/$SPAN/, "$what: whose span is the call's");
        is(relayed($c, $to, 'tracestate'), 'a=1 then -', "$what: tracestate");
        is(relayed($c, $to, 'b3'), '- then -', "$what: no b3");
        is(relayed($c, $to, 'traceparent', 0), '- then -',
            "$what: nothing unless it follows");

        $c = with('http', $port, b3 => "$TRACE-$SPAN-0");
        like(relayed($c, $to, 'b3'),
            qr/^$TRACE-(?!$SPAN)[0-9a-f]{16}-0-$SPAN\ then\ -$/x, "$what: b3");
        like(relayed($c, $to, 'traceparent'),
            qr/^00-$TRACE-[0-9a-f]{16}-00\ then\ -$/x,
            "$what: and traceparent with it");
        like(relayed(with('framed', $port), $to, 'x-request-id'),
            qr/^[0-9a-f]{32} then of-the-conf$/, "$what: an id made here");
    }
    is(relayed(with('framed', $port), 'framed', 'traceparent'), '- then -',
        'framed has no headers');
}
