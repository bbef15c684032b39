#!/usr/bin/perl

# split_clients.t -- shares of clients, by the hash of a key.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use Test::More;

my $t = CThrift::Test->new(<<'END');
load_module %%OBJS%%/probe.so;
worker_processes 2;
thrift {
    split_clients $seqid $variant {
        0.5%    tiny;
        20%     "fifth of $method";
        33.33%  third;
        *       rest;
    }
    split_clients "$seqid" $most { 90% most; }
    split_clients $seqid $whole { 100% all; }
    split_clients $seqid $last { * all; }
    map $variant $tested { "fifth of variable" yes; default no; }
    server {
        listen 127.0.0.1:%%PORT_1%%;
        deny $variant tiny;
        service Probe { }
    }
}
END
$t->start;

sub values_of {
    my ($name, $n, $c) = @_;
    my @values;

    $c //= $t->client;
    for my $seqid (1 .. $n) {
        $c->send_call('variable', [[1, ['string', $name]]], seqid => $seqid);
        push @values, CThrift::Client::result($c->recv_reply) // 'denied';
    }
    return @values;
}

my $n = 2000;
my @variants = values_of('variant', $n);
my %share;
$share{$_} += 100 / $n for @variants;
is(join('|', sort keys %share), 'denied|fifth of variable|rest|third',
    'every value comes, and no other');
for (['denied', 0.5, 0.7], ['fifth of variable', 20, 4], ['third', 33.33, 5],
    ['rest', 46.17, 5]) {
    my ($value, $percent, $off) = @$_;
    cmp_ok(abs(($share{$value} // 0) - $percent), '<', $off,
        "$value: about $percent %");
}

is_deeply([values_of('variant', 300)], [@variants[0 .. 299]],
    'the same key has the same value, in any worker');
my ($status) = $t->run('-s', 'reload');
is($status, 0, 'a reload');
is_deeply([values_of('variant', 300)], [@variants[0 .. 299]],
    'and after a reload');
is(join(' ', values_of('tested', 60)),
    join(' ', map { /denied/ ? $_ : /^fifth/ ? 'yes' : 'no' }
        @variants[0 .. 59]), 'a map of it');
my @most = grep { $_ ne 'denied' } values_of('most', 300);
my $most = grep { $_ eq 'most' } @most;
my $none = grep { $_ eq '' } @most;
is($most + $none, @most, 'where the shares are not all, others have nothing');
cmp_ok($none, '>', 5, '... some of them');
is(join('', grep { !/^(?:all|denied)$/ } map { values_of($_, 50) }
    qw(whole last)), '', 'all of them');

# ---- What is refused.

my $bad = CThrift::Test->new(undef, allow => [qr/\[emerg\]/]);

for (
    ['0% a;',           qr/'0%' is no share/],
    ['0.001% a;',       qr/'0\.001%' is no share/],
    ['100.01% a;',      qr/'100\.01%' is no share/],
    ['1. a;',           qr/'1\.' is no share/],
    ['1.% a;',          qr/'1\.%' is no share/],
    ['.5% a;',          qr/'\.5%' is no share/],
    ['-5% a;',          qr/'-5%' is no share/],
    ['50 a;',           qr/'50' is no share/],
    ['% a;',            qr/'%' is no share/],
    ['1.2.3% a;',       qr/'1\.2\.3%' is no share/],
    ['60% a; 50% b;',   qr/the shares are more than 100%/],
    ['* a; 1% b;',      qr/'1%' has no effect behind '\*'/],
    ['* a; * b;',       qr/'\*' has no effect behind '\*'/],
    ['10%;',            qr/a line of 'split_clients' is a share and its/],
    ['10% a b;',        qr/a line of 'split_clients' is a share and its/],
    ['10% $nothing;',   qr/unknown variable '\$nothing'/],
) {
    my ($line, $words) = @$_;
    $bad->conf("thrift {\n    split_clients \$seqid \$x {\n        $line\n"
        . "    }\n    server {\n        listen 127.0.0.1:%%PORT_1%%;\n"
        . "        service PingService { }\n    }\n}\n");
    my ($code, $out, $err) = $bad->run('-t');
    isnt($code, 0, "refused: $line");
    like($err, qr/$words.* in \S+cthrift\.conf:3\b/, '... with its line');
}
