package CThrift::Hostile::Zlib;

# What a hostile client says in the zlib transport.
#
#   my @cases = CThrift::Hostile::Zlib::cases();
#   my @large = CThrift::Hostile::Zlib::large(4_000_000, 4096);
#
# Streams that zlib would not write, and what else could be in one.

use strict;
use warnings;

use Compress::Zlib ();
use CThrift::Client;
use CThrift::Hostile qw(message garbage any mutation);
use CThrift::Hostile::Compact;
use CThrift::Hostile::Heads;
use CThrift::Hostile::Http;
use CThrift::Hostile::JSON;

my $CALL = CThrift::Client::message('PingService:ping', 1, 7, [], 1);
my $JSON = '[1,"PingService:ping",1,7,{}]';


# The bytes as a stream that goes on: flushed with `flush`, made with the rest.
sub stream {
    my ($bytes, %o) = @_;
    my $flush = delete $o{flush} // Compress::Zlib::Z_SYNC_FLUSH();
    my ($deflate) = Compress::Zlib::deflateInit(%o);
    my ($out) = $deflate->deflate($bytes);

    return $out . $deflate->flush($flush);
}


# The head of a stream, and a block that holds the bytes as they are.
sub stored {
    my ($bytes, %o) = @_;
    my $n = length $bytes;

    return chr($o{kind} // 0) . pack('v v', $n, $o{not} // ~$n & 65535)
        . $bytes;
}


sub streams {
    my @cases;

    for my $level (0 .. 9) {
        push @cases, message("level $level", stream($CALL x 20,
            -Level => $level), 'ok', 1);
    }
    for my $bits (9 .. 15) {
        push @cases, message("a window of $bits bits", stream($CALL x 20,
            -WindowBits => $bits), 'any', 0);
    }
    push @cases, message("strategy $_", stream($CALL x 20, -Strategy => $_),
        'ok', 1) for 0 .. 4;
    push @cases, message("flush $_", stream($CALL, flush => $_), 'any', 0)
        for 0 .. 5;
    push @cases, message('a raw stream', stream($CALL, -WindowBits => -15),
        'any', 0);
    push @cases, message('gzip', Compress::Zlib::memGzip($CALL), 'any', 0);
    push @cases, message('a dictionary', "\x78\xbb\0\0\0\1" . 'x' x 50, 'any',
        0);
    push @cases, message(sprintf('a head of %02x%02x', @$_),
        pack('CC', @$_) . substr(stream($CALL), 2), 'any', 0)
        for map({ my $x = $_; map { [$x, $_] } 0x01, 0x5e, 0x9c, 0xda, 0x9d,
            0x20, 0xff } 0x78, 0x08, 0x79, 0x88, 0xf8);
    return @cases;
}


sub truncations {
    my @cases;

    for my $stream (stream($CALL), stream($JSON x 3),
        stream($CALL, -Level => 0))
    {
        push @cases, map {
            message("$_ of " . length($stream), substr($stream, 0, $_))
        } 1 .. length($stream) - 1;
        for my $at (0 .. length($stream) - 1) {
            for my $by (0x01, 0x10, 0x80, 0xff) {
                my $copy = $stream;
                substr($copy, $at, 1) = chr(ord(substr $copy, $at, 1) ^ $by);
                push @cases, message("byte $at bent by $by", $copy);
            }
        }
    }
    return @cases;
}


# Blocks by hand.
sub blocks {
    my $head = "\x78\x9c";
    my @cases;
    my $add = sub {
        my ($name, $bytes, $expect, $whole) = @_;
        push @cases, message($name, "$head$bytes", $expect, $whole);
    };

    $add->('a stored block', stored($CALL), 'ok', 1);
    $add->('a byte to each block', join('', map { stored($_) } split //,
        $CALL), 'ok', 1);
    $add->("a length whose complement is $_", stored($CALL, not => $_))
        for 0, 1, 65535, length $CALL;
    $add->("a block of kind $_", stored($CALL, kind => $_)) for 1 .. 7;
    $add->("a block of kind $_ and zeros", chr($_) . "\0" x 50) for 0 .. 7;
    $add->("a block of kind $_ and ones", chr($_) . "\xff" x 50) for 0 .. 7;
    $add->("$_ empty blocks", stored('') x $_) for 1, 10, 10_000;
    $add->('empty blocks and a call', stored('') x 1000 . stored($CALL), 'ok',
        1);
    $add->('a distance before the beginning', "\x4b\x04\xa2\x00" . "\xaa" x 20);
    # The last block, its sum, and what comes behind.
    my $whole = Compress::Zlib::compress($CALL);
    push @cases, message('a stream that ends', $whole, 'any', 1);
    push @cases, message("a stream that ends, and $_->[0]", $whole . $_->[1])
        for ['another', $whole], ['a call', $CALL], ['garbage', garbage(50)],
        ['zeros', "\0" x 50], ['a stream that does not', stream($CALL)];
    for my $at (1 .. 4) {
        my $copy = $whole;
        substr($copy, -$at, 1) = chr(ord(substr $copy, -$at, 1) ^ 1);
        push @cases, message("a sum that is wrong, $at from the end", $copy);
    }
    return @cases;
}


# Other dialects, good and bad, in a stream; and all of it again.
sub insides {
    my @cases;
    my @compact = CThrift::Hostile::Compact::messages();
    my @json = CThrift::Hostile::JSON::messages();
    my @others = (CThrift::Hostile::Heads::cases('header'),
        CThrift::Hostile::Heads::cases('ttheader'),
        CThrift::Hostile::Http::cases());
    my $add = sub {
        my ($every, $name, @messages) = @_;
        for my $i (grep { $_ % $every == 0 } 0 .. $#messages) {
            my $case = $messages[$i];
            push @cases, { %$case, name => "$name: $case->{name}",
                bytes => stream($case->{bytes}) };
        }
    };

    $add->(40, 'compact', CThrift::Hostile::bare(@compact));
    $add->(40, 'framed compact', CThrift::Hostile::framed(@compact));
    $add->(40, 'JSON', CThrift::Hostile::bare(@json));
    $add->(40, 'framed JSON', CThrift::Hostile::framed(@json));
    $add->(40, 'another', @others);
    push @cases, message("a stream of $_->[0]", stream($_->[1]), $_->[2], 0)
        for ['garbage', garbage(100), 'any'], ['a stream', stream($CALL),
        'refused'], ['TLS', "\x16\3\1\0\5hello", 'refused'],
        ['nothing', '', 'refused'], ['a newline', "\n", 'refused'],
        ['four zeros', "\0\0\0\0", 'refused'];
    return @cases;
}


sub mutations {
    my ($n) = @_;
    my @whole = (stream($CALL x 3), stream($JSON x 3, -Level => 1),
        stream(CThrift::Hostile::frame($CALL)), "\x78\x9c" . stored($CALL));

    return map {
        $_ % 2 ? message("mutation $_", mutation($whole[$_ % @whole]))
            : message("mutation inside $_", stream(mutation($CALL)))
    } 1 .. $n;
}


sub cases {
    CThrift::Hostile::seed(20260106);
    return (streams(), truncations(), blocks(), insides(), mutations(400),
        message('a hundred good ones', stream($CALL x 100), 'ok', 1),
        message('oneway alone', stream(CThrift::Client::message('note', 4, 7,
            [[1, ['string', 'n']]], 1)), 'none', 0));
}


# One at a time.  No message may be larger than `$cap_kb`.
sub large {
    my ($size, $cap_kb) = @_;
    my $add = sub {
        my ($name, $bytes, %o) = @_;
        return { times => 4, may_kb => 4 * $cap_kb,
            %{ message($name, $bytes, 'any', 0) }, %o };
    };

    my $bomb = sub {
        my ($name, $first, $fill, $mb) = @_;
        return $add->("a bomb: $name",
            CThrift::Hostile::Heads::bomb($mb // 64, $first, $fill));
    };
    my $note = CThrift::Client::message('note', 4, 7,
        [[1, ['string', 'n' x 33]]], 1);

    return (
        $bomb->('1 GiB in a frame', "\0\x3f\0\0\x80\1\0\1", "\0", 1024),
        $bomb->('1 GiB of space', '[', ' ', 1024),
        $bomb->('a frame over the cap', "\x7f\0\0\0\x80\1\0\1", "\0"),
        $bomb->('a string', "\x80\1\0\1\0\0\0\4echo\0\0\0\7"
            . "\x0b\0\1\3\0\0\0", 'x'),
        $bomb->('brackets', '[', '['),
        $bomb->('compact lists', "\x82\x21\7\4echo", "\x19"),
        $bomb->('a line of HTTP', "POST / HTTP/1.1\r\nx: ", 'x'),
        $bomb->('zeros', '', "\0"),
        $bomb->('oneway calls', '', $note, 4),
        $add->('empty blocks', "\x78\x9c" . stored('') x ($size / 5)),
        $add->('blocks of a byte', "\x78\x9c" . stored(' ') x ($size / 6)),
    );
}

1;
