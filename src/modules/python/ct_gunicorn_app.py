"""Which services an application has, asked in a child as the server does."""

import grp
import json
import os
import pwd
import subprocess
import sys

import ct_gunicorn_conf
import ct_gunicorn_sockets as sockets
from ct_gunicorn_sources import Refused

# What the master of gunicorn ends with, when a worker has no application, and
# when it does not come as far.
_NO_APPLICATION = 4
_NO_WORKER = 3

# The child is a fresh interpreter, as a worker's is, and runs what the server
# does under a name that is left out of a traceback, but without the server's
# own functions: nobody serves here.  What is printed by the import goes to
# standard error, and the answer into a pipe.
_CHILD = """
import json, os, sys, types
asked = json.loads(sys.argv[1])
sys.argv = ["cthrift"]

class Nobody(types.ModuleType):
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *words, **more: None

sys.modules["_cthrift"] = Nobody("_cthrift")
runtime = types.ModuleType("_cthrift_runtime")
with open(asked["runtime"]) as file:
    exec(compile(file.read(), "<cthrift>", "exec"), runtime.__dict__)
runtime._has_gevent = asked["gevent"]
try:
    runtime.prepare(asked["paths"], asked["directory"])
    app = runtime.load(asked["app"])
    processor = runtime.processor_of(app, asked["app"], asked["as_factory"])
    told = runtime.describe(processor)
    answer = {"services": [service["name"] for service in told["services"]]}
except BaseException as error:
    answer = {"error": runtime.told_of(error),
              "found": not isinstance(error, runtime.AppError)}
os.write(asked["answer"], json.dumps(answer).encode())
os._exit(0)
"""

# A service manager speaks to the server alone.
_NOT_PASSED = ("NOTIFY_SOCKET", "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES")


def _environment(values):
    told = {name: value for name, value in os.environ.items()
            if name not in _NOT_PASSED}
    for item in values["raw_env"] or []:
        name, _, value = item.partition("=")
        told[name] = value
    return told


def _become_worker(values):
    """What is done in the child before it is Python: None if nothing."""
    user = sockets.account(values, "user")
    group = sockets.account(values, "group")
    if os.geteuid() != 0 or (user is None and group is None):
        return None
    entry = pwd.getpwnam(user) if user else pwd.getpwuid(0)
    number = grp.getgrnam(group).gr_gid if group else entry.pw_gid

    def become():
        os.initgroups(entry.pw_name, number)
        os.setgid(number)
        os.setuid(entry.pw_uid)

    return become


def _ask(values, runtime, has_gevent):
    """The child's answer, or None, and its status."""
    reader, writer = os.pipe()
    asked = {
        "answer": writer,
        "app": values.app,
        "as_factory": bool(values["thrift_processor_as_factory"]),
        "directory": os.getcwd(),
        "gevent": has_gevent,
        "paths": ct_gunicorn_conf.python_paths(values),
        "runtime": runtime,
    }
    child = subprocess.Popen(
        [sys.executable, "-c", _CHILD, json.dumps(asked)], stdout=2,
        stdin=subprocess.DEVNULL, env=_environment(values),
        pass_fds=[writer], preexec_fn=_become_worker(values))
    os.close(writer)
    with os.fdopen(reader) as answer:
        line = answer.read()
    status = child.wait()
    return (json.loads(line) if line else None), status


def services(values, runtime, has_gevent):
    """Their names, sorted."""
    answer, status = _ask(values, runtime, has_gevent)
    if answer is None:
        raise Refused("importing '%s' ended the process, status %d"
                      % (values.app, status), _NO_WORKER)
    if "error" in answer:
        raise Refused("cannot import '%s': %s" % (values.app,
                                                  answer["error"]),
                      _NO_WORKER if answer["found"] else _NO_APPLICATION)
    return sorted(answer["services"])
