"""Where cthrift-gunicorn is told what, and which of it holds.

From the weakest to the strongest, as gunicorn has it: defaults and the
environment, the configuration file, GUNICORN_CMD_ARGS, the command line.
"""

import argparse
import difflib
import importlib
import importlib.machinery
import importlib.util
import os
import shlex
import sys
import traceback
import types

from ct_gunicorn_settings import HOOKS, SETTINGS, convert

COMMAND_LINE = "the command line"
CMD_ARGS = "GUNICORN_CMD_ARGS"


class Refused(Exception):
    """What is wrong, in words for the user, and the status to end with."""

    def __init__(self, words, status=1):
        super().__init__(words)
        self.status = status


# ---- The command line.

# Options whose value may be left out: an application's name must not be taken
# for one.
_OPTIONAL = {
    "--thrift-processor-as-factory": ("true", ("true", "false")),
    "--proxy-protocol": ("auto", ("off", "v1", "v2", "auto")),
}


def _complete(words):
    """The same words, with the values that may be left out."""
    done = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word == "--":
            return done + [word] + rest
        if word in _OPTIONAL:
            default, known = _OPTIONAL[word]
            given = bool(rest) and rest[0].lower() in known
            word += "=" + (rest.pop(0) if given else default)
        done.append(word)
    return done


def _add(group, setting):
    options = {"dest": setting.name, "default": None}
    if setting.why is not None:
        options["help"] = setting.why
    else:
        options["help"] = setting.words
    if setting.kind == "flag":
        options["action"] = "store_true"
    elif setting.kind == "off":
        options["action"] = "store_false"
    else:
        options["metavar"] = setting.meta
    if setting.kind == "list":
        options["action"] = "append"
    group.add_argument(*setting.flags, **options)


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        raise Refused(message, 2)


def make_parser():
    parser = _Parser(
        prog="cthrift-gunicorn", usage="%(prog)s [OPTIONS] [APP_MODULE]",
        description="Serves the Thrift application APP_MODULE, a"
        " MODULE:OBJECT, by cthrift, with gunicorn_thrift's command line.")
    parser.add_argument("args", nargs="*", help=argparse.SUPPRESS)
    own = parser.add_argument_group("cthrift's own options")
    own.add_argument("-s", "--signal", metavar="WORD", dest="own_word",
                     help="tell the server with this command line to quit and"
                     " so on, as cthrift -s does; with reload it gets what has"
                     " changed in the options and in the configuration file")
    own.add_argument("-v", "--version", action="store_true",
                     dest="own_version", help="print the server's version")
    own.add_argument("--cthrift", metavar="FILE", dest="own_cthrift",
                     help="the server's program")
    own.add_argument("--cthrift-module", metavar="FILE", dest="own_module",
                     help="module python: python.so")
    used = parser.add_argument_group("gunicorn's and gunicorn_thrift's")
    unused = parser.add_argument_group("taken, and without effect")
    for setting in SETTINGS.values():
        if setting.flags:
            _add(used if setting.why is None else unused, setting)
    return parser


def nearest(word, known):
    """The name that was meant, as it seems, or None."""
    near = difflib.get_close_matches(word, known, 1, 0.75)
    return near[0] if near else None


def parse(parser, words):
    """What stands on a command line.  An unknown option is refused."""
    given, unknown = parser.parse_known_args(_complete(words))
    for word in unknown:
        if not word.startswith("-"):
            given.args.append(word)
            continue
        known = [flag for action in parser._actions
                 for flag in action.option_strings]
        word = word.split("=")[0]
        near = nearest(word, known)
        raise Refused("there is no option '%s'" % word
                      + ("; did you mean '%s'?" % near if near else ""), 2)
    return given


# ---- The configuration file.


def _module_of_file(path):
    if not os.path.exists(path):
        raise Refused("there is no configuration file '%s'" % path)
    loader = importlib.machinery.SourceFileLoader("__config__", path)
    spec = importlib.util.spec_from_loader("__config__", loader)
    module = importlib.util.module_from_spec(spec)
    sys.modules["__config__"] = module
    loader.exec_module(module)
    return module


def _execute(place):
    """The module that the place names, executed."""
    try:
        if place.startswith("python:"):
            return importlib.import_module(place[len("python:"):])
        if place.startswith("file:"):
            place = place[len("file:"):]
        return _module_of_file(os.path.abspath(place))
    except Refused:
        raise
    except Exception:
        traceback.print_exc()
        raise Refused("cannot read the configuration '%s'" % place) from None


def _is_meant(module, name, value):
    """Whether somebody may have taken this name for a setting."""
    if name.startswith("_") or isinstance(value, types.ModuleType):
        return False
    return getattr(value, "__module__", module.__name__) == module.__name__


class File:
    """A configuration file: settings, hooks, and names that nobody knows."""

    def __init__(self, place):
        module = _execute(place)
        self.path = os.path.abspath(module.__file__)
        self.name = os.path.basename(self.path)
        self.settings = {}
        self.hooks = []
        self.unknown = []
        for name, value in vars(module).items():
            if name in HOOKS:
                self.hooks.append(name)
            elif name in SETTINGS:
                self.settings[name] = value
            elif _is_meant(module, name, value):
                self.unknown.append(name)


# ---- What holds.


class Values:
    """A value for each setting, and who has said so."""

    def __init__(self):
        self._values = {}
        self.file = None
        self.app = None

    def __getitem__(self, name):
        if name in self._values:
            return self._values[name][0]
        return SETTINGS[name].default

    def given(self, name):
        """Whether anybody has said so."""
        return name in self._values

    def source(self, name):
        if name in self._values:
            return "from " + self._values[name][1]
        return "by default"

    def names(self):
        return sorted(self._values)

    def set(self, name, value, source):
        try:
            value = convert(SETTINGS[name], value)
        except ValueError as error:
            raise Refused("%s: %s (in %s)" % (name, _told(value, error),
                                              source),
                          2 if source == COMMAND_LINE else 1) from None
        if value is not None:
            self._values[name] = (value, source)
        else:
            self._values.pop(name, None)


def _told(value, error):
    words = str(error)
    if words.startswith("is "):
        return "%r %s" % (value, words)
    return "%r is no number" % (value,)


def _set_arguments(values, given, source):
    for name, value in vars(given).items():
        if value is not None and name in SETTINGS:
            values.set(name, value, source)


def _config_place(values, given, more):
    """gunicorn's file by name, or the one that is there, or none."""
    place = given.config or more.config
    if place is None and os.path.exists("gunicorn.conf.py"):
        place = "gunicorn.conf.py"
    if place is None:
        return None
    values.set("config", place, COMMAND_LINE)
    return place


def _environment(values):
    workers = os.environ.get("WEB_CONCURRENCY")
    if workers:
        values.set("workers", workers, "WEB_CONCURRENCY")
    port = os.environ.get("PORT")
    if port:
        values.set("bind", ["0.0.0.0:" + port], "PORT")


def _stand(values):
    """Relative paths begin there, and so does the search for modules."""
    directory = values["chdir"]
    if directory is None:
        return
    try:
        os.chdir(directory)
    except OSError as error:
        raise Refused("chdir: cannot change to '%s': %s"
                      % (directory, error.strerror)) from None


def collect(parser, given):
    """All of it.  The process stands in the application's directory then."""
    values = Values()
    more = parse(parser, shlex.split(os.environ.get(CMD_ARGS, "")))
    here = os.getcwd()
    sys.path.insert(0, here)
    _environment(values)
    place = _config_place(values, given, more)
    if place is not None:
        values.file = File(place)
        for name, value in values.file.settings.items():
            if name != "config":
                values.set(name, value, values.file.name)
    for arguments, source in (more, CMD_ARGS), (given, COMMAND_LINE):
        _set_arguments(values, arguments, source)
    apps = given.args or more.args or [values["wsgi_app"] or ""]
    if not apps[0]:
        raise Refused("an application must be named, as MODULE:OBJECT", 2)
    if len(apps) > 1:
        raise Refused("there is one application, and '%s' is another"
                      % apps[1], 2)
    values.app = apps[0]
    _stand(values)
    return values
