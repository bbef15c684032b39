/*
 * ct_session.c -- a connection that speaks Thrift: its life.
 *
 * Bytes come in through ct_input.c and go out through ct_output.c; here is
 * what a session does next.
 *
 *   state     | event                         | what follows
 *   ----------+-------------------------------+---------------------------
 *   serving   | a message                     | ct_dispatch
 *   serving   | too many replies or calls wait| paused
 *   paused    | sent, or a call has finished  | serving
 *   serving   | the peer ends its side        | ended
 *   serving   | input that cannot be trusted  | finishing
 *   serving   | the worker leaves, nothing is | moved: another worker
 *             | in flight, another one serves | serves it
 *   serving   | a reply while the worker      | finishing
 *             | leaves and it cannot move, or  |
 *             | the last one that it may      |
 *             | have; nothing waits           |
 *   ended     | all is answered and sent      | closed
 *   ended     | calls wait, and nobody for    | closed: they are cancelled
 *             | their answers                 |
 *   finishing | all is answered and sent      | lingering: our side is shut
 *   lingering | the peer ends, or time passes | closed
 *   any       | the socket breaks, a timeout  | closed
 *
 * Lingering matters: closing a socket while bytes of the peer are unread
 * makes the kernel send a reset, which may overtake our last reply.
 */

#include "core/ct_config.h"

#include "thrift/ct_session.h"

#include "core/ct_board.h"
#include "core/ct_cycle.h"
#include "core/ct_mem.h"
#include "core/ct_module.h"
#include "event/ct_accept.h"
#include "event/ct_conn.h"
#include "event/ct_handoff_record.h"
#include "event/ct_listen.h"
#include "event/ct_loop.h"
#include "thrift/ct_deadline.h"
#include "thrift/ct_deflated.h"
#include "thrift/ct_dispatch.h"
#include "thrift/ct_input.h"
#include "thrift/ct_keepalive.h"
#include "thrift/ct_output.h"
#include "thrift/ct_pending.h"
#include "thrift/ct_server.h"
#include "thrift/ct_session_move.h"
#include "thrift/ct_session_show.h"
#include "thrift/ct_thrift_module.h"

/* After this many reads the other connections have their turn. */
#define READS_PER_TURN 16

/* For how many bytes a shut connection is drained. */
#define LINGER_BYTES ((size_t) 1024 * 1024)

/* What a quitting server gives a client that has not called yet. */
#define FIRST_CALL_MS 500


void
ct_session_complain(ct_session_t *session, const char *c_what,
                    const char *c_why)
{
    ct_thrift_state_t *state = session->state;
    const ct_worker_t *worker = state->worker;
    const ct_array_t  *modules = &worker->cycle->modules;

    for (size_t i = 0; i < modules->n; i++) {
        const ct_module_t *module =
            *(const ct_module_t **) ct_array_at(modules, i);

        if (module->decode_failed != NULL) {
            module->decode_failed(session->conn, c_why, worker->states[i]);
        }
    }
    ct_complain(&state->complaints, session->conn, c_what, c_why);
}


/* The one timer of a connection, by what it waits for. */
CT_HOT static void
timer_set(ct_session_t *session)
{
    const ct_thrift_conf_t *conf = session->server->conf;
    ct_conn_t              *conn = session->conn;
    uint64_t                delay_ms = 0;

    if (session->lingering) {
        delay_ms = conf->lingering_time_ms;
    } else if (ct_buf_len(&session->out) != 0) {
        delay_ms = conf->send_timeout_ms;
    } else if (session->ncalls != 0) {
        delay_ms = 0;
    } else if (session->in != NULL && !session->paused) {
        delay_ms = conf->client_read_timeout_ms;
    } else {
        delay_ms = conf->client_timeout_ms;
    }

    if (delay_ms != 0) {
        ct_timer_start(conn->loop, &conn->timer, delay_ms);
    } else if (ct_timer_is_on(&conn->timer)) {
        ct_timer_stop(conn->loop, &conn->timer);
    }
}


static void
linger(ct_session_t *session)
{
    const ct_thrift_conf_t *conf = session->server->conf;

    if (session->ended || !conf->lingering_close
        || conf->lingering_time_ms == 0) {
        ct_conn_close(session->conn);
        return;
    }
    ct_input_release(session);
    ct_conn_shutdown(session->conn);
    session->lingering = true;
    session->spent = 0;
    ct_loop_post(session->conn->loop, &session->again);
    timer_set(session);
}


/* Whether an ending session may go now: all is answered. */
static bool
is_idle(const ct_session_t *session)
{
    return session->ncalls == 0 && ct_buf_len(&session->out) == 0;
}


/*
 * Whether nobody listens for answers that are still to come.  A stream's end
 * alone does not say so: the client may have ended no more than its own side,
 * and TCP does not tell; `client_half_close off` takes it for gone.  A call
 * without an answer is waited for either way.
 */
static bool
is_abandoned(const ct_session_t *session)
{
    if (!session->ended
        || (!session->conn->io.hung_up
            && session->server->conf->client_half_close)) {
        return false;
    }
    for (ct_queue_t *link = session->calls.next; link != &session->calls;
         link = link->next) {
        const ct_pending_t *pending = CT_QUEUE_ENTRY(link, ct_pending_t, link);

        if (pending->handler != NULL && !pending->handler->method->oneway) {
            return true;
        }
    }
    return false;
}


/*
 * What was paused may go on once enough is sent and answered, and who waits for
 * a word before it sends the rest of a message may have it.
 */
static void
unpause(ct_session_t *session)
{
    const bool has_word = session->scan != NULL
                          && session->scan->interim != NULL
                          && session->ncalls == 0 && !session->finishing;

    if ((session->paused || has_word) && !ct_input_must_wait(session)) {
        session->paused = false;
        ct_loop_post(session->conn->loop, &session->again);
    }
}


/*
 * A leaving worker ends the session after a reply, as does one that is worn,
 * unless more has come: half a message, or what a turn's budget has left in
 * the socket.  One that is to move waits until it can.
 */
static bool
may_leave(const ct_session_t *session)
{
    const bool leaves = session->state->worker->leaving && session->called_late
                        && !ct_session_is_movable(session);

    return (leaves || session->worn) && session->in == NULL
           && !ct_input_may_come(session);
}


/* Whether it ends once its replies are sent. */
CT_HOT static bool
is_last(const ct_session_t *session)
{
    return session->ncalls == 0 && !session->paused
           && (session->finishing || may_leave(session));
}


/*
 * After every turn: sends, decides what comes next, sets the timer.  It asks
 * whether to go on behind the sending, which may just have made room: no
 * event would tell of that.  The session may be closed when it returns.
 */
CT_HOT static void
settle(ct_session_t *session)
{
    session->conn->is_ending = is_last(session);
    if (ct_output_send(session) == CT_ERROR) {
        ct_conn_close(session->conn);
        return;
    }
    if (is_abandoned(session)) {
        ct_conn_close(session->conn);
        return;
    }
    unpause(session);
    if (is_idle(session) && !session->paused) {
        if (is_last(session)) {
            linger(session);
            return;
        }
        if (session->ended) {
            ct_conn_close(session->conn);
            return;
        }
        if (ct_session_is_movable(session)
            && ct_session_move(session) == CT_OK) {
            return;
        }
    }
    timer_set(session);
}


/*
 * Goes on with messages that are here already, and reads more.  Returns
 * CT_OK if the budget of this turn ended it: there may be more to read.
 */
static ct_rc_t
serve(ct_session_t *session)
{
    ct_rc_t rc;

    session->spent = 0;
    rc = ct_input_process(session);
    for (unsigned i = 0; rc == CT_OK && i < READS_PER_TURN; i++) {
        if (ct_input_is_spent(session)) {
            return CT_OK;
        }
        if (session->paused || session->ended || session->finishing
            || !ct_input_may_come(session)) {
            return CT_AGAIN;
        }
        rc = ct_input_read(session);
    }
    if (rc == CT_ERROR) {
        session->finishing = true;
    }
    return rc;
}


static void
drain(ct_session_t *session)
{
    ct_block_t *scratch = ct_input_scratch(session->state);
    size_t      n;
    ct_rc_t     rc;

    if (scratch == NULL) {
        ct_conn_close(session->conn);
        return;
    }
    do {
        rc = ct_conn_recv(session->conn, scratch->data, scratch->size, &n);
        if (rc == CT_OK) {
            session->spent += n;
        }
    } while (rc == CT_OK && session->spent < LINGER_BYTES);

    if (rc != CT_AGAIN) {
        ct_conn_close(session->conn);
    }
}


CT_HOT static void
go_on(ct_session_t *session)
{
    ct_rc_t rc;

    if (session->lingering) {
        drain(session);
        return;
    }
    if (session->finishing) {
        settle(session);
        return;
    }
    session->processing = true;
    rc = serve(session);
    session->processing = false;
    if (rc == CT_DECLINED) {
        ct_conn_close(session->conn);
        return;
    }
    if (rc == CT_OK) {
        ct_loop_post(session->conn->loop, &session->again);
    }
    settle(session);
}


CT_HOT static void
on_readable(ct_conn_t *conn)
{
    ct_session_t *session = conn->session;

    if (!session->paused) {
        go_on(session);
    }
}


static void
on_again(ct_task_t *task)
{
    ct_session_t *session = task->data;

    if (!session->conn->closed) {
        go_on(session);
    }
}


static void
on_writable(ct_conn_t *conn)
{
    ct_session_t *session = conn->session;

    if (ct_buf_len(&session->out) != 0) {
        settle(session);
    }
}


void
ct_session_resume(ct_session_t *session)
{
    if (!session->processing) {
        settle(session); /* else who processes does */
    }
}


static void
on_timer(ct_conn_t *conn)
{
    ct_session_t *session = conn->session;
    const char   *c_what = "idle for client_timeout";
    char          peer[CT_ADDR_TEXT_SIZE];

    if (!session->lingering && !session->state->worker->quitting) {
        if (ct_buf_len(&session->out) != 0) {
            c_what = "took no reply for send_timeout";
        } else if (session->in != NULL) {
            c_what = "silent inside a message for client_read_timeout";
        }
        ct_board_count(session->state->worker->slot, CT_COUNT_TIMEOUTS, 1);
        CT_LOG(conn->log, CT_LOG_INFO, 0, "client %s: %s, server: %.*s",
               ct_conn_peer_text(conn, peer, sizeof(peer)), c_what,
               CT_STR_ARG(conn->listen->text));
    }
    ct_conn_close(conn);
}


/*
 * An idle connection stays open until its next call or the end of
 * worker_shutdown_timeout: closing it now could cross with a call that is on
 * its way.  Only where nobody comes after us is there nothing to wait for,
 * but for a client that has just connected and is about to call.
 */
static void
on_leaving(ct_conn_t *conn)
{
    ct_session_t *session = conn->session;

    session->called_late = session->ncalls != 0;
    if (!session->state->worker->quitting || session->lingering
        || session->in != NULL || !is_idle(session)) {
        return;
    }
    if (session->ncalls_total == 0) {
        ct_timer_start(conn->loop, &conn->timer, FIRST_CALL_MS);
        return;
    }
    ct_conn_close(conn);
}


/*
 * While the worker serves only a silent one is given away: what has begun to
 * be read here is answered here.
 */
static ct_rc_t
on_move(ct_conn_t *conn)
{
    ct_session_t *session = conn->session;

    if (session->processing || !is_idle(session) || session->paused
        || (!session->state->worker->leaving
            && (session->in != NULL || conn->io.readable))) {
        return CT_DECLINED;
    }
    return ct_session_move(session);
}


static void
calls_end(ct_session_t *session)
{
    ct_queue_t *link;

    ct_queue_move(&session->calls, &session->silent);
    while ((link = ct_queue_pop(&session->calls)) != NULL) {
        ct_pending_t *pending = CT_QUEUE_ENTRY(link, ct_pending_t, link);

        if (pending->status == CT_PENDING_DEFERRED) {
            ct_deadline_abandon(pending);
        } else {
            ct_pending_destroy(pending);
        }
    }
}


static void
on_close(ct_conn_t *conn)
{
    ct_session_t      *session = conn->session;
    const ct_worker_t *worker = session->state->worker;
    const ct_array_t  *modules = &worker->cycle->modules;

    for (size_t i = 0; i < session->nconnected; i++) {
        const ct_module_t *module =
            *(const ct_module_t **) ct_array_at(modules, i);

        if (module->closed != NULL) {
            module->closed(conn, worker->states[i]);
        }
    }
    calls_end(session);
    ct_input_release(session);
    ct_output_release(session);
    ct_sticky_release(&session->sticky);
    ct_deflated_release(session);
    ct_queue_remove(&session->again.link);
    conn->session = NULL;
    ct_mem_release(session->data);
    ct_slab_put(&session->state->sessions, session);
}


static const ct_conn_events_t session_events = {
    .on_readable = on_readable,
    .on_writable = on_writable,
    .on_timer = on_timer,
    .on_leaving = on_leaving,
    .on_close = on_close,
    .on_move = on_move,
    .describe = ct_session_show,
};


/*
 * A module that refuses the connection is the last one to hear of it; one that
 * moves was let in already, and stays.
 */
static ct_rc_t
hooks_connected(ct_session_t *session)
{
    const ct_worker_t *worker = session->state->worker;
    const ct_array_t  *modules = &worker->cycle->modules;

    for (size_t i = 0; i < modules->n; i++) {
        const ct_module_t *module =
            *(const ct_module_t **) ct_array_at(modules, i);

        if (module->connected != NULL
            && module->connected(session->conn, worker->states[i]) != CT_OK
            && !session->conn->moved) {
            return CT_ERROR;
        }
        session->nconnected++;
    }
    return CT_OK;
}


/* NULL: no memory. */
static ct_session_t *
session_create(ct_conn_t *conn)
{
    const ct_server_t *server = conn->listen->data;
    const ct_worker_t *worker = ct_acceptor_worker(conn->acceptor);
    ct_thrift_state_t *state = worker->states[server->thrift_index];
    ct_session_t      *session = ct_slab_take(&state->sessions);

    if (session == NULL) {
        return NULL;
    }
    memset(session, 0, sizeof(*session));
    session->conn = conn;
    session->server = server;
    session->state = state;
    ct_buf_init(&session->out);
    ct_queue_init(&session->calls);
    ct_queue_init(&session->silent);
    ct_queue_init(&session->again.link);
    session->again.fn = on_again;
    session->again.data = session;
    conn->session = session;
    conn->events = &session_events;
    return session;
}


/* One that comes while the worker leaves is not told of it: it asks. */
ct_rc_t
ct_session_accept(ct_conn_t *conn)
{
    ct_session_t *session = session_create(conn);

    if (session == NULL || hooks_connected(session) != CT_OK) {
        return CT_ERROR;
    }
    if (session->state->worker->leaving) {
        ct_loop_post(conn->loop, &session->again);
    }
    timer_set(session);
    return CT_OK;
}


/* A move does not give a silent client more time. */
static void
timer_restore(ct_session_t *session, uint64_t due_ms)
{
    ct_conn_t     *conn = session->conn;
    const uint64_t now_ms = ct_loop_now_ms(conn->loop);

    timer_set(session);
    if (due_ms != 0 && ct_timer_is_on(&conn->timer)
        && due_ms < conn->timer.deadline_ms) {
        ct_timer_start(conn->loop, &conn->timer,
                       due_ms > now_ms ? due_ms - now_ms : 1);
    }
}


ct_rc_t
ct_session_adopt(ct_conn_t *conn, const ct_handoff_record_t *record)
{
    ct_session_t *session = session_create(conn);

    if (session == NULL || ct_session_restore(session, record) != CT_OK
        || hooks_connected(session) != CT_OK) {
        return CT_ERROR;
    }
    timer_restore(session, record->due_ms);
    if (session->in != NULL) {
        ct_loop_post(conn->loop, &session->again);
    }
    return CT_OK;
}
