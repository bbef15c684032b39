/*
 * ct_deflated.h -- a session whose bytes are compressed: the zlib transport.
 *
 * It stands between a session and its connection, in both directions; the
 * dialect inside is recognised as if nothing were around it.
 */

#ifndef CT_DEFLATED_H
#define CT_DEFLATED_H

#include "core/ct_config.h"

#include "core/ct_buf.h"
#include "core/ct_rc.h"

typedef struct ct_session_s ct_session_t;
typedef struct ct_zstream_s ct_zstream_t;

/* `plain` holds replies of this turn, not compressed yet. */
typedef struct ct_deflated_s {
    ct_zstream_t *zstream;
    ct_buf_t      plain;
} ct_deflated_t;

/*
 * The session is compressed from here on: `data` is what was received of it
 * already.  CT_ERROR: no memory.
 */
ct_rc_t ct_deflated_begin(ct_session_t *session, const uint8_t *data,
                          size_t len);

/*
 * As ct_conn_recv, of inflated bytes.  Bytes that are no zlib stream are
 * complained of and set `finishing`; then CT_AGAIN.
 */
ct_rc_t ct_deflated_recv(ct_session_t *session, uint8_t *data, size_t size,
                         size_t *n);

/* Whether a recv may give something that the socket knows nothing of. */
bool ct_deflated_has_news(const ct_session_t *session);

/* Moves `plain`, compressed, to the end of session->out. */
ct_rc_t ct_deflated_pack(ct_session_t *session);

/* Gives back what it holds; also where there is nothing. */
void ct_deflated_release(ct_session_t *session);

#endif /* CT_DEFLATED_H */
