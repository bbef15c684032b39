package CThrift::Header;

# THeader, a layer of CThrift::Client (see CThrift::Framed).
#
#   length i32 | 0FFF | flags u16 | seqid i32 | header size u16, in words |
#   protocol, number of transforms, transforms, info headers, padding | payload
#
# protocol => 'compact', zlib => 1, headers => { name => value } (of each
# message), sticky => { name => value } (of the connection, sent once).  What
# the last reply said is in {seen}.

use strict;
use warnings;

use Compress::Zlib ();

our @ISA = 'CThrift::Framed';

my %PROTOCOL = (binary => 0, json => 1, compact => 2);
use constant {
    MAGIC    => 0x0fff,
    ZLIB     => 1,
    KEYS     => 1,
    STICKIES => 2,
};


sub varint {
    my ($n) = @_;

    return $n < 128 ? chr $n : chr($n & 127 | 128) . varint($n >> 7);
}


sub bytes_of { return varint(length $_[0]) . $_[0] }


sub info {
    my ($id, $pairs) = @_;
    my @names = sort keys %{ $pairs // {} };

    return '' if !@names;
    return join '', varint($id), varint(scalar @names),
        map { bytes_of($_) . bytes_of($pairs->{$_}) } @names;
}


sub wrap {
    my ($self, $bytes, $seqid) = @_;
    my $head = varint($PROTOCOL{ $self->{protocol} // 'binary' });

    $head .= $self->{zlib} ? varint(1) . varint(ZLIB) : varint(0);
    $head .= info(KEYS, $self->{headers});
    $head .= info(STICKIES, delete $self->{sticky});
    $head .= "\0" x (-length($head) % 4);
    $bytes = Compress::Zlib::compress($bytes) if $self->{zlib};
    return pack 'N/a*', pack('n n l> n', MAGIC, $self->{flags} // 0, $seqid,
        length($head) / 4) . $head . $bytes;
}


sub unwrap {
    my ($self, $in) = @_;
    my $frame = CThrift::Framed::unwrap($self, $in) // return undef;

    die "a header frame of " . length($frame) . " bytes\n"
        if length $frame < 10;
    my ($magic, $flags, $seqid, $words) = unpack 'n n l> n', $frame;
    die sprintf "magic %04x\n", $magic if $magic != MAGIC;
    die "a header that is longer than its frame\n"
        if 10 + 4 * $words > length $frame;
    my $payload = substr $frame, 10 + 4 * $words;

    my %seen = (flags => $flags, seqid => $seqid, headers => {});
    read_head(substr($frame, 10, 4 * $words), \%seen);
    for my $transform (reverse @{ $seen{transforms} }) {
        die "transform $transform\n" if $transform != ZLIB;
        $payload = Compress::Zlib::uncompress($payload)
            // die "a payload that is not zlib's\n";
    }
    $self->{seen} = \%seen;
    return $payload;
}


# The protocol's id, the transforms, the info headers, and zeros.
sub read_head {
    my ($head, $seen) = @_;
    my $number = sub {
        my ($n, $shift) = (0, 0);
        while (1) {
            die "a header that ends too soon\n" if !length $head;
            my $byte = ord substr $head, 0, 1, '';
            $n |= ($byte & 127) << $shift;
            return $n if $byte < 128;
            $shift += 7;
        }
    };
    my $text = sub {
        my $n = $number->();
        die "a header that ends too soon\n" if $n > length $head;
        return substr $head, 0, $n, '';
    };

    $seen->{protocol} = $number->();
    $seen->{transforms} = [map { $number->() } 1 .. $number->()];
    while (length $head && $head =~ /^[^\0]/) {
        my $id = $number->();
        die "info header $id\n" if $id != KEYS && $id != STICKIES;
        for (1 .. $number->()) {
            my $name = $text->();
            $seen->{headers}{$name} = $text->();
        }
    }
    die "padding that is not zero\n" if $head =~ /[^\0]/;
    die "more padding than needed\n" if length $head > 3;
}

1;
