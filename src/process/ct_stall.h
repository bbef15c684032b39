/*
 * ct_stall.h -- a worker's loop that does not turn is seen, and shown.
 *
 * A handler that blocks holds up every client of its worker.  A thread of the
 * worker's looks after its loop: has it been at work for the interval without
 * a turn, the log is told which method runs, for whom, what else waits, and
 * where the loop's thread stands, function by function.  Nothing is ended:
 * that is worker_heartbeat_timeout's.
 *
 * To say where it stands the loop's thread is sent SIGURG, which is otherwise
 * ignored.  A handler that sleeps in a system call which the kernel does not
 * resume after a signal, like nanosleep or poll, gets EINTR there.
 */

#ifndef CT_STALL_H
#define CT_STALL_H

#include "core/ct_config.h"

typedef struct ct_stall_s  ct_stall_t;
typedef struct ct_worker_s ct_worker_t;

/*
 * Begins to look after the loop of the calling thread, one per process; the
 * worker must outlive it.  NULL, which the calls below take too, for an
 * interval of 0 and, logged, where no thread can be had.
 */
ct_stall_t *ct_stall_create(ct_worker_t *worker, uint64_t interval_ms);

/* Ends the thread and waits for that. */
void ct_stall_destroy(ct_stall_t *stall);

/* To be called by the loop once a turn. */
void ct_stall_turn(ct_stall_t *stall);

#endif /* CT_STALL_H */
