/*
 * ct_client_socket.c -- the connection of a ct_client_t, with its deadlines.
 *
 * Bytes go through up to three layers; two of them may be missing:
 *
 *   ct_client  ->  zlib stream  ->  TLS  ->  socket
 *
 * Connecting, sending and receiving have a deadline each; whoever waits for
 * the socket waits in socket_wait, and of a fiber only itself does.
 */

#include "core/ct_config.h"

#include "thrift/ct_client_socket.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/ct_clock.h"
#include "core/ct_str.h"
#include "event/ct_addr.h"
#include "event/ct_fiber_wait.h"
#include "event/ct_socket.h"
#include "event/ct_tls_client.h"
#include "thrift/ct_client.h"
#include "thrift/wire/ct_zstream.h"

#define READ_SIZE ((size_t) 16 * 1024)

/* A host's name, longer than DNS has any. */
#define HOST_SIZE 256

/* Memory that is kept between two calls. */
#define KEEP_SIZE ((size_t) 64 * 1024)


/* The host of "host:port" or "[host]:port"; a unix socket has none. */
static ct_tls_client_t *
tls_create(const ct_client_conf_t *conf)
{
    ct_str_t    host = ct_str_of(conf->address);
    const char *c_colon = strrchr(conf->address, ':');
    char        c_host[HOST_SIZE];

    if (ct_str_starts_with(host, "unix:")) {
        host = CT_STR("localhost");
    } else if (c_colon != NULL) {
        host.len = (size_t) (c_colon - conf->address);
    }
    if (host.len > 1 && host.data[0] == '[') {
        host = (ct_str_t){ host.len - 2, host.data + 1 };
    }
    snprintf(c_host, sizeof(c_host), "%.*s", CT_STR_ARG(host));
    return ct_tls_client_create(conf->tls, c_host);
}


void
ct_client_socket_init(ct_client_socket_t *sock, const ct_client_conf_t *conf)
{
    memset(sock, 0, sizeof(*sock));
    sock->conf = conf;
    sock->fd = -1;
    ct_buf_init(&sock->packed);
    if (conf->tls != NULL) {
        sock->tls = tls_create(conf);
    }
}


void
ct_client_socket_close(ct_client_socket_t *sock)
{
    ct_zstream_destroy(sock->zstream);
    sock->zstream = NULL;
    ct_buf_reset(&sock->packed, KEEP_SIZE);
    if (sock->tls != NULL) {
        ct_tls_client_end(sock->tls);
    }
    if (sock->fd != -1) {
        close(sock->fd);
        sock->fd = -1;
    }
}


void
ct_client_socket_release(ct_client_socket_t *sock)
{
    ct_client_socket_close(sock);
    ct_tls_client_destroy(sock->tls);
    sock->tls = NULL;
    ct_buf_release(&sock->packed);
}


static ct_rc_t
fail(ct_client_socket_t *sock, const char *c_what, const char *c_why)
{
    sock->c_what = c_what;
    sock->c_why = c_why;
    return CT_ERROR;
}


/*
 * Waits for the socket until the deadline (0: none): in a fiber the loop goes
 * on meanwhile.  CT_ERROR sets errno.
 */
static ct_rc_t
socket_wait(ct_client_socket_t *sock, short events, uint64_t deadline_ms)
{
    uint64_t timeout_ms = 0;
    ct_rc_t  rc = CT_AGAIN;

    if (deadline_ms != 0) {
        const uint64_t now_ms = ct_clock_ms();

        timeout_ms = now_ms < deadline_ms ? deadline_ms - now_ms : 0;
    }
    if (deadline_ms == 0 || timeout_ms != 0) {
        rc = ct_fiber_wait(sock->fd, (unsigned short) events, timeout_ms);
    }
    switch (rc) {
    case CT_OK:
        return CT_OK;
    case CT_AGAIN:
        errno = ETIMEDOUT;
        break;
    case CT_DECLINED:
        errno = ECANCELED;
        break;
    case CT_ERROR:
        break;
    }
    return CT_ERROR;
}


static uint64_t
deadline_of(uint32_t timeout_ms)
{
    return timeout_ms == 0 ? 0 : ct_clock_ms() + timeout_ms;
}


/* The end of a connect(2) that did not finish at once. */
static ct_rc_t
connect_finish(ct_client_socket_t *sock, uint64_t deadline_ms)
{
    socklen_t len = sizeof(int);
    int       err = 0;

    if (socket_wait(sock, POLLOUT, deadline_ms) != CT_OK) {
        return CT_ERROR;
    }
    if (getsockopt(sock->fd, SOL_SOCKET, SO_ERROR, &err, &len) != 0) {
        return CT_ERROR;
    }
    errno = err;
    return err == 0 ? CT_OK : CT_ERROR;
}


static ct_rc_t
socket_open(ct_client_socket_t *sock, uint64_t deadline_ms)
{
    const char *c_why = NULL;
    ct_addr_t   addr;
    int         one = 1;

    if (ct_addr_parse(ct_str_of(sock->conf->address), &addr, &c_why) != CT_OK) {
        return fail(sock, "bad address", c_why);
    }
    if (addr.fd != -1
        || ct_socket_create(addr.sa.any.sa_family, &sock->fd) != CT_OK) {
        return fail(sock, "cannot make a socket for", strerror(errno));
    }
    if (addr.sa.any.sa_family != AF_UNIX) {
        (void) setsockopt(sock->fd, IPPROTO_TCP, TCP_NODELAY, &one,
                          sizeof(one));
    }
    if (connect(sock->fd, &addr.sa.any, addr.len) == 0) {
        return CT_OK;
    }
    if ((errno != EINPROGRESS && errno != EINTR)
        || connect_finish(sock, deadline_ms) != CT_OK) {
        return fail(sock, "cannot connect to", strerror(errno));
    }
    return CT_OK;
}


static ct_rc_t
tls_connect(ct_client_socket_t *sock, uint64_t deadline_ms)
{
    ct_rc_t rc = ct_tls_client_begin(sock->tls, sock->fd);
    short   events = 0;

    while (rc == CT_OK) {
        rc = ct_tls_client_handshake(sock->tls, &events);
        if (rc == CT_OK) {
            return CT_OK;
        }
        if (rc == CT_AGAIN) {
            if (socket_wait(sock, events, deadline_ms) != CT_OK) {
                return fail(sock, "no TLS with", strerror(errno));
            }
            rc = CT_OK;
        }
    }
    return fail(sock, "no TLS with", ct_tls_client_why(sock->tls));
}


ct_rc_t
ct_client_socket_connect(ct_client_socket_t *sock)
{
    const uint64_t deadline_ms = deadline_of(sock->conf->connect_timeout_ms);

    if (sock->fd != -1) {
        return CT_OK;
    }
    if (socket_open(sock, deadline_ms) != CT_OK) {
        return CT_ERROR;
    }
    if (sock->tls != NULL && tls_connect(sock, deadline_ms) != CT_OK) {
        return CT_ERROR;
    }
    if (sock->conf->deflated) {
        sock->zstream = ct_zstream_create();
        if (sock->zstream == NULL) {
            return fail(sock, "cannot deflate for", "no memory");
        }
    }
    return CT_OK;
}


/* Once, through TLS or not; CT_AGAIN: poll for *events first. */
static ct_rc_t
send_some(ct_client_socket_t *sock, const uint8_t *data, size_t len,
          size_t *sent, short *events)
{
    ssize_t n;

    if (sock->tls != NULL) {
        return ct_tls_client_send(sock->tls, data, len, sent, events);
    }
    do {
        n = send(sock->fd, data, len, MSG_NOSIGNAL);
    } while (n < 0 && errno == EINTR);

    *sent = (size_t) n;
    *events = POLLOUT;
    if (n >= 0) {
        return CT_OK;
    }
    return errno == EAGAIN || errno == EWOULDBLOCK ? CT_AGAIN : CT_ERROR;
}


/* What the last layer has to say of an error. */
static const char *
reason(const ct_client_socket_t *sock)
{
    return sock->tls != NULL ? ct_tls_client_why(sock->tls) : strerror(errno);
}


static ct_rc_t
bytes_send(ct_client_socket_t *sock, ct_buf_t *out, uint64_t deadline_ms)
{
    short   events;
    size_t  n;
    ct_rc_t rc;

    while (ct_buf_len(out) != 0) {
        rc = send_some(sock, out->pos, ct_buf_len(out), &n, &events);
        if (rc == CT_OK) {
            out->pos += n;
        } else if (rc != CT_AGAIN) {
            return fail(sock, "cannot send to", reason(sock));
        } else if (socket_wait(sock, events, deadline_ms) != CT_OK) {
            return fail(sock, "cannot send to", strerror(errno));
        }
    }
    return CT_OK;
}


ct_rc_t
ct_client_socket_send(ct_client_socket_t *sock, ct_buf_t *out)
{
    const uint64_t deadline_ms = deadline_of(sock->conf->send_timeout_ms);

    if (sock->zstream == NULL) {
        return bytes_send(sock, out, deadline_ms);
    }
    ct_buf_reset(&sock->packed, KEEP_SIZE);
    if (ct_zstream_deflate(sock->zstream, out->pos, ct_buf_len(out),
                           &sock->packed)
        != CT_OK) {
        return fail(sock, "cannot send to", "no memory");
    }
    out->pos = out->last;
    return bytes_send(sock, &sock->packed, deadline_ms);
}


/* As send_some; CT_DECLINED: the server has ended. */
static ct_rc_t
receive_some(ct_client_socket_t *sock, uint8_t *data, size_t size, size_t *got,
             short *events)
{
    ssize_t n;

    if (sock->tls != NULL) {
        return ct_tls_client_recv(sock->tls, data, size, got, events);
    }
    do {
        n = recv(sock->fd, data, size, 0);
    } while (n < 0 && errno == EINTR);

    *got = (size_t) n;
    *events = POLLIN;
    if (n > 0) {
        return CT_OK;
    }
    if (n == 0) {
        return CT_DECLINED;
    }
    return errno == EAGAIN || errno == EWOULDBLOCK ? CT_AGAIN : CT_ERROR;
}


/* What has come, 1 to `size` bytes. */
static ct_rc_t
bytes_receive(ct_client_socket_t *sock, uint8_t *data, size_t size, size_t *got,
              uint64_t deadline_ms)
{
    short   events;
    ct_rc_t rc;

    for (;;) {
        rc = receive_some(sock, data, size, got, &events);
        if (rc == CT_OK) {
            return CT_OK;
        }
        if (rc == CT_DECLINED) {
            return fail(sock, "no reply from", "the server has closed");
        }
        if (rc != CT_AGAIN) {
            return fail(sock, "no reply from", reason(sock));
        }
        if (socket_wait(sock, events, deadline_ms) != CT_OK) {
            return fail(sock, "no reply from", strerror(errno));
        }
    }
}


static ct_rc_t
inflated_receive(ct_client_socket_t *sock, uint8_t *data, size_t size,
                 size_t *got, uint64_t deadline_ms)
{
    const char *c_why = "the stream has ended";
    uint8_t    *room;
    size_t      n;
    ct_rc_t     rc;

    for (;;) {
        rc = ct_zstream_inflate(sock->zstream, data, size, got, &c_why);
        if (rc == CT_OK) {
            return CT_OK;
        }
        if (rc != CT_AGAIN) {
            return fail(sock, "bad reply from", c_why);
        }
        room = ct_zstream_room(sock->zstream, &n);
        if (room == NULL) {
            return fail(sock, "cannot receive from", "no memory");
        }
        if (bytes_receive(sock, room, n, &n, deadline_ms) != CT_OK) {
            return CT_ERROR;
        }
        ct_zstream_received(sock->zstream, n);
    }
}


ct_rc_t
ct_client_socket_receive(ct_client_socket_t *sock, ct_buf_t *in,
                         uint64_t deadline_ms)
{
    size_t  n;
    ct_rc_t rc;

    if (ct_buf_reserve(in, READ_SIZE) != CT_OK) {
        return fail(sock, "cannot receive from", "no memory");
    }
    if (sock->zstream != NULL) {
        rc = inflated_receive(sock, in->last, ct_buf_room(in), &n, deadline_ms);
    } else {
        rc = bytes_receive(sock, in->last, ct_buf_room(in), &n, deadline_ms);
    }
    if (rc == CT_OK) {
        in->last += n;
    }
    return rc;
}
