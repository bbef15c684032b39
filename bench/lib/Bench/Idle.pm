package Bench::Idle;

# What connections cost that have called once and say nothing since.
#
# Opened from here, by hand: it takes no generator to be idle.

use strict;
use warnings;

use Socket qw(AF_INET INADDR_LOOPBACK IPPROTO_IP SOCK_STREAM SOL_SOCKET
    SO_RCVTIMEO SO_SNDTIMEO inet_aton pack_sockaddr_in);

use Bench::Numbers qw(bytes_told count);
use Bench::Process;

my $how = { transport => 'framed', protocol => 'binary' };

# Seconds that a connection or an answer may take.
my $PATIENCE = 10;

# One address has ports for so many connections and some in TIME_WAIT; which
# port it is shall be seen to when it is known where to.
my $PER_ADDRESS = 1000;
use constant IP_BIND_ADDRESS_NO_PORT => 24;

# Descriptors that are not connections.
my $OTHERS = 200;

my $ping = pack 'N/a*', "\x80\1\0\1\0\0\0\4ping\0\0\0\1\0";
my $pong = pack 'N/a*', "\x80\1\0\2\0\0\0\4ping\0\0\0\1" . "\x0b\0\0"
    . pack('N/a*', 'pong') . "\0";


# May there be so many connections?  Asks for more descriptors, which root gets.
sub room_for {
    my ($n) = @_;
    my $needed = $n + $OTHERS;
    my $limit = sub { `sh -c 'ulimit -n'` =~ /(\d+)/ ? $1 : 1e9 };

    return 1 if $limit->() >= $needed;
    system("prlimit --pid $$ --nofile=$needed:$needed 2>/dev/null");
    return $limit->() >= $needed;
}


sub call_once {
    my ($socket) = @_;
    my $got = '';

    syswrite($socket, $ping) // return "cannot write: $!";
    while (length $got < length $pong) {
        my $n = sysread $socket, $got, length($pong) - length $got,
            length $got;
        return $n // 1 ? 'closed' : "no answer: $!" if !$n;
    }
    return $got eq $pong ? undef : 'a wrong answer';
}


# The Nth connection to the port, which has called; or why there is none.
sub open_one {
    my ($n, $port) = @_;
    my $from = inet_aton('127.0.2.' . (1 + int($n / $PER_ADDRESS)));

    socket(my $socket, AF_INET, SOCK_STREAM, 0) or return (undef, "socket: $!");
    setsockopt $socket, SOL_SOCKET, $_, pack('l!l!', $PATIENCE, 0)
        for SO_RCVTIMEO, SO_SNDTIMEO;
    setsockopt $socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1;
    bind $socket, pack_sockaddr_in(0, $from) or return (undef, "bind: $!");
    connect $socket, pack_sockaddr_in($port, INADDR_LOOPBACK)
        or return (undef, "connect: $!");
    my $why = call_once($socket);
    return ($socket, $why);
}


# Bytes for each of $n connections; or why not.
sub bytes_each {
    my ($server, $n) = @_;
    my @open;

    # What a first call makes it load is no connection's.
    my ($first, $fault) = open_one(0, $server->{port});
    return $fault if $fault;
    my $empty = $server->{process}->resident;
    for my $i (1 .. $n) {
        my ($socket, $why) = open_one($i, $server->{port});
        return 'connection ' . count($i) . ": $why" if $why;
        push @open, $socket;
    }
    return bytes_told(($server->{process}->resident - $empty) / $n);
}


sub cell {
    my ($starter, $n) = @_;
    my $server = $starter->[1]->();
    my $limit = $server->{about} && $server->{about}{threads};
    my $text = $server->{fault} ? 'failed'
        : $server->{about} && $server->{about}{alone} ? 'serves one'
        : $limit && $limit < $n ? 'serves ' . count($limit)
        : bytes_each($server, $n);

    $server->stop;
    return $text;
}


sub run {
    my ($field, $report, %o) = @_;
    my @numbers = grep { room_for($_) } 10_000, $o{quick} ? () : 100_000;

    $report->heading(2, 'Idle connections');
    $report->words("Resident memory for each, of all processes, above the"
        . " empty server's, after one\n`ping` on each.\n");
    $report->words("A process here has too few descriptors for 100 000.\n")
        if !$o{quick} && !grep { $_ > 10_000 } @numbers;
    $report->table(['server', map { count($_) } @numbers],
        [map { my $starter = $_;
            [$starter->[0], map { cell($starter, $_) } @numbers] }
            $field->starters($how, sub { 1 })]);
}

1;
