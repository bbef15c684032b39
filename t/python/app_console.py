"""An application that does what a test tells it, in Python."""

import os

import thriftpy2
from thriftpy2.thrift import TProcessor

console_thrift = thriftpy2.load(
    os.path.join(os.path.dirname(os.path.abspath(__file__)),
                 "console.thrift"), module_name="console_thrift")

# What one call leaves for another one.
kept = {}


class Handler:
    def ping(self):
        return "pong"

    def run(self, code):
        return str(self.number(code))

    def number(self, code):
        scope = {"types": console_thrift, "kept": kept, "told": None}
        exec(code, scope)
        return scope["told"]

    texts = row = toil = number


app = TProcessor(console_thrift.Console, Handler())
