#!/usr/bin/perl

# watch.t -- a loop that does not turn is seen, named and shown.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Load;
use CThrift::Test;
use JSON::PP;
use Test::More;
use Time::HiRes qw(sleep time);

my $main = "load_module %%OBJS%%/probe.so;\n"
    . "error_log logs/error.log info;\n";
my $server = <<'END';
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service Probe { }
    }
}
END

open my $auto, '<', CThrift::Test::objs() . '/ct_auto_config.h'
    or die "no ct_auto_config.h: $!";
my %has = map { /^#define CT_HAVE_(\w+) 1/ ? ($1 => 1) : () } <$auto>;
my $has_libdw = $has{BACKTRACE} && $has{LIBDW};

my $t = CThrift::Test->new($main . $server);
$t->start;

sub lines_of {
    my ($what) = @_;
    return grep { /$what/ } split /\n/, $t->log_text;
}

sub stalls { return lines_of(qr/the loop has been blocked/) }

sub counted {
    my (undef, $out) = $t->run('-s', 'status', '--json');
    return decode_json($out)->{totals}{loop_stalls};
}

# The threads of a process that watch its loop.
sub watchers {
    my ($pid) = @_;
    return grep {
        open my $comm, '<', $_;
        defined $comm && <$comm> eq "loop check\n";
    } glob "/proc/$pid/task/*/comm";
}

# A stall, and the line that ends its report.
sub stall {
    my ($method, $ms) = @_;
    my $n = () = lines_of(qr/the loop turns again/);
    my $c = $t->client;

    $c->call($method, [[1, ['i32', $ms]]]);
    CThrift::Test::wait_for(sub {
        my $now = () = lines_of(qr/the loop turns again/);
        $now > $n;
    });
    return $c->{socket}->sockport;
}

# ---- One report for each stall.
{
    my $other = $t->client;
    $other->send_call('later', [[1, ['string', 'x']], [2, ['i32', 10_000]]]);
    CThrift::Test::wait_for(sub {
        my (undef, $out) = $t->run('-s', 'status', '--json');
        decode_json($out)->{totals}{in_flight} == 1;
    });

    my $port = stall('hang', 3000);
    my @stalls = stalls();
    is(@stalls, 1, 'a handler that blocks for 3 s: one report');
    my ($ms) = $stalls[0] =~ /blocked for (\d+) ms/;
    cmp_ok($ms, '>=', 500, "at loop_check_interval: $ms ms");
    cmp_ok($ms, '<', 1500, 'and soon after') unless $t->has_sanitizers;
    like($stalls[0], qr/\[error\]/, 'at error level');
    like($stalls[0], qr/ms, in Probe\.hang for \d+ ms/, 'it names the method');
    like($stalls[0], qr/client: 127\.0\.0\.1:$port\b/, 'and the client');
    like($stalls[0], qr/other calls in flight: Probe\.later for \d+ ms\b/,
        'and what else waits');
    my ($again) = $t->log_text =~ /turns again after (\d+) ms/;
    cmp_ok($again, '>=', 2990, "its end is told: $again ms");

    my @frames = lines_of(qr/blocked loop, #/);
    cmp_ok(scalar @frames, '>', 5, 'a backtrace: ' . @frames . ' frames')
        if $has{BACKTRACE};
    SKIP: {
        skip 'no libdw', 3 if !$has_libdw;
        my ($frame) = grep { /hold_up_the_loop/ } @frames;
        like($frame, qr/hold_up_the_loop at probe_module\.c:\d+ in probe\.so$/,
            'it shows the function, its line and its module');
        like($frames[-1], qr/_start|main|start_main/, 'down to the bottom')
            or diag $frames[-1];
        like("@frames", qr/ct_loop_\w+ at ct_loop\.c:\d+ in cthrift/,
            'and the functions of the server');
    }
    unlike($frames[0] // '', qr/on_ask|restore_rt|backtrace/,
        'it begins where the loop stands');
    is(counted(), 1, 'it is counted');
}

# One that computes is found as well as one that sleeps.
{
    stall('spin', 800);
    my @stalls = stalls();
    is(@stalls, 2, 'the next stall: one report more');
    like($stalls[1], qr/in Probe\.spin/, 'of its own method');
    is(counted(), 2, 'counted');
}

# ---- Nothing to report.
{
    my $c = $t->client;
    $c->call('hang', [[1, ['i32', 200]]]) for 1 .. 5;
    sleep 1.2;
    $c->call('echo', [[1, ['string', 'x']]]);
    is(scalar stalls(), 2,
        'short waits one after the other, and a loop that waits: none');

    my ($worker) = $t->workers;
    kill 'STOP', $worker;
    sleep 1.5;
    kill 'CONT', $worker;
    $c->call('echo', [[1, ['string', 'x']]]);
    is(scalar stalls(), 2, 'a worker that was stopped and goes on: none');

    # Stopped in the middle of a handler.
    $c->send_call('spin', [[1, ['i32', 300]]]);
    sleep 0.1;
    kill 'STOP', $worker;
    sleep 1.5;
    kill 'CONT', $worker;
    ok(defined $c->recv_reply, 'the handler ends');
    $c->call('echo', [[1, ['string', 'x']]]);
    is(scalar stalls(), 2, 'stopped in the middle of a handler: none');

    kill 'URG', $worker;
    is(CThrift::Client::result($c->call('echo', [[1, ['string', 'y']]])), 'y',
        'a signal of somebody else does nothing');
}

# ---- A stall under the heartbeat's eyes; a worker that leaves in one.
{
    my $hung = CThrift::Test->new(<<'END', allow => [qr/heartbeat|signal|SIG/]);
load_module %%OBJS%%/probe.so;
error_log logs/error.log info;
worker_processes 2;
worker_heartbeat_timeout 2s;
worker_abort_grace 300ms;
worker_shutdown_timeout 2s;
loop_check_interval 300ms;
events { rebalance off; }
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%% reuseport;
        service Probe { }
    }
}
END
    $hung->start;

    # Two connections to two workers, and a call in flight.  The kernel spreads
    # what comes over both (reuseport), and everyone stays where he is.
    my ($c, $other, $waits, @rest);
    my $of = sub {
        return CThrift::Client::result(
            $_[0]->call('variable', [[1, ['string', 'pid']]]));
    };
    $c = $hung->client;
    CThrift::Test::wait_for(sub {
        push @rest, $other if defined $other;
        $other = $hung->client;
        $of->($other) != $of->($c);
    });
    isnt($of->($other), $of->($c), 'two workers');
    my $pid = $of->($c);
    CThrift::Test::wait_for(sub {
        push @rest, $waits if defined $waits;
        $waits = $hung->client;
        $of->($waits) == $pid;
    });
    $waits->send_call('later', [[1, ['string', 'x']], [2, ['i32', 60_000]]]);
    $c->call('echo', [[1, ['string', 'x']]]);
    $c->send_call('spin', [[1, ['i32', 60_000]]]);

    # The others' clients see nothing of it all.
    my ($calls, $slowest, $failed) = (0, 0, 0);
    CThrift::Test::wait_for(sub {
        my $start = time;
        my $answer = $other->call('echo', [[1, ['string', 'z']]]);
        $failed++ if CThrift::Client::result($answer) ne 'z';
        $slowest = time - $start if time - $start > $slowest;
        $calls++;
        my @now = $hung->workers;
        @now == 2 && !grep { $_ == $pid } @now;
    });
    is($failed, 0, "$calls calls to the other worker: all answered");
    cmp_ok($slowest, '<', 1, sprintf 'the slowest took %.0f ms',
        1000 * $slowest) unless $hung->has_sanitizers;

    my @log = split /\n/, $hung->log_text;
    my $in = qr/in Probe\.spin for \d+ ms/;
    my @reports = grep { /the loop has been blocked/ } @log;
    is(@reports, 1, 'an endless handler: one report');
    like($reports[0], qr/$in.*, other calls in flight: Probe\.later for/,
        'that names both');
    my ($abort) = grep { /no heartbeat .* aborted/ } @log;
    like($abort, qr/$in, calls in flight: Probe\.later for \d+ ms$/,
        'the master names what hangs');
    my ($words) = grep { /worker got signal 6/ } @log;
    like($words, qr/$in, calls in flight: Probe\.later for \d+ ms, backtrace/,
        'and so do the last words');
    ok(CThrift::Test::wait_for(sub { $hung->workers == 2 }), 'replaced');

    # A stopped worker says nothing: the master does.
    $c = $hung->client;
    $pid = $of->($c);
    $c->send_call('hang', [[1, ['i32', 60_000]]]);
    CThrift::Test::wait_for(sub { $hung->log_text =~ /in Probe\.hang for/ });
    kill 'STOP', $pid;
    ok(CThrift::Test::wait_for(sub {
        $hung->log_text =~ /has not heard ABRT: killed, in Probe\.hang for/;
    }), 'one that was stopped: the master names it');
    CThrift::Test::wait_for(sub {
        my @now = $hung->workers;
        @now == 2 && !grep { $_ == $pid } @now;
    });

    # The thread of a worker that leaves ends with it.
    $c = $hung->client;
    $c->send_call('hang', [[1, ['i32', 900]]]);
    CThrift::Test::wait_for(
        sub { (() = $hung->log_text =~ /in Probe\.hang for/g) > 2 });
    my @before = $hung->workers;
    $hung->reload;
    ok(CThrift::Test::wait_for(sub {
        my %now = map { $_ => 1 } $hung->workers;
        !grep { $now{$_} } @before;
    }), 'a reload in a stall: the old workers leave');
    $hung->stop;
}

# ---- A thread of a pool may block; a fiber may not.
{
    my $modes = CThrift::Test->new(<<'END');
load_module %%OBJS%%/probe.so;
error_log logs/error.log info;
loop_check_interval 300ms;
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service Probe {
            method hang { execute threads; }
            method spin { execute fiber; }
        }
    }
}
END
    $modes->start;
    my ($c, $other) = ($modes->client, $modes->client);
    $c->call('hang', [[1, ['i32', 700]]]);
    unlike($modes->log_text, qr/blocked/, 'a thread blocks: no report');

    $other->send_call('hang', [[1, ['i32', 1500]]]);
    CThrift::Test::wait_for(sub {
        my (undef, $out) = $modes->run('-s', 'status', '--json');
        decode_json($out)->{totals}{in_flight} == 1;
    });
    $c->call('spin', [[1, ['i32', 600]]]);
    my ($report) = grep { /the loop has been blocked/ } split /\n/,
        $modes->log_text;
    like($report, qr/in Probe\.spin for .*, client: 127\.0\.0\.1:\d+, other/,
        'a fiber blocks: a report');
    like($report, qr/calls in flight: Probe\.hang for \d+ ms\b/,
        'with the call on the thread');
    ok($modes->wait_for_log(qr/blocked loop, #\d+ spin at /),
        'and its function') if $has_libdw;
    $modes->stop;
}

# ---- Off; another interval by a reload.
{
    my $off = CThrift::Test->new(
        "worker_heartbeat_timeout 0;\nloop_check_interval 0;\n$main$server");
    $off->start;
    my ($worker) = $off->workers;
    is(scalar watchers($worker), 0, 'switched off: no thread');
    $off->client->call('hang', [[1, ['i32', 1000]]]);
    unlike($off->log_text, qr/blocked/, 'and no report');

    $off->conf("loop_check_interval 100ms;\n$main$server");
    $off->reload;
    ok(CThrift::Test::wait_for(sub {
        ($worker) = $off->workers;
        watchers($worker) == 1;
    }), 'switched on by a reload: one thread');
    $off->client->call('hang', [[1, ['i32', 400]]]);
    like($off->log_text, qr/blocked for \d+ ms, in Probe\.hang/, 'a report');
    $off->stop;
}

# ---- What is no interval.
for (['-1' => qr/'-1'/], ['soon' => qr/'soon'/], ['1s 2s' => qr/arguments?/],
    ['500ms; loop_check_interval 1s' => qr/is duplicate/]) {
    my ($value, $why) = @$_;
    my $bad = CThrift::Test->new("$main\nloop_check_interval $value;\n$server");
    my ($status, $out, $err) = $bad->run('-t');
    isnt($status, 0, "loop_check_interval $value is refused");
    like($err, qr/cthrift\.conf:4/, 'with its line');
    like($err, $why, 'and the reason');
}
{
    my $wrong = $server =~ s/server \{/server { loop_check_interval 1s;/r;
    my $bad = CThrift::Test->new($main . $wrong);
    my ($status, $out, $err) = $bad->run('-t');
    isnt($status, 0, 'in a server it is refused');
    like($err, qr/cthrift\.conf:4/, 'with its line');
}

done_testing();
