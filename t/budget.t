#!/usr/bin/perl

# budget.t -- a call costs what it may cost: instructions, system calls,
# allocations, as bench/count counts them and bench/budget allows.
#
# What gets slower on purpose gets a new budget, `bench/count --write`, in the
# same commit.

use strict;
use warnings;

use lib 't/lib';
use File::Temp qw(tempdir);
use Test::More;

my $objs = $ENV{CTHRIFT_OBJS} // 'objs';
my $dir = tempdir('cthrift-budget-XXXXXX', TMPDIR => 1, CLEANUP => 1);

sub slurp {
    my ($path) = @_;

    open my $fh, '<', $path or return '';
    local $/;
    return scalar(<$fh>) // '';
}

sub write_file {
    my ($path, $text) = @_;

    open my $fh, '>', $path or die "cannot open $path: $!";
    print $fh $text;
    close $fh or die "cannot write $path: $!";
}

plan skip_all => 'the server is not built' if !-x "$objs/cthrift";
plan skip_all => 'budgets are for the build of gcc'
    if slurp("$objs/flags") !~ /^CC = gcc/m;
plan skip_all => 'budgets are for a server that is to be used'
    if slurp("$objs/flags") =~ /-fsanitize|--coverage/;
plan skip_all => 'budgets are for epoll'
    if ($ENV{CTHRIFT_USE} // 'epoll') ne 'epoll';

my $build;    # as bench/count calls it

# (status, { KIND => { NAME => [COUNTED, BUDGET, VERDICT, WORDS] } },
# { KIND => why it was skipped }).
sub count {
    my (@args) = @_;
    my (%counted, %skipped);

    open my $fh, '-|', 'bench/count', '--objs', $objs, @args
        or die "cannot run bench/count: $!";
    while (my $line = <$fh>) {
        $build = $1 if $line =~ /^# build: (.*)/;
        next if $line =~ /^#/;
        if ($line =~ /^(\S+)\s+-\s+-\s+-\s+skip: (.*)/) {
            $skipped{$1} = $2;
            next;
        }
        my ($kind, $name, @of) = split ' ', $line, 6;
        $counted{$kind}{$name} = \@of;
    }
    close $fh;
    return ($? >> 8, \%counted, \%skipped);
}

# ---- What is counted is allowed.

my ($status, $counted, $skipped) = count();

for my $kind (qw(instructions system-calls allocations)) {
    SKIP: {
        skip "$kind: $skipped->{$kind}", 1 if $skipped->{$kind};
        my $of = $counted->{$kind} // {};

        cmp_ok(scalar keys %$of, '>', 3, "$kind are counted");
        for my $name (sort keys %$of) {
            my ($n, $budget, $verdict, $words) = @{ $of->{$name} };

            like($verdict, qr/^(?:ok|below)$/,
                "$kind, $name: $n, the budget is $budget")
                or diag $words // ();
            diag "$kind, $name: $n: the budget of $budget can be lowered,"
                . ' bench/count --write' if $verdict eq 'below';
        }
    }
}
is($status, 0, 'and bench/count is content') if !%$skipped;

# ---- The guard sees what it is there for.

SKIP: {
    skip "instructions: $skipped->{instructions}", 6
        if $skipped->{instructions};
    my $path = "$dir/budget";
    my @args = ('--budget', $path, '--call', '^(?:ping|ping-16|echo)$',
        'instructions');

    write_file($path, "# a word\n\n[gcc-1 none]\ninstructions ping 7\n\n"
            . "[$build]\ninstructions ping 10\ninstructions echo 99999\n");
    my ($status, $counted) = count(@args);
    my $of = $counted->{instructions};
    is($of->{ping}[2], 'over', 'one that costs too much');
    is($of->{echo}[2], 'below', 'one that costs less than is thought');
    is($of->{'ping-16'}[2], 'new', 'one that has no budget');
    is($status, 1, 'the status says so');

    count('--write', @args);
    my $words = slurp($path);
    like($words, qr/^# a word\n.*^\[gcc-1 none\]\ninstructions ping +7\n/ms,
        '--write leaves what it does not know');
    like($words, qr/^instructions ping-16 +[1-9]\d{2,}$/m,
        'and writes what was counted');
}

done_testing();
