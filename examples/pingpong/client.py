#!/usr/bin/env python3
"""Calls PingService with Apache Thrift's Python library, every way it can.

    client.py PORT [framed|unframed] [strict|nonstrict]

Without the last two words it tries all four combinations.  Needs Debian's
python3-thrift and thrift-compiler; the generated code goes to a temporary
directory.
"""

import os
import subprocess
import sys
import tempfile

from thrift.protocol import TBinaryProtocol
from thrift.transport import TSocket, TTransport

HERE = os.path.dirname(os.path.abspath(__file__))


def generate(directory):
    """Apache's own compiler reads the same IDL file as ours."""
    subprocess.run(
        ["thrift", "-nowarn", "--gen", "py", "-out", directory,
         os.path.join(HERE, "pingpong.thrift")],
        check=True)
    sys.path.insert(0, directory)


def call(port, framing, strictness):
    """One connection, one ping, one echo."""
    from pingpong import PingService

    sock = TSocket.TSocket("127.0.0.1", port)
    sock.setTimeout(5000)
    if framing == "framed":
        transport = TTransport.TFramedTransport(sock)
    else:
        transport = TTransport.TBufferedTransport(sock)
    strict = strictness == "strict"
    protocol = TBinaryProtocol.TBinaryProtocol(
        transport, strictRead=False, strictWrite=strict)
    client = PingService.Client(protocol)
    transport.open()
    pong = client.ping()
    text = "\u00e5\u00e4\u00f6 " * 100
    same = client.echo(text) == text
    transport.close()
    print(f"{framing} {strictness}: ping -> {pong}, echo -> "
          f"{'the same' if same else 'something else'}")
    return pong == "pong" and same


def main():
    port = int(sys.argv[1])
    framings = sys.argv[2:3] or ["framed", "unframed"]
    kinds = sys.argv[3:4] or ["strict", "nonstrict"]
    with tempfile.TemporaryDirectory() as directory:
        generate(directory)
        results = [call(port, f, k) for f in framings for k in kinds]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
