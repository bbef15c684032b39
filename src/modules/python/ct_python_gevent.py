"""What runs on the thread of gevent's hub: calls, each in a greenlet.

ct_python_hub.c starts the thread and wakes it when something has come,
ct_python_task.c has the functions of `native`.

Whatever may switch to another greenlet is called from here and never from C.
A greenlet's stack is moved while others run, and the frames of C code that was
compiled with a sanitizer cannot be: it keeps notes of where they are.

Greenlets are bare ones and not gevent's Greenlet, which costs several times a
short call: nobody asks for their value, and an exception ends in _run.
"""

import contextvars
import os
import sys

import gevent
import gevent.event
import gevent.hub
import greenlet

import _cthrift_runtime as runtime

# What greenlets, and threads, get to end in once they have been told to; it
# leaves something of a second to `atexit` (END_MS in ct_python_hub.c).
_GREENLETS_END_S = 0.4
_THREADS_END_S = 0.2
_LOOK_S = 0.005

# What is told of a thread: its innermost frames.
_FRAMES = 16

# The call that a greenlet serves; each has a context of its own.
current = contextvars.ContextVar("_cthrift.call", default=None)


def answer(native, task, function, make, message):
    """Serves one call; `make` makes the function where it is not known."""
    current.set(task)
    try:
        if function is None:
            function = native.keep(task, make())
        reply = function(message)
    except BaseException as error:    # GreenletExit and Timeout among them
        if _forked:
            raise
        native.fail(task, runtime.told_of(error))
    else:
        if not _forked:
            native.answer(task, reply)


# In a copy of the worker, made by os.fork(): the greenlet that has made it.
_forked = []


def _copy_begins(watcher):
    """What comes in the pipe is the worker's."""
    watcher.stop()
    _forked[:] = [gevent.getcurrent()]


def _tell(error):
    """What nobody has caught.  SystemExit too: a server does not end so."""
    runtime.logging.getLogger("gevent").error(
        "raised in a greenlet: %s", runtime.told_of(error))


def _run(living, function, *args):
    """An errand.  In a copy the others of the worker end unheard."""
    failed = None
    try:
        function(*args)
    except BaseException as error:
        failed = error
        if not _forked and not isinstance(error, greenlet.GreenletExit):
            _tell(error)
    finally:
        living.pop(gevent.getcurrent())
    if _forked and _forked[0] is gevent.getcurrent():
        runtime.copy_ends(failed)


def let_go(held):
    """Ends what only `held` holds, in a greenlet: destructors may wait."""


def _errands_begin(native, living, leave):
    errands = native.take()
    if errands is None:
        leave.set()
        return
    hub = gevent.get_hub()
    for errand in errands:
        begun = greenlet.greenlet(_run, hub)
        begun.gr_context = contextvars.copy_context()
        living[begun] = errand[0]
        begun.switch(living, *errand)


def _wait_for(leave):
    """SystemExit of any greenlet is raised here; a server does not end so."""
    while True:
        try:
            leave.wait()
            return
        except gevent.hub.LoopExit:    # nobody could wake it any more
            raise
        except BaseException as error:
            _tell(error)


def run(native, fd):
    """The hub's life, in the first greenlet of its thread."""
    living = {}
    leave = gevent.event.Event()
    watcher = gevent.get_hub().loop.io(fd, 1)
    watcher.start(_errands_begin, native, living, leave)
    os.register_at_fork(after_in_child=lambda: _copy_begins(watcher))
    native.serving()
    _wait_for(leave)
    watcher.stop()
    for begun, function in list(living.items()):
        if function is answer:
            gevent.kill(begun)
    with gevent.Timeout(_GREENLETS_END_S, False):
        while living:
            gevent.sleep(_LOOK_S)


def end():
    """Behind all else: threads of gevent's own, which look up names."""
    with gevent.Timeout(_THREADS_END_S, False):
        gevent.get_hub().threadpool.kill()


def place_of(thread):
    """Where a thread is, innermost first, and what it serves, if anything."""
    frame = sys._current_frames().get(thread)
    places = []
    while frame is not None and frame.f_code is not answer.__code__:
        code = frame.f_code
        if len(places) < _FRAMES and not code.co_filename.startswith("<"):
            places.append("in %s (%s:%d)" % (code.co_name, code.co_filename,
                                             frame.f_lineno))
        frame = frame.f_back
    task = None if frame is None else frame.f_locals["task"]
    return ", ".join(places), task
