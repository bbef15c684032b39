/*
 * units.gen.c -- units.thrift in C.
 *
 * Written by cthriftc: changes are lost.
 */

#include "units.gen.h"


static const ct_enum_value_t unit_values[] = {
    { "METRE", UNITS_UNIT_METRE },
    { "FOOT", UNITS_UNIT_FOOT },
};

const ct_enum_t units_unit_enum = {
    .name = "Unit",
    .values = unit_values,
    .n = CT_ARRAY_LEN(unit_values),
};


static const ct_type_t unit_type = {
    .ttype = CT_T_I32,
    .enumeration = &units_unit_enum,
};

static const ct_field_t length_fields[] = {
    {
        .name = "value",
        .type = &ct_type_double,
        .id = 1,
        .offset = offsetof(units_length_t, value),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_DOUBLE, 1),
    },
    {
        .name = "unit",
        .type = &unit_type,
        .id = 2,
        .offset = offsetof(units_length_t, unit),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_I32, 2),
    },
};

static const units_length_t length_initial = {
    .value = 1.0,
    .unit = UNITS_UNIT_METRE,
};

const ct_struct_t units_length_struct = {
    .name = "Length",
    .fields = length_fields,
    .nfields = CT_ARRAY_LEN(length_fields),
    .size = sizeof(units_length_t),
    .initial = &length_initial,
};


units_length_t *
units_length_new(ct_pool_t *pool)
{
    units_length_t *value = ct_pool_alloc(pool, sizeof(*value));

    *value = length_initial;
    return value;
}


static const ct_field_t no_such_unit_fields[] = {
    {
        .name = "name",
        .type = &ct_type_string,
        .id = 1,
        .offset = offsetof(units_no_such_unit_t, name),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_STRING, 1),
    },
};

static const units_no_such_unit_t no_such_unit_initial = {
    .name = { 0, NULL },
};

const ct_struct_t units_no_such_unit_struct = {
    .name = "NoSuchUnit",
    .fields = no_such_unit_fields,
    .nfields = CT_ARRAY_LEN(no_such_unit_fields),
    .size = sizeof(units_no_such_unit_t),
    .is_exception = true,
    .initial = &no_such_unit_initial,
};


units_no_such_unit_t *
units_no_such_unit_new(ct_pool_t *pool)
{
    units_no_such_unit_t *value = ct_pool_alloc(pool, sizeof(*value));

    *value = no_such_unit_initial;
    return value;
}


static const ct_field_t measure_measure_args_fields[] = {
    {
        .name = "what",
        .type = &ct_type_string,
        .id = 1,
        .offset = offsetof(units_measure_measure_args_t, what),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_STRING, 1),
    },
};

static const units_measure_measure_args_t measure_measure_args_initial = {
    .what = { 0, NULL },
};

const ct_struct_t units_measure_measure_args_struct = {
    .name = "measure_args",
    .fields = measure_measure_args_fields,
    .nfields = CT_ARRAY_LEN(measure_measure_args_fields),
    .size = sizeof(units_measure_measure_args_t),
    .initial = &measure_measure_args_initial,
};


static const ct_type_t length_type = {
    .ttype = CT_T_STRUCT,
    .strct = &units_length_struct,
};

static const ct_type_t no_such_unit_type = {
    .ttype = CT_T_STRUCT,
    .strct = &units_no_such_unit_struct,
};

static const ct_field_t measure_measure_result_fields[] = {
    {
        .name = "success",
        .type = &length_type,
        .id = 0,
        .offset = offsetof(units_measure_measure_result_t, success),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_STRUCT, 0),
    },
    {
        .name = "none",
        .type = &no_such_unit_type,
        .id = 1,
        .required = CT_OPTIONAL,
        .offset = offsetof(units_measure_measure_result_t, none),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_STRUCT, 1),
    },
};

static const units_measure_measure_result_t measure_measure_result_initial = {
    .success = NULL,
};

const ct_struct_t units_measure_measure_result_struct = {
    .name = "measure_result",
    .fields = measure_measure_result_fields,
    .nfields = CT_ARRAY_LEN(measure_measure_result_fields),
    .size = sizeof(units_measure_measure_result_t),
    .is_result = true,
    .initial = &measure_measure_result_initial,
};


static ct_rc_t
measure_measure_invoke(ct_call_t *call, const void *ops, const void *args,
                       void *result)
{
    const units_measure_ops_t *handlers = ops;

    return handlers->measure(call, args, result);
}


static const ct_method_t measure_methods[] = {
    {
        .name = "measure",
        .args = &units_measure_measure_args_struct,
        .result = &units_measure_measure_result_struct,
        .invoke = measure_measure_invoke,
        .ops_offset = offsetof(units_measure_ops_t, measure),
    },
};

const ct_service_t units_measure_service = {
    .name = "Measure",
    .methods = measure_methods,
    .nmethods = CT_ARRAY_LEN(measure_methods),
};


ct_rc_t
units_measure_measure(ct_client_t                        *client,
                      const units_measure_measure_args_t *args,
                      units_measure_measure_result_t     *result)
{
    return ct_client_call(client, &measure_methods[0], args, result);
}
