#!/usr/bin/perl

# real_ip.t -- calls that come with headers, and whom they name as the client:
# over HTTP, THeader and TTHeader, from sources that are believed and others.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use IO::Socket::IP;
use Test::More;

my $t = CThrift::Test->new(<<'END');
load_module %%OBJS%%/probe.so;
worker_processes 1;
thrift {
    set_real_ip_from 127.0.0.1;
    set_real_ip_from 10.0.0.0/8;
    real_ip_header X-Forwarded-For;
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service Probe { }
    }
    server {
        listen 127.0.0.1:%%PORT_2%%;
        real_ip_recursive on;
        service Probe { }
    }
    server {
        listen 127.0.0.1:%%PORT_3%% proxy_protocol;
        service Probe { }
    }
    server {
        listen 127.0.0.1:%%PORT_4%%;
        real_ip_header proxy_protocol;
        service Probe { }
    }
}
END
$t->start;

sub value_of {
    my ($c, $name) = @_;

    return CThrift::Client::result(
        $c->call('variable', [[1, ['string', $name]]]));
}

# A client whose calls come with these fields of HTTP.
sub http {
    my ($fields, %o) = @_;

    return $t->client(port => $t->port($o{n} // 1),
        transport => [['http', fields => $fields]]);
}

sub addr { value_of($_[0], 'remote_addr') }

# ---- HTTP.

is(addr(http(['X-Forwarded-For: 192.0.2.7'])), '192.0.2.7', 'HTTP');
is(addr(http(['x-forwarded-for: 2001:db8::7'])), '2001:db8::7', 'IPv6');
is(value_of(http(['X-Forwarded-For: 192.0.2.7']), 'remote_port'), '',
    'no port');
is(value_of(http(['X-Forwarded-For: [::7]:80']), 'remote_port'), '80',
    'a port');
is(addr(http([])), '127.0.0.1', 'no header');
is(addr(http(['X-Real-IP: 192.0.2.7'])), '127.0.0.1', 'another header');
is(addr(http(['X-Forwarded-For: nobody'])), '127.0.0.1', 'a wrong header');
is(addr(http(['X-Forwarded-For: 1.1.1.1, 10.0.0.1'])), '10.0.0.1',
    'the last one');
is(addr(http(['X-Forwarded-For: 1.1.1.1, 2.2.2.2, 10.0.0.1'], n => 2)),
    '2.2.2.2', 'the last one that is not trusted');
is(addr(http(['X-Forwarded-For: 1.1.1.1', 'X-Forwarded-For: 10.0.0.1'],
    n => 2)), '1.1.1.1', 'over two headers');
is(addr(http(['X-Forwarded-For: 192.0.2.7'], n => 4)), '127.0.0.1',
    'where no header is asked for');

{
    my $c = http(['X-Forwarded-For: 192.0.2.7', 'X-Request-Id: one two']);
    is(value_of($c, 'realip_remote_addr'), '127.0.0.1', 'the socket\'s peer');
    is(value_of($c, 'header_x_request_id'), 'one two', 'another header');
    is(value_of($c, 'header_X_FORWARDED_FOR'), '192.0.2.7',
        'in whatever case');
    is(value_of($c, 'transport'), 'http', 'over HTTP');
    is(CThrift::Client::result($c->call('peer')), '192.0.2.7:0',
        'ct_call_peer');

    # Each call speaks for itself.
    $c->{layers}[0]{fields} = ['X-Forwarded-For: 192.0.2.8'];
    is(addr($c), '192.0.2.8', 'another client on the connection');
    $c->{layers}[0]{fields} = [];
    is(addr($c), '127.0.0.1', 'and the proxy itself');

    $c->{layers}[0]{fields} = ['X-Forwarded-For: 192.0.2.9'];
    $c->call('fail', [[1, ['string', 'it must']]]);
    ok($t->wait_for_log(qr/the handler failed: .*client: 192\.0\.2\.9:0, /),
        'the log names the client');
}

# From elsewhere nobody is believed.
{
    my $c = http(['X-Forwarded-For: 192.0.2.7']);
    $c->{socket} = IO::Socket::IP->new(
        PeerHost  => '127.0.0.1',
        PeerPort  => $t->port(1),
        LocalHost => '127.0.0.2',
    ) or die "cannot connect: $!";
    is(addr($c), '127.0.0.2', 'a source that is not listed');
}

# ---- Behind a PROXY header: its client must be one of ours.

for my $case (['10.0.0.9', '192.0.2.7'], ['192.0.2.1', '192.0.2.1']) {
    my ($named, $client) = @$case;
    my $c = http(['X-Forwarded-For: 192.0.2.7'], n => 3);
    $c->send_raw("PROXY TCP4 $named 198.51.100.1 40000 9090\r\n");
    is(addr($c), $client, "PROXY header of $named");
    is(value_of($c, 'proxy_protocol_addr'), $named, 'is known');
    is(value_of($c, 'realip_remote_addr'), '127.0.0.1', 'and who sent it');
}

# ---- THeader and TTHeader.

for my $transport (qw(header ttheader)) {
    my $c = $t->client(transport => [[$transport,
        headers => { 'X-Forwarded-For' => '192.0.2.7', 'some-key' => 'v' }]]);
    is(addr($c), '192.0.2.7', $transport);
    is(value_of($c, 'header_some_key'), 'v', "$transport: a header");
}

{
    my $c = $t->client(transport => [['header',
        sticky => { 'X-Forwarded-For' => '192.0.2.1' }]]);
    is(addr($c), '192.0.2.1', 'set for the connection');
    is(addr($c), '192.0.2.1', 'stays');
    $c->{layers}[0]{headers} = { 'x-forwarded-for' => '192.0.2.2' };
    is(addr($c), '192.0.2.2', 'a call\'s own goes before it');
    $c->{layers}[0]{headers} = {};
    is(addr($c), '192.0.2.1', 'that call\'s alone');
}

# Nothing that has headers.
is(addr($t->client), '127.0.0.1', 'unframed');
is(addr($t->client(framed => 1)), '127.0.0.1', 'framed');
