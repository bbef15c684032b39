"""What cthrift-gunicorn does: prints, tests, serves, tells.

Where the configuration stands: beside the pid file, as PID_FILE.conf, where
one is named; else in a directory of the user's own, under a name made of what
tells one server from another.  It has to stay there while the server runs,
which reads it again at each reload.
"""

import hashlib
import os
import re
import shlex
import signal
import stat
import subprocess
import sys
import tempfile

import ct_gunicorn_app as app
import ct_gunicorn_conf as conf_of
import ct_gunicorn_sources as sources
from ct_gunicorn_settings import HOOKS, SETTINGS
from ct_gunicorn_sources import Refused


def say(words):
    print("cthrift-gunicorn: %s" % words, file=sys.stderr)


# ---- Places.


def _own_directory():
    """Nobody else may write there."""
    base = os.environ.get("XDG_RUNTIME_DIR")
    name = "cthrift-gunicorn"
    if not base or not os.path.isdir(base):
        base = "/run"
        if os.geteuid() != 0 or not os.path.isdir(base):
            base = tempfile.gettempdir()
            name += "-%d" % os.geteuid()
    path = os.path.join(base, name)
    try:
        os.mkdir(path, 0o700)
    except FileExistsError:
        pass
    except OSError as error:
        raise Refused("cannot make '%s': %s" % (path, error.strerror))
    found = os.lstat(path)
    if not stat.S_ISDIR(found.st_mode) or found.st_mode & 0o077 or (
            found.st_uid != os.geteuid()):
        raise Refused("'%s' is no directory of this user's alone" % path)
    return path


def pid_path(values):
    if values["pidfile"]:
        return os.path.abspath(values["pidfile"])
    told = "\0".join([os.getcwd(), values.app] + (values["bind"] or []))
    name = re.sub(r"[^A-Za-z0-9_.-]", ".", values.app)
    mark = hashlib.sha256(told.encode()).hexdigest()[:8]
    return os.path.join(_own_directory(), "%s-%s.pid" % (name, mark))


def _serving(path):
    """The process in the pid file, if it is a server that lives, or 0."""
    try:
        with open(path) as file:
            pid = int(file.read())
        os.kill(pid, 0)
    except PermissionError:
        return pid
    except (OSError, ValueError):
        return 0
    try:
        program = os.readlink("/proc/%d/exe" % pid)
    except OSError:
        return pid
    return pid if "cthrift" in os.path.basename(program) else 0


# ---- Words for the user.


def _warn_unused(values, conf):
    """One line for all that has no effect, by the reason."""
    reasons = {}
    for name in values.names():
        if SETTINGS[name].why is not None:
            reasons.setdefault(SETTINGS[name].why, []).append(name)
    for name, why in conf.idle:
        reasons.setdefault(why, []).append(name)
    if reasons:
        say("without effect: " + "; ".join(
            "%s (%s)" % (", ".join(names), why)
            for why, names in reasons.items()))


def _warn_unknown(values):
    if values.file is None or not values.file.unknown:
        return
    known = list(SETTINGS) + sorted(HOOKS)
    told = []
    for name in values.file.unknown:
        near = sources.nearest(name, known)
        told.append("%s (%s?)" % (name, near) if near else name)
    say("no settings of gunicorn's, passed over: %s, in %s"
        % (", ".join(told), values.file.name))


def _explain(said, path, origins):
    """cthrift's errors about our file, by what the user has written."""
    told = []
    for line in said.splitlines():
        found = re.search(r"\[(emerg|alert|crit|error)\] \d+: (.*)", line)
        if found is None:
            continue
        words = found.group(2)
        place = re.match(r"(.*) in %s:(\d+)\Z" % re.escape(path), words)
        if place is not None:
            words = _of_line(place.group(1), origins.get(int(place.group(2))))
        if words not in told:
            told.append(words)
    return told or [said.strip() or "cthrift refuses the configuration"]


def _of_line(words, line):
    if line is None:
        return words
    of = line.of if line.of is not None else "cthrift-gunicorn itself"
    return "%s: %s (as %s)" % (of, words, line.text)


# ---- The file.


def _text(values, tree, command):
    """The lines of the file, and what each comes from."""
    head = [
        "# Made by: %s" % " ".join(map(shlex.quote, command)),
        "# in %s" % os.getcwd(),
        "#",
        "# Behind a line stands the setting that it comes from.  Changes made",
        "# here are lost when the command is run again.",
        "",
    ]
    origins = {}
    head = [line.replace("\n", " ") for line in head]
    lines = head + conf_of.write(tree, values, origins, len(head) + 1)
    return "\n".join(lines) + "\n", origins


def _write(path, text):
    """As a whole, or not at all.  `env` may hold secrets."""
    try:
        number, new = tempfile.mkstemp(dir=os.path.dirname(path),
                                       prefix=os.path.basename(path) + ".")
        with os.fdopen(number, "w") as file:
            file.write(text)
        os.rename(new, path)
    except OSError as error:
        raise Refused("cannot write '%s': %s" % (path, error.strerror))


class Server:
    """The configuration of one command line, and who serves it."""

    def __init__(self, values, program, module, runtime, command):
        self.values = values
        self.program = program
        self.runtime = runtime
        self.command = command
        self.pid_path = pid_path(values)
        self.path = self.pid_path + ".conf"
        self.conf = conf_of.make(values, self.pid_path,
                                 module or "modules/python.so")

    def text(self):
        """With its services: the application is imported for their names."""
        names = app.services(self.values, self.runtime,
                             self.conf.way == "gevent")
        return _text(self.values, conf_of.tree(self.conf, names),
                     self.command)

    def call(self, path, *words):
        """The server's words with that configuration."""
        return [self.program, "-p", os.path.dirname(path), "-c", path, "-e",
                "stderr"] + list(words)

    def test(self, text, origins):
        """cthrift -t; an error is told by the setting it comes from."""
        path = self.path + ".test"
        _write(path, text)
        try:
            tested = subprocess.run(self.call(path, "-t"), text=True,
                                    stdin=subprocess.DEVNULL,
                                    stdout=subprocess.PIPE,
                                    stderr=subprocess.STDOUT)
        finally:
            os.unlink(path)
        if tested.returncode != 0:
            told = _explain(tested.stdout, path, origins)
            raise Refused("\ncthrift-gunicorn: ".join(told))

    def test_quickly(self):
        """All but the application, which has just been imported."""
        self.test(*_text(self.values,
                         conf_of.tree_without_services(self.conf),
                         self.command))

    def serve(self):
        pid = _serving(self.pid_path)
        if pid:
            raise Refused("process %d serves already ('%s'); it can be told to"
                          " reload with -s reload" % (pid, self.pid_path))
        text, _ = self.text()
        self.test_quickly()
        _write(self.path, text)
        self.become(self.call(self.path))

    def become(self, call):
        # Python ignores these, and what is ignored stays so.
        for name in "SIGPIPE", "SIGXFSZ":
            signal.signal(getattr(signal, name), signal.SIG_DFL)
        sys.stdout.flush()
        sys.stderr.flush()
        os.execv(call[0], call)

    def tell(self, word):
        """A word for the one that serves; a reload gets what is new."""
        if word != "reload":
            self.become(self.call(self.path, "-s", word))
        if not _serving(self.pid_path):
            raise Refused("no server is running ('%s')" % self.pid_path, 3)
        text, origins = self.text()
        self.test(text, origins)
        with open(self.path) as file:
            before = file.read()
        _write(self.path, text)
        status = subprocess.call(self.call(self.path, "-s", "reload"))
        if status != 0:
            _write(self.path, before)
        return status


# ---- The program.


def _check_version(module):
    """python.so is for one version of Python, and this one is to serve."""
    with open(module, "rb") as file:
        found = re.search(rb"libpython(\d+\.\d+)", file.read())
    version = "%d.%d" % sys.version_info[:2]
    if found is not None and found.group(1).decode() != version:
        raise Refused("'%s' is for Python %s, and this is Python %s"
                      % (module, found.group(1).decode(), version))


def _find(path, what, option):
    if path is None:
        raise Refused("%s says where %s is" % (option, what), 2)
    path = os.path.abspath(path)
    if not os.path.exists(path):
        raise Refused("there is no '%s': %s says where %s is"
                      % (path, option, what))
    return path


def _run(words, cthrift, module, library):
    parser = sources.make_parser()
    given = sources.parse(parser, words)
    cthrift = given.own_cthrift or cthrift
    module = given.own_module or module
    if given.own_version:
        return subprocess.call(
            [_find(cthrift, "the server", "--cthrift"), "-v"])
    values = sources.collect(parser, given)
    if not values["print_config"]:
        cthrift = _find(cthrift, "the server", "--cthrift")
        module = _find(module, "python.so", "--cthrift-module")
        _check_version(module)
    server = Server(values, cthrift, module,
                    os.path.join(library, "ct_python_runtime.py"),
                    ["cthrift-gunicorn"] + words)
    if given.own_word is not None:
        return server.tell(given.own_word)
    _warn_unknown(values)
    _warn_unused(values, server.conf)
    for note in server.conf.notes:
        say(note)
    if values["print_config"]:
        sys.stdout.write(server.text()[0])
        return 0
    if values["check_config"]:
        server.test(*server.text())
        return 0
    return server.serve()


def main(words, cthrift, module, library):
    try:
        return _run(words, cthrift, module, library)
    except Refused as refused:
        say(refused)
        return refused.status
    except KeyboardInterrupt:
        return 130
