/*
 * services.gen.c -- services.thrift in C.
 *
 * Written by cthriftc: changes are lost.
 */

#include "services.gen.h"


static const ct_field_t busy_fields[] = {
    {
        .name = "seconds",
        .type = &ct_type_i32,
        .id = 1,
        .offset = offsetof(services_busy_t, seconds),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_I32, 1),
    },
};

static const services_busy_t busy_initial = {
    .seconds = 0,
};

const ct_struct_t services_busy_struct = {
    .name = "Busy",
    .fields = busy_fields,
    .nfields = CT_ARRAY_LEN(busy_fields),
    .size = sizeof(services_busy_t),
    .is_exception = true,
    .initial = &busy_initial,
};


services_busy_t *
services_busy_new(ct_pool_t *pool)
{
    services_busy_t *value = ct_pool_alloc(pool, sizeof(*value));

    *value = busy_initial;
    return value;
}


const ct_service_t services_empty_service = {
    .name = "Empty",
};


static const ct_field_t greeter_greet_args_fields[] = {
    {
        .name = "name",
        .type = &ct_type_string,
        .id = 1,
        .offset = offsetof(services_greeter_greet_args_t, name),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_STRING, 1),
    },
    {
        .name = "times",
        .type = &ct_type_i32,
        .id = 2,
        .offset = offsetof(services_greeter_greet_args_t, times),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_I32, 2),
    },
};

static const services_greeter_greet_args_t greeter_greet_args_initial = {
    .times = 1,
};

const ct_struct_t services_greeter_greet_args_struct = {
    .name = "greet_args",
    .fields = greeter_greet_args_fields,
    .nfields = CT_ARRAY_LEN(greeter_greet_args_fields),
    .size = sizeof(services_greeter_greet_args_t),
    .initial = &greeter_greet_args_initial,
};


static const ct_type_t busy_type = {
    .ttype = CT_T_STRUCT,
    .strct = &services_busy_struct,
};

static const ct_type_t units_no_such_unit_type = {
    .ttype = CT_T_STRUCT,
    .strct = &units_no_such_unit_struct,
};

static const ct_field_t greeter_greet_result_fields[] = {
    {
        .name = "success",
        .type = &ct_type_string,
        .id = 0,
        .offset = offsetof(services_greeter_greet_result_t, success),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_STRING, 0),
    },
    {
        .name = "busy",
        .type = &busy_type,
        .id = 1,
        .required = CT_OPTIONAL,
        .offset = offsetof(services_greeter_greet_result_t, busy),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_STRUCT, 1),
    },
    {
        .name = "none",
        .type = &units_no_such_unit_type,
        .id = 2,
        .required = CT_OPTIONAL,
        .offset = offsetof(services_greeter_greet_result_t, none),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_STRUCT, 2),
    },
};

static const services_greeter_greet_result_t greeter_greet_result_initial = {
    .success = { 0, NULL },
};

const ct_struct_t services_greeter_greet_result_struct = {
    .name = "greet_result",
    .fields = greeter_greet_result_fields,
    .nfields = CT_ARRAY_LEN(greeter_greet_result_fields),
    .size = sizeof(services_greeter_greet_result_t),
    .is_result = true,
    .initial = &greeter_greet_result_initial,
};


static const services_greeter_nothing_args_t greeter_nothing_args_initial = {
    .empty_ = 0,
};

const ct_struct_t services_greeter_nothing_args_struct = {
    .name = "nothing_args",
    .size = sizeof(services_greeter_nothing_args_t),
    .initial = &greeter_nothing_args_initial,
};


static const services_greeter_nothing_result_t
    greeter_nothing_result_initial = {
        .empty_ = 0,
    };

const ct_struct_t services_greeter_nothing_result_struct = {
    .name = "nothing_result",
    .size = sizeof(services_greeter_nothing_result_t),
    .is_result = true,
    .initial = &greeter_nothing_result_initial,
};


static const ct_field_t greeter_forget_args_fields[] = {
    {
        .name = "what",
        .type = &ct_type_string,
        .id = 1,
        .offset = offsetof(services_greeter_forget_args_t, what),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_STRING, 1),
    },
};

static const services_greeter_forget_args_t greeter_forget_args_initial = {
    .what = { 0, NULL },
};

const ct_struct_t services_greeter_forget_args_struct = {
    .name = "forget_args",
    .fields = greeter_forget_args_fields,
    .nfields = CT_ARRAY_LEN(greeter_forget_args_fields),
    .size = sizeof(services_greeter_forget_args_t),
    .initial = &greeter_forget_args_initial,
};


static const ct_field_t greeter_forget_too_args_fields[] = {
    {
        .name = "what",
        .type = &ct_type_string,
        .id = 1,
        .offset = offsetof(services_greeter_forget_too_args_t, what),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_STRING, 1),
    },
};

static const services_greeter_forget_too_args_t
    greeter_forget_too_args_initial = {
        .what = { 0, NULL },
    };

const ct_struct_t services_greeter_forget_too_args_struct = {
    .name = "forgetToo_args",
    .fields = greeter_forget_too_args_fields,
    .nfields = CT_ARRAY_LEN(greeter_forget_too_args_fields),
    .size = sizeof(services_greeter_forget_too_args_t),
    .initial = &greeter_forget_too_args_initial,
};


static const ct_type_t units_length_type = {
    .ttype = CT_T_STRUCT,
    .strct = &units_length_struct,
};

static const ct_type_t string_units_length_map_type = {
    .ttype = CT_T_MAP,
    .key = &ct_type_string,
    .element = &units_length_type,
    .item_size = sizeof(services_string_units_length_map_item_t),
    .value_offset = offsetof(services_string_units_length_map_item_t, value),
};

static const ct_field_t greeter_all_args_fields[] = {
    {
        .name = "lengths",
        .type = &string_units_length_map_type,
        .id = 1,
        .offset = offsetof(services_greeter_all_args_t, lengths),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_MAP, 1),
    },
};

static const services_greeter_all_args_t greeter_all_args_initial = {
    .lengths = { 0, NULL },
};

const ct_struct_t services_greeter_all_args_struct = {
    .name = "all_args",
    .fields = greeter_all_args_fields,
    .nfields = CT_ARRAY_LEN(greeter_all_args_fields),
    .size = sizeof(services_greeter_all_args_t),
    .initial = &greeter_all_args_initial,
};


static const ct_type_t units_length_list_type = {
    .ttype = CT_T_LIST,
    .element = &units_length_type,
    .item_size = sizeof(units_length_t),
};

static const ct_field_t greeter_all_result_fields[] = {
    {
        .name = "success",
        .type = &units_length_list_type,
        .id = 0,
        .offset = offsetof(services_greeter_all_result_t, success),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_LIST, 0),
    },
};

static const services_greeter_all_result_t greeter_all_result_initial = {
    .success = { 0, NULL },
};

const ct_struct_t services_greeter_all_result_struct = {
    .name = "all_result",
    .fields = greeter_all_result_fields,
    .nfields = CT_ARRAY_LEN(greeter_all_result_fields),
    .size = sizeof(services_greeter_all_result_t),
    .is_result = true,
    .initial = &greeter_all_result_initial,
};


static const ct_field_t greeter_flag_args_fields[] = {
    {
        .name = "b",
        .type = &ct_type_bool,
        .id = 1,
        .required = CT_REQUIRED,
        .offset = offsetof(services_greeter_flag_args_t, b),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_BOOL, 1),
    },
};

static const services_greeter_flag_args_t greeter_flag_args_initial = {
    .b = false,
};

const ct_struct_t services_greeter_flag_args_struct = {
    .name = "flag_args",
    .fields = greeter_flag_args_fields,
    .nfields = CT_ARRAY_LEN(greeter_flag_args_fields),
    .size = sizeof(services_greeter_flag_args_t),
    .nrequired = 1,
    .initial = &greeter_flag_args_initial,
};


static const ct_field_t greeter_flag_result_fields[] = {
    {
        .name = "success",
        .type = &ct_type_bool,
        .id = 0,
        .offset = offsetof(services_greeter_flag_result_t, success),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_BOOL, 0),
    },
};

static const services_greeter_flag_result_t greeter_flag_result_initial = {
    .success = false,
};

const ct_struct_t services_greeter_flag_result_struct = {
    .name = "flag_result",
    .fields = greeter_flag_result_fields,
    .nfields = CT_ARRAY_LEN(greeter_flag_result_fields),
    .size = sizeof(services_greeter_flag_result_t),
    .is_result = true,
    .initial = &greeter_flag_result_initial,
};


static const services_greeter_check_args_t greeter_check_args_initial = {
    .empty_ = 0,
};

const ct_struct_t services_greeter_check_args_struct = {
    .name = "check_args",
    .size = sizeof(services_greeter_check_args_t),
    .initial = &greeter_check_args_initial,
};


static const ct_field_t greeter_check_result_fields[] = {
    {
        .name = "busy",
        .type = &busy_type,
        .id = 1,
        .required = CT_OPTIONAL,
        .offset = offsetof(services_greeter_check_result_t, busy),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_STRUCT, 1),
    },
};

static const services_greeter_check_result_t greeter_check_result_initial = {
    .busy = NULL,
};

const ct_struct_t services_greeter_check_result_struct = {
    .name = "check_result",
    .fields = greeter_check_result_fields,
    .nfields = CT_ARRAY_LEN(greeter_check_result_fields),
    .size = sizeof(services_greeter_check_result_t),
    .is_result = true,
    .initial = &greeter_check_result_initial,
};


static ct_rc_t
greeter_measure_invoke(ct_call_t *call, const void *ops, const void *args,
                       void *result)
{
    const services_greeter_ops_t *handlers = ops;

    return handlers->measure(call, args, result);
}


static ct_rc_t
greeter_greet_invoke(ct_call_t *call, const void *ops, const void *args,
                     void *result)
{
    const services_greeter_ops_t *handlers = ops;

    return handlers->greet(call, args, result);
}


static ct_rc_t
greeter_nothing_invoke(ct_call_t *call, const void *ops, const void *args,
                       void *result)
{
    const services_greeter_ops_t *handlers = ops;

    return handlers->nothing(call, args, result);
}


static ct_rc_t
greeter_forget_invoke(ct_call_t *call, const void *ops, const void *args,
                      void *result)
{
    const services_greeter_ops_t *handlers = ops;

    (void) result;
    return handlers->forget(call, args);
}


static ct_rc_t
greeter_forget_too_invoke(ct_call_t *call, const void *ops, const void *args,
                          void *result)
{
    const services_greeter_ops_t *handlers = ops;

    (void) result;
    return handlers->forget_too(call, args);
}


static ct_rc_t
greeter_all_invoke(ct_call_t *call, const void *ops, const void *args,
                   void *result)
{
    const services_greeter_ops_t *handlers = ops;

    return handlers->all(call, args, result);
}


static ct_rc_t
greeter_flag_invoke(ct_call_t *call, const void *ops, const void *args,
                    void *result)
{
    const services_greeter_ops_t *handlers = ops;

    return handlers->flag(call, args, result);
}


static ct_rc_t
greeter_check_invoke(ct_call_t *call, const void *ops, const void *args,
                     void *result)
{
    const services_greeter_ops_t *handlers = ops;

    return handlers->check(call, args, result);
}


static const ct_method_t greeter_methods[] = {
    {
        .name = "measure",
        .args = &units_measure_measure_args_struct,
        .result = &units_measure_measure_result_struct,
        .invoke = greeter_measure_invoke,
        .ops_offset = offsetof(services_greeter_ops_t, measure),
    },
    {
        .name = "greet",
        .args = &services_greeter_greet_args_struct,
        .result = &services_greeter_greet_result_struct,
        .invoke = greeter_greet_invoke,
        .ops_offset = offsetof(services_greeter_ops_t, greet),
    },
    {
        .name = "nothing",
        .args = &services_greeter_nothing_args_struct,
        .result = &services_greeter_nothing_result_struct,
        .invoke = greeter_nothing_invoke,
        .ops_offset = offsetof(services_greeter_ops_t, nothing),
    },
    {
        .name = "forget",
        .oneway = true,
        .args = &services_greeter_forget_args_struct,
        .invoke = greeter_forget_invoke,
        .ops_offset = offsetof(services_greeter_ops_t, forget),
    },
    {
        .name = "forgetToo",
        .oneway = true,
        .args = &services_greeter_forget_too_args_struct,
        .invoke = greeter_forget_too_invoke,
        .ops_offset = offsetof(services_greeter_ops_t, forget_too),
    },
    {
        .name = "all",
        .args = &services_greeter_all_args_struct,
        .result = &services_greeter_all_result_struct,
        .invoke = greeter_all_invoke,
        .ops_offset = offsetof(services_greeter_ops_t, all),
    },
    {
        .name = "flag",
        .args = &services_greeter_flag_args_struct,
        .result = &services_greeter_flag_result_struct,
        .invoke = greeter_flag_invoke,
        .ops_offset = offsetof(services_greeter_ops_t, flag),
    },
    {
        .name = "check",
        .args = &services_greeter_check_args_struct,
        .result = &services_greeter_check_result_struct,
        .invoke = greeter_check_invoke,
        .ops_offset = offsetof(services_greeter_ops_t, check),
    },
};

const ct_service_t services_greeter_service = {
    .name = "Greeter",
    .base = &units_measure_service,
    .methods = greeter_methods,
    .nmethods = CT_ARRAY_LEN(greeter_methods),
};


ct_rc_t
services_greeter_measure(ct_client_t                        *client,
                         const units_measure_measure_args_t *args,
                         units_measure_measure_result_t     *result)
{
    return ct_client_call(client, &greeter_methods[0], args, result);
}


ct_rc_t
services_greeter_greet(ct_client_t                         *client,
                       const services_greeter_greet_args_t *args,
                       services_greeter_greet_result_t     *result)
{
    return ct_client_call(client, &greeter_methods[1], args, result);
}


ct_rc_t
services_greeter_nothing(ct_client_t                           *client,
                         const services_greeter_nothing_args_t *args,
                         services_greeter_nothing_result_t     *result)
{
    return ct_client_call(client, &greeter_methods[2], args, result);
}


ct_rc_t
services_greeter_forget(ct_client_t                          *client,
                        const services_greeter_forget_args_t *args)
{
    return ct_client_call(client, &greeter_methods[3], args, NULL);
}


ct_rc_t
services_greeter_forget_too(ct_client_t                              *client,
                            const services_greeter_forget_too_args_t *args)
{
    return ct_client_call(client, &greeter_methods[4], args, NULL);
}


ct_rc_t
services_greeter_all(ct_client_t                       *client,
                     const services_greeter_all_args_t *args,
                     services_greeter_all_result_t     *result)
{
    return ct_client_call(client, &greeter_methods[5], args, result);
}


ct_rc_t
services_greeter_flag(ct_client_t                        *client,
                      const services_greeter_flag_args_t *args,
                      services_greeter_flag_result_t     *result)
{
    return ct_client_call(client, &greeter_methods[6], args, result);
}


ct_rc_t
services_greeter_check(ct_client_t                         *client,
                       const services_greeter_check_args_t *args,
                       services_greeter_check_result_t     *result)
{
    return ct_client_call(client, &greeter_methods[7], args, result);
}


static const services_derived_more_args_t derived_more_args_initial = {
    .empty_ = 0,
};

const ct_struct_t services_derived_more_args_struct = {
    .name = "more_args",
    .size = sizeof(services_derived_more_args_t),
    .initial = &derived_more_args_initial,
};


static const ct_field_t derived_more_result_fields[] = {
    {
        .name = "success",
        .type = &ct_type_i64,
        .id = 0,
        .offset = offsetof(services_derived_more_result_t, success),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_I64, 0),
    },
};

static const services_derived_more_result_t derived_more_result_initial = {
    .success = 0,
};

const ct_struct_t services_derived_more_result_struct = {
    .name = "more_result",
    .fields = derived_more_result_fields,
    .nfields = CT_ARRAY_LEN(derived_more_result_fields),
    .size = sizeof(services_derived_more_result_t),
    .is_result = true,
    .initial = &derived_more_result_initial,
};


static ct_rc_t
derived_measure_invoke(ct_call_t *call, const void *ops, const void *args,
                       void *result)
{
    const services_derived_ops_t *handlers = ops;

    return handlers->measure(call, args, result);
}


static ct_rc_t
derived_greet_invoke(ct_call_t *call, const void *ops, const void *args,
                     void *result)
{
    const services_derived_ops_t *handlers = ops;

    return handlers->greet(call, args, result);
}


static ct_rc_t
derived_nothing_invoke(ct_call_t *call, const void *ops, const void *args,
                       void *result)
{
    const services_derived_ops_t *handlers = ops;

    return handlers->nothing(call, args, result);
}


static ct_rc_t
derived_forget_invoke(ct_call_t *call, const void *ops, const void *args,
                      void *result)
{
    const services_derived_ops_t *handlers = ops;

    (void) result;
    return handlers->forget(call, args);
}


static ct_rc_t
derived_forget_too_invoke(ct_call_t *call, const void *ops, const void *args,
                          void *result)
{
    const services_derived_ops_t *handlers = ops;

    (void) result;
    return handlers->forget_too(call, args);
}


static ct_rc_t
derived_all_invoke(ct_call_t *call, const void *ops, const void *args,
                   void *result)
{
    const services_derived_ops_t *handlers = ops;

    return handlers->all(call, args, result);
}


static ct_rc_t
derived_flag_invoke(ct_call_t *call, const void *ops, const void *args,
                    void *result)
{
    const services_derived_ops_t *handlers = ops;

    return handlers->flag(call, args, result);
}


static ct_rc_t
derived_check_invoke(ct_call_t *call, const void *ops, const void *args,
                     void *result)
{
    const services_derived_ops_t *handlers = ops;

    return handlers->check(call, args, result);
}


static ct_rc_t
derived_more_invoke(ct_call_t *call, const void *ops, const void *args,
                    void *result)
{
    const services_derived_ops_t *handlers = ops;

    return handlers->more(call, args, result);
}


static const ct_method_t derived_methods[] = {
    {
        .name = "measure",
        .args = &units_measure_measure_args_struct,
        .result = &units_measure_measure_result_struct,
        .invoke = derived_measure_invoke,
        .ops_offset = offsetof(services_derived_ops_t, measure),
    },
    {
        .name = "greet",
        .args = &services_greeter_greet_args_struct,
        .result = &services_greeter_greet_result_struct,
        .invoke = derived_greet_invoke,
        .ops_offset = offsetof(services_derived_ops_t, greet),
    },
    {
        .name = "nothing",
        .args = &services_greeter_nothing_args_struct,
        .result = &services_greeter_nothing_result_struct,
        .invoke = derived_nothing_invoke,
        .ops_offset = offsetof(services_derived_ops_t, nothing),
    },
    {
        .name = "forget",
        .oneway = true,
        .args = &services_greeter_forget_args_struct,
        .invoke = derived_forget_invoke,
        .ops_offset = offsetof(services_derived_ops_t, forget),
    },
    {
        .name = "forgetToo",
        .oneway = true,
        .args = &services_greeter_forget_too_args_struct,
        .invoke = derived_forget_too_invoke,
        .ops_offset = offsetof(services_derived_ops_t, forget_too),
    },
    {
        .name = "all",
        .args = &services_greeter_all_args_struct,
        .result = &services_greeter_all_result_struct,
        .invoke = derived_all_invoke,
        .ops_offset = offsetof(services_derived_ops_t, all),
    },
    {
        .name = "flag",
        .args = &services_greeter_flag_args_struct,
        .result = &services_greeter_flag_result_struct,
        .invoke = derived_flag_invoke,
        .ops_offset = offsetof(services_derived_ops_t, flag),
    },
    {
        .name = "check",
        .args = &services_greeter_check_args_struct,
        .result = &services_greeter_check_result_struct,
        .invoke = derived_check_invoke,
        .ops_offset = offsetof(services_derived_ops_t, check),
    },
    {
        .name = "more",
        .args = &services_derived_more_args_struct,
        .result = &services_derived_more_result_struct,
        .invoke = derived_more_invoke,
        .ops_offset = offsetof(services_derived_ops_t, more),
    },
};

const ct_service_t services_derived_service = {
    .name = "Derived",
    .base = &services_greeter_service,
    .methods = derived_methods,
    .nmethods = CT_ARRAY_LEN(derived_methods),
};


ct_rc_t
services_derived_measure(ct_client_t                        *client,
                         const units_measure_measure_args_t *args,
                         units_measure_measure_result_t     *result)
{
    return ct_client_call(client, &derived_methods[0], args, result);
}


ct_rc_t
services_derived_greet(ct_client_t                         *client,
                       const services_greeter_greet_args_t *args,
                       services_greeter_greet_result_t     *result)
{
    return ct_client_call(client, &derived_methods[1], args, result);
}


ct_rc_t
services_derived_nothing(ct_client_t                           *client,
                         const services_greeter_nothing_args_t *args,
                         services_greeter_nothing_result_t     *result)
{
    return ct_client_call(client, &derived_methods[2], args, result);
}


ct_rc_t
services_derived_forget(ct_client_t                          *client,
                        const services_greeter_forget_args_t *args)
{
    return ct_client_call(client, &derived_methods[3], args, NULL);
}


ct_rc_t
services_derived_forget_too(ct_client_t                              *client,
                            const services_greeter_forget_too_args_t *args)
{
    return ct_client_call(client, &derived_methods[4], args, NULL);
}


ct_rc_t
services_derived_all(ct_client_t                       *client,
                     const services_greeter_all_args_t *args,
                     services_greeter_all_result_t     *result)
{
    return ct_client_call(client, &derived_methods[5], args, result);
}


ct_rc_t
services_derived_flag(ct_client_t                        *client,
                      const services_greeter_flag_args_t *args,
                      services_greeter_flag_result_t     *result)
{
    return ct_client_call(client, &derived_methods[6], args, result);
}


ct_rc_t
services_derived_check(ct_client_t                         *client,
                       const services_greeter_check_args_t *args,
                       services_greeter_check_result_t     *result)
{
    return ct_client_call(client, &derived_methods[7], args, result);
}


ct_rc_t
services_derived_more(ct_client_t                        *client,
                      const services_derived_more_args_t *args,
                      services_derived_more_result_t     *result)
{
    return ct_client_call(client, &derived_methods[8], args, result);
}
