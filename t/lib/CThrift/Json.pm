package CThrift::Json;

# Thrift's JSON protocol, for CThrift::Client: messages and values as there.
# Written by the specification alone, a reader of JSON included.
#
# JSON does not tell text from bytes: both are "str".  What is sent as
# ['binary', BYTES] is base64 in the text, and comes back as ['string', BASE64].

use strict;
use warnings;

use CThrift::Client ();
use MIME::Base64;

my %TAG = (
    bool   => 'tf',
    byte   => 'i8',
    i16    => 'i16',
    i32    => 'i32',
    i64    => 'i64',
    double => 'dbl',
    string => 'str',
    binary => 'str',
    struct => 'rec',
    list   => 'lst',
    set    => 'set',
    map    => 'map',
    uuid   => 'uid',
);
my %NAME = map { $TAG{$_} => $_ } grep { $_ ne 'binary' } keys %TAG;

my %ESCAPE = ('"' => '"', '\\' => '\\', b => "\b", f => "\f", n => "\n",
    r => "\r", t => "\t", '/' => '/');


# ---- Encoding.

sub text {
    my ($bytes) = @_;

    $bytes =~ s/([\\"])/\\$1/g;
    $bytes =~ s/([\0-\x1f])/sprintf '\u%04x', ord $1/ge;
    return qq("$bytes");
}


# Numbers that JSON has no word for are strings.
sub double {
    my ($n) = @_;

    return '"NaN"' if $n != $n;
    return $n > 0 ? '"Infinity"' : '"-Infinity"' if abs $n == 9**9**9;
    return sprintf '%.17g', $n;
}


sub uuid {
    my ($bytes) = @_;

    return join '-', unpack 'H8 H4 H4 H4 H12', $bytes;
}


# The text of a typed value, without its type.
sub encode {
    my ($typed) = @_;
    my ($type, @value) = @$typed;

    return $value[0] ? 1 : 0 if $type eq 'bool';
    return double($value[0]) if $type eq 'double';
    return text($value[0]) if $type eq 'string';
    return text(encode_base64($value[0], '')) if $type eq 'binary';
    return text(uuid($value[0])) if $type eq 'uuid';
    return encode_fields($value[0]) if $type eq 'struct';

    if ($type eq 'map') {
        my ($kt, $vt, $pairs) = @value;
        return sprintf '["%s","%s",%d,{%s}]', $TAG{$kt}, $TAG{$vt},
            scalar @$pairs, join ',',
            map { key($kt, $_->[0]) . ':' . element($vt, $_->[1]) } @$pairs;
    }
    if ($type eq 'list' || $type eq 'set') {
        my ($et, $elements) = @value;
        return '[' . join(',', qq("$TAG{$et}"), scalar @$elements,
            map { element($et, $_) } @$elements) . ']';
    }
    return "$value[0]";
}


sub element {
    my ($type, $value) = @_;

    return encode(ref $value ? $value : [$type, $value]);
}


# The key of an object is a string, whatever it means.
sub key {
    my ($type, $value) = @_;
    my $text = element($type, $value);

    return $text =~ /^"/ ? $text : qq("$text");
}


sub encode_fields {
    my ($fields) = @_;

    return '{' . join(',', map {
        my ($id, $typed) = @$_;
        qq("$id":{"$TAG{$typed->[0]}":) . encode($typed) . '}';
    } @$fields) . '}';
}


sub message {
    my ($name, $type, $seqid, $fields) = @_;

    return '[' . join(',', 1, text($name), $type, $seqid,
        encode_fields($fields)) . ']';
}


# ---- Decoding; dies "short\n" where the text ends too soon.

# One of the characters wanted, whichever stands there.
sub expect {
    my ($in, $wanted) = @_;
    my $char = CThrift::Client::take($in, 1);

    die "'$char' where one of '$wanted' should be\n"
        if index($wanted, $char) < 0;
    return $char;
}


sub skip_comma { return expect($_[0], ',') }


sub take_text {
    my ($in) = @_;

    expect($in, '"');
    if ($$in !~ /\G((?:[^"\\]++|\\.)*+)"/gcs) {
        die "short\n";
    }
    my $text = $1;
    $text =~ s{\\(?:u([dD][89abAB]..)\\u([dD][c-fC-F]..)|u(....)|(.))}
        {unescape($1, $2, $3, $4)}gse;
    return $text;
}


# Two halves of a character, a character, or a letter that stands for one.
sub unescape {
    my ($high, $low, $code, $letter) = @_;

    return utf8_of(0x10000 + ((hex($high) & 0x3ff) << 10)
        + (hex($low) & 0x3ff)) if defined $high;
    return utf8_of(hex $code) if defined $code;
    return $ESCAPE{$letter} // die "an escape that is none: \\$letter\n";
}


sub utf8_of {
    my ($code) = @_;
    my $char = chr $code;

    utf8::encode($char);
    return $char;
}


# Perl's own reading has no zero below zero.
sub take_double {
    my ($in) = @_;

    return 0 + take_text($in) if $$in =~ /\G(?=")/gc;
    return -0.0 if $$in =~ /\G-0(?:\.0*)?(?=[],}])/gc;
    return take_number($in);
}


# A number ends where something else begins.
sub take_number {
    my ($in) = @_;

    $$in =~ /\G(-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)(?=[],}:"])/gc
        and return 0 + $1;
    die "short\n" if $$in =~ /\G[-+.0-9eE]*\z/gc;
    die 'no number: ' . substr($$in, pos $$in, 20) . "\n";
}


sub type_name {
    my ($tag) = @_;

    return $NAME{$tag} // die "unknown type '$tag'\n";
}


sub decode {
    my ($in, $type) = @_;

    return [$type, take_text($in)] if $type eq 'string';
    return [$type, pack 'H*', take_text($in) =~ tr/-//dr] if $type eq 'uuid';
    return [$type, decode_fields($in)] if $type eq 'struct';
    return decode_map($in) if $type eq 'map';
    return decode_list($in, $type) if $type eq 'list' || $type eq 'set';
    return [$type, take_double($in)] if $type eq 'double';
    return [$type, take_number($in)];
}


sub plain {
    my ($in, $type) = @_;
    my $value = decode($in, $type);

    return @$value == 2 && $type ne 'struct' ? $value->[1] : $value;
}


sub decode_map {
    my ($in) = @_;
    my ($kt, $vt, $n, @pairs);

    expect($in, '[');
    $kt = type_name(take_text($in));
    skip_comma($in);
    $vt = type_name(take_text($in));
    skip_comma($in);
    $n = take_number($in);
    skip_comma($in);
    expect($in, '{');
    for (1 .. $n) {
        skip_comma($in) if $_ > 1;
        my $key = take_text($in);
        $key = pack 'H*', $key =~ tr/-//dr if $kt eq 'uuid';
        $key = 0 + $key if $kt ne 'string' && $kt ne 'uuid';
        expect($in, ':');
        push @pairs, [$key, plain($in, $vt)];
    }
    expect($in, '}');
    expect($in, ']');
    return ['map', $kt, $vt, \@pairs];
}


sub decode_list {
    my ($in, $type) = @_;
    my @elements;

    expect($in, '[');
    my $et = type_name(take_text($in));
    skip_comma($in);
    for (1 .. take_number($in)) {
        skip_comma($in);
        push @elements, plain($in, $et);
    }
    expect($in, ']');
    return [$type, $et, \@elements];
}


sub decode_fields {
    my ($in) = @_;
    my @fields;

    expect($in, '{');
    return [] if $$in =~ /\G\}/gc;
    do {
        my $id = 0 + take_text($in);
        expect($in, ':');
        expect($in, '{');
        my $type = type_name(take_text($in));
        expect($in, ':');
        push @fields, [$id, decode($in, $type)];
        expect($in, '}');
    } while (expect($in, ',}') eq ',');
    return \@fields;
}


sub decode_message {
    my ($in) = @_;
    my %message;

    expect($in, '[');
    die "not version 1\n" if take_number($in) != 1;
    skip_comma($in);
    $message{name} = take_text($in);
    skip_comma($in);
    $message{type} = take_number($in);
    skip_comma($in);
    $message{seqid} = take_number($in);
    skip_comma($in);
    $message{fields} = decode_fields($in);
    expect($in, ']');
    return \%message;
}

1;
