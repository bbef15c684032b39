#!/usr/bin/perl

# harness.t -- the tests' own tools: what the Perl client writes is what the
# specification says, and what it reads is what it writes.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Client;
use CThrift::Compact;
use CThrift::Json;
use CThrift::Load;
use File::Temp qw(tempfile);
use IO::Socket::IP;
use POSIX ();
use Test::More;

# ---- Bytes, against the specification of the binary protocol.

sub hex_of { unpack 'H*', $_[0] }

my $ping = CThrift::Client::message('ping', 1, 7, [], 1);
is(hex_of($ping), '80010001' . '00000004' . '70696e67' . '00000007' . '00',
    'a strict message');

$ping = CThrift::Client::message('ping', 1, 7, [], 0);
is(hex_of($ping), '00000004' . '70696e67' . '01' . '00000007' . '00',
    'a message that is not strict');

is(hex_of(CThrift::Client::frame('abc')), '00000003616263', 'a frame');

my %bytes = (
    '01'                       => ['bool', 1],
    'fe'                       => ['byte', -2],
    'fffe'                     => ['i16', -2],
    '80000000'                 => ['i32', -2**31],
    '7fffffffffffffff'         => ['i64', 9223372036854775807],
    '3fe0000000000000'         => ['double', 0.5],
    '000000026869'             => ['string', 'hi'],
    '0f00000002' . '0800000001' . '00000005' . '0800000000' =>
        ['list', 'list', [['list', 'i32', [5]], ['list', 'i32', []]]],
    '0b0a00000001' . '0000000161' . '0000000000000001' =>
        ['map', 'string', 'i64', [['a', 1]]],
    '080001' . '00000009' . '00' => ['struct', [[1, ['i32', 9]]]],
    '00112233445566778899aabbccddeeff' =>
        ['uuid', pack('H*', '00112233445566778899aabbccddeeff')],
);
for my $hex (sort keys %bytes) {
    my $typed = $bytes{$hex};
    is(hex_of(CThrift::Client::encode($typed)), $hex, "$typed->[0] out");

    my $in = pack 'H*', $hex;
    is_deeply(CThrift::Client::decode(\$in, $typed->[0]), $typed,
        "$typed->[0] in");
}

my $short = substr $ping, 0, 9;
ok(!eval { CThrift::Client::decode_message(\$short) }, 'half a message');
is($@, "short\n", 'is called short');

# ---- The other protocols: a type, its bytes.

my $uuid = pack 'H*', '00112233445566778899aabbccddeeff';
my @compact = (
    [['byte', -2], 'fe'],
    [['i16', -1], '01'],
    [['i32', 300], 'd804'],
    [['i64', 9223372036854775807], 'feffffffffffffffff01'],
    [['i64', -9223372036854775807 - 1], 'ffffffffffffffffff01'],
    [['double', 0.5], '000000000000e03f'],
    [['string', 'hi'], '026869'],
    [['uuid', $uuid], '00112233445566778899aabbccddeeff'],
    [['list', 'bool', [1, 0]], '21' . '0102'],
    [['set', 'i32', [(1) x 15]], 'f50f' . '02' x 15],
    [['map', 'string', 'i64', [['a', 1]]], '01' . '86' . '0161' . '02'],
    [['struct', [[1, ['bool', 0]], [16, ['bool', 1]], [32, ['i32', 1]],
        [-1, ['struct', []]]]], '12' . 'f1' . '0540' . '02' . '0c01' . '0000'],
);
for (@compact) {
    my ($typed, $hex) = @$_;
    is(hex_of(CThrift::Compact::encode($typed)), $hex,
        "compact: $typed->[0] out");

    my $in = pack 'H*', $hex;
    is_deeply(CThrift::Compact::decode(\$in, $typed->[0]), $typed,
        "compact: $typed->[0] in");
}

my @json = (
    [['bool', 1], '1'],
    [['i64', -9223372036854775807 - 1], '-9223372036854775808'],
    [['double', 0.5], '0.5'],
    [['string', "a\"\\\n\0"], '"a\\"\\\\\\u000a\\u0000"'],
    [['uuid', $uuid], '"00112233-4455-6677-8899-aabbccddeeff"'],
    [['list', 'double', [1.5, 2]], '["dbl",2,1.5,2]'],
    [['set', 'string', []], '["str",0]'],
    [['map', 'i32', 'list', [[-1, ['list', 'i32', [1]]]]],
        '["i32","lst",1,{"-1":["i32",1,1]}]'],
    [['struct', [[1, ['byte', 1]], [2, ['struct', []]]]],
        '{"1":{"i8":1},"2":{"rec":{}}}'],
);
for (@json) {
    my ($typed, $text) = @$_;
    is(CThrift::Json::encode($typed), $text, "json: $typed->[0] out");

    # A number ends where the next thing begins.
    my $in = "$text,";
    is_deeply(CThrift::Json::decode(\$in, $typed->[0]), $typed,
        "json: $typed->[0] in");
}
{
    my $in = '"\\u00e4\\ud83d\\ude00\\/\\\\u0041"';
    is(CThrift::Json::decode(\$in, 'string')->[1],
        "\xc3\xa4\xf0\x9f\x98\x80/\\u0041", 'json: escapes');
}


# ---- Every transport takes back what it gives, and nothing before all is
# there; every protocol calls half a message short.

my $said = [[1, ['struct', [[1, ['i32', -1]], [2, ['string', 'x' x 200]],
    [3, ['list', 'i64', [1 .. 20]]]]]]];
for my $protocol (qw(binary compact json)) {
    for my $transport (undef, 'framed', 'header', ['header', zlib => 1],
        'ttheader', 'zlib', 'http')
    {
        next if $protocol eq 'json' && ($transport // '') eq 'ttheader';
        my $client = bless { protocol => $protocol, in => '', inner => [],
            layers => [$transport
                ? CThrift::Client::layer($transport, $protocol) : ()],
        }, 'CThrift::Client';
        my @name = ref $transport ? @$transport : $transport // 'unframed';
        my $reply = { name => 'say', type => 2, seqid => -7,
            fields => $said };
        $reply->{strict} = 1 if $protocol eq 'binary';

        my $bytes = $client->bytes_of('say', 2, -7, $said, 1);
        # A client's request is no server's reply.
        $bytes =~ s/\A.*\r\n/HTTP\/1.1 200 OK\r\n/ if "@name" eq 'http';
        my ($got, $at);
        for my $i (1 .. length $bytes) {
            $client->{in} .= substr $bytes, $i - 1, 1;
            last if $got = $client->next_message;
            $at = $i + 1;
        }
        is_deeply($got, $reply, "$protocol, @name: a message");
        # The end of a flush says nothing.
        is($at, length $bytes, "$protocol, @name: not before all is there")
            if "@name" ne 'zlib';
    }
}


# ---- Talking, against an echo of a few lines that answers calls whole.

my $listener = IO::Socket::IP->new(
    LocalHost => '127.0.0.1',
    LocalPort => 0,
    Listen    => 64,
) or die "cannot listen: $!";
my $port = $listener->sockport;
my $server = fork // die "fork: $!";

if ($server == 0) {
    $SIG{CHLD} = 'IGNORE';
    while (1) {
        my $peer = $listener->accept or next;
        next if fork;
        answer($peer);
        POSIX::_exit(0);
    }
}

# Field 1 of every call comes back as the result; framed calls begin with 0.
sub answer {
    my ($peer) = @_;
    my $self = bless { socket => $peer, in => '', timeout => 60 },
        'CThrift::Client';

    while ($self->fill(time + 60)) {
        $self->{framed} = $self->{in} =~ /^\0...[\x80]/s;
        while (my $call = $self->next_message) {
            my $reply = CThrift::Client::message($call->{name}, 2,
                $call->{seqid}, [map { [0, $_->[1]] } @{ $call->{fields} }],
                $call->{strict});
            $self->send_raw($self->{framed}
                ? CThrift::Client::frame($reply) : $reply);
        }
    }
}

for my $framed (0, 1) {
    my $client = CThrift::Client->new(port => $port, framed => $framed);
    my $reply = $client->call('echo', [[1, ['string', 'hello']]]);
    is(CThrift::Client::result($reply), 'hello', "a call, framed $framed");

    my @seqids = map {
        $client->send_call('echo', [[1, ['i32', $_]]])
    } 1 .. 20;
    my @replies = map { $client->recv_reply->{seqid} } @seqids;
    is_deeply(\@replies, \@seqids, "20 calls in a row, framed $framed");
}

my $client = CThrift::Client->new(port => $port, timeout => 0.05);
$client->send_raw("\0\0");
ok(!eval { $client->recv_reply }, 'no reply to half a call');
is($@, "timeout\n", 'is a timeout');
$client->close;

my $load = CThrift::Load->start(port => $port, clients => 2);
select undef, undef, undef, 0.2;
my $seen = $load->stop;
cmp_ok($seen->{calls}, '>', 0, 'a load makes calls');
is($seen->{failed}, 0, 'and none fails') or diag @{ $seen->{errors} };

close $listener;
kill 'TERM', $server;
waitpid $server, 0;

$load = CThrift::Load->start(port => $port, clients => 1);
select undef, undef, undef, 0.1;
cmp_ok($load->stop->{failed}, '>', 0, 'without a server they do fail');

# ---- The end of a test finds what it should.  Each of these is a test of its
# own, whose failure is wanted.

my $conf = 'thrift { server { listen 127.0.0.1:%%PORT_1%%; '
    . 'service PingService { } } }';
my $objs = $ENV{CTHRIFT_OBJS} // 'objs';

# The exit status of a test with that body, and what it printed.
sub outcome {
    my ($body) = @_;
    my $program = 'use strict; use warnings; use CThrift::Test; '
        . "use Test::More; my \$t = CThrift::Test->new('$conf')->start; "
        . "pass('serves'); \$CThrift::Test::GRACE = 1; $body";
    my ($fh, $script) = tempfile(UNLINK => 1);

    print $fh $program;
    close $fh;
    my $words = `$^X -It/lib $script 2>&1`;
    return ($? >> 8, $words);
}

SKIP: {
    skip 'the server is not built', 6 if !-d "$objs/pingpong";

    my ($status, $words) = outcome('');
    is($status, 0, 'a test that leaves nothing is green') or diag $words;

    for (
        ['no alerts', q{
            open my $fh, '>>', $t->dir . '/logs/error.log';
            print $fh "2026/01/01 [alert] 1: broken\n"; }],
        ['no word of a sanitizer', q{
            open my $fh, '>', $t->dir . '/sanitizer/report.1';
            print $fh "ERROR: AddressSanitizer: made up\n"; }],
        ['no process left over', q{
            my $copy = $t->dir . '/cthrift-sleep';
            system 'cp', '/bin/sleep', $copy;
            if (!fork) { exec $copy, 600 } }],
        ['no descriptor left over', q{
            my $client = $t->client;
            $client->call('ping');
            if (!fork) {
                close STDOUT;
                close STDERR;
                sleep 5;
                POSIX::_exit(0);
            } }],
    ) {
        my ($claim, $body) = @$_;
        ($status, $words) = outcome($body);
        like($words, qr/^not ok \d+ - \Q$claim\E$/m, "seen: '$claim' is false")
            or diag $words;
    }

    ($status) = outcome('die "in the middle";');
    isnt($status, 0, 'a test that dies is red');
}

done_testing();
