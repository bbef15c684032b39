#!/usr/bin/perl

# dialects.t -- compact and JSON beside binary, on one port: bytes written by
# hand, and the replies to them byte by byte.  t/torture.t has other people's
# libraries say the same with all types.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use Test::More;

plan skip_all => 'pingpong is not built'
    if !-d CThrift::Test::objs() . '/pingpong';

my $t = CThrift::Test->new(<<'END');
thrift {
    max_message_size 1m;
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service PingService { }
    }
}
END
$t->start;

# As many bytes as are expected, or what there is when the time is over.
sub recv_n {
    my ($c, $n) = @_;

    while (length $c->{in} < $n) {
        last if !$c->fill(time + 5);
    }
    return substr $c->{in}, 0, $n, '';
}

sub framed { return pack 'N/a*', $_[0] }

my $echo = "\x82\x21\x07\x04echo";

# What is sent on one connection, one after the other, and what comes back.
my $negative = "\xff\xff\xff\xff\x0f";    # -1 as 32 bits without a sign
my %said = (
    compact => [
        ["\x82\x21\x07\x04ping\x00",
            "\x82\x41\x07\x04ping\x08\x00\x04pong\x00"],
        ["\x82\x21${negative}\x04echo\x18\x02hi\x00",
            "\x82\x41${negative}\x04echo\x08\x00\x02hi\x00"],
        # The same number widened to 64 bits by its sender.
        ["\x82\x21" . "\xff" x 9 . "\x01\x04echo\x18\x02hi\x00",
            "\x82\x41${negative}\x04echo\x08\x00\x02hi\x00"],
        # A field in its long form, behind fields that nobody knows.
        ["\x82\x21\x08\x04echo\x31\x17ABCDEFGH\x19\xf5\x0f" . "\x01" x 15
            . "\x08\x02\x03abc\x00",
            "\x82\x41\x08\x04echo\x08\x00\x03abc\x00"],
        ["\x82\x21\x09\x04nope\x00",
            "\x82\x61\x09\x04nope\x18\x15unknown method 'nope'\x15\x02\x00"],
        ["\x82\x21\x0a\x10PingService:ping\x00",
            "\x82\x41\x0a\x04ping\x08\x00\x04pong\x00"],
    ],
    json => [
        ['[1,"ping",1,7,{}]', '[1,"ping",2,7,{"0":{"str":"pong"}}]'],
        ['[1,"echo",1,-1,{"1":{"str":"a\"\\\\\/\u00e4\ud83d\ude00"}}]',
            q([1,"echo",2,-1,{"0":{"str":"a\"\\\\/)
                . qq(\xc3\xa4\xf0\x9f\x98\x80"}}])],
        [qq( [ 1 , "echo" ,\r\n 1 ,\t8 , { "1" : { "str" : "]" } } ]),
            '[1,"echo",2,8,{"0":{"str":"]"}}]'],
        ['[1,"echo",1,8,{"3":{"lst":["map",1,["i8","tf",1,{"5":1}]]},'
            . '"1":{"str":""}}]', '[1,"echo",2,8,{"0":{"str":""}}]'],
        ['[1,"nope",1,9,{}]', q([1,"nope",3,9,{"1":{"str":)
            . q("unknown method 'nope'"},"2":{"i32":1}}])],
        ['[1,"PingService:ping",1,10,{}]',
            '[1,"ping",2,10,{"0":{"str":"pong"}}]'],
    ],
);

for my $protocol (sort keys %said) {
    my @said = @{ $said{$protocol} };

    for my $framed (0, 1) {
        my $c = $t->client;
        for my $i (0 .. $#said) {
            my ($call, $reply) = map { $framed ? framed($_) : $_ }
                @{ $said[$i] };
            $c->send_raw($call);
            is(recv_n($c, length $reply), $reply,
                "$protocol, framed $framed: $i");
        }
        # All at once, and then cut into bytes.
        my $calls = join '', map { $framed ? framed($_->[0]) : $_->[0] } @said;
        my $replies = join '',
            map { $framed ? framed($_->[1]) : $_->[1] } @said;
        $c->send_raw($calls);
        is(recv_n($c, length $replies), $replies, 'all in one piece');
        $c->send_raw($_) for split //, $calls;
        is(recv_n($c, length $replies), $replies, 'each byte on its own');
        $c->close;
    }
}

# What cannot be decoded is answered where it is whole, and the next call too.
{
    my $c = $t->client;
    my $text = qq("cannot decode the arguments of 'echo': )
        . q(a string that is not UTF-8 and JSON");
    my $reply = qq([1,"echo",3,7,{"1":{"str":$text},"2":{"i32":7}}]);
    $c->send_raw(qq([1,"echo",1,7,{"1":{"str":"\xff"}}]));
    is(recv_n($c, length $reply), $reply, 'json: not UTF-8');
    $c->send_raw($said{json}[0][0]);
    is(recv_n($c, length $said{json}[0][1]), $said{json}[0][1],
        'and the next call is served');
}

# What no message can be is not waited for.
for my $case (
    ["$echo\x1e", 'compact: an unknown type'],
    ["$echo\x18\xff\xff\xff\xff\x0f", 'compact: a length below 0'],
    ["$echo\x18\xff\xff\xff\xff\x07", 'compact: 2 GiB of string'],
    ["\x82\x21" . "\x80" x 11, 'compact: a number without end'],
    [$echo . "\x1c" x 1000, 'compact: 1000 structs'],
    ['[1,"echo",1,7,' . '[' x 100_000, 'json: 100,000 brackets'],
    ['[1,"echo",1,7,{"1":{"str":"' . 'x' x 1_100_000, 'json: a string of 1 MB'],
    ['[1,"echo",1,7,{"1":{"str":true', 'json: words'],
    ['[1,"echo"}', 'json: brackets that do not match'],
) {
    my ($bytes, $name) = @$case;
    my $c = $t->client(timeout => 5);
    # The server may have closed before all is sent.
    eval { $c->send_raw($bytes) };
    my $reply = eval { $c->recv_until_closed };
    ok(defined $reply || $@ =~ /reset/i, "$name: closed");
}

my $c = $t->client;
is(CThrift::Client::result($c->call('ping')), 'pong', 'and binary beside them');

# A connection may change its dialect between framed messages.
{
    my $c = $t->client(framed => 1);
    for my $protocol (qw(compact json compact)) {
        my ($call, $reply) = map { framed($_) } @{ $said{$protocol}[0] };
        $c->send_raw($call);
        is(recv_n($c, length $reply), $reply, "framed $protocol in its turn");
    }
    is(CThrift::Client::result($c->call('ping')), 'pong', 'then binary');
    $c->send_raw($said{json}[0][0]);
    is(recv_n($c, length $said{json}[0][1]), $said{json}[0][1],
        'and then one without a frame');
    $c->send_raw("\x82\x22\x07\x04ping\x00");
    is($c->recv_until_closed, '', 'what nobody speaks ends it');
}
$t->stop;

# What a server does not speak it names.
$t = CThrift::Test->new(<<'END');
thrift {
    protocol compact;
    server {
        listen 127.0.0.1:%%PORT_1%%;
        transport framed;
        service PingService { }
    }
}
END
$t->start;

for my $case (
    [$said{compact}[0][0], 'the compact protocol'],
    [framed($said{json}[0][0]), 'the framed JSON protocol'],
    ["\x80\x01\x00\x01\x00\x00\x00\x04ping", 'the binary protocol'],
) {
    my ($bytes, $name) = @$case;
    my $c = $t->client;
    $c->send_raw($bytes);
    is($c->recv_until_closed, '', "$name is refused");
}
like($t->log_text, qr/looks\ like:\ the\ compact\ protocol,\ client/x,
    'the log names it');
{
    my $c = $t->client;
    my ($call, $reply) = map { framed($_) } @{ $said{compact}[0] };
    $c->send_raw($call);
    is(recv_n($c, length $reply), $reply, 'and the rest is served');
}
$t->stop;

for my $case (
    ['transport framed framed;', qr/'framed' is given twice/],
    ['protocol thrift;', qr/invalid value 'thrift' of 'protocol'/],
    ['protocol auto json;', qr/invalid value 'auto' of 'protocol'/],
) {
    my ($line, $error) = @$case;
    $t->conf(<<"END");
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        $line
        service PingService { }
    }
}
END
    my ($status, undef, $err) = $t->run('-t');
    isnt($status, 0, "$line fails");
    like($err, $error, 'with its reason');
}

done_testing;
