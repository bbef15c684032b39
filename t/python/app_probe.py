"""t/modules/probe in Python, as far as clients of other tests ask for it."""

import io
import os
import time

import thriftpy2
from thriftpy2.thrift import TProcessor

_HERE = os.path.dirname(os.path.abspath(__file__))

# thriftpy2's parser takes `next` for a word of the language.
with open(os.path.join(_HERE, "..", "modules", "probe", "probe.thrift")) as idl:
    probe_thrift = thriftpy2.load_fp(
        io.StringIO(idl.read().replace("Tree next", "Tree next_")),
        module_name="probe_thrift")


class Handler:
    def __init__(self):
        self.count = 0

    def who(self):
        return "python"

    def echo(self, s):
        return s

    def later(self, s, delay_ms):
        time.sleep(delay_ms / 1000)
        return s

    def tree(self, t):
        return t

    def add(self, a, b):
        # What a client leaves out is None here.
        return (a or 0) + (b or 0)

    def texts(self, lines):
        return lines

    def nothing(self):
        pass

    def refuse(self, why):
        raise probe_thrift.Refusal(why=why, code=7)

    def fail(self, why):
        raise RuntimeError(why)

    def note(self, s):
        self.count += 1

    def notes(self):
        return self.count


app = TProcessor(probe_thrift.Probe, Handler())
