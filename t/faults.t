#!/usr/bin/perl

# faults.t -- memory that ends at the n-th allocation from now, for every n
# that a call of each kind gets to: a reply, an exception or a close, and the
# worker goes on with everybody else.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use CThrift::Tls;
use Test::More;
use Time::HiRes qw(sleep);

my $has_tls = CThrift::Tls::missing() eq '';
my $conf = <<'END';
load_module %%OBJS%%/probe.so;
load_module %%OBJS%%/unruly.so;
worker_processes 1;
thrift {
    max_unsent_replies 20k;
    max_pipelined_calls 5;
    server {
        listen 127.0.0.1:%%PORT_1%%;
%%TLS%%        service Probe { }
        service Unruly { }
        default_service Probe;
    }
}
END
my $tls = <<'END';
        listen 127.0.0.1:%%PORT_2%% ssl;
        ssl_certificate %%TESTDIR%%/site.pem;
        ssl_certificate_key %%TESTDIR%%/site.key;
END
$tls = '' if !$has_tls;
my $t = CThrift::Test->new($conf =~ s/%%TLS%%/$tls/r);
if ($has_tls) {
    my $pki = CThrift::Tls::Pki->new($t->dir);
    $pki->ca('ca');
    $pki->cert('site', ca => 'ca', names => ['localhost']);
}
$t->start;
my ($worker) = $t->workers;
my $MOST = 24;    # allocations of a case, and a few more

# What is between the calls and the socket.
my @dialects = (
    { framed => 0 },
    { framed => 1 },
    { transport => [['header', zlib => 1]] },
    { transport => 'http' },
    { transport => [['http', chunk => 500]] },
    { transport => ['http', 'header'] },
    { transport => 'ttheader' },
    { transport => 'zlib' },
    { framed => 1, port => 2 },
);
pop @dialects if !$has_tls;

sub client {
    my (%o) = @_;
    my $port = delete $o{port} // 1;

    return $t->client(%o) if $port == 1;
    return CThrift::Tls->new(%o, port => $t->port($port));
}

sub name_of {
    my ($dialect) = @_;
    my $transport = $dialect->{transport} // '';

    $transport = join ' ', map { ref $_ ? @$_ : $_ } @$transport
        if ref $transport;
    return join ' ', $transport || "framed $dialect->{framed}",
        $dialect->{port} ? 'over TLS' : ();
}

sub result { CThrift::Client::result($_[0]) }

# A call on a connection of its own, which a fault may end: until it is done.
sub surely {
    my (@call) = @_;

    for (1 .. 20) {
        my $c = $t->client(framed => 1);
        my $reply = eval { $c->call(@call) };
        $c->close;
        return result($reply) if $reply && $reply->{type} == 2;
    }
    die "no answer to $call[0]\n";
}

sub starve { return surely('Unruly:starve', [[1, ['i32', $_[0]]]]) }

my $leaves = ['list', 'struct',
    [map { ['struct', [[4, ['i32', $_]]]] } 1 .. 300]];

# What a client does, and how many replies it may get.
my %case = (
    string => sub {
        $_[0]->send_call('echo', [[1, ['string', 'e' x 100_000]]]);
        return 1;
    },
    strings => sub {
        $_[0]->send_call('texts',
            [[1, ['list', 'string', [('x' x 10) x 1000]]]]);
        return 1;
    },
    structs => sub {
        $_[0]->send_call('tree',
            [[1, ['struct', [[2, $leaves], [4, ['i32', 1]]]]]]);
        return 1;
    },
    parts => sub {
        my ($c) = @_;
        my $bytes = $c->bytes_of('echo', 1, ++$c->{seqid},
            [[1, ['string', 'h' x 50_000]]], 1);
        while (length $bytes) {
            $c->send_raw(substr $bytes, 0, 6000, '');
            sleep 0.001;
        }
        return 1;
    },
    deferred => sub {
        my ($c) = @_;
        $c->send_call('later', [[1, ['string', 'l' x 3000]],
            [2, ['i32', 30 - 5 * $_]]]) for 1 .. 4;
        $c->send_call('echo', [[1, ['string', 'h' x 3000]]]);
        return 5;
    },
    unread => sub {
        my ($c) = @_;
        $c->send_call('echo', [[1, ['string', 'u' x 700_000]]]) for 1 .. 3;
        sleep 0.01;
        return 3;
    },
);

my $astray = 0;    # replies out of their turn
my %end = (reply => 0, exception => 0, close => 0);

sub run_case {
    my ($dialect, $do, $n, $is_first) = @_;
    my $c = client(%$dialect);

    # Some of what a connection needs it takes at its first message.
    eval { $c->call('nothing') } if !$is_first;
    starve($n);
    my $seqid = $c->{seqid};
    my $want = eval { $do->($c) } // 0;
    for (1 .. $want) {
        my $reply = eval { $c->recv_reply };
        return 'timeout' if !$reply && $@ =~ /timeout/;
        $end{ !$reply ? 'close'
            : $reply->{type} == 2 ? 'reply' : 'exception' }++;
        last if !$reply;
        $astray++ if $reply->{seqid} != ++$seqid;
    }
    $c->close;
    starve(1_000_000);
    return;
}

# A client of HTTP that waits for a word before it sends a body.
sub expect {
    my ($n) = @_;
    my $c = $t->client;
    my $head = join "\r\n", 'POST / HTTP/1.1', 'Host: x',
        'Expect: 100-continue', 'Content-Length: 100', '', '';

    starve($n);
    eval { $c->send_raw($head) };
    my $got = $c->fill(time + 3);
    $c->close;
    starve(1_000_000);
    return defined $got ? () : "expect, $n";
}

SKIP: {
    skip 'the build has no faults', 3 if !starve(1_000_000);

    my @late;
    for my $name (sort keys %case) {
        # What is inside the arguments is no matter of the transport's.
        for my $dialect ($name =~ /^str/ ? @dialects[0, 1] : @dialects) {
            for my $n (0 .. $MOST) {
                push @late, "$name, ${\ name_of($dialect) }, $n"
                    if run_case($dialect, $case{$name}, $n, $n % 2);
            }
        }
    }
    push @late, expect($_) for 0 .. $MOST;
    is(join("\n", @late), '', 'nobody waits for ever');
    is($astray, 0, 'no reply is taken for another');
    cmp_ok($end{$_}, '>', 0, "$end{$_} times: $_") for sort keys %end;
}
is_deeply([$t->workers], [$worker], 'the worker lives');
