#!/usr/bin/perl

# storm.t -- a hundred clients do whatever comes to mind: half messages, calls
# that are deferred, ended in odd orders or cancelled, replies that nobody
# reads, resets.  Who has kept to the rules gets every reply, in order.
#
# The dice are loaded: STORM_SEED=n repeats a storm, STORM_STEPS makes it
# longer.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use Socket qw(SOL_SOCKET SO_LINGER SHUT_WR);
use Test::More;
use Time::HiRes qw(sleep time);

my $seed  = $ENV{STORM_SEED}  // 1;
my $steps = $ENV{STORM_STEPS} // 6000;
my $CLIENTS = 100;

srand $seed;

my $t = CThrift::Test->new(<<'END');
load_module %%OBJS%%/probe.so;
load_module %%OBJS%%/unruly.so;
worker_processes 1;
thrift {
    max_pipelined_calls 5;
    max_unsent_replies 20k;
    server {
        listen 127.0.0.1:%%PORT_1%%;
        listen unix:%%TESTDIR%%/sock;
        service Probe { }
        service Unruly { }
        default_service Probe;
    }
}
END
$t->start;
my ($worker) = $t->workers;
my (@clients, @wrong, %count);

sub result { CThrift::Client::result($_[0]) }

sub begin {
    my %to = int rand 2 ? (path => $t->dir . '/sock') : (port => $t->port(1));
    my $c = CThrift::Client->new(%to, framed => int rand 2,
        strict => int rand 2);

    $c->{socket}->blocking(0);
    return { client => $c, out => '', want => [] };
}

sub bytes_of {
    my ($x, $name, $fields, $type) = @_;
    my $c = $x->{client};
    my $bytes = CThrift::Client::message($name, $type // 1, 1, $fields // [],
        $c->{strict});

    return $c->{framed} ? CThrift::Client::frame($bytes) : $bytes;
}

# Notes a call and what must be answered (undef: whatever).
sub call {
    my ($x, $answer, @call) = @_;

    $x->{out} .= bytes_of($x, @call);
    push @{ $x->{want} }, $answer;
}

sub text { join '', map { chr 97 + int rand 26 } 1 .. 1 + int rand $_[0] }

my %act = (
    echo => sub { my $s = text(30); call($_[0], $s, 'echo',
        [[1, ['string', $s]]]) },
    large => sub { my $s = text(9) x int rand 30_000; call($_[0], $s, 'echo',
        [[1, ['string', $s]]]) },
    later => sub { my $s = text(30); call($_[0], $s, 'later',
        [[1, ['string', $s]], [2, ['i32', int rand 30]]]) },
    early => sub { my $s = text(30); call($_[0], $s, 'early',
        [[1, ['string', $s]]]) },
    hold => sub { my $s = text(30); call($_[0], $s, 'Unruly:hold',
        [[1, ['string', $s]]]) },
    release => sub { call($_[0], undef, 'Unruly:release') },
    release_after => sub { call($_[0], undef, 'Unruly:release_after') },
    nope => sub { call($_[0], undef, 'nope') },
    undecodable => sub { call($_[0], undef, 'tree', [[1, ['struct', []]]]) },
    note => sub { $_[0]{out} .= bytes_of($_[0], 'note',
        [[1, ['string', 'n']]], 4) },
    bad => sub { $_[0]{out} .= "\xff\0\x12" x (1 + int rand 100);
        $_[0]{bad} = 1 },
    shut => sub { $_[0]{shut} = 1 },
    deaf => sub { $_[0]{deaf} = int rand 40 },
);

# How often each comes.
my @dice = (('echo') x 12, ('large') x 6, ('later') x 8, ('early') x 3,
    ('hold') x 6, 'release', 'release_after', 'nope', 'undecodable', 'note',
    'bad', 'shut', ('deaf') x 2);

# All that has come, compared with what was asked for.
sub take_in {
    my ($x) = @_;
    my $c = $x->{client};
    my $n;

    while ($n = sysread $c->{socket}, $c->{in}, 65536, length $c->{in}) {
        last if length $c->{in} > 500_000;
    }
    $x->{closed} = 1 if defined $n ? $n == 0 : !$!{EAGAIN};
    while (my $reply = eval { $c->next_message }) {
        my $want = shift @{ $x->{want} };
        $count{replies}++;
        push @wrong, "'" . (result($reply) // 'nothing') . "' for '$want'"
            if defined $want && (result($reply) // '') ne $want;
    }
    push @wrong, "bytes like no reply: $@" if $@ && !$x->{bad};
}

# Sends a part, so that messages are cut anywhere.
sub send_some {
    my ($x, $size) = @_;
    my $n;

    local $SIG{PIPE} = 'IGNORE';
    if (length $x->{out}) {
        $n = syswrite $x->{client}{socket}, $x->{out}, $size;
        substr($x->{out}, 0, $n) = '' if $n;
    }
    if ($x->{shut} && $x->{out} eq '' && !$x->{is_shut}) {
        shutdown $x->{client}{socket}, SHUT_WR;
        $x->{is_shut} = 1;
    }
}

# Who ends: by the book, or with a reset, whatever is under way.
sub leave {
    my ($x) = @_;

    setsockopt $x->{client}{socket}, SOL_SOCKET, SO_LINGER, pack 'ii', 1, 0
        if int rand 2;
    $x->{client}->close;
    $count{left}++;
}

sub step {
    my $i = int rand $CLIENTS;
    my $x = $clients[$i] //= begin();

    if ($x->{closed} || !int rand 80) {
        push @wrong, 'closed without a reason'
            if $x->{closed} && !$x->{bad} && !$x->{shut};
        leave($x);
        $clients[$i] = undef;
        return;
    }
    $act{ $dice[rand @dice] }->($x)
        if !$x->{shut} && !$x->{bad} && length $x->{out} < 1_000_000;
    send_some($x, 1 + int rand(int rand 3 ? 100_000 : 30));
    if ($x->{deaf}) {
        $x->{deaf}--;
    } else {
        take_in($x);
    }
}

step() for 1 .. $steps;

# The sun comes out: what was begun is finished, what is held is released.
my $good = $t->client(framed => 1);
my @rest = grep { defined && !$_->{bad} && !$_->{closed} } @clients;
my $done = CThrift::Test::wait_for(sub {
    $good->call('Unruly:release');
    for my $x (@rest) {
        send_some($x, 100_000);
        take_in($x);
    }
    return !grep { @{ $_->{want} } && !$_->{closed} } @rest;
});
ok($done, "seed $seed: everybody is answered");
if (!$done) {
    diag sprintf '%s: waits for %d, %d bytes to send, %d read',
        $_->{client}{framed} ? 'framed' : 'unframed', scalar @{ $_->{want} },
        length $_->{out}, length $_->{client}{in}
        for grep { @{ $_->{want} } && !$_->{closed} } @rest;
}
is(join("\n", splice @wrong, 0, 9), '', 'in order, and nobody is cut off');
cmp_ok($count{replies}, '>', $steps / 4, 'there was a storm');
is_deeply([$t->workers], [$worker], 'the worker lives');
$_->{client}->close for grep { defined } @clients;
$good->close;
