package CThrift::Manager;

# A service manager, as far as it listens: the other end of NOTIFY_SOCKET.
#
#   my $manager = CThrift::Manager->new($t->dir . '/notify');
#   local $ENV{NOTIFY_SOCKET} = $manager->name;
#   $t->start;
#   $manager->main($t->{child});
#   is($manager->next_but_status, 'READY=1');
#
# It is as strict as systemd with NotifyAccess=main: it hears only the process
# that it takes for the service, until that names another by MAINPID=.  What
# anybody else has said is kept in `refused`.  A barrier is anybody's.

use strict;
use warnings;

use Config;
use POSIX ();
use Socket;
use Time::HiRes qw(time);

use constant { SO_PASSCRED => 16, SCM_RIGHTS => 1, SCM_CREDENTIALS => 2 };

my %RECVMSG = ('x86_64-linux' => 47, 'aarch64-linux' => 212);
my ($ARCH) = grep { $Config{archname} =~ /^\Q$_/ } keys %RECVMSG;


# Whether this machine's recvmsg is known here.
sub is_possible { defined $ARCH }


# `$name` is a path, or "@NAME" for the abstract one.
sub new {
    my ($class, $name) = @_;

    socket my $socket, AF_UNIX, SOCK_DGRAM, 0 or die "socket: $!";
    bind $socket, pack_sockaddr_un($name =~ s/^@/\0/r) or die "bind: $!";
    setsockopt $socket, SOL_SOCKET, SO_PASSCRED, 1 or die "setsockopt: $!";
    return bless {
        name    => $name,
        socket  => $socket,
        refused => [],
    }, $class;
}


sub name { $_[0]{name} }


# The pid of the service; given, it is that one from now on.
sub main {
    my ($self, $pid) = @_;

    $self->{main} = $pid if defined $pid;
    return $self->{main};
}


# What others than the service have said: [pid, text] each.
sub refused { @{ $_[0]{refused} } }


# One datagram with the pid of its sender; descriptors in it are closed.
sub receive {
    my ($self) = @_;
    my $data = "\0" x 8192;
    my $control = "\0" x 256;
    my $part = pack 'P Q', $data, length $data;
    my $head = pack 'Q L x4 P Q P Q L x4',
        0, 0, $part, 1, $control, length $control, 0;

    my $n = syscall $RECVMSG{$ARCH}, fileno $self->{socket}, $head, 0;
    die "recvmsg: $!" if $n < 0;
    my $left = substr $control, 0, (unpack 'Q L x4 P Q P Q', $head)[-1] // 0;
    my $pid;
    while (length $left >= 16) {
        my ($len, undef, $type) = unpack 'Q l l', $left;
        last if $len < 16;
        ($pid) = unpack 'x16 l', $left if $type == SCM_CREDENTIALS;
        POSIX::close($_)
            for $type == SCM_RIGHTS ? unpack 'x16 l*', substr $left, 0, $len
                                    : ();
        $left = substr $left, min_of(length $left, ($len + 7) & ~7);
    }
    return ($pid, substr $data, 0, $n);
}


sub min_of { $_[0] < $_[1] ? $_[0] : $_[1] }


# The next datagram of the service, as text; undef when it takes too long.
sub next_text {
    my ($self, $seconds) = @_;
    my $deadline = time + ($seconds // $CThrift::Test::PATIENCE);

    while (1) {
        my $wait = $deadline - time;
        vec(my $set = '', fileno $self->{socket}, 1) = 1;
        return if $wait <= 0 || !select $set, undef, undef, $wait;
        my ($pid, $text) = $self->receive;
        $self->{main} //= $pid;
        if ($pid != $self->{main} && $text ne 'BARRIER=1') {
            push @{ $self->{refused} }, [$pid, $text];
            next;
        }
        $self->{main} = $1 if $text =~ /^MAINPID=(\d+)$/m;
        return $text;
    }
}


# The same as one line, without datagrams that say nothing but a status; the
# last status is in `status` afterwards, the time of a reload in `monotonic`.
sub next_words {
    my ($self, $seconds) = @_;

    while (defined(my $text = $self->next_text($seconds))) {
        $self->{status} = $1 if $text =~ s/^STATUS=(.*)\n?//m;
        $self->{monotonic} = $2
            if $text =~ s/^(MONOTONIC_USEC=)(\d+)$/$1?/m;
        chomp $text;
        return $text =~ tr/\n/ /r if length $text;
    }
    return;
}


sub status { $_[0]{status} }
sub monotonic { $_[0]{monotonic} }


# The words up to those that match, one datagram an entry.
sub words_until {
    my ($self, $pattern) = @_;
    my @words;

    while (defined(my $words = $self->next_words)) {
        push @words, $words;
        last if $words =~ $pattern;
    }
    return @words;
}


# Waits for a status that matches, and drops what was said before it.
sub wait_for_status {
    my ($self, $pattern) = @_;

    while (($self->{status} // '') !~ $pattern) {
        defined(my $text = $self->next_text) or return 0;
        $self->{status} = $1 if $text =~ /^STATUS=(.*)$/m;
    }
    return 1;
}

1;
