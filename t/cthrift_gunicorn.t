#!/usr/bin/perl

# cthrift_gunicorn.t -- gunicorn_thrift's command line: which configuration it
# becomes, what is refused and why, and where it is told.  Servers of it are
# cthrift_gunicorn_run.t's.

use strict;
use warnings;

use lib 't/lib';
use Cwd qw(getcwd);
use CThrift::Python;
use CThrift::Test;
use CThrift::Tls;
use Test::More;

my $py = CThrift::Python->new;

plan skip_all => 'the command is the same in every build'
    if CThrift::Test::has_sanitizers();

my $t = CThrift::Test->new;
my $dir = $t->dir;
my $here = getcwd . '/t/python';

# What it prints and says; {env} are variables, the rest is its command line.
sub command {
    my ($env, @args) = @_;

    return $py->gunicorn($t, $env, @args);
}

# The lines of a configuration, without comments and indents.
sub lines_of {
    my ($out) = @_;

    return map { s/^\s+|\s+#.*$|\s+$//gr } split /\n/, $out;
}

# --print-config has each of the lines; in gunicorn's terms, `what`.
sub prints {
    my ($what, $args, @wanted) = @_;
    my ($status, $out, $err) = command({}, '--print-config', @$args,
        'app_apache:app');
    my %has = map { $_ => 1 } lines_of($out);

    is($status, 0, "$what: is printed") or diag $err;
    ok($has{$_}, "$what: $_") or diag $out for @wanted;
    return ($out, $err);
}

# The first lines say how it came about; PID files stand in a place of one's
# own.
{
    my ($out, $err) = prints('nothing told', [],
        'daemon off;', 'term_signal graceful;', 'worker_processes 1;',
        'worker_heartbeat_timeout 30s;', 'worker_shutdown_timeout 30s;',
        'error_log stderr info;', 'execute inline;',
        'listen 127.0.0.1:8000 backlog=2048;', "python_chdir $here;",
        'python_home ' . $py->venv . ';', 'service PingService {',
        'python_app app_apache:app;');
    is($err, '', '... without a word');
    like($out, qr/^# Made by: cthrift-gunicorn --print-config app_apache:app$/m,
        '... it says what it was made by');
    like($out, qr/worker_processes 1;  # workers, by default$/m,
        '... and what each line is');
    unlike($out, qr/\b(?:transport|protocol|access_log|client_timeout)\b/,
        '... every dialect is open, and what is off stays off');
}

# ---- Option by option, many at once.

prints('the process',
    [qw(-D -p run/p.pid -m 027 -e A=1 -e), 'B=two words',
        qw(-n ping --pythonpath), "a,$dir", qw(--control-socket run/c.ctl
        --worker-connections 12 -w 3 -t 40 --graceful-timeout 0
        --max-requests 100 --max-requests-jitter 7 --chdir), $dir,
        '--pythonpath', "$here,b," . $py->generated],
    'daemon on;', "pid $dir/run/p.pid;", 'umask 027;', 'env A=1;',
    'env "B=two words";', 'process_name ping;',
    "control unix:$dir/run/c.ctl;", 'worker_connections 12;',
    'worker_processes 3;', 'worker_heartbeat_timeout 40s;',
    'worker_shutdown_timeout 1ms;', 'worker_max_calls 100 jitter=7;',
    "python_chdir $dir;", 'python_path ' . $py->generated . ';',
    "python_path $dir/b;", "python_path $here;");

prints('addresses',
    ['-b', '0.0.0.0', '-b', 'LocalHost:9000', '--bind', '[::1]:9001', '-b',
        ':9002', '-b', "unix:$dir/s", '-b', 'unix://rel', '-b', 'fd://5', '-b',
        'tcp://127.0.0.1:9003', qw(--backlog 99 --reuse-port -m 0022)],
    'listen 0.0.0.0:8000 backlog=99 reuseport;',
    'listen localhost:9000 backlog=99 reuseport;',
    'listen [::1]:9001 backlog=99 reuseport;',
    'listen 0.0.0.0:9002 backlog=99 reuseport;',
    "listen unix:$dir/s backlog=99 mode=0755;",
    "listen unix:$here/rel backlog=99 mode=0755;",
    'listen fd:5 backlog=99;', 'listen 127.0.0.1:9003 backlog=99 reuseport;');

prints('logs and figures',
    ['--log-file', "$dir/e", qw(--log-level warning --access-logfile), "$dir/a",
        '--access-logformat',
        '%(h)s %(t)s "%(r)s" %(s)s %(D)sus %({X-Id}i)s %%',
        qw(--capture-output --log-syslog --log-syslog-prefix p:q
        --log-syslog-facility local3 --statsd-host localhost:8126
        --statsd-prefix svc.), '--log-syslog-to', 'unix:///dev/log#dgram',
        '--dogstatsd-tags', 'a:b,c'],
    "error_log $dir/e warn;", 'capture_output on;',
    'error_log syslog:server=unix:/dev/log,facility=local3'
        . ',tag=gunicorn.p.q.error warn;',
    q(log_format gunicorn '$remote_addr [$time_local] "$service.$method")
        . q( $status \${request_time_us}us $header_x_id %';),
    "access_log $dir/a gunicorn;",
    'access_log syslog:server=unix:/dev/log,facility=local3'
        . ',tag=gunicorn.p.q.access gunicorn;',
    'statsd localhost:8126 prefix=svc.gunicorn format=dogstatsd tags=a:b,c;');

prints('standard places',
    [qw(--error-logfile - --access-logfile - --log-syslog --log-level critical
        --disable-redirect-access-to-syslog --statsd-host unix:///run/s)],
    'error_log stderr crit;', 'access_log /dev/stdout gunicorn;',
    'error_log syslog:server=localhost:514,facility=user'
        . ',tag=gunicorn.app_apache.app.error crit;',
    'statsd unix:/run/s prefix=gunicorn;');

prints('TLS and proxies',
    [qw(--certfile c.pem --ca-certs ca.pem --cert-reqs 2 --ciphers AES
        --proxy-protocol --proxy-allow-from), '10.0.0.0/8,::1', '-b',
        '127.0.0.1:1', '-b', 'unix:/run/s'],
    'listen 127.0.0.1:1 backlog=2048 ssl proxy_protocol;',
    'listen unix:/run/s backlog=2048 mode=0777 ssl proxy_protocol;',
    "ssl_certificate $here/c.pem;", "ssl_certificate_key $here/c.pem;",
    "ssl_client_certificate $here/ca.pem;", 'ssl_verify_client on;',
    'ssl_ciphers AES;', 'set_real_ip_from 10.0.0.0/8;',
    'set_real_ip_from ::1;', 'set_real_ip_from unix:;');

prints('dialects and clients',
    [qw(-k thriftpy_thread --threads 7 --thrift-client-timeout 20
        --thrift-transport-factory thriftpy2.transport:TCyFramedTransportFactory
        --thrift-protocol-factory
        thrift.protocol.TCompactProtocol:TCompactProtocolFactory
        --gevent-check-interval 3)],
    'execute threads;', 'thread_pool default threads=7;',
    'client_timeout 20s;', 'client_read_timeout 20s;', 'send_timeout 20s;',
    'transport framed;', 'protocol compact;', 'loop_check_interval 3s;');

prints('what gunicorn_thrift takes unless told', [qw(-k thrift_sync
        --thrift-transport-factory
        thrift.transport.TTransport:TBufferedTransportFactory
        --thrift-protocol-factory
        thrift.protocol.TBinaryProtocol:TBinaryProtocolAcceleratedFactory)],
    'execute inline;', 'transport unframed;', 'protocol binary;');
prints($_, ['-k', $_, qw(--gevent-check-interval 3)], 'python_gevent on;',
    'python_gevent_check_interval 3s;')
    for qw(thriftpy_gevent thrift_gevent gevent);
prints('reloading', [qw(--reload --reload-extra-file handler.py)],
    "watch on $here/handler.py;");
prints('reloading', [qw(--reload --reload-engine poll)], 'watch poll;');
prints('preloading', ['--preload'], 'python_preload on;');
{
    my ($out, $err) = prints('preloading', [qw(--preload -k thriftpy_gevent)],
        'python_gevent on;');
    unlike($out, qr/python_preload/, '... not with gevent');
    like($err, qr/without effect: preload_app/, '... which is told');
}
prints('no control socket', ['--no-control-socket'], 'control off;');
prints('threads', [qw(-k thriftpy_thread)],
    'thread_pool default threads=10;');
{
    my ($out, $err) = prints('names of gunicorn', [qw(-k sync --threads 4)],
        'execute threads;', 'thread_pool default threads=4;');
    like($err, qr/'sync' is taken for thriftpy_thread/, '... with a word');
}
SKIP: {
    skip 'only root has users to give', 4 if $> != 0;
    prints('accounts', [qw(-u nobody -g 0 -b unix:/s)], 'user nobody root;',
        'listen unix:/s backlog=2048 mode=0777 owner=nobody group=root;');
    prints('the own account', [], 'user root root;');
}

# Several services, a factory, and a word where gunicorn_thrift has one.
for my $flag ('--thrift-processor-as-factory',
    '--thrift-processor-as-factory=true') {
    my (undef, $out) = command({}, '--print-config', $flag,
        'app_apache:factory');
    like($out, qr/python_processor_as_factory on;/, $flag);
}
{
    my (undef, $out) = command({}, '--print-config', 'app_apache:multiplexed');
    like($out, qr/service First \{.*service Second \{/s, 'several services');
}

# ---- What there is no use for, in one word.
{
    my (undef, undef, $err) = command({}, '--print-config', qw(--keep-alive 3
        --no-sendfile --limit-request-line 3 --paste x --threads 3
        --dirty-workers 2 --max-requests-jitter 3 --statsd-prefix x -R
        --reload-engine poll --ca-certs x --access-logformat x),
        'app_apache:app');

    is(scalar(() = $err =~ /without effect/g), 1, 'one word of what is idle');
    like($err, qr/\b$_\b/, "... $_ is in it")
        for qw(keepalive sendfile limit_request_line paste threads
        dirty_workers max_requests_jitter statsd_prefix
        enable_stdio_inheritance reload_engine ca_certs access_log_format);
}

# ---- Refused: the status, the reason; the rest is the command line.
for ([2, qr/no option '--wokers'; did you mean '--workers'/, '--wokers=3'],
    [2, qr/no option '--thrift-nothing'/, '--thrift-nothing=x:y'],
    [2, qr/no option '-x'/, '-x'],
    [2, qr/'2x' is no number/, '-w', '2x'],
    [2, qr/'other:app' is another/, 'other:app', '-w', '1'],
    [1, qr/worker_class: 'tornado' is none of/, '-k', 'tornado'],
    [1, qr/transport_factory: 'x:Y' is not known/,
        '--thrift-transport-factory', 'x:Y'],
    [1, qr/a JSON of its library's own/, '--thrift-protocol-factory',
        'thriftpy2.protocol:TJSONProtocolFactory'],
    [1, qr/there is no '%\(x\)s' of a Thrift call/, '--access-logfile', '-',
        '--access-logformat', '%(x)s'],
    [1, qr/a '\$' cannot stand/, '--access-logfile', '-',
        '--access-logformat', '$'],
    [1, qr/'9x' in '127\.0\.0\.1:9x' is no port/, '-b', '127.0.0.1:9x'],
    [1, qr/IPv6 stands in brackets/, '-b', '::1'],
    [1, qr/there is no user 'nosuch'/, '-u', 'nosuch'],
    [1, qr/loglevel: 'loud' is none of/, '--log-level', 'loud'],
    [1, qr/neither unix:.* nor udp:/, '--log-syslog', '--log-syslog-to',
        'tcp://h:1'],
    [1, qr/'A' is no NAME=VALUE/, '-e', 'A'],
    [1, qr/cannot change to '.*nosuch'/, '--chdir', 'nosuch'],
    [1, qr/no configuration file '.*nosuch\.py'/, '-c', 'nosuch.py'],
    [1, qr/cert_reqs: 4 is none of/, '--certfile', 'x', '--cert-reqs', 4]) {
    my ($wanted, $why, @args) = @$_;
    my ($status, $out, $err) = command({}, '--print-config', 'app_apache:app',
        @args);

    is($status, $wanted, "@args: refused");
    like($err, qr/^cthrift-gunicorn: .*$why/m, '... for a reason');
    is($out, '', '... and nothing printed');
}
for ([2, qr/an application must be named/],
    [4, qr/'app_apache' has no object 'nothing'/, 'app_apache:nothing'],
    [4, qr/did you mean 'app_apache:app'/, 'app_apache.py:app'],
    [3, qr/No module named 'nowhere'/, 'nowhere:app']) {
    my ($wanted, $why, @args) = @$_;
    my ($status, undef, $err) = command({}, '--print-config', @args);

    is($status, $wanted, "application '@args': refused");
    like($err, $why, '... for a reason');
}

# ---- cthrift's own refusals, by the words that the user has written.
for ([qr/^cthrift-gunicorn: workers: '200' is not a number of workers/m,
        '-w', 200],
    [qr/^cthrift-gunicorn: certfile: cannot read '.*nosuch'/m, '--certfile',
        'nosuch'],
    [qr/^cthrift-gunicorn: bind: .* is given twice/m, '-b', '127.0.0.1:1',
        '-b', '127.0.0.1:1']) {
    my ($why, @args) = @$_;
    my ($status, undef, $err) = command({}, '--check-config',
        'app_apache:app', @args);

    is($status, 1, "--check-config @args: refused");
    like($err, $why, '... in the terms of gunicorn');
    unlike($err, qr/\.conf/, '... no file is named that nobody has written');
    ($status, undef, $err) = command({}, 'app_apache:app', @args);
    is($status, 1, "@args: does not start");
    like($err, $why, '... for the same reason');
}

# ---- Where it is told: each overrules those before it.
$t->write_file('conf.py', <<'END');
import os as _os
from os.path import join
workers = 5
timeout = 31
bind = ["127.0.0.1:7001", "127.0.0.1:7002"]
graceful_timeout = 32
raw_env = ["WHERE=file"]
worker = 3
when_redy = None
_mine = 1
wsgi_app = "app_apache:app"
END
{
    my %env = (WEB_CONCURRENCY => 4, PORT => 7000,
        GUNICORN_CMD_ARGS => '--timeout 33 --graceful-timeout=34');
    my (undef, $out) = command(\%env, '--print-config', 'app_apache:app');
    my %has = map { $_ => 1 } lines_of($out);

    ok($has{$_}, "the environment: $_") for 'worker_processes 4;',
        'listen 0.0.0.0:7000 backlog=2048;', 'worker_heartbeat_timeout 33s;';
    my $err;
    (undef, $out, $err) = command(\%env, '--print-config', '-c',
        "$dir/conf.py", '--graceful-timeout', '35');
    %has = map { $_ => 1 } lines_of($out);
    ok($has{$_}, "all of them: $_") for 'worker_processes 5;',
        'listen 127.0.0.1:7001 backlog=2048;',
        'listen 127.0.0.1:7002 backlog=2048;', 'worker_heartbeat_timeout 33s;',
        'worker_shutdown_timeout 35s;', 'env WHERE=file;',
        'python_app app_apache:app;';
    like($out, qr/5;[ ]{2}\#[ ]workers,[ ]from[ ]conf\.py\n
        .*33s;[ ]{2}\#[ ]timeout,[ ]from[ ]GUNICORN_CMD_ARGS\n
        .*35s;[ ]{2}\#[ ]graceful_timeout,[ ]from[ ]the[ ]command[ ]line/x,
        '... and it says where each comes from');
    like($err, qr/over:[ ]worker[ ]\(workers\?\),[ ]when_redy
        [ ]\(when_ready\?\),[ ]in[ ]conf\.py$/mx,
        '... names that nobody knows are named');
}
$t->write_file('hooks.py', <<'END');
def when_ready(server):
    pass
service_register_conf = {"a": 1}
END
{
    prints('hooks', ['-c', "$dir/hooks.py", '--service-register-cls',
            'reg:Reg'],
        "python_config $dir/hooks.py hooks;",
        'python_service_register reg:Reg;');
    $t->write_file('hooks.py', "workers = 2\n");
    my ($out) = prints('no hooks', ['-c', "$dir/hooks.py"],
        'worker_processes 2;');
    unlike($out, qr/python_config/, '... no python_config');
}
$t->write_file('gunicorn.conf.py', "workers = 6\n");
for (['the file that is there', '--chdir', $here],
    ['file:', '-c', "file:$dir/gunicorn.conf.py"],
    ['python:', '-c', 'python:settings']) {
    my ($what, @args) = @$_;
    $t->write_file('settings.py', "workers = 6\n");
    my (undef, $out) = $py->gunicorn($t, { at => $dir }, '--print-config',
        @args, '--chdir', $here, 'app_apache:app');
    like($out, qr/worker_processes 6;/, "a configuration: $what");
}
for (["workers = 'many'\n", qr/workers: 'many' is no number \(in bad\.py\)/],
    ["workers = (\n", qr/SyntaxError.*cannot read the configuration/s],
    ["1 / 0\n", qr/ZeroDivisionError.*cannot read the configuration/s]) {
    my ($text, $why) = @$_;
    $t->write_file('bad.py', $text);
    my ($status, undef, $err) = command({}, '-c', "$dir/bad.py",
        'app_apache:app');
    is($status, 1, 'a configuration that is wrong');
    like($err, $why, '... is refused for a reason');
}

# ---- By a Python that is no virtual environment's; version, help.
{
    my ($status, $out, $err) = $py->gunicorn($t,
        { python => '/usr/bin/python3', PYTHONPATH => join ':',
            $py->generated, glob $py->venv . '/lib/python3*/site-packages' },
        '--print-config', 'app_apache:app');
    is($status, 0, 'the system\'s Python') or diag $err;
    like($out, qr/^python_home \/usr;/m, '... has its own packages');
    ($status, $out, $err) = command({}, '-v');
    like("$status $out$err", qr/^0 cthrift version: \d/, '-v');
    ($status, $out) = command({}, '-h');
    is($status, 0, '-h');
    ($status, undef, $err) = command({}, '--cthrift', "$dir/nosuch", '-w', 1,
        'app_apache:app');
    is($status, 1, 'a server that is not there');
    like($err, qr/there is no '\S+nosuch': --cthrift says where the server is/,
        '... is told of');
}

# ---- A sound configuration of much is one for cthrift, too.
{
    my $pki = CThrift::Tls::Pki->new($dir);
    $pki->ca('ca');
    $pki->cert('server', ca => 'ca');
    my ($status, undef, $err) = command({}, '--check-config',
        qw(-w 3 -t 40 --graceful-timeout 0 --max-requests 100
        --max-requests-jitter 7 --worker-connections 12 --backlog 99
        --reuse-port --preload -m 027 -e A=1 -n ping --access-logfile),
        "$dir/access",
        '--log-file', "$dir/error", '--capture-output', '--statsd-host',
        'localhost', qw(--dogstatsd-tags a:b --proxy-protocol -b 127.0.0.1:1
        -k thriftpy_thread --thrift-client-timeout 9 --reload
        --reload-extra-file *.py --gevent-check-interval 2 --cert-reqs 1
        --thrift-transport-factory
        thrift.transport.TTransport:TFramedTransportFactory
        --thrift-protocol-factory thriftpy2.protocol:TCyBinaryProtocolFactory),
        '-b', "unix:$dir/sock", '--certfile', "$dir/server.pem", '--keyfile',
        "$dir/server.key", '--ca-certs', "$dir/ca.pem", 'app_apache:app');
    is($status, 0, '--check-config of many options') or diag $err;
    ok(!-e "$dir/sock", '... opens no socket');
}

done_testing();
