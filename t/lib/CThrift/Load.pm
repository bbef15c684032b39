package CThrift::Load;

# A load of verified calls from processes of their own, to run while the
# server is reloaded, upgraded or hurt.
#
#   my $load = CThrift::Load->start(clients => 4, port => $port);
#   ... reload ...
#   my $seen = $load->stop;   # { calls => N, failed => 0, errors => [...] }
#
# Every call is `echo` (or method => NAME) of a text that no other call has,
# and its answer must be that text.  fresh => 1 makes a connection for each
# call, otherwise a client keeps its own and makes a new one after a failure.
# class => 'CThrift::Tls' makes clients of that class.

use strict;
use warnings;

use CThrift::Client;
use POSIX ();
use Scalar::Util qw(weaken);

my @stops;    # of all loads of this process

sub start {
    my ($class, %o) = @_;
    my $self = bless { pipes => [] }, $class;

    $o{fresh}  //= 1;
    $o{method} //= 'echo';
    for my $number (1 .. $o{clients} // 2) {
        pipe my $read, my $write or die "pipe: $!";
        pipe my $go,   my $stop  or die "pipe: $!";
        my $pid = fork // die "fork: $!";
        if ($pid == 0) {
            close $read;
            close $stop;
            # Earlier clients, of other loads too, end when the last copy of
            # their pipe's end is closed: this must not be one.
            close $_ for grep { defined } @stops;
            run($number, $go, $write, %o);
            POSIX::_exit(0);
        }
        close $go;
        close $write;
        push @{ $self->{pipes} },
            { pid => $pid, read => $read, stop => $stop };
        push @stops, $stop;
        weaken $stops[-1];
    }
    return $self;
}


# One client's life: calls until the other end of $go is closed.
sub run {
    my ($number, $go, $write, %o) = @_;
    my ($calls, $failed, @errors, $client) = (0, 0);
    my $over = IO::Select->new($go);

    local $SIG{PIPE} = 'IGNORE';
    while (!$over->can_read($o{pause} // 0)) {
        my $text = "$number-$calls";
        my $ok = eval {
            $client //= ($o{class} // 'CThrift::Client')->new(%o);
            my $reply =
                $client->call($o{method}, [[1, ['string', $text]]]);
            my $got = CThrift::Client::result($reply) // '(no result)';
            die "'$got' for '$text'\n" if $got ne $text;
            1;
        };
        $calls++;
        if (!$ok) {
            $failed++;
            push @errors, $@ if @errors < 5;
        }
        undef $client if $o{fresh} || !$ok;
    }
    syswrite $write, join "\n", $calls, $failed, map { s/\n//r } @errors;
}


# Ends all clients and adds up what they saw.
sub stop {
    my ($self) = @_;
    my %seen = (calls => 0, failed => 0, errors => []);

    close $_->{stop} for @{ $self->{pipes} };
    for my $pipe (@{ $self->{pipes} }) {
        local $/;
        my $fh = $pipe->{read};
        my ($calls, $failed, @errors) = split /\n/, <$fh> // '';
        waitpid $pipe->{pid}, 0;
        if (!defined $failed) {
            $seen{failed}++;
            @errors = ('a client of the load has died');
        }
        $seen{calls}  += $calls  // 0;
        $seen{failed} += $failed // 0;
        push @{ $seen{errors} }, @errors;
    }
    return \%seen;
}

1;
