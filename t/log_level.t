#!/usr/bin/perl

# log_level.t -- cthrift -s log-level: another level at run time, in the
# master and in the workers, for connections that are there too.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use JSON::PP;
use Test::More;

my $conf = <<'END';
load_module %%OBJS%%/probe.so;
worker_processes 1;
error_log logs/error.log error;
error_log logs/alerts.log alert;
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service Probe { }
    }
}
END
my $t = CThrift::Test->new($conf);
$t->start;

my $c = $t->client;
my $n = 0;

# Has the handler log a text.
sub log_it {
    my ($text) = @_;

    $c->call('say', [[1, ['string', 'log']], [2, ['string', $text]],
        [3, ['i32', 1]]]);
}

# Says another text over one connection until it is in the log; true if it is.
sub appears {
    my ($seconds) = @_;
    my $name = 'text ' . ++$n;

    return CThrift::Test::wait_for(sub {
        log_it($name);
        $t->log_text =~ /\b$name\b/;
    }, $seconds);
}

# Whether nothing appears, once the worker has taken another level.
sub is_silent {
    return CThrift::Test::wait_for(sub {
        my $name = 'text ' . ++$n;

        log_it($name);
        $t->log_text !~ /\b$name\b/;
    });
}

ok(is_silent(), 'what is below the level is not written');
is(($t->run('-s', 'log-level'))[1], "error\n", 'the level is told');

is(($t->run('-s', 'log-level', 'info'))[0], 0, '-s log-level info');
ok(appears(), 'a connection that was there follows');
like(($t->run('-s', 'log-level'))[1], qr/^info, not as configured$/m,
    'the level is told again');
my (undef, $out) = $t->run('-s', 'log-level', '--json');
is_deeply(eval { decode_json($out) },
    { log_level => 'info', configured => JSON::PP::false }, 'also as JSON')
    or diag $out;

kill 'KILL', ($t->workers)[0];
ok($t->wait_for_log(qr/\[notice\] .*started as \d+/), 'the master has it too');
is($t->read_file('logs/alerts.log'), '', 'a log for alerts stays one');

# Its successor was forked while the level held, and goes back with the others.
$c = $t->client;
ok(appears(), 'a worker that starts meanwhile has the level');

is(($t->run('-s', 'log-level', 'reset'))[0], 0, '-s log-level reset');
$c = $t->client;
ok(is_silent(), 'as configured again');
is(($t->run('-s', 'log-level'))[1], "error\n", 'and said to be');

$t->run('-s', 'log-level', 'debug');
ok(appears(), 'debug');
ok($t->reload, 'a reload');
$c = $t->client;
ok(is_silent(), 'puts the level back');

for (['loud'], ['info', 'warn'], ['']) {
    my ($code, undef, $err) = $t->run('-s', 'log-level', @$_);
    next if "@$_" eq '';
    isnt($code, 0, "-s log-level @$_ is refused");
    like($err, qr/a level is one of debug, info/, 'and says what it takes');
}

done_testing;
