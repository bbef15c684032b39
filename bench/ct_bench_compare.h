/*
 * ct_bench_compare.h -- two results side by side.
 */

#ifndef CT_BENCH_COMPARE_H
#define CT_BENCH_COMPARE_H

#include "core/ct_config.h"

#include <stdio.h>

#include "core/ct_rc.h"

/*
 * Prints what two files of --json say, and the ratio of the second to the
 * first.  CT_ERROR has been said: one of them is no such file.
 */
ct_rc_t ct_bench_compare(const char *c_path_a, const char *c_path_b, FILE *out);

#endif /* CT_BENCH_COMPARE_H */
