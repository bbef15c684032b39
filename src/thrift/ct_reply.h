/*
 * ct_reply.h -- the answer to a call, in its dialect and in its turn.
 */

#ifndef CT_REPLY_H
#define CT_REPLY_H

#include "core/ct_config.h"

#include "core/ct_rc.h"

typedef struct ct_pending_s ct_pending_t;

/*
 * Answers a call that has come to its end: with its result (CT_OK) or with
 * the failure noted in it (CT_ERROR).  If it is the oldest of its session the
 * reply joins the output, with those behind it that were waiting; else it is
 * kept.  The pending may be gone when this returns.  CT_ERROR: a reply could
 * not be written and the session must close.
 */
ct_rc_t ct_reply(ct_pending_t *pending, ct_rc_t rc);

/*
 * To be called before anything is said for a call: of a leaving worker the
 * last reply of a session says so, where a transport can.  A client of HTTP
 * then does not send its next call into a connection that closes; those that
 * it has sent already are answered before.
 */
void ct_reply_announce_end(ct_pending_t *pending);

/*
 * Tells modules, once, that nothing more comes of the message (call_ended).
 * ct_reply does, so this is for those that end without.
 */
void ct_reply_ended(ct_pending_t *pending);

#endif /* CT_REPLY_H */
