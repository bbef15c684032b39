package CThrift::Foreign;

# Programs in other languages, with other people's libraries: what is installed
# for them, and what is downloaded and built once and kept.  Clients of
# t/interop-*.t (CThrift::Interop) and servers of bench/ are such programs.
#
#   my $f = CThrift::Foreign->new(here => 'bench/peers/go',
#       build => 'objs/bench/peers/go');
#   my $why = $f->missing('command go' => 'golang-go');
#   my $program = $f->cached('server', [$f->source('main.go')],
#       'go build -o server .') or die $f->why;

use strict;
use warnings;

use Cwd qw(abs_path);
use Digest::MD5 qw(md5_hex);
use Exporter qw(import);
use Fcntl qw(:flock);
use File::Path qw(make_path remove_tree);
use POSIX ();

our @EXPORT_OK = qw(slurp);

our $BUILD_PATIENCE = 300;    # seconds for a compiler or a download


# here: where the sources are; build: what may be written to, and is kept for
# the next time.  patience: of this one's compiler, where it needs more.
sub new {
    my ($class, %o) = @_;

    make_path($o{build});
    return bless {
        here     => abs_path($o{here}),
        build    => abs_path($o{build}),
        patience => $o{patience} // $BUILD_PATIENCE,
        why      => '',
    }, $class;
}


sub build  { $_[0]{build} }
sub source { "$_[0]{here}/$_[1]" }
sub why    { $_[0]{why} }


# What a command has said that went well, and one that did not.
sub on_words   { }
sub on_failure { }


# ---- What is installed.

# Pairs of what is needed and which package of Debian has it:
#   'command thrift' => 'thrift-compiler', 'pkg thrift' => 'libthrift-dev',
#   'file /usr/share/perl5/Thrift.pm' => ..., 'python thrift' => ...
# The reason to skip, or undef.
sub missing {
    my ($self, @needs) = @_;
    my %look = (
        command => sub { system("command -v '$_[0]' > /dev/null 2>&1") == 0 },
        file    => sub { -e $_[0] },
        perl    => sub { quiet('perl', "-M$_[0]", '-e1') },
        pkg     => sub { quiet('pkg-config', '--exists', $_[0]) },
        python  => sub { quiet('/usr/bin/python3', '-c', "import $_[0]") },
        ruby    => sub { quiet('/usr/bin/ruby', "-r$_[0]", '-e1') },
    );

    while (my ($need, $package) = splice @needs, 0, 2) {
        my ($kind, $name) = split ' ', $need, 2;
        return "$name is not installed (Debian: $package)"
            if !$look{$kind}->($name);
    }
    return undef;
}


sub quiet {
    my (@command) = @_;
    my $pid = fork // die "fork: $!";

    if ($pid == 0) {
        open STDOUT, '>', '/dev/null';
        open STDERR, '>', '/dev/null';
        { no warnings 'exec'; exec @command; }
        POSIX::_exit(127);
    }
    waitpid $pid, 0;
    return $? == 0;
}


# ---- What is made once and kept.

# `$target`, below the build directory, made by shell commands that run there.
# They run again only where they or one of the files @$inputs have changed.
# The target's path, or undef, and then `why` tells the reason.
sub cached {
    my ($self, $target, $inputs, @commands) = @_;
    my $path = "$self->{build}/$target";
    my $digest = md5_hex(join "\0", @commands, map { slurp($_) } @$inputs);

    # One at a time: a test of another build may be making the same.
    open my $lock, '>', "$self->{build}/lock" or die "cannot open lock: $!";
    flock $lock, LOCK_EX or die "flock: $!";
    return $path if -e $path && slurp("$path.md5") eq $digest;
    remove_tree($path);
    for my $command (@commands) {
        my $out = $self->run_in_build($command) // return undef;
        $self->on_words($out) if length $out;
    }
    if (!-e $path) {
        $self->{why} = "nothing has made $target";
        return undef;
    }
    open my $fh, '>', "$path.md5" or die "cannot open $path.md5: $!";
    print $fh $digest;
    return $path;
}


# Output of a shell command there, or undef, and then `why`.
sub run_in_build {
    my ($self, $command) = @_;
    my $patience = $self->{patience} // $BUILD_PATIENCE;
    my $out = do {
        local $ENV{FOREIGN_COMMAND} = $command;
        `cd '$self->{build}' && exec timeout -k 5 $patience \\
            sh -c "\$FOREIGN_COMMAND" 2>&1 < /dev/null`;
    };

    return $out if $? == 0;
    $self->{why} = "$command: " . telling_line($out);
    $self->on_failure($out);
    return undef;
}


# The line of a compiler's or a downloader's words that says most.
sub telling_line {
    my ($words) = @_;
    my @lines = grep { /\w/ } split /\n/, $words =~ s/\e\[[\d;]*m//gr;
    my ($line) = grep { /error|fail|cannot|could not|unreachable/i } @lines;

    return substr $line // $lines[-1] // 'no word of why', 0, 200;
}


sub slurp {
    my ($path) = @_;

    open my $fh, '<', $path or return '';
    local $/;
    return scalar(<$fh>) // '';
}

1;
