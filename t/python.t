#!/usr/bin/perl

# python.t -- applications in Python, by both libraries, wherever they may run:
# each answers in every dialect as a handler in C would.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Python;
use CThrift::Test;
use Test::More;

my $py = CThrift::Python->new;
my $path = $py->path;
my $servers = $py->servers;
my $t = CThrift::Test->new($py->head . <<"END");
worker_processes 1;
env FRUIT=pear;
thread_pool default threads=4;
thrift {
    $path
    $servers
    server {
        listen 127.0.0.1:%%PORT_7%%;
        service First { python_app app_thriftpy2:multiplexed; }
        service Second { python_app app_apache:multiplexed; }
    }
    server {
        listen 127.0.0.1:%%PORT_8%%;
        service First { python_app app_apache:defaulted; }
        service PingService { python_app app_apache:defaulted; }
    }
    server {
        listen 127.0.0.1:%%PORT_9%%;
        service First { python_app app_apache:defaulted; }
        service PingService { python_app app_apache:defaulted; }
        default_service First;
    }
}
END
$t->start;

sub result { return CThrift::Client::result(@_) }

# A string argument, and what comes back for it.
sub told {
    my ($client, $method, $text) = @_;
    return result($client->call($method, [[1, ['string', $text]]]));
}

# A node with a child in it, both full; mirrored deeply it is the same.
sub node {
    return [[1, ['i32', -7]], [2, ['string', "na\xc3\xafve"]],
        [3, ['list', 'struct', [map { ['struct', $_] } @_]]],
        [4, ['map', 'string', 'list',
            [['k', ['list', 'i64', [1, -2, 9_000_000_000_000]]]]]],
        [5, ['binary', "\xff\x00\x80"]], [6, ['double', 0.5]],
        [7, ['set', 'i16', [-3]]], [8, ['bool', 1]], [9, ['byte', -128]]];
}

# What none of them declares: the client is told, the connection goes on, and
# the log has who, where and why.
sub failures {
    my ($client, $where) = @_;

    for my $how (qw(value transport protocol exit)) {
        my $reply = $client->call('fail', [[1, ['string', $how]]]);
        is_deeply([CThrift::Client::exception($reply)], [6, 'Internal error'],
            "$where: $how: an internal error");
    }
    my $reply = $client->call('fail', [[1, ['string', 'application']]]);
    is_deeply([CThrift::Client::exception($reply)], [4, 'failed by request'],
        "$where: a TApplicationException is the client's");
    is(result($client->call('ping', [])), 'pong', "$where: and it goes on");
}

for my $port (1 .. 4) {
    for my $dialect ([undef, 'binary'], [qw(framed compact)],
        [qw(http json)], [qw(header binary)]) {
        my ($transport, $protocol) = @$dialect;
        my $client = $t->client(port => $t->port($port), protocol => $protocol,
            defined $transport ? (transport => $transport) : ());
        my $where = "port $port, " . ($transport // 'unframed') . " $protocol";

        is(result($client->call('ping', [])), 'pong', "$where: ping");
        is(told($client, 'echo', $_), $_, "$where: echo of " . length)
            for '', "a\0b", 'x' x 100_000;
        my $sum = $client->call('add', [[1, ['i64', 40]], [2, ['i64', 2]]]);
        is(result($sum), 42, "$where: add");
        my $node = ['struct', node(node())];
        # A JSON reader without an IDL sees binary as text of base64.
        $node = ['struct', [grep { $_->[0] != 5 } @{ node() }]]
            if $protocol eq 'json';
        is_deeply(plain($client->call('mirror',
                    [[1, $node], [2, ['bool', 1]]])->{fields}[0][1]),
            plain($node), "$where: a struct of all types");
        my $bare = ['struct', [[1, ['i32', 1]]]];
        is_deeply($client->call('mirror', [[1, $bare]])->{fields}[0][1][1][0],
            [1, ['i32', 1]], "$where: what is not set stays so");
        is_deeply($client->call('even', [[1, ['i32', 3]]])->{fields}[0],
            [1, ['struct', [[1, ['i32', 3]], [2, ['string', 'it is odd']]]]],
            "$where: a declared exception");
        is_deeply($client->call('even', [[1, ['i32', 4]]])->{fields}, [],
            "$where: and none");
        failures($client, $where);
        $client->oneway('note', [[1, ['string', "p$port$protocol"]]]);
        ok(CThrift::Test::wait_for(sub {
            told($client, 'tell', 'notes') =~ /p$port$protocol/;
        }), "$where: a oneway call has come");
        $client->close;
    }
}

# Binary and string are one but in JSON.
sub plain {
    my ($value) = @_;

    return $value if !ref $value;
    return [map { !ref && defined && $_ eq 'binary' ? 'string' : plain($_) }
        @$value];
}

# ---- The process.

my $client = $t->client;
is(told($client, 'tell', 'pid'), ($t->workers)[0], 'in the worker itself');
is(told($client, 'tell', 'env FRUIT'), 'pear', 'os.environ');
is(told($client, 'tell', 'argv'),
    'cthrift -c ' . $t->dir . '/conf/cthrift.conf', 'sys.argv');
is(told($client, 'tell', 'words'), 'words', 'logging');
like($t->log_text, qr/\[warn\] \d+: python: app: told of words, client: 127/,
    '... goes to the error log, with the call');
like($t->log_text, qr/failed:[ ]ValueError:[ ]failed[ ]by[ ]request
        ,[ ]in[ ]fail[ ]\(\S+handler\.py:\d+\)
        ,.*client:[ ]127\.0\.0\.1:\d+,[ ]method:[ ]PingService\.fail/x,
    'a failure with its place, client and method');
like($t->log_text, qr/failed:[ ]ValueError:[ ]failed[ ]by[ ]request
        ,[ ]in[ ]fail[ ]\(\S+handler\.py:\d+\)
        ,[ ]in[ ]process_fail[ ]\(\S+PingService\.py:\d+\)/x,
    '... also where generated code has caught it');
unlike($t->log_text, qr/Unexpected exception in handler/, '... in one line');

# ---- Side by side on threads; one after the other in the loop.

for my $port (3, 4) {
    my @sleepers = map { $t->client(port => $t->port($port)) } 1 .. 4;
    $_->send_call('nap', [[1, ['i32', 300]]]) for @sleepers;
    my %thread = map { result($_->recv_reply) => 1 } @sleepers;
    is(keys %thread, 4, "port $port: four naps on four threads");
}

# ---- Several services; processors of a connection's own.

for my $name (qw(First Second)) {
    is(result($t->client(port => $t->port(7))->call("$name:ping", [])), 'pong',
        "a multiplexed processor: $name");
}
# What registerDefault() was given answers where no service is named.
for ([8, 'PingService', 'First'], [9, 'First', 'PingService']) {
    my ($port, $default, $other) = @$_;
    my $client = $t->client(port => $t->port($port));

    $client->oneway('note', [[1, ['string', "of $port"]]]);
    ok(CThrift::Test::wait_for(sub {
        told($client, "$default:tell", 'notes') =~ /of $port/;
    }), "port $port: no service is $default");
    unlike(told($client, "$other:tell", 'notes'), qr/of $port/,
        "... and not $other");
}
for my $port (5, 6) {
    my ($one, $two) = map { $t->client(port => $t->port($port)) } 1 .. 2;
    $_->oneway('note', [[1, ['string', 'mine']]]) for $one, $one;
    ok(CThrift::Test::wait_for(sub {
        told($one, 'tell', 'notes') eq 'mine mine';
    }), "port $port: a factory's processor keeps what its connection does");
    is(told($two, 'tell', 'notes'), '', '... and another has none of it');
}

# ---- The same figures as for any handler.

my ($row) = grep { $_->{name} eq 'PingService.even' }
    @{ $t->status->{methods} };
is($row->{outcomes}{exception}, 16, 'declared exceptions are counted');
is($row->{outcomes}{ok}, 16, '... and what went well');

# ---- Refused while the file is read.

for (['python_app nowhere:app;', qr/No module named 'nowhere'/],
    ['python_app app_apache:nothing;', qr/has no object 'nothing'/],
    ['python_app app_apache;', qr/is no MODULE:OBJECT/],
    ['python_app app_apache.py:app;', qr/did you mean 'app_apache:app'/],
    ['python_app app_apache:PingService;', qr/is no Thrift processor/],
    ['python_app app_apache:factory;',
        qr/is python_processor_as_factory missing/],
    ['python_app app_apache:app; python_processor_as_factory on;',
        qr/is no factory/],
    ['python_app app_apache:multiplexed;',
        qr/for service 'PingService': it has service 'First', 'Second'/],
    ['python_app broken:app;', qr/SyntaxError: .*broken\.py/],
    ['python_app killer:app;', qr/ended by signal 9/],
    ['python_app sleeper:app; python_import_timeout 300ms;',
        qr/took more than 300 ms \(python_import_timeout\)/],
    ['python_app noids:app;', qr/noids\.hi_args has fields .* no id/],
    ['python_app coroutines:app;', qr/is a processor of coroutines/],
    ['python_app app_apache:app; execute fiber;', qr/cannot run in fibers/],
    ['python_app app_apache:app; python_import_timeout 0;',
        qr/python_import_timeout must be above 0/],
    ['handler python;', qr/module 'python' handles no service/]) {
    my ($lines, $why) = @$_;
    my $bad = CThrift::Test->new($py->head . <<"END");
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service PingService {
            @{[$py->path('%%TESTDIR%%')]}
            $lines
        }
    }
}
END
    $bad->write_file('broken.py', "def broken(:\n");
    $bad->write_file('killer.py', "import os\nos.kill(os.getpid(), 9)\n");
    $bad->write_file('sleeper.py', "import time\ntime.sleep(60)\n");
    # What Apache's compiler makes of fields without numbers.
    $bad->write_file('noids.py', <<'END');
from thrift.Thrift import TProcessor


class Iface:
    pass


class hi_args:
    thrift_spec = ()

    def __init__(self, name=None):
        self.name = name


class Processor(Iface, TProcessor):
    def __init__(self):
        self._processMap = {"hi": None}

    def process(self, iprot, oprot):
        pass


app = Processor()
END
    $bad->write_file('coroutines.py', <<'END');
from thriftpy2.thrift import TProcessor


class Processor(TProcessor):
    async def process(self, iprot, oprot):
        pass


app = Processor(None, None)
END
    my ($status, undef, $err) = $bad->run('-t');
    isnt($status, 0, "$lines is refused");
    like($err, $why, 'for a reason');
    like($err, qr/cthrift\.conf:\d+/, 'with its place');
}

# ---- An environment that is none, or another Python's.

for (['nowhere', qr{cannot use '\S+/nowhere' as python_home}],
    ['bare', qr{'\S+/bare' is no virtual environment}],
    ['other', qr{'\S+/other' is of Python 3\.1\.4, and this module is for}]) {
    my ($home, $why) = @$_;
    my $bad = CThrift::Test->new(
        $py->head(home => 0) . "python_home %%TESTDIR%%/$home;\n");
    for my $dir ('bare', 'other') {
        mkdir $bad->dir . "/$dir";
        mkdir $bad->dir . "/$dir/bin";
        symlink '/bin/true', $bad->dir . "/$dir/bin/python3";
    }
    $bad->write_file('other/pyvenv.cfg',
        "home = /usr/bin\nversion = 3.1.4\n");
    my ($status, undef, $err) = $bad->run('-t');
    isnt($status, 0, "python_home $home is refused");
    like($err, $why, '... for a reason');
}

# ---- What an import does to its process.

{
    my $own = CThrift::Test->new($py->head . <<"END");
worker_processes 1;
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service PingService {
            @{[$py->path('%%TESTDIR%%')]}
            python_app busy:app;
        }
    }
}
END
    $own->write_file('busy.py', <<'END');
import logging
import signal
from app_apache import app

signal.signal(signal.SIGTERM, lambda *args: None)
logging.basicConfig(filename="%%TESTDIR%%/own.log", level=logging.DEBUG,
                    format="mine: %(message)s")
END
    $own->start;
    my $client = $own->client;
    is(told($client, 'tell', 'logged'), 'logged', 'an application that logs');
    is($own->read_file('own.log') =~ /mine: told of logged/, 1,
        '... to its own file');
    unlike($own->log_text, qr/told of logged/, '... and nowhere else');
    $client->call('fail', [[1, ['string', 'value']]]);
    like($own->read_file('own.log'),
        qr/mine: Unexpected exception in handler\nTraceback .*\nValueError: /s,
        'it hears what generated code has caught');
    is(() = $own->log_text =~ /ValueError: failed by request/g, 1,
        '... and the log has its line of that');
    like($own->log_text, qr/an import has taken signal 15 \(Terminated\)/,
        'a signal of the server is not its');
    my ($worker) = $own->workers;
    $own->signal('TERM', $worker);
    ok(CThrift::Test::wait_for(sub { !grep { $_ == $worker } $own->workers }),
        '... which goes when it is told to');
}

# ---- Applications that do not go together, and those that do.

{
    my $two = CThrift::Test->new($py->head . <<"END");
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service PingService {
            @{[$py->path('%%TESTDIR%%/a')]}
            python_app shop:app;
        }
    }
    server {
        listen 127.0.0.1:%%PORT_2%%;
        service PingService {
            @{[$py->path('%%TESTDIR%%/b')]}
            python_app shop:app;
        }
    }
}
END
    for (qw(a b)) {
        mkdir $two->dir . "/$_";
        $two->write_file("$_/shop.py", "from app_thriftpy2 import app\n");
    }
    my ($status, undef, $err) = $two->run('-t');
    isnt($status, 0, 'one name for two modules is refused');
    like($err, qr{module 'shop' in '\S+/b/shop\.py', another .* '\S+/a/shop},
        '... with both places');
}

# Each is imported once for all of its services, and not by the master.
{
    my $once = CThrift::Test->new($py->head . <<"END");
worker_processes 1;
thrift {
    @{[$py->path('%%TESTDIR%%')]}
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service First { python_app counted:app; }
        service Second { python_app counted:app; }
    }
}
END
    $once->write_file('counted.py', <<'END');
import os
from app_thriftpy2 import multiplexed as app

with open("%%TESTDIR%%/imports", "a") as told:
    told.write("%d %d\n" % (os.getppid(), os.getpid()))
END
    $once->start;
    my @imports;
    ok(CThrift::Test::wait_for(sub {
        @imports = split /\n/, $once->read_file('imports');
        @imports == 2;
    }), 'imported by a child of the master and by the worker');
    ok($once->reload, 'a reload');
    @imports = split /\n/, $once->read_file('imports');
    is(@imports, 4, '... imports by a child of the trial and by the worker')
        or diag join "\n", @imports;
    my ($parent) = split ' ', $imports[2];
    isnt($parent, $once->master_pid, '... which is not the master');
}

# ---- New code with a reload; broken code leaves what serves alone.

my $live = CThrift::Test->new($py->head . <<"END", allow => [qr/ZeroDivision/]);
worker_processes 2;
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service PingService {
            @{[$py->path('%%TESTDIR%%')]}
            python_app live:app;
            python_chdir %%TESTDIR%%/conf;
        }
    }
}
END

sub live_code {
    my ($answer, $more) = @_;

    $live->write_file('live.py', <<"END" . ($more // ''));
from app_thriftpy2 import app
app._handler.echo = lambda text: "$answer"
END
}
live_code('one');
$live->start;
my $stays = $live->client;
is(told($stays, 'echo', ''), 'one', 'the first code');
is(told($stays, 'tell', 'cwd'), $live->dir . '/conf', 'python_chdir');
live_code('two');
ok($live->reload, 'a reload');
is(told($stays, 'echo', ''), 'two', '... brings new code to the connection');
live_code('three', "1 / 0\n");
my ($status, undef, $err) = $live->run('-s', 'reload');
isnt($status, 0, 'code that cannot be imported is refused');
like($err,
    qr/ZeroDivisionError: division by zero, in <module> \(\S+live\.py:3\)/,
    '... and the word says why');
is(told($stays, 'echo', ''), 'two', '... the old one goes on');

$live->finish;
$t->finish;
done_testing();
