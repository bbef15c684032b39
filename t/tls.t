#!/usr/bin/perl

# tls.t -- what an encrypted listener does: who is let in, with which
# certificate, and that the rest is as it is without TLS.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use CThrift::Tls;
use IO::Socket::IP;
use Test::More;

my $missing = CThrift::Tls::missing();
plan skip_all => $missing if $missing;

my $t = CThrift::Test->new;
my $pki = CThrift::Tls::Pki->new($t->dir);
my $dir = $t->dir;

$pki->ca('ca');
$pki->cert('one', ca => 'ca', names => ['one.test']);
$t->conf(<<'END');
load_module %%OBJS%%/probe.so;
worker_processes 1;
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%% ssl;
        ssl_certificate %%TESTDIR%%/one.pem;
        ssl_certificate_key one.key;
        ssl_handshake_timeout 2s;
        service Probe { }
    }
    server {
        listen 127.0.0.1:%%PORT_2%% ssl=optional;
        ssl_certificate one.pem;
        ssl_certificate_key one.key;
        service Probe { }
    }
    server {
        listen 127.0.0.1:%%PORT_3%%;
        service Probe { }
    }
}
END
$t->start;

sub tls { CThrift::Tls->new(port => $t->port(1), @_) }

sub echo {
    my ($c, $text) = @_;

    my $reply = $c->call('echo', [[1, ['string', $text]]]);
    return CThrift::Client::result($reply);
}

# The reason why no connection comes about, or ''.
sub refusal {
    my (%ssl) = @_;

    return eval { echo(tls(ssl => \%ssl), 'x'); 1 } ? '' : $@ || 'refused';
}

sub counter {
    my ($name) = @_;
    my ($status, $out) = $t->run('-s', 'status', '--json');

    return $out =~ /"$name": *(\d+)/ ? $1 : -1;
}


# ---- Calls.

for my $framed (0, 1) {
    for my $version (qw(TLSv1_2 TLSv1_3)) {
        my $c = tls(framed => $framed, ssl => { SSL_version => $version });
        is(echo($c, 'hello'), 'hello', "a call over $version");
        is($c->version, $version, '... which it is');
        is(echo($c, 'again'), 'again', '... and another one');
        $c->close;
    }
}
is(refusal(SSL_verify_mode => 1, SSL_ca_file => "$dir/ca.pem",
        SSL_hostname => 'one.test', SSL_verifycn_name => 'one.test',
        SSL_verifycn_scheme => 'www'), '', 'the certificate can be verified');

{
    my $c = tls(framed => 1);
    my $big = 'b' x (1024 * 1024);
    is(echo($c, $big), $big, 'a reply of 1 MiB');
    $c->send_call('echo', [[1, ['string', "p$_"]]]) for 1 .. 2000;
    my @got = map { CThrift::Client::result($c->recv_reply) } 1 .. 2000;
    is_deeply(\@got, [map { "p$_" } 1 .. 2000], '2000 calls in a pipeline');
}


# ---- Plaintext and TLS at the wrong door.

{
    my $c = $t->client;
    $c->send_call('echo', [[1, ['string', 'x']]]);
    is($c->recv_until_closed, '', 'plaintext is closed without a word');
    ok($t->wait_for_log(qr/no TLS where it is wanted: it does not speak TLS/),
        '... but for one in the log');
    is(echo(tls(), 'x'), 'x', '... and others are served');
}

ok(!eval { CThrift::Tls->new(port => $t->port(3)); 1 },
    'TLS where it is not wanted is refused');
ok($t->wait_for_log(qr/no Thrift that is served here; it looks like.*TLS/),
    '... by its name');

is(echo($t->client(port => $t->port(2)), 'plain'), 'plain',
    'ssl=optional takes plaintext');
is(echo(tls(port => $t->port(2)), 'crypt'), 'crypt', '... and TLS');


# ---- The handshake's time.

{
    my $silent = IO::Socket::IP->new(PeerHost => '127.0.0.1',
        PeerPort => $t->port(1));
    my $before = counter('timeouts');
    is(echo(tls(), 'x'), 'x', 'one is served while another is silent');
    ok($t->wait_for_log(qr/not done with its TLS handshake in ssl_handshake/),
        'a silent client is closed');
    is(counter('timeouts'), $before + 1, '... and counted');
    is(sysread($silent, my $bytes, 10), 0, '... as it sees');
}

{
    my $before = counter('tls_failed');
    my $c = $t->client;
    $c->send_raw("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" . 'g' x 600);
    ok(defined $c->recv_until_closed, 'garbage in a handshake is closed');
    is(counter('tls_failed'), $before + 1, '... and counted');
}

cmp_ok(counter('tls_handshakes'), '>', 5, 'handshakes are counted');
cmp_ok(counter('tls_failed'), '>', 1, '... and failed ones');


# ---- A chain, and a key that only root may read.

{
    my $r = CThrift::Test->new;
    my $who = $> == 0 ? 'user nobody nogroup;' : '';

    $pki->ca('between', ca => 'ca');
    $pki->cert('leaf', ca => 'between', names => ['leaf.test']);
    $pki->write('leaf-chain.pem', $pki->read('leaf.pem')
            . $pki->read('between.pem'));
    chmod 0400, "$dir/leaf.key";
    $r->conf(<<"END");
worker_processes 1;
$who
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%% ssl;
        ssl_certificate $dir/leaf-chain.pem;
        ssl_certificate_key $dir/leaf.key;
        service PingService { }
    }
}
END
    $r->start;
    for my $n (1, 2) {
        my $c = eval { CThrift::Tls->new(port => $r->port(1), ssl => {
            SSL_verify_mode => 1, SSL_ca_file => "$dir/ca.pem",
            SSL_verifycn_name => 'leaf.test', SSL_verifycn_scheme => 'www',
        }) };
        ok($c, 'a chain is sent whole') or diag $@;
        ok($r->reload, '... and its key read again') if $n == 1;
    }
    isnt((stat '/proc/' . ($r->workers)[0])[4], 0, '... for workers without '
            . 'rights') if $who;
}

done_testing();
