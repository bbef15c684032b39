package CThrift::TTHeader;

# CloudWeGo's TTHeader, a layer of CThrift::Client (see CThrift::Framed).
#
#   length u32 | 1000 | flags u16 | seqid u32 | header size u16, in words |
#   protocol u8, number of transforms u8, transforms, info, padding | payload
#
# protocol => 'compact', headers => { name => value }, ints => { number =>
# value }.  What the last reply said is in {seen}.

use strict;
use warnings;

our @ISA = 'CThrift::Framed';

my %PROTOCOL = (binary => 0, compact => 2);
use constant {
    MAGIC   => 0x1000,
    PADDING => 0x00,
    STRINGS => 0x01,
    INTS    => 0x10,
    ACL     => 0x11,
};


sub wrap {
    my ($self, $bytes, $seqid) = @_;
    my $head = pack 'CC', $PROTOCOL{ $self->{protocol} // 'binary' }, 0;

    if (my $pairs = $self->{headers}) {
        $head .= pack 'Cn(n/a*)*', STRINGS, scalar keys %$pairs, %$pairs;
    }
    if (my $ints = $self->{ints}) {
        $head .= pack 'Cn(n n/a*)*', INTS, scalar keys %$ints, %$ints;
    }
    $head .= "\0" x (-length($head) % 4);
    return pack 'N/a*', pack('n n l> n', MAGIC, $self->{flags} // 0, $seqid,
        length($head) / 4) . $head . $bytes;
}


sub unwrap {
    my ($self, $in) = @_;
    my $frame = CThrift::Framed::unwrap($self, $in) // return undef;

    die "a TTHeader frame of " . length($frame) . " bytes\n"
        if length $frame < 10;
    my ($magic, $flags, $seqid, $words) = unpack 'n n l> n', $frame;
    die sprintf "magic %04x\n", $magic if $magic != MAGIC;
    die "a header that is longer than its frame\n"
        if 10 + 4 * $words > length $frame || $words < 1;

    my ($protocol, $n, $head) = unpack 'C C a*',
        substr $frame, 10, 4 * $words;
    die "$n transforms\n" if $n;
    $self->{seen} = { flags => $flags, seqid => $seqid,
        protocol => $protocol, read_info($head) };
    return substr $frame, 10 + 4 * $words;
}


sub read_info {
    my ($head) = @_;
    my %seen = (headers => {}, ints => {});

    while (length $head) {
        (my $id, $head) = unpack 'C a*', $head;
        next if $id == PADDING;
        die "info $id\n" if $id != STRINGS && $id != INTS && $id != ACL;
        if ($id == ACL) {
            ($seen{acl}, $head) = unpack 'n/a* a*', $head;
            next;
        }
        (my $n, $head) = unpack 'n a*', $head;
        for (1 .. $n) {
            (my $name, my $value, $head) =
                unpack $id == INTS ? 'n n/a* a*' : 'n/a* n/a* a*', $head;
            die "a header that ends too soon\n" if !defined $head;
            $seen{ $id == INTS ? 'ints' : 'headers' }{$name} = $value;
        }
    }
    return %seen;
}

1;
