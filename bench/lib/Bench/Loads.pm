package Bench::Loads;

# What servers are loaded with.

use strict;
use warnings;

use Exporter qw(import);

our @EXPORT_OK = qw(@loads load_named);

# name: as in the report and on the command line.  of: whom it is for, `all`
# peers or those that are `near`: a peer takes part in what it can do.  short:
# part of a quick run.  The rest is for the generator.
our @loads = map { { transport => 'framed', protocol => 'binary', depth => 1,
    %$_ } } (
    { name => 'ping-16', of => 'all', short => 1, call => 'ping',
        connections => 16 },
    { name => 'ping-256', of => 'all', call => 'ping', connections => 256 },
    { name => 'echo-1k', of => 'all', call => 'echo:1024',
        connections => 16 },
    { name => 'record', of => 'all', short => 1, call => 'record',
        connections => 16 },
    { name => 'pipelined', of => 'all', short => 1, call => 'ping',
        connections => 16, depth => 16 },
    { name => 'ping-1', of => 'near', call => 'ping', connections => 1 },
    { name => 'ping-1000', of => 'near', call => 'ping',
        connections => 1000 },
    { name => 'echo-64k', of => 'near', call => 'echo:65536',
        connections => 16 },
    { name => 'record-256', of => 'near', call => 'record',
        connections => 256 },
    { name => 'record-pipelined', of => 'near', call => 'record',
        connections => 16, depth => 16 },
    { name => 'new-conn', of => 'near', short => 1, call => 'ping',
        connections => 16, new_conn => 1 },
    { name => 'record-compact', of => 'all', short => 1, call => 'record',
        connections => 16, protocol => 'compact' },
    { name => 'ping-unframed', of => 'all', call => 'ping',
        connections => 16, transport => 'unframed' },
    { name => 'record-unframed', of => 'all', call => 'record',
        connections => 16, transport => 'unframed' },
    { name => 'record-unframed-compact', of => 'near', call => 'record',
        connections => 16, transport => 'unframed', protocol => 'compact' },
);


sub load_named {
    my ($name) = @_;
    my ($load) = grep { $_->{name} eq $name } @loads;

    return $load // die "no load '$name'; there are @{[
        map { $_->{name} } @loads]}\n";
}


# In words.
sub told {
    my ($load) = @_;
    my $call = $load->{call} eq 'record' ? '`swap` of a record'
        : $load->{call} =~ /^echo:(\d+)/ ? "`echo` of $1 bytes" : '`ping`';

    return join ', ', $call, "$load->{transport} $load->{protocol}",
        $load->{connections} == 1 ? 'one connection'
            : "$load->{connections} connections",
        $load->{new_conn} ? 'each for one call' : (),
        $load->{depth} > 1 ? "$load->{depth} calls under way on each" : ();
}

1;
