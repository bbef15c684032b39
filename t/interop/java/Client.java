// Client.java [fast] -- ThriftTest through Apache's library for Java; "fast":
// framed by its TFastFramedTransport.  t/lib/CThrift/Interop.pm tells of the
// lines that it reads and writes.

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.apache.thrift.protocol.TBinaryProtocol;
import org.apache.thrift.protocol.TCompactProtocol;
import org.apache.thrift.protocol.TJSONProtocol;
import org.apache.thrift.protocol.TMultiplexedProtocol;
import org.apache.thrift.protocol.TProtocol;
import org.apache.thrift.transport.THttpClient;
import org.apache.thrift.transport.TIOStreamTransport;
import org.apache.thrift.transport.TSSLTransportFactory;
import org.apache.thrift.transport.TSSLTransportFactory.TSSLTransportParameters;
import org.apache.thrift.transport.TSocket;
import org.apache.thrift.transport.TTransport;
import org.apache.thrift.transport.TZlibTransport;
import org.apache.thrift.transport.layered.TFastFramedTransport;
import org.apache.thrift.transport.layered.TFramedTransport;
import thrift.test.SecondService;
import thrift.test.ThriftTest;

public final class Client {
    private static final int PATIENCE_MS = 10000;
    private static final String PASSWORD = "interop";

    private static boolean fast;
    private static String trustStore;

    // Once, for both ways to TLS: a key store with the one certificate that
    // the server's is signed by.
    private static synchronized void trust() throws Exception {
        if (trustStore != null) {
            return;
        }
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try (InputStream pem =
                new FileInputStream(System.getenv("INTEROP_CA"))) {
            store.setCertificateEntry("ca", CertificateFactory
                    .getInstance("X.509").generateCertificate(pem));
        }

        File file = File.createTempFile("interop", ".p12");
        file.deleteOnExit();
        try (OutputStream out = new FileOutputStream(file)) {
            store.store(out, PASSWORD.toCharArray());
        }
        trustStore = file.getPath();

        TrustManagerFactory managers = TrustManagerFactory.getInstance("PKIX");
        managers.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        HttpsURLConnection.setDefaultSSLSocketFactory(
                context.getSocketFactory());
    }

    private static TTransport connectTLS(int port) throws Exception {
        TSSLTransportParameters parameters = new TSSLTransportParameters();
        trust();
        parameters.setTrustStore(trustStore, PASSWORD, "PKIX", "PKCS12");
        return TSSLTransportFactory.getClientSocket(
                "localhost", port, PATIENCE_MS, parameters);
    }

    // Its sockets are TCP; any other is a pair of streams.
    private static TTransport connectUnix(String path) throws Exception {
        SocketChannel channel =
                SocketChannel.open(UnixDomainSocketAddress.of(path));
        return new TIOStreamTransport(
                new BufferedInputStream(Channels.newInputStream(channel)),
                new BufferedOutputStream(Channels.newOutputStream(channel)));
    }

    private static TTransport connectHTTP(String socket, String port)
            throws Exception {
        boolean secure = socket.equals("tls");
        if (secure) {
            trust();
        }
        THttpClient http = new THttpClient(
                (secure ? "https" : "http") + "://localhost:" + port + "/");
        http.setConnectTimeout(PATIENCE_MS);
        http.setReadTimeout(PATIENCE_MS);
        return http;
    }

    private static TTransport connect(String socket, String where)
            throws Exception {
        switch (socket) {
        case "tls":
            return connectTLS(Integer.parseInt(where));
        case "unix":
            return connectUnix(where);
        default:
            TSocket tcp = new TSocket(
                    "127.0.0.1", Integer.parseInt(where), PATIENCE_MS);
            tcp.open();
            return tcp;
        }
    }

    private static TTransport transport(
            String word, String socket, String where) throws Exception {
        switch (word) {
        case "http":
            return connectHTTP(socket, where);
        case "framed":
            return fast ? new TFastFramedTransport(connect(socket, where))
                    : new TFramedTransport(connect(socket, where));
        case "zlib":
            return new TZlibTransport(connect(socket, where));
        default:
            return connect(socket, where);
        }
    }

    private static TProtocol protocol(String word, TTransport transport) {
        switch (word) {
        case "compact":
            return new TCompactProtocol(transport);
        case "lax":
            return new TBinaryProtocol(transport, false, false);
        case "json":
            return new TJSONProtocol(transport);
        default:
            return new TBinaryProtocol(transport);
        }
    }

    private static void run(String[] words) throws Exception {
        String name = words[0].replace("multi-", "");
        boolean multiplexed = !name.equals(words[0]);

        try (TTransport transport = transport(words[1], words[2], words[3])) {
            TProtocol inner = protocol(name, transport);
            TProtocol first = multiplexed
                    ? new TMultiplexedProtocol(inner, "ThriftTest") : inner;
            TProtocol second = new TMultiplexedProtocol(inner, "SecondService");
            new Checks(first, new ThriftTest.Client(first),
                    multiplexed ? new SecondService.Client(second) : null)
                    .every();
        }
    }

    public static void main(String[] args) throws Exception {
        PrintStream out = new PrintStream(System.out, true, "UTF-8");
        BufferedReader in = new BufferedReader(
                new InputStreamReader(System.in, StandardCharsets.UTF_8));

        fast = args.length > 0 && args[0].equals("fast");
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            try {
                run(line.split(" "));
                out.println("ok");
            } catch (Exception e) {
                e.printStackTrace();
                String words = String.valueOf(e).replaceAll("\\s+", " ");
                out.println("not ok: "
                        + words.substring(0, Math.min(400, words.length())));
            }
        }
    }
}
