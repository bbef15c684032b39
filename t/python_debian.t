#!/usr/bin/perl

# python_debian.t -- without a virtual environment: the libraries that Debian
# has, an older one of Apache's and thriftpy.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Python;
use CThrift::Test;
use Test::More;

my $py = CThrift::Python->new;

sub has {
    my ($library) = @_;
    return !defined $py->quietly('/usr/bin/python3', '-c', "import $library");
}

sub result { return CThrift::Client::result(@_) }

# One server with that application; both do the same.
sub serve {
    my ($app) = @_;
    my $t = CThrift::Test->new($py->head(home => 0) . <<"END");
worker_processes 1;
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service PingService {
            @{[$py->path]}
            python_app $app:app;
        }
    }
}
END
    $t->start;
    my $client = $t->client(protocol => 'compact', transport => 'framed');
    is(result($client->call('ping', [])), 'pong', "$app: ping");
    is(result($client->call('add', [[1, ['i64', 40]], [2, ['i64', 2]]])), 42,
        "$app: add");
    is_deeply($client->call('even', [[1, ['i32', 3]]])->{fields}[0],
        [1, ['struct', [[1, ['i32', 3]], [2, ['string', 'it is odd']]]]],
        "$app: a declared exception");
    is_deeply([CThrift::Client::exception(
        $client->call('fail', [[1, ['string', 'value']]]))],
        [6, 'Internal error'], "$app: one that is not");
    is(result($client->call('ping', [])), 'pong', "$app: and it goes on");
}

for (['app_apache', 'thrift', 'python3-thrift'],
    ['app_thriftpy', 'thriftpy', 'python3-thriftpy']) {
    my ($app, $library, $package) = @$_;
    SKIP: {
        skip "$library is not installed (Debian: $package)", 5
            if !has($library);
        serve($app);
    }
}
done_testing();
