#!/usr/bin/perl

# access_log.t -- a line for every call: its format, where it goes, which
# calls have one, and that none is missing when logs or workers change.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use IO::Select;
use IO::Socket::UNIX;
use JSON::PP ();
use Socket qw(SOCK_DGRAM);
use Test::More;

my $conf = <<'END';
load_module %%OBJS%%/probe.so;
worker_processes 2;
thrift {
    log_format who   '$service.$method $message_type';
    log_format tail  'len=$request_length/$reply_length t=$request_time';
    log_format early "early $method";
    log_format args  '"$header_x_text" "$header_x_none"';
    log_format jargs escape=json '{"t":"$header_x_text","n":"$header_x_none"}';
    log_format plain escape=none '$header_x_text|$header_x_none';
    log_format curly '\${method}s';
    access_log logs/outer.log who;
    client_half_close off;

    server {
        listen 127.0.0.1:%%PORT_1%%;
        service Probe {
            execute inline;
            method add { access_log off; }
            method who {
                access_log logs/who.log who;
                access_log logs/both.log early;
                access_log logs/both.log curly;
            }
            method header {
                access_log logs/text.log args;
                access_log logs/json.log jargs;
                access_log logs/none.log plain;
            }
            method texts { access_log logs/json2.log json; }
            method tree  { access_log logs/main.log; }
            method no_result { access_log stderr who; }
            method bad_result {
                access_log
                    syslog:server=unix:%%TESTDIR%%/syslog,facility=local3 who;
                access_log syslog:server=unix:%%TESTDIR%%/syslog,rfc=5424,tag=x
                    jargs sample=100%;
            }
            method nothing { access_log logs/if.log who if=$header_x_log; }
            method echo { access_log logs/sample.log who sample=25%; }
            method peer { access_log logs/sample2.log who sample=4; }
            method hang { access_log logs/late.log tail buffer=64k flush=1h; }
        }
    }
}
END

my $t = CThrift::Test->new($conf, allow => [qr{cthrift\.conf:11|nosuch}]);
my $syslog = IO::Socket::UNIX->new(
    Type  => SOCK_DGRAM,
    Local => $t->dir . '/syslog',
) or die "no syslog: $!";
chmod 0777, $t->dir . '/syslog';
$t->start;

sub lines { return split /\n/, $t->read_file("logs/$_[0].log") }

# Lines of that log once there are as many, or for want of patience fewer.
sub wait_lines {
    my ($name, $n) = @_;
    my @lines;

    CThrift::Test::wait_for(sub { (@lines = lines($name)) >= $n });
    return @lines;
}

sub arg { return [[1, ['string', $_[0]]]] }

# ---- Formats, and where they are inherited from.

{
    my $c = $t->client(framed => 1);

    $c->call('fail', arg('x'));
    $c->call('refuse', arg('x'));
    $c->call('Probe:notes');
    $c->call('add', [[1, ['i32', 1]]]);
    $c->call('nobody');
    $c->call('Nobody:x');
    is(join('; ', wait_lines('outer', 5)), join('; ', 'Probe.fail call',
        'Probe.refuse call', 'Probe.notes call', '-.nobody call',
        '-.x call'), 'calls of any outcome, and of no method');

    $c->call('who');
    is(join('; ', wait_lines('who', 1)), 'Probe.who call', 'an inner log');
    is(join('; ', wait_lines('both', 2)), 'early who; whos',
        'several of them, into one file');
    is(scalar lines('outer'), 5, '... in the place of the outer one');

    $c->send_call('note', arg('x'), type => 4);
    $c->call('notes');
    is((wait_lines('outer', 7))[5], 'Probe.note oneway', 'a oneway call');

    # A field of a type that does not exist.
    my $head = substr CThrift::Client::message('fail', 1, 1, [], 1), 0, -1;
    $c->send_raw(CThrift::Client::frame("$head\x63\x00\x01"));
    $c->recv_reply;
    is((wait_lines('outer', 8))[7], 'Probe.fail call',
        'arguments that cannot be read');
    $c->close;
}
{
    my $c = $t->client(framed => 1);

    $c->call('tree', [[1, ['struct', [[4, ['i32', 7]]]]]]);
    like((wait_lines('main', 1))[0], qr{^127\.0\.0\.1[ ]
        \[\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d\][ ]
        Probe\.tree\ \S+\ \d+\.\d{6}\ \d+\ \d+\ "framed\ binary"\ \d+:\d+$}x,
        'the format main');
    $c->call('texts', [[1, ['list', 'string', []]]]);
    my $line = eval { JSON::PP::decode_json((wait_lines('json2', 1))[0]) };
    is($line->{method}, 'texts', 'the format json') or diag $@;
    is($line->{remote_addr}, '127.0.0.1', '... its values');
    cmp_ok($line->{reply_length}, '>', 20, '... its numbers');
}

# ---- Other places.

{
    my $c    = $t->client(framed => 1);
    my $next = sub {
        my $line = '';

        IO::Select->new($syslog)->can_read($CThrift::Test::PATIENCE)
            and $syslog->recv($line, 8192);
        return $line;
    };

    $c->call('no_result');
    ok(CThrift::Test::wait_for(sub {
        $t->read_file('stderr') =~ /^Probe\.no_result call$/m }), 'stderr');
    $c->call('bad_result');

    # Facility 19 and 1, severity 6.
    like($next->(), qr/^<158>.*: Probe\.bad_result call$/, 'syslog, RFC 3164');
    like($next->(), qr/^<190>1 .* x \d+ access - \S*\{"t":"","n":""\}$/,
        '... RFC 5424');
}

# ---- A client that goes away.

{
    my $c = $t->client(framed => 1);

    $c->send_call('later', [[1, ['string', 'x']], [2, ['i32', 600_000]]]);
    ok(CThrift::Test::wait_for(sub {
        ($t->status // {})->{in_flight} // 1 }), 'a call is under way');
    $c->close;
    is((wait_lines('outer', 9))[8], 'Probe.later call',
        'a call whose client has gone');
}

# ---- Escapes.

{
    my $text = qq{a"b\\c\n\x01\x7f\xc3\xbc\xff};
    my $c = $t->client(
        transport => [['header', headers => { 'x-text' => $text }]]);

    $c->call('header', arg('x-text'));
    is((wait_lines('text', 1))[0],
        q{"a\x22b\x5Cc\x0A\x01\x7F\xC3\xBC\xFF" "-"}, 'escape=default');
    my ($json) = wait_lines('json', 1);
    is($json, qq{{"t":"a\\"b\\\\c\\n\\u0001\x7f\xc3\xbc\\u00FF","n":""}},
        'escape=json');
    ok(eval { JSON::PP::decode_json($json) }, '... is JSON') or diag $@;
    is((wait_lines('none', 1))[0], qq{a"b\\c   \xc3\xbc\xff|},
        'escape=none');
    $c->close;
}

# ---- Which calls.

{
    my $c = $t->client(framed => 1);

    $c->call('nothing') for 1 .. 3;
    $c->call('echo', arg('x')) for 1 .. 4000;
    $c->call('peer') for 1 .. 4000;
    is(scalar lines('if'), 0, 'if= a header that did not come: no line');

    # Six times the deviation of a fair coin: 27.4 lines.
    for my $name (qw(sample sample2)) {
        my $n = wait_lines($name, 835);
        ok($n >= 835 && $n <= 1165, "$name: about a quarter of them")
            or diag $n;
    }
}

# ---- What is held back comes out.

{
    my $c = $t->client(framed => 1);

    $c->call('hang', [[1, ['i32', 1]]]) for 1 .. 5;
    is(scalar lines('late'), 0, 'a buffer is held back');

    # The old file gets what is of its time.
    rename $t->dir . '/logs/late.log', $t->dir . '/logs/late.log.1';
    $t->run('-s', 'reopen');
    ok(CThrift::Test::wait_for(sub { -e $t->dir . '/logs/late.log' }),
        'reopen: a new file');
    ok(CThrift::Test::wait_for(sub {
        5 == (() = $t->read_file('logs/late.log.1') =~ /\n/g) }),
        '... what was held back is in the old one');
    like($t->read_file('logs/late.log.1'),
        qr{\A(?:len=\d+/\d+ t=0\.\d{6}\n){5}\z}, '... whole lines');

    $c->call('hang', [[1, ['i32', 1]]]) for 1 .. 3;
    is(scalar lines('late'), 0, 'held back again');
    ok($t->reload, 'reload');
    is(scalar(wait_lines('late', 3)), 3, '... writes it');
    $c->call('hang', [[1, ['i32', 1]]]) for 1 .. 2;
    $c->close;
    $t->stop;
    is(scalar lines('late'), 5, 'the end writes the rest');
}

# ---- What is refused.

{
    my $bad = sub {
        my ($line, $why, $where) = @_;
        my $text = $conf =~ s/^    access_log logs\/outer.*\n/    $line\n/mr;

        $t->conf($text);
        my ($status, $out, $err) = $t->run('-t');
        isnt($status, 0, $line);
        like($err, $why, '... why');
        like($err, qr/cthrift\.conf:11$/m, '... where') if !$where;
    };

    $bad->('access_log logs/x nosuch;', qr/there is no log_format 'nosuch'/);
    $bad->('access_log logs/x who early;', qr/one format, not 'early' too/);
    $bad->('access_log logs/x buffer=0;', qr/'0' is no size of a buffer/);
    $bad->('access_log logs/x flush=1s;', qr/no effect without buffer=/);
    $bad->('access_log logs/x buffer=1k flush=x;', qr/no time to flush/);
    $bad->('access_log logs/x sample=0;', qr/sample=0 is neither/);
    $bad->('access_log logs/x sample=101%;', qr/sample=101% is neither/);
    $bad->('access_log logs/x if=$nobody;', qr/unknown variable '\$nobody'/);
    $bad->('access_log logs/x colour=red;', qr/no option of access_log/);
    $bad->('access_log logs/$method;', qr/no variables in a log's path/);
    $bad->('access_log off; access_log logs/x;', qr/stands beside another/);
    $bad->('access_log logs/x; access_log off;', qr/stands beside another/);
    $bad->('access_log logs/late.log buffer=32k;', qr/another buffer=/, 1);
    $bad->('log_format who x;', qr/'who' is declared twice/);
    $bad->('log_format x "$nobody";', qr/unknown variable/);
    $bad->('log_format x escape=html "$pid";', qr/'escape=html' is none of/);
    $bad->('access_log nosuch/x;', qr{cannot open '.*/nosuch/x'}, 1);
    $bad->('access_log syslog:server=;', qr{no HOST:PORT});
    $bad->('access_log syslog:server=unix:/x buffer=1k;', qr/no buffer=/);
}

done_testing();
