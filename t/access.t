#!/usr/bin/perl

# access.t -- allow and deny: by address, variable and pattern, at every level.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use CThrift::Tls;
use IO::Socket::IP;
use Test::More;

my $t = CThrift::Test->new(<<'END');
load_module %%OBJS%%/probe.so;
worker_processes 1;
thrift {
    deny 127.0.0.9;
    server {
        listen 127.0.0.1:%%PORT_1%%;
        listen unix:%%TESTDIR%%/one.sock;
        service Probe {
            method add { deny all; }
            method echo { allow 127.0.0.9; allow unix:; deny all; }
            method texts { allow 127.0.0.0/8; deny all; }
        }
    }
    server {
        listen 127.0.0.1:%%PORT_2%%;
        set_real_ip_from 127.0.0.1;
        real_ip_header X-Forwarded-For;
        allow 192.0.2.0/24;
        allow 2001:db8::/32;
        deny all;
        service Probe { }
    }
    server {
        listen 127.0.0.1:%%PORT_3%%;
        allow $header_x_token "open sesame";
        allow $header_x_role ~ ^(admin|root)$;
        allow $header_x_role ~* ^guest;
        deny all;
        service Probe { }
    }
    server {
        listen 127.0.0.1:%%PORT_4%%;
        deny $header_x_role ~ ^bad;
        deny $header_x_token ~ ^(a+)+$;
        service Probe { }
    }
    server {
        listen 127.0.0.1:%%PORT_5%% proxy_protocol;
        allow 192.0.2.7;
        deny all;
        service Probe { }
    }
}
END
$t->start;

# 'ok', or the type and the words of the refusal.
sub outcome {
    my ($c, $name, $fields) = @_;
    my $reply = $c->call($name // 'nothing', $fields // []);

    return 'ok' if $reply->{type} == 2;
    my ($type, $words) = CThrift::Client::exception($reply);
    return "$type $words";
}

# From that address to a port.
sub from {
    my ($host, $n) = @_;
    my $c = $t->client(port => $t->port($n));

    $c->{socket} = IO::Socket::IP->new(PeerHost => '127.0.0.1',
        PeerPort => $t->port($n), LocalHost => $host)
        or die "cannot connect: $!";
    return $c;
}

# With these headers, over HTTP.
sub with {
    my ($n, @fields) = @_;

    return $t->client(port => $t->port($n),
        transport => [['http', fields => \@fields]]);
}

my $denied = '0 access denied';
my @echo = ('echo', [[1, ['string', 'x']]]);
my @texts = ('texts', [[1, ['list', 'string', []]]]);

# ---- Levels: an inner block has its own rules only.

is(outcome(from('127.0.0.1', 1)), 'ok', 'no rule fits: allowed');
is(outcome(from('127.0.0.9', 1)), $denied, 'a rule of thrift');
is(outcome(from('127.0.0.1', 1), 'add'), $denied, 'deny all, in a method');
is(outcome(from('127.0.0.9', 1), @echo), 'ok', 'the inner rules hold alone');
is(outcome(from('127.0.0.1', 1), @echo), $denied, 'for all');
is(outcome(from('127.0.0.9', 1), @texts), 'ok', 'a range');
{
    my $c = $t->client(path => $t->dir . '/one.sock');
    is(outcome($c, @echo), 'ok', 'a unix socket');
    is(outcome($c, @texts), $denied, 'is in no range of addresses');
    is(outcome($c), 'ok', 'and the connection goes on');
}

# ---- Clients behind a proxy.

is(outcome(with(2, 'X-Forwarded-For: 192.0.2.7')), 'ok', 'named by a proxy');
is(outcome(with(2, 'X-Forwarded-For: 2001:db8::7')), 'ok', 'with IPv6');
is(outcome(with(2, 'X-Forwarded-For: 192.0.3.7')), $denied, 'another one');
is(outcome(with(2)), $denied, 'the proxy itself');
for (['192.0.2.7', 'ok'], ['192.0.2.8', $denied]) {
    my ($host, $expected) = @$_;
    my $c = $t->client(port => $t->port(5));
    $c->send_raw("PROXY TCP4 $host 192.0.2.1 4711 9090\r\n");
    is(outcome($c), $expected, "PROXY of $host");
}

# ---- Variables.

is(outcome(with(3)), $denied, 'no header');
is(outcome(with(3, 'X-Token: open sesame')), 'ok', 'a value');
is(outcome(with(3, 'X-Token: open')), $denied, 'a part of it');
is(outcome(with(3, 'X-Role: admin')), 'ok', 'a pattern');
is(outcome(with(3, 'X-Role: ADMIN')), $denied, 'in another case');
is(outcome(with(3, 'X-Role: GUESTS')), 'ok', 'a caseless pattern');
is(outcome(with(4)), 'ok', 'a header that is missing is denied nothing');
is(outcome(with(4, 'X-Role: badger')), $denied, 'deny by a pattern');
is(outcome(with(4, "X-Role: \xff\xfe")), $denied,
    'what the pattern cannot read is denied');
is(outcome(with(4, 'X-Token: ' . 'a' x 40 . '!')), $denied,
    'nor what would take it too long');
is(outcome(with(4, 'X-Token: b')), 'ok', 'and the server serves');

SKIP: {
    my $missing = CThrift::Tls::missing();
    skip $missing, 4 if $missing;
    my $s = CThrift::Test->new;
    my $pki = CThrift::Tls::Pki->new($s->dir);
    $pki->ca('ca');
    $pki->cert('one', ca => 'ca', names => ['one.test']);
    $pki->cert($_, ca => 'ca') for qw(alice bob);
    $s->conf(<<'END');
load_module %%OBJS%%/probe.so;
worker_processes 1;
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%% ssl;
        ssl_certificate one.pem;
        ssl_certificate_key one.key;
        ssl_verify_client on;
        ssl_client_certificate ca.pem;
        service Probe {
            method nothing {
                allow $ssl_client_s_dn CN=alice,O=cthrift;
                deny all;
            }
            method who { allow $ssl_client_s_dn ~ ^CN=bob,; deny all; }
        }
    }
}
END
    $s->start;
    for (['alice', 'ok', $denied], ['bob', $denied, 'ok']) {
        my ($who, @expected) = @$_;
        my $c = CThrift::Tls->new(port => $s->port(1), ssl => {
            SSL_cert_file => $s->dir . "/$who.pem",
            SSL_key_file  => $s->dir . "/$who.key",
        });
        is(outcome($c), $expected[0], "$who, by value");
        is(outcome($c, 'who'), $expected[1], "$who, by pattern");
    }
}

# ---- What operators see.

ok($t->wait_for_log(qr/\[error\].*\ access\ denied\ by\ 'deny\ 127\.0\.0\.9'
    \ in\ \S+cthrift\.conf:4,\ client:\ 127\.0\.0\.9:\d+,
    \ method:\ Probe\.nothing/x), 'a line in the log');
like(($t->run('-s', 'status'))[1], qr/^denied +13$/m, 'a counter');

# ---- What is refused.

my $bad = CThrift::Test->new(undef, allow => [qr/\[emerg\]/]);

for (
    ['allow;',                      qr/'allow' takes 1 to 3/],
    ['allow nobody;',               qr/invalid address 'nobody'/],
    ['deny 10.0.0.0/33;',           qr/invalid address '10\.0\.0\.0\/33'/],
    ['deny 10.0.0.1 10.0.0.2;',     qr/'deny' takes one address/],
    ['allow $ssl_client_s_dn;',     qr/'allow \$ssl_client_s_dn' wants/],
    ['allow $ssl_client_x CN=x;',   qr/unknown variable '\$ssl_client_x'/],
    ['allow $method ~ "(";',        qr/bad pattern/],
    ['allow $method != x;',         qr/'!=' is no way to match/],
    ['deny all; allow 127.0.0.1;',  qr/'allow 127\.0\.0\.1' has no effect/],
) {
    my ($line, $words) = @$_;
    $bad->conf("thrift {\n    server {\n        listen 127.0.0.1:%%PORT_1%%;\n"
        . "        $line\n        service PingService { }\n    }\n}\n");
    my ($status, $out, $err) = $bad->run('-t');
    isnt($status, 0, "refused: $line");
    like($err, qr/$words.* in \S+cthrift\.conf:4\b/, '... with its line');
}
