# peer.pl -- Apache Thrift's servers for Java, from Maven Central.

use strict;
use warnings;

return {
    library => 'Apache Thrift, Java',
    missing => sub {
        return $_[0]->missing(
            'command thrift' => 'thrift-compiler',
            'command java'   => 'default-jdk-headless',
            'command javac'  => 'default-jdk-headless',
            'command mvn'    => 'maven',
        );
    },
    # What is downloaded stays below the build directory.
    build => sub {
        my ($f) = @_;
        my ($pom, $source) = map { $f->source($_) } qw(pom.xml Server.java);

        return $f->cached('lib', [$pom], "cp '$pom' pom.xml",
                'mvn -q -B -Dmaven.repo.local=m2 '
                . 'dependency:copy-dependencies -DoutputDirectory=lib')
            && $f->cached('classes', [$pom, $source, $f->{idl}],
                'mkdir -p gen', 'thrift -nowarn --gen '
                . "java:generated_annotations=suppress -out gen '$f->{idl}'",
                "javac -nowarn -XDsuppressNotes -cp 'lib/*' -d classes "
                . "'$source' gen/bench/*.java");
    },
    version => sub {
        my ($f) = @_;
        my ($library) = glob($f->build . '/lib/libthrift-*.jar')
            =~ /libthrift-([\d.]+)\.jar/;
        my ($java) = `java -version 2>&1` =~ /"(.*?)"/;
        return "libthrift $library, JDK $java";
    },
    command => sub {
        my ($f, @args) = @_;
        return ('java', '-cp', $f->build . '/classes:' . $f->build . '/lib/*',
            'Server', @args);
    },
    servers => [
        { name => 'java-selector', flavour => 'selector',
            transports => ['framed'], protocols => [qw(binary compact)],
            about => 'TThreadedSelectorServer' },
        { name => 'java-nonblocking', flavour => 'nonblocking', near => 1,
            transports => ['framed'], protocols => [qw(binary compact)],
            about => 'TNonblockingServer' },
        { name => 'java-pool', flavour => 'pool',
            transports => ['unframed'], protocols => [qw(binary compact)],
            about => 'TThreadPoolServer' },
    ],
};
