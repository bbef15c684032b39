/*
 * ct_listen_option.c -- the socket options of a listen.
 *
 * A kept socket must end up as a fresh one would, so what the configuration
 * no longer asks for is turned off again; only buffer sizes stay, because
 * there is no way back to "what the system thinks best".  A socket that came
 * as fd:N is its opener's: only what the directive names is changed.
 *
 * Accepted sockets take keepalive, buffer sizes and TCP_NODELAY over from the
 * listening one, on Linux and on the BSDs.
 */

#include "core/ct_config.h"

#include "event/ct_listen_option.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "core/ct_log.h"
#include "event/ct_listen.h"
#include "event/ct_socket.h"


static bool
is_tcp(const ct_listen_t *listen)
{
    const sa_family_t family = listen->addr.sa.any.sa_family;

    return family == AF_INET || family == AF_INET6;
}


/*
 * IPv6 sockets take IPv6 only, unless asked otherwise: so [::]:N and *:N can
 * both be listened on, and addresses are what they look like.
 */
ct_rc_t
ct_listen_set_before_bind(const ct_listen_t *listen, int fd)
{
    if (!is_tcp(listen)) {
        return CT_OK;
    }
    if (ct_socket_set(fd, SOL_SOCKET, SO_REUSEADDR, 1) != CT_OK) {
        return CT_ERROR;
    }
    if (listen->reuseport && ct_socket_set_reuseport(fd) != CT_OK) {
        return CT_ERROR;
    }
    if (listen->addr.sa.any.sa_family == AF_INET6) {
        return ct_socket_set(fd, IPPROTO_IPV6, IPV6_V6ONLY,
                             listen->ipv6only != CT_TRI_OFF);
    }
    return CT_OK;
}


static void
check(ct_rc_t rc, const ct_listen_t *listen, const char *c_name, ct_log_t *log)
{
    if (rc != CT_OK) {
        CT_LOG(log, CT_LOG_WARN, errno, "cannot set %s of '%s'", c_name,
               listen->text.data);
    }
}


static void
set_buffers(const ct_listen_t *listen, int fd, ct_log_t *log)
{
    if (listen->rcvbuf > 0) {
        check(ct_socket_set(fd, SOL_SOCKET, SO_RCVBUF, listen->rcvbuf), listen,
              "rcvbuf", log);
    }
    if (listen->sndbuf > 0) {
        check(ct_socket_set(fd, SOL_SOCKET, SO_SNDBUF, listen->sndbuf), listen,
              "sndbuf", log);
    }
}


void
ct_listen_set_live(const ct_listen_t *listen, int fd, ct_log_t *log)
{
    const bool is_ours = is_tcp(listen);

    set_buffers(listen, fd, log);
    if (is_ours) {
        /* Replies are written whole: there is nothing for Nagle to gather. */
        (void) ct_socket_set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    }
    if (is_ours || listen->so_keepalive != CT_TRI_UNSET) {
        check(ct_socket_set(fd, SOL_SOCKET, SO_KEEPALIVE,
                            listen->so_keepalive == CT_TRI_ON),
              listen, "so_keepalive", log);
    }
    if (listen->deferred || (is_ours && ct_socket_has_deferred())) {
        check(ct_socket_set_deferred(fd, listen->deferred), listen, "deferred",
              log);
    }
    if (listen->fastopen > 0 || (is_ours && ct_socket_has_fastopen())) {
        check(ct_socket_set_fastopen(fd, listen->fastopen), listen, "fastopen",
              log);
    }
}


bool
ct_listen_is_reuseport(int fd)
{
#ifdef SO_REUSEPORT
    return ct_socket_get(fd, SOL_SOCKET, SO_REUSEPORT);
#else
    (void) fd;
    return false;
#endif
}


/* The kernel's limit, or 0 where it does not say. */
static int
backlog_limit(void)
{
    char     digits[24];
    int      fd = open("/proc/sys/net/core/somaxconn", O_RDONLY | O_CLOEXEC);
    ssize_t  n;
    uint64_t limit;

    if (fd < 0) {
        return 0;
    }
    n = read(fd, digits, sizeof(digits));
    close(fd);
    if (n < 2
        || ct_str_to_u64((ct_str_t){ (size_t) n - 1, digits }, &limit) != CT_OK
        || limit > INT32_MAX) {
        return 0;
    }
    return (int) limit;
}


void
ct_listen_check_backlog(const ct_listen_t *listen, ct_log_t *log)
{
    const int limit = backlog_limit();

    if (limit > 0 && listen->backlog > limit) {
        CT_LOG(log, CT_LOG_WARN, 0,
               "backlog %d of '%s' is cut to %d by net.core.somaxconn",
               listen->backlog, listen->text.data, limit);
    }
}
