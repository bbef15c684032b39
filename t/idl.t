#!/usr/bin/perl

# idl.t -- cthriftc: what it writes for good files, what it says of bad ones.
#
# t/idl/ok/*.thrift have their .gen.h and .gen.c beside them, to the byte.
# t/idl/bad/*.thrift begin with the messages that they cause, each in a line
# behind "#! ".  UPDATE=1 writes both anew, for git diff to be read.

use strict;
use warnings;

use Cwd qw(abs_path getcwd);
use File::Basename qw(basename);
use File::Temp qw(tempdir);
use Test::More;

my $objs = abs_path($ENV{CTHRIFT_OBJS} // 'objs');
my $cthriftc = "$objs/cthriftc";
my $top = getcwd();

plan skip_all => 'cthriftc is not built' if !-x $cthriftc;

my $dir = tempdir('cthrift-idl-XXXXXX', TMPDIR => 1, CLEANUP => 1);

# A command in a directory: (status, stdout and stderr).
sub run {
    my ($where, @command) = @_;
    my $pid = open(my $out, '-|') // die "cannot fork: $!";

    if (!$pid) {
        chdir $where or die "cannot enter $where: $!";
        open STDERR, '>&', \*STDOUT or die;
        exec { $command[0] } @command or die "cannot run $command[0]: $!";
    }
    my $words = join '', <$out>;
    close $out;
    return ($? == 0 ? 0 : $? & 127 ? "signal $?" : $? >> 8, $words);
}

sub slurp {
    my ($path) = @_;

    open my $fh, '<:raw', $path or return "no $path";
    local $/;
    return scalar(<$fh>) // '';
}

sub spew {
    my ($path, $text) = @_;

    open my $fh, '>:raw', $path or die "cannot write $path: $!";
    print $fh $text or die;
    close $fh or die;
}

sub messages {
    return grep { /: (?:error|warning): |^cthriftc: / } split /\n/, $_[0];
}

# ---- Good files: the same bytes as ever, and C that compiles.

# Where cthrift.h is, and whatever the libraries that it names need.
my @include = ("-I$top/src", "-I$objs", "-I$dir");
my @c = (qw(cc -std=c11 -D_GNU_SOURCE -Wall -Wextra -Wshadow -Werror),
    qw(-Wmissing-prototypes -Wstrict-prototypes -Wcast-qual -Wwrite-strings));
my @cxx = qw(c++ -std=c++17 -Wall -Wextra -Werror -x c++);
my $has_cxx = system('c++ --version > /dev/null 2>&1') == 0;

sub compiles {
    my ($stem) = @_;
    my ($status, $words) = run($dir, @c, @include, '-c', '-o', "$stem.o",
        "$stem.gen.c");
    is("$status$words", '0', "$stem: C11 without a warning");

    SKIP: {
        skip 'no C++ compiler', 1 if !$has_cxx;
        ($status, $words) = run($dir, @cxx, @include, '-fsyntax-only',
            "$stem.gen.h");
        is("$status$words", '0', "$stem: a header for C++17 too");
    }
}

sub golden {
    my ($path, $stem) = @_;

    for my $end (qw(h c)) {
        my $beside = $path =~ s/\.thrift$/.gen.$end/r;
        my $text = slurp("$dir/$stem.gen.$end");

        spew($beside, $text) if $ENV{UPDATE};
        ok($text eq slurp($beside), "$stem: $end as before") or do {
            diag((run($top, 'diff', '-u', $beside, "$dir/$stem.gen.$end"))[1]);
        };
    }
}

for my $path (sort(glob 't/idl/ok/parts/*.thrift'),
    sort(glob 't/idl/ok/*.thrift')) {
    my $stem = basename($path, '.thrift');
    my ($status, $words) = run($top, $cthriftc, '-o', $dir, $path);

    is($status, 0, "$stem: taken") or diag $words;
    golden($path, $stem);
    compiles($stem);
}

# Large ones, that others read too: compiled only.
for my $path (map { "t/idl/torture$_.thrift" } '_shared', '', '_uuid') {
    my ($status, $words) = run($top, $cthriftc, '-o', $dir, $path);

    is("$status$words", '0', "$path: taken without a word");
    compiles(basename($path, '.thrift'));
}

# ---- The tables written against those made in memory.

# What the build says of compiler and flags, or plain ones.
my %flag = map { /^(\w+) = (.*)/ ? ($1, $2) : () } split /\n/,
    -f "$objs/flags" ? slurp("$objs/flags") : '';
my @archives = map { "$objs/libct_$_.a" } qw(idl wire core);

SKIP: {
    skip 'no archives', 1 if grep { !-f } @archives;
    my $compile = join ' ', $flag{CC} // 'cc', $flag{CFLAGS} // '-std=c11',
        '-fPIE', @include, '-o compare', "$top/t/idl/compare.c",
        (map { "torture$_.gen.c" } '', '_shared', '_uuid'), @archives,
        $flag{LDFLAGS} // '';
    my ($status, $words) = run($dir, 'sh', '-c', "$compile && ./compare "
        . "$top/t/idl/torture.thrift $top/t/idl/torture_uuid.thrift");
    like("$status $words", qr/^0 \d+ structs, 0 differences\n\z/,
        'ct_idl_describe: as cthriftc writes it');
}

# ---- Bad files: just these messages, and nothing written.

my $empty = tempdir('cthrift-idl-XXXXXX', TMPDIR => 1, CLEANUP => 1);

sub said_of {
    my ($path) = @_;

    return run('t/idl/bad', $cthriftc, '-o', $empty, basename($path));
}

# The messages' own lines move the file down: written twice to settle.
sub update {
    my ($path) = @_;
    my $body = slurp($path) =~ s/^#! .*\n//mgr;

    spew($path, $body);
    for (1 .. 2) {
        my @said = messages((said_of($path))[1]);
        spew($path, join('', map { "#! $_\n" } @said) . $body);
    }
}

for my $path (sort glob 't/idl/bad/*.thrift') {
    my $stem = basename($path, '.thrift');

    update($path) if $ENV{UPDATE};
    my @expected = slurp($path) =~ /^#! (.*)$/mg;
    my ($status, $words) = said_of($path);

    is($status, 1, "$stem: refused");
    is(join("\n", messages($words)), join("\n", @expected), "$stem: why");
}
is_deeply([glob "$empty/*"], [], 'bad files: nothing is written');

# ---- The caret, tabs and UTF-8 before it.

spew("$dir/caret.thrift",
    "struct A {\n\t1: string a = \"\xc3\xa4\", 2: B b }\n");
is((run($dir, $cthriftc, 'caret.thrift'))[1], <<"END", 'line and caret');
caret.thrift:2:24: error: unknown type 'B'
\t1: string a = "\xc3\xa4", 2: B b }
\t                      ^
END

# ---- The command line.

my ($status, $words) = run($dir, $cthriftc, '--version');
like("$status $words", qr/^0 cthriftc \d+\.\d+\.\d+\n\z/, '--version');

($status, $words) = run($dir, $cthriftc, '--help');
like("$status $words", qr/^0 usage: cthriftc .*--depfile/s, '--help');

for (['no file'], ['an unknown option', '-x', 'a.thrift'], ['no value', '-o']) {
    my ($name, @args) = @$_;

    ($status, $words) = run($dir, $cthriftc, @args);
    like("$status $words", qr/^2 cthriftc: .*usage:/s, $name);
}

($status, $words) = run($dir, $cthriftc, 'missing.thrift');
is("$status $words", "1 missing.thrift: error: no such file\n", 'no such file');

($status, $words) = run($dir, $cthriftc, '.');
like("$status $words", qr/^1 .*error: cannot read:/, 'a directory');

mkdir "$dir/lib";
mkdir "$dir/out";
spew("$dir/lib/low.thrift", "struct Low { 1: i32 a }\n");
spew("$dir/high.thrift",
    "include \"low.thrift\"\nstruct High { 1: low.Low a }\n");

($status, $words) = run($dir, $cthriftc, qw(-o out high.thrift));
like("$status $words", qr/^1 high.thrift:1:9: error: cannot find 'low.thrift'/,
    'an include that is elsewhere');

($status, $words) = run($dir, $cthriftc,
    qw(-o out -I nowhere -I lib --depfile out/high.d high.thrift));
is("$status$words", '0', '-I: found');
is_deeply([map { basename($_) } sort glob "$dir/out/*"],
    [qw(high.d high.gen.c high.gen.h)], 'only what is named is written');
is(slurp("$dir/out/high.d"), <<'END', '--depfile: a rule for make');
out/high.gen.h out/high.gen.c: \
  lib/low.thrift \
  high.thrift

lib/low.thrift:

high.thrift:
END

($status, $words) = run($dir, $cthriftc, qw(-r -o out -I lib high.thrift));
is("$status$words", '0', '-r');
ok(-f "$dir/out/low.gen.h", '-r: includes are written too');

($status, $words) = run($dir, $cthriftc, qw(-o missing/dir -I lib high.thrift));
like("$status $words", qr/^1 .*cannot create/s,
    'a directory that is not there');

spew("$dir/lib/high.thrift", "struct Other {}\n");
($status, $words) = run($dir, $cthriftc,
    qw(-o out -I lib high.thrift lib/high.thrift));
like("$status $words", qr/^1 cthriftc: .* would both be written/,
    'two files of one name');

# ---- Limits.

spew("$dir/big.thrift", '#' x (1024 * 1024 + 1));
like((run($dir, $cthriftc, 'big.thrift'))[1], qr/cannot read: File too large/,
    'a file of more than 1 MiB');

spew("$dir/d$_.thrift", 'include "d' . ($_ + 1) . ".thrift\"\n") for 0 .. 40;
like((run($dir, $cthriftc, 'd0.thrift'))[1],
    qr/^d32.thrift:1:9: error: includes are nested more than 32 deep/,
    'includes 40 deep');

# Typedefs of typedefs: the type has 2^40 parts, and a name for each.
spew("$dir/parts.thrift", "typedef map<i32, i32> T0\n"
    . join('', map { "typedef map<T$_, T$_> T" . ($_ + 1) . "\n" } 0 .. 25)
    . "struct A { 1: T25 a }\n");
($status, $words) = run($dir, $cthriftc, 'parts.thrift');
is("$status$words", '0', 'a type of 2^25 parts');
cmp_ok(-s "$dir/parts.gen.h", '<', 100_000, 'names do not grow with it');
compiles('parts');

spew("$dir/zero.thrift", "struct A { 1: i32 a\0b }\n");
($status, $words) = run($dir, $cthriftc, 'zero.thrift');
like("$status $words", qr/^1 .*means nothing here/s, 'a NUL in the text');

spew("$dir/bom.thrift", "\xef\xbb\xbfstruct A { 1: i32 a }\r\n");
($status, $words) = run($dir, $cthriftc, 'bom.thrift');
is("$status$words", '0', 'a byte order mark, CR LF');

done_testing();
