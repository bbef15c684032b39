package CThrift::Python;

# Applications in Python, for tests of module python: an environment with the
# libraries of PyPI, code generated from t/python/ping.thrift, and what a
# configuration begins with.
#
#   use CThrift::Python;
#   use CThrift::Test;
#
#   my $py = CThrift::Python->new;    # skips the test where Python is not
#   my $t = CThrift::Test->new($py->head . <<'END');
#   thrift {
#       server {
#           listen 127.0.0.1:%%PORT_1%%;
#           service PingService { python_app app_thriftpy2:app; }
#       }
#   }
#   END
#
# The applications stand in t/python: app_thriftpy2 and app_apache are the same
# service by either library.  What is installed is kept in BUILD/python for the
# next run, and shared by tests that run at once.

use strict;
use warnings;

use Cwd qw(abs_path);
use Fcntl qw(:flock);
use File::Path qw(make_path remove_tree);
use Test::More;

use CThrift::Test;

# Pinned: a test must not change by itself.
our @PACKAGES = qw(thrift==0.25.0 thriftpy2==0.7.1 gevent==26.9.0);

our $PATIENCE = 300;    # seconds for a download

# In its stead a configuration may name another interpreter's library.
my $PYTHON = '/usr/bin/python3';


# Skips the whole test where the module or its libraries are not there.
sub new {
    my ($class) = @_;
    my $objs = CThrift::Test::objs();
    my $all = abs_path(-d 'objs' ? 'objs' : $objs) . '/python';
    my $self = bless {
        objs => $objs,
        here => abs_path('t/python'),
        all  => $all,
    }, $class;

    plan skip_all => 'left to a pass of CI that has them'
        if ($ENV{CTHRIFT_INTEROP} // 'yes') eq 'no';
    plan skip_all => 'module python is not built (Debian: libpython3-dev)'
        if !-f "$objs/python.so";
    plan skip_all => 'ThreadSanitizer does not know what the interpreter does'
        if CThrift::Test::has_sanitizers('thread');
    # A start imports applications twice and more, each a second or five of a
    # processor that may be one of few, for many.
    $CThrift::Test::PATIENCE = 60;
    make_path($all);
    tell_sanitizers($self) if CThrift::Test::has_sanitizers();
    open my $lock, '>', "$all/lock" or die "cannot open $all/lock: $!";
    flock $lock, LOCK_EX or die "flock: $!";
    my $why = $self->make_venv // $self->generate;
    plan skip_all => $why if defined $why;
    return $self;
}


# LeakSanitizer sees what hangs on the interpreter only where it comes from
# malloc, and takes what that forgets for ours.
sub tell_sanitizers {
    my ($self) = @_;

    $ENV{PYTHONMALLOC} = 'malloc';
    $ENV{LSAN_OPTIONS} = join ':', $ENV{LSAN_OPTIONS} // (),
        'print_suppressions=0', 'suppressions=' . $self->source('lsan.supp');
}


sub venv      { "$_[0]{all}/venv" }
sub python    { "$_[0]{all}/venv/bin/python3" }
sub source    { "$_[0]{here}/$_[1]" }
sub generated { "$_[0]{all}/gen-py" }


# What a configuration begins with; home => 0 leaves the environment out.  As
# root, whose files they may be, workers stay root: a clone need not be in a
# place where nobody may look.
sub head {
    my ($self, %o) = @_;
    my $user = $> == 0 ? "user root;\n" : '';
    my $home = $o{home} // 1 ? 'python_home ' . $self->venv . ";\n" : '';

    return "load_module $self->{objs}/python.so;\n$home$user";
}


# Where applications are found: the line for a `thrift` block.
sub path {
    my ($self, @more) = @_;

    return join ' ', 'python_path', @more, $self->{here}, $self->generated
        . ";\n";
}


# A server on port `n` with PingService of that application; other directives
# stand before the service.
sub server {
    my ($self, $n, $app, @directives) = @_;
    my $directives = join '', map { "        $_;\n" } @directives;

    return <<"END";
    server {
        listen 127.0.0.1:%%PORT_$n%%;
$directives        service PingService { python_app $app; }
    }
END
}


# Both libraries wherever handlers may run: a server each, on ports 1 to 6.  Of
# the last two each connection has a processor of its own.
sub servers {
    my ($self) = @_;

    return join '', $self->server(1, 'app_thriftpy2:app'),
        $self->server(2, 'app_apache:app'),
        $self->server(3, 'app_thriftpy2:app', 'execute threads'),
        $self->server(4, 'app_apache:app', 'execute threads'),
        $self->server(5, 'app_apache:factory',
            'python_processor_as_factory on'),
        $self->server(6, 'app_thriftpy2:factory',
            'python_processor_as_factory on', 'execute threads');
}


# The reason why there is none, or undef.  A change of the list makes it anew.
sub make_venv {
    my ($self) = @_;
    my $stamp = "$self->{all}/venv.packages";
    my $wanted = join ' ', @PACKAGES;

    if (open my $fh, '<', $stamp) {
        return undef if (<$fh> // '') eq $wanted;
    }
    remove_tree($self->venv);
    my $why = $self->quietly($PYTHON, '-m', 'venv', $self->venv)
        // $self->quietly($self->python, '-m', 'pip', 'install', '-q',
            '--timeout', '10', '--retries', '1',
            '--disable-pip-version-check', @PACKAGES);
    return "no PyPI, or no python3-venv: $why" if defined $why;
    open my $fh, '>', $stamp or die "cannot open $stamp: $!";
    print $fh $wanted;
    close $fh or die "cannot write $stamp: $!";
    return undef;
}


# The same for what thrift-compiler makes of the service.
sub generate {
    my ($self) = @_;
    my $idl = $self->source('ping.thrift');
    my $made = $self->generated . '/ping_apache/PingService.py';

    return undef if -e $made && -M $made < -M $idl;
    make_path($self->generated);
    my $why = $self->quietly('thrift', '--gen', 'py', '-out', $self->generated,
        $idl);
    return defined $why ? "no thrift-compiler: $why" : undef;
}


# What starts cthrift-gunicorn in t/python, or in {at}, by the environment's
# Python, or {python}; other keys are variables of the environment.
sub gunicorn_command {
    my ($self, $env, @args) = @_;
    my %env = (PYTHONPATH => $self->generated, %$env);
    my $at = delete $env{at} // $self->{here};
    my $python = delete $env{python} // $self->python;

    # Variables that are the tester's own do not count.
    my @none = map { ('-u', $_) } qw(WEB_CONCURRENCY PORT GUNICORN_CMD_ARGS
        XDG_RUNTIME_DIR PYTHONHOME);
    return ('env', '-C', $at, @none, map({ "$_=$env{$_}" } sort keys %env),
        $python, "$self->{objs}/cthrift-gunicorn", @args);
}


# Runs it to its end, in a harness: (exit status, stdout, stderr).
sub gunicorn {
    my ($self, $t, $env, @args) = @_;

    return $t->run_program($self->gunicorn_command(
        { XDG_RUNTIME_DIR => $t->dir, %$env }, @args));
}


# Serves by it, on port 1: the harness finds the configuration that it writes
# where it looks for its own.
sub gunicorn_start {
    my ($self, $t, $env, @args) = @_;
    my $dir = $t->dir;

    symlink "$dir/logs/cthrift.pid.conf", "$dir/conf/cthrift.conf";
    my @command = $self->gunicorn_command($env, '-p', "$dir/logs/cthrift.pid",
        '-b', '127.0.0.1:' . $t->port(1), '--log-file', "$dir/logs/error.log",
        @args);
    delete $t->{held};
    $t->{child} = $t->spawn('stdout', 'stderr', @command);
    $t->{status} = undef;
    CThrift::Test::wait_for(sub {
        $t->reap;
        return defined $t->{status} || $t->is_serving;
    });
    return 1 if $t->is_serving;
    diag $t->read_file('stderr'), $t->log_text;
    die "cthrift-gunicorn does not start\n";
}


# Runs a program; what it said last if it fails, or undef.
sub quietly {
    my ($self, @command) = @_;
    my $pid = open my $fh, '-|' // die "fork: $!";

    if ($pid == 0) {
        open STDIN,  '<',  '/dev/null';
        open STDERR, '>&', \*STDOUT;
        { no warnings 'exec'; exec 'timeout', '-k', 5, $PATIENCE, @command; }
        POSIX::_exit(127);
    }
    my @said = <$fh>;
    close $fh;
    return undef if $? == 0;
    chomp(my $last = $said[-1] // "$command[0] ended with $?");
    return $last;
}

1;
