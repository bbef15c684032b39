"""The application by thriftpy, which thriftpy2 has grown from."""

import os

import thriftpy
from thriftpy.protocol.exc import TProtocolException
from thriftpy.thrift import TApplicationException, TProcessor
from thriftpy.transport import TTransportException

from handler import Handler, errors_of

_HERE = os.path.dirname(os.path.abspath(__file__))

ping_thrift = thriftpy.load(os.path.join(_HERE, "ping.thrift"),
                            module_name="ping_thrift")
_ERRORS = errors_of(TTransportException, TProtocolException,
                    TApplicationException)

app = TProcessor(ping_thrift.PingService, Handler(ping_thrift, _ERRORS))
