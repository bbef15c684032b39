#!/usr/bin/perl

# python_memory.t -- a worker takes no more memory after many calls than after
# some: no object, no reference, no page is left behind by a call, whether it
# ends with a result, an exception or an error, in the loop or on a thread.
#
# CTHRIFT_PYTHON_CALLS=n says how many calls there are; the figures are shown.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Python;
use CThrift::Test;
use Test::More;

use constant {
    BATCH       => 100,
    CONNECTIONS => 20,      # that each port gets, one after the other
    MAX_KB      => 3072,    # that the heaps may settle by
    MAX_LEFT    => 500,     # objects, that Python itself may keep
};

my $is_slow = CThrift::Test::has_sanitizers();
my $calls = $ENV{CTHRIFT_PYTHON_CALLS} // ($is_slow ? 10_000 : 100_000);

my $py = CThrift::Python->new;
my $path = $py->path;
my $servers = $py->servers;
my $t = CThrift::Test->new($py->head . <<"END");
worker_processes 1;
thread_pool default threads=4;
thrift {
    $path
    $servers
}
END
$t->start;
my ($worker) = $t->workers;
my @ports = map { $t->port($_) } 1 .. 6;

# ---- One batch, of a bit of everything; its replies are always the same.

my $node = ['struct', [[1, ['i32', -7]], [2, ['string', "na\xc3\xafve"]],
    [3, ['list', 'struct', [['struct', [[1, ['i32', 1]]]]]]],
    [4, ['map', 'string', 'list', [['k', ['list', 'i64', [1, 2 ** 40]]]]]],
    [5, ['binary', "\xff\0"]], [7, ['set', 'i16', [-3]]]]];
my @mix = (
    [12, 'echo', [[1, ['string', 'x' x 1000]]]],
    [1, 'echo', [[1, ['string', 'y' x 100_000]]]],
    [8, 'mirror', [[1, $node], [2, ['bool', 1]]]],
    [6, 'add', [[1, ['i64', 2 ** 40]], [2, ['i64', 2]]]],
    [6, 'even', [[1, ['i32', 3]]]],
    [4, 'even', [[1, ['i32', 4]]]],
    [2, 'fail', [[1, ['string', 'application']]]],
    [2, 'fail', [[1, ['string', 'value']]]],
    [1, 'fail', [[1, ['string', 'none']]]],
    [1, 'nowhere', []],
);

sub batch {
    my $client = $t->client;
    my @calls = map { my ($n, @call) = @$_; (\@call) x $n } @mix;

    push @calls, (['ping', []]) x (BATCH - @calls);
    my $seqid = 0;
    my $bytes = join '', map {
        $client->bytes_of($_->[0], 1, ++$seqid, $_->[1], 1)
    } @calls;
    $client->close;
    return $bytes;
}

my $batch = batch();

# Sends it; gives back as many bytes as are due, or all of that many replies.
sub exchange {
    my ($client, $due) = @_;
    my $in = '';

    $client->send_raw($batch);
    while (length $in < $due) {
        sysread $client->{socket}, $in, $due - length $in, length $in
            or die "the connection ends\n";
    }
    return $in;
}

# The replies as they must be: read one by one, and written again.
sub replies {
    my ($client) = @_;

    $client->send_raw($batch);
    return join '', map {
        my $reply = $client->recv_reply;
        $client->bytes_of(@$reply{qw(name type seqid fields)}, 1);
    } 1 .. BATCH;
}

# ---- Many of them, on connections that come and go.

my %due = map { $_ => replies($t->client(port => $_)) } @ports;
my $wrong = 0;

sub run_calls {
    my ($n) = @_;
    my $each = $n / BATCH / @ports / CONNECTIONS;

    $each = 1 if $each < 1;
    for (1 .. CONNECTIONS) {
        for my $port (@ports) {
            my $client = $t->client(port => $port);
            for (1 .. $each) {
                $wrong++
                    if exchange($client, length $due{$port}) ne $due{$port};
            }
            $client->close;
        }
    }
}

sub rss_kb {
    open my $fh, '<', "/proc/$worker/status" or return 0;
    return (map { /^VmRSS:\s+(\d+)/ ? $1 : () } <$fh>)[0];
}

my $asks = $t->client;
sub figures {
    my $said = CThrift::Client::result(
        $asks->call('tell', [[1, ['string', 'memory']]]));
    my @figures = split ' ', $said;
    return (rss_kb(), @figures);
}

sub grown {
    my ($before, $after) = @_;
    return map { $after->[$_] - $before->[$_] } 0 .. $#$before;
}

figures() for 1 .. 3;
run_calls($calls / 4);
my @before = figures();
run_calls($calls);
my @after = figures();
my ($kb, $blocks, $objects, $references) = grown(\@before, \@after);

diag sprintf '%d calls: %d kB, then %d kB; %d blocks, %d objects and %d'
    . ' references more', $calls, $before[0], $after[0], $blocks, $objects,
    $references;
is($wrong, 0, 'every byte of every reply');
cmp_ok($kb, '<', MAX_KB, 'memory stays as it is') if !$is_slow;
cmp_ok($blocks, '<', MAX_LEFT, 'no block of memory is left behind');
cmp_ok($objects, '<', MAX_LEFT, 'no object is');
cmp_ok($references, '<', MAX_LEFT, 'no reference is');

# The same with tracemalloc, which counts bytes.
$asks->call('tell', [[1, ['string', 'trace']]]);
run_calls($calls / 50);
@before = figures();
run_calls($calls / 20);
my $bytes = (grown(\@before, [figures()]))[4];
diag "traced: $bytes bytes more";
cmp_ok($bytes, '<', 50_000, 'nor any byte, by tracemalloc');
is(($t->workers)[0], $worker, 'all that in one worker');

done_testing();
