#!/usr/bin/perl

# python_thrift.t -- a .thrift file beside an application: names and what is
# required are the file's, and an application that is another's is refused.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Python;
use CThrift::Test;
use Test::More;

my $py = CThrift::Python->new;
my $path = $py->path('%%TESTDIR%%');

my $ping = do {
    open my $fh, '<', $py->source('ping.thrift') or die "ping.thrift: $!";
    local $/;
    <$fh>;
};

# The file with each left side of a pair replaced by the right one.
sub ping_with {
    my (%changes) = @_;
    my $text = $ping;

    for my $was (sort keys %changes) {
        $text =~ s/\Q$was\E/$changes{$was}/ or die "no '$was' in ping.thrift";
    }
    return $text;
}

sub result { return CThrift::Client::result(@_) }

# "ok", or type and message of what refuses the call.
sub outcome {
    my ($client, $method, @fields) = @_;
    my $reply = $client->call($method, \@fields);

    return $reply->{type} == 2 ? 'ok'
        : join ' ', CThrift::Client::exception($reply);
}

# ---- Served by the file.

my $t = CThrift::Test->new($py->head . <<"END");
worker_processes 1;
thrift {
    $path
    deny \$arg_term TWO;
    deny \$arg_words secret;
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service PingService {
            python_app app_apache:app;
            python_thrift strict.thrift;
        }
    }
    server {
        listen 127.0.0.1:%%PORT_2%%;
        service PingService {
            python_thrift strict.thrift;
            python_app app_thriftpy2:app;
        }
    }
    server {
        listen 127.0.0.1:%%PORT_3%%;
        service First {
            python_app app_apache:multiplexed;
            python_thrift %%TESTDIR%%/idl/ping.thrift PingService;
        }
        service Second {
            python_app app_thriftpy2:multiplexed;
            python_thrift idl/over.thrift Derived include=none include=idl/more;
        }
    }
    server {
        listen 127.0.0.1:%%PORT_4%%;
        service PingService { python_app app_apache:app; }
    }
    server {
        listen 127.0.0.1:%%PORT_5%%;
        service PingService {
            python_app forgetful:app;
            python_thrift strict.thrift;
        }
    }
}
END
mkdir $t->dir . "/$_" for qw(idl idl/more);
$t->write_file('strict.thrift', ping_with(
    '1: i64 a, 2: i64 b' => '1: required i64 a, 2: i64 b',
    '1: i32 number
    2: optional string name' => '1: required i32 number
    2: optional string name',
    'struct Node' => "enum Term { ONE = 1, TWO = 2 }\n\nstruct Node",
    '1: i32 delay_ms' => '1: Term term',
    'oneway void note(1: string text)' => 'oneway void note(1: string words)',
));
$t->write_file('idl/ping.thrift', $ping);
# A service of one file that extends another's, whose structs are a third's.
my ($types, $service) = $ping =~ /\A(.*)(service .*)\z/s;
$t->write_file('idl/more/types.thrift', $types);
$t->write_file('idl/base.thrift', "include 'types.thrift'\n"
    . ($service =~ s/\bNode\b/types.Node/gr =~ s/: (Leaving|Odd) /: types.$1 /gr
        =~ s/    oneway .*\n//r));
$t->write_file('idl/over.thrift', <<'END');
include "base.thrift"

service Derived extends base.PingService {
    oneway void note(1: string text)
}
END
$t->write_file('forgetful.py', <<'END');
from app_apache import Handler, PingService, ttypes

app = PingService.Processor(Handler(ttypes, {}))
app._handler.mirror = lambda node, deep: ttypes.Node(name="no number")
END
$t->start;

for my $port (1, 2) {
    my $client = $t->client(port => $t->port($port));
    my $where = $port == 1 ? 'Apache' : 'thriftpy2';
    my $bare = ['struct', [[1, ['i32', 1]]]];

    is(result($client->call('ping')), 'pong', "$where: ping");
    is_deeply($client->call('mirror', [[1, $bare]])->{fields}[0][1], $bare,
        "$where: what is not set stays so");
    is_deeply($client->call('even', [[1, ['i32', 3]]])->{fields}[0],
        [1, ['struct', [[1, ['i32', 3]], [2, ['string', 'it is odd']]]]],
        "$where: a declared exception");
    is(outcome($client, 'add', [1, ['i64', 40]], [2, ['i64', 2]]), 'ok',
        "$where: what is required is there");
    like(outcome($client, 'add', [2, ['i64', 2]]),
        qr/^7 .*: a required field is missing$/, "$where: it is not");
    like(outcome($client, 'mirror', [1, ['struct', [[2, ['string', 'x']]]]]),
        qr/^7 .*: a required field is missing$/,
        "$where: nor inside an argument");
    is(outcome($client, 'nap', [1, ['i32', 2]]), '0 access denied',
        "$where: a value of an enum has its name, an argument the file's");
    is(outcome($client, 'nap', [1, ['i32', 1]]), 'ok', "$where: another value");
    is(result($client->call('ping')), 'pong', "$where: it goes on");
}
my ($row) = grep { $_->{name} eq 'PingService.even' }
    @{ $t->status->{methods} };
is($row->{outcomes}{exception}, 2, 'declared exceptions are counted');
is(outcome($t->client(port => $t->port(4)), 'add', [2, ['i64', 2]]),
    '6 Internal error', 'without a file Python has to see for itself');
is(outcome($t->client(port => $t->port(5)), 'mirror',
        [1, ['struct', [[1, ['i32', 1]]]]]),
    "6 cannot read the handler's reply: a required field is missing",
    'a handler, too, has to set what is required');
for my $name (qw(First Second)) {
    my $client = $t->client(port => $t->port(3));

    is(result($client->call("$name:ping")), 'pong',
        "a multiplexed processor: $name");
    is(result($client->call("$name:add", [[1, ['i64', 1]], [2, ['i64', 2]]])),
        3, '... with arguments');
    is_deeply($client->call("$name:even", [[1, ['i32', 3]]])->{fields}[0],
        [1, ['struct', [[1, ['i32', 3]], [2, ['string', 'it is odd']]]]],
        '... and exceptions');
}
like(($t->run('-t'))[2], qr{\[warn\].*'app_apache:app'[ ]is[ ]not[ ]quite[ ]what
    [ ]'\S+/strict\.thrift'[ ]says[ ]\(1[ ]of[ ]2\):
    [ ]argument[ ]1[ ]\('term'\)[ ]of[ ]method[ ]'nap'[ ]is[ ]called
    [ ]'delay_ms'[ ]in[ ]the[ ]application[ ]in[ ]\S+cthrift\.conf:\d+}x,
    'another name is a warning');

# ---- Refused while the file is read.

# What `-t` says of an application and a file of that text.
sub said_of {
    my ($app, $text, $line) = @_;
    my $bad = CThrift::Test->new($py->head . <<"END");
thrift {
    $path
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service PingService {
            python_app $app;
            @{[$line // 'python_thrift ping.thrift;']}
        }
    }
}
END
    $bad->write_file('ping.thrift', $text) if defined $text;
    $bad->write_file('types.thrift', "\nstruct Node {\n    1: Nothing a\n}\n");
    $bad->write_file('own.thrift',
        ping_with('1: i64 a' => '1: required i64 a'));
    $bad->write_file('own.py', <<'END');
import thriftpy2
from thriftpy2.thrift import TProcessor

own_thrift = thriftpy2.load("%%TESTDIR%%/own.thrift")
app = TProcessor(own_thrift.PingService, object())
END
    my ($status, undef, $err) = $bad->run('-t');
    return ($status, $err);
}

sub refused {
    my ($app, $text, @wanted) = @_;
    my ($status, $err) = said_of($app, $text);
    my @lines = $err =~ /\[emerg\] \d+: (.*) in \S+cthrift\.conf:\d+/g;

    isnt($status, 0, "$app, $wanted[0]: refused");
    my $n = @wanted;
    is_deeply([map { s/^'\Q$app\E' is not what '\S+ping\.thrift' says //r }
                @lines],
        [map { "($_ of $n): $wanted[$_ - 1]" } 1 .. $n],
        '... for ' . ($n == 1 ? 'that' : 'each difference'));
}

for my $app ('app_apache:app', 'app_thriftpy2:app') {
    refused($app, ping_with(
            'string echo(1: string text)' => 'string more(1: string text)',
            '1: i64 a, 2: i64 b' => '3: i64 a, 2: i32 b',
            'oneway void note' => 'void note',
            'string fail' => 'i32 fail',
            'throws (1: Odd odd)' => 'throws (2: Odd odd, 3: Leaving more)',
            'list<i64>> numbers' => 'list<i32>> numbers',
            'optional binary bytes' => 'optional Odd bytes',
            '9: byte tiny' => '10: byte tiny',
        ),
        "method 'more' is not in the application",
        "method 'note' is oneway in the application alone",
        "method 'echo' is not in the file",
        "argument 1 ('a') of method 'add' is not in the file",
        "argument 2 ('b') of method 'add' is i32 in the file and i64 in the"
            . ' application',
        "argument 3 ('a') of method 'add' is not in the application",
        "exception 1 ('odd') of method 'even' is not in the file",
        "exception 2 ('odd') of method 'even' is not in the application",
        "exception 3 ('more') of method 'even' is not in the application",
        "the result of method 'fail' is i32 in the file and string in the"
            . ' application',
        "field 4 ('numbers') of struct 'Node' is map<string, list<i32>> in the"
            . ' file and map<string, list<i64>> in the application',
        "field 5 ('bytes') of struct 'Node' is struct Odd in the file and"
            . ' string in the application',
        "field 9 ('tiny') of struct 'Node' is not in the file",
        "field 10 ('tiny') of struct 'Node' is not in the application");
}
refused('app_apache:app', ping_with('string ping()' => 'void ping()'),
    "the result of method 'ping' is not in the file");

{
    my ($status, $err) = said_of('app_apache:app',
        ping_with('string ping()' => join '',
            (map { "void more$_()\n" } 1 .. 30), 'string ping()'));
    my @lines = $err =~ /\((\d+) of 30\): method 'more\d+' is not/g;
    is_deeply(\@lines, [1 .. 20], 'no more than 20 differences are told');
}

for (['python_thrift nowhere.thrift;', undef,
        qr{'\S+/nowhere\.thrift': no such file in \S+cthrift\.conf:\d+}],
    ['python_thrift ping.thrift Ping;', $ping,
        qr{'\S+/ping\.thrift'[ ]has[ ]no[ ]service[ ]'Ping':[ ]it[ ]has
            [ ]service[ ]'PingService'[ ]in[ ]}x],
    ['python_thrift ping.thrift Node;', $ping, qr/has no service 'Node'/],
    ['python_thrift ping.thrift;', "struct Node { }\n",
        qr/has no service 'PingService': it has none in/],
    ['python_thrift ping.thrift PingService more;', $ping,
        qr/'more' is no word of python_thrift/],
    ['python_thrift ping.thrift;', "service PingService {\n    strin ping()\n}",
        qr{/ping\.thrift:2:5: unknown type 'strin' in \S+cthrift\.conf:\d+}],
    ['python_thrift ping.thrift;', "service PingService {\n    void ping(\n}",
        qr{/ping\.thrift:3:1: .* in \S+cthrift\.conf:\d+}],
    ['python_thrift ping.thrift;', "include 'types.thrift'\n$ping",
        qr{/types\.thrift:3:8: unknown type 'Nothing' in \S+cthrift\.conf}],
    ['python_thrift ping.thrift;', "include 'none.thrift'\n$ping",
        qr{/ping\.thrift:1:9: cannot find 'none\.thrift' in \S+cthrift\.conf}],
    ['python_thrift;', undef, qr/python_thrift/]) {
    my ($line, $text, $why) = @$_;
    my ($status, $err) = said_of('app_apache:app', $text, $line);

    isnt($status, 0, "$line is refused");
    like($err, $why, '... for a reason');
}

# What thriftpy2 was told to require, and the file does not.
{
    my ($status, $err) = said_of('own:app', $ping);

    is($status, 0, 'what only the application requires is no mistake');
    like($err, qr/\(1 of 1\): argument 1 \('a'\) of method 'add' is required/,
        '... but a warning');
}

# Of a service that is none of Python's.
{
    my $foreign = CThrift::Test->new($py->head . <<'END');
load_module %%OBJS%%/probe.so;
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service Probe { python_thrift ping.thrift; }
    }
}
END
    my ($status, undef, $err) = $foreign->run('-t');
    isnt($status, 0, 'where there is no application it is refused');
    like($err, qr/'python_thrift' of module 'python' has no effect in service/,
        '... by name');
}

# ---- Over reloads, those of `watch` too.

my $live = CThrift::Test->new($py->head . <<"END", allow => [qr/\.thrift/]);
worker_processes 1;
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service PingService {
            $path
            python_app app_apache:app;
            python_thrift ping.thrift;
        }
    }
}
END
my $required = ping_with('1: i64 a, 2' => '1: required i64 a, 2');
my $without = ['add', [2, ['i64', 2]]];

# Whether the answer to a call without its first argument comes to be that.
sub comes_to {
    my ($type, $name) = @_;

    ok(CThrift::Test::wait_for(sub {
        (split ' ', outcome($live->client, @$without))[0] == $type;
    }), $name);
}

$live->write_file('ping.thrift', $ping);
$live->start;
comes_to(6, 'an argument that need not be there');
$live->write_file('ping.thrift', $required);
ok($live->reload, 'another file, and a reload');
comes_to(7, '... and it is required');

$live->write_file('ping.thrift', "service PingService {\n    void\n}\n");
my ($status, undef, $err) = $live->run('-s', 'reload');
isnt($status, 0, 'a file with a mistake is refused');
like($err, qr{/ping\.thrift:3:1: .* in \S+cthrift\.conf:\d+},
    '... and the word says where it is');
$live->write_file('ping.thrift', ping_with('i64 nap' => 'i32 nap'));
($status, undef, $err) = $live->run('-s', 'reload');
isnt($status, 0, 'so is one that is not that of the application');
like($err, qr{\(1 of 1\): the result of method 'nap' is i32 in the file},
    '... with the difference');
is((split ' ', outcome($live->client, @$without))[0], 7,
    '... and the old one goes on');

$live->write_file('ping.thrift', $required);
$live->conf($live->read_file('conf/cthrift.conf') . "watch on;\n");
ok($live->reload, 'watch on');
$live->descriptors_may_change;
my ($head, $tail) = split /^(?=struct Node)/m, $ping;
$live->write_file('head.thrift', $head);
$live->write_file('ping.thrift', $tail
    =~ s/: (Leaving|Odd) /: head.$1 /gr =~ s/\A/include 'head.thrift'\n\n/r);
comes_to(6, 'the file has changed, and includes another');
$live->write_file('head.thrift', "struct Leaving {\n");
ok($live->wait_for_log(qr{head\.thrift:2:1: }), 'a mistake is refused');
is((split ' ', outcome($live->client, @$without))[0], 6,
    '... and the old one goes on');
$live->write_file('ping.thrift', $required);
comes_to(7, '... until another is there');

$live->finish;
$t->finish;
done_testing();
