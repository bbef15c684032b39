/*
 * ct_census.h -- a worker's list of its connections, for the master.
 *
 * A few rows a turn, so that no call waits for it, however many there are.
 * A connection that stays open meanwhile is listed exactly once.
 */

#ifndef CT_CENSUS_H
#define CT_CENSUS_H

#include "core/ct_config.h"

#include "core/ct_queue.h"
#include "event/ct_conn_row.h"

typedef struct ct_acceptor_s ct_acceptor_t;
typedef struct ct_worker_s   ct_worker_t;

/* What is said behind the last row, in `number`: no connection has it. */
#define CT_CENSUS_END UINT64_MAX

/* The lists that are being written; `running` links them. */
typedef struct ct_censuses_s {
    ct_worker_t   *worker;
    ct_acceptor_t *acceptor;
    ct_queue_t     running;
    unsigned       n;
} ct_censuses_t;

void ct_censuses_init(ct_censuses_t *censuses, ct_worker_t *worker,
                      ct_acceptor_t *acceptor);

/*
 * Begins to write ct_conn_row_t to `fd`, a stream socket that is closed behind
 * the last one.  Where there is no memory, or there are many already, it is
 * closed at once.
 */
void ct_censuses_begin(ct_censuses_t *censuses, int fd);

/* The worker ends: closes all. */
void ct_censuses_release(ct_censuses_t *censuses);

#endif /* CT_CENSUS_H */
