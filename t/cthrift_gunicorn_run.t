#!/usr/bin/perl

# cthrift_gunicorn_run.t -- servers started with gunicorn_thrift's command
# line: each worker class, and the signals that a gunicorn user sends.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Python;
use CThrift::Test;
use POSIX ();
use Test::More;

my $py = CThrift::Python->new;
my $wait_for = \&CThrift::Test::wait_for;

sub result { return CThrift::Client::result(@_) }

# A string argument, and what comes back for it.
sub told {
    my ($client, $method, $text) = @_;
    return result($client->call($method, [[1, ['string', $text]]]));
}

# How the process that was started has ended: a status, or 128 + a signal.
sub ending {
    my ($t) = @_;

    $wait_for->(sub { $t->reap; defined $t->{status} });
    my $status = $t->{status} // return 'it has not';
    return $status & 127 ? 128 + ($status & 127) : $status >> 8;
}

# ---- thriftpy_sync, two workers, and every signal.
{
    my $t = CThrift::Test->new;
    my @command = (qw(-w 2 --max-requests 100000 --thrift-client-timeout 60
        --access-logfile), $t->dir . '/logs/access.log', '--pythonpath',
        $t->dir);
    my $code = sub {
        $t->write_file('live.py', <<"END");
from app_apache import app
app._handler.echo = lambda text: "$_[0]"
END
    };
    $code->('one');
    $py->gunicorn_start($t, {}, @command, 'live:app');
    my $master = $t->{child};
    is($t->master_pid, $master, 'what was started is the master');
    ok($wait_for->(sub { $t->workers == 2 }), 'it has two workers');
    my $client = $t->client;
    is(told($client, 'echo', ''), 'one', 'they answer');
    is(told($client, 'tell', 'cwd'), $py->source('.') =~ s{/\.$}{}r,
        'they stand where the command was given');
    like($t->read_file('logs/cthrift.pid.conf'), qr/^# Made by: /,
        'the configuration stands beside the pid file');

    $t->signal('TTIN');
    ok($wait_for->(sub { $t->workers == 3 }), 'TTIN: one more');
    my @clients = map { $t->client } 1 .. 100;
    $_->send_call('ping', []) for @clients;
    is(scalar(grep { result($_->recv_reply) eq 'pong' } @clients), 100,
        '... and a hundred calls at once are answered');
    $_->close for @clients;
    $t->signal('TTOU');
    ok($wait_for->(sub { $t->workers == 2 }), 'TTOU: one fewer');

    $code->('two');
    $t->signal('HUP');
    ok($wait_for->(sub { told($t->client, 'echo', '') eq 'two' }),
        'HUP: new code');
    is(told($client, 'echo', ''), 'two', '... and the old connection goes on');

    rename $t->dir . "/logs/$_", $t->dir . "/logs/$_.1"
        for qw(error.log access.log);
    $t->signal('USR1');
    ok($wait_for->(sub {
        told($client, 'echo', '');
        $t->read_file('logs/access.log') =~ /PingService\.echo/;
    }), 'USR1: logs are opened anew');
    like($t->read_file('logs/access.log'),
        qr/^127\.0\.0\.1 - - \[\S+ \S+\] "PingService\.echo" ok \d+ "-" "-"$/m,
        '... and calls are logged as gunicorn does');

    my ($status, undef, $err) = $py->gunicorn($t, {}, @command, '-p',
        $t->dir . '/logs/cthrift.pid', 'live:app');
    is($status, 1, 'a second one does not start');
    like($err, qr/process $master serves already/, '... and says why');

    # There is nobody to whom the connection could go.
    $client->close;
    $t->signal('WINCH');
    ok($wait_for->(sub { $t->workers == 0 }), 'WINCH: the workers leave');
    $t->signal('HUP');
    ok($wait_for->(sub { $t->workers == 2 }), '... HUP: they are back');
    $t->signal('USR2');
    ok($wait_for->(sub {
        my $new = $t->master_pid;
        $new && $new != $master && $t->workers($new) == 2 && $t->is_serving;
    }), 'USR2: another master serves');
    $t->signal('TERM', $master);
    is(ending($t), 0, '... TERM: the old one ends');
    $client = $t->client;
    is(told($client, 'echo', ''), 'two', '... the new one answers');
    $t->{child} = undef;
    $master = $t->master_pid;

    $client->send_call('nap', [[1, ['i32', 300]]]);
    ok($wait_for->(sub { ($t->status // {})->{in_flight} // 1 }),
        'a call is in flight');
    $t->signal('TERM');
    ok(result($client->recv_reply), 'TERM: ... it is answered');
    ok($wait_for->(sub { $t->reap; !kill 0, $master }),
        '... and the server ends');
}

# ---- A configuration file that changes, and threads.
{
    my $t = CThrift::Test->new;
    my $settings = sub {
        $t->write_file('settings.py', <<"END");
workers = $_[0]
worker_class = "thriftpy_thread"
threads = 4
raw_env = ["FRUIT=$_[1]"]
END
    };
    my @command = ('-c', $t->dir . '/settings.py', 'app_thriftpy2:app');
    $settings->(1, 'pear');
    $py->gunicorn_start($t, {}, @command);
    my @sleepers = map { $t->client } 1 .. 4;
    $_->send_call('nap', [[1, ['i32', 200]]]) for @sleepers;
    my %thread = map { result($_->recv_reply) => 1 } @sleepers;
    is(keys %thread, 4, 'thriftpy_thread: four naps on four threads');

    my @tell = ($t, {}, '-p', $t->dir . '/logs/cthrift.pid', '-b',
        '127.0.0.1:' . $t->port(1), '--log-file', $t->dir . '/logs/error.log',
        '-s');
    $settings->(2, 'plum');
    $t->signal('HUP');
    ok($t->wait_for_log(qr/generation 2 serves/), 'HUP');
    is(told($t->client, 'tell', 'env FRUIT'), 'pear',
        '... reads the configuration that was made at the start');
    my ($status, undef, $err) = $py->gunicorn(@tell, 'reload', @command);
    is($status, 0, '-s reload') or diag $err;
    is(told($t->client, 'tell', 'env FRUIT'), 'plum',
        '... makes it anew: the environment');
    ok($wait_for->(sub { $t->workers == 2 }), '... and the workers');
    $settings->(200, 'plum');
    ($status, undef, $err) = $py->gunicorn(@tell, 'reload', @command);
    is($status, 1, '-s reload with a mistake is refused');
    like($err, qr/workers: '200' is not a number of workers/, '... as such');
    like($t->read_file('logs/cthrift.pid.conf'), qr/worker_processes 2;/,
        '... and the configuration is as it was');
    $settings->(2, 'plum');
    (undef, my $out) = $py->gunicorn(@tell, 'status', @command);
    like($out, qr/generation/, '-s status');
    $t->signal('INT');
    is(ending($t), 0, 'INT: it ends at once');
    ($status) = $py->gunicorn(@tell, 'reload', @command);
    is($status, 3, '-s reload without a server');
}

# ---- thriftpy_gevent.
{
    my $t = CThrift::Test->new;
    $py->gunicorn_start($t, {}, qw(-k thriftpy_gevent --gevent-check-interval 9
        app_apache:app));
    my @sleepers = map { $t->client } 1 .. 4;
    $_->send_call('nap', [[1, ['i32', 200]]]) for @sleepers;
    my %greenlet = map { result($_->recv_reply) => 1 } @sleepers;
    is(keys %greenlet, 4, 'thriftpy_gevent: four naps in four greenlets');
    $t->signal('TERM');
    is(ending($t), 0, '... TERM');
}

# ---- A socket of a service manager's, which goes before any address.
{
    my $t = CThrift::Test->new;
    my $socket = IO::Socket::IP->new(LocalHost => '127.0.0.1', LocalPort => 0,
        Listen => 5) or die "no free port: $!";
    $t->{before_exec} = sub {
        # It may stand there already, and would be closed by exec.
        POSIX::dup2(fileno $socket, 100);
        POSIX::dup2(100, 3);
        POSIX::close(100);
        @ENV{qw(LISTEN_PID LISTEN_FDS)} = ($$, 1);
    };
    $py->gunicorn_start($t, {}, 'app_apache:app');
    like($t->read_file('stderr'), qr/without effect: bind/,
        'sockets of systemd go before --bind');
    my $port = $socket->sockport;
    close $socket;
    is(result($t->client(port => $port)->call('ping', [])), 'pong',
        '... and are served');
    delete $t->{before_exec};
    $t->signal('TERM');
    is(ending($t), 0, '... TERM');
}

# ---- Into the background; a configuration without a pid file's place.
{
    my $t = CThrift::Test->new;
    my $dir = $t->dir;
    my @args = ('-D', '-b', "unix:$dir/sock", '--error-logfile',
        "$dir/logs/error.log", 'app_apache:app');
    my ($status, $out, $err) = $py->gunicorn($t, {}, @args);
    is($status, 0, '-D: returns when it serves') or diag $out, $err;
    my ($conf) = glob "$dir/cthrift-gunicorn/*.pid.conf";
    ok($conf, 'its configuration stands in a directory of its own');
    is((stat "$dir/cthrift-gunicorn")[2] & 0777, 0700, '... that is private');
    symlink $conf, "$dir/conf/cthrift.conf";
    is(result($t->client(path => "$dir/sock")->call('ping', [])), 'pong',
        '... and it answers at a unix socket');
    is((stat "$dir/sock")[2] & 0777, 0777, '... as open as gunicorn\'s');
    ($status, $out) = $py->gunicorn($t, {}, @args, '-s', 'workers');
    like($out, qr/\d/, 'it is found without a pid file');
    ($status) = $py->gunicorn($t, {}, @args, '-s', 'quit');
    is($status, 0, '... and ended');
}

# ---- What only the server can know.
{
    my $t = CThrift::Test->new;
    my $taken = IO::Socket::IP->new(LocalHost => '127.0.0.1', LocalPort => 0,
        Listen => 1) or die "no free port: $!";
    my $address = '127.0.0.1:' . $taken->sockport;
    my ($status, $out, $err) = $py->gunicorn($t, {}, '-b', $address,
        'app_apache:app');
    is($status, 1, 'an address that is taken: does not start');
    like("$out$err", qr/\Q$address\E/, '... and says which') or diag $err;
}

done_testing();
