#!/usr/bin/perl

# interop-ruby.t -- Apache Thrift's library for Ruby, from Debian: in Ruby and,
# for the binary protocol, in C.  (What it lacks -- THeader, zlib, uuid -- came
# after 0.14.)

use strict;
use warnings;

use lib 't/lib';
use CThrift::Interop;
use Test::More;

my $i = CThrift::Interop->new('ruby');
my $library = 'ruby-thrift';

# Its HTTP takes a URL, which has no place for a path.
sub http_needs_port {
    my (undef, $transport, $socket) = @_;

    return 'its HTTP knows no domain sockets'
        if $transport eq 'http' && $socket =~ /unix|abstract/;
    return undef;
}

sub multiplexed { return map { ($_, "multi-$_") } @_ }

sub client {
    my ($library, $generated, $protocols, @more) = @_;

    $i->client(
        library => $library,
        command => ['/usr/bin/ruby', '-W0', $i->source('client.rb'),
            $generated, @more],
        protocols  => $protocols,
        transports => [qw(buffered framed http)],
        sockets    => [qw(tcp unix abstract tls)],
        except     => \&http_needs_port,
    );
}

my $why = $i->missing(
    'command thrift'        => 'thrift-compiler',
    'command /usr/bin/ruby' => 'ruby',
    'ruby thrift'           => 'ruby-thrift',
);
my $generated = $why ? undef : $i->generate('rb');

if ($why) {
    $i->absent($library, $why);
} elsif (!$generated) {
    fail('thrift --gen rb: ' . $i->why);
} else {
    client($library, $generated, ['lax', multiplexed(qw(binary compact json))]);
    client("$library in C", $generated, [multiplexed('binary')],
        'accelerated');
}
done_testing;
