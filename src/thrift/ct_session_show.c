/*
 * ct_session_show.c -- a session as it is shown to an operator.
 *
 * Only words of ours are in it: a method is named as the scoreboard has it, and
 * one that nobody has is not named at all.
 */

#include "core/ct_config.h"

#include "thrift/ct_session_show.h"

#include <stdio.h>

#include "core/ct_board.h"
#include "core/ct_cycle.h"
#include "event/ct_conn.h"
#include "event/ct_conn_row.h"
#include "thrift/ct_pending.h"
#include "thrift/ct_server.h"
#include "thrift/ct_session.h"
#include "thrift/ct_thrift_module.h"


/* The first that holds, from its end backwards. */
static const char *
state_of(const ct_session_t *session)
{
    if (session->lingering || session->finishing || session->conn->closing) {
        return "closing";
    }
    if (ct_buf_len(&session->out) > 0) {
        return "writing";
    }
    if (session->ncalls > 0) {
        return "busy";
    }
    return session->in != NULL ? "reading" : "idle";
}


/* The oldest one; oneway calls come after those that somebody waits for. */
static const ct_pending_t *
oldest_call(const ct_session_t *session)
{
    const ct_queue_t *calls = &session->calls;

    if (ct_queue_is_empty(calls)) {
        calls = &session->silent;
    }
    return ct_queue_is_empty(calls)
               ? NULL
               : CT_QUEUE_ENTRY(calls->next, const ct_pending_t, link);
}


static void
show_method(const ct_session_t *session, ct_conn_row_t *row)
{
    const ct_pending_t *pending = oldest_call(session);
    const ct_board_t   *board = session->state->worker->cycle->board;

    if (pending != NULL && pending->handler != NULL
        && pending->handler->row != 0 && board != NULL) {
        (void) snprintf(row->method, sizeof(row->method), "%.*s",
                        CT_BOARD_METHOD_NAME - 1,
                        board->methods[pending->handler->row]);
    }
}


void
ct_session_show(const ct_conn_t *conn, ct_conn_row_t *row)
{
    const ct_session_t *session = conn->session;

    row->calls = session->ncalls_total;
    row->in_flight = session->ncalls;
    (void) snprintf(row->state, sizeof(row->state), "%s", state_of(session));
    if (session->dialect.transport != NULL) {
        (void) snprintf(row->dialect, sizeof(row->dialect), "%s%s/%s",
                        session->deflated != NULL ? "zlib/" : "",
                        session->dialect.transport->name,
                        session->dialect.protocol->name);
    }
    show_method(session, row);
}
