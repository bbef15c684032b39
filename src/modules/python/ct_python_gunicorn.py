"""The part of module python that knows a gunicorn configuration file.

Its functions are called at their moments: in a worker (WORKER), or in the one
process that stands for gunicorn's master (SERVER), which hears from the real
one by a socket, an event a message.  What it holds beside them is the business
of directives, but for what the registration of services takes.

A hook that raises costs a line in the error log and nothing else.
"""

import inspect
import json
import os
import socket
import sys
import threading
import time
import types

import _cthrift
import _cthrift_runtime as runtime

# Each with the number of its arguments.
WORKER = {"post_fork": 2, "post_worker_init": 1, "worker_term": 1,
          "worker_int": 1, "worker_exit": 2, "on_connected": 2,
          "post_connect_closed": 1, "on_tdecode_exception": 1,
          "pre_request": 2, "post_request": 4}
SERVER = {"on_starting": 1, "on_reload": 1, "when_ready": 1, "pre_fork": 2,
          "child_exit": 2, "nworkers_changed": 3, "pre_exec": 1, "on_exit": 1}

# gunicorn takes these with fewer arguments, too.
_FEWEST = {"post_request": 2}

# Hooks that nobody calls here.
_NEVER = frozenset("""
    dirty_post_fork dirty_worker_exit dirty_worker_init on_dirty_starting
    ssl_context worker_abort""".split())

# What gunicorn would do with these names directives do here.
_SETTINGS = frozenset("""
    accesslog access_log_format asgi_disconnect_grace_period asgi_lifespan
    asgi_loop backlog bind ca_certs capture_output cert_reqs certfile chdir
    check_config ciphers config control_socket control_socket_disable
    control_socket_mode daemon default_proc_name dirty_apps
    dirty_graceful_timeout dirty_threads dirty_timeout
    dirty_workers
    disable_redirect_access_to_syslog do_handshake_on_connect dogstatsd_tags
    enable_backlog_metric enable_stdio_inheritance errorlog
    forwarded_allow_ips gevent_check_interval graceful_timeout group
    http_parser http_protocols initgroups keepalive keyfile
    limit_request_field_size limit_request_fields limit_request_line logconfig
    logconfig_dict logconfig_json logger_class loglevel max_requests
    max_requests_jitter paste pidfile preload_app
    print_config proc_name proxy_allow_ips proxy_protocol pythonpath raw_env
    raw_paste_global_conf reload reload_engine reload_extra_files reuse_port
    root_path secure_scheme_headers sendfile service_register_cls spew
    ssl_version statsd_host statsd_prefix suppress_ragged_eofs
    syslog syslog_addr syslog_facility syslog_prefix threads
    thrift_client_timeout thrift_processor_as_factory
    thrift_protocol_factory thrift_transport_factory timeout tmp_upload_dir
    umask user worker_class worker_connections worker_tmp_dir
    workers wsgi_app""".split())

_DEBUG, _INFO, _WARNING, _ERROR, _CRITICAL = 10, 20, 30, 40, 50


# ---- The file.


class Config:
    """What the file has set, as attributes."""

    def __init__(self, values):
        self.__dict__.update(values)


def execute(path):
    """The file's names, by executing it as gunicorn does."""
    module = types.ModuleType("__config__")
    if path:
        module.__file__ = path
        with open(path, "rb") as file:
            code = compile(file.read(), path, "exec")
        sys.modules["__config__"] = module
        exec(code, module.__dict__)
    return Config({name: value for name, value in vars(module).items()
                   if not name.startswith("__")})


def _check(name, hook, nargs):
    """A hook that cannot be called is told of before it would be."""
    if not callable(hook):
        raise runtime.AppError("hook '%s' is no function" % name)
    try:
        signature = inspect.signature(hook)
    except (TypeError, ValueError):
        return
    for n in range(nargs, _FEWEST.get(name, nargs) - 1, -1):
        try:
            signature.bind(*[None] * n)
            return
        except TypeError:
            pass
    raise runtime.AppError("hook '%s' is called with %d arguments, and does "
                           "not take them" % (name, nargs))


def describe(path, register, paths, directory, hooks_alone):
    """What a child tells of the file: json, whatever happens."""
    try:
        runtime.prepare(paths, directory)
        cfg = execute(path)
        hooks = {**WORKER, **SERVER}
        names = [name for name in hooks if vars(cfg).get(name) is not None]
        for name in names:
            _check(name, getattr(cfg, name), hooks[name])
        if register and not callable(runtime.load(register)):
            raise runtime.AppError("'%s' is no class" % register)
        told = {"worker": [name for name in names if name in WORKER],
                "server": [name for name in names if name in SERVER],
                "files": sorted(set(runtime.own_files())),
                "never": sorted(_NEVER.intersection(vars(cfg))),
                "settings": [] if hooks_alone else
                sorted(_SETTINGS.intersection(vars(cfg)))}
    except BaseException as error:
        told = {"error": runtime.told_of(error)}
    return json.dumps(told)


# ---- What hooks are given.


class Log:
    """gunicorn's logger, as far as hooks use it: lines of the error log."""

    def log(self, level, text, *args, **more):
        if args:
            text = text % (args[0] if len(args) == 1
                           and isinstance(args[0], dict) else args)
        error = more.get("exc_info") and sys.exc_info()[1]
        if error:
            text = "%s: %s" % (text, runtime.told_of(error))
        _cthrift.log(level, str(text))

    def debug(self, text, *args, **more):
        self.log(_DEBUG, text, *args, **more)

    def info(self, text, *args, **more):
        self.log(_INFO, text, *args, **more)

    def warning(self, text, *args, **more):
        self.log(_WARNING, text, *args, **more)

    warn = warning

    def error(self, text, *args, **more):
        self.log(_ERROR, text, *args, **more)

    def critical(self, text, *args, **more):
        self.log(_CRITICAL, text, *args, **more)

    def exception(self, text, *args, **more):
        self.log(_ERROR, text, *args, **{"exc_info": True, **more})


class Worker:
    """A worker: `id` is its place, from 0, which its successor takes over."""

    def __init__(self, server, number, pid):
        self.id = number
        self.age = number + 1
        self.pid = pid
        self.ppid = server.pid
        self.cfg = server.cfg
        self.log = server.log
        self.alive = True

    def __str__(self):
        return "<Worker %s>" % self.pid


class Server:
    """The server: `WORKERS` are its own by pid, where that is known."""

    def __init__(self, cfg, pid, num_workers):
        self.cfg = cfg
        self.log = Log()
        self.pid = pid
        self.num_workers = num_workers
        self.WORKERS = {}


class Request:
    """A call, as pre_request and post_request see it."""

    def __init__(self, service, method, peer):
        self.service = service
        self.method = method
        self.peer = peer

    def __str__(self):
        return "%s.%s" % (self.service, self.method)


class Response:
    """How it went: `error` is the exception that came out of it, or None."""

    def __init__(self, error):
        self.error = error


def _run(cfg, name, *args):
    """Calls a hook if there is one."""
    hook = vars(cfg).get(name)
    if hook is None:
        return
    try:
        hook(*args)
    except BaseException as error:
        _cthrift.log(_ERROR, "hook %s failed: %s"
                     % (name, runtime.told_of(error)))


# ---- In a worker.


def _address(peer):
    """As accept() gives it: a pair, or a text for a unix socket."""
    host, colon, port = peer.rpartition(":")
    if not colon or not port.isdigit():
        return peer[5:] if peer.startswith("unix:") else peer
    return host.strip("[]"), int(port)


def _method_of(message):
    """The name in the head of a message of the binary protocol."""
    end = 8 + int.from_bytes(message[4:8], "big")
    return message[8:end].decode("utf-8", "replace")


class WorkerHooks:
    """The hooks of one worker; the server calls these at their moments."""

    def __init__(self, path, number, num_workers):
        self.cfg = execute(path)
        self.server = Server(self.cfg, os.getppid(), num_workers)
        self.worker = Worker(self.server, number, os.getpid())
        runtime.around = self.around

    def post_fork(self):
        _run(self.cfg, "post_fork", self.server, self.worker)

    def post_worker_init(self):
        _run(self.cfg, "post_worker_init", self.worker)

    def worker_term(self):
        self.worker.alive = False
        _run(self.cfg, "worker_term", self.worker)

    def worker_int(self):
        self.worker.alive = False
        _run(self.cfg, "worker_int", self.worker)

    def worker_exit(self):
        _run(self.cfg, "worker_exit", self.server, self.worker)

    def on_connected(self, peer):
        _run(self.cfg, "on_connected", self.worker, _address(peer))

    def post_connect_closed(self):
        _run(self.cfg, "post_connect_closed", self.worker)

    def around(self, serve, library, service):
        """`serve`, with what the file wants done around calls."""
        names = vars(self.cfg)
        if names.get("on_tdecode_exception") and library != "thrift":
            serve = self._telling(serve, library)
        if names.get("pre_request") or names.get("post_request"):
            serve = self._announcing(serve, service)
        return serve

    def _telling(self, serve, library):
        wrong = getattr(sys.modules[library + ".thrift"], "TDecodeException",
                        None)
        if wrong is None:
            return serve

        def tell(message):
            try:
                return serve(message)
            except wrong as error:
                _run(self.cfg, "on_tdecode_exception", error)
                raise

        return tell

    def _announcing(self, serve, service):
        def announce(message):
            request = Request(service, _method_of(message), _cthrift.peer())
            error = None
            _run(self.cfg, "pre_request", self.worker, request)
            try:
                return serve(message)
            except BaseException as raised:
                error = raised
                raise
            finally:
                self._ended(request, Response(error))

        return announce

    def _ended(self, request, response):
        hook = vars(self.cfg).get("post_request")
        if hook is None:
            return
        args = [self.worker, request, {}, response]
        try:
            n = len(inspect.signature(hook).parameters)
        except (TypeError, ValueError):
            n = 4
        _run(self.cfg, "post_request", *args[:max(2, min(n, 4))])


# ---- Beside the master.

# Pauses between tries to register, in seconds.
_FIRST_PAUSE, _LONGEST_PAUSE = 1, 60

# How seldom it is asked whether the master is still there, in seconds.
_LOOK = 1


class Application:
    """What a registration's class is given as gunicorn_thrift's."""

    def __init__(self, cfg):
        self.cfg = cfg
        self.logger = Log()
        self.service_watcher = None


class Registrar:
    """Keeps a registry to what is wanted, however often it takes.

    Invariant: due is None while registered == wanted.
    """

    def __init__(self):
        self.target = None
        self.conf = None
        self.watcher = None
        self.wanted = []
        self.registered = []
        self.due = None
        self.pause = _FIRST_PAUSE

    def use(self, target, cfg):
        """The class that is to do it; a new one takes over what is there."""
        conf = getattr(cfg, "service_register_conf", None) or {}
        if (target, conf) == (self.target, self.conf):
            return
        self.leave()
        self.target, self.conf, self.cfg = target, conf, cfg
        self.watcher = None

    def want(self, ports):
        self.wanted = [{"port": {"main": port}, "meta": None, "state": "up"}
                       for port in ports] if self.target else []
        self.pause = _FIRST_PAUSE
        self.settle()

    def settle(self):
        """Tells the difference; if that cannot be done, later."""
        self.due = None
        try:
            self._tell()
            return
        except BaseException as error:
            _cthrift.log(_ERROR, "cannot register by '%s', once more in %d s: "
                         "%s" % (self.target, self.pause,
                                 runtime.told_of(error)))
        self.due = time.monotonic() + self.pause
        self.pause = min(2 * self.pause, _LONGEST_PAUSE)

    def _tell(self):
        if self.wanted and self.watcher is None:
            app = Application(self.cfg)
            self.watcher = runtime.load(self.target)(self.conf, app)
            app.service_watcher = self.watcher
        come = [item for item in self.wanted if item not in self.registered]
        gone = [item for item in self.registered if item not in self.wanted]
        if come:
            self.watcher.register_instances(come)
            self.registered = self.registered + come
            _cthrift.log(_INFO, "registered by '%s': port %s"
                         % (self.target, _ports(come)))
        if gone:
            self._deregister(gone)
            self.registered = [item for item in self.registered
                               if item not in gone]

    def _deregister(self, gone):
        for name in ("deregister_instances", "unregister_instances"):
            deregister = getattr(self.watcher, name, None)
            if deregister is not None:
                deregister(gone)
                _cthrift.log(_INFO, "deregistered by '%s': port %s"
                             % (self.target, _ports(gone)))
                return

    def leave(self):
        """Out of the registry; there is no other try."""
        gone, self.registered, self.wanted = self.registered, [], []
        self.due = None
        if not gone:
            return
        try:
            self._deregister(gone)
        except BaseException as error:
            _cthrift.log(_ERROR, "cannot deregister by '%s': %s"
                         % (self.target, runtime.told_of(error)))


def _ports(instances):
    return ", ".join(str(item["port"]["main"]) for item in instances)


class Helper:
    """Hears what happens in the master, and runs the server's hooks."""

    def __init__(self, connection):
        self.connection = connection
        self.pid = os.getpid()
        self.server = Server(Config({}), os.getppid(), 0)
        self.registrar = Registrar()
        self.ended = False

    def read(self, event):
        """The file, for the first time or again."""
        runtime.prepare(event["paths"], event["directory"])
        self.server.cfg = execute(event["config"])
        self.registrar.use(event["register"], self.server.cfg)

    def run(self, name, *args):
        _run(self.server.cfg, name, self.server, *args)

    def on_begin(self, event):
        self.read(event)
        if event["first"]:
            self.run("on_starting")

    def on_workers(self, event):
        """gunicorn knows no number before the first."""
        self.server.num_workers = event["n"]
        self.run("nworkers_changed", event["n"], event["before"] or None)

    def on_forked(self, event):
        worker = Worker(self.server, event["id"], event["pid"])
        self.server.WORKERS[worker.pid] = worker
        self.run("pre_fork", worker)

    def on_ended(self, event):
        worker = self.server.WORKERS.pop(event["pid"], None)
        if worker is None:
            worker = Worker(self.server, event["id"], event["pid"])
        worker.alive = False
        self.run("child_exit", worker)

    def on_serving(self, event):
        if event["again"]:
            try:
                self.read(event)
            except BaseException as error:
                _cthrift.log(_ERROR, "cannot read '%s' again: %s"
                             % (event["config"], runtime.told_of(error)))
        if event["hook"]:
            self.run(event["hook"])
        self.registrar.want(event["ports"])

    def on_upgrading(self, event):
        self.run("pre_exec")

    def on_retiring(self, event):
        self.registrar.leave()

    def on_leave(self, event):
        """Another helper stands here from now on."""
        self.registrar.leave()
        self.ended = True

    def on_exit(self, event):
        self.run("on_exit")
        self.ended = True

    def take(self, message):
        event = json.loads(message)
        getattr(self, "on_" + event["event"])(event)
        if os.getpid() != self.pid:
            os._exit(0)    # a copy that a hook has made, and not ended
        if event["answer"]:
            self.connection.send(bytes([event["answer"]]))

    def listen(self):
        """Until the master says so, or has gone."""
        while not self.ended:
            due = self.registrar.due
            try:
                self.connection.settimeout(
                    due and max(0.001, due - time.monotonic()))
                message = self.connection.recv(1 << 20)
            except socket.timeout:
                self.registrar.settle()
                continue
            if not message:
                self.registrar.leave()
                return
            self.take(message)


def _watch(connection, master, patience):
    """A master that was killed says nothing, and workers may hold its end.

    Nor does anybody say that a log has been rotated, which is held open.
    """
    while os.getppid() == master:
        time.sleep(_LOOK)
        _cthrift.follow()
    connection.shutdown(socket.SHUT_RD)
    time.sleep(patience)
    os._exit(1)


def serve_master(descriptor, master, patience):
    """The whole life of the process beside the master."""
    connection = socket.socket(fileno=descriptor)
    threading.Thread(target=_watch, daemon=True,
                     args=(connection, master, patience)).start()
    Helper(connection).listen()
