/*
 * ct_bench_conn.h -- calls and replies of one connection of a worker.
 *
 * Each of these may lose the connection: then its calls are counted as errors,
 * and in a closed loop it is opened again, at once if it had been of any use.
 */

#ifndef CT_BENCH_CONN_H
#define CT_BENCH_CONN_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "ct_bench_worker.h"

void ct_bench_conn_init(ct_bench_worker_t *worker, ct_bench_conn_t *conn,
                        size_t number);
void ct_bench_conn_release(ct_bench_conn_t *conn);

/* Connects, if it is not; CT_ERROR: it has been counted. */
ct_rc_t ct_bench_conn_open(ct_bench_worker_t *worker, ct_bench_conn_t *conn);

/* Of a closed loop: connects, if it is not, and begins as many calls as may be.
 */
void ct_bench_conn_start(ct_bench_worker_t *worker, ct_bench_conn_t *conn);

/* Of an open loop: one call, that was due at `due_ns`. */
void ct_bench_conn_call(ct_bench_worker_t *worker, ct_bench_conn_t *conn,
                        uint64_t due_ns);

/* Epoll has told of it. */
void ct_bench_conn_ready(ct_bench_worker_t *worker, ct_bench_conn_t *conn,
                         uint32_t events);

/* Ends it when its oldest call has been under way for too long. */
void ct_bench_conn_check(ct_bench_worker_t *worker, ct_bench_conn_t *conn);

/* What is under way is lost, for that reason. */
void ct_bench_conn_lose(ct_bench_worker_t *worker, ct_bench_conn_t *conn,
                        const char *c_why);

#endif /* CT_BENCH_CONN_H */
