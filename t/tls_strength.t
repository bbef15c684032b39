#!/usr/bin/perl

# tls_strength.t -- what is agreed on with whom, as a scanner would ask: with
# the openssl command, which speaks what is weak if it is told to.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use CThrift::Tls;
use Test::More;

my $missing = CThrift::Tls::missing();
plan skip_all => $missing if $missing;

my $t = CThrift::Test->new(undef, allow => [qr/about none of/]);
my $pki = CThrift::Tls::Pki->new($t->dir);

$pki->ca('ca', kind => 'rsa');
$pki->cert('ecdsa', ca => 'ca', names => ['one.test']);
$pki->cert('rsa', ca => 'ca', names => ['one.test'], kind => 'rsa',
    serial => 9);
$pki->cert('other', ca => 'ca', names => ['other.test'], serial => 10);
$pki->cert('wild', ca => 'ca', names => ['*.wild.test'], serial => 11);
$pki->cert('exact', ca => 'ca', names => ['a.wild.test'], serial => 12);
$pki->ocsp('rsa.der', 'ca', 'rsa', 9);
$pki->ocsp('other.der', 'ca', 'other', 10);
$pki->ocsp('stranger.der', 'ca', 'ca', 99);

my $base = <<'END';
worker_processes 1;
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%% ssl;
        ssl_certificate ecdsa.pem;
        ssl_certificate_key ecdsa.key;
        ssl_certificate rsa.pem;
        ssl_certificate_key rsa.key;
        ssl_certificate other.pem;
        ssl_certificate_key other.key;
        ssl_certificate wild.pem;
        ssl_certificate_key wild.key;
        ssl_certificate exact.pem;
        ssl_certificate_key exact.key;
        ssl_stapling_file rsa.der;
        ssl_stapling_file other.der;
        service PingService { }
    }
    server {
        listen 127.0.0.1:%%PORT_2%% ssl;
        ssl_certificate rsa.pem;
        ssl_certificate_key rsa.key;
        ssl_protocols TLSv1 TLSv1.2;
        ssl_ciphers AES256-SHA:ECDHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0;
        ssl_prefer_server_ciphers on;
        ssl_ecdh_curve secp384r1;
        ssl_alpn thrift http/1.1;
        service PingService { }
    }
    server {
        listen 127.0.0.1:%%PORT_3%% ssl;
        ssl_certificate rsa.pem;
        ssl_certificate_key rsa.key;
        ssl_protocols TLSv1.3;
        ssl_ciphersuites TLS_CHACHA20_POLY1305_SHA256;
        service PingService { }
    }
}
END
$t->conf($base);
$t->start;

# What the client saw: (whether there was a connection, all of its words).
sub client {
    my ($port, @args) = @_;
    my $number = $t->port($port);
    my $pid = open my $out, '-|' // die "fork: $!";

    if ($pid == 0) {
        open STDIN, '<', '/dev/null';
        open STDERR, '>&', \*STDOUT;
        exec 'timeout', 20, 'openssl', 's_client', '-connect',
            "127.0.0.1:$number", @args;
    }
    local $/;
    my $words = <$out> // '';
    close $out;
    my ($cipher) = $words =~ /^New, \S+, Cipher is (\S+)/m;
    return (defined $cipher && $cipher ne '(NONE)', $words);
}

sub agrees {
    my ($what, $words, @args) = @_;
    my ($is_agreed, $said) = client(@args);

    ok($is_agreed, $what) or diag $said;
    like($said, $words, '... as it should be') if $words;
}

sub refuses {
    my ($what, @args) = @_;
    my ($is_agreed, $said) = client(@args);

    ok(!$is_agreed, $what) or diag $said;
}

my @weak = ('-cipher', 'ALL:@SECLEVEL=0');


# ---- Versions.

agrees('TLS 1.3', qr/^New, TLSv1.3/m, 1, '-tls1_3');
agrees('TLS 1.2', qr/^New, TLSv1.2/m, 1, '-tls1_2');
refuses('no TLS 1.1', 1, '-tls1_1', @weak);
refuses('no TLS 1, which', 1, '-tls1', @weak);
agrees('... another server speaks', qr/Protocol *: TLSv1$/m, 2, '-tls1',
    @weak);
agrees('... beside 1.2', qr/Protocol *: TLSv1.2$/m, 2, '-tls1_2', @weak);
refuses('... but not 1.1 in between', 2, '-tls1_1', @weak);
refuses('only 1.3', 3, '-tls1_2');
agrees('... and one suite', qr/Cipher is TLS_CHACHA20_POLY1305_SHA256/, 3);


# ---- Ciphers: nothing old, nothing without forward secrecy.

for my $weak ('AES128-SHA', 'AES128-GCM-SHA256', 'ECDHE-ECDSA-AES128-SHA',
    'ECDHE-ECDSA-AES128-SHA256', 'AECDH-AES128-SHA', 'NULL', 'PSK', '3DES',
    'CAMELLIA', 'DHE-RSA-AES128-GCM-SHA256') {
    refuses("no $weak", 1, '-tls1_2', '-cipher', $weak . ':@SECLEVEL=0');
}
agrees("the server's order", qr/Cipher is AES256-SHA/, 2, '-tls1_2',
    '-cipher', 'ECDHE-RSA-AES128-GCM-SHA256:AES256-SHA');
agrees("the server's curve", qr/ECDH, (?:secp384r1|P-384)/, 2, '-tls1_2',
    '-cipher', 'ECDHE');


# ---- Attacks of old.

agrees('no compression', qr/^Compression: NONE/m, 1, '-tls1_2', '-comp');
agrees('secure renegotiation is known', qr/Secure Renegotiation IS supported/,
    1, '-tls1_2');
{
    my $c = CThrift::Tls->new(port => $t->port(1),
        ssl => { SSL_version => 'TLSv1_2' });
    my $ssl = $c->{socket}->_get_ssl_object;

    Net::SSLeay::get_finished($ssl, my $before);
    $c->call('ping');
    Net::SSLeay::renegotiate($ssl);
    Net::SSLeay::do_handshake($ssl);
    eval { $c->call('ping') };
    Net::SSLeay::get_finished($ssl, my $after);
    is($after, $before, '... and not done');
    is(CThrift::Client::result(
            CThrift::Tls->new(port => $t->port(1))->call('ping')),
        'pong', '... nor does it hurt others');
}


# ---- Names.

sub named { ('-servername', $_[0]) }

agrees('a client that names nobody gets the first', qr/CN ?= ?one.test/, 1,
    '-noservername');
agrees('... as does one that names somebody else', qr/CN ?= ?one.test/, 1,
    named('nobody.test'));
agrees('the second name', qr/CN ?= ?other.test/, 1, named('other.test'));
agrees('a wildcard', qr/CN ?= ?\*.wild.test/, 1, named('b.wild.test'));
agrees('... which stands for one label', qr/CN ?= ?one.test/, 1,
    named('c.b.wild.test'));
agrees('... and gives way to the very name', qr/CN ?= ?a.wild.test/, 1,
    named('A.wild.test'));
agrees('a client that knows RSA only', qr/Peer signature type: RSA/, 1,
    named('one.test'), '-sigalgs', 'RSA-PSS+SHA256');
agrees('... and one that knows ECDSA', qr/Peer signature type: ECDSA/, 1,
    named('one.test'), '-sigalgs', 'ECDSA+SHA256');


# ---- ALPN.

agrees('ALPN', qr/ALPN protocol: thrift/, 2, '-tls1_2', '-alpn',
    'http/1.1,thrift');
agrees('nothing asked', qr/No ALPN negotiated/, 2, '-tls1_2');
refuses('nothing in common', 2, '-tls1_2', '-alpn', 'h2');
agrees('no list, no refusal', qr/No ALPN negotiated/, 1, '-alpn', 'h2');


# ---- OCSP answers.

agrees('an answer for RSA', qr/Serial Number: 09.*Cert Status: good/s, 1,
    '-status', named('one.test'), '-sigalgs', 'RSA-PSS+SHA256');
agrees('none for ECDSA', qr/OCSP response: no response sent/, 1, '-status',
    named('one.test'), '-sigalgs', 'ECDSA+SHA256');
agrees('one for the other name', qr/Serial Number: 0A.*Cert Status: good/s,
    1, '-status', named('other.test'), '-tls1_2');

$t->conf($base =~ s/other\.der/stranger.der/r);
like(($t->run('-t'))[2],
    qr/answer in 'stranger.der' is about none of the certificates in \S+:16/,
    'an answer about none of ours');



# ---- Refusing strange names.

$t->conf($base =~ s/(listen \S+3%% ssl;)/$1 ssl_reject_handshake on;/r);
ok($t->reload, 'a reload that refuses strange names');
agrees('the name', undef, 3, named('one.test'));
refuses('another name', 3, named('other.test'));
refuses('no name', 3, '-noservername');

done_testing();
