"""The handler behind the applications of t/python, whatever the library."""

import gc
import logging
import os
import sys
import threading
import time
import tracemalloc

# What a reference that is never given back would not make a new one of.
_LASTING = [None, True, False, "", b"", (), Ellipsis, NotImplemented, int, str,
            dict, list] + list(range(-5, 257))


def _memory():
    """Blocks, objects, references to what lasts, and bytes if traced."""
    gc.collect()
    return " ".join(map(str, (
        sys.getallocatedblocks(), len(gc.get_objects()),
        sum(map(sys.getrefcount, _LASTING)),
        tracemalloc.get_traced_memory()[0])))


def errors_of(transport, protocol, application):
    """What fail() raises, by its argument, of a library's three classes."""
    return {
        "value": ValueError,
        "transport": lambda why: transport(type=transport.END_OF_FILE,
                                           message=why),
        "protocol": lambda why: protocol(message=why),
        "application": lambda why: application(application.BAD_SEQUENCE_ID,
                                               why),
    }


class Handler:
    """`types` is the module of the structs, `errors` the library's errors."""

    def __init__(self, types, errors):
        self.types = types
        self.errors = errors
        self.notes = []

    def ping(self):
        if os.environ.get("about_to_shutdown") == "1":
            raise self.types.Leaving(message="about to shut down")
        return "pong"

    def echo(self, text):
        return text

    def mirror(self, node, deep):
        if deep:
            node.children = [self.mirror(child, True)
                             for child in reversed(node.children or [])]
        return node

    def add(self, a, b):
        return a + b

    def even(self, number):
        if number % 2:
            raise self.types.Odd(number=number, why="it is odd")

    def nap(self, delay_ms):
        time.sleep(delay_ms / 1000)
        return threading.get_ident() & 0x7fffffffffffffff

    def fail(self, how):
        if how == "none":
            return 12
        if how == "exit":
            sys.exit(3)
        raise self.errors[how]("failed by request")

    def tell(self, what):
        if what == "pid":
            return str(os.getpid())
        if what == "argv":
            return " ".join(sys.argv)
        if what == "cwd":
            return os.getcwd()
        if what.startswith("env "):
            return os.environ.get(what[4:], "")
        if what == "memory":
            return _memory()
        if what == "trace":
            return str(tracemalloc.start())
        if what == "notes":
            return " ".join(self.notes)
        logging.getLogger("app").warning("told of %s", what)
        return what

    def note(self, text):
        self.notes.append(text)
