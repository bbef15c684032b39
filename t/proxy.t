#!/usr/bin/perl

# proxy.t -- connections that come through a load balancer: the PROXY
# protocol's two versions, whom it is believed, and what becomes of those who
# get it wrong.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use IO::Socket::IP;
use Socket qw(inet_aton inet_pton AF_INET6 pack_sockaddr_in);
use Test::More;
use Time::HiRes qw(sleep time);

my $t = CThrift::Test->new(<<'END');
load_module %%OBJS%%/probe.so;
worker_processes 1;
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%% proxy_protocol;
        listen unix:%%TESTDIR%%/any proxy_protocol;
        listen 127.0.0.1:%%PORT_4%%;
        proxy_protocol_timeout 30s;
        service Probe { }
    }
    server {
        listen 127.0.0.1:%%PORT_2%% proxy_protocol;
        listen unix:%%TESTDIR%%/some proxy_protocol;
        set_real_ip_from 127.0.0.2;
        set_real_ip_from 127.1.0.0/16;
        service Probe { }
    }
    server {
        listen 127.0.0.1:%%PORT_3%% proxy_protocol;
        proxy_protocol_timeout 300ms;
        service Probe { }
    }
}
END
$t->start;

my $V1 = "PROXY TCP4 192.0.2.7 198.51.100.1 40000 9090\r\n";
my $SIGNATURE = "\r\n\r\n\0\r\nQUIT\n";

# A header of version 2; `$over` is family and transport in one byte.
sub v2 {
    my ($command, $over, $body) = @_;

    return $SIGNATURE . pack('CCn', 0x20 | $command, $over, length $body)
        . $body;
}

sub v2_ipv4 {
    my ($client, $port, $rest) = @_;

    return v2(1, 0x11, inet_aton($client) . inet_aton('198.51.100.1')
        . pack('nn', $port, 9090) . ($rest // ''));
}

sub v2_ipv6 {
    my ($client, $port) = @_;

    return v2(1, 0x21, inet_pton(AF_INET6, $client)
        . inet_pton(AF_INET6, '2001:db8::1') . pack('nn', $port, 9090));
}

sub peer_bytes { CThrift::Client::message('peer', 1, 1, [], 1) }

sub result { CThrift::Client::result($_[0]) }

# Whom the server takes a client for that begins with those bytes; undef if
# the connection is closed instead.
sub peer_after {
    my ($header, %o) = @_;
    my $c = connect_as(%o);

    $c->send_raw($header . peer_bytes());
    my $reply = eval { $c->recv_reply };
    $c->close;
    return $reply && result($reply);
}

# A client of port `n`, from the local address `from`.
sub connect_as {
    my (%o) = @_;

    return CThrift::Client->new(path => $o{path}) if $o{path};
    my $c = $t->client(port => $t->port($o{n} // 1));
    return $c if !$o{from};
    $c->{socket} = IO::Socket::IP->new(
        PeerHost  => '127.0.0.1',
        PeerPort  => $t->port($o{n} // 1),
        LocalHost => $o{from},
    ) or die "cannot connect from $o{from}: $!";
    return $c;
}

sub totals {
    my (undef, $json) = $t->run('-s', 'status', '--json');
    my ($n) = $json =~ /"$_[0]":\s*(\d+)/;
    return $n;
}


# ---- What is read.

is(peer_after($V1), '192.0.2.7:40000', 'version 1, IPv4');
is(peer_after("PROXY TCP6 2001:db8::7 2001:db8::1 40000 9090\r\n"),
    '[2001:db8::7]:40000', 'version 1, IPv6');
like(peer_after("PROXY UNKNOWN\r\n"), qr/^127\.0\.0\.1:\d+$/,
    'version 1, UNKNOWN');
like(peer_after("PROXY UNKNOWN what ever ffff::1\r\n"),
    qr/^127\.0\.0\.1:\d+$/, 'version 1, UNKNOWN and more');
is(peer_after('PROXY TCP6 ' . join(' ', ('ffff:' x 7 . 'ffff') x 2)
        . " 65535 65535\r\n"), '[' . 'ffff:' x 7 . 'ffff]:65535',
    'version 1, as long as may be');

is(peer_after(v2_ipv4('192.0.2.8', 40001)), '192.0.2.8:40001',
    'version 2, IPv4');
is(peer_after(v2_ipv6('2001:db8::8', 40002)), '[2001:db8::8]:40002',
    'version 2, IPv6');
is(peer_after(v2(1, 0x31, 'x' x 216)), 'unix:', 'version 2, unix');
like(peer_after(v2(0, 0x00, '')), qr/^127\.0\.0\.1:\d+$/,
    'version 2, LOCAL');
like(peer_after(v2(0, 0x11, "\x09" x 12)), qr/^127\.0\.0\.1:\d+$/,
    'version 2, LOCAL with addresses');
like(peer_after(v2(1, 0x00, '')), qr/^127\.0\.0\.1:\d+$/,
    'version 2, no addresses');
is(peer_after(v2_ipv4('192.0.2.9', 1, pack('Cn/a*', 0x02, 'example.org')
        . pack('Cn/a*', 0x04, '?' x 3000))), '192.0.2.9:1',
    'version 2 with attachments');
is(peer_after($V1, path => $t->dir . '/any'), '192.0.2.7:40000',
    'over a unix socket');

# Calls stand right behind the header, in the same segment.
for my $header ($V1, v2_ipv4('192.0.2.7', 40000)) {
    my $c = $t->client;
    my $n = 50;
    $c->send_raw($header . join '',
        map { CThrift::Client::message('echo', 1, $_,
                [[1, ['string', $_]]], 1) } 1 .. $n);
    my @got = map { result($c->recv_reply) } 1 .. $n;
    is("@got", join(' ', 1 .. $n), 'pipelined calls behind the header');
}

# Byte by byte, with one call behind.
for my $header ($V1, v2_ipv4('192.0.2.7', 40000, "\x04\0\x20" . ' ' x 32)) {
    my $c = $t->client;
    for my $byte (split //, $header . peer_bytes()) {
        $c->send_raw($byte);
        sleep 0.001;
    }
    is(result($c->recv_reply), '192.0.2.7:40000', 'byte by byte');
}

# ---- What is refused.

is(totals('proxy_errors'), 0, 'nobody was wrong so far');

my @broken = (
    'a call at once'      => peer_bytes(),
    'a framed call'       => CThrift::Client::frame(peer_bytes()),
    'TLS'                 => "\x16\x03\x01",
    'HTTP'                => "POST / HTTP/1.1\r\n\r\n",
    'one wrong byte'      => 'x',
    'no such protocol'    => "PROXY TCP5 1.1.1.1 1.1.1.1 1 1\r\n",
    'no CR'               => "PROXY TCP4 192.0.2.7 192.0.2.7 1 1\n",
    'a leading zero'      => "PROXY TCP4 192.0.2.7 192.0.2.7 01 1\r\n",
    'a port too large'    => "PROXY TCP4 192.0.2.7 192.0.2.7 65536 1\r\n",
    'the other family'    => "PROXY TCP4 ::1 ::1 1 1\r\n",
    'two spaces'          => "PROXY TCP4  192.0.2.7 192.0.2.7 1 1\r\n",
    'a space at the end'  => "PROXY TCP4 192.0.2.7 192.0.2.7 1 1 \r\n",
    'an address missing'  => "PROXY TCP4 192.0.2.7 1 1\r\n",
    'a NUL'               => "PROXY TCP4 192.0.2.7\0 192.0.2.7 1 1\r\n",
    'a line without end'  => 'PROXY UNKNOWN ' . 'x' x 93,
    'an endless line'     => 'PROXY UNKNOWN ' . 'x' x 10_000,
    'version 3'           => $SIGNATURE . "\x31\x11\0\0",
    'command 2'           => $SIGNATURE . "\x22\x11\0\0",
    'family 4'            => v2(1, 0x41, 'x' x 300),
    'transport 3'         => v2(1, 0x13, 'x' x 300),
    'too short'           => v2(1, 0x11, 'x' x 11),
    'too long'            => v2(1, 0x11, 'x' x 4081),
    'far too long'        => $SIGNATURE . "\x21\x11\xff\xff",
    'attachment too long' => v2_ipv4('192.0.2.7', 1, "\x02\0\x04abc"),
    'attachment cut'      => v2_ipv4('192.0.2.7', 1, "\x02\0"),
    'a wrong checksum'    => v2_ipv4('192.0.2.7', 1, "\x03\0\x04abcd"),
);
for (my $i = 0; $i < @broken; $i += 2) {
    my $c = $t->client;
    eval { $c->send_raw($broken[ $i + 1 ]) };
    is($c->recv_until_closed, '', "$broken[$i] is refused");
    is(peer_after($V1), '192.0.2.7:40000', 'and others are served')
        if $i % 8 == 0;
}
is(totals('proxy_errors'), @broken / 2, 'each is counted');
like($t->log_text, qr/\[warn\].*no PROXY header: the first bytes are /,
    'and the log says why');

# One that goes away in the middle, and one that says nothing at all.
{
    my $before = totals('proxy_errors');
    my $c = $t->client;
    $c->send_raw("PROXY TCP4 192.");
    shutdown $c->{socket}, 1;
    is($c->recv_until_closed, '', 'half a header and the end');
    is(totals('proxy_errors'), $before + 1, 'counts');

    $c = $t->client;
    shutdown $c->{socket}, 1;
    is($c->recv_until_closed, '', 'nothing and the end');
    is(totals('proxy_errors'), $before + 1,
        'is a health check and does not');
}

# A listen without the option takes no header.
is(peer_after($V1, n => 4), undef, 'a header that nobody asked for');
ok($t->wait_for_log(qr/looks like: the PROXY protocol/),
    'is refused by name');

# ---- Whom it is believed.

is(peer_after($V1, n => 2, from => '127.0.0.2'), '192.0.2.7:40000',
    'a listed address');
is(peer_after($V1, n => 2, from => '127.1.2.3'), '192.0.2.7:40000',
    'a listed range');
is(peer_after('', n => 2, from => '127.0.0.2'), undef,
    'a listed address without a header');
like(peer_after('', n => 2), qr/^127\.0\.0\.1:\d+$/,
    'another address is served as itself');
like(peer_after('', n => 2, from => '127.2.0.1'), qr/^127\.2\.0\.1:\d+$/,
    'next to the range too');
is(peer_after($V1, n => 2), undef, 'and its header is refused');
is(peer_after('', path => $t->dir . '/some'), 'unix:',
    'a unix socket that is not listed');

# ---- Silence.

{
    my $timeouts = totals('timeouts');
    my $half = $t->client(port => $t->port(3));
    my $silent = $t->client(port => $t->port(3));
    my $slow = $t->client(port => $t->port(3));
    my $started = time;
    $half->send_raw(substr $V1, 0, 20);
    while (time - $started < 0.2) {
        is(peer_after($V1, n => 3), '192.0.2.7:40000', 'others are served');
        sleep 0.05;
    }
    $slow->send_raw($V1);
    is($silent->recv_until_closed, '', 'a silent one is closed');
    is($half->recv_until_closed, '', 'and one that stops in the middle');
    cmp_ok(time - $started, '>=', 0.29, 'at the timeout');
    is(totals('timeouts'), $timeouts + 2, 'both are counted');
    ok($t->wait_for_log(qr/client 127\.0\.0\.1:\d+: sent no whole PROXY /),
        'and logged');
    # Behind the header another timeout holds.
    sleep 0.3;
    $slow->send_raw(peer_bytes());
    is(result($slow->recv_reply), '192.0.2.7:40000',
        'one with its header may wait');
}

# ---- While the worker leaves.

{
    my $none = $t->client;
    my $half = $t->client;
    $half->send_raw(substr $V1, 0, 20);
    my $served = $t->client;
    $served->send_raw($V1 . peer_bytes());
    $served->recv_reply;

    ok($t->reload, 'reload');
    $none->send_raw($V1 . peer_bytes());
    is(result($none->recv_reply), '192.0.2.7:40000',
        'a connection before its header outlives a reload');
    $half->send_raw(substr($V1, 20) . peer_bytes() x 2);
    is(result($half->recv_reply), '192.0.2.7:40000',
        'and one inside it, with what is behind');
    is(result($half->recv_reply), '192.0.2.7:40000', 'and behind that');
    for my $client ($none, $half, $served) {
        $client->send_raw(peer_bytes());
        is(result($client->recv_reply), '192.0.2.7:40000',
            'another worker knows the address');
    }
}

# Nobody waits long for a header when the server goes.
{
    my $silent = $t->client;
    peer_after($V1);
    my $started = time;
    $t->signal('QUIT');
    is($silent->recv_until_closed, '', 'closed by a server that quits');
    cmp_ok(time - $started, '<', 10, 'and soon');
}
$t->stop;

# ---- Silent ones take up room until their time is over, and no longer.

{
    my $full = CThrift::Test->new(<<'END');
load_module %%OBJS%%/probe.so;
worker_processes 1;
events { worker_connections 2; }
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%% proxy_protocol;
        proxy_protocol_timeout 500ms;
        service Probe { }
    }
}
END
    $full->start;
    my @silent = map { $full->client } 1 .. 2;
    my $c = $full->client;
    $c->send_raw($V1 . peer_bytes());
    is(result($c->recv_reply), '192.0.2.7:40000', 'room is made by time');
    ok($_->is_closed(5), 'by closing a silent one') for @silent;
    $full->stop;
}

# ---- Configurations that cannot be meant.

sub refused {
    my ($server, $why, $thrift) = @_;

    $t->conf('thrift { ' . ($thrift // '') . ' server { listen '
        . $t->port(1) . " $server service Probe { } } }\n"
        . "load_module %%OBJS%%/probe.so;\n");
    my ($status, undef, $err) = $t->run('-t');
    isnt($status, 0, "refused: $server");
    like($err, $why, 'with the reason');
}

refused('; set_real_ip_from 127.0.0.1;', qr/no effect.*proxy_protocol/);
refused('; proxy_protocol_timeout 1s;', qr/no effect.*proxy_protocol/);
refused('; real_ip_header X-Real-IP;', qr/no set_real_ip_from/);
refused('proxy_protocol; real_ip_header X-Real-IP;', qr/no set_real_ip_from/);
refused('; real_ip_recursive on;', qr/no effect: no real_ip_header/);
refused('proxy_protocol; set_real_ip_from ::1; real_ip_header "";',
    qr/wants a name/);
refused('proxy_protocol; proxy_protocol_timeout 0;', qr/a time above 0/);
refused('proxy_protocol proxy_protocol;', qr/given twice/);
refused('proxy_protocol=on;', qr/unknown listen option/);
refused('proxy_protocol; set_real_ip_from 10.0.0.0/33;', qr/from 0 to 32/);
refused('proxy_protocol; set_real_ip_from ::1/129;', qr/from 0 to 128/);
refused('proxy_protocol; set_real_ip_from ::1/;', qr/from 0 to 128/);
refused('proxy_protocol; set_real_ip_from example.org;', qr/neither/);

# What stands above may stay without effect in a server.
$t->conf(<<'END');
load_module %%OBJS%%/probe.so;
thrift {
    set_real_ip_from 10.0.0.0/8;
    set_real_ip_from unix:;
    proxy_protocol_timeout 1m;
    real_ip_recursive on;
    server { listen %%PORT_1%%; service Probe { } }
    server { listen %%PORT_3%%; real_ip_header X; service Probe { } }
    server { listen %%PORT_2%% proxy_protocol; service Probe { } }
}
END
my ($status) = $t->run('-t');
is($status, 0, 'set above, used by some of the servers');
