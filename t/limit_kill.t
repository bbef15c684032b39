#!/usr/bin/perl

# limit_kill.t -- workers that count calls in a limit_req zone are killed at
# random moments: the zone serves on, and its count is that of the calls.
#
# CTHRIFT_KILLS says how many are killed (40), CTHRIFT_WORKERS how many there
# are (8): each is left alone for a second, or the master slows down.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use POSIX qw(WNOHANG);
use Test::More;
use Time::HiRes qw(sleep time);

my $KILLS   = $ENV{CTHRIFT_KILLS}   // 40;
my $WORKERS = $ENV{CTHRIFT_WORKERS} // 8;
my $CLIENTS = 4;
my $LIFE    = 1.2;    # seconds; the master calls a shorter one quick

# One call a minute: what is counted stays counted.  A call of `add` says how
# many there were, for it is one too many.
my $t = CThrift::Test->new(<<"END", allow => [qr/\[alert\].* on SIGKILL/]);
load_module %%OBJS%%/probe.so;
worker_processes $WORKERS;
error_log logs/error.log info;
thrift {
    limit_req_zone all zone=all:64k rate=1r/m;
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service Probe {
            method nothing { limit_req zone=all burst=1000000 nodelay; }
            method add { limit_req zone=all; }
        }
    }
}
END
$t->start;

# Calls until it is told to stop; prints calls answered, refused, unheard.
sub hammer {
    my ($out) = @_;
    my ($answered, $refused, $unheard) = (0, 0, 0);
    my $stop = 0;
    my $parent = getppid;
    local $SIG{USR1} = sub { $stop = 1 };

    while (!$stop && getppid == $parent) {
        my $c = eval { $t->client } or next;
        while (!$stop) {
            my $reply = eval { $c->call('nothing') };
            if (!$reply) {
                $unheard++;
                last;
            }
            $reply->{type} == 2 ? $answered++ : $refused++;
        }
        $c->close;
    }
    print $out "$answered $refused $unheard\n";
    close $out;
    POSIX::_exit(0);
}

my (@children, @pipes);
for (1 .. $CLIENTS) {
    pipe my $in, my $out or die "pipe: $!";
    my $pid = fork // die "fork: $!";
    hammer($out) if $pid == 0;
    close $out;
    push @children, $pid;
    push @pipes, $in;
}

# The oldest one goes, once it has lived for long enough.
my %seen;
my $killed = 0;
my $last = time;
while ($killed < $KILLS && time - $last < 20) {
    my $now = time;
    my @workers = $t->workers;
    $seen{$_} //= $now for @workers;
    my ($oldest) = sort { $seen{$a} <=> $seen{$b} } @workers;
    if (!defined $oldest || $now - $seen{$oldest} < $LIFE) {
        sleep 0.01;
        next;
    }
    sleep rand 0.003;
    kill 'KILL', $oldest or next;
    delete $seen{$oldest};
    $last = $now;
    $killed++;
    CThrift::Test::wait_for(sub { !grep { $_ == $oldest } $t->workers });
}
is($killed, $KILLS, "$KILLS workers killed");

kill 'USR1', @children;
my @sum = (0, 0, 0);
for my $in (@pipes) {
    my $line = <$in> // '';
    my @n = $line =~ /^(\d+) (\d+) (\d+)$/;
    is(scalar @n, 3, 'a client has come to its end');
    $sum[$_] += $n[$_] // 0 for 0 .. 2;
}
waitpid $_, 0 for @children;
my ($answered, $refused, $unheard) = @sum;

is($refused, 0, 'none was refused');
ok($answered > $KILLS, 'many were answered');

# What the zone says: the excess, less what has drained since the start.
my $c = $t->client;
$c->call('add');
ok($t->wait_for_log(qr/excess: \d+\.\d+ by zone 'all'/), 'the zone answers');
my ($excess) = $t->log_text =~ /excess: (\d+\.\d+) by zone 'all'/;
my $counted = $excess + (time - $^T) / 60;

diag "$killed kills: $answered calls answered, $unheard unheard, "
    . "$excess counted";
cmp_ok($excess, '<=', $answered + $unheard, 'none is counted that was not');
cmp_ok($counted, '>=', $answered, 'none is forgotten');
