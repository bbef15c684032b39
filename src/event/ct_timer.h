/*
 * ct_timer.h -- something to do at a later time.
 *
 * A timer lives in its owner's struct and is off when zeroed.  Deadlines are
 * milliseconds of the loop's monotonic clock.  Setting a timer that is on to
 * a later deadline only notes it (the heap is corrected when the old one
 * passes), so that pushing a deadline on with every call costs a store.
 */

#ifndef CT_TIMER_H
#define CT_TIMER_H

#include "core/ct_config.h"

#include "core/ct_heap.h"

typedef struct ct_loop_s  ct_loop_t;
typedef struct ct_timer_s ct_timer_t;

/* Runs once per start; the timer is off by then and may be started again. */
typedef void (*ct_timer_fn)(ct_timer_t *timer);

struct ct_timer_s {
    ct_heap_node_t node;
    uint64_t       deadline_ms;
    ct_timer_fn    fn;
    void          *data;
};

/*
 * On, `delay_ms` from the loop's now; a running one is moved.  0 counts as 1,
 * so that a timer that restarts itself does not hold up the turn.
 */
void ct_timer_start(ct_loop_t *loop, ct_timer_t *timer, uint64_t delay_ms);

/* Off; it may be off already. */
void ct_timer_stop(ct_loop_t *loop, ct_timer_t *timer);

/* For ct_loop.c: runs every timer whose deadline is not after now. */
void ct_timer_run_due(ct_loop_t *loop);

/*
 * For ct_loop.c: how long it may wait, at most `limit_ms` (-1: for ever), so
 * as not to be late for the next timer.
 */
int ct_timer_wait_ms(ct_loop_t *loop, int limit_ms);

static inline bool
ct_timer_is_on(const ct_timer_t *timer)
{
    return timer->node.index != 0;
}

#endif /* CT_TIMER_H */
