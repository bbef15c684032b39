"""What gunicorn and gunicorn_thrift can be told, for cthrift-gunicorn.

The table of all their settings: names and options as they have them, words of
our own.  What becomes of a setting is told in ct_gunicorn_conf.py; one that a
Thrift server has no use for stands here with the reason.
"""

from collections import namedtuple

# `kind` says how a value is read (see convert); `meta` stands for it in the
# help; `words` is the help.  A setting with `why` is taken and has no effect.
Setting = namedtuple("Setting", "name flags kind default meta words why")


def _of(name, flags, kind, default, meta, words):
    return Setting(name, flags.split(), kind, default, meta, words, None)


def _none(name, flags, kind, why):
    meta = None if kind in ("flag", "off") else "VALUE"
    return Setting(name, flags.split(), kind, None, meta, None, why)


_HTTP = "of HTTP"
_DIRTY = "cthrift has no dirty workers"
_LOGGER = "an application's logging goes to the error log"

_SETTINGS = [
    # ---- Where it is told.
    _of("config", "-c --config", "str", "./gunicorn.conf.py", "CONFIG",
        "the configuration file: PATH, file:PATH or python:MODULE"),
    _of("wsgi_app", "", "str", None, None, None),
    _of("check_config", "--check-config", "flag", False, None,
        "test the configuration and the application, and leave"),
    _of("print_config", "--print-config", "flag", False, None,
        "print the configuration that cthrift is given, and leave"),

    # ---- gunicorn_thrift's own.
    _of("worker_class", "-k --worker-class", "str", "thriftpy_sync", "CLASS",
        "thriftpy_sync, thriftpy_thread, thriftpy_gevent, or the same with"
        " thrift_; sync, gthread and gevent are taken for these"),
    _of("thrift_transport_factory", "--thrift-transport-factory", "str", None,
        "MODULE:FACTORY", "serve this transport only"),
    _of("thrift_protocol_factory", "--thrift-protocol-factory", "str", None,
        "MODULE:FACTORY", "serve this protocol only"),
    _of("thrift_client_timeout", "--thrift-client-timeout", "int", None,
        "SECONDS", "close a connection whose client is silent for so long"),
    _of("thrift_processor_as_factory", "--thrift-processor-as-factory",
        "bool", False, "true", "the application makes a processor for each"
        " connection"),
    _of("gevent_check_interval", "--gevent-check-interval", "int", None,
        "SECONDS", "tell in the log of a handler that blocks its worker"),
    _of("service_register_cls", "--service-register-cls", "str", "",
        "MODULE:CLASS", "the class that registers the service"),
    _of("service_register_conf", "", "dict", None, None, None),

    # ---- Sockets.
    _of("bind", "-b --bind", "list", None, "ADDRESS",
        "HOST, HOST:PORT, [IPV6]:PORT, unix:PATH or fd://N; any number"),
    _of("backlog", "--backlog", "int", 2048, "N",
        "connections that may wait"),
    _of("reuse_port", "--reuse-port", "flag", False, None,
        "a socket for each worker"),
    _of("proxy_protocol", "--proxy-protocol", "proxy", "off", "MODE",
        "connections begin with a PROXY header: off, v1, v2, auto"),
    _of("proxy_allow_ips", "--proxy-allow-from", "str", "127.0.0.1,::1",
        "ADDRESSES", "who may send one, parted by commas; * is anybody"),

    # ---- TLS.
    _of("keyfile", "--keyfile", "str", None, "FILE", "the private key"),
    _of("certfile", "--certfile", "str", None, "FILE",
        "the certificate; TLS is spoken"),
    _of("ca_certs", "--ca-certs", "str", None, "FILE",
        "who may have signed a client's certificate"),
    _of("cert_reqs", "--cert-reqs", "int", 0, "N",
        "a client's certificate: 0 is not asked for, 1 may, 2 must be there"),
    _of("ciphers", "--ciphers", "str", None, "LIST",
        "the ciphers, in OpenSSL's words"),

    # ---- Workers.
    _of("workers", "-w --workers", "int", None, "N", "processes that serve"),
    _of("threads", "--threads", "int", None, "N",
        "threads of a worker of a class with threads"),
    _of("worker_connections", "--worker-connections", "int", None, "N",
        "connections of a worker at most"),
    _of("max_requests", "--max-requests", "int", 0, "N",
        "replace a worker after so many calls"),
    _of("max_requests_jitter", "--max-requests-jitter", "int", 0, "N",
        "and up to so many more, drawn by lot"),
    _of("timeout", "-t --timeout", "int", 30, "SECONDS",
        "replace a worker that gives no sign of life for so long"),
    _of("graceful_timeout", "--graceful-timeout", "int", 30, "SECONDS",
        "how long a worker that leaves waits for its clients"),
    _of("preload_app", "--preload", "flag", False, None,
        "import the application before the workers are forked"),
    _of("reload", "--reload", "flag", False, None,
        "reload by itself when code changes"),
    _of("reload_engine", "--reload-engine", "str", "auto", "ENGINE",
        "how changes are found: auto, inotify, poll"),
    _of("reload_extra_files", "--reload-extra-file", "list", None, "FILE",
        "another file to look at, or a pattern; any number"),

    # ---- The process.
    _of("daemon", "-D --daemon", "flag", False, None,
        "go into the background"),
    _of("pidfile", "-p --pid", "str", None, "FILE", "the pid file"),
    _of("user", "-u --user", "name", None, "USER", "who the workers are"),
    _of("group", "-g --group", "name", None, "GROUP", "their group"),
    _of("initgroups", "--initgroups", "flag", False, None,
        "the user's other groups too; that is always so"),
    _of("umask", "-m --umask", "umask", None, "MASK",
        "rights that files do not get"),
    _of("chdir", "--chdir", "str", None, "DIRECTORY",
        "where to stand; relative paths begin there"),
    _of("raw_env", "-e --env", "list", None, "NAME=VALUE",
        "set a variable of the environment; any number"),
    _of("pythonpath", "--pythonpath", "str", None, "DIRECTORIES",
        "where modules are found, parted by commas"),
    _of("proc_name", "-n --name", "str", None, "NAME", "what ps shows"),
    _of("default_proc_name", "", "str", None, None, None),

    # ---- Logs and figures.
    _of("errorlog", "--log-file --error-logfile", "str", "-", "FILE",
        "the error log; - is standard error"),
    _of("loglevel", "--log-level", "str", "info", "LEVEL",
        "debug, info, warning, error, critical"),
    _of("accesslog", "--access-logfile", "str", None, "FILE",
        "a line for each call; - is standard output"),
    _of("access_log_format", "--access-logformat", "str", None, "TEXT",
        "how it looks, with gunicorn's %%(x)s"),
    _of("capture_output", "--capture-output", "flag", False, None,
        "what handlers print goes into the error log"),
    _of("syslog", "--log-syslog", "flag", False, None, "log to syslog, too"),
    _of("syslog_addr", "--log-syslog-to", "str", "udp://localhost:514",
        "ADDRESS", "where it is: unix://PATH, udp://HOST:PORT"),
    _of("syslog_prefix", "--log-syslog-prefix", "str", None, "NAME",
        "what lines are marked with, behind \"gunicorn.\""),
    _of("syslog_facility", "--log-syslog-facility", "str", "user", "NAME",
        "the facility"),
    _of("disable_redirect_access_to_syslog",
        "--disable-redirect-access-to-syslog", "flag", False, None,
        "calls are not logged there"),
    _of("statsd_host", "--statsd-host", "str", None, "ADDRESS",
        "where figures are sent: HOST:PORT or unix://PATH"),
    _of("statsd_prefix", "--statsd-prefix", "str", "", "NAME",
        "what their names begin with"),
    _of("dogstatsd_tags", "--dogstatsd-tags", "str", "", "TAGS",
        "tags of each figure, parted by commas"),
    _of("enable_backlog_metric", "--enable-backlog-metric", "flag", False,
        None, "how many wait to be accepted; that is always sent"),
    _of("control_socket", "--control-socket", "str", None, "PATH",
        "the socket for cthrift -s"),
    _of("control_socket_disable", "--no-control-socket", "flag", False, None,
        "have none"),

    # ---- Without effect.
    _none("keepalive", "--keep-alive", "int",
          "--thrift-client-timeout limits silence"),
    _none("limit_request_line", "--limit-request-line", "int", _HTTP),
    _none("limit_request_fields", "--limit-request-fields", "int", _HTTP),
    _none("limit_request_field_size", "--limit-request-field_size", "int",
          _HTTP),
    _none("sendfile", "--no-sendfile", "off", _HTTP),
    _none("tmp_upload_dir", "", "any", _HTTP),
    _none("forwarded_allow_ips", "--forwarded-allow-ips", "str", _HTTP),
    _none("secure_scheme_headers", "", "any", _HTTP),
    _none("forwarder_headers", "--forwarder-headers", "str", _HTTP),
    _none("header_map", "--header-map", "str", _HTTP),
    _none("strip_header_spaces", "--strip-header-spaces", "flag", _HTTP),
    _none("permit_obsolete_folding", "--permit-obsolete-folding", "flag",
          _HTTP),
    _none("permit_unconventional_http_method",
          "--permit-unconventional-http-method", "flag", _HTTP),
    _none("permit_unconventional_http_version",
          "--permit-unconventional-http-version", "flag", _HTTP),
    _none("casefold_http_method", "--casefold-http-method", "flag", _HTTP),
    _none("http_parser", "--http-parser", "str", _HTTP),
    _none("http_protocols", "--http-protocols", "str", _HTTP),
    _none("http2_cleartext", "--http2-cleartext", "str", _HTTP),
    _none("http2_max_concurrent_streams", "--http2-max-concurrent-streams",
          "int", _HTTP),
    _none("http2_initial_window_size", "--http2-initial-window-size", "int",
          _HTTP),
    _none("http2_max_frame_size", "--http2-max-frame-size", "int", _HTTP),
    _none("http2_max_header_list_size", "--http2-max-header-list-size", "int",
          _HTTP),
    _none("websocket_max_message_size", "--websocket-max-message-size", "int",
          _HTTP),
    _none("protocol", "--protocol", "str", _HTTP),
    _none("uwsgi_allow_ips", "--uwsgi-allow-from", "str", _HTTP),
    _none("root_path", "--root-path", "str", "of ASGI"),
    _none("asgi_loop", "--asgi-loop", "str", "of ASGI"),
    _none("asgi_lifespan", "--asgi-lifespan", "str", "of ASGI"),
    _none("asgi_disconnect_grace_period", "--asgi-disconnect-grace-period",
          "int", "of ASGI"),
    _none("paste", "--paste --paster", "str", "of WSGI"),
    _none("raw_paste_global_conf", "--paste-global", "list", "of WSGI"),
    _none("dirty_apps", "--dirty-app", "list", _DIRTY),
    _none("dirty_workers", "--dirty-workers", "int", _DIRTY),
    _none("dirty_threads", "--dirty-threads", "int", _DIRTY),
    _none("dirty_timeout", "--dirty-timeout", "int", _DIRTY),
    _none("dirty_graceful_timeout", "--dirty-graceful-timeout", "int", _DIRTY),
    _none("logger_class", "--logger-class", "any", _LOGGER),
    _none("logconfig", "--log-config", "str", _LOGGER),
    _none("logconfig_dict", "", "any", _LOGGER),
    _none("logconfig_json", "--log-config-json", "str", _LOGGER),
    _none("enable_stdio_inheritance", "-R --enable-stdio-inheritance", "flag",
          "a daemon's output goes to --log-file with --capture-output"),
    _none("spew", "--spew", "flag", "a debugger's business"),
    _none("worker_tmp_dir", "--worker-tmp-dir", "str",
          "signs of life are in shared memory"),
    _none("control_socket_mode", "--control-socket-mode", "any",
          "the socket is for its user and root alone"),
    _none("ssl_version", "--ssl-version", "any",
          "TLS 1.2 and 1.3 are spoken"),
    _none("do_handshake_on_connect", "--do-handshake-on-connect", "flag",
          "a handshake never blocks"),
    _none("suppress_ragged_eofs", "--suppress-ragged-eofs", "flag",
          "an end is an end"),
]

SETTINGS = {setting.name: setting for setting in _SETTINGS}

# Functions of a configuration file; module python knows them (python_config).
HOOKS = frozenset("""on_starting on_reload when_ready pre_fork post_fork
post_worker_init worker_int worker_abort worker_exit worker_term pre_request
post_request child_exit nworkers_changed pre_exec on_exit ssl_context
on_connected post_connect_closed on_tdecode_exception on_dirty_starting
dirty_post_fork dirty_worker_init dirty_worker_exit""".split())


def _to_int(value):
    number = int(value, 0) if isinstance(value, str) else int(value)
    if number < 0:
        raise ValueError("is below 0")
    return number


def _to_umask(value):
    """Digits are octal behind a 0, as gunicorn has it."""
    if not isinstance(value, str):
        return int(value)
    return int(value, 8 if value.startswith("0") and value[1:].isdigit() else 0)


def _to_bool(value):
    if isinstance(value, bool):
        return value
    words = {"true": True, "false": False}
    try:
        return words[value.strip().lower()]
    except (AttributeError, KeyError):
        raise ValueError("is neither true nor false") from None


def _to_str(value):
    if not isinstance(value, str):
        raise ValueError("is no text")
    return value.strip()


def _to_list(value):
    if isinstance(value, str):
        value = [value]
    return [_to_str(item) for item in value or []]


def _to_proxy(value):
    if isinstance(value, bool):
        return "auto" if value else "off"
    word = _to_str(value).lower()
    if word in ("true", "false"):
        return "auto" if word == "true" else "off"
    if word not in ("off", "v1", "v2", "auto"):
        raise ValueError("is none of off, v1, v2, auto")
    return word


def _to_dict(value):
    if not isinstance(value, dict):
        raise ValueError("is no dictionary")
    return value


_KINDS = {
    "any": lambda value: value,
    "bool": _to_bool,
    "dict": _to_dict,
    "flag": _to_bool,
    "int": _to_int,
    "list": _to_list,
    "name": str,
    "off": _to_bool,
    "proxy": _to_proxy,
    "str": _to_str,
    "umask": _to_umask,
}


def convert(setting, value):
    """The value as its kind has it.  ValueError says what it is not."""
    if value is None:
        return None
    try:
        return _KINDS[setting.kind](value)
    except TypeError:
        raise ValueError("is no %s" % setting.kind) from None
