"""The application by thriftpy2."""

import os

import thriftpy2
from thriftpy2.protocol.exc import TProtocolException
from thriftpy2.thrift import (TApplicationException, TMultiplexedProcessor,
                              TProcessor)
from thriftpy2.transport import TTransportException

from handler import Handler, errors_of

_HERE = os.path.dirname(os.path.abspath(__file__))

ping_thrift = thriftpy2.load(os.path.join(_HERE, "ping.thrift"),
                             module_name="ping_thrift")
_ERRORS = errors_of(TTransportException, TProtocolException,
                    TApplicationException)

app = TProcessor(ping_thrift.PingService, Handler(ping_thrift, _ERRORS))

multiplexed = TMultiplexedProcessor()
multiplexed.register_processor("First", app)
multiplexed.register_processor(
    "Second", TProcessor(ping_thrift.PingService,
                         Handler(ping_thrift, _ERRORS)))


class _Factory:
    """A processor of its own for each connection."""

    def get_processor(self):
        return TProcessor(ping_thrift.PingService,
                          Handler(ping_thrift, _ERRORS))


factory = _Factory()
