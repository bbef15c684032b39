#!/usr/bin/perl

# keepalive.t -- a connection that may not be used for ever: keepalive_calls,
# keepalive_time, and how a connection ends: lingering_close.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use IO::Select;
use Socket qw(IPPROTO_TCP);
use Test::More;
use Time::HiRes qw(sleep);

my $t = CThrift::Test->new(<<'END');
load_module %%OBJS%%/probe.so;
worker_processes 1;
thrift {
    keepalive_calls 3;
    server {
        listen 127.0.0.1:%%PORT_1%%;
        listen unix:%%TESTDIR%%/sock;
        service Probe { }
    }
    server {
        listen 127.0.0.1:%%PORT_2%%;
        keepalive_calls 0;
        keepalive_time 300ms;
        service Probe { }
    }
    server {
        listen 127.0.0.1:%%PORT_3%%;
        keepalive_calls 0;
        keepalive_time 1h jitter=1h;
        lingering_close off;
        service Probe { }
    }
    server {
        listen 127.0.0.1:%%PORT_4%%;
        keepalive_calls 2 jitter=100;
        lingering_time 100ms;
        service Probe { }
    }
}
END
$t->start;

# `tcpi_state` of the socket; 8 says that the peer's end has come.
use constant { TCP_INFO => 11, CLOSE_WAIT => 8 };

sub tcp_state {
    return unpack 'C', getsockopt($_[0]{socket}, IPPROTO_TCP, TCP_INFO);
}

# Echoes until the connection is at its end; how often.
sub echoes {
    my ($c, $most) = @_;

    for my $i (0 .. $most - 1) {
        my $reply = eval { $c->call('echo', [[1, ['string', "no. $i"]]]) };
        return $i if !$reply;
        die "wrong reply\n"
            if CThrift::Client::result($reply) ne "no. $i";
    }
    return $most;
}

# ---- keepalive_calls.

for my $o ([framed => 1], [framed => 0], [protocol => 'compact'],
    [transport => 'header'], [path => $t->dir . '/sock', framed => 1])
{
    my $c = $t->client(@$o);
    is(echoes($c, 5), 3, "@$o[0, 1]: three calls, and then the end");
    ok($c->is_closed(1), '... which is an end of the stream');
}

# The end rides on the last reply: who has read that knows of the end, and
# does not call once more.
{
    my $c = $t->client(framed => 1);

    echoes($c, 2);
    $c->send_call('echo', [[1, ['string', 'last']]]);
    ok(IO::Select->new($c->{socket})->can_read(20), 'the last reply is here');
    is(tcp_state($c), CLOSE_WAIT, '... and the end with it');
    is(CThrift::Client::result($c->recv_reply), 'last', '... it is right');
}

# What has come already is answered.
{
    my $c = $t->client(framed => 1);

    $c->send_raw(join '', map {
        $c->bytes_of('echo', 1, $_, [[1, ['string', "no. $_"]]], 1)
    } 1 .. 8);
    is(join(' ', map { CThrift::Client::result($c->recv_reply) } 1 .. 8),
        join(' ', map { "no. $_" } 1 .. 8), 'calls sent at once are served');
    ok($c->is_closed(20), '... and then it ends');
}

# A deferred last call is waited for.
{
    my $c = $t->client(framed => 1);

    echoes($c, 2);
    is(CThrift::Client::result($c->call('later',
            [[1, ['string', 'late']], [2, ['i32', 50]]])),
        'late', 'a last call that answers later');
    ok($c->is_closed(20), '... is the last one');
}

# HTTP can say it.
{
    my $c = $t->client(transport => 'http');

    echoes($c, 2);
    unlike($c->{layers}[0]{seen}{connection} // '', qr/close/,
        'HTTP: no end announced before the last reply');
    echoes($c, 1);
    like($c->{layers}[0]{seen}{connection} // '', qr/close/,
        '... announced with it');
    ok($c->is_closed(20), '... and so it is');
}

# A oneway call counts, and the connection ends behind it.
{
    my $c = $t->client(framed => 1);

    echoes($c, 2);
    $c->oneway('note', [[1, ['string', 'x']]]);
    ok($c->is_closed(20), 'a oneway call may be the last');
}

# ---- keepalive_time.

{
    my $c = $t->client(port => $t->port(2), framed => 1);

    is(echoes($c, 2), 2, 'young: served');
    sleep 0.5;
    ok(!$c->is_closed(0.2), 'an idle one is not closed');
    is(echoes($c, 5), 1, '... and ends with its next reply');
}
{
    my $c = $t->client(port => $t->port(3), framed => 1);
    is(echoes($c, 20), 20, 'an hour is not over');
}

# ---- Jitter.

{
    my %seen;

    for (1 .. 12) {
        my $c = $t->client(port => $t->port(4), framed => 1);
        my $n = echoes($c, 200);

        $seen{$n}++;
        $seen{wrong}++ if $n < 2 || $n > 102;
    }
    ok(!$seen{wrong}, 'chance adds from 0 to the jitter');
    cmp_ok(scalar keys %seen, '>', 3, '... not the same to all');
}

# ---- lingering_close.

# A length that is none ends the connection: what follows it is taken and
# thrown away, or meets a reset.
sub after_refusal {
    my ($port) = @_;
    my $c = $t->client(port => $port, framed => 1);

    echoes($c, 1);
    $c->send_raw("\xff\xff\xff\xff" . 'x' x 100);
    return undef if !$c->is_closed(20);
    my $error = 0;
    local $SIG{PIPE} = 'IGNORE';
    for (1 .. 20) {
        syswrite($c->{socket}, 'more') or $error = 1;
        last if $error;
        sleep 0.01;
    }
    return $error;
}

is(after_refusal($t->port(1)), 0, 'on: the rest is drained');
is(after_refusal($t->port(3)), 1, 'off: closed at once');

# ---- What is refused.

for my $case (['keepalive_calls x', qr/'x' is not a number/],
    ['keepalive_calls 1 jitter=x', qr/'x' is not a number/],
    ['keepalive_calls 0 jitter=2', qr/has no jitter/],
    ['keepalive_time 1y',          qr/'1y' is not a time/],
    ['keepalive_time 1h 5m',       qr/'5m' is not jitter=VALUE/],
    ['lingering_close always',     qr/lingering_close/],
    ['lingering_time -1',          qr/lingering_time/])
{
    my $bad = CThrift::Test->new;

    $bad->conf("load_module %%OBJS%%/probe.so;\n"
            . "thrift { server { listen 127.0.0.1:%%PORT_1%%;\n"
            . "$case->[0];\nservice Probe { } } }\n");
    my ($status, $out, $err) = $bad->run('-t');
    isnt($status, 0, "refused: $case->[0]");
    like($out . $err, $case->[1], '... with the reason');
    like($out . $err, qr/cthrift\.conf:\d+/, '... and the place');
}
