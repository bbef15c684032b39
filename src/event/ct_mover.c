/*
 * ct_mover.c -- a worker's side of the hand-over of living connections.
 *
 * state    | event                          | function     | next
 * ---------+--------------------------------+--------------+----------
 * serving  | a record lies in the queue     | ct_intake.c  | serving
 * serving  | others have clearly less       | balance      | serving
 * serving  | the worker leaves              | leave        | leaving
 * leaving  | somebody serves                | sweep_start  | leaving
 * leaving  | the queue was full a moment ago| sweep_start  | leaving
 * leaving  | nobody is left, or it quits    | look_around  | draining
 * draining | somebody begins to serve       | look_around  | leaving
 *
 * A sweep walks over the connections, a batch a turn, and asks each whether it
 * can go now.  One that cannot, with a call in flight perhaps, goes when its
 * session asks, behind its next reply.  A full queue ends a sweep; it begins
 * again in a few milliseconds.  What nobody takes stays here and is served.
 *
 * During an upgrade there may be another master, whose workers are not on our
 * board, its layout being another, or who will start some when we have gone: a
 * roll-back.  All that is known of it is that it has the same queue; if nobody
 * takes for GIVE_UP_MS, nobody will.
 *
 * Draining.  Where nobody serves any more, sessions end as they can, and what
 * still lies in the queue is taken back, to end like the others.
 */

#include "core/ct_config.h"

#include "event/ct_mover.h"

#include "core/ct_board.h"
#include "core/ct_buf.h"
#include "core/ct_cycle.h"
#include "core/ct_module.h"
#include "core/ct_pool.h"
#include "event/ct_accept.h"
#include "event/ct_conn.h"
#include "event/ct_handoff.h"
#include "event/ct_handoff_record.h"
#include "event/ct_intake.h"
#include "event/ct_listen.h"
#include "event/ct_loop.h"
#include "event/ct_offered.h"
#include "event/ct_share.h"

enum {
    SWEEP_BATCH = 64, /* connections asked per turn */

    /* How often it looks around: while it serves, while it leaves, and while
     * the queue has no room. */
    SERVING_MS = 250,
    LEAVING_MS = 20,
    BLOCKED_MS = 5,

    GIVE_UP_MS = 3000, /* that nothing was taken, by whom we cannot see */

    MIN_GIFT = 64 /* connections given away at a time, if there are so many */
};

/* Who could take what we give away. */
typedef enum taker_e {
    NOBODY,
    COMING, /* not yet, but it has been started */
    THERE,
} taker_t;

/* kept[i] speaks of listen i, and is valid while connections are given away. */
struct ct_mover_s {
    ct_worker_t    *worker;
    ct_acceptor_t  *acceptor;
    ct_mover_conf_t conf;
    ct_intake_t     intake;
    ct_timer_t      timer;
    ct_task_t       sweep;
    ct_buf_t        out;  /* the record under way */
    bool           *kept; /* by listen: those who serve have it too */
    taker_t         taker;
    size_t          to_ask;     /* connections that the sweep still asks */
    size_t          to_give;    /* of them, while serving */
    uint64_t        blocked_ms; /* since when nothing could be given, or 0 */
    bool            is_leaving;
    bool            is_blocked; /* the queue had no room */
};


static const ct_board_t *
board_of(const ct_mover_t *mover)
{
    return mover->worker->cycle != NULL ? mover->worker->cycle->board : NULL;
}


static uint64_t
now_ms(const ct_mover_t *mover)
{
    return ct_loop_now_ms(mover->worker->loop);
}


static void
set_timer(ct_mover_t *mover)
{
    uint64_t delay_ms = SERVING_MS;

    if (mover->is_leaving) {
        delay_ms = mover->is_blocked ? BLOCKED_MS : LEAVING_MS;
    }
    ct_timer_start(mover->worker->loop, &mover->timer, delay_ms);
}


static size_t
index_of(const ct_mover_t *mover, const ct_listen_t *listen)
{
    size_t i = 0;

    while (ct_listens_at(mover->conf.listens, i) != listen) {
        i++;
    }
    return i;
}


bool
ct_mover_is_wanted(const ct_mover_t *mover, const ct_conn_t *conn)
{
    return mover != NULL && mover->is_leaving && mover->taker != NOBODY
           && mover->kept[index_of(mover, conn->listen)];
}


bool
ct_mover_may_give(const ct_mover_t *mover, const ct_conn_t *conn)
{
    if (mover == NULL) {
        return false;
    }
    return mover->is_leaving
               ? mover->taker == THERE && ct_mover_is_wanted(mover, conn)
               : mover->to_give > 0
                     && mover->kept[index_of(mover, conn->listen)];
}


/* What the connection itself knows. */
static void
describe(const ct_conn_t *conn, ct_handoff_record_t *record,
         char name[CT_OFFERED_NAME_SIZE])
{
    record->listen = ct_offered_name(conn->listen, name);
    record->peer = conn->peer;
    record->accepted_ms = conn->accepted_ms;
    record->nbounces = 0;
    record->is_proxied = conn->proxied != NULL;
    if (record->is_proxied) {
        record->socket = conn->proxied->socket;
        record->server = conn->proxied->server;
    }
}


ct_rc_t
ct_mover_give(ct_mover_t *mover, ct_conn_t *conn, ct_handoff_record_t *record)
{
    char    name[CT_OFFERED_NAME_SIZE];
    ct_rc_t rc;

    CT_ASSERT(conn->tls == NULL);
    if (!ct_mover_may_give(mover, conn)) {
        return CT_DECLINED;
    }
    describe(conn, record, name);
    rc = ct_handoff_send_record(mover->conf.handoff, record, &mover->out,
                                conn->io.fd);
    if (rc == CT_AGAIN && !mover->is_blocked) {
        mover->is_blocked = true;
        mover->blocked_ms =
            mover->blocked_ms != 0 ? mover->blocked_ms : now_ms(mover);
        set_timer(mover);
    }
    if (rc == CT_OK) {
        mover->blocked_ms = 0;
        mover->to_give -= mover->to_give > 0;
        ct_conn_give_away(conn);
    }
    return rc;
}


static void
sweep_start(ct_mover_t *mover)
{
    mover->is_blocked = false;
    mover->to_ask = ct_acceptor_connections(mover->acceptor);
    if (mover->to_ask > 0) {
        ct_loop_post(mover->worker->loop, &mover->sweep);
    }
}


/* The next one, unless that was the last; whoever was asked longest ago. */
static void
sweep_one(ct_mover_t *mover)
{
    ct_conn_t *conn = ct_acceptor_rotate(mover->acceptor);
    ct_rc_t    rc = CT_DECLINED;

    mover->to_ask--;
    if (conn == NULL || (!mover->is_leaving && mover->to_give == 0)) {
        mover->to_ask = 0;
        return;
    }
    if (conn->events->on_move != NULL) {
        rc = conn->events->on_move(conn);
    }
    if (rc == CT_AGAIN) {
        mover->to_ask = 0;
    }
}


static void
on_sweep(ct_task_t *task)
{
    ct_mover_t *mover = task->data;

    for (int i = 0; i < SWEEP_BATCH && mover->to_ask > 0; i++) {
        sweep_one(mover);
    }
    if (mover->to_ask > 0) {
        ct_loop_post(mover->worker->loop, &mover->sweep);
        return;
    }
    mover->to_give = 0;
}


/* Whether somebody takes, or will, who is not on our board. */
static bool
is_elsewhere(const ct_mover_t *mover)
{
    return board_of(mover) != NULL
           && atomic_load_explicit(&board_of(mover)->elsewhere,
                                   memory_order_relaxed)
                  != 0;
}


static taker_t
taker_of(const ct_mover_t *mover, const ct_share_t *share)
{
    if (mover->worker->quitting) {
        return NOBODY;
    }
    if (share->nserving > 0) {
        return THERE;
    }
    if (share->nstarting > 0) {
        return COMING;
    }
    return is_elsewhere(mover)
                   && (mover->blocked_ms == 0
                       || now_ms(mover) - mover->blocked_ms < GIVE_UP_MS)
               ? THERE
               : NOBODY;
}


static void
look_at_listens(ct_mover_t *mover)
{
    const ct_listens_t *listens = mover->conf.listens;

    for (size_t i = 0; i < listens->list.n; i++) {
        const ct_listen_t *listen = ct_listens_at(listens, i);

        mover->kept[i] = listen->on_adopt != NULL && board_of(mover) != NULL
                         && ct_offered_has(board_of(mover), listen);
    }
}


static void
look_for_takers(ct_mover_t *mover)
{
    ct_share_t share;

    ct_share_read(&share, board_of(mover), mover->worker->slot);
    mover->taker = taker_of(mover, &share);
    look_at_listens(mover);
}


/* While leaving. */
static void
look_around(ct_mover_t *mover)
{
    const taker_t before = mover->taker;

    look_for_takers(mover);
    if (mover->taker == NOBODY) {
        if (mover->worker->quitting || !is_elsewhere(mover)) {
            ct_intake_take_all(&mover->intake);
        }
    } else if (mover->taker == THERE
               && (before != THERE || mover->is_blocked)) {
        sweep_start(mover);
    }
}


/* A gift is a part of what is too much: the others take a moment for it. */
static void
balance(ct_mover_t *mover)
{
    ct_share_t share;
    uint64_t   excess = 0;

    mover->is_blocked = false;
    if (!mover->conf.rebalances || mover->to_ask > 0) {
        return;
    }
    ct_share_read(&share, board_of(mover), mover->worker->slot);
    excess = ct_share_excess(&share);
    if (excess == 0) {
        return;
    }
    mover->to_give = excess / 4 > MIN_GIFT ? excess / 4 : MIN_GIFT;
    if (mover->to_give > excess) {
        mover->to_give = excess;
    }
    /* Where two configurations serve, not everybody may know a listen. */
    look_at_listens(mover);
    ct_intake_wait(&mover->intake); /* or we would take it ourselves */
    sweep_start(mover);
}


static void
on_timer(ct_timer_t *timer)
{
    ct_mover_t *mover = timer->data;

    if (mover->is_leaving) {
        look_around(mover);
    } else {
        balance(mover);
    }
    set_timer(mover);
}


static void
release(void *data)
{
    ct_mover_t *mover = data;

    ct_buf_release(&mover->out);
}


ct_mover_t *
ct_mover_create(ct_worker_t *worker, ct_acceptor_t *acceptor,
                const ct_mover_conf_t *conf)
{
    ct_mover_t *mover = NULL;

    if (conf->handoff == NULL || conf->handoff->take_fd == -1) {
        return NULL;
    }
    mover = ct_pool_zalloc(worker->pool, sizeof(*mover));
    mover->worker = worker;
    mover->acceptor = acceptor;
    mover->conf = *conf;
    mover->kept =
        ct_pool_zalloc(worker->pool, conf->listens->list.n * sizeof(bool) + 1);
    mover->timer.fn = on_timer;
    mover->timer.data = mover;
    ct_queue_init(&mover->sweep.link);
    mover->sweep.fn = on_sweep;
    mover->sweep.data = mover;
    ct_buf_init(&mover->out);
    ct_intake_init(&mover->intake, worker, acceptor, conf, &mover->out);
    ct_pool_cleanup_add(worker->pool, release, mover);
    return mover;
}


void
ct_mover_start(ct_mover_t *mover)
{
    if (mover != NULL) {
        ct_intake_start(&mover->intake);
        set_timer(mover);
    }
}


/* At once: who has no connections ends in this turn. */
void
ct_mover_leave(ct_mover_t *mover)
{
    if (mover == NULL) {
        return;
    }
    if (!mover->is_leaving) {
        mover->is_leaving = true;
        mover->taker = NOBODY;
        mover->to_give = 0;
        ct_intake_end(&mover->intake);
    }
    look_around(mover);
    set_timer(mover);
}


void
ct_mover_set_full(ct_mover_t *mover, bool is_full)
{
    if (mover != NULL) {
        ct_intake_set_full(&mover->intake, is_full);
    }
}
