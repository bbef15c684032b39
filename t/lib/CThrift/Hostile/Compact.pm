package CThrift::Hostile::Compact;

# What a hostile client says in the compact protocol.
#
#   my @messages = CThrift::Hostile::Compact::messages();
#   my @large = CThrift::Hostile::Compact::large(4_000_000);
#
# Messages stand here without what they come in; CThrift::Hostile::bare and
# framed make cases of them.  They are for t/modules/probe, and Torture of
# t/modules/torture as a service beside it.

use strict;
use warnings;

use CThrift::Hostile qw(message garbage any mutation);

my %ID = (
    stop => 0, true => 1, false => 2, i8 => 3, i16 => 4, i32 => 5, i64 => 6,
    double => 7, string => 8, list => 9, set => 10, map => 11, struct => 12,
    uuid => 13,
);


# ---- Numbers.

sub varint {
    my ($value) = @_;
    my $bytes = '';

    while ($value > 0x7f) {
        $bytes .= chr($value & 0x7f | 0x80);
        $value >>= 7;
    }
    return $bytes . chr $value;
}


sub zigzag { return varint($_[0] < 0 ? -2 * $_[0] - 1 : 2 * $_[0]) }


# The same in more bytes than needed.
sub overlong {
    my ($value, $n) = @_;
    my $bytes = varint($value);

    return $bytes if length $bytes >= $n;
    substr($bytes, -1) = chr(ord(substr $bytes, -1) | 0x80);
    return $bytes . "\x80" x ($n - 1 - length $bytes) . "\0";
}


# What a length, a count or a number is tried with, beside its neighbours:
# [WHAT, BYTES].  2^31 and more are below 0 for who reads 32 bits.
our @VARINTS = (
    map({ [$_, varint($_)] } 0, 1, 14, 15, 16, 127, 128, 65536, 16777216,
        2147483646, 2147483647, 2147483648, 4294967295, 4294967296,
        9223372036854775807, 18446744073709551615),
    ['three bytes of nothing', "\x80\x80\0"],
    ['five bytes of nothing', "\x80\x80\x80\x80\0"],
    ['ten bytes of nothing', "\x80" x 9 . "\0"],
    ['eleven bytes', "\x80" x 10 . "\0"],
    ['all bits of five bytes', "\xff" x 4 . "\x7f"],
    ['all bits of ten bytes', "\xff" x 9 . "\x7f"],
    ['no end in 20 bytes', "\xff" x 20],
    ['no end in 300 bytes', "\x80" x 300],
);


# ---- Messages, with notes: [KIND, OFFSET, SIZE, VALUE].

sub new { return bless { bytes => '', notes => [], last => [0] }, $_[0] }


sub put {
    my ($self, $bytes, $kind, $value) = @_;

    push @{ $self->{notes} },
        [$kind, length $self->{bytes}, length $bytes, $value]
        if defined $kind;
    $self->{bytes} .= $bytes;
    return $self;
}


sub head {
    my ($self, $name, %o) = @_;
    my $type = $o{type} // 1;

    return $self->put("\x82")->put(chr($type << 5 | 1), 'version', $type)
        ->put(varint($o{seqid} // 7), 'seqid', 7)->string($name);
}


# Short where the last id of this struct is near, as libraries do.
sub field {
    my ($self, $type, $id) = @_;
    my $delta = $id - $self->{last}[-1];

    $self->{last}[-1] = $id;
    return $self->put(chr($delta << 4 | $ID{$type}), 'field', $type)
        if $delta > 0 && $delta < 16;
    return $self->put(chr $ID{$type}, 'field', $type)
        ->put(zigzag($id), 'id', $id);
}


# A field whose value is a struct.
sub open {
    my ($self, $id) = @_;

    $self->field('struct', $id);
    return $self->item;
}


sub item {
    my ($self) = @_;

    push @{ $self->{last} }, 0;
    return $self;
}


sub stop {
    my ($self) = @_;

    pop @{ $self->{last} };
    return $self->put("\0", 'field', 'stop');
}


sub string {
    my ($self, $text) = @_;

    return $self->put(varint(length $text), 'length', length $text)
        ->put($text);
}


sub number { return $_[0]->put(zigzag($_[1]), 'number', $_[1]) }


sub list {
    my ($self, $type, $n) = @_;

    return $self->put(chr($n << 4 | $ID{$type}), 'list', $type) if $n < 15;
    return $self->put(chr(0xf0 | $ID{$type}), 'list', $type)
        ->put(varint($n), 'count', $n);
}


sub map {
    my ($self, $key, $value, $n) = @_;

    return $self->put(varint($n), 'count', $n)
        ->put(chr($ID{$key} << 4 | $ID{$value}), 'types', "$key, $value");
}


sub call { return __PACKAGE__->new->head(@_) }

sub echo { return call('echo')->field('string', 1)->string($_[0])->stop }

sub bytes { return $_[0]{bytes} }


# Everything that has a length or a type, in known fields and others.
sub rich {
    my $rich = call('tree')->open(1)
        ->field('string', 1)->string('root')
        ->field('list', 2)->list('struct', 2)
            ->item->field('i32', 4)->number(1)->stop
            ->item->field('i32', 4)->number(2)->stop
        ->open(3)->field('i32', 4)->number(3)->stop
        ->field('i32', 4)->number(4)
        ->field('map', 9)->map('string', 'i16', 1)->string('k')->number(5)
        ->field('set', 10)->list('i64', 2)->number(6)->number(-7)
        ->field('list', 11)->list('list', 1)->list('true', 3)->put("\1\2\1")
        ->field('double', 12)->put(pack 'd<', 0.5)
        ->field('uuid', 40)->put('u' x 16)
        ->field('true', 41)->field('i8', 42)->put("\xff");
    return $rich->field('list', 43)->list('i32', 20)->put("\2" x 20)
        ->field('i64', 3)->number(9)->stop->stop;
}


# Known to the IDL down to the last field.
sub bases {
    return call('Torture:echo_bases')->open(1)
        ->field('true', 1)->field('i8', 2)->put("\x80")
        ->field('i8', 3)->put("\x7f")->field('i16', 4)->number(-32768)
        ->field('i32', 5)->number(-2147483648)
        ->field('i64', 6)->put("\xff" x 9 . "\1", 'number', 'the least')
        ->field('double', 7)->put(pack 'd<', -0.5)
        ->field('string', 8)->string("\xc3\xa4")
        ->field('string', 9)->string("\0\xff")
        ->field('i32', 10)->number(5)->stop->stop;
}


# ---- Groups.

sub truncations {
    my @messages;

    for my $whole (echo('text'), rich(), bases(), call('nothing')->stop,
        call('nope')->stop)
    {
        my $bytes = $whole->bytes;
        push @messages, map {
            message("$_ of " . length($bytes) . ' bytes',
                substr($bytes, 0, $_), 'refused', 0)
        } 1 .. length($bytes) - 1;
    }
    return @messages;
}


# What else could stand where a note is.
sub others {
    my ($kind, $is) = @_;

    return map { [sprintf('%02x', $_), chr] } 0 .. 255
        if $kind eq 'version';
    return map { [sprintf('%02x', $_), chr] }
        (map { $_, 0x10 | $_, 0xf0 | $_ } 0 .. 15) if $kind eq 'field';
    return map { [sprintf('%02x', $_), chr] }
        (map { $_, 0x10 | $_, 0x20 | $_, 0xe0 | $_, 0xf0 | $_ } 0 .. 15)
        if $kind eq 'list';
    return map { [sprintf('%02x', $_), chr] } map { $_, $_ << 4, $_ * 0x11 }
        0 .. 15 if $kind eq 'types';
    return @VARINTS if $kind !~ /length|count/;
    return (@VARINTS, ["$is + 1", varint($is + 1)],
        $is > 0 ? ["$is - 1", varint($is - 1)] : (),
        ["$is in 5 bytes", overlong($is, 5)]);
}


# Every type, length, count, id and number, by itself.
sub bent {
    my @messages;

    for my $whole (echo('text'), rich(), bases()) {
        for my $note (@{ $whole->{notes} }) {
            my ($kind, $at, $size, $is) = @$note;
            for my $other (others($kind, $is)) {
                my $copy = $whole->bytes;
                # Types need not be tried all 256 twice.
                next if $kind eq 'version' && $whole->{bytes} !~ /text/;
                substr($copy, $at, $size) = $other->[1];
                push @messages, message("$kind at $at is $other->[0], not $is",
                    $copy) if $copy ne $whole->bytes;
            }
        }
    }
    return @messages;
}


# A value of that kind, nested so deep.
my %LEVEL = (
    struct => sub { return "\x1c" x ($_[0] - 1) . "\0" x $_[0] },
    list   => sub { return "\x19" x ($_[0] - 1) . "\x11\1" },
    set    => sub { return "\x1a" x ($_[0] - 1) . "\x11\1" },
    map    => sub { return "\1\x3b\1" x ($_[0] - 1) . "\1\x33\1\1" },
);


# Trees within trees, each with its weight, are known to the IDL.
sub tree {
    my ($depth) = @_;

    return "\x3c" x ($depth - 1) . "\x45\2\0" . "\x15\2\0" x ($depth - 1);
}


sub depths {
    my @messages;
    my $nest = sub {
        my ($name, $what, $id, $type, $depth, $value) = @_;
        push @messages, message("$what, $depth levels of $type",
            call($name)->field($type, $id)->put($value)->stop->bytes,
            CThrift::Hostile::expect_depth($name, $depth), 1);
    };

    for my $depth (62 .. 66, 100, 100_000) {
        $nest->('tree', 'known', 1, 'struct', $depth, tree($depth));
        for my $type (sort keys %LEVEL) {
            my $value = $LEVEL{$type}->($depth);
            $nest->('add', 'an unknown field', 9, $type, $depth, $value);
            $nest->('add', 'a wrong type', 1, $type, $depth, $value);
            $nest->('nope', 'an unknown method', 1, $type, $depth, $value);
        }
    }
    return @messages;
}


# Counts that promise what never comes.
sub counts {
    my @messages;

    for my $n (0x7fffffff, 0xffffffff, 0x10000000, 1_000_000, 17) {
        for my $type (0 .. 15) {
            my $list = chr(0xf0 | $type) . varint($n);
            my $map = varint($n) . chr($type * 0x11);
            push @messages, map {
                message("$n of type $type in a $_->[0] of $_->[1]",
                    call($_->[1])->field($_->[0], $_->[2])->put($_->[3])
                        ->put("\0" x 8)->stop->bytes)
            } ['list', 'texts', 1, $list], ['list', 'add', 9, $list],
                ['set', 'nope', 1, $list], ['map', 'add', 9, $map],
                ['map', 'Torture:echo_map', 1, $map];
        }
    }
    return @messages;
}


# Ids: negative, repeated, backwards, and sums beyond 16 bits.
sub ids {
    my $far = "\x05" . zigzag(32767) . zigzag(1);
    my $add = call('add')->bytes;
    my @messages = map {
        message("field $_", call('add')->put("\x05" . zigzag($_) . zigzag(2))
            ->stop->bytes, 'ok', 1)
    } 0, -1, -32768, 32767, 2;

    push @messages, message('a difference beyond 32767',
        "$add$far\x15\2\0", 'refused', 1);
    push @messages, message('15 beyond 32767', "$add$far\xf5\2\0", 'refused',
        1);
    push @messages, message('32767 twice', "$add$far$far\0", 'ok', 1);
    push @messages, message('differences up from the least',
        $add . "\x05" . zigzag(-32768) . "\2" . "\xf5\2" x 4369 . "\0", 'ok',
        1);
    push @messages, message('an id of 17 bits',
        $add . "\x05" . varint(65536) . "\2\0", 'refused', 1);
    for my $type (1 .. 13) {
        my $zeros = $type == 7 ? 8 : $type == 13 ? 16 : $type > 2 ? 1 : 0;
        push @messages, message("a type $type 2000 times",
            $add . (chr($type) . "\2" . "\0" x $zeros) x 2000 . "\0", 'ok',
            1);
    }
    return @messages;
}


sub heads {
    my @messages;

    for my $type (0, 2, 3, 5, 6, 7) {
        push @messages, message("message type $type",
            call('echo', type => $type)->field('string', 1)->string('x')->stop
                ->bytes, 'refused', 1);
    }
    push @messages, map {
        message("a name: $_->[0]", call($_->[1])->stop->bytes, 'refused', 1)
    } CThrift::Hostile::bad_names();
    push @messages, map {
        message("seqid $_->[0]", "\x82\x21$_->[1]\4ping\0")
    } @VARINTS;
    return @messages;
}


# Strings that are none are bytes here: whatever comes is given back.
sub texts {
    return map {
        message("text $_->[0]", echo($_->[1])->bytes, 'ok', 1)
    } CThrift::Hostile::bad_texts();
}


sub mutations {
    my ($n) = @_;
    my @whole = (echo('text'), rich(), bases(),
        call('Probe:texts')->field('list', 1)->list('string', 2)
            ->string('a')->string('b')->stop);

    return map {
        message("mutation $_", mutation($whole[$_ % @whole]->bytes))
    } 1 .. $n;
}


sub messages {
    CThrift::Hostile::seed(20260102);
    return (truncations(), bent(), depths(), counts(), ids(), heads(),
        texts(), mutations(400));
}


# For CThrift::Hostile::streams.
sub specimens {
    return (good => call('PingService:ping')->stop->bytes,
        bad => call('echo')->field('list', 1)->put("\xf5" . varint(2 ** 31))
            ->stop->bytes,
        oneway => call('note', type => 4)->field('string', 1)->string('n')
            ->stop->bytes);
}


# Messages of about `$size` bytes whose many values are small: what costs most
# for its bytes.
sub large {
    my ($size) = @_;
    my %put = (
        'unknown bools' => ['add', 4, "\x11"],
        'bools that go back' => ['add', 4, "\1\2"],
        'known numbers' => ['add', 4, "\x05\2\0"],
        'numbers of ten bytes' => ['add', 4, "\x06\6" . "\x80" x 9 . "\0"],
        'fields of no method' => ['nope', 4, "\x08\2\0"],
        'empty maps' => ['add', 4, "\x0b\6\0"],
    );
    my %list = (
        'empty structs' => ['add', 4, 9, 'struct', "\0"],
        'empty lists' => ['add', 4, 9, 'list', "\3"],
        'empty strings' => ['nope', 4, 9, 'string', "\0"],
        'bytes' => ['add', 4, 9, 'i8', "\0"],
        'bools' => ['add', 4, 9, 'true', "\1"],
    );
    my @large;

    # 32767 differences of 1 are as many as there can be.
    my $ids = int 32766;
    for my $name (sort keys %put) {
        my ($method, $times, $bytes) = @{ $put{$name} };
        my $n = int($size / length $bytes);
        $n = $ids if $bytes eq "\x11" && $n > $ids;
        push @large, { times => $times, %{ message($name,
            call($method)->put($bytes x $n)->stop->bytes, 'any', 1) } };
    }
    for my $name (sort keys %list) {
        my ($method, $times, $id, $type, $bytes) = @{ $list{$name} };
        my $n = int($size / length $bytes);
        push @large, { times => $times, %{ message($name,
            call($method)->field('list', $id)->list($type, $n)
                ->put($bytes x $n)->stop->bytes, 'any', 1) } };
    }
    return @large;
}

1;
