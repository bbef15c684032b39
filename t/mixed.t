#!/usr/bin/perl

# mixed.t -- one port, one worker, a connection in each dialect, 10,000 calls
# whose bytes arrive in turns: a piece of one message, a piece of another's.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Dialects;
use CThrift::Test;
use IO::Select;
use List::Util qw(min sum);
use Test::More;
use Time::HiRes qw(time);

plan skip_all => 'thrifttest is not built'
    if !-f CThrift::Test::objs() . '/thrifttest.so';

my $CALLS = CThrift::Test->has_sanitizers ? 3000 : 10_000;
my $AHEAD = 8;    # calls of one connection that wait for their replies

my $t = CThrift::Test->new(<<'END');
load_module %%OBJS%%/thrifttest.so;
worker_processes 1;
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        default_service ThriftTest;
        service ThriftTest { }
        service SecondService { }
    }
}
END
$t->start;

srand 12;    # the same turns every time


# ---- Calls: a method, its arguments, the fields of its reply or, for oneway,
# nothing.

sub numbers { return map { int(rand 2**32) - 2**31 } 0 .. rand 30 }

sub text { return join '', map { chr 32 + rand 94 } 1 .. rand 400 }

sub echo {
    my ($method, $value) = @_;

    return ($method, [[1, $value]], [[0, $value]]);
}

my @kinds = (
    sub { echo('testString', ['string', text()]) },
    sub { echo('testI64', ['i64', unpack 'q', pack 'L2', rand 2**32,
        rand 2**32]) },
    sub { echo('testList', ['list', 'i32', [numbers()]]) },
    sub {
        my $i = 0;
        echo('testMap', ['map', 'i32', 'i32', [map { [$i++, $_] } numbers()]]);
    },
    sub {
        my $xtruct = ['struct', [[1, ['string', text()]], [4, ['byte', -1]],
            [9, ['i32', 7]], [11, ['i64', -7]]]];
        echo('ThriftTest:testNest', ['struct', [[1, ['byte', 9]],
            [2, $xtruct], [3, ['i32', 5]]]]);
    },
    sub {
        my $text = text();
        ('SecondService:secondtestString', [[1, ['string', $text]]],
            [[0, ['string', qq(testString("$text"))]]]);
    },
    sub {
        ('testException', [[1, ['string', 'Xception']]], [[1, ['struct',
            [[1, ['i32', 1001]], [2, ['string', 'Xception']]]]]]);
    },
    sub { ('testVoid', [], []) },
    sub { ('testOneway', [[1, ['i32', 1]]]) },
);

sub words {
    my ($value) = @_;

    return $value if !ref $value;
    return '[' . join(' ', map { words($_) } @$value) . ']';
}


# ---- Connections, each with bytes that wait to be sent and replies that are
# due, in their order.

my @connections = map {
    my $c = $t->client(%{ $_->{client} });
    $c->{socket}->blocking(0);
    {
        name   => $_->{name},
        client => $c,
        out    => '',
        due    => [],
        calls  => 0,
        right  => 0,
        wrong  => [],
    };
} CThrift::Dialects::spoken();


sub add_call {
    my ($one) = @_;
    my ($method, $fields, $wanted) = $kinds[ rand @kinds ]->();
    my $seqid = int(rand 2**32) - 2**31;

    $one->{out} .= $one->{client}->bytes_of($method, $wanted ? 1 : 4, $seqid,
        $fields, 1);
    $one->{calls}++;
    if ($wanted) {
        push @{ $one->{due} },
            join ' ', $method =~ s/.*://r, 2, $seqid, words($wanted);
    } else {
        $one->{right}++;
    }
}


sub send_some {
    my ($one) = @_;
    my $most = rand() < 0.1 ? 2000 : 200;
    my $size = min(length $one->{out}, 1 + int rand $most);
    my $n = syswrite $one->{client}{socket}, $one->{out}, $size;

    substr $one->{out}, 0, $n // 0, '';
}


sub take_replies {
    my ($one) = @_;
    my $c = $one->{client};

    # Without waiting; the end of the stream is not due either.
    $c->fill(0) // return;
    while (my $reply = $c->next_message) {
        my $due = shift @{ $one->{due} } // 'nothing';
        my $said = join ' ', @$reply{qw(name type seqid)},
            words($reply->{fields});
        if ($said eq $due) {
            $one->{right}++;
        } else {
            push @{ $one->{wrong} }, "$said instead of $due";
        }
    }
}


# ---- Turns.

my $deadline = time + 60;
my $calls = 0;

sub is_over {
    return $calls == $CALLS
        && !grep { length $_->{out} || @{ $_->{due} } } @connections;
}

while (!is_over() && time < $deadline) {
    my $one = $connections[ rand @connections ];

    if (length $one->{out}) {
        send_some($one);
    } elsif ($calls < $CALLS && @{ $one->{due} } < $AHEAD) {
        add_call($one);
        $calls++;
    }
    take_replies($one) if @{ $one->{due} };
}

is($calls, $CALLS, "$CALLS calls");
for my $one (@connections) {
    is_deeply([$one->{right}, @{ $one->{due} }, @{ $one->{wrong} }],
        [$one->{calls}],
        "$one->{name}: all $one->{calls} are answered, and right");
}
is(sum(map { $_->{right} } @connections), $CALLS, 'none is missing');
is(scalar @{ [$t->workers] }, 1, 'by one worker');

cmp_ok(scalar @connections, '>=', 12, 'in twelve dialects and more');

done_testing;
