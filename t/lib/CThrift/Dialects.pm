package CThrift::Dialects;

# Every dialect of the server, as the options of a CThrift::Client that speaks
# it:
#
#   for my $dialect (CThrift::Dialects::spoken()) {
#       my $c = $t->client(%{ $dialect->{client} });

use strict;
use warnings;

my @ALL = map { { name => $_->[0], client => $_->[1] } } (
    (map {
        my $protocol = $_;
        map { ["$_ $protocol",
            { transport => $_, protocol => $protocol }] } qw(unframed framed);
    } qw(binary compact json)),
    ['header binary', { transport => 'header' }],
    ['header compact', { transport => 'header', protocol => 'compact' }],
    ['header compact, compressed',
        { transport => [['header', zlib => 1]], protocol => 'compact' }],
    ['header binary in frames', { transport => ['framed', 'header'] }],
    ['http binary', { transport => 'http' }],
    ['http compact', { transport => 'http', protocol => 'compact' }],
    ['http json', { transport => 'http', protocol => 'json' }],
    ['http binary, chunked', { transport => [['http', chunk => 7]] }],
    ['http header', { transport => ['http', 'header'] }],
    ['zlib binary', { transport => 'zlib' }],
    ['zlib compact', { transport => 'zlib', protocol => 'compact' }],
    ['zlib json', { transport => 'zlib', protocol => 'json' }],
    ['zlib header', { transport => ['zlib', 'header'] }],
    ['zlib framed binary', { transport => ['zlib', 'framed'] }],
    ['ttheader binary', { transport => 'ttheader' }],
    ['ttheader compact', { transport => 'ttheader', protocol => 'compact' }],
    ['ttheader binary in frames', { transport => ['ttheader', 'framed'] }],
);


sub spoken { return @ALL }

1;
