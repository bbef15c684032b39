#!/usr/bin/perl

# queue_timeout.t -- calls that wait for a thread, until their time is over or
# their client has gone; and calls on threads when that happens.
#
# One thread, which a call holds until the test lets it go: what comes behind
# waits for as long as the test wants.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Dialects;
use CThrift::Test;
use JSON::PP;
use Socket qw(:all);
use Test::More;

use constant { LOADSHEDDING => 11, TIMEOUT => 12 };

my $inline = join "\n", map { "            method $_ { execute inline; }" }
    qw(release holding given_up notes quick);

my $t = CThrift::Test->new(<<"END");
load_module %%OBJS%%/patient.so;
worker_processes 1;
error_log logs/error.log info;
thread_pool one threads=1;
thread_pool late threads=1;
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service Patient {
            execute threads=one;
            method ~ ^(?:about|note)\$ { queue_timeout 150ms; }
            method thread { queue_timeout 1h; handler_timeout 120ms; }
$inline
        }
    }
    server {
        listen 127.0.0.1:%%PORT_2%%;
        service Patient {
            execute threads=late;
            method hold { handler_timeout 100ms; }
            method note { handler_timeout 100ms; }
$inline
        }
    }
    server {
        listen 127.0.0.1:%%PORT_3%%;
        service Patient {
            execute threads=late;
$inline
        }
    }
}
END
$t->start;

sub exception { return CThrift::Client::exception($_[0]) }
sub result { return CThrift::Client::result($_[0]) }
sub text { return [1, ['string', $_[0]]] }

sub totals {
    my (undef, $out) = $t->run('-s', 'status', '--json');

    return decode_json($out)->{totals};
}

sub until_so { return CThrift::Test::wait_for($_[0]) }

# Sends what keeps the only thread busy until `release`.
my $keys = 0;

sub occupy {
    my ($c) = @_;
    my $key = 'key' . ++$keys;

    $c->send_call('hold', [text($key)]);
    until_so(sub { result($t->client(framed => 1)->call('holding')) == 1 })
        or die 'nobody holds the thread';
    return $key;
}

sub release {
    my ($key) = @_;

    $t->client(framed => 1)->call('release', [text($key)]);
    return;
}

sub vanish {
    my ($c) = @_;

    setsockopt $c->{socket}, SOL_SOCKET, SO_LINGER, pack 'ii', 1, 0;
    $c->close;
    return;
}

# ---- Waiting too long, in every dialect at once.

{
    my $busy = $t->client(framed => 1);
    my $key = occupy($busy);
    my %waiting = map {
        my $c = $t->client(%{ $_->{client} });
        $c->send_call('about', [text('queue_time')]);
        ($_->{name} => $c);
    } CThrift::Dialects::spoken();

    for my $name (sort keys %waiting) {
        my $c = $waiting{$name};

        is_deeply([exception($c->recv_reply)],
            [LOADSHEDDING, "waited 150 ms for a thread of pool 'one'"],
            "$name: refused");
        is(result($c->call('quick', [text('on')])), 'on', "$name: goes on");
    }
    my $seen = totals();
    is($seen->{shed_queue_timeout}, keys %waiting, 'shed_queue_timeout');
    is($seen->{queued}, 0, 'nobody waits any more');
    ok($t->wait_for_log(
        qr/\[warn\] .*call refused: waited 150 ms.*method: Patient\.about/),
        'a line says so');

    release($key);
    is(result($busy->recv_reply), "had $key", 'who has the thread is answered');
    my $c = $t->client(framed => 1, port => $t->port(3));
    like(result($c->call('about', [text('queue_time')])),
        qr/ value 0\.\d{6} /, '$queue_time of one that did not wait long');
}

# ---- In its place among others, and its neighbours unharmed.

{
    my $c = $t->client(framed => 1);
    my $key = occupy($c);

    $c->send_call('about', [text('method')]);
    $c->send_call('quick', [text('behind')]);
    $c->send_call('hold', [text('patience')]);
    until_so(sub { totals()->{queued} == 1 && totals()->{in_flight} == 2 });
    release('patience');
    release($key);
    my @replies = map { $c->recv_reply } 1 .. 4;
    is(result($replies[0]), "had $key", 'the first');
    is((exception($replies[1]))[0], LOADSHEDDING, 'the second is refused');
    is(result($replies[2]), 'behind', 'the third');
    is(result($replies[3]), 'had patience', 'one without a limit waits on');
    is(totals()->{in_flight}, 0, 'none is left');
}

# ---- A deadline that passes in the queue: the handler never runs.

{
    my $busy = $t->client(framed => 1);
    my $key = occupy($busy);
    my $before = totals()->{shed_deadline};
    my $c = $t->client(transport => [['header',
        headers => { client_timeout => 60 }]]);

    is_deeply([exception($c->call('thread'))], [LOADSHEDDING,
        "the client's deadline of 60 ms is over, waiting for a thread of pool "
        . "'one'"], "the client's");
    is_deeply([exception($t->client(framed => 1)->call('thread'))],
        [LOADSHEDDING, "handler_timeout of 120 ms is over, waiting for a "
        . "thread of pool 'one'"], "the server's");
    is(totals()->{shed_deadline} - $before, 2, 'shed_deadline: two');
    release($key);
    is(result($busy->recv_reply), "had $key", 'who has the thread goes on');
}

# ---- A oneway call that waits too long ends in silence.

{
    my $busy = $t->client(framed => 1);
    my $key = occupy($busy);
    my $c = $t->client(framed => 1);
    my $before = totals()->{shed_queue_timeout};

    $c->oneway('note', [text($key)]);
    ok(until_so(sub { totals()->{shed_queue_timeout} > $before }),
        'oneway: counted');
    is(result($c->call('quick', [text('next')])), 'next', 'not answered');
    release($key);
    $busy->recv_reply;
    is(result($c->call('notes')), 0, 'and not run');
}

# ---- Who goes takes along what waits, but for oneway calls.

{
    my $busy = $t->client(framed => 1);
    my $key = occupy($busy);
    my $c = $t->client(framed => 1);
    my $before = totals();

    $c->send_call('hold', [text("ghost$_")]) for 1 .. 3;
    until_so(sub { totals()->{in_flight} == 4 });
    vanish($c);
    ok(until_so(sub { totals()->{in_flight} == 1 }),
        'those that had not begun have gone at once');
    is(totals()->{cancelled} - $before->{cancelled}, 3, 'cancelled: three');
    is(totals()->{late_answers}, $before->{late_answers}, 'none was late');

    $c = $t->client(framed => 1, port => $t->port(3));
    my $notes = result($c->call('notes'));
    $c->oneway('note', [text($key)]);
    until_so(sub { totals()->{in_flight} == 2 });
    vanish($c);
    release($key);
    is(result($busy->recv_reply), "had $key", 'the thread is free');
    ok(until_so(sub {
        result($t->client(framed => 1)->call('notes')) == $notes + 1
    }), 'the note of a client that has gone is taken');
    unlike($t->log_text, qr/ghost/, 'no ghost has run');
}

# ---- On a thread: the handler is told, its answer dropped.

{
    my $c = $t->client(framed => 1, port => $t->port(2));
    my $before = totals();
    my $given_up = result($c->call('given_up'));

    $c->send_call('hold', [text('never')]);
    $c->send_call('quick', [text('behind')]);
    is_deeply([exception($c->recv_reply)],
        [TIMEOUT, 'handler_timeout of 100 ms is over'], 'in time');
    is(result($c->recv_reply), 'behind', 'in its place');
    ok(until_so(sub { result($c->call('given_up')) == $given_up + 1 }),
        'the handler sees it and gives up');
    ok(until_so(sub { totals()->{in_flight} == 0 }), 'and ends');
    is(totals()->{late_answers} - $before->{late_answers}, 1,
        'late_answers: one');
    is(totals()->{handler_timeouts} - $before->{handler_timeouts}, 1,
        'handler_timeouts: one');

    $c->oneway('note', [text('never')]);
    ok(until_so(sub { result($c->call('given_up')) == $given_up + 2 }),
        'a oneway call is told too');

    $c = $t->client(framed => 1);
    $c->send_call('hold', [text('never')]);
    until_so(sub { totals()->{in_flight} == 1 });
    vanish($c);
    ok(until_so(sub {
        result($t->client(framed => 1)->call('given_up')) == $given_up + 3
    }), 'and so is the handler of a client that has gone');
}

# ---- What is refused.

for my $bad ('soon', '-1', '1x') {
    my $refused = CThrift::Test->new(<<"END");
load_module %%OBJS%%/patient.so;
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service Patient { execute threads; queue_timeout $bad; }
    }
}
END
    my ($status, $out, $err) = $refused->run('-t');

    isnt($status, 0, "refused: queue_timeout $bad");
    like($out . $err, qr/'\Q$bad\E' is not a time.*cthrift\.conf:5\b/,
        'with reason and line');
}

# Where nothing ever waits for a thread it would do nothing.
for my $service ('service Patient { queue_timeout 1s; }',
    'queue_timeout 1s; service Patient { }',
    'service Patient { method doze { queue_timeout 1s; } }',
    'service Patient { execute threads; method ~ . { execute fiber; '
        . 'queue_timeout 1s; } }') {
    my $refused = CThrift::Test->new(<<"END");
load_module %%OBJS%%/patient.so;
thrift {
    queue_timeout 2s;
    server {
        listen 127.0.0.1:%%PORT_1%%;
        $service
    }
}
END
    my ($status, $out, $err) = $refused->run('-t');

    like($out . $err, qr/'queue_timeout' has no effect.*cthrift\.conf:6\b/,
        "no effect: $service");
}

done_testing;
