#!/usr/bin/perl

# arguments.t -- $arg_NAME: arguments of calls by their names in the IDL, and
# fields of structs inside them.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use Test::More;

# What denies a call knows the argument's value.
my $t = CThrift::Test->new(<<'END');
load_module %%OBJS%%/probe.so;
worker_processes 1;
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        deny $arg_s secret;
        deny $arg_a -7;
        deny $arg_t__name root;
        deny $arg_t__next__next__name "third \"one\"";
        deny $arg_t__children
            "[{\"name\":\"c\",\"children\":[],\"weight\":1}]";
        deny $arg_t__weight 40;
        deny $arg_lines "[\"a\",\"b\\u000a\"]";
        deny $arg_t__next "{\"name\":\"n\",\"children\":[],\"weight\":-1}";
        service Probe { }
        service Base { }
    }
}
END
$t->start;

my $c = $t->client;

sub outcome {
    my ($name, @fields) = @_;
    my $reply = $c->call($name, \@fields);

    return 'ok' if $reply->{type} == 2;
    return (CThrift::Client::exception($reply))[1];
}

sub tree {
    my ($name, $weight, @fields) = @_;

    return ['struct', [[1, ['string', $name]], [4, ['i32', $weight]],
        @fields]];
}

my $denied = 'access denied';
is(outcome('echo', [1, ['string', 'secret']]), $denied, 'a string');
is(outcome('echo', [1, ['string', 'secrets']]), 'ok', 'another one');
is(outcome('echo', [1, ['string', '']]), 'ok', 'an empty one');
is(outcome('echo'), 'ok', 'none');
is(outcome('add', [1, ['i32', -7]]), $denied, 'a number');
is(outcome('add', [1, ['i32', 7]]), 'ok', 'another one');
is(outcome('who'), 'ok', 'a method without arguments');
is(outcome('tree', [1, tree('root', 1)]), $denied, 'a field');
is(outcome('tree', [1, tree('leaf', 40)]), $denied, 'a number in a struct');
is(outcome('tree', [1, tree('leaf', 1)]), 'ok', 'others');
isnt(outcome('tree'), $denied, 'no struct');
is(outcome('tree', [1, tree('1', 1, [3, tree('2', 1,
    [3, tree('third "one"', 1)])])]), $denied, 'a path of three');
is(outcome('tree', [1, tree('1', 1, [3, tree('2', 1)])]), 'ok',
    'a path that ends early');
is(outcome('tree', [1, tree('1', 1, [3, tree('n', -1)])]), $denied,
    'a struct is JSON');
is(outcome('tree', [1, tree('1', 1, [2, ['list', 'struct',
    [tree('c', 1)]]])]), $denied, 'a list of structs');
is(outcome('texts', [1, ['list', 'string', ['a', "b\n"]]]), $denied,
    'a list');
is(outcome('texts', [1, ['list', 'string', ['a', 'b']]]), 'ok', 'another one');
like(outcome('tree', [1, ['struct', [[1, ['string', 'root']]]]]),
    qr/cannot decode/, 'of what cannot be decoded there are none');
like(outcome('unheard_of'), qr/unknown method/, 'nor of an unknown method');

# By name, at run time.
is(CThrift::Client::result($c->call('variable', [[1, ['string', $_]]])),
    $_ eq 'arg_name' ? $_ : '', "asked for $_")
    for qw(arg_name arg_nam arg_name__x arg_name. arg_s);

# ---- What is refused.

my $bad = CThrift::Test->new(undef, allow => [qr/\[emerg\]/]);

for (
    ['$arg_',          qr/unknown variable '\$arg_'/],
    ['$arg_nam',       qr/no method has .* 'nam', did you mean 'name'/],
    ['$arg_t__nam',    qr/no method has an argument 't__nam'/],
    ['$arg_s__length', qr/no method has an argument 's__length'/],
) {
    my ($name, $words) = @$_;
    $bad->conf("load_module %%OBJS%%/probe.so;\nthrift {\n    server {\n"
        . "        listen 127.0.0.1:%%PORT_1%%;\n        deny $name x;\n"
        . "        service Probe { }\n    }\n}\n");
    my ($status, $out, $err) = $bad->run('-t');
    isnt($status, 0, "refused: $name");
    like($err, qr/$words.* in \S+cthrift\.conf:5\b/, '... with its line');
}
