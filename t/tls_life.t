#!/usr/bin/perl

# tls_life.t -- encrypted connections from their first byte to their last:
# slow ones, hostile ones, those of a worker that leaves.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Load;
use CThrift::Test;
use CThrift::Tls;
use IO::Socket::IP;
use IO::Socket::UNIX;
use Socket;
use Test::More;
use Time::HiRes qw(sleep time);

my $missing = CThrift::Tls::missing();
plan skip_all => $missing if $missing;

my $t = CThrift::Test->new;
my $pki = CThrift::Tls::Pki->new($t->dir);
my $dir = $t->dir;

$pki->ca('ca');
$pki->cert('one', ca => 'ca', names => ['one.test']);
$pki->cert('first', ca => 'ca', cn => 'first', names => ['x.test']);
$pki->cert('second', ca => 'ca', cn => 'second', names => ['x.test']);
$pki->cert('alice', ca => 'ca', serial => 77);
$pki->copy("first.$_", "site.$_") for qw(pem key);

$t->conf(<<'END');
load_module %%OBJS%%/probe.so;
load_module %%OBJS%%/unruly.so;
worker_processes 1;
thrift {
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
    server {
        listen 127.0.0.1:%%PORT_1%% ssl;
        listen unix:%%TESTDIR%%/sock ssl;
        listen 127.0.0.1:%%PORT_4%%;
        service Probe { }
        service Unruly { }
        default_service Probe;
    }
    server {
        listen 127.0.0.1:%%PORT_2%% ssl proxy_protocol;
        ssl_verify_client optional;
        ssl_client_certificate ca.pem;
        ssl_alpn thrift;
        service Probe { }
    }
    server {
        listen 127.0.0.1:%%PORT_3%% ssl;
        ssl_handshake_timeout 300ms;
        service Probe { }
    }
    server {
        listen 127.0.0.1:%%PORT_5%% ssl sndbuf=16k;
        send_timeout 300ms;
        service Probe { }
    }
}
END
$t->start;

sub tls { CThrift::Tls->new(port => $t->port(1), framed => 1, @_) }

sub echo {
    my ($c, $text) = @_;

    return CThrift::Client::result(
        $c->call('echo', [[1, ['string', $text]]]));
}

sub counter {
    my ($name) = @_;
    my ($status, $out) = $t->run('-s', 'status', '--json');

    return $out =~ /"$name": *(\d+)/ ? $1 : -1;
}


# ---- Other ways in.

{
    my $c = CThrift::Client->new(path => "$dir/sock", framed => 1);
    bless($c, 'CThrift::Tls')->start;
    is(echo($c, 'unix'), 'unix', 'TLS over a unix socket');
}

sub variable {
    my ($c, $name) = @_;

    return CThrift::Client::result(
        $c->call('variable', [[1, ['string', $name]]]));
}

{
    my $c = CThrift::Client->new(port => $t->port(2), framed => 1);
    $c->send_raw("PROXY TCP4 192.0.2.7 192.0.2.8 4711 9090\r\n");
    bless($c, 'CThrift::Tls')->start(SSL_hostname => 'x.test',
        SSL_alpn_protocols => ['thrift'], SSL_version => 'TLSv1_3',
        SSL_cert_file => "$dir/alice.pem", SSL_key_file => "$dir/alice.key");
    my %wanted = (
        remote_addr            => '192.0.2.7',
        ssl_protocol           => 'TLSv1.3',
        ssl_cipher             => 'TLS_AES_256_GCM_SHA384',
        ssl_curve              => 'x25519',
        ssl_server_name        => 'x.test',
        ssl_session_reused     => '.',
        ssl_alpn_protocol      => 'thrift',
        ssl_client_verify      => 'SUCCESS',
        ssl_client_s_dn        => 'CN=alice,O=cthrift',
        ssl_client_i_dn        => 'CN=ca,O=cthrift',
        ssl_client_serial      => '4D',
        ssl_client_fingerprint => $c->{socket}->sock_certificate
            ? unpack('H*', Net::SSLeay::X509_digest(
                    $c->{socket}->sock_certificate,
                    Net::SSLeay::EVP_get_digestbyname('sha256')))
            : 'no certificate',
        ssl_client_cert => $pki->read('alice.pem'),
    );
    is(variable($c, $_), $wanted{$_}, "behind a PROXY header: $_")
        for sort keys %wanted;
    like(variable($c, $_), qr/^\w{3} [ \d]\d \d\d:\d\d:\d\d \d{4} GMT$/,
        "... $_") for qw(ssl_client_v_start ssl_client_v_end);

    like(variable($c, 'ssl_client_v_remain'), qr/^[12]$/, '... days left');

    my $plain = $t->client(port => $t->port(4), framed => 1);
    is(variable($plain, $_), '', "in plaintext: $_")
        for grep { /^ssl/ } sort keys %wanted;
}
{
    my $c = CThrift::Client->new(port => $t->port(2), framed => 1);
    $c->send_raw("PROXY UNKNOWN\r\n");
    bless($c, 'CThrift::Tls')->start(SSL_version => 'TLSv1_2');
    is(variable($c, 'ssl_client_verify'), 'NONE', 'no certificate');
    is(variable($c, 'ssl_client_s_dn'), '', '... and no name');
}

SKIP: {
    skip 'no python3', 1 if system('python3 -c "import ssl" 2> /dev/null');
    my $port = $t->port(1);
    my $said = `python3 - <<'END'
import ssl, socket, struct
c = ssl.create_default_context(cafile='$dir/ca.pem')
s = c.wrap_socket(socket.create_connection(('127.0.0.1', $port)),
    server_hostname='x.test')
body = struct.pack('!Ii4siBhi5sB', 0x80010001, 4, b'echo', 1, 11, 1, 5,
    b'hello', 0)
s.sendall(struct.pack('!i', len(body)) + body)
reply = s.recv(1000)
print(s.version(), reply[-6:-1].decode(), struct.unpack('!i', reply[:4])[0]
    == len(reply) - 4)
s.unwrap()
END
`;
    is($said, "TLSv1.3 hello True\n", "Python's ssl, which says goodbye");
}


# ---- Slow and hostile.

# Two ends: what is written to one comes to the server a byte at a time.
sub in_crumbs {
    my $server = IO::Socket::IP->new(PeerHost => '127.0.0.1',
        PeerPort => $t->port(1)) or die $!;
    socketpair my $near, my $far, AF_UNIX, SOCK_STREAM, PF_UNSPEC or die $!;
    my $pid = fork // die $!;

    if ($pid == 0) {
        close $near;
        setsockopt $server, Socket::IPPROTO_TCP, Socket::TCP_NODELAY, 1;
        my $select = IO::Select->new($server, $far);
        while (1) {
            for my $from ($select->can_read) {
                sysread($from, my $bytes, 65536) or POSIX::_exit(0);
                if ($from == $server) {
                    syswrite $far, $bytes;
                    next;
                }
                for my $byte (split //, $bytes) {
                    syswrite $server, $byte;
                    sleep 0.0002;
                }
            }
        }
    }
    close $far;
    close $server;
    return ($near, $pid);
}

for my $version (qw(TLSv1_2 TLSv1_3)) {
    my ($near, $pid) = in_crumbs();
    my $c = bless { timeout => 10, strict => 1, framed => 1, seqid => 0,
        in => '', socket => $near, layers => [], protocol => 'binary',
        inner => [] }, 'CThrift::Tls';
    IO::Socket::SSL->start_SSL($near, SSL_verify_mode => 0,
        SSL_version => $version) or die $IO::Socket::SSL::SSL_ERROR;
    $near->blocking(0);
    is(echo($c, 'c' x 300), 'c' x 300, "byte by byte, $version");
    $c->close;
    kill 'KILL', $pid;
    waitpid $pid, 0;
}

# A real ClientHello, recorded.
sub client_hello {
    socketpair my $near, my $far, AF_UNIX, SOCK_STREAM, PF_UNSPEC or die $!;
    my $pid = fork // die $!;

    if ($pid == 0) {
        close $near;
        IO::Socket::SSL->start_SSL($far, SSL_verify_mode => 0);
        POSIX::_exit(0);
    }
    close $far;
    sysread $near, my $hello, 65536;
    close $near;
    waitpid $pid, 0;
    return $hello;
}

my $hello = client_hello();
{
    my $before = counter('tls_failed');
    my @cases = (
        ['half a ClientHello, then garbage', substr($hello, 0, 100)
                . "\xff" x 2000, 0],
        ['half a ClientHello, then the end', substr($hello, 0, 100), 1],
        ['a record longer than any', "\x16\x03\x01\xff\xff" . 'x' x 70000, 0],
        ['an empty record', "\x16\x03\x01\x00\x00", 1],
        ['an alert', "\x15\x03\x01\x00\x02\x01\x00", 0],
        ['a ClientHello twice', $hello . $hello, 0],
        ['a ClientHello, then calls in plaintext', $hello
                . CThrift::Client::frame(CThrift::Client::message('echo', 1, 1,
                [], 1)), 0],
    );
    for my $case (@cases) {
        my ($name, $bytes, $ends) = @$case;
        my $c = CThrift::Client->new(port => $t->port(1));
        eval { $c->send_raw($bytes) };
        shutdown $c->{socket}, 1 if $ends;
        ok(defined $c->recv_until_closed, "$name: closed");
    }
    is(counter('tls_failed'), $before + @cases, '... and all counted');
    is(echo(tls(), 'x'), 'x', '... and others are served');
}

{
    my $c = CThrift::Client->new(port => $t->port(3));
    my $started = time;
    $c->send_raw($hello);
    is(echo(tls(), 'x'), 'x', 'others are served beside half a handshake');
    ok(defined $c->recv_until_closed, '... which is closed in time');
    ok($t->wait_for_log(
            qr/not done with its TLS handshake in ssl_handshake_timeout/),
        '... and named');
}

{
    my $before = counter('timeouts');
    my $c = tls(port => $t->port(5));
    eval {
        $c->send_call('echo', [[1, ['string', 'n' x 1_000_000]]]) for 1 .. 8;
    };
    is(echo(tls(), 'x'), 'x', 'others are served beside one that never reads');
    ok(CThrift::Test::wait_for(sub { counter('timeouts') > $before }),
        '... which send_timeout ends');
}

# Calls and then the end of TLS, or of the socket, at once.
for my $how ('a goodbye', 'none') {
    my $c = tls();
    $c->send_call('echo', [[1, ['string', "e$_"]]]) for 1 .. 50;
    $how eq 'none' ? shutdown($c->{socket}, 1)
        : Net::SSLeay::shutdown($c->{socket}->_get_ssl_object);
    my @got = map { CThrift::Client::result($c->recv_reply) } 1 .. 50;
    is_deeply(\@got, [map { "e$_" } 1 .. 50],
        "all that came before the end, with $how, is answered");
    ok($c->is_closed(5), '... and then it is closed');
}


# ---- Memory that ends at the n-th allocation.

SKIP: {
    my $plain = $t->client(port => $t->port(4), framed => 1);
    my $starve = sub {
        return CThrift::Client::result(
            $plain->call('Unruly:starve', [[1, ['i32', $_[0]]]]));
    };
    skip 'the build has no faults', 1 if !$starve->(1_000_000);

    my @late;
    for my $n (0 .. 8) {
        $starve->($n);
        eval { tls(timeout => 5)->call('nothing') };
        push @late, $n if $@ =~ /timeout/;
        $plain = $t->client(port => $t->port(4), framed => 1)
            if !eval { $starve->(1_000_000); 1 };
    }
    is("@late", '', 'nobody waits for ever where memory ends');
    is(echo(tls(), 'x'), 'x', '... and others are served');
}


# ---- A new certificate.

sub name_now { my $c = tls(); my $name = $c->server_name; $c->close; $name }

{
    my $load = CThrift::Load->start(clients => 2, framed => 1,
        class => 'CThrift::Tls', port => $t->port(1));
    my $kept = tls();
    is(echo($kept, 'before'), 'before', 'a connection before the reload');
    is($kept->server_name, 'first', '... has the first certificate');

    my @seen;
    for my $n (1 .. 6) {
        my $name = $n % 2 ? 'second' : 'first';
        $pki->copy("$name.$_", "site.$_") for qw(pem key);
        $t->reload;
        push @seen, name_now();
    }
    is_deeply(\@seen, [('second', 'first') x 3], 'each reload brings its own');

    is(echo($kept, 'after'), 'after', 'the first connection is answered');
    ok($kept->is_closed(5), '... and then ended, with a goodbye');
    my $seen = $load->stop;
    is($seen->{failed}, 0, "no call was lost, of $seen->{calls}")
        or diag join "\n", @{ $seen->{errors} };
    cmp_ok($seen->{calls}, '>', 6, '... and there were some');
}

{
    my $c = tls();
    echo($c, 'x');
    ok($t->reload, 'a reload with a connection that then sends many calls');
    # In one piece: what is on its way when a reply goes out is not waited for.
    $c->send_raw(join '', map { CThrift::Client::frame(
            CThrift::Client::message('echo', 1, $_,
                [[1, ['string', 'q' x 500]]], 1)) } 1 .. 20);
    my $n = 0;
    $n++ while $n < 20 && eval { $c->recv_reply };
    is($n, 20, '... all of which are answered');
    ok($c->is_closed(5), '... before it ends');
}


# ---- The end of all.

{
    my $idle = tls();
    echo($idle, 'x');
    my $half = CThrift::Client->new(port => $t->port(1));
    $half->send_raw($hello);
    my $started = time;
    $t->signal('QUIT');
    ok($idle->is_closed(5), 'an idle connection hears goodbye when it quits');
    ok(defined $half->recv_until_closed, 'half a handshake is no reason');
    ok(CThrift::Test::wait_for(sub { !$t->master_pid
                || !kill 0, $t->master_pid }), '... to stay');
}

done_testing();
