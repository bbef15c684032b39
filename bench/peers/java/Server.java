// Server.java -- bench.thrift by the servers of Apache Thrift for Java.
//
//     Server FLAVOUR TRANSPORT PROTOCOL PORT
//
// As the library's tutorial has them: no limits changed, no numbers of threads.

import java.net.InetSocketAddress;

import org.apache.thrift.protocol.TBinaryProtocol;
import org.apache.thrift.protocol.TCompactProtocol;
import org.apache.thrift.protocol.TProtocolFactory;
import org.apache.thrift.server.TNonblockingServer;
import org.apache.thrift.server.TServer;
import org.apache.thrift.server.TThreadPoolServer;
import org.apache.thrift.server.TThreadedSelectorServer;
import org.apache.thrift.transport.TNonblockingServerSocket;
import org.apache.thrift.transport.TServerSocket;
import org.apache.thrift.transport.TTransportException;
import org.apache.thrift.transport.TTransportFactory;
import org.apache.thrift.transport.layered.TFramedTransport;

import bench.PingService;
import bench.Record;

public class Server {
    static class Handler implements PingService.Iface {
        public String ping()
        {
            return "pong";
        }

        public String echo(String s)
        {
            return s;
        }

        public Record swap(Record r)
        {
            return r;
        }
    }

    static TProtocolFactory protocols(String name)
    {
        return name.equals("compact") ? new TCompactProtocol.Factory()
            : new TBinaryProtocol.Factory();
    }

    // Of what waits to be accepted, so many; that is the generators' affair.
    static final int BACKLOG = 4096;

    static TNonblockingServerSocket nonblocking(int port)
        throws TTransportException
    {
        return new TNonblockingServerSocket(
            new TNonblockingServerSocket.NonblockingAbstractServerSocketArgs()
                .bindAddr(new InetSocketAddress("127.0.0.1", port))
                .backlog(BACKLOG));
    }

    static TServerSocket blocking(int port) throws TTransportException
    {
        return new TServerSocket(new TServerSocket.ServerSocketTransportArgs()
            .bindAddr(new InetSocketAddress("127.0.0.1", port))
            .backlog(BACKLOG));
    }

    static TServer pool(PingService.Processor<Handler> processor,
        String transport, TProtocolFactory protocols, int port)
        throws TTransportException
    {
        return new TThreadPoolServer(new TThreadPoolServer.Args(blocking(port))
            .processor(processor)
            .transportFactory(transport.equals("framed")
                ? new TFramedTransport.Factory() : new TTransportFactory())
            .protocolFactory(protocols));
    }

    static TServer server(String[] args) throws TTransportException
    {
        var processor = new PingService.Processor<>(new Handler());
        var protocols = protocols(args[2]);
        var port = Integer.parseInt(args[3]);

        switch (args[0]) {
        case "selector":
            return new TThreadedSelectorServer(
                new TThreadedSelectorServer.Args(nonblocking(port))
                    .processor(processor).protocolFactory(protocols));
        case "nonblocking":
            return new TNonblockingServer(
                new TNonblockingServer.Args(nonblocking(port))
                    .processor(processor).protocolFactory(protocols));
        case "pool":
            return pool(processor, args[1], protocols, port);
        default:
            throw new IllegalArgumentException("no flavour " + args[0]);
        }
    }

    public static void main(String[] args) throws TTransportException
    {
        if (args.length != 4) {
            System.err.println("usage: Server FLAVOUR TRANSPORT PROTOCOL PORT");
            System.exit(2);
        }
        server(args).serve();
    }
}
