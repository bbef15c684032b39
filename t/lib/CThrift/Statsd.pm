package CThrift::Statsd;

# A statsd that believes nothing: it takes datagrams in a process of its own,
# so that none is lost while the test is busy, and reads every line by a strict
# grammar.
#
#   my $statsd = CThrift::Statsd->new(dir => $t->dir);       # UDP
#   my $statsd = CThrift::Statsd->new(dir => $dir, path => "$dir/statsd.sock");
#   $statsd->start;                  # from now on somebody listens
#   $statsd->count('ct.requests');   # of all tags together
#   $statsd->count('ct.requests', 'method:echo');
#
# Its port is known before it listens: port().

use strict;
use warnings;

use IO::Select;
use IO::Socket::IP;
use IO::Socket::UNIX;
use POSIX ();
use Socket qw(SOCK_DGRAM);

my $number = 0;

sub new {
    my ($class, %o) = @_;
    my $self = bless { prefix => '', %o }, $class;

    $self->{file} = "$o{dir}/statsd." . ++$number;
    if (!defined $o{path}) {
        my $socket = IO::Socket::IP->new(
            LocalHost => '127.0.0.1',
            LocalPort => 0,
            Proto     => 'udp',
        ) or die "no free port: $!";
        $self->{port} = $socket->sockport;
    }
    return $self;
}


sub port { $_[0]{port} }


sub open_socket {
    my ($self) = @_;

    if (defined $self->{path}) {
        unlink $self->{path};
        return IO::Socket::UNIX->new(Local => $self->{path},
            Type => SOCK_DGRAM);
    }
    return IO::Socket::IP->new(LocalHost => '127.0.0.1',
        LocalPort => $self->{port}, Proto => 'udp');
}


# Returns when the socket is there.
sub start {
    my ($self) = @_;
    my $socket = $self->open_socket or die "no socket for statsd: $!";

    pipe my $go, my $stop or die "pipe: $!";
    my $pid = fork // die "fork: $!";
    if ($pid == 0) {
        close $stop;
        $self->listen_to($socket, $go);
        POSIX::_exit(0);
    }
    close $go;
    $self->{pid} = $pid;
    $self->{stop} = $stop;
    return $self;
}


# Whatever has arrived when it is told to end is taken as well.
sub listen_to {
    my ($self, $socket, $go) = @_;
    my $select = IO::Select->new($socket, $go);

    open my $out, '>>', $self->{file} or die "cannot open $self->{file}: $!";
    binmode $out;
    while (1) {
        my @ready = $select->can_read;
        if (grep { $_ == $socket } @ready) {
            $socket->recv(my $datagram, 65536);
            syswrite $out, pack 'N/a*', $datagram;
            next;
        }
        return;
    }
}


sub stop {
    my ($self) = @_;

    close delete $self->{stop};
    waitpid delete $self->{pid}, 0;
}


# All datagrams so far.
sub datagrams {
    my ($self) = @_;

    open my $fh, '<:raw', $self->{file} or return;
    local $/;
    my $bytes = <$fh> // '';
    my @datagrams;
    # The last one may be half written.
    while (length $bytes >= 4) {
        my $len = unpack 'N', $bytes;
        last if length $bytes < 4 + $len;
        push @datagrams, substr $bytes, 4, $len;
        substr $bytes, 0, 4 + $len, '';
    }
    return @datagrams;
}


# One line as { name, value, type, n, tags }; undef if it is none.
sub parse {
    my ($line) = @_;
    my ($name, $value, $type, $rest) = $line =~ /\A
        ( [A-Za-z0-9_-]+ (?: \. [A-Za-z0-9_-]+ )* ) :
        ( 0 | [1-9][0-9]* | (?: 0 | [1-9][0-9]* ) \. [0-9]{3} ) \|
        ( c | g | ms )
        ( .* ) \z/x or return;
    my $n = 1;
    my %tags;

    return if ($type eq 'ms') != ($value =~ /\./ ? 1 : 0);
    if ($rest =~ s/\A\|\@(0\.[0-9]{12})//) {
        return if $type ne 'ms';
        $n = int 1 / $1;
        return if $n < 2;
    }
    if ($rest =~ s/\A\|#([^|@#\s,]+(?:,[^|@#\s,]+)*)\z//) {
        for (split /,/, $1) {
            my ($key, $word) = /\A([^:]+)(?::(.*))?\z/ or return;
            return if exists $tags{$key};
            $tags{$key} = $word;
        }
        $tags{''} = ",$1,";
    }
    return if length $rest;
    return { name => $name, value => $value, type => $type, n => $n,
        tags => \%tags };
}


# Every line so far, parsed; dies of one that is none.
sub lines {
    my ($self) = @_;

    return map { parse($_) // die "not a line of statsd: '$_'\n" }
        map { split /\n/, $_, -1 } $self->datagrams;
}


# Those of a name, and with all of the given tags.
sub lines_of {
    my ($self, $name, @tags) = @_;

    return grep {
        my $line = $_;
        $line->{name} eq $name
            && !grep { index($line->{tags}{''} // '', ",$_,") < 0 } @tags;
    } $self->lines;
}


# The sum of a counter.
sub count {
    my ($self, $name, @tags) = @_;
    my $sum = 0;

    for ($self->lines_of($name, @tags)) {
        die "$name is no counter\n" if $_->{type} ne 'c';
        $sum += $_->{value};
    }
    return $sum;
}


# What a gauge shows; undef if it was never told.
sub gauge {
    my ($self, $name) = @_;
    my @lines = $self->lines_of($name);

    return @lines ? $lines[-1]{value} : undef;
}


# How many things were timed, and how many milliseconds they took together.
sub timing {
    my ($self, $name, @tags) = @_;
    my ($n, $ms) = (0, 0);

    for ($self->lines_of($name, @tags)) {
        die "$name is no timing\n" if $_->{type} ne 'ms';
        $n += $_->{n};
        $ms += $_->{n} * $_->{value};
    }
    return ($n, $ms);
}

1;
