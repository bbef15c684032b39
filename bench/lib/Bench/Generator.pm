package Bench::Generator;

# The one place that knows how load is made.
#
#   my $seen = Bench::Generator::run($server, objs => 'objs', seconds => 1,
#       call => 'echo:1024', connections => 16, depth => 1);
#   # { calls, errors, seconds, rate, p50, p99, p999, max, words }
#
# Times are in microseconds.  Every reply has been compared with what was due;
# `errors` counts those that were wrong or missing, `words` tells of them.

use strict;
use warnings;

use JSON::PP ();

use Bench::Process;

# Beyond the time of its load; then it hangs.
my $PATIENCE = 20;


sub failed {
    my ($words) = @_;

    return { calls => 0, errors => 1, seconds => 0, rate => 0, p50 => 0,
        p99 => 0, p999 => 0, max => 0, words => $words };
}


# call: ping, echo:N or record; connections, depth; new_conn: a connection for
# each call; rate: so many calls a second, whatever the server does; cpu:
# where the generator runs; protocol: another than the server is there for.
sub command {
    my ($server, %o) = @_;

    return ("$o{objs}/cthrift-bench", qw(--json --quiet),
        '-c', $o{connections} // 1, '-p', $o{depth} // 1, '-d', $o{seconds},
        '--call', $o{call}, '--transport', $server->{transport},
        '--protocol', $o{protocol} // $server->{protocol},
        $o{new_conn} ? '--new-conn' : (),
        $o{rate} ? ('--rate', $o{rate}) : (),
        $server->{tls} ? qw(--tls --insecure) : (),
        $server->address);
}


sub output_of {
    my (@command) = @_;

    open my $pipe, '-|', @command or die "cannot run $command[0]: $!\n";
    local $/;
    my $text = <$pipe> // '';
    close $pipe;
    return $text;
}


sub run {
    my ($server, %o) = @_;
    my $cpu = exists $o{cpu} ? $o{cpu} : Bench::Process::GENERATOR_CPU;
    my $patience = int($o{seconds} + $PATIENCE);
    my $text = output_of('timeout', $patience,
        Bench::Process::pinned($cpu, command($server, %o)));
    my $seen = eval { JSON::PP::decode_json($text) };

    return failed($text =~ /(\S.*)/ ? $1 : 'the generator has given up')
        if !$seen;
    return {
        calls   => $seen->{calls},
        errors  => $seen->{errors},
        seconds => $seen->{seconds},
        rate    => $seen->{calls_per_s},
        words   => $seen->{errors} ? "$seen->{errors} wrong" : '',
        map { $_ => $seen->{latency_us}{$_} } qw(p50 p99 max),
        p999 => $seen->{latency_us}{p999},
    };
}

1;
