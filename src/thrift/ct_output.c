/*
 * ct_output.c -- the replies of a session on their way out.
 *
 * Replies of one turn gather in the worker's buffer and leave with one
 * write.  What the socket does not take moves to the session's own buffer,
 * and all that follows goes there too until it is empty again.
 *
 * The worker's buffer has one owner at a time: a handler that finishes a call
 * of another session finds it taken, and that reply goes to the other
 * session's own buffer.
 */

#include "core/ct_config.h"

#include "thrift/ct_output.h"

#include <sys/uio.h>

#include "core/ct_board.h"
#include "core/ct_buf.h"
#include "core/ct_module.h"
#include "event/ct_conn.h"

/* More memory than this is not kept for the next turn. */
#define KEEP_SIZE ((size_t) 256 * 1024)


CT_HOT ct_buf_t *
ct_session_output(ct_session_t *session)
{
    ct_thrift_state_t *state = session->state;

    if (session->deflated != NULL) {
        return &session->deflated->plain;
    }
    if (ct_buf_len(&session->out) != 0
        || (state->out_owner != NULL && state->out_owner != session)) {
        return &session->out;
    }
    state->out_owner = session;
    return &state->out;
}


/* Sends from the front of `buf` until it is empty or the socket is full. */
CT_HOT static ct_rc_t
buf_send(ct_session_t *session, ct_buf_t *buf)
{
    size_t  n;
    ct_rc_t rc;

    while (ct_buf_len(buf) != 0) {
        rc = ct_conn_send(session->conn, buf->pos, ct_buf_len(buf), &n);
        if (rc != CT_OK) {
            return rc;
        }
        ct_board_count(session->state->worker->slot, CT_COUNT_BYTES_OUT, n);
        buf->pos += n;
    }
    return CT_OK;
}


CT_HOT ct_rc_t
ct_output_send(ct_session_t *session)
{
    ct_thrift_state_t *state = session->state;
    ct_rc_t            rc = CT_OK;

    if (session->deflated != NULL && ct_deflated_pack(session) != CT_OK) {
        return CT_ERROR;
    }
    if (session->out.start != NULL) {
        rc = buf_send(session, &session->out);
        if (rc == CT_OK) {
            ct_buf_release(&session->out);
        }
    }
    if (state->out_owner != session) {
        return rc;
    }
    if (rc == CT_OK) {
        rc = buf_send(session, &state->out);
    }
    if (rc == CT_AGAIN
        && ct_buf_append(&session->out, state->out.pos, ct_buf_len(&state->out))
               != CT_OK) {
        rc = CT_ERROR;
    }
    ct_buf_reset(&state->out, KEEP_SIZE);
    state->out_owner = NULL;
    return rc;
}


/*
 * Not where the end of the stream may have to ride on the reply: settle knows
 * of that, later.
 */
CT_HOT ct_aside_t *
ct_output_aside(ct_session_t *session, const ct_buf_t *out)
{
    ct_thrift_state_t *state = session->state;

    if (out != &state->out || session->conn->tls != NULL || session->finishing
        || session->worn || state->worker->leaving) {
        return NULL;
    }
    ct_aside_reset(&state->aside);
    return &state->aside;
}


/* The buffer and what was left aside, in their order; gives back how many. */
static size_t
pieces_lay_out(const ct_buf_t *buf, const ct_aside_t *aside,
               struct iovec *pieces)
{
    size_t at = 0;
    size_t n = 0;

    for (size_t i = 0; i < aside->n; i++) {
        const ct_aside_piece_t *piece = &aside->pieces[i];

        pieces[n].iov_base = buf->pos + at;
        pieces[n++].iov_len = piece->at - at;
        pieces[n].iov_base = (void *) (uintptr_t) piece->bytes.data;
        pieces[n++].iov_len = piece->bytes.len;
        at = piece->at;
    }
    pieces[n].iov_base = buf->pos + at;
    pieces[n++].iov_len = ct_buf_len(buf) - at;
    return n;
}


/* What is behind the first `sent` bytes waits in the session's own buffer. */
static ct_rc_t
pieces_keep(ct_session_t *session, const struct iovec *pieces, size_t npieces,
            size_t sent)
{
    for (size_t i = 0; i < npieces; i++) {
        const size_t   len = pieces[i].iov_len;
        const size_t   skipped = sent < len ? sent : len;
        const uint8_t *data = pieces[i].iov_base;

        sent -= skipped;
        if (ct_buf_append(&session->out, data + skipped, len - skipped)
            != CT_OK) {
            return CT_ERROR;
        }
    }
    return CT_OK;
}


ct_rc_t
ct_output_send_aside(ct_session_t *session)
{
    ct_thrift_state_t *state = session->state;
    struct iovec       pieces[2 * CT_ASIDE_MOST + 1];
    size_t             npieces;
    size_t             sent = 0;
    ct_rc_t            rc;

    CT_ASSERT(state->out_owner == session);
    npieces = pieces_lay_out(&state->out, &state->aside, pieces);
    rc = ct_conn_send_pieces(session->conn, pieces, npieces, &sent);
    if (rc == CT_OK) {
        ct_board_count(state->worker->slot, CT_COUNT_BYTES_OUT, sent);
    }
    if (rc != CT_ERROR) {
        rc = pieces_keep(session, pieces, npieces, sent);
    }
    ct_aside_reset(&state->aside);
    ct_buf_reset(&state->out, KEEP_SIZE);
    state->out_owner = NULL;
    return rc;
}


void
ct_output_release(ct_session_t *session)
{
    ct_thrift_state_t *state = session->state;

    ct_buf_release(&session->out);
    if (state->out_owner == session) {
        ct_buf_reset(&state->out, KEEP_SIZE);
        state->out_owner = NULL;
    }
}
