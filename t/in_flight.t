#!/usr/bin/perl

# in_flight.t -- max_calls_in_flight, at each level and with levels inside
# each other.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use JSON::PP;
use Socket qw(:all);
use Test::More;

use constant { LOADSHEDDING => 11, TIMEOUT => 12 };

my $t = CThrift::Test->new(<<'END');
load_module %%OBJS%%/probe.so;
worker_processes 1;
error_log logs/error.log info;
thrift {
    max_calls_in_flight 5;
    server {
        listen 127.0.0.1:%%PORT_1%%;
        max_calls_in_flight 4;
        service Probe {
            max_calls_in_flight 3;
            method later { max_calls_in_flight 2; }
            method who   { max_calls_in_flight 0; }
            method ~ ^e  { max_calls_in_flight 1; }
        }
        service Base { }
    }
    server {
        listen 127.0.0.1:%%PORT_2%%;
        service Probe { method later { handler_timeout 20ms; } }
    }
}
END
$t->start;

sub exception { return CThrift::Client::exception($_[0]) }
sub result { return CThrift::Client::result($_[0]) }

sub totals {
    my (undef, $out) = $t->run('-s', 'status', '--json');

    return decode_json($out)->{totals};
}

# Sends `later` so many times and waits until all are under way.
sub hold {
    my ($c, $delay, $n) = @_;
    my $before = totals()->{in_flight};

    $c->send_call('later', [[1, ['string', 'held']], [2, ['i32', $delay]]])
        for 1 .. $n;
    CThrift::Test::wait_for(sub { totals()->{in_flight} == $before + $n });
    return;
}

sub refusal {
    my ($n, $place) = @_;

    return [LOADSHEDDING, "$n calls are in flight, as many as "
        . "max_calls_in_flight of this $place allows"];
}

# A method's own, which others do not feel.
{
    my $c = $t->client(framed => 1);
    my $other = $t->client(framed => 1);

    hold($c, 2000, 2);
    is_deeply([exception($other->call('later',
        [[1, ['string', 'more']], [2, ['i32', 1]]]))], refusal(2, 'method'),
        'the third is refused at once');
    is(result($other->call('echo', [[1, ['string', 'x']]])), 'x',
        'other methods are not');
    is(totals()->{shed_in_flight}, 1, 'shed_in_flight: one');
    ok($t->wait_for_log(
        qr/\[warn\] .*call refused: 2 calls.*method: Probe\.later/),
        'a line says so');
    is_deeply([map { result($c->recv_reply) } 1, 2], [qw(held held)],
        'those under way are answered');
    is(result($other->call('later',
        [[1, ['string', 'more']], [2, ['i32', 1]]])), 'more',
        'then there is room');
}

# The worker's holds for the sum of all servers; the second server's calls
# count until their handlers end, though they were answered long before.
{
    my $c = $t->client(framed => 1);
    my $second = $t->client(framed => 1, port => $t->port(2));

    hold($second, 3000, 5);
    is((exception($second->recv_reply))[0], TIMEOUT, 'answered') for 1 .. 5;
    is_deeply([exception($c->call('echo', [[1, ['string', 'x']]]))],
        refusal(5, 'thrift'), 'five in the other server: all is full');
    is_deeply([exception($c->call('Base:who'))], refusal(5, 'thrift'),
        'also for what has no limit of its own');
    is((exception($c->call('who')))[0], undef, 'but not where it is 0');
    my $shed = totals()->{shed_in_flight};
    $c->oneway('note', [[1, ['string', 'n']]]);
    is(result($c->call('who')), 'probe', 'a oneway call is refused in silence');
    is(totals()->{shed_in_flight}, $shed + 1, 'and counted');
    CThrift::Test::wait_for(sub { totals()->{in_flight} == 0 });
    is(result($c->call('notes')), 0, 'it has not run');
    is(result($c->call('echo', [[1, ['string', 'x']]])), 'x', 'room again');
}

# Clients that have gone leave no trace in the counts.
{
    for (1 .. 3) {
        my $c = $t->client(framed => 1);

        hold($c, 1000, 1);
        setsockopt $c->{socket}, SOL_SOCKET, SO_LINGER, pack 'ii', 1, 0;
        $c->close;
        CThrift::Test::wait_for(sub { totals()->{in_flight} == 0 });
    }
    my $c = $t->client(framed => 1);
    is(result($c->call('later', [[1, ['string', 'x']], [2, ['i32', 1]]])),
        'x', 'resets free what they held');
}

for my $bad ('-1', 'many', '4294967296', '1k') {
    my $refused = CThrift::Test->new(<<"END");
load_module %%OBJS%%/probe.so;
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service Probe { max_calls_in_flight $bad; }
    }
}
END
    my ($status, $out, $err) = $refused->run('-t');

    isnt($status, 0, "refused: $bad");
    like($out . $err, qr/'\Q$bad\E' is not a number.*cthrift\.conf:5\b/,
        'with reason and line');
}

done_testing;
