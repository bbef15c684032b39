# peer.pl -- CloudWeGo's Volo, a server for Rust, from crates.io.

use strict;
use warnings;

# What volo and volo-build ask for.
my $old_rust = sub {
    my ($major, $minor) = `rustc --version 2>&1` =~ /^rustc (\d+)\.(\d+)/
        or return 'rustc does not tell its version';

    return $major * 1000 + $minor < 1085
        ? "rustc $major.$minor is older than 1.85" : undef;
};

return {
    library => 'Volo, Rust',
    patience => 1200,    # three hundred crates
    missing => sub {
        return $_[0]->missing('command cargo' => 'cargo',
            'command cc' => 'gcc') // $old_rust->();
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
        my @sources = map { $f->source($_) } qw(Cargo.toml build.rs main.rs);

        return $f->cached('target/release/server', [@sources, $f->{idl}],
            "cp @sources '$f->{idl}' .", 'cargo build -q --release');
    },
    version => sub {
        my ($f) = @_;
        my ($library) = CThrift::Foreign::slurp($f->source('Cargo.toml'))
            =~ /^volo-thrift = "=([\d.]+)"/m;
        my ($compiler) = `rustc --version` =~ /(rustc [\d.]+)/;
        return "volo-thrift $library, $compiler, release";
    },
    command => sub {
        my ($f, @args) = @_;
        return ($f->build . '/target/release/server', @args);
    },
    servers => [
        { name => 'volo', flavour => 'async', near => 1,
            transports => [qw(framed unframed)],
            protocols  => [qw(binary compact)],
            about => 'PingServiceServer, on one thread' },
    ],
};
