package Bench::OpenLoop;

# Latencies at half of what a server can do, of calls that fall due whatever it
# does; of cthrift also with a reload in the middle, and at the rate at which
# the best of the others was measured.

use strict;
use warnings;

use List::Util qw(max);
use Time::HiRes qw(sleep);

use Bench::Generator;
use Bench::Numbers qw(count us);
use Bench::Ours;

my $how = { transport => 'framed', protocol => 'binary' };
my %load = (call => 'ping', connections => 64, depth => 1);


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


sub line {
    my ($name, $seen) = @_;

    return [$name, count($seen->{rate}),
        (map { us($seen->{$_}) } qw(p50 p99 p999 max)),
        $seen->{errors}];
}


# The highest rate of the peers, or 0 where there are none.
sub best_peer {
    my (%rates) = @_;
    my @peers = grep { !/^(?:bare|cthrift)$/ } keys %rates;

    return max(0, @rates{@peers});
}


sub run {
    my ($field, $report, %o) = @_;
    my @servers = $field->start($how, sub { $_[0]{near} });
    my %long = (%load, objs => $o{objs}, seconds => $o{quick} ? 1 : 4);
    my (@rows, %rates);

    for my $server (@servers) {
        my $most = Bench::Generator::run($server, %load, objs => $o{objs},
            seconds => $o{seconds});
        my $rate = int($most->{rate} / 2) || next;
        $rates{ $server->{name} } = $rate;
        push @rows, line($server->{name},
            Bench::Generator::run($server, %long, rate => $rate));
        next if $server->{name} ne 'cthrift';
        my $pid = reload_in_half($server, %long);
        push @rows, line('cthrift, a reload in it',
            Bench::Generator::run($server, %long, rate => $rate));
        waitpid $pid, 0;
        die "cthrift -s reload fails\n" if $? != 0;
    }
    if (my $rate = best_peer(%rates)) {
        my ($ours) = grep { $_->{name} eq 'cthrift' } @servers;
        push @rows, line("cthrift, at the best peer's rate",
            Bench::Generator::run($ours, %long, rate => $rate));
    }
    $field->stop(@servers);

    $report->heading(2, 'At half of the most');
    $report->words("`ping` on $load{connections} connections, at half of what"
        . " each server did just before, at\nequal distances, for"
        . " $long{seconds} s; times count from when a call was due.\n");
    $report->table(['server', 'calls/s', 'p50 us', 'p99 us', 'p99.9 us',
        'max us', 'errors'], \@rows);
}

1;
