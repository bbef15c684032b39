#!/usr/bin/perl

# zlib.t -- the zlib transport: one stream each way around whatever else is
# spoken, and what does harm in it.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Client;
use CThrift::Test;
use Compress::Raw::Zlib;
use Test::More;

plan skip_all => 'pingpong is not built'
    if !-d CThrift::Test::objs() . '/pingpong';

my $t = CThrift::Test->new(<<'END');
thrift {
    max_message_size 4m;
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service PingService { }
    }
}
END
$t->start;

# The two streams of a connection.
sub streams {
    my ($level) = @_;
    my ($deflate, $s1) = Compress::Raw::Zlib::Deflate->new(
        -Level => $level // 6, -AppendOutput => 1);
    my ($inflate, $s2) = Compress::Raw::Zlib::Inflate->new(
        -AppendOutput => 1, -ConsumeInput => 1, -LimitOutput => 0);

    return { deflate => $deflate, inflate => $inflate, out => '' };
}

sub deflated {
    my ($z, $bytes, $flush) = @_;
    my $out = '';

    $z->{deflate}->deflate($bytes, $out);
    $z->{deflate}->flush($out, $flush // Z_SYNC_FLUSH);
    return $out;
}

# The next `n` bytes that the server has said, inflated.
sub said {
    my ($c, $z, $n) = @_;
    my $until = time + 5;

    while (length $z->{out} < $n) {
        $z->{inflate}->inflate($c->{in}, $z->{out}) if length $c->{in};
        last if length $z->{out} >= $n || !$c->fill($until);
    }
    return substr $z->{out}, 0, $n, '';
}

sub framed { return pack 'N/a*', $_[0] }

sub binary {
    my ($type, $name, $seqid, $fields) = @_;

    return pack('N N/a* N', 0x80010000 | $type, $name, $seqid) . $fields;
}

sub echo { return pack 'C n N/a* C', 11, 1, $_[0], 0 }
sub echoed { return pack 'C n N/a* C', 11, 0, $_[0], 0 }

my %said = (
    binary => [binary(1, 'echo', 7, echo('hi')),
        binary(2, 'echo', 7, echoed('hi'))],
    compact => ["\x82\x21\x07\x04echo\x18\x02hi\x00",
        "\x82\x41\x07\x04echo\x08\x00\x02hi\x00"],
    json => ['[1,"echo",1,7,{"1":{"str":"hi"}}]',
        '[1,"echo",2,7,{"0":{"str":"hi"}}]'],
);

for my $protocol (sort keys %said) {
    for my $framed (0, 1) {
        my ($call, $reply) = map { $framed ? framed($_) : $_ }
            @{ $said{$protocol} };
        for my $level (0, 1, 6, 9) {
            my $c = $t->client;
            my $z = streams($level);

            $c->send_raw(deflated($z, $call));
            is(said($c, $z, length $reply), $reply,
                "$protocol, framed $framed, level $level");
            $c->send_raw($_) for split //, deflated($z, $call);
            is(said($c, $z, length $reply), $reply, 'byte by byte');
            $c->send_raw(deflated($z, $call x 500));
            is(said($c, $z, 500 * length $reply), $reply x 500,
                'many at once');
            $c->close;
        }
    }
}

# Go's and Java's libraries send the stream's head on its own.
{
    my $c = $t->client;
    my $z = streams();
    my ($call, $reply) = @{ $said{binary} };
    my $bytes = deflated($z, $call);
    $c->send_raw(substr $bytes, 0, 2, '');
    select undef, undef, undef, 0.05;
    $c->send_raw($bytes);
    is(said($c, $z, length $reply), $reply, 'the head on its own');

    # A full flush forgets what was before; the next message is another size.
    my $text = join '', map { chr 32 + $_ % 95 } 1 .. 1_000_000;
    $c->send_raw(deflated($z, binary(1, 'echo', 8, echo($text)),
        Z_FULL_FLUSH));
    my $long = binary(2, 'echo', 8, echoed($text));
    ok(said($c, $z, length $long) eq $long, 'a megabyte there and back');

    # The end of the stream is the end of the calls.
    $c->send_raw(deflated($z, $call, Z_FINISH));
    is(said($c, $z, length $reply), $reply, 'the last call of a stream');
    is($c->recv_until_closed, '', 'ends the connection');
}

sub rss_kb {
    my ($pid) = $t->workers;

    return $t->read_file("/proc/$pid/status") =~ /VmRSS:\s+(\d+)/ ? $1 : 0;
}

# A gigabyte of blanks out of a megabyte.
{
    my $c = $t->client;
    my $z = streams(9);
    my $before = rss_kb();
    my $good = $t->client;
    my $bytes = deflated($z, binary(1, 'echo', 1, pack 'C n N', 11, 1, 4e6));
    # Behind a full flush the same bytes mean the same again.
    $bytes .= deflated($z, '', Z_FULL_FLUSH);
    $bytes .= deflated($z, ' ' x (1 << 20), Z_FULL_FLUSH) x 1024;
    cmp_ok(length $bytes, '<', 1_300_000, 'a bomb of ' . length $bytes);
    eval { $c->send_raw($bytes) };
    is(CThrift::Client::result($good->call('ping')), 'pong',
        'a good client beside it');
    my $reply = eval { $c->recv_until_closed };
    ok(defined $reply || $@ =~ /reset/i, 'it ends');
    SKIP: {
        skip 'sanitizers need memory of their own', 1
            if CThrift::Test->has_sanitizers;
        cmp_ok(rss_kb() - $before, '<', 3 * 4 * 1024, 'memory is held');
    }
}

# What is no stream, or not one that holds messages.
{
    my ($plain) = @{ $said{binary} };
    ok($t->reload, 'a worker that has not complained yet');
    for my $case (
        ["\x78\x9c" . "\xff" x 50, 'what is no stream'],
        [deflated(streams(), 'hello, world'), 'no message inside'],
        [deflated(streams(), deflated(streams(), $plain)),
            'a stream in a stream'],
        [deflated(streams(), "\x16\x03\x01\x02\x00\x01"), 'TLS inside'],
    ) {
        my ($bytes, $name) = @$case;
        my $c = $t->client;
        $c->send_raw($bytes);
        my $got = eval { $c->recv_until_closed };
        is($got // '', '', "$name: closed");
    }
    like($t->log_text, qr/cannot inflate: a broken zlib stream, client/,
        'the log says why');
}

# A stream that has ended, and more behind it: no reset overtakes the reply.
{
    my ($ask, $answer) = @{ $said{binary} };
    for my $more (0, 100, 300_000) {
        my $z = streams();
        my $c = $t->client;
        my $bytes = '';
        $z->{deflate}->deflate($ask, $bytes);
        $z->{deflate}->flush($bytes, Z_FINISH);
        $c->send_raw($bytes . 'x' x $more);
        # What has not been read by then, a reset would take away.
        select undef, undef, undef, 0.05;
        is(said($c, $z, length $answer), $answer, "ended, $more more bytes");
        $! = 0;
        is($c->recv_until_closed, $c->{in}, 'then the end');
        ok(!$!{ECONNRESET}, 'no reset');
    }
}

# Only a connection that has said nothing yet may begin with one.
{
    my ($ask, $answer) = @{ $said{binary} };
    my $c = $t->client(framed => 1);
    is(CThrift::Client::result($c->call('ping')), 'pong', 'frames first');
    $c->send_raw(deflated(streams(), $ask));
    is($c->recv_until_closed, '', 'then no zlib stream');
}
$t->stop;

$t->conf(<<'END');
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        transport framed;
        service PingService { }
    }
    server {
        listen 127.0.0.1:%%PORT_2%%;
        transport zlib;
        service PingService { }
    }
}
END
$t->start;
{
    my $c = $t->client;
    $c->send_raw(deflated(streams(), $said{binary}[0]));
    is($c->recv_until_closed, '', 'where it is not spoken: closed');
    like($t->log_text, qr/it looks like: the zlib transport/, 'by name');

    my $z = streams();
    my $second = CThrift::Client->new(port => $t->port(2));
    $second->send_raw(deflated($z, $said{binary}[0]));
    is(said($second, $z, length $said{binary}[1]), $said{binary}[1],
        'and where nothing else is');
}

done_testing;
