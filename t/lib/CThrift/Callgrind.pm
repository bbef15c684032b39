package CThrift::Callgrind;

# A server whose instructions are counted: under callgrind, which counts those
# of user mode.  The thread that serves is the one that counts; the one that
# watches its loop does the same however many calls there are.
#
#   my $server = CThrift::Callgrind->start(objs => 'objs');
#   my $load = CThrift::Lockstep->new('ping', port => $server->{port});
#   my $profile = $server->profile_of(sub { $load->run(1000) });
#   $profile->per(1000)->{total}
#
# `start` takes the options of CThrift::Counted.

use strict;
use warnings;
use parent 'CThrift::Counted';

use CThrift::Profile;
use File::Temp qw(tempdir);
use Time::HiRes qw(time);

my $WARM_UP_S = 0.6;


# Why it cannot be had here; nothing where it can.
sub missing {
    for my $program (qw(valgrind vgdb)) {
        return "$program is not installed"
            if !grep { -x "$_/$program" } split /:/, $ENV{PATH};
    }
    return;
}


sub start {
    my ($class, %o) = @_;
    my $out = tempdir('cthrift-count-XXXXXX', TMPDIR => 1, CLEANUP => 1);

    return $class->SUPER::start(%o, out => "$out/out", dumps => 0,
        by => [qw(valgrind --tool=callgrind --separate-threads=yes),
            '--separate-recs=9', "--callgrind-out-file=$out/out"]);
}


# Calls, until the server's loop knows how fast the processor's counter runs: it
# measures that for a quarter of a second, and reads the clock meanwhile.
sub warm_up {
    my ($self, $code) = @_;
    my $end = time + $WARM_UP_S;

    return if $self->{is_warm}++;
    $code->() while time < $end;
}


# Writes what has been counted since the last time, and forgets it.
sub dump {
    my ($self) = @_;
    my $path = "$self->{out}." . ++$self->{dumps} . '-01';
    my $words = qx(vgdb --pid=${\$self->server_pid} dump 2>&1);

    die "callgrind writes nothing: $words\n" if $? != 0 || !-s $path;
    return $path;
}


# What was counted while that ran.
sub profile_of {
    my ($self, $code) = @_;

    $self->dump;
    $code->();
    return CThrift::Profile->read($self->dump);
}

1;
