#!/usr/bin/perl

# tls_session.t -- clients that come back need no full handshake, whichever
# worker they come back to, and over a reload.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use CThrift::Tls;
use Test::More;
use Time::HiRes qw(sleep);

my $missing = CThrift::Tls::missing();
plan skip_all => $missing if $missing;

my $t = CThrift::Test->new;
my $pki = CThrift::Tls::Pki->new($t->dir);

$pki->cert('one', names => ['one.test']);
$pki->cert('two', names => ['one.test']);
$pki->write("$_.ticket", substr($_, 0, 1) x 80) for qw(a b c);

# With a socket each, the kernel spreads connections over the workers.
sub text {
    my (%rest) = @_;
    my $n = 0;

    return "worker_processes 2;\nthrift {\n" . join('', map { $n++; <<"END" }
    server {
        listen 127.0.0.1:%%PORT_$n%% ssl reuseport;
        ssl_certificate one.pem;
        ssl_certificate_key one.key;
        $_
        service PingService { }
    }
END
        '# tickets, the default', 'ssl_session_tickets off;
        ssl_session_cache shared:a:64k;', 'ssl_session_tickets off;',
        $rest{keys} // 'ssl_session_ticket_key a.ticket;
        ssl_session_ticket_key b.ticket;',
        'ssl_session_timeout 1s;') . "}\n";
}

$t->conf(text());
$t->start;

sub resumed {
    my ($port, $ssl) = @_;
    my $c = CThrift::Tls->new(port => $t->port($port), ssl => $ssl);

    $c->call('ping');
    my $is_resumed = $c->is_resumed;
    $c->close;
    return $is_resumed;
}

# How many of eight, behind a first one, go on.
sub resumed_of_8 {
    my (@with) = @_;

    return scalar grep { resumed(@with) } 1 .. 8;
}

sub counted {
    my ($status, $out) = $t->run('-s', 'status', '--json');

    return $out =~ /"tls_resumed": *(\d+)/ ? $1 : -1;
}

my %what = (1 => 'tickets', 2 => 'the cache', 4 => 'tickets by a key');
my %ssl;    # "port version" => words
for my $version (qw(TLSv1_2 TLSv1_3)) {
    for my $port (1, 2, 4) {
        my $ssl = $ssl{"$port $version"} =
            CThrift::Tls::sessions(SSL_version => $version);
        my $before = counted();
        ok(!resumed($port, $ssl), "$what{$port}, $version: a full handshake");
        is(resumed_of_8($port, $ssl), 8, '... and eight that go on');
        is(counted() - $before, 8, '... which are counted');
    }
    my $ssl = CThrift::Tls::sessions(SSL_version => $version);
    resumed(3, $ssl);
    is(resumed_of_8(3, $ssl), 0, "nothing is kept, $version: nobody goes on");
}


# ---- Over a reload, with another certificate for the same names.

$pki->copy('two.pem', 'one.pem');
$pki->copy('two.key', 'one.key');
ok($t->reload, 'a reload');
is(resumed_of_8((split / /)[0], $ssl{$_}), 8, "... after which $_ go on")
    for sort keys %ssl;

$t->conf(text(keys => 'ssl_session_ticket_key c.ticket;
        ssl_session_ticket_key a.ticket;'));
ok($t->reload, 'a reload with a new key for tickets');
ok(resumed(4, $ssl{"4 $_"}), "... that opens the older ones, $_")
    for qw(TLSv1_2 TLSv1_3);
my $stale = CThrift::Tls::sessions(SSL_version => 'TLSv1_2');
resumed(4, $stale);
$t->conf(text(keys => 'ssl_session_ticket_key b.ticket;'));
ok($t->reload, 'a reload without any of the keys');
ok(!resumed(4, $stale), '... and tickets are worth nothing');


# ---- By the clock, of which nobody can ask but by waiting: to go on with a
# session of TLS 1.3 is to get a new one.

{
    my %session = map { $_ => CThrift::Tls::sessions(SSL_version => $_) }
        qw(TLSv1_2 TLSv1_3);
    resumed(5, $_) for values %session;
    sleep 2.1;
    ok(!resumed(5, $session{$_}), "a session ends with its time, $_")
        for sort keys %session;
}


# ---- A worker that is killed leaves sessions behind.

{
    my $ssl = CThrift::Tls::sessions(SSL_version => 'TLSv1_2');
    resumed(2, $ssl);
    kill 'KILL', $t->workers;
    CThrift::Test::wait_for(sub { eval { resumed(2, {}); 1 } });
    is(resumed_of_8(2, $ssl), 8, 'sessions outlive the workers');
}

done_testing();
