#!/usr/bin/perl

# syslog.t -- the error log as a syslog daemon gets it: by a unix socket and by
# UDP, each line read as strictly as its RFC is written; a daemon that goes and
# comes, and one that sleeps, hold up nobody.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use IO::Select;
use IO::Socket::INET;
use IO::Socket::UNIX;
use Socket qw(SOCK_DGRAM);
use JSON::PP;
use Test::More;

my $LINES = 200;

my $udp = IO::Socket::INET->new(Proto => 'udp', LocalAddr => '127.0.0.1:0')
    or die "udp: $!";
my $port = $udp->sockport;

my $conf = <<"END";
load_module %%OBJS%%/probe.so;
error_log logs/error.log info;
error_log syslog:server=unix:%%DIR%%/unix.sock,tag=box,facility=daemon warn;
error_log syslog:server=127.0.0.1:$port,rfc=5424,hostname=here json info;
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service Probe { }
    }
}
END

# Short, as the path of a unix socket has to be.
my $t    = CThrift::Test->new($conf);
my $path = $t->dir . '/unix.sock';
$t->conf($conf =~ s/%%DIR%%/$t->dir/er);

sub listen_at {
    my ($path) = @_;

    unlink $path;
    my $socket = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => $path)
        or die "$path: $!";
    chmod 0666, $path;    # of a worker that is another user, as /dev/log is
    return $socket;
}
my $unix = listen_at($path);
$t->start;
my ($worker) = $t->workers;

# What has come to the sockets since; a datagram is a line.
my %got = (unix => [], udp => []);

sub collect {
    my $select = IO::Select->new(grep { defined } $unix, $udp);

    while (my @ready = $select->can_read(0)) {
        for my $socket (@ready) {
            my $line = '';

            defined $socket->recv($line, 65536) or next;
            push @{ $got{$socket == $udp ? 'udp' : 'unix'} }, $line;
        }
    }
}

sub say_it {
    my ($text) = @_;
    my $c = $t->client;
    my $reply = $c->call('say', [[1, ['string', 'log']],
        [2, ['string', $text]], [3, ['i32', 1]]]);

    $c->close;
    collect();
    return $reply->{type} == 2;
}

sub lost { $t->status->{totals}{log_lines_lost} }

# ---- All lines arrive, in order.

my $answered = 0;
for my $i (1 .. $LINES) {
    $answered += say_it("line $i of many");
}
is($answered, $LINES, "$LINES calls that log");
ok(CThrift::Test::wait_for(sub {
    collect();
    $got{unix}[-1] =~ /line $LINES of/ && $got{udp}[-1] =~ /line $LINES of/;
}), 'their last lines arrive');

# ---- RFC 3164, as libc's syslog() sends it: no host.

my $month = join '|', qw(Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec);
my $rfc3164 = qr/\A<(\d{1,3})>(?:$month)\ (?:\ [1-9]|[12]\d|3[01])
    \ [0-2]\d:[0-5]\d:[0-5]\d\ ([\w.-]{1,32})\[(\d+)\]:\ ([\x20-\x7e]+)\z/x;
my @bad = grep { $_ !~ $rfc3164 } @{ $got{unix} };
is("@bad", '', 'each line of the unix socket follows RFC 3164');
my @mine = map { [$_ =~ $rfc3164] } grep { /of many/ } @{ $got{unix} };
is(scalar @mine, $LINES, 'and there are as many as calls');
is(join(' ', map { $_->[3] =~ /^line (\d+) of many, client: / } @mine),
    join(' ', 1 .. $LINES), 'each with its text, in order');
is_deeply([@{ $mine[0] }[0, 1, 2]], [3 * 8 + 4, 'box', $worker],
    'facility and level, tag, pid');
is(scalar(grep { /\bnotice\b|started as/ } @{ $got{unix} }), 0,
    'none above its level');

# ---- RFC 5424, with JSON in it.

my $rfc5424 = qr/\A<(\d{1,3})>1
    \ (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,6}(?:Z|[+-]\d\d:\d\d))
    \ ([\x21-\x7e]{1,255})\ ([\x21-\x7e]{1,48})\ ([\x21-\x7e]{1,128})
    \ ([\x21-\x7e]{1,32})\ -\ (\xef\xbb\xbf)?(.*)\z/xs;
@bad = grep { $_ !~ $rfc5424 } @{ $got{udp} };
is("@bad", '', 'each line over UDP follows RFC 5424');
@mine = map { [$_ =~ $rfc5424] } grep { /of many/ } @{ $got{udp} };
is(scalar @mine, $LINES, 'and there are as many as calls');
is_deeply([@{ $mine[0] }[0, 2 .. 5]],
    [23 * 8 + 4, 'here', 'cthrift', $worker, 'error'],
    'facility and level, host, name, pid, kind');
ok(!defined $mine[0][6], 'no BOM where all is ASCII');
is(eval { decode_json($mine[0][7])->{message} }, 'line 1 of many',
    'the text is an object');
ok(scalar(grep { /"level":"notice"/ } @{ $got{udp} }),
    'at a level of its own');

say_it("gr\xc3\xbc\xc3\x9fe");
say_it("no \xff text");
ok(CThrift::Test::wait_for(sub {
    collect();
    grep { /no / } @{ $got{unix} };
}), 'text that is not ASCII');
like((grep { /gr.*e/s && /"message":"gr/ } @{ $got{udp} })[0],
    qr/ - \xef\xbb\xbf\{.*gr\xc3\xbc\xc3\x9fe/, 'UTF-8 comes behind a BOM');

# ---- The daemon goes, sleeps, and comes back.

my $before = lost();
close $unix;
undef $unix;
unlink $path;
ok(say_it('nobody hears'), 'a call while the daemon is gone');
ok(say_it('nobody hears either'), 'and another one');
ok($t->wait_for_log(qr/nobody hears either/), 'the file has their lines');
is(lost() - $before, 2, 'what the daemon has not got is counted');

$unix = listen_at($path);
my $n = 0;
ok(CThrift::Test::wait_for(sub {
    say_it('back ' . ++$n);
    grep { /: back $n,/ } @{ $got{unix} };
}), 'it is found again');

$before = lost();
$n = 0;
ok(CThrift::Test::wait_for(sub {
    my $c = $t->client;
    $c->call('say', [[1, ['string', 'log']],
        [2, ['string', "asleep $n.$_"]], [3, ['i32', 1]]]) for 1 .. 100;
    $c->close;
    $n++;
    lost() > $before;
}), 'one that does not read loses lines');
ok(say_it('and on'), 'and no call');
done_testing;
