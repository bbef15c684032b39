#!/usr/bin/perl

# large.t -- unframed messages of 64 MiB, a million strings each, that arrive
# in pieces of one byte to 64 KiB: the right answer, and in linear time.
#
# An unframed message has no length, so its end is found by passing over its
# values.  A server that began anew with each piece would look at 64 MiB
# thousands of times.  Time is the worker's own on a processor, and compared
# with what it needs for a quarter of the message: four times as much is
# linear, sixteen times quadratic.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Compact;
use CThrift::Json;
use CThrift::Test;
use Digest::MD5;
use Socket qw(IPPROTO_TCP TCP_NODELAY);
use Test::More;
use Time::HiRes qw(sleep);

plan skip_all => 'thrifttest is not built'
    if !-f CThrift::Test::objs() . '/thrifttest.so';

my $MIB = 1 << 20;
my $LARGEST = (CThrift::Test->has_sanitizers ? 16 : 64) * $MIB;
my $SEQID = 77;

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
my ($worker) = $t->workers;


# ---- A message with a map in field $id, of as many items as fit.  They are
# all the same: a map is kept as it came.

my $key = 'key of 20 characters';
my $value = 'a value of 36 characters, no escapes';
my %item = (
    binary  => pack('N/a* N/a*', $key, $value),
    compact => pack('C/a* C/a*', $key, $value),
    json    => qq("$key":"$value",),
);

sub pieces_of {
    my ($protocol, $type, $id, $size) = @_;
    my $item = $item{$protocol};
    my $n = int($size / length $item);

    if ($protocol eq 'binary') {
        my $head = CThrift::Client::message('testStringMap', $type, $SEQID,
            [], 1);
        chop $head;
        return ($head . pack('C n C C N', 13, $id, 11, 11, $n), $item x $n,
            "\0");
    }
    if ($protocol eq 'compact') {
        my $head = CThrift::Compact::message('testStringMap', $type, $SEQID,
            []);
        chop $head;
        return ($head . ($id ? "\x1b" : "\x0b\0")
            . CThrift::Compact::varint($n) . "\x88", $item x $n, "\0");
    }
    my $items = $item x $n;
    chop $items;    # no comma behind the last
    return (qq([1,"testStringMap",$type,$SEQID,{"$id":{"map":["str","str",$n,{),
        $items, '}]}}]');
}


# ---- Sending and receiving.

# A hundred pieces of one byte, then each twice as long as the one before it,
# then some of 64 KiB, and again.
sub send_in_pieces {
    my ($c, $bytes) = @_;
    my @sizes = ((1) x 100, (map { 1 << $_ } 1 .. 16), (65536) x 20);
    my $at = 0;

    setsockopt $c->{socket}, IPPROTO_TCP, TCP_NODELAY, 1;
    for (my $i = 0; $at < length $bytes; $i = ($i + 1) % @sizes) {
        $c->send_raw(substr $bytes, $at, $sizes[$i]);
        $at += $sizes[$i];
        # So that the worker finds it alone.
        sleep 0.00005 if $sizes[$i] < 1024;
    }
}


# The digest of as many bytes.
sub receive {
    my ($c, $n) = @_;
    my $md5 = Digest::MD5->new;

    while ($n > 0) {
        $c->fill(time + $c->{timeout}) or return 'the end';
        $n -= length $c->{in};
        $md5->add($c->{in});
        $c->{in} = '';
    }
    return $md5->hexdigest;
}


# Seconds of the worker on a processor.
sub used {
    my ($kernel) = map { (split)[0] / 1e9 } words_of('schedstat');

    return $kernel if $kernel;
    my @ticks = (split / /, words_of('stat') =~ s/.*\) //r)[11, 12];
    return ($ticks[0] + $ticks[1]) / POSIX::sysconf(POSIX::_SC_CLK_TCK());
}


sub words_of {
    my ($name) = @_;

    open my $fh, '<', "/proc/$worker/$name" or return '';
    return <$fh> // '';
}


# ---- A quarter of it, a half, and all.

for my $protocol (qw(binary compact json)) {
    my %used;

    for my $size (map { $LARGEST / $_ } 4, 2, 1) {
        my $c = $t->client(protocol => $protocol, timeout => 60);
        my $name = sprintf '%s, %d MiB', $protocol, $size / $MIB;
        my $before = used();

        send_in_pieces($c, join '', pieces_of($protocol, 1, 1, $size));
        my $wanted = join '', pieces_of($protocol, 2, 0, $size);
        is(receive($c, length $wanted), Digest::MD5::md5_hex($wanted),
            "$name: answered right");
        $used{$size} = used() - $before;
        note sprintf '%s: %.3f s', $name, $used{$size};

        is($c->call('testI32', [[1, ['i32', 5]]])->{fields}[0][1][1], 5,
            "$name: and the next call");
    }
    my $ratio = $used{$LARGEST} / $used{ $LARGEST / 4 };
    cmp_ok($ratio, '<', 10, sprintf '%s: %.1f times the time for four times '
        . 'the bytes', $protocol, $ratio);
}
is_deeply([$t->workers], [$worker], 'the worker is still the same');

done_testing;
