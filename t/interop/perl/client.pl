#!/usr/bin/perl

# client.pl GENERATED -- ThriftTest through Apache's library for Perl.
# t/lib/CThrift/Interop.pm tells of the lines.
#
# What the library needs is asked for at run time, so that `perl -c` is content
# without it.

use strict;
use warnings;

my ($generated) = @ARGV;
unshift @INC, $generated;
require "$_.pm" for map { "Thrift/$_" } qw(BinaryProtocol BufferedTransport
    FramedTransport HttpClient MultiplexedProtocol SSLSocket Socket
    UnixSocket);
require "ThriftTest/$_.pm" for qw(SecondService ThriftTest Types);

# Bytes, as they go over the wire.
my $unicode = join '', map { my $s = $_; utf8::encode($s); $s }
    "Afrikaans \x{627}\x{644}\x{639} \x{4e2d}\x{6587} \x{d55c}\x{ad6d} ",
    "e\x{301} n\x{303} \x{fb01} \x{ffee} \x{1f600} \x{10fffd} ";
my $control = join('', map { chr } 0 .. 31) . "\x7f\"\\/'`\$ {}[]:,";
my @strings = ('', 'Test', $control, $unicode, $unicode x 40, '\\"' x 1000,
    '[1,"testVoid",1,7,{}]', '\\u0041');
my $int32_max = 2**31 - 1;
my $int64_max = 9223372036854775807;
my $int64_min = -$int64_max - 1;

sub failure { die "$_[0]\n" }

sub same {
    my ($what, $got, $wanted) = @_;

    failure("$what: " . ($got // 'nothing') . " instead of $wanted")
        if !defined $got || $got ne $wanted;
}

# A structure as text, its maps in order and numbers as they are.
sub text_of {
    my ($value) = @_;
    my $type = ref $value;

    return $value // '' if !$type;
    return '[' . join(',', map { text_of($_) } @$value) . ']'
        if $type eq 'ARRAY';
    my @keys = grep { defined $value->{$_} } sort keys %$value;
    return ($type eq 'HASH' ? '' : $type) . '{'
        . join(',', map { "$_=" . text_of($value->{$_}) } @keys) . '}';
}

sub same_all { same($_[0], text_of($_[1]), text_of($_[2])) }

# What the call dies of, which must be of that class.
sub failure_of {
    my ($what, $class, $call) = @_;

    failure("$what: nothing thrown") if eval { $call->(); 1 };
    failure("$what: $@") if ref $@ ne $class;
    return $@;
}

# Each value, or every third where a call takes a connection of its own.
sub some {
    my ($few, @values) = @_;

    return @values[grep { !$few || $_ % 3 == 0 } 0 .. $#values];
}

sub base_types {
    my ($c, $few) = @_;

    $c->testVoid;
    same('testString', $c->testString($_), $_) for some($few, @strings);
    same('testBool', $c->testBool($_) ? 1 : 0, $_) for 0, 1;
    same('testByte', $c->testByte($_), $_)
        for some($few, -128, 0, 1, -1, 63, 64, 127);
    same('testI32', $c->testI32($_), $_)
        for some($few, -$int32_max - 1, 0, 1, -1, 63, 64, 8191, -8193,
        $int32_max);
    for (some($few, $int64_min, 0, 1, -1, $int32_max + 1, -$int32_max - 2,
        9007199254740993, $int64_max)) {
        same('testI64', $c->testI64($_), $_);
        same('testTypedef', $c->testTypedef($_), $_);
    }
    for (some($few, 0, 1, -1, 0.1, 1 / 3, 1e307, 1e-292, 5e-324, 9**9**9,
        -9**9**9, 2**53 - 1, -0.000341012439638598279)) {
        my $back = $c->testDouble($_);
        failure("testDouble: $back instead of $_") if $back != $_;
    }
    my $every = join '', map { chr } 0 .. 255;
    same('testBinary', $c->testBinary($_), $_)
        for '', "\xff\x00", $every, $every x 512;
}

sub xtruct {
    my ($string, $byte, $i32, $i64) = @_;

    return ThriftTest::Xtruct->new({ string_thing => $string,
        byte_thing => $byte, i32_thing => $i32, i64_thing => $i64 });
}

sub structs {
    my ($c) = @_;

    for (xtruct('Zero', 1, -3, -5),
        xtruct('', -128, -$int32_max - 1, $int64_max)) {
        same_all('testStruct', $c->testStruct($_), $_);
        my $nest = ThriftTest::Xtruct2->new({ byte_thing => 1,
            struct_thing => $_, i32_thing => 5 });
        same_all('testNest', $c->testNest($nest), $nest);
    }
}

sub containers {
    my ($c) = @_;

    same_all('testMap', $c->testMap($_), $_)
        for {}, { 1 => 2 }, { map { $_ => $_ * 7 } -500 .. 499 };
    same_all('testStringMap', $c->testStringMap($_), $_)
        for {}, { a => '2', b => 'blah', some => 'thing', '' => '' },
        { $unicode => $control, 'a b' => $unicode x 10, 0 => '\\"' };
    # A set goes as a list and comes back as the keys of a hash.
    same_all('testSet', $c->testSet($_), { map { $_ => 1 } @$_ })
        for [], [-2 .. 2], [0 .. 999];
    same_all('testList', $c->testList($_), $_)
        for [], [0], [-20 .. 20], [(-1) x 1000];
    same('testEnum', $c->testEnum($_), $_) for 1, 2, 3, 5, 6, 8, 99, -1;
}

sub worked_out {
    my ($c) = @_;

    same_all('testMapMap', $c->testMapMap(42),
        { -4 => { map { $_ => $_ } -4 .. -1 }, 4 => { map { $_ => $_ } 1 .. 4 }
        });
    same_all('testMulti', $c->testMulti(-7, $int32_max, $int64_max,
        { 1 => 'one', -2 => 'two' }, 5, $int64_min),
        xtruct('Hello2', -7, $int32_max, $int64_max));

    my $crazy = ThriftTest::Insanity->new({
        userMap => { 5 => 5, 8 => $int64_min },
        xtructs => [xtruct('Goodbye4', 4, 4, 4), xtruct($unicode, 2, 2, 2)],
    });
    my $back = $c->testInsanity($crazy);
    my $empty = delete $back->{2}{6};
    failure('testInsanity: 2.6 is ' . text_of($empty))
        if text_of($empty) !~
            /^ThriftTest::Insanity\{(?:userMap=\{\})?,?(?:xtructs=\[\])?\}$/;
    same_all('testInsanity', $back,
        { 1 => { 2 => $crazy, 3 => $crazy }, 2 => {} });
}

sub exceptions {
    my ($c) = @_;
    my ($one, $two, $other) =
        qw(ThriftTest::Xception ThriftTest::Xception2
        Thrift::TApplicationException);

    my $e = failure_of('testException', $one,
        sub { $c->testException('Xception') });
    same('testException', "$e->{errorCode} $e->{message}", '1001 Xception');
    failure_of('testException', $other,
        sub { $c->testException('TException') });
    $c->testException('success');

    $e = failure_of('testMultiException', $one,
        sub { $c->testMultiException('Xception', '') });
    same('testMultiException', "$e->{errorCode} $e->{message}",
        '1001 This is an Xception');
    $e = failure_of('testMultiException', $two,
        sub { $c->testMultiException('Xception2', '') });
    same('testMultiException',
        "$e->{errorCode} $e->{struct_thing}{string_thing}",
        '2002 This is an Xception2');
    same('testMultiException',
        $c->testMultiException('success', 'foobar')->{string_thing}, 'foobar');
}

# Methods without arguments and result, past the generated code.
sub by_hand {
    my ($p) = @_;

    for my $seqid (0, 77, -1, $int32_max, -$int32_max - 1) {
        for my $name (qw(testVoid testNothing)) {
            $p->writeMessageBegin($name, Thrift::TMessageType::CALL(), $seqid);
            ThriftTest::ThriftTest_testVoid_args->new->write($p);
            $p->writeMessageEnd;
            $p->getTransport->flush;
            my ($fname, $type, $back);
            $p->readMessageBegin(\$fname, \$type, \$back);
            same('seqid', $back, $seqid);
            same('name', $fname, $name);
            same('type of a reply', $type, $name eq 'testVoid' ? 2 : 3);
            my $result = $name eq 'testVoid'
                ? ThriftTest::ThriftTest_testVoid_result->new
                : Thrift::TApplicationException->new;
            $result->read($p);
            $p->readMessageEnd;
            same('an unknown method', $result->{code}, 1)
                if $name ne 'testVoid';
        }
    }
}

sub second_service {
    my ($first, $second) = @_;

    for ('foo', '', $unicode) {
        same('secondtestString', $second->secondtestString($_),
            "testString(\"$_\")");
        same('testString', $first->testString($_), $_);
        $first->testOneway(0);
    }
}

sub transport_of {
    my ($word, $kind, $where) = @_;
    my %socket = (
        tcp => sub { Thrift::Socket->new('127.0.0.1', $where) },
        tls => sub {
            Thrift::SSLSocket->new({ host => 'localhost', port => $where,
                ca => $ENV{INTEROP_CA} });
        },
        unix     => sub { Thrift::UnixSocket->new($where) },
        abstract => sub { Thrift::UnixSocket->new("\0$where") },
    );

    if ($word eq 'http') {
        my $http = Thrift::HttpClient->new($kind eq 'tls'
            ? "https://localhost:$where/" : "http://127.0.0.1:$where/");
        $http->setTimeout(10_000);
        return $http;
    }
    my $socket = $socket{$kind}->();
    return $word eq 'framed' ? Thrift::FramedTransport->new($socket)
        : Thrift::BufferedTransport->new($socket, 4096, 4096);
}

sub run {
    my ($word, $transport_word, $kind, $where) = @_;
    my $transport = transport_of($transport_word, $kind, $where);
    my $inner = Thrift::BinaryProtocol->new($transport);
    my ($protocol, $second) = ($inner, undef);

    if ($word =~ /^multi-/) {
        $protocol = Thrift::MultiplexedProtocol->new($inner, 'ThriftTest');
        $second = ThriftTest::SecondServiceClient->new(
            Thrift::MultiplexedProtocol->new($inner, 'SecondService'));
    }
    my $client = ThriftTest::ThriftTestClient->new($protocol);
    $transport->open;
    base_types($client, $transport_word eq 'http');
    $_->($client) for \&structs, \&containers, \&worked_out,
        \&exceptions;
    $client->testOneway(1);
    same('testI32 behind testOneway', $client->testI32(-1), -1);
    by_hand($protocol);
    second_service($client, $second) if $second;
    $transport->close;
}

$| = 1;
$SIG{PIPE} = 'IGNORE';
# LWP asks for it; its own choice would be the system's certificates.
$ENV{PERL_LWP_SSL_CA_FILE} = $ENV{HTTPS_CA_FILE} = $ENV{INTEROP_CA};
while (my $line = <STDIN>) {
    my $well = eval { run(split ' ', $line); 1 };
    print $well ? "ok\n" : 'not ok: ' . join(' ', split ' ', $@) . "\n";
}
