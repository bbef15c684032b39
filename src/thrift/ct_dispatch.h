/*
 * ct_dispatch.h -- from a whole message to its handler, and back.
 */

#ifndef CT_DISPATCH_H
#define CT_DISPATCH_H

#include "core/ct_config.h"

#include "core/ct_buf.h"
#include "core/ct_rc.h"
#include "thrift/wire/ct_transport.h"

typedef struct ct_pending_s ct_pending_t;
typedef struct ct_session_s ct_session_t;

/*
 * Handles the message that was cut at `data`, inside `block`.  Its reply has
 * joined the session's output when it returns, unless the call is deferred.
 * CT_ERROR: the stream cannot be trusted any further: close after sending.
 */
ct_rc_t ct_dispatch(ct_session_t *session, ct_block_t *block,
                    const uint8_t *data, const ct_cut_t *cut);

/*
 * The message could not be cut out of the stream, as *scan says: answers with
 * the reason where its transport can, or its head be read from `body`.  The
 * caller closes.
 */
void ct_dispatch_refuse(ct_session_t *session, const ct_scan_t *scan,
                        const uint8_t *body, size_t len);

/* Goes on with a call that a hook holds; for ct_call_continue. */
void ct_dispatch_continue(ct_pending_t *pending, ct_rc_t rc);

/* Brings a deferred call to its end; for ct_call_finish. */
void ct_dispatch_finish(ct_pending_t *pending, ct_rc_t rc);

#endif /* CT_DISPATCH_H */
