/*
 * ct_loop.h -- the loop of one process: events, then timers, then tasks.
 *
 * A loop and all that is registered in it belong to one thread; only
 * ct_loop_wake may be called from elsewhere.
 */

#ifndef CT_LOOP_H
#define CT_LOOP_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "event/ct_event.h"

typedef struct ct_heap_s ct_heap_t;
typedef struct ct_log_s  ct_log_t;

/* Called once a turn, before waiting: the heartbeat. */
typedef void (*ct_loop_turn_fn)(ct_loop_t *loop, void *data);

/*
 * A loop over the backend of that name ("epoll", "kqueue", "poll"; NULL or
 * empty takes the best one here), or NULL, logged.  `log` must outlive it.
 */
ct_loop_t *ct_loop_create(const char *c_backend, size_t max_events,
                          ct_log_t *log);

/*
 * Ends it; what is still registered or posted is forgotten, descriptors stay
 * open.  In a forked child it is the only call allowed on the parent's loop:
 * to remove an io there would remove it from the parent.  A child forked in a
 * turn may call it there and must never return to that turn.  NULL is allowed.
 */
void ct_loop_destroy(ct_loop_t *loop);

/* Whether a backend of that name was built in. */
bool ct_loop_has_backend(const char *c_backend);

/* The names of those built in, "epoll, poll"; gives back `out`. */
const char *ct_loop_backends(char *out, size_t size);

/* The backend's name. */
const char *ct_loop_backend(const ct_loop_t *loop);

ct_log_t *ct_loop_log(const ct_loop_t *loop);

/*
 * Turns until ct_loop_stop.  `max_wait_ms` bounds each wait, so that on_turn
 * runs at least that often.
 */
void ct_loop_run(ct_loop_t *loop, unsigned max_wait_ms);

/*
 * One turn that waits at most `timeout_ms` (-1: until something happens).
 * Not to be called from inside a turn.
 */
void ct_loop_turn(ct_loop_t *loop, int timeout_ms);

/* ct_loop_run returns after this turn. */
void ct_loop_stop(ct_loop_t *loop);

/* Ends a wait from a signal handler or another thread: async-signal-safe. */
void ct_loop_wake(ct_loop_t *loop);

void ct_loop_on_turn(ct_loop_t *loop, ct_loop_turn_fn fn, void *data);

/* Monotonic time as of this turn. */
uint64_t ct_loop_now_ms(const ct_loop_t *loop);

/* The timers' heap; for ct_timer.c. */
ct_heap_t *ct_loop_timers(ct_loop_t *loop);

/*
 * Registers an io; `interest` is a mask of CT_IO_*.  Its flags are cleared.
 * CT_ERROR is logged.
 */
ct_rc_t ct_loop_add_io(ct_loop_t *loop, ct_io_t *io, unsigned interest);

/* Ends it; must come before close(2).  Does nothing if not registered. */
void ct_loop_remove_io(ct_loop_t *loop, ct_io_t *io);

/* To be called after clearing io->readable or io->writable on EAGAIN. */
void ct_loop_rearm_io(ct_loop_t *loop, ct_io_t *io);

/*
 * Runs the task after this turn's events and timers, once.  Posted from a
 * task it runs in the next turn, which then does not wait.
 */
void ct_loop_post(ct_loop_t *loop, ct_task_t *task);

/*
 * Runs the task when the turn is over, after everything that was posted: for
 * giving back memory that this turn may still look at.
 */
void ct_loop_post_last(ct_loop_t *loop, ct_task_t *task);

#endif /* CT_LOOP_H */
