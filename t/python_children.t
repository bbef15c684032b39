#!/usr/bin/perl

# python_children.t -- what handlers start: programs, copies of the process,
# threads.  Each finds the world as a child of any Python program does, and the
# worker goes on.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Python;
use CThrift::Test;
use Test::More;

my $py = CThrift::Python->new;
my $path = $py->path;
my $t = CThrift::Test->new($py->head . <<"END");
worker_processes 1;
thread_pool default threads=4;
thrift {
    $path
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service Console { python_app app_console:app; }
    }
    server {
        listen 127.0.0.1:%%PORT_2%%;
        execute threads;
        service Console { python_app app_console:app; }
    }
}
END
$t->start;
my ($worker) = $t->workers;

# Signals that Python itself ignores: PIPE and XFSZ.
use constant PYTHON_IGNORES => 1 << 12 | 1 << 24;

# What a program sees of signals, each a word of hexadecimal digits.  Those
# behind the 31 are nobody's here: who started the test may ignore some.
my $status = <<'END';
import subprocess
def told_by(text):
    return " ".join("%016x" % (int(line.split()[1], 16) & 0x7fffffff)
                    for line in text.split("\n")
                    if line.startswith(("SigBlk", "SigIgn")))
END

my @programs = (
    ['subprocess.run', <<'END', "hi\n"],
import subprocess
told = subprocess.run("echo hi", shell=True, capture_output=True,
                      text=True).stdout
END
    ['an exit status', <<'END', 7],
import subprocess
told = subprocess.call("exit 7", shell=True)
END
    ['signals of a program', $status . <<'END', '0' x 16 . ' ' . '0' x 16],
told = told_by(subprocess.check_output(["cat", "/proc/self/status"],
                                       text=True))
END
    ['... as they are without help', $status . <<'END',
import subprocess
told = told_by(subprocess.check_output(
    ["cat", "/proc/self/status"], text=True, restore_signals=False))
END
        sprintf '%016x %016x', 0, PYTHON_IGNORES],
    ['a program that is ended', <<'END', -15],
import subprocess
program = subprocess.Popen(["sleep", "60"])
program.terminate()
try:
    told = program.wait(10)
finally:
    program.kill()
END
    ['asyncio', <<'END', 'from afar'],
import asyncio
async def ask():
    program = await asyncio.create_subprocess_exec(
        "echo", "from afar", stdout=asyncio.subprocess.PIPE)
    return (await program.communicate())[0].decode().strip()
told = asyncio.run(ask())
END
);

# (A sanitizer would tell of a crash, and end with a status of its own.)
my @copies = grep {
    $_->[0] !~ /crashes/ || !CThrift::Test::has_sanitizers()
} (
    ['multiprocessing', <<'END', '(42, 0)'],
import multiprocessing
queue = multiprocessing.Queue()
copy = multiprocessing.Process(target=queue.put, args=(42,))
copy.start()
told = queue.get(timeout=10)
copy.join(10)
told = (told, copy.exitcode)
END
    ['a copy that is ended', <<'END', -15],
import multiprocessing, time
copy = multiprocessing.Process(target=time.sleep, args=(60,))
copy.start()
copy.terminate()
copy.join(10)
told = copy.exitcode
copy.kill()
END
    ['a pool of them', <<'END', '[1, 2, 3]'],
import multiprocessing
with multiprocessing.Pool(2) as pool:
    told = pool.map(len, ["a", "bb", "ccc"])
END
    ['a copy that crashes', <<'END', -11],
import ctypes, multiprocessing
copy = multiprocessing.Process(target=ctypes.string_at, args=(0,))
copy.start()
copy.join(10)
told = copy.exitcode
END
    ['its own handler of a signal stays', <<'END', 9],
import os, signal, threading
if threading.current_thread() is threading.main_thread():
    before = signal.signal(signal.SIGUSR2, lambda *args: os._exit(9))
    if os.fork() == 0:
        os.kill(os.getpid(), signal.SIGUSR2)
        os._exit(0)
    told = os.waitpid(-1, 0)[1] >> 8
    signal.signal(signal.SIGUSR2, signal.SIG_DFL)
else:
    told = 9    # Python lets nobody else have one
END
);

# None of them goes on as a worker.
my @returning = (
    ['sys.exit', 'raise SystemExit(5)', 5, undef],
    ['an exception', 'raise ValueError("in a copy")', 1,
        qr/os\.fork\(\), ends: ValueError: in a copy,.*method: Console\.run/],
    ['a result', 'pass', 1, qr/os\.fork\(\), ends: it would have gone on/],
);

my @threads = (
    ['threading', <<'END', '[7]'],
import threading
told = []
thread = threading.Thread(target=lambda: told.append(7))
thread.start()
thread.join()
END
    ['concurrent.futures', <<'END', '[1, 4, 9]'],
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(3) as pool:
    told = list(pool.map(lambda n: n * n, [1, 2, 3]))
END
);

sub run_in {
    my ($client, $code) = @_;
    return CThrift::Client::result(
        $client->call('run', [[1, ['string', $code]]]));
}

for my $port (1, 2) {
    my $where = $port == 1 ? 'inline' : 'threads';
    my $client = $t->client(port => $t->port($port), timeout => 30);

    for (@programs, @copies, @threads) {
        my ($what, $code, $due) = @$_;
        is(run_in($client, $code), $due, "$where: $what");
    }
    for (@returning) {
        my ($what, $code, $status, $words) = @$_;

        is(run_in($client, <<"END"), $status, "$where: a copy's end: $what");
import os
copy = os.fork()
if copy == 0:
    $code
told = copy and os.waitpid(copy, 0)[1] >> 8
END
        like($t->log_text, qr/\[error\] (?!$worker)\d+: python: .*$words/,
            '... which is told') if $words;
    }

    # Nobody calls, and its own thread runs.
    my $ticks = $t->dir . "/ticks$port";
    run_in($client, <<"END");
import threading, time
def tick():
    for n in range(20):
        with open("$ticks", "a") as file:
            file.write("x")
        time.sleep(0.001)
threading.Thread(target=tick, daemon=True).start()
END
    ok(CThrift::Test::wait_for(sub { (-s $ticks // 0) == 20 }),
        "$where: an application's own thread runs while nobody calls");
    is(run_in($client, 'import os; told = os.getpid()'), $worker,
        "$where: the worker goes on");
}
unlike($t->log_text, qr/got signal/, 'no copy has called itself a worker');
is_deeply([$t->workers], [$worker], 'and there is no other');

done_testing();
