#!/usr/bin/perl

# client.t -- the C client: stubs that cthriftc writes, over ct_client.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use CThrift::Tls;
use Test::More;

my $objs = CThrift::Test::objs();
my $no_tls = CThrift::Tls::missing();
my $t = CThrift::Test->new;
my $conf = <<'END';
load_module %%OBJS%%/probe.so;
worker_processes 1;
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        listen unix:%%TESTDIR%%/sock;
        service Probe { }
    }
    TLS
}
END

my $tls = <<'END';
    server {
        listen 127.0.0.1:%%PORT_2%% ssl;
        ssl_certificate %%TESTDIR%%/site.pem;
        ssl_certificate_key %%TESTDIR%%/site.key;
        ssl_client_certificate %%TESTDIR%%/ca.pem;
        ssl_verify_client optional;
        service Probe { }
    }
END
if (!$no_tls) {
    my $pki = CThrift::Tls::Pki->new($t->dir);
    $pki->ca('ca');
    $pki->ca('other');
    $pki->cert('site', ca => 'ca', names => ['site.test']);
    $pki->cert('me', ca => 'ca', names => ['me.test']);
    $pki->write('both.pem', $pki->read('me.pem') . $pki->read('me.key'));
    $pki->write('stray.pem', $pki->read('other.pem') . $pki->read('other.key'));
}
$t->conf($conf =~ s/^ *TLS\n/$no_tls ? '' : $tls/mer);
$t->start;

# With the flags of the build: its sanitizers are the client's too.
my %flag;
open my $fh, '<', "$objs/flags" or die "no $objs/flags: $!";
while (<$fh>) {
    $flag{$1} = $2 if /^(\w+)\s*=\s*(.*)$/;
}
my $cc = $flag{CC} // 'cc';
my $cflags = $flag{CFLAGS} // '';
my $out = `$cc $cflags -Isrc -I$objs -I$objs/probe \\
    -o '@{[$t->dir]}/client_stub' t/interop/client_stub.c \\
    $objs/probe/probe.gen.c $objs/libct_thrift.a $objs/libct_wire.a \\
    $objs/libct_event.a $objs/libct_core.a -lssl -lcrypto \\
    -lpcre2-8 -lz -ldl 2>&1`;
is($?, 0, 'the client builds') or diag $out;

for my $address ('127.0.0.1:' . $t->port(1), 'unix:' . $t->dir . '/sock') {
    for my $transport (qw(framed unframed zlib http header ttheader)) {
        for my $protocol (qw(binary compact json)) {
            # A header has no number for JSON.
            next if $protocol eq 'json' && $transport =~ /header/;
            my @args = ($address, $transport, $protocol);
            is(`'@{[$t->dir]}/client_stub' @args 2>&1`, "ok\n", "@args");
        }
    }
}

SKIP: {
    skip $no_tls, 13 if $no_tls;
    my $address = '127.0.0.1:' . $t->port(2);
    my $dir = $t->dir;
    my $stub = "'$dir/client_stub' $address";

    for my $transport (qw(framed unframed zlib http header ttheader)) {
        is(`$stub $transport binary $dir/ca.pem site.test 2>&1`, "ok\n",
            "TLS, $transport");
    }
    is(`$stub framed json $dir/ca.pem site.test $dir/both.pem 2>&1`, "ok\n",
        'TLS with a certificate of its own');
    for my $case (
        ["$dir/ca.pem", qr/refused: IP address mismatch/, 'another address'],
        ["$dir/ca.pem else.test", qr/refused: hostname mismatch/,
            'another name'],
        ["$dir/other.pem site.test", qr/refused: .*issuer/,
            'another authority'],
        ["$dir/none.pem site.test", qr/cannot load the trusted/, 'no file'],
        ["$dir/ca.pem site.test $dir/ca.pem", qr/cannot load the key/,
            'no key'],
        ["$dir/ca.pem site.test $dir/stray.pem", qr/^not ok/,
            'a certificate that the server does not know'],
    ) {
        my ($args, $words, $name) = @$case;
        like(`$stub framed binary $args 2>&1`, $words, "TLS: $name");
    }
}
