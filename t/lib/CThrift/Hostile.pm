package CThrift::Hostile;

# What a hostile client sends, in each dialect, and what must become of it.
#
#   my @cases = CThrift::Hostile::cases($framed, $strict);
#   # { name => 'count at 52 is -1', bytes => "...", expect => 'any',
#   #   whole => 1 }
#
# `expect` says which ends are right:
#
#   any       a reply, an exception or a close, each of them whole
#   ok        a reply that is no exception
#   refused   an exception, or a close
#   none      nothing: oneway
#
# `whole` is set where the bytes are a message or more of their dialect: the
# answer must come although the client leaves its side open.  The others get
# theirs when the client has ended its side.
#
# Messages are built here with notes of where each length, count and type
# stands, so that each can be bent by itself.  The same seed makes the same
# cases everywhere.
#
# Those are of the binary protocol.  CThrift::Hostile::Compact and ::JSON have
# messages of theirs, for which this module keeps what all of them share, and
# makes them cases:
#
#   my @cases = CThrift::Hostile::framed(CThrift::Hostile::JSON::messages());

use strict;
use warnings;

use Exporter qw(import);

our @EXPORT_OK = qw(message garbage any mutation);

my %ID = (
    stop => 0, void => 1, bool => 2, byte => 3, double => 4, i16 => 6,
    i32 => 8, i64 => 10, string => 11, struct => 12, map => 13, set => 14,
    list => 15, uuid => 16,
);

my @TYPES = sort { $a <=> $b } values %ID;
my @NO_TYPES = (1, 5, 7, 9, 17, 18, 64, 127, 128, 255);

my $MAX = 2147483647;
my $MIN = -2147483648;

# What every 32-bit word is tried with, beside its neighbours.
my @WORDS = (0, 1, -1, $MIN, $MIN + 1, $MAX, $MAX - 1, 65536, 16777216);


# ---- Messages, with notes.  A note is [KIND, OFFSET, VALUE].

sub new {
    my ($class, %self) = @_;

    return bless { bytes => '', notes => [], %self }, $class;
}


sub put {
    my ($self, $bytes) = @_;

    $self->{bytes} .= $bytes;
    return $self;
}


sub note {
    my ($self, $kind, $value) = @_;

    push @{ $self->{notes} }, [$kind, length $self->{bytes}, $value];
}


sub type {
    my ($self, $name) = @_;

    $self->note('type', $ID{$name});
    return $self->put(chr $ID{$name});
}


# A length or a count.
sub word {
    my ($self, $kind, $value) = @_;

    $self->note($kind, $value);
    return $self->put(pack 'l>', $value);
}


sub field {
    my ($self, $type, $id) = @_;

    $self->type($type);
    $self->note('id', $id);
    return $self->put(pack 's>', $id);
}


sub string {
    my ($self, $text) = @_;

    return $self->word('length', length $text)->put($text);
}


sub list {
    my ($self, $type, $n) = @_;

    return $self->type($type)->word('count', $n);
}


sub map {
    my ($self, $key, $value, $n) = @_;

    return $self->type($key)->type($value)->word('count', $n);
}


sub stop {
    my ($self) = @_;

    $self->note('type', 0);
    return $self->put("\0");
}


# The head of a call in the dialect of this builder.
sub head {
    my ($self, $name, %o) = @_;
    my $type  = $o{type}  // 1;
    my $seqid = $o{seqid} // 7;

    if ($self->{strict}) {
        $self->word('version', $o{version} // (-2147418112 | $type));
        $self->string($name);
    } else {
        $self->string($name);
        $self->note('message type', $type);
        $self->put(chr $type);
    }
    return $self->put(pack 'l>', $seqid);
}


sub frame { return pack('l>', length $_[0]) . $_[0] }


# As it goes over the wire.
sub wire {
    my ($self) = @_;

    return $self->{framed} ? frame($self->{bytes}) : $self->{bytes};
}


# The bytes with `$size` of them at `$at` replaced.
sub bent {
    my ($self, $at, $size, $by) = @_;
    my $copy = $self->{bytes};

    substr($copy, $at, $size) = $by;
    return $self->{framed} ? frame($copy) : $copy;
}


# ---- What the cases are made from.

my ($framed, $strict);

sub call { return __PACKAGE__->new(framed => $framed, strict => $strict)
    ->head(@_) }


sub echo { return call('echo')->field('string', 1)->string($_[0])->stop }

sub ping { return echo('ping')->wire }


# Everything that has a length: known fields of all shapes, unknown ones too.
sub rich {
    return call('tree')->field('struct', 1)
        ->field('string', 1)->string('root')
        ->field('list', 2)->list('struct', 2)
            ->field('i32', 4)->put(pack 'l>', 1)->stop
            ->field('i32', 4)->put(pack 'l>', 2)->stop
        ->field('struct', 3)->field('i32', 4)->put(pack 'l>', 3)->stop
        ->field('i32', 4)->put(pack 'l>', 4)
        ->field('map', 9)->map('string', 'i16', 1)->string('k')
            ->put(pack 's>', 5)
        ->field('set', 10)->list('i64', 2)->put(pack 'q>2', 6, 7)
        ->field('list', 11)->list('list', 1)->list('bool', 3)->put("\1\0\1")
        ->field('double', 12)->put(pack 'd>', 0.5)
        ->field('uuid', 13)->put('u' x 16)
        ->stop->stop;
}


# ---- Groups of cases, each a list of hashes.

sub case {
    my ($name, $bytes, $expect, $whole) = @_;

    return { name => $name, bytes => $bytes, expect => $expect // 'any',
        whole => $whole // $framed };
}


# What is a case once it stands in something.  `whole`: it is a message, or is
# refused before its end.
sub message {
    my ($name, $bytes, $expect, $whole) = @_;

    return case($name, $bytes, $expect, $whole // 0);
}


# Messages as cases: without a frame, and each in a frame of its own, which
# makes it whole.
sub bare { return @_ }

sub framed {
    return map { { %$_, bytes => frame($_->{bytes}), whole => 1 } } @_;
}


sub truncations {
    my @cases;

    for my $message (echo('text'), rich(),
        call('nothing')->stop, call('nope')->stop)
    {
        my $wire = $message->wire;
        push @cases, map {
            case("$_ of " . length($wire) . ' bytes', substr($wire, 0, $_),
                'refused', 0)
        } 1 .. length($wire) - 1;
        next if !$framed;
        # The frame is whole, what is in it is not.
        push @cases, map {
            case("$_ bytes in a frame of their own",
                frame(substr $message->{bytes}, 0, $_), 'refused')
        } 0 .. length($message->{bytes}) - 1;
    }
    return @cases;
}


# Every length, count, type and id, by itself.
sub bent_notes {
    my @cases;

    for my $message (echo('text'), rich()) {
        for (@{ $message->{notes} }) {
            my ($kind, $at, $value) = @$_;
            my @by;

            if ($kind =~ /type$/) {
                @by = map { [$_, chr] } @TYPES, @NO_TYPES;
            } elsif ($kind eq 'id') {
                @by = map { [$_, pack 's>', $_] } 0, -1, -32768, 32767;
            } else {
                my %seen;
                @by = map { [$_, pack 'l>', $_] }
                    grep { !$seen{$_}++ && $_ >= $MIN && $_ <= $MAX }
                    @WORDS, $value + 1, $value - 1;
            }
            push @cases, map {
                case("$kind at $at is $_->[0], not $value",
                    $message->bent($at, length $_->[1], $_->[1]))
            } grep { $_->[0] != $value } @by;
        }
    }
    return @cases;
}


# Only where there are frames; the message is a good one.
sub frame_sizes {
    my ($echo) = @_;
    my $n = length $echo;
    my @cases = map {
        my $whole = $_ <= 0 || $_ <= $n || $_ > 16 * 1024 * 1024;
        case("a frame of $_ for $n", pack('l>', $_) . $echo, 'any', $whole)
    } @WORDS, $n - 1, $n + 1, 4 * $n, 16 * 1024 * 1024 + 1;

    push @cases, case('two messages in a frame', frame($echo x 2));
    push @cases, case("$_ bytes behind the message in its frame",
        frame($echo . "\xff" x $_)) for 1, 2, 100;
    push @cases, case('many empty frames', "\0" x 4000, 'refused');
    return @cases;
}


# A value of that kind, nested so deep; the kinds that levels are made of.
my %LEVEL = (
    struct => sub { return ("\x0c\0\1" x ($_[0] - 1), "\0" x $_[0]) },
    list   => sub { return ("\x0f\0\0\0\1" x ($_[0] - 1)
        . "\x02\0\0\0\1\1", '') },
    set    => sub { return ("\x0e\0\0\0\1" x ($_[0] - 1)
        . "\x02\0\0\0\1\1", '') },
    map    => sub { return ("\x03\x0d\0\0\0\1\1" x ($_[0] - 1)
        . "\x03\x03\0\0\0\1\1\1", '') },
);

# Trees within trees, each with its weight, are known to the IDL.
sub tree_levels {
    my ($depth) = @_;

    return ("\x0c\0\3" x ($depth - 1), "\x08\0\4\0\0\0\1\0" x $depth);
}


# Where the limit is the default's, and a level or two may be the method's.
sub expect_depth {
    my ($method, $depth) = @_;

    return 'refused' if $depth > 65 || $method eq 'nope';
    return $depth <= 63 ? 'ok' : 'any';
}


sub depths {
    my @cases;
    my $body = sub {
        my ($name, $what, $id, $type, $depth, @parts) = @_;
        push @cases, case("$what, $depth levels of $type",
            call($name)->field($type, $id)->put(join '', @parts)->stop->wire,
            expect_depth($name, $depth), 1);
    };

    for my $depth (62 .. 66, 100, 100_000) {
        $body->('tree', 'known', 1, 'struct', $depth, tree_levels($depth));
        for my $type (sort keys %LEVEL) {
            my @parts = $LEVEL{$type}->($depth);
            $body->('add', 'an unknown field', 9, $type, $depth, @parts);
            $body->('add', 'a wrong type', 1, $type, $depth, @parts);
            $body->('nope', 'an unknown method', 1, $type, $depth, @parts);
        }
    }
    return @cases;
}


# Counts that promise what never comes, or what costs no bytes.
sub counts {
    my @cases;

    for my $n ($MAX, 0x10000000, 1_000_000, 17) {
        for my $type (@TYPES, 5, 17, 255) {
            my $of = chr $type;
            my $word = pack 'l>', $n;
            push @cases, map {
                case("$n of type $type in a $_->[0] of $_->[1]",
                    call($_->[1])->field($_->[0], $_->[2])
                        ->put($_->[3])->put("\0" x 8)->stop->wire)
            } ['list', 'texts', 1, $of . $word],
                ['list', 'add', 9, $of . $word],
                ['set', 'nope', 1, $of . $word],
                ['map', 'add', 9, $of . $of . $word];
        }
    }
    return @cases;
}


sub heads {
    my @cases;

    for my $type (0, 2, 3, 5 .. 9, 16, 127, 128, 255) {
        push @cases, case("message type $type",
            call('echo', type => $type)->field('string', 1)->string('x')
                ->stop->wire, 'refused', 1);
    }
    return @cases if !$strict;

    # Bytes between version and type belong to nobody: accepted by all.
    push @cases, case('a version of 8001ff01',
        call('echo', version => -2147352831)->field('string', 1)->string('x')
            ->stop->wire);
    for my $version (0x80000001, 0x80020001, 0x81010001, 0xc0010001,
        0xffffffff)
    {
        push @cases, case(sprintf('a version of %x', $version),
            call('echo', version => unpack 'l>', pack 'N', $version)
                ->field('string', 1)->string('x')->stop->wire, 'refused', 1);
    }
    return @cases;
}


# Names that are no method's: [WHAT, NAME].
sub bad_names {
    my %name = (
        'empty'         => '',
        'a NUL'         => "ec\0ho",
        'NULs'          => "\0" x 40,
        'no UTF-8'      => "\xff\xfe\x80echo",
        'a line end'    => "echo\r\n2026/01/01 [alert] forged\n",
        'an escape'     => "\e[31mecho\x9b2J",
        'a format'      => '%n%n%s%s%s%%',
        'quotes'        => q('"\\),
        'no service'    => ':echo',
        'no method'     => 'Probe:',
        'two colons'    => 'Probe:x:echo',
        'colons'        => ':' x 60,
        'who it is not' => 'Nobody:echo',
        '256 bytes'     => 'n' x 256,
        '257 bytes'     => 'n' x 257,
        '70000 bytes'   => 'n' x 70_000,
    );

    return map { [$_, $name{$_}] } sort keys %name;
}


sub names {
    return map {
        case("a name: $_->[0]", call($_->[1])->stop->wire, 'refused', 1)
    } bad_names();
}


# Texts that are not UTF-8, each for another reason, and some that are.
sub bad_texts {
    my @bad = ("\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\x20",
        "\xe0\x80\x80", "\xe0\x9f\xbf", "\xe2\x82", "\xe2\x82\xc0",
        "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x80\x80\x80",
        "\xf0\x8f\xbf\xbf", "\xf0\x9f\x98", "\xf4\x90\x80\x80",
        "\xf8\x88\x80\x80\x80", "\xfc\x84\x80\x80\x80\x80", "\xfe", "\xff",
        "\xff" x 1000);

    return map { [join(' ', map { sprintf '%02x', $_ } unpack 'C6'), $_] }
        @bad, map({ "long enough for a word $_" } @bad), map { "$_!" } @bad;
}


sub repeats {
    my $echo = call('echo');
    my $tree = call('tree')->field('struct', 1);
    my $lists = call('texts');
    my $structs = call('tree');

    $echo->field('string', 1)->string("s$_") for 1 .. 2000;
    $tree->field('i32', 4)->put(pack 'l>', $_) for 1 .. 2000;
    $lists->field('list', 1)->list('string', 2)->string('a')->string('b')
        for 1 .. 2000;
    $structs->field('struct', 1)->field('i32', 4)->put("\0\0\0\1")->stop
        for 1 .. 2000;
    return (
        case('a string 2000 times', $echo->stop->wire, 'ok', 1),
        case('a number 2000 times', $tree->stop->stop->wire, 'ok', 1),
        case('a list 2000 times', $lists->stop->wire, 'ok', 1),
        case('a struct 2000 times', $structs->stop->wire, 'ok', 1),
    );
}


# What comes one after the other: good, bad and oneway messages, as they go
# over the wire, and garbage among them.
sub streams {
    my (%o) = @_;
    my ($good, $bad, $oneway) = @o{qw(good bad oneway)};
    my @cases;

    push @cases, case('good, bad, good', $good . $bad . $good, 'any', 0);
    push @cases, case('a hundred good ones', $good x 100, 'ok', 1);
    push @cases, case('oneway, then good', $oneway . $good, 'ok', 1);
    push @cases, case('2000 oneway, then good', $oneway x 2000 . $good, 'ok',
        1);
    push @cases, case('oneway alone', $oneway, 'none', 0);
    for my $n (1 .. 9, 16, 64) {
        push @cases, case("$n bytes of garbage in front",
            garbage($n) . $good, 'any', 0);
        push @cases, case("$n bytes of garbage behind",
            $good . garbage($n), 'any', 0);
        push @cases, case("$n bytes of garbage", garbage($n * 3), 'any', 0);
        push @cases, case("$n zeros", "\0" x $n, 'refused', 0);
    }
    return @cases;
}


# A generator of our own: Perl's may change.
my $state;

sub seed { $state = $_[0] }


sub any {
    my ($n) = @_;

    $state = ($state * 1103515245 + 12345) & 0x7fffffff;
    return ($state >> 8) % $n;
}


sub garbage { return join '', map { chr any(256) } 1 .. $_[0] }


# One to four changes: bytes, words, cuts, copies.
sub mutation {
    my ($bytes) = @_;

    for (0 .. any(4)) {
        my $at = any(length $bytes);
        my $how = any(6);

        if ($how == 0) {
            substr($bytes, $at, 1) = chr any(256);
        } elsif ($how == 1) {
            substr($bytes, $at, 1) =
                chr(ord(substr $bytes, $at, 1) ^ 1 << any(8));
        } elsif ($how == 2 && $at + 4 <= length $bytes) {
            substr($bytes, $at, 4) = pack 'l>', $WORDS[any(scalar @WORDS)];
        } elsif ($how == 3) {
            substr($bytes, $at, 1 + any(8)) = '';
        } elsif ($how == 4) {
            substr($bytes, $at, 0) = garbage(1 + any(8));
        } else {
            substr($bytes, $at, 0) = substr $bytes, any(length $bytes), 16;
        }
        $bytes = "\0" if $bytes eq '';
    }
    return $bytes;
}


sub mutations {
    my ($n) = @_;
    my @messages = (echo('text'), rich(), rich(),
        call('Probe:texts')->field('list', 1)->list('string', 2)
            ->string('a')->string('b')->stop);

    return map {
        my $message = $messages[$_ % @messages];
        # A good frame around half of them, so that the inside is reached.
        $framed && $_ % 2
            ? case("mutation $_", frame(mutation($message->{bytes})))
            : case("mutation $_", mutation($message->wire), 'any', 0);
    } 1 .. $n;
}


# Messages of about `$size` bytes whose many values are small: what costs most
# for its bytes.  `times` is how much memory they may take for each byte.
sub large {
    ($framed, $strict, my $size) = @_;
    my %put = (
        'unknown bools' => ['add', 4, "\2\0\7\1"],
        'known numbers' => ['add', 4, "\x08\0\1\0\0\0\1"],
        'fields of no method' => ['nope', 4, "\x0b\0\1\0\0\0\0"],
    );
    my %list = (
        'empty structs, unknown' => ['add', 4, 9, 'struct', "\0"],
        'empty lists, unknown' => ['add', 4, 9, 'list', "\2\0\0\0\0"],
        'empty strings, known' => ['texts', 12, 1, 'string', "\0\0\0\0"],
    );
    my @cases;

    # The client looks for the end of an unframed reply by decoding it.
    delete $list{'empty strings, known'} if !$framed;
    for my $name (sort keys %put) {
        my ($method, $times, $bytes) = @{ $put{$name} };
        push @cases, case($name, call($method)
            ->put($bytes x ($size / length $bytes))->stop->wire, 'any', 1);
        $cases[-1]{times} = $times;
    }
    for my $name (sort keys %list) {
        my ($method, $times, $id, $type, $bytes) = @{ $list{$name} };
        my $n = int($size / length $bytes);
        push @cases, case($name, call($method)->field('list', $id)
            ->list($type, $n)->put($bytes x $n)->stop->wire, 'any', 1);
        $cases[-1]{times} = $times;
    }
    return @cases;
}


# All cases of a dialect.
sub cases {
    ($framed, $strict) = @_;
    seed(20260101);

    my @streams = streams(good => ping(),
        bad => call('echo')->field('list', 1)->list('i32', -5)->stop->wire,
        oneway => call('note', type => 4)->field('string', 1)->string('n')
            ->stop->wire);

    return (truncations(), bent_notes(),
        $framed ? frame_sizes(echo('text')->{bytes}) : (), depths(), counts(),
        heads(), names(), repeats(), @streams, mutations(400));
}

1;
