/*
 * ct_later.h -- what a module has to do at the end of a turn, or in a while.
 *
 * A turn of the loop takes up everything that has come, calls of many
 * connections.  Who writes something for each of them writes once, when the
 * turn is over.  A ct_later_t lives in the module's state of its worker; all
 * of it belongs to the worker's thread.
 */

#ifndef CT_LATER_H
#define CT_LATER_H

#include "core/ct_config.h"

#include "event/ct_event.h"
#include "event/ct_timer.h"

typedef struct ct_loop_s   ct_loop_t;
typedef struct ct_worker_s ct_worker_t;

/* Runs in the loop; may ask to be run again. */
typedef void (*ct_later_fn)(void *data);

/* Private but for its size: ct_later_init first. */
typedef struct ct_later_s {
    ct_loop_t  *loop;
    ct_task_t   task;
    ct_timer_t  timer;
    ct_later_fn fn;
    void       *data;
} ct_later_t;

/* Asks for nothing yet.  `later` must stay where it is until it is stopped. */
CT_API void ct_later_init(ct_later_t *later, const ct_worker_t *worker,
                          ct_later_fn fn, void *data);

/*
 * Runs `fn` once when this turn is over and its replies are sent, however
 * often it is asked for meanwhile.
 */
CT_API void ct_later_this_turn(ct_later_t *later);

/*
 * Runs `fn` once, `delay_ms` from now; asked for again before, it counts from
 * then.  Beside ct_later_this_turn, not in its place.
 */
CT_API void ct_later_in(ct_later_t *later, uint64_t delay_ms);

/* Whether ct_later_in has been asked for and is still to come. */
CT_API bool ct_later_is_due(const ct_later_t *later);

/* Calls both off: at the latest in worker_exit. */
CT_API void ct_later_stop(ct_later_t *later);

#endif /* CT_LATER_H */
