/*
 * ct_conn.c -- reading, writing and closing a connection.
 *
 * state  | event              | function         | next
 * -------+--------------------+------------------+-------
 * -      | a socket           | ct_conn_open     | open
 * open   | bytes, room, timer | its `events`     | open
 * open   | whoever wants      | ct_conn_close    | closed
 * open   | another worker has | ct_conn_give_away| closed
 * closed | the turn is over   | ct_acceptor_gone | -
 *
 * The kernel reports edges, so a direction must be marked as not ready
 * whenever it is, and only then.  EAGAIN says so; a read or write that moved
 * less than asked says so too (epoll(7), question 9) and saves the call that
 * would bring EAGAIN.  The exception is a peer that has ended its side: the
 * edge of its FIN has been reported already, possibly together with the last
 * bytes, and nothing further will come; then we read on until the end.
 */

#include "core/ct_config.h"

#include "event/ct_conn.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "core/ct_mem.h"
#include "event/ct_accept.h"
#include "event/ct_loop.h"
#include "event/ct_socket.h"
#include "event/ct_tls.h"

/* SIGPIPE is ignored by the process too, where this is not known. */
#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

/* Where it is not known, the end follows in a packet of its own. */
#ifndef MSG_MORE
#define MSG_MORE 0
#endif


/*
 * The struct stays readable until the turn ends, so `closed` may be asked
 * after a callback that closed.
 */
CT_HOT static void
conn_ready(ct_io_t *io)
{
    ct_conn_t *conn = io->data;
    uint8_t    news = io->news;

    if (conn->tls != NULL) {
        news = ct_tls_news(conn, news);
    }
    if ((news & CT_IO_READ) && conn->events->on_readable != NULL) {
        conn->events->on_readable(conn);
    }
    if ((news & CT_IO_WRITE) && !conn->closed
        && conn->events->on_writable != NULL) {
        conn->events->on_writable(conn);
    }
}


static void
conn_timer_passed(ct_timer_t *timer)
{
    ct_conn_t *conn = timer->data;

    if (conn->events->on_timer != NULL) {
        conn->events->on_timer(conn);
    }
}


/*
 * A new socket can be written to.  Knowing it here spares every connection a
 * call of on_writable that has nothing to write.
 */
ct_rc_t
ct_conn_open(ct_conn_t *conn, ct_loop_t *loop, int fd)
{
    conn->io.fd = fd;
    conn->io.fn = conn_ready;
    conn->io.data = conn;
    conn->timer.fn = conn_timer_passed;
    conn->timer.data = conn;
    conn->loop = loop;
    conn->accepted_ms = ct_loop_now_ms(loop);
    conn->active_ms = conn->accepted_ms;

    if (ct_loop_add_io(loop, &conn->io, CT_IO_READ | CT_IO_WRITE) != CT_OK) {
        return CT_ERROR;
    }
    conn->io.writable = true;
    ct_loop_rearm_io(loop, &conn->io);
    return CT_OK;
}


static bool
is_not_now(int err)
{
    return err == EAGAIN || err == EWOULDBLOCK;
}


static void
not_readable(ct_conn_t *conn)
{
    conn->io.readable = false;
    ct_loop_rearm_io(conn->loop, &conn->io);
}


static void
not_writable(ct_conn_t *conn)
{
    conn->io.writable = false;
    ct_loop_rearm_io(conn->loop, &conn->io);
}


static inline ct_rc_t
recv_raw(ct_conn_t *conn, void *data, size_t size, size_t *n)
{
    ssize_t got;

    CT_ASSERT(size > 0);
    if (conn->closed) {
        return CT_ERROR;
    }
    got = ct_socket_recv(conn->io.fd, data, size);
    if (got == 0) {
        return CT_DECLINED;
    }
    if (got < 0) {
        if (!is_not_now(errno)) {
            return CT_ERROR;
        }
        not_readable(conn);
        return CT_AGAIN;
    }

    if ((size_t) got < size && !conn->io.ending && !conn->io.hung_up) {
        not_readable(conn);
    }
    *n = (size_t) got;
    return CT_OK;
}


ct_rc_t
ct_conn_recv_raw(ct_conn_t *conn, void *data, size_t size, size_t *n)
{
    return recv_raw(conn, data, size, n);
}


/* What came of sending `len` bytes. */
static inline ct_rc_t
send_judge(ct_conn_t *conn, ssize_t sent, size_t len, size_t *n)
{
    if (sent < 0) {
        if (!is_not_now(errno)) {
            return CT_ERROR;
        }
        not_writable(conn);
        return CT_AGAIN;
    }
    if ((size_t) sent < len) {
        not_writable(conn);
    }
    *n = (size_t) sent;
    return CT_OK;
}


static inline ct_rc_t
send_raw(ct_conn_t *conn, const void *data, size_t len, size_t *n)
{
    const int flags = conn->is_ending ? MSG_NOSIGNAL | MSG_MORE : MSG_NOSIGNAL;

    CT_ASSERT(len > 0);
    if (conn->closed) {
        return CT_ERROR;
    }
    return send_judge(conn, ct_socket_send(conn->io.fd, data, len, flags), len,
                      n);
}


ct_rc_t
ct_conn_send_raw(ct_conn_t *conn, const void *data, size_t len, size_t *n)
{
    return send_raw(conn, data, len, n);
}


CT_HOT ct_rc_t
ct_conn_recv(ct_conn_t *conn, void *data, size_t size, size_t *n)
{
    const ct_rc_t rc = CT_UNLIKELY(conn->tls != NULL)
                           ? ct_tls_recv(conn, data, size, n)
                           : recv_raw(conn, data, size, n);

    if (rc == CT_OK) {
        conn->bytes_in += *n;
        conn->active_ms = ct_loop_now_ms(conn->loop);
    }
    return rc;
}


static inline void
has_sent(ct_conn_t *conn, size_t n)
{
    conn->bytes_out += n;
    conn->active_ms = ct_loop_now_ms(conn->loop);
}


ct_rc_t
ct_conn_send_pieces(ct_conn_t *conn, const struct iovec *pieces, size_t npieces,
                    size_t *n)
{
    struct msghdr message = { .msg_iovlen = npieces };
    size_t        len = 0;
    ssize_t       sent;
    ct_rc_t       rc;

    CT_ASSERT(conn->tls == NULL);
    if (conn->closed) {
        return CT_ERROR;
    }
    for (size_t i = 0; i < npieces; i++) {
        len += pieces[i].iov_len;
    }
    message.msg_iov = (struct iovec *) (uintptr_t) pieces;
    do {
        sent = sendmsg(conn->io.fd, &message, MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    rc = send_judge(conn, sent, len, n);
    if (rc == CT_OK) {
        has_sent(conn, *n);
    }
    return rc;
}


CT_HOT ct_rc_t
ct_conn_send(ct_conn_t *conn, const void *data, size_t len, size_t *n)
{
    const ct_rc_t rc = CT_UNLIKELY(conn->tls != NULL)
                           ? ct_tls_send(conn, data, len, n)
                           : send_raw(conn, data, len, n);

    if (rc == CT_OK) {
        has_sent(conn, *n);
    }
    return rc;
}


/*
 * A peer that has gone already makes this fail, which is no matter.  TLS says
 * goodbye first; where there is no room for that now, it comes here again.
 */
void
ct_conn_shutdown(ct_conn_t *conn)
{
    if (conn->closed
        || (conn->tls != NULL && ct_tls_shutdown(conn) == CT_AGAIN)) {
        return;
    }
    (void) shutdown(conn->io.fd, SHUT_WR);
}


/*
 * `closed` is set first, so that an on_close that closes again does no harm;
 * it may still ask for the peer and the descriptor.
 */
static void
end(ct_conn_t *conn, ct_gone_t how)
{
    conn->closed = true;
    conn->closing = true;

    if (conn->events != NULL && conn->events->on_close != NULL) {
        conn->events->on_close(conn);
    }
    if (conn->tls != NULL) {
        ct_tls_end(conn);
    }
    ct_timer_stop(conn->loop, &conn->timer);
    ct_loop_remove_io(conn->loop, &conn->io);
    close(conn->io.fd);
    conn->io.fd = -1;
    ct_mem_release(conn->proxied);
    conn->proxied = NULL;

    if (conn->acceptor != NULL) {
        CT_LOG(conn->log, CT_LOG_DEBUG, 0, "connection %llu ends%s",
               (unsigned long long) conn->number,
               how == CT_GONE_AWAY ? " here, another worker has it" : "");
        ct_acceptor_gone(conn->acceptor, conn, how);
    }
}


/* TLS says its goodbye while it still can, if it has not yet. */
void
ct_conn_close(ct_conn_t *conn)
{
    if (conn->closed) {
        return;
    }
    if (conn->tls != NULL) {
        (void) ct_tls_shutdown(conn);
    }
    end(conn, CT_GONE_CLOSED);
}


void
ct_conn_give_away(ct_conn_t *conn)
{
    CT_ASSERT(!conn->closed && conn->tls == NULL);
    end(conn, CT_GONE_AWAY);
}


/* Few connections have it, so it is not in the struct. */
ct_rc_t
ct_conn_set_client(ct_conn_t *conn, const ct_peer_t *client,
                   const ct_peer_t *server)
{
    ct_proxied_t *proxied = ct_mem_try_alloc(sizeof(*proxied));

    if (proxied == NULL) {
        return CT_ERROR;
    }
    CT_ASSERT(conn->proxied == NULL);
    proxied->socket = conn->peer;
    proxied->server = *server;
    conn->proxied = proxied;
    conn->peer = *client;
    return CT_OK;
}


const ct_peer_t *
ct_conn_socket_peer(const ct_conn_t *conn)
{
    return conn->proxied != NULL ? &conn->proxied->socket : &conn->peer;
}


const char *
ct_conn_peer_text(const ct_conn_t *conn, char *out, size_t size)
{
    return ct_peer_text(&conn->peer, out, size);
}
