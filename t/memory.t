#!/usr/bin/perl

# memory.t -- what each worker takes of memory, wherever figures are shown.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use HTTP::Tiny;
use Test::More;

plan skip_all => 'no /proc' if !-e '/proc/self/statm';

my $t = CThrift::Test->new(<<'END');
load_module %%OBJS%%/probe.so;
worker_processes 2;
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service Probe { }
    }
    server { listen 127.0.0.1:%%PORT_2%% http; status; }
}
END
$t->start;

sub wait_for { return CThrift::Test::wait_for(@_) }

# What the kernel says, in KB.
sub rss_kb {
    my ($pid) = @_;

    open my $fh, '<', "/proc/$pid/status" or return 0;
    return (map { /^VmRSS:\s+(\d+)/ ? $1 : () } <$fh>)[0] // 0;
}

# What the server says, by pid, in KB.
sub told_kb {
    return { map { $_->{pid} => int($_->{rss_bytes} / 1024) }
        @{ $t->status->{workers} } };
}

# Both, to a MB: it is a second old.
sub agrees {
    my ($told, $pid) = @_;
    return defined $told && abs($told - rss_kb($pid)) < 1024;
}

# { worker's number => KB } of what Prometheus would read.
sub metrics {
    my $page = HTTP::Tiny->new->get('http://127.0.0.1:' . $t->port(2)
            . '/metrics')->{content};
    my @found = $page =~
        /^cthrift_worker_resident_memory_bytes\{worker="(\d+)"\} (\d+)$/mg;

    is(scalar @found, 4, 'metrics: one line for each worker') or diag $page;
    my %kb = @found;
    return { map { $_ => int($kb{$_} / 1024) } keys %kb };
}

# ---- Each its own.

my @pids = $t->workers;
for my $pid (@pids) {
    ok(wait_for(sub { agrees(told_kb()->{$pid}, $pid) }),
        'a worker tells what it takes')
        or diag explain told_kb(), rss_kb($pid);
}

my $client = $t->client;
my $big = CThrift::Client::result(
    $client->call('variable', [[1, ['string', 'pid']]]));
my ($small) = grep { $_ != $big } @pids;
my $before = told_kb();
$client->call('hoard', [[1, ['i32', 40_000]]]);
ok(wait_for(sub { told_kb()->{$big} > $before->{$big} + 30_000 }),
    'one that grows is seen');
cmp_ok(abs(told_kb()->{$small} - $before->{$small}), '<', 10_000,
    '... and the other does not');

# ---- Wherever it is shown.

my ($row) = grep { $_->{pid} == $big } @{ $t->status->{workers} };
ok(agrees(metrics()->{ $row->{id} }, $big), 'metrics: the same');
for my $word ('workers', 'status') {
    my (undef, $out) = $t->run('-s', $word);
    like($out, qr/^ +ID .* CALLS +RSS_KB$/m, "-s $word: a column");
    my ($kb) = $out =~ /^ +\d+ +$big .* (\d+)$/m;
    ok(agrees($kb, $big), '... with the same');
}
my (undef, $top) = $t->run('top', '--once');
like($top, qr/^WORKER .* RSS$/m, 'top: a column');
like($top, qr/^ +\d+ +$big .* \d+\.\dMB$/m, '... for people');

# ---- A worker of the same number follows: its own.

ok($t->reload, 'a reload');
ok(wait_for(sub { $t->workers == 2 && !grep { $_ == $big } $t->workers }),
    'the old ones go');
ok(wait_for(sub {
    my $now = told_kb();
    2 == grep { agrees($now->{$_}, $_) } $t->workers;
}), 'the new ones tell of themselves');
cmp_ok(metrics()->{ $row->{id} }, '<', 30_000 + $before->{$big},
    'one number, one value: the new one\'s');

$t->finish;
done_testing();
