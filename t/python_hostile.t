#!/usr/bin/perl

# python_hostile.t -- a slice of t/hostile.t against a service in Python: what
# is no call never gets there, what is one is answered, and a good client beside
# all that does not notice.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Hostile;
use CThrift::Python;
use CThrift::Siege;
use CThrift::Test;
use Test::More;

# Of some thousand cases; they are t/hostile.t's, and all of them stand there.
use constant EVERY => 7;

my $py = CThrift::Python->new;
my $path = $py->path;
my $t = CThrift::Test->new($py->head . <<"END");
worker_processes 1;
thread_pool default threads=2;
thrift {
    $path
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service Probe { python_app app_probe:app; execute threads; }
        service PingService { python_app app_thriftpy2:app; }
        default_service Probe;
    }
}
END
$t->start;
my $siege = CThrift::Siege->new($t);

for my $dialect ([1, 1], [0, 1], [0, 0]) {
    my ($framed, $strict) = @$dialect;
    my @cases = CThrift::Hostile::cases($framed, $strict);

    $siege->hold(($framed ? 'framed' : 'unframed')
            . ($strict ? ' strict' : ' non-strict'),
        @cases[grep { $_ % EVERY == 0 } 0 .. $#cases]);
}

# (What is known becomes objects of Python's, whose size is not ours to bound.)
$siege->hold_alone("framed $_->{name}", $_)
    for grep { $_->{name} !~ /\bknown/ }
        CThrift::Hostile::large(1, 1, 4_000_000);
$siege->lift;

done_testing();
