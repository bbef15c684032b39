#!/usr/bin/perl

# hooks.t -- every hook of a module runs in its process, at its moment, once.
# examples/hooks writes a line for each.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use Test::More;

my $conf = <<'END';
load_module %%OBJS%%/probe.so;
load_module %%OBJS%%/hooks.so;
worker_processes 2;
worker_heartbeat_timeout 1s;
worker_abort_grace 5s;
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        listen unix:%%TESTDIR%%/sock;
        client_half_close off;
        hooks_label front;
        service Probe { }
    }
}
END

my $t = CThrift::Test->new($conf, allow => [qr{directive .nonsense}]);
$t->start;
my $master = $t->master_pid;
my @first  = $t->workers;

# All lines of hooks so far: [pid, "hook", "rest"].
sub lines {
    return map { /(\d+): hooks: (\w+)(?:: (.*))?$/ ? [$1, $2, $3 // ''] : () }
        split /\n/, $t->log_text;
}

# Those of one hook, in one process or in any, perhaps only the ones behind
# the first $skip lines of all.
sub of {
    my ($hook, $pid, $skip) = @_;
    my @lines = lines();

    splice @lines, 0, $skip // 0;
    return grep { $_->[1] eq $hook && (!$pid || $_->[0] == $pid) } @lines;
}

sub texts { return join '; ', map { $_->[2] } @_ }

# ---- The start.

ok(CThrift::Test::wait_for(sub { of('serving') == 1 }), 'serving');
is(texts(of('configured')), 'generation 1', 'configured: once');
is(texts(of('master_init')), '', 'master_init');
is(scalar of('master_init', $master), 1, '... once, in the master');
is(texts(of('workers_changed', $master)), '2, was 0', 'workers_changed');
is(texts(of('serving', $master)), 'generation 1', 'serving: in the master');
is(scalar of('worker_started', $master), 2, 'worker_started: in the master');
is_deeply([sort map { $_->[2] =~ /, (\d+)$/ } of('worker_started')],
    [sort @first], '... of each worker');
for my $pid (@first) {
    is(scalar of('worker_init', $pid), 1, "worker_init: once in $pid");
}
{
    my %at;
    my @lines = lines();
    $at{ $lines[$_][1] } //= $_ for 0 .. $#lines;
    my @order = qw(configured master_init worker_init serving);
    is_deeply([sort { $at{$a} <=> $at{$b} } @order], \@order, 'in order');
}

# ---- A connection and its calls.

{
    my $before = lines();
    my $c      = $t->client(framed => 1);

    $c->call('echo', [[1, ['string', 'x']]]);
    my ($connected) = of('connected', undef, $before);
    my $pid = $connected->[0];
    ok((grep { $_ == $pid } @first), 'connected: in a worker');
    is($connected->[2], "label 'front'", '... with its configuration');
    is(texts(of('before_call', $pid, $before)) =~ s/,.*//r, 'echo',
        'before_call: once');
    ok(CThrift::Test::wait_for(sub { of('after_call', $pid, $before) == 1 }),
        'after_call: once');

    $c->call('later', [[1, ['string', 'x']], [2, ['i32', 20]]]);
    ok(CThrift::Test::wait_for(sub { of('after_call', $pid, $before) == 2 }),
        'after_call of a call that answers later');
    $c->close;
    ok(CThrift::Test::wait_for(sub { of('closed', $pid, $before) == 1 }),
        'closed: once');
}
{
    my $before = lines();
    my $c      = $t->client(framed => 1);

    # A field of a type that does not exist.
    my $head = substr CThrift::Client::message('echo', 1, 1, [], 1), 0, -1;
    $c->send_raw(CThrift::Client::frame("$head\x63\x00\x01"));
    $c->recv_reply;
    ok(CThrift::Test::wait_for(sub { of('decode_failed', undef, $before) }),
        'decode_failed');
    ok(CThrift::Test::wait_for(sub { of('call_ended', undef, $before) }),
        'call_ended hears of it');
    is(scalar of('after_call', undef, $before), 0, '... after_call does not');
    is(scalar of('decode_failed', undef, $before), 1, '... once');
}

# ---- What becomes of every message, once.

{
    my $c     = $t->client(framed => 1);
    my $ended = sub {
        my ($before) = @_;
        return join ' ', map { $_->[2] =~ s/,.*//r }
            of('call_ended', undef, $before);
    };
    my $before = lines();

    $c->call('echo', [[1, ['string', 'x']]]);
    $c->call('nobody');
    $c->send_call('note', [[1, ['string', 'x']]], type => 4);
    $c->call('later', [[1, ['string', 'x']], [2, ['i32', 20]]]);
    ok(CThrift::Test::wait_for(sub { of('call_ended', undef, $before) >= 4 }),
        'call_ended');
    is($ended->($before), 'echo - note later', '... for each of them');

    $before = lines();
    $c->send_call('later', [[1, ['string', 'x']], [2, ['i32', 60_000]]]);
    $c->send_call('later', [[1, ['string', 'x']], [2, ['i32', 1]]]);
    ok(CThrift::Test::wait_for(sub { of('call_ended', undef, $before) == 1 }),
        '... of one that waits for its turn, when it is answered');
    $c->close;
    ok(CThrift::Test::wait_for(sub { of('call_ended', undef, $before) == 2 }),
        '... of one whose client goes, when it has gone');
}
{
    my $before = lines();

    $t->run('-s', 'reopen');
    ok(CThrift::Test::wait_for(sub { of('reopening', undef, $before) == 2 }),
        'reopening: in each worker');
}

# ---- Another worker, and one fewer.

{
    my $before = lines();

    $t->run('-s', 'add-worker');
    ok(CThrift::Test::wait_for(sub { of('worker_init', undef, $before) }),
        'a worker more');
    is(texts(of('workers_changed', $master, $before)), '3, was 2',
        'workers_changed');
    my ($pid) = map { $_->[0] } of('worker_init', undef, $before);
    ok(CThrift::Test::wait_for(sub { $t->workers == 3 }), 'it serves');

    $before = lines();
    $t->run('-s', 'remove-worker');
    ok(CThrift::Test::wait_for(sub { of('worker_ended', $master, $before) }),
        'worker_ended: in the master');
    like(texts(of('worker_ended', $master, $before)),
        qr/^worker 2, $pid, status 0$/, '... which one, and how');
    is(scalar of('leaving', $pid, $before), 1, 'leaving: once');
    is(scalar of('worker_exit', $pid, $before), 1, 'worker_exit: once');
    is(texts(of('workers_changed', $master, $before)), '2, was 3',
        'workers_changed');
}

# ---- A reload.

{
    my $before = lines();

    my ($status) = $t->run('-s', 'reload');
    is($status, 0, 'reload');
    my %pids = map { $_->[0] => 1 } of('configured', undef, $before);
    is(scalar keys %pids, 2, 'configured: in the trial child and the master');
    ok($pids{$master}, '... the master');
    is(texts(of('serving', $master, $before)), 'generation 2', 'serving');
    ok(CThrift::Test::wait_for(sub {
        of('worker_ended', $master, $before) == 2
    }), 'worker_ended: both old ones');
    for my $pid (@first) {
        is(scalar of('leaving', $pid, $before), 1, "leaving: once in $pid");
        is(scalar of('worker_exit', $pid, $before), 1, '... worker_exit too');
    }
}
{
    my $before = lines();

    $t->write_file('conf/cthrift.conf',
        $t->read_file('conf/cthrift.conf') . 'nonsense;');
    $t->run('-s', 'reload');
    is(scalar of('serving', undef, $before), 0, 'refused: nobody hears of it');
    $t->conf($conf);
}

# ---- A worker that hangs.

{
    my $before = lines();
    my $c      = $t->client(framed => 1);

    $c->send_call('spin', [[1, ['i32', 60_000]]]);
    ok(CThrift::Test::wait_for(sub { of('worker_ended', $master, $before) },
        40), 'a worker that hangs is ended');
    like($t->read_file('stderr'), qr/^hooks: aborted$/m, 'aborted');
    like($t->log_text, qr/\[error\] \d+: blocked loop, hooks: reported$/m,
        'reported, before');
    unlike(texts(of('worker_ended', $master, $before)), qr/status 0$/,
        '... and its end says so');
}

# ---- Another binary, and the way back: the server does not end by it.

{
    my $before = lines();

    $t->descriptors_may_change;
    $t->signal('USR2');
    ok(CThrift::Test::wait_for(sub { of('upgrading', $master, $before) }),
        'upgrading: in the master');
    ok(CThrift::Test::wait_for(sub {
        my $new = $t->master_pid;
        return $new && $new != $master && of('serving', $new, $before);
    }), '... another one serves');
    my $new = $t->master_pid;
    $t->signal('QUIT', $new);
    ok(CThrift::Test::wait_for(sub { of('master_exit', $new, $before) }),
        '... and leaves');
    ok(CThrift::Test::wait_for(sub { $t->master_pid == $master }),
        '... to the first one');
    is(scalar of('retiring', undef, $before), 0, 'nobody retires by that');
}

# ---- The end, by each of its ways.

{
    my $before = lines();

    $t->stop;
    is(scalar of('leaving', undef, $before), 2, 'leaving: both');
    is(scalar of('worker_exit', undef, $before), 2, 'worker_exit: both');
    is(scalar of('retiring'), 1,
        'retiring: once, no reload had it');
    my @order = map { $_->[1] } lines();
    splice @order, 0, $before;
    is($order[0], 'retiring', '... before anything else');
    is(scalar of('retiring', $master), 1, '... in the master');
    is(scalar of('master_exit', $master, $before), 1,
        'master_exit: once, in the master');
    is($order[-1], 'master_exit', '... and nothing after it');
}
for my $signal (qw(TERM INT)) {
    my $before = lines();

    $t->start;
    $t->stop($signal);
    is(scalar of('retiring', undef, $before), 1, "retiring: by $signal");
    is(scalar of('leaving', undef, $before), 0, '... where nobody leaves');
}
