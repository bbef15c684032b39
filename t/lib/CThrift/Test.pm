package CThrift::Test;

# A server of its own for a test, in a prefix of its own.
#
#   use CThrift::Test;
#   use Test::More;
#
#   my $t = CThrift::Test->new(<<'END');
#   thrift {
#       server {
#           listen 127.0.0.1:%%PORT_1%%;
#           service PingService { }
#       }
#   }
#   END
#   $t->start;
#   is(CThrift::Client::result($t->client->call('ping')), 'pong', 'ping');
#
# That is the whole file.  There is no plan: when the test ends, or calls
# done_testing, the server is stopped, and four more claims are made of it: no
# [alert] or [emerg] in its log, no word of a sanitizer, no process and no
# descriptor left over.
#
# %%PORT_n%% is a free port from the kernel, %%TESTDIR%% the prefix, %%OBJS%%
# the build directory (its modules are %%OBJS%%/NAME.so).  `pid` and
# `error_log` are added behind the text where it has none.  Nothing here
# waits for time to pass: wait_for asks until an answer comes.
#
# Environment: CTHRIFT_OBJS, the build directory (objs); CTHRIFT_USE, a
# backend for `use`; CTHRIFT_KEEP=1 keeps the prefix and says where it is.

use strict;
use warnings;

use Config;
use Cwd qw(abs_path);
use File::Path qw(make_path remove_tree);
use File::Temp qw(tempdir);
use IO::Socket::IP;
use POSIX qw(WNOHANG);
use Test::More;
use Time::HiRes qw(sleep time);

use CThrift::Client;

our $GRACE = 10;       # seconds in which to let go of what is open at the end

my $objs = abs_path($ENV{CTHRIFT_OBJS} // 'objs');

# Seconds that anything may take; a failure, not a wait.
our $PATIENCE = has_sanitizers() ? 60 : 20;
my @all;               # every harness made, for the end
my $owner = $$;        # a forked client of a test must not end the test


# Orphans of a daemon, or of a master that has been replaced, become children
# of this process, so that none can be overlooked.
sub become_subreaper {
    my %number = ('x86_64-linux' => 157, 'aarch64-linux' => 167);
    my ($arch) = grep { $Config{archname} =~ /^\Q$_/ } keys %number;

    syscall $number{$arch}, 36, 1, 0, 0, 0 if defined $arch;
}

become_subreaper();


# A harness with that configuration (may be given later, by conf).
# allow => [qr/.../] names alerts that the test provokes.
sub new {
    my ($class, $conf, %self) = @_;
    my $dir = tempdir('cthrift-test-XXXXXX', TMPDIR => 1);

    # Workers may run as somebody else, and must write sanitizers' words.
    chmod 0755, $dir;
    make_path("$dir/conf", "$dir/logs");
    mkdir "$dir/sanitizer";
    chmod 0777, "$dir/sanitizer";

    my $self = bless {
        allow => [],
        ports => {},
        dir   => $dir,
        binary => "$objs/cthrift",
        %self,
    }, $class;
    push @all, $self;
    $self->conf($conf) if defined $conf;
    return $self;
}


sub dir  { $_[0]{dir} }
sub objs { $objs }


# Whether the build has sanitizers, which make everything slower; or that one.
# A method, too.
sub has_sanitizers {
    my ($name) = grep { !ref && $_ ne __PACKAGE__ } @_;

    open my $fh, '<', "$objs/flags" or return 0;
    $name = defined $name ? qr/-fsanitize=\S*\Q$name\E/ : qr/-fsanitize=/;
    return scalar grep { /$name/ } <$fh>;
}


# ---- Ports and files.

# The n-th free port.  The socket that held it is kept until the server
# starts, so that no other test is given the same one.
sub port {
    my ($self, $n) = @_;

    return $self->{ports}{ $n // 1 } //= do {
        my $socket = IO::Socket::IP->new(
            LocalHost => '127.0.0.1',
            LocalPort => 0,
            Listen    => 1,
            ReuseAddr => 1,
        ) or die "no free port: $!";
        push @{ $self->{held} }, $socket;
        $socket->sockport;
    };
}


sub expand {
    my ($self, $text) = @_;

    $text =~ s/%%PORT_(\d+)%%/$self->port($1)/ge;
    $text =~ s/%%TESTDIR%%/$self->{dir}/g;
    $text =~ s/%%OBJS%%/$objs/g;
    return $text;
}


# A file below the prefix.
sub write_file {
    my ($self, $name, $text) = @_;

    open my $fh, '>', "$self->{dir}/$name" or die "cannot open $name: $!";
    print $fh $self->expand($text);
    close $fh or die "cannot write $name: $!";
}


sub read_file {
    my ($self, $name) = @_;

    open my $fh, '<', "$self->{dir}/$name" or return '';
    local $/;
    return scalar(<$fh>) // '';
}


# Writes conf/cthrift.conf.
sub conf {
    my ($self, $text) = @_;

    # Behind the text, so that its lines keep their numbers.
    $text .= "\n" if $text !~ /\n\z/;
    $text .= "pid logs/cthrift.pid;\n" if $text !~ /^\s*pid\s/m;
    $text .= "error_log logs/error.log info;\n"
        if $text !~ /^\s*error_log\s/m;
    if (my $use = $ENV{CTHRIFT_USE}) {
        if ($text !~ /\bevents\s*\{/) {
            $text .= "events { use $use; }\n";
        } elsif ($text !~ /\buse\s+\w+;/) {
            $text =~ s/\bevents\s*\{/events { use $use;/;
        }
    }
    $self->write_file('conf/cthrift.conf', $text);
}


sub log_text { $_[0]->read_file('logs/error.log') }


# Waits until the log holds qr/.../; true if it does in time.
sub wait_for_log {
    my ($self, $pattern) = @_;

    return wait_for(sub { $self->log_text =~ $pattern });
}


# ---- The server's life.

# What cthrift is called with in front of everything else.
sub command {
    my ($self, @args) = @_;

    return ($self->{binary}, '-p', $self->{dir}, '-c', 'conf/cthrift.conf',
        @args);
}


# In a child: words to stdout and stderr files, sanitizers' words to files.
# A test may have something done there first: {before_exec}.
sub exec_cthrift {
    my ($self, $out, $err, @command) = @_;
    my $path = "log_path=$self->{dir}/sanitizer/report";

    for my $name (map { "${_}_OPTIONS" } qw(ASAN UBSAN LSAN TSAN)) {
        $ENV{$name} = join ':', grep { length } $ENV{$name} // '', $path;
    }
    $ENV{UBSAN_OPTIONS} .= ':print_stacktrace=1';
    $self->{before_exec}->() if $self->{before_exec};
    open STDIN,  '<',  '/dev/null';
    open STDOUT, '>',  "$self->{dir}/$out";
    open STDERR, '>>', "$self->{dir}/$err";
    { no warnings 'exec'; exec @command; }
    POSIX::_exit(127);
}


sub spawn {
    my ($self, $out, $err, @command) = @_;
    my $pid = fork // die "fork: $!";

    $self->exec_cthrift($out, $err, @command) if $pid == 0;
    return $pid;
}


# Starts the server and waits until it serves; dies if it does not.  Stays in
# the foreground unless the configuration says where it wants to be.
sub start {
    my ($self, @args) = @_;
    my $conf = $self->read_file('conf/cthrift.conf');

    push @args, '-g', 'daemon off;' if $conf !~ /^\s*daemon\s/m;
    delete $self->{held};
    $self->{child} = $self->spawn('stdout', 'stderr', $self->command(@args));
    $self->{status} = undef;

    my $up = wait_for(sub {
        $self->reap;
        return 1 if defined $self->{status} && $self->{status} != 0;
        return $self->is_serving;
    });
    if (!$up || !$self->is_serving) {
        diag $self->read_file('stderr'), $self->log_text;
        die 'the server does not start'
            . (defined $self->{status} ? ": status $self->{status}\n" : "\n");
    }
    # The master has a channel to each worker, and the first one may serve
    # before the last one is there.
    my ($n) = $conf =~ /^\s*worker_processes\s+(\d+)/m;
    wait_for(sub { $self->real_workers >= $n }, $GRACE)
        if defined $n && $self->has_master;
    $self->{descriptors} = descriptors($self->master_pid);
    return $self;
}


# The pid file is there, its process lives, and every port listens.
sub is_serving {
    my ($self) = @_;
    my $pid = $self->master_pid or return 0;

    return 0 if !kill 0, $pid;
    return 0 if !$self->real_workers && $self->has_master;
    for my $address ($self->addresses) {
        my $client = eval { CThrift::Client->new(%$address, timeout => 1) }
            or return 0;
        $client->close;
    }
    return 1;
}


sub has_master {
    my ($self) = @_;

    return $self->read_file('conf/cthrift.conf')
        !~ /^\s*master_process\s+off/m;
}


# What the configuration's `listen` lines name, as arguments of a client.
sub addresses {
    my ($self) = @_;
    my @addresses;

    my $conf = $self->read_file('conf/cthrift.conf');
    for ($conf =~ /^[^#\n]*\blisten\s+([^;]+);/mg) {
        push @addresses, { port => $1 } if /^(?:127\.0\.0\.1:)?(\d+)\b/;
        push @addresses, { path => $1 } if /^unix:(\S+)/;
    }
    return @addresses;
}


# The number in the pid file, or 0.
sub master_pid {
    my ($self, $name) = @_;
    my $conf = $self->read_file('conf/cthrift.conf');

    $name //= $conf =~ /^\s*pid\s+([^;]+);/m ? $1 : 'logs/cthrift.pid';
    $name =~ s/^\Q$self->{dir}\E\///;
    return $self->read_file($name) =~ /^(\d+)\s*$/ ? $1 : 0;
}


# The pids of a master's children (of the pid file's, unless given).
sub workers {
    my ($self, $master) = @_;

    # An array, so that a scalar gets the number of them.
    my @pids = sort { $a <=> $b } children($master // $self->master_pid);
    return @pids;
}


# Those of them that are workers: a master that reads its file may have a
# child for that, or modules may.
sub real_workers {
    my ($self) = @_;

    my @pids = grep { title($_) =~ /: worker process/ } $self->workers;
    return @pids;
}


sub signal {
    my ($self, $name, $pid) = @_;

    delete $self->{held};
    return kill $name, $pid // $self->master_pid;
}


# Runs `cthrift ARGS` to its end: (exit status, stdout, stderr).  The status
# of one that a signal ended is 128 + the signal.
sub run {
    my ($self, @args) = @_;

    # Ports that a new configuration has asked for are the server's now.
    delete $self->{held};
    return $self->run_program($self->command(@args));
}


# The same for another program.
sub run_program {
    my ($self, @command) = @_;
    my $name = 'run' . ++$self->{runs};
    my $pid = $self->spawn("$name.out", "$name.err", @command);
    my $status;

    wait_for(sub { waitpid($pid, WNOHANG) == $pid and $status = $? + 1 });
    if (!defined $status) {
        kill 'KILL', $pid;
        waitpid $pid, 0;
        $status = 1 + 127 * 256;
        diag "@command does not end";
    }
    $status--;
    my ($out, $err) = map { $self->read_file("$name.$_") } qw(out err);
    $self->{sanitizer_words} .= $err if $err =~ /Sanitizer|runtime error:/;
    return (($status & 127) ? 128 + ($status & 127) : $status >> 8,
        $out, $err);
}


# What `cthrift -s status --json` says, decoded; undef if it cannot.
sub status {
    my ($self) = @_;
    my (undef, $out) = $self->run('-s', 'status', '--json');

    require JSON::PP;
    return eval { JSON::PP::decode_json($out) };
}


# `cthrift -s reload`, which waits for the outcome; true if it went well.
sub reload {
    my ($self) = @_;
    my ($status, $out, $err) = $self->run('-s', 'reload');

    diag $out, $err if $status != 0;
    return $status == 0;
}


# Stops all masters and waits until they have gone.
sub stop {
    my ($self, $signal) = @_;
    my $master = $self->master_pid;

    CThrift::Client::close_all();
    kill $signal // 'QUIT', $master if $master;
    wait_for(sub { $self->reap; !($master && kill 0, $master) })
        or diag 'the master does not leave';
    $self->reap;
    return $self;
}


# A client of port 1, or of what is given.
sub client {
    my ($self, %o) = @_;

    $o{port} //= $self->port(1) if !defined $o{path};
    return CThrift::Client->new(%o);
}


# ---- Looking at processes.

# Asks until the answer is true; gives it back, or false when it is time.
sub wait_for {
    my ($question, $seconds) = @_;
    my $deadline = time + ($seconds // $PATIENCE);

    while (1) {
        my $answer = $question->();
        return $answer if $answer || time > $deadline;
        sleep 0.01;
    }
}


# Takes in what has ended; remembers the status of the server's first process.
sub reap {
    my ($self) = @_;

    my $child = $self->{child};
    if (defined $child && waitpid($child, WNOHANG) == $child) {
        $self->{status} = $?;
        delete $self->{child};
    }
    # Of orphans that have come to this process, only servers are its own.
    # A child that ends just now keeps its status for the next time.
    my %mine = map { $_->{child} ? ($_->{child} => 1) : () } @all, $self;
    for my $pid (children($$, 'Z')) {
        waitpid $pid, WNOHANG if !$mine{$pid} && comm($pid) =~ /cthrift/;
    }
}


# The pids whose parent is that one: of the living, or of those in `$state`.
sub children {
    my ($parent, $state) = @_;
    my @found;

    for my $path (glob '/proc/[0-9]*/stat') {
        open my $fh, '<', $path or next;
        my $stat = <$fh> // next;
        my ($pid, $is, $of) = $stat =~ /^(\d+) \(.*\) (\S) (\d+) /s or next;
        push @found, $pid
            if $of == $parent && ($state ? $is eq $state : $is ne 'Z');
    }
    return @found;
}


# Of dead ones too, which have no exe any more.
sub comm {
    my ($pid) = @_;

    open my $fh, '<', "/proc/$pid/comm" or return '';
    return scalar(<$fh>) // '';
}


# How many descriptors a process has open.
sub descriptors {
    my ($pid) = @_;
    my @open = glob "/proc/$pid/fd/[0-9]*";

    return scalar @open;
}


# The command line of a process, as ps shows it.
sub title {
    my ($pid) = @_;

    open my $fh, '<', "/proc/$pid/cmdline" or return '';
    local $/;
    return (scalar(<$fh>) // '') =~ s/\0+\z//r =~ tr/\0/ /r;
}


# Sockets of a process that have a peer: lines of what and where.
sub connections {
    my ($pid) = @_;
    my (%inode, @found);

    for my $fd (glob "/proc/$pid/fd/[0-9]*") {
        $inode{$1} = 1 if (readlink($fd) // '') =~ /^socket:\[(\d+)/;
    }
    for my $path ("/proc/$pid/net/tcp", "/proc/$pid/net/tcp6") {
        open my $fh, '<', $path or next;
        for (<$fh>) {
            my @f = split;
            # 0A is LISTEN; a worker has no business with any other state.
            push @found, "$f[1] - $f[2] in state $f[3]"
                if $inode{ $f[9] // '' } && $f[3] ne '0A';
        }
    }
    return @found;
}


# ---- The end.

# The test means to end with more descriptors in the master than it had.
sub descriptors_may_change { $_[0]{descriptors} = undef }


# What must have been let go before the server stops.
sub leftover_descriptors {
    my ($self) = @_;
    my $master = $self->master_pid;
    my @words;

    return if !$master || !kill 0, $master;
    CThrift::Client::close_all();
    my @pids = ($self->has_master ? $self->workers : $master);
    wait_for(sub { !map { connections($_) } @pids }, $GRACE);
    push @words, map { my $pid = $_; map { "worker $pid: $_" }
            connections($pid) } @pids;

    my $before = $self->{descriptors} // return @words;
    wait_for(sub { descriptors($master) <= $before }, $GRACE);
    my $now = descriptors($master);
    push @words, "the master had $before descriptors and has $now"
        if $now > $before;
    return @words;
}


# Processes of servers that are still there; they are killed.
sub leftover_processes {
    my ($self) = @_;
    my @left;

    my $servers = sub {
        $self->reap;
        return grep { (readlink("/proc/$_/exe") // '') =~ /cthrift/ }
            map { ($_, children($_)) } children($$);
    };
    wait_for(sub { !$servers->() }, $GRACE);
    for my $pid ($servers->()) {
        push @left, "$pid " . title($pid);
        kill 'KILL', $pid;
    }
    return @left;
}


sub alerts {
    my ($self) = @_;
    my @lines = grep { /\[(?:alert|emerg)\]/ } split /\n/, $self->log_text;

    for my $allowed (@{ $self->{allow} }) {
        @lines = grep { $_ !~ $allowed } @lines;
    }
    return @lines;
}


sub sanitizer_words {
    my ($self) = @_;
    my $text = $self->{sanitizer_words} // '';

    $text .= $self->read_file($_)
        for map { s/^\Q$self->{dir}\E\///r } glob "$self->{dir}/sanitizer/*";
    $text .= join "\n", grep { /Sanitizer|runtime error:/ }
        split /\n/, $self->read_file('stderr') . $self->log_text;
    return $text;
}


# Of all servers of the test, before the plan is made: in END, or where the
# test calls done_testing.  All are stopped before anybody looks who is left.
sub finish {
    my @finished = splice @all;
    my @descriptors;

    return if $$ != $owner || !@finished;
    for my $self (@finished) {
        push @descriptors, $self->leftover_descriptors;
        $self->stop if $self->master_pid;
    }
    is(join("\n", @descriptors), '', 'no descriptor left over');
    is(join("\n", map { $_->leftover_processes } @finished), '',
        'no process left over');
    is(join("\n", map { $_->alerts } @finished), '', 'no alerts');
    is(join('', map { $_->sanitizer_words } @finished), '',
        'no word of a sanitizer');

    for my $self (@finished) {
        if ($ENV{CTHRIFT_KEEP}) {
            diag "kept: $self->{dir}";
        } else {
            remove_tree($self->{dir});
        }
    }
}

{
    no warnings 'redefine';
    my $done = \&Test::Builder::done_testing;
    *Test::Builder::done_testing = sub { finish(); goto &$done };
}

# An interrupt is an end as well: END stops the servers.
$SIG{$_} = sub { exit 1 } for qw(INT TERM HUP);


END {
    if ($$ == $owner) {
        my $status = $?;    # what the test itself ends with
        my $any = @all;
        finish();
        done_testing() if $any && $status == 0;
        $? = $status;
    }
}

1;
