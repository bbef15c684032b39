/*
 * ct_addr.c -- reading and writing addresses.
 *
 * Only the configuration is read here, so a host name may be looked up: it
 * happens once, in the master.  A name with several addresses gives its
 * first IPv4 one, or else its first IPv6 one: a listener is one socket, and
 * "localhost" means 127.0.0.1 to most clients.
 *
 * The length of a unix address is kept as the kernel gives it back from
 * getsockname(2): with the NUL for a path, without one for an abstract name.
 * So addresses from both sides compare.
 */

#include "core/ct_config.h"

#include "event/ct_addr.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>

enum {
    MAX_HOST = 256, /* a name of the DNS has 253 bytes at most */
    MAX_FD = 1 << 20
};


/* So that a refusal is one statement where it is found. */
static ct_rc_t
refuse(const char **c_why, const char *c_text)
{
    *c_why = c_text;
    return CT_ERROR;
}


static ct_str_t
after(ct_str_t text, size_t n)
{
    return (ct_str_t){ text.len - n, text.data + n };
}


/*
 * A NUL inside would cut the path for some calls and not for others; the NUL
 * behind a path is there because the rest of the struct is zero.
 */
static ct_rc_t
parse_unix(ct_str_t path, ct_addr_t *addr, const char **c_why)
{
    struct sockaddr_un *un = &addr->sa.un;
    const size_t        start = offsetof(struct sockaddr_un, sun_path);

    if (path.len == 0 || ct_str_eq_c(path, "@")) {
        return refuse(c_why, "the path of the unix socket is missing");
    }
    if (path.len >= sizeof(un->sun_path)) {
        return refuse(c_why, "the path of the unix socket is too long");
    }
    if (memchr(path.data, '\0', path.len) != NULL) {
        return refuse(c_why, "the path of the unix socket has a NUL in it");
    }

    un->sun_family = AF_UNIX;
    memcpy(un->sun_path, path.data, path.len);
    addr->len = (socklen_t) (start + path.len + 1);
    if (path.data[0] == '@') {
        un->sun_path[0] = '\0';
        addr->len--;
    }
    return CT_OK;
}


/* 0 to 2 are the process's own, whatever a supervisor says. */
static ct_rc_t
parse_fd(ct_str_t number, ct_addr_t *addr, const char **c_why)
{
    uint64_t fd;

    if (ct_str_to_u64(number, &fd) != CT_OK || fd < 3 || fd > MAX_FD) {
        return refuse(c_why, "fd: wants the number of a descriptor above 2");
    }
    addr->sa.any.sa_family = AF_UNSPEC;
    addr->fd = (int) fd;
    return CT_OK;
}


/* The name of a socket that a service manager passes; empty: any of them. */
static ct_rc_t
parse_name(ct_str_t name, ct_addr_t *addr, const char **c_why)
{
    if (name.len >= sizeof(addr->sa.un.sun_path)
        || (name.len > 0 && memchr(name.data, ':', name.len) != NULL)
        || (name.len > 0 && memchr(name.data, '\0', name.len) != NULL)) {
        return refuse(c_why, "systemd: wants the name of a socket");
    }
    addr->sa.any.sa_family = AF_UNSPEC;
    memcpy(addr->sa.un.sun_path, name.data, name.len);
    return CT_OK;
}


/*
 * Port 0 would let the kernel choose, which no client could know, and which a
 * reload could not recognise.
 */
static ct_rc_t
parse_port(ct_str_t text, in_port_t *port, const char **c_why)
{
    uint64_t number;

    if (ct_str_to_u64(text, &number) != CT_OK || number < 1
        || number > UINT16_MAX) {
        return refuse(c_why, "a port is a number from 1 to 65535");
    }
    *port = htons((uint16_t) number);
    return CT_OK;
}


static void
take_found(const struct addrinfo *found, ct_addr_t *addr)
{
    memcpy(&addr->sa, found->ai_addr, found->ai_addrlen);
    addr->len = found->ai_addrlen;
}


/* The first address of the wanted families, IPv4 before IPv6. */
static const struct addrinfo *
choose(const struct addrinfo *list)
{
    const struct addrinfo *six = NULL;

    for (const struct addrinfo *i = list; i != NULL; i = i->ai_next) {
        if (i->ai_family == AF_INET) {
            return i;
        }
        if (i->ai_family == AF_INET6 && six == NULL) {
            six = i;
        }
    }
    return six;
}


/* `flags` is AI_NUMERICHOST where a name would be wrong: in brackets. */
static ct_rc_t
look_up(ct_str_t host, int family, int flags, ct_addr_t *addr,
        const char **c_why)
{
    const struct addrinfo  hints = { .ai_family = family,
                                     .ai_socktype = SOCK_STREAM,
                                     .ai_flags = flags };
    const struct addrinfo *found;
    struct addrinfo       *list = NULL;
    char                   c_host[MAX_HOST];
    int                    rc;

    if (host.len == 0 || host.len >= sizeof(c_host)
        || memchr(host.data, '\0', host.len) != NULL) {
        return refuse(c_why, "the host is missing or too long");
    }
    memcpy(c_host, host.data, host.len);
    c_host[host.len] = '\0';

    rc = getaddrinfo(c_host, NULL, &hints, &list);
    if (rc != 0) {
        return refuse(c_why, family == AF_INET6
                                 ? "in brackets stands an IPv6 address"
                                 : gai_strerror(rc));
    }
    found = choose(list);
    if (found != NULL) {
        take_found(found, addr);
    }
    freeaddrinfo(list);
    return found != NULL ? CT_OK
                         : refuse(c_why, "the host has no usable address");
}


/* getaddrinfo rather than inet_pton, for the scope in [fe80::1%eth0]. */
static ct_rc_t
parse_ipv6(ct_str_t text, ct_addr_t *addr, const char **c_why)
{
    const char *end = memchr(text.data, ']', text.len);
    ct_str_t    host;
    ct_str_t    port;

    if (end == NULL) {
        return refuse(c_why, "a ']' is missing");
    }
    host = (ct_str_t){ (size_t) (end - text.data) - 1, text.data + 1 };
    port = after(text, host.len + 2);
    if (port.len < 2 || port.data[0] != ':') {
        return refuse(c_why, "a port is missing");
    }
    if (look_up(host, AF_INET6, AI_NUMERICHOST, addr, c_why) != CT_OK) {
        return CT_ERROR;
    }
    return parse_port(after(port, 1), &addr->sa.in6.sin6_port, c_why);
}


static bool
is_digits(ct_str_t text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return false;
        }
    }
    return text.len > 0;
}


/* '*' is IPv4 only: IPv6 is [::], and both may stand side by side. */
static void
set_any(ct_addr_t *addr)
{
    addr->sa.in.sin_family = AF_INET;
    addr->sa.in.sin_addr.s_addr = htonl(INADDR_ANY);
    addr->len = sizeof(addr->sa.in);
}


/* HOST:PORT, *:PORT, or a port by itself; `flags` are look_up's. */
static ct_rc_t
parse_host(ct_str_t text, int flags, ct_addr_t *addr, const char **c_why)
{
    const char *colon = memchr(text.data, ':', text.len);
    ct_str_t    host = { 1, "*" };
    ct_str_t    port = text;

    if (colon != NULL) {
        host = (ct_str_t){ (size_t) (colon - text.data), text.data };
        port = after(text, host.len + 1);
    } else if (!is_digits(text)) {
        return refuse(c_why, "a port is missing");
    }
    if (memchr(port.data, ':', port.len) != NULL) {
        return refuse(c_why, "an IPv6 address stands in brackets");
    }

    if (ct_str_eq_c(host, "*")) {
        set_any(addr);
    } else if (look_up(host, AF_UNSPEC, flags, addr, c_why) != CT_OK) {
        return CT_ERROR;
    }
    return parse_port(port,
                      addr->sa.any.sa_family == AF_INET6
                          ? &addr->sa.in6.sin6_port
                          : &addr->sa.in.sin_port,
                      c_why);
}


/* *addr is written last, and only if all is well. */
static ct_rc_t
parse(ct_str_t text, int flags, ct_addr_t *addr, const char **c_why)
{
    ct_addr_t found = { .fd = -1 };
    ct_rc_t   rc;

    if (text.len == 0) {
        return refuse(c_why, "the address is empty");
    }
    if (ct_str_starts_with(text, "unix:")) {
        rc = parse_unix(after(text, 5), &found, c_why);
    } else if (ct_str_starts_with(text, "fd:")) {
        rc = parse_fd(after(text, 3), &found, c_why);
    } else if (ct_str_eq_c(text, "systemd")) {
        rc = parse_name(after(text, text.len), &found, c_why);
    } else if (ct_str_starts_with(text, "systemd:")) {
        rc = parse_name(after(text, sizeof("systemd:") - 1), &found, c_why);
    } else if (text.data[0] == '[') {
        rc = parse_ipv6(text, &found, c_why);
    } else {
        rc = parse_host(text, flags, &found, c_why);
    }
    if (rc == CT_OK) {
        *addr = found;
    }
    return rc;
}


ct_rc_t
ct_addr_parse(ct_str_t text, ct_addr_t *addr, const char **c_why)
{
    return parse(text, 0, addr, c_why);
}


ct_rc_t
ct_addr_parse_numeric(ct_str_t text, ct_addr_t *addr, const char **c_why)
{
    return parse(text, AI_NUMERICHOST, addr, c_why);
}


/* inet_pton(3) wants a NUL, and lets nothing pass that is not an address. */
ct_rc_t
ct_peer_parse(ct_str_t host, uint16_t port, ct_peer_t *peer)
{
    char      c_host[INET6_ADDRSTRLEN];
    ct_peer_t made;

    if (host.len == 0 || host.len >= sizeof(c_host)
        || memchr(host.data, '\0', host.len) != NULL) {
        return CT_DECLINED;
    }
    memcpy(c_host, host.data, host.len);
    c_host[host.len] = '\0';
    memset(&made, 0, sizeof(made));
    if (inet_pton(AF_INET, c_host, &made.sa.in.sin_addr) == 1) {
        made.sa.in.sin_family = AF_INET;
        made.sa.in.sin_port = htons(port);
    } else if (inet_pton(AF_INET6, c_host, &made.sa.in6.sin6_addr) == 1) {
        made.sa.in6.sin6_family = AF_INET6;
        made.sa.in6.sin6_port = htons(port);
    } else {
        return CT_DECLINED;
    }
    *peer = made;
    return CT_OK;
}


ct_rc_t
ct_addr_of_socket(int fd, ct_addr_t *addr)
{
    ct_addr_t found = { .fd = -1, .len = sizeof(found.sa) };

    if (getsockname(fd, &found.sa.any, &found.len) != 0
        || found.len > sizeof(found.sa)) {
        return CT_ERROR;
    }
    *addr = found;
    return CT_OK;
}


/* Field by field: sin6_flowinfo and padding mean nothing here. */
static bool
in6_eq(const struct sockaddr_in6 *a, const struct sockaddr_in6 *b)
{
    return a->sin6_port == b->sin6_port && a->sin6_scope_id == b->sin6_scope_id
           && memcmp(&a->sin6_addr, &b->sin6_addr, sizeof(a->sin6_addr)) == 0;
}


bool
ct_addr_eq(const ct_addr_t *a, const ct_addr_t *b)
{
    if (a->sa.any.sa_family != b->sa.any.sa_family) {
        return false;
    }
    switch (a->sa.any.sa_family) {
    case AF_INET:
        return a->sa.in.sin_port == b->sa.in.sin_port
               && a->sa.in.sin_addr.s_addr == b->sa.in.sin_addr.s_addr;
    case AF_INET6:
        return in6_eq(&a->sa.in6, &b->sa.in6);
    case AF_UNIX:
        return a->len == b->len && memcmp(&a->sa.un, &b->sa.un, a->len) == 0;
    default:
        return a->fd == b->fd
               && strcmp(a->sa.un.sun_path, b->sa.un.sun_path) == 0;
    }
}


static const char *
in_text(const struct sockaddr_in *in, char *out, size_t size)
{
    char host[INET_ADDRSTRLEN] = "?";

    inet_ntop(AF_INET, &in->sin_addr, host, sizeof(host));
    snprintf(out, size, "%s:%u", host, ntohs(in->sin_port));
    return out;
}


/* A scope is written as its number, which ct_addr_parse reads as well. */
static const char *
in6_text(const struct sockaddr_in6 *in6, char *out, size_t size)
{
    char host[INET6_ADDRSTRLEN] = "?";
    char scope[16] = "";

    inet_ntop(AF_INET6, &in6->sin6_addr, host, sizeof(host));
    if (in6->sin6_scope_id != 0) {
        snprintf(scope, sizeof(scope), "%%%u", (unsigned) in6->sin6_scope_id);
    }
    snprintf(out, size, "[%s%s]:%u", host, scope, ntohs(in6->sin6_port));
    return out;
}


/* An abstract name may hold any byte; those the configuration makes do not. */
static const char *
un_text(const struct sockaddr_un *un, socklen_t len, char *out, size_t size)
{
    const size_t start = offsetof(struct sockaddr_un, sun_path);
    const size_t n = len > start ? len - start : 0;

    if (n > 1 && un->sun_path[0] == '\0') {
        snprintf(out, size, "unix:@%.*s", (int) n - 1, un->sun_path + 1);
    } else {
        snprintf(out, size, "unix:%.*s", (int) n, un->sun_path);
    }
    return out;
}


/* What is not an address but a way to come by a socket. */
static const char *
other_text(const ct_addr_t *addr, char *out, size_t size)
{
    const char *c_name = addr->sa.un.sun_path;

    if (addr->fd != -1) {
        snprintf(out, size, "fd:%d", addr->fd);
    } else {
        snprintf(out, size, "systemd%s%s", c_name[0] != '\0' ? ":" : "",
                 c_name);
    }
    return out;
}


const char *
ct_addr_text(const ct_addr_t *addr, char *out, size_t size)
{
    switch (addr->sa.any.sa_family) {
    case AF_INET:
        return in_text(&addr->sa.in, out, size);
    case AF_INET6:
        return in6_text(&addr->sa.in6, out, size);
    case AF_UNIX:
        return un_text(&addr->sa.un, addr->len, out, size);
    default:
        return other_text(addr, out, size);
    }
}


const char *
ct_peer_text(const ct_peer_t *peer, char *out, size_t size)
{
    switch (peer->sa.any.sa_family) {
    case AF_INET:
        return in_text(&peer->sa.in, out, size);
    case AF_INET6:
        return in6_text(&peer->sa.in6, out, size);
    default:
        snprintf(out, size, "unix:");
        return out;
    }
}


size_t
ct_peer_write_host(const ct_peer_t *peer, char out[CT_HOST_SIZE])
{
    static const char unix_host[] = "unix:";

    switch (peer->sa.any.sa_family) {
    case AF_INET:
        return ct_host_write_in(&peer->sa.in.sin_addr, out);
    case AF_INET6:
        return ct_host_write_in6(&peer->sa.in6.sin6_addr, out);
    default:
        memcpy(out, unix_host, sizeof(unix_host) - 1);
        return sizeof(unix_host) - 1;
    }
}


uint16_t
ct_peer_port(const ct_peer_t *peer)
{
    switch (peer->sa.any.sa_family) {
    case AF_INET:
        return ntohs(peer->sa.in.sin_port);
    case AF_INET6:
        return ntohs(peer->sa.in6.sin6_port);
    default:
        return 0;
    }
}
