"""Both applications with a handler that meets others: for tests of gevent."""

import atexit
import ctypes
import gc
import logging
import os
import socket
import subprocess
import sys
import threading
import weakref

import gevent
from gevent import monkey
from gevent.event import Event
from ping_apache import PingService, ttypes
from thriftpy2.thrift import TProcessor

import app_apache
import app_thriftpy2
from handler import Handler

_log = logging.getLogger("app")
_sleep_all = monkey.get_original("time", "sleep")
_thread = monkey.get_original("_thread", "get_ident")
_main = _thread()


class _Meeting:
    def __init__(self):
        self.here = 0
        self.all = Event()


class Waiting(Handler):
    """tell("VERB ARGUMENTS") does what the method of that name says."""

    meetings = {}
    alive = weakref.WeakSet()

    def __init__(self, types, errors):
        super().__init__(types, errors)
        self.alive.add(self)

    def tell(self, what):
        verb, *words = what.split()
        method = getattr(self, "tell_" + verb, None)
        return str(method(*words)) if method else super().tell(what)

    def tell_meet(self, name, number):
        """Waits until so many are in a meeting of that name."""
        meeting = self.meetings.setdefault(name, _Meeting())
        meeting.here += 1
        if meeting.here == int(number):
            meeting.all.set()
        meeting.all.wait()
        return meeting.here

    def tell_here(self, name):
        """How many have come to it so far."""
        meeting = self.meetings.get(name)
        return meeting.here if meeting else 0

    def tell_say(self, name, number, words):
        """Logs its words before the meeting and after it."""
        _log.warning("%s before", words)
        self.tell_meet(name, number)
        _log.warning("%s after", words)

    def tell_await(self, name, path):
        """Comes to a meeting, and is there until there is a file."""
        self.meetings.setdefault(name, _Meeting()).here += 1
        while not os.path.exists(path):
            gevent.sleep(0.01)
        return "there"

    def tell_block(self, path):
        """Lets nobody run until there is a file of that name."""
        while not os.path.exists(path):
            _sleep_all(0.01)

    def tell_hold(self, delay_ms):
        """Keeps the interpreter's lock for that long."""
        ctypes.PyDLL(None).usleep(int(delay_ms) * 1000)

    def tell_stay(self):
        """Never ends by itself."""
        try:
            gevent.sleep(3600)
        except gevent.GreenletExit:
            _log.warning("told to go")
            raise

    def tell_alive(self):
        """How many handlers there are, but for those that only cycles hold."""
        gc.collect()
        return len(self.alive)

    def tell_patched(self):
        return monkey.is_module_patched("socket")

    def tell_run(self, *command):
        """What a program prints; its end is told by a signal."""
        return subprocess.check_output(command, text=True).strip()

    def tell_fork(self, status):
        """A copy comes back with that status; how it has ended."""
        pid = os.fork()
        if pid == 0:
            gevent.sleep(0)
            sys.exit(int(status))
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    def tell_resolve(self, name):
        """Asks on a thread of gevent's own."""
        return socket.gethostbyname(name)

    def tell_background(self):
        """A greenlet of the application's own that wants the process to end."""
        gevent.spawn(sys.exit, 3)


@atexit.register
def bye():
    _log.warning("bye, %s, %s", _thread() == _main,
                 threading.current_thread() is threading.main_thread())


def _apache():
    return PingService.Processor(Waiting(ttypes, app_apache._ERRORS))


def _thriftpy2():
    types = app_thriftpy2.ping_thrift
    return TProcessor(types.PingService,
                      Waiting(types, app_thriftpy2._ERRORS))


apache = _apache()
thriftpy2 = _thriftpy2()


# Made as slowly as one that asks a database who its client is.
def apache_factory():
    gevent.sleep(0.01)
    return _apache()


def thriftpy2_factory():
    gevent.sleep(0.01)
    return _thriftpy2()
