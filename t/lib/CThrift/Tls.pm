package CThrift::Tls;

# A CThrift::Client over TLS, and certificates for a test.
#
#   my $pki = CThrift::Tls::Pki->new($t->dir);
#   $pki->ca('ca');                              # ca.pem, ca.key
#   $pki->cert('site', ca => 'ca', names => ['a.test', '*.b.test']);
#   my $client = CThrift::Tls->new(port => $t->port(1),
#       ssl => { SSL_ca_file => $t->dir . '/ca.pem', ... });
#
# `ssl` are IO::Socket::SSL's words; without any the server is not verified.
# Where the handshake fails, `new` dies with its reason.

use strict;
use warnings;

use CThrift::Client;
use IO::Select;
use Time::HiRes qw(time);

our @ISA = ('CThrift::Client');


# Whether this machine has what it takes; the reason if it has not.
sub missing {
    return 'no openssl command' if system('openssl version > /dev/null 2>&1');
    return 'no IO::Socket::SSL (Debian: libio-socket-ssl-perl)'
        if !eval { require IO::Socket::SSL; 1 };
    return '';
}


sub new {
    my ($class, %o) = @_;
    my $ssl = delete $o{ssl} // {};
    my $self = $class->SUPER::new(%o);

    $self->start(%$ssl);
    return $self;
}


# Words for `ssl` of clients that go on with each other's sessions, as those of
# one program do.
sub sessions {
    my (%ssl) = @_;
    my $ctx = IO::Socket::SSL::SSL_Context->new(SSL_verify_mode => 0,
        SSL_session_cache_size => 8, %ssl) or die 'no context';

    return { SSL_reuse_ctx => $ctx, SSL_session_key => 'one' };
}


# Begins TLS on a connection that was plain so far.
sub start {
    my ($self, %ssl) = @_;
    my $socket = $self->{socket};

    local $SIG{PIPE} = 'IGNORE';
    $socket->blocking(1);
    IO::Socket::SSL->start_SSL($socket, SSL_verify_mode => 0,
        Timeout => $self->{timeout}, %ssl)
        or die "no TLS: $IO::Socket::SSL::SSL_ERROR\n";
    $socket->blocking(0);
    $self->{socket} = $socket;
    return bless $self, __PACKAGE__;
}


# What waits inside TLS is seen by no select.
sub fill {
    my ($self, $deadline) = @_;

    while (1) {
        my $n = sysread $self->{socket}, $self->{in}, 65536,
            length $self->{in};
        return $n if defined $n;
        my $select = IO::Select->new($self->{socket});
        my $wait = $deadline - time;
        $wait = 0 if $wait < 0;
        if ($IO::Socket::SSL::SSL_ERROR
            == IO::Socket::SSL::SSL_WANT_WRITE()) {
            return undef if !$select->can_write($wait);
        } elsif ($IO::Socket::SSL::SSL_ERROR
            == IO::Socket::SSL::SSL_WANT_READ()) {
            return undef if !$select->can_read($wait);
        } else {
            return 0;
        }
    }
}


sub send_raw {
    my ($self, $bytes) = @_;
    my $sent = 0;
    my $deadline = time + $self->{timeout};

    local $SIG{PIPE} = 'IGNORE';
    while ($sent < length $bytes) {
        my $n = syswrite $self->{socket}, $bytes, length($bytes) - $sent,
            $sent;
        if (defined $n) {
            $sent += $n;
            next;
        }
        die "cannot send: $!\n" if !$!{EAGAIN} || time > $deadline;
        IO::Select->new($self->{socket})->can_write(1);
    }
}


# With a goodbye, or OpenSSL takes the session for one that went wrong.
sub close {
    my ($self) = @_;
    my $socket = delete $self->{socket} // return;

    local $SIG{PIPE} = 'IGNORE';
    $socket->blocking(1);
    $socket->close(SSL_fast_shutdown => 1);
}


# Of the session, "TLSv1_3" and the like.
sub version { $_[0]{socket}->get_sslversion }
sub is_resumed { $_[0]{socket}->get_session_reused }

# The names of the server's certificate.
sub server_name { $_[0]{socket}->peer_certificate('commonName') }


package CThrift::Tls::Pki;

# Certificates as files of a directory, made by the openssl command.

sub new {
    my ($class, $dir) = @_;

    return bless { dir => $dir, serial => 1 }, $class;
}


sub openssl {
    my ($self, @args) = @_;
    my $pid = fork // die "fork: $!";

    if ($pid == 0) {
        chdir $self->{dir} or exit 1;
        open STDOUT, '>', 'openssl.log';
        open STDERR, '>&', \*STDOUT;
        exec 'openssl', @args or exit 127;
    }
    waitpid $pid, 0;
    return if $? == 0;
    open my $fh, '<', "$self->{dir}/openssl.log" or die "openssl: no log\n";
    die "openssl @args:\n", <$fh>;
}


sub write {
    my ($self, $name, $text) = @_;

    open my $fh, '>', "$self->{dir}/$name" or die "cannot open $name: $!";
    print $fh $text;
    close $fh or die "cannot write $name: $!";
}


sub read {
    my ($self, $name) = @_;

    open my $fh, '<', "$self->{dir}/$name" or die "cannot open $name: $!";
    local $/;
    return scalar <$fh>;
}


sub copy {
    my ($self, $from, $to) = @_;

    $self->write($to, $self->read($from));
}


# kind => 'rsa' for the slower one.
sub key {
    my ($self, $name, $kind) = @_;
    my @how = ($kind // 'ec') eq 'rsa'
        ? ('RSA', '-pkeyopt', 'rsa_keygen_bits:2048')
        : ('EC', '-pkeyopt', 'ec_paramgen_curve:P-256');

    $self->openssl('genpkey', '-algorithm', @how, '-out', "$name.key");
}


# Signed by itself, or by ca => NAME.
sub ca {
    my ($self, $name, %o) = @_;

    $self->cert($name, is_ca => 1, %o);
}


# NAME.pem and NAME.key; names => [...] are DNS names, cn its common name,
# days until it ends.  ca => NAME signs it.
sub cert {
    my ($self, $name, %o) = @_;
    my $cn = $o{cn} // ($o{names} ? $o{names}[0] : $name);
    my $is_ca = $o{is_ca} ? 'TRUE' : 'FALSE';
    my @signer = $o{ca}
        ? ('-CA', "$o{ca}.pem", '-CAkey', "$o{ca}.key")
        : ('-signkey', "$name.key");
    my $usage = $o{is_ca} ? 'keyCertSign,cRLSign' : 'digitalSignature';

    $self->key($name, $o{kind});
    my $ext = "basicConstraints=critical,CA:$is_ca\nkeyUsage=$usage\n"
        . "subjectKeyIdentifier=hash\n";
    $ext .= 'subjectAltName=' . join(',', map { "DNS:$_" } @{ $o{names} })
        . "\n" if $o{names};
    $self->write("$name.ext", $ext);
    $self->openssl('req', '-new', '-key', "$name.key", '-out', "$name.csr",
        '-subj', "/O=cthrift/CN=$cn");
    $self->openssl('x509', '-req', '-in', "$name.csr", @signer, '-days',
        $o{days} // 2, '-set_serial', $o{serial} // ++$self->{serial},
        '-extfile', "$name.ext", '-out', "$name.pem");
}


# What `openssl ca` calls a database: who has been revoked, and of whom an
# answer may be given.  Each of @rows is [STATE, SERIAL, NAME].
sub database {
    my ($self, $name, @rows) = @_;
    my $text = '';

    for my $row (@rows) {
        my ($state, $serial, $cn) = @$row;
        my $revoked = $state eq 'R' ? '250101000000Z' : '';
        $text .= join("\t", $state, '490101000000Z', $revoked,
            sprintf('%02X', $serial), 'unknown', "/O=cthrift/CN=$cn") . "\n";
    }
    $self->write($name, $text);
    $self->write("$name.attr", "unique_subject = no\n");
}


# A revocation list of a CA with these serial numbers.
sub crl {
    my ($self, $file, $ca, @serials) = @_;

    $self->database("$file.db", map { ['R', $_, 'x'] } @serials);
    $self->write("$file.cnf", "[ca]\ndefault_ca = it\n[it]\n"
            . "database = $file.db\ndefault_md = sha256\n");
    $self->openssl('ca', '-config', "$file.cnf", '-gencrl', '-cert',
        "$ca.pem", '-keyfile', "$ca.key", '-crldays', 2, '-out', $file);
}


# The CA's OCSP answer about a certificate of it, good or not.
sub ocsp {
    my ($self, $file, $ca, $name, $serial, %o) = @_;

    $self->database("$file.db", [$o{revoked} ? 'R' : 'V', $serial, $name]);
    $self->openssl('ocsp', '-index', "$file.db", '-rsigner', "$ca.pem",
        '-rkey', "$ca.key", '-CA', "$ca.pem", '-issuer', "$ca.pem",
        '-cert', "$name.pem", '-ndays', 1, '-respout', $file);
}

1;
