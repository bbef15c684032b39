/*
 * services.gen.h -- services.thrift in C.
 *
 * Written by cthriftc: changes are lost.
 *
 * Services: every kind of method, and inheritance.
 */

#ifndef SERVICES_GEN_H
#define SERVICES_GEN_H

#include <cthrift.h>

#include "units.gen.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct services_busy_s services_busy_t;

struct services_busy_s {
    int32_t seconds;
};

extern const ct_struct_t services_busy_struct;

/* One in `pool`, its fields as their defaults say. */
services_busy_t *services_busy_new(ct_pool_t *pool);

/* The smallest there is. */
typedef struct services_empty_ops_s {
    char empty_;
} services_empty_ops_t;

extern const ct_service_t services_empty_service;

/* A line of a module's services: who handles Empty. */
/* clang-format off */
#define SERVICES_EMPTY(ops) { &services_empty_service, (ops) }
/* clang-format on */

typedef struct services_greeter_greet_args_s {
    ct_str_t name;
    int32_t  times;
} services_greeter_greet_args_t;

extern const ct_struct_t services_greeter_greet_args_struct;

typedef struct services_greeter_greet_result_s {
    ct_str_t              success;
    services_busy_t      *busy;
    units_no_such_unit_t *none;
} services_greeter_greet_result_t;

extern const ct_struct_t services_greeter_greet_result_struct;

typedef struct services_greeter_nothing_args_s {
    char empty_;
} services_greeter_nothing_args_t;

extern const ct_struct_t services_greeter_nothing_args_struct;

typedef struct services_greeter_nothing_result_s {
    char empty_;
} services_greeter_nothing_result_t;

extern const ct_struct_t services_greeter_nothing_result_struct;

typedef struct services_greeter_forget_args_s {
    ct_str_t what;
} services_greeter_forget_args_t;

extern const ct_struct_t services_greeter_forget_args_struct;

typedef struct services_greeter_forget_too_args_s {
    ct_str_t what;
} services_greeter_forget_too_args_t;

extern const ct_struct_t services_greeter_forget_too_args_struct;

#ifndef SERVICES_STRING_UNITS_LENGTH_MAP_T
#define SERVICES_STRING_UNITS_LENGTH_MAP_T
typedef struct services_string_units_length_map_item_s
    services_string_units_length_map_item_t;

typedef struct services_string_units_length_map_s {
    size_t                                   n;
    services_string_units_length_map_item_t *items;
} services_string_units_length_map_t;

struct services_string_units_length_map_item_s {
    ct_str_t       key;
    units_length_t value;
};
#endif

typedef struct services_greeter_all_args_s {
    services_string_units_length_map_t lengths;
} services_greeter_all_args_t;

extern const ct_struct_t services_greeter_all_args_struct;

#ifndef SERVICES_UNITS_LENGTH_LIST_T
#define SERVICES_UNITS_LENGTH_LIST_T
typedef struct services_units_length_list_s {
    size_t          n;
    units_length_t *items;
} services_units_length_list_t;
#endif

typedef struct services_greeter_all_result_s {
    services_units_length_list_t success;
} services_greeter_all_result_t;

extern const ct_struct_t services_greeter_all_result_struct;

typedef struct services_greeter_flag_args_s {
    /* Comes back. */
    bool b;
} services_greeter_flag_args_t;

extern const ct_struct_t services_greeter_flag_args_struct;

typedef struct services_greeter_flag_result_s {
    bool success;
} services_greeter_flag_result_t;

extern const ct_struct_t services_greeter_flag_result_struct;

typedef struct services_greeter_check_args_s {
    char empty_;
} services_greeter_check_args_t;

extern const ct_struct_t services_greeter_check_args_struct;

typedef struct services_greeter_check_result_s {
    services_busy_t *busy;
} services_greeter_check_result_t;

extern const ct_struct_t services_greeter_check_result_struct;

typedef struct services_greeter_ops_s {
    /* How long something is. */
    ct_rc_t (*measure)(ct_call_t                          *call,
                       const units_measure_measure_args_t *args,
                       units_measure_measure_result_t     *result);

    /*
     * Greets.
     *
     * @param name whom
     */
    ct_rc_t (*greet)(ct_call_t *call, const services_greeter_greet_args_t *args,
                     services_greeter_greet_result_t *result);

    /* Answers with nothing. */
    ct_rc_t (*nothing)(ct_call_t                             *call,
                       const services_greeter_nothing_args_t *args,
                       services_greeter_nothing_result_t     *result);
    ct_rc_t (*forget)(ct_call_t                            *call,
                      const services_greeter_forget_args_t *args);
    ct_rc_t (*forget_too)(ct_call_t                                *call,
                          const services_greeter_forget_too_args_t *args);
    ct_rc_t (*all)(ct_call_t *call, const services_greeter_all_args_t *args,
                   services_greeter_all_result_t *result);
    ct_rc_t (*flag)(ct_call_t *call, const services_greeter_flag_args_t *args,
                    services_greeter_flag_result_t *result);
    ct_rc_t (*check)(ct_call_t *call, const services_greeter_check_args_t *args,
                     services_greeter_check_result_t *result);
} services_greeter_ops_t;

extern const ct_service_t services_greeter_service;

/* A line of a module's services: who handles Greeter. */
/* clang-format off */
#define SERVICES_GREETER(ops) { &services_greeter_service, (ops) }
/* clang-format on */

/*
 * Calls of Greeter through a client, which keeps what `result` points
 * to until its next call.  CT_ERROR: see ct_client_error.
 */
ct_rc_t services_greeter_measure(ct_client_t                        *client,
                                 const units_measure_measure_args_t *args,
                                 units_measure_measure_result_t     *result);
ct_rc_t services_greeter_greet(ct_client_t                         *client,
                               const services_greeter_greet_args_t *args,
                               services_greeter_greet_result_t     *result);
ct_rc_t services_greeter_nothing(ct_client_t                           *client,
                                 const services_greeter_nothing_args_t *args,
                                 services_greeter_nothing_result_t     *result);
ct_rc_t services_greeter_forget(ct_client_t                          *client,
                                const services_greeter_forget_args_t *args);
ct_rc_t services_greeter_forget_too(
    ct_client_t *client, const services_greeter_forget_too_args_t *args);
ct_rc_t services_greeter_all(ct_client_t                       *client,
                             const services_greeter_all_args_t *args,
                             services_greeter_all_result_t     *result);
ct_rc_t services_greeter_flag(ct_client_t                        *client,
                              const services_greeter_flag_args_t *args,
                              services_greeter_flag_result_t     *result);
ct_rc_t services_greeter_check(ct_client_t                         *client,
                               const services_greeter_check_args_t *args,
                               services_greeter_check_result_t     *result);

typedef struct services_derived_more_args_s {
    char empty_;
} services_derived_more_args_t;

extern const ct_struct_t services_derived_more_args_struct;

typedef struct services_derived_more_result_s {
    int64_t success;
} services_derived_more_result_t;

extern const ct_struct_t services_derived_more_result_struct;

typedef struct services_derived_ops_s {
    /* How long something is. */
    ct_rc_t (*measure)(ct_call_t                          *call,
                       const units_measure_measure_args_t *args,
                       units_measure_measure_result_t     *result);

    /*
     * Greets.
     *
     * @param name whom
     */
    ct_rc_t (*greet)(ct_call_t *call, const services_greeter_greet_args_t *args,
                     services_greeter_greet_result_t *result);

    /* Answers with nothing. */
    ct_rc_t (*nothing)(ct_call_t                             *call,
                       const services_greeter_nothing_args_t *args,
                       services_greeter_nothing_result_t     *result);
    ct_rc_t (*forget)(ct_call_t                            *call,
                      const services_greeter_forget_args_t *args);
    ct_rc_t (*forget_too)(ct_call_t                                *call,
                          const services_greeter_forget_too_args_t *args);
    ct_rc_t (*all)(ct_call_t *call, const services_greeter_all_args_t *args,
                   services_greeter_all_result_t *result);
    ct_rc_t (*flag)(ct_call_t *call, const services_greeter_flag_args_t *args,
                    services_greeter_flag_result_t *result);
    ct_rc_t (*check)(ct_call_t *call, const services_greeter_check_args_t *args,
                     services_greeter_check_result_t *result);
    ct_rc_t (*more)(ct_call_t *call, const services_derived_more_args_t *args,
                    services_derived_more_result_t *result);
} services_derived_ops_t;

extern const ct_service_t services_derived_service;

/* A line of a module's services: who handles Derived. */
/* clang-format off */
#define SERVICES_DERIVED(ops) { &services_derived_service, (ops) }
/* clang-format on */

/*
 * Calls of Derived through a client, which keeps what `result` points
 * to until its next call.  CT_ERROR: see ct_client_error.
 */
ct_rc_t services_derived_measure(ct_client_t                        *client,
                                 const units_measure_measure_args_t *args,
                                 units_measure_measure_result_t     *result);
ct_rc_t services_derived_greet(ct_client_t                         *client,
                               const services_greeter_greet_args_t *args,
                               services_greeter_greet_result_t     *result);
ct_rc_t services_derived_nothing(ct_client_t                           *client,
                                 const services_greeter_nothing_args_t *args,
                                 services_greeter_nothing_result_t     *result);
ct_rc_t services_derived_forget(ct_client_t                          *client,
                                const services_greeter_forget_args_t *args);
ct_rc_t services_derived_forget_too(
    ct_client_t *client, const services_greeter_forget_too_args_t *args);
ct_rc_t services_derived_all(ct_client_t                       *client,
                             const services_greeter_all_args_t *args,
                             services_greeter_all_result_t     *result);
ct_rc_t services_derived_flag(ct_client_t                        *client,
                              const services_greeter_flag_args_t *args,
                              services_greeter_flag_result_t     *result);
ct_rc_t services_derived_check(ct_client_t                         *client,
                               const services_greeter_check_args_t *args,
                               services_greeter_check_result_t     *result);
ct_rc_t services_derived_more(ct_client_t                        *client,
                              const services_derived_more_args_t *args,
                              services_derived_more_result_t     *result);

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* SERVICES_GEN_H */
