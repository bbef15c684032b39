#!/usr/bin/perl

# map.t -- variables that the configuration makes of others.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use Test::More;

my $t = CThrift::Test->new(<<'END');
load_module %%OBJS%%/probe.so;
worker_processes 1;
thrift {
    map $after $before { x "of $after"; }
    map $header_x_user $tier {
        default        free;
        alice          gold;
        ALICE          "not the same";
        ""             nobody;
        \default       "called default";
        \~tilde        "called ~tilde";
        include        more.map;
    }
    map $header_x_user $after { default x; }
    map "$method:$seqid" $both {
        ~^variable:(-?)(\d+)$         "sign <$1> digits <$2> all <$0>";
        ~^(?<name>[a-z]+)$            unused;
    }
    map $header_x_user $named {
        ~*^user-(?<number>\d+)(x)?$   "$number at $method${seqid}th[$2]";
        ~^(a+)+$                      evil;
        ~^\xff                        "never";
        default                       "$tier, $pid0$remote_addr";
    }
    map $remote_addr $pid0 { }
    map $header_x_count $often { volatile; default $reply_length; }
    map $arg_name $asked { ~^asked$ yes; default no; }
    map $remote_addr $near { 127.0.0.1 ""; default $remote_addr; }
    map $remote_addr $far { default $near; }

    limit_conn_zone $far zone=far:64k;
    limit_req_zone $refused zone=refused:64k rate=1r/m;
    map $header_x_user $refused { bob bob; }

    server {
        listen 127.0.0.1:%%PORT_1%%;
        deny $tier banned;
        service Probe {
            method echo { limit_req zone=refused; }
        }
    }
    server {
        listen 127.0.0.1:%%PORT_2%%;
        limit_conn far 1;
        service Probe { }
    }
}
END
$t->write_file('conf/more.map', "carol silver;\nmallory banned;\n");
my $conf = $t->read_file('conf/cthrift.conf');
$t->conf($conf =~ s/include  +more\.map/include more.map/r);
$t->start;

sub as {
    my ($user) = @_;

    return $t->client(transport => [['http', fields =>
        [defined $user ? "X-User: $user" : ()]]]);
}

sub value {
    my ($c, $name, %o) = @_;

    $c->send_call('variable', [[1, ['string', $name]]], %o);
    return CThrift::Client::result($c->recv_reply) // '(error)';
}

is(value(as('alice'), 'tier'), 'gold', 'an exact text');
is(value(as('ALICE'), 'tier'), 'not the same', 'case matters');
is(value(as('Alice'), 'tier'), 'free', 'the default');
is(value(as(), 'tier'), 'nobody', 'the empty text');
is(value(as('default'), 'tier'), 'called default', 'a word that means more');
is(value(as('~tilde'), 'tier'), 'called ~tilde', '... by its first character');
is(value(as('carol'), 'tier'), 'silver', 'a line of another file');
is(value(as(), 'before'), 'of x', 'one that stands in front of what it uses');
is(value(as(), 'both', seqid => -12),
    'sign <-> digits <12> all <variable:-12>', 'captures of two variables');
is(value(as(), 'both', seqid => 3), 'sign <> digits <3> all <variable:3>',
    'an empty one');
is(value(as('USER-42'), 'named', seqid => 5), '42 at variable5th[]',
    'a named group, a name in braces, a group that took no part');
is(value(as('user-42x'), 'named', seqid => 5), '42 at variable5th[x]',
    'and one that did');
is(value(as('a' x 5000 . 'b'), 'named'), 'free, 127.0.0.1',
    'a match that goes too far is none');
is(value(as("\xff"), 'named'), 'free, 127.0.0.1', 'nor is what is no UTF-8');
is(value(as(), 'pid0'), '', 'a map without lines');
is(value(as(), 'often'), 0, 'volatile');
is(value(as(), 'near'), '', 'an empty value');
is(value(as(), 'neither'), '(error)', 'a name that no map has');

# ---- Where variables are taken.

my $reply = as('mallory')->call('nothing');
is((CThrift::Client::exception($reply))[1], 'access denied', 'in a rule');
is(as('dave')->call('nothing')->{type}, 2, '... that does not fit');

my @echo = ('echo', [[1, ['string', 'x']]]);
is(as('bob')->call(@echo)->{type}, 2, 'a key of limit_req');
is(as('bob')->call(@echo)->{type}, 3, '... that is over its rate');
is(as('eve')->call(@echo)->{type}, 2, '... and empty for others');

my @kept = map { $t->client(port => $t->port(2)) } 1, 2;
is($_->call('nothing')->{type}, 2, 'an empty key of limit_conn')
    for @kept;

# ---- What is refused.

my $bad = CThrift::Test->new(undef, allow => [qr/\[emerg\]/]);

for (
    ['map $method kind { }', qr/'kind' is no name of a variable/],
    ['map $method $ { }', qr/'\$' is no name of a variable/],
    ['map $method $1 { }', qr/'\$1' is no name of a variable/],
    ['map $method $a-b { }', qr/'\$a-b' is no name of a variable/],
    ['map $method $seqid { }', qr/'\$seqid' is a variable of the server's own/],
    ['map $method $header_x { }', qr/'\$header_x' is a variable of the server/],
    ['map $methd $x { }', qr/'\$methd', did you mean 'method'/],
    ['map $method $x { a $remot_addr; }', qr/unknown variable '\$remot_addr'/],
    ['map $method $x { a $tiers; } map $method $tier { }',
        qr/unknown variable '\$tiers', did you mean 'tier'/],
    ['map $method $x { } map $seqid $x { }', qr/'\$x' is made twice, first in/],
    ['map $x $x { }', qr/'\$x' is made of itself/],
    ['map $y $x { } map $method $y { default $x; }', qr/ is made of itself/],
    ['map $method $x { a b; a c; }', qr/'a' stands here twice/],
    ['map $method $x { default b; default c; }', qr/'default' stands here/],
    ['map $method $x { a; }', qr/a line of 'map' is a text and its value/],
    ['map $method $x { a b c; }', qr/a line of 'map' is a text and its value/],
    ['map $method $x { hostnames; }', qr/a line of 'map' is a text and/],
    ['map $method $x { a { } }', qr/'a' is no block here/],
    ['map $method $x { ~( b; }', qr/bad pattern '\('/],
    ['map $method $x { ~(.) $2; }', qr/there is no group '\$2'/],
    ['map $method $x { a $1; }', qr/there is no group '\$1'/],
    ['map $method $x { a "\${seqid"; }', qr/'\}' is missing/],
    ['map $method $x { a $; }', qr/unknown variable '\$'/],
    ['map $method { }', qr/'map' takes 2 arguments/],
    ['map $method $x;', qr/'map' is a block/],
    [join(' ', 'map $method $x0 { }',
        map { 'map $x' . ($_ - 1) . " \$x$_ { }" } 1 .. 16),
        qr/more than 16 variables are made of each other/],
    [join(' ', 'map $method $x0 { }',
        map { 'map $x' . ($_ - 1) . " \$x$_ { }" } reverse 1 .. 16),
        qr/more than 16 variables are made of each other/],
    ['limit_conn_zone $x zone=a:64k; map $method $x { }',
        qr/'\$x' is known of a call/],
) {
    my ($line, $words) = @$_;
    $bad->conf("thrift {\n    $line\n    server {\n"
        . "        listen 127.0.0.1:%%PORT_1%%;\n"
        . "        service PingService { }\n    }\n}\n");
    my ($status, $out, $err) = $bad->run('-t');
    isnt($status, 0, 'refused: ' . substr $line, 0, 60);
    like($err, qr/$words.* in \S+cthrift\.conf:2\b/, '... with its line');
}
$bad->conf("thrift { server { map \$method \$x { } listen 127.0.0.1:1; } }\n");
like(($bad->run('-t'))[2], qr/'map' is not allowed in 'server'/,
    'only in thrift');
