/*
 * ct_bench_conn.c -- calls and replies of one connection of a worker.
 *
 * call      | event                | function       | next
 * ----------+----------------------+----------------+----------------------
 * -         | room under the depth | call_begin     | under way
 * under way | its reply            | conn_take      | counted; another begins
 * under way | the end, an error    | ..._conn_lose  | errors; a new connection
 * under way | too long             | ..._conn_check | the same
 *
 * All calls that a read makes room for go out by one write.
 */

#include "core/ct_config.h"

#include "ct_bench_conn.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "core/ct_clock.h"
#include "core/ct_pool.h"
#include "ct_bench_reply.h"

/* Bytes of one read, and about those of one write. */
#define BLOCK_SIZE CT_BENCH_BLOCK_SIZE
#define BATCH_SIZE ((size_t) 256 * 1024)
#define KEEP_SIZE  ((size_t) 1024 * 1024)

/* Turns of a connection begin here: replies of another one are seen. */
#define TURNS_PER_CONN 1000003U

/* Connections in a row without a reply, beside as many as there are. */
#define MAX_FAILED 100


void
ct_bench_conn_init(ct_bench_worker_t *worker, ct_bench_conn_t *conn,
                   size_t number)
{
    memset(conn, 0, sizeof(*conn));
    conn->number = number;
    conn->taken = (uint32_t) number * TURNS_PER_CONN;
    conn->begun = conn->taken;
    conn->slots = ct_pool_zalloc(worker->pool, (worker->slot_mask + 1)
                                                   * sizeof(*conn->slots));
    ct_bench_link_init(&conn->link, &worker->load->way);
    ct_buf_init(&conn->in);
}


void
ct_bench_conn_release(ct_bench_conn_t *conn)
{
    ct_bench_link_release(&conn->link);
    ct_buf_release(&conn->in);
}


/* Calls under way are forgotten. */
static void
conn_close(ct_bench_worker_t *worker, ct_bench_conn_t *conn)
{
    ct_bench_link_close(&conn->link);
    worker->nopen -= conn->begun - conn->taken - conn->nahead;
    for (; conn->taken != conn->begun; conn->taken++) {
        conn->slots[conn->taken & worker->slot_mask].is_answered = false;
    }
    conn->nahead = 0;
    conn->is_closing = false;
    conn->is_scanning = false;
    ct_buf_reset(&conn->in, KEEP_SIZE);
    memset(&conn->scan, 0, sizeof(conn->scan));
}


/* In an open loop it waits for a call that is due. */
static void
conn_set_free(ct_bench_worker_t *worker, ct_bench_conn_t *conn)
{
    if (worker->load->interval_ns > 0 && !conn->is_free
        && conn->begun - conn->taken < worker->load->depth) {
        worker->free[(worker->free_at + worker->nfree++) % worker->nconns] =
            conn;
        conn->is_free = true;
    }
}


static void
count_lost(ct_bench_worker_t *worker, ct_bench_conn_t *conn, const char *c_why)
{
    const uint32_t nlost = conn->begun - conn->taken - conn->nahead;

    ct_bench_tally_error(&worker->tally, c_why, nlost == 0 ? 1 : nlost);
    if (conn->has_replied) {
        worker->nfailed_in_row = 0;
    } else if (++worker->nfailed_in_row > MAX_FAILED + worker->nconns) {
        worker->has_given_up = true;
    }
}


/*
 * One that was of use is opened again; others wait for the worker's next look
 * around, so that a server that has gone is not asked without end.
 */
void
ct_bench_conn_lose(ct_bench_worker_t *worker, ct_bench_conn_t *conn,
                   const char *c_why)
{
    const bool had_replied = conn->has_replied;

    count_lost(worker, conn, c_why);
    conn_close(worker, conn);
    if (worker->load->interval_ns > 0) {
        conn_set_free(worker, conn);
    } else if (had_replied && !worker->is_stopping && !worker->load->once) {
        ct_bench_conn_start(worker, conn);
    }
}


ct_rc_t
ct_bench_conn_open(ct_bench_worker_t *worker, ct_bench_conn_t *conn)
{
    struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLET,
                                 .data.ptr = conn };
    char               what[CT_BENCH_KIND_SIZE];

    if (conn->link.fd != -1) {
        return CT_OK;
    }
    conn->has_replied = false;
    conn->opened_ns = ct_clock_ns();
    if (ct_bench_link_open(&conn->link, conn->number) == CT_OK
        && epoll_ctl(worker->epoll_fd, EPOLL_CTL_ADD, conn->link.fd, &event)
               == 0) {
        worker->tally.nconnections++;
        return CT_OK;
    }
    (void) snprintf(what, sizeof(what), "cannot connect: %s",
                    conn->link.fd == -1 ? conn->link.c_why : strerror(errno));
    ct_bench_conn_lose(worker, conn, what);
    return CT_ERROR;
}


/* At the end of the batch. */
static ct_rc_t
call_begin(ct_bench_worker_t *worker, ct_bench_conn_t *conn, uint64_t due_ns)
{
    const ct_bench_plan_t    *plan = worker->load->plan;
    const uint32_t            call = plan->order[worker->order_at];
    const ct_bench_stencil_t *request = &plan->calls[call].request;
    ct_bench_slot_t *slot = &conn->slots[conn->begun & worker->slot_mask];

    if (ct_buf_room(&worker->batch) < request->len
        && ct_buf_reserve(&worker->batch, request->len) != CT_OK) {
        return CT_ERROR;
    }
    ct_bench_stencil_write(request, ct_bench_seqid(conn->begun),
                           worker->batch.last);
    worker->batch.last += request->len;
    slot->due_ns = due_ns;
    slot->begun_ns = worker->now_ns;
    slot->call = call;
    conn->begun++;
    worker->nopen++;
    worker->budget--;
    if (++worker->order_at == plan->norder) {
        worker->order_at = 0;
    }
    return CT_OK;
}


static ct_rc_t
batch_send(ct_bench_worker_t *worker, ct_bench_conn_t *conn)
{
    ct_buf_t     *batch = &worker->batch;
    const ct_rc_t rc =
        ct_bench_link_send(&conn->link, batch->pos, ct_buf_len(batch));

    ct_buf_reset(batch, KEEP_SIZE);
    return rc;
}


static bool
may_begin(const ct_bench_worker_t *worker, const ct_bench_conn_t *conn)
{
    return conn->begun - conn->taken < worker->load->depth
           && !worker->is_stopping && worker->budget != 0 && !conn->is_closing
           && !(worker->load->once && conn->has_replied);
}


/* Begins what there is room for, in a closed loop. */
static ct_rc_t
conn_fill(ct_bench_worker_t *worker, ct_bench_conn_t *conn)
{
    if (worker->load->interval_ns > 0) {
        return CT_OK;
    }
    while (may_begin(worker, conn) && !ct_bench_link_is_full(&conn->link)) {
        do {
            if (call_begin(worker, conn, worker->now_ns) != CT_OK) {
                conn->link.c_why = "no memory";
                return CT_ERROR;
            }
        } while (may_begin(worker, conn)
                 && ct_buf_len(&worker->batch) < BATCH_SIZE);
        if (batch_send(worker, conn) != CT_OK) {
            return CT_ERROR;
        }
    }
    return CT_OK;
}


/*
 * Where a connection serves many calls, its handshake is none of theirs: they
 * begin behind it.
 */
void
ct_bench_conn_start(ct_bench_worker_t *worker, ct_bench_conn_t *conn)
{
    if (ct_bench_conn_open(worker, conn) != CT_OK) {
        return;
    }
    if (worker->load->new_conn) {
        worker->now_ns = conn->opened_ns;
    } else if (conn->link.is_shaking) {
        return;
    }
    if (conn_fill(worker, conn) != CT_OK) {
        ct_bench_conn_lose(worker, conn, conn->link.c_why);
    }
}


void
ct_bench_conn_call(ct_bench_worker_t *worker, ct_bench_conn_t *conn,
                   uint64_t due_ns)
{
    if (ct_bench_conn_open(worker, conn) != CT_OK) {
        worker->budget--;
        return;
    }
    if (call_begin(worker, conn, due_ns) != CT_OK
        || batch_send(worker, conn) != CT_OK) {
        ct_bench_conn_lose(worker, conn, conn->link.c_why);
        return;
    }
    conn_set_free(worker, conn);
}


/* Takes the whole replies of `len` bytes; *used is what they were. */
static ct_rc_t
conn_take(ct_bench_worker_t *worker, ct_bench_conn_t *conn, const uint8_t *data,
          size_t len, size_t *used)
{
    size_t  at = 0;
    size_t  n;
    ct_rc_t rc = CT_OK;

    while (at < len && rc == CT_OK) {
        rc = ct_bench_reply_take(worker, conn, data + at, len - at, &n,
                                 &conn->link.c_why);
        if (rc == CT_OK) {
            at += n;
        }
    }
    *used = at;
    return rc == CT_ERROR ? CT_ERROR : CT_OK;
}


/* `n` bytes came into the worker's block. */
static ct_rc_t
conn_took(ct_bench_worker_t *worker, ct_bench_conn_t *conn, size_t n)
{
    const bool     is_begun = ct_buf_len(&conn->in) != 0;
    const uint8_t *data = worker->block;
    size_t         used;

    if (is_begun) {
        if (ct_buf_append(&conn->in, worker->block, n) != CT_OK) {
            conn->link.c_why = "no memory";
            return CT_ERROR;
        }
        data = conn->in.pos;
        n = ct_buf_len(&conn->in);
    }
    if (conn_take(worker, conn, data, n, &used) != CT_OK) {
        return CT_ERROR;
    }
    if (is_begun) {
        conn->in.pos += used;
        if (used == n) {
            ct_buf_reset(&conn->in, KEEP_SIZE);
        }
    } else if (used < n
               && ct_buf_append(&conn->in, data + used, n - used) != CT_OK) {
        conn->link.c_why = "no memory";
        return CT_ERROR;
    }
    return CT_OK;
}


/* Reads all there is, and takes it. */
static ct_rc_t
conn_read(ct_bench_worker_t *worker, ct_bench_conn_t *conn)
{
    ct_bench_link_t *link = &conn->link;
    size_t           n;
    ct_rc_t          rc;

    for (;;) {
        rc = ct_bench_link_recv(link, worker->block, BLOCK_SIZE, &n);
        if (rc == CT_AGAIN) {
            return CT_OK;
        }
        if (rc == CT_DECLINED) {
            link->c_why = "closed by the server";
            return CT_ERROR;
        }
        if (rc != CT_OK) {
            return CT_ERROR;
        }
        worker->now_ns = ct_clock_ns();
        if (conn_took(worker, conn, n) != CT_OK) {
            return CT_ERROR;
        }
        if (n < BLOCK_SIZE && ct_bench_link_is_plain(link)) {
            return CT_OK;
        }
    }
}


/* The connection has done what it was made for; the next one, if any. */
static void
conn_renew(ct_bench_worker_t *worker, ct_bench_conn_t *conn)
{
    if (conn->begun != conn->taken) {
        ct_bench_conn_lose(worker, conn, "closed by the server");
        return;
    }
    worker->nfailed_in_row = 0;
    conn_close(worker, conn);
    if (worker->load->interval_ns > 0) {
        conn_set_free(worker, conn);
    } else if (!worker->is_stopping && worker->budget != 0) {
        ct_bench_conn_start(worker, conn);
    }
}


static ct_rc_t
conn_go_on(ct_bench_worker_t *worker, ct_bench_conn_t *conn, uint32_t events)
{
    const bool    was_shaking = conn->link.is_shaking;
    const ct_rc_t rc = ct_bench_link_shake(&conn->link);

    if (rc != CT_OK) {
        return rc == CT_AGAIN ? CT_OK : CT_ERROR;
    }
    if (was_shaking && !worker->load->new_conn) {
        worker->now_ns = ct_clock_ns();
    }
    if (ct_bench_link_is_full(&conn->link)
        && ct_bench_link_flush(&conn->link) != CT_OK) {
        return CT_ERROR;
    }
    if ((was_shaking || (events & ~(uint32_t) EPOLLOUT) != 0)
        && conn_read(worker, conn) != CT_OK) {
        return CT_ERROR;
    }
    if (conn->is_closing || (worker->load->new_conn && conn->has_replied)) {
        return CT_OK;
    }
    conn_set_free(worker, conn);
    return conn_fill(worker, conn);
}


void
ct_bench_conn_ready(ct_bench_worker_t *worker, ct_bench_conn_t *conn,
                    uint32_t events)
{
    if (conn->link.fd == -1) {
        return;
    }
    if (conn_go_on(worker, conn, events) != CT_OK) {
        ct_bench_conn_lose(worker, conn, conn->link.c_why);
    } else if (conn->is_closing
               || (worker->load->new_conn && conn->has_replied)) {
        conn_renew(worker, conn);
    }
}


void
ct_bench_conn_check(ct_bench_worker_t *worker, ct_bench_conn_t *conn)
{
    uint64_t since_ns = conn->opened_ns;

    if (conn->link.fd == -1) {
        return;
    }
    if (conn->taken != conn->begun) {
        since_ns = conn->slots[conn->taken & worker->slot_mask].begun_ns;
    } else if (!conn->link.is_shaking) {
        return;
    }
    if (since_ns + worker->load->timeout_ns < worker->now_ns) {
        ct_bench_conn_lose(worker, conn, "timed out");
    }
}
