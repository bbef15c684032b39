/*
 * ct_loop.h -- the loop of one process: events, then timers, then tasks.
 *
 * A loop and all that is registered in it belong to the thread that made it.
 * Other threads may call what says so: ct_loop_wake, ct_loop_send,
 * ct_loop_ask, ct_loop_is_mine, ct_loop_busy_since_ms.
 */

#ifndef CT_LOOP_H
#define CT_LOOP_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "event/ct_addr.h"
#include "event/ct_event.h"

typedef struct ct_board_slot_s ct_board_slot_t;
typedef struct ct_heap_s       ct_heap_t;
typedef struct ct_log_s        ct_log_t;

/* Called once a turn, before waiting: the heartbeat. */
typedef void (*ct_loop_turn_fn)(ct_loop_t *loop, void *data);

/* What ct_loop_ask runs. */
typedef void (*ct_loop_ask_fn)(void *data);

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

/*
 * ct_loop_run returns after this turn.  Called by on_turn, nothing that a
 * descriptor has to report is taken up any more.
 */
void ct_loop_stop(ct_loop_t *loop);

/* Ends a wait from a signal handler or another thread: async-signal-safe. */
void ct_loop_wake(ct_loop_t *loop);

void ct_loop_on_turn(ct_loop_t *loop, ct_loop_turn_fn fn, void *data);

/*
 * From now on the loop polls for that long before it sleeps, where ct_spin.h
 * says that it pays; 0 (the beginning): never.  Counted in `slot`, which may
 * be NULL.
 */
void ct_loop_spin(ct_loop_t *loop, uint64_t time_us, ct_board_slot_t *slot);

/* Monotonic time as of this turn. */
uint64_t ct_loop_now_ms(const ct_loop_t *loop);

/*
 * The last time in this turn that the loop or one of its callbacks has seen on
 * the clock, monotonic: what begins now is taken to begin then, which spares a
 * look at it.  ct_loop_look_ns looks.
 */
uint64_t ct_loop_seen_ns(const ct_loop_t *loop);
uint64_t ct_loop_look_ns(ct_loop_t *loop);

/*
 * Since when the loop has been at work without a turn, monotonic; 0 while it
 * waits for something to do.  May be asked by any thread.
 */
uint64_t ct_loop_busy_since_ms(const ct_loop_t *loop);

/*
 * Whom the loop works for at this moment; false: for nobody who is known.
 * `fn` is given by who knows.  It is called in the loop's thread, but from a
 * handler of a signal: it may read, and must not write, lock or allocate.
 */
typedef bool (*ct_loop_peer_fn)(const void *data, ct_peer_t *peer);

void ct_loop_set_peer(ct_loop_t *loop, ct_loop_peer_fn fn, const void *data);
bool ct_loop_peer(const ct_loop_t *loop, ct_peer_t *peer);

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

/* Whether the caller is the loop's thread.  From any thread. */
bool ct_loop_is_mine(const ct_loop_t *loop);

/*
 * The same as ct_loop_post from any thread: runs the task in the loop's, soon
 * and once, in the order of sending.  Until it runs it must not be sent or
 * posted again, and cannot be called off.  All that the sender has written
 * before is seen by the task.  The loop must outlive the call: who makes
 * threads that send joins them before ct_loop_destroy.
 */
void ct_loop_send(ct_loop_t *loop, ct_task_t *task);

/*
 * Runs fn(data) in the loop's thread and comes back when it has run; there,
 * at once.  From any thread, which waits for as long as the loop's turn takes.
 */
void ct_loop_ask(ct_loop_t *loop, ct_loop_ask_fn fn, void *data);

/*
 * Runs the tasks that were sent, and nothing else; where there are none it
 * waits for the first of them, `timeout_ms` at most.  For a loop that turns no
 * more and waits for threads to end.
 */
void ct_loop_run_sent(ct_loop_t *loop, int timeout_ms);

#endif /* CT_LOOP_H */
