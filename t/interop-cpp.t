#!/usr/bin/perl

# interop-cpp.t -- Apache's library for C++.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Interop;
use Test::More;

my $i = CThrift::Interop->new('cpp');
my $library = 'libthrift (C++)';

# A program from the client's sources and what thrift-compiler has made.
sub program {
    my $generated = $i->generate('cpp') or return undef;
    my @sources = map { $i->source($_) } qw(client.cpp checks.cpp);
    my @made = map { "$generated/$_.cpp" }
        qw(ThriftTest SecondService thrifttest_types);
    my $flags = '-O1 -I gen-cpp $(pkg-config --cflags thrift thrift-z)';

    # The generated part takes the longest and changes the least.
    $i->cached('made', [$i->idl], 'mkdir -p made',
        map { "c++ -c -w $flags -o made/" . (m{([^/]+)\.cpp$})[0] . ".o $_" }
            @made) or return undef;
    return $i->cached('client', [@sources, $i->source('checks.hpp'), $i->idl],
        "c++ -Wall $flags -o client @sources made/*.o "
        . '$(pkg-config --libs thrift thrift-z openssl)');
}

my $lack = $i->missing('command c++' => 'g++',
    'command thrift' => 'thrift-compiler', 'pkg thrift-z' => 'libthrift-dev',
    'file /usr/include/boost/version.hpp' => 'libboost-dev');
my $program = $lack ? undef : program();
if ($program) {
    my @protocols = qw(binary compact json header header-compact header-zlib);

    $i->client(
        library    => $library,
        command    => [$program],
        protocols  => ['lax', @protocols, map { "multi-$_" } @protocols],
        transports => [qw(buffered framed http zlib)],
        sockets    => [qw(tcp unix abstract tls)],
    );
} else {
    ok($lack, 'the client can be built') or diag $i->why;
    $i->absent($library, $lack // $i->why);
}
done_testing;
