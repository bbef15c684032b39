#!/usr/bin/perl

# leak.t -- after many reloads under naive clients everything is as it was
# after the first: descriptors, processes, shared memory.
#
# CTHRIFT_RELOADS=n says how many; the figures are shown.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Naive;
use CThrift::Test;
use List::Util qw(sum);
use Test::More;

my $reloads = $ENV{CTHRIFT_RELOADS} // 40;

my $t = CThrift::Test->new(<<'END');
load_module %%OBJS%%/probe.so;
worker_processes 2;
error_log logs/error.log notice;
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        listen unix:%%TESTDIR%%/sock;
        listen 127.0.0.1:%%PORT_2%% reuseport;
        service Probe { }
    }
}
END
$t->start;

my $naive = CThrift::Naive->start($t, clients => 32, to => [
    '127.0.0.1:' . $t->port(1), 'unix:' . $t->dir . '/sock',
    '127.0.0.1:' . $t->port(2),
], args => [-l => 10]);

# Lines of a file of /proc.
sub lines {
    my ($pid, $name) = @_;

    open my $fh, '<', "/proc/$pid/$name" or return;
    return <$fh>;
}

sub shared_maps { return scalar grep { /^\S+ ...s / } lines($_[0], 'maps') }

sub rss_kb {
    return (map { /^VmRSS:\s+(\d+)/ ? $1 : () } lines($_[0], 'status'))[0];
}

# What is there once nobody leaves any more.
sub figures {
    my $master = $t->master_pid;
    my @workers;

    CThrift::Test::wait_for(sub {
        @workers = $t->workers;
        return @workers == 2;
    });
    return {
        descriptors => CThrift::Test::descriptors($master),
        shared_maps => shared_maps($master),
        shared_files => scalar(() = glob '/dev/shm/*'),
        processes => scalar @workers,
        'worker descriptors' =>
            sum(map { CThrift::Test::descriptors($_) } @workers),
        'worker shared_maps' => sum(map { shared_maps($_) } @workers),
    };
}

sub show {
    my ($name, $of) = @_;

    diag "$name: ", join ', ', map { "$_ $of->{$_}" } sort keys %$of;
    diag "$name: the master has ", rss_kb($t->master_pid), ' kB';
}

ok($t->reload, 'a first reload');
$naive->wait_for_calls(500);
my $before = figures();
show('before', $before);
$naive->phase("$reloads reloads");

is(scalar(grep { $t->reload } 1 .. $reloads), $reloads, "$reloads reloads");

my $seen = $naive->phase('rest');
is("lost $seen->{lost}, closed $seen->{disconnects}, wrong $seen->{wrong}",
    'lost 0, closed 0, wrong 0', "of $seen->{calls} calls");

# What waits to be given away, or is on its way, settles.
my $after;
CThrift::Test::wait_for(sub {
    $after = figures();
    return !grep { $after->{$_} != $before->{$_} } keys %$after;
});
show('after', $after);
is_deeply($after, $before, 'everything is as it was');

$seen = $naive->stop;
is($seen->{trouble}, '', 'nobody has noticed');
