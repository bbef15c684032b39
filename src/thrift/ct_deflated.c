/*
 * ct_deflated.c -- a session whose bytes are compressed: the zlib transport.
 *
 * What comes is inflated straight to where plain bytes would have been read
 * to, in pieces of that size: a bomb goes off a piece at a time, and the caps
 * of a message hold it.  The replies of a turn are compressed together and
 * leave in one piece, since Apache's accelerated Python client loses what
 * follows the first one.
 */

#include "core/ct_config.h"

#include "thrift/ct_deflated.h"

#include "core/ct_board.h"
#include "core/ct_mem.h"
#include "core/ct_module.h"
#include "event/ct_conn.h"
#include "thrift/ct_session.h"
#include "thrift/ct_thrift_module.h"
#include "thrift/wire/ct_zstream.h"

/* More memory than this is not kept for the next turn. */
#define KEEP_SIZE ((size_t) 16 * 1024)

/* To deflate a byte takes at least as long as to handle so many. */
#define DEFLATE_COST 4


ct_rc_t
ct_deflated_begin(ct_session_t *session, const uint8_t *data, size_t len)
{
    ct_deflated_t *deflated = ct_mem_try_alloc(sizeof(*deflated));

    if (deflated == NULL) {
        return CT_ERROR;
    }
    ct_buf_init(&deflated->plain);
    deflated->zstream = ct_zstream_create();
    session->deflated = deflated;
    if (deflated->zstream == NULL) {
        return CT_ERROR;
    }
    return ct_zstream_feed(deflated->zstream, data, len);
}


/* More compressed bytes from the socket; as ct_conn_recv. */
static ct_rc_t
refill(ct_session_t *session)
{
    ct_zstream_t *zstream = session->deflated->zstream;
    size_t        size;
    size_t        n;
    uint8_t      *room = ct_zstream_room(zstream, &size);
    ct_rc_t       rc;

    if (room == NULL || size == 0) {
        return CT_ERROR;
    }
    rc = ct_conn_recv(session->conn, room, size, &n);
    if (rc == CT_OK) {
        ct_board_count(session->state->worker->slot, CT_COUNT_BYTES_IN, n);
        ct_zstream_received(zstream, n);
    }
    return rc;
}


static ct_rc_t
refuse(ct_session_t *session, const char *c_why)
{
    ct_board_count(session->state->worker->slot, CT_COUNT_PROTOCOL_ERRORS, 1);
    ct_session_complain(session, "cannot inflate", c_why);
    session->finishing = true;
    return CT_AGAIN;
}


ct_rc_t
ct_deflated_recv(ct_session_t *session, uint8_t *data, size_t size, size_t *n)
{
    const char *c_why = NULL;
    ct_rc_t     rc;

    for (;;) {
        rc = ct_zstream_inflate(session->deflated->zstream, data, size, n,
                                &c_why);
        if (rc == CT_ERROR) {
            return refuse(session, c_why);
        }
        if (rc == CT_DECLINED) {
            session->finishing = true; /* the socket may hold more */
            return CT_AGAIN;
        }
        if (rc != CT_AGAIN) {
            return rc;
        }
        rc = refill(session);
        if (rc != CT_OK) {
            return rc;
        }
    }
}


bool
ct_deflated_has_news(const ct_session_t *session)
{
    return ct_zstream_has_news(session->deflated->zstream);
}


ct_rc_t
ct_deflated_pack(ct_session_t *session)
{
    ct_deflated_t *deflated = session->deflated;
    const size_t   len = ct_buf_len(&deflated->plain);
    ct_rc_t        rc;

    if (len == 0) {
        return CT_OK;
    }
    rc = ct_zstream_deflate(deflated->zstream, deflated->plain.pos, len,
                            &session->out);
    session->spent += len * DEFLATE_COST;
    ct_buf_reset(&deflated->plain, KEEP_SIZE);
    return rc;
}


void
ct_deflated_release(ct_session_t *session)
{
    ct_deflated_t *deflated = session->deflated;

    if (deflated == NULL) {
        return;
    }
    ct_zstream_destroy(deflated->zstream);
    ct_buf_release(&deflated->plain);
    ct_mem_release(deflated);
    session->deflated = NULL;
}
