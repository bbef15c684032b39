package Bench::Proof;

# Does a server of examples/bench/bench.thrift answer what it should?  Asked
# before it is measured, by a client that shares no code with any of them.
#
#   use Bench::Proof;
#
#   my $why = Bench::Proof::fault(port => 9090, transport => 'framed',
#       protocol => 'binary');
#   # undef, or what was wrong: "swap: field 18 came back as ..."

use strict;
use warnings;

use CThrift::Client;

# Seconds that a reply may take.
my $PATIENCE = 5;


sub item {
    my ($n) = @_;

    return ['struct', [
        [1, ['i32',    $n]],
        [2, ['string', "item number $n"]],
        [3, ['double', $n + 0.5]],
        [4, ['i64',    1_700_000_000_000 + $n]],
        [5, ['bool',   $n % 2]],
    ]];
}


# Some of all that a Record has; its map has one key, since many of these
# servers write maps in whatever order.
sub record {
    return ['struct', [
        [1,  ['bool',   1]],
        [2,  ['byte',   -7]],
        [3,  ['i16',    -300]],
        [4,  ['i32',    123456]],
        [5,  ['i64',    -5_000_000_000]],
        [6,  ['i64',    1]],
        [7,  ['i64',    2]],
        [8,  ['double', 0.25]],
        [9,  ['double', -1.5]],
        [10, ['double', 48.125]],
        [11, ['double', 11.5]],
        [12, ['string', 'A name']],
        [13, ['string', 'name@example.org']],
        [14, ['string', "M\xc3\xbcnchen"]],
        [15, ['string', 'note ' x 40]],
        [16, ['i32',    3]],
        [17, ['i32',    -1]],
        [18, ['list', 'struct', [map { item($_) } 1 .. 8]]],
        [19, ['map', 'string', 'i64', [['visits', 77]]]],
        [20, ['string', '0123456789abcdef']],
    ]];
}


# A value on one line, so that two can be compared and told.
sub told {
    my ($value) = @_;

    return ref $value ? '[' . join(' ', map { told($_) } @$value) . ']'
        : $value // 'nothing';
}


# Some of a text, about the first character that another has not.
sub about_difference {
    my ($text, $other) = @_;
    my ($same) = ($text ^ $other) =~ /^(\0*)/;
    my $from = length($same) > 20 ? length($same) - 20 : 0;

    return '...' . substr($text, $from, 60) . '...';
}


# Which methods, with what, giving what.
sub questions {
    my $record = record();
    my $echo = "there and \xc3\xa4 back";

    return (
        ['ping', [], ['string', 'pong']],
        ['echo', [[1, ['string', $echo]]], ['string', $echo]],
        ['echo', [[1, ['string', 'x' x 65536]]], ['string', 'x' x 65536]],
        ['swap', [[1, $record]], $record],
    );
}


# What is wrong with a reply to such a question, or undef.
sub fault_of_reply {
    my ($reply, $name, $expected) = @_;

    return "$name: its message is of type $reply->{type}"
        if $reply->{type} != 2;
    my ($result) = @{ $reply->{fields} };
    return "$name: without a result" if !$result || $result->[0] != 0;
    my ($got, $due) = map { told($_) } $result->[1], $expected;
    return undef if $got eq $due;
    return "$name: instead of " . about_difference($due, $got) . ' came '
        . about_difference($got, $due);
}


# What is wrong with the answers of a Bench::Server, of whatever comes first.
sub fault_of {
    my ($server, @questions) = @_;
    my %where = $server->{path} ? (path => $server->{path})
        : (port => $server->{port});
    my $client = eval {
        CThrift::Client->new(%where, protocol => $server->{protocol},
            framed => $server->{transport} eq 'framed', timeout => $PATIENCE);
    } or return "no connection: $@";

    for my $question (@questions) {
        my ($name, $args, $expected) = @$question;
        my $reply = eval { $client->call($name, $args) };
        if (!$reply) {
            chomp(my $why = $@ || 'no reply');
            return "$name: $why";
        }
        my $fault = fault_of_reply($reply, $name, $expected);
        return $fault if $fault;
    }
    $client->close;
    return undef;
}


# Of all it can be asked.
sub fault {
    my (%server) = @_;

    return fault_of(\%server, questions());
}


# Of a ping.
sub fault_of_first {
    my ($server) = @_;

    return fault_of($server, (questions())[0]);
}

1;
