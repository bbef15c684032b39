/*
 * ct_accept.c -- letting connections in, and seeing them out.
 *
 * The gate (ct_gate.c) says which socket somebody stands at and decides when
 * none is watched; here connections are made, kept in a list, and freed when
 * the turn in which they closed is over.
 *
 * accept_batch connections are taken at a time, 8 unless the configuration
 * says otherwise: enough to make the price of a wake-up small (a connection
 * costs ten times as much), few enough that a burst does not all end in the
 * worker that woke first and stays there as long as its clients do.
 *
 * A leaving worker takes what it was woken for, closes the gate, tells each
 * connection, and says so when the last one has gone, closed or moved to
 * another worker (ct_mover.c).
 */

#include "core/ct_config.h"

#include "event/ct_accept.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/ct_board.h"
#include "core/ct_log.h"
#include "core/ct_module.h"
#include "core/ct_pool.h"
#include "core/ct_usdt.h"
#include "event/ct_complaint.h"
#include "event/ct_conn.h"
#include "event/ct_conn_row.h"
#include "event/ct_conn_slab.h"
#include "event/ct_gate.h"
#include "event/ct_handoff_record.h"
#include "event/ct_listen.h"
#include "event/ct_loop.h"
#include "event/ct_mover.h"
#include "event/ct_prelude.h"
#include "event/ct_socket.h"


/* As often as this one connection is let in without a look for another. */
#define ALONE_TIMES 15

struct ct_acceptor_s {
    ct_worker_t     *worker;
    ct_accept_conf_t conf;
    ct_gate_t        gate;
    ct_conn_slab_t   slab;
    ct_queue_t       conns;
    ct_queue_t       gone; /* closed, freed when the turn ends */
    size_t           n;    /* of conns */
    size_t           nholds;
    uint64_t         accepted;
    ct_mover_t      *mover; /* or NULL */

    ct_complaints_t complaints;
    ct_debugged_t   debugged;

    ct_task_t      reaper;
    bool           leaving;
    bool           told; /* on_left has run */
    ct_acceptor_fn on_left;
    void          *data;
};

/* What became of one accept(2). */
typedef enum outcome_e {
    TAKEN,
    SKIPPED, /* a connection that broke while it waited */
    STOPPED, /* nothing more now, or nothing more we could take */
} outcome_t;


/*
 * accept(2) hands errors of the waiting connection over as its own, and the
 * set of them is open: all that is not known to be ours is the connection's.
 */
static outcome_t
accept_failed(ct_door_t *door, int err)
{
    if (err == EAGAIN || err == EWOULDBLOCK) {
        return STOPPED;
    }
    switch (err) {
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
        ct_gate_back_off(door->gate, door, err);
        return STOPPED;
    case EBADF:
    case EINVAL:
    case ENOTSOCK:
        ct_gate_give_up(door->gate, door, err);
        return STOPPED;
    default:
        return SKIPPED;
    }
}


/* Of a unix peer nothing is known that would be worth its bytes. */
static void
take_peer(ct_peer_t *peer, const struct sockaddr_storage *from)
{
    switch (from->ss_family) {
    case AF_INET:
        memcpy(&peer->sa.in, from, sizeof(peer->sa.in));
        break;
    case AF_INET6:
        memcpy(&peer->sa.in6, from, sizeof(peer->sa.in6));
        break;
    default:
        peer->sa.any.sa_family = AF_UNIX;
        break;
    }
}


/* Counted before on_accept, so that a refusal there is a pair of counts. */
static void
count_taken(ct_acceptor_t *acceptor, ct_conn_t *conn)
{
    const ct_board_counter_t which =
        conn->moved ? CT_COUNT_TAKEN_OVER : CT_COUNT_ACCEPTED;
    ct_board_slot_t *slot = acceptor->worker->slot;

    ct_queue_push(&acceptor->conns, &conn->link);
    acceptor->n++;
    ct_gate_relax(&acceptor->gate);
    if (conn->moved) {
        CT_USDT2(handover__take, conn->number, acceptor->n);
    } else {
        CT_USDT2(conn__accept, conn->number, acceptor->n);
    }
    ct_board_count(slot, which, 1);
    ct_board_gauge(slot, CT_GAUGE_CONNECTIONS, 1);
}


/*
 * Mostly it is taken over from the socket that listens: ct_listen_option.c.
 * One that was somebody else's has had clients before that was set.
 */
static void
set_no_delay(const ct_conn_t *conn)
{
    const ct_listen_t *listen = conn->listen;

    if ((listen->is_activated || listen->addr.sa.any.sa_family == AF_UNSPEC)
        && conn->peer.sa.any.sa_family != AF_UNIX) {
        (void) ct_socket_set(conn->io.fd, IPPROTO_TCP, TCP_NODELAY, 1);
    }
}


/* A connection that speaks Thrift at once goes straight to who speaks it. */
static ct_rc_t
begin(ct_conn_t *conn)
{
    return ct_prelude_is_wanted(conn->listen) ? ct_prelude_begin(conn)
                                              : conn->listen->on_accept(conn);
}


/* As many as allowed, or no longer. */
static void
set_full(ct_acceptor_t *acceptor)
{
    const bool is_full = acceptor->n >= acceptor->conf.max_connections;

    ct_gate_set_full(&acceptor->gate, is_full);
    ct_mover_set_full(acceptor->mover, is_full);
}


void
ct_acceptor_choose_log(ct_conn_t *conn)
{
    char peer[CT_ADDR_TEXT_SIZE];

    conn->log = ct_debugged_log(&conn->acceptor->debugged, &conn->peer);
    CT_LOG(conn->log, CT_LOG_DEBUG, 0,
           "connection %llu begins, client: %s, server: %.*s",
           (unsigned long long) conn->number,
           ct_conn_peer_text(conn, peer, sizeof(peer)),
           CT_STR_ARG(conn->listen->text));
}


/* The descriptor is the connection's once ct_conn_open has taken it. */
static outcome_t
take(ct_door_t *door, ct_conn_t *conn, int fd,
     const struct sockaddr_storage *from)
{
    ct_acceptor_t *acceptor = door->gate->data;

    conn->acceptor = acceptor;
    conn->listen = door->listen;
    conn->number = ++acceptor->accepted;
    take_peer(&conn->peer, from);
    ct_acceptor_choose_log(conn);
    if (ct_conn_open(conn, acceptor->worker->loop, fd) != CT_OK) {
        const int err = errno;

        close(fd);
        ct_conn_slab_put(&acceptor->slab, conn);
        ct_gate_back_off(door->gate, door, err);
        return STOPPED;
    }

    set_no_delay(conn);
    count_taken(acceptor, conn);
    if (begin(conn) != CT_OK) {
        ct_conn_close(conn);
    }
    CT_ASSERT(conn->closed || conn->events != NULL);
    set_full(acceptor);
    return TAKEN;
}


/* Room first: who has accepted and then finds none must hang up. */
static outcome_t
accept_one(ct_door_t *door)
{
    ct_acceptor_t          *acceptor = door->gate->data;
    ct_conn_t              *conn = ct_conn_slab_take(&acceptor->slab);
    struct sockaddr_storage from;
    int                     fd;

    if (conn == NULL) {
        ct_gate_back_off(door->gate, door, ENOMEM);
        return STOPPED;
    }
    if (ct_socket_accept(door->io.fd, &from, &fd) != CT_OK) {
        ct_conn_slab_put(&acceptor->slab, conn);
        return accept_failed(door, errno);
    }
    return take(door, conn, fd, &from);
}


/* How many to let in at most. */
static unsigned
batch_of(ct_door_t *door)
{
    const ct_acceptor_t *acceptor = door->gate->data;

    if (door->nalone == 0) {
        return acceptor->conf.accept_batch;
    }
    door->nalone--;
    return 1;
}


/*
 * Where one stood alone at the door the next ones mostly do too: for a while
 * none is asked for in vain, and the loop would tell of who is there.
 * `registered` ends when the worker has become full, or pauses.
 */
static void
let_in(ct_door_t *door)
{
    const ct_acceptor_t *acceptor = door->gate->data;
    const unsigned       most = batch_of(door);
    unsigned             taken = 0;

    for (unsigned i = 0; i < most; i++) {
        const outcome_t outcome = accept_one(door);

        taken += outcome == TAKEN;
        if (!door->io.registered) {
            return;
        }
        if (outcome == STOPPED) {
            door->nalone = taken == 1 ? ALONE_TIMES : 0;
            return;
        }
    }
    /* What accept(2) repeats without end (a security module's EPERM) must not
     * spin; what befell one connection says nothing of the next. */
    if (taken == 0 && most < acceptor->conf.accept_batch) {
        door->nalone = 0;
    } else if (taken == 0) {
        ct_gate_back_off(door->gate, door, errno);
    }
}


/* Runs when the turn is over: nobody looks at these any more. */
static void
reap(ct_task_t *task)
{
    ct_acceptor_t *acceptor = task->data;
    ct_queue_t    *link;

    while ((link = ct_queue_pop(&acceptor->gone)) != NULL) {
        ct_conn_slab_put(&acceptor->slab,
                         CT_QUEUE_ENTRY(link, ct_conn_t, link));
    }
}


ct_acceptor_t *
ct_acceptor_create(ct_worker_t *worker, const ct_listens_t *listens,
                   const ct_accept_conf_t *conf)
{
    ct_acceptor_t *acceptor = ct_pool_zalloc(worker->pool, sizeof(*acceptor));

    CT_ASSERT(conf->max_connections > 0 && conf->accept_batch > 0);
    acceptor->worker = worker;
    acceptor->conf = *conf;
    ct_debugged_init(&acceptor->debugged, worker->log, &conf->debugged);
    ct_gate_init(&acceptor->gate, worker, listens, let_in, acceptor);
    ct_conn_slab_init(&acceptor->slab, worker->pool);
    ct_queue_init(&acceptor->conns);
    ct_queue_init(&acceptor->gone);
    ct_queue_init(&acceptor->reaper.link);
    acceptor->reaper.fn = reap;
    acceptor->reaper.data = acceptor;
    acceptor->mover =
        ct_mover_create(worker, acceptor,
                        &(ct_mover_conf_t){ .handoff = conf->handoff,
                                            .listens = listens,
                                            .rebalances = conf->rebalances });
    return acceptor;
}


/* Said by one worker for all: they have the same limit. */
static void
warn_of_descriptors(const ct_acceptor_t *acceptor)
{
    struct rlimit limit;

    if (acceptor->worker->id == 0 && getrlimit(RLIMIT_NOFILE, &limit) == 0
        && limit.rlim_cur < acceptor->conf.max_connections) {
        CT_LOG(acceptor->worker->log, CT_LOG_WARN, 0,
               "%zu worker_connections exceed the open file limit of %llu",
               acceptor->conf.max_connections,
               (unsigned long long) limit.rlim_cur);
    }
}


ct_rc_t
ct_acceptor_start(ct_acceptor_t *acceptor)
{
    warn_of_descriptors(acceptor);
    ct_mover_start(acceptor->mover);
    return ct_gate_open(&acceptor->gate);
}


/* Once, whether the last one goes now or had gone before. */
static void
tell_if_left(ct_acceptor_t *acceptor)
{
    if (acceptor->leaving && !acceptor->told && acceptor->n == 0
        && acceptor->nholds == 0) {
        acceptor->told = true;
        if (acceptor->on_left != NULL) {
            acceptor->on_left(acceptor, acceptor->data);
        }
    }
}


/*
 * Calls `fn` for every connection there is, whatever it closes meanwhile: a
 * connection that ends takes itself out of whichever list it is in.
 */
static void
for_each(ct_acceptor_t *acceptor, ct_conn_fn fn)
{
    ct_queue_t  rest;
    ct_queue_t *link;

    ct_queue_init(&rest);
    ct_queue_move(&rest, &acceptor->conns);
    while ((link = ct_queue_pop(&rest)) != NULL) {
        ct_queue_push(&acceptor->conns, link);
        fn(CT_QUEUE_ENTRY(link, ct_conn_t, link));
    }
}


static void
tell_leaving(ct_conn_t *conn)
{
    if (conn->events->on_leaving != NULL) {
        conn->events->on_leaving(conn);
    }
}


/*
 * EPOLLEXCLUSIVE has woken us, and nobody else, for a connection whose report
 * may stand behind that which makes us leave.  Not taken now it would lie in
 * the backlog until the next one comes.  Whatever was waiting beyond a batch
 * has woken others.
 */
static void
let_in_last(ct_acceptor_t *acceptor)
{
    for (size_t i = 0; i < acceptor->gate.ndoors; i++) {
        ct_door_t *door = &acceptor->gate.doors[i];

        if (door->io.registered) {
            door->nalone = 0;
            let_in(door);
        }
    }
}


void
ct_acceptor_leave(ct_acceptor_t *acceptor, ct_acceptor_fn fn, void *data)
{
    if (!acceptor->leaving) {
        let_in_last(acceptor);
        acceptor->leaving = true;
        acceptor->on_left = fn;
        acceptor->data = data;
        ct_gate_close(&acceptor->gate);
    }
    ct_mover_leave(acceptor->mover);
    for_each(acceptor, tell_leaving);
    tell_if_left(acceptor);
}


void
ct_acceptor_hold(ct_acceptor_t *acceptor)
{
    acceptor->nholds++;
}


void
ct_acceptor_let_go(ct_acceptor_t *acceptor)
{
    CT_ASSERT(acceptor->nholds > 0);
    acceptor->nholds--;
    tell_if_left(acceptor);
}


void
ct_acceptor_close_all(ct_acceptor_t *acceptor)
{
    for_each(acceptor, ct_conn_close);
}


void
ct_acceptor_gone(ct_acceptor_t *acceptor, ct_conn_t *conn, ct_gone_t how)
{
    ct_board_slot_t *slot = acceptor->worker->slot;

    ct_queue_remove(&conn->link);
    ct_queue_push(&acceptor->gone, &conn->link);
    ct_loop_post_last(acceptor->worker->loop, &acceptor->reaper);

    if (how == CT_GONE_AWAY) {
        CT_USDT2(handover__give, conn->number, acceptor->n);
    } else {
        CT_USDT2(conn__close, conn->number, acceptor->n);
    }
    acceptor->n--;
    ct_board_count(
        slot, how == CT_GONE_AWAY ? CT_COUNT_HANDED_OVER : CT_COUNT_CLOSED, 1);
    ct_board_gauge(slot, CT_GAUGE_CONNECTIONS, -1);
    set_full(acceptor);
    tell_if_left(acceptor);
}


static ct_rc_t
adopt_peer(ct_conn_t *conn, const ct_handoff_record_t *record)
{
    conn->accepted_ms = record->accepted_ms;
    if (!record->is_proxied) {
        return CT_OK;
    }
    conn->peer = record->socket;
    return ct_conn_set_client(conn, &record->peer, &record->server);
}


ct_rc_t
ct_acceptor_adopt(ct_acceptor_t *acceptor, const ct_listen_t *listen,
                  const ct_handoff_record_t *record, int fd)
{
    ct_conn_t *conn = ct_conn_slab_take(&acceptor->slab);

    if (conn == NULL) {
        CT_LOG(acceptor->worker->log, CT_LOG_CRIT, 0,
               "no memory for a connection handed over");
        return CT_ERROR;
    }
    conn->acceptor = acceptor;
    conn->listen = listen;
    conn->number = ++acceptor->accepted;
    conn->peer = record->peer;
    ct_acceptor_choose_log(conn);
    conn->moved = true;
    if (ct_conn_open(conn, acceptor->worker->loop, fd) != CT_OK) {
        ct_conn_slab_put(&acceptor->slab, conn);
        return CT_ERROR;
    }
    count_taken(acceptor, conn);
    if (adopt_peer(conn, record) != CT_OK
        || listen->on_adopt(conn, record) != CT_OK) {
        ct_conn_close(conn);
    } else if (acceptor->leaving) {
        tell_leaving(conn);
    }
    set_full(acceptor);
    return CT_OK;
}


ct_conn_t *
ct_acceptor_rotate(ct_acceptor_t *acceptor)
{
    ct_queue_t *link = ct_queue_pop(&acceptor->conns);

    if (link == NULL) {
        return NULL;
    }
    ct_queue_push(&acceptor->conns, link);
    return CT_QUEUE_ENTRY(link, ct_conn_t, link);
}


ct_rc_t
ct_acceptor_next_row(const ct_acceptor_t *acceptor, ct_conn_cursor_t *cursor,
                     unsigned *looks, ct_conn_row_t *row)
{
    for (; *looks > 0; (*looks)--) {
        const ct_conn_t *conn = ct_conn_slab_next(&acceptor->slab, cursor);

        if (conn == NULL) {
            return CT_DECLINED;
        }
        if (conn->acceptor != NULL && !conn->closed) {
            ct_conn_row_fill(conn, row);
            (*looks)--;
            return CT_OK;
        }
    }
    return CT_AGAIN;
}


ct_mover_t *
ct_acceptor_mover(const ct_acceptor_t *acceptor)
{
    return acceptor->mover;
}


size_t
ct_acceptor_connections(const ct_acceptor_t *acceptor)
{
    return acceptor->n;
}


ct_complaints_t *
ct_acceptor_complaints(ct_acceptor_t *acceptor)
{
    return &acceptor->complaints;
}


ct_worker_t *
ct_acceptor_worker(const ct_acceptor_t *acceptor)
{
    return acceptor->worker;
}
