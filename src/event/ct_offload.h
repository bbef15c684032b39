/*
 * ct_offload.h -- threads that do what would hold up the loop.
 *
 * A pool has a fixed number of threads and a queue of jobs, first in, first
 * out, unless those that wait are willing to wait for a limited time only and
 * the queue has stood for longer: then last in, first out, until it has been
 * empty once.  A job runs on one of them and comes back to the loop when it has
 * run. Everything here is called in the loop's thread; only `run` of a job is
 * not.
 *
 *   state   | event             | function          | next
 *   --------+-------------------+-------------------+---------
 *   free    | submit            | ct_offload_submit | queued
 *   queued  | a thread is free  | job_take          | running
 *   queued  | cancel            | ct_offload_cancel | free
 *   queued  | the pool stops    | -                 | forgotten
 *   running | `run` returns     | ct_loop_send      | sent
 *   sent    | the loop turns    | `done`            | free
 *
 * It keeps CT_GAUGE_QUEUED of its slot: jobs that wait for a thread.
 */

#ifndef CT_OFFLOAD_H
#define CT_OFFLOAD_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "core/ct_str.h"
#include "event/ct_event.h"

typedef struct ct_board_slot_s ct_board_slot_t;
typedef struct ct_job_s        ct_job_t;
typedef struct ct_offload_s    ct_offload_t;

typedef void (*ct_job_fn)(ct_job_t *job);

/*
 * Lives in its owner's struct, which must stay where it is until `done` or a
 * cancel: ct_job_init, then submit, and again once it is free.  Who has limited
 * patience takes it out of the queue itself when that is over.
 */
struct ct_job_s {
    ct_task_t     task; /* its link is the queue's, then the loop's */
    ct_job_fn     run;  /* in a thread: may block */
    ct_job_fn     done; /* in the loop; may free the struct around it */
    ct_offload_t *offload;
    uint64_t      patience_ms; /* how long it can wait; 0: for ever */
    bool          is_queued;   /* guarded by the pool's lock */
};

void ct_job_init(ct_job_t *job, ct_job_fn run, ct_job_fn done);

/*
 * Starts `nthreads` threads that give jobs back to `loop`; they are named for
 * the pool and take no signals but those of their own mistakes.  `slot` may be
 * NULL.  NULL, logged, where not all of them could be started: none is left.
 */
ct_offload_t *ct_offload_create(ct_loop_t *loop, ct_str_t name,
                                unsigned nthreads, size_t max_queue,
                                ct_board_slot_t *slot);

/* Ends a pool whose threads have ended. */
void ct_offload_destroy(ct_offload_t *offload);

/*
 * Queues a free job.  CT_DECLINED: all threads are at work and max_queue jobs
 * wait already; nothing is done.
 */
ct_rc_t ct_offload_submit(ct_offload_t *offload, ct_job_t *job);

/*
 * Takes a job back that no thread has begun: CT_OK, and neither `run` nor
 * `done` is called.  CT_DECLINED: it runs, has run, or was never submitted.
 */
ct_rc_t ct_offload_cancel(ct_job_t *job);

/* Jobs that wait for a thread now. */
size_t ct_offload_waiting(ct_offload_t *offload);

/*
 * Threads take no more jobs and end as soon as what they run returns; what is
 * queued is forgotten.  The loop sees them end: ct_loop_run_sent or a turn.
 */
void ct_offload_stop(ct_offload_t *offload);

/* Threads that have not ended. */
unsigned ct_offload_alive(const ct_offload_t *offload);

ct_str_t ct_offload_name(const ct_offload_t *offload);

#endif /* CT_OFFLOAD_H */
