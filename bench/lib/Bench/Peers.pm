package Bench::Peers;

# Other people's servers of examples/bench/bench.thrift.
#
# bench/peers/LANGUAGE has the source of a program, and peer.pl, which tells of
# it: a hash of
#
#   library   what it is written with
#   missing   sub { my ($f) = @_; ... }     why it cannot be had, or undef
#   build     sub { my ($f) = @_; ... }     true once it stands; or false,
#                                           and $f->why
#   version   sub { my ($f) = @_; ... }     of library and compiler, in words
#   env       sub { my ($f) = @_; ... }     what it needs in its environment
#   command   sub { my ($f, $flavour, $transport, $protocol, $port) = @_; ... }
#   patience  seconds for a command of `build`, where it takes more than usual
#   servers   [{ name, flavour, about, transports, protocols,
#                alone, near, threads }, ...]
#
# $f is a CThrift::Foreign that builds below objs/bench/peers/LANGUAGE, with
# the IDL's path as {idl}.  `about` is one line for the report.  `alone`: one
# connection at a time, so it is given no more.  `near`: it takes part where not
# all do.  `threads`: so many connections have a thread each, others wait for
# one, so it is given no more than that.

use strict;
use warnings;

use Cwd qw(abs_path);

use Bench::Server;
use CThrift::Foreign;


# One for each directory with a peer.pl, by name.
sub languages {
    my ($here) = @_;

    return map { (split m{/})[-2] } sort glob "$here/peers/*/peer.pl";
}


# The language's hash, with its Foreign as `f` and, where it cannot take part,
# the reason as `skip`.
sub load {
    my ($here, $objs, $language) = @_;
    my $file = "$here/peers/$language/peer.pl";
    my $peer = do $file // die "$file: " . ($@ || $!) . "\n";

    $peer->{language} = $language;
    $peer->{f} = CThrift::Foreign->new(
        here     => "$here/peers/$language",
        build    => "$objs/bench/peers/$language",
        patience => $peer->{patience},
    );
    $peer->{f}{idl} = abs_path("$here/../examples/bench/bench.thrift");
    return $peer;
}


# Its environment for as long as the function runs.
sub with_env {
    my ($peer, $function) = @_;
    local %ENV = (%ENV, %{ $peer->{env} ? $peer->{env}->($peer->{f}) : {} });

    return $function->($peer->{f});
}


# Builds what is not built; sets `skip`, and `version` in words.
sub build {
    my ($peer) = @_;

    $peer->{skip} = $peer->{missing}->($peer->{f});
    return 0 if $peer->{skip};
    if (!with_env($peer, $peer->{build})) {
        $peer->{skip} = $peer->{f}->why;
        return 0;
    }
    $peer->{told_version} = with_env($peer, $peer->{version});
    return 1;
}


# Can this server do that load?
sub can_do {
    my ($server, $load) = @_;

    return (grep { $_ eq $load->{transport} } @{ $server->{transports} })
        && (grep { $_ eq $load->{protocol} } @{ $server->{protocols} });
}


# Which of its servers can talk like this.
sub servers_for {
    my ($peer, $how) = @_;

    return grep { can_do($_, $how) } @{ $peer->{servers} };
}


# A Bench::Server, started.
sub start {
    my ($peer, $server, %o) = @_;

    return Bench::Server->start(
        %o,
        name    => $server->{name},
        about   => $server,
        chdir   => $peer->{f}->build,
        env     => $peer->{env} ? $peer->{env}->($peer->{f}) : {},
        command => sub {
            my ($port) = @_;
            return $peer->{command}->($peer->{f}, $server->{flavour},
                $o{transport}, $o{protocol}, $port);
        },
    );
}

1;
