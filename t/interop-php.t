#!/usr/bin/perl

# interop-php.t -- Apache's library for PHP, as Debian has it, in PHP and with
# its extension in C.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Interop;
use Test::More;

my $i = CThrift::Interop->new('php');
my $library = 'php-thrift';
my $home = '/usr/lib/php';
my $why = $i->missing(
    'command thrift' => 'thrift-compiler',
    'command php'    => 'php-cli',
    "file $home/Protocol/TBinaryProtocol.php" => 'php-thrift',
);
my $generated = $why ? undef : $i->generate('php');

sub cannot {
    my (undef, $transport, $socket) = @_;

    return 'its HTTP knows no domain sockets'
        if $transport eq 'http' && $socket =~ /unix|abstract/;
    return undef;
}

if ($generated) {
    my @client = ($i->source('client.php'), $home, $generated);
    my @sockets = qw(tcp unix abstract tls);
    $i->client(
        library    => $library,
        command    => ['php', @client],
        protocols  => ['lax', map { ($_, "multi-$_") }
            qw(binary compact json)],
        transports => [qw(buffered framed http)],
        sockets    => \@sockets,
        except     => \&cannot,
    );
    $i->client(
        library    => "$library in C",
        command    => ['php', '-d', 'extension=thrift_protocol', @client,
            'accelerated'],
        protocols  => [qw(binary multi-binary)],
        transports => [qw(buffered framed http)],
        sockets    => \@sockets,
        except     => \&cannot,
    );
} else {
    $i->absent($library, $why // $i->why);
}
done_testing;
