#!/usr/bin/perl

# python_hooks.t -- hooks of a gunicorn configuration file: each in its process,
# at its moment, once; and what goes wrong in them harms nobody.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Python;
use CThrift::Test;
use Test::More;

my $py = CThrift::Python->new;
my $path = $py->path('%%TESTDIR%%');

# Hooks that note who they are, where, and what they were given; MORE is behind
# them in the file.
sub hooks_file {
    my ($more) = @_;

    return <<'END' . ($more // '');
import os
import noted

def note(name, *words):
    with open("%%TESTDIR%%/noted", "a") as file:
        print(name, os.getpid(), *words, file=file)

def on_starting(server):
    note("on_starting", server.pid)
def on_reload(server):
    note("on_reload", server.num_workers, *sorted(server.WORKERS))
def when_ready(server):
    note("when_ready", server.num_workers, server.cfg.FRUIT)
def nworkers_changed(server, new, old):
    server.log.info("%d workers now", new)
    note("nworkers_changed", new, old)
def pre_fork(server, worker):
    note("pre_fork", worker.pid, worker.id, worker.age)
def child_exit(server, worker):
    note("child_exit", worker.pid, worker.id)
def pre_exec(server):
    note("pre_exec")
def on_exit(server):
    note("on_exit")

def post_fork(server, worker):
    note("post_fork", worker.pid, server.pid, server.num_workers)
def post_worker_init(worker):
    note("post_worker_init", worker.cfg.FRUIT)
    worker.log.info("worker %d of %s", worker.id, worker.cfg.FRUIT)
def worker_term(worker):
    note("worker_term", worker.alive)
def worker_int(worker):
    note("worker_int")
def worker_exit(server, worker):
    note("worker_exit")
def on_connected(worker, addr):
    note("on_connected", repr(addr))
def post_connect_closed(worker):
    note("post_connect_closed")
def on_tdecode_exception(err):
    note("on_tdecode_exception", type(err).__name__)
    raise KeyError("in a hook")
def pre_request(worker, req):
    note("pre_request", req.service, req.method, req.peer.split(":")[0])
def post_request(worker, req, environ, resp):
    note("post_request", req, type(resp.error).__name__)

FRUIT = "pear"
service_register_conf = {}
END
}

my $conf = $py->head . <<"END";
worker_processes 2;
thread_pool default threads=2;
python_config conf/gunicorn_conf.py;
thrift {
    $path
    hand_over off;
    server {
        listen 127.0.0.1:%%PORT_1%%;
        listen unix:%%TESTDIR%%/sock;
        service PingService { python_app noted:app; }
    }
    server {
        listen 127.0.0.1:%%PORT_3%%;
        execute threads;
        service PingService { python_app noted:app; }
    }
    server {
        listen 127.0.0.1:%%PORT_2%%;
        status json;
    }
}
END

my $t = CThrift::Test->new($conf,
    allow => [qr/cannot read|ended by signal|no use/]);

# Notes so far: [name, pid, rest].
sub notes {
    return map { /^(\w+) (\d+) ?(.*)$/ ? [$1, $2, $3] : () }
        split /\n/, $t->read_file('noted');
}

# Those of one name, behind the first $skip of all.
sub of {
    my ($name, $skip) = @_;
    my @notes = notes();

    splice @notes, 0, $skip // 0;
    return grep { $_->[0] eq $name } @notes;
}
sub texts { return join '; ', sort map { $_->[2] } @_ }
sub pids { return join ' ', sort map { $_->[1] } @_ }

sub await {
    my ($n, $name, $skip) = @_;
    CThrift::Test::wait_for(sub { of($name, $skip) >= $n });
    return of($name, $skip);
}

# The pids of the master's children of that title.
sub titled {
    my ($title) = @_;
    my @pids = sort grep { CThrift::Test::title($_) eq "cthrift: $title" }
        $t->workers;

    return @pids;
}
sub helper  { return join ' ', titled('python hooks') }
sub serving { return titled('worker process') }

# The hooks' own module is found as applications are.
$t->write_file('noted.py', <<'END');
from app_thriftpy2 import app
END
$t->write_file('conf/gunicorn_conf.py', hooks_file("workers = 5\n"));

sub ping { return $_[0]->call('ping', []) }
sub pong { return CThrift::Client::result(ping($_[0])) eq 'pong' }

# ---- The start.

$t->start;
my $master = $t->master_pid;
await(1, 'when_ready');
my @first = serving();
my $helper = helper();

is(@first, 2, 'two workers');
like($helper, qr/^\d+$/, 'and a process for hooks of the server');
is(texts(of('on_starting')), $master, 'on_starting: once, of the master');
is(texts(of('nworkers_changed')), '2 None',
    'nworkers_changed: the first number');
is_deeply([sort map { $_->[2] =~ /^(\d+) / } of('pre_fork')], \@first,
    'pre_fork: each worker');
is_deeply([sort map { $_->[2] =~ / (.*)/ } of('pre_fork')], ['0 1', '1 2'],
    '... with its place and age');
is(texts(of('when_ready')), '2 pear', 'when_ready: once');
is(pids(map { of($_) } qw(on_starting nworkers_changed when_ready)),
    "$helper $helper $helper", '... all of them there');
is(pids(of('post_fork')), "@first", 'post_fork: in each worker');
is(texts(of('post_fork')), join('; ', map { "$_ $master 2" } @first),
    '... which knows itself and the server');
is(pids(of('post_worker_init')), "@first", 'post_worker_init: likewise');
{
    my @order = map { $_->[0] } grep { $_->[1] == $first[0] } notes();
    is("@order[0, 1]", 'post_fork post_worker_init', '... behind it');
    is((notes())[0][0], 'on_starting', 'on_starting comes before all');
}
like($t->log_text, qr/\[info\] $first[0]: python: worker 0 of pear/,
    'worker.log and worker.cfg');
like($t->log_text,
    qr/gunicorn_conf.py' python_config leaves to directives: workers in/,
    'settings are named');

# ---- Connections and calls.

{
    my $before = notes();
    my $client = $t->client;
    ok(pong($client), 'a call');
    is(texts(of('on_connected', $before)), "('127.0.0.1', "
        . $client->{socket}->sockport . ')', 'on_connected: with the address');
    is(texts(of('pre_request', $before)), 'PingService ping 127.0.0.1',
        'pre_request');
    is(texts(of('post_request', $before)), 'PingService.ping NoneType',
        'post_request');
    $client->call('fail', [[1, ['string', 'none']]]);
    is(texts(of('on_tdecode_exception', $before)), 'TDecodeException',
        'on_tdecode_exception: of a result that does not fit');
    like($t->log_text, qr/\[error\].*hook on_tdecode_exception failed: KeyErr/,
        '... and what a hook raises is told');
    ok(pong($client), '... and costs nothing');
    $client->close;
    is(scalar await(1, 'post_connect_closed', $before), 1,
        'post_connect_closed');

    $before = notes();
    $client = $t->client(port => $t->port(3));
    ok(pong($client), 'a call on a thread');
    is(texts(of('pre_request', $before)), 'PingService ping 127.0.0.1',
        '... has its hooks, too');
    $client->close;
    await(1, 'post_connect_closed', $before);

    $before = notes();
    $client = $t->client(path => $t->dir . '/sock');
    ok(pong($client), 'a unix socket');
    is(texts(of('on_connected', $before)), "''", '... has no name');
    $client->close;

    $before = notes();
    $client = $t->client(port => $t->port(2));
    $client->send_raw("GET /status HTTP/1.1\r\nHost: x\r\n\r\n");
    await(1, 'post_connect_closed', $before - 1);
    $client->close;
    is(texts(of('on_connected', $before)), '',
        'servers without an application are nobody\'s business');
}

# ---- A worker more, and one fewer.

{
    my $before = notes();

    rename $t->dir . '/logs/error.log', $t->dir . '/logs/old.log';
    $t->run('-s', 'reopen');
    CThrift::Test::wait_for(sub { -f $t->dir . '/logs/error.log' });
    ok(CThrift::Test::wait_for(sub {
        !grep { (readlink // '') =~ /old\.log/ } glob "/proc/$helper/fd/*";
    }), 'a log that has been rotated is let go');
    $t->run('-s', 'add-worker');
    is(texts(await(1, 'nworkers_changed', $before)), '3 2', 'nworkers_changed');
    like($t->log_text, qr/\[info\] $helper: python: 3 workers now/,
        'server.log, where the log is by now');
    my ($third) = await(1, 'post_worker_init', $before);
    is(texts(of('pre_fork', $before)), "$third->[1] 2 3", '... pre_fork');
    CThrift::Test::wait_for(sub { $t->log_text =~ /worker 2 of pear/ });
    $before = notes();
    $t->run('-s', 'remove-worker');
    is(texts(await(1, 'child_exit', $before)), "$third->[1] 2", 'child_exit');
    is(pids(of('worker_term', $before)), $third->[1], 'worker_term: in it');
    is(pids(of('worker_exit', $before)), $third->[1], 'worker_exit: in it');
    is(texts(of('worker_int', $before)), '', '... but it was not hurried');
}

# ---- A reload: the polite end of gunicorn_thrift's seed.

{
    my $before = notes();
    my $stays = $t->client;

    ok(pong($stays), 'a client');
    $t->write_file('conf/gunicorn_conf.py', hooks_file(<<'END'));
FRUIT = "plum"
def worker_term(worker):
    os.environ["about_to_shutdown"] = "1"
    note("worker_term", worker.alive)
END
    ok($t->reload, 'a reload brings another file');
    my @now = serving();
    like(texts(await(1, 'on_reload', $before)), qr/^2 [^;]*@now[^;]*$/,
        'on_reload: once');
    is(pids(of('on_reload', $before)), $helper, '... in the same process');
    is(texts(of('when_ready', $before)), '', '... and not when_ready');
    is(pids(of('worker_term', $before)), "@first", 'worker_term: the old ones');
    is(texts(of('post_worker_init', $before)), 'plum; plum',
        'the new ones have read it');
    ok(pong($t->client), 'a new client is served by them');

    $before = notes();
    $stays = $t->client;
    ok(pong($stays), 'another client');
    ok($t->reload, 'a reload');
    is_deeply($stays->call('ping', [])->{fields},
        [[1, ['struct', [[1, ['string', 'about to shut down']]]]]],
        'its application was told to leave');
    ok(pong($t->client), '... and the new one was not');
    CThrift::Test::wait_for(sub {
        2 == grep { my $pid = $_->[1]; grep { $_ == $pid } @now }
            of('worker_exit', $before);
    });
    for my $pid (@now) {
        is(scalar(grep { $_->[1] == $pid } of('worker_exit', $before)), 1,
            'worker_exit: once in each that leaves');
    }
}

# ---- What is broken is refused, and leaves what serves alone.

for (["def broken(:\n", qr/cannot read '\S+gunicorn_conf.py': SyntaxError/],
    ["1 / 0\n", qr/ZeroDivisionError: .*gunicorn_conf.py:\d/],
    ["worker_term = 7\n", qr/hook 'worker_term' is no function/],
    ["def worker_term(): pass\n",
        qr/hook 'worker_term' is called with 1 arguments/],
    ["def post_request(worker): pass\n", qr/'post_request' is called with 4/],
    ["os.kill(os.getpid(), 9)\n", qr/reading '\S+' ended by signal 9/]) {
    my ($more, $why) = @$_;

    $t->write_file('conf/gunicorn_conf.py', hooks_file($more));
    my ($status, undef, $err) = $t->run('-t');
    isnt($status, 0, 'refused: ' . $more =~ s/\n//r);
    like($err, $why, '... for a reason');
    like($err, qr/cthrift\.conf:\d+/, '... with the place of python_config');
}
{
    my ($status) = $t->run('-s', 'reload');
    isnt($status, 0, 'a reload with it, too');
    is(helper(), $helper, '... and the hooks\' process stays');

    # What shows in the new workers only.
    $t->write_file('conf/gunicorn_conf.py',
        hooks_file("def post_fork(server, worker): os._exit(1)\n"));
    ($status) = $t->run('-s', 'reload');
    isnt($status, 0, 'workers that end in a hook');
    is(helper(), $helper, '... leave it there');
    $t->conf("env COLOUR=blue;\n$conf");
    ($status) = $t->run('-s', 'reload');
    isnt($status, 0, 'the same, where another process would have come');
    ok(CThrift::Test::wait_for(sub { helper() eq $helper }),
        '... that goes again, and the old one stays');
    $t->conf($conf);
    $t->write_file('conf/gunicorn_conf.py',
        hooks_file("def post_request(worker, req): note('two', req)\n"
            . "def worker_abort(worker): pass\n"));
    ok($t->reload, 'hooks of gunicorn\'s older form');
    ok(pong($t->client), '... are called so');
    is(texts(await(1, 'two')), 'PingService.ping', '... with two arguments');
    like($t->log_text, qr/python_config never calls: worker_abort in/,
        'worker_abort, for which there is no place, is named');
    $t->write_file('conf/gunicorn_conf.py',
        hooks_file("workers = 1\ndef worker_abort(worker): pass\n"));
    like(($t->run('-t'))[2], qr/directives: workers; and never calls: worker_/,
        '... beside settings');
    $t->conf($conf =~ s/(python_config \S+);/$1 hooks;/r);
    like(($t->run('-t'))[2], qr/python_config never calls: worker_abort in/,
        '... or without, where they are somebody else\'s affair');
    $t->conf($conf =~ s/(python_config \S+);/$1 all;/r);
    like(($t->run('-t'))[2], qr/'all' is no word of python_config/,
        '... which is one word');
    $t->conf($conf);
}

# ---- The process of hooks: replaced when it dies, and for another user's.

{
    my $before = notes();

    # One that dies young is not, or it would be for ever.
    CThrift::Test::wait_for(sub { (stat "/proc/$helper")[10] < time - 1 });
    kill 'KILL', $helper;
    ok($t->wait_for_log(qr/\[crit\].*process of python hooks has ended/),
        'its end is told');
    ok(CThrift::Test::wait_for(sub { helper() =~ /^(?!$helper)\d+$/ }),
        '... and it is replaced');
    $helper = helper();
    is(texts(of('on_starting', $before)), '', '... which is no start');
    $t->run('-s', 'add-worker');
    is(texts(await(1, 'nworkers_changed', $before)), '3 2', '... it hears');

    $before = notes();
    $t->conf("env COLOUR=red;\n$conf");
    ok($t->reload, 'a reload with another environment');
    is(scalar await(1, 'on_reload', $before), 1, 'on_reload: once');
    isnt(helper(), $helper, '... in a new process');
    ok(CThrift::Test::wait_for(sub { !kill 0, $helper }),
        '... the old one goes');
    is(texts(of('on_exit', $before)), '', '... which is no end');
}

# ---- Another binary.

{
    my $before = notes();

    $helper = helper();
    $t->descriptors_may_change;
    $t->signal('USR2');
    is(pids(await(1, 'pre_exec', $before)), $helper, 'pre_exec');
    my ($other) = await(1, 'when_ready', $before);
    isnt($other->[1], $helper, 'the new one has hooks of its own');
    my $new = CThrift::Test::wait_for(sub {
        my $pid = $t->master_pid;
        return $pid != $master && $pid;
    });
    $t->signal('QUIT', $new);
    is(pids(await(1, 'on_exit', $before)), $other->[1], 'on_exit: of that one');
    CThrift::Test::wait_for(sub { $t->master_pid == $master });
}

# ---- The end, at once.

{
    my $before = notes();
    my @last = serving();

    $t->stop('TERM');
    is(pids(of('worker_int', $before)), "@last", 'worker_int: at TERM');
    is(pids(of('worker_exit', $before)), "@last", '... and worker_exit');
    is(texts(of('worker_term', $before)), '', '... but no worker_term');
    is(scalar of('on_exit', $before), 1, 'on_exit: once');
    is((notes())[-1][0], 'on_exit', '... and nothing after it');
}

# ---- Hooks that do not end keep nobody, nor does a master that was killed.

$t->conf("python_hook_timeout 300ms;\n$conf");
$t->write_file('conf/gunicorn_conf.py', hooks_file(<<'END'));
import time
def when_ready(server):
    note("when_ready")
    time.sleep(600)
END
{
    my $before = notes();

    $t->start;
    await(1, 'when_ready', $before);
    $helper = helper();
    $t->run('-s', 'add-worker');
    $t->stop;
    like($t->log_text, qr/no end of on_exit within python_hook_timeout/,
        'a hook that does not end is not waited for');
    ok(!kill(0, $helper), '... and its process is ended');

    $before = notes();
    $t->start;
    await(1, 'when_ready', $before);
    $helper = helper();
    $t->signal('KILL');
    ok(CThrift::Test::wait_for(sub { $t->reap; !kill 0, $helper }),
        'nor does it outlive a master that was killed');
    unlink $t->dir . '/logs/cthrift.pid';
}

# ---- Without a use, or without a master.

my $server = $py->head . 'thrift { server { listen 127.0.0.1:%%PORT_1%%; ';
my $bare = "$server service PingService { python_app noted:app; $path } } }\n";
for (["$server status json; } }\npython_config x.py;\n",
        qr/'python_config' is of no use: no service has a python_app/],
    ["${bare}python_config x.py;\n", qr/cannot read '\S+\/x.py': FileNotFound/],
    ["${bare}python_service_register noted:nothing;\n",
        qr/has no object 'nothing'/]) {
    my ($bad, $why) = @$_;

    $t->conf($bad);
    my ($status, undef, $err) = $t->run('-t');
    isnt($status, 0, 'refused');
    like($err, $why, '... for a reason');
}
