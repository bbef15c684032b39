#!/usr/bin/perl

# stream.t -- bytes in any portions, messages in any number, ends of any kind.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use Socket qw(:all);
use Test::More;
use Time::HiRes qw(sleep);

my $t = CThrift::Test->new(<<'END');
load_module %%OBJS%%/probe.so;
worker_processes 1;
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        listen unix:%%TESTDIR%%/sock;
        listen unix:@cthrift-%%PORT_1%%;
        listen [::1]:%%PORT_2%%;
        service Probe { }
    }
}
END
$t->start;

sub exception { CThrift::Client::exception($_[0]) }
sub result { CThrift::Client::result($_[0]) }

sub call_bytes {
    my ($framed, $strict, $text) = @_;
    my $bytes = CThrift::Client::message('echo', 1, 9,
        [[1, ['string', $text]]], $strict);
    return $framed ? CThrift::Client::frame($bytes) : $bytes;
}

# Every kind of listener.
for my $to ([path => $t->dir . '/sock'], [path => '@cthrift-' . $t->port(1)],
    [host => '::1', port => $t->port(2)])
{
    my $c = CThrift::Client->new(@$to, framed => 1);
    is(result($c->call('echo', [[1, ['string', 'x']]])), 'x', "to @$to");
}

for my $framed (0, 1) {
    for my $strict (0, 1) {
        my $name = ($framed ? 'framed' : 'unframed')
            . ($strict ? ' strict' : ' non-strict');

        # A byte at a time.
        my $c = $t->client(framed => $framed);
        setsockopt $c->{socket}, IPPROTO_TCP, TCP_NODELAY, 1;
        for my $byte (split //, call_bytes($framed, $strict, 'bytes')) {
            $c->send_raw($byte);
            sleep 0.0005;
        }
        is(result($c->recv_reply), 'bytes', "$name: a byte at a time");

        # Two parts, split everywhere, on one connection.
        my $bytes = call_bytes($framed, $strict, 'split');
        my $good = 0;
        for my $at (1 .. length($bytes) - 1) {
            $c->send_raw(substr $bytes, 0, $at);
            sleep 0.001;
            $c->send_raw(substr $bytes, $at);
            $good++ if result($c->recv_reply) eq 'split';
        }
        is($good, length($bytes) - 1, "$name: split at every byte");

        # Many at once, and a large one among them.
        my $large = 'L' x 3_000_000;
        my $many = join '', map { call_bytes($framed, $strict, $_) }
            1 .. 300, $large, 301 .. 600;
        my $pid = fork // die "fork: $!";
        if (!$pid) {
            $c->send_raw($many);
            POSIX::_exit(0);
        }
        my @got = map { result($c->recv_reply) } 1 .. 601;
        waitpid $pid, 0;
        ok($got[300] eq $large, "$name: 3 MB among small ones");
        splice @got, 300, 1;
        is_deeply(\@got, [1 .. 600], "$name: 601 pipelined, in order");

        # The end of the client's side: the reply still comes.
        $c->send_raw(call_bytes($framed, $strict, 'last'));
        shutdown $c->{socket}, 1;
        is(result($c->recv_reply), 'last', "$name: reply after half-close");
        ok($c->is_closed(5), "$name: then the end");

        # The end inside a message.
        $c = $t->client(framed => $framed);
        $c->send_raw(substr call_bytes($framed, $strict, 'cut'), 0, -3);
        shutdown $c->{socket}, 1;
        ok($c->is_closed(5), "$name: an end inside a message closes");
    }
}

# A deferred reply after the half-close.
{
    my $c = $t->client(framed => 1);
    $c->send_call('later', [[1, ['string', 'late']], [2, ['i32', 50]]]);
    shutdown $c->{socket}, 1;
    is(result($c->recv_reply), 'late', 'deferred reply after half-close');
    ok($c->is_closed(5), 'then the end');
}

# A message whose strings a deferred call still needs, while more arrive.
{
    my $c = $t->client(framed => 1);
    my $text = 'keep' x 2000;
    $c->send_call('later', [[1, ['string', $text]], [2, ['i32', 60]]]);
    for my $n (1 .. 20) {
        is(result($t->client->call('echo', [[1, ['string', 'z' x 60_000]]])),
            'z' x 60_000, "others read over it $n") or last;
    }
    is(result($c->recv_reply), $text, 'the deferred one is whole');
}

# A client that reads nothing stops being read, and others do not notice.
{
    my $greedy = $t->client(framed => 1);
    my $bytes = call_bytes(1, 1, 'G' x 60_000) x 64;
    my $sent = 0;
    $greedy->{socket}->blocking(0);
    for (1 .. 100) {
        my $n = syswrite $greedy->{socket}, $bytes;
        if (!defined $n) {
            last if $sent > 100_000 && !IO::Select->new($greedy->{socket})
                ->can_write(0.5);
            next;
        }
        $sent += $n;
        $bytes = substr($bytes, $n) . substr($bytes, 0, $n);
    }
    cmp_ok($sent, '<', 60_000_000, 'a client that does not read is paused');
    is(result($t->client->call('echo', [[1, ['string', 'me']]])), 'me',
        'another is served');
    my ($pid) = $t->workers;
    my ($rss) = do {
        local (@ARGV, $/) = ("/proc/$pid/status");
        <> =~ /VmRSS:\s+(\d+)/;
    };
    SKIP: {
        skip 'sanitizers need memory of their own', 1
            if CThrift::Test->has_sanitizers;
        cmp_ok($rss, '<', 60_000, "the worker's memory: $rss kB");
    }
}
