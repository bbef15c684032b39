/*
 * ct_bench_builtin.h -- the calls that need no IDL: ping, echo:N, record.
 */

#ifndef CT_BENCH_BUILTIN_H
#define CT_BENCH_BUILTIN_H

#include "core/ct_config.h"

#include "core/ct_rc.h"

typedef struct ct_pool_s ct_pool_t;

/* The longest string of echo. */
#define CT_BENCH_MAX_ECHO ((uint64_t) 16 * 1024 * 1024)

/* examples/bench/bench.thrift, written into the program by the build. */
extern const uint8_t ct_bench_builtin_idl[];
extern const size_t  ct_bench_builtin_idl_len;

/* A call as --method, --args and --expect would say it. */
typedef struct ct_bench_wish_s {
    const char *c_method;
    const char *c_args;   /* NULL: none are given */
    const char *c_expect; /* NULL: any result is right */
    size_t      weight;
} ct_bench_wish_t;

/* What "ping", "echo:1024" or "record" ask for.  CT_DECLINED: no such call. */
ct_rc_t ct_bench_builtin(const char *c_call, ct_pool_t *pool,
                         ct_bench_wish_t *wish);

#endif /* CT_BENCH_BUILTIN_H */
