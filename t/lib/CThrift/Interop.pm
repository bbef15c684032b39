package CThrift::Interop;

# Other people's Thrift libraries against one server: what t/interop-*.t share.
#
#   use CThrift::Interop;
#
#   my $i = CThrift::Interop->new('perl');
#   if (my $why = $i->missing('command thrift' => 'thrift-compiler')) {
#       $i->absent('libthrift-perl', $why);
#   } else {
#       my $generated = $i->generate('perl') or die $i->why;
#       $i->client(
#           library    => 'libthrift-perl 0.17',
#           command    => ['perl', "-I$generated", $i->source('client.pl')],
#           protocols  => [qw(binary multi-binary)],
#           transports => [qw(buffered framed http)],
#           sockets    => [qw(tcp unix abstract tls)],
#           except     => sub { my ($protocol, $transport, $socket) = @_; ... },
#       );
#   }
#
# Each protocol x transport x socket is one claim of the test, and one row for
# the table that t/interop.t prints.  Nothing is left out in silence: what the
# library cannot do is told by `except` (a reason, or undef), what the server
# cannot do by %SERVER_LACKS, what is not installed by `absent`.
#
# A client is a program that reads a line of standard input for each
# combination and answers it by one line of standard output:
#
#   PROTOCOL TRANSPORT SOCKET WHERE      ->  ok
#   multi-binary framed tcp 40123        ->  not ok: testI64: -1 became 1
#
# PROTOCOL   binary, compact, json, header, or such a word behind "multi-",
#            which is the multiplexed protocol over it: there the client also
#            calls SecondService, on the same connection.  Also lax, which
#            is binary without a version, and header-compact and header-zlib
#            (its transform), where header has binary inside.
# TRANSPORT  buffered, framed, http (POST / HTTP/1.1) or zlib; ttheader, or
#            ttframed with a length inside, which are CloudWeGo's
# SOCKET     tcp or tls (WHERE is the port on 127.0.0.1), unix (WHERE is a
#            path), abstract (WHERE is the name without its leading NUL)
#
# It connects, calls every method of ThriftTest, checks what comes back, closes
# and answers.  Other lines on standard output are passed over; standard error
# is shown where something fails.  In its environment, INTEROP_CA is the file
# of the certificate that has signed the server's, which is for localhost and
# for 127.0.0.1.  A client that dies or does not answer in time has failed that
# one combination, and is started again for the next.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Path qw(make_path);
use IO::Select;
use POSIX ();
use Test::More;
use Time::HiRes qw(time);

use CThrift::Foreign qw(slurp);
use CThrift::Test;

# What the server cannot do, by the words of a combination: nothing.  What is
# taken out of it for a while goes here, as in http => 'HTTP'.
our %SERVER_LACKS = ();

our @ISA = ('CThrift::Foreign');


# Of that language: t/interop/LANGUAGE has its sources, BUILD/interop/LANGUAGE
# is what it may write to, and is kept for the next run.  Clients are alike for
# every build of the server, so BUILD is objs where there is one; rows are not.
sub new {
    my ($class, $language) = @_;
    my $objs = CThrift::Test::objs();
    my $all = abs_path(-d 'objs' ? 'objs' : $objs) . '/interop';
    my $rows = "$objs/interop/rows";
    my $self = bless {
        language => $language,
        here     => abs_path("t/interop/$language"),
        build    => "$all/$language",
        why      => '',
    }, $class;

    plan skip_all => 'left to a pass of CI that has them'
        if ($ENV{CTHRIFT_INTEROP} // 'yes') eq 'no';
    plan skip_all => 'the thrifttest module is not built'
        if !-f "$objs/thrifttest.so";
    make_path($self->{build}, $rows);
    $self->{rows} = "$rows/$language";
    open my $fh, '>', "$self->{rows}.new"
        or die "cannot open $self->{rows}.new: $!";
    $fh->autoflush(1);
    $self->{row_fh} = $fh;
    return $self;
}


# The rows are complete.
sub DESTROY {
    my ($self) = @_;

    rename "$self->{rows}.new", $self->{rows} if $self->{row_fh};
}


# What compilers and downloaders say is worth a look; where they fail, all of
# it is.
sub on_words   { note $_[1] }
sub on_failure { diag $_[1] }


# The IDL without what Debian's thrift-compiler does not know: uuid came with
# 0.20.
sub idl {
    my ($self) = @_;
    my $path = "$self->{build}/thrifttest.thrift";
    my $text = slurp('examples/thrifttest/thrifttest.thrift');

    die "examples/thrifttest/thrifttest.thrift cannot be read\n" if !$text;
    $text =~ s/^.*\buuid\b.*\n//mg;
    if (slurp($path) ne $text) {
        open my $fh, '>', $path or die "cannot open $path: $!";
        print $fh $text;
    }
    return $path;
}


# `thrift --gen $generator` into a directory of its own; its path or undef.
sub generate {
    my ($self, $generator, $name) = @_;
    my $idl = $self->idl;

    $name //= 'gen-' . ($generator =~ s/:.*//r);
    return $self->cached($name, [$idl],
        "mkdir -p $name"
            . " && thrift -nowarn --gen '$generator' -out $name '$idl'");
}


# ---- The server.

# What it listens on, one of each kind of socket.
sub start {
    my ($self) = @_;

    return if $self->{t};
    my $t = $self->{t} = CThrift::Test->new;
    my $abstract = 'cthrift-interop-' . $t->port(1);
    my $tls = $SERVER_LACKS{tls} ? '' : <<'END';
        listen 127.0.0.1:%%PORT_2%% ssl;
        ssl_certificate %%TESTDIR%%/server.pem;
        ssl_certificate_key %%TESTDIR%%/server.key;
END
    $t->conf(<<"END");
load_module %%OBJS%%/thrifttest.so;
thrift {
    server {
        default_service ThriftTest;
        listen 127.0.0.1:%%PORT_1%%;
        listen unix:%%TESTDIR%%/socket;
        listen unix:\@$abstract;
$tls
        service ThriftTest { }
        service SecondService { }
    }
}
END
    make_certificates($t->dir) if $tls;
    $self->{where} = {
        tcp      => $t->port(1),
        unix     => $t->dir . '/socket',
        abstract => $abstract,
        $tls ? (tls => $t->port(2)) : (),
    };
    $t->start;
}


# ca.pem, and server.pem with server.key, which it has signed.
sub make_certificates {
    my ($dir) = @_;
    my $out = `cd '$dir' && {
        openssl req -x509 -newkey rsa:2048 -nodes -days 2 \\
            -subj '/CN=cthrift test' -keyout ca.key -out ca.pem
        openssl req -newkey rsa:2048 -nodes -subj /CN=localhost \\
            -keyout server.key -out server.csr
        echo 'subjectAltName = DNS:localhost, IP:127.0.0.1' > server.ext
        openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key \\
            -CAcreateserial -days 2 -extfile server.ext -out server.pem
    } 2>&1`;

    die "openssl: $out" if !-s "$dir/server.pem";
}


# ---- A library's client.

# A library that cannot be had here.
sub absent {
    my ($self, $library, $reason) = @_;

    $self->row($library, ('*') x 3, "skipped: $reason");
    SKIP: { skip("$library: $reason", 1) }
}


# Runs the client for each of its combinations; see above.
sub client {
    my ($self, %o) = @_;
    my $began = time;

    $self->start;
    for my $socket (@{ $o{sockets} }) {
        for my $transport (@{ $o{transports} }) {
            $self->combination(\%o, $_, $transport, $socket)
                for @{ $o{protocols} };
        }
    }
    $self->end_program;
    note sprintf '%s: %.1f s', $o{library}, time - $began;
}


sub combination {
    my ($self, $o, @words) = @_;
    my $name = join ', ', $o->{library}, @words;

    my $cannot = $o->{except} && $o->{except}->(@words);
    if ($cannot) {
        $self->row($o->{library}, @words, "cannot: $cannot");
        note "$name: $cannot";
        return;
    }
    my ($lack) = grep { defined } map { $SERVER_LACKS{$_} }
        map { split /-/ } @words;
    if ($lack) {
        $self->row($o->{library}, @words, "skipped: the server lacks $lack");
        SKIP: { skip("$name: the server lacks $lack", 1) }
        return;
    }
    my $answer = $self->ask($o, "@words $self->{where}{$words[2]}");
    $self->row($o->{library}, @words, $answer);
    is($answer, 'ok', $name) or $self->tell_words;
}


sub row {
    my ($self, @columns) = @_;

    print { $self->{row_fh} }
        join("\t", $self->{language}, map { s/\s+/ /gr } @columns), "\n";
}


# The client's answer to a line, from a program that is kept.
sub ask {
    my ($self, $o, $line) = @_;
    my $p = $self->{program} //= $self->start_program(@{ $o->{command} });
    local $SIG{PIPE} = 'IGNORE';

    syswrite $p->{to}, "$line\n";
    my $answer = $self->answer($p);
    $self->end_program if $answer !~ /^(?:not )?ok/;
    return $answer;
}


sub answer {
    my ($self, $p) = @_;
    my $deadline = time + $CThrift::Test::PATIENCE;

    while (1) {
        while ($p->{in} =~ s/^(.*)\n//) {
            my $line = $1;
            return $line if $line =~ /^(?:not )?ok/;
            note $line;
        }
        my $left = $deadline - time;
        return 'no answer in time'
            if $left <= 0 || !IO::Select->new($p->{from})->can_read($left);
        return 'the client has ended'
            if !sysread $p->{from}, $p->{in}, 4096, length $p->{in};
    }
}


sub start_program {
    my ($self, @command) = @_;

    pipe my $in, my $to or die "pipe: $!";
    pipe my $from, my $out or die "pipe: $!";
    my $pid = fork // die "fork: $!";
    if ($pid == 0) {
        setpgrp;
        $ENV{INTEROP_CA} = $self->{t}->dir . '/ca.pem';
        open STDIN,  '<&', $in;
        open STDOUT, '>&', $out;
        open STDERR, '>', $self->{t}->dir . '/client.err';
        close $_ for $in, $to, $from, $out;
        { no warnings 'exec'; exec @command; }
        POSIX::_exit(127);
    }
    return { pid => $pid, to => $to, from => $from, in => '' };
}


sub end_program {
    my ($self) = @_;
    my $p = delete $self->{program} // return;

    close $p->{to};
    CThrift::Test::wait_for(sub { waitpid($p->{pid}, POSIX::WNOHANG) }, 2);
    # It and what it has started.
    kill 'KILL', -$p->{pid};
    waitpid $p->{pid}, 0;
}


# The last that it has said on standard error, unless it has said so before.
sub tell_words {
    my ($self) = @_;
    my @lines = split /\n/, slurp($self->{t}->dir . '/client.err');

    my $words = join "\n", @lines[($#lines > 20 ? $#lines - 20 : 0) .. $#lines];
    diag $words if !$self->{told}{$words}++;
}

1;
