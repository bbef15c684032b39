/*
 * ct_prelude.c -- what happens on a connection before it speaks Thrift.
 *
 *   state | event               | what follows
 *   ------+---------------------+------------------------------------------
 *   step  | its turn comes      | left out, if the listen wants it not;
 *         |                     | else its timer starts and it runs
 *   step  | bytes, room         | it runs again
 *   step  | it says CT_OK       | the next step; behind the last one the
 *         |                     | connection is the listen's on_accept's
 *   step  | it says CT_ERROR    | closed
 *   step  | its timer, the end  | closed
 *         | of the worker       |
 *
 * Nothing that belongs to the next step, or to Thrift, may be taken out of the
 * socket.  The PROXY header is looked at with MSG_PEEK and then taken: all of
 * it if it is not whole yet, since then every byte there belongs to it, and
 * else exactly its length.  Leaving an unfinished header in the socket would
 * be simpler, but with a poller that knows no edges it would be reported
 * again and again.
 *
 * No edge is lost on the way to on_accept: `readable` is cleared only by who
 * has met EAGAIN, so it is still set when the connection changes hands, and
 * then its new owner is told to read.
 */

#include "core/ct_config.h"

#include "event/ct_prelude.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "core/ct_log.h"
#include "core/ct_mem.h"
#include "core/ct_module.h"
#include "event/ct_accept.h"
#include "event/ct_complaint.h"
#include "event/ct_conn.h"
#include "event/ct_loop.h"
#include "event/ct_proxy.h"
#include "event/ct_proxy_module.h"
#include "event/ct_tls.h"
#include "event/ct_tls_context.h"

/* Where no configuration says it. */
#define DEFAULT_TIMEOUT_MS 10000

/* What a quitting server gives a client that has not called yet. */
#define QUIT_MS 500

typedef struct prelude_s prelude_t;

/*
 * A step is left out unless `is_wanted`.  `run` gives CT_OK when it is done,
 * CT_AGAIN to be called again at the next event, CT_ERROR to close; it never
 * closes by itself.  `c_late` ends the line "client X: ...".
 */
typedef struct step_s {
    bool (*is_wanted)(const ct_conn_t *conn);
    uint64_t (*timeout_ms)(const ct_conn_t *conn);
    ct_rc_t (*run)(ct_conn_t *conn, prelude_t *prelude);
    const char *c_late;
} step_t;

/* conn->session of a connection in its prelude. */
struct prelude_s {
    unsigned step;
    bool     begun; /* the step's timer runs */
    uint16_t nhead; /* bytes of an unfinished PROXY header */
    uint8_t *head;
};


void
ct_prelude_refuse(ct_conn_t *conn, ct_board_counter_t counter,
                  const char *c_what, const char *c_why)
{
    ct_board_count(ct_acceptor_worker(conn->acceptor)->slot, counter, 1);
    ct_complain(ct_acceptor_complaints(conn->acceptor), conn, c_what, c_why);
}


/* ---- The PROXY header. */

/*
 * Where sources are listed, others are served under their own address.  A
 * header of theirs is no Thrift, and is refused by name where dialects are
 * recognised: to look for it here would mean to wait for their first bytes.
 */
static bool
proxy_is_wanted(const ct_conn_t *conn)
{
    const ct_proxy_conf_t *conf = conn->listen->proxy;

    return conn->listen->proxy_protocol
           && (conf == NULL || conf->ntrusted == 0
               || ct_proxy_trusts(conf, &conn->peer));
}


static uint64_t
proxy_timeout_ms(const ct_conn_t *conn)
{
    const ct_proxy_conf_t *conf = conn->listen->proxy;

    return conf != NULL ? conf->timeout_ms : DEFAULT_TIMEOUT_MS;
}


static ct_rc_t
proxy_refuse(ct_conn_t *conn, const char *c_what, const char *c_why)
{
    ct_prelude_refuse(conn, CT_COUNT_PROXY_ERRORS, c_what, c_why);
    return CT_ERROR;
}


/* As ct_conn_recv, but what is read stays in the socket. */
static ct_rc_t
peek(ct_conn_t *conn, uint8_t *data, size_t size, size_t *n)
{
    ssize_t got;

    do {
        got = recv(conn->io.fd, data, size, MSG_PEEK);
    } while (got < 0 && errno == EINTR);

    if (got > 0) {
        *n = (size_t) got;
        return CT_OK;
    }
    if (got == 0) {
        return CT_DECLINED;
    }
    if (errno != EAGAIN && errno != EWOULDBLOCK) {
        return CT_ERROR;
    }
    conn->io.readable = false;
    ct_loop_rearm_io(conn->loop, &conn->io);
    return CT_AGAIN;
}


/* Bytes that were peeked at are there. */
static ct_rc_t
take(ct_conn_t *conn, uint8_t *data, size_t n)
{
    while (n > 0) {
        const ssize_t got = recv(conn->io.fd, data, n, 0);

        if (got == 0 || (got < 0 && errno != EINTR)) {
            return CT_ERROR;
        }
        if (got > 0) {
            data += got;
            n -= (size_t) got;
        }
    }
    return CT_OK;
}


/* Memory follows the bytes that came.  CT_AGAIN, or CT_ERROR without memory. */
static ct_rc_t
head_keep(prelude_t *prelude, const uint8_t *data, size_t len)
{
    uint8_t *head = ct_mem_try_realloc(prelude->head, len);

    if (head == NULL) {
        return CT_ERROR;
    }
    memcpy(head + prelude->nhead, data + prelude->nhead, len - prelude->nhead);
    prelude->head = head;
    prelude->nhead = (uint16_t) len;
    return CT_AGAIN;
}


static ct_rc_t
proxy_found(ct_conn_t *conn, const ct_proxy_t *proxy)
{
    if (!proxy->named) {
        return CT_OK;
    }
    if (ct_conn_set_client(conn, &proxy->client, &proxy->server) != CT_OK) {
        return CT_ERROR;
    }
    ct_acceptor_choose_log(conn);
    return CT_OK;
}


/* A balancer that only asks whether anybody listens sends nothing. */
static ct_rc_t
proxy_ended(ct_conn_t *conn, const prelude_t *prelude)
{
    return prelude->nhead == 0
               ? CT_ERROR
               : proxy_refuse(conn, "broken PROXY header", "it ends too soon");
}


/* Once through: what is there of the header, with what was there before. */
static ct_rc_t
proxy_read(ct_conn_t *conn, prelude_t *prelude)
{
    uint8_t     head[CT_PROXY_MAX];
    const char *c_why = NULL;
    size_t      used = 0;
    size_t      n;
    ct_proxy_t  proxy;
    ct_rc_t     rc;

    if (prelude->nhead > 0) {
        memcpy(head, prelude->head, prelude->nhead);
    }
    rc = peek(conn, head + prelude->nhead, sizeof(head) - prelude->nhead, &n);
    if (rc != CT_OK) {
        return rc == CT_DECLINED ? proxy_ended(conn, prelude) : rc;
    }

    rc = ct_proxy_parse(head, prelude->nhead + n, &proxy, &used, &c_why);
    if (rc == CT_DECLINED) {
        return proxy_refuse(conn, "no PROXY header",
                            "the first bytes are something else");
    }
    if (rc == CT_ERROR) {
        return proxy_refuse(conn, "broken PROXY header", c_why);
    }
    if (rc == CT_OK) {
        n = used - prelude->nhead;
    }
    if (take(conn, head + prelude->nhead, n) != CT_OK) {
        return CT_ERROR;
    }
    if (rc == CT_OK) {
        return proxy_found(conn, &proxy);
    }
    return head_keep(prelude, head, prelude->nhead + n);
}


/* An unfinished header is read until the socket is empty. */
static ct_rc_t
proxy_run(ct_conn_t *conn, prelude_t *prelude)
{
    ct_rc_t rc = CT_AGAIN;

    while (rc == CT_AGAIN && conn->io.readable) {
        rc = proxy_read(conn, prelude);
    }
    return rc;
}


/* ---- TLS. */

static bool
tls_is_wanted(const ct_conn_t *conn)
{
    return conn->listen->ssl;
}


static uint64_t
tls_timeout_ms(const ct_conn_t *conn)
{
    return ct_tls_context_timeout_ms(conn->listen->tls);
}


/* CT_DECLINED: the listen takes plaintext too, and this is some. */
static ct_rc_t
tls_begin(ct_conn_t *conn)
{
    uint8_t first;
    size_t  n;
    ct_rc_t rc;

    if (!conn->io.readable) {
        return CT_AGAIN;
    }
    if (conn->listen->ssl_optional) {
        rc = peek(conn, &first, sizeof(first), &n);
        if (rc != CT_OK) {
            return rc == CT_DECLINED ? CT_ERROR : rc;
        }
        if (first != CT_TLS_FIRST_BYTE) {
            return CT_DECLINED;
        }
    }
    return ct_tls_begin(conn, conn->listen->tls);
}


/* Who has sent nothing at all only asks whether anybody listens. */
static ct_rc_t
tls_refuse(ct_conn_t *conn)
{
    char why[CT_TLS_REASON_SIZE];

    if (ct_tls_is_silent(conn)) {
        return CT_ERROR;
    }
    ct_prelude_refuse(conn, CT_COUNT_TLS_FAILED,
                      ct_tls_is_plaintext(conn) ? "no TLS where it is wanted"
                                                : "TLS handshake failed",
                      ct_tls_reason(conn, why, sizeof(why)));
    return CT_ERROR;
}


static ct_rc_t
tls_run(ct_conn_t *conn, prelude_t *prelude CT_UNUSED)
{
    ct_board_slot_t *slot = ct_acceptor_worker(conn->acceptor)->slot;
    ct_rc_t          rc = CT_OK;

    if (conn->tls == NULL) {
        rc = tls_begin(conn);
        if (rc != CT_OK) {
            return rc == CT_DECLINED ? CT_OK : rc;
        }
    }
    rc = ct_tls_handshake(conn);
    if (rc == CT_ERROR) {
        return tls_refuse(conn);
    }
    if (rc == CT_OK) {
        ct_board_count(slot, CT_COUNT_TLS_HANDSHAKES, 1);
        ct_board_count(slot, CT_COUNT_TLS_RESUMED, ct_tls_is_resumed(conn));
    }
    return rc;
}


/* ---- The walk through the steps. */

static const step_t steps[] = {
    { proxy_is_wanted, proxy_timeout_ms, proxy_run,
      "sent no whole PROXY header in proxy_protocol_timeout" },
    { tls_is_wanted, tls_timeout_ms, tls_run,
      "was not done with its TLS handshake in ssl_handshake_timeout" },
};


static void
release(ct_conn_t *conn)
{
    prelude_t *prelude = conn->session;

    conn->session = NULL;
    if (prelude != NULL) {
        ct_mem_release(prelude->head);
        ct_mem_release(prelude);
    }
}


/*
 * What happened meanwhile is told to the new owner: that the worker leaves,
 * and that there may be bytes.
 */
static void
hand_over(ct_conn_t *conn)
{
    const ct_worker_t *worker = ct_acceptor_worker(conn->acceptor);

    release(conn);
    ct_timer_stop(conn->loop, &conn->timer);
    conn->events = NULL;
    if (conn->listen->on_accept(conn) != CT_OK) {
        ct_conn_close(conn);
        return;
    }
    if (worker->leaving && !conn->closed && conn->events->on_leaving != NULL) {
        conn->events->on_leaving(conn);
    }
    if (conn->io.readable && !conn->closed
        && conn->events->on_readable != NULL) {
        conn->events->on_readable(conn);
    }
}


/* A silent client of a server that goes away must not hold it up. */
static void
timer_set(ct_conn_t *conn, uint64_t delay_ms)
{
    const ct_worker_t *worker = ct_acceptor_worker(conn->acceptor);

    if (worker->quitting && delay_ms > QUIT_MS) {
        delay_ms = QUIT_MS;
    }
    ct_timer_start(conn->loop, &conn->timer, delay_ms);
}


/* As far as it goes now; the connection may be closed when it returns. */
static void
go_on(ct_conn_t *conn)
{
    prelude_t *prelude = conn->session;

    while (prelude->step < CT_ARRAY_LEN(steps)) {
        const step_t *step = &steps[prelude->step];
        ct_rc_t       rc = CT_OK;

        if (!prelude->begun && step->is_wanted(conn)) {
            prelude->begun = true;
            timer_set(conn, step->timeout_ms(conn));
        }
        if (prelude->begun) {
            rc = step->run(conn, prelude);
        }
        if (rc == CT_AGAIN) {
            return;
        }
        if (rc != CT_OK) {
            ct_conn_close(conn);
            return;
        }
        prelude->begun = false;
        prelude->step++;
    }
    hand_over(conn);
}


static void
on_timer(ct_conn_t *conn)
{
    const prelude_t   *prelude = conn->session;
    const ct_worker_t *worker = ct_acceptor_worker(conn->acceptor);
    char               peer[CT_ADDR_TEXT_SIZE];

    if (!worker->quitting) {
        ct_board_count(worker->slot, CT_COUNT_TIMEOUTS, 1);
        CT_LOG(conn->log, CT_LOG_INFO, 0, "client %s: %s, server: %.*s",
               ct_conn_peer_text(conn, peer, sizeof(peer)),
               steps[prelude->step].c_late, CT_STR_ARG(conn->listen->text));
    }
    ct_conn_close(conn);
}


/* The others end by their timer, or by their session's rules. */
static void
on_leaving(ct_conn_t *conn)
{
    const ct_worker_t *worker = ct_acceptor_worker(conn->acceptor);

    if (worker->quitting) {
        ct_timer_start(conn->loop, &conn->timer, QUIT_MS);
    }
}


static const ct_conn_events_t prelude_events = {
    .on_readable = go_on,
    .on_writable = go_on,
    .on_timer = on_timer,
    .on_leaving = on_leaving,
    .on_close = release,
};


ct_rc_t
ct_prelude_begin(ct_conn_t *conn)
{
    prelude_t *prelude = ct_mem_try_alloc(sizeof(*prelude));

    if (prelude == NULL) {
        return CT_ERROR;
    }
    memset(prelude, 0, sizeof(*prelude));
    conn->session = prelude;
    conn->events = &prelude_events;
    go_on(conn);
    return CT_OK;
}
