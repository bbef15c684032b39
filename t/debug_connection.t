#!/usr/bin/perl

# debug_connection.t -- every line about the connections of a few clients, and
# none more about anybody else's.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use IO::Socket::IP;
use Test::More;

my $conf = <<'END';
load_module %%OBJS%%/probe.so;
error_log logs/error.log error;
error_log logs/alerts.log alert;
events {
    debug_connection 127.0.0.2;
    debug_connection 10.1.0.0/16;
    debug_connection unix:;
}
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service Probe { }
    }
    server {
        listen 127.0.0.1:%%PORT_2%% proxy_protocol;
        service Probe { }
    }
}
END
my $t = CThrift::Test->new($conf);
$t->start;

# A call from that address, perhaps behind a PROXY header.
sub call_from {
    my ($host, $n, $header) = @_;
    my $c = $t->client(port => $t->port($n));

    $c->{socket} = IO::Socket::IP->new(PeerHost => '127.0.0.1',
        PeerPort => $t->port($n), LocalHost => $host) or die "$host: $!";
    $c->{socket}->syswrite($header) if defined $header;
    is($c->call('echo', [[1, ['string', 'x']]])->{type}, 2,
        "a call from $host");
    my $port = $c->{socket}->sockport;
    $c->close;
    return $port;
}

my $plain = call_from('127.0.0.1', 1);
my $port  = call_from('127.0.0.2', 1);
my $client = qr/client: 127\.0\.0\.2:$port/;

ok($t->wait_for_log(qr/\[debug\] \d+: connection (\d+) begins, $client/),
    'a connection begins');
my ($number) = $t->log_text =~ /connection (\d+) begins, $client/;
ok($t->wait_for_log(qr/connection $number ends/), 'and ends');
my $log = $t->log_text;
like($log, qr/connection $number speaks unframed binary/, 'what it speaks');
like($log, qr/call begins: echo, seqid: \d+, $client/, 'a call begins');
like($log,
    qr/call ends: ok, \d+ us, \d+ bytes in, \d+ out, $client, method: Pr/,
    'and ends');
unlike($log, qr/127\.0\.0\.1:$plain\b/, 'nothing of another client');
is($t->read_file('logs/alerts.log'), '', 'and nothing in a log for alerts');

call_from('127.0.0.1', 2, "PROXY TCP4 10.1.2.3 10.0.0.1 4711 9090\r\n");
ok($t->wait_for_log(qr/call ends: ok, .*client: 10\.1\.2\.3:4711/),
    'a client whom a proxy has named');
call_from('127.0.0.1', 2, "PROXY TCP4 10.2.2.3 10.0.0.1 4711 9090\r\n");
unlike($t->log_text, qr/10\.2\.2\.3/, 'and none whom it was not asked for');

$t->conf($conf =~ s{10\.1\.0\.0/16}{10.1.0.0/33}r);
my ($code, undef, $err) = $t->run('-t');
is($code, 1, 'a range that is none is refused');
like($err, qr{'10\.1\.0\.0/33' is no range of addresses: .* in .*:\d+},
    'and why');
$t->conf($conf);

done_testing;
