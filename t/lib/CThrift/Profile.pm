package CThrift::Profile;

# What callgrind has written, as numbers: for each function the instructions of
# its own, those with all that it calls, and how often it was called.
#
#   my $profile = CThrift::Profile->read('callgrind.out.1.1-01');
#   $profile->{total}
#   $profile->{fn}{'ct_loop.c:turn'}  # { self, inclusive, calls, from => {} }
#   my $per = $more->minus($less)->per(1000);
#
# Functions are named FILE:FUNCTION, or OBJECT:FUNCTION where no debugging
# information says where they stand.  With --separate-recs a function that
# calls itself has more names behind it ("x'2"): `inclusive` is that of the
# outermost, `self` and `calls` are those of all.

use strict;
use warnings;


sub read {
    my ($class, $path) = @_;
    my %p = (class => $class, names => {}, self => {}, calls => {});

    open my $fh, '<', $path or die "cannot open $path: $!\n";
    while (my $line = <$fh>) {
        line(\%p, $line);
    }
    return finished(\%p);
}


# "(1) name" gives a name to a number that later lines have alone.
sub number {
    my ($p, $space, $text) = @_;
    my ($number, $name) = $text =~ /^\((\d+)\)(?: (.*))?$/
        or die "not callgrind's: $text\n";

    $p->{names}{$space}{$number} = $name if defined $name;
    return $number;
}


my %space = (ob => 'ob', cob => 'ob', fl => 'fl', fi => 'fl', fe => 'fl',
    cfi => 'fl', cfl => 'fl', fn => 'fn', cfn => 'fn');

sub line {
    my ($p, $line) = @_;

    if ($line =~ /^[-+*\d]\S* (\d+)/) {
        if (defined $p->{callee}) {
            my $call = $p->{calls}{ $p->{fn} }{ delete $p->{callee} } //=
                [0, 0];
            $call->[0] += $p->{times};
            $call->[1] += $1;
        } else {
            $p->{self}{ $p->{fn} } += $1;
        }
    } elsif ($line =~ /^(\w+)=(.*)$/ && $space{$1}) {
        my ($word, $number) = ($1, number($p, $space{$1}, $2));

        $p->{$word} = $number;
        $p->{place}{$number} = [@$p{qw(fl ob)}] if $word eq 'fn';
    } elsif ($line =~ /^calls=(\d+)/) {
        @$p{qw(times callee)} = ($1, $p->{cfn});
    }
}


# FILE:FUNCTION of a number.
sub full_name {
    my ($p, $fn) = @_;
    my ($fl, $ob) = @{ $p->{place}{$fn} // [] };
    my $where = $p->{names}{fl}{ $fl // '' } // '???';

    $where = $p->{names}{ob}{ $ob // '' } // '???' if $where eq '???';
    $where =~ s{.*/}{};
    return "$where:"
        . $p->{names}{fn}{$fn} =~ s/\.(?:constprop|isra|part)\.\d+//gr;
}


sub finished {
    my ($p) = @_;
    my %fn;
    my %full = map { $_ => full_name($p, $_) } keys %{ $p->{names}{fn} };

    for my $number (keys %{ $p->{self} }) {
        my $name = $full{$number} =~ s/'\d+$//r;
        $fn{$name}{self} += $p->{self}{$number};
    }
    my $self = bless { total => 0, fn => \%fn }, $p->{class};
    $self->{total} += $_->{self} for values %fn;
    for my $from (keys %{ $p->{calls} }) {
        for my $to (keys %{ $p->{calls}{$from} }) {
            my ($times, $cost) = @{ $p->{calls}{$from}{$to} };
            my ($name, $again) = $full{$to} =~ /^(.*?)(?:'(\d+))?$/;

            $fn{$name}{calls} += $times;
            $fn{$name}{inclusive} += $cost if !$again;
            $fn{$name}{from}{ $full{$from} =~ s/'\d+$//r } += $times;
        }
    }
    return $self;
}


# What this one has more than another one.
sub minus {
    my ($self, $other) = @_;

    return $self->with($other, sub { $_[0] - $_[1] });
}


# All numbers divided by so many calls.
sub per {
    my ($self, $n) = @_;

    return $self->with({}, sub { $_[0] / $n });
}


# Each number made anew, of ours and the other's.
sub with {
    my ($self, $other, $make) = @_;
    my %fn;

    for my $name (keys %{ $self->{fn} }) {
        my ($of, $its) = map { $_->{fn}{$name} // {} } $self, $other;
        my %from = %{ $of->{from} // {} };

        $fn{$name}{$_} = $make->($of->{$_} // 0, $its->{$_} // 0)
            for qw(self inclusive calls);
        $fn{$name}{from}{$_} = $make->($from{$_}, $its->{from}{$_} // 0)
            for keys %from;
    }
    return bless {
        total => $make->($self->{total}, $other->{total} // 0),
        fn    => \%fn,
    }, ref $self;
}

1;
