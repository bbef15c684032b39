#!/usr/bin/perl

# bare.t -- bench's reference: ct_bare answers as a server does that decodes.

use strict;
use warnings;

use lib 't/lib', 'bench/lib';
use Bench::Proof;
use CThrift::Client;
use CThrift::Test;
use POSIX ();
use Test::More;

my $t = CThrift::Test->new(<<'END');
load_module %%OBJS%%/bench.so;
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service PingService { handler bench; }
    }
}
END

my $bare = $t->dir . '/ct_bare';
my $built = system($ENV{CC} // 'cc', qw(-std=c11 -O1 -o), $bare,
    map { "bench/ct_$_.c" } qw(bare bare_reply bare_skip address));
is($built, 0, 'ct_bare is built') or BAIL_OUT('no ct_bare');

my $sock = $t->dir . '/bare.sock';
my $pid = fork // die "fork: $!";
if ($pid == 0) {
    open STDOUT, '>', '/dev/null';
    exec $bare, "unix:$sock" or POSIX::_exit(127);
}
$t->start;
CThrift::Test::wait_for(sub { -S $sock });

# What it makes of a call, byte by byte what cthrift does.
sub bytes_of_reply {
    my ($client, $pieces, $name, $args) = @_;
    my $bytes = $client->bytes_of($name, 1, 77, $args, 1);
    my $n = int(length($bytes) / $pieces) + 1;

    $client->send_raw($_) for unpack "(a$n)*", $bytes;
    my $reply = $client->recv_reply;
    return unpack 'H*', $client->bytes_of($reply->{name}, $reply->{type},
        $reply->{seqid}, $reply->{fields}, 1);
}

for my $protocol (qw(binary compact)) {
    for my $transport (qw(framed unframed)) {
        my @how = (protocol => $protocol, transport => $transport);
        my $what = "$transport $protocol";

        is(Bench::Proof::fault(@how, port => $t->port(1)), undef,
            "cthrift answers what it should: $what");
        is(Bench::Proof::fault(@how, path => $sock), undef,
            "ct_bare does: $what");

        my @clients = map {
            CThrift::Client->new(@$_, protocol => $protocol,
                framed => $transport eq 'framed')
        } [path => $sock], [port => $t->port(1)];
        for my $call (Bench::Proof::questions()) {
            my ($name, $args) = @$call;
            my ($got, $due) = map { bytes_of_reply($_, 3, $name, $args) }
                @clients;
            ok($got eq $due, "and the same in pieces: $what $name");
        }
    }
}

# It holds calls apart that come together, and has no patience with others.
my $client = CThrift::Client->new(path => $sock, framed => 0);
$client->send_raw(join '', map { $client->bytes_of('ping', 1, $_, [], 1) }
    1 .. 50);
is_deeply([map { $client->recv_reply->{seqid} } 1 .. 50], [1 .. 50],
    'fifty calls of one write, answered in order');
for my $junk ("\0\0\0\4nono", "\x80\1\0\2\0\0\0\4ping\0\0\0\1\0",
    "\x82\x21\1\4ping\x1f\0") {
    $client = CThrift::Client->new(path => $sock);
    $client->send_raw($junk);
    ok($client->is_closed(5), 'no call: ' . unpack 'H*', $junk);
}

kill 'TERM', $pid;
waitpid $pid, 0;
done_testing;
