#!/usr/bin/perl

# error_log.t -- several logs at once, lines as JSON, messages that repeat,
# and logs that take no more: lines are lost and counted, calls never.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use Fcntl qw(O_RDONLY O_NONBLOCK);
use JSON::PP;
use POSIX qw(mkfifo);
use Test::More;

my $conf = <<'END';
load_module %%OBJS%%/probe.so;
error_log logs/error.log info;
error_log logs/error.json json info;
error_log logs/pipe warn;
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service Probe { }
    }
}
END
my $t = CThrift::Test->new($conf);
mkfifo($t->dir . '/logs/pipe', 0600) or die "mkfifo: $!";
$t->start;

sub say_it {
    my ($where, $text, $n, %o) = @_;
    my $c = $t->client(%o);
    my $reply = $c->call('say', [
        [1, ['string', $where]], [2, ['string', $text]], [3, ['i32', $n]]]);

    $c->close;
    return $reply->{type} == 2;
}

sub lines_of {
    my ($name, $pattern) = @_;

    return grep { $_ =~ $pattern } split /\n/, $t->read_file("logs/$name");
}

sub lost { $t->status->{totals}{log_lines_lost} }

# ---- Each log has a form and a level of its own.

ok(say_it('log', 'a "quoted" word', 1, transport => [['header',
    headers => { 'X-Request-Id' => 'id-1' }]]), 'a handler logs');
my ($line) = lines_of('error.log', qr/quoted/);
like($line, qr{^\d{4}/\d\d/\d\d\ \d\d:\d\d:\d\d\ \[warn\]\ \d+:\ a\ "quoted"
    \ word,\ client:\ 127\.0\.0\.1:\d+,\ method:\ Probe\.say,
    \ request_id:\ id-1$}x, 'text: a line with its fields');

($line) = lines_of('error.json', qr/quoted/);
my $object = eval { decode_json($line) };
is(ref $object, 'HASH', 'JSON: an object') or diag $line;
is($object->{message}, 'a "quoted" word', 'its message');
is($object->{level}, 'warn', 'its level');
is($object->{service}, 'Probe', 'its service');
is($object->{method}, 'say', 'its method');
is($object->{request_id}, 'id-1', 'the id of its call');
like($object->{client}, qr/^127\.0\.0\.1:\d+$/, 'its client');
is($object->{pid}, ($t->workers)[0], 'its process');
like($object->{time},
    qr/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d$/, 'its time');

my @objects = lines_of('error.json', qr/./);
is(scalar(grep { !eval { decode_json($_); 1 } } @objects), 0,
    'all lines of JSON are objects: ' . @objects);

ok(say_it('log', "bad \xff\xc3 \x01 bytes", 1), 'bytes that are no text');
($line) = lines_of('error.json', qr/bad .* bytes/);
is(eval { decode_json($line)->{message} }, "bad \x{fffd}\x{fffd} . bytes",
    'are told from text in JSON');

# ---- A message that repeats.

ok(say_it('log', 'again and again', 500), '500 times the same');
ok($t->wait_for_log(qr/again and again \(499 more in the last second\)/),
    'is told once, with its number');
is(scalar(lines_of('error.log', qr/again and again/)), 2, 'in two lines');

# ---- A pipe that nobody reads.

my $before = lost();
my $filled = CThrift::Test::wait_for(sub {
    say_it('log', 'filling the pipe ' . rand() . 'x' x 1500, 1)
        or die 'a call failed';
    return lost() > $before;
});
ok($filled, 'a pipe that is full loses lines, which are counted');
ok(say_it('log', 'still here', 1), 'and calls are answered');
ok($t->wait_for_log(qr/still here/), 'and the other logs go on');

sysopen my $pipe, $t->dir . '/logs/pipe', O_RDONLY | O_NONBLOCK or die;
my $text = '';
while (sysread $pipe, $text, 65536, length $text) { }
like($text, qr/filling the pipe/, 'who reads at last gets what was kept');
ok(say_it('log', 'room again', 1), 'and then');
ok(CThrift::Test::wait_for(sub {
    sysread $pipe, $text, 65536, length $text;
    $text =~ /room again/;
}), 'what comes from now on');
close $pipe;

# ---- A full disk.

$t->conf($conf =~ s{logs/pipe}{/dev/full}r);
ok($t->reload, 'a log on a full disk');
$before = lost();
ok(say_it('log', "for nothing $_", 1), "call $_") for 1 .. 3;
is(lost() - $before, 3, 'its lines are counted as lost');
$before = lost();
$t->run('-s', 'reopen');
ok($t->wait_for_log(qr/logs are reopened/), 'the master logs too');
cmp_ok(lost(), '>=', $before, 'and its losses are of no harm');

# ---- Mistakes.

for (
    ['logs/a loud', qr/'loud' is not a level: .* in .*:\d+/],
    ['logs/a info json x', qr/'error_log' takes/],
    ['syslog:', qr/syslog needs a server: .* in .*:\d+/],
    ['syslog:server=unix:/x,rfc=1', qr/'1' is not an RFC .* in .*:\d+/],
    ['syslog:server=unix:x', qr/begins with '\/'/],
    ['logs/error.log json', qr/is an error log already in .*:\d+/],
) {
    my ($words, $why) = @$_;

    $t->conf($conf =~ s{logs/pipe warn}{$words}r);
    my ($code, undef, $err) = $t->run('-t');
    is($code, 1, "error_log $words: refused");
    like($err, $why, 'and why');
}
$t->conf($conf);

# ---- Last words have the form of their log.

{
    my $ends = CThrift::Test->new($conf =~ s{^error_log logs/pipe warn;\n}{}mr,
        allow => [qr/signal 6/]);
    $ends->start;
    my ($pid) = $ends->workers;
    kill 'ABRT', $pid;
    ok($ends->wait_for_log(qr/worker got signal 6 outside of any method/),
        'a worker that is aborted says so as text');
    CThrift::Test::wait_for(
        sub { my @now = $ends->workers; @now == 1 && $now[0] != $pid });
    my @lines = split /\n/, $ends->read_file('logs/error.json');
    is(scalar(grep { !eval { decode_json($_); 1 } } @lines), 0,
        '... and as JSON: every line is an object');
    my @words = grep { $_->{pid} == $pid } map { decode_json($_) } @lines;
    my ($at) = grep { $words[$_]{message} =~ /^worker got signal 6/ }
        0 .. $#words;
    is($words[$at]{level}, 'crit', '... with its level');
    my @frames = grep { $_->{message} =~ /\[0x[0-9a-f]+\]$/ }
        @words[$at + 1 .. $#words];
    cmp_ok(scalar @frames, '>', 1, '... frame by frame');
    $ends->stop;
}

done_testing;
