package CThrift::Http;

# HTTP/1.1, a layer of CThrift::Client (see CThrift::Framed): a message in the
# body of each request and each reply.  The reply to a oneway call is empty.
#
# path => '/', type => 'application/x-thrift', fields => ["Name: value"],
# chunk => bytes of each chunk (Content-Length if unset).  The status line and
# the fields of the last reply are in {seen}.

use strict;
use warnings;

our @ISA = 'CThrift::Framed';


sub wrap {
    my ($self, $bytes) = @_;
    my @fields = ('Host: localhost',
        'Content-Type: ' . ($self->{type} // 'application/x-thrift'),
        @{ $self->{fields} // [] });

    if (my $size = $self->{chunk}) {
        push @fields, 'Transfer-Encoding: chunked';
        $bytes = join '', map { sprintf "%x\r\n%s\r\n", length, $_ }
            unpack("(a$size)*", $bytes), '';
    } else {
        push @fields, 'Content-Length: ' . length $bytes;
    }
    return join "\r\n", 'POST ' . ($self->{path} // '/') . ' HTTP/1.1',
        @fields, '', $bytes;
}


# Clients rely on a reason, on Content-Length, and on no chunks.
sub unwrap {
    my ($self, $in) = @_;

    $$in =~ /\A((?:[^\r\n]+\r\n)+)\r\n/ or return undef;
    my $end = $+[0];
    my ($status, @fields) = split /\r\n/, $1;
    my %field;
    for (@fields) {
        my ($name, $value) = /^([^\s:]+): *(.*?) *$/
            or die "a field that is none: $_\n";
        die "$name twice\n" if defined $field{ lc $name };
        $field{ lc $name } = $value;
    }
    $self->{seen} = { status => $status, %field };
    die "$status\n" if $status !~ /^HTTP\/1\.1 200 \S/;
    my $n = $field{'content-length'} // die "no Content-Length\n";
    return undef if length $$in < $end + $n;
    return substr(substr($$in, 0, $end + $n, ''), $end);
}

1;
