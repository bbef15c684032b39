#!/usr/bin/perl

# recycle.t -- workers that have served for long enough: replaced one at a
# time, their replacement first, and no call is lost over it.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Load;
use CThrift::Naive;
use CThrift::Test;
use JSON::PP;
use Test::More;
use Time::HiRes qw(sleep time);

my $t = CThrift::Test->new(undef, allow => [qr/conf:\d/]);

sub conf {
    my ($main) = @_;

    $t->conf(<<"END");
load_module %%OBJS%%/probe.so;
error_log logs/error.log info;
probe_stumble %%TESTDIR%%/stumble;
probe_hold %%TESTDIR%%/hold;
$main
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        listen 127.0.0.1:%%PORT_2%% reuseport;
        service Probe { }
    }
}
END
}

sub status {
    my (undef, $out) = $t->run('-s', 'status', '--json');
    return decode_json($out);
}

sub recycled { return status()->{server}{workers_recycled} }

# The workers in these states of what is serving, as [id, pid, state], by id.
sub workers_in {
    my %wanted = map { $_ => 1 } @_;
    my $status = status();

    return map { [$_->{id}, $_->{pid}, $_->{state}] }
        sort { $a->{id} <=> $b->{id} }
        grep { $wanted{ $_->{state} }
            && $_->{generation} == $status->{server}{generation} }
        @{ $status->{workers} };
}

# The same at one moment: a status is read worker by worker, and what changes
# meanwhile could be seen in both states or in none; two that agree saw no
# change.
sub workers_at_once {
    my @last = workers_in(@_);

    while (1) {
        my @now = workers_in(@_);
        return @now if encode_json(\@now) eq encode_json(\@last);
        @last = @now;
    }
}

sub pids { return map { $_->[1] } workers_in('serving') }

sub calls {
    my ($n) = @_;
    my $c = $t->client(framed => 1);

    $c->call('echo', [[1, ['string', 'x']]]) for 1 .. $n;
    $c->close;
}

sub wait_for { return CThrift::Test::wait_for(@_) }

# How often a line is in the log.
sub count {
    my ($pattern) = @_;
    my @found = $t->log_text =~ /$pattern/g;

    return scalar @found;
}

sub end_load {
    my ($name, @loads) = @_;
    my ($calls, $failed, @errors) = (0, 0);

    for (map { $_->stop } @loads) {
        $calls += $_->{calls};
        $failed += $_->{failed};
        push @errors, @{ $_->{errors} };
    }
    is($failed, 0, "$name: of $calls calls none failed")
        or diag explain \@errors;
    return $calls;
}

# Bad values; the line is told.
for my $case (
    ['worker_max_calls many;', qr/'many' is not a number/],
    ['worker_max_calls -1;', qr/'-1' is not a number/],
    ['worker_max_calls 10 20;', qr/'20' is not jitter=VALUE/],
    ['worker_max_calls 10 jitter=;', qr/'jitter=' is not jitter=VALUE/],
    ['worker_max_calls 10 jitter=x;', qr/'x' is not a number/],
    ['worker_max_calls 9223372036854775807 jitter=1;',
        qr/'1' is not a number/],
    ['worker_max_calls 0 jitter=5;', qr/has no jitter/],
    ['worker_max_calls 1 jitter=2 3;', qr/worker_max_calls/],
    ['worker_max_age soon;', qr/'soon' is not a time/],
    ['worker_max_age 1h jitter=5x;', qr/'5x' is not a time/],
    ['worker_max_rss much;', qr/'much' is not a size/],
    ['worker_max_rss 1g 2g;', qr/worker_max_rss/],
) {
    my ($line, $words) = @$case;
    conf($line);
    my ($status, $out, $err) = $t->run('-t');
    isnt($status, 0, "refused: $line");
    like($err, qr/cthrift\.conf:5/, 'with its line');
    like($err, $words, 'and why');
}

# Without a master there is nobody to do it.
conf("master_process off;\nworker_max_calls 5;");
{
    my ($status, $out, $err) = $t->run('-t');
    is($status, 0, 'without a master: taken');
    like($out . $err . $t->log_text, qr/nobody can replace/, 'with a warning');
}

# By calls: the replacement first, under the same id.
conf("worker_processes 1;\nworker_max_calls 50;\n");
$t->start;
for my $n (1 .. 3) {
    my ($before) = pids();
    calls(49) if $n == 1;
    is(recycled(), 0, 'not before its time') if $n == 1;
    calls($n == 1 ? 1 : 50);
    ok(wait_for(sub { recycled() == $n }), "by calls: recycled $n");
    ok(wait_for(sub { $t->workers == 1 }), 'the old one goes');
    my @now = workers_in('serving');
    is(scalar @now, 1, 'one serves');
    is($now[0][0], 0, 'with the id');
    isnt($now[0][1], $before, 'and it is another');
}
like($t->log_text,
    qr/\[notice\].*worker 0 has served 5\d calls: it is replaced/,
    'the log tells');
like($t->log_text, qr/has served.*started as.*worker 0 leaves/s,
    'first the other started, then it left');
is(status()->{server}{workers_died}, 0, 'none has died');
like(($t->run('-s', 'status'))[1], qr/recycled 3$/m, 'shown to people');

# A connection that stays keeps its worker until the worker's time is over,
# however long the queue behind it.
{
    my $c = $t->client(framed => 1);
    $c->call('echo', [[1, ['string', 'x']]]);
    calls(50);
    ok(wait_for(sub { recycled() == 4 }), 'recycled with a connection');
    is(CThrift::Client::result($c->call('echo', [[1, ['string', 'still']]])),
        'still', 'which gets its answer');
    $c->close;
    ok(wait_for(sub { $t->workers == 1 }), 'the old one goes');
}

# Two at once: one after the other, never fewer than serve, never more than
# one above.
conf("worker_processes 3;\nworker_max_age 300ms jitter=200ms;\n"
    . 'probe_slow_start 150ms;');
ok($t->reload, 'reload: by age');
{
    my $from = recycled();
    my ($least, $most, $twice) = (99, 0, 0);
    my $end = time + 20;

    while (recycled() < $from + 6 && time < $end) {
        my @now = workers_at_once('serving', 'starting');
        my $serving = grep { $_->[2] eq 'serving' } @now;
        my %ids;

        $ids{ $_->[0] }++ for @now;
        $least = $serving if $serving < $least;
        $most = @now if @now > $most;
        $twice++ if 1 < grep { $_ > 1 } values %ids;
    }
    cmp_ok(recycled(), '>=', $from + 6, 'six are recycled by age');
    is($least, 3, 'never fewer than 3 serve');
    is($most, 4, 'never more than 4 serve or start');
    is($twice, 0, 'one at a time');
    like($t->log_text, qr/worker \d has lived for \d+ s: it is replaced/,
        'the log tells');
}

# By memory.
conf('worker_processes 1;');
ok($t->reload, 'reload: off');
sub rss_kb {
    my ($pid) = @_;

    open my $fh, '<', "/proc/$pid/status" or return 0;
    return (grep { defined } map { /^VmRSS:\s+(\d+)/ ? $1 : undef } <$fh>)[0];
}
{
    ok(wait_for(sub { pids() == 1 && $t->workers == 1 }), 'one worker');
    my $limit = rss_kb((pids())[0]) + 20_000;
    my $from = recycled();
    conf("worker_processes 1;\nworker_max_rss ${limit}k;");
    ok($t->reload, 'reload: by memory');
    my ($before) = pids();
    calls(10);
    my $c = $t->client(framed => 1);
    $c->call('hoard', [[1, ['i32', 40_000]]]);
    $c->close;
    ok(wait_for(sub { recycled() == $from + 1 }), 'recycled by memory');
    like($t->log_text, qr/worker 0 has grown to \d+ KB: it is replaced/,
        'the log tells');
    ok(wait_for(sub { $t->workers == 1 }), 'the old one goes');
    isnt((pids())[0], $before, 'it is another');
}

# A limit below what a worker takes at rest would recycle for ever.
conf("worker_processes 1;\nworker_max_rss 10k;");
ok($t->reload, 'reload: a limit that no worker can keep');
ok($t->wait_for_log(qr/\[warn\].*worker_max_rss is 10 KB.*not heeded/),
    'is told and not heeded');

# A replacement that fails: the tired one serves on, and it is tried again.
conf("worker_processes 2;\nworker_max_calls 20;");
ok($t->reload, 'reload: a replacement that fails');
ok(wait_for(sub { pids() == 2 && $t->workers == 2 }), 'two workers');
{
    my $from = recycled();
    my @before = pids();
    $t->write_file("stumble.$_", '') for 0, 1;
    calls(20) for 1 .. 8;
    ok($t->wait_for_log(qr/\[warn\].*cannot be replaced and goes on serving/),
        'told');
    ok(wait_for(sub { count(qr/probe will not start/) >= 2 }), 'tried again');
    is_deeply([pids()], \@before, 'the tired ones serve on');
    is(recycled(), $from, 'none is counted');
    is(count(qr/cannot be replaced/), 1, 'told once');
    is(count(qr/workers die young/), 0, 'nobody was missing');
    calls(3);
    unlink $t->dir . "/stumble.$_" for 0, 1;
    ok(wait_for(sub { recycled() >= $from + 1 }), 'and well at last');
}

# What may come in the middle: of `n` workers one is tired, and its replacement
# starts until go() says that it may.
sub begin {
    my ($name, $n) = @_;

    conf("worker_processes $n;\nworker_max_calls 20;");
    ok($t->reload, "reload: $name");
    ok(wait_for(sub { pids() == $n && $t->workers == $n }), "$n serve");
    $t->write_file("hold.$_", '') for 0 .. $n - 1;
    calls(20) for 1 .. 2 * $n;
    ok(wait_for(sub { workers_in('starting') }), "$name: one starts");
}

sub go { unlink glob $t->dir . '/hold.*' }

{
    begin('a reload in the middle', 1);
    my $generation = status()->{server}{generation};
    conf('worker_processes 2;');
    my $pid = $t->spawn('reload.out', 'reload.err',
        $t->command('-s', 'reload'));
    ok(wait_for(sub {
        grep { $_->{generation} > $generation } @{ status()->{workers} }
    }), 'new ones start as well');
    go();
    waitpid $pid, 0;
    is($? >> 8, 0, 'the reload is taken');
    ok(wait_for(sub { $t->workers == 2 && pids() == 2 }), 'two workers');
    is(join(' ', map { $_->[0] } workers_in('serving')), '0 1', 'of two ids');
}
{
    begin('the tired one dies', 1);
    my $from = recycled();
    my ($victim) = pids();
    my ($fresh) = map { $_->[1] } workers_in('starting');
    kill 'KILL', $victim;
    ok(wait_for(sub { !kill 0, $victim }), 'gone');
    go();
    ok(wait_for(sub { $t->workers == 1 && pids() == 1 }), 'one serves');
    is((pids())[0], $fresh, 'its replacement');
    is(recycled(), $from, 'which makes it a death');
}
{
    begin('the replacement dies', 1);
    my ($tired) = pids();
    my ($fresh) = map { $_->[1] } workers_in('starting');
    kill 'KILL', $fresh;
    ok(wait_for(sub { !kill 0, $fresh }), 'gone');
    is((pids())[0], $tired, 'the tired one serves');
    go();
    ok(wait_for(sub { !grep { $_ == $tired } pids() }), 'and goes later');
    ok(wait_for(sub { $t->workers == 1 && pids() == 1 }), 'one is left');
}
{
    begin('both die', 1);
    my ($tired) = pids();
    my ($fresh) = map { $_->[1] } workers_in('starting');
    kill 'STOP', $t->master_pid;
    kill 'KILL', $fresh, $tired;
    kill 'CONT', $t->master_pid;
    go();
    ok(wait_for(sub { $t->workers == 1 && pids() == 1 }), 'one serves again');
}
{
    begin('TTOU in the middle', 2);
    $t->run('-s', 'remove-worker');
    go();
    ok(wait_for(sub { $t->workers == 1 && pids() == 1 }), 'one is left');
    $t->run('-s', 'add-worker');
    ok(wait_for(sub { pids() == 2 && $t->workers == 2 }), 'and two again');
    is(join(' ', map { $_->[0] } workers_in('serving')), '0 1', 'of two ids');
    $t->run('-s', 'remove-worker');
}
{
    begin('WINCH in the middle', 1);
    $t->signal('WINCH');
    go();
    ok(wait_for(sub { $t->workers == 0 }), 'all leave');
    $t->signal('HUP');
    ok(wait_for(sub { $t->workers == 1 && pids() == 1 }), 'one comes back');
}
{
    begin('an upgrade in the middle', 1);
    my $old = $t->master_pid;
    my $pid = $t->spawn('upgrade.out', 'upgrade.err',
        $t->command('-s', 'upgrade'));
    $t->wait_for_log(qr/upgrade: .* started as/);
    go();
    waitpid $pid, 0;
    is($? >> 8, 0, 'the upgrade is taken');
    ok(wait_for(sub { $t->reap; !kill 0, $old }), 'the old master ends');
    ok(wait_for(sub { pids() == 1 && $t->workers == 1 }), 'one serves');
    my $from = recycled();
    calls(20);
    ok(wait_for(sub { recycled() > $from }), 'and gets tired in its turn');
}

# 50 under load, on a shared socket and on one of each worker, of clients that
# connect for each call and of clients that never connect again.
conf("worker_processes 2;\nworker_max_calls 40 jitter=20;");
ok($t->reload, 'reload: 50 under load');
{
    my $from = recycled();
    my @loads = map { CThrift::Load->start(clients => 2, framed => 1,
            port => $t->port($_)) } 1, 2;
    my $naive = CThrift::Naive->start($t, clients => 32,
        to => [map { '127.0.0.1:' . $t->port($_) } 1, 2]);
    $naive->phase('recycling');
    ok(wait_for(sub { recycled() >= $from + 50 }, 60), '50 are recycled');
    end_load('50 recyclings', @loads);
    my $seen = $naive->stop;
    is($seen->{trouble}, '', 'nor did who stayed notice anything');
    is($seen->{alive}, 32, 'and all are there');
    my %at = map { $_ => 1 } $t->log_text =~ /has served (\d+) calls/g;
    cmp_ok(scalar keys %at, '>', 4, 'at numbers that chance has chosen');
}

# The end in the middle.
begin('QUIT in the middle', 2);
go();
$t->stop('QUIT');
