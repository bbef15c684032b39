#!/usr/bin/perl

# hostile.t -- whatever comes, the server answers or closes, in time; nobody
# else notices; and nothing is left behind.
#
# Connections go in batches, for a connection that waits costs nobody time.
# After every case a good client must be answered within a second.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Hostile;
use CThrift::Test;
use IO::Select;
use Test::More;
use Time::HiRes qw(sleep time);

use constant {
    BATCH      => 40,
    ANSWER_S   => 3,    # for a whole message
    CLOSE_S    => 1,    # for the end of the client's side
    GOOD_S     => 1,    # for somebody else
    PAGES_KB   => 1024, # P2: so much a connection, and
    BYTES_TIMES => 4,   # so many times the bytes received
};

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
my ($worker) = $t->workers;
my $good = $t->client(framed => 1, timeout => GOOD_S * $slow);

sub result { CThrift::Client::result($_[0]) }

# A number of /proc/PID/status, in kB.
sub memory_kb {
    my ($name, $pid) = @_;

    open my $fh, '<', '/proc/' . ($pid // $worker) . '/status' or return 0;
    return (map { /^$name:\s+(\d+)/ ? $1 : () } <$fh>)[0] // 0;
}

# Seconds of CPU that a process has used.
sub cpu_s {
    my ($pid) = @_;

    open my $fh, '<', "/proc/$pid/stat" or return 0;
    my @f = split ' ', <$fh> =~ s/^.*\) //r;
    return ($f[11] + $f[12]) / POSIX::sysconf(&POSIX::_SC_CLK_TCK);
}

sub ping {
    my $reply = eval { $good->call('PingService:ping') };
    return defined $reply && result($reply) eq 'pong';
}


# ---- One case, from its connection to its end.

sub begin {
    my ($case) = @_;
    my $c = $t->client(framed => $case->{framed});

    $c->{socket}->blocking(0);
    return { %$case, client => $c, sent => 0, in => '', began => time };
}

# Sends what the socket takes; a server that has closed is right, too.
sub send_some {
    my ($run) = @_;
    local $SIG{PIPE} = 'IGNORE';

    while ($run->{sent} < length $run->{bytes}) {
        my $n = syswrite $run->{client}{socket}, $run->{bytes}, 65536,
            $run->{sent};
        last if !defined $n && $!{EAGAIN};
        $n = length $run->{bytes} if !defined $n;
        $run->{sent} += $n;
    }
    half_close($run) if all_sent($run) && !$run->{whole};
}

sub all_sent { $_[0]{sent} >= length $_[0]{bytes} }

sub half_close {
    my ($run) = @_;

    return if $run->{ended};
    $run->{ended} = time;
    shutdown $run->{client}{socket}, 1;
}

# What a reply of ours looks like; anything else is not whole.  Who bends the
# first bytes may speak another dialect, and is answered in it.
sub replies {
    my ($run) = @_;

    $run->{client}{framed} = $run->{client}{in} !~ /^\x80\x01/
        if !$run->{replies};

    while (1) {
        my $reply = eval { $run->{client}->next_message };
        $run->{broken} = $@ if $@;
        last if !$reply;
        push @{ $run->{replies} }, $reply;
    }
    half_close($run) if all_sent($run) && $run->{replies};
    $run->{look_at} = 2 * length $run->{client}{in};
}

sub read_some {
    my ($run) = @_;
    my $c = $run->{client};
    my $n = sysread $c->{socket}, $c->{in}, 65536, length $c->{in};

    return if !defined $n && $!{EAGAIN};
    $run->{reset} = 1 if !defined $n;
    $run->{closed} = time if !$n;
    # Not at every part of a large one, which is gone over from its beginning.
    replies($run)
        if $run->{closed} || length $c->{in} >= ($run->{look_at} // 0);
}

# Whether it is over: closed, or out of time.
sub is_over {
    my ($run) = @_;

    return 1 if $run->{closed} || $run->{broken};
    my $from = $run->{ended} // $run->{began};
    my $limit = $run->{ended} ? CLOSE_S : ANSWER_S;
    return 0 if time - $from < $limit * $slow;
    $run->{late} = $run->{ended} ? 'the end of our side is not answered'
        : 'a whole message is not answered';
    return 1;
}

# What is wrong with how it ended, or nothing.
sub complaint {
    my ($run) = @_;
    my @replies = @{ $run->{replies} // [] };
    my $refused = grep { $_->{type} == 3 } @replies;
    my $is = $run->{expect};

    return $run->{late} if $run->{late};
    return "a reply like no other: $run->{broken}" if $run->{broken};
    return 'part of a reply' if length $run->{client}{in};
    return 'a reset' if $run->{reset};
    return 'a reply to nobody'
        if grep { $_->{type} != 2 && $_->{type} != 3 } @replies;
    return 'refused' if $is eq 'ok' && ($refused || !@replies);
    return 'not refused' if $is eq 'refused' && @replies > $refused;
    return 'answered' if $is eq 'none' && @replies;
    return undef;
}


# ---- A batch.

sub turn {
    my ($left) = @_;
    my (%by, $r, $w);

    $by{ $_->{client}{socket} } = $_ for @$left;
    my $select = IO::Select->new(map { $_->{client}{socket} } @$left);
    my $unsent = IO::Select->new(map { $_->{client}{socket} }
        grep { !all_sent($_) } @$left);
    ($r, $w) = IO::Select->select($select, $unsent, undef, 0.05);
    send_some($by{$_}) for @{ $w // [] };
    read_some($by{$_}) for @{ $r // [] };
    replies($_) for $r && @$r ? () : @$left;
    return grep { !is_over($_) } @$left;
}

my (%failed, $bad_pings, $sent_bytes);

sub run_batch {
    my @runs;

    for my $case (@_) {
        my $run = begin($case);
        send_some($run);
        push @runs, $run;
        $sent_bytes += length $case->{bytes};
        if (!ping()) {
            $bad_pings++;
            diag "no ping after: $case->{name}";
            $good = $t->client(framed => 1, timeout => GOOD_S * $slow);
        }
    }
    my @left = @runs;
    @left = turn(\@left) while @left;
    for my $run (@runs) {
        my $why = complaint($run);
        $failed{"$run->{name}: $why"} = 1 if defined $why;
        $run->{client}->close;
    }
}


# ---- Each dialect.

# (With $good accepted: a connection may wait for that under load.)
ping();
my $descriptors = CThrift::Test::descriptors($worker);

for my $dialect ([1, 1], [1, 0], [0, 1], [0, 0]) {
    my ($framed, $strict) = @$dialect;
    my $name = ($framed ? 'framed' : 'unframed')
        . ($strict ? ' strict' : ' non-strict');
    my @cases = map { { %$_, framed => $framed } }
        CThrift::Hostile::cases($framed, $strict);
    my $n = @cases;
    my $from = memory_kb('VmRSS');
    my $began = time;

    (%failed, $bad_pings, $sent_bytes) = ();
    run_batch(splice @cases, 0, BATCH) while @cases;
    diag sprintf '%s: %d cases in %.1f s', $name, $n, time - $began
        if $ENV{CTHRIFT_TIMES};

    is(join("\n", sort keys %failed), '', "$name: $n cases end as they may");
    is($bad_pings, undef, "$name: nobody else has noticed");
    is_deeply([$t->workers], [$worker], "$name: the worker lives");
    SKIP: {
        skip 'sanitizers need memory of their own', 1 if $slow > 1;
        my $may = BATCH * PAGES_KB + BYTES_TIMES * $sent_bytes / 1024;
        cmp_ok(memory_kb('VmHWM') - $from, '<', $may, "$name: memory");
    }
}

# ---- Large ones: the work is linear in the bytes, and so is the memory.

my $LARGE = 4_000_000;

for my $framed (1, 0) {
    for my $case (CThrift::Hostile::large($framed, 1, $LARGE)) {
        my $name = ($framed ? 'framed' : 'unframed') . " $case->{name}";
        # The highest so far begins afresh.
        if (open my $fh, '>', "/proc/$worker/clear_refs") {
            syswrite $fh, '5';
        }
        my ($kb, $cpu_s) = (memory_kb('VmHWM'), cpu_s($worker));

        %failed = ();
        run_batch({ %$case, framed => $framed });
        is(join("\n", keys %failed), '', $name);
        cmp_ok(cpu_s($worker) - $cpu_s, '<', 0.4 * $slow * $slow,
            "$name: time");
        SKIP: {
            skip 'sanitizers need memory of their own', 1 if $slow > 1;
            my $may = PAGES_KB + $case->{times} * $LARGE / 1024;
            cmp_ok(memory_kb('VmHWM') - $kb, '<', $may, "$name: memory");
        }
    }
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
        $wrong++ if !ping();
        $worst = time - $began if time - $began > $worst;
    }
    is($wrong, 0, 'all good calls are answered beside 401 bad clients');
    cmp_ok($worst, '<', GOOD_S, 'and none of them late');
    $_->close for @idle, @half, $greedy;
}

$good->close;
CThrift::Test::wait_for(sub {
    CThrift::Test::descriptors($worker) < $descriptors
});
cmp_ok(CThrift::Test::descriptors($worker), '<', $descriptors,
    'every descriptor is given back');
unlike($t->log_text, qr/[^\x20-\x7e\n]/, 'no byte of a client in the log');
unlike($t->log_text, qr/\[alert\] forged/, 'no line of a client in the log');


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
($worker) = $few->workers;
$good = $few->client(framed => 1);
ok(ping(), 'served');
{
    my @many = map { $few->client(framed => 1) } 1 .. 120;

    ok(CThrift::Test::wait_for(sub { $few->log_text =~ /cannot accept/ }),
        'the worker has no descriptor left and says so');
    my $cpu_s = cpu_s($worker);
    for (1 .. 150) {
        ping() or last;
        sleep 0.01;
    }
    ok(ping(), 'who is there already is served');
    cmp_ok(cpu_s($worker) - $cpu_s, '<', 0.3 * $slow, 'it does not spin');
    my @lines = $few->log_text =~ /cannot accept/g;
    cmp_ok(scalar @lines, '<=', 2, 'nor fill the log');

    # Those who waited are let in when others go.
    $_->close for splice @many, 0, 80;
    my $answered = grep { eval { result($_->call('ping')) eq 'pong' } } @many;
    is($answered, 40, 'all who waited are served');
    $_->close for @many;
    my $c = $few->client(framed => 1);
    is(result($c->call('ping')), 'pong', 'and who comes then');
}
is_deeply([$few->workers], [$worker], 'the worker lives');
$good->close;
