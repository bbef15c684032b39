package CThrift::Answer;

# Replies as they come off a connection, whatever dialect they speak.
#
#   my $answer = CThrift::Answer->new;
#   my $reply = $answer->take(\$in);
#   # { dialect => 'framed compact', type => 2, name => 'ping' }
#
# Takes the first message out of the string and says what it was; undef where
# it is not whole, and takes nothing then; dies where no message begins so.
# A dialect is known by the first bytes, as a server knows it: who bends the
# first bytes of a call may be answered in another dialect.  The answers of
# HTTP that are no messages are replies of type 2 (200) and 3 (all others);
# `bodiless` is for the answer to a HEAD.
#
# Every byte is looked at: a reply that cannot be decoded to its end, or that
# leaves something over in its frame, is none.  Where the connection is zlib's
# the bytes go into {inner} first; is_clean says that none are left anywhere.

use strict;
use warnings;

use Compress::Zlib ();
use CThrift::Client;
use JSON::PP;


sub new {
    my ($class, %self) = @_;

    return bless { inner => '', %self }, $class;
}


# ---- Compact: passed over value by value.

my @SIZE = (undef, 0, 0, 1, undef, undef, undef, 8, undef, undef, undef,
    undef, undef, 16);

sub byte { return unpack 'C', CThrift::Client::take($_[0], 1) }

sub varint {
    my ($in) = @_;
    my ($value, $shift) = (0, 0);

    while ($shift < 70) {
        my $byte = byte($in);
        $value |= ($byte & 0x7f) << $shift;
        return $value if $byte < 0x80;
        $shift += 7;
    }
    die "a varint without end\n";
}


sub skip_items {
    my ($in, $n, @types) = @_;

    for (1 .. $n) {
        for my $type (@types) {
            # A bool has no byte of its own as a field only.
            $type <= 2 ? byte($in) : skip($in, $type);
        }
    }
}


sub skip {
    my ($in, $type) = @_;

    if (defined $SIZE[$type]) {
        CThrift::Client::take($in, $SIZE[$type]);
    } elsif ($type >= 4 && $type <= 6) {
        varint($in);
    } elsif ($type == 8) {
        CThrift::Client::take($in, varint($in));
    } elsif ($type == 9 || $type == 10) {
        my $head = byte($in);
        my $n = $head >> 4 == 15 ? varint($in) : $head >> 4;
        skip_items($in, $n, $head & 15);
    } elsif ($type == 11) {
        my $n = varint($in);
        my $types = $n > 0 ? byte($in) : 0;
        skip_items($in, $n, $types >> 4, $types & 15);
    } elsif ($type == 12) {
        skip_fields($in);
    } else {
        die "a compact value of type $type\n";
    }
}


sub skip_fields {
    my ($in) = @_;

    while ((my $head = byte($in)) != 0) {
        varint($in) if $head >> 4 == 0;
        skip($in, $head & 15);
    }
}


sub take_compact {
    my ($in) = @_;
    my ($id, $kind) = (byte($in), byte($in));

    die sprintf "a compact head of %02x %02x\n", $id, $kind
        if $id != 0x82 || ($kind & 0x1f) != 1;
    varint($in);
    my $name = CThrift::Client::take($in, varint($in));
    skip_fields($in);
    return { protocol => 'compact', type => $kind >> 5, name => $name };
}


# ---- JSON: to the bracket that closes the first one.

# Behind the quote that ends a string.  (One expression for all of it would
# reach a limit of Perl's where there are many escapes.)
sub pass_string {
    my ($in) = @_;

    while ($$in =~ /\G[^"\\]*(?:(")|\\.)/gcs) {
        return if defined $1;
    }
    die "short\n";
}


sub take_json {
    my ($in) = @_;
    my $start = pos($$in) // 0;
    my $depth = 0;

    do {
        $$in =~ /\G[^\[\]{}"]*(?:([\[{])|[\]}]|("))/gc or die "short\n";
        if (defined $2) {
            pass_string($in);
        } else {
            $depth += defined $1 ? 1 : -1;
        }
    } while ($depth > 0);

    my $text = substr $$in, $start, pos($$in) - $start;
    my $message = JSON::PP->new->utf8->decode($text);
    die "a JSON reply of @$message\n" if @$message != 5 || $message->[0] != 1;
    return { protocol => 'JSON', type => $message->[2],
        name => $message->[1] };
}


# ---- A message, and what it comes in.

sub take_binary {
    my ($in) = @_;
    my $message = CThrift::Client::decode_message($in);

    return { %$message, protocol => 'binary' };
}


# One without a frame, from pos() on.
sub take_bare {
    my ($in) = @_;
    my $first = substr $$in, pos($$in) // 0, 1;

    die "short\n" if $first eq '';
    return take_compact($in) if $first eq "\x82";
    return take_json($in)    if $first eq '[';
    return take_binary($in)  if $first eq "\x80";
    die sprintf "a reply that begins with %02x\n", ord $first;
}


# All of it must be a message.
sub take_whole {
    my ($body) = @_;
    my $reply = eval { take_bare(\$body) };

    die $@ eq "short\n" ? "a message that is cut short\n" : $@ if !$reply;
    die "bytes behind the message in its frame\n"
        if pos($body) != length $body;
    return $reply;
}


sub is_frame {
    my ($bytes) = @_;

    return length $bytes > 4 && unpack('N', $bytes) == length($bytes) - 4;
}


# THeader or TTHeader; of both a reply says no more than its protocol and
# whether it is compressed.
sub take_header {
    my ($body) = @_;
    my ($magic, $words, $rest) = unpack 'n x2 x4 n a*', $body;

    die "a head behind the end of its frame\n" if length $rest < 4 * $words;
    my $head = substr $rest, 0, 4 * $words, '';
    my ($n, $zeros) = $head =~ /^[\0\x02\x03](?:(\x01\x01)|\0)(\0*)\z/
        or die "a head of more than it should say\n";
    die "more padding than needed\n" if length $zeros > 3;
    if ($n) {
        $rest = Compress::Zlib::uncompress($rest)
            // die "a payload that is not zlib's\n";
    }
    $rest = substr $rest, 4 if $magic == 0x1000 && is_frame($rest);
    return { %{ take_whole($rest) },
        wrapped => $magic == 0x1000 ? 'TTHeader' : 'THeader' };
}


sub take_framed {
    my ($in) = @_;
    my $body = CThrift::Client::take($in, CThrift::Client::size($in));

    $body = substr $body, 4
        if is_frame($body) && $body =~ /^.{4}(?:\x0f\xff|\x10\0)/s;
    return take_header($body) if $body =~ /^(?:\x0f\xff|\x10\0)/;
    return { %{ take_whole($body) }, wrapped => 'framed' };
}


# ---- HTTP.

sub take_http {
    my ($self, $in) = @_;
    my $from = pos($$in) // 0;

    $$in =~ /\G(HTTP\/1\.1 (\d\d\d) [^\r\n]+\r\n)((?:[^\r\n]+\r\n)*)\r\n/gc
        or die length($$in) > 8192 ? "a head without end\n" : "short\n";
    my ($status, $fields) = ($2, $3);
    return take_http($self, $in) if $status == 100;

    my ($n) = $fields =~ /^Content-Length: (\d+)\r$/m
        or die "no Content-Length\n";
    my $body = $self->{bodiless} ? '' : CThrift::Client::take($in, $n);
    my %reply = (type => $status == 200 ? 2 : 3, protocol => 'none',
        name => $status, wrapped => 'HTTP');
    return \%reply
        if $body eq '' || $fields !~ /^Content-Type: application\//m;
    my $inner = $body =~ /^\0/ ? take_framed(\$body) : take_whole($body);
    return { %$inner, wrapped => 'HTTP' };
}


# ---- All of them.

# A frame's length begins with a zero, for it is below 16 MiB.
sub take_plain {
    my ($self, $in) = @_;

    pos($$in) = 0;
    my $reply = eval {
        $$in =~ /^\0/ ? take_framed($in)
            : $$in =~ /^H/ ? take_http($self, $in) : take_bare($in);
    };
    if (!$reply) {
        die $@ if $@ ne "short\n";
        return undef;
    }
    substr($$in, 0, pos $$in) = '';
    $reply->{dialect} = join ' ', $self->{inflate} ? 'zlib' : (),
        $reply->{wrapped} // 'unframed', $reply->{protocol};
    return $reply;
}


sub take {
    my ($self, $in) = @_;

    $self->{inflate} //= Compress::Zlib::inflateInit()
        if $$in =~ /^\x78[\x01\x5e\x9c\xda]/;
    return take_plain($self, $in) if !$self->{inflate};

    if (length $$in) {
        my ($out, $status) = $self->{inflate}->inflate($in);
        die "not zlib's: $status\n"
            if $status != Compress::Zlib::Z_OK()
            && $status != Compress::Zlib::Z_BUF_ERROR();
        $self->{inner} .= $out;
    }
    return length $self->{inner} ? take_plain($self, \$self->{inner}) : undef;
}


sub is_clean {
    my ($self, $in) = @_;

    return !length($$in) && !length $self->{inner};
}

1;
