/*
 * ct_bench_tally.h -- what a run has come to: times, bytes, errors by kind.
 */

#ifndef CT_BENCH_TALLY_H
#define CT_BENCH_TALLY_H

#include "core/ct_config.h"

#include "ct_histogram.h"

/* Kinds of errors that are told apart; the last one takes the rest. */
#define CT_BENCH_MAX_KINDS 32

/* Bytes of a kind's words, NUL included. */
#define CT_BENCH_KIND_SIZE 128

typedef struct ct_bench_kind_s {
    char     what[CT_BENCH_KIND_SIZE];
    uint64_t n;
} ct_bench_kind_t;

/*
 * All zero is empty.  `latency_ns` has the right replies and no others; nerrors
 * is the sum of the kinds.
 */
typedef struct ct_bench_tally_s {
    ct_histogram_t  latency_ns;
    uint64_t        bytes_sent;
    uint64_t        bytes_received;
    uint64_t        nout_of_order; /* right replies that came before others */
    uint64_t        nconnections;  /* that were opened */
    uint64_t        nnot_begun; /* calls due that no connection was free for */
    uint64_t        nerrors;
    size_t          nkinds;
    ct_bench_kind_t kinds[CT_BENCH_MAX_KINDS];
    double          seconds;
    double          cpu_s; /* of our own threads */
} ct_bench_tally_t;

/* Counts `n` errors of a kind. */
void ct_bench_tally_error(ct_bench_tally_t *tally, const char *c_what,
                          uint64_t n);

/*
 * Adds what another thread has counted in the same time: `seconds` is the
 * longer one's.
 */
void ct_bench_tally_merge(ct_bench_tally_t       *tally,
                          const ct_bench_tally_t *other);

#endif /* CT_BENCH_TALLY_H */
