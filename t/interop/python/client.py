# client.py GENERATED [accelerated] -- ThriftTest through Apache's library for
# Python, Debian's or PyPI's.  t/lib/CThrift/Interop.pm tells of the lines.

import os
import ssl
import sys
import uuid

sys.path.insert(0, sys.argv[1])

from thrift.Thrift import TApplicationException, TMessageType, TType
from thrift.protocol import TBinaryProtocol, TCompactProtocol
from thrift.protocol import THeaderProtocol, TJSONProtocol
from thrift.protocol.TMultiplexedProtocol import TMultiplexedProtocol
from thrift.transport import THeaderTransport, THttpClient, TSocket
from thrift.transport import TSSLSocket, TTransport, TZlibTransport

from ThriftTest import SecondService, ThriftTest, ttypes

import checks

ACCELERATED = sys.argv[2:] == ["accelerated"]
CA = os.environ["INTEROP_CA"]


def socket_of(kind, where):
    if kind == "tls":
        return TSSLSocket.TSSLSocket("localhost", int(where), ca_certs=CA)
    if kind == "unix":
        return TSocket.TSocket(unix_socket=where)
    if kind == "abstract":
        return TSocket.TSocket(unix_socket="\0" + where)
    return TSocket.TSocket("127.0.0.1", int(where))


class WholeReads(TZlibTransport.TZlibTransport):
    """One read gives all that it is asked for, as the library's JSON thinks
    of every transport."""

    def read(self, size):
        data = super().read(size)
        while not ACCELERATED and 0 < len(data) < size:
            data += super().read(size - len(data))
        return data


def transport_of(word, kind, where):
    if word == "http":
        if kind == "tls":
            return THttpClient.THttpClient(
                "https://localhost:%s/" % where,
                ssl_context=ssl.create_default_context(cafile=CA))
        return THttpClient.THttpClient("http://127.0.0.1:%s/" % where)
    sock = socket_of(kind, where)
    if word == "framed":
        return TTransport.TFramedTransport(sock)
    layer = TTransport.TBufferedTransport(sock)
    if word == "zlib":
        return WholeReads(layer, 9)
    return layer


def header_of(word, transport):
    ids = THeaderTransport.THeaderSubprotocolID
    protocol = THeaderProtocol.THeaderProtocol(
        transport, [THeaderTransport.THeaderClientType.HEADERS],
        ids.COMPACT if word == "header-compact" else ids.BINARY)
    if word == "header-zlib":
        protocol.add_transform(THeaderTransport.THeaderTransformID.ZLIB)
    return protocol


def protocol_of(word, transport):
    if word.startswith("header"):
        return header_of(word, transport)
    if word == "json":
        return TJSONProtocol.TJSONProtocol(transport)
    if word == "compact":
        if ACCELERATED:
            return TCompactProtocol.TCompactProtocolAccelerated(
                transport, fallback=False)
        return TCompactProtocol.TCompactProtocol(transport)
    if ACCELERATED:
        return TBinaryProtocol.TBinaryProtocolAccelerated(
            transport, fallback=False)
    return TBinaryProtocol.TBinaryProtocol(
        transport, strictWrite=word != "lax")


def read_reply(protocol, seqid, ttype, read):
    """The success of a reply, or the TApplicationException."""
    _, kind, back = protocol.readMessageBegin()
    checks.same("seqid", back, seqid)
    if kind == TMessageType.EXCEPTION:
        e = TApplicationException()
        e.read(protocol)
        protocol.readMessageEnd()
        raise e
    value = None
    protocol.readStructBegin()
    while True:
        _, field, number = protocol.readFieldBegin()
        if field == TType.STOP:
            break
        if (field, number) != (ttype, 0):
            raise checks.Failure("field %d of type %d" % (number, field))
        value = read()
        protocol.readFieldEnd()
    protocol.readStructEnd()
    protocol.readMessageEnd()
    return value


def call(protocol, name, ttype=None, write=None, read=None, seqid=-77):
    """A call that no generated code knows of."""
    protocol.writeMessageBegin(name, TMessageType.CALL, seqid)
    protocol.writeStructBegin("args")
    if write:
        protocol.writeFieldBegin("thing", ttype, 1)
        write()
        protocol.writeFieldEnd()
    protocol.writeFieldStop()
    protocol.writeStructEnd()
    protocol.writeMessageEnd()
    protocol.trans.flush()
    return read_reply(protocol, seqid, ttype, read)


def check_uuid(protocol):
    """By hand: the compiler that made the stubs is older than uuid."""
    for value in (uuid.UUID(int=0), uuid.UUID(int=2 ** 128 - 1),
                  uuid.UUID("00112233-4455-6677-8899-aabbccddeeff")):
        answer = call(protocol, "testUuid", TType.UUID,
                      lambda: protocol.writeUuid(value), protocol.readUuid)
        checks.same("testUuid", answer, value)


def run(word, transport_word, kind, where):
    transport = transport_of(transport_word, kind, where)
    inner = word.replace("multi-", "")
    protocol = protocol_of(inner, transport)
    outer = protocol
    second = None
    if word != inner:
        outer = TMultiplexedProtocol(protocol, "ThriftTest")
        second = SecondService.Client(
            TMultiplexedProtocol(protocol, "SecondService"))
    small = ACCELERATED and transport_word == "zlib"
    has_uuid = hasattr(TType, "UUID") and hasattr(protocol, "writeUuid")
    lib = checks.Library(
        ttypes, TApplicationException, TApplicationException.UNKNOWN_METHOD,
        # It writes them as bare words, which are no JSON.
        has_special_doubles=inner != "json",
        call_unknown=lambda: call(outer, "testNothing"),
        uuid=(lambda: check_uuid(outer)) if has_uuid else None,
        # It reads JSON character by character; and in C it drops what it has
        # inflated beyond 4 KiB.
        big=2048 if small else 8192 if inner == "json" else 131072,
        many=200 if small else 500,
        few=transport_word == "http")
    transport.open()
    checks.every(ThriftTest.Client(outer), second, lib)
    transport.close()


checks.serve(run)
