package Bench::Field;

# Who takes part: the reference, cthrift, and those peers that can be had.
#
#   my $field = Bench::Field->new(here => 'bench', objs => 'objs',
#       dir => $dir, peers => 'all', report => $report);
#   my @servers = $field->start({ transport => 'framed',
#       protocol => 'binary' }, sub { $_[0]{near} });
#   ...
#   $field->stop(@servers);

use strict;
use warnings;

use Bench::Ours;
use Bench::Peers;
use Bench::Process;


# peers: 'all', names of languages with commas between, or nothing.
sub new {
    my ($class, %o) = @_;
    my $self = bless { %o, peers => [] }, $class;
    my @known = Bench::Peers::languages($o{here});
    my $wanted = $o{peers} // '';

    for my $language ($wanted eq 'all' ? @known : split /,/, $wanted) {
        die "no peer '$language'; there are @known\n"
            if !grep { $_ eq $language } @known;
        push @{ $self->{peers} },
            Bench::Peers::load($o{here}, $o{objs}, $language);
    }
    return $self;
}


sub build_bare {
    my ($self) = @_;
    my @sources = map { "$self->{here}/ct_$_.c" }
        qw(bare bare_reply bare_skip address);

    system($ENV{CC} // 'cc', qw(-std=c11 -O2 -o),
        "$self->{objs}/bench/ct_bare", @sources) == 0
        or die "ct_bare cannot be built\n";
}


# Everybody's program.  What cannot be had is left out, and says why.
sub build {
    my ($self) = @_;

    $self->build_bare;
    for my $peer (@{ $self->{peers} }) {
        print STDERR "building $peer->{language}\n";
        Bench::Peers::build($peer);
    }
    $self->{skipped} = [grep { $_->{skip} } @{ $self->{peers} }];
    $self->{peers} = [grep { !$_->{skip} } @{ $self->{peers} }];
}


# The arguments of a Bench::Server that all have in common.
sub common {
    my ($self, $how) = @_;

    return (objs => $self->{objs}, dir => $self->{dir}, unix => $self->{unix},
        transport => $how->{transport}, protocol => $how->{protocol});
}


# [what, sub { a Bench::Server, started }] of those that can talk like this and
# are wanted: $is_wanted->({ near, alone, ... }) for peers.  The reference is
# the first, then cthrift.
sub starters {
    my ($self, $how, $is_wanted) = @_;
    my @common = $self->common($how);
    my @starters = (
        ['bare', sub { Bench::Ours::start_bare(@common, @_) }],
        $self->{null} ? ['bare too', sub {
            Bench::Ours::start_bare(@common, name => 'bare too', @_) }]
            : ['cthrift', sub { Bench::Ours::start_cthrift(@common, @_) }],
    );

    for my $peer ($self->{unix} ? () : @{ $self->{peers} }) {
        for my $server (Bench::Peers::servers_for($peer, $how)) {
            next if !$is_wanted->($server);
            push @starters, [$server->{name},
                sub { Bench::Peers::start($peer, $server, @common, @_) }];
        }
    }
    return @starters;
}


# All of them at once, each shown to answer right.  Who does not is told of and
# left out.
sub start {
    my ($self, $how, $is_wanted) = @_;
    my @servers;

    for my $starter ($self->starters($how, $is_wanted)) {
        my $server = $starter->[1]->();
        if ($server->{fault} || !$server->prove) {
            $self->unfit($server);
            next;
        }
        push @servers, $server;
    }
    return @servers;
}


sub unfit {
    my ($self, $server) = @_;
    my $what = "$server->{name}, $server->{transport} $server->{protocol}";

    $server->stop;
    die "$what: $server->{fault}\n" if $server->{name} =~ /^(?:bare|cthrift)/;
    $self->{unfit}{"$what: $server->{fault}"} = 1;
    print STDERR "left out: $what: $server->{fault}\n";
}


sub stop {
    my ($self, @servers) = @_;

    $_->stop for @servers;
}

1;
