#!/usr/bin/perl

# hostile-transports.t -- t/hostile.t's claims, of HTTP and the zlib transport,
# and of what goes with THeader and TTHeader; t/hostile-header.t has their
# heads.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Hostile;
use CThrift::Hostile::Heads;
use CThrift::Hostile::Http;
use CThrift::Hostile::Zlib;
use CThrift::Siege;
use CThrift::Test;
use Test::More;

my $LARGE = 2_000_000;
my $CAP_KB = 4096;

my $t = CThrift::Test->new(<<"END");
load_module %%OBJS%%/probe.so;
load_module %%OBJS%%/torture.so;
worker_processes 1;
thrift {
    max_frame_size ${CAP_KB}k;
    max_message_size ${CAP_KB}k;
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service Probe { }
        service PingService { }
        service Torture { }
        default_service Probe;
    }
}
END
$t->start;
my $siege = CThrift::Siege->new($t);

$siege->hold('THeader', CThrift::Hostile::Heads::cases('header'));
$siege->hold('TTHeader', CThrift::Hostile::Heads::cases('ttheader'));
$siege->hold('HTTP', CThrift::Hostile::Http::cases());
$siege->hold('zlib', CThrift::Hostile::Zlib::cases());

my %large = (
    HTTP => [CThrift::Hostile::Http::large($LARGE)],
    zlib => [CThrift::Hostile::Zlib::large($LARGE, $CAP_KB)],
);
for my $name (sort keys %large) {
    $siege->hold_alone("$name: $_->{name}", $_) for @{ $large{$name} };
}

$siege->lift;
