/*
 * ct_bench_report.h -- what a run has come to, for people and for programs.
 */

#ifndef CT_BENCH_REPORT_H
#define CT_BENCH_REPORT_H

#include "core/ct_config.h"

#include <jansson.h>
#include <stdio.h>

#include "ct_bench_conf.h"
#include "ct_bench_idle.h"
#include "ct_bench_tally.h"

/* All that there is to tell. */
typedef struct ct_bench_result_s {
    const ct_bench_conf_t    *conf;
    const ct_bench_tally_t   *tally;
    const ct_bench_process_t *server; /* NULL: nobody has looked */
    const ct_bench_idle_t    *idle;   /* NULL: there were none */
} ct_bench_result_t;

/* A table. */
void ct_bench_report_text(const ct_bench_result_t *result, FILE *out);

/* As docs/bench.md describes it; the caller's. */
json_t *ct_bench_report_json(const ct_bench_result_t *result);

/* Every percentile that there is a step at, as HdrHistogram prints them, in
 * microseconds. */
void ct_bench_report_histogram(const ct_bench_result_t *result, FILE *out);

#endif /* CT_BENCH_REPORT_H */
