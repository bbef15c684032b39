#!/usr/bin/perl

# threads.t -- handlers on the threads of a pool: nobody waits for them but who
# has called them, and the loop and they do not get in each other's way.
#
# A handler holds a key until the test releases it by another call: nothing
# here depends on how long anything takes.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use JSON::PP;
use Test::More;

my $methods = <<'END';
            execute threads=pool;
            method release { execute inline; }
            method holding { execute inline; }
            method given_up { execute inline; }
            method quick { execute inline; }
            method notes { execute inline; }
            method slumber { execute inline; }
            method thread { execute threads; }
END

my $conf = <<"END";
load_module %%OBJS%%/patient.so;
worker_processes 1;
worker_shutdown_timeout 10s;
error_log logs/error.log info;
thread_pool pool threads=4 max_queue=100;
thread_pool tight threads=1 max_queue=0;
thread_pool unused threads=7;
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service Patient {
$methods        }
    }
    server {
        listen 127.0.0.1:%%PORT_3%%;
        service Patient { }
    }
    server {
        listen 127.0.0.1:%%PORT_2%%;
        service Patient {
            execute threads=tight;
            method release { execute inline; }
            method holding { execute inline; }
        }
    }
}
END
my $t = CThrift::Test->new($conf,
    allow => [qr/signal 11 .*Patient\.overrun/, qr/ended on SIGSEGV/]);
$t->start;
my ($worker) = $t->workers;
my $last_key = 0;

sub text { [1, ['string', $_[0]]] }
sub number { [1, ['i32', $_[0]]] }
sub exception { CThrift::Client::exception($_[0]) }
sub result { CThrift::Client::result($_[0]) }
sub new_key { 'key' . ++$last_key }
sub release { $_[0]->call('release', [text($_[1])]) }
sub ask { result($_[0]->call($_[1])) }

# Waits until so many handlers hold a key, as `holding` of the client says.
sub wait_for_holding {
    my ($c, $n) = @_;
    return CThrift::Test::wait_for(sub { ask($c, 'holding') == $n });
}

sub status {
    my (undef, $out) = $t->run('-s', 'status', '--json');
    return decode_json($out);
}

sub counter { status()->{totals}{ $_[0] } }

my $other = $t->client;

# ---- Where they run.

like(result($t->client->call('thread')), qr/^ct default/,
    'a handler runs on a thread that is named for its pool');
{
    opendir my $tasks, "/proc/$worker/task" or die;
    my @comms = map { CThrift::Test::comm("$worker/task/$_") }
        grep { /^\d/ } readdir $tasks;
    is(scalar(grep { /^ct pool/ } @comms), 4, 'a pool has its threads');
    is(scalar(grep { /^ct default/ } @comms), 10, 'the default one ten');
    is(scalar(grep { /^ct unused/ } @comms), 0, 'one that nobody uses, none');
}

# ---- The loop goes on.

{
    my ($c, $key) = ($t->client, new_key());
    $c->send_call('hold', [text($key)]);
    ok(wait_for_holding($other, 1), 'a handler blocks');
    is(result($other->call('quick', [text('x')])), 'x',
        'and another is called meanwhile');

    release($other, $key);
    is(result($c->recv_reply), "had $key", 'its answer comes');
}

# ---- Order: calls of one connection side by side, answers in their order.

for my $framed (0, 1) {
    my $c = $t->client(framed => $framed);
    my @keys = map { new_key() } 1 .. 3;
    my @ids = map { $c->send_call('hold', [text($_)]) } @keys;
    push @ids, $c->send_call('quick', [text('behind')]);
    ok(wait_for_holding($other, 3), 'calls of one connection run together');
    release($other, $_) for reverse @keys;
    my @replies = map { $c->recv_reply } 1 .. 4;
    is_deeply([map { $_->{seqid} } @replies], \@ids,
        'answers keep the order of the calls');
    is_deeply([map { result($_) } @replies],
        [(map { "had $_" } @keys), 'behind'], 'and are the right ones');
}

# ---- What a handler may do there.

{
    my $c = $t->client(
        transport => [['header', headers => { 'x-id' => 'abc' }]]);
    my $port = $c->{socket}->sockport;
    is(result($c->call('about', [text('remote_port')])),
        "peer 127.0.0.1:$port id abc value $port leaving 0",
        'peer, headers and variables are known there');
    is(result($c->call('about', [text('method')])),
        "peer 127.0.0.1:$port id abc value about leaving 0",
        'of the call too');
    is((exception($c->call('about', [text('nothing')])))[1],
        'there is no such variable', 'or that there is none');
    ok($t->wait_for_log(
            qr/asked about method, client: 127\.0\.0\.1:$port, method: Pat/),
        'its lines name client and method');
    is((exception($c->call('fail', [text('of it')])))[1], 'because of it',
        'a failure is answered with its words');
    is($c->call('refuse', [text('no')])->{fields}[0][0], 1,
        'so is a declared exception');
    my ($type, $why) = exception($c->call('shed'));
    is("$type $why", '11 not today', 'it may shed its call');
    is(counter('shed_rate'), 1, 'which is counted');
}

# ---- Answers from anywhere.

for my $port (1 .. 3) {
    my $c = $t->client(port => $t->port($port));
    is(result($c->call('early', [text('e')])), 'e',
        'an answer before the return') for 1 .. 20;
    is(result($c->call('foreign', [text('f')])), 'foreign f',
        'an answer from a thread of its own') for 1 .. 20;
    is(result($c->call('after', [text('a'), [2, ['i32', 1]]])), 'a',
        'an answer by ct_call_after') for 1 .. 5;
}

ok($t->wait_for_log(qr/answered from afar, client: 127\.0\.0\.1:\d+, method/),
    'lines of other threads name the client');

# ---- A full queue.

{
    my $c = $t->client(port => $t->port(2));
    my $key = new_key();
    my @ids = map { $c->send_call('hold', [text($key)]) } 1 .. 3;
    my $probe = $t->client(port => $t->port(2));
    ok(wait_for_holding($probe, 1), 'one thread, one handler');
    my ($type, $why) = exception($probe->call('early', [text('x')]));
    is($type, 11, 'a call without a thread or a place is shed');
    is($why, q{thread pool 'tight' has no room}, 'it hears why');
    is(counter('shed_queue_full'), 3, 'each of them counts');
    release($probe, $key);
    my @replies = map { $c->recv_reply } 1 .. 3;
    is(result($replies[0]), "had $key", 'the one that ran is answered');
    is((exception($replies[$_]))[0], 11, 'the others were shed') for 1, 2;
    is(result($probe->call('early', [text('y')])), 'y', 'there is room again');
}

# ---- Who has called goes away.

{
    my $before = ask($other, 'given_up');
    my $c = $t->client;
    my $key = new_key();
    $c->send_call('hold', [text($key)]) for 1 .. 3;
    ok(wait_for_holding($other, 3), 'three run for a client');
    setsockopt $c->{socket}, Socket::SOL_SOCKET(), Socket::SO_LINGER(),
        pack 'ii', 1, 0;
    $c->close;
    ok(CThrift::Test::wait_for(
            sub { ask($other, 'given_up') == $before + 3 }),
        'which goes away: they see it and give up');
    ok($t->wait_for_log(qr/$key: nobody waits, client: 127\.0\.0\.1:\d+/),
        'and still know whose they were');
    is(result($other->call('early', [text('on')])), 'on', 'it all goes on');
}

# ---- Nobody waits for a oneway call, so it waits for nobody.

{
    my $c = $t->client;
    my $key = new_key();
    $c->oneway('note', [text($key)]);
    is(result($c->call('quick', [text('q')])), 'q',
        'a oneway call holds nobody up');
    ok(wait_for_holding($other, 1), 'it runs');
    $c->close;
    release($other, $key);
    ok(CThrift::Test::wait_for(sub { ask($other, 'notes') == 1 }),
        'to its end, though its client has gone');
}

# ---- Many.

{
    my @clients = map { $t->client(framed => $_ % 2) } 1 .. 50;
    my $wrong = 0;
    for my $round (1 .. 5) {
        $_->send_call('early', [text("$_ $round")]) for @clients;
        $_->send_call('foreign', [text("$_ $round")]) for @clients;
        for (@clients) {
            $wrong += result($_->recv_reply) ne "$_ $round";
            $wrong += result($_->recv_reply) ne "foreign $_ $round";
        }
    }
    is($wrong, 0, '50 clients, 500 calls, every answer right');
    $_->close for @clients;
}

# ---- Leaving.

{
    my ($c, $lone) = ($t->client, $t->client);
    my @ids = map { $c->send_call('doze', [number(2500)]) } 1 .. 2;
    $lone->oneway('nap', [number(4000)]);
    $lone->oneway('slumber', [number(4100)]);
    ok(CThrift::Test::wait_for(
            sub { status()->{workers}[0]{in_flight} == 4 }),
        'four run as the configuration changes');
    $lone->close;
    ok($t->reload, 'reload');
    my ($new) = grep { $_ != $worker } $t->workers;
    ok($new, 'there is a new worker');
    is_deeply([map { $c->recv_reply->{seqid} } 1 .. 2], \@ids,
        'the old one answers what its threads run');
    is(result($c->call('quick', [text('on')])), 'on',
        'and the connection goes on');
    ok(CThrift::Test::wait_for(sub { !kill 0, $worker }), 'then it goes');
    like($t->log_text,
        qr/$worker: the nap is over.*$worker: patient: worker_exit/s,
        'behind a oneway call that nobody waits for');
    like($t->log_text,
        qr/$worker: the slumber is over.*$worker: patient: worker_exit/s,
        'wherever it runs');
    $_->close for $c, $other;
    $worker = $new;
}

# ---- A stack that is overrun: the line about it needs another one.

SKIP: {
    skip 'a sanitizer has its own words for it', 2
        if CThrift::Test::has_sanitizers();
    my $c = $t->client;
    ok(!eval { $c->call('overrun', [number(1)]) }, 'a handler dies');
    ok($t->wait_for_log(qr/signal 11 .*in flight: Patient\.overrun for/),
        'its worker still says which');
    CThrift::Test::wait_for(sub { $t->log_text =~ /ended on SIGSEGV/ });
    CThrift::Test::wait_for(sub { eval { ask($t->client, 'holding') == 0 } });
}

# ---- Stopping: what does not return is left behind.

{
    my $c = $t->client;
    $c->send_call('hold', [text('never')]);
    $c->send_call('stuck');
    my $watcher = $t->client;
    ok(wait_for_holding($watcher, 1), 'one that can be told, one that cannot');
    ok(CThrift::Test::wait_for(sub {
        my $worker = status()->{workers}[0];
        return $worker->{in_flight} == 2 && $worker->{queued} == 0;
    }), 'both have begun: who still waits for a thread never would');
    $t->stop('TERM');
    ok($t->wait_for_log(qr/1 handlers on threads have not returned/),
        'the worker says that it leaves one behind');
    like($t->log_text, qr/never: nobody waits/, 'the other has given up');
}

# ---- Mistakes in the file.

for (
    ['thread_pool;', qr/thread_pool/],
    ['thread_pool p;', qr/thread pool 'p' has no threads=N/],
    ['thread_pool p threads=0;', qr/'threads=' wants a number from 1 to 4096/],
    ['thread_pool p threads=5000;', qr/'threads=' wants a number from 1/],
    ['thread_pool p threads=x;', qr/'threads=' wants a number/],
    ['thread_pool p threads=1 max_queue=-1;', qr/'max_queue=' wants a number/],
    ['thread_pool p threads=1 threads=2;', qr/'threads=2' is given twice/],
    ['thread_pool p max_queue=1;', qr/thread pool 'p' has no threads=N/],
    ['thread_pool p threads=1 size=2;', qr/'size=2' is nothing that/],
    ['thread_pool threads=1;', qr/'thread_pool' wants a name/],
    ["thread_pool p threads=1;\nthread_pool p threads=2;",
        qr/thread pool 'p' is declared twice in \S+:3/],
    ['', qr/there is no thread_pool 'polo' in/, 'threads=polo'],
    ['thread_pool pool threads=1;',
        qr/there is no thread_pool 'polo', did you mean 'pool'\?/,
        'threads=polo'],
    ['', qr/there is no thread_pool '' in/, 'threads='],
    ['', qr/'thread' is no way to run a handler/, 'thread'],
    ['execute threads;', qr/"?'?execute/],
) {
    my ($main, $error, $execute) = @$_;
    $t->conf(<<"END");
load_module %%OBJS%%/patient.so;
$main
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service Patient { execute ${\($execute // 'inline')}; }
    }
}
END
    my ($exit, undef, $words) = $t->run('-t');
    like($words, $error, $execute ? "execute $execute" : $main);
    like($words, qr/cthrift\.conf:\d+/, '- with its place');
    is($exit, 1, '- is refused');
}

# ---- Alone: the same in a process that is its own worker.

$t->conf($conf =~ s/worker_processes 1/master_process off/r);
$t->start;
{
    my $c = $t->client;
    like(result($c->call('thread')), qr/^ct default/,
        'threads without a master');
    $c->send_call('stuck');
    is(result($t->client->call('early', [text('x')])), 'x',
        'and the loop goes on');
    $t->stop('TERM');
    is($t->master_pid, 0, 'a stuck handler leaves no pid file behind');
}

$t->finish;
done_testing;
