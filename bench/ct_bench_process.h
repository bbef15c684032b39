/*
 * ct_bench_process.h -- what a server on this machine takes: memory, time.
 */

#ifndef CT_BENCH_PROCESS_H
#define CT_BENCH_PROCESS_H

#include "core/ct_config.h"

#include <sys/types.h>

#include "core/ct_rc.h"

/*
 * Sums over a process and all that it has begun, children's children too.
 * `rss` counts a page that is shared once for each that has it; in `pss` each
 * has its part of it, but the kernel tells that to the owner and root alone: 0
 * where it does not.
 */
typedef struct ct_bench_process_s {
    size_t   nprocesses;
    uint64_t rss; /* bytes */
    uint64_t pss;
    double   cpu_s; /* user and system, of those that are still there */
} ct_bench_process_t;

/* Looks in /proc.  CT_ERROR, not said: there is no such process. */
ct_rc_t ct_bench_process_look(pid_t pid, ct_bench_process_t *seen);

#endif /* CT_BENCH_PROCESS_H */
