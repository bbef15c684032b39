package CThrift::Hostile::Header;

# What a hostile client says in THeader and TTHeader.
#
#   my @cases = CThrift::Hostile::Header::cases('THeader', zlib => 1);
#   my @large = CThrift::Hostile::Header::large(1 << 20);
#
# Cases are CThrift::Hostile's, for t/modules/probe.  They bend what stands
# around a message; what stands inside is a good one of the binary protocol,
# unless it says so.  Options: zlib, compressed; outer, in one more frame;
# framed, a length in front of the payload (TTHeader's).

use strict;
use warnings;

use CThrift::Compact;
use CThrift::Hostile qw(message garbage mutation);
use Compress::Raw::Zlib;
use Compress::Zlib ();

my %MAGIC = (THeader => 0x0fff, TTHeader => 0x1000);

# What a number of each width is tried with, beside its neighbours.
my %TRY = (
    4 => [0, 1, 65536, 0x7fffffff, 0x7ffffffe, 0x80000000, 0x80000001,
        0xffffffff],
    2 => [0, 1, 0x0fff, 0x1000, 0x7fff, 0x8000, 0xffff],
    1 => [0 .. 5, 0x10, 0x11, 0x12, 0x7f, 0x80, 0xff],
);
my %FORMAT = (1 => 'C', 2 => 'n', 4 => 'N');

# Varints that are too much for whatever they count.
my @HUGE = (
    ['2^31 - 1', "\xff\xff\xff\xff\x07"],
    ['2^31', "\x80\x80\x80\x80\x08"],
    ['2^32 - 1', "\xff\xff\xff\xff\x0f"],
    ['2^32', "\x80\x80\x80\x80\x10"],
    ['no end', "\x80" x 20],
    ['ten bytes', "\xff" x 9 . "\1"],
);


# ---- Messages, and what they come in.

sub binary {
    my ($name, $fields, %o) = @_;

    return pack('N N/a* N', 0x80010000 | ($o{type} // 1), $name, 1) . $fields;
}


sub echo { return binary('echo', pack 'C n N/a* C', 11, 1, $_[0], 0) }


# A frame of that kind; its parts can be had otherwise.
sub wrap {
    my ($kind, $o, $head, $payload) = @_;

    $head .= "\0" x (-length($head) % 4);
    $payload = pack 'N/a*', $payload if $o->{framed};
    $payload = Compress::Zlib::compress($payload) if $o->{zlib};
    my $frame = pack 'N/a*', pack('n n N n', $MAGIC{$kind}, 0, 1,
        length($head) / 4) . $head . $payload;
    return $o->{outer} ? pack 'N/a*', $frame : $frame;
}


sub start { return $_[0]{zlib} ? "\0\1\1" : "\0\0" }


# A head with a bit of everything.
sub rich {
    my ($kind, $o) = @_;

    return start($o) . "\1\2\1a\3one\0\0\2\1\1b\3two" if $kind eq 'THeader';
    return "\0\0\1" . pack('n (n/a*)4', 2, 'a', 'one', '', '')
        . "\x10" . pack('n (n n/a*)2', 2, 3, 'me', 999, 'x')
        . "\x11" . pack('n/a*', 'token');
}


sub whole { return message(@_[0, 1], $_[2] // 'any', 1) }


# ---- Groups of cases.

sub truncations {
    my ($kind, $o) = @_;
    my $wire = wrap($kind, $o, rich($kind, $o), echo('text'));
    my $body = substr $wire, 4;

    return (
        map({ message("$_ bytes", substr($wire, 0, $_), 'refused') }
            1 .. length($wire) - 1),
        map({ whole("$_ bytes in a frame of their own",
            pack('N/a*', substr $body, 0, $_), 'refused') }
            0 .. length($body) - 1),
    );
}


# Every byte, every two and every four, as if a length stood there.
sub bent {
    my ($kind, $o) = @_;
    my $wire = wrap($kind, $o, rich($kind, $o), echo('text'));
    my @cases;

    for my $size (1, 2, 4) {
        for my $at (0 .. length($wire) - $size) {
            my $is = unpack $FORMAT{$size}, substr $wire, $at, $size;
            my %seen = ($is => 1);
            my $most = 2 ** (8 * $size) - 1;
            for my $try (@{ $TRY{$size} }, $is + 1, $is - 1) {
                next if $try < 0 || $try > $most || $seen{$try}++;
                my $bytes = $wire;
                substr $bytes, $at, $size, pack $FORMAT{$size}, $try;
                # Where it is longer than what was sent, it waits.
                push @cases, message("$size at $at is $try, not $is",
                    $bytes, 'any', $at >= 8);
            }
        }
    }
    return @cases;
}


sub numbers {
    my ($o) = @_;
    my %head = (
        'the protocol'       => sub { $_[0] . "\0" },
        'transforms'         => sub { "\0$_[0]\1\1\1\1\1" },
        'a transform'        => sub { "\0\1$_[0]" },
        'the id of an info'  => sub { start($o) . $_[0] },
        'pairs'              => sub { start($o) . "\1$_[0]\1a\1b" },
        'pairs that stay'    => sub { start($o) . "\2$_[0]\1a\1b" },
        'the length of a name'  => sub { start($o) . "\1\1$_[0]a\1b" },
        'the length of a value' => sub { start($o) . "\1\1\1a$_[0]b" },
    );
    my @cases;

    for my $what (sort keys %head) {
        push @cases, map {
            whole("$what: $_->[0]",
                wrap('THeader', $o, $head{$what}->($_->[1]), echo('x')),
                $what =~ /^the id/ && $_->[0] !~ /2\^32$|end|ten/
                    ? 'ok' : 'refused')
        } @HUGE;
    }
    return @cases;
}


sub transforms {
    my @cases;

    for my $n (0 .. 5, 127) {
        my $payload = echo('x');
        $payload = Compress::Zlib::compress($payload) for 1 .. $n;
        push @cases, whole("compressed $n times",
            wrap('THeader', {}, "\0" . chr($n) . "\1" x $n, $payload),
            $n < 3 ? 'ok' : 'refused');
    }
    push @cases, whole("transform $_",
        wrap('THeader', {}, "\0\1" . chr, echo('x')), 'refused')
        for 2 .. 127;
    push @cases, whole("zlib, $_->[0]", wrap('THeader', {}, "\0\1\1", $_->[1]),
        'refused')
        for ['nothing', ''], ['no head', "\xff\xff"], ['a head', "\x78\x9c"],
        ['a dictionary', "\x78\xbb\0\0\0\1"], ['garbage', garbage(100)],
        ['a wrong sum',
            substr(Compress::Zlib::compress(echo('x')), 0, -1) . "\0"],
        ['no end', substr Compress::Zlib::compress(echo('x')), 0, -4],
        ['a rest', Compress::Zlib::compress(echo('x')) . 'x'],
        ['an empty one', Compress::Zlib::compress('')];
    return @cases;
}


sub depths {
    my ($kind, $o) = @_;

    return map {
        my $fields = "\x0c\0\x63" x $_ . "\0" x $_ . "\0";
        whole("$_ levels", wrap($kind, $o, start($o),
            binary('nothing', $fields)), $_ <= 64 ? 'ok' : 'refused')
    } 62, 63, 64, 66, 100, 100_000;
}


# Headers enough for the caps, and one more.
sub headers {
    my ($kind, $o) = @_;

    if ($kind eq 'TTHeader') {
        return map {
            my ($id, $pair, $n) = @$_;
            my $head = "\0\0" . pack('C n', $id, $n) . $pair x $n;
            whole("$n of info $id", wrap($kind, $o, $head, echo('x')),
                $n <= 256 ? 'ok' : 'refused')
        } map { ([1, "\0\0\0\0", $_], [0x10, "\0\7\0\0", $_]) }
            255 .. 257, 10_000;
    }
    my @names = map { pack 'C/a* C', "n$_", 0 } 0 .. 64;
    return (
        map({ whole("$_ headers", wrap($kind, $o, start($o) . "\1"
            . CThrift::Compact::varint($_) . "\0\0" x $_, echo('x')),
            $_ <= 256 ? 'ok' : 'refused') } 255 .. 257, 10_000),
        map({ whole("$_ that stay", wrap($kind, $o, start($o) . "\2" . chr($_)
            . join('', @names[0 .. $_ - 1]), echo('x')),
            $_ <= 64 ? 'ok' : 'refused') } 63 .. 65),
        whole('a thousand changes of what stays', join('', map {
            wrap($kind, $o, start($o) . "\2\1\1k" . pack('C/a*', "v$_"),
                echo('x')) } 1 .. 1000), 'ok'),
    );
}


sub streams {
    my ($kind, $o) = @_;
    my $say = sub { wrap($kind, $o, start($o), $_[0]) };

    return CThrift::Hostile::streams(
        good   => $say->(echo('good')),
        bad    => $say->(binary('echo', "\x0f\0\1\x08\xff\xff\xff\xff\0")),
        oneway => $say->(binary('note', pack('C n N/a* C', 11, 1, 'n', 0),
            type => 4)));
}


# Half of them with a length that is right.
sub mutations {
    my ($kind, $o, $n) = @_;
    my $wire = wrap($kind, $o, rich($kind, $o), echo('text'));

    return map {
        $_ % 2 ? whole("mutation $_", pack 'N/a*', mutation(substr $wire, 4))
            : message("mutation $_", mutation($wire))
    } 1 .. $n;
}


# All of one kind.
sub cases {
    my ($kind, %o) = @_;

    CThrift::Hostile::seed(20260102);
    return (truncations($kind, \%o), bent($kind, \%o),
        $kind eq 'THeader' ? (numbers(\%o), transforms()) : (),
        depths($kind, \%o), headers($kind, \%o), streams($kind, \%o),
        mutations($kind, \%o, 300));
}


# ---- What is much larger than it seems.

# `$times` MB of blanks.  Behind a full flush the same bytes mean the same
# again, so no gigabyte has to be compressed here.
sub bomb {
    my ($times) = @_;
    my ($z) = Compress::Raw::Zlib::Deflate->new(-Level => 9);
    my $flushed = sub {
        my $out = '';
        $z->deflate($_[0], $out);
        $z->flush($out, Z_FULL_FLUSH);
        return $out;
    };
    my $first = $flushed->(' ');
    $flushed->(' ' x (1 << 20));
    return $first . $flushed->(' ' x (1 << 20)) x $times;
}


# `times` is how much memory a byte may take: two bodies of max_frame_size,
# which is the default's, and what a large frame takes by itself.
sub large {
    my $bomb = bomb(1024);
    my @cases = (
        whole('a gigabyte', wrap('THeader', {}, "\0\1\1", $bomb), 'refused'),
        whole('a gigabyte, twice compressed', wrap('THeader', {}, "\0\2\1\1",
            Compress::Zlib::compress($bomb)), 'refused'),
        whole('a frame of heads', join('', map {
            wrap('THeader', {}, "\0\0\2\1\1k" . "\xe0\xd4\3" . 'x' x 60000,
                echo('x')) } 1 .. 60), 'ok'),
        whole('a frame of numbers', join('', map {
            wrap('TTHeader', {}, "\0\0\x10" . pack('n', 256)
                . "\xff\xff\0\0" x 256, echo('x')) } 1 .. 2000), 'ok'),
    );

    $_->{times} = 2 * 20 * 1048576 / length($_->{bytes}) + 8 for @cases;
    return @cases;
}

1;
