#!/usr/bin/perl

# usdt.t -- the probes that tracers find in the binary.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use Test::More;

my $objs = CThrift::Test::objs();

open my $fh, '<', "$objs/ct_auto_config.h" or die "ct_auto_config.h: $!";
my $has = grep { /^#define CT_HAVE_USDT 1/ } <$fh>;

plan skip_all => 'built without <sys/sdt.h> (systemtap-sdt-dev)' if !$has;
my $notes = qx{readelf -n $objs/cthrift 2>/dev/null};
plan skip_all => 'no readelf' if $? != 0;

# A note is three lines: provider, name, and after the places the arguments.
my %args;
for (split /(?=Provider: )/, $notes) {
    my ($name) = /^Provider: cthrift\s+Name: (\S+)/ or next;
    my ($list) = /Arguments: (.*)/;
    $args{$name} = () = $list =~ /\@/g;
}
my %wanted = (
    call__start    => 4,
    call__done     => 6,
    conn__accept   => 2,
    conn__close    => 2,
    handover__give => 2,
    handover__take => 2,
);
is_deeply(\%args, \%wanted, 'the probes and how many arguments each has');

# The page that operators read names the same ones.
open my $page, '<', 'docs/operation.md' or die "operation.md: $!";
my %told = map { /^\| `(\w+__\w+)` \|/ ? ($1 => 1) : () } <$page>;
is_deeply([sort keys %told], [sort keys %wanted], 'and docs/operation.md');

done_testing();
