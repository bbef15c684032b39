/*
 * units.gen.h -- units.thrift in C.
 *
 * Written by cthriftc: changes are lost.
 */

#ifndef UNITS_GEN_H
#define UNITS_GEN_H

#include <cthrift.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct units_length_s       units_length_t;
typedef struct units_no_such_unit_s units_no_such_unit_t;

typedef int32_t units_unit_t;

enum {
    UNITS_UNIT_METRE = 1,
    UNITS_UNIT_FOOT = 2,
};

extern const ct_enum_t units_unit_enum;

#define UNITS_PER_METRE 100

struct units_length_s {
    double       value;
    units_unit_t unit;
};

extern const ct_struct_t units_length_struct;

/* One in `pool`, its fields as their defaults say. */
units_length_t *units_length_new(ct_pool_t *pool);

struct units_no_such_unit_s {
    ct_str_t name;
};

extern const ct_struct_t units_no_such_unit_struct;

/* One in `pool`, its fields as their defaults say. */
units_no_such_unit_t *units_no_such_unit_new(ct_pool_t *pool);

typedef struct units_measure_measure_args_s {
    ct_str_t what;
} units_measure_measure_args_t;

extern const ct_struct_t units_measure_measure_args_struct;

typedef struct units_measure_measure_result_s {
    units_length_t       *success;
    units_no_such_unit_t *none;
} units_measure_measure_result_t;

extern const ct_struct_t units_measure_measure_result_struct;

typedef struct units_measure_ops_s {
    /* How long something is. */
    ct_rc_t (*measure)(ct_call_t                          *call,
                       const units_measure_measure_args_t *args,
                       units_measure_measure_result_t     *result);
} units_measure_ops_t;

extern const ct_service_t units_measure_service;

/* A line of a module's services: who handles Measure. */
/* clang-format off */
#define UNITS_MEASURE(ops) { &units_measure_service, (ops) }
/* clang-format on */

/*
 * Calls of Measure through a client, which keeps what `result` points
 * to until its next call.  CT_ERROR: see ct_client_error.
 */
ct_rc_t units_measure_measure(ct_client_t                        *client,
                              const units_measure_measure_args_t *args,
                              units_measure_measure_result_t     *result);

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* UNITS_GEN_H */
