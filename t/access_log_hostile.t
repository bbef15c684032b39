#!/usr/bin/perl

# access_log_hostile.t -- whatever clients send, in arguments, headers and names
# of methods: each call has one line, and each line is the JSON object that it
# should be.
#
# CTHRIFT_LOG_CALLS=100000 makes so many calls instead of a few thousand.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use JSON::PP ();
use Test::More;

my $ncalls = $ENV{CTHRIFT_LOG_CALLS} // 4000;
my $batch  = 50;

my $t = CThrift::Test->new(<<'END');
load_module %%OBJS%%/probe.so;
worker_processes 2;
thrift {
    log_format hostile escape=json '{"n":$seqid,"method":"$method",'
        '"s":"$arg_s","header":"$header_x_text","status":"$status"}';
    log_format text '"$method" "$arg_s" "$header_x_text"';
    log_format none escape=none '$method|$arg_s|$header_x_text';
    access_log logs/calls.json hostile buffer=256k flush=1h;
    access_log logs/calls.all json buffer=256k flush=1h;
    access_log logs/calls.text text;
    access_log logs/calls.none none;
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service Probe { }
    }
}
END
$t->start;

srand 20261129;

# What breaks lines, strings, terminals and decoders of UTF-8.
my @pieces = (
    '"', '\\', "\n", "\r", "\r\n", "\t", "\0", "\e[2J", "\x7f", '\\u0000',
    '"}', "\",\"n\":0,\"", "{\"n\":1}\n", '%s%n', '$method', '${method}',
    "\xc3\xbc", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xe2\x80\xa8",
    "\xef\xbf\xbf",
    "\xc3", "\xe2\x82", "\xf0\x9f\x98", "\x80", "\xbf\xbf", "\xc0\xaf",
    "\xed\xa0\x80", "\xed\xb2\x80", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80",
    "\xfe", "\xff", 'plain', 'eight by', ' ', '',
);

sub hostile {
    my ($most) = @_;
    my $text = '';

    if (rand() < 0.3) {
        $text = join '', map { chr int rand 256 } 1 .. rand $most;
    } else {
        $text .= $pieces[rand @pieces] for 1 .. 1 + rand 12;
    }
    return substr $text, 0, $most;
}

# Text as JSON has it: characters where the bytes are UTF-8, else each byte's.
sub decoded {
    my ($bytes) = @_;
    my $text = '';

    while (length $bytes) {
        if ($bytes =~ s/\A([\x00-\x7f]+)//) {
            $text .= $1;
        } elsif ($bytes =~ s/\A((?:[\xc2-\xdf] | \xe0[\xa0-\xbf]
                    | [\xe1-\xec\xee\xef][\x80-\xbf] | \xed[\x80-\x9f]
                    | \xf0[\x90-\xbf][\x80-\xbf] | \xf4[\x80-\x8f][\x80-\xbf]
                    | [\xf1-\xf3][\x80-\xbf]{2})[\x80-\xbf])//x) {
            my $character = $1;
            utf8::decode($character);
            $text .= $character;
        } else {
            $text .= substr $bytes, 0, 1, '';
        }
    }
    return $text;
}

# What the line of call $n has to say.
my @expected;
my $answered = 0;

sub send_one {
    my ($c, $n, $header) = @_;
    my $method = rand() < 0.7 ? 'echo' : 'x' . hostile(60);
    my $arg    = hostile(200);

    # A colon would part a service's name from its method's.
    $method =~ tr/:/;/;
    $c->send_call($method, [[1, ['string', $arg]]], seqid => $n);
    $expected[$n] = {
        n      => $n,
        method => decoded($method),
        s      => $method eq 'echo' ? decoded($arg) : '',
        header => decoded($header),
        status => $method eq 'echo' ? 'ok' : 'unknown_method',
    };
}

for (my $n = 0; $n < $ncalls;) {
    my $in_header = rand() < 0.5;
    my $header = $in_header ? hostile(100) : '';
    my $c = $t->client($in_header
        ? (transport => [['header', headers => { 'x-text' => $header }]])
        : (framed => 1));

    for (1 .. 4) {
        my @numbers = grep { $_ < $ncalls } $n .. $n + $batch - 1;

        send_one($c, $_, $header) for @numbers;
        $answered += defined $c->recv_reply for @numbers;
        $n += $batch;
    }
    $c->close;
}
is($answered, $ncalls, "$ncalls calls, all answered");
$t->stop;

# ---- Every line is the one that it should be.

sub lines {
    my @lines = split /\n/, $t->read_file("logs/$_[0]"), -1;

    is(pop @lines, '', "$_[0]: the last line has its end");
    is(scalar @lines, $ncalls, '... as many lines as calls');
    return @lines;
}

my $json = JSON::PP->new->utf8;
my ($seen, @wrong) = 0;
for my $line (lines('calls.json')) {
    my $object = eval { $json->decode($line) };
    my $same = $object && ref $expected[ $object->{n} ]
        && !grep { ($object->{$_} // '') ne $expected[ $object->{n} ]{$_} }
        qw(method s header status);

    if ($same) {
        $seen++;
        undef $expected[ $object->{n} ];
    } elsif (@wrong < 5) {
        push @wrong, $line;
    }
}
is($seen, $ncalls, '... each says what was sent') or diag join "\n", @wrong;
is(scalar(grep { defined } @expected), 0, '... none is missing');

my @lines = lines('calls.all');
is(scalar(grep { !eval { $json->decode($_) } } @lines[0 .. 99]), 0,
    'the format json: objects');

SKIP: {
    my $jq = (grep { -x } map {"$_/jq"} split /:/, $ENV{PATH})[0]
        or skip 'there is no jq', 2;
    for my $name (qw(calls.json calls.all)) {
        my $n = () = `$jq -c . '@{[$t->dir]}/logs/$name' 2>&1` =~ /^\{.*\}$/mg;
        is($n, $ncalls, "jq reads $name, each line");
    }
}

# No byte but those of a line of ASCII, and quotes in their places.
my $value = qr/(?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\x[0-9A-F]{2})*/;
is(scalar(grep { !/\A"$value" "$value" "$value"\z/ } lines('calls.text')), 0,
    'escape=default: three strings');
is(scalar(grep { /[\x00-\x1f\x7f]/ } lines('calls.none')), 0,
    'escape=none: no control characters');

done_testing();
