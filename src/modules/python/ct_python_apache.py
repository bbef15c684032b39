"""What only code of Apache's compiler needs to be served.

It catches what a handler raises, tells the module logging where it was, and
answers that there was an internal error.  The server would have a line of the
log from there, and then another one, of its own, that knows of no place.  So
the generated code is given another `logging`: it keeps what was caught beside
the protocol that the answer is written into, and the call fails by it, as with
any other library.  Handlers of logging that the application has set up get
what they would get anywhere.
"""

import logging
import sys

import _cthrift_runtime as runtime

# The library is imported where an application of it is served, and not before.


class _Logging:
    """What generated code has for the module logging."""

    def __getattr__(self, name):
        return getattr(logging, name)

    @staticmethod
    def exception(message, *args, **more):
        from thrift.Thrift import TApplicationException

        error = sys.exc_info()[1]
        writer = sys._getframe(1).f_locals.get("oprot")
        # Others may serve by the same code: a server of the application's own,
        # or a handler that calls another.  A refusal is an answer, no failure.
        is_ours = hasattr(writer, "cthrift_caught") and not isinstance(
            error, TApplicationException)
        if is_ours:
            writer.cthrift_caught = error
            runtime.told_elsewhere.add(id(error))
        try:
            logging.exception(message, *args, stacklevel=2, **more)
        finally:
            if is_ours:
                runtime.told_elsewhere.discard(id(error))


def hear_caught(processor):
    """In the code of its service, and of those that it extends."""
    for cls in type(processor).__mro__:
        module = sys.modules.get(cls.__module__)
        if hasattr(module, "Iface") and vars(module).get("logging") is logging:
            module.logging = _Logging()


def process_of(processor):
    """Its process(), which raises what was caught inside."""
    inner = processor.process

    def process(reader, writer):
        inner(reader, writer)
        if writer.cthrift_caught is not None:
            error, writer.cthrift_caught = writer.cthrift_caught, None
            try:
                raise error
            finally:
                del error    # among whose frames is this one

    return process


def memory():
    """Class of a buffer, how one is filled anew, class of a protocol."""
    from thrift.protocol.TBinaryProtocol import TBinaryProtocolAccelerated
    from thrift.transport.TTransport import TMemoryBuffer

    class Protocol(TBinaryProtocolAccelerated):
        cthrift_caught = None

    return TMemoryBuffer, TMemoryBuffer.__init__, Protocol
