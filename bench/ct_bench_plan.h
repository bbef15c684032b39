/*
 * ct_bench_plan.h -- what is called, and what the right answer is.
 *
 * A plan is made before the first thread begins and is constant from then on.
 */

#ifndef CT_BENCH_PLAN_H
#define CT_BENCH_PLAN_H

#include "core/ct_config.h"

#include "core/ct_array.h"
#include "core/ct_rc.h"
#include "ct_bench_builtin.h"
#include "ct_bench_stencil.h"
#include "ct_bench_wire.h"
#include "thrift/ct_service.h"

typedef struct ct_pool_s ct_pool_t;

/* Caps of what is made up in front of a run. */
#define CT_BENCH_MAX_VARIANTS 100000
#define CT_BENCH_MAX_WEIGHT   1000
#define CT_BENCH_MAX_BYTES    ((size_t) 1024 * 1024 * 1024)

/* What a reply must hold, beside decoding. */
typedef enum ct_bench_expect_e {
    CT_BENCH_EXPECT_RESULT, /* no exception */
    CT_BENCH_EXPECT_VALUE,  /* this success */
    CT_BENCH_EXPECT_ECHO,   /* the first argument as success */
    CT_BENCH_EXPECT_EXCEPTION,
} ct_bench_expect_t;

/* A method, with what it is given and what is expected of it. */
typedef struct ct_bench_method_s {
    const char       *c_name; /* as it was asked for */
    ct_method_t       method;
    ct_bench_expect_t expect;
    const void       *due;       /* VALUE: a result with that success */
    const ct_field_t *exception; /* EXCEPTION: of the result */
    size_t            weight;
    size_t            first; /* of its calls in the plan */
    size_t            ncalls;
} ct_bench_method_t;

/* One call: a method and its arguments, made up or not. */
typedef struct ct_bench_call_s {
    const ct_bench_method_t *method;
    const void              *args;
    ct_bench_stencil_t       request;
} ct_bench_call_t;

/*
 * `order` says which calls follow each other, for ever; each method stands in
 * it by its weight.
 */
typedef struct ct_bench_plan_s {
    ct_pool_t         *pool;
    ct_bench_wire_t    wire;
    ct_bench_method_t *methods;
    size_t             nmethods;
    ct_bench_call_t   *calls;
    size_t             ncalls;
    uint32_t          *order;
    size_t             norder;
} ct_bench_plan_t;

/* What a plan is made of.  Everything must outlive it. */
typedef struct ct_bench_plan_conf_s {
    const char     *c_idl;     /* NULL: the one that is built in */
    ct_array_t      dirs;      /* of char *: where included files are */
    ct_array_t      wishes;    /* of ct_bench_wish_t, one at least */
    size_t          nvariants; /* of arguments with something made up */
    uint64_t        seed;
    ct_bench_wire_t wire;
} ct_bench_plan_conf_t;

/* Makes a plan in `pool`.  CT_ERROR has been said. */
ct_rc_t ct_bench_plan_make(ct_bench_plan_t            *plan,
                           const ct_bench_plan_conf_t *conf, ct_pool_t *pool);

/*
 * Whether the reply to `call` is right.  NULL: it is; else what is wrong, in a
 * few words that are a kind and name no values.  They live in `pool`, as does
 * what is decoded.
 */
const char *ct_bench_plan_judge(const ct_bench_call_t *call,
                                ct_bench_reply_t *reply, ct_pool_t *pool);

#endif /* CT_BENCH_PLAN_H */
