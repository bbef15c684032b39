package CThrift::Hostile::Heads;

# What a hostile client puts behind and around the heads of THeader and
# TTHeader, beside what CThrift::Hostile::Header puts into them.
#
#   my @cases = CThrift::Hostile::Heads::cases('header');
#   my @cases = CThrift::Hostile::Heads::cases('ttheader');
#
# Cases stand as they go over the wire: frames in frames, payloads of other
# protocols than the head says, names and values that are no text, heads among
# messages without.

use strict;
use warnings;

use Compress::Zlib ();
use CThrift::Client;
use CThrift::Hostile qw(message garbage any mutation);
use CThrift::Hostile::Compact;

our @ISA = 'CThrift::Hostile::Compact';

sub varint { return CThrift::Hostile::Compact::varint($_[0]) }

# ---- Frames, with notes as of the compact protocol's messages.

# The parts of a THeader: protocol, [transform, ...], [[info, [name, value],
# ...], ...], payload; `head` stands in front of the padding as it is.
sub theader {
    my (%o) = @_;
    my @transforms = @{ $o{transforms} // [] };
    my $self = __PACKAGE__->new;

    $self->put("\x0f\xff", 'magic', '0fff');
    $self->put(pack('n', $o{flags} // 0), 'flags', 0);
    $self->put(pack('N', 7), 'seqid', 7);
    my $words = length $self->bytes;
    $self->put("\0\0", 'words', 0);
    $self->put(varint($o{protocol} // 0), 'protocol', 0);
    $self->put(varint(scalar @transforms), 'count', scalar @transforms);
    $self->put(varint($_), 'transform', $_) for @transforms;
    for my $info (@{ $o{infos} // [] }) {
        my ($id, @pairs) = @$info;
        $self->put(varint($id), 'info', $id);
        $self->put(varint(scalar @pairs), 'count', scalar @pairs);
        for my $text (map { @$_ } @pairs) {
            $self->put(varint(length $text), 'length', length $text);
            $self->put($text);
        }
    }
    return $self->closed($words, $o{head} // '', $o{payload} // payload());
}


# The same of a TTHeader, whose numbers have one byte or two.
sub ttheader {
    my (%o) = @_;
    my @transforms = @{ $o{transforms} // [] };
    my $self = __PACKAGE__->new;

    $self->put("\x10\0", 'magic', '1000');
    $self->put(pack('n', $o{flags} // 0), 'flags', 0);
    $self->put(pack('N', 7), 'seqid', 7);
    my $words = length $self->bytes;
    $self->put("\0\0", 'words', 0);
    $self->put(chr($o{protocol} // 0), 'byte', 0);
    $self->put(chr scalar @transforms, 'byte', scalar @transforms);
    $self->put(chr, 'byte', $_) for @transforms;
    for my $info (@{ $o{infos} // [] }) {
        my ($id, @pairs) = @$info;
        $self->put(chr $id, 'byte', $id);
        $self->short('count', scalar @pairs) if $id != 0x11;
        for my $pair (@pairs) {
            my ($key, @texts) = @$pair;
            $id == 0x10 ? $self->short('key', $key) : unshift @texts, $key;
            $self->short('length', length $_)->put($_) for @texts;
        }
    }
    return $self->closed($words, $o{head} // '', $o{payload} // payload());
}


sub short { return $_[0]->put(pack('n', $_[2]), $_[1], $_[2]) }


# Pads the head, says how long it is, and puts the payload behind.
sub closed {
    my ($self, $words, $head, $payload) = @_;

    $self->put($head);
    my $size = length($self->bytes) - $words - 2;
    $self->put("\0" x (-$size % 4));
    substr($self->{bytes}, $words, 2) =
        pack 'n', (length($self->bytes) - $words - 2) / 4;
    $self->{head_end} = length $self->bytes;
    return $self->put($payload);
}


# A call of "echo" in binary.
sub payload {
    return CThrift::Client::message('echo', 1, 7, [[1, ['string', 'hi']]], 1);
}


sub frame { return CThrift::Hostile::frame($_[0]) }

sub zlib { return Compress::Zlib::compress($_[0]) }

# A stream that begins with some bytes and goes on with so many MB of others,
# deflated once: each MB is a piece that knows nothing of those before it.
sub bomb {
    my ($mb, $first, $fill) = @_;
    my ($deflate) = Compress::Zlib::deflateInit();
    my $full = Compress::Zlib::Z_FULL_FLUSH();
    my ($head) = $deflate->deflate($first // '');

    $fill //= "\0";
    $head .= $deflate->flush($full);
    my ($piece) = $deflate->deflate($fill x ((1 << 20) / length $fill));
    $piece .= $deflate->flush($full);
    return $head . $piece x $mb;
}


# ---- Groups of cases.

# With all that a head can have.
sub rich {
    my ($kind) = @_;

    return $kind eq 'header'
        ? theader(transforms => [0], infos => [
            [1, ['trace', 'abc'], ['', ''], ['a' x 200, 'b']],
            [2, ['tenant', 'x' x 20]]])
        : ttheader(infos => [[1, ['trace', 'abc'], ['', '']],
            [0x10, [9, 'echo'], [999, '']], [0x11, ['token']]]);
}


sub plain {
    my ($kind, %o) = @_;

    return $kind eq 'header' ? theader(%o) : ttheader(%o);
}


# Frames in frames, each with another length.
sub frames {
    my ($kind) = @_;
    my $good = plain($kind)->bytes;
    my $n = length $good;
    my @cases;

    push @cases, message('in a frame', frame(frame($good)), 'ok', 1);
    push @cases, message("in $_ frames", nested($good, $_), 'any',
        1) for 3 .. 6, 100;
    for my $off (-5 .. -1, 1 .. 5, -$n, 1000, -$n - 4) {
        push @cases, message("an inner length off by $off",
            frame(pack('N', ($n + $off) & 0xffffffff) . $good), 'any', 1);
        push @cases, message("an outer length off by $off",
            pack('N', ($n + 4 + $off) & 0xffffffff) . frame($good), 'any', 0);
    }
    push @cases, message("a frame of $_", pack('N', $_ & 0xffffffff) . $good,
        'any', 0) for 0, 1, 2, 9, 10, 11, $n - 1, $n + 1, -1, -2147483648,
        2147483647, 16777216, 16777217, 0x40000000;
    push @cases, message("bytes behind: $_", frame($good . "\xff" x $_),
        'any', 1) for 1, 4, 100;
    return @cases;
}


sub nested {
    my ($bytes, $times) = @_;

    $bytes = frame($bytes) for 1 .. $times;
    return $bytes;
}


# Messages of other protocols, and bad ones, behind a good head.
sub payloads {
    my ($kind) = @_;
    my @messages = CThrift::Hostile::Compact::messages();
    my @cases;

    # Every thirtieth is enough: t/hostile-protocols.t has them all.
    for my $i (grep { $_ % 30 == 0 } 0 .. $#messages) {
        my $case = $messages[$i];
        push @cases, message("compact: $case->{name}", frame(plain($kind,
            protocol => 2, payload => $case->{bytes})->bytes),
            $case->{expect}, 1);
    }
    for my $protocol (0 .. 4, 127) {
        push @cases, message("$_->[0] as protocol $protocol",
            frame(plain($kind, protocol => $protocol,
                payload => $_->[1])->bytes), 'any', 1)
            for ['nothing', ''], ['zeros', "\0" x 50], ['garbage',
            garbage(50)], ['JSON', '[1,"ping",1,7,{}]'], ['binary', payload()],
            ['compact', "\x82\x21\7\4ping\0"], ['a frame', frame(payload())],
            ['itself', frame(plain($kind)->bytes)],
            ['HTTP', "POST / HTTP/1.1\r\n\r\n"], ['zlib', zlib(payload())];
    }
    return @cases;
}


# Payloads that say they are deflated.
sub transforms {
    my $good = payload();
    my $zlib = zlib($good);
    my @cases;
    my $add = sub {
        my ($name, $payload, $expect, @ids) = @_;
        push @cases, message($name, frame(theader(
            transforms => @ids ? \@ids : [1], payload => $payload)->bytes),
            $expect, 1);
    };

    $add->('deflated', $zlib, 'ok');
    $add->('deflated twice', zlib($zlib), 'ok', 1, 1);
    $add->('deflated, and nothing', $zlib, 'ok', 0, 1, 0);
    $add->("deflated $_ times", $zlib, 'refused', (1) x $_)
        for 3, 4, 100, 1000;
    $add->("nothing done $_ times", $good, 'any', (0) x $_)
        for 1, 100, 60_000;
    $add->("transform $_", $good, 'refused', $_) for 2 .. 6, 128, 4294967295;
    $add->("zlib and transform $_", $zlib, 'refused', 1, $_) for 2, 3, 255;
    $add->('not deflated', $good, 'refused');
    $add->('nothing', '', 'refused');
    $add->("$_ of the stream", substr($zlib, 0, $_), 'any')
        for 0 .. length($zlib) - 1;
    $add->("$_ bytes behind the stream", $zlib . 'x' x $_, 'any')
        for 1, 2, 100;
    $add->('two streams', $zlib x 2, 'any');
    $add->('an empty stream', zlib(''), 'refused');
    for my $at (0 .. length($zlib) - 1) {
        for my $bit (0x01, 0x80) {
            my $copy = $zlib;
            substr($copy, $at, 1) = chr(ord(substr $copy, $at, 1) ^ $bit);
            $add->("byte $at of the stream bent by $bit", $copy, 'any');
        }
    }
    $add->('a bomb of 64 MB', bomb(64), 'refused');
    $add->('a bomb in a bomb', zlib(bomb(64)), 'refused', 1, 1);
    return @cases;
}


# Many headers, large ones, and names that are none.
sub headers {
    my ($kind) = @_;
    my @cases;
    my $add = sub {
        my ($name, $expect, @pairs) = @_;
        for my $id ($kind eq 'header' ? (1, 2) : (1)) {
            push @cases, message("info $id: $name", frame(plain($kind,
                infos => [[$id, @pairs]])->bytes), $expect, 1);
        }
    };

    $add->("$_ headers", 'any', map { ["n$_", 'v'] } 1 .. $_)
        for 63, 64, 65, 255, 256, 257, 5000;
    $add->("$_ times the same name", 'any', (['a', 'b']) x $_)
        for 64, 65, 256, 257;
    $add->("a value of $_", 'any', ['a', 'x' x $_])
        for 0, 127, 128, 16384, 65000, 65535;
    $add->("a name of $_", 'any', ['x' x $_, 'v']) for 0, 65000;
    $add->("a name of $_->[0]", 'any', [$_->[1], $_->[1]])
        for CThrift::Hostile::bad_texts(),
        grep { length $_->[1] < 60_000 } CThrift::Hostile::bad_names();
    push @cases, message("padding of $_", frame(plain($kind,
        head => "\0" x $_)->bytes), 'any', 1) for 1, 4, 1000, 65_000;
    push @cases, message('padding of ' . unpack('H*', $_), frame(plain($kind,
        head => $_)->bytes), 'any', 1) for "\xff", "\3", "\0\1", "\x80",
        "\x80" x 20, "\x7f\0\0";
    # The same and others on one connection, for as long as it takes.
    push @cases, message("$_ messages, each with another header that stays",
        join('', map { frame(plain($kind, infos => [[$kind eq 'header' ? 2 : 1,
            ["name$_", 'x' x 300]]])->bytes) } 1 .. $_), 'any', 0)
        for 50, 64, 65, 300;
    return @cases;
}


# With and without a head, one after the other.
sub mixes {
    my ($kind) = @_;
    my $head = frame(plain($kind)->bytes);
    my $framed = frame(payload());
    my @parts = ($head, $framed, frame("\x82\x21\7\4ping\0"),
        frame('[1,"ping",1,7,{}]'), payload(), frame(theader()->bytes),
        frame(ttheader()->bytes), garbage(20),
        "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    my @cases;

    for my $i (0 .. $#parts) {
        push @cases, message("a head, then part $i", $head . $parts[$i]);
        push @cases, message("part $i, then a head", $parts[$i] . $head);
    }
    return @cases;
}


sub mutations {
    my ($kind, $n) = @_;
    my @heads = map { $_->bytes } plain($kind), rich($kind);

    push @heads, theader(transforms => [1], payload => zlib(payload()))->bytes
        if $kind eq 'header';
    return map {
        my $head = $heads[$_ % @heads];
        $_ % 3 ? message("mutation $_", frame(mutation($head)), 'any', 1)
            : message("mutation $_", mutation(frame($head)));
    } 1 .. $n;
}


sub cases {
    my ($kind) = @_;
    my $good = plain($kind, payload => CThrift::Client::message(
        'PingService:ping', 1, 7, [], 1))->bytes;
    my $note = plain($kind, payload => CThrift::Client::message('note', 4, 7,
        [[1, ['string', 'n']]], 1))->bytes;
    my $bad = plain($kind, payload => CThrift::Client::message('echo', 1, 7,
        [], 1) . 'x')->bytes;

    CThrift::Hostile::seed(20260104);
    return (frames($kind), payloads($kind),
        $kind eq 'header' ? transforms() : (), headers($kind), mixes($kind),
        mutations($kind, 100),
        CThrift::Hostile::streams(good => frame($good), bad => frame($bad),
            oneway => frame($note)));
}


1;
