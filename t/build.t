#!/usr/bin/perl

# build.t -- configure and make: options, probes that fail with a word of
# what to install, and no more rebuilt than has changed.

use strict;
use warnings;

use File::Temp qw(tempdir);
use Test::More;

my $objs = $ENV{CTHRIFT_OBJS} // 'objs';
my $dir = tempdir('cthrift-build-XXXXXX', TMPDIR => 1, CLEANUP => 1);

# Runs a command of the shell: (status, stdout and stderr).
sub run {
    my ($command) = @_;
    my $words = `exec 2>&1; $command`;

    return ($? >> 8, $words);
}

# configure into a directory of its own; the answers and the Makefile.
my $configured = 0;

sub configure {
    my (@args) = @_;
    my $build = "$dir/b" . $configured++;
    my ($status, $words) = run("./configure --builddir=$build @args");

    return ($status, $words, slurp("$build/ct_auto_config.h"),
        slurp("$build/Makefile") . slurp("$build/flags"));
}

sub slurp {
    my ($path) = @_;

    open my $fh, '<', $path or return '';
    local $/;
    return scalar <$fh>;
}

# ---- Options.

my ($status, $words) = run('./configure --help');
is($status, 0, '--help succeeds');
for my $option (qw(prefix sbin-path conf-path pid-path error-log-path
    modules-path user group with-cc with-cc-opt with-ld-opt with-debug
    with-sanitizers with-werror add-module add-dynamic-module without-epoll))
{
    like($words, qr/^  --$option[= ]/m, "--help tells of --$option");
}

($status, $words) = configure('--with-cheese');
isnt($status, 0, 'an unknown option is refused');
like($words, qr/invalid option '--with-cheese'/, 'by name');

($status, $words, my $answers, my $make) = configure(
    '--prefix=/opt/ct', '--sbin-path=bin/thriftd', '--user=thrift',
    '--conf-path=/etc/ct.conf', '--without-epoll',
    q(--with-cc-opt='-DA=1 -DB="x"'));
is($status, 0, 'options are taken') or diag $words;
like($answers, qr/^#define CT_HAVE_EPOLL 0$/m, 'epoll is left out');
like($answers, qr/^#define CT_HAVE_POLL 1$/m, 'poll is not');
unlike($make, qr/ct_epoll\.c/, 'nor built');
like($answers, qr/^#define CT_USER "thrift"$/m, 'the user is set');
like($make, qr{^sbin_path = /opt/ct/bin/thriftd$}m, 'the program is named');
like($make, qr{^conf_path = /etc/ct\.conf$}m, 'absolute paths stay');
like($make, qr/^CFLAGS = .* -DA=1 -DB="x"/m, 'flags are added');
like($answers, qr/^#define CT_CONFIGURE_ARGS .*--with-cc-opt='-DA=1/m,
    'and remembered as they were given');
like($words, qr/^  events: +poll$/m, 'the summary says what there is');

($status, $words) = configure('--without-epoll', '--without-poll');
isnt($status, 0, 'without any backend there is no server');
like($words, qr/no way to wait for events/, 'and it is said');

# ---- What is missing is named, with its Debian package.

for (['openssl', 'libssl-dev'], ['libpcre2-8', 'libpcre2-dev'],
    ['jansson', 'libjansson-dev'], ['zlib', 'zlib1g-dev'])
{
    my ($library, $package) = @$_;
    open my $fh, '>', "$dir/pkg-config" or die $!;
    print $fh "#!/bin/sh\n",
        "case \"\$*\" in --exists*$library*) exit 1 ;; esac\n",
        "exec pkg-config \"\$@\"\n";
    close $fh;
    chmod 0755, "$dir/pkg-config";

    ($status, $words) = run("PKG_CONFIG=$dir/pkg-config ./configure "
        . "--builddir=$dir/missing");
    isnt($status, 0, "without $library configure fails");
    like($words, qr/$library.*\Q$package\E/s, "and names $package");
}

($status, $words) =
    run("PKG_CONFIG=$dir/none ./configure --builddir=$dir/missing");
isnt($status, 0, 'without pkg-config configure fails');
like($words, qr/Debian: pkg-config/, 'and names it');

($status, $words) = configure("--with-cc=$dir/none");
isnt($status, 0, 'a compiler that is not there is an error');
like($words, qr/cannot make a program/, 'and it is said');

# ---- Modules.

($status, $words) = configure("--add-module=$dir");
isnt($status, 0, 'a directory without a Makefile is no module');
like($words, qr/no Makefile of a module in '\Q$dir\E'/, 'and it is said');

mkdir "$dir/one";
open my $fh, '>', "$dir/one/Makefile" or die $!;
print $fh "MODULE = one\nIDL = one.thrift\nSRCS = one_module.c two.c\n";
close $fh;

($status, $words, undef, $make) = configure("--add-module=$dir/one");
is($status, 0, 'a module is read') or diag $words;
like($make, qr/^static_modules = one$/m, 'and built in');
like($make, qr/^one_srcs = one_module\.c two\.c$/m, 'with its sources');

($status, $words, undef, $make) = configure("--add-dynamic-module=$dir/one");
like($make, qr/^dynamic_modules = one$/m, 'or built as a file of its own');

($status) = configure("--add-module=$dir/one",
    "--add-dynamic-module=$dir/one");
isnt($status, 0, 'but not both');

# ---- Only what includes a header is built again.  -W asks make what it would
# do if a file were new.

SKIP: {
    skip 'the build is not up to date', 2
        if system("make -q -f $objs/Makefile archives > /dev/null 2>&1");

    for my $header (qw(core/ct_heap.h core/ct_rc.h)) {
        my (undef, $plan) =
            run("make -n V=0 -W src/$header -f $objs/Makefile archives");
        my %built = map { $_ => 1 } $plan =~ m{ -c -o \S+ (src/\S+\.c)}g;
        my %includes = map { $_ => 1 } includers($header);
        is_deeply([sort keys %built], [sort keys %includes],
            "$header is new: " . keys(%built) . ' sources are built');
    }
}

# The sources of archives that include a header, at any depth.
sub includers {
    my ($header) = @_;
    my (%of, %seen);

    for my $path (glob 'src/*/*.[ch] src/*/*/*.[ch] src/*.h') {
        my $text = slurp($path);
        push @{ $of{$1} }, $path
            while $text =~ /^#include ["<]([^">]+)[">]/mg;
    }
    my @todo = ($header);
    while (defined(my $next = shift @todo)) {
        next if $seen{$next}++;
        push @todo, map { s{^src/}{}r } @{ $of{$next} // [] };
    }
    return grep { -f "$objs/$_" =~ s/\.c$/.o/r && !/_main\.c$/ }
        map { "src/$_" } grep { /\.c$/ } keys %seen;
}

done_testing();
