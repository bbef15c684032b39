# peer.pl -- gunicorn_thrift with thriftpy2 and gevent, from PyPI.

use strict;
use warnings;

my $python = '/usr/bin/python3';

# gunicorn_thrift asks for a gevent of 2019, which no Python of today builds.
# What it asks of gunicorn it gets.
my @packages = qw(setuptools<70 setproctitle gevent==26.9.0 thrift==0.25.0
    thriftpy2==0.7.1);
my @alone = qw(gunicorn_thrift==0.2.25 gunicorn==19.9.0);
my $pip = 'venv/bin/pip install -q --disable-pip-version-check --timeout 30'
    . ' --retries 1';

my %transports = (
    framed   => 'thriftpy2.transport:TCyFramedTransportFactory',
    unframed => 'thriftpy2.transport:TCyBufferedTransportFactory',
);
my %protocols = (
    binary  => 'thriftpy2.protocol:TCyBinaryProtocolFactory',
    compact => 'thriftpy2.protocol:TCompactProtocolFactory',
);

return {
    library => 'gunicorn_thrift, Python',
    missing => sub {
        return $_[0]->missing('python venv' => 'python3-venv');
    },
    build => sub {
        my ($f) = @_;
        my $app = $f->source('app.py');

        return $f->cached('venv', [], "$python -m venv venv",
                "$pip @{[map { qq('$_') } @packages]}",
                "$pip --no-deps @alone")
            && $f->cached('app.py', [$app, $f->{idl}],
                "cp '$app' '$f->{idl}' .");
    },
    version => sub {
        my ($version) = `$python --version` =~ /([\d.]+)/;
        return join ', ', (map { s/==/ /r } grep { /^thriftpy2|^gevent/ }
            @packages), (map { s/==/ /r } @alone), "Python $version";
    },
    command => sub {
        my ($f, $flavour, $transport, $protocol, $port) = @_;
        return ($f->build . '/venv/bin/gunicorn_thrift', '-w', 1,
            '-k', "thriftpy_$flavour", '-b', "127.0.0.1:$port",
            '--timeout', 600, '--worker-connections', 20000,
            '--thrift-transport-factory', $transports{$transport},
            '--thrift-protocol-factory', $protocols{$protocol}, 'app:app');
    },
    servers => [
        { name => 'gunicorn-gevent', flavour => 'gevent',
            transports => [qw(framed unframed)],
            protocols  => [qw(binary compact)],
            about => 'one thriftpy_gevent worker; compact is not in C' },
    ],
};
