#!/usr/bin/perl

# handoff.t -- a connection moves to another worker, and its client sees
# nothing: what travels, what stays, and what is not given away.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use IO::Socket::IP;
use JSON::PP;
use Test::More;

my $t = CThrift::Test->new(undef);
my ($name, $main, $server, $more) = ('first', '', '', '');

sub conf {
    $t->conf(<<"END");
load_module %%OBJS%%/probe.so;
worker_processes 2;
worker_shutdown_timeout 30s;
error_log logs/error.log info;
$main
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        listen unix:%%TESTDIR%%/sock;
        listen 127.0.0.1:%%PORT_2%% proxy_protocol;
        $server
        service Probe { probe_name $name; }
    }
    $more
}
END
}

sub again {
    ($name) = @_;
    conf();
    return $t->reload;
}

sub who { return CThrift::Client::result($_[0]->call('who')) }

sub echo {
    my ($client, $text) = @_;
    return CThrift::Client::result($client->call('echo',
        [[1, ['string', $text]]]));
}

sub status {
    my (undef, $out) = $t->run('-s', 'status', '--json');
    return decode_json($out);
}

sub totals { return status()->{totals} }
sub workers { return status()->{workers} }

# Workers that have been told to leave.
sub leaving { return grep { $_->{state} eq 'leaving' } @{ workers() } }
sub all_left { return CThrift::Test::wait_for(sub { !leaving() }) }

conf();
$t->start;

# ---- Over a reload, whatever they speak.

my %clients = map { $_->[0] => $t->client(@$_[1 .. $#$_]) } (
    ['unframed'],
    ['framed', framed => 1],
    ['compact', protocol => 'compact', framed => 1],
    ['unframed compact', protocol => 'compact'],
    ['JSON', protocol => 'json'],
    ['HTTP', transport => 'http'],
    ['TTHeader', transport => 'ttheader'],
    ['a unix socket', path => $t->dir . '/sock'],
);
is(who($clients{$_}), 'first', "$_: before") for sort keys %clients;
ok(again('second'), 'reload');
is(who($clients{$_}), 'second', "$_: the new worker answers")
    for sort keys %clients;
ok(all_left(), 'the old workers have gone');

# One that has not said anything yet.
{
    my $silent = $t->client;
    ok(CThrift::Test::wait_for(sub { totals()->{connections} > 8 }),
        'a silent one is in');
    ok(again('third'), 'reload');
    ok(all_left(), 'it has moved');
    is(who($silent), 'third', 'and is answered');
}

# ---- In the middle of a message.

for my $case (['framed', framed => 1], ['unframed'],
    ['compact', protocol => 'compact']) {
    my ($what, @how) = @$case;
    my $client = $t->client(@how);
    my $bytes = $client->bytes_of('echo', 1, 77,
        [[1, ['string', 'x' x 20000]]]);
    who($client);
    $client->send_raw(substr $bytes, 0, 9000);
    ok(CThrift::Test::wait_for(sub {
        totals()->{bytes_in} > 9000 }), "$what: half a message is in");
    ok(again("half $what" =~ tr/ /_/r), 'reload');
    ok(all_left(), 'it has moved');
    $client->send_raw(substr $bytes, 9000);
    is(CThrift::Client::result($client->recv_reply), 'x' x 20000,
        "$what: the rest went to the new worker");
}

# ---- With a call in flight, and others behind it.

{
    my $client = $t->client(framed => 1);
    my @later = map { [[1, ['string', "s$_"]], [2, ['i32', 300]]] } 1 .. 3;
    $client->send_call('later', $_) for @later;
    ok(CThrift::Test::wait_for(sub { totals()->{in_flight} == 3 }),
        'three calls are in flight');
    ($name) = "fourth"; conf();
    ok($t->reload, 'reload');
    $client->send_call('who');
    is(CThrift::Client::result($client->recv_reply), "s$_",
        "call $_ is answered") for 1 .. 3;
    is(CThrift::Client::result($client->recv_reply), 'fourth',
        'the one behind them by the new worker');
    ok(all_left(), 'and the old ones have gone');
}

# ---- What else travels.

# A frame with headers that stay.
sub sticky_frame {
    my ($message, %headers) = @_;
    my $info = join '', map { pack 'C/a* C/a*', $_, $headers{$_} }
        sort keys %headers;
    my $head = "\0\0" . (%headers
        ? pack('CC', 2, scalar keys %headers) . $info : '');
    $head .= "\0" x (-length($head) % 4);
    return pack 'N/a*', pack('nnNn', 0x0fff, 0, 1, length($head) / 4) . $head
        . $message;
}

sub header_of {
    my ($client, $key, %headers) = @_;
    $client->send_raw(sticky_frame(CThrift::Client::message('header', 1, 1,
        [[1, ['string', $key]]], 1), %headers));
    $client->fill(time + 5) while length $client->{in} < 4
        || length $client->{in} < 4 + unpack 'N', $client->{in};
    my $frame = substr $client->{in}, 4, unpack('N', $client->{in}), '';
    substr $client->{in}, 0, 4, '';
    my $message = substr $frame, 10 + 4 * unpack 'x8 n', $frame;
    return CThrift::Client::result(CThrift::Client::decode_message(\$message));
}

{
    my $client = $t->client;
    is(header_of($client, 'token', token => 'secret', user => 'me'), 'secret',
        'a header that stays');
    my $proxied = $t->client(port => $t->port(2));
    $proxied->send_raw("PROXY TCP4 192.0.2.7 198.51.100.1 40000 9090\r\n");
    is(CThrift::Client::result($proxied->call('peer')), '192.0.2.7:40000',
        'whom a proxy names');
    ok(again('fifth'), 'reload');
    is(who($proxied), 'fifth', 'moved');
    is(CThrift::Client::result($proxied->call('peer')), '192.0.2.7:40000',
        'the address has come along');
    is(CThrift::Client::result($proxied->call('variable',
        [[1, ['string', 'proxy_protocol_server_addr']]])), '198.51.100.1',
        'and the one that was called');
    is(header_of($client, 'token'), 'secret', 'and the headers');
    is(header_of($client, 'user', user => 'you'), 'you', 'which can change');
    ok(again('sixth'), 'reload');
    is(header_of($client, 'user'), 'you', 'and travel again');
}

# ---- Counters: nobody was closed, and nobody lies in between.

{
    my $totals = totals();
    is($totals->{handed_over}, $totals->{taken_over},
        "$totals->{handed_over} were handed over, and taken");
    cmp_ok($totals->{handed_over}, '>', 20, 'which are many');
    is($totals->{accepted} - $totals->{closed}, $totals->{connections},
        'who was accepted and not closed is there');
}

# ---- More than the queue holds at a time.

{
    my $closed = totals()->{closed};
    my @many = map { $t->client } 1 .. 600;
    who($_) for @many;
    ok(again('seventh'), 'reload with 600 connections');
    is(scalar(grep { who($_) eq 'seventh' } @many), 600, 'all have moved');
    ok(all_left(), 'the old workers have gone');
    my @shares = map { $_->{connections} } grep { $_->{state} eq 'serving' }
        @{ workers() };
    cmp_ok((sort { $a <=> $b } @shares)[0], '>', 150, "shared: @shares");

    # A new worker gets its share, although nobody connects.
    is(($t->run('-s', 'add-worker'))[0], 0, 'a worker more');
    ok(CThrift::Test::wait_for(sub {
        @shares = sort { $a <=> $b } map { $_->{connections} }
            grep { $_->{state} eq 'serving' } @{ workers() };
        return @shares == 3 && $shares[0] >= 0.7 * 608 / 3;
    }), "it has its share: @shares");
    is(scalar(grep { who($_) eq 'seventh' } @many), 600, 'all are served');
    is(($t->run('-s', 'remove-worker'))[0], 0, 'a worker less');
    ok(all_left(), 'it goes');
    is(scalar(grep { who($_) eq 'seventh' } @many), 600, 'and all are served');
    is(totals()->{closed}, $closed, 'without anybody closed');
}

# ---- What is not given away.

sub is_drained {
    my ($client, $what) = @_;
    is(who($client), $name, "$what: has its last call");
    ok($client->is_closed(5), "$what: which ends it");
}

# A listen, and a service, that the next configuration does not have.
{
    $more = 'server { listen 127.0.0.1:%%PORT_3%%; service Probe { } }
        server { listen 127.0.0.1:%%PORT_4%%; service Probe { }
            service Base { handler probe; } }';
    conf();
    ok($t->reload, 'two servers more');
    my $gone = $t->client(port => $t->port(3));
    my $less = $t->client(port => $t->port(4));
    my $same = $t->client;
    who($_) for $gone, $less, $same;
    $more = 'server { listen 127.0.0.1:%%PORT_4%%; service Probe { } }';
    ok(again('eighth'), 'a listen and a service less');
    is(who($same), 'eighth', 'who loses nothing has moved');
    ok($_->is_closed(0) == 0, 'others stay open') for $gone, $less;
    is(CThrift::Client::result($less->call('Base:who')), 'probe',
        'the service that is gone is served once more');
    ok($less->is_closed(5), 'with the end behind it');
    who($gone);
    ok($gone->is_closed(5), 'as is the listen that is gone');
    $more = '';
}

# hand_over off.
%clients = ();
{
    $server = 'hand_over off;';
    ok(again('ninth'), 'hand_over off');
    my $client = $t->client;
    my $idle = $t->client;
    is(who($_), 'ninth', 'serves') for $client, $idle;
    $server = '';
    ($name) = ('tenth');
    conf();
    ok($t->reload, 'and on');
    is(who($client), 'ninth', 'the old worker answers once more');
    ok($client->is_closed(5), 'and that was all');
    ok(!$idle->is_closed(0), 'an idle one is left alone');
    is(who($idle), 'ninth', 'until it calls');
    ok($idle->is_closed(5), 'once');
    ok(all_left(), 'the old workers have gone');
}

# A zlib stream.
{
    my $client = $t->client(transport => 'zlib');
    is(who($client), 'tenth', 'in a zlib stream');
    ok(again('eleventh'), 'reload');
    is(who($client), 'tenth', 'the old worker answers once more');
    ok($client->is_closed(5), 'and that was all');
}

# With rebalance off a new worker waits for new connections.
{
    my @some = map { $t->client } 1 .. 20;
    who($_) for @some;
    $main = 'events { rebalance off; }';
    ok(again('last'), 'rebalance off');
    is(who($_), 'last', 'moved over a reload') for $some[0], $some[19];
    my $moved = totals()->{taken_over};
    $t->run('-s', 'add-worker');
    ok(CThrift::Test::wait_for(sub { $t->workers == 3 }), 'a worker more');
    sleep 1;    # longer than a worker would wait before it gives some
    is(totals()->{taken_over}, $moved, 'nobody moves to it');
}

# New clients fill those who serve before the old workers leave: whoever was
# served is served on, on top of worker_connections.
{
    my $full = CThrift::Test->new(<<'END');
load_module %%OBJS%%/probe.so;
worker_processes 2;
events { worker_connections 4; }
thrift { server { listen 127.0.0.1:%%PORT_1%%; service Probe { } } }
END
    $full->start;
    my @served = map { $full->client } 1 .. 8;
    echo($_, 'served') for @served;
    my @waiting = map { $full->client } 1 .. 8;
    $_->send_call('echo', [[1, ['string', 'waits']]]) for @waiting;
    ok($full->reload, 'a reload, with as many before the door as inside');
    is((grep { eval { echo($_, 'on') } // '' } @served), 8,
        'who was inside is served on');
    $_->close for @served;
    is((grep { eval { $_->recv_reply } } @waiting), 8, 'and then the others');
    $full->stop;
}

# ---- A roll-back without HUP: nobody serves between the new workers and the
# old master's next ones, and the queue keeps everybody meanwhile.

{
    my @some = map { $t->client } 1 .. 20;
    who($_) for @some;
    my $old = $t->master_pid;
    my $new;
    $t->signal('USR2');
    ok(CThrift::Test::wait_for(sub {
        $new = $t->master_pid;
        return $new && $new != $old && $t->workers($new) == 3;
    }), 'two masters');
    $t->signal('WINCH', $old);
    ok(CThrift::Test::wait_for(sub { $t->workers($old) == 1 }),
        'the old one has no workers');
    $t->signal('QUIT', $new);
    ok(CThrift::Test::wait_for(sub { $t->reap; !kill 0, $new }),
        'the new one ends');
    is(scalar(grep { eval { who($_) eq 'last' } } @some), 20,
        'all are served by the old one again');
    ok(CThrift::Test::wait_for(sub { $t->master_pid == $old }),
        'which is the only one');
}

# The new master is killed while both serve: its workers leave, and know whom to
# leave to.
{
    my @some = map { $t->client } 1 .. 20;
    who($_) for @some;
    my $old = $t->master_pid;
    my $new;
    $t->signal('USR2');
    ok(CThrift::Test::wait_for(sub {
        $new = $t->master_pid;
        return $new && $new != $old && $t->workers($new) == 3;
    }), 'two masters');
    my @workers = $t->workers($new);
    my @new = map { $t->client } 1 .. 20;
    who($_) for @new;
    kill 'KILL', $new;
    ok(CThrift::Test::wait_for(sub {
        $t->reap;
        return !grep { kill 0, $_ } $new, @workers;
    }), 'the new one is killed, its workers leave');
    is(scalar(grep { eval { who($_) eq 'last' } } @some, @new), 40,
        'all are served by the old one');
}

# ---- The whole server quits: what is idle ends, and nobody waits for it.

{
    my $client = $t->client;
    who($client);
    my $master = $t->master_pid;
    $t->signal('QUIT');
    is($client->recv_until_closed, '', 'an idle one is closed');
    ok(CThrift::Test::wait_for(sub { $t->reap; !kill 0, $master }),
        'and the server ends');
}

# ---- Bad values are refused.

for my $case (
    [q(events { rebalance maybe; }), '', qr/'rebalance' takes.*conf:5/],
    ['', 'hand_over 1;', qr/'hand_over' takes.*conf:\d/],
    ['hand_over on;', '', qr/hand_over.*(?:not allowed|place)/],
) {
    my $wrong;
    ($main, $server, $wrong) = @$case;
    conf();
    my ($status, $out, $err) = $t->run('-t');
    isnt($status, 0, "refused: $main$server");
    like($out . $err, $wrong, 'with the line');
}
$t->descriptors_may_change;
done_testing();
