#!/usr/bin/perl

# tls_client_cert.t -- clients that must, or may, show a certificate.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use CThrift::Tls;
use Test::More;

my $missing = CThrift::Tls::missing();
plan skip_all => $missing if $missing;

my $t = CThrift::Test->new;
my $pki = CThrift::Tls::Pki->new($t->dir);
my $dir = $t->dir;

$pki->ca('ca');
$pki->ca('between', ca => 'ca');
$pki->ca('stranger');
$pki->cert('one', ca => 'ca', names => ['one.test']);
$pki->cert('alice', ca => 'ca', serial => 77);
$pki->cert('mallory', ca => 'stranger');
$pki->cert('bob', ca => 'ca', serial => 78);
$pki->cert('carol', ca => 'between');
$pki->write('carol-chain.pem', $pki->read('carol.pem')
        . $pki->read('between.pem'));
$pki->cert('late', ca => 'ca', days => 0);
$pki->crl('none.crl', 'ca');
$pki->crl('bob.crl', 'ca', 78);

my $server = <<'END';
    server {
        listen 127.0.0.1:%%PORT_NUMBER%% ssl;
        ssl_certificate one.pem;
        ssl_certificate_key one.key;
        REST
        service PingService { }
    }
END

my @rest = (
    'ssl_verify_client on; ssl_client_certificate ca.pem;',
    'ssl_verify_client optional; ssl_client_certificate ca.pem;',
    'ssl_verify_client on; ssl_trusted_certificate ca.pem;
        ssl_verify_depth 0;',
    'ssl_verify_client on; ssl_client_certificate ca.pem; ssl_crl bob.crl;',
);

sub servers {
    my $n = 0;

    return 'thrift {' . join('', map {
        my $rest = $_;
        $n++;
        $server =~ s/NUMBER/$n/r =~ s/REST/$rest/r;
    } @rest) . '}';
}

$t->conf("worker_processes 1;\n" . servers());
$t->start;

# '' where the client is served by both versions, or the one that is given;
# else why it is not.
sub refusal {
    my ($port, $who, %o) = @_;
    my %ssl = $who eq '' ? () : (
        SSL_cert_file => "$dir/" . ($o{chain} // $who) . '.pem',
        SSL_key_file  => "$dir/$who.key",
    );
    for my $version ($o{version} // qw(TLSv1_2 TLSv1_3)) {
        my $why = eval {
            my $c = CThrift::Tls->new(port => $t->port($port),
                ssl => { %ssl, SSL_version => $version });
            CThrift::Client::result($c->call('ping')) eq 'pong' or die 'ping';
            1;
        } ? '' : $@ || 'refused';
        return $why if $why;
    }
    return '';
}

# Both versions refuse.
sub is_refused {
    my ($port, $who, $name, %o) = @_;

    for my $version (qw(TLSv1_2 TLSv1_3)) {
        isnt(refusal($port, $who, %o, version => $version), '',
            "$name, $version");
    }
}

is(refusal(1, 'alice'), '', 'on: a good certificate');
is_refused(1, '', 'on: none');
ok($t->wait_for_log(
        qr/TLS handshake failed: peer did not return a certificate, client: /),
    '... with a line in the log');
is_refused(1, 'mallory', "on: a stranger's");
is_refused(1, 'late', 'on: one that is out of date');
is_refused(1, 'carol', 'on: one whose issuer is not shown');
is(refusal(1, 'carol', chain => 'carol-chain'), '',
    'on: a chain as deep as the default');

is(refusal(2, ''), '', 'optional: none');
is(refusal(2, 'alice'), '', 'optional: a good one');
is_refused(2, 'mallory', "optional: a stranger's");

is(refusal(3, 'alice'), '', 'depth 0: signed by the CA itself');
is_refused(3, 'carol', 'depth 0: a chain', chain => 'carol-chain');

is(refusal(4, 'alice'), '', 'a revocation list: another one');
is_refused(4, 'bob', 'a revocation list: the revoked one');
# Such lines come once a second.
ok(CThrift::Test::wait_for(sub {
    refusal(4, 'bob');
    $t->log_text =~ /its certificate is refused: certificate revoked/;
}), '... with its reason in the log');


# ---- What a session was opened with is asked again after a reload.

{
    my $ssl = CThrift::Tls::sessions(SSL_cert_file => "$dir/bob.pem",
        SSL_key_file => "$dir/bob.key");
    my $connect = sub {
        my $c = CThrift::Tls->new(port => $t->port(1), ssl => $ssl);
        $c->call('ping');
        my $resumed = $c->is_resumed;
        $c->close;
        return $resumed;
    };

    $connect->();
    ok($connect->(), 'a client that has shown its certificate goes on');
    $rest[0] = $rest[3];
    $t->conf("worker_processes 1;\n" . servers());
    ok($t->reload, 'a reload with a list that revokes it');
    ok(!eval { $connect->(); 1 }, '... and it does not any more');
}

done_testing();
