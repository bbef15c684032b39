#!/usr/bin/perl

# naive.t -- the naive clients themselves: content in peace, in every dialect,
# and not to be appeased when something goes wrong.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Naive;
use CThrift::Test;
use Test::More;

my $t = CThrift::Test->new(<<'END');
load_module %%OBJS%%/probe.so;
worker_processes 2;
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        listen unix:%%TESTDIR%%/sock;
        service Probe { }
    }
}
END
$t->start;

my @to = ('127.0.0.1:' . $t->port(1), 'unix:' . $t->dir . '/sock');
my @args = (-x => 'framed,unframed,compact,header,unframed-compact,'
    . 'header-compact', -p => 200);

# Twelve kinds of clients, each of every habit.
my $naive = CThrift::Naive->start($t, clients => 96, to => \@to,
    args => \@args);
ok($naive->wait_for_calls(5000), 'there are many calls');
my $seen = $naive->stop;
is($seen->{trouble}, '', 'in peace nobody has a complaint');
is($seen->{alive}, 96, 'and everybody is still there');

# The fuller one of two workers is killed: its clients are lost, no others.
$naive = CThrift::Naive->start($t, clients => 96, to => \@to,
    args => \@args);
$naive->wait_for_calls(1000);
my ($worker) = map { $_->{pid} }
    sort { $b->{connections} <=> $a->{connections} }
    @{ $t->status->{workers} };
$t->signal('KILL', $worker);
ok(CThrift::Test::wait_for(sub { !grep { $_ == $worker } $t->workers }),
    'a worker is killed');
$naive->phase('killed');
$seen = $naive->stop;
like($seen->{trouble}, qr/error \d\d:\d\d:\d\d\.\d\d\d client \d+ \S+ \S+ call/,
    'what is wrong is told in words');
cmp_ok($seen->{disconnects}, '>', 0, 'its clients are lost');
is($seen->{alive}, 96 - $seen->{disconnects}, 'the others go on');
is($seen->{wrong}, 0, 'and no reply was wrong');
