/*
 * ct_prometheus.h -- the scoreboard as Prometheus reads it.
 */

#ifndef CT_PROMETHEUS_H
#define CT_PROMETHEUS_H

#include "core/ct_config.h"

#include "core/ct_str.h"

typedef struct ct_board_s        ct_board_t;
typedef struct ct_pool_s         ct_pool_t;
typedef struct ct_status_about_s ct_status_about_t;

/* Of a text in the exposition format 0.0.4. */
#define CT_PROMETHEUS_TYPE "text/plain; version=0.0.4; charset=utf-8"

/*
 * All metrics, in `pool`, from one snapshot of the sums: a histogram's count is
 * the sum of its buckets.  docs/status.md lists them; names and labels stay.
 */
ct_str_t ct_prometheus_text(const ct_board_t        *board,
                            const ct_status_about_t *about, ct_pool_t *pool);

#endif /* CT_PROMETHEUS_H */
