"""Every method of t/idl/torture.thrift with random values, through Apache's
Python library: torture.py GENERATED PORT FRAMED ROUNDS PROTOCOL.

The values are made from what Apache's compiler says of each type
(thrift_spec), so nothing here knows the IDL.  What is sent must come back.
"""

import random
import struct
import sys

sys.path.insert(0, sys.argv[1])

from thrift.protocol import TBinaryProtocol  # noqa: E402
from thrift.protocol import TCompactProtocol, TJSONProtocol  # noqa: E402
from thrift.Thrift import TApplicationException, TType  # noqa: E402
from thrift.transport import TSocket, TTransport  # noqa: E402
from torture import Torture, ttypes  # noqa: E402
from torture_shared.ttypes import Lost  # noqa: E402

rng = random.Random(20240229)
PROTOCOLS = {"binary": TBinaryProtocol.TBinaryProtocol,
             "compact": TCompactProtocol.TCompactProtocol,
             "json": TJSONProtocol.TJSONProtocol}
BITS = {TType.BYTE: 8, TType.I16: 16, TType.I32: 32, TType.I64: 64}


def integer(bits):
    """Small ones, the ends, and all between."""
    top = (1 << (bits - 1)) - 1
    return rng.choice([0, 1, -1, top, -top - 1, rng.randint(-top - 1, top)])


def double():
    bits = rng.getrandbits(64)
    value = struct.unpack("<d", struct.pack("<Q", bits))[0]
    if value != value:
        return 0.1
    # The library's JSON writes an infinity without its quotes.
    infinite = 1e308 if sys.argv[5] == "json" else float("inf")
    return rng.choice([0.0, -0.0, 1.5, infinite, value])


def text():
    n = rng.choice([0, 1, 5, 40, 300])
    letters = "a\u00e5\u4e16\U0001f600\n\"\\"
    return "".join(rng.choice(letters) for _ in range(n))


def union(cls, depth):
    spec = rng.choice([f for f in cls.thrift_spec if f])
    value = cls()
    setattr(value, spec[2], make(spec[1], spec[3], depth + 1))
    return value


def record(cls, depth):
    """A struct with every field set but some of those that may be missing."""
    if cls is ttypes.Choice:
        return union(cls, depth)
    value = cls()
    for spec in filter(None, cls.thrift_spec):
        if spec[1] == TType.STRUCT and (depth > 4 or rng.random() < 0.2):
            if cls is not ttypes.Musts:
                continue
        if cls is ttypes.Maybes and rng.random() < 0.5:
            continue
        if cls is ttypes.Defaults and rng.random() < 0.5:
            continue
        setattr(value, spec[2], make(spec[1], spec[3], depth + 1))
    return value


def make(ttype, args, depth=0):
    n = 0 if depth > 6 else rng.choice([0, 1, 2, 3])
    if ttype == TType.BOOL:
        return rng.random() < 0.5
    if ttype in BITS:
        return integer(BITS[ttype])
    if ttype == TType.DOUBLE:
        return double()
    if ttype == TType.STRING:
        if args == "BINARY":
            return rng.getrandbits(8 * 9).to_bytes(9, "big")
        return text()
    if ttype == TType.STRUCT:
        return record(args[0], depth)
    if ttype == TType.LIST:
        return [make(args[0], args[1], depth + 1) for _ in range(n)]
    if ttype == TType.SET:
        return {make(args[0], args[1], depth + 1) for _ in range(n)}
    return {make(args[0], args[1], depth + 1):
            make(args[2], args[3], depth + 1) for _ in range(n)}


def round_trip(client, name):
    """What the server gives back of a random argument is that argument."""
    spec = getattr(Torture, name + "_args").thrift_spec[1]
    value = make(spec[1], spec[3])
    if name == "echo" and value.musts and value.musts.id == 13:
        return
    back = getattr(client, name)(value)
    assert back == value, f"{name}: sent {value!r}, got {back!r}"


def exceptions(client):
    for code, kind in ((1, ttypes.Oops), (2, Lost)):
        try:
            client.fail(code)
            raise AssertionError("fail did not")
        except kind as caught:
            assert isinstance(caught, kind)
    assert client.fail(3) == 3
    client.check(0)
    try:
        client.check(5)
        raise AssertionError("check did not")
    except ttypes.Oops as caught:
        assert (caught.code, caught.trace) == (5, ["here", "there"])
    try:
        client.echo_choice(ttypes.Choice())
        raise AssertionError("an empty union came back")
    except TApplicationException as caught:
        assert caught.type == TApplicationException.INTERNAL_ERROR


def main():
    sock = TSocket.TSocket("127.0.0.1", int(sys.argv[2]))
    sock.setTimeout(10000)
    if sys.argv[3] == "1":
        transport = TTransport.TFramedTransport(sock)
    else:
        transport = TTransport.TBufferedTransport(sock)
    client = Torture.Client(PROTOCOLS[sys.argv[5]](transport))
    transport.open()
    names = sorted(n for n in dir(Torture.Iface) if n.startswith("echo"))
    for _ in range(int(sys.argv[4])):
        for name in names:
            round_trip(client, name)
    assert client.whoami() == "torture"
    assert client.echo_defaults(ttypes.Defaults()) == ttypes.Defaults()
    assert client.join("a", 2, True, 0.5, 5) == "a 2 1 0.5 5"
    client.nothing()
    client.forget("x")
    exceptions(client)
    transport.close()
    print(f"{len(names)} methods")


main()
