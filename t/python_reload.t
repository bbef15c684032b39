#!/usr/bin/perl

# python_reload.t -- an application's code is changed and reloaded, again and
# again, under naive clients: nobody loses a call or a connection, every byte of
# every reply is right, and the new code answers after each.
#
# CTHRIFT_RELOADS=n says how many reloads there are.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Naive;
use CThrift::Python;
use CThrift::Test;
use Test::More;

my $py = CThrift::Python->new;
my $path = $py->path('%%TESTDIR%%');
my $reloads = $ENV{CTHRIFT_RELOADS}
    // (CThrift::Test::has_sanitizers() ? 5 : 20);

my $t = CThrift::Test->new($py->head . <<"END", allow => [qr/not today/]);
worker_processes 2;
thread_pool default threads=10;
thrift {
    $path
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service Probe { python_app live:app; }
    }
    server {
        listen 127.0.0.1:%%PORT_2%%;
        execute threads;
        service Probe { python_app live:app; }
    }
}
END

# The module's text, which is of another length each time: Python itself tells
# old bytecode by the time in seconds and the size.
sub write_code {
    my ($version, $more) = @_;

    $t->write_file('live.py', "from app_probe import Handler, app\n"
        . "Handler.who = lambda self: 'code $version'\n"
        . '#' x $version . "\n" . ($more // ''));
}

sub answers {
    return join ', ', map {
        CThrift::Client::result($_->call('who', []))
    } @_;
}

write_code(0);
$t->start;

# `later` sleeps: inline nobody else is served meanwhile.
my $naive = CThrift::Naive->start($t, clients => 32,
    args => ['-l', 2, '-w', 5000,
        '-x', 'framed,unframed,compact,unframed-compact'],
    to => [map { '127.0.0.1:' . $t->port($_) } 1, 2]);
my @kept = map { $t->client(port => $t->port($_)) } 1, 2;
is(answers(@kept), 'code 0, code 0', 'the first code');
$naive->wait_for_calls(500);

my ($good, $new, $again) = (0, 0, 0);
for my $version (1 .. $reloads) {
    write_code($version);
    $good++ if $t->reload;
    my @fresh = map { $t->client(port => $t->port($_)) } 1, 2;
    $new++ if answers(@fresh) eq "code $version, code $version";
    $_->close for @fresh;
    # A connection that was there before may be on its way to a new worker.
    $again++ if CThrift::Test::wait_for(sub {
        answers(@kept) eq "code $version, code $version";
    });
}
is($good, $reloads, "$reloads reloads, each with other code");
is($new, $reloads, '... that answers new connections behind each');
is($again, $reloads, '... and those that were there');

# What cannot be imported changes nothing.
write_code($reloads + 1, "raise RuntimeError('not today')\n");
my ($status, undef, $err) = $t->run('-s', 'reload');
isnt($status, 0, 'broken code is refused');
like($err, qr/RuntimeError: not today/, '... for its reason');
is(answers(@kept), "code $reloads, code $reloads",
    '... and the old one serves');

$naive->wait_for_calls(500);
my $seen = $naive->stop;
is("lost $seen->{lost}, closed $seen->{disconnects}, wrong $seen->{wrong}",
    'lost 0, closed 0, wrong 0', "of $seen->{calls} calls");
is($seen->{trouble}, '', 'nobody has noticed anything');
is($seen->{alive}, 32, 'all clients are there to the end');
$t->descriptors_may_change;

done_testing();
