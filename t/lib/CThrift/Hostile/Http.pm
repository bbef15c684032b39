package CThrift::Hostile::Http;

# What a hostile client says in HTTP/1.1.
#
#   my @cases = CThrift::Hostile::Http::cases();
#   my @large = CThrift::Hostile::Http::large(4_000_000);
#
# Most of what a proxy in front and the server behind could understand in two
# ways has a whole second request inside: `most => 1` says that it must not be
# answered.

use strict;
use warnings;

use CThrift::Client;
use CThrift::Hostile qw(message garbage any mutation);
use CThrift::Hostile::Compact;
use CThrift::Hostile::Heads;
use CThrift::Hostile::JSON;

my $CALL = CThrift::Client::message('PingService:ping', 1, 7, [], 1);
my $JSON = '[1,"PingService:ping",1,7,{}]';

# A request, with these lines and without those of `no`.
sub request {
    my ($body, @lines) = @_;

    return join "\r\n", 'POST / HTTP/1.1', @lines, '', $body;
}


sub post {
    my ($body, @lines) = @_;

    return request($body, 'Host: x', 'Content-Length: ' . length $body,
        @lines);
}


sub chunked {
    my ($chunks, @lines) = @_;

    return request($chunks, 'Host: x', 'Transfer-Encoding: chunked', @lines);
}


sub chunks {
    my ($bytes, $size) = @_;

    return join('', map { sprintf "%x\r\n%s\r\n", length, $_ }
        unpack "(a$size)*", $bytes) . "0\r\n\r\n";
}


my $SMUGGLED = post($JSON, 'X: smuggled');

# Refused with this, and nothing behind it is looked at.
sub smuggling {
    my ($name, $bytes) = @_;

    return { %{ message($name, $bytes, 'refused', 1) }, most => 1 };
}


# ---- Groups of cases.

sub truncations {
    my $rest = chunks(substr($CALL, 27), 40) =~ s/\r\n\z/T: v\r\n\r\n/r;
    my @cases;

    for my $wire (post($JSON, 'Content-Type: application/json'),
        chunked(chunks($CALL, 5)),
        chunked("1b;x=\"y\"\r\n" . substr($CALL, 0, 27) . "\r\n$rest"))
    {
        push @cases, map {
            message("$_ of " . length($wire), substr($wire, 0, $_), 'refused')
        } 1 .. length($wire) - 1;
    }
    return @cases;
}


# What a length may not be.
sub lengths {
    my $n = length $JSON;
    my @cases;

    push @cases, smuggling("Content-Length:$_", request($JSON . $SMUGGLED,
        'Host: x', "Content-Length:$_"))
        for '', ' ', "-$n", "+$n", " $n$n$n$n$n$n$n$n$n$n$n", "0x1d", "$n ,$n",
        "$n, $n", "$n;", "$n.0", "1e1", " $n a", "\t$n\0", "\xd9\xa1",
        ' 9223372036854775807', ' 9223372036854775808',
        ' 18446744073709551615', ' 18446744073709551616',
        ' 18446744073709551645', ' 99999999999999999999999', '9' x 1000;
    push @cases, message("Content-Length: $_ of $n", request($JSON, 'Host: x',
        "Content-Length: $_"), 'any', 0)
        for 0, 1, $n - 1, $n + 1, 100_000, 2147483647, "00$n", '0' x 100 . $n;
    push @cases, smuggling("two lengths: $_->[0], $_->[1]",
        request($JSON . $SMUGGLED, 'Host: x', "Content-Length: $_->[0]",
            "Content-Length: $_->[1]")) for [$n, $n], [0, $n], [$n, 0],
        [$n, ''], [$n, length($JSON . $SMUGGLED)];
    push @cases, smuggling("a length and $_", request(chunks($JSON, 9)
        . $SMUGGLED, 'Host: x', "Content-Length: $n", $_))
        for 'Transfer-Encoding: chunked', 'transfer-encoding:chunked',
        'Transfer-Encoding: identity', 'Transfer-Encoding: x',
        "Transfer-Encoding:\tchunked";
    push @cases, smuggling("$_ and a length", request(chunks($JSON, 9)
        . $SMUGGLED, 'Host: x', $_, 'Content-Length: 4'))
        for 'Transfer-Encoding: chunked', 'Transfer-Encoding : chunked',
        ' Transfer-Encoding: chunked', "Transfer-Encoding:\x0bchunked",
        "Transfer-Encoding\x00: chunked", "X: y\nTransfer-Encoding: chunked",
        "X: y\rTransfer-Encoding: chunked",
        "X: y\r\n Transfer-Encoding: chunked";
    push @cases, smuggling("Transfer-Encoding: $_", request(chunks($JSON, 9)
        . $SMUGGLED, 'Host: x', "Transfer-Encoding: $_"))
        for '', 'identity', 'gzip', 'gzip, chunked', 'chunked, gzip',
        'chunked, chunked', 'xchunked', 'chunkedx', 'chunked;q=1', '"chunked"',
        'chun ked', ',chunked', 'chunked,', "chunked\0", "\x0bchunked",
        "chunked\x0c", 'chunked' x 5000;
    push @cases, smuggling('two times chunked', chunked(chunks($JSON, 9)
        . $SMUGGLED, 'Transfer-Encoding: chunked'));
    push @cases, smuggling('no length', request($JSON . $SMUGGLED, 'Host: x'));
    return @cases;
}


sub chunk_sizes {
    my $end = "\r\n0\r\n\r\n";
    my @cases;

    push @cases, smuggling("a chunk of " . substr($_, 0, 20),
        chunked("$_\r\n$JSON$end$SMUGGLED"))
        for '', ' ', '-1', '+1d', '0x1d', ' 1d', '1d ;', 'g', '1d\n', "1d\0",
        '1d 1d', ';', '1d"', 'f' x 8, 'f' x 15, 'f' x 16, 'f' x 17,
        '1' . '0' x 16, 'f' x 1000, '7' . 'f' x 15, '8' . '0' x 15,
        '1d;' . 'x' x 257, "1d;\x01", "1d;a=\"\x7f", "\xef\xbc\x91d";
    push @cases, message("a chunk's size: $_", chunked("$_\r\n$JSON$end"),
        'any', 0) for '1d', '1D', '0' x 10 . '1d', '0' x 100 . '1d', '1d;',
        '1d;a', '1d;a=b;c="d;\"e"', '1d;' . 'x' x 250, '1d ';
    push @cases, smuggling("behind a chunk: " . unpack('H*', $_),
        chunked("1d\r\n$JSON$_" . "0\r\n\r\n$SMUGGLED"))
        for '', 'x', "\n", "\r", "\n\r", "x\r\n", "\0\r\n", ' ';
    push @cases, smuggling("behind a size: " . unpack('H*', $_),
        chunked("1d$_$JSON$end$SMUGGLED")) for "\n", "\r", "\r\r\n", "\n\n",
        ' ' x 300 . "\r\n";
    push @cases, smuggling("a trailer: " . substr($_, 0, 30),
        chunked("1d\r\n$JSON\r\n0\r\n$_\r\n\r\n$SMUGGLED"))
        for 'x', ': y', 'a b: c', ' a: b', "a: b\n", "a\0: b", "a: \x01",
        "a:b\r\n c", 'x: ' . 'y' x 70_000, "a: b\r\n" x 20_000 . 'a: b';
    push @cases, message("trailers: " . substr($_, 0, 30),
        chunked("1d\r\n$JSON\r\n0\r\n$_\r\n\r\n"), 'any', 0)
        for 'a: b', 'Content-Length: 5', 'Transfer-Encoding: chunked',
        "a: b\r\n" x 90 . 'a: b', "a: b\r\n" x 5000 . 'a: b', 'Host: y';
    push @cases, message("chunks of $_", chunked(chunks($JSON . ' ' x 3000,
        $_)), 'ok', 1) for 1, 2, 3, 1000, 10_000;
    push @cases, message('no chunks', chunked("0\r\n\r\n"), 'refused', 1);
    return @cases;
}


# Lines that are none, in a request that is else good.
sub lines {
    my @cases;

    push @cases, smuggling('a line: ' . substr($_, 0, 30),
        post($JSON, $_) . $SMUGGLED)
        for 'x', ':', ': y', ' x: y', "\tx: y", 'x : y', "x\t: y", 'x y: z',
        "x\0: y", "x: \0", "x: a\x01b", "x: a\x7fb", "x: a\nb", "x: a\rb",
        "x: y\r\n z", "x: y\r\n\tz", "\xff: y", "x\xc3\xa4: y", '"x": y',
        '(x): y', 'x[0]: y', "x: y\r\r", "x: y\n", 'Host: y', 'Host:',
        'x' x 70_000, 'x: ' . 'y' x 70_000, "a: b\r\n" x 98 . 'a: b',
        "a: b\r\n" x 20_000 . 'a: b';
    push @cases, message('a line: ' . substr($_, 0, 30), post($JSON, $_), 'ok',
        1) for 'x:', 'x:y', 'x: y ', "x: \xff\xfe", "x:\t\ty\t", '!#$%&: y',
        'x: ' . 'y' x 60_000, "a: b\r\n" x 90 . 'a: b', 'Cookie: a; b',
        'Origin: x',
        'Content-Type: text/html', "Content-Type: \xff", 'Content-Type:',
        'Content-Encoding: gzip', 'Upgrade: h2c', 'Connection: keep-alive',
        'Connection: close', 'Connection: x, close, y', 'Connection: ,,,';
    push @cases, smuggling("Expect: $_", post($JSON, "Expect: $_")
        . $SMUGGLED) for '', 'x', '100', '100-continue, x', '200-continue',
        '100-continue' x 100;
    push @cases, message("Expect: $_", post($JSON, "Expect: $_"), 'ok', 1)
        for '100-continue', '100-Continue';
    push @cases, smuggling('no host', request($JSON . $SMUGGLED,
        'Content-Length: 29'));
    for my $end ("\n", "\r", "\r\r\n", "\n\r", "\0\r\n", "\x0b\r\n") {
        push @cases, { %{ message('lines that end in ' . unpack('H*', $end),
            post($JSON) =~ s/\r\n/$end/gr . $SMUGGLED, 'refused', 0) },
            most => 1 };
    }
    return @cases;
}


sub first_lines {
    my $rest = "\r\nHost: x\r\nContent-Length: 29\r\n\r\n$JSON$SMUGGLED";
    my @cases;

    for ('POST', 'POST /', 'POST / ', 'POST / HTTP', 'POST / HTTP/',
        'POST / HTTP/1', 'POST / HTTP/1.', 'POST / HTTP/1.1 ',
        'POST / http/1.1',
        'POST / HTTP/01.1', 'POST / HTTP/1.01', 'POST / HTTP/1.11',
        'POST / HTTP/2', 'POST / HTTP/2.0', 'POST / HTTP/3.0',
        'POST / HTTP/0.9', 'POST / HTTP/9.9', 'POST / HTTP/-1.1',
        'POST  / HTTP/1.1', "POST\t/ HTTP/1.1", 'POST /  HTTP/1.1',
        'POST / x HTTP/1.1', "POST /\0 HTTP/1.1", "POST /\x7f HTTP/1.1",
        "POST /\rHTTP/1.1", 'POST HTTP/1.1', 'POST /' . 'x' x 8200
        . ' HTTP/1.1', 'POST /' . 'x' x 70_000 . ' HTTP/1.1',
        'POST /' . ' HTTP/1.1' x 100, 'POST ' . '/ ' x 5000)
    {
        push @cases, { %{ message('a request: ' . substr($_, 0, 40), $_ . $rest,
            'refused', 0) }, most => 1 };
    }
    push @cases, message('a request: ' . substr($_, 0, 40),
        "$_\r\nHost: x\r\nContent-Length: 29\r\n\r\n$JSON", 'any', 1)
        for "POST * HTTP/1.1", 'POST http://x/y HTTP/1.1', 'POST // HTTP/1.1',
        "POST /\xff\xfe HTTP/1.1", 'POST /%00%ff%zz HTTP/1.1',
        'POST /../../etc/passwd HTTP/1.1', 'POST /' . 'x' x 8000 . ' HTTP/1.1',
        'POST / HTTP/1.0', 'POST / HTTP/1.2', 'PUT / HTTP/1.1',
        'DELETE / HTTP/1.1', 'CONNECT x:1 HTTP/1.1', 'TRACE / HTTP/1.1',
        'PATCH / HTTP/1.1', 'OPTIONS * HTTP/1.1';
    push @cases, message("$_ with a body", "$_ / HTTP/1.1\r\nHost: x\r\n"
        . "Content-Length: 29\r\n\r\n$JSON" . post($JSON), 'any', 0)
        for qw(GET OPTIONS PUT DELETE TRACE);
    push @cases, message("GET $_", "GET $_ HTTP/1.1\r\nHost: x\r\n\r\n", 'any',
        1) for '/', '/x?y=z', '/<script>', '*', 'http://x/', '/' . 'x' x 8000;
    push @cases, { %{ message('HEAD', "HEAD / HTTP/1.1\r\nHost: x\r\n\r\n",
        'ok', 1) }, bodiless => 1 };
    push @cases, message("not HTTP: $_", $_, 'any', 0)
        for 'PRI * HTTP/2.0' . "\r\n\r\nSM\r\n\r\n", 'GET /', 'POST ',
        "GET \r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "OPTI\0", 'GET ' x 100,
        'HEAD ' . "\n" x 100, "POST\r\n\r\n", "\r\n" . post($JSON),
        "\r\n\r\n" . post($JSON), 'DELE' . garbage(50);
    return @cases;
}


# What is in the body: everything, good and bad, and other bodies.
sub bodies {
    my @cases;
    my @compact = CThrift::Hostile::Compact::messages();
    my @json = CThrift::Hostile::JSON::messages();
    my @header = map { CThrift::Hostile::Heads::cases($_) }
        qw(header ttheader);
    my $add = sub {
        my ($every, $name, @messages) = @_;
        for my $i (grep { $_ % $every == 0 } 0 .. $#messages) {
            my $case = $messages[$i];
            next if length $case->{bytes} > 100_000;
            push @cases, message("$name: $case->{name}",
                post($case->{bytes}), 'any', 1);
            push @cases, message("$name, chunked: $case->{name}",
                chunked(chunks($case->{bytes} || 'x', 1 + any(50))), 'any', 1)
                if $i % (2 * $every) == 0;
        }
    };

    $add->(40, 'compact', @compact);
    $add->(40, 'JSON', @json);
    $add->(40, 'a head', @header);
    push @cases, message("a body of $_->[0]", post($_->[1]), 'refused', 1)
        for ['nothing', ''], ['a byte', "\x80"], ['zeros', "\0" x 100],
        ['two messages', $CALL x 2], ['two of JSON', $JSON x 2],
        ['a message and more', $CALL . 'x'], ['a request', post($JSON)],
        ['a frame', CThrift::Hostile::frame($CALL)], ['text', 'hello'],
        ['zlib', CThrift::Hostile::Heads::zlib($CALL)],
        ['garbage', garbage(200)], ['half a message', substr($CALL, 0, 20)];
    return @cases;
}


sub pipelines {
    my $get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    my $ok = post($JSON);
    my @cases;

    push @cases, message('a hundred', $ok x 100, 'ok', 1);
    push @cases, message('posts and gets', "$ok$get" x 50, 'ok', 1);
    push @cases, message('chunks and none', chunked(chunks($CALL, 7)) . $ok,
        'ok', 1);
    push @cases, { %{ message('behind a close', post($JSON, 'Connection: close')
        . $ok x 10, 'ok', 1) }, most => 1 };
    push @cases, { %{ message('behind HTTP/1.0', $ok =~ s/1\.1/1.0/r . $ok,
        'any', 1) }, most => 1 };
    push @cases, message("good, bad, good: $_", $ok . post($_) . $ok, 'any', 0)
        for '', 'x', '[1]', "\x82\x21\7\4nope\0", $CALL . 'x';
    push @cases, message("$_ bytes of garbage behind", $ok . garbage($_),
        'any', 0) for 1 .. 9, 100;
    return @cases;
}


sub mutations {
    my ($n) = @_;
    my @whole = (post($JSON, 'Content-Type: application/json'),
        chunked(chunks($CALL, 5), 'Accept: */*'), post($CALL) x 3,
        "GET / HTTP/1.1\r\nHost: x\r\n\r\n" . post($JSON));

    return map {
        message("mutation $_", mutation($whole[$_ % @whole]))
    } 1 .. $n;
}


sub cases {
    CThrift::Hostile::seed(20260105);
    return (truncations(), lengths(), chunk_sizes(), lines(), first_lines(),
        bodies(), pipelines(), mutations(500));
}


# One at a time: what costs most for its bytes.
sub large {
    my ($size) = @_;
    my $add = sub {
        my ($name, $bytes, $times, $whole) = @_;
        return { times => $times, %{ message($name, $bytes, 'any', $whole) } };
    };
    my $half = chunks($JSON . ' ' x ($size / 6), 1);

    return (
        $add->('a line without end', 'POST /' . 'x' x $size, 1, 1),
        $add->('a field without end', "POST / HTTP/1.1\r\nx: " . 'x' x $size,
            1, 1),
        $add->('fields without end', "POST / HTTP/1.1\r\n"
            . "a: b\r\n" x ($size / 6), 1, 1),
        $add->('empty lines', "\r\n" x ($size / 2), 1, 0),
        $add->('chunks of a byte', chunked($half), 4, 1),
        $add->('an extension without end', chunked('1;' . 'x' x $size), 1, 1),
        $add->('zeros of a size', chunked('0' x $size), 1, 0),
        $add->('trailers without end', chunked("0\r\n"
            . "a: b\r\n" x ($size / 6)), 1, 1),
        $add->('gets', "GET / HTTP/1.1\r\nHost: x\r\n\r\n" x ($size / 500), 4,
            1),
        $add->('a body', post('[1,"add",1,7,{"9":{"str":"' . 'x' x $size
            . '"}}]'), 4, 1),
    );
}

1;
