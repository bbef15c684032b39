/*
 * ct_bench_say.h -- words for whoever started the program.
 */

#ifndef CT_BENCH_SAY_H
#define CT_BENCH_SAY_H

#include "core/ct_config.h"

#define CT_BENCH_NAME "cthrift-bench"

/* One line on standard error, the program's name in front of it. */
void ct_bench_say(const char *fmt, ...) CT_PRINTF(1, 2);

#endif /* CT_BENCH_SAY_H */
