#!/usr/bin/perl

# polite.t -- connections that cannot be handed over, or may not be: an idle
# one stays open until its next call, which is answered, and the end comes with
# the answer.  Nobody's call is lost.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use CThrift::Tls;
use Test::More;
use Time::HiRes qw(time);

use constant LATE_MS => 3000;

my $missing = CThrift::Tls::missing();
plan skip_all => $missing if $missing;

my $t = CThrift::Test->new;
my $pki = CThrift::Tls::Pki->new($t->dir);
$pki->ca('ca');
$pki->cert('site', ca => 'ca', names => ['site.test']);
$t->conf(<<'END');
load_module %%OBJS%%/probe.so;
worker_processes 2;
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%% ssl;
        ssl_certificate site.pem;
        ssl_certificate_key site.key;
        service Probe { }
    }
    server {
        listen 127.0.0.1:%%PORT_2%%;
        listen unix:%%TESTDIR%%/sock;
        hand_over off;
        service Probe { }
    }
}
END
$t->start;

# A client of each kind: encrypted or not to be handed over, in turn.
sub connect_to {
    my ($n) = @_;
    my %how = (framed => $n & 1, protocol => $n & 2 ? 'compact' : 'binary');

    return CThrift::Tls->new(port => $t->port(1), %how) if $n % 3 == 0;
    return $t->client(port => $t->port(2), %how) if $n % 3 == 1;
    return $t->client(path => $t->dir . '/sock', %how);
}

my $calls = 0;

# Whether a call has its own answer.
sub call {
    my ($client) = @_;
    my $text = 'call ' . ++$calls;
    my $reply = eval {
        $client->call('echo', [[1, ['string', $text]]])
    };

    return defined $reply && CThrift::Client::result($reply) eq $text;
}

# Under way for so long that it outlasts the way to leave.
sub begin_later {
    my ($client) = @_;

    $client->send_call('later',
        [[1, ['string', 'late']], [2, ['i32', LATE_MS]]]);
}

# All that is claimed of one way to leave, which `leave` starts and which
# returns once there are others to serve.
sub leaves_politely {
    my ($name, $leave) = @_;
    my @idle = map { connect_to($_) } 0 .. 11;
    my @busy = map { connect_to($_) } 0 .. 5;

    is(scalar(grep { call($_) } @idle, @busy), 18, "$name: 18 clients");
    my @old = ($t->workers);
    my @answers;
    begin_later($_) for @busy;
    $leave->();

    for my $client (@busy) {
        my $reply = eval { $client->recv_reply };
        push @answers, CThrift::Client::result($reply) if $reply;
    }
    is("@answers", join(' ', ('late') x 6), 'what is under way is answered');
    is(scalar(grep { $_->is_closed(5) } @busy), 6, 'and the end comes with it');
    is(scalar(grep { $_->is_closed(0) } @idle), 0, 'idle ones stay open');
    is(scalar(grep { call(connect_to($_)) } 0 .. 5), 6,
        'new ones are served meanwhile');
    is(scalar(grep { call($_) } @idle), 12, 'their next call is answered');
    is(scalar(grep { $_->is_closed(5) } @idle), 12,
        'and the end comes with it');
    ok(CThrift::Test::wait_for(sub {
        $t->reap;
        return !grep { kill 0, $_ } @old;
    }), 'then the workers go');
}

leaves_politely('reload', sub { ok($t->reload, 'reload') });
leaves_politely('upgrade', sub {
    my ($old, $new) = $t->master_pid;

    $t->signal('USR2');
    CThrift::Test::wait_for(sub {
        $new = $t->master_pid;
        return $new && $new != $old && $t->workers($new) == 2;
    });
    $t->signal('QUIT', $old);
    # (The second generation is the one that the reload has made.)
    ok(CThrift::Test::wait_for(sub {
        my @leave = $t->log_text =~ /worker \d leaves/g;
        return @leave == 4;
    }), 'upgrade');
});
$t->descriptors_may_change;
