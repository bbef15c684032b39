#!/usr/bin/perl

# interop-node.t -- Apache Thrift's library for Node.js, from npm.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Interop;
use IO::Socket::UNIX;
use Test::More;

my $VERSION = '0.24.0';

my $i = CThrift::Interop->new('node');
my $library = 'thrift (Node.js)';

# What is downloaded stays below the build directory.
local $ENV{npm_config_cache} = $i->build . '/npm-cache';
local $ENV{NODE_PATH} = $i->build . '/node_modules';

# It must be able to load it as well: its uuid needs Node.js 20.19.
sub library {
    return $i->cached('node_modules', [],
        "npm install --no-audit --no-fund --ignore-scripts --prefix . "
            . "--fetch-retries 1 --fetch-timeout 60000 thrift\@$VERSION",
        q{node -e 'require("thrift")'});
}

# Node.js 20 fills an abstract name with NULs up to the end of the address, so
# that it names something else.
sub pads_abstract_names {
    my $name = "cthrift-probe-$$";
    my $listening = IO::Socket::UNIX->new(Local => "\0$name", Listen => 1)
        or die "an abstract socket: $!";

    return system('node', '-e', <<"END") != 0;
require('net').connect('\\0$name')
    .on('connect', () => process.exit(0)).on('error', () => process.exit(1));
END
}

my $why = $i->missing(
    'command thrift' => 'thrift-compiler',
    'command node'   => 'nodejs',
    'command npm'    => 'npm',
);
$why //= $i->why if !$why && !library();
my $generated = $why ? undef : $i->generate('js:node,es6');

if ($why) {
    $i->absent($library, $why);
} elsif (!$generated) {
    fail('thrift --gen js:node,es6: ' . $i->why);
} else {
    # "header" is what it calls THeaderProtocol, which writes no header.
    my @protocols = qw(binary compact json header);
    my $pads = pads_abstract_names();

    $i->client(
        library => $library,
        command => ['node', '--no-deprecation', $i->source('client.js'),
            $generated],
        protocols  => ['lax', map { ($_, "multi-$_") } @protocols],
        transports => [qw(buffered framed http)],
        sockets    => [qw(tcp unix abstract tls)],
        except     => sub {
            return 'this Node.js pads abstract names with NULs'
                if $pads && $_[2] eq 'abstract';
            return undef;
        },
    );
}
done_testing;
