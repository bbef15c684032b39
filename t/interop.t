#!/usr/bin/perl

# interop.t -- the table of what t/interop-*.t have found: language x protocol
# x transport x socket.
#
# It sorts behind them.  Where they run beside it, it waits for their rows;
# where it runs alone, it shows those of the last time.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use Test::More;

plan skip_all => 'left to a pass of CI that has them'
    if ($ENV{CTHRIFT_INTEROP} // 'yes') eq 'no';

my $rows = CThrift::Test::objs() . '/interop/rows';
my $patience = 300;    # seconds for the slowest language, compilers included

# Who runs us, and what it runs.
sub harness {
    open my $fh, '<', '/proc/' . getppid . '/cmdline' or return ('');
    local $/;
    my $line = scalar(<$fh>) // '';
    return split /\0/, $line;
}

# The tests of languages that run in the same go, and have yet to end.
sub running {
    my @names = map { m{(?:^|/)interop-(\w+)\.t$} } harness();
    my $began = (stat '/proc/' . getppid)[9];

    return grep { ((stat "$rows/$_")[9] // 0) < $began } @names;
}

# [language, library, protocol, transport, socket, result]
sub all_rows {
    my @all;

    for my $path (sort glob "$rows/*") {
        next if $path =~ /\.new$/;
        open my $fh, '<', $path or die "cannot open $path: $!";
        push @all, map { chomp; [split /\t/] } <$fh>;
    }
    return @all;
}

# Protocols in the order of their columns, and what stands above these.
my @order = map { ($_, "multi-$_") }
    qw(lax binary compact json header header-compact header-zlib);
my %place = map { $order[$_] => $_ } 0 .. $#order;
my %short = (binary => 'bin', compact => 'cmp', header => 'hdr',
    'header-compact' => 'h/c', 'header-zlib' => 'h/z');

# One line for each library and transport, one column for each protocol, and
# in each cell one letter for each socket.
sub table {
    my (@rows) = @_;
    my (%cell, %protocols, @lines);

    for (@rows) {
        my (undef, $library, $protocol, $transport, $socket, $result) = @$_;
        my $line = "$library\t$transport";
        push @lines, $line if !$cell{$line};
        $protocols{$protocol} = 1;
        $cell{$line}{$protocol}{$socket} = $result;
    }
    my @protocols = sort { ($place{$a} // 99) <=> ($place{$b} // 99)
            || $a cmp $b } keys %protocols;
    my $format = '%-19s %-8s' . ' %-4s' x @protocols;
    my @table = sprintf $format, '', '', map { heading($_) } @protocols;
    for my $line (@lines) {
        push @table, sprintf $format, split(/\t/, $line),
            map { letters($cell{$line}{$_}) } @protocols;
    }
    return join "\n", map { s/\s+$//r } @table;
}

sub heading {
    my ($protocol) = @_;
    my $plain = $protocol =~ s/^multi-//r;

    return ($plain ne $protocol ? ':' : '')
        . substr $short{$plain} // $plain, 0, $plain ne $protocol ? 3 : 4;
}

sub letters {
    my ($results) = @_;
    my %letter = (tcp => 'T', unix => 'U', abstract => 'A', tls => 'S');

    return '' if !$results;
    return join '', map {
        my $result = $results->{$_} // 'cannot';
        $result eq 'ok' ? $letter{$_} : $result =~ /^cannot/ ? '-'
            : $result =~ /^skip/ ? '?' : 'x';
    } qw(tcp unix abstract tls);
}

my @all = all_rows();
plan skip_all => 'no language has been here' if !@all && !running();

CThrift::Test::wait_for(sub { !running() }, $patience);
is(join(' ', running()), '', 'every language has ended');

@all = all_rows();
my @whole = grep { $_->[2] ne '*' } @all;
diag "\n" . table(@whole) . "\n\n"
    . "T tcp, U unix, A abstract, S TLS; - the library cannot, ? skipped,\n"
    . "x failed; :bin multiplexed, bin binary, lax without a version, cmp\n"
    . "compact, hdr THeader, h/c with compact inside, h/z with its zlib\n";

my %why;
$why{"$_->[1]: $_->[5]"}++ for grep { $_->[5] =~ /^(?:cannot|skip)/ } @all;
diag "$_ ($why{$_})" for sort keys %why;

my @failed = grep { $_->[5] !~ /^(?:ok|cannot|skipped)/ } @all;
is(join("\n", map { "@$_" } @failed), '', 'nothing has failed');
cmp_ok(scalar(grep { $_->[5] eq 'ok' } @all), '>', 0, 'and something is right');
done_testing;
