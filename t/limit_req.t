#!/usr/bin/perl

# limit_req.t -- calls over a rate: burst, delay, several zones, levels, keys;
# shared by all workers and kept over a reload.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use Test::More;
use Time::HiRes qw(time);

# One call a minute: no bucket drains while the test runs.
my $conf = <<'END';
load_module %%OBJS%%/probe.so;
worker_processes 2;
thread_pool pool threads=1;
error_log logs/error.log info;
limit_req_zone $remote_addr zone=kept:64k rate=1r/m;
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service Probe {
            method echo { limit_req zone=none; }
            method add { limit_req zone=ten burst=9 nodelay; }
            method who { limit_req zone=keyed burst=1 nodelay; }
            method nothing { limit_req zone=slow burst=9 delay=1; }
            method later { limit_req zone=fast burst=9; }
            method note { limit_req zone=fast burst=9; }
            method spin { execute threads=pool; limit_req zone=off burst=9; }
            method early { execute fiber; limit_req zone=loop burst=9; }
            method texts { limit_req zone=kept burst=2 nodelay; }
            method notes {
                limit_req zone=wide burst=4 nodelay;
                limit_req zone=narrow nodelay burst=1;
            }
            method hooks { limit_req zone=wide burst=4 nodelay; }
            method peer {
                limit_req zone=dry;
                limit_req_dry_run on;
                limit_req_log_level notice;
            }
        }
    }
    server {
        listen 127.0.0.1:%%PORT_2%%;
        limit_req zone=outer;
        limit_req_max_delayed 1;
        service Probe {
            method echo { limit_req zone=inner burst=1 nodelay; }
            method add { limit_req zone=crowd burst=9; }
        }
    }
    limit_req_zone $remote_addr zone=none:32k rate=1r/m;
    limit_req_zone all zone=ten:64k rate=1r/m;
    limit_req_zone $header_x_key zone=keyed:64k rate=1r/m;
    limit_req_zone "$service.$method:$remote_addr" zone=slow:64k rate=20r/m;
    limit_req_zone $remote_addr zone=fast:64k rate=20r/s;
    limit_req_zone $remote_addr zone=off:64k rate=50r/s;
    limit_req_zone $remote_addr zone=loop:64k rate=50r/s;
    limit_req_zone $remote_addr zone=wide:64k rate=1r/m;
    limit_req_zone $remote_addr zone=narrow:64k rate=1r/m;
    limit_req_zone $remote_addr zone=dry:64k rate=1r/m;
    limit_req_zone $remote_addr zone=outer:64k rate=1r/m;
    limit_req_zone $remote_addr zone=inner:64k rate=1r/m;
    limit_req_zone $remote_addr zone=crowd:64k rate=30r/m;
}
END
my $t = CThrift::Test->new($conf);
$t->start;

# 'ok', or the type and the words of the refusal.
sub word {
    my ($reply) = @_;

    return 'ok' if $reply->{type} == 2;
    my ($type, $words) = CThrift::Client::exception($reply);
    return "$type $words";
}

sub outcome {
    my ($c, $name, $fields) = @_;

    return word($c->call($name, $fields // []));
}

# Of so many calls, each on a connection of its own, how many are answered.
sub answered {
    my ($n, $name, $port) = @_;

    return scalar grep {
        my $c = $t->client(port => $t->port($port // 1));
        my $word = outcome($c, $name);
        $c->close;
        $word eq 'ok';
    } 1 .. $n;
}

sub status { ($t->run('-s', 'status'))[1] }

# With a header, over HTTP.
sub keyed {
    my (@fields) = @_;

    return $t->client(transport => [['http', fields => \@fields]]);
}

my @echo = ('echo', [[1, ['string', 'x']]]);

# ---- The bucket.

{
    my $c = $t->client;
    is(outcome($c, @echo), 'ok', 'the first call');
    is(outcome($c, @echo), "11 limit_req zone 'none'", 'the second is refused');
    is(outcome($c, @echo), "11 limit_req zone 'none'", 'and says why');
    is(outcome($c, 'denied'), 'ok', 'other methods are not');
}
like(status(), qr/^shed_rate +2$/m, 'they are counted');
ok($t->wait_for_log(qr/\[error\].*\ limiting\ calls,\ excess:\ [01]\.\d{3}
    \ by\ zone\ 'none',\ client:\ 127\.0\.0\.1:\d+,\ method:\ Probe\.echo/x),
    'a line in the log');
is(answered(30, 'add'), 10, 'a burst of 9, by all workers together');

# ---- Keys.

is(outcome(keyed('X-Key: a'), 'who'), 'ok', 'a key') for 1 .. 2;
like(outcome(keyed('X-Key: a'), 'who'), qr/^11 /, 'that is used up');
is(outcome(keyed('X-Key: b'), 'who'), 'ok', 'another key');
is(outcome(keyed(), 'who'), 'ok', 'no key, no limit') for 1 .. 4;
{
    my $long = 'k' x 2000;
    is(outcome(keyed("X-Key: ${long}1"), 'who'), 'ok', 'a long key') for 1 .. 2;
    like(outcome(keyed("X-Key: ${long}1"), 'who'), qr/^11 /, 'up to its end');
    is(outcome(keyed("X-Key: ${long}2"), 'who'), 'ok', 'is another key');
}

# ---- Several zones: a call that one refuses counts in none.

is(answered(9, 'notes'), 2, 'two zones, the narrow one decides');
is(answered(9, 'hooks'), 3, 'the wide one has counted what was answered');

# ---- Levels.

{
    my $c = $t->client(port => $t->port(2));
    is(outcome($c, 'denied'), 'ok', 'the limit of a server');
    is(outcome($c, 'who'), "11 limit_req zone 'outer'", 'for all its methods');
    is(outcome($c, @echo), 'ok', 'but one with a limit of its own')
        for 1 .. 2;
    is(outcome($c, @echo), "11 limit_req zone 'inner'", 'which holds alone');
}

# ---- Waiting.

{
    my $start = time;
    my $c = $t->client;
    $c->send_call('later', [[1, ['string', "no. $_"]], [2, ['i32', 0]]])
        for 1 .. 5;
    $c->send_call('denied');
    my @replies = map { CThrift::Client::result($c->recv_reply) } 1 .. 6;
    is_deeply(\@replies, [(map { "no. $_" } 1 .. 5), 'not denied'],
        'calls that wait are answered in their turn');
    cmp_ok(time - $start, '>=', 0.19, 'and as fast as the zone has it');
    $c->oneway('note', [[1, ['string', 'x']]]) for 1 .. 2;
    is(outcome($c, 'denied'), 'ok', 'oneway calls wait too');
}
{
    # Held by the loop, then run elsewhere.
    my $c = $t->client;
    $c->send_call('spin', [[1, ['i32', 1]]]) for 1 .. 3;
    $c->send_call('early', [[1, ['string', "no. $_"]]]) for 1 .. 3;
    my @words = map { word($c->recv_reply) } 1 .. 6;
    is_deeply(\@words, [('ok') x 6], 'calls wait, then run on threads');
}
{
    # Two go on at once, the third in three seconds.
    my $c = $t->client;
    $c->call('nothing') for 1 .. 2;
    $c->send_call('nothing');
    is(answered(5, 'denied'), 5, 'nobody else waits');
    my $bits = '';
    vec($bits, fileno($c->{socket}), 1) = 1;
    is(scalar select($bits, undef, undef, 0), 0, 'while a call does');
    is(word($c->recv_reply), 'ok', 'which is answered');
    ok($t->wait_for_log(qr/\[warn\].*\ delaying\ calls,
        \ excess:\ [12]\.\d+\ by\ zone\ 'slow'/x), 'a line in the log');
}
{
    # Whoever is over the cap of a worker is refused at once.
    my @all = map { $t->client(port => $t->port(2)) } 1 .. 6;
    $_->send_call('add', []) for @all;
    my @words = map { word($_->recv_reply) } @all;
    my $refused = grep { /^11 limit_req_max_delayed/ } @words;
    cmp_ok($refused, '>=', 3, 'limit_req_max_delayed caps those that wait');
    is(scalar(grep { $_ eq 'ok' } @words), 6 - $refused, 'who may wait can');
}

# ---- A trial run.

is(answered(5, 'peer'), 5, 'limit_req_dry_run refuses nothing');
ok($t->wait_for_log(qr/\[notice\].* limiting calls, dry run, excess: /),
    'and tells what it would have done');

# ---- Reload.

is(answered(2, 'texts'), 2, 'two of three calls');
ok($t->reload, 'reload');
is(answered(5, 'texts'), 1, 'a zone of that name and size is kept');
$t->conf($conf =~ s/kept:64k/kept:128k/r);
ok($t->reload, 'reload with another size');
is(answered(5, 'texts'), 3, 'makes a new one');
$t->conf($conf =~ s/\$remote_addr zone=kept:64k/\$service zone=kept:128k/r);
ok($t->reload, 'reload with another key');
is(answered(5, 'texts'), 3, 'forgets the old ones');

# ---- What is refused.

my $bad = CThrift::Test->new(undef, allow => [qr/\[emerg\]/]);

for (
    ['limit_req_zone $method zone=x:64k;',         qr/takes 3/],
    ['limit_req_zone $method zone=x:64k rate=1;',  qr/'1' is no rate like/],
    ['limit_req_zone $method zone=x:64k rate=0r/s;', qr/is not from 1 to/],
    ['limit_req_zone $method zone=x:64k rate=r/s;',  qr/is not from 1 to/],
    ['limit_req_zone $method zone=x:64k rate=9999999r/s;', qr/not from 1 to/],
    ['limit_req_zone $method zone=x:1k rate=1r/s;', qr/'1k' is no size/],
    ['limit_req_zone $method zone=x rate=1r/s;',   qr/'x' is no zone/],
    ['limit_req_zone $method zone=x:64k zone=y:64k;', qr/is not expected/],
    ['limit_req_zone $methd zone=x:64k rate=1r/s;', qr/unknown variable/],
    ['limit_req_zone $ zone=x:64k rate=1r/s;',     qr/unknown variable '\$'/],
    ['limit_req_zone a zone=y:64k rate=1r/s;',     qr/'y' is declared twice/],
    ['limit_req zone=nowhere;',    qr/zone 'nowhere' is declared by no/],
    ['limit_req burst=5;',         qr/limit_req wants zone=NAME/],
    ['limit_req zone=y brst=5;',   qr/'brst=5' is not expected/],
    ['limit_req zone=y burst=x;',  qr/'burst=x' is not from 0/],
    ['limit_req zone=y delay=2;',  qr/without burst=/],
    ['limit_req zone=y nodelay;',  qr/without burst=/],
    ['limit_req zone=y nodelay delay=2;',  qr/'delay=2' is not expected/],
    ['limit_req zone=y; limit_req zone=y burst=2;', qr/stands here twice/],
    ['limit_req_dry_run maybe;',   qr/'maybe'/],
    ['limit_req_log_level loud;',  qr/'loud'/],
    ['limit_req_max_delayed x;',   qr/'x'/],
) {
    my ($line, $words) = @$_;
    $bad->conf("load_module %%OBJS%%/probe.so; thrift {\n"
        . "    limit_req_zone \$method zone=y:64k rate=1r/s;\n"
        . "    $line\n    server {\n        listen 127.0.0.1:%%PORT_1%%;\n"
        . "        service Probe { }\n    }\n}\n");
    my ($status, $out, $err) = $bad->run('-t');
    isnt($status, 0, "refused: $line");
    like($err, qr/$words.* in \S+cthrift\.conf:3\b/, '... with its line');
}
