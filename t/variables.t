#!/usr/bin/perl

# variables.t -- what a handler can learn of its call by name, and whether
# docs/variables.md knows the same names as the server.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use CThrift::Tls;
use IO::Socket::IP;
use Sys::Hostname;
use Test::More;

my $t = CThrift::Test->new(<<'END');
load_module %%OBJS%%/probe.so;
worker_processes 1;
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        listen *:%%PORT_2%% proxy_protocol;
        listen unix:%%TESTDIR%%/sock;
        set_real_ip_from 127.0.0.1;
        service Probe { }
    }
}
END
$t->start;

my $V1 = "PROXY TCP4 192.0.2.7 198.51.100.1 40000 9090\r\n";

sub value_of {
    my ($c, $name) = @_;
    my $reply = $c->call('variable', [[1, ['string', $name]]]);

    return CThrift::Client::result($reply) // '(error)';
}

sub values_are {
    my ($c, $what, %want) = @_;

    is(value_of($c, $_), $want{$_}, "$what: $_") for sort keys %want;
}

my ($worker) = $t->workers;

{
    my $c = $t->client;
    my $port = $c->{socket}->sockport;
    values_are($c, 'plain',
        remote_addr         => '127.0.0.1',
        remote_port         => $port,
        realip_remote_addr  => '127.0.0.1',
        realip_remote_port  => $port,
        server_addr         => '127.0.0.1',
        server_port         => $t->port(1),
        pid                 => $worker,
        worker              => 0,
        worker_id           => 0,
        message_type        => 'call',
        exception           => '',
        status              => '',
        hostname            => hostname(),
        service             => 'Probe',
        method              => 'variable',
        protocol            => 'binary',
        transport           => 'unframed',
        dialect             => 'unframed binary',
        reply_length        => 0,
        proxy_protocol_addr => '',
        proxy_protocol_port => '',
        header_host         => '',
        ssl_protocol        => '',
        ssl_client_verify   => '',
        ssl_client_v_remain => '',
    );
    for my $one (
        [['zlib'], 'zlib unframed binary'],
        [['zlib', 'framed'], 'zlib framed binary'],
        [['http'], 'http binary'],
        [['http', 'header'], 'http binary'],
        [['ttheader'], 'ttheader binary'],
    ) {
        my ($layers, $want) = @$one;
        is(value_of($t->client(transport => $layers), 'dialect'), $want,
            "@$layers: dialect");
    }
    $c->send_call('variable', [[1, ['string', 'seqid']]], seqid => -77);
    is(CThrift::Client::result($c->recv_reply), -77, 'seqid');
    is(value_of($c, 'connection_calls'), 27, 'connection_calls');
    is(value_of($c, 'request_length'), 4 + 4 + 8 + 4 + 3 + 4 + 14 + 1,
        'request_length');
    like(value_of($c, 'request_time'), qr/^\d+\.\d{6}$/, 'request_time');
    like(value_of($c, "request_time_$_"), qr/^\d+$/, "request_time_$_")
        for qw(ms us);
    like(value_of($c, 'handler_time'), qr/^\d+\.\d{6}$/, 'handler_time');
    like(value_of($c, 'time_iso8601'),
        qr/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d$/, 'time_iso8601');
    like(value_of($c, 'time_local'),
        qr{^\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [-+]\d{4}$}, 'time_local');
    my $now = value_of($c, 'msec');
    like($now, qr/^\d+\.\d{3}$/, 'msec');
    cmp_ok(abs($now - time), '<', 3, 'msec is now');
    is(value_of($c, 'queue_time'), '0.000000', 'queue_time in the loop');
    my $number = value_of($c, 'connection');
    like($number, qr/^[1-9]\d*$/, 'connection');
    cmp_ok(value_of($t->client, 'connection'), '>', $number, 'another one');

    my $id = value_of($c, 'request_id');
    like($id, qr/^[0-9a-f]{32}$/, 'an id is made');
    isnt(value_of($c, 'request_id'), $id, 'another one for each call');
    for my $one (
        ['http',     fields  => ['x-request-id: one-of-mine']],
        ['header',   headers => { 'X-Request-Id' => 'one-of-mine' }],
        ['ttheader', headers => { 'X-Request-Id' => 'one-of-mine' }],
    ) {
        is(value_of($t->client(transport => [$one]), 'request_id'),
            'one-of-mine', "$$one[0]: the client's id");
    }
    $c = $t->client;

    my $reply = $c->call('variable', [[1, ['string', 'what']]]);
    is((CThrift::Client::exception($reply))[1], 'there is no such variable',
        'an unknown name');
}

{
    my $c = $t->client(framed => 1, strict => 0);
    values_are($c, 'framed',
        dialect        => 'framed binary',
        transport      => 'framed',
        request_length => 4 + 4 + 8 + 1 + 4 + 3 + 4 + 14 + 1,
    );
}

{
    my $c = $t->client(path => $t->dir . '/sock');
    values_are($c, 'unix',
        remote_addr => 'unix:',
        remote_port => '',
        server_addr => 'unix:' . $t->dir . '/sock',
        server_port => '',
    );
}

{
    my $c = $t->client(port => $t->port(2));
    my $port = $c->{socket}->sockport;
    $c->send_raw($V1);
    values_are($c, 'proxied',
        remote_addr                => '192.0.2.7',
        remote_port                => 40000,
        realip_remote_addr         => '127.0.0.1',
        realip_remote_port         => $port,
        server_addr                => '127.0.0.1',
        server_port                => $t->port(2),
        proxy_protocol_addr        => '192.0.2.7',
        proxy_protocol_port        => 40000,
        proxy_protocol_server_addr => '198.51.100.1',
        proxy_protocol_server_port => 9090,
    );
}

# ---- Over TLS.

SKIP: {
    my $missing = CThrift::Tls::missing();
    skip $missing, 1 if $missing;

    my $pki = CThrift::Tls::Pki->new($t->dir);
    $pki->ca('ca');
    $pki->cert('server', ca => 'ca', names => ['one.test']);
    $pki->cert('client', ca => 'ca', names => ['two.test']);
    $t->conf($t->read_file('conf/cthrift.conf') =~ s/^thrift \{/$&
    server {
        listen 127.0.0.1:%%PORT_3%% ssl proxy_protocol;
        ssl_certificate server.pem;
        ssl_certificate_key server.key;
        ssl_verify_client optional;
        ssl_client_certificate ca.pem;
        set_real_ip_from 127.0.0.2;
        service Probe { }
    }
    server {
        listen 127.0.0.1:%%PORT_4%% ssl=optional proxy_protocol;
        ssl_certificate server.pem;
        ssl_certificate_key server.key;
        service Probe { }
    }/mr);
    ok($t->reload, 'a server with TLS');
    $t->descriptors_may_change;    # by two sockets more

    my $c = CThrift::Tls->new(port => $t->port(3),
        ssl => { SSL_hostname => 'one.test', SSL_version => 'TLSv1_3' });
    values_are($c, 'TLS from a source that is not listed',
        remote_addr            => '127.0.0.1',
        remote_port            => $c->{socket}->sockport,
        ssl_protocol           => 'TLSv1.3',
        ssl_server_name        => 'one.test',
        ssl_session_reused     => '.',
        ssl_client_verify      => 'NONE',
        ssl_client_s_dn        => '',
        ssl_client_fingerprint => '',
        ssl_client_cert        => '',
        ssl_alpn_protocol      => '',
    );
    like(value_of($c, 'ssl_cipher'), qr/^TLS_\w+$/, 'ssl_cipher');
    isnt(value_of($c, 'ssl_curve'), '', 'ssl_curve');

    # The header is in the clear, and all behind it is not.
    my %certificate = (
        SSL_cert_file => $t->dir . '/client.pem',
        SSL_key_file  => $t->dir . '/client.key',
        SSL_use_cert  => 1,
    );
    for my $n (3, 4) {
        my $c = $t->client(port => $t->port($n));
        $c->{socket} = IO::Socket::IP->new(
            PeerHost  => '127.0.0.1',
            PeerPort  => $t->port($n),
            LocalHost => '127.0.0.2',
        );
        $c->send_raw($V1);
        CThrift::Tls::start($c, %certificate);
        values_are($c, "TLS behind a PROXY header, port $n",
            remote_addr        => '192.0.2.7',
            remote_port        => 40000,
            realip_remote_addr => '127.0.0.2',
            ssl_client_verify  => $n == 3 ? 'SUCCESS' : 'NONE',
        );
        next if $n == 4;
        like(value_of($c, 'ssl_client_s_dn'), qr/CN=/, 'ssl_client_s_dn');
        like(value_of($c, 'ssl_client_i_dn'), qr/CN=/, 'ssl_client_i_dn');
        like(value_of($c, 'ssl_client_serial'), qr/^[0-9A-F]+$/,
            'ssl_client_serial');
        like(value_of($c, 'ssl_client_fingerprint'), qr/^[0-9a-f]{64}$/,
            'ssl_client_fingerprint');
        like(value_of($c, "ssl_client_v_$_"), qr/^[A-Z]\w\w .* GMT$/,
            "ssl_client_v_$_") for qw(start end);
        like(value_of($c, 'ssl_client_v_remain'), qr/^\d+$/,
            'ssl_client_v_remain');
        like(value_of($c, 'ssl_client_cert'),
            qr/^-----BEGIN CERTIFICATE-----\n/, 'ssl_client_cert');
    }

    # And where TLS may be left out, plaintext behind the header.
    $c = $t->client(port => $t->port(4));
    $c->send_raw($V1);
    values_are($c, 'plaintext behind a PROXY header',
        remote_addr       => '192.0.2.7',
        ssl_protocol      => '',
        ssl_client_verify => '',
    );
}

# ---- The document.

sub slurp {
    my ($path) = @_;

    open my $fh, '<', $path or die "cannot open $path: $!";
    local $/;
    return scalar <$fh>;
}

my %written;
for (slurp('docs/variables.md') =~ /^\| (`[^|]*) \|/mg) {
    $written{$_}++ for /`(\w+)`/g;
}
my $table = join '', map { slurp($_) } glob 'src/thrift/ct_variable_*.c';
my %built = map { $_ => 1 } 'arg_NAME', 'header_NAME',
    $table =~ /^    (?:CT_(?:OF_\w+|WRITTEN)\(|\{ ")(\w+[^\W_])\b/mg,
    map { "ssl_$_" } $table =~ /^    OF_TLS\((\w+)/mg;

is(join(' ', sort keys %written), join(' ', sort keys %built),
    'docs/variables.md names the same variables as the server');
my $c = $t->client;
isnt(value_of($c, $_), '(error)', "$_ is found") for sort keys %built;
