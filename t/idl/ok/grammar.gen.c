/*
 * grammar.gen.c -- grammar.thrift in C.
 *
 * Written by cthriftc: changes are lost.
 */

#include "grammar.gen.h"


static const ct_enum_value_t weekday_values[] = {
    { "MONDAY", GRAMMAR_WEEKDAY_MONDAY },
    { "TUESDAY", GRAMMAR_WEEKDAY_TUESDAY },
    { "WEDNESDAY", GRAMMAR_WEEKDAY_WEDNESDAY },
};

const ct_enum_t grammar_weekday_enum = {
    .name = "Weekday",
    .values = weekday_values,
    .n = CT_ARRAY_LEN(weekday_values),
};


static const ct_type_t i32_set_type = {
    .ttype = CT_T_SET,
    .element = &ct_type_i32,
    .item_size = sizeof(int32_t),
};

static const ct_type_t i32_set_string_map_type = {
    .ttype = CT_T_MAP,
    .key = &i32_set_type,
    .element = &ct_type_string,
    .item_size = sizeof(grammar_i32_set_string_map_item_t),
    .value_offset = offsetof(grammar_i32_set_string_map_item_t, value),
};

static const ct_type_t i32_set_string_map_list_type = {
    .ttype = CT_T_LIST,
    .element = &i32_set_string_map_type,
    .item_size = sizeof(grammar_i32_set_string_map_t),
};

static const ct_type_t odd_type = {
    .ttype = CT_T_STRUCT,
    .strct = &grammar_odd_struct,
};

static const ct_type_t units_length_type = {
    .ttype = CT_T_STRUCT,
    .strct = &units_length_struct,
};

static const ct_field_t odd_fields[] = {
    {
        .name = "one",
        .type = &ct_type_i32,
        .id = 1,
        .offset = offsetof(grammar_odd_t, one),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_I32, 1),
    },
    {
        .name = "two",
        .type = &ct_type_string,
        .id = 2,
        .required = CT_OPTIONAL,
        .offset = offsetof(grammar_odd_t, two),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_STRING, 2),
    },
    {
        .name = "three",
        .type = &i32_set_string_map_list_type,
        .id = 3,
        .offset = offsetof(grammar_odd_t, three),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_LIST, 3),
    },
    {
        .name = "four",
        .type = &odd_type,
        .id = 4,
        .offset = offsetof(grammar_odd_t, four),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_STRUCT, 4),
    },
    {
        .name = "five",
        .type = &units_length_type,
        .id = 5,
        .offset = offsetof(grammar_odd_t, five),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_STRUCT, 5),
    },
};

static const grammar_odd_t odd_initial = {
    .one = 1,
};

const ct_struct_t grammar_odd_struct = {
    .name = "Odd",
    .fields = odd_fields,
    .nfields = CT_ARRAY_LEN(odd_fields),
    .size = sizeof(grammar_odd_t),
    .initial = &odd_initial,
};


grammar_odd_t *
grammar_odd_new(ct_pool_t *pool)
{
    grammar_odd_t *value = ct_pool_alloc(pool, sizeof(*value));

    *value = odd_initial;
    return value;
}


static const ct_field_t choice_fields[] = {
    {
        .name = "a",
        .type = &ct_type_i32,
        .id = 1,
        .required = CT_OPTIONAL,
        .offset = offsetof(grammar_choice_t, a),
        .has_offset = offsetof(grammar_choice_t, has_a),
        .head = CT_FIELD_HEAD(CT_T_I32, 1),
    },
    {
        .name = "b",
        .type = &ct_type_string,
        .id = 2,
        .required = CT_OPTIONAL,
        .offset = offsetof(grammar_choice_t, b),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_STRING, 2),
    },
};

static const grammar_choice_t choice_initial = {
    .a = 0,
};

const ct_struct_t grammar_choice_struct = {
    .name = "Choice",
    .fields = choice_fields,
    .nfields = CT_ARRAY_LEN(choice_fields),
    .size = sizeof(grammar_choice_t),
    .is_union = true,
    .initial = &choice_initial,
};


grammar_choice_t *
grammar_choice_new(ct_pool_t *pool)
{
    grammar_choice_t *value = ct_pool_alloc(pool, sizeof(*value));

    *value = choice_initial;
    return value;
}


static const ct_field_t things_one_args_fields[] = {
    {
        .name = "a",
        .type = &ct_type_i32,
        .id = 1,
        .offset = offsetof(grammar_things_one_args_t, a),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_I32, 1),
    },
    {
        .name = "b",
        .type = &ct_type_i32,
        .id = 2,
        .offset = offsetof(grammar_things_one_args_t, b),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_I32, 2),
    },
};

static const grammar_things_one_args_t things_one_args_initial = {
    .a = 0,
};

const ct_struct_t grammar_things_one_args_struct = {
    .name = "one_args",
    .fields = things_one_args_fields,
    .nfields = CT_ARRAY_LEN(things_one_args_fields),
    .size = sizeof(grammar_things_one_args_t),
    .initial = &things_one_args_initial,
};


static const ct_field_t things_one_result_fields[] = {
    {
        .name = "success",
        .type = &ct_type_i32,
        .id = 0,
        .offset = offsetof(grammar_things_one_result_t, success),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_I32, 0),
    },
};

static const grammar_things_one_result_t things_one_result_initial = {
    .success = 0,
};

const ct_struct_t grammar_things_one_result_struct = {
    .name = "one_result",
    .fields = things_one_result_fields,
    .nfields = CT_ARRAY_LEN(things_one_result_fields),
    .size = sizeof(grammar_things_one_result_t),
    .is_result = true,
    .initial = &things_one_result_initial,
};


static const grammar_things_two_args_t things_two_args_initial = {
    .empty_ = 0,
};

const ct_struct_t grammar_things_two_args_struct = {
    .name = "two_args",
    .size = sizeof(grammar_things_two_args_t),
    .initial = &things_two_args_initial,
};


static const grammar_things_two_result_t things_two_result_initial = {
    .empty_ = 0,
};

const ct_struct_t grammar_things_two_result_struct = {
    .name = "two_result",
    .size = sizeof(grammar_things_two_result_t),
    .is_result = true,
    .initial = &things_two_result_initial,
};


static ct_rc_t
things_one_invoke(ct_call_t *call, const void *ops, const void *args,
                  void *result)
{
    const grammar_things_ops_t *handlers = ops;

    return handlers->one(call, args, result);
}


static ct_rc_t
things_two_invoke(ct_call_t *call, const void *ops, const void *args,
                  void *result)
{
    const grammar_things_ops_t *handlers = ops;

    return handlers->two(call, args, result);
}


static const ct_method_t things_methods[] = {
    {
        .name = "one",
        .args = &grammar_things_one_args_struct,
        .result = &grammar_things_one_result_struct,
        .invoke = things_one_invoke,
        .ops_offset = offsetof(grammar_things_ops_t, one),
    },
    {
        .name = "two",
        .args = &grammar_things_two_args_struct,
        .result = &grammar_things_two_result_struct,
        .invoke = things_two_invoke,
        .ops_offset = offsetof(grammar_things_ops_t, two),
    },
};

const ct_service_t grammar_things_service = {
    .name = "Things",
    .methods = things_methods,
    .nmethods = CT_ARRAY_LEN(things_methods),
};


ct_rc_t
grammar_things_one(ct_client_t *client, const grammar_things_one_args_t *args,
                   grammar_things_one_result_t *result)
{
    return ct_client_call(client, &things_methods[0], args, result);
}


ct_rc_t
grammar_things_two(ct_client_t *client, const grammar_things_two_args_t *args,
                   grammar_things_two_result_t *result)
{
    return ct_client_call(client, &things_methods[1], args, result);
}
