/*
 * ct_conn_row.c -- a connection as it is shown to an operator.
 */

#include "core/ct_config.h"

#include "event/ct_conn_row.h"

#include <stdio.h>
#include <string.h>

#include "event/ct_conn.h"
#include "event/ct_listen.h"
#include "event/ct_loop.h"


/* Times of another worker's turn may lie ahead of ours. */
static uint64_t
since(const ct_conn_t *conn, uint64_t then_ms)
{
    const uint64_t now_ms = ct_loop_now_ms(conn->loop);

    return now_ms > then_ms ? now_ms - then_ms : 0;
}


void
ct_conn_row_fill(const ct_conn_t *conn, ct_conn_row_t *row)
{
    memset(row, 0, sizeof(*row));
    row->number = conn->number;
    row->age_ms = since(conn, conn->accepted_ms);
    row->idle_ms = since(conn, conn->active_ms);
    row->bytes_in = conn->bytes_in;
    row->bytes_out = conn->bytes_out;
    row->is_tls = conn->tls != NULL;
    row->is_moved = conn->moved;
    (void) ct_conn_peer_text(conn, row->peer, sizeof(row->peer));
    (void) snprintf(row->listen, sizeof(row->listen), "%.*s",
                    CT_STR_ARG(conn->listen->text));
    /* A PROXY header or a handshake is awaited. */
    (void) snprintf(row->state, sizeof(row->state), "opening");
    if (conn->events != NULL && conn->events->describe != NULL) {
        conn->events->describe(conn, row);
    }
}
