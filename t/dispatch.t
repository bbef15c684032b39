#!/usr/bin/perl

# dispatch.t -- what a call is answered with, whatever its handler does.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use Socket qw(:all);
use Test::More;

my $t = CThrift::Test->new(<<'END', allow => [qr/abort|signal 6/]);
load_module %%OBJS%%/probe.so;
worker_processes 1;
error_log logs/error.log info;
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service Probe {
            probe_name outer;
            method denied { probe_deny on; }
            method ~* ^WHO { probe_name inner; }
        }
        service Base { probe_name base; }
    }
}
END
$t->start;

sub exception { CThrift::Client::exception($_[0]) }
sub result { CThrift::Client::result($_[0]) }

for my $framed (0, 1) {
    my $dialect = $framed ? 'framed' : 'unframed';
    my $c = $t->client(framed => $framed);

    is(result($c->call('echo', [[1, ['string', 'hej']]])), 'hej',
        "$dialect: echo");
    is(result($c->call('who')), 'inner', "$dialect: a method's directive");
    is(result($c->call('Base:who')), 'base', "$dialect: multiplexed");
    is($c->call('Base:who')->{name}, 'who', "$dialect: bare name in reply");
    is(result($c->call('Probe:who')), 'inner',
        "$dialect: multiplexed to the default");
    is(result($c->call('add', [[1, ['i32', 2]]])), 42,
        "$dialect: a missing argument has its default");
    is(result($c->call('add', [[1, ['i32', 2]], [2, ['string', 'x']]])), 42,
        "$dialect: an argument of another type is passed over");
    is(result($c->call('add', [[9, ['i64', 2]], [1, ['i32', 1]],
        [1, ['i32', 2]], [2, ['i32', 3]]])), 5,
        "$dialect: unknown fields pass, the last of two counts");
    is_deeply($c->call('nothing')->{fields}, [], "$dialect: void");

    my $tree = ['struct', [
        [1, ['string', 'root']],
        [2, ['list', 'struct', [
            ['struct', [[1, ['string', 'leaf']], [2, ['list', 'struct', []]],
                [4, ['i32', 1]]]],
            ['struct', [[1, ['string', '']], [2, ['list', 'struct', []]],
                [3, ['struct', [[1, ['string', 'n']],
                    [2, ['list', 'struct', []]], [4, ['i32', -3]]]]],
                [4, ['i32', 2]]]],
        ]]],
        [4, ['i32', 7]],
    ]];
    is_deeply($c->call('tree', [[1, $tree]])->{fields}, [[0, $tree]],
        "$dialect: a recursive struct there and back");

    # Failures keep the connection.
    my ($kind, $text) = exception($c->call('nope'));
    is($kind, 1, "$dialect: unknown method");
    like($text, qr/nope/, "$dialect: named");
    is((exception($c->call('Nope:echo')))[0], 1, "$dialect: unknown service");
    is((exception($c->call('')))[0], 1, "$dialect: empty name");
    is((exception($c->call('Probe:')))[0], 1, "$dialect: empty method");
    is((exception($c->call("a\x01\"b")))[0], 1, "$dialect: hostile name");
    is((exception($c->call('no_result')))[0], 5, "$dialect: missing result");
    is((exception($c->call('bad_result')))[0], 6,
        "$dialect: a result that cannot be written");
    is_deeply([exception($c->call('fail', [[1, ['string', 'why']]]))],
        [6, 'because why'], "$dialect: ct_call_fail");
    is((exception($c->call('fail_silently')))[0], 6, "$dialect: CT_ERROR");
    is_deeply([exception($c->call('denied'))], [0, 'denied by probe'],
        "$dialect: refused by before_call");
    is((exception($c->call('tree', [[1, ['struct', []]]])))[0], 7,
        "$dialect: a required field is missing");

    my $reply = $c->call('refuse', [[1, ['string', 'no']]]);
    is_deeply($reply->{fields},
        [[1, ['struct', [[1, ['string', 'no']], [2, ['i32', 7]]]]]],
        "$dialect: a declared exception");
    is($reply->{type}, 2, "$dialect: which is a reply");

    for my $type (2, 3, 0, 7, 200) {
        is((exception($c->call('echo', [], type => $type)))[0], 2,
            "$dialect: message type $type");
    }
    is(result($c->call('echo', [[1, ['string', 'x']]], type => 4)), 'x',
        "$dialect: a two-way method sent as oneway is answered");

    my $before = result($c->call('notes'));
    $c->oneway('note', [[1, ['string', 'a']]]);
    $c->send_call('note', [[1, ['string', 'b']]]);
    is(result($c->call('notes')), $before + 2,
        "$dialect: oneway, sent as oneway or as call");

    is(result($c->call('echo', [[1, ['string', 'z']]],
        seqid => $_)), 'z', "$dialect: seqid $_")
        for 0, -1, 2147483647, -2147483648;

    is(result($c->call('early', [[1, ['string', 'e']]])), 'e',
        "$dialect: finished before CT_AGAIN");
}

# Replies keep the order of the requests.
{
    my $c = $t->client(framed => 1);
    $c->send_call('later', [[1, ['string', 'slow']], [2, ['i32', 80]]]);
    $c->send_call('echo', [[1, ['string', 'fast']]]);
    $c->send_call('later', [[1, ['string', 'quick']], [2, ['i32', 5]]]);
    $c->oneway('note', [[1, ['string', 'n']]]);
    $c->send_call('nope');
    my @replies = map { $c->recv_reply } 1 .. 4;
    is_deeply([map { $_->{name} } @replies], [qw(later echo later nope)],
        'deferred calls: replies in order');
    is_deeply([map { result($_) // '-' } @replies], [qw(slow fast quick -)],
        'and whole');
}

# A client that goes away leaves its deferred call behind.  (One that only ends
# its side still waits for the answer: the reset tells the two apart.)
{
    my $c = $t->client;
    setsockopt $c->{socket}, SOL_SOCKET, SO_LINGER, pack 'ii', 1, 0;
    $c->send_call('later', [[1, ['string', 'ghost']], [2, ['i32', 60]]]);
    $c->close;
    ok($t->wait_for_log(qr/nobody waits for ghost/), 'cancelled call ends');
}

# Hooks see each thing once.
{
    my $c = $t->client;
    my %seen = result($c->call('hooks')) =~ /(\w+) (\d+)/g;
    $t->client->send_raw("GET / HTTP/1.1\r\n\r\n");
    my %then;
    CThrift::Test::wait_for(sub {
        %then = result($c->call('hooks')) =~ /(\w+) (\d+)/g;
        return $then{closed} > $seen{closed};
    });
    is($then{connected}, $seen{connected} + 1, 'connected');
    is($then{closed}, $seen{closed} + 1, 'closed');
    cmp_ok($then{decode_failed}, '>', $seen{decode_failed}, 'decode_failed');
    cmp_ok($then{before}, '>=', $then{after}, 'before_call, after_call');
    is($then{leaving}, 0, 'not leaving');
}

# A crash ends the worker, not the server.
{
    my $c = $t->client;
    my ($pid) = $t->workers;
    $c->send_call('crash');
    ok(defined $c->recv_until_closed, 'the connection ends with the worker');
    CThrift::Test::wait_for(
        sub { my @w = $t->workers; @w == 1 && $w[0] != $pid });
    is(result($t->client->call('echo', [[1, ['string', 'up']]])), 'up',
        'the next one serves');
    like($t->log_text, qr/Probe\.crash/, 'the method is named');
    $t->descriptors_may_change;
}
