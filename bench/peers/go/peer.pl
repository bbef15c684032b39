# peer.pl -- Apache Thrift's server for Go, from the Go module proxy.

use strict;
use warnings;

return {
    library => 'Apache Thrift, Go',
    missing => sub {
        return $_[0]->missing(
            'command thrift' => 'thrift-compiler',
            'command go'     => 'golang-go',
        );
    },
    # What is downloaded stays below the build directory, and can be removed.
    env => sub {
        my ($f) = @_;
        return {
            GOMODCACHE  => $f->build . '/mod',
            GOCACHE     => $f->build . '/cache',
            GOFLAGS     => '-mod=mod -modcacherw',
            GOTOOLCHAIN => 'local',
        };
    },
    build => sub {
        my ($f) = @_;
        my @sources = map { $f->source($_) } qw(go.mod main.go);

        return $f->cached('server', [@sources, $f->{idl}], "cp @sources .",
            "thrift -nowarn --gen go:skip_remote -out . '$f->{idl}'",
            'go build -o server .');
    },
    version => sub {
        my ($f) = @_;
        my ($library) = CThrift::Foreign::slurp($f->source('go.mod'))
            =~ m{apache/thrift v(\S+)};
        my ($compiler) = `go version` =~ /(go[\d.]+)/;
        return "thrift $library, $compiler";
    },
    command => sub {
        my ($f, @args) = @_;
        return ($f->build . '/server', @args);
    },
    servers => [
        { name => 'go', flavour => 'simple',
            transports => [qw(framed unframed)],
            protocols  => [qw(binary compact)],
            about => 'TSimpleServer: a goroutine for each connection' },
    ],
};
