#!/usr/bin/perl

# listen.t -- listeners of every kind while workers come and go.
#
# New connections for every call, so that each claim of "none failed" is one
# about listening sockets: over reloads, with workers added and taken away,
# and one killed.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use CThrift::Load;
use Test::More;

plan skip_all => 'pingpong is not built'
    if !-d CThrift::Test::objs() . '/pingpong';

my $t = CThrift::Test->new(<<'END');
worker_processes 2;
worker_shutdown_timeout 2s;
events { accept_batch 4; }
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        listen 127.0.0.1:%%PORT_2%% reuseport backlog=128;
        listen unix:%%TESTDIR%%/s mode=0600;
        listen unix:@cthrift-test-%%PORT_1%%;
        service PingService { }
    }
}
END
$t->start;

is((stat $t->dir . '/s')[2] & oct 777, oct 600, 'mode of the socket');

# The kinds of address, as arguments of a client.
my %kinds = (
    tcp       => { port => $t->port(1) },
    reuseport => { port => $t->port(2) },
    unix      => { path => $t->dir . '/s' },
);


# Calls while $what->() runs; none of them fails.
sub serves_during {
    my ($name, $what) = @_;
    my %loads =
        map { $_ => CThrift::Load->start(clients => 1, %{ $kinds{$_} }) }
        sort keys %kinds;

    my $done = $what->();
    ok($done, $name);
    # The clients of a later load hold the pipes of the earlier ones.
    for my $kind (reverse sort keys %loads) {
        my $seen = $loads{$kind}->stop;
        is($seen->{failed}, 0, "$name: $kind, $seen->{calls} calls")
            or diag "@{ $seen->{errors} }";
    }
}


# So many workers serve.
sub has_workers {
    my ($n) = @_;

    return CThrift::Test::wait_for(sub { my @pids = $t->workers; @pids == $n });
}


serves_during('reload', sub { $t->reload && has_workers(2) });

serves_during(
    'more workers',
    sub {
        # One after the other: signals that wait are one.
        $t->signal('TTIN');
        has_workers(3) or return 0;
        $t->signal('TTIN');
        return has_workers(4);
    });

serves_during(
    'fewer workers',
    sub {
        $t->signal('TTOU');
        return has_workers(3);
    });

serves_during('reload with another number', sub { $t->reload });

# Sockets of the workers that have gone are served by those that stay.
ok(has_workers(3), 'three workers');
my $served = 0;
for (1 .. 60) {
    my $client = $t->client(port => $t->port(2));
    $served += CThrift::Client::result($client->call('ping')) eq 'pong';
    $client->close;
}
is($served, 60, 'no socket of a reuseport listener is orphaned');
$t->signal('TTOU');
ok(has_workers(2), 'two workers');

# One that is killed takes its own connections along, but no waiting one.
my ($victim) = $t->workers;
kill 'KILL', $victim;
$served = 0;
for (1 .. 60) {
    my $client = $t->client(port => $t->port(2));
    my $reply = eval { $client->call('ping') };
    $served++ if $reply && CThrift::Client::result($reply) eq 'pong';
    $client->close;
}
cmp_ok($served, '>=', 59, 'a dead worker\'s socket is served');

done_testing;
