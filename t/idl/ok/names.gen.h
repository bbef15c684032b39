/*
 * names.gen.h -- names.thrift in C.
 *
 * Written by cthriftc: changes are lost.
 */

#ifndef NAMES_GEN_H
#define NAMES_GEN_H

#include <cthrift.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct names_http_server_s names_http_server_t;
typedef struct names_taken_s       names_taken_t;

typedef int32_t names_http_code_t;

enum {
    NAMES_HTTP_CODE_OK = 200,
    NAMES_HTTP_CODE_NOT_FOUND = 404,
    NAMES_HTTP_CODE_OK_BUT_LATE = 208,
};

extern const ct_enum_t names_http_code_enum;

struct names_http_server_s {
    ct_str_t get_url_for2;
    int32_t  camel_case;
    int32_t  upper_case;
    int32_t  user_id;
    int32_t  abc_def;
    int32_t  trailing_;
    int32_t  _leading;
};

extern const ct_struct_t names_http_server_struct;

/* One in `pool`, its fields as their defaults say. */
names_http_server_t *names_http_server_new(ct_pool_t *pool);

struct names_taken_s {
    int32_t  int_;
    ct_str_t class_;
    bool     default_;
    int32_t  operator_;
    int64_t  errno_;
    ct_str_t assert_;
    double   auto_;
    int32_t  template_;
    ct_str_t null;
    int32_t  uuid;
    int32_t  linux_;
    bool     has_template_;
};

extern const ct_struct_t names_taken_struct;

/* One in `pool`, its fields as their defaults say. */
names_taken_t *names_taken_new(ct_pool_t *pool);

typedef struct names_register_switch_args_s {
    int32_t case_;
} names_register_switch_args_t;

extern const ct_struct_t names_register_switch_args_struct;

typedef struct names_register_switch_result_s {
    char empty_;
} names_register_switch_result_t;

extern const ct_struct_t names_register_switch_result_struct;

typedef struct names_register_new_args_s {
    int32_t delete_;
} names_register_new_args_t;

extern const ct_struct_t names_register_new_args_struct;

typedef struct names_register_new_result_s {
    int32_t success;
} names_register_new_result_t;

extern const ct_struct_t names_register_new_result_struct;

typedef struct names_register_ops_s {
    ct_rc_t (*switch_)(ct_call_t                          *call,
                       const names_register_switch_args_t *args,
                       names_register_switch_result_t     *result);
    ct_rc_t (*new_)(ct_call_t *call, const names_register_new_args_t *args,
                    names_register_new_result_t *result);
} names_register_ops_t;

extern const ct_service_t names_register_service;

/* A line of a module's services: who handles Register. */
/* clang-format off */
#define NAMES_REGISTER(ops) { &names_register_service, (ops) }
/* clang-format on */

/*
 * Calls of Register through a client, which keeps what `result` points
 * to until its next call.  CT_ERROR: see ct_client_error.
 */
ct_rc_t names_register_switch(ct_client_t                        *client,
                              const names_register_switch_args_t *args,
                              names_register_switch_result_t     *result);
ct_rc_t names_register_new(ct_client_t                     *client,
                           const names_register_new_args_t *args,
                           names_register_new_result_t     *result);

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* NAMES_GEN_H */
