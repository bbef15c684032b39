#!/usr/bin/perl

# session.t -- what a session does at odd moments: pausing and going on,
# ending while others wait, calls that end in odd orders.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use IO::Select;
use Test::More;
use Time::HiRes qw(sleep time);

my $t = CThrift::Test->new(<<'END');
load_module %%OBJS%%/probe.so;
load_module %%OBJS%%/unruly.so;
worker_processes 1;
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service Probe { }
        service Unruly { }
        default_service Probe;
    }
    server {
        listen 127.0.0.1:%%PORT_2%%;
        listen unix:%%TESTDIR%%/sock;
        max_unsent_replies 1;
        client_read_timeout 10s;
        service Probe { }
    }
    server {
        listen 127.0.0.1:%%PORT_3%%;
        client_read_timeout 200ms;
        service Probe { }
    }
}
END
$t->start;
my ($worker) = $t->workers;

sub exception { CThrift::Client::exception($_[0]) }
sub result { CThrift::Client::result($_[0]) }

sub call_bytes {
    my ($framed, $name, @fields) = @_;
    my $bytes = CThrift::Client::message($name, 1, 9, \@fields, 1);
    return $framed ? CThrift::Client::frame($bytes) : $bytes;
}

sub echo_bytes { call_bytes($_[0], 'echo', [1, ['string', $_[1]]]) }

# Reads and writes at once, until `$n` replies have come; how many have.
sub exchange {
    my ($c, $bytes, $n) = @_;
    my ($sent, $got, $deadline) = (0, 0, time + 20);

    $c->{socket}->blocking(0);
    while ($got < $n && time < $deadline) {
        my $select = IO::Select->new($c->{socket});
        my ($r, $w) = IO::Select->select($select,
            $sent < length $bytes ? $select : undef, undef, 1);
        if ($w && @$w) {
            $sent += syswrite($c->{socket}, $bytes, 65536, $sent) // 0;
        }
        if ($r && @$r) {
            $c->fill(time) or last;
            $got++ while $c->next_message;
        }
    }
    $c->{socket}->blocking(1);
    return $got;
}

# Paused and resumed thousands of times: the reply that fills the output may
# be gone by the time anybody looks whether to wait for it.
for my $framed (1, 0) {
    my $c = $t->client(port => $t->port(2), framed => $framed);
    my $bytes = echo_bytes($framed, 'p' x 400_000) x 60;
    is(exchange($c, $bytes, 60), 60,
        'a client that pauses the server gets every reply');
}

# A deferred reply sends what its session paused for, in a turn that heard of
# no room: it came while another call kept the turn busy.  The unix socket
# takes less than a reply, and all of the rest once the client has read.
{
    my $path = $t->dir . '/sock';
    my $c = CThrift::Test::client($t, path => $path, framed => 1);
    my $later = sub {
        call_bytes(1, 'later', [1, ['string', $_[0]]], [2, ['i32', $_[1]]]);
    };
    my @busy = map { $t->client(framed => 1) } 1 .. 2;
    $c->send_raw($later->('first', 1) . echo_bytes(1, 'b' x 400_000)
        . $later->('second', 300));
    is(result($c->recv_reply), 'first', 'the first reply');
    $c->send_raw(echo_bytes(1, 'third'));
    sleep 0.1;
    # The second's turn begins when the timer is due, and takes long.
    $busy[0]->send_call('spin', [[1, ['i32', 400]]]);
    sleep 0.1;
    $busy[1]->send_call('spin', [[1, ['i32', 400]]]);
    $busy[0]->recv_reply;
    sleep 0.1;
    is(result($c->recv_reply), 'b' x 400_000, 'the large one');
    is(result($c->recv_reply), 'second', 'the deferred one');
    is(result($c->recv_reply), 'third', 'and what had to wait for them');
    $busy[1]->recv_reply;
}

# A deferred call's strings are where others read to; what a dying connection
# sends must not go there.
{
    my $kept = $t->client(framed => 1);
    my $text = 'keep' x 100;
    $kept->send_call('Unruly:hold', [[1, ['string', $text]]]);
    CThrift::Test::wait_for(sub {
        result($t->client(framed => 1)->call('Unruly:held')) == 1
    });
    # This time nobody has read since: hold, then at once the bad one.
    my $again = $t->client(framed => 1);
    result($again->call('echo', [[1, ['string', 'x']]]));
    my $bad = $t->client(framed => 1);
    result($bad->call('echo', [[1, ['string', 'x']]]));
    $bad->send_raw(pack 'N', 0);
    $bad->recv_until_closed;
    $again->send_call('Unruly:hold', [[1, ['string', $text]]]);
    sleep 0.1;
    $bad->send_raw('Z' x 8000);
    sleep 0.1;
    is(result($t->client(framed => 1)->call('Unruly:release')), 2,
        'two were held');
    is(result($kept->recv_reply), $text, 'the first is whole');
    is(result($again->recv_reply), $text,
        'nothing was read over the second by a connection that lingers');
}

# Calls of one session that end before they have answered, newest first.
for my $how ('release', 'release_after') {
    my $c = $t->client(framed => 1);
    my $bytes = join '', map {
        call_bytes(1, 'Unruly:hold', [1, ['string', "n$_"]])
    } 1 .. 20;
    $c->send_raw($bytes . call_bytes(1, "Unruly:$how")
        . echo_bytes(1, 'last'));
    is_deeply([map { result($c->recv_reply) } 1 .. 22],
        [(map { "n$_" } 1 .. 20), 20, 'last'],
        "$how: all are answered, in order");
    # And from another session.
    $c->send_raw($bytes);
    CThrift::Test::wait_for(sub {
        result($t->client(framed => 1)->call('Unruly:held')) == 20
    });
    is(result($t->client(framed => 1)->call("Unruly:$how")), 20,
        "$how: from another session");
    is_deeply([map { result($c->recv_reply) } 1 .. 20],
        [map { "n$_" } 1 .. 20], 'all are answered, in order');
    # And when who waits has gone.
    $c->send_raw($bytes);
    CThrift::Test::wait_for(sub {
        result($t->client(framed => 1)->call('Unruly:held')) == 20
    });
    $c->close;
    is(result($t->client(framed => 1)->call("Unruly:$how")), 20,
        "$how: when the client has gone");
}

# Nothing of a frame that is no frame is answered.
for my $rest ('', "\0" x 12, "\0\0\0\1" x 3) {
    my $c = $t->client(framed => 1);
    is(result($c->call('echo', [[1, ['string', 'x']]])), 'x', 'in step');
    $c->send_raw(pack('N', 0) . $rest);
    is($c->recv_until_closed, '',
        'an empty frame and ' . length($rest) . ' bytes: closed, no reply');
}

# A reason that JSON cannot say, for it is cut inside a character or none.
{
    my $c = $t->client;
    my $text = 'x' . "\xc3\xa9" x 300;
    $c->send_raw(qq([1,"fail",1,7,{"1":{"str":"$text"}}]));
    1 while $c->{in} !~ /\}\]$/ && $c->fill(time + 5);
    like($c->{in}, qr/^\[1,"fail",3,7,.*"because x(?:\xc3\xa9)+"/,
        'a long reason ends with a character');
    $c->{in} = '';
    $c->send_raw('[1,"Unruly:mumble",1,8,{}]');
    1 while $c->{in} !~ /\}\]$/ && $c->fill(time + 5);
    like($c->{in}, qr/^\[1,"mumble",3,8,.*"2":\{"i32":6\}/,
        'a reason that is no text is replaced');
}

# A line end behind a message of JSON is not half of another one.
{
    my $c = $t->client(port => $t->port(3));
    $c->send_raw(qq([1,"nothing",1,7,{}]\r\n));
    sleep 0.5;
    ok($c->fill(time + 5), 'answered');
    ok(!$c->is_closed, 'and not closed by client_read_timeout');
}

# What a client says does not reach the log as it came.
{
    my $c = $t->client(framed => 1);
    $c->call('fail', [[1, ['string', "a\x9b31m\xff\x00\nb"]]]);
    unlike($t->log_text, qr/[^\x20-\x7e\n]/, 'no byte of a peer in the log');
}

is_deeply([$t->workers], [$worker], 'the worker is the same');
