package Bench::Report;

# What is told, on the terminal as it comes and in a file at the end: Markdown
# whose tables can be read as they are.
#
#   my $report = Bench::Report->new;
#   $report->heading(2, 'Memory');
#   $report->words('Idle connections.');
#   $report->table(['server', 'bytes'], [['cthrift', 1234]]);
#   $report->write('RESULTS.md');

use strict;
use warnings;

use List::Util qw(max);


sub new {
    my ($class) = @_;

    STDOUT->autoflush(1);
    return bless { text => '' }, $class;
}


sub add {
    my ($self, $text) = @_;

    print $text;
    $self->{text} .= $text;
}


sub heading {
    my ($self, $level, $text) = @_;

    $self->add('#' x $level . " $text\n\n");
}


sub words {
    my ($self, $text) = @_;

    $self->add("$text\n");
}


sub row {
    my ($widths, $left, $cells) = @_;
    my @padded;

    for my $i (0 .. $#$widths) {
        my $align = $i < $left ? '-' : '';
        push @padded, sprintf "%${align}$widths->[$i]s", $cells->[$i] // '';
    }
    return '| ' . join(' | ', @padded) . " |\n";
}


# The first column is words, or as many as $left says; the others are numbers.
sub table {
    my ($self, $head, $rows, $left) = @_;
    my @widths = map {
        my $i = $_;
        max(3, map { length($_->[$i] // '') } $head, @$rows);
    } 0 .. $#$head;

    $left //= 1;
    my @rules = map { $_ < $left ? '-' x $widths[$_]
        : '-' x ($widths[$_] - 1) . ':' } 0 .. $#widths;
    $self->add(join '', map { row(\@widths, $left, $_) } $head, \@rules,
        @$rows);
    $self->add("\n");
}


sub write {
    my ($self, $path) = @_;

    open my $fh, '>', $path or die "cannot write $path: $!\n";
    print $fh $self->{text};
    close $fh or die "cannot write $path: $!\n";
}

1;
