#!/usr/bin/perl

# run.t -- walks every fuzz target for FUZZ_RUNS inputs, from the seeds in
# corpus/NAME.  What libFuzzer finds on its way stays in the build directory
# and is where the next walk begins.

use strict;
use warnings;

use File::Basename;
use File::Path qw(make_path);
use Test::More;

my $objs = $ENV{CTHRIFT_OBJS} // 'objs-fuzz';
my $runs = $ENV{FUZZ_RUNS} // 20000;
my @targets = map { basename($_, '_fuzz.c') } glob 't/fuzz/*_fuzz.c';

plan skip_all => 'no fuzz targets' if !@targets;

for my $name (@targets) {
    my $binary = "$objs/t/fuzz/${name}_fuzz";
    my $found = "$objs/t/fuzz/found/$name";
    my @seeds = grep { -d } "t/fuzz/corpus/$name";
    my $dictionary = "t/fuzz/$name.dict";

    make_path($found);
    # A run of 10 s is a hang: no input here is worth as much.
    my $command = join ' ', $binary, "-runs=$runs", '-timeout=10',
        '-rss_limit_mb=2048', '-max_len=4096', '-print_final_stats=1',
        "-artifact_prefix=$objs/t/fuzz/found/$name-",
        (-f $dictionary ? "-dict=$dictionary" : ()), $found, @seeds;
    my $words = `$command 2>&1`;
    my $status = $?;
    my ($done) = $words =~ /number_of_executed_units:\s*(\d+)/;

    ok($status == 0, "$name: " . ($done // 'no') . ' inputs')
        or diag join "\n", $command, (split /\n/, $words)[-40 .. -1];
}

done_testing();
