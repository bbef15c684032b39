/*
 * ct_account.h -- what calls add to the scoreboard.
 *
 * A message that asks for a call is opened once and closed once, whatever
 * becomes of it: so a method's outcomes add up to its calls, and they all add
 * up to the calls that began.  All of it is the loop's.
 */

#ifndef CT_ACCOUNT_H
#define CT_ACCOUNT_H

#include "core/ct_config.h"

#include "core/ct_outcome.h"
#include "core/ct_rc.h"

typedef struct ct_cycle_s        ct_cycle_t;
typedef struct ct_pending_s      ct_pending_t;
typedef struct ct_thrift_state_s ct_thrift_state_t;

/* Master: the dialects get their rows. */
void ct_account_configure(const ct_cycle_t *cycle);

/* Worker: finds them again. */
void ct_account_init(ct_thrift_state_t *state);

/* The call has begun; its envelope is open, its handler not looked for yet. */
void ct_account_open(ct_pending_t *pending);

/*
 * It is answered later than in its turn; its connection does not wait for it
 * any more, and is about to be forgotten; it is no more.
 */
void ct_account_enter(ct_pending_t *pending);
void ct_account_part(ct_pending_t *pending);
void ct_account_leave(ct_pending_t *pending);

/* It ends so, once: is_due falls.  Its lengths are known. */
void ct_account_close(ct_pending_t *pending, ct_outcome_t outcome);

/* How one ends that is answered with CT_OK, or with what it failed with. */
ct_outcome_t ct_account_judge(const ct_pending_t *pending, ct_rc_t rc);

#endif /* CT_ACCOUNT_H */
