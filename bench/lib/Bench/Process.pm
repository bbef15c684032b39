package Bench::Process;

# Processes that are started here, where they run and what they use.
#
#   my $process = Bench::Process->start(command => [...], cpu => 0,
#       out => 'FILE');
#   my $before = $process->usage;
#   ...
#   my $cpu_s = $process->usage_since($before);
#   $process->stop;
#
# A server is its process, and all that come from it.

use strict;
use warnings;

use List::Util qw(sum0);
use POSIX ();
use Time::HiRes qw(clock_gettime sleep time);

# Seconds that a server has to end after a SIGTERM.
my $STOP_PATIENCE = 5;

# Where a server and a generator run, if there is more than one processor.
use constant {
    SERVER_CPU    => 0,
    GENERATOR_CPU => 1,
};

# Added to what Linux makes of a process's number for its clock.
use constant CPU_CLOCK => 2;

my $nprocessors = `getconf _NPROCESSORS_ONLN`;
my %running;    # pid => Bench::Process


sub nprocessors { return $nprocessors + 0 }


# The command, on one processor; everywhere where $cpu is undef.
sub pinned {
    my ($cpu, @command) = @_;

    return @command if !defined $cpu || nprocessors() < 2;
    return ('taskset', '-c', $cpu, @command);
}


# command => [...]; cpu => where it may run; out => file that it may write to;
# dir => where it starts; env => { NAME => VALUE }.
sub start {
    my ($class, %o) = @_;
    my $out = $o{out} // '/dev/null';
    my $pid = fork // die "fork: $!\n";

    if ($pid == 0) {
        setpgrp;
        local %ENV = (%ENV, %{ $o{env} // {} });
        chdir $o{dir} if $o{dir};
        open STDIN,  '<', '/dev/null';
        open STDOUT, '>', $out;
        open STDERR, '>', $o{err} // $out;
        { no warnings 'exec'; exec pinned($o{cpu}, @{ $o{command} }); }
        print STDERR "cannot run $o{command}[0]: $!\n";
        POSIX::_exit(127);
    }
    return $running{$pid} = bless { pid => $pid, out => $out }, $class;
}


sub pid { $_[0]{pid} }


sub slurp {
    my ($path) = @_;

    open my $fh, '<', $path or return '';
    local $/;
    return scalar(<$fh>) // '';
}


# What it has said, the last of it.
sub words {
    my ($self) = @_;
    my @lines = grep { /\S/ } split /\n/, slurp($self->{out});

    return $lines[-1] // 'no word of why';
}


sub has_ended {
    my ($self) = @_;

    return 1 if !$self->{pid};
    return 0 if waitpid($self->{pid}, POSIX::WNOHANG()) == 0;
    delete $running{ $self->{pid} };
    $self->{pid} = 0;
    return 1;
}


# Politely, then otherwise: it and all that it has started.
sub stop {
    my ($self) = @_;
    my $pid = $self->{pid} or return;
    my $end = time + $STOP_PATIENCE;

    kill 'TERM', $pid;
    while (!$self->has_ended) {
        last if time > $end;
        sleep 0.01;
    }
    kill 'KILL', -$pid;
    waitpid $pid, 0;
    delete $running{$pid};
    $self->{pid} = 0;
}


END {
    my $status = $?;

    $_->stop for values %running;
    $? = $status;
}


# ---- What it uses.

# The process and its descendants.
sub family {
    my ($self) = @_;
    my @family = ($self->{pid});

    for (my $i = 0; $i < @family; $i++) {
        push @family, map { split ' ', slurp($_) }
            glob "/proc/$family[$i]/task/*/children";
    }
    return @family;
}


# Seconds of a processor that a process has used, user and system, threads
# that have ended among them: what clock_getcpuclockid(3) is for.  The
# scheduler's own count; that in /proc/PID/stat comes in ticks.
sub cpu_s {
    my ($pid) = @_;
    my $s = clock_gettime(CPU_CLOCK - 8 * ($pid + 1));

    return $s > 0 ? $s : 0;
}


# Ticks of it, those in user mode and all: the kernel looks who runs a hundred
# times a second, so only the sum of many seconds says something.
sub ticks {
    my ($pid) = @_;
    my (undef, $fields) = split /\) /, slurp("/proc/$pid/stat");
    my ($user, $system) = (split ' ', $fields // '')[11, 12];

    return ($user // 0, ($user // 0) + ($system // 0));
}


# Processor time so far, of each of the family.
sub usage {
    my ($self) = @_;

    return { map { $_ => [cpu_s($_), ticks($_)] } $self->family };
}


# Since `$before`, of those that are there now: seconds, ticks in user mode,
# ticks.
sub usage_since {
    my ($self, $before) = @_;
    my $now = $self->usage;

    return map { my $i = $_;
        sum0(map { $now->{$_}[$i] - ($before->{$_}[$i] // 0) } keys %$now)
    } 0 .. 2;
}


# Resident memory of all of them, in bytes.
sub resident {
    my ($self) = @_;

    return 1024 * sum0(map { slurp("/proc/$_/status") =~ /^VmRSS:\s+(\d+)/m }
        $self->family);
}

1;
