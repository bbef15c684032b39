#!/usr/bin/perl

# prometheus.t -- a real Prometheus scrapes the server while it is reloaded,
# hurt and upgraded under load: no counter ever falls, and what it has seen is
# what was called.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Load;
use CThrift::Test;
use HTTP::Tiny;
use IO::Socket::INET;
use JSON::PP;
use POSIX ();
use Test::More;
use Time::HiRes qw(sleep time);

my @tools = qw(prometheus promtool);
for my $tool (@tools) {
    plan skip_all => "no $tool here"
        if !grep { -x "$_/$tool" } split /:/, $ENV{PATH};
}

# The span over which rates are taken; longer than all that happens.
my $SPAN_S = 30;

my $t = CThrift::Test->new(<<'END', allow => [qr/killed|signal|upgrade/]);
load_module %%OBJS%%/probe.so;
worker_processes 2;
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service Probe { }
    }
    server { listen 127.0.0.1:%%PORT_2%% http; status metrics health; }
}
END
$t->start;

# Prometheus cannot listen at a port that somebody holds for it.
sub free_port {
    return IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1')
        ->sockport;
}

my $metrics = 'http://127.0.0.1:' . $t->port(2) . '/metrics';
my $server = 'http://127.0.0.1:' . free_port();
my $http = HTTP::Tiny->new(timeout => 10, keep_alive => 0);

$t->write_file('prometheus.yml', <<"END");
global:
  scrape_interval: 200ms
  scrape_timeout: 200ms
scrape_configs:
  - job_name: cthrift
    static_configs:
      - targets: ['127.0.0.1:${\ $t->port(2) }']
END

my $prometheus = fork // die "fork: $!";
if ($prometheus == 0) {
    open STDOUT, '>', $t->dir . '/prometheus.log';
    open STDERR, '>&', \*STDOUT;
    exec 'prometheus', '--config.file=' . $t->dir . '/prometheus.yml',
        '--storage.tsdb.path=' . $t->dir . '/tsdb',
        '--web.listen-address=' . $server =~ s{^http://}{}r
        or POSIX::_exit(127);
}
END { kill 'KILL', $prometheus if $prometheus }

sub query {
    my ($text) = @_;
    my $answer = $http->get("$server/api/v1/query?"
            . $http->www_form_urlencode({ query => $text }));
    my $json = eval { decode_json($answer->{content}) } // {};
    return $json->{data}{result} // [];
}

# The value of a query that has one; undef where it has none.
sub value_of { return eval { query($_[0])->[0]{value}[1] } }

sub wait_for { return CThrift::Test::wait_for(@_) }

my $calls = 'cthrift_calls_total{method="echo",outcome="ok"}';
ok(wait_for(sub { (value_of("count_over_time($calls\[1m])") // 0) >= 3 }, 30),
    'Prometheus scrapes')
    or diag $t->read_file('prometheus.log');
is(value_of($calls), 0, 'no call has been made');

# ---- A load, and all that may happen meanwhile.

my $load = CThrift::Load->start(clients => 2, port => $t->port(1),
    fresh => 0, pause => 0.001);
for my $n (1 .. 5) {
    sleep 0.4;
    ok($t->reload, "reload $n");
}
{
    my ($status, $out, $err) = $t->run('-s', 'upgrade');
    is($status, 0, 'upgrade') or diag $out, $err;
}
sleep 1;
my $seen = $load->stop;
is($seen->{failed}, 0, 'no call has failed') or diag @{ $seen->{errors} };
cmp_ok($seen->{calls}, '>', 100, "calls were made: $seen->{calls}");

# Killed where nothing is under way: what it had counted stays.
{
    my ($victim) = $t->workers;
    kill 'KILL', $victim;
    ok(wait_for(sub { !grep { $_ == $victim } $t->workers }),
        'a worker is killed');
}

# ---- What Prometheus has seen.

ok(wait_for(sub { (value_of($calls) // 0) == $seen->{calls} }, 10),
    'it knows exactly as many calls as were made')
    or diag value_of($calls) // 'none', " of $seen->{calls}";
is(value_of("max($calls)"), $seen->{calls}, 'of one series');

# What was counted from the first look to the last.  increase() stretches
# that by up to a scrape at both ends: a long span makes it little.
my $grown = value_of("increase($calls\[${SPAN_S}s])");
my $took = value_of("count_over_time($calls\[${SPAN_S}s])");
my $off = abs($grown - $seen->{calls}) / $seen->{calls};
cmp_ok($off, '<', 0.01 + 1 / $took, sprintf 'its increase is off by %.2f %% '
        . 'in %d scrapes', 100 * $off, $took);

my $names = decode_json($http->get("$server/api/v1/label/__name__/values")
        ->{content})->{data};
my @counters = grep { /^cthrift_.*_(?:total|bucket|count|sum)$/ } @$names;
cmp_ok(scalar @counters, '>', 30, 'counters there are: ' . @counters);
for my $name (@counters) {
    is(value_of("sum(resets($name\[10m]))"), 0, "$name never fell");
}
is(value_of('sum(changes(cthrift_start_time_seconds[10m]))'), 0,
    'the server began once');
is(value_of('cthrift_reloads_total'), 5, 'five reloads');
is(value_of('cthrift_upgrades_total'), 1, 'one upgrade');
is(value_of('min_over_time(up[10m])'), 1, 'every scrape was answered');
is(value_of('count(cthrift_call_duration_seconds_count != on(service, method)'
        . ' sum by (service, method) (cthrift_calls_total))') // 0, 0,
    'histograms and outcomes agree');

# ---- Its own tools.

{
    my $text = $http->get($metrics)->{content};
    $t->write_file('metrics', $text);
    my $words = `promtool check metrics < @{[$t->dir]}/metrics 2>&1`;
    is($? >> 8, 0, 'promtool check metrics') or diag $words;
    is($words, '', 'without a word');
    $words = `promtool query instant $server '$calls' 2>&1`;
    like($words, qr/=> $seen->{calls} \@/, 'promtool query');
}

kill 'TERM', $prometheus;
waitpid $prometheus, 0;
undef $prometheus;
$t->finish;
done_testing();
