#!/usr/bin/perl

# arch.t -- the shape of the house: which floor may know of which, how much a
# thing pulls in, how long and how well explained it is.
#
# Reads sources and what the compiler made of them (CTHRIFT_OBJS, objs unless
# told).  Every figure is printed beside its limit: `make arch` shows them.

use strict;
use warnings;

use File::Find;
use Test::More;

my $objs = $ENV{CTHRIFT_OBJS} // 'objs';

# ---- The rules.

# Room => what its files may include.  An include's room is its folder.
my %may_include = (
    core     => [qw(core)],
    event    => [qw(core event)],
    wire     => [qw(core wire)],
    idl      => [qw(core wire idl)],
    thrift   => [qw(core event wire thrift)],
    process  => [qw(core event process)],
    api      => [qw(core wire thrift)],
    modules  => [qw(api core wire thrift modules)],
    # Reads .thrift files, and has the idl floor's objects in its own .so.
    python   => [qw(api core wire thrift idl python)],
);

# The archive of a room may call into these; objs/libct_ROOM.a.
my %may_call = (%may_include,
    modules => [qw(core event wire thrift modules)],
    python  => [qw(core event wire thrift idl python)]);

# Variables that may be written and belong to no struct, each with its reason.
my %writable = (
    signal_counts => 'a handler of signals has nothing else to write to',
    signal_loop   => 'the loop that a handler of signals wakes',
    fiber_current => 'of each thread: the fiber whose stack it runs on',
    crash_worker  => 'what a handler of a crash tells of: it has no argument',
    crash_stack   => 'the stack it runs on, when the other has overrun',
    crash_utc_offset_s => 'the time zone of its line: it may not ask for it',
    crash_captured => 'where it reads what was printed last',
    stall_asker => 'who asks a loop where it stands, by a signal',
    native_methods => "functions of _cthrift: Python's interface wants them so",
    preload_forked => 'whose interpreter a fork concerns: no argument either',
    hub_methods   => 'the same for what serves calls in greenlets',
    title_area    => 'a process has one command line, and ps reads it there',
);

# A build with --with-faults has one more.
$writable{faults_left} = 'how many allocations go well before one fails'
    if grep { /^#define CT_FAULTS 1/ } lines("$objs/ct_auto_config.h");

my %limit = (
    'function length, median'   => 15,
    'function length, p90'      => 40,
    'function length, max'      => 60,
    'length of a flat switch'   => 100,
    'file length, max'          => 600,
    'link closure, median'      => 12,
    'link closure, max'         => 12,
    'comments per code line, %, least'    => 20,
    'comments per code line, %, most'     => 30,
    'words of headers per code line, %'   => 40,
);

# ---- Reading.

my @files;
find(sub { push @files, $File::Find::name if /\.[ch]$/ }, 'src');
@files = sort @files;
my @headers = grep { /\.h$/ } @files;
my %lines_of = map { $_ => [lines($_)] } @files;

sub lines {
    my ($path) = @_;

    open my $fh, '<', $path or die "cannot open $path: $!\n";
    return <$fh>;
}

sub room_of {
    my ($path) = @_;

    return 'wire' if $path =~ m{^(?:src/)?thrift/wire/};
    return 'python' if $path =~ m{^(?:src/)?modules/python/};
    return 'api'  if $path =~ m{^(?:src/)?cthrift\.h$};
    return $path =~ m{^(?:src/)?([^/]+)/} ? $1 : 'unknown';
}

sub within {
    my ($value, $name) = @_;

    cmp_ok($value, '<=', $limit{$name}, "$name: $value of $limit{$name}");
}

# The value below which the part lies of a list of numbers.
sub quantile {
    my ($part, @values) = @_;

    @values = sort { $a <=> $b } @values;
    return 0 if !@values;
    return $values[int($part * $#values + 0.5)];
}

# No entry of the list, or a failure that shows them all.
sub none {
    my ($list, $name) = @_;

    ok(!@$list, $name) or diag map { "$_\n" } @$list;
}

# ---- Floors: includes.

my %includes;
for my $path (@files) {
    for (@{ $lines_of{$path} }) {
        push @{ $includes{$path} }, "src/$1" if /^\s*#\s*include\s+"([^"]+)"/;
    }
}

my @upward;
for my $path (@files) {
    my $room = room_of($path);
    my %may = map { $_ => 1 } @{ $may_include{$room} // [] };
    for my $included (@{ $includes{$path} // [] }) {
        push @upward, "$path includes $included"
            if !$may{ room_of($included) };
    }
}
none(\@upward, 'floors: nobody includes what stands above');

my (@cycles, %state);
sub visit {
    my ($path, @above) = @_;

    return if ($state{$path} // '') eq 'done';
    if (($state{$path} // '') eq 'open') {
        push @cycles, join ' -> ', @above, $path;
        return;
    }
    $state{$path} = 'open';
    visit($_, @above, $path) for @{ $includes{$path} // [] };
    $state{$path} = 'done';
}
visit($_) for @files;
none(\@cycles, 'include cycles: ' . @cycles);

# ---- Headers compile alone.

my ($cc, $flags) = ('cc', '');
for (map { -f ? lines($_) : () } "$objs/flags", "$objs/Makefile") {
    $cc = $1 if /^CC = (.*)/;
    $flags .= " $1" if /^(?:LIB_CFLAGS|python_cflags) = ?(.*)/;
}

# A module that needs what is not on every machine.
my $has_python = -f "$objs/python.so";

my @dependent;
for my $header (map { s{^src/}{}r } @headers) {
    next if $header =~ m{^modules/python/} && !$has_python;
    my $words = compile($cc, '-std=c11 -x c', $header);
    push @dependent, "$header\n$words" if $words ne '';
}
none(\@dependent, 'headers: each of ' . @headers . ' compiles alone');

sub compile {
    my ($compiler, $language, $header) = @_;
    my $words = `echo '#include "$header"' | $compiler $language \\
        -D_GNU_SOURCE -Wall -Wextra -Isrc -I$objs $flags \\
        -fsyntax-only - 2>&1`;

    return $? == 0 && $words eq '' ? '' : "$words (status $?)";
}

SKIP: {
    skip 'no src/cthrift.h', 1 if !-f 'src/cthrift.h';
    skip 'no C++ compiler', 1 if system('c++ --version > /dev/null 2>&1');
    my $words = compile('c++', '-std=c++17 -x c++', 'cthrift.h');
    is($words, '', 'headers: cthrift.h is C++17 too');
}

# ---- What objects define and want.

# A source's object; those of a module in a folder of its own stand together.
sub object_of {
    my ($path) = @_;

    $path =~ s{^src/modules/(\w+)/}{$1/};
    return "$objs/$path" =~ s/\.c$/.o/r;
}

my (%defines, %wants, %room_of_object, @globals);
for my $path (grep { /\.c$/ } @files) {
    my $object = object_of($path);
    next if !-f $object;

    $room_of_object{$object} = room_of($path);
    for (`nm -f sysv '$object'`) {
        my ($name, $value, $class, $type, $size, $line, $section) =
            map { s/^\s+|\s+$//gr } split /\|/;
        next if !defined $class || $name =~ /^\.L|^__odr_asan|^__asan|^\.str/;
        $wants{$object}{$name} = 1 if $class =~ /^[Uw]$/;
        $defines{$name} = $object if $class =~ /^[TDBRVWC]$/;
        # Constant tables of pointers are relocated, then made read-only.
        push @globals, [$name =~ s/\.\d+$//r, $path]
            if $class =~ /^[bBdDC]$/ && $section !~ /^\.data\.rel\.ro/
            && $type =~ /OBJECT|TLS/;
    }
}

# Backends of other systems are not built here.
none([grep { /\.c$/ && !-f object_of($_)
        && !m{/ct_(?:epoll|kqueue|poll|context_\w+)\.c$}
        && ($has_python || !m{^src/modules/python/}) } @files],
    'objects: every source has been compiled');

# Upward calls, that the linker might forgive in the whole server.
my @calls;
for my $object (sort keys %wants) {
    my $room = $room_of_object{$object};
    my %may = map { $_ => 1 } @{ $may_call{$room} // [] };
    for my $name (sort keys %{ $wants{$object} }) {
        my $there = $defines{$name} // next;
        push @calls, "$object calls $name of $there"
            if !$may{ $room_of_object{$there} };
    }
}
none(\@calls, 'floors: nobody calls what stands above');

# How many other objects come along when one is linked.
sub closure {
    my ($object) = @_;
    my %seen;
    my @todo = ($object);

    while (defined(my $next = shift @todo)) {
        next if $seen{$next}++;
        push @todo, grep { defined } map { $defines{$_} }
            keys %{ $wants{$next} };
    }
    delete $seen{$object};
    return scalar keys %seen;
}

for my $room (qw(core wire)) {
    my %size = map { $_ => closure($_) }
        grep { $room_of_object{$_} eq $room } keys %room_of_object;
    my ($worst) = sort { $size{$b} <=> $size{$a} } keys %size;
    my $median = quantile(0.5, values %size);

    cmp_ok($median, '<=', $limit{'link closure, median'},
        "link closure of $room, median: $median of 12");
    next if !defined $worst;
    cmp_ok($size{$worst}, '<=', $limit{'link closure, max'},
        "link closure of $room, max: $size{$worst} of 12 ($worst)");
}

my @unreasoned = map { "$_->[0] in $_->[1]" }
    grep { !$writable{ $_->[0] } } @globals;
none(\@unreasoned, 'writable globals: '
        . (@globals ? join ' ', sort map { $_->[0] } @globals : 'none'));

my %used = map { $_->[0] => 1 } @globals;
delete @writable{qw(native_methods hub_methods preload_forked)}
    if !$has_python;
none([grep { !$used{$_} && keys %room_of_object } sort keys %writable],
    'writable globals: the list of reasons names none that is gone')
    if -f "$objs/cthrift";

# ---- Lengths.  clang-format puts a function's braces into the first column,
# so a function is what stands between two such lines.

my (@lengths, @too_long, @long_files);
for my $path (@files) {
    my ($start, $name, $previous, $line, $is_flat) = (0, '', '', 0, 0);
    for (@{ $lines_of{$path} }) {
        $line++;
        if (/^\{$/) {
            ($start, $name, $is_flat) = ($line, $previous, 0);
        } elsif (/^\}$/ && $start) {
            my $length = $line - $start - 1;
            my $most = $limit{ $is_flat ? 'length of a flat switch'
                : 'function length, max' };
            push @lengths, $length;
            push @too_long, "$path:$start: $length lines: $name"
                if $length > $most;
            $start = 0;
        }
        $is_flat = 1 if $start && /flat switch/i;
        $previous = $1 if /^(\w+\()/;
    }
    push @long_files, "$path: $line lines"
        if $line > $limit{'file length, max'};
}

within(quantile(0.5, @lengths), 'function length, median');
within(quantile(0.9, @lengths), 'function length, p90');
my ($longest) = sort { $b <=> $a } @lengths;
none(\@too_long, 'function length, max: '
        . ($longest // 0) . " of $limit{'function length, max'} ("
        . @lengths . ' functions)');
none(\@long_files, "file length: at most $limit{'file length, max'} lines");

# ---- Comments.  A line that is all comment counts as one; a line of code with
# a comment behind it as both.

sub count {
    my ($lines) = @_;
    my ($code, $comments, $inside) = (0, 0, 0);

    for my $text (@$lines) {
        my $line = $text;
        my $is_comment = $inside;
        # Strings hide nothing that looks like a comment, for this purpose.
        $line =~ s/"(?:[^"\\]|\\.)*"/""/g if !$inside;
        my $rest = '';
        while ($line =~ /\S/) {
            if ($inside) {
                last if $line !~ s{^.*?\*/}{};
                $inside = 0;
            } elsif ($line =~ s{^(.*?)/\*}{}) {
                $rest .= $1;
                $inside = $is_comment = 1;
            } else {
                $rest .= $line;
                last;
            }
        }
        $comments++ if $is_comment && $text =~ /\S/;
        $code++ if $rest =~ /\S/;
    }
    return ($code, $comments);
}

my (%code, %comments);
for my $path (@files) {
    my ($code, $comments) = count($lines_of{$path});
    for my $kind ('all', $path =~ /\.h$/ ? 'h' : 'c') {
        $code{$kind} += $code;
        $comments{$kind} += $comments;
    }
}

sub percent {
    my ($kind) = @_;

    return sprintf '%.0f', 100 * ($comments{$kind} // 0) / ($code{$kind} || 1);
}

# The whole tree, as it was counted in the models (style.md); headers, which
# carry the contracts, stand well above it and sources below.
my $share = percent('all');
ok($share >= $limit{'comments per code line, %, least'}
        && $share <= $limit{'comments per code line, %, most'},
    "comments per code line: $share % of 20 to 30 (sources "
        . percent('c') . " %, $code{all} lines of code)")
    or diag thinnest();

$share = percent('h');
cmp_ok($share, '>=', $limit{'words of headers per code line, %'},
    "comments per code line, headers: $share % of 40 at least");

# The sources furthest from the figure, for whoever has to mend it.
sub thinnest {
    my %share;

    for my $path (grep { /\.c$/ } @files) {
        my ($code, $comments) = count($lines_of{$path});
        $share{$path} = 100 * $comments / ($code || 1);
    }
    my @order = sort { $share{$a} <=> $share{$b} } keys %share;
    return map { sprintf "%3.0f %% %s\n", $share{$_}, $_ } @order;
}

# ---- Tests.  One may serve the parts of one thing: binary_test.c is
# ct_binary_scan.c's too.

sub has_test {
    my ($path) = @_;
    my ($stem) = $path =~ m{/ct_(\w+)\.c$} or return 1;

    while (1) {
        return 1 if -f "t/unit/ct_${stem}_test.c" || -f "t/unit/${stem}_test.c";
        $stem =~ s/_[a-z0-9]+$// or return 0;
    }
}

none([grep { !has_test($_) } grep { m{^src/(?:core|thrift/wire)/.*\.c$} }
    @files], 'tests: every source of core and wire has one');

done_testing();
