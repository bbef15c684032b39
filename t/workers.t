#!/usr/bin/perl

# workers.t -- workers that die, stop, come and go.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Load;
use CThrift::Test;
use JSON::PP;
use Test::More;
use Time::HiRes qw(sleep time);

my $t = CThrift::Test->new(<<'END', allow => [qr/heartbeat|signal|killed|SIG/]);
load_module %%OBJS%%/probe.so;
worker_processes 2;
worker_heartbeat_timeout 2s;
worker_abort_grace 300ms;
error_log logs/error.log info;
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service Probe { }
    }
}
END
$t->start;

sub status {
    my (undef, $out) = $t->run('-s', 'status', '--json');
    return $out;
}

sub calls { return decode_json(status())->{totals}{calls} }

sub workers_are {
    my ($n) = @_;
    return CThrift::Test::wait_for(sub { $t->workers == $n });
}

# Killed: replaced within a second, and what it counted stays.
$t->client->call('echo', [[1, ['string', 'x']]]) for 1 .. 50;
for my $n (1 .. 5) {
    my $before = calls();
    my ($victim) = $t->workers;
    my $start = time;
    kill 'KILL', $victim;
    ok(CThrift::Test::wait_for(sub {
        my @now = $t->workers;
        @now == 2 && !grep { $_ == $victim } @now;
    }, 5), "kill -9 $n: replaced");
    cmp_ok(time - $start, '<', 1, 'within a second');
    cmp_ok(calls(), '>=', $before, 'counters do not fall');
    # One that dies soon after its start is waited with a little longer.
    sleep 1.1;
}

# Stopped: noticed by its heartbeat, ended, replaced.
{
    my ($victim) = $t->workers;
    my $start = time;
    kill 'STOP', $victim;
    ok(CThrift::Test::wait_for(sub {
        my @now = $t->workers;
        @now == 2 && !grep { $_ == $victim } @now;
    }, 10), 'kill -STOP: replaced');
    cmp_ok(time - $start, '>', 1.5, 'not before the heartbeat is late');
    cmp_ok(time - $start, '<', 5, 'and soon after');
}

# A handler that blocks the loop is named.
{
    my $c = $t->client;
    $c->send_call('spin', [[1, ['i32', 60000]]]);
    ok(defined $c->recv_until_closed, 'a handler without end is ended');
    like($t->log_text, qr/Probe\.spin/, 'and named');
    ok(workers_are(2), 'its worker is replaced');
}

# More and fewer, kept over a reload.
# (The kernel counts no signals: the next is sent when one has been seen.)
for my $n (3 .. 5) {
    $t->signal('TTIN');
    ok(workers_are($n), "TTIN: $n workers");
}
for my $n (4, 3) {
    $t->signal('TTOU');
    ok(workers_are($n), "TTOU: $n workers");
}
ok($t->reload, 'reload');
ok(workers_are(3), 'still 3');
my %in_status = map { $_ => 1 } status() =~ /"pid":\s*(\d+)/g;
is_deeply([sort grep { $in_status{$_} } $t->workers], [sort $t->workers],
    'status names the workers that ps sees');
my ($code) = $t->run('-s', 'add-worker');
is($code, 0, '-s add-worker');
ok(workers_are(4), '4 workers');
$t->run('-s', 'remove-worker') for 1 .. 8;
ok(workers_are(1), 'never fewer than one');
$t->conf($t->read_file('conf/cthrift.conf')
    =~ s/worker_processes 2/worker_processes 4/r);
ok($t->reload, 'reload with another worker_processes');
ok(workers_are(4), 'counts again');

# The master vanishes: so do they.
{
    my $master = $t->master_pid;
    my @workers = $t->workers;
    kill 'KILL', $master;
    ok(CThrift::Test::wait_for(sub { $t->reap; !grep { kill 0, $_ } @workers }),
        'workers leave when the master has gone');
    unlink $t->dir . '/logs/cthrift.pid';
}
