#!/usr/bin/perl

# status_page.t -- the status page in a browser: every figure is the one that
# the client has counted and that /metrics has, words are only words, and the
# page outlives the server.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Chromium;
use CThrift::Test;
use IO::Socket::IP;
use JSON::PP ();
use Test::More;

plan skip_all => 'left to a pass of CI that has a browser'
    if ($ENV{CTHRIFT_BROWSER} // 'yes') eq 'no';
plan skip_all => 'no chromium'
    if !CThrift::Chromium::program();

my $conf = <<'END';
load_module %%OBJS%%/probe.so;
worker_processes 2;
error_log logs/error.log info;
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service Probe { }
    }
    server {
        listen 127.0.0.1:%%PORT_2%% http;
        status;
    }
}
END
my $t = CThrift::Test->new($conf,
    allow => [qr/\[emerg\].*unknown directive/]);
$t->start;

my $browser = CThrift::Chromium->start($t->dir);
my $base = 'http://127.0.0.1:' . $t->port(2) . '/';

# A page of the server, as a client that is no browser gets it.
sub get {
    my ($path) = @_;
    my $socket = IO::Socket::IP->new(PeerHost => '127.0.0.1',
        PeerPort => $t->port(2), Timeout => 10) or die "cannot connect: $!";

    print $socket "GET /$path HTTP/1.1\r\nHost: x\r\n"
        . "Connection: close\r\n\r\n";
    local $/;
    my ($head, $body) = split /\r\n\r\n/, scalar(<$socket>) // '', 2;
    return wantarray ? ($head, $body) : $body;
}

# Whether an expression becomes true in the page.
sub becomes {
    my ($expression, $what) = @_;

    ok($browser->wait_for($expression), $what)
        or diag $browser->value('document.body.innerText');
}

# The exact figure of that key; of a method's row, if it has one.
sub figure {
    my ($key, $method) = @_;
    my $in = defined $method ? qq([data-method="$method"] ) : '';

    return qq{Number(document.querySelector('$in}
        . qq{[data-key="$key"]')?.dataset.value)};
}

sub shown { return $browser->value(figure(@_)) }

# ---- The page comes.

$browser->view(width => 1280, height => 900);
$browser->open($base);
becomes('document.documentElement.dataset.state === "live"', 'it is live');
becomes('document.querySelectorAll("[data-worker]").length === 2',
    'two workers');

my ($head, $page) = get('');
unlike($page, qr{https?:|//[a-z]|[@]import|\burl\(}i,
    'the file names no other place');
like($head, qr/^Content-Security-Policy: default-src 'none'/mi,
    'nor would the browser go there');

# ---- Calls, and what the client has counted of each method.

my %seen;

sub count {
    my ($client, $times, $name, @fields) = @_;

    for (1 .. $times) {
        my $reply = $client->call($name, \@fields);
        my $kind = $reply->{type} == 3 ? 'failed'
            : ($reply->{fields}[0][0] // 0) != 0 ? 'exceptions' : 'ok';
        $seen{$name}{$_}++ for 'calls', $kind;
    }
}

for my $o ({ framed => 1 }, { protocol => 'compact' },
    { transport => 'header' }) {
    my $client = $t->client(%$o);
    my $text = [1, ['string', 'x']];

    count($client, 150, 'echo', $text);
    count($client, 7, 'refuse', $text);
    count($client, 5, 'fail', $text);
    count($client, 3, 'no_result');
    count($client, 2, 'no_such_method');
    count($client, 4, 'later', $text, [2, ['i32', 20]]);
}

my $calls = 0;
$calls += $_->{calls} for values %seen;
becomes(figure('totals.calls') . " === $calls", "all $calls calls");

# The rows of the table, by method.
my %rows;
for my $name (keys %seen) {
    my $row = $name eq 'no_such_method' ? '(unknown)' : "Probe.$name";
    my @keys = qw(calls failed exceptions);

    is_deeply({ map { $_ => shown($_, $row) } @keys },
        { map { $_ => $seen{$name}{$_} // 0 } @keys },
        "$row: what the client has counted");
}
is($browser->value('document.querySelectorAll("[data-method]").length'),
    keys %seen, 'and no other method');
like($browser->value('document.querySelector(`[data-method="Probe.echo"]`)'
        . '.innerText'), qr/\b\d+ [µm]s\b/, 'with its latency');
is($browser->value('document.querySelector('
        . '`[data-method="Probe.echo"] [data-key=calls]`).textContent'),
    450, 'in full');

# ---- The same from /metrics and from /status.json.

my %metrics;
for (get('metrics') =~ /^cthrift_calls_total\{(.*)\n/mg) {
    my ($labels, $n) = /^(.*)\} (\d+)/;
    my %label = $labels =~ /(\w+)="([^"]*)"/g;
    my $name = join '.', grep { length } @label{qw(service method)};

    $metrics{$name}{$_} //= 0 for qw(calls exceptions failed);
    $metrics{$name}{calls} += $n;
    $metrics{$name}{exceptions} += $n if $label{outcome} eq 'exception';
    $metrics{$name}{failed} += $n if $label{outcome} !~ /^(?:ok|exception)$/;
}
delete $metrics{$_} for grep { !$metrics{$_}{calls} } keys %metrics;
is_deeply(\%metrics, { map { my $row = $_;
    $row => { map { $_ => shown($_, $row) } qw(calls exceptions failed) } }
    keys %metrics }, '/metrics has the same');
is(keys %metrics, keys %seen, 'of the same methods');

my $json = JSON::PP::decode_json(scalar get('status.json'));
for my $key (qw(calls exceptions unknown_methods internal_errors
    missing_results tls_handshakes)) {
    is(shown("totals.$key"), $json->{totals}{$key}, "status.json: $key");
}

# ---- A reload: old and new side by side, as long as a call holds one back.

my @idle = map { $t->client(framed => 1) } 1 .. 12;
$_->call('echo', [[1, ['string', 'x']]]) for @idle;
my $slow = $t->client(framed => 1);
$slow->send_call('later', [[1, ['string', 'x']], [2, ['i32', 4000]]]);
ok($t->reload, 'a reload');
becomes('!document.querySelector("#handover").hidden'
    . ' && document.querySelectorAll("#generations li").length === 2',
    'two generations');
like($browser->value('document.querySelector("#worker-table").innerText'),
    qr/leaving.*\(old\)/s, 'the old one is told apart');
is($slow->recv_reply->{type}, 2, 'the call is answered');
becomes('document.querySelector("#handover").hidden', 'one again');
becomes(figure('totals.handed_over') . ' >= 12', 'who handed over');
is(shown('server.reloads'), 1, 'one reload');
is(shown('totals.calls'), $calls + 13, 'no call is lost');

# Refused: the words are foreign, and stay words.
$t->conf("\"<img/src=x/onerror=document.title=1>\" on;\n$conf");
my ($status) = $t->run('-s', 'reload');
isnt($status, 0, 'a reload is refused');
becomes('/<img/.test(document.querySelector("#refused").innerText)',
    'the page says why');
is($browser->value('document.images.length'), 0, 'as text');

# ---- What the browser had to say until here: nothing.

is(join("\n", $browser->problems), '', 'no word on the console');
is(join("\n", grep { !/^\Q$base\E|^data:/ } $browser->requests), '',
    'no request to anybody else');

# ---- The server goes and comes back.

$browser->value('document.querySelector("#pause").click()');
becomes('document.documentElement.dataset.state === "paused"', 'a pause');
$browser->value('document.querySelector("#pause").click()');
$t->conf($conf);
$t->stop;
becomes('document.documentElement.dataset.state === "lost"'
    . ' && !document.querySelector("#lost").hidden', 'no answer');
is(shown('totals.calls'), $calls + 13, 'the last figures are still there');
$t->start;
becomes('document.documentElement.dataset.state === "live"', 'live again');
becomes(figure('totals.calls') . ' === 0', 'the new server counts anew');
is(join("\n", grep { !/status\.json/ } $browser->problems), '',
    'no word on the console but of the silence');
$browser->close;
