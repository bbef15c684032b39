# peer.pl -- Apache Thrift's server for C with GLib.

use strict;
use warnings;

my $packages = 'thrift_c_glib gobject-2.0';

return {
    library => 'Apache Thrift, C (GLib)',
    missing => sub {
        return $_[0]->missing(
            'command cc'        => 'gcc',
            'command thrift'    => 'thrift-compiler',
            'pkg thrift_c_glib' => 'libthrift-c-glib-dev',
        );
    },
    build => sub {
        my ($f) = @_;
        my $source = $f->source('server.c');

        return $f->cached('server', [$source, $f->{idl}], 'mkdir -p gen',
            "thrift -nowarn --gen c_glib -out gen '$f->{idl}'",
            "cc -O2 -w -I gen -o server '$source' gen/*.c "
                . "\$(pkg-config --cflags --libs $packages)");
    },
    version => sub {
        my ($library) = `pkg-config --modversion thrift_c_glib` =~ /(\S+)/;
        my ($compiler) = `cc --version` =~ /(.+)/;
        return "libthrift_c_glib $library, $compiler, -O2";
    },
    command => sub {
        my ($f, @args) = @_;
        return ($f->build . '/server', @args);
    },
    servers => [
        { name => 'c_glib', flavour => 'simple', alone => 1,
            transports => [qw(framed unframed)],
            protocols  => [qw(binary compact)],
            about => 'ThriftSimpleServer: one connection at a time' },
    ],
};
