#!/usr/bin/perl

# smoke.t -- the shortest whole story: start, ping in four dialects, stop.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use Test::More;

plan skip_all => 'pingpong is not built'
    if !-d CThrift::Test::objs() . '/pingpong';

my $t = CThrift::Test->new(<<'END');
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service PingService { }
    }
}
END
$t->start;

for my $framed (0, 1) {
    for my $strict (0, 1) {
        my $client = $t->client(framed => $framed, strict => $strict);
        my $reply = $client->call('ping', []);
        is(CThrift::Client::result($reply), 'pong',
            "ping, framed $framed, strict $strict");
    }
}
