#!/usr/bin/perl

# hostile-protocols.t -- t/hostile.t's claims, of the compact protocol and of
# JSON, framed and not.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Hostile;
use CThrift::Hostile::Compact;
use CThrift::Hostile::JSON;
use CThrift::Siege;
use CThrift::Test;
use Test::More;

my $LARGE = 2_000_000;

my $t = CThrift::Test->new(<<'END');
load_module %%OBJS%%/probe.so;
load_module %%OBJS%%/torture.so;
worker_processes 1;
thrift {
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

# What each protocol has, by its name in a reply.
my %of = (
    compact => {
        messages  => \&CThrift::Hostile::Compact::messages,
        specimens => \&CThrift::Hostile::Compact::specimens,
        large     => \&CThrift::Hostile::Compact::large,
    },
    JSON => {
        messages  => \&CThrift::Hostile::JSON::messages,
        specimens => \&CThrift::Hostile::JSON::specimens,
        large     => \&CThrift::Hostile::JSON::large,
    },
);

for my $protocol (sort keys %of) {
    my %make = %{ $of{$protocol} };
    my @messages = $make{messages}->();
    my %specimens = $make{specimens}->();
    my %framed = map { $_ => CThrift::Hostile::frame($specimens{$_}) }
        keys %specimens;

    $siege->hold("unframed $protocol", CThrift::Hostile::bare(@messages),
        CThrift::Hostile::streams(%specimens));
    $siege->hold("framed $protocol", CThrift::Hostile::framed(@messages),
        CThrift::Hostile::frame_sizes($specimens{good}),
        CThrift::Hostile::streams(%framed));

    my @large = $make{large}->($LARGE);
    $siege->hold_alone("unframed $protocol: $_->{name}", $_)
        for CThrift::Hostile::bare(@large);
    $siege->hold_alone("framed $protocol: $_->{name}", $_)
        for CThrift::Hostile::framed(@large);
}

$siege->lift;
