#!/usr/bin/perl

# interop-java.t -- Apache Thrift's library for Java, from Maven Central.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Interop;
use Test::More;

my $i = CThrift::Interop->new('java');
my $library = 'libthrift (Java)';

# What is downloaded stays below the build directory.
sub library {
    my $pom = $i->source('pom.xml');

    return $i->cached('lib', [$pom], "cp '$pom' pom.xml",
        'mvn -q -B -Dmaven.repo.local=m2 '
            . 'dependency:copy-dependencies -DoutputDirectory=lib');
}

sub program {
    my ($generated) = @_;
    my @sources = map { $i->source($_) } qw(Client.java Checks.java);

    return $i->cached('classes', [@sources, $i->source('pom.xml'), $i->idl],
        "javac -nowarn -XDsuppressNotes -encoding UTF-8 -cp 'lib/*' "
            . "-d classes @sources "
            . "\$(find '$generated' -name '*.java')");
}

# An older one has no domain sockets.
sub old_java {
    my ($version) = `javac -version 2>&1` =~ /(\d+)/;

    return $version < 16 ? "javac $version is older than 16" : undef;
}

sub cannot {
    my (undef, $transport, $socket) = @_;

    return 'a path of Java has no NUL' if $socket eq 'abstract';
    return 'its HTTP knows no domain sockets'
        if $transport eq 'http' && $socket eq 'unix';
    return undef;
}

sub client {
    my ($library, $transports, @args) = @_;
    my @multiplexed = map { ($_, "multi-$_") } qw(binary compact json);

    $i->client(
        library => $library,
        command => ['java', '-Xshare:auto', '-XX:TieredStopAtLevel=1', '-cp',
            $i->build . '/classes:' . $i->build . '/lib/*', 'Client', @args],
        protocols  => ['lax', @multiplexed],
        transports => $transports,
        sockets    => [qw(tcp unix abstract tls)],
        except     => \&cannot,
    );
}

my $why = $i->missing(
    'command thrift' => 'thrift-compiler',
    'command java'   => 'default-jdk-headless',
    'command javac'  => 'default-jdk-headless',
    'command mvn'    => 'maven',
);
$why //= old_java();
$why //= $i->why if !$why && !library();
my $generated = $why ? undef
    : $i->generate('java:generated_annotations=suppress');

if ($why) {
    $i->absent($library, $why);
} elsif (!$generated || !program($generated)) {
    fail('the client is built: ' . $i->why);
} else {
    client($library, [qw(buffered framed http zlib)]);
    client('Java, fast framed', ['framed'], 'fast');
}
done_testing;
