# app.py -- bench.thrift by thriftpy2, for gunicorn_thrift.

import thriftpy2
from thriftpy2.thrift import TProcessor

bench_thrift = thriftpy2.load("bench.thrift", module_name="bench_thrift")


class Handler:
    def ping(self):
        return "pong"

    def echo(self, s):
        return s

    def swap(self, r):
        return r


app = TProcessor(bench_thrift.PingService, Handler())
