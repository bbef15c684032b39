#!/usr/bin/perl

# capture_output.t -- what handlers print comes line by line into the error
# log, never holds them up, and nothing of it is kept at the end.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Client;
use CThrift::Test;
use Test::More;

my $conf = <<'END';
load_module %%OBJS%%/probe.so;
capture_output on;
error_log logs/error.log notice;
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service Probe { }
    }
}
END
my $t = CThrift::Test->new($conf);
$t->start;

sub print_it {
    my ($where, $text, $n) = @_;
    my $c = $t->client;
    my $reply = $c->call('say', [[1, ['string', $where]],
        [2, ['string', $text]], [3, ['i32', $n]]]);

    $c->close;
    return $reply->{type} == 2;
}

my ($pid) = $t->workers;
ok(print_it('stdout', "one\ntwo \x1b[0m\nth", 1), 'a handler prints');
ok($t->wait_for_log(qr/\[notice\] $pid: stdout: one$/m), 'a line');
ok($t->wait_for_log(qr/\[notice\] $pid: stdout: two \.\[0m$/m), 'and another');
ok(print_it('stdout', "ree\n", 1), 'the end of a line');
ok($t->wait_for_log(qr/\[notice\] $pid: stdout: three$/m), 'makes it whole');
ok(print_it('stderr', "woe\n", 1), 'to stderr');
ok($t->wait_for_log(qr/\[warn\] $pid: stderr: woe$/m), 'as a warning');

ok(print_it('stdout', 'x' x 2500 . "y\n", 1), 'a long line');
ok($t->wait_for_log(qr/stdout: x{452}y$/m), 'comes in pieces');
is(scalar(() = $t->log_text =~ /stdout: x{1024}$/mg), 2, 'that are whole');

ok(print_it('stdout', 'z' x 99 . "\n", 100_000),
    'a handler that prints more than is kept is not held up');
ok($t->wait_for_log(qr/stdout: more was printed at once than is kept/),
    'and that is told');
ok(print_it('stdout', "afterwards\n", 1), 'the next one');
ok($t->wait_for_log(qr/stdout: afterwards$/m), 'is captured again');

ok(print_it('stdout', 'half a li', 1), 'a line that does not end');
ok($t->reload, 'is there');
ok($t->wait_for_log(qr/$pid: stdout: half a li$/m), 'when the worker ends');

# ---- The error log is standard error: its lines do not come back.

$t->conf($conf =~ s/logs\/error\.log/stderr/r);
ok($t->reload, 'error_log stderr');
ok(print_it('stdout', "to stderr\n", 1), 'a handler prints');
ok(CThrift::Test::wait_for(sub {
    $t->read_file('stderr') =~ /\[notice\] \d+: stdout: to stderr$/m;
}), 'there');
unlike($t->read_file('stderr'), qr/stderr: .*stdout: /, 'once');

# ---- The same by its other name, which is our own pipe once it is captured.

$t->conf($conf =~ s/logs\/error\.log/\/dev\/stderr/r);
ok($t->reload, 'error_log /dev/stderr');
$t->run('-s', 'reopen');
ok(print_it('stdout', "to the device\n", 1), 'a handler prints');
ok(CThrift::Test::wait_for(sub {
    $t->read_file('stderr') =~ /\[notice\] \d+: stdout: to the device$/m;
}), 'there');
unlike($t->read_file('stderr'), qr/stderr: .*stdout: /, 'once');

# ---- What is printed last is often why: it comes before the last words.

{
    my $ends = CThrift::Test->new($conf, allow => [qr/signal 6/]);

    $ends->start;
    my ($mortal) = $ends->workers;
    my $c = $ends->client;
    $c->send_raw(join '', map { CThrift::Client::message(@$_) }
        ['say', 1, 1, [[1, ['string', 'stderr']], [2, ['string', "why\n"]],
            [3, ['i32', 1]]], 1],
        ['crash', 1, 2, [], 1]);
    ok($ends->wait_for_log(qr/worker got signal 6/), 'a worker aborts');
    like($ends->log_text, qr/ $mortal: why\n.*got signal 6/s,
        'what it printed is told first');
    CThrift::Test::wait_for(
        sub { my @now = $ends->workers; @now == 1 && $now[0] != $mortal });
    is(CThrift::Client::result($ends->client->call('echo',
        [[1, ['string', 'x']]])), 'x', 'another serves');
    $ends->stop;
}

# ---- Off.

$t->conf($conf =~ s/capture_output on;//r);
ok($t->reload, 'without capture_output');
ok(print_it('stderr', "as it is\n", 1), 'a handler prints');
ok(CThrift::Test::wait_for(sub {
    $t->read_file('stderr') =~ /^as it is$/m;
}), 'to where it did');
unlike($t->log_text, qr/as it is/, 'and not into the log');

done_testing;
