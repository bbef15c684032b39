/*
 * ct_session_move.c -- a session goes to another worker, or comes from one.
 *
 * A client may be in the middle of a message for long, or send without ever
 * waiting.  So the bytes that were read and not handled travel too, as far as
 * they are not many, and the other worker reads them as if they had just come:
 * an unframed message is passed over from its beginning again.  Only inside an
 * HTTP request there may be more than bytes, a word that we have sent to who
 * asked for one; there we wait for the end of the message.
 *
 * What has a state that cannot be told in a few bytes stays: TLS, and a zlib
 * stream.
 */

#include "core/ct_config.h"

#include "thrift/ct_session_move.h"

#include <string.h>

#include "core/ct_module.h"
#include "event/ct_accept.h"
#include "event/ct_conn.h"
#include "event/ct_handoff_record.h"
#include "event/ct_mover.h"
#include "thrift/ct_input.h"
#include "thrift/ct_server.h"
#include "thrift/ct_session.h"
#include "thrift/ct_thrift_module.h"

/* Half a record, so that the headers that stay find room too. */
#define REST_MAX (CT_HANDOFF_RECORD_MAX / 2)


/* Whether there is nothing about it that cannot move. */
static bool
is_plain(const ct_session_t *session)
{
    return session->conn->tls == NULL && session->deflated == NULL
           && session->server->conf->hand_over && !session->finishing
           && !session->ended && !session->worn && !session->lost
           && !session->lingering;
}


bool
ct_session_is_movable(const ct_session_t *session)
{
    return CT_UNLIKELY(session->state->worker->leaving) && is_plain(session)
           && ct_mover_is_wanted(ct_acceptor_mover(session->conn->acceptor),
                                 session->conn);
}


/* Whether what was read of the next message can be told. */
static bool
is_between(const ct_session_t *session)
{
    if (session->state->out_owner == session) {
        return false;
    }
    return session->in == NULL
           || (session->in_len - session->in_pos <= REST_MAX
               && session->dialect.transport != &ct_http_transport);
}


static void
describe(const ct_session_t *session, const ct_buf_t *headers,
         ct_handoff_record_t *record)
{
    const ct_conn_t *conn = session->conn;

    memset(record, 0, sizeof(*record));
    record->ncalls = session->ncalls_total;
    record->opening = session->opening;
    if (session->dialect.transport != NULL) {
        record->transport = ct_str_of(session->dialect.transport->name);
        record->protocol = ct_str_of(session->dialect.protocol->name);
    }
    record->headers.len = ct_buf_len(headers);
    record->headers.data = (const char *) headers->pos;
    if (session->in != NULL) {
        record->rest.len = session->in_len - session->in_pos;
        record->rest.data = (const char *) session->in->data + session->in_pos;
    } else if (ct_timer_is_on(&conn->timer)) {
        record->due_ms = conn->timer.deadline_ms;
    }
}


ct_rc_t
ct_session_move(ct_session_t *session)
{
    ct_conn_t          *conn = session->conn;
    ct_mover_t         *mover = ct_acceptor_mover(conn->acceptor);
    ct_handoff_record_t record;
    ct_buf_t            headers;
    ct_rc_t             rc = CT_DECLINED;

    CT_ASSERT(session->ncalls == 0);
    if (!is_plain(session) || !is_between(session)
        || !ct_mover_may_give(mover, conn)) {
        return CT_DECLINED;
    }
    ct_buf_init(&headers);
    if (ct_sticky_write(&session->sticky, &headers) == CT_OK) {
        describe(session, &headers, &record);
        rc = ct_mover_give(mover, conn, &record);
    }
    ct_buf_release(&headers);
    return rc;
}


/* Whichever of them has that name; NULL: the server does not speak it. */
static const ct_transport_t *
transport_of(const ct_dialects_t *dialects, ct_str_t name)
{
    const ct_transport_t *const all[] = { dialects->framed, dialects->unframed,
                                          dialects->header, dialects->ttheader,
                                          dialects->http };

    for (size_t i = 0; i < CT_ARRAY_LEN(all); i++) {
        if (all[i] != NULL && ct_str_eq_c(name, all[i]->name)) {
            return all[i];
        }
    }
    return NULL;
}


static const ct_protocol_t *
protocol_of(const ct_dialects_t *dialects, ct_str_t name)
{
    const ct_protocol_t *const all[] = { dialects->binary, dialects->compact,
                                         dialects->json };

    for (size_t i = 0; i < CT_ARRAY_LEN(all); i++) {
        if (all[i] != NULL && ct_str_eq_c(name, all[i]->name)) {
            return all[i];
        }
    }
    return NULL;
}


/* A dialect that is not served any more is recognised, and refused, anew. */
static void
dialect_restore(ct_session_t *session, const ct_handoff_record_t *record)
{
    const ct_dialects_t *dialects = &session->server->dialects;
    const ct_dialect_t   found = {
          .transport = transport_of(dialects, record->transport),
          .protocol = protocol_of(dialects, record->protocol),
    };

    if (found.transport != NULL && found.protocol != NULL) {
        session->dialect = found;
        session->opening = (uint16_t) record->opening;
    }
}


ct_rc_t
ct_session_restore(ct_session_t *session, const ct_handoff_record_t *record)
{
    const ct_str_t headers = record->headers;

    dialect_restore(session, record);
    session->ncalls_total = record->ncalls;
    session->has_called = record->ncalls > 0;
    if (ct_sticky_read(&session->sticky, (const uint8_t *) headers.data,
                       headers.len)
        == CT_ERROR) {
        return CT_ERROR;
    }
    if (record->rest.len == 0) {
        return CT_OK;
    }
    session->in = ct_block_create(record->rest.len);
    if (session->in == NULL) {
        return CT_ERROR;
    }
    memcpy(session->in->data, record->rest.data, record->rest.len);
    session->in_len = record->rest.len;
    return CT_OK;
}
