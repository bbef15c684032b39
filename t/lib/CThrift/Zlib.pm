package CThrift::Zlib;

# The zlib transport, a layer of CThrift::Client (see CThrift::Framed): one
# stream for each direction of the connection, flushed behind each message and
# never finished.

use strict;
use warnings;

use Compress::Zlib ();

our @ISA = 'CThrift::Framed';


sub new {
    my ($class, %self) = @_;

    $self{deflate} = Compress::Zlib::deflateInit(%{ $self{init} // {} })
        // die 'no deflate';
    $self{inflate} = Compress::Zlib::inflateInit() // die 'no inflate';
    return bless \%self, $class;
}


# Messages follow each other without a sign between them.
sub is_whole { 0 }


sub wrap {
    my ($self, $bytes) = @_;
    my ($first, $s1) = $self->{deflate}->deflate($bytes);
    my ($last, $s2) = $self->{deflate}->flush(Compress::Zlib::Z_SYNC_FLUSH());

    die "deflate: $s1, $s2\n" if $s1 != 0 || $s2 != 0;
    return $first . $last;
}


sub unwrap {
    my ($self, $in) = @_;

    return undef if !length $$in;
    my ($out, $status) = $self->{inflate}->inflate($in);
    die "not zlib's: $status\n"
        if $status != Compress::Zlib::Z_OK()
        && $status != Compress::Zlib::Z_BUF_ERROR();
    return length $out ? $out : undef;
}

1;
