# peer.pl -- Apache Thrift's server for Node.js, from npm.

use strict;
use warnings;

my $VERSION = '0.24.0';

return {
    library => 'Apache Thrift, Node.js',
    missing => sub {
        return $_[0]->missing(
            'command thrift' => 'thrift-compiler',
            'command node'   => 'nodejs',
            'command npm'    => 'npm',
        );
    },
    # What is downloaded stays below the build directory.
    env => sub {
        my ($f) = @_;
        return {
            npm_config_cache => $f->build . '/npm-cache',
            NODE_PATH        => $f->build . '/node_modules',
        };
    },
    # It must be able to load it as well: its uuid needs Node.js 20.19.
    build => sub {
        my ($f) = @_;

        return $f->cached('node_modules', [],
                'npm install --no-audit --no-fund --ignore-scripts '
                . '--prefix . --fetch-retries 1 --fetch-timeout 60000 '
                . "thrift\@$VERSION", q{node -e 'require("thrift")'})
            && $f->cached('gen', [$f->{idl}], 'mkdir -p gen',
                "thrift -nowarn --gen js:node,es6 -out gen '$f->{idl}'");
    },
    version => sub {
        my ($node) = `node --version` =~ /v(\S+)/;
        return "thrift $VERSION, Node.js $node";
    },
    command => sub {
        my ($f, @args) = @_;
        return ('node', '--no-deprecation', $f->source('server.js'),
            $f->build . '/gen', @args);
    },
    servers => [
        { name => 'node', flavour => 'plain',
            transports => [qw(framed unframed)],
            protocols  => [qw(binary compact)],
            about => 'createServer' },
    ],
};
