#!/usr/bin/perl

# activation.t -- sockets that a service manager has opened: found by address
# and by name, kept over reloads and upgrades, left alone at the end.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Client;
use CThrift::Test;
use IO::Socket::IP;
use IO::Socket::UNIX;
use POSIX ();
use Test::More;


# Starts the server with these sockets, [NAME, HANDLE] each, as systemd would.
sub start_with {
    my ($t, $passed, %env) = @_;

    $t->{before_exec} = sub {
        my $n = @$passed;

        # Away from where they are to stand, or one would close another.
        POSIX::dup2(fileno $passed->[$_][1], 100 + $_) for 0 .. $n - 1;
        for (0 .. $n - 1) {
            POSIX::dup2(100 + $_, 3 + $_);
            POSIX::close(100 + $_);
        }
        $ENV{LISTEN_PID} = $$;
        $ENV{LISTEN_FDS} = $n;
        $ENV{LISTEN_FDNAMES} = join ':', map { $_->[0] } @$passed;
        @ENV{keys %env} = values %env;
    };
    my $is_up = eval { $t->start; 1 };
    delete $t->{before_exec};
    return $is_up;
}


sub tcp {
    my ($host) = @_;

    return IO::Socket::IP->new(
        LocalHost => $host,
        LocalPort => 0,
        Listen    => 64,
    );
}


sub answers {
    my (%to) = @_;
    my $client = eval { CThrift::Client->new(%to, timeout => 5) } or return 0;
    my $answer = eval { CThrift::Client::result($client->call('ping')) };

    $client->close;
    return ($answer // '') eq 'pong';
}

# What a manager would have open.  The test keeps it open, as that would.
my $t = CThrift::Test->new(undef,
    allow => [qr/cannot listen on 'systemd:gone'|no such socket/]);
my $path = $t->dir . '/sock';
my $v4 = tcp('127.0.0.1') or die "socket: $!";
my $v6 = tcp('::1');
my $named = tcp('127.0.0.1') or die "socket: $!";
my $other = tcp('127.0.0.1') or die "socket: $!";
my $unix = IO::Socket::UNIX->new(Local => $path, Listen => 64)
    or die "socket: $!";
socketpair my $pair, my $peer, AF_UNIX, SOCK_STREAM, PF_UNSPEC or die;
my @passed = (
    ['cthrift.socket', $v4],
    ['web', $named],
    ['cthrift.socket', $unix],
    ['left', $other],
    ['odd"one', $pair],
    $v6 ? ['cthrift.socket', $v6] : (),
);
my @addresses = (
    { port => $v4->sockport },
    { port => $named->sockport },
    { path => $path },
    $v6 ? { host => '::1', port => $v6->sockport } : (),
);

my $CONF = <<'END' . ($v6 ? 'listen [::1]:' . $v6->sockport . ";\n" : '');
worker_processes 2;
thrift {
    server {
        service PingService { }
        listen systemd:web;
        listen unix:%%TESTDIR%%/sock;
END
$CONF .= 'listen 127.0.0.1:' . $v4->sockport . " backlog=100;\n}\n}\n";


sub all_answer {
    my ($name) = @_;

    ok(answers(%$_), "$name: " . join ' ', map { "$_ $_[0]" } values %$_)
        for @addresses;
}

# ---- A start, a reload, an upgrade, and the end.
$t->conf($CONF);
is(($t->run('-t'))[0], 0, '-t needs no sockets');
ok(start_with($t, \@passed), 'it starts on the sockets of the manager')
    or BAIL_OUT('nothing to look at');
all_answer('served');
like($t->log_text,
    qr/no listen names descriptor 6 of the service manager, 'left' \(127/,
    'one that nobody wants is named');
like($t->log_text,
    qr/descriptor 7 of the service manager, 'odd\\x22one' \(.*it is closed/,
    'and one that does not listen');
my $inode = readlink "/proc/$$/fd/" . fileno $pair;
ok(!grep({ (readlink $_ // '') eq $inode }
        glob '/proc/' . $t->master_pid . '/fd/*'), 'and closed');

ok($t->reload, 'reload');
all_answer('after a reload');
my ($status, undef, $err) = $t->run('-s', 'upgrade');
is($status, 0, 'upgrade') or diag $err;
all_answer('after an upgrade');

$t->conf($CONF =~ s/listen systemd:web/listen systemd:gone/r);
($status, undef, $err) = $t->run('-s', 'reload');
is($status, 1, 'a name that was not there at the start');
like($err, qr/'systemd:gone': the service manager has passed no such socket/,
    'refuses a reload');
$t->conf($CONF);
ok($t->reload, 'the right one again');
$t->stop;
ok(-S $path, "the file of the manager's socket is still there");

# ---- The next start finds them again; without a name, the first that is free.
$t->conf($CONF =~ s/listen systemd:web/listen systemd/r);
ok(start_with($t, [@passed[0, 2], $v6 ? $passed[5] : (), $passed[1]]),
    'the next start');
all_answer('served again');
unlike($t->log_text =~ s/.*the master ends//sr, qr/no listen names/,
    'with nothing left');
$t->stop;

# ---- In the background, where the pid is another one.
$t->conf("daemon on;\n$CONF");
ok(start_with($t, \@passed), 'daemon on');
all_answer('in the background');
$t->stop;

# ---- For somebody else, they are not ours.
{
    my $u = CThrift::Test->new(<<'END', allow => [qr/no such socket/]);
thrift {
    server {
        listen systemd;
        service PingService { }
    }
}
END
    ok(!start_with($u, [$passed[1]], LISTEN_PID => 1),
        'sockets of another process are not taken');
    like($u->read_file('stderr'), qr/'systemd': the service manager has pass/,
        'and it says what is missing');
}

# ---- Names that are none.
for my $name ('systemd:a:b', 'systemd:' . 'x' x 200) {
    my $u = CThrift::Test->new(<<"END");
thrift {
    server {
        listen $name;
        service PingService { }
    }
}
END
    my ($code, undef, $why) = $u->run('-t');
    is($code, 1, substr $name, 0, 20);
    like($why, qr/systemd: wants the name of a socket in .*conf:3/,
        'is refused');
}

done_testing();
