#!/usr/bin/perl

# handover.t -- 64 naive clients while everything happens to the server that an
# operator can do to it: nobody loses a call or a connection, and whoever is
# asked to leave is gone in a moment.  Handlers run in the loop, on threads and
# in fibers.
#
# The figures of each phase are shown.  CTHRIFT_RELOADS=n says how many reloads
# there are, CTHRIFT_RECYCLINGS=n how many workers are replaced for their age;
# CTHRIFT_PHASE_S=n makes each phase last so much longer.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Naive;
use CThrift::Test;
use Test::More;
use Time::HiRes qw(sleep time);

# It is a tenth of a second as a rule, but machines that run tests are busy.
# Less than worker_shutdown_timeout it must be: then nobody was cut off.
use constant LEAVE_S => 10;

my $reloads = $ENV{CTHRIFT_RELOADS} // 20;
my $longer_s = $ENV{CTHRIFT_PHASE_S} // 0;
my $recyclings = $ENV{CTHRIFT_RECYCLINGS} // 50;
my $worst_s = 0;

my $t = CThrift::Test->new;

sub conf {
    my ($main) = @_;

    $t->conf(<<"END");
load_module %%OBJS%%/probe.so;
worker_processes 2;
error_log logs/error.log info;
$main
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service Probe { }
    }
    server {
        listen unix:%%TESTDIR%%/sock;
        service Probe { execute fiber; }
    }
    server {
        listen 127.0.0.1:%%PORT_2%% reuseport;
        service Probe { execute threads; }
    }
}
END
}

conf('');
$t->start;

my $naive = CThrift::Naive->start($t, clients => 64, to => [
    '127.0.0.1:' . $t->port(1), 'unix:' . $t->dir . '/sock',
    '127.0.0.1:' . $t->port(1), '127.0.0.1:' . $t->port(2),
]);

sub oldbin { return $t->master_pid('logs/cthrift.pid.oldbin') }

# True once none of these processes is there; notes how long that took.
sub have_gone {
    my @pids = @_;
    my $began = time;
    my $gone = CThrift::Test::wait_for(sub {
        $t->reap;
        return !grep { kill 0, $_ } @pids;
    });

    $worst_s = time - $began if $worst_s < time - $began;
    return $gone;
}

# Ends a phase: nobody was lost in it, and those who left went in time.
my $phase = 'start';
sub phase_is_over {
    my ($next) = @_;

    sleep $longer_s;
    my $seen = $naive->phase($next);

    is("lost $seen->{lost}, closed $seen->{disconnects}, wrong $seen->{wrong}",
        'lost 0, closed 0, wrong 0', "$phase: of $seen->{calls} calls");
    is($seen->{alive}, 64, "$phase: all clients are there");
    cmp_ok($worst_s, '<', LEAVE_S,
        sprintf '%s: who leaves is gone within %.0f ms', $phase,
        1000 * $worst_s);
    $worst_s = 0;
    $phase = $next;
}

# Both masters serve, after USR2 to the first; the second one's pid.
sub second_master {
    my $old = $t->master_pid;
    my $new;

    $t->signal('USR2');
    CThrift::Test::wait_for(sub {
        $new = $t->master_pid;
        return oldbin() == $old && $new && $new != $old
            && $t->workers($new) == 2;
    });
    return $new;
}

$naive->wait_for_calls(2000);
phase_is_over('reloads');
{
    my $good = 0;
    for (1 .. $reloads) {
        my @workers = $t->workers;
        $good++ if $t->reload && have_gone(@workers);
    }
    is($good, $reloads, "$reloads reloads");
}

phase_is_over('storm');
{
    my @workers = $t->workers;
    $t->signal('HUP') for 1 .. 10;
    ok(have_gone(@workers), '10 signals to reload at once');
    ok($t->reload, 'and a reload behind them');
    ok(CThrift::Test::wait_for(sub { $t->workers == 2 }),
        'two workers are left');
}

phase_is_over('rolling');
conf('reload_strategy rolling;');
{
    my $good = 0;
    for (1 .. 5) {
        my @workers = $t->workers;
        $good++ if $t->reload && have_gone(@workers);
    }
    is($good, 5, '5 reloads, one worker after the other');
}
conf('');

phase_is_over('upgrade');
{
    my ($old, @workers) = ($t->master_pid, $t->workers);
    my ($status, $out, $err) = $t->run('-s', 'upgrade');
    is($status, 0, 'an upgrade in one word') or diag $out, $err;
    ok(have_gone($old, @workers), 'the old ones go');
}

phase_is_over('roll-back');
{
    my ($old, @workers) = ($t->master_pid, $t->workers);
    my $new = second_master();
    my @new_workers = $t->workers($new);

    $t->signal('WINCH', $old);
    ok(have_gone(@workers), 'WINCH: the old workers go');
    $naive->wait_for_calls(1000);
    $t->signal('HUP', $old);
    ok(CThrift::Test::wait_for(sub { $t->workers($old) == 3 }),
        'HUP: there are others');
    $t->signal('QUIT', $new);
    ok(have_gone($new, @new_workers), 'QUIT: the new binary goes');
    ok(CThrift::Test::wait_for(sub { $t->master_pid == $old && !oldbin() }),
        'rolled back');
}

phase_is_over('no-upgrade');
{
    my ($old, @workers) = ($t->master_pid, $t->workers);
    my $new = second_master();
    my @new_workers = $t->workers($new);

    $naive->wait_for_calls(1000);
    $t->signal('QUIT', $new);
    ok(have_gone($new, @new_workers), 'QUIT to the new binary at once');
    ok(CThrift::Test::wait_for(sub { $t->master_pid == $old && !oldbin() }),
        'rolled back');
    is_deeply([$t->workers], \@workers, 'the workers are the same');
}

phase_is_over('completed');
{
    my ($old, @workers) = ($t->master_pid, $t->workers);
    my $new = second_master();

    $t->signal('QUIT', $old);
    ok(have_gone($old, @workers), 'USR2, then QUIT to the old one');
    is($t->master_pid, $new, 'the new one goes on');
}

phase_is_over('TTIN');
for my $n (3 .. 6) {
    $t->signal('TTIN');
    ok(CThrift::Test::wait_for(sub { $t->workers == $n }), "$n workers");
    $naive->wait_for_calls(500);
}

phase_is_over('TTOU');
for my $n (reverse 2 .. 5) {
    my $began = time;
    $t->signal('TTOU');
    ok(CThrift::Test::wait_for(sub { $t->workers == $n }), "$n workers");
    $worst_s = time - $began if $worst_s < time - $began;
}

phase_is_over('recycling');
conf('worker_max_calls 500 jitter=200;');
ok($t->reload, 'workers that are soon tired');
ok(CThrift::Test::wait_for(sub {
    sleep 0.1;    # asking takes a process each time
    my $status = $t->status // return 0;
    return $status->{server}{workers_recycled} >= $recyclings;
}), "$recyclings are replaced");
conf('');
{
    my @workers = $t->workers;
    ok($t->reload, 'and the last ones');
    ok(have_gone(@workers), 'they go');
}

phase_is_over('rest');
$naive->wait_for_calls(1000);
my $seen = $naive->stop;
is($seen->{trouble}, '', 'nobody has noticed anything');
is($seen->{alive}, 64, 'all clients are there to the end');
$t->descriptors_may_change;
