/*
 * ct_deadline.h -- how long a call may take.
 *
 * Header of the thrift floor only.  All functions belong to the worker's
 * thread, but for two that say otherwise.
 */

#ifndef CT_DEADLINE_H
#define CT_DEADLINE_H

#include "core/ct_config.h"

typedef struct ct_pending_s ct_pending_t;

/*
 * When the call is to be answered, in milliseconds of the monotonic clock; 0:
 * whenever it is ready.  *of_client tells whether its client has said so, and
 * not handler_timeout.  Asks what does not change while a call is under way:
 * for any thread that has the call.
 */
uint64_t ct_deadline_of(const ct_pending_t *pending, bool *of_client);

/*
 * Notes until when it is to have begun and been answered, for who is about to
 * queue it; ct_deadline_start does it for the others.
 */
void ct_deadline_set(ct_pending_t *pending);

/* The call outlives its turn: its limits are watched from now on. */
void ct_deadline_start(ct_pending_t *pending);

/* Whether a queued call should begin no more; for any thread that has it. */
bool ct_deadline_is_over(const ct_pending_t *pending, uint64_t now_ns);

/*
 * Refuses a call that has waited too long and never begins, with the limit
 * that is over.  The pending may be gone when this returns.
 */
void ct_deadline_shed(ct_pending_t *pending);

/* They are not any more; does nothing where they never were. */
void ct_deadline_stop(ct_pending_t *pending);

/*
 * The client of a call that is under way has gone.  It is cancelled, or, where
 * nobody waited for an answer anyway, goes on as if nothing had happened.  The
 * pending may be gone when this returns.
 */
void ct_deadline_abandon(ct_pending_t *pending);

#endif /* CT_DEADLINE_H */
