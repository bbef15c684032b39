#!/usr/bin/perl

# client.t -- the C client: stubs that cthriftc writes, over ct_client.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use Test::More;

my $objs = CThrift::Test::objs();
my $t = CThrift::Test->new(<<'END');
load_module %%OBJS%%/probe.so;
worker_processes 1;
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        listen unix:%%TESTDIR%%/sock;
        service Probe { }
    }
}
END
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
    $objs/libct_event.a $objs/libct_core.a -lpcre2-8 -lz -ldl 2>&1`;
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
