#!/usr/bin/perl

# bench_run.t -- bench/run goes to its end, and tells of who took part.  What it
# measures here, beside other tests, says nothing.

use strict;
use warnings;

use lib 't/lib', 'bench/lib';
use Bench::Loads qw(@loads);
use Bench::Peers;
use CThrift::Test;
use Cwd qw(abs_path);
use Test::More;

my $objs = CThrift::Test::objs();
my @short = ('--objs', $objs, qw(--rounds 1 --seconds 0.1));

sub table_of {
    my $out = `bench/run @short @_`;

    is($?, 0, "bench/run @_ ends well");
    return $out;
}

my $out = table_of(qw(record-compact ping-unframed));
for my $load (qw(record-compact ping-unframed)) {
    my ($table) = $out =~ /^### \Q$load\E\n(.*?)\n\n\n?(?=#|\z)/ms;
    like($table, qr/^\| $_ +\| +\d[\d ]* \|/m, "$load: $_ was measured")
        for qw(bare cthrift);
}
like(table_of(qw(--unix ping-1)), qr/^\| cthrift +\| +\d/m,
    'over unix sockets');
like(table_of(qw(--null ping-1)), qr/^\| bare too +\| +\d/m,
    'the reference beside itself');

for my $language (Bench::Peers::languages('bench')) {
    my $peer = Bench::Peers::load(abs_path('bench'), $objs, $language);
    my @unable = grep {
        my $server = $_;
        !grep { Bench::Peers::can_do($server, $_) } @loads;
    } @{ $peer->{servers} };

    is(scalar @unable, 0, "$language: each of its servers has a load to do");
    is(scalar(grep { !ref $peer->{$_} } qw(missing build version command)), 0,
        'and it says what it needs');
}
done_testing;
