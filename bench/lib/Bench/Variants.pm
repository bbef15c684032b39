package Bench::Variants;

# cthrift against itself: inside TLS, and with a second worker.

use strict;
use warnings;

use File::Path qw(make_path);

use Bench::Loads qw(load_named);
use Bench::Ours;
use Bench::Rounds;

my $how = { transport => 'framed', protocol => 'binary' };

# JSON takes a server ten times as long as who makes the load, if many calls
# share a turn: the generator leaves room for the second worker there.
my $heavy = { name => 'record-json-pipelined', call => 'record',
    transport => 'framed', protocol => 'json', connections => 32,
    depth => 16 };


# A certificate of its own making, or nothing where there is no openssl.
sub make_certificate {
    my ($dir) = @_;

    make_path($dir);
    system("cd '$dir' && openssl req -x509 -newkey ec"
        . ' -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30'
        . ' -subj /CN=localhost -keyout server.key -out server.pem'
        . ' > openssl.out 2>&1') == 0 or return undef;
    return $dir;
}


sub compare {
    my ($field, $report, $servers, $loads, %o) = @_;

    for my $server (@$servers) {
        die "$server->{name}: $server->{fault}\n" if !$server->prove;
    }
    for my $load (@$loads) {
        Bench::Rounds::tell($report, $load,
            Bench::Rounds::measure($servers, $load, %o));
    }
    $field->stop(@$servers);
}


sub run_tls {
    my ($field, $report, %o) = @_;
    my @common = $field->common($how);

    $report->heading(2, 'TLS');
    my $tls = make_certificate("$field->{dir}/tls")
        or return $report->words("Left out: there is no openssl here.\n");
    $report->words('cthrift beside itself with `listen ... ssl`: TLS 1.3,'
        . " ECDSA P-256. A connection\nof `new-conn` is a whole handshake.\n");
    my @servers = (
        Bench::Ours::start_cthrift(@common, name => 'plain'),
        Bench::Ours::start_cthrift(@common, name => 'tls', tls => $tls),
    );
    compare($field, $report, \@servers, [map { load_named($_) }
        $o{quick} ? 'ping-16' : qw(ping-16 record echo-64k new-conn)], %o);
}


# Nothing is pinned: two workers and the generator share what there is.
sub run_workers {
    my ($field, $report, %o) = @_;
    my @common = ($field->common($how), unix => 1, cpu => undef);

    $report->heading(2, 'Two workers');
    $report->words("Over unix sockets, on all processors, which the generator"
        . " shares with them.\n");
    my @servers = map { Bench::Ours::start_cthrift(@common,
        name => "workers-$_", workers => $_) } 1, 2;
    my @loads = $o{quick} ? 'record' : qw(ping-256 record record-pipelined);
    compare($field, $report, \@servers,
        [$heavy, map { load_named($_) } @loads], %o, cpu => undef);
}


sub run {
    my ($field, $report, %o) = @_;

    run_tls($field, $report, %o);
    run_workers($field, $report, %o);
}

1;
