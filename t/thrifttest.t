#!/usr/bin/perl

# thrifttest.t -- examples/thrifttest as conf/thrifttest.conf serves it: every
# method of both services, in every protocol, over every transport, alone and
# multiplexed; asked by a client that shares nothing with the server.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Dialects;
use CThrift::Test;
use CThrift::Tls;
use MIME::Base64;
use Test::More;

plan skip_all => 'thrifttest is not built'
    if !-f CThrift::Test::objs() . '/thrifttest.so';

# The configuration that Apache's clients are served from, at other addresses,
# and without TLS where that cannot be tried.
sub configuration {
    my ($no_tls) = @_;

    open my $fh, '<', 'conf/thrifttest.conf' or die "no configuration: $!";
    my $text = do { local $/; <$fh> };

    $text =~ s{modules/(?=thrifttest\.so)}{%%OBJS%%/};
    $text =~ s{127\.0\.0\.1:909([01])}{"127.0.0.1:%%PORT_" . ($1 + 1) . '%%'}ge;
    $text =~ s{/tmp/ThriftTest\.thrift}{%%TESTDIR%%/sock}g;
    $text =~ s{^.*ssl.*\n}{}mg if $no_tls;
    return $text;
}

my $no_tls = CThrift::Tls::missing();
my $t = CThrift::Test->new(configuration($no_tls));
if (!$no_tls) {
    my $pki = CThrift::Tls::Pki->new($t->dir);
    $pki->ca('ca');
    $pki->cert('conf/server', ca => 'ca', names => ['localhost']);
    rename $t->dir . '/conf/server.pem', $t->dir . '/conf/server.crt';
}
$t->start;


# ---- What is called, and what the answer is.

sub xtruct {
    my ($text, $byte, $i32, $i64) = @_;

    return ['struct', [[1, ['string', $text]], [4, ['byte', $byte]],
        [9, ['i32', $i32]], [11, ['i64', $i64]]]];
}

sub xception {
    my ($id, $code, @second) = @_;

    return [[$id, ['struct', [[1, ['i32', $code]], [2, @second]]]]];
}

sub insanity {
    my ($users, $xtructs) = @_;

    return ['struct', [[1, ['map', 'i32', 'i64', $users]],
        [2, ['list', 'struct', $xtructs]]]];
}

my ($min64, $max64) = (-9223372036854775807 - 1, 9223372036854775807);
my $unicode = join '', map { utf8::encode(my $c = chr); $c }
    0xe5, 0x3b1, 0x5d0, 0x4e2d, 0xac00, 0x301, 0x202e, 0xfffd, 0x1f600;
my $zero = xtruct('', 0, 0, 0);
my $xtruct = xtruct('Zero', 1, -3, -5);
my $none = insanity([], []);
my $insane = insanity([[5, 5], [8, 8], [99, $min64]],
    [xtruct('Goodbye4', 4, 4, 4), xtruct('Hello2', 2, 2, 2)]);

# Methods that give their argument back, and what they are given.
my %echo = (
    testString => [map { ['string', $_] } '', 'Test', $unicode x 100,
        "quotes \" and \\ and / and \\u0041 and \\\"",
        join('', map { chr } 0 .. 127)],
    testBool => [map { ['bool', $_] } 1, 0],
    testByte => [map { ['byte', $_] } -128, -1, 0, 1, 127],
    testI32  => [map { ['i32', $_] } -2147483648, -1, 0, 1, 2147483647],
    testI64  => [map { ['i64', $_] } $min64, -34359738368, -1, 0, 1,
        9007199254740993, $max64],
    testDouble => [map { ['double', $_] } 0, -0.0, 5.235098235, 1e307,
        1e-292, -0.000341012439638598279, 9007199254740991, 0.1, 5e-324,
        1.7976931348623157e308, 9**9**9, -9**9**9, -sin(9**9**9)],
    testBinary => [map { ['binary', $_] } '', 'a', 'ab', 'abc', 'abcd',
        join('', map { chr } 0 .. 255), "\xff" x 131_072],
    testUuid => [map { ['uuid', pack 'H*', $_] } '0' x 32, 'f' x 32,
        '00112233445566778899aabbccddeeff'],
    testStruct => [$zero, $xtruct, xtruct($unicode, 127, 1, $max64)],
    testNest   => [['struct', [[1, ['byte', 1]], [2, $xtruct],
        [3, ['i32', 5]]]]],
    testMap => [map { ['map', 'i32', 'i32', $_] }
        [], [map { [$_, $_ - 10] } -5 .. 20]],
    testStringMap => [map { ['map', 'string', 'string', $_] }
        [], [['a', '2'], ['a b', 'blah'], ['0', $unicode x 80], ['', '']]],
    testSet  => [map { ['set', 'i32', $_] } [], [-2 .. 2], [1 .. 300]],
    testList => [map { ['list', 'i32', $_] } [], [3, 1, 2, 1], [1 .. 14],
        [1 .. 15], [map { -$_ } 1 .. 5000]],
    # Numbers that no name stands for pass, too.
    testEnum    => [map { ['i32', $_] } 1, 2, 3, 5, 6, 8, 99, 0, -1],
    testTypedef => [map { ['i64', $_] } 309858235082523, $min64],
);

# [METHOD, ARGUMENTS, RESULT].
my @calls = (
    ['testVoid', [], []],
    (map {
        my $method = $_;
        map { [$method, [[1, $_]], [[0, $_]]] } @{ $echo{$method} };
    } sort keys %echo),

    ['testMapMap', [[1, ['i32', 1]]], [[0, ['map', 'i32', 'map', [
        [-4, ['map', 'i32', 'i32', [map { [$_, $_] } -4 .. -1]]],
        [4, ['map', 'i32', 'i32', [map { [$_, $_] } 1 .. 4]]]]]]]],
    (map { ['testInsanity', $_->[0], [[0, ['map', 'i64', 'map', [
        [1, ['map', 'i32', 'struct', [[2, $_->[1]], [3, $_->[1]]]]],
        [2, ['map', 'i32', 'struct', [[6, $none]]]]]]]]]
    } [[[1, $insane]], $insane], [[[1, ['struct', []]]], $none], [[], $none]),
    ['testMulti', [[1, ['byte', 42]], [2, ['i32', 4242]],
        [3, ['i64', 424242]], [4, ['map', 'i16', 'string', [[1, 'blah']]]],
        [5, ['i32', 5]], [6, ['i64', $max64]]],
        [[0, xtruct('Hello2', 42, 4242, 424242)]]],

    ['testException', [[1, ['string', 'Xception']]],
        xception(1, 1001, ['string', 'Xception'])],
    ['testException', [[1, ['string', 'TException']]], 6],
    ['testException', [[1, ['string', 'success']]], []],
    ['testMultiException',
        [[1, ['string', 'Xception']], [2, ['string', 'test 1']]],
        xception(1, 1001, ['string', 'This is an Xception'])],
    ['testMultiException',
        [[1, ['string', 'Xception2']], [2, ['string', 'test 2']]],
        xception(2, 2002, xtruct('This is an Xception2', 0, 0, 0))],
    ['testMultiException',
        [[1, ['string', 'success']], [2, ['string', 'test 3']]],
        [[0, xtruct('test 3', 0, 0, 0)]]],

    # Arguments that are not there, of another type, or not asked for.
    ['testString', [], [[0, ['string', '']]]],
    ['testI32', [], [[0, ['i32', 0]]]],
    (map {
        ['testStruct', $_->[0], [[0, ['struct', [[4, ['byte', 0]],
            [9, ['i32', $_->[1]]], [11, ['i64', 0]]]]]]];
    } [[], 0], [[[1, ['struct', [[9, ['i32', 7]]]]]], 7]),
    ['testList', [], [[0, ['list', 'i32', []]]]],
    ['testI32', [[1, ['string', 'seven']]], [[0, ['i32', 0]]]],
    ['testI32', [[7, $insane], [1, ['i32', 8]], [-3, ['double', 0.5]]],
        [[0, ['i32', 8]]]],

    ['testNothing', [], 1],
    ['', [], 1],
);


# ---- The same values, as a reply in that protocol shows them.

# Doubles bit by bit, but a NaN is a NaN; bytes are text in JSON; the types of
# an empty map are not in compact.
sub shown {
    my ($value, $protocol) = @_;

    return $value if !ref $value;
    my ($type, @rest) = @$value;
    if (defined $type && !ref $type) {
        return [$type, $rest[0] == $rest[0]
            ? unpack 'H*', pack 'd>', $rest[0] : 'NaN'] if $type eq 'double';
        return ['string', $protocol eq 'json'
            ? encode_base64($rest[0], '') : $rest[0]] if $type eq 'binary';
        return ['map', '', '', []] if $type eq 'map' && !@{ $rest[2] };
    }
    return [map { shown($_, $protocol) } @$value];
}

sub is_answered {
    my ($c, $call, $prefix, $name) = @_;
    my ($method, $fields, $wanted) = @$call;
    my $reply = $c->call("$prefix$method", $fields);

    return is((CThrift::Client::exception($reply))[0], $wanted,
        "$name: $method fails") if !ref $wanted;
    is_deeply([@$reply{qw(type name)}, shown($reply->{fields}, $c->{protocol})],
        [2, $method, shown($wanted, $c->{protocol})], "$name: $method");
}

# A reply too many would be taken for the next call's.  Over HTTP there is one,
# with nothing in it.
sub is_oneway {
    my ($c, $prefix, $name) = @_;
    my $is_http = grep { $_->isa('CThrift::Http') } @{ $c->{layers} };

    $c->oneway("${prefix}testOneway", [[1, ['i32', 1]]]);
    is_answered($c, ['testI32', [[1, ['i32', -1]]], [[0, ['i32', -1]]]],
        $prefix, "$name behind testOneway");
    is($c->{empty} // 0, $is_http, "$name: no answer to testOneway");
}

# What the head of a THeader or TTHeader says of the message in it.
sub is_headed {
    my ($c, $name) = @_;

    for my $seen (grep { $_ } map { $_->{seen} } @{ $c->{layers} }) {
        next if !defined $seen->{seqid};    # HTTP's
        is_deeply([@$seen{qw(seqid protocol flags)}], [$c->{seqid},
            $c->{protocol} eq 'compact' ? 2 : 0, 0], "$name: the head");
    }
}

sub is_second {
    my ($c, $text, $name) = @_;
    my $reply = $c->call('SecondService:secondtestString',
        [[1, ['string', $text]]]);

    is_deeply($reply, { %$reply, type => 2, name => 'secondtestString',
        fields => [[0, ['string', qq(testString("$text"))]]] },
        "$name: SecondService");
}


# ---- In every dialect.

for my $dialect (CThrift::Dialects::spoken()) {
    my $name = $dialect->{name};

    my $c = $t->client(%{ $dialect->{client} });
    $c->{seqid} = 2147483647 - 10;    # wraps, as that of a C++ client
    is_answered($c, $_, '', $name) for @calls;
    is_oneway($c, '', $name);
    is_headed($c, $name);

    # Both services by their names, in turn, on one connection.
    $c = $t->client(%{ $dialect->{client} });
    $name .= ', multiplexed';
    for my $i (0 .. $#calls) {
        is_answered($c, $calls[$i], 'ThriftTest:', $name);
        is_second($c, "$i \0 $unicode", $name) if $i % 5 == 0;
    }
    is_oneway($c, 'ThriftTest:', $name);
    is_second($c, '', $name);
    for my $method (qw(NoService:testVoid SecondService:testVoid
        ThriftTest:secondtestString secondtestString ThriftTest:))
    {
        is((CThrift::Client::exception($c->call($method)))[0], 1,
            "$name: no $method");
    }
    is_second($c, 'still there', $name);
}

# Base64 without its padding, as C++ and Java write it.
{
    my $c = $t->client(protocol => 'json');
    for my $text (qw(YQ YWI YWJj)) {
        my $reply = $c->call('testBinary', [[1, ['string', $text]]]);
        is(CThrift::Client::result($reply) =~ tr/=//dr, $text,
            "json: bytes of $text");
    }
}


# ---- On every socket.

for my $socket ('', '@') {
    my $path = $socket . $t->dir . '/sock';
    my $c = $t->client(path => $path);

    is_answered($c, $_, '', $socket ? 'abstract' : 'unix') for @calls;

    # With a NUL too many the kernel would show another "@".
    open my $fh, '<', '/proc/net/unix' or die "no list of sockets: $!";
    is((grep { / \Q$path\E$/ && / 00010000 / } <$fh>), 1,
        "$path listens under exactly that name");
}

SKIP: {
    skip $no_tls, 1 if $no_tls;
    for my $dialect (CThrift::Dialects::spoken()) {
        my $c = CThrift::Tls->new(port => $t->port(2),
            %{ $dialect->{client} });

        is_answered($c, $_, '', "TLS, $dialect->{name}") for @calls;
        is_oneway($c, '', "TLS, $dialect->{name}");
    }
}

done_testing;
