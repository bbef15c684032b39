#!/usr/bin/perl

# faults.t -- memory that ends at the n-th allocation from now, for every n
# that a call of each kind gets to: a reply, an exception or a close, and the
# worker goes on with everybody else.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use Test::More;
use Time::HiRes qw(sleep);

my $t = CThrift::Test->new(<<'END');
load_module %%OBJS%%/probe.so;
load_module %%OBJS%%/unruly.so;
worker_processes 1;
thrift {
    max_unsent_replies 20k;
    max_pipelined_calls 5;
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service Probe { }
        service Unruly { }
        default_service Probe;
    }
}
END
$t->start;
my ($worker) = $t->workers;
my $MOST = 24;    # allocations of a case, and a few more

sub result { CThrift::Client::result($_[0]) }

# A call on a connection of its own, which a fault may end: until it is done.
sub surely {
    my (@call) = @_;

    for (1 .. 20) {
        my $c = $t->client(framed => 1);
        my $reply = eval { $c->call(@call) };
        $c->close;
        return result($reply) if $reply && $reply->{type} == 2;
    }
    die "no answer to $call[0]\n";
}

sub starve { return surely('Unruly:starve', [[1, ['i32', $_[0]]]]) }

my $leaves = ['list', 'struct',
    [map { ['struct', [[4, ['i32', $_]]]] } 1 .. 300]];

# What a client does, and how many replies it may get.
my %case = (
    string => sub {
        $_[0]->send_call('echo', [[1, ['string', 'e' x 100_000]]]);
        return 1;
    },
    strings => sub {
        $_[0]->send_call('texts',
            [[1, ['list', 'string', [('x' x 10) x 1000]]]]);
        return 1;
    },
    structs => sub {
        $_[0]->send_call('tree',
            [[1, ['struct', [[2, $leaves], [4, ['i32', 1]]]]]]);
        return 1;
    },
    parts => sub {
        my ($c) = @_;
        my $bytes = CThrift::Client::message('echo', 1, 1,
            [[1, ['string', 'h' x 50_000]]], 1);
        $bytes = CThrift::Client::frame($bytes) if $c->{framed};
        while (length $bytes) {
            $c->send_raw(substr $bytes, 0, 6000, '');
            sleep 0.001;
        }
        return 1;
    },
    deferred => sub {
        my ($c) = @_;
        $c->send_call('later', [[1, ['string', 'l' x 3000]],
            [2, ['i32', 30 - 5 * $_]]]) for 1 .. 4;
        $c->send_call('echo', [[1, ['string', 'h' x 3000]]]);
        return 5;
    },
    unread => sub {
        my ($c) = @_;
        $c->send_call('echo', [[1, ['string', 'u' x 700_000]]]) for 1 .. 3;
        sleep 0.01;
        return 3;
    },
);

my %end = (reply => 0, exception => 0, close => 0);

sub run_case {
    my ($framed, $do, $n) = @_;
    my $c = $t->client(framed => $framed);

    eval { $c->call('nothing') };
    starve($n);
    my $want = eval { $do->($c) } // 0;
    for (1 .. $want) {
        my $reply = eval { $c->recv_reply };
        return 'timeout' if !$reply && $@ =~ /timeout/;
        $end{ !$reply ? 'close'
            : $reply->{type} == 2 ? 'reply' : 'exception' }++;
        last if !$reply;
    }
    $c->close;
    starve(1_000_000);
    return;
}

SKIP: {
    skip 'the build has no faults', 2 if !starve(1_000_000);

    my @late;
    for my $name (sort keys %case) {
        for my $framed (0, 1) {
            for my $n (0 .. $MOST) {
                push @late, "$name, framed $framed, $n"
                    if run_case($framed, $case{$name}, $n);
            }
        }
    }
    is(join("\n", @late), '', 'nobody waits for ever');
    cmp_ok($end{$_}, '>', 0, "$end{$_} times: $_") for sort keys %end;
}
is_deeply([$t->workers], [$worker], 'the worker lives');
