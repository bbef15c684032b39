#!/usr/bin/perl

# rebalance.t -- connections go where there are few: a worker that comes late,
# or in the place of one that was killed, soon has its share of those that are
# there, and nobody notices.
#
# CTHRIFT_CLIENTS=n says how many connections there are.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Naive;
use CThrift::Test;
use List::Util qw(sum);
use Test::More;
use Time::HiRes qw(sleep time);

use constant SHARE => 0.7;    # of the mean is enough

my $clients = $ENV{CTHRIFT_CLIENTS} // 1000;

my $t = CThrift::Test->new(<<'END', allow => [qr/signal 9/]);
load_module %%OBJS%%/probe.so;
worker_processes 2;
worker_rlimit_nofile 4096;
events { worker_connections 4000; }
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%% backlog=1024;
        listen unix:%%TESTDIR%%/sock backlog=1024;
        service Probe { }
    }
}
END
$t->start;

my $naive = CThrift::Naive->start($t, clients => $clients, args => ['-q'],
    to => ['127.0.0.1:' . $t->port(1), 'unix:' . $t->dir . '/sock']);

# pid => connections, of the workers that serve.
sub shares {
    my $status = $t->status // return;

    return map { $_->{pid} => $_->{connections} }
        grep { $_->{state} eq 'serving' } @{ $status->{workers} };
}

sub words { my %of = @_; join ' ', map { "$_: $of{$_}" } sort keys %of }

# So many workers, all connections, and everybody has a share of them.
sub are_even {
    my ($n, $total) = @_;

    sleep 0.1;    # asking takes a process each time
    my %of = shares();
    my $sum = sum(0, values %of);

    return keys %of == $n && $sum >= $total
        && !grep { $_ < SHARE * $sum / $n } values %of;
}

# Says how long it takes until they are.
sub become_even {
    my ($n, $total, $name) = @_;
    my $began = time;
    my $even = CThrift::Test::wait_for(sub { are_even($n, $total) });

    diag sprintf '%s: %.2f s, %s', $name, time - $began, words(shares());
    ok($even, $name);
}

ok($naive->wait_for_calls($clients), "$clients clients have called");
become_even(2, $clients, 'two workers share them');

$naive->phase('TTIN');
$t->signal('TTIN');
become_even(3, $clients, 'the third one gets its share');
$naive->wait_for_calls($clients);

# At rest nothing moves any more.
my $seen = $naive->phase('rest');
is("lost $seen->{lost}, closed $seen->{disconnects}, wrong $seen->{wrong}",
    'lost 0, closed 0, wrong 0', 'nobody has noticed');
my $before = $t->status->{totals}{handed_over};
$naive->wait_for_calls(2 * $clients);
cmp_ok($t->status->{totals}{handed_over}, '<=', $before + $clients / 20,
    'connections do not go to and fro');

# Who was connected to the one that is killed has lost; the others have not.
{
    my %of = shares();
    my ($victim) = sort { $of{$a} <=> $of{$b} } keys %of;
    my $left = $clients - $of{$victim};

    $seen = $naive->phase('kill -9');
    is($seen->{alive}, $clients, 'all are there');
    $t->signal('KILL', $victim);
    ok(CThrift::Test::wait_for(sub {
        !grep { $_ == $victim } $t->workers
    }), 'a worker is killed');
    become_even(3, $left, 'its successor gets its share');
    $naive->wait_for_calls($clients);
    $seen = $naive->phase('later');
    is($seen->{alive}, $left, 'its clients are lost, nobody else');
    is($seen->{wrong}, 0, 'and no reply was wrong');
}

$naive->wait_for_calls($clients);
$seen = $naive->phase('over');
is($seen->{disconnects} + $seen->{lost}, 0, 'nor is anybody later');
$naive->stop;
$t->descriptors_may_change;
