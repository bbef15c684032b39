package Bench::Server;

# A server under measurement: started, shown to answer right, stopped.
#
#   my $server = Bench::Server->start(
#       name      => 'cpp-threaded',
#       transport => 'framed', protocol => 'binary',
#       dir       => $dir,                   # for what it says
#       command   => sub { my ($port) = @_; return (...) },
#   );
#   $server->{fault}                         # undef, or why it is unfit
#
# Rooms beside this one say how each of them is started: Bench::Ours for
# cthrift and the reference, Bench::Peers for all others.

use strict;
use warnings;

use IO::Socket::INET;
use IO::Socket::UNIX;
use Time::HiRes qw(sleep time);

use Bench::Proof;
use Bench::Process;

# Seconds until it listens.
our $START_PATIENCE = 20;


# A port that was free a moment ago.
sub free_port {
    my $socket = IO::Socket::INET->new(
        LocalAddr => '127.0.0.1',
        Listen    => 1,
        ReuseAddr => 1,
    ) or die "no free port: $!\n";

    return $socket->sockport;
}


# command: its command for a port, or for the path of a unix socket where
# `unix` is set; cpu: where it may run, by default where servers do; dir, env,
# chdir.  It listens when this returns, or has a fault.
sub start {
    my ($class, %o) = @_;
    my $self = bless { %o, began => time }, $class;
    my $where = $o{unix} ? $self->{path} = "$o{dir}/$o{name}.sock"
        : ($self->{port} = free_port());

    unlink $where if $o{unix};
    $self->{process} = Bench::Process->start(
        command => [$o{command}->($where)],
        cpu     => exists $o{cpu} ? $o{cpu} : Bench::Process::SERVER_CPU,
        out     => "$o{dir}/$o{name}.out",
        env     => $o{env},
        dir     => $o{chdir},
    );
    $self->{fault} = $self->wait_until_it_listens;
    return $self;
}


# For a generator's command line.
sub address {
    my ($self) = @_;

    return $self->{path} ? "unix:$self->{path}" : "127.0.0.1:$self->{port}";
}


sub is_listening {
    my ($self) = @_;

    return $self->{path} ? defined IO::Socket::UNIX->new(Peer => $self->{path})
        : defined IO::Socket::INET->new("127.0.0.1:$self->{port}");
}


sub wait_until_it_listens {
    my ($self) = @_;
    my $end = time + $START_PATIENCE;

    while (!$self->is_listening) {
        return 'it has ended: ' . $self->{process}->words
            if $self->{process}->has_ended;
        return "it does not listen after $START_PATIENCE s" if time > $end;
        sleep 0.002;
    }
    return undef;
}


# A call of each kind; what is wrong is its fault from then on.
sub prove {
    my ($self) = @_;

    # The client here speaks no TLS; the generator looks at replies as well.
    $self->{fault} //= Bench::Proof::fault(%$self) if !$self->{tls};
    return !defined $self->{fault};
}


sub stop {
    my ($self) = @_;

    $self->{process}->stop;
}

1;
