package Bench::Machine;

# Where it was measured.

use strict;
use warnings;

use POSIX ();

use Bench::Process;


sub first_of {
    my ($path, $pattern) = @_;

    return Bench::Process::slurp($path) =~ /$pattern/m ? $1 : 'unknown';
}


# [WHAT, WORDS] for a table.
sub told {
    my ($objs) = @_;
    my ($system, undef, $release, undef, $machine) = POSIX::uname();
    my ($version) = `$objs/cthrift -v 2>&1` =~ /version: (\S+)/;
    my $commit = `git rev-parse --short HEAD 2>/dev/null` || 'unknown';
    my ($cc) = `cc --version` =~ /(.+)/;
    my ($compiler) = `thrift --version 2>/dev/null` =~ /([\d.]+)/;

    chomp $commit;
    return (
        ['processor', Bench::Process::nprocessors() . ' x '
            . first_of('/proc/cpuinfo', '^model name\s*:\s*(.+)')],
        ['memory', sprintf '%.0f GB',
            first_of('/proc/meminfo', '^MemTotal:\s+(\d+)') / 1e6],
        ['system', first_of('/etc/os-release', '^PRETTY_NAME="(.*)"')],
        ['kernel', "$system $release $machine"],
        ['cthrift', ($version // 'unknown') . ", commit $commit, $cc"],
        ['thrift-compiler', $compiler // 'none'],
        ['load before', first_of('/proc/loadavg', '^(\S+)')],
        ['date', POSIX::strftime('%Y-%m-%d %H:%M UTC', gmtime)],
    );
}


1;
