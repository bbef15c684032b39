#!/usr/bin/perl

# reload.t -- a new configuration under load: taken without a lost call, or
# refused without a trace.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Load;
use CThrift::Test;
use File::Copy qw(copy);
use IO::Socket::IP;
use POSIX ();
use Socket qw(AF_INET SOL_SOCKET SO_KEEPALIVE);
use Test::More;

my $body = <<'END';
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        listen unix:%%TESTDIR%%/sock;
        listen 127.0.0.1:%%PORT_2%% reuseport;
        service Probe { probe_name NAME; }
    }
}
END

my $t = CThrift::Test->new(undef, allow => [
    qr/\[emerg\].*(?:unknown directive|probe will not|conf:\d)/,
    qr/probe will not be configured/, qr/Address already in use/,
]);

sub conf {
    my ($name, $main) = @_;

    $t->conf("load_module %%TESTDIR%%/probe.so;\nworker_processes 2;\n"
        . "error_log logs/error.log info;\n"
        . ($main // '') . "\n" . ($body =~ s/NAME/$name/r));
}

sub who { return CThrift::Client::result($t->client->call('who')) }

copy(CThrift::Test::objs() . '/probe.so', $t->dir . '/probe.so');
conf('first');
$t->start;
is(who(), 'first', 'serves');

my @loads = map { CThrift::Load->start(clients => 2, framed => 1, %$_) }
    { port => $t->port(1) }, { path => $t->dir . '/sock' },
    { port => $t->port(2) };

my $good = 0;
for my $n (1 .. 20) {
    conf("name$n");
    $good++ if $t->reload && who() eq "name$n";
}
is($good, 20, '20 reloads, each serves the new configuration at once');

# Refused, each for another reason; nothing changes.
CThrift::Test::wait_for(sub { $t->workers == 2 });
my @before = $t->workers;
for my $case (
    ['a syntax error', 'oops {', qr/oops/],
    ['an unknown directive', 'worker_proceses 3;',
        qr/did you mean 'worker_processes'/],
    ['a module that refuses', 'probe_fail_configured on;',
        qr/probe will not be configured/],
    ['a module that crashes', 'probe_crash_configured on;',
        qr/crash|SIGABRT|signal 6/i],
    ['a module that is missing', 'load_module nosuch.so;', qr/nosuch\.so/],
    ['a worker that does not start', 'probe_fail_worker_init on;',
        qr/probe will not start/],
) {
    my ($name, $main, $words) = @$case;
    conf('refused', $main);
    my ($status, $out, $err) = $t->run('-s', 'reload');
    isnt($status, 0, "$name: reload fails");
    like($out . $err, $words, "$name: and says why");
    is_deeply([$t->workers], \@before, "$name: the same workers");
    is(who(), 'name20', "$name: and the same service");
}

# An address that somebody else has.
{
    my $other = IO::Socket::IP->new(LocalHost => '127.0.0.1', Listen => 1);
    my $port = $other->sockport;
    my $old = $body;
    $body =~ s/(service Probe)/listen 127.0.0.1:$port; $1/;
    conf('refused');
    my ($status, $out, $err) = $t->run('-s', 'reload');
    isnt($status, 0, 'an address in use: reload fails');
    like($out . $err, qr/127\.0\.0\.1:$port/, 'and names it');
    is(who(), 'name20', 'the service goes on');
    $body = $old;
}

# SO_KEEPALIVE of the master's socket on port 1, through a descriptor of our
# own for it (pidfd_open(2), pidfd_getfd(2): the same numbers everywhere);
# undef where the kernel does not give one.
sub is_kept_alive {
    my $pidfd = syscall 434, $t->master_pid + 0, 0;

    return undef if $pidfd < 0;
    for my $path (glob '/proc/' . $t->master_pid . '/fd/*') {
        next if (readlink $path // '') !~ /^socket:/;
        my $fd = syscall 438, $pidfd, ($path =~ /(\d+)$/)[0] + 0, 0;
        next if $fd < 0;
        my $socket = IO::Socket::IP->new_from_fd($fd, 'r+') or next;
        my $is_it = eval { $socket->sockdomain == AF_INET
            && $socket->sockport == $t->port(1) };
        my $value = getsockopt $socket, SOL_SOCKET, SO_KEEPALIVE;
        POSIX::close($pidfd) if $is_it;
        return unpack 'i', $value if $is_it;
    }
    POSIX::close($pidfd);
    return undef;
}

# Sockets that stay are as they were: two generations share them.
SKIP: {
    my $old = $body;
    skip 'no look at the sockets of others', 3 if !defined is_kept_alive();
    is(is_kept_alive(), 0, 'no keepalive');
    $body =~ s/(listen 127.0.0.1:%%PORT_1%%);/$1 so_keepalive=on;/;
    conf('refused', 'probe_fail_worker_init on;');
    ok(!$t->reload, 'a listen of other options: reload fails');
    is(is_kept_alive(), 0, 'and the socket has its own again');
    $body = $old;
}

# 30 signals at once are few reloads, and none is lost.
conf('storm');
$t->signal('HUP') for 1 .. 30;
ok(CThrift::Test::wait_for(sub { who() eq 'storm' }), 'a storm of signals');

# A reload that one of them asked for may be still to come, and would read what
# is changed below: behind this one there is none.
ok($t->reload, 'and a reload behind it');

# A module replaced on disk, in place, is picked up.
conf('swapped');
{
    my $so = $t->read_file('probe.so');
    $so =~ s/before %d after/BEFORE %d after/ or die 'no such text';
    $t->write_file('probe.so', $so);
    my $c = $t->client;
    unlike(CThrift::Client::result($c->call('hooks')), qr/BEFORE/,
        'a running worker keeps the old module');
    ok($t->reload, 'reload');
    like(CThrift::Client::result($t->client->call('hooks')), qr/BEFORE/,
        'the new worker has the new one');
}

my ($calls, $failed, @errors) = (0, 0);
for (@loads) {
    my $seen = $_->stop;
    $calls += $seen->{calls};
    $failed += $seen->{failed};
    push @errors, @{ $seen->{errors} };
}
is($failed, 0, "of $calls calls on new connections none failed")
    or diag explain \@errors;
cmp_ok($calls, '>', 100, 'and there were many');

# A connection that outlives its worker's generation moves to the next one.
{
    my $c = $t->client(framed => 1);
    is(CThrift::Client::result($c->call('who')), 'swapped', 'persistent');
    conf('last');
    ok($t->reload, 'reload');
    is(CThrift::Client::result($c->call('who')), 'last',
        'an old connection is answered by the new worker');
    is(who(), 'last', 'as is a new one');
}
$t->descriptors_may_change;
