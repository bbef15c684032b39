#!/usr/bin/perl

# tls_conf.t -- what is wrong with the ssl_ directives is said with file and
# line, and a reload that brings it leaves the server as it is.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use CThrift::Tls;
use Test::More;

my $missing = CThrift::Tls::missing();
plan skip_all => $missing if $missing;

my $t = CThrift::Test->new(undef, allow => [qr/\[emerg\]/]);
my $pki = CThrift::Tls::Pki->new($t->dir);

$pki->ca('ca');
$pki->cert('one', ca => 'ca', names => ['one.test']);
$pki->cert('two', ca => 'ca', names => ['two.test']);
$pki->openssl('ec', '-in', 'one.key', '-aes128', '-passout', 'pass:secret',
    '-out', 'locked.key');
$pki->write('wrong.pass', "nonsense\nmore\n");
$pki->write('right.pass', "nonsense\r\nsecret\n");
$pki->write('empty', '');
$pki->write('short.ticket', 'x' x 47);
$pki->write('long.ticket', 'x' x 80);

# The line of a directive inside `server` is 4 and on.
sub text {
    my ($listen, @lines) = @_;

    return join "\n", 'thrift {', '    server {',
        "        listen 127.0.0.1:%%PORT_1%% $listen; service PingService {}",
        (map { "        $_" } @lines), '    }', '}', '';
}

my @pair = ('ssl_certificate one.pem;', 'ssl_certificate_key one.key;');

# Refused with the words and the line.
sub refused {
    my ($words, $line, $listen, @lines) = @_;

    $t->conf(text($listen, @lines));
    my ($status, $out, $err) = $t->run('-t');
    isnt($status, 0, "refused: @lines[-1 .. -1]");
    like($err, qr/$words.* in \S+cthrift\.conf:$line\b/, "... $words");
}

sub taken {
    my ($listen, @lines) = @_;

    $t->conf(text($listen, @lines));
    my ($status, $out, $err) = $t->run('-t');
    is($status, 0, "taken: @lines[-1 .. -1]") or diag $err;
}

taken('ssl', @pair);
taken('ssl optional', @pair);

# ---- Pairs.

refused(qr/'listen' with 'ssl' needs 'ssl_certificate' and/, 3, 'ssl', '#');
refused(qr/this certificate has no 'ssl_certificate_key'/, 4, 'ssl',
    'ssl_certificate one.pem;');
refused(qr/this key has no 'ssl_certificate'/, 4, 'ssl',
    'ssl_certificate_key one.key;');
refused(qr/cannot read '\S+none.pem': No such file/, 4, 'ssl',
    'ssl_certificate none.pem;', $pair[1]);
refused(qr/cannot read '\S+none.key': No such file/, 5, 'ssl', $pair[0],
    'ssl_certificate_key none.key;');
refused(qr/no certificate in 'empty'/, 4, 'ssl', 'ssl_certificate empty;',
    $pair[1]);
refused(qr/no private key in 'one.pem'/, 5, 'ssl', $pair[0],
    'ssl_certificate_key one.pem;');
refused(qr/the key in 'two.key' is not that of .* 'one.pem'/, 5, 'ssl',
    $pair[0], 'ssl_certificate_key two.key;');
refused(qr/'one.pem' can never be chosen/, 6, 'ssl', @pair, @pair);
refused(qr/'ssl_certificate' is empty/, 4, 'ssl', 'ssl_certificate "";',
    $pair[1]);

refused(qr/has a pass phrase and there is no 'ssl_password_file'/, 5, 'ssl',
    $pair[0], 'ssl_certificate_key locked.key;');
refused(qr/no line of 'ssl_password_file' opens/, 5, 'ssl', $pair[0],
    'ssl_certificate_key locked.key;', 'ssl_password_file wrong.pass;');
refused(qr/cannot read '\S+none': No such file/, 6, 'ssl', $pair[0],
    'ssl_certificate_key locked.key;', 'ssl_password_file none;');
taken('ssl', $pair[0], 'ssl_certificate_key locked.key;',
    'ssl_password_file right.pass;');

# ---- Lists and numbers.

refused(qr/bad list of ciphers 'NONSENSE' \(no cipher match\)/, 6, 'ssl',
    @pair, 'ssl_ciphers NONSENSE;');
refused(qr/bad list of TLS 1.3 cipher suites 'TLS_AES_129'/, 6, 'ssl', @pair,
    'ssl_ciphersuites TLS_AES_129;');
refused(qr/bad list of TLS 1.3 cipher suites/, 6, 'ssl', @pair,
    'ssl_ciphersuites TLS_AES_128_GCM_SHA256:TLS_AES_129;');
taken('ssl', @pair,
    'ssl_ciphersuites TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384;');
refused(qr/bad list of curves 'X25518'/, 6, 'ssl', @pair,
    'ssl_ecdh_curve X25518;');
taken('ssl', @pair, 'ssl_ecdh_curve X25519:prime256v1;');
refused(qr/unknown version 'SSLv3': .* takes TLSv1, /, 6, 'ssl', @pair,
    'ssl_protocols SSLv3;');
refused(qr/'ssl_ciphersuites' has no effect without 'ssl_protocols TLSv1.3'/,
    7, 'ssl', @pair, 'ssl_protocols TLSv1.2;',
    'ssl_ciphersuites TLS_AES_128_GCM_SHA256;');
refused(qr/'ssl_ciphers' has no effect without 'ssl_protocols TLSv1.2'/,
    7, 'ssl', @pair, 'ssl_protocols TLSv1.3;', 'ssl_ciphers HIGH;');
refused(qr/TLSv1 and TLSv1.1 need ':\@SECLEVEL=0' .* 'ssl_ciphers'/,
    6, 'ssl', @pair, 'ssl_protocols TLSv1.1 TLSv1.2;');
taken('ssl', @pair, 'ssl_ciphers DEFAULT:@SECLEVEL=0;',
    'ssl_protocols TLSv1.1 TLSv1.2;');
refused(qr/wants a time above 0/, 6, 'ssl', @pair,
    'ssl_handshake_timeout 0;');
refused(qr/wants a number from 0 to 100/, 8, 'ssl', @pair,
    'ssl_verify_client on;', 'ssl_client_certificate ca.pem;',
    'ssl_verify_depth 101;');
refused(qr/wants names of 1 to 255 bytes/, 6, 'ssl', @pair,
    'ssl_alpn thrift "";');

# ---- Clients' certificates.

refused(qr/'ssl_verify_client' needs 'ssl_client_certificate' or/, 6, 'ssl',
    @pair, 'ssl_verify_client on;');
refused(qr/'$_' has no effect without 'ssl_verify_client'/, 6, 'ssl', @pair,
    "$_ ca.pem;") for qw(ssl_client_certificate ssl_trusted_certificate);
refused(qr/'ssl_verify_depth' has no effect without 'ssl_verify_client'/, 6,
    'ssl', @pair, 'ssl_verify_depth 2;');
refused(qr/no certificate in 'empty'/, 7, 'ssl', @pair,
    'ssl_verify_client on;', 'ssl_trusted_certificate empty;');
refused(qr/no revocation list in 'ca.pem'/, 8, 'ssl', @pair,
    'ssl_verify_client on;', 'ssl_trusted_certificate ca.pem;',
    'ssl_crl ca.pem;');

# ---- Sessions.

refused(qr/takes off or shared:NAME:SIZE/, 6, 'ssl', @pair,
    "ssl_session_cache $_;") for qw(on shared:a shared:a:b shared::1m);
refused(qr/the cache 'a' is smaller than 32k/, 6, 'ssl', @pair,
    'ssl_session_cache shared:a:31k;');
taken('ssl', @pair, 'ssl_session_cache shared:a:32k;');
refused(qr/wants whole seconds, 1s to 1w/, 6, 'ssl', @pair,
    "ssl_session_timeout $_;") for qw(0 1500ms 8d);
refused(qr/has no effect without 'ssl_session_tickets/, 7, 'ssl', @pair,
    'ssl_session_tickets off;', 'ssl_session_timeout 5m;');
refused(qr/has no effect without 'ssl_session_tickets'/, 7, 'ssl', @pair,
    'ssl_session_tickets off;', 'ssl_session_ticket_key long.ticket;');
refused(qr/has 47 bytes, a ticket key has 48 or 80/, 6, 'ssl', @pair,
    'ssl_session_ticket_key short.ticket;');
taken('ssl', @pair, 'ssl_session_ticket_key long.ticket;');
refused(qr/no good OCSP answer in 'long.ticket'/, 6, 'ssl', @pair,
    'ssl_stapling_file long.ticket;');

# ---- Where nobody listens with ssl.

refused(qr/'ssl_certificate' has no effect: no 'listen' here has 'ssl'/, 4,
    '', @pair);
refused(qr/'ssl_alpn' has no effect: no 'listen' here/, 4, '', 'ssl_alpn a;');

sub two_servers {
    my ($first, $second, $above) = @_;

    return <<"END";
thrift {
    $above
    server {
        listen 127.0.0.1:%%PORT_1%% $first; service PingService {}
    }
    server {
        listen 127.0.0.1:%%PORT_2%% $second; service PingService {}
    }
}
END
}

$t->conf(two_servers('', 'ssl', "@pair"));
is(($t->run('-t'))[0], 0, 'one server of two is enough');
$t->conf(two_servers('', '', 'ssl_protocols TLSv1.2;'));
like(($t->run('-t'))[2], qr/no 'listen' here has 'ssl' in \S+:2/,
    'none is not');
$t->conf(two_servers('ssl', 'ssl; ssl_session_cache shared:a:64k',
    "@pair ssl_session_cache shared:a:32k;"));
like(($t->run('-t'))[2], qr/the cache 'a' has another size elsewhere/,
    'a shared cache has one size');

# ---- A reload, of a server whose port nobody has let go.

my $r = CThrift::Test->new(undef, allow => [qr/key in '\S+' is not that/]);
my $dir = $t->dir;

sub pair_of {
    my ($certificate, $key) = @_;

    return ("ssl_certificate $dir/$certificate;",
        "ssl_certificate_key $dir/$key;");
}

sub server_name { CThrift::Tls->new(port => $r->port(1))->server_name }

$r->conf(text('ssl', pair_of('one.pem', 'one.key')));
$r->start;
is(server_name(), 'one.test', 'a server with the first certificate');

$r->conf(text('ssl', pair_of('two.pem', 'one.key')));
my ($status, $out, $err) = $r->run('-s', 'reload');
isnt($status, 0, 'a reload with the wrong key is refused');
like("$out$err", qr/the key in '\S+one.key' is not that/,
    '... with the reason');
is(server_name(), 'one.test', '... and the first one stays');

$r->conf(text('ssl', pair_of('two.pem', 'two.key')));
ok($r->reload, 'a reload with the right one');
is(server_name(), 'two.test', '... brings it');

done_testing();
