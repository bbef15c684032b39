package Bench::OpenLoop;

# Latencies at half of what a server can do, of calls that fall due whatever it
# does; of cthrift also with a reload in the middle, and at the rate at which
# the best of the others was measured.

use strict;
use warnings;

use List::Util qw(max sum);
use Time::HiRes qw(sleep);

use Bench::Generator;
use Bench::Numbers qw(count median us);
use Bench::Ours;

my $how = { transport => 'framed', protocol => 'binary' };
my %load = (call => 'ping', connections => 64, depth => 1);
my $ROUNDS = 5;


# A second process gives the command when half of the time is over.
sub reload_in_half {
    my ($server, %o) = @_;
    my $pid = fork // die "fork: $!\n";

    return $pid if $pid;
    sleep $o{seconds} / 2;
    { no warnings 'exec';
        exec Bench::Ours::signal_command($server, $o{objs}, 'reload'); }
    POSIX::_exit(127);
}


# The highest rate of the peers, or 0 where there are none.
sub best_peer {
    my (@rows) = @_;

    return max(0, map { $_->{rate} } grep {
        $_->{name} !~ /^(?:bare|cthrift)$/ } @rows);
}


# What is measured: each server at half of its most, and cthrift otherwise.
sub rows_of {
    my ($servers, %o) = @_;
    my @rows;

    for my $server (@$servers) {
        my $most = Bench::Generator::run($server, %load, objs => $o{objs},
            seconds => $o{seconds});
        my $rate = int($most->{rate} / 2) || next;
        push @rows, { name => $server->{name}, server => $server,
            rate => $rate };
    }
    my ($ours) = grep { $_->{name} eq 'cthrift' } @rows or return @rows;
    my $best = best_peer(@rows);
    return (@rows,
        { %$ours, name => 'cthrift, a reload in it', reload => 1 },
        $best ? { %$ours, name => "cthrift, at the best peer's rate",
            rate => $best } : ());
}


sub measure {
    my ($row, %o) = @_;
    my $pid = $row->{reload} ? reload_in_half($row->{server}, %o) : 0;

    push @{ $row->{seen} },
        Bench::Generator::run($row->{server}, %o, rate => $row->{rate});
    return if !$pid;
    waitpid $pid, 0;
    die "cthrift -s reload fails\n" if $? != 0;
}


sub line {
    my ($row) = @_;
    my @seen = @{ $row->{seen} };

    return [$row->{name}, count(median(map { $_->{rate} } @seen)),
        (map { my $key = $_; us(median(map { $_->{$key} } @seen)) }
            qw(p50 p99 p999 max)),
        sum(map { $_->{errors} } @seen)];
}


# In turns, as everything: what else the machine does meets all of them.
sub run {
    my ($field, $report, %o) = @_;
    my @servers = $field->start($how, sub { $_[0]{near} });
    my $rounds = $o{quick} ? 1 : $ROUNDS;
    my %long = (%load, objs => $o{objs}, seconds => $o{quick} ? 1 : 2);
    my @rows = rows_of(\@servers, %o);

    for (1 .. $rounds) {
        measure($_, %long) for @rows;
    }
    $field->stop(@servers);

    $report->heading(2, 'At half of the most');
    $report->words("`ping` on $load{connections} connections, at half of what"
        . " each server did just before, at\nequal distances, for"
        . " $long{seconds} s; times count from when a call was due. Medians of"
        . " $rounds.\n");
    $report->table(['server', 'calls/s', 'p50 us', 'p99 us', 'p99.9 us',
        'max us', 'errors'], [map { line($_) } @rows]);
}

1;
