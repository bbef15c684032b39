#!/usr/bin/perl

# deadlines.t -- handler_timeout, client deadlines, and clients that have gone.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Dialects;
use CThrift::Test;
use JSON::PP;
use Socket qw(:all);
use Test::More;

use constant { LOADSHEDDING => 11, TIMEOUT => 12 };

my $t = CThrift::Test->new(<<'END');
load_module %%OBJS%%/probe.so;
worker_processes 1;
error_log logs/error.log info;
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        listen unix:%%TESTDIR%%/u.sock;
        service Probe { method later { handler_timeout 60ms; } }
    }
    server {
        listen 127.0.0.1:%%PORT_2%%;
        service Probe { }
    }
    server {
        listen 127.0.0.1:%%PORT_3%%;
        client_half_close off;
        deadline_header X-Left;
        service Probe { method echo { deadline_header off; } }
    }
}
END
$t->start;

sub exception { return CThrift::Client::exception($_[0]) }
sub result { return CThrift::Client::result($_[0]) }

# A counter of the scoreboard, all workers together.
sub counted {
    my ($name) = @_;
    my (undef, $out) = $t->run('-s', 'status', '--json');

    return decode_json($out)->{totals}{$name};
}

# Waits until a counter has grown by $n since it was $before.
sub has_grown {
    my ($name, $before, $n) = @_;

    return CThrift::Test::wait_for(sub { counted($name) - $before >= $n });
}

# The arguments of `later`: what it says, and after how many milliseconds.
sub later {
    my ($words, $delay) = @_;

    return [[1, ['string', $words]], [2, ['i32', $delay]]];
}

# ---- handler_timeout: in time, in its place, in every dialect.

{
    my $c = $t->client(framed => 1);
    my $before = counted('handler_timeouts');
    my $late = counted('late_answers');

    $c->send_call('later', later('slow', 400));
    $c->send_call('echo', [[1, ['string', 'behind']]]);
    $c->send_call('later', later('quick', 5));
    $c->send_call('later', later('slow too', 400));
    my @replies = map { $c->recv_reply } 1 .. 4;

    is_deeply([exception($replies[0])],
        [TIMEOUT, 'handler_timeout of 60 ms is over'], 'told why');
    is_deeply([map { $_->{name} } @replies], [qw(later echo later later)],
        'in the order of the calls');
    is_deeply([map { result($_) } @replies[1, 2]], [qw(behind quick)],
        'those behind are answered');
    is((exception($replies[3]))[0], TIMEOUT, 'the last one is late too');
    is(counted('handler_timeouts') - $before, 2, 'handler_timeouts: two');
    ok($t->wait_for_log(qr/nobody waits for slow,/),
        'the handler sees that nobody waits');
    ok(has_grown('late_answers', $late, 2), 'late_answers: two');
    is(result($c->call('echo', [[1, ['string', 'on']]])), 'on',
        'the connection goes on');
    is(counted('in_flight'), 0, 'no call is left in flight');
}

for my $dialect (CThrift::Dialects::spoken()) {
    my $c = $t->client(%{ $dialect->{client} });
    my ($kind, $text) = exception($c->call('later', later('late', 120)));

    is($kind, TIMEOUT, "$dialect->{name}: timed out");
    like($text, qr/handler_timeout of 60 ms/, "$dialect->{name}: told why");
    is(result($c->call('echo', [[1, ['string', 'x']]])), 'x',
        "$dialect->{name}: goes on");
}

# One that has finished and waits for its turn is not late any more.
{
    my $c = $t->client(framed => 1, port => $t->port(2));

    $c->send_call('later', later('first', 200));
    $c->send_call('later', later('second', 1));
    is_deeply([map { result($c->recv_reply) } 1, 2], [qw(first second)],
        'no limit: answered');
}

# ---- What the client says.

# A client of each transport that has headers, with those of the call.
sub with_headers {
    my ($transport, $name, $value, $port) = @_;
    my @options = $transport eq 'http' ? (fields => ["$name: $value"])
        : (headers => { $name => $value });

    return $t->client(transport => [[$transport, @options]],
        port => $t->port($port // 2));
}

for my $transport (qw(header ttheader http)) {
    for my $name (qw(client_timeout rpc_timeout
        X-Envoy-Expected-Rq-Timeout-Ms)) {
        my $c = with_headers($transport, $name, 40);

        is_deeply([exception($c->call('later', later('late', 150)))],
            [TIMEOUT, "the client's deadline of 40 ms is over"],
            "$transport: $name");
        is(result($c->call('later', later('soon', 1))), 'soon',
            "$transport: $name: in time");
    }
    my $c = with_headers($transport, 'x-left', 40, 3);

    is((exception($c->call('later', later('late', 150))))[0], TIMEOUT,
        "$transport: deadline_header X-Left");
    $c = with_headers($transport, 'client_timeout', 20, 3);
    is(result($c->call('later', later('late', 60))), 'late',
        "$transport: and no other");

    # What is no number of milliseconds is none.
    for my $value ('', '0', '-1', '1e3', '10ms', ' ', '99999999999999999999',
        '18446744073709551615', "4\x{e9}", '40 40', '864000001') {
        next if $transport eq 'http' && $value =~ /^ $/;
        $c = with_headers($transport, 'client_timeout', $value);
        is(result($c->call('later', later('fine', 50))), 'fine',
            "$transport: '$value' is no deadline");
    }
}

{
    my $c = $t->client(transport => [['ttheader', ints => { 12 => 40 }]],
        port => $t->port(2));

    is((exception($c->call('later', later('late', 150))))[0], TIMEOUT,
        'ttheader: the number of rpc_timeout');

    # The earliest of all of them counts.
    $c = $t->client(transport => [['header', headers =>
        { client_timeout => 5000, rpc_timeout => 30 }]]);
    is((exception($c->call('later', later('late', 150))))[1],
        "the client's deadline of 30 ms is over", 'the least of two');
    $c = with_headers('header', 'client_timeout', 5000, 1);
    is((exception($c->call('later', later('late', 150))))[1],
        'handler_timeout of 60 ms is over', 'or what the server says');
    $c = $t->client(transport => [['header', sticky =>
        { client_timeout => 30 }]], port => $t->port(2));
    is((exception($c->call('later', later('late', 150))))[0], TIMEOUT,
        'header: set for the connection');
    is((exception($c->call('later', later('late', 150))))[0], TIMEOUT,
        'and it stays');
}

# ---- A client that has gone.

# Resets the connection.
sub vanish {
    my ($c) = @_;

    setsockopt $c->{socket}, SOL_SOCKET, SO_LINGER, pack 'ii', 1, 0;
    $c->close;
}

{
    my $before = counted('cancelled');
    my $c = $t->client(port => $t->port(2), framed => 1);

    $c->send_call('later', later('reset', 100));
    vanish($c);
    ok($t->wait_for_log(qr/nobody waits for reset,/), 'reset: cancelled');

    # kqueue reports the end of our reading, and no more.
    my $n = 2;
    if ($^O eq 'linux' && ($ENV{CTHRIFT_USE} // '') ne 'kqueue') {
        $c = $t->client(path => $t->dir . '/u.sock', framed => 1);
        $c->send_call('later', later('unix', 50));
        $c->close;
        ok($t->wait_for_log(qr/nobody waits for unix,/), 'unix: cancelled');
        $n++;
    }

    $c = $t->client(port => $t->port(3), framed => 1);
    $c->send_call('later', later('ended', 100));
    shutdown $c->{socket}, 1;
    ok($c->is_closed(5), 'client_half_close off: an end is the end');
    ok($t->wait_for_log(qr/nobody waits for ended,/), 'cancelled too');
    ok(has_grown('cancelled', $before, $n), 'cancelled: all');

    $c = $t->client(port => $t->port(2), framed => 1);
    $c->send_call('later', later('half', 50));
    shutdown $c->{socket}, 1;
    is(result($c->recv_reply), 'half', 'client_half_close on: answered');
}

# ---- What is refused.

# One line inside `server`, in line 5.
sub refused {
    my ($line, $words) = @_;
    my $bad = CThrift::Test->new(<<"END");
load_module %%OBJS%%/probe.so;
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%; service Probe { }
        $line
    }
}
END
    my ($status, $out, $err) = $bad->run('-t');

    isnt($status, 0, "refused: $line");
    like($out . $err, $words, 'with its reason');
    like($out . $err, qr/cthrift\.conf:5\b/, 'and its line');
}

refused('handler_timeout soon;', qr/'soon' is not a time/);
refused('handler_timeout -1;', qr/'-1' is not a time/);
refused('client_half_close maybe;', qr/'maybe' is not a flag/);
refused('deadline_header "a b";', qr/'a b' is no name of a header/);
refused('deadline_header "";', qr/'' is no name of a header/);
refused('deadline_header off X-Left;', qr/'off' stands alone/);
refused('deadline_header X-Left; deadline_header X-More;', qr/is duplicate/);

done_testing;
