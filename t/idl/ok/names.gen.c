/*
 * names.gen.c -- names.thrift in C.
 *
 * Written by cthriftc: changes are lost.
 */

#include "names.gen.h"


static const ct_enum_value_t http_code_values[] = {
    { "OK", NAMES_HTTP_CODE_OK },
    { "NotFound", NAMES_HTTP_CODE_NOT_FOUND },
    { "ok_but_late", NAMES_HTTP_CODE_OK_BUT_LATE },
};

const ct_enum_t names_http_code_enum = {
    .name = "HTTPCode",
    .values = http_code_values,
    .n = CT_ARRAY_LEN(http_code_values),
};


static const ct_field_t http_server_fields[] = {
    {
        .name = "getURLFor2",
        .type = &ct_type_string,
        .id = 1,
        .offset = offsetof(names_http_server_t, get_url_for2),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_STRING, 1),
    },
    {
        .name = "camelCase",
        .type = &ct_type_i32,
        .id = 2,
        .offset = offsetof(names_http_server_t, camel_case),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_I32, 2),
    },
    {
        .name = "UPPER_CASE",
        .type = &ct_type_i32,
        .id = 3,
        .offset = offsetof(names_http_server_t, upper_case),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_I32, 3),
    },
    {
        .name = "userID",
        .type = &ct_type_i32,
        .id = 4,
        .offset = offsetof(names_http_server_t, user_id),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_I32, 4),
    },
    {
        .name = "ABCDef",
        .type = &ct_type_i32,
        .id = 5,
        .offset = offsetof(names_http_server_t, abc_def),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_I32, 5),
    },
    {
        .name = "trailing_",
        .type = &ct_type_i32,
        .id = 6,
        .offset = offsetof(names_http_server_t, trailing_),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_I32, 6),
    },
    {
        .name = "_leading",
        .type = &ct_type_i32,
        .id = 7,
        .offset = offsetof(names_http_server_t, _leading),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_I32, 7),
    },
};

static const names_http_server_t http_server_initial = {
    .get_url_for2 = { 0, NULL },
};

const ct_struct_t names_http_server_struct = {
    .name = "HTTPServer",
    .fields = http_server_fields,
    .nfields = CT_ARRAY_LEN(http_server_fields),
    .size = sizeof(names_http_server_t),
    .initial = &http_server_initial,
};


names_http_server_t *
names_http_server_new(ct_pool_t *pool)
{
    names_http_server_t *value = ct_pool_alloc(pool, sizeof(*value));

    *value = http_server_initial;
    return value;
}


static const ct_field_t taken_fields[] = {
    {
        .name = "int",
        .type = &ct_type_i32,
        .id = 1,
        .offset = offsetof(names_taken_t, int_),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_I32, 1),
    },
    {
        .name = "class",
        .type = &ct_type_string,
        .id = 2,
        .offset = offsetof(names_taken_t, class_),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_STRING, 2),
    },
    {
        .name = "default",
        .type = &ct_type_bool,
        .id = 3,
        .offset = offsetof(names_taken_t, default_),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_BOOL, 3),
    },
    {
        .name = "operator",
        .type = &ct_type_i32,
        .id = 4,
        .offset = offsetof(names_taken_t, operator_),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_I32, 4),
    },
    {
        .name = "errno",
        .type = &ct_type_i64,
        .id = 5,
        .offset = offsetof(names_taken_t, errno_),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_I64, 5),
    },
    {
        .name = "assert",
        .type = &ct_type_string,
        .id = 6,
        .offset = offsetof(names_taken_t, assert_),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_STRING, 6),
    },
    {
        .name = "auto",
        .type = &ct_type_double,
        .id = 7,
        .offset = offsetof(names_taken_t, auto_),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_DOUBLE, 7),
    },
    {
        .name = "template",
        .type = &ct_type_i32,
        .id = 8,
        .required = CT_OPTIONAL,
        .offset = offsetof(names_taken_t, template_),
        .has_offset = offsetof(names_taken_t, has_template_),
        .head = CT_FIELD_HEAD(CT_T_I32, 8),
    },
    {
        .name = "NULL",
        .type = &ct_type_string,
        .id = 9,
        .offset = offsetof(names_taken_t, null),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_STRING, 9),
    },
    {
        .name = "uuid",
        .type = &ct_type_i32,
        .id = 10,
        .offset = offsetof(names_taken_t, uuid),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_I32, 10),
    },
    {
        .name = "linux",
        .type = &ct_type_i32,
        .id = 11,
        .offset = offsetof(names_taken_t, linux_),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_I32, 11),
    },
};

static const names_taken_t taken_initial = {
    .int_ = 0,
};

const ct_struct_t names_taken_struct = {
    .name = "Taken",
    .fields = taken_fields,
    .nfields = CT_ARRAY_LEN(taken_fields),
    .size = sizeof(names_taken_t),
    .initial = &taken_initial,
};


names_taken_t *
names_taken_new(ct_pool_t *pool)
{
    names_taken_t *value = ct_pool_alloc(pool, sizeof(*value));

    *value = taken_initial;
    return value;
}


static const ct_field_t register_switch_args_fields[] = {
    {
        .name = "case",
        .type = &ct_type_i32,
        .id = 1,
        .offset = offsetof(names_register_switch_args_t, case_),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_I32, 1),
    },
};

static const names_register_switch_args_t register_switch_args_initial = {
    .case_ = 0,
};

const ct_struct_t names_register_switch_args_struct = {
    .name = "switch_args",
    .fields = register_switch_args_fields,
    .nfields = CT_ARRAY_LEN(register_switch_args_fields),
    .size = sizeof(names_register_switch_args_t),
    .initial = &register_switch_args_initial,
};


static const names_register_switch_result_t register_switch_result_initial = {
    .empty_ = 0,
};

const ct_struct_t names_register_switch_result_struct = {
    .name = "switch_result",
    .size = sizeof(names_register_switch_result_t),
    .is_result = true,
    .initial = &register_switch_result_initial,
};


static const ct_field_t register_new_args_fields[] = {
    {
        .name = "delete",
        .type = &ct_type_i32,
        .id = 1,
        .offset = offsetof(names_register_new_args_t, delete_),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_I32, 1),
    },
};

static const names_register_new_args_t register_new_args_initial = {
    .delete_ = 0,
};

const ct_struct_t names_register_new_args_struct = {
    .name = "new_args",
    .fields = register_new_args_fields,
    .nfields = CT_ARRAY_LEN(register_new_args_fields),
    .size = sizeof(names_register_new_args_t),
    .initial = &register_new_args_initial,
};


static const ct_field_t register_new_result_fields[] = {
    {
        .name = "success",
        .type = &ct_type_i32,
        .id = 0,
        .offset = offsetof(names_register_new_result_t, success),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_I32, 0),
    },
};

static const names_register_new_result_t register_new_result_initial = {
    .success = 0,
};

const ct_struct_t names_register_new_result_struct = {
    .name = "new_result",
    .fields = register_new_result_fields,
    .nfields = CT_ARRAY_LEN(register_new_result_fields),
    .size = sizeof(names_register_new_result_t),
    .is_result = true,
    .initial = &register_new_result_initial,
};


static ct_rc_t
register_switch_invoke(ct_call_t *call, const void *ops, const void *args,
                       void *result)
{
    const names_register_ops_t *handlers = ops;

    return handlers->switch_(call, args, result);
}


static ct_rc_t
register_new_invoke(ct_call_t *call, const void *ops, const void *args,
                    void *result)
{
    const names_register_ops_t *handlers = ops;

    return handlers->new_(call, args, result);
}


static const ct_method_t register_methods[] = {
    {
        .name = "switch",
        .args = &names_register_switch_args_struct,
        .result = &names_register_switch_result_struct,
        .invoke = register_switch_invoke,
        .ops_offset = offsetof(names_register_ops_t, switch_),
    },
    {
        .name = "new",
        .args = &names_register_new_args_struct,
        .result = &names_register_new_result_struct,
        .invoke = register_new_invoke,
        .ops_offset = offsetof(names_register_ops_t, new_),
    },
};

const ct_service_t names_register_service = {
    .name = "Register",
    .methods = register_methods,
    .nmethods = CT_ARRAY_LEN(register_methods),
};


ct_rc_t
names_register_switch(ct_client_t                        *client,
                      const names_register_switch_args_t *args,
                      names_register_switch_result_t     *result)
{
    return ct_client_call(client, &register_methods[0], args, result);
}


ct_rc_t
names_register_new(ct_client_t *client, const names_register_new_args_t *args,
                   names_register_new_result_t *result)
{
    return ct_client_call(client, &register_methods[1], args, result);
}
