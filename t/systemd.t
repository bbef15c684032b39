#!/usr/bin/perl

# systemd.t -- what a service manager is told: the exact words of a start, of
# reloads, upgrades and their roll-back, and of the end.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Manager;
use CThrift::Test;
use POSIX ();
use Test::More;
use Time::HiRes ();

plan skip_all => 'recvmsg of this machine is not known'
    if !CThrift::Manager->is_possible;

my $CONF = <<'END';
load_module %%OBJS%%/probe.so;
worker_processes 2;
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service Probe { }
    }
}
END


# A server with its manager, serving.
sub begin {
    my (%o) = @_;
    my $t = CThrift::Test->new($o{conf} // $CONF, allow => [qr/nonsense/]);
    my $manager = CThrift::Manager->new($o{name} // $t->dir . '/notify');

    local %ENV = (%ENV, NOTIFY_SOCKET => $manager->name, %{ $o{env} // {} });
    $t->start(@{ $o{args} // [] });
    return ($t, $manager);
}


sub has_ended {
    my ($t, $pid) = @_;

    return CThrift::Test::wait_for(sub { $t->reap; !kill 0, $pid });
}


# ---- A start, reloads, a stop.
{
    my ($t, $manager) = begin();

    is($manager->next_text, 'STATUS=starting 2 workers', 'it starts');
    is($manager->next_text,
        "READY=1\nSTATUS=generation 1 serves with 2 workers",
        'READY when all workers serve');
    is($manager->main, $t->master_pid, 'said by the master');

    my $before = Time::HiRes::clock_gettime(
        Time::HiRes::CLOCK_MONOTONIC()) * 1e6;
    ok($t->reload, 'reload');
    is(join(' | ', $manager->words_until(qr/^READY/)),
        'RELOADING=1 MONOTONIC_USEC=? | READY=1', 'its words');
    cmp_ok($manager->monotonic, '>=', int $before,
        'the time is of after it was asked for');
    is($manager->status, 'generation 2 serves with 2 workers', 'its status');

    $t->conf($CONF =~ s/worker_processes 2/nonsense/r);
    my ($status) = $t->run('-s', 'reload');
    isnt($status, 0, 'a reload of a file that is wrong');
    is(join(' | ', $manager->words_until(qr/^READY/)),
        'RELOADING=1 MONOTONIC_USEC=? | READY=1', 'is told as ready again');
    like($manager->status,
        qr/^generation 2 serves with 2 workers; reload refused: .*'nonsense'/,
        'and the status says that it was refused');

    $t->conf($CONF);
    $t->signal('HUP');
    is(join(' | ', $manager->words_until(qr/^READY/)),
        'RELOADING=1 MONOTONIC_USEC=? | READY=1', 'HUP says the same');
    $t->run('-s', 'add-worker');
    is($manager->next_text, 'STATUS=generation 3 serves with 3 workers',
        'another number of workers is another status');

    my $pid = $t->master_pid;
    $t->signal('QUIT');
    is($manager->next_text, "STOPPING=1\nSTATUS=the workers leave", 'QUIT');
    ok(has_ended($t, $pid), 'it ends');
    is($manager->next_text(0.1), undef, 'without another word');
    is_deeply([$manager->refused], [], 'and nobody else has spoken');
}

# ---- Upgrades: the whole way, by hand, back, and with a binary that is none.
{
    my ($t, $manager) = begin();
    my $old = $t->master_pid;

    $manager->words_until(qr/^READY/);
    my ($status, undef, $err) = $t->run('-s', 'upgrade');
    is($status, 0, 'upgrade') or diag $err;
    my $new = $t->master_pid;
    is(join(' | ', $manager->words_until(qr/^MAINPID=\d+ READY/)),
        "MAINPID=$new | BARRIER=1 | MAINPID=$new READY=1",
        'the old master names the new one, which then speaks');
    ok(has_ended($t, $old), 'the old one has ended');
    is($manager->status, 'generation 2 serves with 2 workers', 'its status');
    ok($manager->main == $new && kill(0, $new), 'the service is the new one');

    $t->signal('USR2');
    ok($manager->wait_for_status(qr/the new binary (\d+) serves as well/),
        'by hand: two masters');
    my $second = $t->master_pid;
    $t->signal('HUP', $new);
    is(join(' | ', $manager->words_until(qr/^READY/)),
        'RELOADING=1 MONOTONIC_USEC=? | READY=1',
        'the old one goes on to speak');
    $t->signal('QUIT', $second);
    ok(has_ended($t, $second), 'rolled back');
    ok($manager->wait_for_status(qr/upgrade rolled back/),
        'the status says so');
    is($manager->main, $new, 'and the service has never been another');

    $t->signal('USR2');
    ok($manager->wait_for_status(qr/the new binary \d+ serves as well/),
        'by hand again');
    my $third = $t->master_pid;
    $t->signal('WINCH', $new);
    ok($manager->wait_for_status(qr/^without workers, until HUP/), 'WINCH');
    $t->signal('QUIT', $new);
    is(join(' | ', $manager->words_until(qr/^MAINPID=\d+ READY/)),
        "MAINPID=$third | BARRIER=1 | MAINPID=$third READY=1",
        'QUIT to the old one gives its place away, and does not say STOPPING');
    ok(has_ended($t, $new), 'it ends');

    $t->signal('TERM', $third);
    is($manager->next_words, 'STOPPING=1', 'TERM');
    ok(has_ended($t, $third), 'the last one ends');
    is_deeply([$manager->refused], [],
        'nobody has spoken whom systemd would not have heard');
}

# ---- An upgrade that fails.
{
    my ($t, $manager) = begin();

    $manager->words_until(qr/^READY/);
    $t->conf($CONF =~ s/worker_processes 2/nonsense/r);
    my ($status) = $t->run('-s', 'upgrade');
    isnt($status, 0, 'an upgrade whose configuration is wrong');
    ok($manager->wait_for_status(
        qr/^generation 1 serves with 2 workers; upgrade rolled back: .*nonse/),
        'is rolled back, the status says why');
    $t->conf($CONF);
    $t->stop;
    is(join(' | ', $manager->words_until(qr/^STOPPING/)), 'STOPPING=1',
        'and nothing else was told until the end');
    is_deeply([$manager->refused], [], 'by nobody');
}

# ---- In the background, with an abstract name.
{
    my $pid;
    my ($t, $manager) = begin(
        conf => "daemon on;\n$CONF",
        name => "\@cthrift-test-$$",
    );

    $pid = $t->master_pid;
    is($manager->next_text, "MAINPID=$pid", 'daemon on: the parent speaks');
    isnt($manager->main, undef, 'first');
    is(join(' | ', $manager->words_until(qr/^READY/)), 'READY=1',
        'then the master does');
    is_deeply([$manager->refused], [], 'not before');
    $t->signal('INT');
    is($manager->next_words, 'STOPPING=1', 'INT');
    ok(has_ended($t, $pid), 'it ends');
}

# ---- Signs of life; one process alone.
{
    my ($t, $manager) = begin(env => {
        WATCHDOG_USEC => 200_000,
    });
    my $n = 0;

    $manager->words_until(qr/^READY/);
    for (1 .. 3) {
        $n++ if ($manager->next_words // '') eq 'WATCHDOG=1';
    }
    is($n, 3, 'WATCHDOG=1, again and again');
    my $old = $t->master_pid;
    my ($status) = $t->run('-s', 'upgrade');
    is($status, 0, 'upgrade');
    my $new = $t->master_pid;
    $manager->words_until(qr/^MAINPID=$new READY=1/);
    is($manager->next_words, 'WATCHDOG=1', 'the new binary gives them as well');
    is($manager->main, $new, 'and is the service');
    ok(has_ended($t, $old), 'the old one has ended');
    is_deeply([$manager->refused], [], 'nobody else spoke');
    $t->stop;
}
{
    my ($t, $manager) = begin(env => {
        WATCHDOG_USEC => 1000,
        WATCHDOG_PID  => 1,
    });

    is(join(' | ', $manager->words_until(qr/^READY/)), 'READY=1',
        'a watchdog of another process is none');
    $t->stop;
    is($manager->next_words, 'STOPPING=1', 'nor later');
}
{
    my ($t, $manager) = begin(conf => "master_process off;\n$CONF");

    is($manager->next_words, 'READY=1', 'master_process off: READY');
    $t->stop;
    is($manager->next_words, 'STOPPING=1', 'and STOPPING');
}

# ---- Nobody at the other end, and a name that is none.
for my $name ('/nonexistent/notify', 'relative', '@', '/' . 'x' x 200) {
    my $t = CThrift::Test->new($CONF);

    local $ENV{NOTIFY_SOCKET} = $name;
    $t->start;
    ok($t->is_serving, 'it serves with NOTIFY_SOCKET '
        . substr $name, 0, 20);
    like($t->log_text, qr/\[warn\].*cannot notify '\/nonexistent\/notify'/,
        'and says that nobody hears it') if $name =~ /nonex/;
    $t->stop;
}

done_testing();
