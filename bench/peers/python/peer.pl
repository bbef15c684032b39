# peer.pl -- Apache Thrift's server for Python, from Debian.

use strict;
use warnings;

my $python = '/usr/bin/python3';

return {
    library => 'Apache Thrift, Python',
    missing => sub {
        return $_[0]->missing(
            'command thrift' => 'thrift-compiler',
            'python thrift'  => 'python3-thrift',
            'python six'     => 'python3-six',
        );
    },
    build => sub {
        my ($f) = @_;

        return $f->cached('gen', [$f->{idl}], 'mkdir -p gen',
            "thrift -nowarn --gen py -out gen '$f->{idl}'");
    },
    version => sub {
        my ($package) = `dpkg-query -W -f '\${Version}' python3-thrift 2>&1`
            =~ /^([\d.]+)/;
        my ($version) = `$python --version` =~ /([\d.]+)/;
        return 'python3-thrift ' . ($package // 'of unknown version')
            . ", Python $version, protocols in C";
    },
    command => sub {
        my ($f, @args) = @_;
        return ($python, $f->source('server.py'), $f->build . '/gen', @args);
    },
    servers => [
        { name => 'python', flavour => 'threaded', threads => 32000,
            transports => [qw(framed unframed)],
            protocols  => [qw(binary compact)],
            about => 'TThreadedServer' },
    ],
};
