/*
 * ct_output.h -- the replies of a session on their way out.
 */

#ifndef CT_OUTPUT_H
#define CT_OUTPUT_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "thrift/ct_deflated.h"
#include "thrift/ct_session.h"
#include "thrift/ct_thrift_module.h"

typedef struct ct_aside_s ct_aside_t;

/* Replies leave within a turn once they are so many bytes. */
#define CT_OUTPUT_MUCH ((size_t) 64 * 1024)

/*
 * Sends what there is and keeps what the socket does not take.  CT_OK: all
 * is sent; CT_AGAIN: the rest waits for on_writable; CT_ERROR: the socket is
 * broken.
 */
ct_rc_t ct_output_send(ct_session_t *session);

/*
 * Sends at once what a reply has left aside, with all that is in front of it,
 * behind ct_output_aside and before the strings' owner ends.  CT_ERROR: a part
 * is lost, and nothing may follow.
 */
ct_rc_t ct_output_send_aside(ct_session_t *session);

/*
 * Where a reply written to `out` may leave strings aside, empty; NULL where
 * it may not.
 */
ct_aside_t *ct_output_aside(ct_session_t *session, const ct_buf_t *out);

/* Forgets what was not sent. */
void ct_output_release(ct_session_t *session);

/* Whether so much has gathered that it should leave before the turn ends. */
static inline bool
ct_output_is_much(const ct_session_t *session)
{
    const ct_thrift_state_t *state = session->state;

    if (CT_UNLIKELY(session->deflated != NULL)) {
        return ct_buf_len(&session->deflated->plain) >= CT_OUTPUT_MUCH;
    }
    return state->out_owner == session
           && ct_buf_len(&state->out) >= CT_OUTPUT_MUCH;
}

#endif /* CT_OUTPUT_H */
