package Bench::Ours;

# How cthrift and the reference are started: Bench::Server's arguments.

use strict;
use warnings;

use File::Path qw(make_path);

use Bench::Server;


# The reference serves all forms on one socket.
sub start_bare {
    my (%o) = @_;

    return Bench::Server->start(name => 'bare', %o, command => sub {
        my ($where) = @_;
        return ("$o{objs}/bench/ct_bare",
            $o{unix} ? "unix:$where" : "127.0.0.1:$where");
    });
}


sub write_conf {
    my ($path, $listen, %o) = @_;
    my $workers = $o{workers} // 1;
    my $tls = $o{tls} ? <<"END" : '';
        ssl_certificate $o{tls}/server.pem;
        ssl_certificate_key $o{tls}/server.key;
END

    open my $fh, '>', $path or die "cannot write $path: $!\n";
    print $fh <<"END";
load_module $o{objs}/bench.so;
daemon off;
worker_processes $workers;
error_log logs/error.log notice;
pid logs/cthrift.pid;

events { worker_connections 200000; }

thrift {
    server {
        listen $listen;
$tls
        service PingService { handler bench; }
    }
}
END
    close $fh or die "cannot write $path: $!\n";
}


# In a prefix of its own below `dir`.  workers => N; tls => the directory of a
# certificate; no access log, no limits changed but that of connections.
sub start_cthrift {
    my (%o) = @_;
    my $name = $o{name} // 'cthrift';
    my $prefix = "$o{dir}/$name";

    make_path("$prefix/conf", "$prefix/logs");
    my $server = Bench::Server->start(name => $name, %o, command => sub {
        my ($where) = @_;
        my $listen = $o{unix} ? "unix:$where" : "127.0.0.1:$where";

        write_conf("$prefix/conf/cthrift.conf",
            $listen . ($o{tls} ? ' ssl' : ''), %o);
        return ("$o{objs}/cthrift", '-p', $prefix, '-c', 'conf/cthrift.conf');
    });
    $server->{prefix} = $prefix;
    return $server;
}


# The command that speaks to its master.
sub signal_command {
    my ($server, $objs, $signal) = @_;

    return ("$objs/cthrift", '-p', $server->{prefix}, '-c',
        'conf/cthrift.conf', '-s', $signal);
}

1;
