#!/usr/bin/perl

# watch_files.t -- `watch on`: what is edited is read, however it is edited,
# but not before it is whole.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use File::Copy qw(copy);
use File::Path qw(make_path);
use Test::More;
use Time::HiRes qw(sleep);

my $objs = CThrift::Test::objs();
my $t = CThrift::Test->new(undef, allow => [qr/nonsense|cannot read|broken/]);
my $dir = $t->dir;
my $generation = 1;

my $CONF = <<'END';
watch on;
load_module %%TESTDIR%%/modules/probe.so;
worker_processes 1;
include more/*.conf;
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service Probe { include live/app.conf; }
    }
}
END


sub generation {
    my $status = $t->status;

    return $status ? $status->{server}{generation} : 0;
}


# Something was edited: one generation later, or more if it took two looks.
sub is_taken {
    my ($name) = @_;

    ok(CThrift::Test::wait_for(sub { generation() > $generation }), $name)
        or diag $t->log_text;
    settle();
}


# Nothing is under way any more: the last reload that was begun has ended.
sub settle {
    CThrift::Test::wait_for(sub {
        my $log = $t->log_text;
        my $begun = () = $log =~ /reload: testing/g;
        my $ended = () = $log =~ /generation \d+ serves|reload refused/g;
        return $ended >= $begun + 1;
    });
    $generation = generation();
}


sub refusals { my $n = () = $t->log_text =~ /reload refused/g; $n }


# As many editors do.
sub replace {
    my ($name, $text) = @_;

    $t->write_file("$name.new", $text);
    rename "$dir/$name.new", "$dir/$name" or die "rename: $!";
}

make_path(map { "$dir/$_" } qw(conf/more conf/v1 conf/v2 modules elsewhere));
copy("$objs/probe.so", "$dir/modules/probe.so") or die "copy: $!";
$t->write_file('conf/v1/app.conf', "handler_timeout 11s;\n");
$t->write_file('conf/v2/app.conf', "handler_timeout 12s;\n");
symlink 'v1', "$dir/conf/live" or die "symlink: $!";
$t->conf($CONF);
$t->start;

# ---- The ways of editing.
$t->conf($CONF =~ s/processes 1/processes 2/r);
is_taken('written in place');
is($t->status->{server}{workers_wanted}, 2, 'and read');

my $text = $t->read_file('conf/cthrift.conf');
replace('conf/cthrift.conf', $text =~ s/processes 2/processes 1/r);
is_taken('replaced by rename');
is($t->status->{server}{workers_wanted}, 1, 'and read');

$t->write_file('conf/more/a.conf', "worker_shutdown_timeout 7s;\n");
is_taken('a pattern of include has one file more');
$t->write_file('conf/more/a.conf', "worker_shutdown_timeout 8s;\n");
is_taken('which is edited');
unlink "$dir/conf/more/a.conf";
is_taken('and removed');

symlink 'v2', "$dir/conf/live.new";
rename "$dir/conf/live.new", "$dir/conf/live";
is_taken('a link in the path of a file leads elsewhere');
$t->write_file('conf/v2/app.conf', "handler_timeout 20s;\n");
is_taken('the file behind it is edited');

# ---- Mistakes.
my $good = $t->read_file('conf/cthrift.conf');
my $refused = refusals();
replace('conf/cthrift.conf', "include $dir/elsewhere/new.conf;\n$good");
ok(CThrift::Test::wait_for(sub { refusals() > $refused }),
    'an include that is not there is refused');
is(generation(), $generation, 'the old configuration goes on');
$refused = refusals();
$t->write_file('elsewhere/new.conf', "nonsense on;\n");
ok(CThrift::Test::wait_for(sub { refusals() > $refused }),
    'a file that was never read before is seen when it comes');
$t->write_file('elsewhere/new.conf', "worker_shutdown_timeout 9s;\n");
is_taken('and when it has been mended');
replace('conf/cthrift.conf', $good);
is_taken('without it again');

# ---- A module, and one that is half written.
copy("$objs/probe.so", "$dir/modules/new.so") or die "copy: $!";
rename "$dir/modules/new.so", "$dir/modules/probe.so";
is_taken('a module is replaced');
{
    my $bytes = do {
        open my $fh, '<:raw', "$objs/probe.so" or die "probe.so: $!";
        local $/;
        <$fh>;
    };
    my $half = length($bytes) / 2;
    $refused = refusals();
    unlink "$dir/modules/probe.so";
    open my $fh, '>:raw', "$dir/modules/probe.so" or die "probe.so: $!";
    $fh->autoflush;
    print $fh substr $bytes, 0, $half;
    $t->write_file('conf/more/b.conf', "worker_shutdown_timeout 6s;\n");
    # Long enough for somebody who does not wait to be caught at it.
    sleep 0.6;
    is(generation(), $generation, 'half a module: nothing is read');
    print $fh substr $bytes, $half;
    close $fh;
    is_taken('the other half: now it is');
    is(refusals(), $refused, 'and nothing was refused in between');
}

# ---- A reload by hand is no change; an upgrade goes on watching.
ok($t->reload, 'a reload by hand');
settle();
my ($status, undef, $err) = $t->run('-s', 'upgrade');
is($status, 0, 'an upgrade') or diag $err;
CThrift::Test::wait_for(sub { $t->log_text =~ /the master ends/ });
$generation = generation();
$t->write_file('conf/more/b.conf', "worker_shutdown_timeout 5s;\n");
is_taken('the new master watches as well');

# ---- Files that nothing else names.
make_path("$dir/data");
$t->write_file('data/prices', "1\n");
replace('conf/cthrift.conf',
    $good =~ s{watch on}{watch on data/prices data/*.csv}r);
is_taken('watch with files');
$t->write_file('data/prices', "22\n");
is_taken('one of them is written');
$t->write_file('data/a.csv', "1\n");
is_taken('a pattern has one more');
$t->write_file('data/a.csv', "22\n");
is_taken('which is written');
$t->conf($good =~ s/watch on/watch off data/r);
($status, undef, $err) = $t->run('-t');
is($status, 1, 'files for watch off are refused');
like($err, qr/'watch off' looks at no file in .*conf:1/, 'with a reason');
replace('conf/cthrift.conf', $good);

# ---- By looking, and not at all.
CThrift::Test::wait_for(sub { generation() > $generation });
settle();
replace('conf/cthrift.conf', $good =~ s/watch on/watch poll/r);
is_taken('watch poll');
ok(!grep({ (readlink $_ // '') =~ /inotify/ }
        glob '/proc/' . $t->master_pid . '/fd/*'), 'is not told');
$t->write_file('conf/more/b.conf', "worker_shutdown_timeout 4s;\n");
is_taken('but looks');
replace('conf/cthrift.conf', $good =~ s/watch on;//r);
is_taken('watch off');
ok(!grep({ (readlink $_ // '') =~ /inotify/ }
        glob '/proc/' . $t->master_pid . '/fd/*'), 'has nothing open');
my $said = () = $t->log_text =~ /has changed/g;
$t->write_file('conf/more/b.conf', "worker_shutdown_timeout 3s;\n");
ok($t->reload, 'by hand');
sleep 0.3;
is(scalar(() = $t->log_text =~ /has changed/g), $said, 'and only by hand');

$t->conf($good =~ s/watch on/watch maybe/r);
($status, undef, $err) = $t->run('-t');
is($status, 1, 'another word');
like($err, qr/watch.*on \| off \| poll.*conf:1|maybe.*conf:1/, 'is refused');
$t->conf($good);

done_testing();
