/*
 * ct_top_sample.h -- the status at one moment, and what two of them tell.
 *
 * A sample is what `-s status --json` says, as far as `top` shows it.  A view
 * is made of two: rates are differences over the server's own clock, and
 * percentiles those of the calls in between.
 */

#ifndef CT_TOP_SAMPLE_H
#define CT_TOP_SAMPLE_H

#include "core/ct_config.h"

#include "core/ct_array.h"
#include "core/ct_board_sum.h"
#include "core/ct_rc.h"
#include "core/ct_str.h"

typedef struct ct_pool_s ct_pool_t;

/* Sums of the whole server that rates are made of. */
typedef enum ct_top_total_e {
    CT_TOP_CALLS,
    CT_TOP_EXCEPTIONS, /* declared ones */
    CT_TOP_ERRORS,
    CT_TOP_SHED,
    CT_TOP_ACCEPTED,
    CT_TOP_HANDED_OVER,
    CT_TOP_BYTES_IN,
    CT_TOP_BYTES_OUT,
    CT_TOP_TOTALS,
} ct_top_total_t;

typedef struct ct_top_worker_s {
    uint64_t id;
    uint64_t pid;
    ct_str_t state;
    uint64_t generation;
    uint64_t connections;
    uint64_t busy;
    uint64_t in_flight;
    uint64_t queued;
    uint64_t calls;
    uint64_t rss_bytes;
    double   calls_s; /* of a view */
} ct_top_worker_t;

typedef struct ct_top_method_s {
    ct_str_t       name;
    ct_row_total_t row; /* in a view: of the time between */
    uint64_t       in_flight;
    uint64_t       calls; /* since the server's start */
    double         calls_s;
    double         exceptions_s;
    double         errors_s;
    uint64_t       p50_us;
    uint64_t       p99_us;
} ct_top_method_t;

/* Strings are in the pool it was read with, as are the lists. */
typedef struct ct_top_sample_s {
    ct_str_t   version;
    ct_str_t   last_error;
    uint64_t   started_ms; /* since 1970; another one is another server */
    uint64_t   uptime_ms;
    uint64_t   generation;
    uint64_t   reloads;
    uint64_t   upgrades;
    uint64_t   workers_wanted;
    bool       is_draining;
    uint64_t   connections;
    uint64_t   busy;
    uint64_t   in_flight;
    uint64_t   queued;
    uint64_t   totals[CT_TOP_TOTALS];
    double     rates[CT_TOP_TOTALS]; /* a second; of a view */
    double     span_s;               /* of a view; 0: there are no rates */
    ct_array_t workers;              /* of ct_top_worker_t */
    ct_array_t methods;              /* of ct_top_method_t */
} ct_top_sample_t;

/* By what methods are sorted; equal ones by their names. */
typedef enum ct_top_key_e {
    CT_TOP_BY_CALLS,
    CT_TOP_BY_P99,
    CT_TOP_BY_ERRORS,
    CT_TOP_BY_NAME,
} ct_top_key_t;

/* CT_DECLINED: the text is no status. */
ct_rc_t ct_top_sample_read(ct_top_sample_t *sample, ct_str_t json,
                           ct_pool_t *pool);

/*
 * What has happened between the two, in `pool`, sorted; strings stay theirs.
 * `before` may be NULL, or another server's: then there are no rates yet.
 */
ct_top_sample_t *ct_top_sample_compare(const ct_top_sample_t *before,
                                       const ct_top_sample_t *now,
                                       ct_top_key_t key, ct_pool_t *pool);

#endif /* CT_TOP_SAMPLE_H */
