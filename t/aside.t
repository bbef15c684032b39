#!/usr/bin/perl

# aside.t -- replies with long strings, which are sent from where they stand
# and not copied first: every byte comes, in its order, whatever the lengths,
# however slowly the client reads, and whatever is pipelined around them.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use POSIX ();
use Test::More;
use Time::HiRes qw(sleep);

plan skip_all => 'thrifttest is not built'
    if !-f CThrift::Test::objs() . '/thrifttest.so';

my $KIB = 1024;
my $LEAST = 16 * $KIB;    # CT_ASIDE_LEAST

my $t = CThrift::Test->new(<<'END');
load_module %%OBJS%%/thrifttest.so;
worker_processes 1;
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service ThriftTest { }
    }
}
END
$t->start;

# Text of which no piece looks like another.
my $count = 0;

sub text {
    my ($len) = @_;
    my $text = '';

    $text .= sprintf '%x,', $count++ while length $text < $len;
    return substr $text, 0, $len;
}

sub client { return CThrift::Client->new(port => $t->port(1), @_) }

# Lengths around the least, in the middle of short ones, and more of them than
# are left aside in one message.
my @lengths = (
    0, 1, $LEAST - 1, $LEAST, $LEAST + 1, 5, 64 * $KIB, 300 * $KIB, 2,
    (($LEAST) x 20), 17, 100 * $KIB,
);

sub pairs { return [map { ["k$_", text($lengths[$_])] } 0 .. $#lengths] }

sub flat { return join '|', map { "$_->[0]=$_->[1]" } @{ $_[0] } }

sub map_of { return [[1, ['map', 'string', 'string', $_[0]]]] }

sub pairs_of {
    my ($reply) = @_;
    my ($id, $value) = @{ $reply->{fields}[0] };

    return [map { [map { ref ? $_->[1] : $_ } @$_] } @{ $value->[3] }];
}

for my $transport (qw(framed unframed header http)) {
    for my $protocol (qw(binary compact)) {
        my $name = "$transport $protocol";
        my $c = client(transport => $transport, protocol => $protocol);

        for my $len (@lengths) {
            my $text = text($len);
            ok(CThrift::Client::result(
                $c->call('testString', [[1, ['string', $text]]])) eq $text,
                "$name: a string of $len");
        }
        my $pairs = pairs();
        my $reply = $c->call('testStringMap', map_of($pairs));
        ok(flat(pairs_of($reply)) eq flat($pairs), "$name: many in one");
        is(CThrift::Client::result(
            $c->call('testString', [[1, ['string', 'short']]])), 'short',
            "$name: and what follows");
        $c->close;
    }
}

# Pipelined, long and short in turns, and read by somebody who takes his time:
# the socket takes a part, and the rest is kept and sent later.
for my $transport (qw(framed unframed)) {
    my $c = client(transport => $transport);
    my @sent = map { text($_ % 3 ? 10 + $_ : 1024 * $KIB + $_) } 1 .. 30;
    my $wrong = 0;

    # More than the kernel takes for a connection.
    my $pid = fork // die "fork: $!\n";
    if (!$pid) {
        $c->send_call('testString', [[1, ['string', $_]]]) for @sent;
        POSIX::_exit(0);
    }
    for my $text (@sent) {
        sleep 0.01;
        my $reply = $c->recv_reply;
        $wrong++ if CThrift::Client::result($reply) ne $text;
    }
    waitpid $pid, 0;
    is($wrong, 0, "$transport: thirty replies, read slowly, in their order");
    $c->close;
}

# Whoever goes away in the middle harms nobody.
for (1 .. 10) {
    my $c = client(transport => 'framed');
    $c->send_call('testString', [[1, ['string', text(400 * $KIB)]]])
        for 1 .. 3;
    $c->close;
}
my $c = client(transport => 'framed');
is(CThrift::Client::result($c->call('testString', [[1, ['string', 'on']]])),
    'on', 'serves on');

done_testing();
