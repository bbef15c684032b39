package CThrift::Counted;

# A server of one process, run by something that counts what it does: valgrind,
# strace, a library in front of libc's.
#
#   my $server = CThrift::Counted->start(objs => 'objs',
#       by => [qw(strace -c -o out)], conf => 'keepalive_calls 5;');
#   CThrift::Lockstep->new('ping', port => $server->{port});
#   $server->stop;
#
# It serves examples/bench.  `main`, `events`, `thrift` and `conf` are text for
# these places of the file, `conf` for the server; access_log is off unless
# `access_log` says otherwise.  `env` is more of the environment.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Path qw(make_path);
use File::Temp qw(tempdir);
use IO::Socket::IP;
use POSIX ();
use Time::HiRes qw(sleep time);

my $start_s = 60;    # valgrind reads debugging information at leisure
my %running;


sub start {
    my ($class, %o) = @_;
    my $dir = tempdir('cthrift-count-XXXXXX', TMPDIR => 1, CLEANUP => 1);
    my $self = bless {
        %o,
        objs => abs_path($o{objs}),
        dir  => $dir,
        port => free_port(),
    }, $class;

    make_path("$dir/conf", "$dir/logs");
    $self->write_conf;
    $self->{pid} = fork // die "fork: $!\n";
    if ($self->{pid} == 0) {
        $self->become;
        POSIX::_exit(127);
    }
    $running{ $self->{pid} } = 1;
    my $end = time + $start_s;
    until ($self->server_pid && $self->answers) {
        my $words = $self->words;
        die "the server does not start\n$words"
            if time > $end || waitpid($self->{pid}, POSIX::WNOHANG()) > 0;
        sleep 0.02;
    }
    return $self;
}


sub become {
    my ($self) = @_;
    my %env = %{ $self->{env} // {} };

    @ENV{ keys %env } = values %env;
    open STDERR, '>', "$self->{dir}/words";
    no warnings 'exec';
    exec @{ $self->{by} // [] }, "$self->{objs}/cthrift", '-p', $self->{dir};
}


# A port that was free a moment ago.
sub free_port {
    my $socket = IO::Socket::IP->new(LocalHost => '127.0.0.1',
        LocalPort => 0, Listen => 1) or die "no free port: $!\n";

    return $socket->sockport;
}


sub write_conf {
    my ($self) = @_;
    my ($main, $events, $thrift, $conf) =
        map { $self->{$_} // '' } qw(main events thrift conf);
    my $log = $self->{access_log} // 'off';

    open my $fh, '>', "$self->{dir}/conf/cthrift.conf"
        or die "cannot write: $!\n";
    print $fh <<"END";
load_module $self->{objs}/bench.so;
daemon off;
master_process off;
error_log logs/error.log notice;
pid logs/cthrift.pid;
$main
events { $events }
thrift {
    access_log $log;
    $thrift
    server {
        listen 127.0.0.1:$self->{port};
        $conf
        service PingService { handler bench; }
    }
}
END
    close $fh or die "cannot write: $!\n";
}


sub answers {
    my ($self) = @_;

    return IO::Socket::IP->new(PeerHost => '127.0.0.1',
        PeerPort => $self->{port});
}


# The server's own pid, 0 while there is none: what runs it may be its parent.
sub server_pid {
    my ($self) = @_;

    return $self->slurp('logs/cthrift.pid') || 0;
}


sub slurp {
    my ($self, $name) = @_;

    open my $fh, '<', "$self->{dir}/$name" or return '';
    local $/;
    return (scalar(<$fh>) // '') =~ s/\n\z//r;
}


# What it and what runs it have to say.
sub words { return $_[0]->slurp('words') . $_[0]->slurp('logs/error.log') }


sub stop {
    my ($self) = @_;

    kill 'TERM', $self->server_pid || $self->{pid};
    waitpid $self->{pid}, 0;
    delete $running{ $self->{pid} };
    die "the server has ended with $?\n" . $self->words if $? != 0;
}


END {
    my $status = $?;

    kill 'TERM', keys %running;
    waitpid $_, 0 for keys %running;
    $? = $status;
}

1;
