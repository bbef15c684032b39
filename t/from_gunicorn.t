#!/usr/bin/perl

# from_gunicorn.t -- the worked migration of docs/from-gunicorn.md, with the
# very files that stand there: by the command first, then by a file.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Python;
use CThrift::Test;
use File::Path qw(make_path);
use Test::More;

my $py = CThrift::Python->new;
my $wait_for = \&CThrift::Test::wait_for;

plan skip_all => 'the document is the same for every build'
    if CThrift::Test::has_sanitizers();

open my $fh, '<', 'docs/from-gunicorn.md' or die "no docs/from-gunicorn.md: $!";
my $document = do { local $/; <$fh> };

# The files of the document, by the name in their first line.
my %file;
while ($document =~ m{^```\w+\n(?:#|//) ([\w/.]+\.\w+)\n(.*?)^```}msg) {
    $file{$1} = $2;
}
is_deeply([sort keys %file],
    [qw(cthrift.conf gunicorn_config.py words.thrift words/app.py)],
    'the document has its files');

# Places that are a test's to use.
sub moved {
    my ($text) = @_;

    $text =~ s{/srv/words/venv}{@{[$py->venv]}}g;
    $text =~ s{/srv/words}{%%TESTDIR%%}g;
    $text =~ s{/run/words\.pid}{%%TESTDIR%%/logs/cthrift.pid}g;
    $text =~ s{/run/}{%%TESTDIR%%/}g;
    $text =~ s{/var/log/words\.log}{%%TESTDIR%%/logs/error.log}g;
    $text =~ s{modules/python\.so}{%%OBJS%%/python.so}g;
    # Two show as much as four, in less time.
    $text =~ s{^(workers = |worker_processes )4}{${1}2}mg;
    $text =~ s{0\.0\.0\.0:8000}{127.0.0.1:%%PORT_1%%}g;
    return $text;
}

sub prepare {
    my ($t) = @_;

    make_path($t->dir . '/words');
    $t->write_file($_, moved($file{$_}))
        for qw(gunicorn_config.py words.thrift words/app.py);
    return $t;
}

# A loud word, or the name of what was thrown.
sub shout {
    my ($client) = @_;
    my ($field) = @{ $client->call('shout', [[1, ['string', 'a']]])->{fields} };

    return $field->[1][1] if $field->[0] == 0;
    return "thrown: $field->[1][1][0][1][1]";
}

# ---- The same command.
{
    my $t = prepare(CThrift::Test->new);
    my @command = ('-c', 'gunicorn_config.py', 'words.app:app');

    # The addresses are the file's: none is given beside it.
    symlink $t->dir . '/logs/cthrift.pid.conf',
        $t->dir . '/conf/cthrift.conf';
    delete $t->{held};
    $t->{child} = $t->spawn('stdout', 'stderr',
        $py->gunicorn_command({ at => $t->dir }, @command));
    ok($wait_for->(sub { $t->reap; $t->is_serving && $t->workers == 2 }),
        'cthrift-gunicorn: its workers serve')
        or diag $t->read_file('stderr'), $t->log_text;
    my $tcp = $t->client;
    my $unix = $t->client(path => $t->dir . '/words.sock');
    is(shout($tcp), 'A', '... at their address');
    is(shout($unix), 'A', '... and at their socket');
    is($t->read_file('stderr'), '', '... without a warning');
    $t->signal('HUP');
    ok($t->wait_for_log(qr/generation 2 serves/), 'HUP');
    is(shout($_), 'A', '... leaves connections as they are') for $tcp, $unix;
    my ($status, $out) = $py->gunicorn($t, { at => $t->dir }, '-s', 'reload',
        @command);
    is($status, 0, '-s reload');
    $t->signal('TERM');
    ok($wait_for->(sub { $t->reap; defined $t->{status} }), 'TERM');
    is($t->{status}, 0, '... ends it in order');
}

# ---- A file of one's own.
{
    my $user = $> == 0 ? "user root;\n" : '';
    my $t = prepare(CThrift::Test->new($user . moved($file{'cthrift.conf'})));
    $t->start;
    my $client = $t->client;
    is(shout($client), 'A', 'cthrift: the same by a file');
    ok($t->reload, 'a reload');
    is(shout($client), 'A', '... that nobody notices');
}

# ---- Who wants clients to connect anew.
{
    my $user = $> == 0 ? "user root;\n" : '';
    my $conf = moved($file{'cthrift.conf'})
        =~ s/server \{/server {\n        hand_over off;/r;
    my $t = prepare(CThrift::Test->new($user . $conf));
    $t->start;
    my $client = $t->client;
    is(shout($client), 'A', 'hand_over off');
    ok($t->reload, 'a reload');
    is(shout($client), 'thrown: this worker is about to end',
        '... an old connection is told of the end');
    is(shout($t->client), 'A', '... and a new one is served');
    $client->close;
}

done_testing();
