package Bench::Rounds;

# Servers in turns under the same load: what else the machine does meets all
# of them.
#
#   my @results = Bench::Rounds::measure($servers, $load,
#       rounds => 5, seconds => 0.7, objs => 'objs');
#   # for each server { name, runs => [{ rate, cpu, p50, p99, p999 }],
#   #     trouble => 'what was wrong, or ""' }

use strict;
use warnings;

use List::Util qw(min sum0);

use Bench::Generator;
use Bench::Loads;
use Bench::Numbers qw(count median ratio_told ratios spread us);

# Of the first round, which does not count; or what a round has, if less.
my $WARM_UP_S = 0.3;

# A server that has failed in so many rounds is given up.
my $MAX_FAILURES = 2;


# One run; its `cpu` is in microseconds a call.
sub run {
    my ($server, $load, %o) = @_;
    my $before = $server->{process}->usage;
    my $seen = Bench::Generator::run($server, %$load, %o);
    my ($used_s, @ticks) = $server->{process}->usage_since($before);

    $seen->{cpu} = $seen->{calls} ? $used_s * 1e6 / $seen->{calls} : 0;
    @$seen{qw(user_ticks ticks)} = @ticks;
    return $seen;
}


# The first round fills caches, is short, and is left out.  Who begins changes
# from one to the next.
sub measure {
    my ($servers, $load, %o) = @_;
    my @results = map { { name => $_->{name}, runs => [], failures => 0,
        trouble => '' } } @$servers;

    for my $round (0 .. $o{rounds}) {
        my @order = 0 .. $#$servers;
        my $seconds = $round ? $o{seconds} : min($o{seconds}, $WARM_UP_S);
        @order = reverse @order if $round % 2;
        for my $i (@order) {
            my $result = $results[$i];
            next if $result->{failures} >= $MAX_FAILURES;
            my $seen = run($servers->[$i], $load, %o,
                seconds => $seconds);
            if ($seen->{errors}) {
                $result->{failures}++;
                $result->{trouble} = $seen->{words};
            }
            $result->{runs}[$round - 1] = $seen if $round > 0;
        }
    }
    return @results;
}


# Runs that went well, as [a, b] of the same round of two servers.
sub pairs {
    my ($over, $under, $key) = @_;

    return map { [$over->{runs}[$_]{$key}, $under->{runs}[$_]{$key}] }
        grep { is_good($over->{runs}[$_]) && is_good($under->{runs}[$_]) }
        0 .. $#{ $over->{runs} };
}


sub is_good {
    my ($run) = @_;

    return $run && !$run->{errors} && $run->{calls};
}


# The share of the time that was in user mode, of all rounds together.
sub user_share {
    my (@runs) = @_;
    my $ticks = sum0(map { $_->{ticks} } @runs) or return 0;

    return sum0(map { $_->{user_ticks} } @runs) / $ticks;
}


sub medians {
    my ($result) = @_;
    my @good = grep { is_good($_) } @{ $result->{runs} } or return undef;

    return {
        user => user_share(@good),
        spread => spread(map { $_->{rate} } @good),
        map { my $key = $_; $key => median(map { $_->{$key} } @good) }
            qw(rate cpu p50 p99 p999),
    };
}


sub line {
    my ($result, $reference) = @_;
    my $m = medians($result);
    my $note = $result->{trouble} ? " (E)" : '';

    return ["$result->{name}$note", '-'] if !$m;
    return [
        "$result->{name}$note",
        count($m->{rate}),
        sprintf('%.0f %%', $m->{spread}),
        ratio_told(ratios(pairs($result, $reference, 'rate'))),
        us($m->{cpu}),
        us($m->{cpu} * $m->{user}),
        ratio_told(ratios(pairs($result, $reference, 'cpu'))),
        map { us($m->{$_}) } qw(p50 p99 p999),
    ];
}


# To the first of them.
sub tell {
    my ($report, $load, @results) = @_;

    $report->heading(3, $load->{name});
    $report->words(ucfirst(Bench::Loads::told($load)) . ".\n");
    my $to = "to $results[0]{name}";
    $report->table(['server', 'calls/s', '+-', $to, 'CPU us', 'user us', $to,
        'p50 us', 'p99 us', 'p99.9 us'],
        [map { line($_, $results[0]) } @results]);
    for my $result (grep { $_->{trouble} } @results) {
        $report->words("(E) $result->{name}: $result->{trouble}.\n");
    }
}

1;
