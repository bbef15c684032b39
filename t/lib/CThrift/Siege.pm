package CThrift::Siege;

# A server beset by hostile clients, and what is claimed of it.
#
#   my $siege = CThrift::Siege->new($t);        # started, with PingService
#   $siege->hold('framed compact', @cases);     # four claims
#   $siege->hold_alone('framed bomb', $case);   # one large one: three
#   $siege->lift;                               # three at the end
#
# Cases are those of CThrift::Hostile: each gets a connection of its own and
# must have its answer, or a close, in time; `dialect`, where it has one, is
# what an answer must speak, `most` how many there may be.  Connections go in
# batches, for a connection that waits costs nobody time.  After every case a
# good client must be answered within a second.
#
# Seconds are those that the worker has had a processor for: claims are about
# what it does first, not about what else the machine does.  One that does
# nothing, and does not answer, has as long as anything in these tests.
#
# Environment: CTHRIFT_TIMES=1 says how long all that took, CTHRIFT_HOSTILE=n
# takes every nth case only.

use strict;
use warnings;

use CThrift::Answer;
use CThrift::Client;
use CThrift::Test;
use IO::Select;
use POSIX qw(_SC_CLK_TCK);
use Test::More;
use Time::HiRes qw(time);

use constant {
    BATCH      => 40,
    ANSWER_S   => 3,    # for a whole message
    CLOSE_S    => 1,    # for the end of the client's side, from there
    GOOD_S     => 1,    # for somebody else
    LARGE_S    => 0.4,  # CPU time for 4 MB
    PAGES_KB   => 1024, # so much memory a connection, and
    BYTES_TIMES => 4,   # so many times the bytes received
};


# Of a harness that is started and has one worker.
sub new {
    my ($class, $t) = @_;
    my $self = bless { t => $t }, $class;

    $self->{slow} = CThrift::Test->has_sanitizers ? 3 : 1;
    ($self->{worker}) = $t->workers;
    $self->greet;
    # (With the good one accepted: that may have to wait under load.)
    $self->ping;
    $self->{descriptors} = CThrift::Test::descriptors($self->{worker});
    return $self;
}


# ---- What a worker needs.

# A number of /proc/PID/status, in kB.
sub memory_kb {
    my ($self, $name) = @_;

    open my $fh, '<', "/proc/$self->{worker}/status" or return 0;
    return (map { /^$name:\s+(\d+)/ ? $1 : () } <$fh>)[0] // 0;
}


# The highest so far begins afresh.
sub forget_peak {
    my ($self) = @_;

    open my $fh, '>', "/proc/$self->{worker}/clear_refs" or return;
    syswrite $fh, '5';
}


# Seconds of CPU that a process has used.
sub cpu_s {
    my ($pid) = @_;

    open my $fh, '<', "/proc/$pid/stat" or return 0;
    my @f = split ' ', <$fh> =~ s/^.*\) //r;
    return ($f[11] + $f[12]) / POSIX::sysconf(_SC_CLK_TCK);
}


# ---- Somebody else, who is good.

sub greet {
    my ($self) = @_;

    $self->{good} = $self->{t}->client(framed => 1,
        timeout => $CThrift::Test::PATIENCE);
}


sub ping {
    my ($self) = @_;
    my ($began, $cpu_s) = (time, cpu_s($self->{worker}));
    my $reply = eval { $self->{good}->call('PingService:ping') };
    my $took_s = time - $began;

    $self->{worst_s} = $took_s if $took_s > ($self->{worst_s} // 0);
    return defined $reply && CThrift::Client::result($reply) eq 'pong'
        && cpu_s($self->{worker}) - $cpu_s < GOOD_S * $self->{slow};
}


# ---- One case, from its connection to its end.

sub begin {
    my ($self, $case) = @_;
    my $socket = $self->{t}->client->{socket};

    $socket->blocking(0);
    return { %$case, socket => $socket, sent => 0, in => '', replies => [],
        answer => CThrift::Answer->new(bodiless => $case->{bodiless}),
        look_at => 0, worker => $self->{worker},
        since => time, since_cpu_s => cpu_s($self->{worker}) };
}


# Sends what the socket takes; a server that has closed is right, too.
sub send_some {
    my ($run) = @_;
    local $SIG{PIPE} = 'IGNORE';

    while (!all_sent($run)) {
        my $n = syswrite $run->{socket}, $run->{bytes}, 65536, $run->{sent};
        last if !defined $n && $!{EAGAIN};
        $n = length $run->{bytes} if !defined $n;
        $run->{sent} += $n;
    }
    half_close($run) if all_sent($run) && !$run->{whole};
}


sub all_sent { return $_[0]{sent} >= length $_[0]{bytes} }


sub half_close {
    my ($run) = @_;

    return if $run->{ended};
    @$run{qw(ended since since_cpu_s)} = (1, time, cpu_s($run->{worker}));
    shutdown $run->{socket}, 1;
}


# What a reply of ours looks like; anything else is not whole.
sub replies {
    my ($run) = @_;

    while (!$run->{answer}->is_clean(\$run->{in})) {
        my $reply = eval { $run->{answer}->take(\$run->{in}) };
        $run->{broken} = $@ if $@;
        last if !$reply;
        push @{ $run->{replies} }, $reply;
    }
    half_close($run) if all_sent($run) && @{ $run->{replies} };
    $run->{look_at} = 2 * length $run->{in};
}


sub read_some {
    my ($run) = @_;
    my $n = sysread $run->{socket}, $run->{in}, 65536, length $run->{in};

    return if !defined $n && $!{EAGAIN};
    $run->{reset} = 1 if !defined $n;
    $run->{closed} = time if !$n;
    # Not at every part of a large one, which is gone over from its beginning.
    replies($run)
        if $run->{closed} || length $run->{in} >= $run->{look_at};
}


# Whether it is over: closed, or out of time.
sub is_over {
    my ($self, $run) = @_;

    return 1 if $run->{closed} || $run->{broken};
    my $limit_s = ($run->{ended} ? CLOSE_S : ANSWER_S) * $self->{slow};
    my $took_s = time - $run->{since};
    return 0 if $took_s < $limit_s
        || ($took_s < $CThrift::Test::PATIENCE
            && cpu_s($self->{worker}) - $run->{since_cpu_s} < $limit_s);
    $run->{late} = $run->{ended} ? 'the end of our side is not answered'
        : 'a whole message is not answered';
    return 1;
}


# What is wrong with how it ended, or nothing.
sub complaint {
    my ($run) = @_;
    my @replies = @{ $run->{replies} };
    my $refused = grep { $_->{type} == 3 } @replies;
    my $is = $run->{expect};

    return $run->{late} if $run->{late};
    return "a reply like no other: $run->{broken}" if $run->{broken};
    return 'part of a reply' if !$run->{answer}->is_clean(\$run->{in});
    return 'a reset' if $run->{reset};
    return 'a reply to nobody'
        if grep { $_->{type} != 2 && $_->{type} != 3 } @replies;
    return 'refused' if $is eq 'ok' && ($refused || !@replies);
    return 'not refused' if $is eq 'refused' && @replies > $refused;
    return 'answered' if $is eq 'none' && @replies;
    return 'answered ' . @replies . ' times'
        if defined $run->{most} && @replies > $run->{most};
    return 'another dialect'
        if grep { $_->{dialect} ne ($run->{dialect} // $_->{dialect}) }
            @replies;
    return undef;
}


# ---- A batch.

sub turn {
    my ($self, $left) = @_;
    my (%by, $r, $w);

    $by{ $_->{socket} } = $_ for @$left;
    my $select = IO::Select->new(map { $_->{socket} } @$left);
    my $unsent = IO::Select->new(map { $_->{socket} }
        grep { !all_sent($_) } @$left);
    ($r, $w) = IO::Select->select($select, $unsent, undef, 0.05);
    send_some($by{$_}) for @{ $w // [] };
    read_some($by{$_}) for @{ $r // [] };
    replies($_) for $r && @$r ? () : @$left;
    return grep { !$self->is_over($_) } @$left;
}


sub run_batch {
    my $self = shift;
    my @runs;

    for my $case (@_) {
        my $run = $self->begin($case);
        send_some($run);
        push @runs, $run;
        $self->{sent_bytes} += length $case->{bytes};
        if (!$self->ping) {
            $self->{bad_pings}++;
            diag "no ping after: $case->{name}";
            $self->greet;
        }
    }
    my @left = @runs;
    @left = $self->turn(\@left) while @left;
    for my $run (@runs) {
        my $why = complaint($run);
        $self->{failed}{"$run->{name}: $why"} = 1 if defined $why;
        close $run->{socket};
    }
}


sub begin_claims {
    my ($self) = @_;

    @$self{qw(failed bad_pings sent_bytes worst_s)} = ({}, 0, 0, 0);
}


sub failures { return join "\n", sort keys %{ $_[0]{failed} } }


# ---- The claims.

# Memory has grown by less than so many kB; sanitizers' is of another kind.
sub memory_is_bounded {
    my ($self, $from_kb, $may_kb, $name) = @_;

    SKIP: {
        skip 'sanitizers need memory of their own', 1 if $self->{slow} > 1;
        cmp_ok($self->memory_kb('VmHWM') - $from_kb, '<', $may_kb,
            "$name: memory");
    }
}


# Many cases of one dialect.
sub hold {
    my ($self, $name, @cases) = @_;
    my $every = $ENV{CTHRIFT_HOSTILE} // 1;

    @cases = @cases[grep { $_ % $every == 0 } 0 .. $#cases];
    my $n = @cases;
    my $from_kb = $self->memory_kb('VmRSS');
    my $began = time;

    $self->begin_claims;
    $self->run_batch(splice @cases, 0, BATCH) while @cases;
    diag sprintf '%s: %d cases in %.1f s, the good one within %.0f ms', $name,
        $n, time - $began, 1000 * $self->{worst_s} if $ENV{CTHRIFT_TIMES};

    is($self->failures, '', "$name: $n cases end as they may");
    is($self->{bad_pings}, 0, "$name: nobody else has noticed");
    is_deeply([$self->{t}->workers], [$self->{worker}],
        "$name: the worker lives");
    $self->memory_is_bounded($from_kb,
        BATCH * PAGES_KB + BYTES_TIMES * $self->{sent_bytes} / 1024, $name);
}


# One case whose work must be linear in its bytes, and so its memory: `times`
# is how much of that each byte may take, and `may_kb` how much comes with it.
sub hold_alone {
    my ($self, $name, $case) = @_;
    my $size = length $case->{bytes};

    $self->forget_peak;
    my ($from_kb, $cpu_s) =
        ($self->memory_kb('VmHWM'), cpu_s($self->{worker}));
    my $began = time;

    $self->begin_claims;
    $self->run_batch($case);
    diag sprintf '%s: %.2f s, of the worker %.2f', $name, time - $began,
        cpu_s($self->{worker}) - $cpu_s if $ENV{CTHRIFT_TIMES};
    is($self->failures, '', $name);
    cmp_ok(cpu_s($self->{worker}) - $cpu_s, '<',
        LARGE_S * $self->{slow} ** 2 * ($size > 4e6 ? $size / 4e6 : 1),
        "$name: time");
    $self->memory_is_bounded($from_kb,
        PAGES_KB + ($case->{may_kb} // 0) + $case->{times} * $size / 1024,
        $name);
}


# At the end: nothing is left behind.
sub lift {
    my ($self) = @_;
    my $worker = $self->{worker};

    $self->{good}->close;
    CThrift::Test::wait_for(sub {
        CThrift::Test::descriptors($worker) < $self->{descriptors}
    });
    cmp_ok(CThrift::Test::descriptors($worker), '<', $self->{descriptors},
        'every descriptor is given back');
    unlike($self->{t}->log_text, qr/[^\x20-\x7e\n]/,
        'no byte of a client in the log');
    unlike($self->{t}->log_text, qr/\[alert\] forged/,
        'no line of a client in the log');
}

1;
