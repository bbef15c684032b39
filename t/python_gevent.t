#!/usr/bin/perl

# python_gevent.t -- Python in greenlets on a thread of its own: any number of
# calls wait side by side, and what blocks them blocks nothing else.
#
# Handlers meet: each waits until as many as it was told of are there, so that
# nothing here depends on how long anything takes.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Python;
use CThrift::Test;
use IO::Select;
use Test::More;

use constant { LOADSHEDDING => 11, TIMEOUT => 12 };

my $py = CThrift::Python->new;
my $path = $py->path;
my $objs = CThrift::Test::objs();

# Servers with either library's application, then with its factory, a service
# in C beside them, and one whose calls are limited.
my $servers = join '', map { my $n = $_ + 1; <<"END" } 0 .. 3;
    server {
        listen 127.0.0.1:%%PORT_$n%%;
        service PingService {
            python_app app_gevent:@{[
                (qw(apache thriftpy2 apache_factory thriftpy2_factory))[$_] ]};
            python_processor_as_factory @{[ $_ > 1 ? 'on' : 'off' ]};
        }
    }
END

my $t = CThrift::Test->new($py->head . <<"END");
load_module $objs/probe.so;
worker_processes 1;
python_gevent on;
python_gevent_check_interval 100ms;
events { worker_connections 4096; }
thrift {
    $path
    client_half_close off;
$servers
    server {
        listen 127.0.0.1:%%PORT_5%%;
        service Probe { }
    }
    server {
        listen 127.0.0.1:%%PORT_6%%;
        service PingService {
            python_app app_gevent:thriftpy2;
            method nap { handler_timeout 60ms; }
            method tell { max_calls_in_flight 2; }
        }
    }
}
END
$t->start;

sub result { return CThrift::Client::result(@_) }

sub at { return $t->client(port => $t->port($_[0])) }

# What `tell` is called with.
sub words { return [[1, ['string', "@_"]]] }

sub told {
    my ($client, @words) = @_;

    return result($client->call('tell', words(@words)));
}

# Waits until that many are in a meeting.
sub await_here {
    my ($port, $name, $n) = @_;
    my $client = at($port);

    return CThrift::Test::wait_for(sub { told($client, 'here', $name) == $n });
}

sub totals { return $t->status->{totals}{ $_[0] } }

sub touch { $t->write_file($_[0], '') }

# ---- All at once.

my @crowd = map { at(2) } 1 .. 20;
for my $i (0 .. $#crowd) {
    $crowd[$i]->send_call('tell', words('meet', 'crowd', 2000))
        for 1 .. ($i == 0 ? 99 : 100);
}
ok(await_here(2, 'crowd', 1999), '1,999 calls wait in one worker');
is(result(at(5)->call('add', [[1, ['i32', 2]]])), 42,
    'a service in C answers meanwhile');
is(result(at(1)->call('ping', [])), 'pong', 'and one in Python');
$crowd[0]->send_call('tell', words('meet', 'crowd', 2000));
is_deeply([map { my $c = $_; map { result($c->recv_reply) } 1 .. 100 } @crowd],
    [(2000) x 2000], 'the last one frees all of them');
@crowd = ();

for my $port (1 .. 4) {
    my ($one, $two) = map { at($port) } 1 .. 2;

    # ---- Errors, whichever way they come.

    is(told($one, 'patched'), 'True', "port $port: patched before its import");
    for my $how (qw(value transport protocol exit)) {
        is_deeply([CThrift::Client::exception(
                    $one->call('fail', [[1, ['string', $how]]]))],
            [6, 'Internal error'], "port $port: $how: an internal error");
    }
    is_deeply([CThrift::Client::exception(
                $one->call('fail', [[1, ['string', 'application']]]))],
        [4, 'failed by request'], "port $port: a TApplicationException");
    is_deeply($one->call('even', [[1, ['i32', 3]]])->{fields}[0],
        [1, ['struct', [[1, ['i32', 3]], [2, ['string', 'it is odd']]]]],
        "port $port: a declared exception");
    is(told($one, 'x' x 100_000), 'x' x 100_000, "port $port: a long string");
    my $at = $one->{socket}->sockport;
    # Lines that are too much alike are written once a second.
    $port > 2 or like($t->log_text, qr/ValueError:[ ]failed[ ]by[ ]request
        ,[ ]in[ ]fail[ ]\(\S+handler\.py:\d+\)
        ,.*client:[ ]127\.0\.0\.1:$at,[ ]method:[ ]PingService\.fail/x,
        "port $port: a failure with its place, client and method");

    # ---- Logging finds its own call though others run between.

    my %said = ($one => "one$port", $two => "two$port");
    $_->send_call('tell', words('say', "talk$port", 2, $said{$_}))
        for $one, $two;
    $_->recv_reply for $one, $two;
    for my $client ($one, $two) {
        my $at = $client->{socket}->sockport;
        my @lines = grep { /$said{$client} (?:before|after)/ }
            split /\n/, $t->log_text;
        is(scalar(grep { /, client: 127\.0\.0\.1:$at, method: \w+\.tell$/ }
                @lines), 2, "port $port: $said{$client}: both lines are its");
    }

    # ---- Oneway, and processors of a connection's own.

    $_->oneway('note', [[1, ['string', "n$port"]]]) for $one, $one;
    ok(CThrift::Test::wait_for(sub {
        told($one, 'notes') eq "n$port n$port";
    }), "port $port: oneway calls have come");
    is(told($two, 'notes'), $port > 2 ? '' : "n$port n$port",
        "port $port: another connection has "
            . ($port > 2 ? 'none of it' : 'the same'));
    $_->close for $one, $two;
}
ok(CThrift::Test::wait_for(sub { told(at(1), 'alive') == 2 }),
    'processors of connections that have gone are let go');

is(told(at(1), qw(run echo here)), 'here', 'programs are run and waited for');
is(told(at(1), qw(fork 7)), 7, 'a copy of the worker ends with its handler');
is(told(at(1), qw(resolve 127.0.0.1)), '127.0.0.1', 'names are looked up');

# ---- Limits, and clients that do not wait.

my $limited = at(6);
is_deeply([CThrift::Client::exception(
            $limited->call('nap', [[1, ['i32', 300]]]))],
    [TIMEOUT, 'handler_timeout of 60 ms is over'], 'handler_timeout');
my @full = map { at(6) } 1 .. 3;
$_->send_call('tell', words('meet', 'full', 3)) for @full[0, 1];
ok(await_here(2, 'full', 2), 'two calls, as many as max_calls_in_flight');
my ($kind) = CThrift::Client::exception(
    $full[2]->call('tell', words('here', 'full')));
is($kind, LOADSHEDDING, 'the third is refused');
$full[0]->close;
ok(CThrift::Test::wait_for(sub { totals('cancelled') == 1 }), 'one goes');
is(told(at(2), 'meet', 'full', 3), 3, 'its handler has gone on');
is(result($full[1]->recv_reply), 3, 'and so has the other');
ok(CThrift::Test::wait_for(sub { totals('late_answers') == 2 }),
    'answers for nobody are counted');
is(result($full[2]->call('ping', [])), 'pong', 'and it goes on');

# ---- What does not let others run is told, and stops nobody else.

my ($blocker, $waiter, $leaver) = map { at(2) } 1 .. 3;
$blocker->send_call('tell', words('block', $t->dir . '/go'));
ok($t->wait_for_log(qr/hub has not switched.* in tell_block/),
    'a hub that is held up is told');
$waiter->send_call('ping', []);
$leaver->send_call('tell', words('meet', 'never', 2));
my $gone = totals('cancelled');
$leaver->close;
ok(CThrift::Test::wait_for(sub { totals('cancelled') > $gone }), 'one leaves');
is(result(at(5)->call('add', [[1, ['i32', 2]]])), 42, 'C answers meanwhile');
ok(!IO::Select->new($waiter->{socket})->can_read(0), 'Python does not');
touch('go');
$blocker->recv_reply;
is(result($waiter->recv_reply), 'pong', 'until it is over');
ok($t->wait_for_log(qr/in tell_block .*hub goes on after \d+ ms/s),
    '... which is told');
is(told($waiter, 'here', 'never'), 0,
    'a call whose client had gone was never begun');
like($t->log_text, qr/\[error\]\ \d+:\ python:\ gevent's\ hub\ has\ not
    \ switched\ for\ \d+\ ms,\ calls\ in\ flight:\ [123]
    \ \(PingService\.tell\ for\ \d+\ ms\),
    \ in\ tell_block\ \(\S+app_gevent\.py:\d+\),\ in\ tell\ .*
    ,\ client:\ 127\.0\.0\.1:\d+,\ method:\ PingService\.tell$/mx,
    'told with the calls, their time, the place, and whose call it is');
is(scalar(() = $t->log_text =~ /not switched.*tell_block/g), 1,
    'in one line');
told($blocker, 'hold', 1000);
ok($t->wait_for_log(qr/not switched .* does not let go of the interpreter's/),
    'what holds the interpreter is told without its place');

# ---- The end: calls are answered, what is left is killed, then atexit.

told($blocker, 'background');
ok($t->wait_for_log(qr/raised in a greenlet: SystemExit: 3/),
    'a greenlet of the application does not end the worker');
$leaver = at(2);
$leaver->send_call('tell', words('stay'));
$gone = totals('cancelled');
$leaver->close;
ok(CThrift::Test::wait_for(sub { totals('cancelled') > $gone }), 'one leaves');
$_->send_call('tell', words('await', 'last', $t->dir . '/leave'))
    for ($waiter) x 50;
ok(await_here(2, 'last', 50), 'fifty calls are in flight');
$t->signal('QUIT');
ok($t->wait_for_log(qr/worker 0 leaves/), 'the worker leaves');
touch('leave');
is_deeply([map { result($waiter->recv_reply) } 1 .. 50], [('there') x 50],
    'calls in flight are answered');
$t->stop;
like($t->log_text, qr/told to go.*bye, True, True/s,
    'greenlets that are left are killed, atexit runs on their thread');

# ---- A worker whose hub never comes round goes nevertheless.

my $stuck = CThrift::Test->new($py->head . <<"END");
worker_processes 1;
python_gevent on;
python_gevent_check_interval 50ms;
worker_shutdown_timeout 100ms;
thrift {
    $path
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service PingService { python_app app_gevent:apache; }
    }
}
END
$stuck->start;
my $second = $stuck->client;
$second->send_call('tell', words('block', $stuck->dir . '/never'));
ok($stuck->wait_for_log(qr/in tell_block/), 'a hub that is held up');
$second->send_call('ping', []);
$stuck->stop;
like($stuck->log_text, qr/gevent's hub does not end/, '... and does not end');
unlike($stuck->log_text, qr/KILL|signal 9/, '... does not keep its worker');
$stuck->finish;

# ---- Reloads under load lose nothing; hooks run on the hub, and may wait.

my $live = CThrift::Test->new($py->head . <<"END");
worker_processes 2;
python_gevent on;
python_config conf/gunicorn_conf.py;
thrift {
    $path
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service PingService { python_app app_gevent:thriftpy2; }
    }
}
END
$live->write_file('conf/gunicorn_conf.py', <<'END');
import gevent
from gevent import monkey

_thread = monkey.get_original("_thread", "get_ident")
_main = _thread()

def note(name):
    gevent.sleep(0.001)
    with open("%%TESTDIR%%/noted", "a") as file:
        print(name, _thread() == _main, file=file)

def post_fork(server, worker):
    note("post_fork")
def post_worker_init(worker):
    note("post_worker_init")
def on_connected(worker, addr):
    note("on_connected")
def post_connect_closed(worker):
    note("post_connect_closed")
def worker_term(worker):
    note("worker_term")
def worker_exit(server, worker):
    note("worker_exit")
END
$live->start;
my @busy = map { $live->client } 1 .. 30;
my $lost = 0;
for my $round (1 .. 2) {
    for my $client (@busy) {
        $client->send_call('nap', [[1, ['i32', 20 * $_]]]) for 1 .. 10;
    }
    ok($live->reload, "reload $round under load");
    for my $client (@busy) {
        $lost += !defined result($client->recv_reply) for 1 .. 10;
    }
}
is($lost, 0, 'no call is lost');
$live->stop;
my %noted;
$noted{$_}++ for split /\n/, $live->read_file('noted');
is_deeply([sort keys %noted], [map { "$_ True" } qw(on_connected
        post_connect_closed post_fork post_worker_init worker_exit
        worker_term)], 'hooks run on the thread of the hub');
is($noted{"$_ True"}, 6, "$_ in each worker")
    for qw(post_fork post_worker_init worker_exit);
$live->finish;

# ---- Refused while the file is read.

for (['', 'execute threads;', qr/cannot run on threads of a pool/],
    ['', 'execute fiber;', qr/cannot run in fibers/],
    ['python_gevent_check_interval 5s;', '', undef],
    ['python_preload on;', '', qr/python_preload imports in the master/],
    ['python_gevent off; python_gevent_check_interval 5s;', '',
        qr/check_interval has no effect without python_gevent/],
    ['', 'python_path %%TESTDIR%%;',
        qr/python_gevent is on, and gevent cannot be had: not here/]) {
    my ($main, $service, $why) = @$_;
    my $on = $main =~ /off/ ? '' : 'python_gevent on;';
    my @allow = (allow => [qr/no effect|not both/]);
    my $bad = CThrift::Test->new($py->head . <<"END", @allow);
$on $main
thread_pool default threads=1;
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service PingService {
            $path
            python_app app_thriftpy2:app;
            $service
        }
    }
}
END
    $bad->write_file('gevent.py', "raise ImportError('not here')\n");
    my ($status, undef, $err) = $bad->run('-t');
    if (!defined $why) {
        is($status, 0, "$main is taken");
        next;
    }
    isnt($status, 0, "$main $service is refused");
    like($err, $why, 'for a reason');
    like($err, qr/cthrift\.conf:\d+/, 'with its place');
}
my $none = CThrift::Test->new($py->head . <<'END', allow => [qr/no effect/]);
python_gevent on;
thrift { }
END
like(($none->run('-t'))[2], qr/python_gevent has no effect: .*conf:\d/,
    'python_gevent without an application is refused');

$t->finish;
done_testing();
