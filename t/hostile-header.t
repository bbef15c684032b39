#!/usr/bin/perl

# hostile-header.t -- t/hostile.t's claims, of what THeader and TTHeader say in
# front of a message.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Hostile::Header;
use CThrift::Siege;
use CThrift::Test;
use Test::More;

plan skip_all => 'the modules of tests are not built'
    if grep { !-f CThrift::Test::objs() . "/$_.so" } qw(probe torture);

my $t = CThrift::Test->new(<<'END');
load_module %%OBJS%%/probe.so;
worker_processes 1;
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service Probe { }
        service PingService { }
        default_service Probe;
    }
}
END
$t->start;
my $siege = CThrift::Siege->new($t);

for my $kind (
    ['THeader'],
    ['THeader', zlib => 1],
    ['THeader', outer => 1],
    ['TTHeader'],
    ['TTHeader', framed => 1],
    ['TTHeader', outer => 1],
) {
    my ($name, %with) = @$kind;
    $siege->hold(join(', ', $name, keys %with),
        CThrift::Hostile::Header::cases($name, %with));
}
$siege->hold_alone("THeader: $_->{name}", $_)
    for CThrift::Hostile::Header::large();

$siege->lift;

done_testing;
