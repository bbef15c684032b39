#!/usr/bin/perl

# variables.t -- what a handler can learn of its call by name, and whether
# docs/variables.md knows the same names as the server.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
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
        service             => 'Probe',
        method              => 'variable',
        protocol            => 'binary',
        transport           => 'unframed',
        dialect             => 'unframed binary',
        reply_length        => 0,
        proxy_protocol_addr => '',
        proxy_protocol_port => '',
        header_host         => '',
    );
    $c->send_call('variable', [[1, ['string', 'seqid']]], seqid => -77);
    is(CThrift::Client::result($c->recv_reply), -77, 'seqid');
    is(value_of($c, 'connection_calls'), 19, 'connection_calls');
    is(value_of($c, 'request_length'), 4 + 4 + 8 + 4 + 3 + 4 + 14 + 1,
        'request_length');
    like(value_of($c, 'request_time'), qr/^\d+\.\d{6}$/, 'request_time');
    my $number = value_of($c, 'connection');
    like($number, qr/^[1-9]\d*$/, 'connection');
    cmp_ok(value_of($t->client, 'connection'), '>', $number, 'another one');

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
my %built = map { $_ => 1 }
    slurp('src/thrift/ct_variable.c') =~ /^    \{ "(\w+)",\s+\w+,/mg;
$built{header_NAME} = delete $built{header_};

is(join(' ', sort keys %written), join(' ', sort keys %built),
    'docs/variables.md names the same variables as the server');
my $c = $t->client;
isnt(value_of($c, $_), '(error)', "$_ is found") for sort keys %built;
