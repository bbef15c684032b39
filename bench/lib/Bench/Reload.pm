package Bench::Reload;

# How long a reload takes: of cthrift, for the peers have none.

use strict;
use warnings;

use Time::HiRes qw(sleep time);

use Bench::Numbers qw(median seconds_told);
use Bench::Ours;

my $how = { transport => 'framed', protocol => 'binary' };

# Seconds that a reload may take.
my $PATIENCE = 10;


sub workers {
    my ($server) = @_;
    my ($master, @workers) = $server->{process}->family;

    return @workers;
}


# Seconds until the function is true.
sub seconds_until {
    my ($began, $function) = @_;

    while (!$function->()) {
        die "a reload does not end\n" if time - $began > $PATIENCE;
        sleep 0.001;
    }
    return time - $began;
}


# Seconds from the command's start until it has returned, until there is a new
# worker, and until the old one, which has nothing to do, has ended.
sub reload {
    my ($server, $objs) = @_;
    my ($old) = workers($server);
    my $began = time;

    system(Bench::Ours::signal_command($server, $objs, 'reload')) == 0
        or die "cthrift -s reload fails\n";
    my $returned_s = time - $began;
    my $new_s = seconds_until($began,
        sub { grep { $_ != $old } workers($server) });
    my $why = Bench::Proof::fault_of_first($server);
    die "after a reload: $why\n" if $why;
    my $gone_s = seconds_until($began,
        sub { !grep { $_ == $old } workers($server) });
    return [$returned_s, $new_s, $gone_s];
}


sub run {
    my ($field, $report, %o) = @_;
    my $server = Bench::Ours::start_cthrift($field->common($how));
    my @names = ('`cthrift -s reload` has returned',
        'there is a new worker', 'the old one has ended');
    my $times = $o{quick} ? 3 : 7;

    die "cthrift: $server->{fault}\n" if !$server->prove;
    my @seen = map { reload($server, $o{objs}) } 1 .. $times;
    $server->stop;

    $report->heading(2, 'Reload');
    $report->words("Of cthrift at rest, since the command was given; medians"
        . " of $times.\n");
    $report->table(['until', 'time'], [map {
        my $i = $_;
        [$names[$i], seconds_told(median(map { $_->[$i] } @seen))];
    } 0 .. $#names]);
}

1;
