#!/usr/bin/perl

# hostile.t -- whatever comes, the server answers or closes, in time; nobody
# else notices; and nothing is left behind.
#
# How is in t/lib/CThrift/Siege.pm, what in t/lib/CThrift/Hostile.pm; other
# protocols have tests of their own.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Hostile;
use CThrift::Siege;
use CThrift::Test;
use Test::More;
use Time::HiRes qw(sleep time);

my $slow = CThrift::Test->has_sanitizers ? 3 : 1;

my $t = CThrift::Test->new(<<'END');
load_module %%OBJS%%/probe.so;
worker_processes 1;
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service Probe { }
        service PingService { }
        default_service Probe;
    }
}
END
$t->start;
my $siege = CThrift::Siege->new($t);


# ---- Each form of the binary protocol.

for my $dialect ([1, 1], [1, 0], [0, 1], [0, 0]) {
    my ($framed, $strict) = @$dialect;
    $siege->hold(($framed ? 'framed' : 'unframed')
            . ($strict ? ' strict' : ' non-strict'),
        CThrift::Hostile::cases($framed, $strict));
}


# ---- Large ones: the work is linear in the bytes, and so is the memory.

for my $framed (1, 0) {
    $siege->hold_alone(($framed ? 'framed' : 'unframed') . " $_->{name}", $_)
        for CThrift::Hostile::large($framed, 1, 4_000_000);
}


# ---- Many that only sit there, and one that never reads.

{
    my @idle = map { $t->client(framed => 1) } 1 .. 200;
    my $half = CThrift::Hostile::frame('x' x 1000);
    my @half = map { $t->client(framed => $_ % 2) } 1 .. 200;
    my $greedy = $t->client(framed => 1);
    my $call = CThrift::Client::frame(CThrift::Client::message('echo', 1, 1,
        [[1, ['string', 'g' x 100_000]]], 1));
    my ($worst, $wrong) = (0, 0);

    $_->send_raw(substr $half, 0, 500) for @half;
    $greedy->{socket}->blocking(0);
    for (1 .. 500) {
        my $began = time;
        for (1 .. 10) {
            my $n = syswrite $greedy->{socket}, $call;
            $call = substr($call, $n) . substr($call, 0, $n) if $n;
        }
        $wrong++ if !$siege->ping;
        $worst = time - $began if time - $began > $worst;
    }
    is($wrong, 0, 'all good calls are answered beside 401 bad clients');
    cmp_ok($worst, '<', 1, 'and none of them late');
    $_->close for @idle, @half, $greedy;
}

$siege->lift;


# ---- No descriptors left: accepting pauses, does not spin, and goes on.

my $few = CThrift::Test->new(<<'END', allow => [qr/cannot accept/]);
load_module %%OBJS%%/probe.so;
worker_processes 1;
worker_rlimit_nofile 64;
events { worker_connections 1000; }
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service PingService { }
    }
}
END
$few->start;
my ($worker) = $few->workers;
my $good = $few->client(framed => 1);

sub is_pong {
    my ($client) = @_;

    return eval { CThrift::Client::result($client->call('ping')) eq 'pong' };
}

ok(is_pong($good), 'served');
{
    my @many = map { $few->client(framed => 1) } 1 .. 120;

    ok(CThrift::Test::wait_for(sub { $few->log_text =~ /cannot accept/ }),
        'the worker has no descriptor left and says so');
    my $cpu_s = CThrift::Siege::cpu_s($worker);
    for (1 .. 150) {
        is_pong($good) or last;
        sleep 0.01;
    }
    ok(is_pong($good), 'who is there already is served');
    cmp_ok(CThrift::Siege::cpu_s($worker) - $cpu_s, '<', 0.3 * $slow,
        'it does not spin');
    my @lines = $few->log_text =~ /cannot accept/g;
    cmp_ok(scalar @lines, '<=', 2, 'nor fill the log');

    # Those who waited are let in when others go.
    $_->close for splice @many, 0, 80;
    my $answered = grep { is_pong($_) } @many;
    is($answered, 40, 'all who waited are served');
    $_->close for @many;
    my $c = $few->client(framed => 1);
    ok(is_pong($c), 'and who comes then');
}
is_deeply([$few->workers], [$worker], 'the worker lives');
$good->close;
