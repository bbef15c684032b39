#!/usr/bin/perl

# interop-rust.t -- Apache Thrift's library for Rust, from crates.io.  (It has
# binary and compact, buffered and framed.)

use strict;
use warnings;

use lib 't/lib';
use CThrift::Interop;
use Test::More;

my $i = CThrift::Interop->new('rust');
my $library = 'thrift (Rust)';

# What is downloaded stays below the build directory.
local $ENV{CARGO_HOME} = $i->build . '/cargo';
local $ENV{CARGO_NET_RETRY} = 1;
local $ENV{CARGO_TERM_COLOR} = 'never';

# What its uuid asks for.
sub old_rust {
    my ($major, $minor) = `rustc --version 2>&1` =~ /^rustc (\d+)\.(\d+)/
        or return 'rustc does not tell its version';

    return $major * 1000 + $minor < 1089
        ? "rustc $major.$minor is older than 1.89" : undef;
}

sub library {
    my $manifest = $i->source('Cargo.toml');

    # Cargo looks for main.rs before it fetches.
    return $i->cached('Cargo.toml', [$manifest],
        "cp '$manifest' Cargo.toml && : > main.rs && rm -f Cargo.lock",
        'cargo fetch -q');
}

sub program {
    my ($generated) = @_;
    my @sources = map { $i->source($_) } qw(main.rs checks.rs);

    return $i->cached('target/debug/client',
        [@sources, $i->source('Cargo.toml'), $i->idl],
        "cp @sources '$generated/thrifttest.rs' .",
        'cargo build -q --offline');
}

my $why = $i->missing(
    'command thrift' => 'thrift-compiler',
    'command cargo'  => 'cargo',
    'command cc'     => 'gcc',
);
$why //= old_rust();
$why //= $i->why if !$why && !library();
my $generated = $why ? undef : $i->generate('rs');

if ($why) {
    $i->absent($library, $why);
} elsif (!$generated || !program($generated)) {
    fail('the client is built: ' . $i->why);
} else {
    $i->client(
        library    => $library,
        command    => [$i->build . '/target/debug/client'],
        protocols  => ['lax', map { ($_, "multi-$_") } qw(binary compact)],
        transports => [qw(buffered framed)],
        sockets    => [qw(tcp unix abstract tls)],
    );
}
done_testing;
