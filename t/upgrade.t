#!/usr/bin/perl

# upgrade.t -- another binary takes over under load: completed, rolled back,
# or refused, and no call on a new connection is lost.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Load;
use CThrift::Test;
use File::Copy qw(copy);
use JSON::PP;
use Test::More;

my $objs = CThrift::Test::objs();
my $t = CThrift::Test->new(undef, allow => [qr/exec|upgrade/]);

# The binary is the test's own, so that it can be replaced.
sub install {
    my ($from) = @_;

    copy($from, $t->dir . '/new') or die "copy: $!";
    chmod 0755, $t->dir . '/new';
    rename $t->dir . '/new', $t->dir . '/cthrift';
}

install("$objs/cthrift");
$t->{binary} = $t->dir . '/cthrift';
$t->conf(<<'END');
load_module %%OBJS%%/probe.so;
worker_processes 2;
error_log logs/error.log info;
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        listen unix:%%TESTDIR%%/sock;
        listen 127.0.0.1:%%PORT_2%% reuseport;
        service Probe { }
    }
}
END
$t->start;

my @loads = map { CThrift::Load->start(clients => 1, framed => 1, %$_) }
    { port => $t->port(1) }, { path => $t->dir . '/sock' },
    { port => $t->port(2) };

sub oldbin { return $t->master_pid('logs/cthrift.pid.oldbin') }

sub calls {
    my (undef, $out) = $t->run('-s', 'status', '--json');
    return decode_json($out)->{totals}{calls};
}

# The whole way, in one word.
for my $n (1 .. 3) {
    my $old = $t->master_pid;
    my $before = calls();
    install("$objs/cthrift");
    my ($status, $out, $err) = $t->run('-s', 'upgrade');
    is($status, 0, "upgrade $n") or diag $out, $err;
    isnt($t->master_pid, $old, 'another master');
    ok(CThrift::Test::wait_for(sub { $t->reap; !kill 0, $old }),
        'the old one ends');
    is(oldbin(), 0, 'and its pid file with it');
    cmp_ok(calls(), '>=', $before, 'counters do not fall');
}

# By hand: USR2, look, and back.
{
    my $old = $t->master_pid;
    $t->signal('USR2');
    ok(CThrift::Test::wait_for(sub {
        oldbin() == $old && $t->master_pid && $t->master_pid != $old
    }), 'USR2: two masters, the old one in .oldbin');
    my $new = $t->master_pid;
    ok(CThrift::Test::wait_for(sub { $t->workers($new) == 2 }),
        'the new one has workers');
    is(scalar(() = $t->workers($old)), 3, 'the old one too, and a child');
    $t->signal('WINCH', $old);
    ok(CThrift::Test::wait_for(sub { $t->workers($old) == 1 }),
        'WINCH: the old workers leave');
    $t->signal('HUP', $old);
    ok(CThrift::Test::wait_for(sub { $t->workers($old) == 3 }),
        'HUP: they come back');
    $t->signal('QUIT', $new);
    ok(CThrift::Test::wait_for(sub { $t->reap; !kill 0, $new }),
        'QUIT to the new one');
    ok(CThrift::Test::wait_for(sub { $t->master_pid == $old && !oldbin() }),
        'rolled back: the pid file is the old master\'s again');
}

# By hand: USR2, and forward.
{
    my $old = $t->master_pid;
    $t->signal('USR2');
    my $new;
    CThrift::Test::wait_for(sub {
        $new = $t->master_pid;
        return $new && $new != $old && $t->workers($new) == 2;
    });
    $t->signal('QUIT', $old);
    ok(CThrift::Test::wait_for(sub { $t->reap; !kill 0, $old }),
        'QUIT to the old one');
    is($t->master_pid, $new, 'completed');
    ok(CThrift::Test::wait_for(sub { !oldbin() }), 'no .oldbin is left');
}

# A binary that is none, one that ends at once, one that never serves.
for my $case (
    ['no program at all', "not a program\n"],
    ['ends at once', "#!/bin/sh\nexit 3\n"],
) {
    my ($name, $text) = @$case;
    my $old = $t->master_pid;
    my @workers = $t->workers;
    $t->write_file('broken', $text);
    install($t->dir . '/broken');
    # The word itself needs a binary that works.
    local $t->{binary} = "$objs/cthrift";
    my ($status, $out, $err) = $t->run('-s', 'upgrade');
    isnt($status, 0, "$name: upgrade fails");
    isnt($out . $err, '', "$name: with a reason");
    ok(CThrift::Test::wait_for(sub { $t->master_pid == $old && !oldbin() }),
        "$name: the pid file is back");
    is_deeply([$t->workers], \@workers, "$name: the same workers");
}
install("$objs/cthrift");
is((calls() > 0 ? 1 : 0), 1, 'and it serves');

for (@loads) {
    my $seen = $_->stop;
    is($seen->{failed}, 0, "of $seen->{calls} calls none failed")
        or diag explain $seen->{errors};
}
$t->descriptors_may_change;
