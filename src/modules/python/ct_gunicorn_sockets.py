"""Addresses, TLS and proxies, and who owns what."""

import grp
import os
import pwd
import re

from ct_gunicorn_sources import Refused

_PORT = "8000"


# ---- Accounts: by name or number there, by name here.


def own_user():
    return pwd.getpwuid(os.geteuid()).pw_name


def own_group():
    return grp.getgrgid(os.getegid()).gr_name


def account(values, setting):
    """The name of `user` or `group`, or None."""
    wanted = values[setting]
    if wanted is None:
        return None
    try:
        if setting == "user":
            entry = (pwd.getpwuid(int(wanted)) if wanted.isdigit()
                     else pwd.getpwnam(wanted))
            return entry.pw_name
        entry = (grp.getgrgid(int(wanted)) if wanted.isdigit()
                 else grp.getgrnam(wanted))
        return entry.gr_name
    except (KeyError, OverflowError):
        raise Refused("%s: there is no %s '%s'"
                      % (setting, setting, wanted)) from None


# ---- Addresses.


def _port(text, address):
    if not text.isdigit() or int(text) > 65535:
        raise Refused("bind: '%s' in '%s' is no port" % (text, address))
    return text


def _tcp(address):
    """HOST, HOST:PORT, [IPV6], [IPV6]:PORT; no host is any."""
    found = re.match(r"(\[[^\]]*\]|[^:\[\]]*)(?::([^:]*))?\Z", address)
    if found is None:
        raise Refused("bind: '%s' is no address; IPv6 stands in brackets"
                      % address)
    host = found.group(1).lower() or "0.0.0.0"
    return "%s:%s" % (host, _port(found.group(2) or _PORT, address))


def _passed_by_systemd():
    """Sockets that a service manager has opened; they go before `bind`."""
    if os.environ.get("LISTEN_PID") != str(os.getpid()):
        return []
    number = os.environ.get("LISTEN_FDS", "0")
    if not number.isdigit() or int(number) == 0:
        return []
    if int(number) == 1:
        return ["systemd"]
    names = os.environ.get("LISTEN_FDNAMES", "").split(":")
    if len(set(names)) != int(number) or "" in names:
        raise Refused("bind: of several sockets of systemd's each needs a"
                      " name of its own (FileDescriptorName=)")
    return ["systemd:" + name for name in names]


def _listens(conf):
    """For each address: (kind, what `listen` calls it)."""
    found = [("systemd", word) for word in _passed_by_systemd()]
    if found:
        conf.pass_over("bind", "systemd has opened the sockets")
        return found
    for address in conf.values["bind"] or ["127.0.0.1:" + _PORT]:
        if address.startswith("unix:"):
            path = re.sub(r"\Aunix:(//)?", "", address)
            found.append(("unix", "unix:" + os.path.abspath(path)))
        elif address.startswith("fd://"):
            if not address[5:].isdigit():
                raise Refused("bind: '%s' names no descriptor" % address)
            found.append(("fd", "fd:" + address[5:]))
        else:
            address = re.sub(r"\Atcp://", "", address)
            found.append(("tcp", _tcp(address)))
    return found


def _unix_options(values):
    """The file is made as under gunicorn: its umask is 0 unless told."""
    words = ["mode=%04o" % (0o777 & ~(values["umask"] or 0))]
    if os.geteuid() == 0:
        for setting, option in ("user", "owner"), ("group", "group"):
            name = account(values, setting)
            if name is not None:
                words.append("%s=%s" % (option, name))
    return words


def _addresses(conf):
    values = conf.values
    listens = _listens(conf)
    for kind, address in listens:
        words = [address]
        if kind != "systemd":
            words.append("backlog=%d" % values["backlog"])
        if kind == "unix":
            words += _unix_options(values)
        if kind == "tcp" and values["reuse_port"]:
            words.append("reuseport")
        if values["certfile"]:
            words.append("ssl")
        if values["proxy_protocol"] != "off":
            words.append("proxy_protocol")
        conf.add("server", "listen", *words, of="bind")
    if "tcp" not in [kind for kind, _ in listens]:
        conf.pass_over("reuse_port", "only for TCP")
    return listens


# ---- What is spoken on them first.


def _tls(conf):
    values = conf.values
    if not values["certfile"]:
        for name in "keyfile", "ca_certs", "cert_reqs", "ciphers":
            conf.pass_over(name, "only with certfile")
        return
    certificate = os.path.abspath(values["certfile"])
    conf.add("server", "ssl_certificate", certificate, of="certfile")
    # A file may hold both.
    conf.add("server", "ssl_certificate_key",
             os.path.abspath(values["keyfile"] or certificate), of="keyfile")
    if values["cert_reqs"] not in (0, 1, 2):
        raise Refused("cert_reqs: %s is none of 0, 1, 2"
                      % values["cert_reqs"])
    if values["cert_reqs"]:
        conf.add("server", "ssl_verify_client",
                 ("optional", "on")[values["cert_reqs"] - 1], of="cert_reqs")
        if values["ca_certs"]:
            conf.add("server", "ssl_client_certificate",
                     os.path.abspath(values["ca_certs"]), of="ca_certs")
    else:
        conf.pass_over("ca_certs", "only with cert_reqs")
    if values["ciphers"]:
        conf.add("server", "ssl_ciphers", values["ciphers"], of="ciphers")


def _proxies(conf, listens):
    values = conf.values
    if values["proxy_protocol"] == "off":
        conf.pass_over("proxy_allow_ips", "only with proxy_protocol")
        return
    sources = [word.strip() for word in values["proxy_allow_ips"].split(",")
               if word.strip()]
    if "*" in sources:
        return
    if [kind for kind, _ in listens if kind != "tcp"]:
        sources.append("unix:")
    for source in sources:
        conf.add("server", "set_real_ip_from", source, of="proxy_allow_ips")


def add(conf):
    listens = _addresses(conf)
    _tls(conf)
    _proxies(conf, listens)
