#!/usr/bin/perl

# event_spin.t -- a worker that polls before it sleeps: only behind something
# that it served, and only where it was told to.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Client;
use CThrift::Test;
use Test::More;
use Time::HiRes qw(sleep);

sub conf {
    my ($events) = @_;

    return <<"END";
load_module %%OBJS%%/probe.so;
worker_processes 1;
events { $events }
thread_pool default threads=1;
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service Probe { }
    }
}
END
}

my $t = CThrift::Test->new(conf(''));
$t->start;

sub spins { @{ $t->status->{totals} }{qw(spins spins_found)} }

sub ping { $t->client->call('ping') for 1 .. 100 }

# ---- Without it.
ping();
is_deeply([spins()], [0, 0], 'by default no loop spins');

# ---- With it, by a reload.  How soon a call follows the one before is the
# machine's affair, so calls are made until one was found by spinning.
$t->conf(conf('event_spin 10ms;'));
ok($t->reload, 'a reload turns it on');

my $c = $t->client;
my ($answers, $found) = (0, 0);
CThrift::Test::wait_for(sub {
    $answers += defined CThrift::Client::result($c->call('ping')) for 1 .. 100;
    (undef, $found) = spins();
});
cmp_ok($found, '>', 0, 'calls are found while it spins');
is($answers % 100, 0, 'and answered');
my ($all) = spins();
cmp_ok($all, '>=', $found, 'of what it spun');

# ---- Who is idle sleeps.  The loop turns for its heartbeat: when its age has
# fallen twice there were two turns that served nothing.
sub turns {
    my ($n) = @_;
    my $age = 0;

    return CThrift::Test::wait_for(sub {
        sleep 0.05;
        my $now = $t->status->{workers}[0]{heartbeat_age_ms};
        $n-- if $now < $age;
        $age = $now;
        $n <= 0;
    });
}

ok(turns(2), 'an idle loop turns');
my @before = spins();
ok(turns(2), 'and turns');
is_deeply([spins()], \@before, 'and does not spin');

# ---- It hears its master meanwhile, and what it may not say is refused.
$t->conf(conf('event_spin off;'));
ok($t->reload, 'a reload turns it off');
@before = spins();
ping();
is_deeply([spins()], \@before, 'so it does not spin');

for my $wrong ('1s', '50', '11ms', '5us1ms', 'on') {
    $t->conf(conf("event_spin $wrong;"));
    my ($status, undef, $err) = $t->run('-t');
    like($err, qr/'event_spin' wants 'off', or a time of up to 10ms, such as/,
        "event_spin $wrong");
}
$t->conf(conf('') . "worker_shutdown_timeout 50us;\n");
my (undef, undef, $err) = $t->run('-t');
like($err, qr/'50us'/, 'a timeout does not count in microseconds');

$t->conf(conf(''));
