/*
 * ct_statsd.h -- the master sends figures to statsd.
 *
 * Never waits for the receiver: datagrams that cannot be sent at once are
 * given up, and what they told is told the next time.  Of two masters that
 * share a scoreboard one sends, and the other goes on when it has ended.
 */

#ifndef CT_STATSD_H
#define CT_STATSD_H

#include "core/ct_config.h"

#include "event/ct_timer.h"

typedef struct ct_batch_s  ct_batch_t;
typedef struct ct_master_s ct_master_t;
typedef struct ct_pool_s   ct_pool_t;
typedef struct ct_totals_s ct_totals_t;

/* Invariant: pool, totals and batch are set where is_on. */
typedef struct ct_statsd_s {
    bool         is_on;      /* the configuration that serves has a receiver */
    bool         has_rested; /* it was off while this master served */
    int          fd;         /* connected to the receiver; or -1 */
    int          err;        /* errno of the last datagram; 0: it went */
    uint64_t     nfailed;    /* datagrams, since the last word about them */
    uint64_t     told_ms;    /* when that was */
    ct_timer_t   timer;
    ct_pool_t   *pool; /* of the two below */
    ct_totals_t *totals;
    ct_batch_t  *batch;
} ct_statsd_t;

/* At rest. */
void ct_statsd_init(ct_statsd_t *statsd);

/* Begins as the master's cycle says; before its workers can count. */
void ct_statsd_start(ct_master_t *master);

/*
 * Sends what is left, and ends.  Before another cycle takes the place of the
 * one it was started with, and when the master ends.
 */
void ct_statsd_stop(ct_master_t *master);

/* In a child of the master: closes this copy of the socket. */
void ct_statsd_forget(ct_statsd_t *statsd);

#endif /* CT_STATSD_H */
