package CThrift::Framed;

# Frames, a layer of CThrift::Client.  All layers have the same two methods:
#
#   wrap($bytes, $seqid)    what goes out for these bytes
#   unwrap(\$in)            takes the next unit out of $in, undef if it is not
#                           there yet; dies of what cannot be right
#
# and `is_whole`: whether a unit is always one message.

use strict;
use warnings;

sub new {
    my ($class, %self) = @_;

    return bless \%self, $class;
}


sub is_whole { 1 }


sub wrap {
    my ($self, $bytes) = @_;

    return pack 'N/a*', $bytes;
}


sub unwrap {
    my ($self, $in) = @_;

    return undef if length $$in < 4;
    my $n = unpack 'l>', $$in;
    die "a frame of $n bytes\n" if $n < 0;
    return undef if length $$in < 4 + $n;
    return substr(substr($$in, 0, 4 + $n, ''), 4);
}

1;
