#!/usr/bin/perl

# limit_conn.t -- connections over a number: by key, by all workers together,
# over a reload that hands them over, and when workers are killed.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use IO::Socket::IP;
use Test::More;

my $conf = <<'END';
load_module %%OBJS%%/probe.so;
worker_processes 2;
error_log logs/error.log info;
thrift {
    limit_conn per_client 3;
    limit_conn_zone $remote_addr zone=per_client:64k;
    limit_conn_zone "all of them" zone=all:32k;
    limit_conn_zone $proxy_protocol_addr zone=named:64k;
    limit_conn_zone $remote_addr zone=dry:64k;
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service Probe { }
    }
    server {
        listen 127.0.0.1:%%PORT_2%%;
        limit_conn per_client 3;
        limit_conn all 4;
        service Probe { }
    }
    server {
        listen 127.0.0.1:%%PORT_3%% proxy_protocol;
        limit_conn named 1;
        service Probe { }
    }
    server {
        listen 127.0.0.1:%%PORT_4%%;
        limit_conn dry 1;
        limit_conn_dry_run on;
        limit_conn_log_level notice;
        service Probe { }
    }
}
END
my $t = CThrift::Test->new($conf,
    allow => [qr/\[alert\].* ended on SIGKILL/]);
$t->start;

# Whether the client is served.
sub is_served {
    my ($c) = @_;

    return eval { $c->call('nothing')->{type} == 2 } ? 1 : 0;
}

# A client that is served, or nothing.
sub enter {
    my (%o) = @_;
    my $host = delete $o{from};
    my $port = $t->port(delete $o{n} // 1);
    my $c = $t->client(port => $port, %o);

    if (defined $host) {
        $c->{socket} = IO::Socket::IP->new(PeerHost => '127.0.0.1',
            PeerPort => $port, LocalHost => $host)
            or die "cannot connect: $!";
    }
    return $c if is_served($c);
    $c->close;
    return undef;
}

# So many clients, of whom how many are served; they stay in @inside.
my @inside;

sub entered {
    my ($n, %o) = @_;
    my @new = grep { $_ } map { scalar enter(%o) } 1 .. $n;

    push @inside, @new;
    return scalar @new;
}

sub leave_all {
    $_->close for splice @inside;
}

# Asks until so many of 9 are served: leaving is seen a moment later.
sub room_for {
    my ($n, %o) = @_;

    return CThrift::Test::wait_for(sub {
        leave_all();
        entered(9, %o) == $n;
    });
}

# What wait_for sees while the harness's own connections go.
ok(room_for(3), 'three connections of nine, by both workers together');
is(entered(5), 0, 'no more');
is(scalar(grep { is_served($_) } @inside), 3, 'the three are served');
like(($t->run('-s', 'status'))[1], qr/^shed_conn +[1-9]/m, 'a counter');
ok($t->wait_for_log(qr/\[error\].*\ limiting\ connections\ by\ zone
    \ 'per_client'.*,\ client:\ 127\.0\.0\.1:\d+/x), 'a line in the log');
is(entered(5, from => '127.0.0.2'), 3, 'another client has its own');
is(entered(5, n => 2), 0, 'a zone holds for all servers that name it');
{
    (pop @inside)->close for 1 .. 3;
    (shift @inside)->close;
    ok(CThrift::Test::wait_for(sub { entered(1) }), 'one goes, one comes');
    is(entered(1), 0, 'but no other');
}
leave_all();

# ---- Two zones: the first ones in the others' way.

ok(room_for(3, n => 2), 'two zones, the client decides');
is(entered(5, n => 2, from => '127.0.0.2'), 1, 'then the other zone');
is(entered(5, n => 1, from => '127.0.0.2'), 2,
    'who was refused by one counts in none');
leave_all();

# ---- Clients that a proxy names.

{
    my $named = sub {
        my ($host) = @_;
        my $c = $t->client(port => $t->port(3));
        $c->send_raw("PROXY TCP4 $host 192.0.2.1 4711 9090\r\n");
        push @inside, $c;
        return is_served($c);
    };
    is($named->('192.0.2.7'), 1, 'PROXY of one');
    is($named->('192.0.2.7'), 0, 'and again');
    is($named->('192.0.2.8'), 1, 'PROXY of another');
    leave_all();
}

# ---- A trial run.

is(entered(5, n => 4), 5, 'limit_conn_dry_run lets all in');
ok($t->wait_for_log(qr/\[notice\].* limiting connections, dry run, by zone /),
    'and tells');
leave_all();

# ---- Reload: connections move to the new workers, and the counts with them.

ok(room_for(3), 'three connections');
for (1 .. 3) {
    ok($t->reload, 'reload');
    is(entered(4), 0, 'there is no room');
    is(scalar(grep { is_served($_) } @inside), 3, 'those inside stay');
}
leave_all();
ok(room_for(3), 'they go, and there is');

# ---- A worker that dies takes its connections along.

for (1 .. 3) {
    kill 'KILL', $t->workers;
    ok(room_for(3), 'workers are killed, and there is room for three');
}
leave_all();

# ---- What is refused.

my $bad = CThrift::Test->new(undef, allow => [qr/\[emerg\]/]);

for (
    ['limit_conn_zone $method zone=x:64k;', qr/'\$method' is known of a call/],
    ['limit_conn_zone "$remote_addr $header_x" zone=x:64k;',
                                           qr/'\$header_x' is known of a call/],
    ['limit_conn_zone $pid;',              qr/takes 2/],
    ['limit_conn_zone a name=x:64k;',      qr/wants zone=NAME:SIZE/],
    ['limit_conn_zone a zone=x:1;',        qr/'1' is no size/],
    ['limit_conn_zone a zone=y:64k;',      qr/'y' is declared twice/],
    ['limit_conn nowhere 3;',              qr/'nowhere' is declared by no/],
    ['limit_conn y 0;',                    qr/'0' is no number/],
    ['limit_conn y many;',                 qr/'many' is no number/],
    ['limit_conn y 1; limit_conn y 2;',    qr/stands here twice/],
    ['limit_conn_dry_run maybe;',          qr/'maybe'/],
    ['limit_conn_log_level loud;',         qr/'loud'/],
) {
    my ($line, $words) = @$_;
    $bad->conf("load_module %%OBJS%%/probe.so; thrift {\n"
        . "    limit_conn_zone \$remote_addr zone=y:64k;\n"
        . "    $line\n    server {\n        listen 127.0.0.1:%%PORT_1%%;\n"
        . "        service Probe { }\n    }\n}\n");
    my ($status, $out, $err) = $bad->run('-t');
    isnt($status, 0, "refused: $line");
    like($err, qr/$words.* in \S+cthrift\.conf:3\b/, '... with its line');
}
