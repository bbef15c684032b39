"""The configuration that says for cthrift what gunicorn was told.

Each line knows the setting that it comes from: the comment behind it says so,
and an error of cthrift's about the line can.
"""

import os
import re
import sys

import ct_gunicorn_logs as logs
import ct_gunicorn_sockets as sockets
from ct_gunicorn_settings import SETTINGS
from ct_gunicorn_sources import Refused

# Worker classes, by the ways to run a handler that they stand for.
_CLASSES = {
    "inline": ("thriftpy_sync", "thrift_sync", "sync",
               "gunicorn_thrift.thriftpy_sync_worker.SyncThriftPyWorker",
               "gunicorn_thrift.sync_worker.SyncThriftWorker",
               "gunicorn.workers.sync.SyncWorker"),
    "threads": ("thriftpy_thread", "thrift_thread", "gthread",
                "gunicorn.workers.gthread.ThreadWorker"),
    "gevent": ("thriftpy_gevent", "thrift_gevent", "gevent",
               "gunicorn_thrift.thriftpy_gevent_worker.GeventThriftPyWorker",
               "gunicorn_thrift.gevent_worker.GeventThriftWorker",
               "gunicorn.workers.ggevent.GeventWorker"),
}
_WAYS = {name: way for way, names in _CLASSES.items() for name in names}

# What a worker of thriftpy_thread has.
_THREADS = 10

# Factories, by the last part of their names; all libraries call them so.
_TRANSPORTS = {
    "TBufferedTransportFactory": "unframed",
    "TCyBufferedTransportFactory": "unframed",
    "TFramedTransportFactory": "framed",
    "TCyFramedTransportFactory": "framed",
    "THeaderTransportFactory": "header framed",
    "TZlibTransportFactory": "zlib unframed",
}
_PROTOCOLS = {
    "TBinaryProtocolFactory": "binary",
    "TBinaryProtocolAcceleratedFactory": "binary",
    "TCyBinaryProtocolFactory": "binary",
    "TCompactProtocolFactory": "compact",
    "TCompactProtocolAcceleratedFactory": "compact",
    "TJSONProtocolFactory": "json",
    "TApacheJSONProtocolFactory": "json",
}

# thriftpy's TJSONProtocol is a JSON of its own that only it can read.
_OWN_JSON = ("thriftpy", "thriftpy2")

_PLAIN = re.compile(r"[A-Za-z0-9_./:@%+,=\[\]*-]+\Z")


def quote(word):
    """A word of a configuration that stands for these characters."""
    word = str(word)
    if _PLAIN.match(word):
        return word
    if "\n" in word or "\0" in word:
        raise Refused("%r cannot stand in a configuration" % word)
    word = re.sub(r'(["\\])', r"\\\1", word)
    return '"%s"' % word.replace("${", "\\${")


def seconds(number):
    return "%ds" % number if number else "0"


class Line:
    """A directive, or a block of them."""

    def __init__(self, text, of, lines=None):
        self.text = text
        self.of = of
        self.lines = lines


class Conf:
    """The directives, as they gather, and the settings that had no use.

    `way` is how handlers run: inline, threads or gevent.
    """

    def __init__(self, values):
        self.values = values
        self.blocks = {"main": [], "events": [], "thrift": [], "server": []}
        self.idle = []
        self.notes = []
        self.way = _way_of(self)

    def part(self):
        """What follows is of another kind: a blank line parts it."""
        lines = self.blocks["main"]
        if lines and lines[-1] is not None:
            lines.append(None)

    def add(self, block, name, *words, of=None, raw=""):
        """`name WORD ...;`; `raw` stands behind the words as it is."""
        text = " ".join([name] + [quote(word) for word in words]
                        + ([raw] if raw else []))
        self.blocks[block].append(Line(text + ";", of))

    def pass_over(self, name, why):
        """A setting that somebody has given in vain."""
        if self.values.given(name):
            self.idle.append((name, why))

    def note(self, words):
        self.notes.append(words)


# ---- Processes.


def _account(conf):
    """As gunicorn: who has started it, unless told."""
    values = conf.values
    user, group = (sockets.account(values, "user"),
                   sockets.account(values, "group"))
    if user is None and group is None and os.geteuid() != 0:
        return
    words = [user or sockets.own_user()]
    if group is not None:
        words.append(group)
    elif user is None:
        words.append(sockets.own_group())
    conf.add("main", "user", *words,
             of="group" if group and not user else "user")


def _process(conf, pid_path):
    values = conf.values
    conf.add("main", "daemon", "on" if values["daemon"] else "off",
             of="daemon")
    conf.add("main", "pid", pid_path, of="pidfile")
    conf.add("main", "term_signal", "graceful")
    _account(conf)
    if values.given("umask"):
        conf.add("main", "umask", "%03o" % values["umask"], of="umask")
    for item in values["raw_env"] or []:
        if "=" not in item:
            raise Refused("raw_env: '%s' is no NAME=VALUE" % item)
        conf.add("main", "env", item, of="raw_env")
    for name in "proc_name", "default_proc_name":
        if values.given(name):
            conf.add("main", "process_name", values[name], of=name)
            break
    if values["control_socket_disable"]:
        conf.add("main", "control", "off", of="control_socket_disable")
    elif values.given("control_socket"):
        conf.add("main", "control",
                 "unix:" + os.path.abspath(values["control_socket"]),
                 of="control_socket")


def _reload(conf):
    values = conf.values
    if not values["reload"]:
        conf.pass_over("reload_engine", "only with reload")
        conf.pass_over("reload_extra_files", "only with reload")
        return
    engine = values["reload_engine"]
    if engine not in ("auto", "inotify", "poll"):
        raise Refused("reload_engine: '%s' is none of auto, inotify, poll"
                      % engine)
    conf.add("main", "watch", "poll" if engine == "poll" else "on",
             *map(os.path.abspath, values["reload_extra_files"] or []),
             of="reload_extra_files" if values["reload_extra_files"]
             else "reload")


def _workers(conf):
    values = conf.values
    conf.add("main", "worker_processes",
             values["workers"] if values.given("workers") else 1,
             of="workers")
    conf.add("main", "worker_heartbeat_timeout", seconds(values["timeout"]),
             of="timeout")
    # There 0 means at once, here it means no end.
    graceful = values["graceful_timeout"]
    conf.add("main", "worker_shutdown_timeout",
             seconds(graceful) if graceful else "1ms", of="graceful_timeout")
    if values["max_requests"]:
        jitter = values["max_requests_jitter"]
        conf.add("main", "worker_max_calls", values["max_requests"],
                 *(["jitter=%d" % jitter] if jitter else []),
                 of="max_requests")
    else:
        conf.pass_over("max_requests_jitter", "only with max_requests")
    if values.given("worker_connections"):
        conf.add("events", "worker_connections", values["worker_connections"],
                 of="worker_connections")


# ---- Handlers.


def _way_of(conf):
    """inline, threads or gevent."""
    name = conf.values["worker_class"].replace("egg:gunicorn#", "")
    if name not in _WAYS:
        raise Refused(
            "worker_class: '%s' is none of thriftpy_sync, thriftpy_thread,"
            " thriftpy_gevent, or the same with thrift_" % name)
    way = _WAYS[name]
    threads = conf.values["threads"]
    # gunicorn does so, gunicorn_thrift does not.
    if name in ("sync", "gunicorn.workers.sync.SyncWorker") and (
            threads is not None and threads > 1):
        way = "threads"
    if name.partition("_")[0] not in ("thriftpy", "thrift", "gunicorn"):
        conf.note("worker_class: '%s' is taken for thriftpy_%s"
                  % (name, "sync" if way == "inline" else
                     "thread" if way == "threads" else way))
    return way


def _threads(conf):
    threads = conf.values["threads"]
    if threads is None:
        threads = 1 if conf.values["worker_class"] == "gthread" else _THREADS
    if threads == 0:
        raise Refused("threads: there must be one at least")
    conf.add("main", "thread_pool", "default", "threads=%d" % threads,
             of="threads")
    conf.add("thrift", "execute", "threads", of="worker_class")


def _handlers(conf):
    values = conf.values
    way = conf.way
    if way == "threads":
        _threads(conf)
    else:
        conf.pass_over("threads", "only with a worker class with threads")
    if way == "gevent":
        conf.add("main", "python_gevent", "on", of="worker_class")
    if way == "inline":
        conf.add("thrift", "execute", "inline", of="worker_class")
    if values.given("gevent_check_interval"):
        name = ("python_gevent_check_interval" if way == "gevent"
                else "loop_check_interval")
        conf.add("main", name, seconds(values["gevent_check_interval"]),
                 of="gevent_check_interval")


def _factory(values, setting, known):
    """The words of a directive for a factory, or None where none is given."""
    if not values.given(setting) or not values[setting]:
        return None
    module, _, name = values[setting].rpartition(":")
    words = known.get(name)
    library = module.partition(".")[0]
    if words == "json" and library in _OWN_JSON and "Apache" not in name:
        raise Refused("%s: %s writes a JSON of its library's own, which"
                      " cthrift does not speak; TApacheJSONProtocolFactory's"
                      " it does" % (setting, name))
    if words is None or library not in ("thrift",) + _OWN_JSON:
        raise Refused("%s: '%s' is not known: cthrift speaks for itself, and"
                      " no factory of another library's is asked; known are %s"
                      % (setting, values[setting], ", ".join(sorted(known))))
    return words.split()


def _dialects(conf):
    """What is given is served alone; without it all that there is."""
    for setting, directive, known in (
            ("thrift_transport_factory", "transport", _TRANSPORTS),
            ("thrift_protocol_factory", "protocol", _PROTOCOLS)):
        words = _factory(conf.values, setting, known)
        if words is not None:
            conf.add("thrift", directive, *words, of=setting)


def _timeouts(conf):
    if not conf.values.given("thrift_client_timeout"):
        return
    time = seconds(conf.values["thrift_client_timeout"])
    for name in "client_timeout", "client_read_timeout", "send_timeout":
        conf.add("thrift", name, time, of="thrift_client_timeout")


# ---- Python.


def python_paths(values):
    """Directories for modules, the first one first."""
    paths = (values["pythonpath"] or "").split(",")
    # gunicorn puts each in front of those before it.
    return [os.path.abspath(path) for path in reversed(paths) if path.strip()]


def _python(conf):
    values = conf.values
    # The packages of whoever runs the command, a virtual environment or not.
    if os.path.exists(os.path.join(sys.prefix, "bin", "python3")):
        conf.add("main", "python_home", sys.prefix, of="this Python")
    if values["preload_app"] and conf.way == "gevent":
        conf.pass_over("preload_app", "each worker imports, patched by gevent")
    elif values["preload_app"]:
        conf.add("main", "python_preload", "on", of="preload_app")
    if values.file is not None and (
            values.file.hooks or values.given("service_register_conf")):
        conf.add("main", "python_config", values.file.path, "hooks",
                 of="config")
    if values["service_register_cls"]:
        conf.add("main", "python_service_register",
                 values["service_register_cls"], of="service_register_cls")
    else:
        conf.pass_over("service_register_conf",
                       "only with service_register_cls")
    conf.add("thrift", "python_chdir", os.getcwd(), of="chdir")
    for path in python_paths(values):
        conf.add("thrift", "python_path", path, of="pythonpath")
    if values["thrift_processor_as_factory"]:
        conf.add("thrift", "python_processor_as_factory", "on",
                 of="thrift_processor_as_factory")


# ---- All of it.


def make(values, pid_path, module_path):
    """A Conf of everything but the services."""
    conf = Conf(values)
    conf.add("main", "load_module", module_path)
    _process(conf, pid_path)
    conf.part()
    _workers(conf)
    _reload(conf)
    conf.part()
    _handlers(conf)
    _python(conf)
    conf.part()
    logs.add(conf)
    _dialects(conf)
    _timeouts(conf)
    sockets.add(conf)
    return conf


def _block(name, lines):
    return Line(name, None, lines)


def tree(conf, services):
    """The whole configuration, with a service of each name."""
    server = conf.blocks["server"] + [
        _block("service %s" % quote(name), [
            Line("python_app %s;" % quote(conf.values.app), "the application")
        ]) for name in services]
    lines = list(conf.blocks["main"])
    if conf.blocks["events"]:
        lines.append(_block("events", conf.blocks["events"]))
    lines.append(_block("thrift",
                        conf.blocks["thrift"] + [_block("server", server)]))
    return lines


# What may keep HTTP from the server of tree_without_services.
_NARROWING = ("transport", "protocol")


def _is_of_app(line):
    """Whether the line means nothing without an application, or asks it."""
    return line is not None and line.text.startswith("python_")


def tree_without_services(conf):
    """The same without any application: quick to test, imports nothing."""
    thrift = [line for line in conf.blocks["thrift"]
              if line.text.split()[0] not in _NARROWING
              and not _is_of_app(line)]
    server = conf.blocks["server"] + [Line("status health;", None)]
    lines = [line for line in conf.blocks["main"] if not _is_of_app(line)]
    if conf.blocks["events"]:
        lines.append(_block("events", conf.blocks["events"]))
    return lines + [_block("thrift", thrift + [_block("server", server)])]


def _comment(line, values):
    if line.of is None:
        return ""
    if line.of not in SETTINGS:
        return "  # %s" % line.of
    return "  # %s, %s" % (line.of, values.source(line.of))


def write(lines, values, origins, at=1, depth=0):
    """The text; `origins` learns which setting each line comes from."""
    text = []
    for line in lines:
        indent = "    " * depth
        if line is None:
            text.append("")
            continue
        if line.lines is None:
            origins[at + len(text)] = line
            text.append(indent + line.text + _comment(line, values))
            continue
        if text and text[-1]:
            text.append("")
        text.append(indent + line.text + " {")
        text += write(line.lines, values, origins, at + len(text), depth + 1)
        text.append(indent + "}")
    return text
