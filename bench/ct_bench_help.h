/*
 * ct_bench_help.h -- what --help prints.
 */

#ifndef CT_BENCH_HELP_H
#define CT_BENCH_HELP_H

#include "core/ct_config.h"

extern const char ct_bench_help[];

#endif /* CT_BENCH_HELP_H */
