/*
 * ct_bench_reply.h -- the next reply among bytes received.
 */

#ifndef CT_BENCH_REPLY_H
#define CT_BENCH_REPLY_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "ct_bench_worker.h"

/*
 * Takes one reply from the front of the bytes and counts it, right or not;
 * *used bytes were its own.  CT_AGAIN: it has not come whole.  CT_ERROR:
 * *c_why; nobody knows where the next one begins.
 */
ct_rc_t ct_bench_reply_take(ct_bench_worker_t *worker, ct_bench_conn_t *conn,
                            const uint8_t *data, size_t len, size_t *used,
                            const char **c_why);

#endif /* CT_BENCH_REPLY_H */
