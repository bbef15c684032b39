/*
 * ct_bench_link.c -- the way of a connection's bytes: a socket, TLS, zlib.
 *
 * A plain connection is written to from the caller's memory, one call of the
 * system for a batch of calls; only what is left over is copied.
 */

#include "core/ct_config.h"

#include "ct_bench_link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "thrift/wire/ct_zstream.h"

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif

/* Source addresses, 127.0.1.1 and on. */
#define FIRST_SOURCE 0x7f000101U
#define NSOURCES     250
#define LOOPBACK_NET 127

/* Memory that is kept between two batches. */
#define KEEP_SIZE ((size_t) 64 * 1024)


void
ct_bench_link_init(ct_bench_link_t *link, const ct_bench_way_t *way)
{
    memset(link, 0, sizeof(*link));
    link->way = way;
    link->fd = -1;
    ct_buf_init(&link->out);
    if (way->tls != NULL) {
        link->tls = ct_tls_client_create_like(way->tls);
    }
}


void
ct_bench_link_close(ct_bench_link_t *link)
{
    ct_zstream_destroy(link->zstream);
    link->zstream = NULL;
    ct_buf_reset(&link->out, KEEP_SIZE);
    if (link->tls != NULL) {
        ct_tls_client_end(link->tls);
    }
    if (link->fd != -1) {
        close(link->fd);
        link->fd = -1;
    }
}


void
ct_bench_link_release(ct_bench_link_t *link)
{
    ct_bench_link_close(link);
    ct_tls_client_destroy(link->tls);
    link->tls = NULL;
    ct_buf_release(&link->out);
}


static ct_rc_t
fail(ct_bench_link_t *link, const char *c_why)
{
    link->c_why = c_why;
    return CT_ERROR;
}


static bool
is_loopback(const ct_addr_t *addr)
{
    return addr->sa.any.sa_family == AF_INET
           && ntohl(addr->sa.in.sin_addr.s_addr) >> 24 == LOOPBACK_NET;
}


static ct_rc_t
choose_source(ct_bench_link_t *link, size_t slot)
{
    const int          on = 1;
    struct sockaddr_in source = { .sin_family = AF_INET };

    source.sin_addr.s_addr = htonl(FIRST_SOURCE + (uint32_t) (slot % NSOURCES));
    (void) setsockopt(link->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on,
                      sizeof(on));
    if (bind(link->fd, (const struct sockaddr *) &source, sizeof(source))
        != 0) {
        return fail(link, strerror(errno));
    }
    return CT_OK;
}


/*
 * A unix socket's connect waits for room in the server's backlog, which
 * nothing else would tell of: it may block.
 */
static ct_rc_t
socket_connect(ct_bench_link_t *link)
{
    const ct_addr_t *addr = &link->way->addr;
    int              rc;

    do {
        rc = connect(link->fd, &addr->sa.any, addr->len);
    } while (rc != 0 && errno == EINTR && addr->sa.any.sa_family == AF_UNIX);

    if (rc != 0 && errno != EINPROGRESS && errno != EINTR) {
        return fail(link, strerror(errno));
    }
    if (addr->sa.any.sa_family == AF_UNIX
        && fcntl(link->fd, F_SETFL, O_NONBLOCK) != 0) {
        return fail(link, strerror(errno));
    }
    return CT_OK;
}


static ct_rc_t
socket_open(ct_bench_link_t *link, size_t slot)
{
    const ct_addr_t *addr = &link->way->addr;
    const bool       is_unix = addr->sa.any.sa_family == AF_UNIX;
    const int        on = 1;

    link->fd =
        socket(addr->sa.any.sa_family,
               SOCK_STREAM | SOCK_CLOEXEC | (is_unix ? 0 : SOCK_NONBLOCK), 0);
    if (link->fd == -1) {
        return fail(link, strerror(errno));
    }
    if (!is_unix) {
        (void) setsockopt(link->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    }
    if (link->way->spreads && is_loopback(addr)
        && choose_source(link, slot) != CT_OK) {
        return CT_ERROR;
    }
    return socket_connect(link);
}


static ct_rc_t
layers_begin(ct_bench_link_t *link)
{
    if (link->way->deflated) {
        link->zstream = ct_zstream_create();
        if (link->zstream == NULL) {
            return fail(link, "no memory");
        }
    }
    link->is_shaking = link->tls != NULL;
    if (link->tls != NULL
        && ct_tls_client_begin(link->tls, link->fd) != CT_OK) {
        return fail(link, ct_tls_client_why(link->tls));
    }
    return CT_OK;
}


ct_rc_t
ct_bench_link_open(ct_bench_link_t *link, size_t slot)
{
    if (socket_open(link, slot) != CT_OK || layers_begin(link) != CT_OK) {
        ct_bench_link_close(link);
        return CT_ERROR;
    }
    return CT_OK;
}


ct_rc_t
ct_bench_link_shake(ct_bench_link_t *link)
{
    short   events;
    ct_rc_t rc;

    if (!link->is_shaking) {
        return CT_OK;
    }
    rc = ct_tls_client_handshake(link->tls, &events);
    if (rc == CT_OK) {
        link->is_shaking = false;
    }
    return rc == CT_ERROR ? fail(link, ct_tls_client_why(link->tls)) : rc;
}


/* Once: CT_OK, *n bytes; CT_AGAIN, none. */
static ct_rc_t
send_some(ct_bench_link_t *link, const uint8_t *data, size_t len, size_t *n)
{
    short   events;
    ssize_t sent;
    ct_rc_t rc;

    if (link->tls != NULL) {
        rc = link->is_shaking
                 ? CT_AGAIN
                 : ct_tls_client_send(link->tls, data, len, n, &events);
        return rc == CT_ERROR ? fail(link, ct_tls_client_why(link->tls)) : rc;
    }
    do {
        sent = send(link->fd, data, len, MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);

    *n = (size_t) sent;
    if (sent >= 0) {
        return CT_OK;
    }
    return errno == EAGAIN || errno == EWOULDBLOCK
               ? CT_AGAIN
               : fail(link, strerror(errno));
}


/* As much as goes; *n bytes have gone. */
static ct_rc_t
send_all(ct_bench_link_t *link, const uint8_t *data, size_t len, size_t *n)
{
    size_t  some;
    ct_rc_t rc;

    *n = 0;
    while (*n < len) {
        rc = send_some(link, data + *n, len - *n, &some);
        if (rc != CT_OK) {
            return rc == CT_AGAIN ? CT_OK : rc;
        }
        *n += some;
        link->nsent += some;
    }
    return CT_OK;
}


ct_rc_t
ct_bench_link_flush(ct_bench_link_t *link)
{
    size_t  n;
    ct_rc_t rc;

    rc = send_all(link, link->out.pos, ct_buf_len(&link->out), &n);
    link->out.pos += n;
    if (ct_buf_len(&link->out) == 0) {
        ct_buf_reset(&link->out, KEEP_SIZE);
    }
    return rc;
}


ct_rc_t
ct_bench_link_send(ct_bench_link_t *link, const uint8_t *data, size_t len)
{
    size_t n = 0;

    if (link->zstream != NULL) {
        if (ct_zstream_deflate(link->zstream, data, len, &link->out) != CT_OK) {
            return fail(link, "no memory");
        }
        return ct_bench_link_flush(link);
    }
    if (!ct_bench_link_is_full(link)
        && send_all(link, data, len, &n) != CT_OK) {
        return CT_ERROR;
    }
    if (n < len && ct_buf_append(&link->out, data + n, len - n) != CT_OK) {
        return fail(link, "no memory");
    }
    return CT_OK;
}


static ct_rc_t
recv_some(ct_bench_link_t *link, uint8_t *data, size_t size, size_t *n)
{
    short   events;
    ssize_t got;
    ct_rc_t rc;

    if (link->tls != NULL) {
        rc = ct_tls_client_recv(link->tls, data, size, n, &events);
        if (rc == CT_OK) {
            link->nreceived += *n;
        }
        return rc == CT_ERROR ? fail(link, ct_tls_client_why(link->tls)) : rc;
    }
    do {
        got = recv(link->fd, data, size, 0);
    } while (got < 0 && errno == EINTR);

    if (got > 0) {
        *n = (size_t) got;
        link->nreceived += *n;
        return CT_OK;
    }
    if (got == 0) {
        return CT_DECLINED;
    }
    return errno == EAGAIN || errno == EWOULDBLOCK
               ? CT_AGAIN
               : fail(link, strerror(errno));
}


ct_rc_t
ct_bench_link_recv(ct_bench_link_t *link, uint8_t *data, size_t size, size_t *n)
{
    uint8_t *room;
    size_t   some;
    ct_rc_t  rc;

    if (link->zstream == NULL) {
        return recv_some(link, data, size, n);
    }
    for (;;) {
        rc = ct_zstream_inflate(link->zstream, data, size, n, &link->c_why);
        if (rc != CT_AGAIN) {
            return rc;
        }
        room = ct_zstream_room(link->zstream, &some);
        if (room == NULL) {
            return fail(link, "no memory");
        }
        rc = recv_some(link, room, some, &some);
        if (rc != CT_OK) {
            return rc;
        }
        ct_zstream_received(link->zstream, some);
    }
}
