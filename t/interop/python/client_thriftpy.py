# client_thriftpy.py thriftpy|thriftpy2 IDL -- ThriftTest through thriftpy or
# its successor, which read the IDL themselves.  t/lib/CThrift/Interop.pm
# tells of the lines.

import array
import importlib
import io
import os
import re
import sys

NAME, IDL = sys.argv[1:]
CA = os.environ["INTEROP_CA"]

protocols = importlib.import_module(NAME + ".protocol")
transports = importlib.import_module(NAME + ".transport")
binary = importlib.import_module(NAME + ".protocol.binary")
parser = importlib.import_module(NAME + ".parser")
thrift = importlib.import_module(NAME + ".thrift")

import checks


class Array(array.array):
    """With a name that Python 3.9 has taken away and thriftpy still uses."""

    tostring = array.array.tobytes


if not hasattr(array.array, "tostring"):
    array.array = Array



def parse(text, name):
    """What they both understand: i8's old name, no annotations of types, and
    not the types behind the services, which no method uses."""
    text = re.sub(r"\bi8\b", "byte", text)
    text = re.sub(r" \(python[^)]*\)", "", text)
    text = re.sub(r"(service SecondService.*?\}).*", r"\1", text, flags=re.S)
    return parser.parse_fp(io.StringIO(text), name)


with open(IDL) as f:
    types = parse(f.read(), "thrifttest_thrift")
nothing = parse("service ThriftTest { void testNothing() }", "nothing_thrift")


class Client(thrift.TClient):
    """Its methods have names, as the checks want them."""

    def __getattr__(self, name):
        method = super().__getattr__(name)
        method.__name__ = name
        return method


def socket_of(kind, where):
    if kind == "tls":
        return transports.TSSLSocket("localhost", int(where), cafile=CA)
    if kind == "unix":
        return transports.TSocket(unix_socket=where)
    if kind == "abstract":
        return transports.TSocket(unix_socket="\0" + where)
    return transports.TSocket("127.0.0.1", int(where))


def http_of(kind, where):
    import ssl
    http = importlib.import_module(NAME + ".http")

    if kind == "tls":
        return http.THttpClient(
            "https://localhost:%s/" % where,
            ssl_context_factory=lambda: ssl.create_default_context(cafile=CA))
    return http.THttpClient("http://127.0.0.1:%s/" % where)


def transport_of(word, kind, where):
    if word == "http":
        return http_of(kind, where)
    sock = socket_of(kind, where)
    if word == "framed":
        return transports.TFramedTransport(sock)
    return transports.TBufferedTransport(sock)


def json_of(transport):
    class JSONProtocol(protocols.TApacheJSONProtocol):
        """Forgets a reply once it is read, which the library's does not."""

        def read_message_end(self):
            self._req = None

    return JSONProtocol(transport)


def protocol_of(word, transport_word, transport):
    if word == "json":
        return json_of(transport)
    if word == "compact":
        return protocols.TCompactProtocol(transport)
    if transport_word == "http":
        # The one in C only knows transports in C.
        return binary.TBinaryProtocol(transport)
    return protocols.TBinaryProtocol(transport)


def run(word, transport_word, kind, where):
    transport = transport_of(transport_word, kind, where)
    inner = word.replace("multi-", "")
    protocol = protocol_of(inner, transport_word, transport)
    outer = protocol
    second = None
    if word != inner:
        outer = protocols.TMultiplexedProtocol(protocol, "ThriftTest")
        second = Client(types.SecondService, protocols.TMultiplexedProtocol(
            protocol, "SecondService"))
    transport.open()
    checks.every(
        Client(types.ThriftTest, outer), second,
        checks.Library(
            types, thrift.TApplicationException,
            thrift.TApplicationException.UNKNOWN_METHOD,
            has_special_doubles=inner != "json",
            # Its JSON cannot write a map's key that is an enum.
            has_enum_keys=inner != "json",
            # And it reads byte by byte, in quadratic time.
            big=2048 if inner == "json" else 131072,
            few=transport_word == "http",
            call_unknown=Client(nothing.ThriftTest, outer).testNothing))
    transport.close()


checks.serve(run)
