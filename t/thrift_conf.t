#!/usr/bin/perl

# thrift_conf.t -- `thrift { }`: what is refused, and with which words.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use Test::More;

my $t = CThrift::Test->new;

# The body of `server`, what the message must say, and its line.
sub refused {
    my ($server, $words, $line) = @_;

    $t->conf(<<"END");
load_module %%OBJS%%/probe.so;
load_module %%OBJS%%/hello.so;
thrift {
    server {
        $server
    }
}
END
    my ($status, $out, $err) = $t->run('-t');
    isnt($status, 0, "refused: $server");
    like($out . $err, $words, 'with its reason');
    like($out . $err, qr/cthrift\.conf:$line\b/, "in line $line")
        if $line;
}

my $listen = 'listen 127.0.0.1:%%PORT_1%%;';

refused("service Probe { }", qr/no 'listen'/, 4);
refused($listen, qr/no 'service'/, 4);
refused("$listen service Prob { }", qr/did you mean 'Probe'/, 5);
refused("$listen service Nothing { }", qr/no module handles.*load_module/, 5);
refused("$listen service Probe { } service Probe { }", qr/twice/, 5);
refused("$listen service Probe { handler hello; }",
    qr/'hello' handles no service 'Probe'/, 5);
refused("$listen service Probe { hello_greeting x; }",
    qr/'hello_greeting' of module 'hello' has no effect/, 5);
refused("$listen service Probe { method ech { } }", qr/did you mean 'echo'/,
    5);
refused("$listen service Probe { method ~ ^zzz { } }", qr/matches no method/,
    5);
refused("$listen service Probe { method ~ '(' { } }", qr/bad pattern/, 5);
refused("$listen service Probe { method % echo { } }", qr/no way to match/,
    5);
refused("$listen service Probe { } default_service Base;",
    qr/no service of this server/, 4);
refused("$listen max_depth 65; service Probe { }", qr/from 1 to 64/, 4);
refused("$listen max_frame_size 3g; service Probe { }", qr/max_frame_size/, 4);
refused("$listen max_name_length 0; service Probe { }", qr/max_name_length/,
    4);
refused("$listen max_pipelined_calls 0; service Probe { }",
    qr/max_pipelined_calls/, 4);
refused("$listen $listen service Probe { }", qr/127\.0\.0\.1/, 5);
refused("listen 127.0.0.1; service Probe { }", qr/port/, 5);
refused("$listen client_timeut 3s; service Probe { }",
    qr/did you mean 'client_timeout'/, 5);
refused("$listen client_timeout 3y; service Probe { }", qr/client_timeout/,
    5);

$t->conf(<<'END');
load_module %%OBJS%%/probe.so;
thrift {
    client_timeout 5s;
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service Base { }
        service Probe { handler probe; method ~* ^WH { } method echo { } }
        default_service Probe;
    }
}
END
my ($status, undef, $err) = $t->run('-t');
is($status, 0, 'a good one passes') or diag $err;
$t->start;
is(CThrift::Client::result($t->client->call('add', [[1, ['i32', 1]]])), 41,
    'default_service takes names without a prefix');
