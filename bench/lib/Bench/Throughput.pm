package Bench::Throughput;

# All loads, those that are framed and encoded alike at a time: as long as a
# load runs, the servers of the others do not.

use strict;
use warnings;

use Bench::Numbers qw(ratios);
use Bench::Rounds;


# Whether this peer takes part in that load.
sub takes_part {
    my ($server, $load) = @_;

    return 1 if !$server;    # the reference, cthrift
    return 0 if $load->{of} eq 'near' && !$server->{near}
        && !$server->{alone};
    return 0 if $server->{alone} && $load->{connections} > 1
        && !$load->{new_conn};
    return ($server->{threads} // 1e9) >= $load->{connections};
}


sub groups {
    my (@loads) = @_;
    my (%groups, @order);

    for my $load (@loads) {
        my $key = "$load->{transport} $load->{protocol}";
        push @order, $key if !$groups{$key};
        push @{ $groups{$key} }, $load;
    }
    return map { $groups{$_} } @order;
}


# All results: [load, result, ...] for each load.
sub run {
    my ($field, $report, $loads, %o) = @_;
    my @all;

    for my $group (groups(@$loads)) {
        my @servers = $field->start($group->[0], sub {
            my ($server) = @_;
            return scalar grep { takes_part($server, $_) } @$group;
        });
        for my $load (@$group) {
            my @here = grep { takes_part($_->{about}, $load) } @servers;
            my @results = Bench::Rounds::measure(\@here, $load, %o);

            Bench::Rounds::tell($report, $load, @results);
            push @all, [$load, @results];
            # The first two are ours: their errors are the run's.
            $field->{failures} += grep { $_->{trouble} } @results[0, 1];
        }
        $field->stop(@servers);
    }
    return @all;
}


# "0.95 / 1.2": the share of the reference's calls a second, the multiple of
# its processor time for a call.
sub cell {
    my ($result, $reference) = @_;
    my @ratios = map { ratios(Bench::Rounds::pairs($result, $reference, $_)) }
        qw(rate cpu);

    return 'E' if !$ratios[0] || !$ratios[1];
    return sprintf '%.2f / %.1f', map { $_->[0] } @ratios;
}


# One row for each server that took part in one of the loads.
sub table_of {
    my ($report, @all) = @_;
    my (%cells, @names);

    for my $i (0 .. $#all) {
        my (undef, $reference, @results) = @{ $all[$i] };
        for my $result (@results) {
            push @names, $result->{name} if !$cells{ $result->{name} };
            $cells{ $result->{name} }[$i] = cell($result, $reference);
        }
    }
    $report->table(['server', map { $_->[0]{name} } @all],
        [map { my $name = $_; [$name, map { $cells{$name}[$_] // '' }
            0 .. $#all] } @names]);
}


# A table for the loads that all peers have, and those that few have; and one
# for what is not framed binary.
sub overview {
    my ($report, @all) = @_;
    my (%tables, @order);

    for my $one (@all) {
        my ($load) = @$one;
        my $plain = "$load->{transport} $load->{protocol}" eq 'framed binary';
        my $key = $plain ? $load->{of} : 'other';
        push @order, $key if !$tables{$key};
        push @{ $tables{$key} }, $one;
    }
    table_of($report, @{ $tables{$_} }) for @order;
}

1;
