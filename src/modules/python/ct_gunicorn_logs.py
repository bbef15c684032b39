"""Logs and figures: where they go, and how a line of a call looks."""

import os
import re
import stat

from ct_gunicorn_sources import Refused

_LEVELS = {"debug": "debug", "info": "info", "warning": "warn",
           "warn": "warn", "error": "error", "critical": "crit"}

_FACILITIES = frozenset("""auth authpriv cron daemon ftp kern lpr mail news
syslog user uucp local0 local1 local2 local3 local4 local5 local6
local7""".split())

# What gunicorn's atoms say of a call.  A Thrift call has no query.
_ATOMS = {
    "h": "$remote_addr",
    "l": "-",
    "u": "$ssl_client_s_dn",
    "t": "[$time_local]",
    "r": "$service.$method",
    "m": "$message_type",
    "U": "$service.$method",
    "q": "",
    "H": "$dialect",
    "s": "$status",
    "B": "$reply_length",
    "b": "$reply_length",
    "f": "$header_referer",
    "a": "$header_user_agent",
    "T": "$request_time",
    "L": "$request_time",
    "M": "$request_time_ms",
    "D": "$request_time_us",
    "p": "<$pid>",
}

_LINE = ('%(h)s %(l)s %(u)s %(t)s "%(r)s" %(s)s %(b)s "%(f)s" "%(a)s"')

_NAME = re.compile(r"[A-Za-z0-9_]")


# ---- The error log.


def _level(values):
    word = values["loglevel"].lower()
    if word not in _LEVELS:
        raise Refused("loglevel: '%s' is none of debug, info, warning, error,"
                      " critical" % values["loglevel"])
    return _LEVELS[word]


def _syslog_server(address):
    if address.startswith("unix://"):
        return "unix:" + address[len("unix://"):].partition("#")[0]
    if address.startswith("udp://"):
        return address[len("udp://"):] or "localhost"
    raise Refused("syslog_addr: '%s' is neither unix://PATH nor"
                  " udp://HOST[:PORT]" % address)


def _syslog(values, kind):
    """`error_log` and `access_log` take it in the place of a file."""
    facility = values["syslog_facility"].lower()
    if facility == "security":
        facility = "auth"
    if facility not in _FACILITIES:
        raise Refused("syslog_facility: '%s' is none of %s"
                      % (facility, ", ".join(sorted(_FACILITIES))))
    name = values["syslog_prefix"] or values["proc_name"] or values.app
    name = re.sub(r"[^A-Za-z0-9_.-]", ".", name)
    room = 32 - len("gunicorn..") - len(kind)
    return "syslog:server=%s,facility=%s,tag=gunicorn.%s.%s" % (
        _syslog_server(values["syslog_addr"]), facility, name[:room], kind)


def _error_log(conf):
    values = conf.values
    path = values["errorlog"]
    level = _level(values)
    conf.add("main", "error_log",
             "stderr" if path == "-" else os.path.abspath(path), level,
             of="errorlog")
    if values["syslog"]:
        conf.add("main", "error_log", _syslog(values, "error"), level,
                 of="syslog")
    if values["capture_output"]:
        conf.add("main", "capture_output", "on", of="capture_output")


# ---- The log of calls.


def _variable_of(atom):
    if atom in _ATOMS:
        return _ATOMS[atom]
    header = re.match(r"\{([A-Za-z0-9_-]+)\}i\Z", atom)
    if header is not None:
        return "$header_" + header.group(1).lower().replace("-", "_")
    raise Refused("access_log_format: there is no '%%(%s)s' of a Thrift call;"
                  " known are %s, {NAME}i" % (atom, ", ".join(_ATOMS)))


def line_format(text):
    """gunicorn's text in cthrift's words."""
    if "$" in text:
        raise Refused("access_log_format: a '$' cannot stand in a line")
    found = []
    at = 0
    for part in re.finditer(r"%(?:%|\(([^)]*)\)[sd])", text):
        found.append(text[at:part.start()])
        found.append("%" if part.group(1) is None
                     else _variable_of(part.group(1)))
        at = part.end()
    found.append(text[at:])
    return _join(found)


def _join(parts):
    """A variable's name must end where it ends."""
    told = ""
    for part in parts:
        if part and _NAME.match(part[0]):
            told = re.sub(r"\$(\w+)\Z", r"${\1}", told)
        told += part
    return told


def standard_output():
    """What can be opened in its place: a socket cannot be."""
    try:
        if stat.S_ISSOCK(os.fstat(1).st_mode):
            return "stderr"
    except OSError:
        return "stderr"
    return "/dev/stdout"


def _access_log(conf):
    values = conf.values
    targets = []
    if values["accesslog"]:
        path = values["accesslog"]
        targets.append(("accesslog", standard_output() if path == "-"
                        else os.path.abspath(path)))
    if values["syslog"] and not values["disable_redirect_access_to_syslog"]:
        targets.append(("syslog", _syslog(values, "access")))
    if not targets:
        conf.pass_over("access_log_format", "only with accesslog")
        return
    # The words are ours by now: what looks like a variable is one.
    text = line_format(values["access_log_format"] or _LINE)
    text = re.sub(r"(['\\])", r"\\\1", text).replace("${", "\\${")
    conf.add("thrift", "log_format", "gunicorn", raw="'%s'" % text,
             of="access_log_format")
    for setting, target in targets:
        conf.add("thrift", "access_log", target, "gunicorn", of=setting)


# ---- Figures.


def _statsd(conf):
    values = conf.values
    host = values["statsd_host"]
    if not host:
        for name in "statsd_prefix", "dogstatsd_tags":
            conf.pass_over(name, "only with statsd_host")
        return
    host = re.sub(r"\Aunix://", "unix:", re.sub(r"\A(tcp|udp)://", "", host))
    prefix = values["statsd_prefix"].rstrip(".")
    words = [host, "prefix=%s" % (prefix + ".gunicorn" if prefix
                                  else "gunicorn")]
    if values["dogstatsd_tags"]:
        words += ["format=dogstatsd", "tags=" + values["dogstatsd_tags"]]
    conf.add("main", "statsd", *words, of="statsd_host")


def add(conf):
    _error_log(conf)
    _access_log(conf)
    _statsd(conf)
    if not conf.values["syslog"]:
        for name in ("syslog_addr", "syslog_prefix", "syslog_facility",
                     "disable_redirect_access_to_syslog"):
            conf.pass_over(name, "only with syslog")
