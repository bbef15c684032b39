# peer.pl -- Apache Thrift's server for Rust, from crates.io.

use strict;
use warnings;

# What its uuid asks for.
my $old_rust = sub {
    my ($major, $minor) = `rustc --version 2>&1` =~ /^rustc (\d+)\.(\d+)/
        or return 'rustc does not tell its version';

    return $major * 1000 + $minor < 1089
        ? "rustc $major.$minor is older than 1.89" : undef;
};

return {
    library => 'Apache Thrift, Rust',
    missing => sub {
        return $_[0]->missing(
            'command thrift' => 'thrift-compiler',
            'command cargo'  => 'cargo',
            'command cc'     => 'gcc',
        ) // $old_rust->();
    },
    # What is downloaded stays below the build directory.
    env => sub {
        my ($f) = @_;
        return {
            CARGO_HOME       => $f->build . '/cargo',
            CARGO_NET_RETRY  => 1,
            CARGO_TERM_COLOR => 'never',
        };
    },
    build => sub {
        my ($f) = @_;
        my @sources = map { $f->source($_) } qw(Cargo.toml main.rs);

        return $f->cached('target/release/server', [@sources, $f->{idl}],
            "cp @sources .", "thrift -nowarn --gen rs -out . '$f->{idl}'",
            'cargo build -q --release');
    },
    version => sub {
        my ($f) = @_;
        my ($library) = CThrift::Foreign::slurp($f->source('Cargo.toml'))
            =~ /thrift\]\s+version = "=([\d.]+)"/;
        my ($compiler) = `rustc --version` =~ /(rustc [\d.]+)/;
        return "thrift $library, $compiler, release";
    },
    command => sub {
        my ($f, @args) = @_;
        return ($f->build . '/target/release/server', @args);
    },
    servers => [
        { name => 'rust', flavour => 'pool', threads => 1100,
            transports => [qw(framed unframed)],
            protocols  => [qw(binary compact)],
            about => 'TServer of 1100 threads' },
    ],
};
