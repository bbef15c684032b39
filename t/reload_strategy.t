#!/usr/bin/perl

# reload_strategy.t -- all new workers at once, or one after the other: taken
# without a lost call, or undone with the old generation complete again.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Load;
use CThrift::Naive;
use CThrift::Test;
use JSON::PP;
use Test::More;
use Time::HiRes qw(sleep time);

my $t = CThrift::Test->new(undef, allow => [
    qr/\[emerg\].*conf:\d/, qr/ended on SIG|crashed on SIG/,
]);

sub conf {
    my ($name, $main, $more) = @_;

    $more //= '';
    $t->conf(<<"END");
load_module %%OBJS%%/probe.so;
error_log logs/error.log info;
probe_stumble %%TESTDIR%%/stumble;
probe_hold %%TESTDIR%%/hold;
$main
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        listen unix:%%TESTDIR%%/sock;
        listen 127.0.0.1:%%PORT_2%% reuseport;
        $more
        service Probe { probe_name $name; }
    }
}
END
}

sub status {
    my (undef, $out) = $t->run('-s', 'status', '--json');
    return decode_json($out);
}

# The pids that are in one of these states, in the order of their ids.
sub pids {
    my @states = @_ ? @_ : ('serving');

    return map { $_->{pid} } sort { $a->{id} <=> $b->{id} }
        grep { my $w = $_; grep { $_ eq $w->{state} } @states }
        @{ status()->{workers} };
}

sub wait_for { return CThrift::Test::wait_for(@_) }

sub workers_are {
    my ($n) = @_;

    return wait_for(sub { $t->workers == $n && pids() == $n });
}

sub who { return CThrift::Client::result($t->client->call('who')) }

# Reloads, and looks how many serve and how many start meanwhile: the exit
# status, what was said, the fewest that served, and the most of both.
sub watch_reload {
    my ($least, $most) = (99, 0);

    delete $t->{held};
    my $pid = $t->spawn('reload.out', 'reload.err',
        $t->command('-s', 'reload'));
    my $status;
    do {
        my @workers = @{ status()->{workers} };
        my $serving = grep { $_->{state} eq 'serving' } @workers;
        my $starting = grep { $_->{state} eq 'starting' } @workers;

        $least = $serving if $serving < $least;
        $most = $serving + $starting if $serving + $starting > $most;
        $status = $? if waitpid($pid, POSIX::WNOHANG()) == $pid;
    } while (!defined $status);
    return ($status >> 8, join('', map { $t->read_file("reload.$_") }
            qw(out err)), $least, $most);
}

my @loads;

sub begin_load {
    @loads = map { CThrift::Load->start(clients => 1, framed => 1, %$_) }
        { port => $t->port(1) }, { path => $t->dir . '/sock' },
        { port => $t->port(2) };
}

sub end_load {
    my ($name) = @_;
    my ($calls, $failed, @errors) = (0, 0);

    for (map { $_->stop } splice @loads) {
        $calls += $_->{calls};
        $failed += $_->{failed};
        push @errors, @{ $_->{errors} };
    }
    is($failed, 0, "$name: of $calls calls none failed")
        or diag explain \@errors;
    cmp_ok($calls, '>', 200, 'and there were many');
}

# What it takes.
for my $case (
    ['reload_strategy some;', qr/'some' is none of the words/],
    ['reload_strategy;', qr/reload_strategy/],
    ['reload_strategy all rolling;', qr/reload_strategy/],
) {
    my ($line, $words) = @$case;
    conf('refused', $line);
    my ($status, $out, $err) = $t->run('-t');
    isnt($status, 0, "refused: $line");
    like($err, qr/cthrift\.conf:5/, 'with its line');
    like($err, $words, 'and why');
}

my $rolling = "reload_strategy rolling;\nprobe_slow_start 100ms;\n"
    . 'worker_processes';

conf('first', "$rolling 3;");
$t->start;
is(who(), 'first', 'serves');
begin_load();

# One after the other.
for my $n (1 .. 3) {
    my @before = pids();
    my %old = map { $_ => 1 } @before;
    conf("name$n", "$rolling 3;");
    my ($status, $words, $least, $most) = watch_reload();
    is($status, 0, "rolling $n: exit status") or diag $words;
    is($least, 3, 'never fewer than 3 serve');
    is($most, 4, 'never more than 4 serve or start');
    is(who(), "name$n", 'the new configuration serves');
    is(scalar(grep { $old{$_} } pids()), 0, 'all workers are new');
    ok(workers_are(3), 'and as many as before');
}

# All at once, for comparison: three more.
conf('all', "reload_strategy all;\nprobe_slow_start 1500ms;\n"
    . 'worker_processes 3;');
{
    my ($status, $words, $least, $most) = watch_reload();
    is($status, 0, 'all: exit status') or diag $words;
    is($most, 6, 'six for a moment');
    ok(workers_are(3), 'and three again');
}

# More of them, and fewer.
conf('more', "$rolling 5;");
{
    my ($status, $words, $least, $most) = watch_reload();
    is($status, 0, 'from 3 to 5: exit status') or diag $words;
    is($least, 3, 'never fewer than 3 serve');
    cmp_ok($most, '<=', 6, 'never more than 6');
    ok(workers_are(5), 'five serve');
}
conf('fewer', "$rolling 2;");
{
    my ($status, $words, $least, $most) = watch_reload();
    is($status, 0, 'from 5 to 2: exit status') or diag $words;
    cmp_ok($least, '>=', 2, 'never fewer than 2 serve');
    cmp_ok($most, '<=', 6, 'never more than 6');
    ok(workers_are(2), 'two serve');
    is(who(), 'fewer', 'the new configuration');
}

# A failure: at the first, in the middle, at the last.
conf('four', "$rolling 4;");
ok($t->reload, 'reload: four workers');
ok(workers_are(4), 'four serve');
for my $id (0, 2, 3) {
    my @before = pids();
    my $generation = status()->{server}{generation};
    $t->write_file("stumble.$id", '');
    conf('refused', "$rolling 4;");
    my $pid = $t->spawn('reload.out', 'reload.err',
        $t->command('-s', 'reload'));
    # The old configuration's worker with that id must start again.
    $t->wait_for_log(qr/reload has failed.*made complete.*probe will/);
    unlink $t->dir . "/stumble.$id";
    waitpid $pid, 0;
    isnt($? >> 8, 0, "worker $id does not start: reload fails");
    like($t->read_file('reload.out') . $t->read_file('reload.err'),
        qr/probe will not start/, 'and says why');
    ok(workers_are(4), 'four serve');
    is(who(), 'four', 'with the old configuration');
    is(status()->{server}{generation}, $generation, 'of the old generation');
    my @after = pids();
    is(scalar(grep { $before[$_] != $after[$_] } 0 .. 3), $id,
        "$id had been replaced");
    my %generations = map { $_->{generation} => 1 }
        @{ status()->{workers} };
    is(join(' ', keys %generations), $generation, 'none of the new is left');
    $t->write_file('logs/error.log', '');
}

# On the way back too there is only one more, and a load sees nothing.
{
    $t->write_file('stumble.3', '');
    conf('refused', "$rolling 4;");
    my ($status, $words, $least, $most) = watch_reload();
    isnt($status, 0, 'undone: exit status');
    cmp_ok($least, '>=', 4, 'never fewer than 4 serve');
    cmp_ok($most, '<=', 5, 'never more than 5');
    unlink $t->dir . '/stumble.3';
    ok(workers_are(4), 'four serve');
}

# The reload after it is none the worse.
conf('after', "$rolling 4;");
ok($t->reload, 'a reload after a failed one');
is(who(), 'after', 'is taken');
ok(workers_are(4), 'four serve');

# One that takes too long to start.
conf('late', "reload_strategy rolling;\nprobe_slow_start 4s;\n"
    . "reload_timeout 500ms;\nworker_processes 4;");
{
    my @before = pids();
    my ($status, $out, $err) = $t->run('-s', 'reload');
    isnt($status, 0, 'late: reload fails');
    like($out . $err, qr/reload_timeout/, 'and says why');
    is_deeply([pids()], \@before, 'nobody was replaced');
}
ok(wait_for(sub { $t->workers == 4 }), 'the late one ends');

# Clients whose connections persist notice none of it.  Where one of the two
# configurations lacks the listen, a connection is not taken over, but its
# worker answers one more call before it ends.
{
    my $more = 'listen 127.0.0.1:%%PORT_4%%;';
    conf('stays', "$rolling 4;", $more);
    ok($t->reload, 'a listen comes');
    my $connect = sub {
        my @clients = map { $t->client(port => $t->port(4)) } 1 .. 20;

        $_->call('who') for @clients;
        return @clients;
    };
    my $served = sub {
        return scalar grep {
            (eval { CThrift::Client::result($_->call('who')) } // '')
                eq 'stays'
        } @_;
    };
    my @clients = $connect->();
    my $naive = CThrift::Naive->start($t, clients => 48, to => [
        '127.0.0.1:' . $t->port(1), 'unix:' . $t->dir . '/sock',
        '127.0.0.1:' . $t->port(2),
    ]);
    $naive->wait_for_calls(500);
    $naive->phase('back');
    $t->write_file('stumble.3', '');
    conf('refused', "$rolling 4;");
    isnt(($t->run('-s', 'reload'))[0], 0, 'forward and back');
    unlink $t->dir . '/stumble.3';
    is($served->(@clients), 20, 'a listen that nearly went: all are served');
    @clients = $connect->();
    $naive->phase('forward');
    conf('went', "$rolling 4;");
    ok($t->reload, 'forward');
    is($served->(@clients), 20, 'a listen that went: all are served');
    my $seen = $naive->stop;
    is($seen->{trouble}, '', 'the others notice nothing');
    is($seen->{alive}, 48, 'and are all there');
}

# Who is killed loses what it was doing, so this is without a load.
end_load('rolling forward and back');

# A new one that dies when it serves already.
# The next one does not get ready before go() says that it may.
sub begin_slow {
    my ($name, $main) = @_;

    $t->write_file('hold.1', '');
    conf($name, "reload_strategy rolling;\nworker_processes 4;\n"
        . ($main // ''));
    my $pid = $t->spawn('reload.out', 'reload.err',
        $t->command('-s', 'reload'));
    my $generation = status()->{server}{generation};
    my $new;
    ok(wait_for(sub {
        ($new) = map { $_->{pid} } grep { $_->{state} eq 'serving'
            && $_->{generation} != $generation } @{ status()->{workers} };
    }), "$name: one new worker serves");
    return ($pid, $new);
}
sub go { unlink $t->dir . '/hold.1' }

{
    my ($pid, $new) = begin_slow('killed');
    kill 'KILL', $new;
    $t->wait_for_log(qr/new worker 0 crashed/);
    go();
    waitpid $pid, 0;
    isnt($? >> 8, 0, 'a new one is killed: reload fails');
    like($t->read_file('reload.out') . $t->read_file('reload.err'),
        qr/crashed on SIGKILL/, 'and says why');
    ok(workers_are(4), 'four serve');
    is(who(), 'went', 'with the old configuration');
}

# An old one that dies meanwhile is replaced by what its time is.
{
    my ($pid) = begin_slow('victim');
    my @others = pids();
    kill 'KILL', $others[-1];
    ok(wait_for(sub { !kill 0, $others[-1] }), 'an old one is killed');
    ok(wait_for(sub { pids() == 4 }), 'and replaced by one of its generation');
    go();
    waitpid $pid, 0;
    is($? >> 8, 0, 'the reload goes on');
    is(who(), 'victim', 'the new configuration');
    ok(workers_are(4), 'four serve');
}

# Other words wait until it is over.
{
    my ($pid) = begin_slow('words');
    is(($t->run('-s', 'add-worker'))[0], 0, 'add-worker meanwhile');
    $t->signal('HUP');
    go();
    waitpid $pid, 0;
    is($? >> 8, 0, 'the reload');
    ok(workers_are(5), 'and then one worker more');
    is(($t->run('-s', 'remove-worker'))[0], 0, 'remove-worker');
    ok($t->reload, 'behind the second reload');
    ok(workers_are(4), 'four serve');
}

# WINCH in the middle, and back.
begin_load();
{
    my ($pid) = begin_slow('winch');
    $t->signal('WINCH');
    go();
    waitpid $pid, 0;
    isnt($? >> 8, 0, 'WINCH: reload fails');
    ok(wait_for(sub { $t->workers == 0 }), 'all leave');
    $t->signal('HUP');
    ok(workers_are(4), 'and come back');
    is(who(), 'words', 'with the old configuration');
}

# A listen that comes and goes, and one load for all of it.
{
    my $more = 'listen 127.0.0.1:%%PORT_3%% reuseport;';

    for my $n (1 .. 3) {
        conf("with$n", "$rolling 4;", $more);
        ok($t->reload, "a listen comes: $n");
        is(CThrift::Client::result(
            $t->client(port => $t->port(3))->call('who')), "with$n", 'serves');
        conf("without$n", "$rolling 4;");
        ok($t->reload, "and goes: $n");
        ok(!eval { $t->client(port => $t->port(3)); 1 }, 'is refused');
    }
}
end_load('WINCH, and a listen that comes and goes');

# Neither forward nor back: by now the old one cannot start its workers either.
# What serves stays, and a reload of something better is taken.
conf('stuck', "worker_processes 4;\nreload_timeout 1s;");
ok($t->reload, 'reload: a generation that will get stuck');
ok(workers_are(4), 'four serve');
{
    my ($pid) = begin_slow('neither', 'reload_timeout 20s;');
    $t->write_file("stumble.$_", '') for 0, 1;
    go();
    waitpid $pid, 0;
    isnt($? >> 8, 0, 'neither forward nor back: reload fails');
    like($t->read_file('reload.out') . $t->read_file('reload.err'),
        qr/probe will not start/, 'and says why');
    cmp_ok(scalar(pids()), '>=', 4, 'four serve all the same');
    like($t->log_text, qr/not complete yet, workers of the new one stay/,
        'and the log tells');
    conf('better', 'worker_processes 4;');
    $t->conf($t->read_file('conf/cthrift.conf') =~ s/stumble;/other;/r);
    ok($t->reload, 'a reload of something better');
    ok(workers_are(4), 'four serve');
    is(who(), 'better', 'the better one');
    unlink $t->dir . "/stumble.$_" for 0, 1;
}

# QUIT in the middle.
my ($pid) = begin_slow('quit');
$t->signal('QUIT');
go();
waitpid $pid, 0;
isnt($? >> 8, 0, 'QUIT: reload fails');
$t->descriptors_may_change;
