#!/usr/bin/perl

# python_register.t -- services are in the registry while they are served, and
# no longer: known when all workers serve, taken out before the sockets close.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Python;
use CThrift::Test;
use Test::More;

my $py = CThrift::Python->new;
my $path = $py->path('%%TESTDIR%%');

# A registry that notes what it is told, who serves then, and whether the port
# still answers.
my $registry = <<'END';
import json, os, socket

_tries = []

def note(*words):
    with open("%%TESTDIR%%/noted", "a") as file:
        file.write(json.dumps(words) + "\n")

def answers(instance):
    try:
        socket.create_connection(("127.0.0.1", instance["port"]["main"]), 5)
        return True
    except OSError:
        return False

class Registry:
    def __init__(self, conf, app):
        if conf.get("fails"):
            _tries.append(1)
            if len(_tries) < 2:
                raise ValueError("no registry")
        note("made", conf.get("name"), getattr(
            app.cfg, "service_register_conf", {}).get("name"))

    def register_instances(self, instances):
        note("register", instances, os.environ.get("COLOUR"),
             all(map(answers, instances)),
             len(list(open("%%TESTDIR%%/serving"))))

    def deregister_instances(self, instances):
        note("deregister", instances, all(map(answers, instances)))

class Old(Registry):
    """As another author calls it."""

    deregister_instances = None

    def unregister_instances(self, instances):
        note("unregister", instances, all(map(answers, instances)))
END

sub conf_file {
    my ($more) = @_;

    return <<"END";
service_register_conf = {"name": "test", $more}

def post_worker_init(worker):
    with open("%%TESTDIR%%/serving", "a") as file:
        file.write("1\\n")
END
}

# The configuration with an application at those ports.
sub conf {
    my ($class, $more, @ports) = @_;
    my $listens = join "\n", map { "listen 127.0.0.1:%%PORT_$_%%;" } @ports;

    return $py->head . <<"END" . $more;
worker_processes 2;
python_config conf/gunicorn_conf.py;
python_service_register registry:$class;
thrift {
    $path
    server {
        $listens
        listen unix:%%TESTDIR%%/sock;
        service PingService { python_app app_thriftpy2:app; }
    }
    server {
        listen 127.0.0.1:%%PORT_9%%;
        status json;
    }
}
END
}

my $t = CThrift::Test->new(conf('Registry', '', 1),
    allow => [qr/needs a master/]);

$t->write_file('registry.py', $registry);
$t->write_file('conf/gunicorn_conf.py', conf_file(''));

# What was told, without the blanks of JSON; and the instance of a port.
sub notes {
    my ($skip) = @_;
    my @notes = map { tr/ //dr } split /\n/, $t->read_file('noted');

    splice @notes, 0, $skip // 0;
    return @notes;
}
sub await {
    my ($n, $skip) = @_;

    CThrift::Test::wait_for(sub { notes($skip) >= $n });
    return notes($skip);
}
sub instance {
    return join ',', map {
        '{"port":{"main":' . $t->port($_) . '},"meta":null,"state":"up"}' } @_;
}

# ---- From the start to the end.

$t->start;
is_deeply([await(2)], ['["made","test","test"]',
        '["register",[' . instance(1) . '],null,true,2]'],
    'registered when all workers serve, the port of an application');
{
    my $before = notes();

    ok($t->reload, 'a reload');
    $t->conf(conf('Registry', '', 1, 2));
    ok($t->reload, 'one with another port');
    is_deeply([await(1, $before)],
        ['["register",[' . instance(2) . '],null,true,6]'],
        'the port that has come is registered, and nothing else again');

    $before = notes();
    $t->conf(conf('Registry', '', 2, 3));
    ok($t->reload, 'one comes, one goes');
    is_deeply([await(2, $before)],
        ['["register",[' . instance(3) . '],null,true,8]',
            '["deregister",[' . instance(1) . '],false]'],
        'the new one first, and the old one is taken out');

    $before = notes();
    $t->conf(conf('Old', '', 2, 3));
    ok($t->reload, 'by another class');
    is_deeply([await(3, $before)],
        ['["deregister",[' . instance(2, 3) . '],true]',
            '["made","test","test"]',
            '["register",[' . instance(2, 3) . '],null,true,10]'],
        'out by the one, in by the other');

    $before = notes();
    $t->conf(conf('Old', "env COLOUR=red;\n", 2, 3));
    ok($t->reload, 'in another environment');
    is_deeply([await(3, $before)],
        ['["unregister",[' . instance(2, 3) . '],true]',
            '["made","test","test"]',
            '["register",[' . instance(2, 3) . '],"red",true,12]'],
        'out of the old process, and then into the new one');

    $before = notes();
    $t->stop;
    is_deeply([notes($before)],
        ['["unregister",[' . instance(2, 3) . '],true]'],
        'out while the ports still answer');
}

# ---- One master after the other.

{
    my $before = notes();

    $t->start;
    my $master = $t->master_pid;
    await(2, $before);
    $before = notes();
    $t->run('-s', 'upgrade');
    is_deeply([map { /"(\w+)/ } await(2, $before)], ['made', 'register'],
        'the new master registers as well');
    ok(CThrift::Test::wait_for(sub { $t->reap; !kill 0, $master }),
        'the old one goes');
    is(scalar notes($before), 2, '... and leaves the registration alone');

    $before = notes();
    $t->stop('TERM');
    is_deeply([notes($before)],
        ['["unregister",[' . instance(2, 3) . '],true]'],
        'the last one does not, at TERM as well');
}

# ---- A registry that is not there at first.

$t->write_file('conf/gunicorn_conf.py', conf_file('"fails": True'));
{
    my $before = notes();

    $t->start;
    ok($t->wait_for_log(qr/\[error\] \d+: python: cannot register by \S+, /),
        'a failure is told');
    is_deeply([map { /"(\w+)/ } await(2, $before)], ['made', 'register'],
        '... and tried again');
    $t->stop;
}

# ---- A class that asks for nothing.

$t->conf(conf('Old', '', 1) =~ s/^python_config .*\n//mr);
{
    my $before = notes();

    $t->start;
    is_deeply([map { /"\w+",(null|\[)/ } await(2, $before)], ['null', '['],
        'without python_config');
    $t->stop;
}

# ---- Nobody to do it.

$t->conf(conf('Old', "master_process off;\n", 1));
{
    my ($status, undef, $err) = $t->run;

    isnt($status, 0, 'without a master it is refused');
    like($err, qr/python_service_register needs a master/, '... for that');
}
