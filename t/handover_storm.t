#!/usr/bin/perl

# handover_storm.t -- reloads, upgrades, roll-backs, TTIN, TTOU and recyclings
# in any order and before the last one is through: as long as somebody is left
# to serve, no naive client notices.
#
# The dice are loaded: STORM_SEED=n repeats a storm as far as timing allows,
# STORM_STEPS makes it longer.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Naive;
use CThrift::Test;
use Test::More;
use Time::HiRes qw(sleep);

use constant GAP_S => 0.1;    # at most, between two signals

my $seed  = $ENV{STORM_SEED}  // 1;
my $steps = $ENV{STORM_STEPS} // 80;

srand $seed;

my $t = CThrift::Test->new(<<'END', allow => [qr/upgrade/]);
load_module %%OBJS%%/probe.so;
worker_processes 2;
worker_max_calls 3000 jitter=500;
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service Probe { }
    }
    server {
        listen unix:%%TESTDIR%%/sock;
        service Probe { execute fiber; }
    }
}
END
$t->start;

my $naive = CThrift::Naive->start($t, clients => 64, to => [
    '127.0.0.1:' . $t->port(1), 'unix:' . $t->dir . '/sock',
]);

sub oldbin { return $t->master_pid('logs/cthrift.pid.oldbin') }

sub serves {
    my ($master) = @_;

    return $master && kill(0, $master) && grep {
        CThrift::Test::title($_) =~ /worker process$/
    } $t->workers($master);
}

# What the masters of an upgrade were told, since it began.  Whoever tells both
# to go wants nobody to serve, so that is never said.
my %told;

# Signals that may be sent now.
sub choices {
    my ($old, $left) = @_;
    my $new = $t->master_pid;
    my @can = qw(HUP HUP TTIN TTOU);

    if (!$old) {
        %told = ();
        # The last one must have time to get as far as two masters.
        return (@can, $left > 20 ? 'USR2' : ());
    }
    push @can, 'HUP old' if !$told{'QUIT old'};
    if (serves($new) && !$told{QUIT} && !$told{'QUIT old'}) {
        push @can, 'QUIT old', 'WINCH old';
        push @can, 'QUIT' if serves($old) && !$told{'WINCH old'};
    }
    return @can;
}

my @sent;
$naive->phase('storm');
for my $step (1 .. $steps) {
    my $old = oldbin();
    my @can = choices($old, $steps - $step);
    my ($signal, $to_old) = split ' ', my $choice = $can[rand @can];
    my $pid = $to_old ? $old : $t->master_pid;

    $told{$choice} = 1 if $old;
    push @sent, $choice;
    $t->signal($signal, $pid) if $pid;
    $t->reap;
    sleep rand GAP_S;
}

# An upgrade under way is completed.
my $old = oldbin();
if ($old && !$told{QUIT}) {
    CThrift::Test::wait_for(sub { serves($t->master_pid) });
    $t->signal('QUIT', $old);
    CThrift::Test::wait_for(sub { $t->reap; !kill 0, $old });
}
$naive->phase('rest');
$naive->wait_for_calls(2000);
my $seen = $naive->stop;
is($seen->{trouble}, '', "seed $seed: of $seen->{calls} calls none is lost")
    or diag join ', ', @sent;
is($seen->{alive}, 64, 'and all clients are there');
$t->descriptors_may_change;
