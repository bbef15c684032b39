/*
 * ct_execute.h -- where a handler runs.
 *
 * Header of the thrift floor only.
 */

#ifndef CT_EXECUTE_H
#define CT_EXECUTE_H

#include "core/ct_config.h"

#include "core/ct_rc.h"

typedef struct ct_pending_s      ct_pending_t;
typedef struct ct_thrift_state_s ct_thrift_state_t;

/*
 * Runs the handler of a call whose arguments are decoded, the way that its
 * block says.  CT_OK, CT_ERROR: it has come to its end and is to be answered
 * now.  CT_AGAIN: it goes on elsewhere or later; the caller defers it, and
 * ct_dispatch_finish ends it, in the loop's thread.
 */
ct_rc_t ct_execute(ct_pending_t *pending);

/* The same for one mode each; for ct_execute and for each other. */
ct_rc_t ct_execute_inline(ct_pending_t *pending);
ct_rc_t ct_execute_thread(ct_pending_t *pending);
ct_rc_t ct_execute_fiber(ct_pending_t *pending);

/*
 * Frames each stretch of a handler that runs in the loop's own thread, so
 * that a loop that is held up can say by whom.  A handler may run inside
 * another one's, by ending a call that others wait for: enter gives back whom
 * leave has to name again, NULL for none.  `state` is the call's, which leave
 * does not look at: it may have gone.
 */
ct_pending_t *ct_execute_enter(ct_pending_t *pending);
void          ct_execute_leave(ct_thrift_state_t *state, ct_pending_t *before);

/*
 * For a mode whose handlers run outside the turn that they began in.  Depart
 * comes before: it notes what the handler may ask for.  Return comes in the
 * loop, behind the handler's return and with what it gave back; the call may be
 * gone then.
 */
void ct_execute_depart(ct_pending_t *pending);
void ct_execute_return(ct_pending_t *pending, ct_rc_t rc);

/* In place of a return: it has departed, and is not going to run after all. */
void ct_execute_forget(ct_pending_t *pending);

/*
 * Takes a call back that waits for a thread.  CT_OK: its handler never runs,
 * and the call is the loop's again.  CT_DECLINED: it does not wait.
 */
ct_rc_t ct_execute_withdraw(ct_pending_t *pending);

#endif /* CT_EXECUTE_H */
