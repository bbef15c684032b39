#!/usr/bin/perl

# python_preload.t -- applications that the master imports: once for all that it
# forks, kept over reloads, new with an upgrade.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Python;
use CThrift::Test;
use Cwd qw(getcwd);
use File::Copy qw(copy);
use Test::More;

my $py = CThrift::Python->new;

sub result { return CThrift::Client::result(@_) }

# A string argument, and what comes back for it.
sub told {
    my ($client, $method, $text) = @_;
    return result($client->call($method, [[1, ['string', $text]]]));
}

sub wait_for { return CThrift::Test::wait_for(@_) }

# python.so is a file of the test's, which a reload may find changed.
sub main_of {
    my ($fruit) = @_;
    return $py->head =~ s{load_module \S+;}{load_module conf/python.so;}r
        . "worker_processes 2;\npython_preload on;\nenv FRUIT=$fruit;\n"
        . "error_log logs/error.log info;\n"
        . "thread_pool default threads=2;\n";
}

sub server {
    my ($n, $app, $more) = @_;
    return sprintf "    server {\n        listen 127.0.0.1:%%%%PORT_%d%%%%;\n"
        . "        %s\n        service PingService { python_app %s:app; }\n"
        . "    }\n", $n, $more // '', $app;
}

sub thrift {
    return "thrift {\n    " . $py->path('%%TESTDIR%%')
        . "    python_chdir %%TESTDIR%%/conf;\n" . join('', @_) . "}\n";
}

my @two = (server(1, 'live'), server(2, 'live', 'execute threads;'));
my $t = CThrift::Test->new(main_of('pear') . thrift(@two),
    allow => [qr/\[emerg\]|reload refused|signal|killed/]);
copy(CThrift::Test::objs() . '/python.so', $t->dir . '/conf/python.so')
    or die "copy: $!";

# Each import leaves its process's number.
sub code {
    my ($name, $version) = @_;

    $t->write_file("$name.py", <<"END");
import os
import signal
import subprocess
import threading

from app_thriftpy2 import Handler, TProcessor, ping_thrift

app = TProcessor(ping_thrift.PingService, Handler(ping_thrift, {}))

with open("@{[$t->dir]}/$name.imports", "a") as imports:
    imports.write("%d\\n" % os.getpid())

signal.signal(signal.SIGHUP, lambda *_: os._exit(9))
subprocess.run(["true"], check=True)

IMPORTED_BY = os.getpid()
FORKED = []
os.register_at_fork(after_in_child=lambda: FORKED.append(os.getpid()))
ballast = ["%d" % n for n in range(300000)]


def echo(text):
    if text == "run":
        return subprocess.run(["echo", "run"], capture_output=True,
                              text=True).stdout.strip()
    if text == "copy":
        pid = os.fork()
        if pid == 0:
            threading.Event().wait(60)
            os._exit(0)
        os.kill(pid, signal.SIGINT)
        return str(os.WTERMSIG(os.waitpid(pid, 0)[1]))
    if text == "wait":
        threading.Event().wait(60)
    return str({"version": "$version", "by": IMPORTED_BY,
                "forked": FORKED}[text])


app._handler.echo = echo
END
}

sub imports {
    my ($name) = @_;
    return split /\n/, $t->read_file("$name.imports");
}

code('live', 'one');
$t->start;
my $master = $t->master_pid;
my $client = $t->client;
my @workers = $t->workers;

# ---- Once for all.

is(scalar grep({ $_ == $master } imports('live')), 1, 'the master imports it');
for my $pid (@workers) {
    ok(!grep({ $_ == $pid } imports('live')), '... and no worker');
}
for my $port (1, 2) {
    my $c = $t->client(port => $t->port($port));
    my $pid = told($c, 'tell', 'pid');

    ok(grep({ $_ == $pid } @workers), "port $port: a worker serves");
    is(told($c, 'echo', 'by'), $master, '... what the master has imported');
    is(told($c, 'echo', 'forked'), "[$pid]", '... and has heard of its fork');
    is(told($c, 'echo', 'run'), 'run', '... which may fork in its turn');
    is(told($c, 'tell', 'env FRUIT'), 'pear', '... os.environ');
    is(told($c, 'tell', 'cwd'), $t->dir . '/conf', '... python_chdir');
    $c->call('tell', [[1, ['string', "words$port"]]]);
    like($t->log_text,
        qr/\[warn\] $pid: python: app: told of words$port, client/,
        '... logging');
}
is(readlink("/proc/$master/cwd"), getcwd(), 'the master stays where it was');

SKIP: {
    skip 'sanitizers take memory of their own', 1 if $t->has_sanitizers;
    my ($private) = map { /^Private_Dirty: +(\d+)/ ? $1 : () }
        split /\n/, slurp("/proc/$workers[0]/smaps_rollup");
    cmp_ok($private, '<', 20_000, 'what is imported is shared: KB of its own');
}

sub slurp {
    my ($path) = @_;
    open my $fh, '<', $path or die "cannot open $path: $!";
    local $/;
    return <$fh>;
}

# ---- A reload keeps it.  A new copy of the module finds what is there.

code('live', 'two');
code('other', 'first');
for my $n (1 .. 3) {
    $t->conf(main_of("plum$n")
            . thrift(@two, $n > 1 ? server(3, 'other') : ()));
    ok($t->reload, "reload $n");
    is(told($client, 'echo', 'version'), 'one', '... the code stays');
    is(told($client, 'tell', 'env FRUIT'), "plum$n", '... `env` does not');
}
is(told($client, 'echo', 'copy'), 2,
    'a copy that a worker makes of itself ends on INT');
like($t->log_text, qr/\[notice\].*python_preload: what has been imported stays/,
    'the log tells');
my $other = $t->client(port => $t->port(3));
is(told($other, 'echo', 'version'), 'first', 'an application that is new');
is(told($other, 'echo', 'by'), $master, '... is imported by the master then');
is(scalar grep({ $_ == $master } imports('other')), 1, '... once');

# ---- Workers that come later; one that hangs says where.

{
    my $pid = told($client, 'tell', 'pid');
    kill 'KILL', $pid;
    ok(wait_for(sub { !grep { $_ == $pid } $t->workers }), 'one is killed');
    ok(wait_for(sub { $t->workers == 2 }), '... another one comes');
    $client = $t->client;
    is(told($client, 'echo', 'by'), $master, '... with the same code');
    $pid = told($client, 'tell', 'pid');
    $client->send_call('echo', [[1, ['string', 'wait']]]);
    ok($t->wait_for_log(
        qr/$pid: blocked loop, python: .*live\.py", line \d+ in/),
        'one that hangs says where');
    kill 'KILL', $pid;
    ok(wait_for(sub { !grep { $_ == $pid } $t->workers }), '... and is killed');
}

# ---- What a reload cannot change, it refuses.

sub refused {
    my ($conf, $why, $what) = @_;

    $t->conf($conf);
    my ($status, undef, $err) = $t->run('-s', 'reload');
    isnt($status, 0, "$what: refused");
    like($err, $why, '... for a reason');
}

my $good = main_of('fig') . thrift(@two);
refused($good =~ s/python_preload on;//r,
    qr/python_preload cannot be switched off by a reload: upgrade/, 'off');
refused($good =~ s/python_home \S+;//r,
    qr/python_home is another/, 'another python_home');
refused($good =~ s/live:app/absent:app/r, qr/No module named 'absent'/,
    'an application that is not there');
{
    # A line break behind the end changes nothing but the file.
    open my $so, '>>', $t->dir . '/conf/python.so' or die "python.so: $!";
    print $so "\n";
    close $so or die "python.so: $!";
}
refused($good, qr/module python is another by now/, 'another build');
is(told($t->client, 'echo', 'version'), 'one', 'what serves goes on');

# ---- An upgrade brings what is new.

my ($status, $out, $err) = $t->run('-s', 'upgrade');
is($status, 0, 'an upgrade') or diag $out, $err;
isnt($t->master_pid, $master, '... another master');
is(told($t->client, 'echo', 'version'), 'two', '... and new code');
$t->finish;

# ---- Refused at the start, and by a reload.

for (['python_preload on;', '', qr/python_preload has no effect: no service/],
    ['python_preload on; python_preload off;', '', qr/is duplicate/]) {
    my ($main, $thrift, $why) = @$_;
    my $bad = CThrift::Test->new($py->head . $main . "thrift { $thrift }\n",
        allow => [qr/\[emerg\]/]);
    my ($code, undef, $words) = $bad->run('-t');
    isnt($code, 0, "$main is refused");
    like($words, $why, '... for a reason');
}

# The first import is the one that describes it; the second one is the master's.
my $late = CThrift::Test->new($py->head . "python_preload on;\n"
        . thrift(server(1, 'late')), allow => [qr/\[emerg\]/]);
$late->write_file('late.py', <<"END");
import os

from app_thriftpy2 import app

os.mkdir("@{[$late->dir]}/once")
END
my ($code, undef, $words) = $late->run('-g', 'daemon off;');
is($code, 1, 'an exception in the master: no start');
like($words, qr/cannot import 'late:app': FileExistsError/, '... and why');

my $plain = CThrift::Test->new($py->head . "worker_processes 1;\n"
        . thrift(server(1, 'plain')), allow => [qr/\[emerg\]|reload refused/]);
$plain->write_file('plain.py', "from app_thriftpy2 import app\n");
$plain->start;
$plain->conf("python_preload on;\n" . $plain->read_file('conf/cthrift.conf'));
(undef, undef, $words) = $plain->run('-s', 'reload');
like($words, qr/python_preload cannot be switched on by a reload: upgrade/,
    'on: refused');
is(result($plain->client->call('ping', [])), 'pong', '... what serves goes on');

$plain->finish;
done_testing();
