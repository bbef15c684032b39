#!/usr/bin/perl

# basket.t -- examples/basket: a handler that calls another service, which the
# same worker may be.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use Test::More;

use constant INTERNAL_ERROR => 6;

# The configuration of the example, with ports of our own.
my $t = CThrift::Test->new;
open my $fh, '<', 'examples/basket/cthrift.conf' or die "no example: $!\n";
my $conf = join '', <$fh>;
$conf =~ s{modules/}{%%OBJS%%/};
$conf =~ s/:9094/:%%PORT_1%%/g;
$conf =~ s/:9095/:%%PORT_2%%/g;
$conf =~ s/\A/worker_processes 1;\n/;
$t->conf($conf);
$t->start;

sub total { return [[1, ['list', 'string', [map { $_ } @_]]]] }
sub result { return CThrift::Client::result($_[0]) }

my $c = $t->client(framed => 1);

is(result($c->call('total', total(qw(bread milk)))), 9, 'the sum of two');
is(result($c->call('total', total())), 0, 'and of none');
is_deeply($c->call('total', total('bread', ''))->{fields},
    [[1, ['struct', [[1, ['string', '']]]]]], 'what nobody sells is thrown');
is((CThrift::Client::exception($c->call('total', total(('x') x 101))))[0],
    INTERNAL_ERROR, 'a basket has an end');

# More at once than there are connections to keep.
my @clients = map { $t->client(framed => 1) } 1 .. 10;
for my $client (@clients) {
    $client->send_call('total', total(('x') x 5)) for 1 .. 10;
}
my $right = 0;
for my $client (@clients) {
    for (1 .. 10) {
        $right++ if result($client->recv_reply) == 5;
    }
}
is($right, 100, 'a hundred at once, in one worker');

# With it go the connections that it keeps.
$t->stop;

done_testing;
