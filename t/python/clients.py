"""Clients by the libraries themselves, of the application of t/python.

    clients.py LIBRARY CONFIRM PORT [SECONDS]

LIBRARY is "apache" or "thriftpy2".  What CONFIRM names is tried, and each claim
printed as "ok NAME" or "not ok NAME: WHY".
"""

import os
import sys
import threading
import time


class Apache:
    from thrift.transport.TTransport import TTransportException

    def __init__(self):
        from ping_apache import PingService, ttypes
        from thrift.protocol import TBinaryProtocol, TCompactProtocol
        from thrift.protocol.TJSONProtocol import TJSONProtocol
        from thrift.transport import TTransport

        self.service, self.types = PingService, ttypes
        self.transports = {"buffered": TTransport.TBufferedTransport,
                           "framed": TTransport.TFramedTransport}
        self.protocols = {
            "binary": TBinaryProtocol.TBinaryProtocol,
            "accelerated": TBinaryProtocol.TBinaryProtocolAccelerated,
            "compact": TCompactProtocol.TCompactProtocol,
            "json": TJSONProtocol}

    def open(self, port, transport="buffered", protocol="binary", name=None):
        from thrift.protocol.TMultiplexedProtocol import TMultiplexedProtocol
        from thrift.transport.TSocket import TSocket

        through = self.transports[transport](TSocket("127.0.0.1", port))
        spoken = self.protocols[protocol](through)
        through.open()
        if name is not None:
            spoken = TMultiplexedProtocol(spoken, name)
        return self.service.Client(spoken)

    def close(self, client):
        client._iprot.trans.close()


class Thriftpy2:
    from thriftpy2.transport import TTransportException

    def __init__(self):
        import thriftpy2
        from thriftpy2 import protocol, transport

        self.types = thriftpy2.load(
            os.path.join(os.path.dirname(os.path.abspath(__file__)),
                         "ping.thrift"), module_name="ping_thrift")
        self.transports = {"buffered": transport.TCyBufferedTransportFactory,
                           "framed": transport.TCyFramedTransportFactory}
        self.protocols = {"binary": protocol.TBinaryProtocolFactory,
                          "accelerated": protocol.TCyBinaryProtocolFactory,
                          "compact": protocol.TCompactProtocolFactory}
        self.multiplexed = protocol.TMultiplexedProtocolFactory

    def open(self, port, transport="buffered", protocol="binary", name=None):
        from thriftpy2.rpc import make_client

        spoken = self.protocols[protocol]()
        if name is not None:
            spoken = self.multiplexed(spoken, name)
        return make_client(self.types.PingService, "127.0.0.1", port,
                           proto_factory=spoken, timeout=20000,
                           trans_factory=self.transports[transport]())

    def close(self, client):
        client.close()


def claim(name, holds, why=""):
    print("ok " + name if holds else "not ok %s: %s" % (name, why), flush=True)


def raised(function, *args):
    """What it raises, or what it gives."""
    try:
        return function(*args)
    except Exception as error:
        return error


def connectivity(library, port):
    types = library.types
    for transport in library.transports:
        for protocol in library.protocols:
            client = library.open(port, transport, protocol)
            where = transport + " " + protocol
            node = types.Node(number=-7, name="na\u00efve", numbers={"k": [1]},
                              children=[types.Node(number=1)], few={-3})
            same = client.mirror(node, False)
            same.few = set(same.few)    # thriftpy2 reads a list
            odd = raised(client.even, 3)
            seen = [client.ping(), client.echo("\u20ac" * 1000),
                    client.add(2 ** 40, 2), same == node,
                    (odd.number, odd.why), client.even(4)]
            due = ["pong", "\u20ac" * 1000, 2 ** 40 + 2, True,
                   (3, "it is odd"), None]
            claim(where, seen == due, repr(seen)[:300])
            failed = raised(client.fail, "value")
            claim(where + ": an undeclared exception",
                  type(failed).__name__ == "TApplicationException"
                  and failed.type == 6 and client.ping() == "pong",
                  repr(failed))
            library.close(client)


def multiplexed(library, port):
    for name in ("First", "Second"):
        client = library.open(port, "framed", "accelerated", name)
        claim("multiplexed " + name, client.ping() == "pong")
        library.close(client)


def timeout(library, port, seconds):
    client = library.open(port)
    claim("in time", client.ping() == "pong")
    time.sleep(seconds)
    error = raised(client.ping)
    claim("the call behind a pause of %s s" % seconds,
          isinstance(error, library.TTransportException), repr(error))


def leaving(library, port):
    """Before and after a reload, of which a line on standard input tells."""
    old = library.open(port)
    claim("before", old.ping() == "pong")
    sys.stdin.readline()
    error = raised(old.ping)
    claim("the old connection: the declared exception",
          isinstance(error, library.types.Leaving), repr(error))
    error = raised(old.ping)
    claim("... and its end, between two calls",
          isinstance(error, library.TTransportException), repr(error))
    claim("a new connection", library.open(port).ping() == "pong")
    library.close(old)


def crowd(library, port):
    """A hundred at once, each with a connection of its own."""
    all_here = threading.Barrier(100)
    answers = []

    def one():
        client = library.open(port)
        all_here.wait(20)
        answers.append(raised(client.ping))
        library.close(client)

    threads = [threading.Thread(target=one) for _ in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    claim("100 concurrent calls", answers == ["pong"] * 100,
          repr(answers)[:300])


def main():
    library, what, port, *more = sys.argv[1:]
    library = {"apache": Apache, "thriftpy2": Thriftpy2}[library]()
    try:
        globals()[what](library, int(port), *map(float, more))
    except Exception as error:
        claim(what, False, repr(error))
    print("end", flush=True)


main()
