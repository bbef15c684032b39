package CThrift::Naive;

# Naive clients (bench/ct_naive.c) beside a test: their connections persist,
# none is ever made anew, and every error is final.
#
#   my $naive = CThrift::Naive->start($t, clients => 64,
#       to => ['127.0.0.1:' . $t->port(1), 'unix:' . $t->dir . '/sock']);
#   $naive->phase('reload');     # from here on it is that phase
#   ... reload ...
#   $naive->wait_for_calls(1000);
#   my $seen = $naive->phase('rest');   # figures of `reload`
#   $seen = $naive->stop;               # of all phases together
#   is($seen->{trouble}, '', 'nobody has noticed');
#
# Figures: calls, lost, disconnects, wrong, alive, p50_us, p99_us, longest_ms,
# own_ms, seconds, as ct_naive.c explains them.  Each phase's are shown by
# diag, so that they stand in the log of any run.  The server must have the
# service of t/modules/probe.
#
# Environment: CTHRIFT_NAIVE_PAUSE_US, how long the busy half rests between two
# calls; 1000 unless told, so that tests beside it get their turn; 0 is none.
# CTHRIFT_NAIVE_TELL_MS, above which a reply's time is shown.

use strict;
use warnings;

use IO::Select;
use POSIX ();
use Test::More;
use Time::HiRes qw(time);

use CThrift::Test;

our $ANSWER_S = 30;    # for a word; the last one waits for all replies


# clients => N, to => [ADDRESS, ...], args => [more words for ct_naive].
sub start {
    my ($class, $t, %o) = @_;
    my $pause_us = $ENV{CTHRIFT_NAIVE_PAUSE_US} // 1000;
    my $tell_ms = $ENV{CTHRIFT_NAIVE_TELL_MS} // 0;
    my @command = (CThrift::Test::objs() . '/ct_naive',
        '-c', $o{clients} // 64, '-w', $pause_us,
        ($tell_ms ? ('-v', $tell_ms) : ()), @{ $o{args} // [] },
        @{ $o{to} });

    pipe my $words_in, my $words   or die "pipe: $!";
    pipe my $figures, my $figures_out or die "pipe: $!";
    my $pid = fork // die "fork: $!";
    if ($pid == 0) {
        open STDIN,  '<&', $words_in;
        open STDOUT, '>&', $figures_out;
        close $_ for $words, $figures;
        { no warnings 'exec'; exec @command; }
        POSIX::_exit(127);
    }
    close $_ for $words_in, $figures_out;
    my $self = bless { pid => $pid, words => $words, figures => $figures,
        in => '', errors => [], phases => [], test => $t, owner => $$ },
        $class;
    $self->line(qr/^ready /) or die "the naive clients do not start\n";
    return $self;
}


sub say_word {
    my ($self, $word) = @_;
    local $SIG{PIPE} = 'IGNORE';

    syswrite $self->{words}, "$word\n";
}


# The next line like qr/.../; errors are kept, whatever else comes is not.
sub line {
    my ($self, $like) = @_;
    my $end = time + $ANSWER_S;
    my $select = IO::Select->new($self->{figures});

    while (1) {
        while ($self->{in} =~ s/^(.*)\n//) {
            my $line = $1;
            push @{ $self->{errors} }, $line if $line =~ /^error /;
            diag $line if $line =~ /^slow /;
            return $line if $line =~ $like;
        }
        return undef if time > $end || !$select->can_read($end - time);
        sysread $self->{figures}, $self->{in}, 65536, length $self->{in}
            or return undef;
    }
}


# Takes the line of figures that is due, and shows it.
sub take_figures {
    my ($self) = @_;
    my $line = $self->line(qr/^phase /)
        // die "the naive clients do not answer\n";
    my ($name, $rest) = $line =~ /^phase (.*) (seconds .*)/;
    my %figures = split ' ', $rest;

    diag sprintf '%-12s %5.1f s %7d calls, p50 %.1f ms, p99 %.1f ms,'
        . ' longest %.0f ms (own %.0f); lost %d, closed %d, wrong %d', $name,
        @figures{qw(seconds calls)}, $figures{p50_us} / 1000,
        $figures{p99_us} / 1000,
        @figures{qw(longest_ms own_ms lost disconnects wrong)};
    push @{ $self->{phases} }, \%figures;
    return \%figures;
}


# Waits until the phase has had so many calls; false if it has not in time, or
# if nobody is left to make them.
sub wait_for_calls {
    my ($self, $n) = @_;

    my ($calls, $alive) = (0, 0);

    CThrift::Test::wait_for(sub {
        $self->say_word('calls');
        my $line = $self->line(qr/^calls /) // '';
        ($calls, $alive) = $line =~ /(\d+) alive (\d+)/;
        return $calls >= $n || !$alive;
    });
    return $calls >= $n;
}


# Ends the phase, whose figures are given back, and begins another one.
sub phase {
    my ($self, $name) = @_;

    $self->say_word("phase $name");
    return $self->take_figures;
}


# Ends the clients once they have their replies.  Adds up what they saw, with
# `trouble`: what went wrong, in words, '' if nothing did.
sub stop {
    my ($self) = @_;
    my %sum = map { $_ => 0 } qw(calls lost disconnects wrong longest_ms);

    $self->say_word('stop');
    $self->take_figures;
    $self->line(qr/^never/);
    waitpid delete $self->{pid}, 0;
    my $status = $?;
    for my $phase (@{ $self->{phases} }) {
        $sum{$_} += $phase->{$_} for qw(calls lost disconnects wrong);
        $sum{longest_ms} = $phase->{longest_ms}
            if $sum{longest_ms} < $phase->{longest_ms};
    }
    $sum{alive} = $self->{phases}[-1]{alive};
    $sum{trouble} = join "\n", @{ $self->{errors} };
    $sum{trouble} .= "\nthe clients end with status $status"
        if $status != 0 && !@{ $self->{errors} };
    return \%sum;
}


sub DESTROY {
    my ($self) = @_;

    return if !$self->{pid} || $$ != $self->{owner};
    local ($?, $!);
    kill 'KILL', $self->{pid};
    waitpid $self->{pid}, 0;
}

1;
