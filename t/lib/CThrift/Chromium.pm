package CThrift::Chromium;

# A browser that nobody sees, for a test of a page.
#
#   my $browser = CThrift::Chromium->start($dir);    # its profile goes there
#   $browser->open('http://127.0.0.1:8080/');
#   $browser->wait_for('document.title === "ready"') or die;
#   my $n = $browser->value('document.querySelectorAll("tr").length');
#   $browser->view(width => 360, height => 800, dark => 1);
#   $browser->screenshot('page.png');
#   $browser->problems;    # what the console was told, as lines
#   $browser->requests;    # every URL that was asked for
#   $browser->close;
#
# It is driven by the DevTools protocol over a pair of pipes, Chromium's
# descriptors 3 and 4: JSON, each message ended by a NUL.  An answer has the id
# of its command; what has none is an event.

use strict;
use warnings;

use IO::Handle;
use IO::Select;
use JSON::PP ();
use MIME::Base64 qw(decode_base64);
use POSIX qw(WNOHANG);
use Time::HiRes qw(sleep time);

our $PATIENCE = 20;    # seconds for an answer; a failure, not a wait

# Nothing but the page, and no word to the world.  A sandbox is what root, and
# many a container, cannot have; only pages of our own are shown.
my @options = qw(
    --no-sandbox --headless=new --remote-debugging-pipe --no-first-run
    --disable-gpu --disable-dev-shm-usage --disable-extensions --disable-sync
    --disable-background-networking --disable-component-update
    --disable-default-apps --no-default-browser-check --mute-audio
    --no-proxy-server --hide-scrollbars);


# Its path; undef where it is not installed.
sub program {
    for my $name (qw(chromium chromium-browser google-chrome)) {
        for my $dir (split /:/, $ENV{PATH} // '') {
            return "$dir/$name" if -x "$dir/$name";
        }
    }
    return undef;
}


# Begins one; its profile and its words go to $dir.
sub start {
    my ($class, $dir) = @_;

    pipe my $its_in, my $out or die "pipe: $!";
    pipe my $in, my $its_out or die "pipe: $!";
    my $pid = fork // die "fork: $!";
    run($dir, fileno $its_in, fileno $its_out) if $pid == 0;
    $out->autoflush(1);

    my $self = bless {
        pid => $pid, owner => $$, dir => $dir, in => $in, out => $out,
        bytes => '', last_id => 0, problems => [], requests => [],
    }, $class;
    $self->attach;
    return $self;
}


# In the child: becomes Chromium, with those two as descriptors 3 and 4.
sub run {
    my ($dir, @fds) = @_;

    # First out of the way of 3 and 4, which they may be by chance.
    for my $fd (@fds) {
        $fd = POSIX::dup($fd) while $fd < 5;
    }
    POSIX::dup2($fds[$_], $_ + 3) for 0, 1;
    POSIX::close($_) for @fds;
    # A group of its own, so that all its processes can be ended together.
    setpgrp 0, 0;
    open STDIN,  '<',  '/dev/null';
    open STDOUT, '>>', "$dir/chromium.log";
    open STDERR, '>&', \*STDOUT;
    { no warnings 'exec'; exec program(), @options,
        "--user-data-dir=$dir/chromium", 'about:blank'; }
    POSIX::_exit(127);
}


# Takes the one tab that there is.
sub attach {
    my ($self) = @_;
    my ($tab) = grep { $_->{type} eq 'page' }
        @{ $self->command('Target.getTargets')->{targetInfos} };

    $self->{session} = $self->command('Target.attachToTarget',
        targetId => $tab->{targetId}, flatten => JSON::PP::true)->{sessionId};
    $self->command("$_.enable") for qw(Page Runtime Log Network);
}


# ---- The protocol.

# Sends a command; its result, or dies with its error.
sub command {
    my ($self, $method, %params) = @_;
    my $id = ++$self->{last_id};
    my $deadline = time + $PATIENCE;

    local $SIG{PIPE} = 'IGNORE';
    print { $self->{out} } JSON::PP->new->utf8->encode({
        id => $id, method => $method, params => \%params,
        (defined $self->{session} ? (sessionId => $self->{session}) : ()),
    }), "\0";
    while (my $message = $self->next_message($deadline)) {
        next if ($message->{id} // 0) != $id;
        die "$method: $message->{error}{message}\n" if $message->{error};
        return $message->{result};
    }
    die "$method: chromium does not answer\n";
}


# The next message, noted if it is an event; undef when it is time.
sub next_message {
    my ($self, $deadline) = @_;

    while (index($self->{bytes}, "\0") < 0) {
        my $left = $deadline - time;
        return undef if $left <= 0
            || !IO::Select->new($self->{in})->can_read($left)
            || !sysread $self->{in}, $self->{bytes}, 65536,
                length $self->{bytes};
    }
    my $end = index $self->{bytes}, "\0";
    my $text = substr $self->{bytes}, 0, $end + 1, '';
    my $message = JSON::PP->new->utf8->decode(substr $text, 0, -1);
    $self->note($message->{params}, $message->{method})
        if defined $message->{method};
    return $message;
}


sub note {
    my ($self, $event, $name) = @_;

    if ($name eq 'Network.requestWillBeSent') {
        push @{ $self->{requests} }, $event->{request}{url};
    } elsif ($name eq 'Page.loadEventFired') {
        $self->{loaded} = 1;
    } elsif ($name eq 'Runtime.exceptionThrown') {
        my $details = $event->{exceptionDetails};
        push @{ $self->{problems} }, join ' ', 'exception:',
            $details->{exception}{description} // $details->{text};
    } elsif ($name eq 'Runtime.consoleAPICalled') {
        push @{ $self->{problems} }, join ' ', "$event->{type}:",
            map { $_->{value} // $_->{description} // '' }
            @{ $event->{args} };
    } elsif ($name eq 'Log.entryAdded') {
        push @{ $self->{problems} }, join ' ',
            map { $event->{entry}{$_} // () } qw(level text url);
    }
}


# ---- What a test asks.

# Goes there, and waits until the page has been loaded.
sub open {
    my ($self, $url) = @_;
    my $deadline = time + $PATIENCE;

    $self->{loaded} = 0;
    my $result = $self->command('Page.navigate', url => $url);
    die "$url: $result->{errorText}\n" if $result->{errorText};
    while (!$self->{loaded}) {
        $self->next_message($deadline) or die "$url: it is not loaded\n";
    }
}


# What the expression is in the page.
sub value {
    my ($self, $expression) = @_;
    my $result = $self->command('Runtime.evaluate',
        expression => $expression, returnByValue => JSON::PP::true,
        awaitPromise => JSON::PP::true);

    die "$expression: $result->{exceptionDetails}{text}\n"
        if $result->{exceptionDetails};
    return $result->{result}{value};
}


# Asks until the expression is true; false when it is time.
sub wait_for {
    my ($self, $expression) = @_;
    my $deadline = time + $PATIENCE;

    while (1) {
        my $answer = $self->value($expression);
        return $answer if $answer || time > $deadline;
        sleep 0.05;
    }
}


# The size of the window, and what the person prefers.
sub view {
    my ($self, %o) = @_;

    $self->command('Emulation.setDeviceMetricsOverride',
        width => $o{width} // 1280, height => $o{height} // 900,
        deviceScaleFactor => $o{scale} // 1,
        mobile => $o{mobile} ? JSON::PP::true : JSON::PP::false);
    $self->command('Emulation.setEmulatedMedia', features => [{
        name => 'prefers-color-scheme', value => $o{dark} ? 'dark' : 'light',
    }]);
}


# The whole page, also what the window does not show.
sub screenshot {
    my ($self, $path) = @_;
    my $shot = $self->command('Page.captureScreenshot', format => 'png',
        captureBeyondViewport => JSON::PP::true);

    CORE::open my $fh, '>:raw', $path or die "cannot open $path: $!";
    print $fh decode_base64($shot->{data});
    CORE::close $fh or die "cannot write $path: $!";
}


sub problems { return @{ $_[0]{problems} } }
sub requests { return @{ $_[0]{requests} } }

# Forgets what there was until now.
sub forget { $_[0]{$_} = [] for qw(problems requests) }


# ---- The end.

sub close {
    my ($self) = @_;
    my $pid = delete $self->{pid} // return;

    return if $$ != $self->{owner};
    delete $self->{session};
    eval { local $PATIENCE = 5; $self->command('Browser.close') };
    my $deadline = time + 5;
    sleep 0.02 while waitpid($pid, WNOHANG) == 0 && time < $deadline;
    # Its own children, should they be slower than it, or it itself.
    kill 'KILL', -$pid;
    waitpid $pid, 0;
}

sub DESTROY {
    my ($self) = @_;
    local ($?, $@);

    $self->close;
}

1;
