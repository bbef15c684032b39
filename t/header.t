#!/usr/bin/perl

# header.t -- THeader and TTHeader: what they carry, what is answered, and
# what does harm in them.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Client;
use CThrift::Compact;
use CThrift::Test;
use Compress::Raw::Zlib;
use Compress::Zlib qw(compress uncompress);
use Test::More;

plan skip_all => 'probe is not built'
    if !-f CThrift::Test::objs() . '/probe.so';

my $t = CThrift::Test->new(<<'END');
load_module %%OBJS%%/probe.so;
worker_processes 1;
error_log logs/error.log info;
thrift {
    max_frame_size 4m;
    max_header_size 8k;
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service Probe { }
    }
    server {
        listen 127.0.0.1:%%PORT_2%%;
        transport header;
        protocol compact;
        service Probe { }
    }
    server {
        listen 127.0.0.1:%%PORT_3%%;
        transport framed ttheader;
        service Probe { }
    }
}
END
$t->start;

use constant {
    THEADER  => 0x0fff,
    TTHEADER => 0x1000,
    CALL     => 1,
    REPLY    => 2,
    ONEWAY   => 4,
    PROTOCOL_ERROR    => 7,
    INVALID_TRANSFORM => 8,
    INVALID_PROTOCOL  => 9,
};


# ---- An encoder of frames, and a strict decoder; of THeader unless told.

sub varint { return CThrift::Compact::varint($_[0]) }
sub text { return varint(length $_[0]) . $_[0] }

# An info of names and values.
sub pairs {
    my ($id, @pairs) = @_;

    return varint($id) . varint(@pairs / 2) . join '', map { text($_) } @pairs;
}

sub frame {
    my ($head, $payload, %o) = @_;

    $head .= "\0" x (-length($head) % 4);
    my $frame = pack 'N/a*', pack('n n N n', $o{magic} // THEADER,
        $o{flags} // 0, $o{seqid} // 0, $o{words} // length($head) / 4)
        . $head . $payload;
    return $o{outer} ? pack 'N/a*', $frame : $frame;
}

sub echo {
    my ($name, $seqid, $protocol) = @_;
    my @message = ('echo', CALL, $seqid, [[1, ['string', $name]]]);

    return $protocol ? CThrift::Compact::message(@message)
        : CThrift::Client::message(@message, 1);
}

# The next frame of $c, or undef at the end of the stream.
sub take {
    my ($c) = @_;
    my $until = time + 10;

    while (length $c->{in} < 4
        || length $c->{in} < 4 + unpack 'N', $c->{in})
    {
        my $n = $c->fill($until);
        die "timeout\n" if !defined $n;
        return undef if $n == 0;
    }
    my ($frame) = unpack 'N/a*', $c->{in};
    substr($c->{in}, 0, 4 + length $frame) = '';
    return $frame;
}

# All that a reply says; its head must be no longer than that.
sub reply {
    my ($c, %o) = @_;
    my $frame = take($c) // return undef;
    my %reply = (outer => 0);

    if (unpack('N', $frame) == length($frame) - 4) {
        $reply{outer} = 1;
        $frame = substr $frame, 4;
    }
    (my $magic, @reply{qw(flags seqid)}, my $words, my $rest) =
        unpack 'n n l> n a*', $frame;
    die sprintf "magic %x\n", $magic if $magic != ($o{magic} // THEADER);
    my $head = substr $rest, 0, 4 * $words, '';
    ($reply{id}, my $n, $head) = unpack 'C C a*', $head;
    ($reply{transforms}, $head) = unpack "a$n a*", $head;
    die "a head of more than is needed\n" if $head !~ /^\0{0,3}\z/;

    $rest = uncompress($rest) // die "no zlib\n" for 1 .. $n;
    my $decode = $reply{id} ? \&CThrift::Compact::decode_message
        : \&CThrift::Client::decode_message;
    ($reply{framed}, $rest) = (1, substr $rest, 4)
        if unpack('N', $rest) == length($rest) - 4;
    $reply{message} = $decode->(\$rest);
    die "bytes behind the message\n" if pos($rest) != length $rest;
    die "a sequence number $reply{seqid}\n"
        if $reply{seqid} != $reply{message}{seqid};
    return \%reply;
}

sub result { CThrift::Client::result($_[0]{message}) }
sub exception { (CThrift::Client::exception($_[0]{message}))[0] }

sub good {
    my $c = $t->client;
    my $reply = eval { $c->call('echo', [[1, ['string', 'good']]]) };

    return $reply && CThrift::Client::result($reply) eq 'good';
}


# ---- What a reply has of its request.

for my $id (0, 2) {
    for my $outer (0, 1) {
        for my $zlib (0, 1) {
            my $name = "protocol $id, outer $outer, zlib $zlib";
            my $c = $t->client;
            my $seqid = -0x80000000 + $id;
            my $head = varint($id) . ($zlib ? "\1\1" : "\0");
            my $payload = echo('hej', $seqid, $id);

            $payload = compress($payload) if $zlib;
            my $call = frame($head, $payload, outer => $outer,
                flags => 0xa5c3, seqid => 17);
            for my $how ('whole', 'byte by byte') {
                $c->send_raw($_)
                    for $how eq 'whole' ? $call : split //, $call;
                my $reply = reply($c);
                is(result($reply), 'hej', "$name, $how");
                is_deeply([@$reply{qw(id outer flags transforms seqid)}],
                    [$id, $outer, 0xa5c3, "\1" x $zlib, $seqid],
                    'in the dialect of its call');
            }
            $c->send_raw($call x 300);
            my $n = grep { result(reply($c)) eq 'hej' } 1 .. 300;
            is($n, 300, 'many at once');
        }
    }
}

# Compressed twice is read; the reply is compressed once.
{
    my $c = $t->client;
    $c->send_raw(frame("\0\2\1\1", compress compress echo('twice', 1)));
    my $reply = reply($c);
    is(result($reply), 'twice', 'zlib around zlib');
    is($reply->{transforms}, "\1", 'once in the reply');

    # A reply that is much longer than its call.
    my $text = join '', map { chr 32 + $_ % 95 } 1 .. 1_000_000;
    $c->send_raw(frame("\0\1\1", compress echo($text, 1)));
    ok(result(reply($c)) eq $text, 'a megabyte there and back');

    # Oneway calls and failures.
    $c->send_raw(frame("\0\0", CThrift::Client::message('note', ONEWAY, 1,
        [[1, ['string', 'n']]], 1)));
    $c->send_raw(frame("\0\0", CThrift::Client::message('nope', CALL, 2,
        [], 1), flags => 3));
    $reply = reply($c);
    is(exception($reply), 1, 'an exception has a header, a oneway call none');
    is($reply->{flags}, 3, 'as its call had');
    $c->send_raw(frame("\0\0", "\x80\x01\x00\x01garbage"));
    is(reply($c), undef, 'a payload that is no message ends the connection');
}


# ---- Dialects mixed on one connection.

{
    my $c = $t->client;
    my %plain = (binary => echo('b', 5), compact => echo('c', 6, 2),
        json => '[1,"echo",1,7,{"1":{"str":"j"}}]');
    my %calls = (
        %plain,
        header => frame("\2\0", echo('h', 8, 2)),
        double => frame("\0\0", echo('d', 9), outer => 1),
        tt     => frame("\0\0", echo('t', 10), magic => TTHEADER),
    );
    my %bytes = map {
        $_ => exists $plain{$_} ? pack('N/a*', $calls{$_}) : $calls{$_}
    } keys %calls;
    # Each behind each, itself too.
    my @order = map { my $first = $_; map { ($first, $_) } sort keys %calls }
        sort keys %calls;

    $c->send_raw($bytes{header});
    is(result(reply($c)), 'h', 'opened with a header');
    $c->send_raw(join '', map { $bytes{$_} } @order);
    my $right = 0;
    for my $kind (@order) {
        if ($kind eq 'json') {
            $right++ if take($c) eq '[1,"echo",2,7,{"0":{"str":"j"}}]';
        } elsif ($plain{$kind}) {
            my $frame = take($c);
            my $reply = $kind eq 'binary'
                ? CThrift::Client::decode_message(\$frame)
                : CThrift::Compact::decode_message(\$frame);
            $right++ if CThrift::Client::result($reply) eq substr $kind, 0, 1;
        } else {
            my $reply = reply($c,
                magic => $kind eq 'tt' ? TTHEADER : THEADER);
            $right++ if result($reply) eq substr($kind, 0, 1)
                && $reply->{outer} == ($kind eq 'double');
        }
    }
    is($right, scalar @order, 'each message is answered as it came');
}


# ---- Headers.

sub ask {
    my ($c, $name, $head, %o) = @_;

    $c->send_raw(frame($head, CThrift::Client::message('header', CALL, 1,
        [[1, ['string', $name]]], 1), %o));
    my $reply = reply($c, %o) // return 'closed';
    return result($reply) // 'exception ' . exception($reply);
}

{
    my $c = $t->client;
    my $other = $t->client;

    is(ask($c, 'key', "\0\0"), '-', 'no header');
    is(ask($c, 'key', "\0\0" . pairs(1, other => 'x', KEY => 'value')),
        'value', 'a header of the message');
    is(ask($c, 'key', "\0\0"), '-', 'is gone with it');
    is(ask($c, 'key', "\0\0" . pairs(1, '' => '', key => '')), '',
        'an empty one');
    is(ask($c, 'key', "\0\0" . pairs(1, key => 'a', key => 'b')), 'a',
        'the first of a name counts');
    is(ask($c, 'key', "\0\0" . pairs(1, a => 'b') . pairs(1, key => 'c')
        . "\x05whatever this is"), 'c', 'two infos and an unknown one');
    is(ask($c, 'key', "\0\0" . ("\0" x 22) . pairs(1, key => 'v')), '-',
        'zeros end the infos');

    is(ask($c, 'key', "\0\0" . pairs(2, key => 'stays', second => 2)),
        'stays', 'a header of the connection');
    is(ask($c, 'Key', "\0\0"), 'stays', 'stays');
    is(ask($c, 'key', "\0\0" . pairs(1, key => 'now')), 'now',
        'behind one of the message');
    is(ask($c, 'key', "\0\0" . pairs(2, kEY => 'new')), 'new', 'is replaced');
    is(ask($c, 'second', "\0\0"), 2, 'alone');
    is(ask($other, 'key', "\0\0"), '-', 'is not of other connections');
    $c->send_raw(pack 'N/a*', CThrift::Client::message('header', CALL, 1,
        [[1, ['string', 'key']]], 1));
    my $frame = take($c);
    is(CThrift::Client::result(CThrift::Client::decode_message(\$frame)), '-',
        'nor of messages without a header');

    is(ask($c, 'big', "\0\0" . pairs(2, big => 'x' x 7000)), 'x' x 7000,
        'a large one');
    is(ask($c, 'big', "\0\0" . pairs(2, more => 'x' x 2000)),
        'exception ' . PROTOCOL_ERROR, 'over the cap');
    is(reply($c), undef, 'ends the connection');

    $c = $t->client;
    is(ask($c, 'n63', "\0\0" . pairs(2, map { ("n$_", $_) } 0 .. 63)), 63,
        '64 that stay');
    is(ask($c, 'n0', "\0\0" . pairs(2, N0 => 'again')), 'again',
        'can be changed');
    is(ask($c, 'n64', "\0\0" . pairs(2, n64 => '')),
        'exception ' . PROTOCOL_ERROR, 'one more is too many');
    $c = $t->client;
    is(ask($c, 'n255', "\0\0" . pairs(1, map { ("n$_", $_) } 0 .. 255)), 255,
        '256 of a message');
    is(ask($c, 'n255', "\0\0" . pairs(1, map { ("n$_", $_) } 0 .. 256)),
        'exception ' . PROTOCOL_ERROR, 'one more is too many');
    $c = $t->client;
    is(ask($c, 'k', "\0\0" . pairs(1, k => 'x' x (8192 - 8))),
        'x' x (8192 - 8), 'a head of max_header_size');
    is(ask($c, 'k', "\0\0" . pairs(1, k => 'x' x (8192 - 7))),
        'exception ' . PROTOCOL_ERROR, 'one byte more');
}


# ---- TTHeader.

sub strings { return pack 'C n (n/a*)*', 1, @_ / 2, @_ }
sub numbers { return pack 'C n (n n/a*)*', 0x10, @_ / 2, @_ }

{
    my @tt = (magic => TTHEADER);
    my $c = $t->client;
    my $head = "\0\0" . strings(key => 'value') . "\0\0"
        . numbers(3 => 'me', 9 => 'header', 777 => 'x')
        . pack('C n/a*', 0x11, 'secret');

    is(ask($c, $_->[0], $head, @tt), $_->[1], "TTHeader: $_->[0]")
        for ['key', 'value'], ['from_service', 'me'],
        ['to_method', 'header'], ['int-777', 'x'], ['acl_token', 'secret'],
        ['log_id', '-'];
    is(ask($c, 'key', "\0\0", @tt), '-', 'TTHeader: none stays');

    for my $id (0, 2, 3) {
        for my $framed (0, 1) {
            my $payload = echo("tt $id", 21, $id);
            $payload = pack 'N/a*', $payload if $framed;
            $c->send_raw(frame(pack('CC', $id, 0), $payload, @tt,
                flags => 1, outer => $framed));
            my $reply = reply($c, @tt);
            is(result($reply), "tt $id", "TTHeader: protocol $id");
            is_deeply([@$reply{qw(id framed outer flags seqid)}],
                [$id, $framed || undef, $framed, 1, 21],
                "framed $framed, in the dialect of its call");
        }
    }
    for my $case (
        ["\1\0", INVALID_PROTOCOL, 'an unknown protocol'],
        ["\x10\0", INVALID_PROTOCOL, 'streaming'],
        ["\0\1\1", INVALID_TRANSFORM, 'a transform'],
        ["\0\0\x12\0", PROTOCOL_ERROR, 'an unknown info'],
        ["\0\0\1\0\1\0\5key", PROTOCOL_ERROR, 'a text behind its end'],
        ["\0\0\x10\xff\xff\0", PROTOCOL_ERROR, 'more numbers than there are'],
        ['', PROTOCOL_ERROR, 'an empty head'],
    ) {
        my ($head, $type, $name) = @$case;
        my $c = $t->client;
        is(ask($c, 'key', $head, @tt), "exception $type", "TTHeader: $name");
        is(reply($c, @tt), undef, 'ends the connection');
    }
}


# ---- What is refused.  The connection ends, since who says such things is
# not believed about lengths either.

my $seqid = 0x11223344;
for my $case (
    ["\1\0", INVALID_PROTOCOL, 'JSON'],
    ["\5\0", INVALID_PROTOCOL, 'an unknown protocol'],
    ["\xff\xff\xff\xff\x0f\0", INVALID_PROTOCOL, 'a large protocol'],
    ["\0\1\2", INVALID_TRANSFORM, 'a MAC'],
    ["\0\1\3", INVALID_TRANSFORM, 'snappy'],
    ["\0\3\1\1\1", INVALID_TRANSFORM, 'zlib three times'],
    ["\0\1\1", PROTOCOL_ERROR, 'zlib that is none'],
    ["\x80\x80\x80\x80\x80\x00", PROTOCOL_ERROR, 'a number without end'],
    ["\xff\xff\xff\xff\x10\x00", PROTOCOL_ERROR, 'a number too large'],
    ["\xff\xff\xff\xff", PROTOCOL_ERROR, 'half a number'],
    ["\0\xff\xff\xff\xff\x0f", PROTOCOL_ERROR, 'transforms without end'],
    ["\0\0\1\xff\xff\xff\xff\x0f\0", PROTOCOL_ERROR, 'pairs without end'],
    ["\0\0\1\1\xff\xff\xff\xff\x0f", PROTOCOL_ERROR, 'a name without end'],
    ["\0\0\2\1\1n\x30value", PROTOCOL_ERROR, 'a value behind its end'],
    ['', PROTOCOL_ERROR, 'an empty head'],
) {
    my ($head, $type, $name) = @$case;
    my $c = $t->client;

    $c->send_raw(frame($head, echo('no', 1), seqid => $seqid, flags => 9));
    my $reply = reply($c);
    is(exception($reply), $type, $name);
    is_deeply([@$reply{qw(seqid flags transforms)}], [$seqid, 9, ''],
        'as much as is known');
    is(reply($c), undef, 'and the end');
    $c->close;
}
{
    my $c = $t->client;
    $c->send_raw(frame('', echo('no', 1), words => 0xffff));
    is(exception(reply($c)), PROTOCOL_ERROR, 'a head over the cap');
    $c = $t->client;
    $c->send_raw(frame("\0\0", '', words => 2));
    is(exception(reply($c)), PROTOCOL_ERROR, 'a head behind its frame');
    for my $case (
        [pack('N/a*', "\x0f\xff" . "\0" x 8), 'a head of nothing'],
        [pack('N n N', 9, THEADER, 0) . "\0" x 3, 'a short frame'],
        [frame("\0\0", '', magic => 0x0ffe), 'another magic'],
        [pack('N N', 0x7fffffff, 0x0fff0000), 'a giant'],
        [pack('N N n', 0x7fffffff, 0x7ffffffb, 0x0fff), 'a giant in another'],
    ) {
        my ($bytes, $name) = @$case;
        $c = $t->client(timeout => 5);
        $c->send_raw($bytes);
        my $said = eval { $c->recv_until_closed };
        ok(defined $said, "$name is closed");
    }
    is_deeply([$t->log_text =~ /AddressSanitizer|runtime error/g], [],
        'no word of a sanitizer');
    ok(good(), 'others are served');
}

# Every prefix of a message as a message of its own, and every byte changed.
{
    my @frames = (
        frame("\0\1\1" . pairs(1, a => 'b') . pairs(2, c => 'd'),
            compress(echo('x', 1))),
        frame("\0\0", echo('x', 1), outer => 1),
        frame("\0\0" . strings(a => 'b') . numbers(1, 'c')
            . pack('C n/a*', 0x11, 'd'), pack('N/a*', echo('x', 1)),
            magic => TTHEADER),
    );
    my ($answered, $n) = (0, 0);
    for my $frame (@frames) {
        my $body = substr $frame, 4;
        my @inputs = map { pack 'N/a*', substr $body, 0, $_ }
            1 .. length($body) - 1;
        for my $at (4 .. length($frame) - 1) {
            my $near = chr(1 ^ ord substr $frame, $at, 1);
            for my $byte ("\0", "\xff", "\x80", $near) {
                my $copy = $frame;
                substr $copy, $at, 1, $byte;
                push @inputs, $copy;
            }
        }
        # Each with the half of its connection that it may speak.
        while (my @some = splice @inputs, 0, 50) {
            my @clients = map {
                my $c = $t->client(timeout => 10);
                $c->send_raw($_);
                shutdown $c->{socket}, 1;
                $c;
            } @some;
            $answered += grep { defined eval { $_->recv_until_closed } }
                @clients;
            $n += @some;
            $_->close for @clients;
        }
    }
    is($answered, $n, "$n mutilated messages, all let go");
    ok(good(), 'and others are served');
}


# ---- Depth, and memory.

sub nested {
    my ($levels) = @_;

    return pack('N N/a* N', 0x80010001, 'nothing', 1)
        . pack('C n', 12, 99) x $levels . "\0" x $levels . "\0";
}

for my $case ([0, '', 0], [0, "\1\1", 1]) {
    my ($id, $transforms, $zlib) = @$case;
    my $head = pack('C', $id) . ($zlib ? "\1\1" : "\0");
    my $wrap = sub { $zlib ? compress($_[0]) : $_[0] };
    my $c = $t->client;

    $c->send_raw(frame($head, $wrap->(nested(64))));
    is_deeply(reply($c)->{message}{fields}, [], "zlib $zlib: 64 levels");
    for my $levels (66, 100_000) {
        $c->send_raw(frame($head, $wrap->(nested($levels))));
        is(exception(reply($c)), PROTOCOL_ERROR, "$levels levels");
    }
    $c->send_raw(frame("\0\0", echo('still', 1)));
    is(result(reply($c)), 'still', 'the connection goes on');
}

sub memory_kb {
    my ($what) = @_;
    my ($pid) = $t->workers;

    return $t->read_file("/proc/$pid/status") =~ /$what:\s+(\d+)/ ? $1 : 0;
}

# A gigabyte of blanks out of a megabyte; once more inside of itself.  Behind a
# full flush the same bytes mean the same again.
sub bomb {
    my ($bytes, $times) = @_;
    my ($z) = Compress::Raw::Zlib::Deflate->new(-Level => 9);
    my $flushed = sub {
        my $out = '';
        $z->deflate($_[0], $out);
        $z->flush($out, Z_FULL_FLUSH);
        return $out;
    };
    my $first = $flushed->(substr $bytes, 0, 1);
    $flushed->($bytes);
    return $first . $flushed->($bytes) x $times;
}

{
    ok(good(), 'good before');
    my $before = memory_kb('VmRSS');
    my $bomb = bomb(' ' x (1 << 20), 1024);
    for my $case (
        ["\0\1\1", $bomb, 'a gigabyte out of ' . length $bomb],
        ["\0\2\1\1", compress($bomb), 'the same out of '
            . length compress($bomb)],
    ) {
        my ($head, $payload, $name) = @$case;
        for my $outer (0, 1) {
            my $c = $t->client;
            $c->send_raw(frame($head, $payload, outer => $outer));
            is(exception(reply($c)), PROTOCOL_ERROR, $name);
            is(reply($c), undef, 'ends the connection');
        }
    }
    ok(good(), 'and a good client is served');
    SKIP: {
        skip 'sanitizers need memory of their own', 2
            if CThrift::Test->has_sanitizers;
        # A frame in, two bodies out, what the read blocks need.
        cmp_ok(memory_kb('VmHWM') - $before, '<', 5 * 4 * 1024,
            'memory is held at its height');
        cmp_ok(memory_kb('VmRSS') - $before, '<', 2 * 4 * 1024,
            'and given back');
    }

    # Exactly as much as a frame.
    my $fits = 4 * 1048576 - length echo('', 1);
    my $c = $t->client;
    $c->send_raw(frame("\0\1\1", compress echo('x' x $fits, 1)));
    is(length result(reply($c)), $fits, 'a body as large as a frame');
    $c->send_raw(frame("\0\1\1", compress echo('x' x ($fits + 1), 1)));
    is(exception(reply($c)), PROTOCOL_ERROR, 'one byte more');
}


# ---- A few bytes that inflate to many: one such message is a turn, and then
# the others have theirs.

{
    my $n = 12;
    my $long = CThrift::Client::message('notes', CALL, 1,
        [[9, ['string', 'x' x 4_000_000]]], 1);
    my ($c, $other) = ($t->client(timeout => 30), $t->client(timeout => 30));

    $other->send_raw(frame("\0\0", echo('before', 1)));
    is(result(reply($other)), 'before', 'another client is served');
    $c->send_raw(frame("\0\1\1", compress($long)) x $n);
    $other->send_raw(frame("\0\0", echo('between', 2)));
    is(result(reply($other)), 'between', 'and does not wait');
    my $before = 0;
    while (IO::Select->new($c->{socket})->can_read(0)) {
        $c->fill(time + 1) or last;
    }
    $before++ while length $c->{in} && defined take($c);
    cmp_ok($before, '<', $n, "until all $n long messages are read");
    take($c) for $before + 1 .. $n;
    pass('which are all answered');
}


# ---- Where less is spoken.

{
    my $c = $t->client(port => $t->port(2));
    $c->send_raw(frame("\2\0", echo('c', 1, 2)));
    is(result(reply($c)), 'c', 'compact only: compact');
    $c->send_raw(frame("\0\0", echo('b', 1)));
    my $reply = reply($c);
    is(exception($reply), INVALID_PROTOCOL, 'binary is refused');
    is($reply->{id}, 2, 'in compact');

    $c = $t->client(port => $t->port(2));
    $c->send_raw(pack 'N/a*', echo('c', 1, 2));
    is($c->recv_until_closed, '', 'header only: no plain frames');
    $c = $t->client(port => $t->port(3));
    $c->send_raw(frame("\0\0", echo('t', 1), magic => TTHEADER));
    is(result(reply($c, magic => TTHEADER)), 't', 'TTHeader only');
    $c->send_raw(pack 'N/a*', echo('f', 1));
    my $frame = take($c);
    is(CThrift::Client::result(CThrift::Client::decode_message(\$frame)), 'f',
        'and frames');
    # A worker complains once a second.
    ok($t->reload, 'a new worker');
    $c = $t->client(port => $t->port(3));
    $c->send_raw(frame("\0\0", echo('h', 1)));
    is($c->recv_until_closed, '', 'but no THeader');
    like($t->log_text, qr/it looks like: THeader/, 'by name');
    ok($t->reload, 'another');
    $c = $t->client;
    $c->send_raw(frame("\0\1\2", ''));
    is(exception(reply($c)), INVALID_TRANSFORM, 'a refusal');
    like($t->log_text, qr/cannot open a message: a transform that is not/,
        'the log says why');
}

done_testing;
