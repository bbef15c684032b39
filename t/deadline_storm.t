#!/usr/bin/perl

# deadline_storm.t -- twenty clients call, wait, or vanish as they like, while
# queue_timeout, handler_timeout and max_calls_in_flight all are tight: every
# call is answered once, and nothing is left over.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use JSON::PP;
use Socket qw(:all);
use Test::More;

use constant { LOADSHEDDING => 11, TIMEOUT => 12, STEPS => 2000 };

my $t = CThrift::Test->new(<<'END');
load_module %%OBJS%%/patient.so;
worker_processes 1;
error_log logs/error.log info;
thread_pool few threads=4 max_queue=40;
thrift {
    max_calls_in_flight 60;
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service Patient {
            execute threads=few;
            queue_timeout 20ms;
            handler_timeout 30ms;
            method quick { execute inline; }
            method foreign { handler_timeout 5ms; }
            method after { execute inline; }
        }
    }
}
END
$t->start;

srand 20240229;

sub totals {
    my (undef, $out) = $t->run('-s', 'status', '--json');

    return decode_json($out)->{totals};
}

sub text { return [1, ['string', $_[0]]] }
sub number { return [$_[0], ['i32', int rand $_[1]]] }

my @about = qw(queue_time remote_addr method connection);

# What a client may do, and how often; all but the last two are calls.
my @dice = (
    (sub { $_[0]->send_call('doze', [number(1, 40)]) }) x 7,
    (sub { $_[0]->send_call('about', [text($about[rand @about])]) }) x 3,
    (sub { $_[0]->send_call('after', [text('s'), number(2, 60)]) }) x 2,
    (sub { $_[0]->send_call('foreign', [text('s')]) }) x 2,
    (sub { $_[0]->send_call('hold', [text('never')]) }) x 2,
    (sub { $_[0]->send_call('quick', [text('q')]) }) x 1,
    (sub { $_[0]->oneway('note', [text('never')]); undef }) x 1,
);

my %seen = (ok => 0, LOADSHEDDING, 0, TIMEOUT, 0);
my @clients;

# Takes the answers to all calls of a client, in order of the calls.
sub collect {
    my ($x) = @_;

    while (my $seqid = shift @{ $x->{waiting} }) {
        my $reply = $x->{c}->recv_reply;
        my ($kind) = CThrift::Client::exception($reply);

        $seen{ $kind // 'ok' }++;
        $seen{disorder}++ if $reply->{seqid} != $seqid;
    }
    return;
}

for (1 .. STEPS) {
    push @clients, { c => $t->client(framed => 1), waiting => [] }
        while @clients < 20;
    my $i = int rand @clients;
    my $x = $clients[$i];
    my $what = rand 100;

    if ($what < 86) {
        my $seqid = $dice[rand @dice]->($x->{c});
        push @{ $x->{waiting} }, $seqid if $seqid;
    } elsif ($what < 98) {
        collect($x);
    } else {
        setsockopt $x->{c}{socket}, SOL_SOCKET, SO_LINGER,
            pack 'ii', int rand 2, 0;
        $x->{c}->close;
        splice @clients, $i, 1;
    }
}
collect($_) for @clients;

is_deeply([sort keys %seen], [sort 'ok', LOADSHEDDING, TIMEOUT],
    'answers, refusals and timeouts, each in its place');
diag join ', ', map { "$_: $seen{$_}" } sort keys %seen if $ENV{VERBOSE};
$_->{c}->close for @clients;
ok(CThrift::Test::wait_for(sub { totals()->{in_flight} == 0 }),
    'every handler ends');
is(totals()->{queued}, 0, 'nobody waits for a thread');
is(CThrift::Client::result($t->client(framed => 1)->call('quick',
    [text('calm')])), 'calm', 'after the storm');

done_testing;
