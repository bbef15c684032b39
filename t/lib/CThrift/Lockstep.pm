package CThrift::Lockstep;

# A load of which every byte is known beforehand: a client that writes so many
# equal calls at once, waits for as many equal replies, and begins again.  A
# server that is given it twice does the same work twice, so that what it did
# can be counted instead of timed.
#
#   my $load = CThrift::Lockstep->new('ping', port => $port);
#   $load->run(1000);               # one call under way
#   $load->run(1600, depth => 16);  # sixteen, each time in one write
#   CThrift::Lockstep::run_fresh(200, 'ping', port => $port);  # connect, close
#
# The calls are those of examples/bench: `ping`, `echo` of 1 KiB, `swap` of a
# record of about as much.  What else stands there goes to CThrift::Client: its
# protocols and transports are to be had; framed binary where nothing is said.
# The first reply is decoded and compared to what is due, all others to its
# bytes.

use strict;
use warnings;

use CThrift::Client;
use Time::HiRes qw(time);

my @items = map {
    ['struct', [
        [1, ['i32', 1000 + $_]], [2, ['string', "item number $_"]],
        [3, ['double', $_ * 1.25]],
        [4, ['i64', 1_700_000_000_000 + $_]], [5, ['bool', $_ % 2]],
    ]]
} 1 .. 10;

my $record = ['struct', [
    [1, ['bool', 1]], [2, ['byte', 7]], [3, ['i16', 300]],
    [4, ['i32', 70_000]], [5, ['i64', 5_000_000_000]],
    [6, ['i64', 1_700_000_000_001]], [7, ['i64', 1_700_000_000_002]],
    [8, ['double', 0.5]], [9, ['double', 72.25]],
    [10, ['double', 52.5]], [11, ['double', 13.375]],
    [12, ['string', 'Ada Example']],
    [13, ['string', 'ada.example@example.org']],
    [14, ['string', 'Berlin']], [15, ['string', 'a note of a line' x 4]],
    [16, ['i32', 42]], [17, ['i32', 5]],
    [18, ['list', 'struct', \@items]],
    [19, ['map', 'string', 'i64',
        [map { ["counter $_", $_ * 1_000_000] } 0 .. 9]]],
    [20, ['string', 'W/"0123456789abcdef"']],
]];

# Name of a call => its method, its arguments, the value that is due.
my $text  = join '', map { chr(32 + $_ % 95) } 0 .. 1023;
my %calls = (
    ping => ['ping', [], ['string', 'pong']],
    echo => ['echo', [[1, ['string', $text]]], ['string', $text]],
    swap => ['swap', [[1, $record]], $record],
);

my $timeout_s = 60;    # under valgrind, on a machine that is not its own


# Connects, and makes the first call; options are CThrift::Client's.
sub new {
    my ($class, $call, %client) = @_;
    my ($method, $args, $due) = @{ $calls{$call} };

    $client{framed} //= 1 if !$client{transport};
    my $client = CThrift::Client->new(timeout => $timeout_s, %client);
    my $self = bless {
        client => $client,
        bytes  => $client->bytes_of($method, CThrift::Client::CALL, 1,
            $args, 1),
    }, $class;

    my $reply = $self->first_reply;
    die "a wrong reply to $method\n"
        if $reply->{type} != CThrift::Client::REPLY
        || !is_same($reply->{fields}, [[0, $due]]);
    return $self;
}


sub is_same {
    my ($one, $other) = @_;

    return $one eq $other if !ref $one && !ref $other;
    return 0 if !ref $one || !ref $other || @$one != @$other;
    return !grep { !is_same($one->[$_], $other->[$_]) } 0 .. $#$one;
}


# The reply, decoded; its bytes are those of all others.
sub first_reply {
    my ($self) = @_;
    my $client = $self->{client};

    $client->send_raw($self->{bytes});
    $self->{due} = '';
    while (1) {
        my $had = length $client->{in};
        my $n   = $client->fill(time + $timeout_s);
        die "no reply\n" if !$n;
        $self->{due} .= substr $client->{in}, $had;
        my $reply = $client->next_message;
        return $reply if $reply;
    }
}


# So many calls; with depth, so many of them in each write.
sub run {
    my ($self, $n, %o) = @_;
    my $depth  = $o{depth} // 1;
    my $out    = $self->{bytes} x $depth;
    my $due    = $self->{due} x $depth;
    my $socket = $self->{client}{socket};

    for (1 .. $n / $depth) {
        my $in = '';

        $self->{client}->send_raw($out);
        while (length $in < length $due) {
            sysread $socket, $in, 65536, length $in or die "no reply\n";
        }
        die "a wrong reply\n" if $in ne $due;
    }
}


sub close { $_[0]{client}->close }


# A connection for each call.
sub run_fresh {
    my ($n, $call, %client) = @_;

    CThrift::Lockstep->new($call, %client)->close for 1 .. $n;
}

1;
