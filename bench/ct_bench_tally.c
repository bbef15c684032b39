/*
 * ct_bench_tally.c -- what a run has come to: times, bytes, errors by kind.
 */

#include "core/ct_config.h"

#include "ct_bench_tally.h"

#include <stdio.h>
#include <string.h>

static const char others[] = "others";


static ct_bench_kind_t *
kind_of(ct_bench_tally_t *tally, const char *c_what)
{
    ct_bench_kind_t *kind;

    for (size_t i = 0; i < tally->nkinds; i++) {
        if (strncmp(tally->kinds[i].what, c_what, CT_BENCH_KIND_SIZE - 1)
            == 0) {
            return &tally->kinds[i];
        }
    }
    if (tally->nkinds == CT_BENCH_MAX_KINDS) {
        return &tally->kinds[CT_BENCH_MAX_KINDS - 1];
    }
    kind = &tally->kinds[tally->nkinds++];
    if (tally->nkinds == CT_BENCH_MAX_KINDS) {
        c_what = others;
    }
    (void) snprintf(kind->what, sizeof(kind->what), "%s", c_what);
    return kind;
}


void
ct_bench_tally_error(ct_bench_tally_t *tally, const char *c_what, uint64_t n)
{
    kind_of(tally, c_what)->n += n;
    tally->nerrors += n;
}


void
ct_bench_tally_merge(ct_bench_tally_t *tally, const ct_bench_tally_t *other)
{
    ct_histogram_merge(&tally->latency_ns, &other->latency_ns);
    tally->bytes_sent += other->bytes_sent;
    tally->bytes_received += other->bytes_received;
    tally->nout_of_order += other->nout_of_order;
    tally->nconnections += other->nconnections;
    tally->nnot_begun += other->nnot_begun;
    tally->cpu_s += other->cpu_s;
    if (other->seconds > tally->seconds) {
        tally->seconds = other->seconds;
    }
    for (size_t i = 0; i < other->nkinds; i++) {
        ct_bench_tally_error(tally, other->kinds[i].what, other->kinds[i].n);
    }
}
