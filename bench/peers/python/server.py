# server.py -- bench.thrift by a server of Apache Thrift for Python, with its
# protocols in C.
#
#     server.py GENERATED threaded TRANSPORT PROTOCOL PORT

import sys

from thrift.protocol import TBinaryProtocol, TCompactProtocol
from thrift.server import TServer
from thrift.transport import TSocket, TTransport


class Handler:
    def ping(self):
        return "pong"

    def echo(self, s):
        return s

    def swap(self, r):
        return r


def main(generated, flavour, transport, protocol, port):
    sys.path.insert(0, generated)
    from bench import PingService

    transports = {
        "framed": TTransport.TFramedTransportFactory,
        "unframed": TTransport.TBufferedTransportFactory,
    }
    protocols = {
        "binary": TBinaryProtocol.TBinaryProtocolAcceleratedFactory,
        "compact": TCompactProtocol.TCompactProtocolAcceleratedFactory,
    }
    servers = {"threaded": TServer.TThreadedServer}
    servers[flavour](
        PingService.Processor(Handler()),
        TSocket.TServerSocket("127.0.0.1", int(port)),
        transports[transport](),
        protocols[protocol](),
        daemon=True,
    ).serve()


if len(sys.argv) != 6:
    sys.exit("usage: server.py GENERATED threaded TRANSPORT PROTOCOL PORT")
main(*sys.argv[1:])
