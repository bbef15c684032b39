/*
 * ct_bench_random.h -- what a string of JSON that begins with "$" makes up.
 */

#ifndef CT_BENCH_RANDOM_H
#define CT_BENCH_RANDOM_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "core/ct_str.h"
#include "thrift/wire/ct_type.h"

typedef struct ct_pool_s ct_pool_t;

/* The longest string that is made up. */
#define CT_BENCH_MAX_RANDOM ((size_t) 16 * 1024 * 1024)

typedef enum ct_bench_made_kind_e {
    CT_BENCH_MADE_TEXT, /* UUIDs are text, too */
    CT_BENCH_MADE_INT,
    CT_BENCH_MADE_DOUBLE,
    CT_BENCH_MADE_BOOL,
} ct_bench_made_kind_t;

/* What was made up: the member that its kind says is set. */
typedef struct ct_bench_made_s {
    ct_bench_made_kind_t kind;
    ct_str_t             text;
    int64_t              i64;
    double               number;
} ct_bench_made_t;

/* The next of a sequence of 64 random bits, the same from the same start. */
uint64_t ct_bench_random(uint64_t *state);

/*
 * Makes up what `word` asks for, which begins with "$"; `seq` is what $seq
 * counts from.  Text is in `pool`.  CT_DECLINED: no such word.
 */
ct_rc_t ct_bench_make_up(ct_str_t word, uint64_t seq, uint64_t *random,
                         ct_pool_t *pool, ct_bench_made_t *made);

#endif /* CT_BENCH_RANDOM_H */
