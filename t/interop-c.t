#!/usr/bin/perl

# interop-c.t -- Apache's library for C (c_glib).

use strict;
use warnings;

use lib 't/lib';
use CThrift::Interop;
use Test::More;

my $i = CThrift::Interop->new('c');
my $library = 'thrift_c_glib (C)';

# A program from the client's sources and what thrift-compiler has made.
sub program {
    my $generated = $i->generate('c_glib') or return undef;
    my @sources = map { $i->source($_) } qw(client.c checks.c failures.c);
    my $packages = 'thrift_c_glib gobject-2.0 openssl';
    my $flags = "-O1 -I $generated \$(pkg-config --cflags $packages)";

    $i->cached('made', [$i->idl], 'mkdir -p made && cd made '
        . "&& cc -c -w $flags $generated/*.c") or return undef;
    return $i->cached('client', [@sources, $i->source('checks.h'), $i->idl],
        "cc -Wall $flags -o client @sources made/*.o "
        . "\$(pkg-config --libs $packages) -lm");
}

my $lack = $i->missing('command cc' => 'gcc',
    'command thrift' => 'thrift-compiler',
    'pkg thrift_c_glib' => 'libthrift-c-glib-dev');
my $program = $lack ? undef : program();
if ($program) {
    $i->client(
        library    => $library,
        command    => [$program],
        protocols  => [qw(binary multi-binary compact multi-compact)],
        transports => [qw(buffered framed zlib)],
        sockets    => [qw(tcp unix abstract tls)],
        except     => sub {
            return $_[2] eq 'abstract' ? 'a name beginning with NUL is empty'
                : undef;
        },
    );
} else {
    ok($lack, 'the client can be built') or diag $i->why;
    $i->absent($library, $lack // $i->why);
}
done_testing;
