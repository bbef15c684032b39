#!/usr/bin/perl

# torture.t -- all types of the IDL, round trip: a service made by cthriftc,
# clients made by Apache's compiler for Python and C++.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use Cwd qw(abs_path);
use Test::More;

my $objs = CThrift::Test::objs();

plan skip_all => 'the torture module is not built' if !-f "$objs/torture.so";
plan skip_all => 'thrift-compiler is not installed'
    if system('command -v thrift > /dev/null 2>&1') != 0;

my $idl = abs_path('t/idl');
my $here = abs_path('t/interop');

my $t = CThrift::Test->new(<<'END');
load_module %%OBJS%%/torture.so;
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service Torture { }
        service TortureUuid { }
    }
}
END
$t->start;
my ($dir, $port) = ($t->dir, $t->port(1));

sub output_of {
    my ($command) = @_;
    my $out = `cd '$dir' && $command 2>&1`;

    return $? ? "failed: $out" : $out;
}

SKIP: {
    skip 'python3-thrift is not installed', 6
        if system("/usr/bin/python3 -c 'import thrift' 2> /dev/null") != 0;
    mkdir "$dir/py";
    output_of("thrift -r --gen py -out py '$idl/torture.thrift'");
    for my $framed (0, 1) {
        for my $protocol (qw(binary compact json)) {
            my $rounds = $protocol eq 'binary' ? 40 : 15;
            is(output_of("/usr/bin/python3 '$here/torture.py' py $port "
                . "$framed $rounds $protocol"), "32 methods\n",
                "Python, $protocol, framed $framed");
        }
    }
}

SKIP: {
    skip 'libthrift-dev or a C++ compiler is not installed', 6
        if system('command -v g++ > /dev/null 2>&1') != 0
        || system('pkg-config --exists thrift') != 0;
    mkdir "$dir/cpp";
    output_of("thrift -r --gen cpp -out cpp '$idl/torture.thrift'");
    my $built = output_of('g++ -w -I cpp -o torture_cpp '
        . "'$here/torture_cpp.cpp' cpp/Torture.cpp cpp/Base.cpp "
        . 'cpp/torture_types.cpp cpp/torture_shared_types.cpp '
        . '$(pkg-config --cflags --libs thrift)');
    skip "the C++ client cannot be built: $built", 6
        if !-x "$dir/torture_cpp";
    for my $framed (0, 1) {
        for my $protocol (qw(binary compact json)) {
            is(output_of("./torture_cpp $port $framed $protocol"),
                "0 failures\n", "C++, $protocol, framed $framed");
        }
    }
}

# uuid, which Debian's Apache Thrift does not know: our own Perl client.
{
    my $c = $t->client(framed => 1);
    my $uuid = pack 'H*', '00112233445566778899aabbccddeeff';
    my $reply = $c->call('TortureUuid:echo_uuid', [[1, ['uuid', $uuid]]]);
    is(CThrift::Client::result($reply), $uuid, 'uuid');
    my $struct = ['struct', [
        [1, ['uuid', $uuid]], [2, ['uuid', scalar reverse $uuid]],
        [3, ['uuid', $uuid]], [4, ['list', 'uuid', [$uuid, $uuid]]],
        [5, ['set', 'uuid', [$uuid]]],
        [6, ['map', 'uuid', 'string', [[$uuid, 'name']]]],
    ]];
    is_deeply($c->call('TortureUuid:echo_uuids', [[1, $struct]])->{fields},
        [[0, $struct]], 'uuid in every place');
    my $half = $c->call('TortureUuid:echo_uuids', [[1, ['struct', []]]]);
    is_deeply($half->{fields}[0][1][1][1], [3, ['uuid', $uuid]],
        'a uuid by default');
}
