package CThrift::Compact;

# The compact protocol, for CThrift::Client: messages and values as there, in
# their other clothes.  Written by the specification alone.
#
#   my $bytes = CThrift::Compact::message($name, $type, $seqid, $fields);
#   my $reply = CThrift::Compact::decode_message(\$bytes);   # moves pos()

use strict;
use warnings;

use CThrift::Client ();

# In containers and in front of fields; a field's own bool is 1 or 2.
my %ID = (
    bool   => 1,
    byte   => 3,
    i16    => 4,
    i32    => 5,
    i64    => 6,
    double => 7,
    string => 8,
    binary => 8,
    list   => 9,
    set    => 10,
    map    => 11,
    struct => 12,
    uuid   => 13,
);

my %NAME = (
    2 => 'bool',
    map { $ID{$_} => $_ } grep { $_ ne 'binary' } keys %ID,
);
my %is_number = map { $_ => 1 } qw(i16 i32 i64);


# ---- Encoding.

# An unsigned number of up to 64 bits, seven of them a byte.
sub varint {
    my ($n) = @_;
    my $bytes = '';

    while ($n > 127) {
        $bytes .= chr($n & 127 | 128);
        $n >>= 7;
    }
    return $bytes . chr $n;
}


# Small numbers of either sign become small ones without: 0 -1 1 -2 2 ...
sub zigzag {
    my ($n) = @_;

    return varint($n < 0 ? ~$n << 1 | 1 : $n << 1);
}


sub bytes_of {
    my ($text) = @_;

    return varint(length $text) . $text;
}


# The bytes of a typed value, without its type.
sub encode {
    my ($typed) = @_;
    my ($type, @value) = @$typed;

    return $value[0] ? "\1" : "\2" if $type eq 'bool';
    return pack 'c', $value[0] if $type eq 'byte';
    return zigzag($value[0]) if $is_number{$type};
    return pack 'd<', $value[0] if $type eq 'double';
    return bytes_of($value[0]) if $type eq 'string' || $type eq 'binary';
    return $value[0] if $type eq 'uuid';
    return encode_fields($value[0]) if $type eq 'struct';

    if ($type eq 'map') {
        my ($kt, $vt, $pairs) = @value;
        return "\0" if !@$pairs;
        return join '', varint(scalar @$pairs),
            chr($ID{$kt} << 4 | $ID{$vt}),
            map { element($kt, $_->[0]) . element($vt, $_->[1]) } @$pairs;
    }

    my ($et, $elements) = @value;
    my $n = @$elements;
    my $head = $n < 15 ? chr($n << 4 | $ID{$et})
        : chr(0xf0 | $ID{$et}) . varint($n);
    return join '', $head, map { element($et, $_) } @$elements;
}


sub element {
    my ($type, $value) = @_;

    return encode(ref $value ? $value : [$type, $value]);
}


# A step of 1 to 15 from the last id stands beside the type.
sub encode_fields {
    my ($fields) = @_;
    my ($bytes, $last) = ('', 0);

    for (@$fields) {
        my ($id, $typed) = @$_;
        my $is_bool = $typed->[0] eq 'bool';
        my $type = $is_bool && !$typed->[1] ? 2 : $ID{ $typed->[0] };
        my $step = $id - $last;

        $bytes .= $step > 0 && $step < 16 ? chr($step << 4 | $type)
            : chr($type) . zigzag($id);
        $bytes .= encode($typed) if !$is_bool;
        $last = $id;
    }
    return "$bytes\0";
}


sub message {
    my ($name, $type, $seqid, $fields) = @_;

    return join '', "\x82", chr($type << 5 | 1), varint($seqid & 0xffffffff),
        bytes_of($name), encode_fields($fields);
}


# ---- Decoding; dies "short\n" where the bytes end too soon.

*take = \&CThrift::Client::take;


sub take_varint {
    my ($in) = @_;
    my ($n, $shift) = (0, 0);

    while (1) {
        my $byte = ord take($in, 1);
        $n |= ($byte & 127) << $shift;
        return $n if $byte < 128;
        die "a number without end\n" if ($shift += 7) > 63;
    }
}


sub take_zigzag {
    my ($in) = @_;
    my $n = take_varint($in);
    my $half = $n >> 1;

    return $n & 1 ? -$half - 1 : $half;
}


sub type_name {
    my ($id) = @_;

    return $NAME{$id} // die "unknown type id $id\n";
}


sub decode {
    my ($in, $type) = @_;

    if ($type eq 'bool') {
        my $byte = ord take($in, 1);
        die "a bool of $byte\n" if $byte != 1 && $byte != 2;
        return [$type, $byte == 1 ? 1 : 0];
    }
    return [$type, unpack 'c', take($in, 1)] if $type eq 'byte';
    return [$type, take_zigzag($in)] if $is_number{$type};
    return [$type, unpack 'd<', take($in, 8)] if $type eq 'double';
    return [$type, take($in, take_varint($in))] if $type eq 'string';
    return [$type, take($in, 16)] if $type eq 'uuid';
    return [$type, decode_fields($in)] if $type eq 'struct';

    if ($type eq 'map') {
        my $n = take_varint($in) or return [$type, '', '', []];
        my $types = ord take($in, 1);
        my ($kt, $vt) = map { type_name($_) } $types >> 4, $types & 15;
        return [$type, $kt, $vt,
            [map { [plain($in, $kt), plain($in, $vt)] } 1 .. $n]];
    }

    my $head = ord take($in, 1);
    my $et = type_name($head & 15);
    my $n = $head >> 4 == 15 ? take_varint($in) : $head >> 4;
    return [$type, $et, [map { plain($in, $et) } 1 .. $n]];
}


sub plain {
    my ($in, $type) = @_;
    my $value = decode($in, $type);

    return @$value == 2 && $type ne 'struct' ? $value->[1] : $value;
}


sub decode_fields {
    my ($in) = @_;
    my ($id, @fields) = 0;

    while ((my $head = ord take($in, 1)) != 0) {
        my ($step, $type) = ($head >> 4, $head & 15);

        $id = $step ? $id + $step : take_zigzag($in);
        push @fields, [$id, $type < 3 ? ['bool', 2 - $type]
            : decode($in, type_name($type))];
    }
    return \@fields;
}


sub decode_message {
    my ($in) = @_;
    my ($id, $head) = unpack 'CC', take($in, 2);

    die sprintf "not compact: %02x %02x\n", $id, $head
        if $id != 0x82 || ($head & 31) != 1;
    my %message = (type => $head >> 5);
    $message{seqid} = unpack 'l', pack 'L', take_varint($in);
    $message{name} = take($in, take_varint($in));
    $message{fields} = decode_fields($in);
    return \%message;
}

1;
