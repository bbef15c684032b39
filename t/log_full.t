#!/usr/bin/perl

# log_full.t -- a log that cannot be written: no call fails, what is lost is
# counted, and when it can be written again it is.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Load;
use CThrift::Test;
use Errno qw(ENOSPC);
use Fcntl;
use File::Path qw(make_path remove_tree);
use Test::More;

my $mounted;
END { system 'umount', '-l', $mounted if $mounted }

my $t = CThrift::Test->new(undef, allow => []);

# Lines are long, so that it takes few calls to fill what keeps them.
my $padding = 'x' x 100;

# A server whose calls are logged there; its lines are "<method seqid x...>".
sub conf {
    my ($path, %o) = @_;

    $o{workers} //= 1;
    $o{options} //= '';
    my $user = $o{as_me} && $> == 0 ? 'user root root;' : '';
    $t->conf(<<"END");
$user
load_module %%OBJS%%/probe.so;
worker_processes $o{workers};
thrift {
    log_format line '<\$method \$seqid $padding>';
    access_log $path line $o{options};
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service Probe { }
    }
}
END
}

sub lost { return $t->status->{totals}{log_lines_lost} // -1 }

# So many calls one after the other, in batches; how many went well.
sub calls {
    my ($n, $c) = @_;
    my $well = 0;

    $c //= $t->client(framed => 1);
    while ($n > 0) {
        my $batch = $n < 100 ? $n : 100;

        $c->send_call('who') for 1 .. $batch;
        $well += defined CThrift::Client::result($c->recv_reply)
            for 1 .. $batch;
        $n -= $batch;
    }
    return $well;
}

# (whole lines, others) of a text.
sub lines_of {
    my ($text) = @_;
    my @lines = split /\n/, $text, -1;

    pop @lines if @lines && $lines[-1] eq '';
    my @whole = grep { /\A<\w+ \d+ x{100}>\z/ } @lines;
    return (\@whole, [grep { !/\A<\w+ \d+ x{100}>\z/ } @lines]);
}

# ---- A disk that is always full.

conf('/dev/full');
$t->start;
is(calls(3000), 3000, '/dev/full: every call is answered');
ok(CThrift::Test::wait_for(sub { lost() > 0 }), '... lines are lost');
cmp_ok(lost(), '<', 3000, '... what there is room for is kept');
ok($t->reload, 'reload');
ok(CThrift::Test::wait_for(sub { lost() == 3000 }),
    '... when the worker leaves the rest is lost too') or diag lost();
my @told = $t->log_text =~ /\[error\].*cannot write access log.*/g;
ok(@told >= 1 && @told <= 4, 'the error log says so, not often');
like($told[0], qr{'/dev/full', \d+ lines are lost so far: No space left},
    '... and why');
$t->stop;

# ---- A file that may not grow: the last write takes half a line.

for my $workers (1, 2) {
    my $log = $t->dir . '/logs/access.log';

    conf('logs/access.log', workers => $workers, as_me => 1);
    $t->start;
    my $before = lost();
    my @pids   = $t->workers;
    my @c      = map { $t->client(framed => 1) } 1 .. 4;

    system('prlimit', "--pid=$_", '--fsize=9001:') == 0
        or die "no prlimit\n" for @pids;
    is(calls(500, $_), 500, "a limit on files, $workers: calls go on") for @c;
    ok(CThrift::Test::wait_for(sub { -s $log == 9001 }), '... it is full');
    unlike($t->read_file('logs/access.log'), qr/\n\z/, '... within a line');
    system('prlimit', "--pid=$_", '--fsize=unlimited:') for @pids;
    is(calls(100, $_), 100, '... there is room again') for @c;
    ok($t->reload, '... new workers') or diag $t->log_text;
    ok(CThrift::Test::wait_for(sub { $t->workers == $workers }),
        '... the old ones have gone');

    my ($whole, $torn) = lines_of($t->read_file('logs/access.log'));
    is(@$whole + lost() - $before, 2400, '... each line is whole or lost');
    cmp_ok(scalar @$torn, '<=', $workers - 1, '... one may be half');
    is(scalar(grep { /<.*</ } @$torn), 0, '... none stands behind half of one')
        or diag @$torn;
    $t->stop;
    unlink $log;
}

# ---- A disk that is full for a while.

SKIP: {
    my $dir = $t->dir . '/disk';
    mkdir $dir;
    system("mount -t tmpfs -o size=128k,mode=0755 tmpfs $dir 2> /dev/null") == 0
        or skip 'mounting is not permitted', 12;
    $mounted = $dir;
    my $fill = sub {
        sysopen my $fh, "$dir/filler", O_WRONLY | O_CREAT or die $!;
        1 while syswrite $fh, 'x' x 4096;
        return $! == ENOSPC;
    };

    for my $options ('', 'buffer=8k flush=10ms') {
        conf('disk/access.log', options => $options);
        $t->start;
        my $c = $t->client(framed => 1);

        ok($fill->(), "a full disk, $options");
        my $before = lost();
        is(calls(3000, $c), 3000, '... every call is answered');
        ok(CThrift::Test::wait_for(sub { lost() > $before }),
            '... lines are lost');
        unlink "$dir/filler";
        ok(CThrift::Test::wait_for(sub {
            calls(1, $c);
            $t->read_file('disk/access.log') =~ /\n\z/;
        }), '... space: the log goes on by itself');
        ok(CThrift::Test::wait_for(sub { $t->log_text =~
            /access log '\S+' is written again, \d+ lines were lost/ }),
            '... and the error log says that');
        my (undef, $torn) = lines_of($t->read_file('disk/access.log'));
        is("@$torn", '', '... only whole lines');
        $t->stop;
        unlink "$dir/access.log";
    }
}
if ($mounted) {
    system 'umount', $mounted;
    undef $mounted;
}

# ---- A directory that is removed under load.

{
    my $dir = $t->dir . '/gone';

    make_path($dir);
    conf('gone/access.log', workers => 2);
    $t->start;
    my $before = lost();
    my $load = CThrift::Load->start(port => $t->port(1), clients => 2,
        fresh => 0, class => 'CThrift::Client');

    ok(CThrift::Test::wait_for(sub { -s "$dir/access.log" }), 'it is written');
    remove_tree($dir);
    ok(CThrift::Test::wait_for(sub { lost() > $before }),
        'the directory has gone: lines are lost');
    my ($status, $out, $err) = $t->run('-s', 'reopen');
    ok(!-e $dir, '... reopen makes none');
    make_path($dir);
    $t->run('-s', 'reopen');
    ok(CThrift::Test::wait_for(sub { -s "$dir/access.log" }),
        'it is back: reopen, and lines are written');
    my $seen = $load->stop;
    is($seen->{failed}, 0, 'no call has failed') or diag "@{$seen->{errors}}";
    cmp_ok($seen->{calls}, '>', 100, "... of $seen->{calls}");
    my (undef, $torn) = lines_of($t->read_file('gone/access.log'));
    is("@$torn", '', '... only whole lines');
    $t->stop;
}

# ---- A pipe that nobody reads.

{
    my $path = $t->dir . '/pipe';

    system('mkfifo', $path) == 0 or BAIL_OUT('no mkfifo');
    chmod 0666, $path;
    conf('pipe');
    my ($status) = $t->run('-t');
    is($status, 0, 'a pipe without a reader holds up nobody');
    sysopen my $pipe, $path, O_RDWR | O_NONBLOCK or die "open: $!";
    $t->start;
    my $before = lost();
    is(calls(4000), 4000, 'a pipe that is full: every call is answered');
    ok(CThrift::Test::wait_for(sub { lost() > $before }),
        '... lines are lost');
    my $text = '';
    my $drain = sub { 1 while sysread $pipe, $text, 65536, length $text; 0 };
    CThrift::Test::wait_for($drain, 0.5);
    ok($t->reload, '... reload');
    ok(CThrift::Test::wait_for(sub {
        $drain->();
        my ($whole) = lines_of($text);
        @$whole + lost() - $before == 4000;
    }), '... each line is read or lost');
    my (undef, $torn) = lines_of($text);
    is("@$torn", '', '... only whole lines');
    $t->stop;
    close $pipe;
}

done_testing();
