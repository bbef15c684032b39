#!/usr/bin/perl

# pingpong.t -- the first example and its client, as its README shows them.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use Cwd qw(abs_path);
use Test::More;

plan skip_all => 'pingpong is not built'
    if !-d CThrift::Test::objs() . '/pingpong';
plan skip_all => 'python3-thrift or thrift-compiler is not installed'
    if system('command -v thrift > /dev/null 2>&1') != 0
    || system("/usr/bin/python3 -c 'import thrift' 2> /dev/null") != 0;

my $t = CThrift::Test->new(<<'END');
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service PingService { }
    }
}
END
$t->start;
my $client = abs_path('examples/pingpong/client.py');
my $out = `/usr/bin/python3 '$client' @{[$t->port(1)]} 2>&1`;

is($?, 0, 'the client is content');
is(() = $out =~ /ping -> pong, echo -> the same/g, 4,
    'framed and unframed, strict and not') or diag $out;
