#!/usr/bin/perl

# python_stall.t -- a handler that blocks, hangs or crashes: the log says where
# its Python code stands.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Python;
use CThrift::Test;
use Test::More;
use Time::HiRes qw(sleep);

my $py = CThrift::Python->new;
my $t = CThrift::Test->new($py->head . <<"END",
error_log logs/error.log info;
worker_processes 1;
worker_heartbeat_timeout 3s;
loop_check_interval 200ms;
thread_pool default threads=4;
thrift {
    @{[$py->path('%%TESTDIR%%')]}
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service PingService { python_app bad:app; }
    }
    server {
        listen 127.0.0.1:%%PORT_2%%;
        execute threads;
        service PingService { python_app bad:app; }
    }
}
END
    allow => [qr/heartbeat|signal|SIG|python:/]);

# The lines of what stands in it are asked for below.
my @source = split /^/m, <<'END';
import ctypes
import os
import threading

from app_thriftpy2 import app

waiting = threading.Event()


def stand_still(path):
    while not os.path.exists(path):
        waiting.wait(0.02)


def go_round(path):
    while not os.path.exists(path):
        pass


def fall(path):
    ctypes.string_at(0)


def hold_the_lock(path):
    ctypes.PyDLL(None).system(b"touch '%s'; sleep 1" % path.encode())


def echo(text):
    what, path = text.split()
    globals()[what](path)
    return what


app._handler.echo = echo
END
$t->write_file('bad.py', join '', @source);
$t->start;

sub line_of {
    my ($what) = @_;
    my ($at) = grep { $source[$_ - 1] =~ $what } 1 .. @source;
    return $at;
}

sub of {
    my ($what) = @_;
    return grep { /$what/ } split /\n/, $t->log_text;
}

# A path that is not there before it is said to be.
my $npaths = 0;
sub new_path { return $t->dir . '/end-' . $npaths++ }
sub end_it { open my $fh, '>', $_[0] or die "cannot create $_[0]: $!" }

sub frame {
    my ($function, $what) = @_;
    my $line = line_of($what);
    return qr/python:   File "\S+bad\.py", line $line in $function$/;
}

# ---- In the loop: one that waits, and one that computes.

for my $what (qw(stand_still go_round)) {
    # The log keeps the same line back for a second.
    sleep 1.1 if of(qr/blocked loop/);
    my $path = new_path();
    my $client = $t->client;
    my @before = of(qr/blocked loop, python:/);

    $client->send_call('echo', [[1, ['string', "$what $path"]]]);
    ok(CThrift::Test::wait_for(sub {
        my @now = of(qr/blocked loop, python:/);
        @now > @before && $now[-1] =~ / in serve$/;
    }), "$what: told");
    end_it($path);
    is(CThrift::Client::result($client->recv_reply), $what, '... it goes on');
    my @lines = of(qr/blocked loop, python:/);
    splice @lines, 0, @before;
    like($lines[0], qr/\[error\] \d+: blocked loop, python:   File "/,
        '... at error level');
    like("@lines", qr/bad\.py", line \d+ in $what /, '... function and file');
    my ($at) = "@lines" =~ /bad\.py", line (\d+) in $what /;
    my $from = line_of(qr/^def $what/);
    ok($at > $from && $at <= $from + 2, "... and line: $at");
}
like(join("\n", of(qr/bad\.py.* in echo$/)),
    frame('echo', qr/globals\(\)/), 'who has called it');

# ---- The loop waits for the interpreter: who holds it up is named.
{
    my $holder = $t->client(port => $t->port(2));
    my $client = $t->client;
    my $path = new_path();

    $holder->send_call('echo', [[1, ['string', "hold_the_lock $path"]]]);
    CThrift::Test::wait_for(sub { -e $path });
    $client->send_call('ping', []);
    ok(CThrift::Test::wait_for(sub {
        of(qr/blocked loop, python:.* in hold_the_lock$/);
    }), 'a thread that does not let go of the lock: told');
    like((of(qr/in hold_the_lock$/))[0], frame('hold_the_lock', qr/PyDLL/),
        '... with its place');
    is(CThrift::Client::result($client->recv_reply), 'pong', 'it goes on');
    is(CThrift::Client::result($holder->recv_reply), 'hold_the_lock',
        '... as does the other');
}

# ---- What the heartbeat ends.
{
    my $client = $t->client;
    my ($pid) = $t->workers;
    my $path = new_path();

    # Another thread of the same process, which stands elsewhere.
    $t->client(port => $t->port(2))
        ->send_call('echo', [[1, ['string', "stand_still $path"]]]);
    ok(CThrift::Test::wait_for(sub {
        $t->status->{workers}[0]{in_flight};
    }), 'a call waits on a thread');
    $client->send_call('echo', [[1, ['string', "go_round $path"]]]);
    ok(CThrift::Test::wait_for(sub {
        of(qr/\[crit\] $pid: worker got signal 6/);
    }, 30), 'a handler that does not end: its worker is ended');
    ok(CThrift::Test::wait_for(sub {
        my @now = $t->workers;
        @now == 1 && $now[0] != $pid;
    }), '... and another comes');
    my @lines = of(qr/\[crit\] $pid: python:/);
    like("@lines", qr/python:   File "\S+bad\.py", line \d+ in go_round/,
        '... it has said where it was');
    like("@lines", qr/Thread 0x.*python:   File "\S+bad\.py".* in stand_still/,
        '... and where the other threads were');
    unlike("@lines", qr/no Python frame|Current thread/, '... and no more');
}

# ---- What crashes.

SKIP: {
    skip 'a sanitizer has its own words', 10 if $t->has_sanitizers;
    for my $port (1, 2) {
        my ($pid) = $t->workers;
        my $client = $t->client(port => $t->port($port));

        $client->send_call('echo', [[1, ['string', 'fall x']]]);
        ok(CThrift::Test::wait_for(sub {
            my @now = $t->workers;
            @now == 1 && $now[0] != $pid;
        }), "port $port: a crash ends the worker, another comes");
        is(scalar of(qr/\[alert\] $pid: worker got signal 11/), 1,
            '... it says so');
        my @lines = of(qr/\[alert\] $pid: python:/);
        like("@lines", qr/ctypes\/__init__\.py", line \d+ in string_at/,
            '... and where in Python it was');
        like(join("\n", @lines), qr/line ${\ line_of(qr|string_at|)} in fall$/m,
            '... down to the application');
    }

    my $falls = CThrift::Test->new($py->head . <<"END",
thrift {
    @{[$py->path('%%TESTDIR%%')]}
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service PingService { python_app falls:app; }
    }
}
END
        allow => [qr/\[emerg\]/]);
    $falls->write_file('falls.py', "import ctypes\nctypes.string_at(0)\n");
    my (undef, undef, $err) = $falls->run('-t');
    like($err, qr/importing 'falls:app' ended by signal 11/,
        'a crash of the import: refused');
    like($err, qr/falls\.py", line 2 in <module>/, '... with its place');
}

$t->finish;
done_testing();
