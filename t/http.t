#!/usr/bin/perl

# http.t -- calls in the bodies of HTTP/1.1 requests: what is answered, what is
# refused, and that the next request is served where it can be.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use Test::More;
use Time::HiRes qw(time);

my $t = CThrift::Test->new(<<'END');
load_module %%OBJS%%/probe.so;
worker_processes 1;
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        max_message_size 8m;
        service Probe { }
    }
    server {
        listen 127.0.0.1:%%PORT_3%%;
        hand_over off;
        service Probe { }
    }
    server {
        listen 127.0.0.1:%%PORT_2%%;
        transport http;
        max_message_size 1000;
        max_header_size 4k;
        client_read_timeout 300ms;
        service Probe { }
    }
}
END
$t->start;

my $TYPE = 'Content-Type: application/x-thrift';

sub call {
    my ($name, $fields, $type) = @_;

    return CThrift::Client::message($name, $type // 1, 7, $fields // [], 1);
}

sub echo { return call('echo', [[1, ['string', $_[0]]]]) }

# A POST with more fields.
sub post {
    my ($body, @fields) = @_;

    return join "\r\n", 'POST /any HTTP/1.1', 'Host: localhost', @fields,
        'Content-Length: ' . length $body, '', $body;
}

sub chunked {
    my ($size, $body) = @_;

    return join "\r\n", 'POST / HTTP/1.1', 'Host: localhost',
        'Transfer-Encoding: chunked', '',
        (map { sprintf "%x\r\n%s", length, $_ }
            unpack("(a$size)*", $body), ''), '';
}

# The next answer: status, fields, body, and all of it; undef if there is
# none.  To HEAD, and of 100, there is no body.
sub answer {
    my ($c, $bodiless) = @_;
    my $deadline = time + $c->{timeout};

    while (1) {
        if ($c->{in} =~ /\A(HTTP\/1\.1 (\d+) [^\r\n]+)\r\n(.*?)\r\n\r\n/s
            || $c->{in} =~ /\A(HTTP\/1\.1 (100) Continue\r\n\r\n)/)
        {
            my ($end, $status, $lines) = ($+[0], $2, $3 // '');
            my %field = map { /^([^:]+): (.*)$/ ? (lc $1, $2) : ($_, '') }
                split /\r\n/, $lines;
            my $n = $bodiless || $status == 100
                ? 0 : $field{'content-length'};
            if (length $c->{in} >= $end + $n) {
                my $all = substr $c->{in}, 0, $end + $n, '';
                return { status => $status, field => \%field, all => $all,
                    body => substr $all, $end };
            }
        }
        return undef if !$c->fill($deadline);
    }
}

sub status_of { return ($_[0] // { status => 'none' })->{status} }

# The string that a reply carries, or what there is in its place.
sub said {
    my ($answer) = @_;

    return 'no answer' if !$answer;
    return "status $answer->{status}" if $answer->{status} != 200;
    return '' if $answer->{body} eq '';
    my $body = $answer->{body};
    my $reply = CThrift::Client::decode_message(\$body);
    return $reply->{type} == 3
        ? "exception $reply->{fields}[1][1][1]"
        : $reply->{fields}[0][1][1] // '';
}

sub good {
    my ($c, $text) = @_;

    $c->send_raw(post(echo($text)));
    is(said(answer($c)), $text, "and then: $text");
}

# What is sent and what comes back, byte by byte.
my $hi = CThrift::Client::message('echo', 2, 7, [[0, ['string', 'hi']]], 1);
{
    my $c = $t->client;
    my $head = "HTTP/1.1 200 OK\r\n";
    my $length = 'Content-Length: ' . length($hi) . "\r\n\r\n";

    $c->send_raw(post(echo('hi'), $TYPE));
    is(answer($c)->{all}, "$head$TYPE\r\n$length$hi", 'a reply');
    $c->send_raw(post(echo('hi'), 'Content-Type: text/html', 'Origin: x'));
    is(answer($c)->{all}, "$head$TYPE\r\nAccess-Control-Allow-Origin: *\r\n"
        . "$length$hi", 'a reply to a page of another origin');
    $c->send_raw(post('[1,"echo",1,7,{"1":{"str":"hi"}}]',
        'Content-Type: application/json; charset=utf-8'));
    is(answer($c)->{all}, "${head}Content-Type: application/json\r\n"
        . "Content-Length: 33\r\n\r\n[1,\"echo\",2,7,{\"0\":{\"str\":\"hi\"}}]",
        'JSON');
    $c->send_raw(post("\x82\x21\x07\x04echo\x18\x02hi\x00"));
    is(answer($c)->{body}, "\x82\x41\x07\x04echo\x08\x00\x02hi\x00", 'compact');
    $c->send_raw(post(call('note', [[1, ['string', 'x']]], 4), $TYPE));
    is(answer($c)->{all}, "${head}Content-Length: 0\r\n\r\n", 'oneway');
    $c->send_raw(post(call('notes')));
    is(said(answer($c)), 1, 'has been called');
    $c->send_raw(post(call('nope')));
    is(said(answer($c)), 'exception 1', 'an unknown method');
    $c->send_raw(post(call('fail', [[1, ['string', 'x']]])));
    is(said(answer($c)), 'exception 6', 'a handler that fails');
    $c->send_raw(post(substr echo('hi'), 0, -2));
    is(said(answer($c)), 'exception 7', 'a message cut short');
    $c->send_raw(post(call('header', [[1, ['string', 'X-Trace']]]),
        'X-Other: a', 'x-trace:  b c '));
    is(said(answer($c)), 'b c', 'a header reaches the handler');
    $c->send_raw(post(call('header', [[1, ['string', 'X-None']]])));
    is(said(answer($c)), '-', 'and one that is not there does not');
    good($c, 'still there');
}

# A oneway call is confirmed before it runs.
{
    my $c = $t->client;
    my $start = time;
    $c->send_raw(post(call('toil', [[1, ['i32', 2000]]], 4)));
    is(said(answer($c)), '', 'oneway');
    cmp_ok(time - $start, '<', 1.5, 'is confirmed before its handler ends');
    good($c, 'after the toil');
}

# In pieces, in numbers, in chunks.
{
    my $c = $t->client;
    good($c, 'an empty line behind it');
    $c->send_raw($_) for split //, "\r\n" . post(echo('bytes'));
    is(said(answer($c)), 'bytes', 'each byte on its own');
    $c->send_raw($_) for split //, chunked(5, echo('chunks, bytes'));
    is(said(answer($c)), 'chunks, bytes', 'chunks, each byte on its own');

    my $right = 0;
    for my $i (1 .. 1000) {
        $c->send_raw(post(echo("call $i")));
        $right += said(answer($c)) eq "call $i";
    }
    is($right, 1000, '1000 calls on one connection');

    $c->send_raw(join '', map { post(echo("call $_")) } 1 .. 1000);
    $right = grep { said(answer($c)) eq "call $_" } 1 .. 1000;
    is($right, 1000, '1000 calls at once');

    my $large = 'x' x (1 << 20);
    $c->send_raw(chunked(1, echo($large)));
    ok(said(answer($c)) eq $large, '1 MB in chunks of one byte');
    $c->send_raw(chunked(1 << 19, echo($large)));
    ok(said(answer($c)) eq $large, '1 MB in chunks of half of it');
    $c->send_raw(post(echo($large)));
    ok(said(answer($c)) eq $large, '1 MB in one piece');

    my $body = echo('trailers');
    $c->send_raw("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n"
        . sprintf("\r\n00%X;a=\"b;c\";d\r\n", length $body)
        . "$body\r\n0;x\r\nX-A: b\r\nContent-Length: 5\r\n\r\n");
    is(said(answer($c)), 'trailers', 'extensions and trailers');
}

# The client is asked to go on once its head is there, and only then.
{
    my $c = $t->client;
    my $body = echo('expected');
    for (1, 2) {
        $c->send_raw("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
            . 'Content-Length: ' . length($body) . "\r\n\r\n");
        is(answer($c)->{all}, "HTTP/1.1 100 Continue\r\n\r\n", 'go on');
        $c->send_raw($body);
        is(said(answer($c)), 'expected', 'the reply');
    }
    $c->send_raw(post($body, 'Expect: 100-continue'));
    is(said(answer($c)), 'expected', 'nobody is asked who has gone on');
}

# What is no call is answered, and the connection goes on.
{
    my $c = $t->client;
    my $page = answer_to($c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    is($page->{status}, 200, 'GET');
    like($page->{field}{'content-type'}, qr{^text/html}, 'is a page');
    like($page->{body}, qr/cthrift.*Thrift.*POST/s, 'for people');
    my $head = answer_to($c, "HEAD /<x> HTTP/1.1\r\nHost: x\r\n\r\n", 1);
    is($head->{all}, $page->{all} =~ s/\r\n\r\n.*/\r\n\r\n/sr,
        'HEAD is the same without the page');
    my $options = answer_to($c, "OPTIONS / HTTP/1.1\r\nHost: x\r\nOrigin: y"
        . "\r\nAccess-Control-Request-Method: POST\r\n\r\n");
    is($options->{status}, 200, 'OPTIONS');
    my %field = %{ $options->{field} };
    is($field{'access-control-allow-origin'}, '*', 'of any origin');
    is($field{'access-control-allow-methods'}, 'POST, OPTIONS', 'methods');
    like($field{'access-control-allow-headers'}, qr/Content-Type/, 'headers');

    for my $method (qw(PUT DELETE PATCH TRACE CONNECT post X)) {
        my $answer = answer_to($c, "$method / HTTP/1.1\r\nHost: x\r\n"
            . "Content-Length: 3\r\n\r\nabc");
        is($answer->{status}, 405, $method);
        like($answer->{field}{allow}, qr/^POST, /, 'what else is allowed');
    }
    for my $case (
        [400, '', 'an empty body'],
        [400, echo('x') . 'x', 'a byte behind the message'],
        [400, echo('x') x 2, 'two messages'],
        [400, "\x80\x01", 'half a word'],
        [415, '<soap:Envelope>', 'XML'],
        [415, "\x1f\x8b\x08\x00\x00", 'gzip'],
        [415, pack('N/a*', echo('x')), 'a frame'],
        [415, "GET / HTTP/1.1\r\n\r\n", 'HTTP'],
    ) {
        my ($status, $body, $name) = @$case;
        my $answer = answer_to($c, post($body));
        is($answer->{status}, $status, "$name: $status");
        like($answer->{body}, qr/^[a-z][^\n]+\n\z/, 'with a line of text');
        is($answer->{field}{connection}, undef, 'and the connection stays');
    }
    good($c, 'after all that');
}

sub answer_to {
    my ($c, $bytes, $bodiless) = @_;

    $c->send_raw($bytes);
    return answer($c, $bodiless) // { status => 'none' };
}

# Who says so is closed; HTTP/1.0 is, unless it says otherwise.
for my $case (
    [post(echo('x'), 'Connection: close'), 'close', 1],
    [post(echo('x'), 'Connection: x, Close'), 'close', 1],
    [post(echo('x')) =~ s/1\.1/1.0/r, 'close', 1],
    [post(echo('x'), 'Connection: Keep-Alive') =~ s/1\.1/1.0/r,
        'keep-alive', 0],
    ["GET / HTTP/1.0\r\n\r\n", 'close', 1],
    [post(call('note', [[1, ['string', 'x']]], 4), 'Connection: close'),
        'close', 1],
    [post('', 'Connection: close'), 'close', 1],
) {
    my ($bytes, $word, $closes) = @$case;
    my $c = $t->client;
    my ($line) = $bytes =~ /^(.*HTTP.*)\r/;
    my $answer = answer_to($c, $bytes);
    is($answer->{field}{connection}, $word, "$line: $word");
    if ($closes) {
        is($c->recv_until_closed, '', 'closed');
    } else {
        good($c, 'kept');
    }
}

# Answers come in the order of the requests, however long each takes.
{
    my $c = $t->client;
    my $later = sub {
        return call('later', [[1, ['string', $_[0]]], [2, ['i32', $_[1]]]]);
    };
    $c->send_raw(join '', post($later->('a', 300)), post(echo('b')),
        "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        post(call('note', [[1, ['string', 'x']]], 4)),
        "PUT / HTTP/1.1\r\nHost: x\r\n\r\n", post($later->('c', 1)),
        post('nonsense'), post($later->('d', 100)), post(echo('e')),
        "POST / HTTP/1.1\r\nHost: x\r\n\r\n", post(echo('not reached')));
    is(said(answer($c)), 'a', 'a call that takes its time');
    is(said(answer($c)), 'b', 'one that does not');
    like(answer($c)->{body}, qr/<html/, 'a page');
    is(said(answer($c)), '', 'oneway');
    is(status_of(answer($c)), 405, 'no call');
    is(said(answer($c)), 'c', 'another');
    is(status_of(answer($c)), 415, 'nonsense');
    is(said(answer($c)), 'd', 'another');
    is(said(answer($c)), 'e', 'and one more');
    is(status_of(answer($c)), 411, 'what ends the connection');
    is($c->recv_until_closed, '', 'ends it');
}

# What could be understood in two ways, and what is too much: one answer, and
# the connection ends, with the request behind it unread.
my $line = "POST / HTTP/1.1\r\n";
my $head = "${line}Host: x\r\n";
my $chunks = "${head}Transfer-Encoding: chunked\r\n";
for my $case (
    ["${chunks}Content-Length: 5\r\n\r\n0\r\n\r\n", 'a length and chunks'],
    ["${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        'chunks and a length'],
    ["${head}Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        'two lengths'],
    ["${head}Content-Length: 5\r\nContent-Length: 5\r\n\r\nabcdef",
        'a length twice'],
    (map { ["${head}Content-Length: $_\r\n\r\nabcde", "length '$_'"] }
        '5, 5', '+5', '-5', '0x5', '5 ', '5;', "5\t5", '',
        '99999999999999999999', '5e0', "5\0") [0 .. 3, 5 .. 10],
    (map { ["${head}Transfer-Encoding: $_\r\n\r\n0\r\n\r\n", "coding '$_'"] }
        'gzip', 'chunked, gzip', 'gzip, chunked', 'chunked, chunked',
        'identity', 'xchunked', "\x0bchunked", "chunked\0", ''),
    ["${head}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", 'a space'],
    ["${head} Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 'a folded line'],
    ["${head}X: y\r\n\tz\r\nContent-Length: 1\r\n\r\na", 'another'],
    ["${chunks}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 'a coding twice'],
    ["POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        'chunks in HTTP/1.0'],
    ["${line}Host: x\nContent-Length: 1\r\n\r\na", 'half an end of line'],
    ["${head}Content-Length: 1\r\n\na", 'another'],
    ["POST / HTTP/1.1\nHost: x\nContent-Length: 1\n\na", 'all of them'],
    ["${head}X: a\rContent-Length: 5\r\n\r\nabcde", 'the other half'],
    ["${head}X: a\0b\r\nContent-Length: 1\r\n\r\na", 'a NUL'],
    ["${head}X: a\x1b[2J\r\nContent-Length: 1\r\n\r\na", 'a control'],
    ["${head}: a\r\nContent-Length: 1\r\n\r\na", 'no name'],
    ["${head}X\r\nContent-Length: 1\r\n\r\na", 'no colon'],
    ["${line}Content-Length: 1\r\n\r\na", 'no host'],
    ["${head}Host: x\r\nContent-Length: 1\r\n\r\na", 'two hosts'],
    ["${line}Host: x, y\r\nContent-Length: 1\r\n\r\na", 'two hosts in one'],
    ["POST  / HTTP/1.1\r\nHost: x\r\n\r\n", 'two spaces'],
    ["POST\t/ HTTP/1.1\r\nHost: x\r\n\r\n", 'a tab'],
    ["POST / HTTP/1.1 \r\nHost: x\r\n\r\n", 'a space behind'],
    ["POST /a b HTTP/1.1\r\nHost: x\r\n\r\n", 'a space in the target'],
    ["POST /\x01 HTTP/1.1\r\nHost: x\r\n\r\n", 'a control in the target'],
    ["POST any HTTP/1.1\r\nHost: x\r\n\r\n", 'no path'],
    ["POST / HTTP/1.1x\r\nHost: x\r\n\r\n", 'no version'],
    ["POST / http/1.1\r\nHost: x\r\n\r\n", 'another'],
    ["${chunks}\r\n+1\r\na\r\n0\r\n\r\n", 'a chunk with a sign'],
    ["${chunks}\r\n0x1\r\na\r\n0\r\n\r\n", 'a chunk in C'],
    ["${chunks}\r\n1 \r\na\r\n0\r\n\r\n", 'a chunk with a space'],
    ["${chunks}\r\n1\na\r\n0\r\n\r\n", 'a chunk with half an end'],
    ["${chunks}\r\n1\r\nab\r\n0\r\n\r\n", 'a chunk that is longer'],
    ["${chunks}\r\n1\r\na0\r\n\r\n", 'a chunk without an end'],
    ["${chunks}\r\n10000000000000001\r\na\r\n0\r\n\r\n", 'a chunk of 2^64'],
    ["${chunks}\r\n0\r\nX : y\r\n\r\n", 'a bad trailer'],
    ["${chunks}\r\n1;" . 'x' x 300 . "\r\na\r\n0\r\n\r\n", 'an extension'],
    ["GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: x\r\n\r\n", 'with GET'],
    [411, "$head\r\n", 'no length'],
    [413, "${head}Content-Length: 8388609\r\n\r\n", 'a body over the cap'],
    [413, "${head}Content-Length: 18446744073709551615\r\n\r\n", 'far over'],
    [413, "${chunks}\r\n800000\r\n", 'a chunk over the cap'],
    [413, "${chunks}\r\nffffffffffffffff\r\n", 'far over'],
    [414, 'POST /' . 'x' x 8200, 'a first line over the cap'],
    [417, "${head}Expect: beer\r\nContent-Length: 1\r\n\r\n", 'expectations'],
    [431, $head . "X: y\r\n" x 100 . "\r\n", '101 headers'],
    [431, "${head}X: " . 'y' x 70_000, 'a head over the cap'],
    [431, "${chunks}\r\n0\r\nX: " . 'y' x 70_000, 'trailers over the cap'],
    [505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 'HTTP/2'],
    [505, "GET /\r\n", 'HTTP/0.9'],
    [505, "POST / HTTP/3.0\r\n", 'HTTP/3'],
) {
    my ($status, $bytes, $name) = @$case == 3 ? @$case : (400, @$case);
    my $c = $t->client;
    # The server may have closed before all is sent.
    eval { $c->send_raw($bytes . post(echo('smuggled'))) };
    my $all = $c->recv_until_closed // 'not closed';
    my ($first, @more) = split /^(?=HTTP\/)/m, $all;
    like($first, qr{^HTTP/1\.1 $status .*\r\nConnection: close\r\n}s,
        "$name: $status");
    like($first, qr/\r\n\r\n[a-z][^\n]+\n\z/, 'with a line of text');
    is("@more", '', 'and nothing else');
}
unlike($t->log_text, qr/[^\x20-\x7e\n\t]/, 'no byte of a peer in the log');

# One line a second is the rule, so it is asked for until it comes.
for my $case (
    ['cannot read a message: a body without a length', "$head\r\n"],
    ['cannot open a message: an empty body', post('')],
) {
    my ($words, $bytes) = @$case;
    my $logged = CThrift::Test::wait_for(sub {
        my $c = $t->client;
        answer_to($c, $bytes);
        $t->log_text =~ /\Q$words\E, client: 127/;
    });
    ok($logged, "the log has $words");
}
{
    my (undef, $status) = $t->run('-s', 'status', '--json');
    my ($errors) = $status =~ /"protocol_errors":\s*(\d+)/;
    my ($limits) = $status =~ /"limits":\s*(\d+)/;
    cmp_ok($errors, '>', 80, 'protocol errors are counted');
    cmp_ok($limits, '>', 7, 'and limits among them');
}

# Caps are exact, of the body as it comes, and refused before it is there.
{
    my $c = $t->client(port => $t->port(2));
    my $fit = 'x' x (1000 - length echo(''));
    for my $bytes (post(echo($fit)), chunked(100, substr echo($fit), 0, 900)) {
        isnt(status_of(answer_to($c, $bytes)), 413, 'n is allowed');
    }
    $c->close;
    for my $bytes ("${head}Content-Length: 1001\r\n\r\n",
        chunked(100, 'x' x 1000)) {
        my $c = $t->client(port => $t->port(2));
        is(status_of(answer_to($c, $bytes)), 413, 'n + 1 is not');
    }
    my $c2 = $t->client(port => $t->port(2));
    is(status_of(answer_to($c2, "${head}X: " . 'y' x 5000)), 431,
        'nor is a longer head');
}

# Silence inside a request, wherever it sets in, ends the connection.
{
    my $all = post(echo('x')) . chunked(10, echo('x'));
    my @clients = map {
        my $c = $t->client(port => $t->port(2));
        $c->send_raw(substr $all, 0, $_);
        $c;
    } grep { $_ % 7 == 5 } 4 .. length($all) - 1;
    my $closed = grep { defined $_->recv_until_closed } @clients;
    is($closed, scalar @clients, 'client_read_timeout closes all of them');
    $_->close for @clients;
}

# A server that speaks HTTP speaks nothing else.
{
    my $c = $t->client(port => $t->port(2));
    $c->send_raw(echo('x'));
    is($c->recv_until_closed, '', 'bare binary is refused');
    good($t->client(port => $t->port(2)), 'and HTTP is served');
}

# A frame of THeader or TTHeader in the body, and one in the reply's.
for my $case (
    ['header', 'binary'], ['header', 'compact'],
    ['header', 'compact', zlib => 1], ['ttheader', 'binary'],
) {
    my ($name, $protocol, @options) = @$case;
    my $c = $t->client(protocol => $protocol,
        transport => [['http', fields => ['X-A: http', 'X-B: http']],
            [$name, headers => { 'x-a' => 'frame' }, @options]]);
    my %said = map {
        $_ => CThrift::Client::result(
            $c->call('header', [[1, ['string', $_]]]))
    } qw(X-A X-B X-C);
    is_deeply(\%said, { 'X-A' => 'frame', 'X-B' => 'http', 'X-C' => '-' },
        "$name $protocol @options in a body");
    is((CThrift::Client::exception($c->call('nope')))[0], 1, 'an exception');
}
{
    my $c = $t->client(transport =>
        ['http', ['header', sticky => { 'x-a' => 'once' }]]);
    my @said = map {
        CThrift::Client::result($c->call('header', [[1, ['string', 'X-A']]]))
    } 1 .. 2;
    is("@said", 'once -', 'what a frame says for its connection is not kept');

    # An unknown protocol: the frame's own exception, and the end.
    my $frame = pack 'N/a*', pack('n n l> n', 0x0fff, 0, 7, 1) . "\x63\0\0\0"
        . echo('x');
    my $raw = $t->client;
    my $answer = answer_to($raw, post($frame));
    is($answer->{status}, 200, 'a bad frame');
    is($answer->{field}{connection}, 'close', 'ends the connection');
    like($answer->{body}, qr/^....\x0f\xff\0\0\0\0\0\x07/s,
        'with an exception in a frame');
    is($raw->recv_until_closed, '', 'closed');

    $raw = $t->client;
    my $right = pack 'N/a*', pack('n n l> n', 0x0fff, 0, 7, 1) . "\0" x 4
        . echo('x');
    for my $bytes ("$right-", $right x 2, substr $right, 0, -1) {
        is(status_of(answer_to($raw, post($bytes))), 400, 'one whole frame');
    }
    my $c2 = $t->client(port => $t->port(2));
    is(status_of(answer_to($c2, post($right))), 415,
        'where no frame is served');
}

# Hundreds of half requests cost what they have sent.
{
    my ($worker) = $t->workers;
    my $before = rss($worker);
    my @clients = map {
        my $c = $t->client;
        $c->send_raw("${head}Content-Length: 8000000\r\n\r\n" . 'x' x 1000);
        $c->send_raw("${chunks}\r\n7000\r\nx") if $_ > 100;
        $c;
    } 1 .. 200;
    good($t->client, 'others are served meanwhile');
    cmp_ok(rss($worker) - $before, '<', 16384, 'KiB for 200 half requests');
    $_->close for @clients;
}

sub rss {
    my ($pid) = @_;

    open my $fh, '<', "/proc/$pid/status" or return 0;
    return (map { /^VmRSS:\s*(\d+)/ ? $1 : () } <$fh>)[0];
}

# A client that waits to be asked for its body is asked behind the replies to
# what came before.
{
    my $c = $t->client;
    my $later = call('later', [[1, ['string', 'first']], [2, ['i32', 50]]]);
    my $second = post(echo('second'), 'Expect: 100-continue');
    my ($head, $body) = split /(?<=\r\n\r\n)/, $second, 2;

    is(answer_to($c, post($later) . $head)->{body} =~ /first/, 1,
        'a reply that comes later');
    is(answer($c)->{status}, 100, 'then the word to go on');
    like(answer_to($c, $body)->{body}, qr/second/, 'and the second reply');
    good($c, 'and on');
}

# A connection that moves to another worker hears nothing of it, in the middle
# of a request or between two.
{
    my ($c, $half) = ($t->client, $t->client);
    my $bytes = post(echo('half'));
    good($_, 'before the reload') for $c, $half;
    $half->send_raw(substr $bytes, 0, 60);
    ok($t->reload, 'reload');
    my $answer = answer_to($c, post(echo('again')));
    is($answer->{field}{connection}, undef, 'no word of an end');
    good($c, 'and on');
    $answer = answer_to($half, substr $bytes, 60);
    is($answer->{field}{connection}, undef, 'nor behind half a request');
    good($half, 'and on');
}

# A worker that leaves says so in its last reply, and only then.
for my $bytes (
    post(echo('last')),
    post(call('note', [[1, ['string', 'x']]], 4)),
    "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    post(echo('first')) x 5 . post(echo('last')),
) {
    my $c = $t->client(port => $t->port(3));
    good($c, 'before the reload');
    ok($t->reload, 'reload');
    my $answer = answer_to($c, $bytes);
    while ($answer && $answer->{body} =~ /first/) {
        is($answer->{field}{connection}, undef, 'not the last one');
        $answer = answer($c);
    }
    is($answer->{status}, 200, 'the old worker answers');
    is($answer->{field}{connection}, 'close', 'and says that it closes');
    is($c->recv_until_closed, '', 'and does');
    good($t->client, 'the new one serves');
}

done_testing;
