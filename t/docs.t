#!/usr/bin/perl

# docs.t -- the documents say what the programs say.
#
# docs/directives.md is held against `cthrift --directives` name by name;
# docs/command-line.md and docs/idl.md against what `cthrift -h`, `configure
# --help`, `cthrift-gunicorn --help` and `cthriftc --help` print; and every link
# between the documents must lead somewhere.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Test;
use Test::More;

my $objs = CThrift::Test::objs();

plan skip_all => 'the server is not built' if !-x "$objs/cthrift";

sub slurp {
    my ($path) = @_;

    open my $fh, '<', $path or die "cannot open $path: $!";
    local $/;
    return scalar <$fh>;
}

# What a program says on either stream; the shell is not asked.
sub words_of {
    my (@command) = @_;

    my $pid = open my $fh, '-|' // die "fork: $!";
    if ($pid == 0) {
        open STDERR, '>&', \*STDOUT;
        exec @command or exit 127;
    }
    local $/;
    return scalar(<$fh>) // '';
}


# ---- Directives.

# What configure was told to use instead of the defaults in the document.
my $args = -f "$objs/args" ? slurp("$objs/args") : '';
my %elsewhere;
$elsewhere{pid}++  if $args =~ /--pid-path=/;
$elsewhere{user}++ if $args =~ /--(?:user|group)=/;

# With the modules that are loaded and have documents of their own.
my $loaded = CThrift::Test->new(join '', map { "load_module $objs/$_.so;\n" }
    grep { -f "$objs/$_.so" } 'python');

my %built;    # name => { places, default, module }
for my $line (split /\n/,
    words_of($loaded->command('--directives'))) {
    my ($name, $places, $type, $default, $module) = split /\t/, $line;

    next if !defined $module;
    $built{$name} = {
        Places  => join(', ', split /\|/, $places),
        Default => $default,
        Module  => $module,
    };
}
cmp_ok(scalar keys %built, '>', 30, '--directives prints the directives');
my %module = map { $_->{Module} => 1 } values %built;

# "## name" and, behind it, the rows of the first table.  Sections of another
# kind have a blank or a capital in their headings.
my $text = join "\n", map { slurp("docs/$_.md") } qw(directives python);
my %told;
for my $section (split /^(?=## )/m, $text) {
    my ($name) = $section =~ /\A## ([a-z_]+)\n/ or next;

    ok(!$told{$name}, "$name has one heading");
    my ($table) = $section =~ /\n((?:\|.*\n)+)/;
    while (($table // '') =~ /^\| (\w+) \| (.*) \|$/mg) {
        my ($row, $value) = ($1, $2);

        $value =~ s/\A`(.*)`\z/$1/ if $row eq 'Default';
        $value =~ s/, (?:any number of|up to \d+) times\z//
            if $row eq 'Places';
        $told{$name}{$row} = $value;
    }
}

for my $name (sort keys %built) {
    my $told = $told{$name};

    ok($told, "$name has a heading") or next;
    for my $row (qw(Syntax Unit Reload)) {
        ok(length($told->{$row} // ''), "$name: $row is told");
    }
    like($told->{Syntax}, qr/\A`$name\b/, "$name: its syntax names it");
    is($told->{Places}, $built{$name}{Places}, "$name: its places");
    is($told->{Module}, $built{$name}{Module}, "$name: its module");
    SKIP: {
        skip "$name: configured otherwise", 1 if $elsewhere{$name};
        my $default = $built{$name}{Default};
        # Debian calls nobody's group nogroup, most others nobody.
        $default =~ s/^nobody nobody$/nobody nogroup/ if $name eq 'user';
        is($told->{Default}, $default, "$name: its default");
    }
}

# A heading of a module that is not in this build is looked at where it is.
for my $name (sort keys %told) {
    next if !$module{ $told{$name}{Module} // '' };
    ok($built{$name}, "the heading $name is a directive");
}


# ---- Options.

# Every option that a program's help shows at the beginning of a line.
sub options_of {
    my ($help) = @_;
    my %seen;

    while ($help =~ /^ {1,8}(-\S.*?)(?: {2,}|$)/mg) {
        $seen{$1}++ for $1 =~ /(?:^|[\s,])(--?[?A-Za-z][\w-]*)/g;
        $seen{$1}++ for $1 =~ /(?:^|[\s,])(-\?)/g;
    }
    return sort keys %seen;
}

# Program => what it says, and where its options are told.
my %help = (
    './configure --help' =>
        [words_of('./configure', '--help'), 'docs/command-line.md'],
    'cthrift -h' =>
        [words_of("$objs/cthrift", '-h'), 'docs/command-line.md'],
    'cthriftc --help' =>
        [words_of("$objs/cthriftc", '--help'), 'docs/idl.md'],
    'cthrift-bench --help' =>
        [words_of("$objs/cthrift-bench", '--help'), 'docs/bench.md'],
);
$help{'cthrift-gunicorn --help'} =
    [words_of("$objs/cthrift-gunicorn", '--help'), 'docs/command-line.md']
    if -x "$objs/cthrift-gunicorn";

for my $program (sort keys %help) {
    my ($help, $document) = @{ $help{$program} };
    my @options = options_of($help);
    my $words = slurp($document);

    cmp_ok(scalar @options, '>', 2, "$program has options");
    for my $option (@options) {
        ok($words =~ /`\Q$option\E[`=\[ ]/,
            "$document tells of $option ($program)");
    }
}

# The first and the second command of README.md are there to be run.
my $readme = slurp('README.md');
like($readme, qr{^\./auto/quickstart$}m, 'README.md: the first command');
like($readme, qr{^\./auto/install-deps --test && make check-all$}m,
    'README.md: the second command');
ok(-x "auto/$_", "auto/$_ can be run") for qw(quickstart install-deps);


# ---- The way from gunicorn.

# What stands in its right columns must exist: a directive, a hook, a function,
# a word of an option.  What it has for files t/from_gunicorn.t serves with.
{
    my $words = slurp('docs/from-gunicorn.md');
    my $api   = join '', map { slurp($_) }
        'src/core/ct_module.h', glob 'src/thrift/*.h';
    my $on = 0;

    for my $line (split /\n/, $words) {
        if ($line =~ /^\| *(?:setting|worker|gunicorn) *\| here/) {
            $on = 1;
        } elsif ($line !~ /^\|/) {
            $on = 0;
        }
        next if !$on || $line !~ /^\|(?:[^|\\]|\\.)*\|((?:[^|\\]|\\.)*)\|/;
        for my $word ($1 =~ /`([a-z_]+)/g) {
            ok($built{$word} || $api =~ /\b\Q$word\E\b/
                    || $word =~ /^(?:ssl_|(?:cthrift|inline|default|syslog)$)/,
                "docs/from-gunicorn.md: $word exists");
        }
    }

    # Every setting and every hook that there is, by the command's own table.
    SKIP: {
        skip 'no Python here', 1 if !-x '/usr/bin/python3';
        my @names = split ' ', words_of('/usr/bin/python3', '-B', '-c',
            'import sys; sys.path[0] = "src/modules/python";'
                . ' from ct_gunicorn_settings import *;'
                . ' print(*SETTINGS, *sorted(HOOKS))');
        cmp_ok(scalar @names, '>', 100, 'gunicorn has settings');
        ok($words =~ /`\Q$_\E`/, "docs/from-gunicorn.md tells of $_")
            for @names;
    }
}


# ---- Links.

for my $document (glob('*.md docs/*.md examples/*/*.md bench/*.md')) {
    my ($dir) = $document =~ m{^(.*/)} ? $1 : '';
    my $words = slurp($document);

    # What stands in fences and in backticks is no link.
    $words =~ s/^```.*?^```//msg;
    $words =~ s/`[^`]*`//g;
    while ($words =~ /\]\((?!https?:|#)([^)#\s]+)/g) {
        ok(-e "$dir$1", "$document: the link to $1");
    }
}

done_testing();
