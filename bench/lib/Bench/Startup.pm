package Bench::Startup;

# From fork to the first right answer.

use strict;
use warnings;

use Time::HiRes qw(time);

use Bench::Numbers qw(bytes_told median seconds_told);

my $how = { transport => 'framed', protocol => 'binary' };


# Seconds, and the resident memory of a server that has answered once.
sub start_once {
    my ($starter) = @_;
    my $server = $starter->[1]->();
    my $why = $server->{fault} // Bench::Proof::fault_of_first($server);
    my @seen = (time - $server->{began}, $server->{process}->resident);

    $server->stop;
    die "$server->{name}: $why\n" if $why;
    return @seen;
}


sub run {
    my ($field, $report, %o) = @_;
    my $times = $o{quick} ? 1 : 3;
    my @rows;

    for my $starter ($field->starters($how, sub { 1 })) {
        my (@s, @bytes);
        for (1 .. $times) {
            my ($s, $bytes) = eval { start_once($starter) } or last;
            push @s, $s;
            push @bytes, $bytes;
        }
        push @rows, [$starter->[0], @s ? (seconds_told(median(@s)),
            bytes_told(median(@bytes))) : 'failed'];
    }
    $report->heading(2, 'Start');
    $report->words("From fork to the first right answer, and resident memory"
        . " after it, of all\nprocesses; medians of $times.\n");
    $report->table(['server', 'first answer', 'memory'], \@rows);
}

1;
