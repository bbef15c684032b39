package Bench::Numbers;

# Medians and how they are written.

use strict;
use warnings;

use Exporter qw(import);
use List::Util qw(max min);

our @EXPORT_OK = qw(median spread ratios count us ratio_told bytes_told
    seconds_told);


sub median {
    my @sorted = sort { $a <=> $b } @_;

    return ($sorted[$#sorted / 2] + $sorted[@sorted / 2]) / 2;
}


# Half of the distance between the extremes, in per cent of the median.
sub spread {
    my $median = median(@_);

    return $median ? 50 * (max(@_) - min(@_)) / $median : 0;
}


# Pairs [over, under] as [median, smallest, largest] of their ratios; undef
# where there is none.
sub ratios {
    my @ratios = map { $_->[0] / $_->[1] } grep { $_->[1] } @_;

    return undef if !@ratios;
    return [median(@ratios), min(@ratios), max(@ratios)];
}


# 1234567 as 1 234 567.
sub count {
    my ($n) = @_;
    my $text = sprintf '%.0f', $n;

    1 while $text =~ s/^(-?\d+)(\d{3})/$1 $2/;
    return $text;
}


# Microseconds with three digits that say something.
sub us {
    my ($us) = @_;

    return $us < 10 ? sprintf('%.2f', $us) : $us < 100 ? sprintf('%.1f', $us)
        : count($us);
}


sub ratio_told {
    my ($ratios) = @_;

    return '-' if !$ratios;
    my $digits = $ratios->[0] < 10 ? 2 : 1;
    return sprintf "%.${digits}f (%.${digits}f to %.${digits}f)", @$ratios;
}


sub bytes_told {
    my ($bytes) = @_;

    return $bytes < 1e6 ? sprintf('%.1f KB', $bytes / 1e3)
        : sprintf('%.1f MB', $bytes / 1e6);
}


sub seconds_told {
    my ($s) = @_;

    return $s < 1 ? sprintf('%.0f ms', 1000 * $s) : sprintf('%.2f s', $s);
}

1;
