/*
 * ct_bench_idle.h -- connections that are there, and nothing else.
 *
 * Each makes one call, whose reply is looked at like any other, and is then
 * held open.
 */

#ifndef CT_BENCH_IDLE_H
#define CT_BENCH_IDLE_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "ct_bench_worker.h"

/* What has come of them. */
typedef struct ct_bench_idle_s {
    size_t             nasked;
    size_t             nopened; /* whose call was answered rightly */
    size_t             nheld;   /* that were open at the end */
    double             seconds; /* until all were there */
    bool               has_memory;
    ct_bench_process_t before; /* the first of them */
    ct_bench_process_t after;
} ct_bench_idle_t;

/*
 * Opens all connections of a worker that has no thread, whose load says
 * `once`.  Returns when each has had its reply or has failed, or when `stop` is
 * set by `poll(data)`, which is called now and then.
 */
void ct_bench_idle_open(ct_bench_worker_t *worker, void (*poll)(void *data),
                        void              *data);

/* How many of them the server has not closed. */
size_t ct_bench_idle_count(ct_bench_worker_t *worker);

#endif /* CT_BENCH_IDLE_H */
