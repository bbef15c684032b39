# peer.pl -- Apache Thrift's servers for C++.

use strict;
use warnings;

my $libs = 'pkg-config --cflags --libs thrift thrift-nb';

my $nonblocking = {
    transports => ['framed'],
    protocols  => [qw(binary compact)],
    near       => 1,
};
my $blocking = {
    transports => [qw(framed unframed)],
    protocols  => [qw(binary compact)],
    near       => 1,
};

return {
    library => 'Apache Thrift, C++',
    missing => sub {
        return $_[0]->missing(
            'command c++'    => 'g++',
            'command thrift' => 'thrift-compiler',
            'pkg thrift-nb'  => 'libthrift-dev',
            'file /usr/include/event.h'           => 'libevent-dev',
            'file /usr/include/boost/version.hpp' => 'libboost-dev',
        );
    },
    build => sub {
        my ($f) = @_;
        my $source = $f->source('server.cpp');

        return $f->cached('server', [$source, $f->{idl}], 'mkdir -p gen',
            "thrift -nowarn --gen cpp -out gen '$f->{idl}'",
            "c++ -O2 -w -I gen -o server '$source' gen/PingService.cpp "
                . "gen/bench_types.cpp \$($libs) -levent -lpthread");
    },
    version => sub {
        my ($library) = `pkg-config --modversion thrift` =~ /(\S+)/;
        my ($compiler) = `c++ --version` =~ /(.+)/;
        return "libthrift $library, $compiler, -O2";
    },
    command => sub {
        my ($f, @args) = @_;
        return ($f->build . '/server', @args);
    },
    servers => [
        { %$nonblocking, name => 'cpp-nonblocking', flavour => 'nonblocking',
            about => 'TNonblockingServer, one IO thread' },
        { %$nonblocking, name => 'cpp-nonblocking-4',
            flavour => 'nonblocking-threads',
            about => 'TNonblockingServer, one IO thread, ThreadManager of 4' },
        { %$blocking, name => 'cpp-pool', flavour => 'pool', threads => 1100,
            about => 'TThreadPoolServer of 1100 threads' },
        { %$blocking, name => 'cpp-threaded', flavour => 'threaded',
            threads => 32000,
            about => 'TThreadedServer' },
    ],
};
