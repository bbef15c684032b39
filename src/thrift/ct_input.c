/*
 * ct_input.c -- the bytes of a session on their way in.
 *
 * All sessions of a worker read into one scratch block and handle whole
 * messages right there, in place.  Only what is left of an unfinished message
 * moves to a block of the session's own; it grows with the bytes that have
 * arrived, never with a length that a peer has promised.
 *
 * A deferred call keeps the block that its strings point into; then the
 * scratch is replaced by a new one, and a session's own block is copied
 * instead of moved within.
 */

#include "core/ct_config.h"

#include "thrift/ct_input.h"

#include "core/ct_board.h"
#include "core/ct_buf.h"
#include "core/ct_mem.h"
#include "core/ct_module.h"
#include "event/ct_conn.h"
#include "event/ct_listen.h"
#include "thrift/ct_deflated.h"
#include "thrift/ct_dialect_conf.h"
#include "thrift/ct_dispatch.h"
#include "thrift/ct_output.h"
#include "thrift/ct_server.h"
#include "thrift/ct_session.h"
#include "thrift/ct_session_move.h"
#include "thrift/ct_thrift_module.h"
#include "thrift/wire/ct_bytes.h"

/* The first block of an unfinished message. */
#define FIRST_SIZE ((size_t) 4096)

/* The bytes of messages, once inflated, that a session handles in a turn. */
#define TURN_BYTES ((size_t) 1024 * 1024)

/* What the scratch grows to: a few messages of ordinary length. */
#define SCRATCH_MOST ((size_t) 256 * 1024)

/* Behind a length word stands what tells framed dialects apart. */
#define OPENING_AT 4


static ct_board_slot_t *
slot_of(const ct_session_t *session)
{
    return session->state->worker->slot;
}


void
ct_input_release(ct_session_t *session)
{
    ct_block_drop(session->in);
    session->in = NULL;
    session->in_pos = 0;
    session->in_len = 0;
    ct_mem_release(session->scan);
    session->scan = NULL;
}


static inline bool
must_wait(const ct_session_t *session)
{
    const ct_thrift_conf_t *conf = session->server->conf;

    if (session->ncalls != 0 && ct_session_is_movable(session)) {
        return true; /* what comes next is for who serves it next */
    }
    return session->ncalls >= conf->max_pipelined_calls
           || ct_buf_len(&session->out) + session->nheld
                  > conf->max_unsent_replies;
}


bool
ct_input_must_wait(const ct_session_t *session)
{
    return must_wait(session);
}


static inline bool
is_spent(const ct_session_t *session)
{
    return session->spent >= TURN_BYTES;
}


bool
ct_input_is_spent(const ct_session_t *session)
{
    return is_spent(session);
}


/* The first message of a connection, or one that it does not fit. */
static ct_rc_t
dialect_find(ct_session_t *session, const uint8_t *data, size_t len)
{
    ct_dialects_t dialects = session->server->dialects;
    const char   *c_guess = NULL;
    ct_dialect_t  found = session->dialect;
    ct_rc_t       rc;

    if (session->deflated != NULL || session->dialect.transport != NULL) {
        dialects.deflated = false; /* only at the beginning, and only once */
    }
    if (session->deflated != NULL) {
        dialects.unframed = &ct_unframed_transport;
    }
    if (session->conn->listen->http) {
        ct_dialects_narrow(&dialects);
    }
    rc = ct_detect(data, len, &dialects, &found, &c_guess);
    if (rc == CT_OK && found.deflated) {
        session->dialect = found;
        session->opening = 0;
    } else if (rc == CT_OK) {
        session->dialect = found;
        session->opening =
            found.transport->is_mixed ? ct_load16(data + OPENING_AT) : 0;
    }
    if (rc == CT_OK && found.transport != NULL && found.protocol != NULL) {
        CT_LOG(session->conn->log, CT_LOG_DEBUG, 0,
               "connection %llu speaks %s %s%s",
               (unsigned long long) session->conn->number,
               found.transport->name, found.protocol->name,
               found.deflated ? " in zlib" : "");
    }
    if (rc == CT_DECLINED && session->dialect.transport != NULL) {
        return CT_OK; /* who is known hears what is wrong in his dialect */
    }
    if (rc == CT_DECLINED) {
        ct_board_count(slot_of(session), CT_COUNT_UNKNOWN_DIALECTS, 1);
        ct_session_complain(session,
                            "no Thrift that is served here; it "
                            "looks like",
                            c_guess);
        return CT_ERROR;
    }
    return rc;
}


/*
 * The place inside an unfinished message outlives the shared scan, which is
 * clean again for the next session, also where there was no memory.
 */
static ct_rc_t
scan_keep(ct_session_t *session)
{
    ct_scan_t *shared = &session->state->scan;

    if (session->scan != NULL || shared->offset == 0) {
        return CT_AGAIN;
    }
    session->scan = ct_mem_try_alloc(sizeof(*shared));
    if (session->scan != NULL) {
        *session->scan = *shared;
    }
    memset(shared, 0, offsetof(ct_scan_t, levels));
    return session->scan != NULL ? CT_AGAIN : CT_ERROR;
}


static ct_rc_t
message_refuse(ct_session_t *session, ct_scan_t *scan, const uint8_t *data,
               size_t len)
{
    ct_board_count(slot_of(session), CT_COUNT_PROTOCOL_ERRORS, 1);
    if (scan->error == CT_WIRE_LIMIT) {
        ct_board_count(slot_of(session), CT_COUNT_LIMITS, 1);
    }
    ct_session_complain(session, "cannot read a message", scan->why);
    ct_dispatch_refuse(session, scan, data, len);
    memset(scan, 0, offsetof(ct_scan_t, levels));
    return CT_ERROR;
}


/*
 * What the message at `data` speaks.  Framed messages may change their dialect
 * from one to the next, as they do with clients that open with a THeader and
 * go on without; looking at two bytes mostly settles that they have not.
 */
static ct_rc_t
dialect_settle(ct_session_t *session, const uint8_t *data, size_t len)
{
    const ct_transport_t *transport = session->dialect.transport;

    if (transport != NULL
        && (!transport->is_mixed
            || (len >= OPENING_AT + 2 && session->opening != 0
                && ct_load16(data + OPENING_AT) == session->opening))) {
        return CT_OK;
    }
    session->want = OPENING_AT + 2;
    return dialect_find(session, data, len);
}


/*
 * The transport may have a word for a client while it waits for the rest.  It
 * follows the replies to what came before; the session comes here again then.
 */
static ct_rc_t
interim_send(ct_session_t *session, ct_scan_t *scan)
{
    const char *c_text = scan->interim;

    if (c_text == NULL || session->ncalls != 0) {
        return CT_OK;
    }
    scan->interim = NULL;
    return ct_buf_append(ct_session_output(session), c_text, strlen(c_text));
}


/* Handles the message at `data`, if it is whole; *used are its bytes. */
static ct_rc_t
message_next(ct_session_t *session, ct_block_t *block, const uint8_t *data,
             size_t len, size_t *used)
{
    const ct_limits_t *limits = &session->server->limits;
    ct_dialect_t      *dialect = &session->dialect;
    ct_scan_t         *scan = session->scan;
    ct_cut_t           cut;
    ct_rc_t            rc;

    session->want = 0;
    if (scan == NULL) {
        scan = &session->state->scan;
        rc = dialect_settle(session, data, len);
        if (rc != CT_OK) {
            return rc;
        }
        if (dialect->deflated) {
            *dialect = (ct_dialect_t){ .transport = NULL };
            *used = len;
            return ct_deflated_begin(session, data, len);
        }
    }
    rc = dialect->transport->cut(scan, dialect->protocol, data, len, limits,
                                 &cut, &session->want);
    if (rc == CT_AGAIN) {
        rc = interim_send(session, scan);
        if (rc == CT_OK) {
            return scan_keep(session);
        }
        memset(scan, 0, offsetof(ct_scan_t, levels)); /* others share it */
        return rc;
    }
    if (rc != CT_OK) {
        return message_refuse(session, scan, data, cut.len);
    }
    ct_mem_release(session->scan);
    session->scan = NULL;
    session->has_more = cut.whole < len;
    *used = cut.whole;
    return ct_dispatch(session, block, data, &cut);
}


/* All whole messages of [*pos, len) in `block` that this turn has time for. */
CT_HOT static ct_rc_t
messages_handle(ct_session_t *session, ct_block_t *block, size_t *pos,
                size_t len)
{
    size_t  used = 0;
    ct_rc_t rc = CT_OK;

    while (*pos < len && !session->finishing && !is_spent(session)) {
        if (must_wait(session)) {
            session->paused = true;
            break;
        }
        rc =
            message_next(session, block, block->data + *pos, len - *pos, &used);
        if (rc != CT_OK) {
            break;
        }
        *pos += used;
        if (ct_output_is_much(session) && ct_output_send(session) == CT_ERROR) {
            return CT_ERROR;
        }
    }
    return rc == CT_AGAIN ? CT_OK : rc;
}


/*
 * A block of its own for what is left, larger than it, not much larger.  What
 * an unframed message wants is the end of its next value, a few bytes on: a
 * step that small would copy the whole for every value.
 */
static ct_rc_t
rest_move(ct_session_t *session, const uint8_t *data, size_t left)
{
    size_t      size = left < FIRST_SIZE / 2 ? FIRST_SIZE : left * 2;
    ct_block_t *own;

    if (session->want > left + left / 4 && session->want < size
        && size > FIRST_SIZE) {
        size = session->want;
    }
    if (session->paused) {
        size = left;
    }
    own = ct_block_create(size);
    if (own == NULL) {
        return CT_ERROR;
    }
    memcpy(own->data, data, left);
    ct_block_drop(session->in);
    session->in = own;
    session->in_pos = 0;
    session->in_len = left;
    return CT_OK;
}


CT_HOT ct_rc_t
ct_input_process(ct_session_t *session)
{
    ct_rc_t rc;

    if (session->in == NULL) {
        return CT_OK;
    }
    rc = messages_handle(session, session->in, &session->in_pos,
                         session->in_len);
    if (rc != CT_OK || session->in_pos == session->in_len) {
        ct_input_release(session);
    }
    return rc;
}


/* Room behind the unfinished message. */
static ct_rc_t
own_make_room(ct_session_t *session)
{
    const size_t left = session->in_len - session->in_pos;

    if (session->in_len < session->in->size) {
        return CT_OK;
    }
    if (session->in->refs == 1 && left <= session->in->size / 2) {
        memmove(session->in->data, session->in->data + session->in_pos, left);
        session->in_pos = 0;
        session->in_len = left;
        return CT_OK;
    }
    return rest_move(session, session->in->data + session->in_pos, left);
}


/* What a read that brought nothing means for the session. */
static ct_rc_t
nothing_read(ct_session_t *session, ct_rc_t rc)
{
    if (rc == CT_ERROR) {
        return CT_DECLINED;
    }
    if (rc == CT_DECLINED) {
        session->ended = true;
    }
    return CT_AGAIN;
}


/* As ct_conn_recv, from whatever the connection's bytes go through. */
static ct_rc_t
input_recv(ct_session_t *session, uint8_t *data, size_t size, size_t *n)
{
    ct_rc_t rc;

    if (session->deflated != NULL) {
        return ct_deflated_recv(session, data, size, n);
    }
    rc = ct_conn_recv(session->conn, data, size, n);
    if (rc == CT_OK) {
        ct_board_count(slot_of(session), CT_COUNT_BYTES_IN, *n);
    }
    return rc;
}


CT_HOT bool
ct_input_may_come(const ct_session_t *session)
{
    return session->conn->io.readable
           || (session->deflated != NULL && ct_deflated_has_news(session));
}


static ct_rc_t
own_read(ct_session_t *session)
{
    ct_block_t *in;
    size_t      n;
    ct_rc_t     rc;

    if (own_make_room(session) != CT_OK) {
        return CT_ERROR;
    }
    in = session->in;
    rc = input_recv(session, in->data + session->in_len,
                    in->size - session->in_len, &n);
    if (rc != CT_OK) {
        return nothing_read(session, rc);
    }
    session->in_len += n;
    return ct_input_process(session);
}


/* A deferred call that holds the scratch has it for good. */
ct_block_t *
ct_input_scratch(ct_thrift_state_t *state)
{
    ct_block_t *fresh;

    if (state->scratch->refs == 1) {
        return state->scratch;
    }
    fresh = ct_block_create(state->scratch->size);
    if (fresh != NULL) {
        ct_block_drop(state->scratch);
        state->scratch = fresh;
    }
    return fresh;
}


/*
 * A read that fills the scratch has met a message, or a queue of them, that is
 * longer: a part had to move.  Where that happens it will again.
 */
static void
scratch_grow(ct_thrift_state_t *state)
{
    const size_t size = state->scratch->size;
    ct_block_t  *fresh;

    if (size >= SCRATCH_MOST || state->scratch->refs != 1) {
        return;
    }
    fresh = ct_block_create(2 * size);
    if (fresh != NULL) {
        ct_block_drop(state->scratch);
        state->scratch = fresh;
    }
}


static ct_rc_t
scratch_read(ct_session_t *session)
{
    ct_block_t *scratch = ct_input_scratch(session->state);
    size_t      pos = 0;
    size_t      n;
    ct_rc_t     rc;

    if (scratch == NULL) {
        return CT_ERROR;
    }
    rc = input_recv(session, scratch->data, scratch->size, &n);
    if (rc != CT_OK) {
        return nothing_read(session, rc);
    }
    rc = messages_handle(session, scratch, &pos, n);
    if (rc == CT_OK && pos < n) {
        rc = rest_move(session, scratch->data + pos, n - pos);
    }
    if (n == scratch->size) {
        scratch_grow(session->state);
    }
    return rc;
}


CT_HOT ct_rc_t
ct_input_read(ct_session_t *session)
{
    return session->in != NULL ? own_read(session) : scratch_read(session);
}
