"""PingService through thriftpy: ping_thriftpy.py IDL PORT FRAMED."""

import os
import sys
import tempfile

import thriftpy
from thriftpy.protocol import TBinaryProtocolFactory
from thriftpy.rpc import client_context
from thriftpy.transport import TBufferedTransportFactory
from thriftpy.transport import TFramedTransportFactory

# thriftpy wants a module's name that ends in _thrift.
idl = thriftpy.load(sys.argv[1], module_name="pingpong_thrift")
framed = sys.argv[3] == "1"
factory = TFramedTransportFactory() if framed else TBufferedTransportFactory()
with client_context(idl.PingService, "127.0.0.1", int(sys.argv[2]),
                    proto_factory=TBinaryProtocolFactory(),
                    trans_factory=factory) as client:
    text = "\u00e5\u00e4\u00f6" * 50
    for _ in range(100):
        assert client.ping() == "pong"
        assert client.echo(text) == text
print("pong")
