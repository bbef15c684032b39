#!/usr/bin/perl

# interop-python.t -- the Thrift libraries of Python: Apache's from Debian, in
# Python and in C, and from PyPI; thriftpy from Debian, thriftpy2 from PyPI.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Interop;
use Test::More;

my $i = CThrift::Interop->new('python');
my @sockets = qw(tcp unix abstract tls);
my @plain = qw(binary compact json);
my @header = qw(header header-compact header-zlib);

sub multiplexed { return (@_, map { "multi-$_" } @_) }

# THttpClient takes a URL, which has no place for a path.
sub http_needs_port {
    my (undef, $transport, $socket) = @_;

    return 'its HTTP knows no domain sockets'
        if $transport eq 'http' && $socket =~ /unix|abstract/;
    return undef;
}

# A library whose stubs thrift-compiler makes.
sub apache {
    my ($library, $python) = @_;
    my $generated = $i->generate('py') or return $i->absent($library, $i->why);

    $i->client(
        library    => $library,
        command    => [$python, $i->source('client.py'), $generated],
        protocols  => ['lax', multiplexed(@plain, @header)],
        transports => [qw(buffered framed http zlib)],
        sockets    => \@sockets,
        except     => \&http_needs_port,
    );
}

my $lack = $i->missing('command thrift' => 'thrift-compiler',
    'python thrift' => 'python3-thrift', 'python six' => 'python3-six');
if ($lack) {
    $i->absent('python3-thrift', $lack);
} else {
    apache('python3-thrift', '/usr/bin/python3');
    # Binary and compact once more, by its extension in C.  That reads what
    # it needs of a transport's buffer, and HTTP has none.
    $i->client(
        library    => 'python3-thrift in C',
        command    => ['/usr/bin/python3', $i->source('client.py'),
            $i->generate('py'), 'accelerated'],
        protocols  => [multiplexed(qw(binary compact))],
        transports => [qw(buffered framed zlib)],
        sockets    => \@sockets,
    );
}

$lack = $i->missing('python thriftpy' => 'python3-thriftpy');
if ($lack) {
    $i->absent('python3-thriftpy', $lack);
} else {
    $i->client(
        library    => 'python3-thriftpy',
        command    => ['/usr/bin/python3', $i->source('client_thriftpy.py'),
            'thriftpy', $i->idl],
        # Its JSON is its own invention.
        protocols  => [multiplexed(qw(binary compact))],
        transports => [qw(buffered framed)],
        sockets    => \@sockets,
    );
}

my $venv = $i->cached('venv', [], '/usr/bin/python3 -m venv venv '
    . '&& venv/bin/pip install -q --timeout 10 --retries 1 '
    . '--disable-pip-version-check thrift==0.25.0 thriftpy2==0.7.1');
if ($venv) {
    $i->client(
        library    => 'thriftpy2 0.7.1',
        command    => ["$venv/bin/python", $i->source('client_thriftpy.py'),
            'thriftpy2', $i->idl],
        protocols  => [multiplexed(@plain)],
        transports => [qw(buffered framed http)],
        sockets    => \@sockets,
        except     => \&http_needs_port,
    );
    apache('thrift 0.25', "$venv/bin/python");
} else {
    my $why = 'no PyPI, or no python3-venv: ' . $i->why;
    $i->absent($_, $why) for 'thriftpy2 0.7.1', 'thrift 0.25';
}
done_testing;
