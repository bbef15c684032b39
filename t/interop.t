#!/usr/bin/perl

# interop.t -- clients that others have written: Debian's python3-thrift,
# python3-thriftpy, libthrift-dev (C++) and libthrift-c-glib-dev, all on one
# port.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use Cwd qw(abs_path);
use Test::More;

plan skip_all => 'pingpong is not built'
    if !-d CThrift::Test::objs() . '/pingpong';

my $idl = abs_path('examples/pingpong/pingpong.thrift');
my $here = abs_path('t/interop');

my $t = CThrift::Test->new(<<'END');
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service PingService { }
    }
}
END
$t->start;
my ($dir, $port) = ($t->dir, $t->port(1));

# A command's output; its words are shown if it fails.
sub output_of {
    my (@command) = @_;
    my $command = join ' ', map { "'$_'" } @command;
    my $out = `cd '$dir' && $command 2>&1`;

    diag $out if $?;
    return $? ? "failed: $out" : $out;
}

sub has_command { return system("command -v $_[0] > /dev/null 2>&1") == 0 }

sub has_module {
    return system("/usr/bin/python3 -c 'import $_[0]' 2> /dev/null") == 0;
}

my $has_compiler = has_command('thrift');

SKIP: {
    skip 'python3-thrift or thrift-compiler is not installed', 1
        if !$has_compiler || !has_module('thrift');
    my $out = output_of('/usr/bin/python3',
        abs_path('examples/pingpong/client.py'), $port);
    is(() = $out =~ /ping -> pong, echo -> the same/g, 4,
        'python3-thrift: framed and unframed, strict and not') or diag $out;
}

SKIP: {
    skip 'python3-thriftpy is not installed', 2 if !has_module('thriftpy');
    for my $framed (0, 1) {
        is(output_of('/usr/bin/python3', "$here/ping_thriftpy.py", $idl,
            $port, $framed), "pong\n", "python3-thriftpy, framed $framed");
    }
}

SKIP: {
    skip 'libthrift-dev or a C++ compiler is not installed', 4
        if !$has_compiler || !has_command('g++')
        || system('pkg-config --exists thrift') != 0;
    mkdir "$dir/cpp";
    output_of('thrift', '--gen', 'cpp', '-out', "$dir/cpp", $idl);
    my $built = output_of('sh', '-c', 'g++ -O1 -I cpp -o ping_cpp '
        . "$here/ping_cpp.cpp cpp/PingService.cpp cpp/pingpong_types.cpp "
        . '$(pkg-config --cflags --libs thrift)');
    skip "the C++ client cannot be built: $built", 4 if !-x "$dir/ping_cpp";
    for my $framed (0, 1) {
        for my $strict (0, 1) {
            is(output_of("$dir/ping_cpp", $port, $framed, $strict), "pong\n",
                "C++, framed $framed, strict $strict");
        }
    }
}

SKIP: {
    skip 'libthrift-c-glib-dev is not installed', 2
        if !$has_compiler || system('pkg-config --exists thrift_c_glib') != 0;
    mkdir "$dir/glib";
    output_of('thrift', '--gen', 'c_glib', '-out', "$dir/glib", $idl);
    my $built = output_of('sh', '-c', 'cc -O1 -w -I glib -o ping_glib '
        . "$here/ping_glib.c glib/*.c "
        . '$(pkg-config --cflags --libs thrift_c_glib gobject-2.0)');
    skip "the c_glib client cannot be built: $built", 2
        if !-x "$dir/ping_glib";
    for my $framed (0, 1) {
        is(output_of("$dir/ping_glib", $port, $framed), "pong\n",
            "c_glib, framed $framed");
    }
}
