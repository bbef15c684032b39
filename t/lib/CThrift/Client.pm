package CThrift::Client;

# An independent Thrift client: the binary protocol, strict or not, here, the
# compact one and JSON in CThrift::Compact and CThrift::Json; framed or not,
# and other transports in modules of their own.  It shares no code and no table
# with the server; what the two agree on, they agree on by the specification
# alone.
#
# Values are written with their types, as [TYPE, VALUE]:
#
#   ['bool', 1]  ['byte', -1]  ['i16', 2]  ['i32', 3]  ['i64', 4]
#   ['double', 0.5]  ['string', "bytes"]  ['uuid', "16 bytes"]
#   ['binary', "bytes"], a string but in JSON
#   ['list', ELEMENT-TYPE, [VALUE, ...]]      'set' likewise
#   ['map', KEY-TYPE, VALUE-TYPE, [[KEY, VALUE], ...]]
#   ['struct', [[ID, [TYPE, ...]], ...]]      fields in the order of the wire
#
# Elements of containers stand without their type where they are simple, and
# as the whole [TYPE, ...] where they are containers or structs.  Decoding
# gives the same shape back, so that is_deeply compares the two.
#
#   my $client = CThrift::Client->new(port => 9090, framed => 1);
#   my $reply = $client->call('echo', [[1, ['string', 'hi']]]);
#   # { name => 'echo', type => 2, seqid => 1, fields => [[0, [...]]] }
#
#   CThrift::Client->new(port => 9090, protocol => 'compact',
#       transport => 'http');

use strict;
use warnings;

use IO::Socket::IP;
use IO::Socket::UNIX;
use IO::Select;
use Scalar::Util qw(weaken);
use Time::HiRes qw(time);

our $TIMEOUT = 10;    # seconds that a reply may take

use constant {
    CALL      => 1,
    REPLY     => 2,
    EXCEPTION => 3,
    ONEWAY    => 4,
};

my %ID = (
    stop   => 0,
    bool   => 2,
    byte   => 3,
    double => 4,
    i16    => 6,
    i32    => 8,
    i64    => 10,
    string => 11,
    binary => 11,
    struct => 12,
    map    => 13,
    set    => 14,
    list   => 15,
    uuid   => 16,
);
my %NAME = map { $ID{$_} => $_ } grep { $_ ne 'binary' } keys %ID;

my %FORMAT = (
    bool   => 'c',
    byte   => 'c',
    i16    => 's>',
    i32    => 'l>',
    i64    => 'q>',
    double => 'd>',
);
my %SIZE =
    (bool => 1, byte => 1, i16 => 2, i32 => 4, i64 => 8, double => 8);

# The layers between messages and the socket, loaded when they are asked for.
my %LAYER = (
    framed   => 'Framed',
    header   => 'Header',
    ttheader => 'TTHeader',
    zlib     => 'Zlib',
    http     => 'Http',
);

# Protocols other than binary.
my %CODEC = (compact => 'CThrift::Compact', json => 'CThrift::Json');

# Every client that is open, for the harness to close at the end.
our %open;


# port => N (127.0.0.1, or host => ...) or path => "unix socket", framed => 0,
# strict => 1, timeout => seconds; protocol => binary, compact or json;
# transport => framed, header, ttheader, zlib or http, or several of them as
# [OUTER, ..., INNER], each a name or [NAME, OPTION => VALUE, ...].  Dies where
# it cannot connect.
sub new {
    my ($class, %self) = @_;

    $self{timeout} //= $TIMEOUT;
    $self{strict}  //= 1;
    $self{protocol} //= 'binary';
    load($CODEC{ $self{protocol} }) if $CODEC{ $self{protocol} };
    # The usual transports need no layer.
    $self{framed} //= ($self{transport} // '') eq 'framed';
    delete $self{transport}
        if ($self{transport} // '') =~ /^(?:un)?framed$/;
    $self{layers} = [map { layer($_, $self{protocol}) }
            ref $self{transport} ? @{ $self{transport} }
                : $self{transport} // ()];
    $self{inner} = [];    # what waits in front of each layer
    $self{seqid} = 0;
    $self{in}    = '';

    if (defined $self{path}) {
        $self{socket} = IO::Socket::UNIX->new(Peer => unix_name($self{path}));
    } else {
        $self{socket} = IO::Socket::IP->new(
            PeerHost => $self{host} // '127.0.0.1',
            PeerPort => $self{port},
            Timeout  => $self{timeout},
        );
    }
    die 'cannot connect to ' . ($self{path} // $self{port}) . ": $!\n"
        if !$self{socket};
    $self{socket}->autoflush(1);

    my $self = bless \%self, $class;
    $open{ 0 + $self } = $self;
    weaken $open{ 0 + $self };
    return $self;
}


sub load {
    my ($class) = @_;

    require $class =~ s{::}{/}gr . '.pm';
}


sub layer {
    my ($what, $protocol) = @_;
    my ($name, @options) = ref $what ? @$what : $what;
    my $class = 'CThrift::' . ($LAYER{$name} // die "no transport '$name'");

    load($_) for 'CThrift::Framed', $class;
    return $class->new(protocol => $protocol, @options);
}


# "@name" is Linux's abstract name.
sub unix_name {
    my ($path) = @_;

    $path =~ s/^@/\0/;
    return $path;
}


sub DESTROY {
    my ($self) = @_;

    delete $open{ 0 + $self };
}


sub close {
    my ($self) = @_;

    CORE::close delete $self->{socket} if $self->{socket};
}


sub close_all {
    $_->close for grep { defined } values %open;
}


# ---- Encoding.

# The bytes of a typed value, without its type.
sub encode {
    my ($typed) = @_;
    my ($type, @value) = @$typed;

    return pack $FORMAT{$type}, $value[0] ? 1 : 0 if $type eq 'bool';
    return pack $FORMAT{$type}, $value[0] if $FORMAT{$type};
    return pack('l>', length $value[0]) . $value[0]
        if $type eq 'string' || $type eq 'binary';
    return $value[0] if $type eq 'uuid';
    return encode_fields($value[0]) if $type eq 'struct';

    if ($type eq 'map') {
        my ($kt, $vt, $pairs) = @value;
        return join '', pack('CCl>', $ID{$kt}, $ID{$vt}, scalar @$pairs),
            map { element($kt, $_->[0]) . element($vt, $_->[1]) } @$pairs;
    }
    if ($type eq 'list' || $type eq 'set') {
        my ($et, $elements) = @value;
        return join '', pack('Cl>', $ID{$et}, scalar @$elements),
            map { element($et, $_) } @$elements;
    }
    die "no such type: $type";
}


sub element {
    my ($type, $value) = @_;

    return encode(ref $value ? $value : [$type, $value]);
}


# The fields of a struct and the stop behind them.
sub encode_fields {
    my ($fields) = @_;

    return join '',
        (map { pack('Cs>', $ID{ $_->[1][0] }, $_->[0]) . encode($_->[1]) }
            @$fields), "\0";
}


# A whole message without a frame; strict says which of the two heads.
sub message {
    my ($name, $type, $seqid, $fields, $strict) = @_;
    my $body = encode_fields($fields);

    return pack('N', 0x80010000 | $type)
        . pack('l>', length $name) . $name . pack('l>', $seqid) . $body
        if $strict;
    return pack('l>', length $name) . $name . pack('Cl>', $type, $seqid)
        . $body;
}


sub frame {
    my ($bytes) = @_;

    return pack('l>', length $bytes) . $bytes;
}


# ---- Decoding: from a string, moving pos() of it; dies "short\n" where the
# string ends too soon.

sub take {
    my ($in, $n) = @_;
    my $pos = pos($$in) // 0;

    die "short\n" if $pos + $n > length $$in;
    pos($$in) = $pos + $n;
    return substr $$in, $pos, $n;
}


sub decode {
    my ($in, $type) = @_;

    return [$type, unpack $FORMAT{$type}, take($in, $SIZE{$type})]
        if $FORMAT{$type};
    return [$type, take($in, size($in))] if $type eq 'string';
    return [$type, take($in, 16)] if $type eq 'uuid';
    return [$type, decode_fields($in)] if $type eq 'struct';

    if ($type eq 'map') {
        my ($kt, $vt) = map { type_name($_) } unpack 'CC', take($in, 2);
        my $n = size($in);
        return [$type, $kt, $vt,
            [map { [plain($in, $kt), plain($in, $vt)] } 1 .. $n]];
    }

    my $et = type_name(unpack 'C', take($in, 1));
    my $n  = size($in);
    return [$type, $et, [map { plain($in, $et) } 1 .. $n]];
}


# An element: the bare value of a simple type, the whole of any other.
sub plain {
    my ($in, $type) = @_;
    my $value = decode($in, $type);

    return @$value == 2 && $type ne 'struct' ? $value->[1] : $value;
}


sub size {
    my ($in) = @_;
    my $n = unpack 'l>', take($in, 4);

    die "negative size $n\n" if $n < 0;
    return $n;
}


sub type_name {
    my ($id) = @_;

    return $NAME{$id} // die "unknown type id $id\n";
}


sub decode_fields {
    my ($in) = @_;
    my @fields;

    while ((my $id = unpack 'C', take($in, 1)) != 0) {
        my $number = unpack 's>', take($in, 2);
        push @fields, [$number, decode($in, type_name($id))];
    }
    return \@fields;
}


# A message at the start of $$in; takes nothing if it is not whole ("short").
sub decode_message {
    my ($in) = @_;
    my %message;
    my $first = unpack 'l>', take($in, 4);

    if ($first < 0) {
        die sprintf "bad version %#x\n", $first & 0xffffffff
            if ($first & 0xffff0000) != (0x80010000);
        $message{strict} = 1;
        $message{type}   = $first & 0xff;
        $message{name}   = take($in, size($in));
    } else {
        $message{strict} = 0;
        $message{name}   = take($in, $first);
        $message{type}   = unpack 'C', take($in, 1);
    }
    $message{seqid}  = unpack 'l>', take($in, 4);
    $message{fields} = decode_fields($in);
    return \%message;
}


# ---- Talking.

# Raw bytes out; dies if the peer has gone.
sub send_raw {
    my ($self, $bytes) = @_;
    my $sent = 0;

    local $SIG{PIPE} = 'IGNORE';
    while ($sent < length $bytes) {
        my $n = syswrite $self->{socket}, $bytes, length($bytes) - $sent,
            $sent;
        die "cannot send: $!\n" if !defined $n;
        $sent += $n;
    }
}


# More bytes into $self->{in}; 0 at the end of the stream, undef (and $@) when
# the time is over.
sub fill {
    my ($self, $deadline) = @_;
    my $wait = $deadline - time;

    if (!IO::Select->new($self->{socket})->can_read($wait > 0 ? $wait : 0)) {
        return undef;
    }
    my $n = sysread $self->{socket}, $self->{in}, 65536, length $self->{in};
    return $n // 0;
}


# All bytes until the peer closes; undef if it does not within the timeout.
sub recv_until_closed {
    my ($self) = @_;
    my $deadline = time + $self->{timeout};

    while (1) {
        my $n = $self->fill($deadline);
        return undef if !defined $n;
        return $self->{in} if $n == 0;
    }
}


# Whether the peer has closed, without waiting longer than `$seconds`.
sub is_closed {
    my ($self, $seconds) = @_;
    my $n = $self->fill(time + ($seconds // 0));

    return defined $n && $n == 0;
}


# A message in the client's protocol and behind its transports.
sub bytes_of {
    my ($self, $name, $type, $seqid, $fields, $strict) = @_;
    my $bytes;

    if (my $codec = $CODEC{ $self->{protocol} }) {
        $bytes = $codec->can('message')->($name, $type, $seqid, $fields);
    } else {
        $bytes = message($name, $type, $seqid, $fields, $strict);
    }
    $bytes = frame($bytes) if $self->{framed};
    $bytes = $_->wrap($bytes, $seqid) for reverse @{ $self->{layers} };
    return $bytes;
}


# Sends a call and does not wait: call it n times, then recv n times.
sub send_call {
    my ($self, $name, $fields, %o) = @_;
    my $seqid = $o{seqid} // ++$self->{seqid};

    # It has 32 bits, and becomes negative.
    $self->{seqid} = $seqid = -0x80000000 if $seqid > 0x7fffffff;
    $self->send_raw($self->bytes_of($name, $o{type} // CALL, $seqid,
        $fields // [], $o{strict} // $self->{strict}));
    return $seqid;
}


# The next reply; dies "timeout", "closed", or what is wrong with the bytes.
sub recv_reply {
    my ($self) = @_;
    my $deadline = time + $self->{timeout};

    while (1) {
        my $reply = $self->next_message;
        return $reply if $reply;

        my $n = $self->fill($deadline);
        die "timeout\n" if !defined $n;
        die "closed\n" if $n == 0;
    }
}


# A message out of what has been read, or undef if it is not whole yet.
sub next_message {
    my ($self) = @_;

    return $self->next_of_layers if @{ $self->{layers} // [] };
    return $self->next_of_stream(\$self->{in}) if !$self->{framed};

    return undef if length $self->{in} < 4;
    my $n = unpack 'N', $self->{in};
    return undef if length $self->{in} < 4 + $n;
    my $body = substr $self->{in}, 4, $n;
    substr($self->{in}, 0, 4 + $n) = '';
    return $self->decode_whole($body);
}


# Where the layers keep messages apart, each is one; else they are a stream.
# Empty ones are what HTTP says to a oneway call.
sub next_of_layers {
    my ($self) = @_;
    my $last = $#{ $self->{layers} };
    my $is_whole = $self->{layers}[$last]->is_whole;
    my $stream = \($self->{inner}[ $last + 1 ] //= '');

    while (1) {
        my $reply = $is_whole ? undef : $self->next_of_stream($stream);
        return $reply if $reply;

        my $unit = $self->next_unit($last) // return undef;
        if ($is_whole && length $unit) {
            return $self->decode_whole($unit);
        }
        $$stream .= $unit;
        $self->{empty}++ if !length $unit;
    }
}


# What layer number $i makes of what the layers around it have given.
sub next_unit {
    my ($self, $i) = @_;
    my $in = $i == 0 ? \$self->{in} : \($self->{inner}[$i] //= '');

    while (1) {
        my $unit = $self->{layers}[$i]->unwrap($in);
        return $unit if defined $unit || $i == 0;
        my $more = $self->next_unit($i - 1) // return undef;
        return $more if !length $more;
        $$in .= $more;
    }
}


sub decode_any {
    my ($self, $in) = @_;
    my $codec = $CODEC{ $self->{protocol} // 'binary' };

    return $codec->can('decode_message')->($in) if $codec;
    return decode_message($in);
}


sub decode_whole {
    my ($self, $body) = @_;
    my $reply = $self->decode_any(\$body);

    die "bytes behind the message in its frame\n"
        if pos($body) != length $body;
    return $reply;
}


sub next_of_stream {
    my ($self, $in) = @_;

    pos($$in) = 0;
    my $reply = eval { $self->decode_any($in) };
    if (!$reply) {
        die $@ if $@ ne "short\n";
        return undef;
    }
    substr($$in, 0, pos $$in) = '';
    return $reply;
}


# A call and its reply, whose name and seqid must be the call's.
sub call {
    my ($self, $name, $fields, %o) = @_;
    my $seqid = $self->send_call($name, $fields, %o);
    my $reply = $self->recv_reply;
    my $bare  = $name =~ s/^.*://r;

    die "reply to '$reply->{name}', not to '$name'\n"
        if $reply->{name} ne $name && $reply->{name} ne $bare;
    die "reply $reply->{seqid}, not $seqid\n" if $reply->{seqid} != $seqid;
    return $reply;
}


# The bare value of field 0 of a reply, for results of simple types; undef for
# anything else.
sub result {
    my ($reply) = @_;

    return undef if $reply->{type} != REPLY || !@{ $reply->{fields} };
    my ($id, $value) = @{ $reply->{fields}[0] };
    return $id == 0 ? $value->[1] : undef;
}


# (kind, message) of a TApplicationException; nothing for another reply.
sub exception {
    my ($reply) = @_;

    return if $reply->{type} != EXCEPTION;
    my %field = map { $_->[0] => $_->[1][1] } @{ $reply->{fields} };
    return ($field{2}, $field{1});
}


sub oneway {
    my ($self, $name, $fields) = @_;

    return $self->send_call($name, $fields, type => ONEWAY);
}

1;
