#!/usr/bin/perl

# install.t -- make install puts everything where configure said and keeps
# what the operator has changed; a module is then built outside of the tree
# with what was installed, by the four lines of its Makefile.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Temp qw(tempdir);
use Test::More;

use lib 't/lib';
use CThrift::Test;

my $objs = CThrift::Test::objs();

plan skip_all => 'the server is not built' if !-x "$objs/cthrift";

my $dir = tempdir('cthrift-install-XXXXXX', TMPDIR => 1, CLEANUP => 1);

sub slurp {
    my ($path) = @_;

    open my $fh, '<', $path or return '';
    local $/;
    return scalar <$fh>;
}

my %at = map { /^(\w+) = (\S+)/ ? ($1 => $2) : () }
    split /\n/, slurp("$objs/Makefile");
my ($dynamic) = slurp("$objs/Makefile") =~ /^dynamic_modules =(.*)/m;
my @modules = split ' ', $dynamic;

# Nothing is built: the tree is up to date when tests run.
sub install {
    my ($to) = @_;
    my $words = `make -f $objs/Makefile install DESTDIR=$to 2>&1`;

    return ($? >> 8, $words);
}

my ($status, $words) = install($dir);
is($status, 0, 'make install DESTDIR=') or diag $words;

for my $file ($at{sbin_path}, "$at{prefix}/bin/cthriftc",
    "$at{prefix}/bin/cthrift-bench", $at{conf_path},
    "$at{conf_path}.default", "$at{prefix}/include/cthrift/cthrift.h",
    "$at{prefix}/include/cthrift/core/ct_module.h",
    "$at{prefix}/include/cthrift/ct_auto_config.h",
    "$at{prefix}/share/cthrift/module.mk",
    map({ "$at{modules_path}/$_.so" } @modules),
    map { $at{conf_path} =~ s{[^/]+$}{$_}r }
        map { -f "conf/$_.conf" ? "$_.conf" : () } @modules)
{
    ok(-f "$dir$file", "$file is there");
}
ok(-d "$dir$at{log_dir}", "$at{log_dir} is there");
SKIP: {
    skip 'module python is not built', 2 if !grep { $_ eq 'python' } @modules;
    my $command = slurp("$dir$at{prefix}/bin/cthrift-gunicorn");
    my %place = $command =~ /^(\w+) = "(.*)"$/mg;

    is_deeply(\%place, {
        CTHRIFT => $at{sbin_path},
        MODULE  => "$at{modules_path}/python.so",
        LIBRARY => "$at{prefix}/share/cthrift/python",
    }, 'cthrift-gunicorn knows where things are');
    my @missing = grep { !-f "$dir$place{LIBRARY}/$_" }
        map { m{([^/]+)$} } glob 'src/modules/python/ct_*.py';
    is("@missing", '', '... its library too');
}

# The headers are complete: a file with the one include compiles.
my $include = "$dir$at{prefix}/include/cthrift";
open my $fh, '>', "$dir/x.c" or die $!;
print $fh "#include <cthrift.h>\n";
close $fh;
$words = `cc -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -I$include \\
    -fsyntax-only $dir/x.c 2>&1`;
is($words, '', 'the headers installed need no other');

# A second time, over a file that has been edited.
open $fh, '>>', "$dir$at{conf_path}" or die $!;
print $fh "# mine\n";
close $fh;
($status) = install($dir);
is($status, 0, 'make install again');
like(slurp("$dir$at{conf_path}"), qr/# mine/, 'keeps the configuration');
unlike(slurp("$dir$at{conf_path}.default"), qr/# mine/,
    'and brings the new one as .default');

SKIP: {
    # A prefix that somebody has chosen is not a test's to write to.
    skip 'configured by hand', 4 if !-f "$objs/by-make";
    skip 'no examples/hello', 4 if !-f 'examples/hello/Makefile';

    ($status, $words) = install('');
    is($status, 0, 'make install below the build directory') or diag $words;

    system("cp -r examples/hello $dir/hello") == 0 or die;
    my $sbin = $at{sbin_path} =~ s{/[^/]+$}{}r;
    local $ENV{PATH} = "$sbin:$ENV{PATH}";
    # The make above must not hand its own variables down.
    delete local @ENV{qw(MAKEFLAGS MFLAGS MAKELEVEL)};
    $words = `make -C $dir/hello 2>&1`;
    is($?, 0, 'a module is built out of the tree') or diag $words;
    ok(-f "$dir/hello/hello.so", 'and is a file of its own');
    $words = `make -C $dir/hello install DESTDIR=$dir/to 2>&1`;
    ok(-f "$dir/to$at{modules_path}/hello.so", 'and installs itself')
        or diag $words;
}

done_testing();
