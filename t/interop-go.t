#!/usr/bin/perl

# interop-go.t -- Apache Thrift's library for Go, and with it CloudWeGo's codec
# of TTHeader, both from the Go module proxy.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Interop;
use Test::More;

my $i = CThrift::Interop->new('go');
my $library = 'apache/thrift (Go)';

# What is downloaded stays below the build directory, and can be removed.
local $ENV{GOMODCACHE} = $i->build . '/mod';
local $ENV{GOCACHE} = $i->build . '/cache';
local $ENV{GOFLAGS} = '-mod=mod -modcacherw';
local $ENV{GOTOOLCHAIN} = 'local';

# Go has no maps whose keys are containers, which CrazyNesting needs.
sub generated {
    my $idl = $i->idl;

    return $i->cached('thrifttest', [$idl],
        "sed '/^struct CrazyNesting/,/^}/d' '$idl' > thrifttest-go.thrift",
        'thrift -nowarn --gen go:skip_remote -out . thrifttest-go.thrift');
}

sub library {
    my $mod = $i->source('go.mod');

    return $i->cached('go.mod', [$mod], "cp '$mod' go.mod", 'rm -f go.sum',
        'go mod download github.com/apache/thrift github.com/cloudwego/gopkg');
}

sub program {
    my @sources = map { $i->source($_) } qw(go.mod main.go checks.go
        ttheader.go);

    return $i->cached('client', [@sources, $i->idl], "cp @sources .",
        'go build -o client .');
}

my $why = $i->missing(
    'command thrift' => 'thrift-compiler',
    'command go'     => 'golang-go',
);
$why //= $i->why if !$why && !library();

if ($why) {
    $i->absent($library, $why);
} elsif (!generated() || !program()) {
    fail("the client is built: " . $i->why);
} else {
    my @protocols = qw(binary compact json header header-compact header-zlib);
    my @sockets = qw(tcp unix abstract tls);

    $i->client(
        library    => $library,
        command    => [$i->build . '/client'],
        protocols  => ['lax', map { ($_, "multi-$_") } @protocols],
        transports => [qw(buffered framed http zlib)],
        sockets    => \@sockets,
    );
    $i->client(
        library    => 'cloudwego (Go)',
        command    => [$i->build . '/client'],
        protocols  => [map { ($_, "multi-$_") } qw(binary compact)],
        transports => [qw(ttheader ttframed)],
        sockets    => \@sockets,
    );
}
done_testing;
