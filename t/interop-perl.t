#!/usr/bin/perl

# interop-perl.t -- Apache's library for Perl, which has the binary protocol
# alone.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Interop;
use Test::More;

my $i = CThrift::Interop->new('perl');
my $library = 'libthrift-perl';
my $why = $i->missing(
    'command thrift'       => 'thrift-compiler',
    'perl Thrift'          => 'libthrift-perl',
    'perl Bit::Vector'     => 'libbit-vector-perl',
    'perl Class::Accessor' => 'libclass-accessor-perl',
    'perl IO::Socket::SSL' => 'libio-socket-ssl-perl',
    'perl IO::String'      => 'libio-string-perl',
    'perl LWP::UserAgent'  => 'libwww-perl',
    'perl LWP::Protocol::https' => 'liblwp-protocol-https-perl',
);
my $generated = $why ? undef : $i->generate('perl');

if ($generated) {
    $i->client(
        library    => $library,
        command    => ['perl', $i->source('client.pl'), $generated],
        protocols  => [qw(binary multi-binary)],
        transports => [qw(buffered framed http)],
        sockets    => [qw(tcp unix abstract tls)],
        except     => sub {
            my (undef, $transport, $socket) = @_;
            return 'its HTTP knows no domain sockets'
                if $transport eq 'http' && $socket =~ /unix|abstract/;
            return undef;
        },
    );
} else {
    $i->absent($library, $why // $i->why);
}
done_testing;
