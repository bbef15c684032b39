#!/usr/bin/perl

# python_clients.t -- the libraries' own clients, of both libraries, against
# applications of both, wherever handlers run: connectivity in every dialect,
# the client's timeout, the polite end, and a crowd behind TTIN.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Python;
use CThrift::Test;
use IPC::Open2;
use Test::More;

my $py = CThrift::Python->new;
my $path = $py->path('%%TESTDIR%%');
my @libraries = qw(apache thriftpy2);
my %app = (apache => 'app_apache', thriftpy2 => 'app_thriftpy2');

# Whether handlers may be greenlets in this build.
sub has_gevent {
    my $t = CThrift::Test->new($py->head);
    my (undef, $out) = $t->run('--directives');
    return $out =~ /^python_gevent\b/m;
}

# Ports 1 and 2 are an application of each library, 3 the multiplexed one, 4 one
# that has little patience.
sub server {
    my ($mode) = @_;
    my $execute = $mode eq 'threads' ? 'execute threads;' : '';
    my $main = $mode eq 'gevent' ? 'python_gevent on;' : '';
    my $n = 0;
    my $servers = join '', map { $n++; <<"END" } map { $app{$_} } @libraries;
    server {
        listen 127.0.0.1:%%PORT_$n%%;
        hand_over off;
        service PingService { python_app $_:app; }
    }
END
    my $t = CThrift::Test->new($py->head . <<"END");
worker_processes 1;
worker_shutdown_timeout 10s;
thread_pool default threads=10;
python_config %%TESTDIR%%/gunicorn_config.py;
$main
thrift {
    $path
    $execute
    $servers
    server {
        listen 127.0.0.1:%%PORT_3%%;
        service First { python_app app_thriftpy2:multiplexed; }
        service Second { python_app app_apache:multiplexed; }
    }
    server {
        listen 127.0.0.1:%%PORT_4%%;
        client_timeout 1s;
        service PingService { python_app app_thriftpy2:app; }
    }
}
END
    $t->write_file('gunicorn_config.py', <<'END');
import os

def worker_term(worker):
    os.environ["about_to_shutdown"] = "1"
END
    return $t;
}

# Starts the client: its claims come by `claims`.
sub begin {
    my ($library, @words) = @_;

    local $ENV{PYTHONPATH} = $py->generated;
    my $pid = open2(my $out, my $in, $py->python, $py->source('clients.py'),
        $library, @words);
    return { pid => $pid, out => $out, in => $in };
}

# Its claims, up to one like that, or to the end.
sub claims {
    my ($client, $what, $last) = @_;

    while (defined(my $line = readline $client->{out})) {
        chomp $line;
        last if $line eq 'end' && ++$client->{ended};
        my ($holds, $name) = $line =~ /^(ok|not ok) (.*)/ or next;
        ok($holds eq 'ok', "$what: $name");
        return if defined $last && $name =~ $last;
    }
    ok($client->{ended}, "$what: to its end");
    waitpid $client->{pid}, 0;
}

for my $mode ('inline', 'threads', has_gevent() ? 'gevent' : ()) {
    my $t = server($mode);
    $t->start;

    # All at once, for it takes Python a while to begin; those that wait last.
    my @clients = map {
        [begin($_, 'timeout', $t->port(4), 2), "$mode: $_: client_timeout"]
    } @libraries;
    for my $library (reverse @libraries) {
        unshift @clients, map {
            [begin($library, 'connectivity', $t->port($_)),
                "$mode: $library and $app{ $libraries[$_ - 1] }"]
        } 1, 2;
        unshift @clients, [begin($library, 'multiplexed', $t->port(3)),
            "$mode: $library"];
    }
    claims(@$_) for @clients;

    # The seed's polite end: whose connection cannot move is told by the
    # application itself, and whoever comes anew finds another worker.
    my ($old) = $t->workers;
    my @polite =
        map { begin($libraries[$_], 'leaving', $t->port($_ + 1)) } 0, 1;
    claims($_, "$mode: leaving", qr/^before/) for @polite;
    $t->signal('HUP');
    ok(CThrift::Test::wait_for(sub {
        my $status = $t->status // return 0;
        my %state = map { $_->{pid} => $_->{state} } @{ $status->{workers} };
        return ($state{$old} // '') eq 'leaving'
            && grep { $_ eq 'serving' } values %state;
    }), "$mode: HUP: a worker leaves, another serves");
    for my $client (@polite) {
        print { $client->{in} } "go\n";
        $client->{in}->flush;
        claims($client, "$mode: leaving");
    }

    $t->signal('TTIN');
    ok(CThrift::Test::wait_for(sub { $t->workers >= 2 }), "$mode: TTIN");
    for my $i (0, 1) {
        claims(begin($libraries[$i], 'crowd', $t->port($i + 1)),
            "$mode: $libraries[$i]");
    }
    $t->descriptors_may_change;
    $t->finish;
}

done_testing();
