#!/usr/bin/perl

# bare.t -- bench's references: ct_bare, and the same by io_uring, answer as a
# server does that decodes.

use strict;
use warnings;

use lib 't/lib', 'bench/lib';
use Bench::Proof;
use CThrift::Client;
use CThrift::Test;
use IO::Socket::UNIX;
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

$t->start;

# Their sources, beside the two that all have, and their words.
my @servers = (
    ['ct_bare', ['bare']],
    ['by completions', ['bare_uring', 'ring']],
    ['by readiness',   ['bare_uring', 'ring'], '--poll'],
    ['with the ring\'s descriptors', ['bare_uring', 'ring'], '--files'],
    ['with COOP_TASKRUN',            ['bare_uring', 'ring'], '--coop'],
);
my $refused = 3;    # what one of io_uring ends with where there is none

# What the headers know: one of io_uring is not built with older ones.
sub has_uring {
    open my $fh, '<', '/usr/include/linux/io_uring.h' or return 0;
    local $/;
    return <$fh> =~ /IORING_SETUP_DEFER_TASKRUN/;
}

sub build {
    my ($file, @sources) = @_;

    return -x $file || system($ENV{CC} // 'cc', qw(-std=c11 -O1 -o), $file,
        map { "bench/ct_$_.c" } @sources, qw(bare_reply bare_skip address))
        == 0;
}

# Its pid when it listens; 0: the kernel refuses it what it needs.
sub start_bare {
    my ($sock, @command) = @_;
    my $status;
    my $pid = fork // die "fork: $!";

    if ($pid == 0) {
        open STDOUT, '>', '/dev/null';
        exec @command, "unix:$sock" or POSIX::_exit(127);
    }
    CThrift::Test::wait_for(sub {
        $status = $? if waitpid($pid, POSIX::WNOHANG()) == $pid;
        defined IO::Socket::UNIX->new(Peer => $sock) || defined $status;
    });
    return $pid if !defined $status;
    return 0 if $status >> 8 == $refused;
    BAIL_OUT("@command ends with $status");
}

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

sub answers {
    my ($server, $sock) = @_;

    for my $protocol (qw(binary compact)) {
        for my $transport (qw(framed unframed)) {
            my @how = (protocol => $protocol, transport => $transport);
            my $what = "$transport $protocol";

            is(Bench::Proof::fault(@how, path => $sock), undef,
                "$server answers what it should: $what");

            my @clients = map {
                CThrift::Client->new(@$_, protocol => $protocol,
                    framed => $transport eq 'framed')
            } [path => $sock], [port => $t->port(1)];
            for my $call (Bench::Proof::questions()) {
                my ($name, $args) = @$call;
                my ($got, $due) = map { bytes_of_reply($_, 3, $name, $args) }
                    @clients;
                ok($got eq $due, "in pieces as cthrift does: $what $name");
            }
        }
    }
}

# It holds calls apart that come together, and has no patience with others.
sub holds_apart {
    my ($server, $sock) = @_;

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
}

for my $protocol (qw(binary compact)) {
    for my $transport (qw(framed unframed)) {
        is(Bench::Proof::fault(protocol => $protocol, transport => $transport,
            port => $t->port(1)), undef,
            "cthrift answers what it should: $transport $protocol");
    }
}
for (@servers) {
    my ($name, $sources, @words) = @$_;
    my $file = $t->dir . "/ct_$sources->[0]";
    my $sock = $t->dir . "/$sources->[0]@words.sock";

    SKIP: {
        skip "$name: headers without io_uring", 1
            if $sources->[0] eq 'bare_uring' && !has_uring();
        ok(build($file, @$sources), "$name is built");
        my $pid = start_bare($sock, $file, @words)
            or skip "$name: the kernel refuses io_uring", 1;
        answers($name, $sock);
        holds_apart($name, $sock);
        kill 'TERM', $pid;
        waitpid $pid, 0;
    }
}
done_testing;
