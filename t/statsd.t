#!/usr/bin/perl

# statsd.t -- what the master tells statsd: every line by the grammar, every
# datagram within its size, and sums that equal the calls made, whatever
# happens to workers, masters and the receiver.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Statsd;
use CThrift::Test;
use Test::More;

my $t = CThrift::Test->new(undef, allow => [qr/upgrade/]);
my $statsd = CThrift::Statsd->new(dir => $t->dir);
my $port = $statsd->port;

sub conf {
    my ($directive) = @_;

    $t->conf(<<"END");
$directive
load_module %%OBJS%%/probe.so;
worker_processes 2;
error_log logs/error.log info;
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service Probe { }
    }
}
END
}

my %made;    # calls by how they must have ended

# Calls in all the ways that they can end here.
sub make_calls {
    my ($n) = @_;
    my $client = $t->client;

    for (1 .. $n) {
        $client->call('echo', [[1, ['string', 'x']]]);
        $client->oneway('note', [[1, ['string', 'x']]]) if $_ == 1;
        $client->call('refuse', [[1, ['string', 'no']]]) if $_ % 2;
        $client->call('fail', [[1, ['string', 'why']]]) if $_ % 3 == 0;
        $client->call('no_such_method', []) if $_ % 4 == 0;
        $client->call('no_result', []) if $_ % 5 == 0;
    }
    # One more, whose answer says that the oneway call was taken.
    $client->call('echo', [[1, ['string', 'x']]]);
    $client->close;
    $made{ok} += $n + 2;
    $made{exception} += int(($n + 1) / 2);
    $made{internal_error} += int($n / 3);
    $made{unknown_method} += int($n / 4);
    $made{missing_result} += int($n / 5);
}

sub made {
    my $sum = 0;

    $sum += $_ for values %made;
    return $sum;
}

# The sums become equal, and each by its status.
sub sums_are_equal {
    my ($prefix, $name) = @_;

    CThrift::Test::wait_for(sub {
        $statsd->count("$prefix.requests") >= made();
    });
    my %told = map { $_ => $statsd->count("$prefix.request.status.$_") }
        keys %made;
    is($statsd->count("$prefix.requests"), made(), "$name: all calls told");
    is_deeply(\%told, \%made, "$name: and how they ended");
    is(($statsd->timing("$prefix.request.duration"))[0], made(),
        "$name: and timed");
}

# ---- A receiver that is not there at first.

conf("statsd 127.0.0.1:$port prefix=gunicorn. interval=100ms;");
$t->start;
make_calls(20);
ok($t->wait_for_log(
    qr/\[warn\].*statsd: '127\.0\.0\.1:$port' has not received/),
    'nobody listens: one line in the log');
make_calls(10);
$statsd->start;
sums_are_equal('gunicorn', 'receiver late');
is($statsd->gauge('gunicorn.workers'), 2, 'workers');
is($statsd->gauge('gunicorn.backlog'), 0, 'backlog');
is($statsd->count('gunicorn.connections.accepted')
    - $statsd->count('gunicorn.connections.closed'),
    $statsd->gauge('gunicorn.connections'), 'connections add up');

# ---- A worker is killed.

kill 'KILL', ($t->workers)[0];
ok(CThrift::Test::wait_for(sub {
    $statsd->count('gunicorn.workers.died') == 1;
}), 'kill -9 is told');
ok(CThrift::Test::wait_for(sub { $t->workers == 2 }), 'and it is replaced');
make_calls(10);
sums_are_equal('gunicorn', 'kill -9');

# ---- Lines of the log, the worker's death among them.

ok(CThrift::Test::wait_for(sub {
    my @lines = split /\n/, $t->log_text;
    my %in_log = (
        critical => scalar(grep { /\[(?:crit|alert|emerg)\]/ } @lines),
        exception => $made{internal_error} + $made{missing_result},
    );
    return !grep { $statsd->count("gunicorn.log.$_") != $in_log{$_} }
        keys %in_log;
}), 'lines of the log are counted by level');
cmp_ok($statsd->count('gunicorn.log.critical'), '>=', 1, 'the death too');
cmp_ok($statsd->count('gunicorn.log.error'), '>=', 1, 'errors too');
cmp_ok($statsd->count('gunicorn.log.warning'), '>=', 1, 'warnings too');

# ---- Reloads.

for my $n (1 .. 3) {
    make_calls(5);
    ok($t->reload, "reload $n");
    make_calls(5);
}
sums_are_equal('gunicorn', 'reloads');
ok(CThrift::Test::wait_for(sub {
    $statsd->count('gunicorn.reloads') == 3;
}), 'reloads are told');

# ---- Upgrades: the whole way, then two masters side by side, back and forth.

sub oldbin { return $t->master_pid('logs/cthrift.pid.oldbin') }

sub side_by_side {
    my $old = $t->master_pid;
    my $new;

    $t->signal('USR2');
    CThrift::Test::wait_for(sub {
        $new = $t->master_pid;
        return oldbin() == $old && $new && $new != $old
            && $t->workers($new) == 2;
    });
    return ($old, $new);
}

make_calls(5);
is(($t->run('-s', 'upgrade'))[0], 0, 'upgrade');
make_calls(5);
sums_are_equal('gunicorn', 'upgrade');
{
    my ($old, $new) = side_by_side();
    make_calls(7);
    sums_are_equal('gunicorn', 'two masters');
    $t->signal('QUIT', $new);
    ok(CThrift::Test::wait_for(sub { $t->reap; !kill 0, $new }),
        'the new one ends');
    make_calls(7);
    sums_are_equal('gunicorn', 'rolled back');
}
{
    my ($old, $new) = side_by_side();
    make_calls(7);
    $t->signal('QUIT', $old);
    ok(CThrift::Test::wait_for(sub { $t->reap; !kill 0, $old }),
        'the old one ends');
    make_calls(7);
    sums_are_equal('gunicorn', 'completed by hand');
}
ok(CThrift::Test::wait_for(sub {
    $statsd->count('gunicorn.upgrades') == 3;
}), 'upgrades are told');

# ---- The receiver goes and comes back.

$statsd->stop;
make_calls(5);
$statsd->start;
make_calls(5);
sums_are_equal('gunicorn', 'receiver restarted');

# ---- What nobody was to be told is not told later.

conf('');
ok($t->reload, 'without statsd');
my $silent = $statsd->datagrams;
{
    my %before = %made;
    make_calls(5);
    %made = %before;
}
conf("statsd 127.0.0.1:$port prefix=gunicorn interval=10m;");
ok($t->reload, 'with statsd again');

# ---- The end: what is left is sent, long before the interval is over.

make_calls(9);
$t->descriptors_may_change;
$t->stop;
sums_are_equal('gunicorn', 'the end');
cmp_ok(scalar($statsd->datagrams), '>', $silent, 'by a last datagram');

# ---- Of all that was sent.

my ($n, $ms) = $statsd->timing('gunicorn.request.duration');
cmp_ok($ms, '>', 0, 'calls took some time');
my @sizes = sort { $a <=> $b } map { length } $statsd->datagrams;
cmp_ok($sizes[-1], '<=', 1432, 'no datagram is longer than max_packet');
is(scalar(grep { $_->{name} !~ /^gunicorn\./ } $statsd->lines), 0,
    'every name has the prefix');
is(scalar(grep { $_->{tags}{''} } $statsd->lines), 0,
    'plain statsd has no tags');
$statsd->stop;
