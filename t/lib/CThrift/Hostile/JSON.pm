package CThrift::Hostile::JSON;

# What a hostile client says in Thrift's JSON.
#
#   my @messages = CThrift::Hostile::JSON::messages();
#   my @large = CThrift::Hostile::JSON::large(4_000_000);
#
# As CThrift::Hostile::Compact.  A message is a text here, whose words are
# found again where they are to be bent: strings, numbers, brackets.

use strict;
use warnings;

use CThrift::Hostile qw(message garbage any mutation);

# A call with those fields, written out.
sub call {
    my ($name, $fields, %o) = @_;

    return sprintf '[1,"%s",%s,%s,{%s}]', $name, $o{type} // 1,
        $o{seqid} // 7, $fields // '';
}


sub echo { return call('echo', qq("1":{"str":"$_[0]"})) }


# Everything that has a count, a type or an end.
my $RICH = call('tree', join ',', '"1":{"rec":{"1":{"str":"root"},'
    . '"2":{"lst":["rec",2,{"4":{"i32":1}},{"4":{"i32":2}}]},'
    . '"3":{"rec":{"4":{"i32":3}}}', '"4":{"i32":4}',
    '"9":{"map":["str","i16",1,{"k":5}]}', '"10":{"set":["i64",2,6,-7]}',
    '"11":{"lst":["lst",1,["tf",3,1,0,1]]}', '"12":{"dbl":0.5e-3}',
    '"13":{"uid":"00112233-4455-6677-8899-aabbccddeeff"}',
    '"14":{"map":["i8","map",1,{"-1":["dbl","tf",1,{"NaN":1}]}]}}}');

# Known to the IDL down to the last field.
my $BASES = call('Torture:echo_bases', join ',', '"1":{"rec":{"1":{"tf":1}',
    '"2":{"i8":-128}', '"3":{"i8":127}', '"4":{"i16":-32768}',
    '"5":{"i32":-2147483648}', '"6":{"i64":-9223372036854775808}',
    '"7":{"dbl":"-Infinity"}', '"8":{"str":"\u00e4\ud83d\ude00\/"}',
    '"9":{"str":"AP+/"}', '"10":{"i32":5}}}');


# ---- What else could stand where a word is.

my @ESCAPES = ('\\', '\\x41', '\\a', '\\0', '\\u', '\\u1', '\\u12g4',
    '\\u-123', '\\U0041', '\\ud800', '\\udc00', '\\ud800\\u0041',
    '\\ud800x', '\\ud800\\', '\\ud800\\ud800', '\\udbff\\uffff', '\\u0000',
    "\\\n", "\\\xc3\xa4");

my @NUMBERS = (0, 1, -1, 2, 3, 127, 128, -129, 32767, 32768, 65536, 16777216,
    2147483647, 2147483648, -2147483648, -2147483649, 4294967295, 4294967296,
    '9223372036854775807', '9223372036854775808', '-9223372036854775809',
    '18446744073709551616', '9' x 127, '9' x 128, '9' x 129, '1' x 5000,
    '-', '+1', '-0', '00', '01', '--1', '1-', '0x10', '1.0', '.5', '5.', '1.',
    '1e3', '1e', '1e+', '1E400', '-1e400', '1e-400', '1e99999999999999999999',
    '1.2.3', '1_000', '1 2', '', 'NaN', 'nan', 'Infinity', '-Infinity', 'inf',
    'null', 'true', '"1"', '" 1"', '"NaN"', '"Infinity"', '"+Infinity"',
    '"inf"', '"1.5"', '""', '[]', '{}', '[1]', "1\0", "\xd9\xa1");

my @STRINGS = (
    map({ qq("$_") } qw(tf i8 i16 i32 i64 dbl str rec lst set map uid),
        qw(byte bool u64 TF str\u0000 strx st), '', 0, -1, 1, 65536, ' 1',
        '1 ', '0x1', '1e0', 'x' x 300, '9' x 200, 'NaN', 'Probe:echo',
        '00112233445566778899aabbccddeeff', '{00112233', 'A', 'AA', 'AAA',
        'AA=', 'AA==', 'A===', '====', 'AA==AA==', 'A A=', '_-AA', 'AAA\n',
        '\u0041A==', @ESCAPES[0, 4, 9], "\xff", "\xc0\x80", "\xe2\x82"),
    '"', '""', '"""', "'x'", 'x', '"x', 'x"', '1', 'null', 'true', '[]', '{}',
    "\"\0\"", "\"\x01\x1f\x7f\"", "\"\r\n\t\"",
);

my @MARKS = ('', '[', ']', '{', '}', ',', ':', '"', ' ', "\0", "\xef\xbb\xbf",
    ',,', '/**/', 'x');


# The words of a text: [WORD, OFFSET].
sub words {
    my ($text) = @_;
    my @words;

    push @words, [$1, $-[1]]
        while $text =~ /("(?:[^"\\]|\\.)*"|[-+.0-9eE]+|[\[\]{},:])/gs;
    return @words;
}


sub others {
    my ($word) = @_;

    return @STRINGS if $word =~ /^"/;
    return @NUMBERS, $word =~ /^\d+$/ ? ($word + 1, $word - 1) : ()
        if $word =~ /\d/;
    return @MARKS, $word x 2;
}


# ---- Groups.

sub truncations {
    my @messages;

    for my $text (echo('text'), $RICH, $BASES, call('nothing'), call('nope'))
    {
        push @messages, map {
            message("$_ of " . length($text) . ' bytes', substr($text, 0, $_),
                'refused', 0)
        } 1 .. length($text) - 1;
    }
    return @messages;
}


# Each word, by itself: of a short message with all that could stand there, of
# a long one with every tenth, beginning elsewhere each time.
sub bent {
    my @messages;

    for my $text (call('add', '"1":{"i32":20},"2":{"i32":-3}'), $RICH,
        $BASES)
    {
        my $step = length $text > 100 ? 10 : 1;
        my $i = 0;
        for my $place (words($text)) {
            my ($word, $at) = @$place;
            for my $other (others($word)) {
                next if $i++ % $step || $other eq $word;
                my $copy = $text;
                substr($copy, $at, length $word) = $other;
                push @messages, message("$word at $at is "
                    . substr($other, 0, 40), $copy);
            }
        }
    }
    return @messages;
}


# White space and what is none, between all words.
sub spaces {
    my @kinds = (["\x20", 'ok'], ["\t", 'ok'], ["\r\n", 'ok'],
        ["\x20" x 100, 'ok'], ["\0", 'refused'], ["\x0b", 'refused'],
        ["\xc2\xa0", 'refused'], ["\xef\xbb\xbf", 'refused'],
        ['//x', 'refused']);

    return map {
        my ($space, $expect) = @$_;
        my $text = join $space, map { $_->[0] } words(echo('text'));
        message('between all words ' . unpack('H6', $space), $text, $expect,
            $expect eq 'ok');
    } @kinds;
}


# A value of that kind, nested so deep.
my %LEVEL = (
    rec => sub { return '{"1":{"rec":' x ($_[0] - 1) . '{' . '}' x
        (2 * $_[0] - 1) },
    lst => sub { return '["lst",1,' x ($_[0] - 1) . '["tf",1,1'
        . ']' x $_[0] },
    set => sub { return '["set",1,' x ($_[0] - 1) . '["tf",1,1'
        . ']' x $_[0] },
    map => sub { return '["i8","map",1,{"1":' x ($_[0] - 1)
        . '["i8","i8",1,{"1":1' . '}]' x $_[0] },
);


# Trees within trees, each with its weight, are known to the IDL.
sub tree {
    my ($depth) = @_;

    return '{"3":{"rec":' x ($depth - 1) . '{"4":{"i32":1}}'
        . '},"4":{"i32":1}}' x ($depth - 1);
}


sub depths {
    my @messages;
    my $nest = sub {
        my ($name, $what, $id, $type, $depth, $value) = @_;
        push @messages, message("$what, $depth levels of $type",
            call($name, qq("$id":{"$type":$value})),
            CThrift::Hostile::expect_depth($name, $depth), 1);
    };

    for my $depth (62 .. 66, 100, 100_000) {
        $nest->('tree', 'known', 1, 'rec', $depth, tree($depth));
        for my $type (sort keys %LEVEL) {
            my $value = $LEVEL{$type}->($depth);
            $nest->('add', 'an unknown field', 9, $type, $depth, $value);
            $nest->('add', 'a wrong type', 1, $type, $depth, $value);
            $nest->('nope', 'an unknown method', 1, $type, $depth, $value);
        }
    }
    push @messages, message("100,000 times $_", $_ x 100_000, 'refused', 0)
        for '[', '{', '"', ']', '[1,', '[[', '["', '[{"', '\\';
    push @messages, message("a call, then 100,000 times $_",
        '[1,"add",1,7,{"9":{"lst":' . $_ x 100_000, 'refused', 0)
        for '[', '{', '"', ']', '[{', '}', '"[', ':', ',', '9', '\\';
    return @messages;
}


# Counts that are not what comes.
sub counts {
    my @messages;

    for my $n (-1, 0, 1, 3, 2147483647, 2147483648, 4294967297, '1e9') {
        for my $type (qw(tf i8 i32 dbl str rec lst map uid xyz)) {
            push @messages, map {
                message("$n of $type in a $_->[0] of $_->[1]",
                    call($_->[1], qq("$_->[2]":{"$_->[0]":$_->[3]})))
            } ['lst', 'texts', 1, qq(["$type",$n,"a","b"])],
                ['lst', 'add', 9, qq(["$type",$n,1,0])],
                ['set', 'nope', 1, qq(["$type",$n])],
                ['map', 'add', 9, qq(["$type","$type",$n,{"1":1,"0":0}])],
                ['map', 'Torture:echo_map', 1,
                    qq(["str","$type",$n,{"a":1,"b":2}])];
        }
    }
    return @messages;
}


sub ids {
    my @messages = map {
        message("field $_->[0]", call('add', qq("$_->[0]":{"i32":1})),
            $_->[1])
    } map({ [$_, 'ok'] } 0, -1, 2, 32767, -32768), map { [$_, 'refused'] }
        32768, -32769, 65537, '', 'x', '1x', '1.0', '99999999999999999999';
    my $repeat = sub { return join ',', ($_[0]) x 2000 };

    push @messages, message("2000 times $_->[1]",
        call($_->[0], $repeat->($_->[1])), 'ok', 1)
        for ['echo', '"1":{"str":"s"}'], ['echo', '"1":{"str":"\n\u00e4"}'],
        ['add', '"1":{"i32":1}'], ['texts', '"1":{"lst":["str",1,"a"]}'],
        ['tree', '"1":{"rec":{"4":{"i32":1}}}'], ['add', '"9":{"dbl":1.5}'],
        ['add', '"1":{"str":""}'];
    return @messages;
}


sub heads {
    my @messages;

    push @messages, message("message type $_",
        call('echo', '"1":{"str":"x"}', type => $_), 'refused', 1)
        for 0, 2, 3, 5, 6, 127, -1, 128, 257;
    push @messages, message("version $_", "[$_,\"ping\",1,7,{}]", 'refused', 0)
        for 0, 2, -1, 65537, '1.0', '"1"', '';
    push @messages, map {
        message("a name: $_->[0]", call($_->[1]), 'refused', 0)
    } CThrift::Hostile::bad_names();
    push @messages, message("behind the message: $_", echo('x') . $_)
        for ' ', "\n", "\0", ',', ']', '}', '[', 'x', '"';
    push @messages, message("no call: $_", $_, 'refused', 0) for '[]', '{}',
        '[1]', '[1,"ping"]', '[1,"ping",1,7]', '[1,"ping",1,7,[]]', '"ping"',
        '[[1,"ping",1,7,{}]]', '[1,"ping",1,7,{},{}]', '[,]', '[1,,1,7,{}]';
    return @messages;
}


# Escapes and UTF-8 that are none, in each place for text.
sub texts {
    my @messages;

    for my $text (@ESCAPES, map { $_->[1] } CThrift::Hostile::bad_texts()) {
        my $is = substr $text, 0, 20;
        push @messages, map {
            message("$is in $_->[0]", $_->[1])
        } ['text', echo("a${text}b")], ['text alone', echo($text)],
            ['an unknown field', call('add', qq("9":{"str":"$text"}))],
            ['a key', call('add', qq("9":{"map":["str","i8",1,{"$text":1}]}))],
            ['a type', call('add', qq("1":{"$text":1}))],
            ['a name', call("x$text")],
            ['base64', call('Torture:echo_binary', qq("1":{"str":"$text"}))];
    }
    return @messages;
}


sub numbers {
    return map {
        my ($name, $type) = @$_;
        map {
            message("$type " . substr($_, 0, 30),
                call($name, qq("1":{"$type":$_})))
        } @NUMBERS, 1e22, 1.7976931348623157e308, '1.8e308', 4.9e-324,
            '0.' . '0' x 120 . '1', '123456789' x 14, '1e-2147483648'
    } ['Torture:echo_double', 'dbl'], ['Torture:echo_i64', 'i64'],
        ['Torture:echo_i8', 'i8'], ['Torture:echo_bool', 'tf'],
        ['Torture:echo_enum', 'i32'], ['add', 'dbl'];
}


sub mutations {
    my ($n) = @_;
    my @whole = (echo('text \\u0041'), $RICH, $BASES,
        call('Probe:texts', '"1":{"lst":["str",2,"a","b"]}'));

    return map {
        message("mutation $_", mutation($whole[$_ % @whole]))
    } 1 .. $n;
}


sub messages {
    CThrift::Hostile::seed(20260103);
    return (truncations(), bent(), spaces(), depths(), counts(), ids(),
        heads(), texts(), numbers(), mutations(400));
}


# For CThrift::Hostile::streams.
sub specimens {
    return (good => call('PingService:ping'),
        bad => call('echo', '"1":{"lst":["i8",-5]}'),
        oneway => call('note', '"1":{"str":"n"}', type => 4));
}


# Messages of about `$size` bytes that cost most for them.
sub large {
    my ($size) = @_;
    my %text = (
        'brackets'     => ['[', 0],
        'braces'       => ['{', 0],
        'brackets in a call' => ['[1,"add",1,7,{"9":{"lst":', 0, '['],
        'structs without end' => ['[1,"tree",1,7,{"1":{"rec":', 0, '{"3":'],
        'space'        => ['[', 1, ' '],
        'digits'       => ['[1,"add",1,7,{"1":{"i32":', 1, '1'],
        'digits behind a point' => ['[1,"add",1,7,{"9":{"dbl":0.', 1, '1'],
        'quotes'       => ['[', 1, '""'],
        'backslashes'  => ['[1,"add",1,7,{"9":{"str":"', 2, '\\\\', '"}}]'],
        'a string'     => ['[1,"add",1,7,{"9":{"str":"', 2, 'x', '"}}]'],
        'escapes'      => ['[1,"add",1,7,{"9":{"str":"', 2, '\\u0041',
            '"}}]'],
        'a string without end' => ['[1,"add",1,7,{"9":{"str":"', 2, '\\"'],
        'a type'       => ['[1,"add",1,7,{"9":{"', 2, 'x', '":1}}]'],
        'a name'       => ['[1,"', 2, 'x', '",1,7,{}]'],
        'base64'       => ['[1,"Torture:echo_binary",1,7,{"1":{"str":"', 2,
            'AAAA', 'A"}}]'],
        'base64, bad at its end' => [
            '[1,"Torture:echo_binary",1,7,{"1":{"str":"', 3, 'AAAA',
            '!"}}]'],
        'fields'       => ['[1,"add",1,7,{"1":{"i32":1}', 2, ',"1":{"i32":1}',
            '}]'],
        'empty fields' => ['[1,"nope",1,7,{"9":{"rec":{}}', 2,
            ',"9":{"rec":{}}', '}]'],
        'strings with escapes, repeated' => ['[1,"echo",1,7,{"1":{"str":"\n"}',
            2, ',"1":{"str":"\n"}', '}]'],
    );
    my @large;

    for my $name (sort keys %text) {
        my ($first, $times, $many, $last) = @{ $text{$name} };
        $many //= $first;
        push @large, { times => $times, %{ message($name, $first
            . $many x ($size / length $many) . ($last // ''), 'any',
            defined $last || $many =~ /[\[{]/) } };
    }
    return @large;
}

1;
