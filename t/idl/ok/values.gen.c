/*
 * values.gen.c -- values.thrift in C.
 *
 * Written by cthriftc: changes are lost.
 */

#include "values.gen.h"


static const ct_enum_value_t level_values[] = {
    { "LOW", VALUES_LEVEL_LOW },
    { "HIGH", VALUES_LEVEL_HIGH },
    { "LOWEST", VALUES_LEVEL_LOWEST },
};

const ct_enum_t values_level_enum = {
    .name = "Level",
    .values = level_values,
    .n = CT_ARRAY_LEN(level_values),
};


const ct_str_t VALUES_EMPTY = CT_STR_INIT("");


const ct_str_t VALUES_QUOTES = CT_STR_INIT("it is \"quoted\"");


const ct_str_t VALUES_ESCAPES =
    CT_STR_INIT("tab \t newline \n backslash \\ quote \" what?\?/");


const ct_str_t VALUES_UMLAUT = CT_STR_INIT("gr\"u\303\237");


const ct_str_t VALUES_BYTES = CT_STR_INIT("bytes");


const ct_uuid_t VALUES_ID = { {
    0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
    0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff } };


const values_i32_list_t VALUES_NONE = { 0, NULL };


const values_i32_list_t VALUES_SOME = { 4, (int32_t[]){ 1, 2, 3, 4 } };


const values_string_set_t VALUES_WORDS = {
    2,
    (ct_str_t[]){
        CT_STR_INIT("a"),
        CT_STR_INIT("b"),
    },
};


const values_level_set_t VALUES_NO_LEVELS = { 0, NULL };


const values_i32_string_map_t VALUES_NAMES = {
    2,
    (values_i32_string_map_item_t[]){
        { 1, CT_STR_INIT("one") },
        { 2, CT_STR_INIT("two") },
    },
};


const values_table_t VALUES_TABLE = {
    3,
    (values_string_i32_list_map_item_t[]){
        { CT_STR_INIT("a"), { 3, (int32_t[]){ 1, 2, 3 } } },
        { CT_STR_INIT("b"), { 0, NULL } },
        {
            CT_STR_INIT("a rather long key that leaves no room"),
            { 4, (int32_t[]){ 1000000, 2000000, 3000000, 4000000 } },
        },
    },
};


const values_string_level_map_list_t VALUES_NESTED = {
    3,
    (values_string_level_map_t[]){
        {
            1,
            (values_string_level_map_item_t[]){
                { CT_STR_INIT("x"), VALUES_LEVEL_LOW },
            },
        },
        { 0, NULL },
        {
            1,
            (values_string_level_map_item_t[]){
                { CT_STR_INIT("y"), VALUES_LEVEL_HIGH },
            },
        },
    },
};


static const ct_field_t inner_fields[] = {
    {
        .name = "a",
        .type = &ct_type_i32,
        .id = 1,
        .offset = offsetof(values_inner_t, a),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_I32, 1),
    },
    {
        .name = "b",
        .type = &ct_type_i32,
        .id = 2,
        .required = CT_OPTIONAL,
        .offset = offsetof(values_inner_t, b),
        .has_offset = offsetof(values_inner_t, has_b),
        .head = CT_FIELD_HEAD(CT_T_I32, 2),
    },
    {
        .name = "c",
        .type = &ct_type_string,
        .id = 3,
        .offset = offsetof(values_inner_t, c),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_STRING, 3),
    },
};

static const values_inner_t inner_initial = {
    .a = 1,
    .b = 2,
    .has_b = true,
};

const ct_struct_t values_inner_struct = {
    .name = "Inner",
    .fields = inner_fields,
    .nfields = CT_ARRAY_LEN(inner_fields),
    .size = sizeof(values_inner_t),
    .initial = &inner_initial,
};


values_inner_t *
values_inner_new(ct_pool_t *pool)
{
    values_inner_t *value = ct_pool_alloc(pool, sizeof(*value));

    *value = inner_initial;
    return value;
}


static const ct_type_t inner_type = {
    .ttype = CT_T_STRUCT,
    .strct = &values_inner_struct,
};

static const ct_type_t inner_list_type = {
    .ttype = CT_T_LIST,
    .element = &inner_type,
    .item_size = sizeof(values_inner_t),
};

static const ct_type_t string_inner_map_type = {
    .ttype = CT_T_MAP,
    .key = &ct_type_string,
    .element = &inner_type,
    .item_size = sizeof(values_string_inner_map_item_t),
    .value_offset = offsetof(values_string_inner_map_item_t, value),
};

static const ct_type_t level_type = {
    .ttype = CT_T_I32,
    .enumeration = &values_level_enum,
};

static const ct_type_t units_length_type = {
    .ttype = CT_T_STRUCT,
    .strct = &units_length_struct,
};

static const ct_type_t i32_list_type = {
    .ttype = CT_T_LIST,
    .element = &ct_type_i32,
    .item_size = sizeof(int32_t),
};

static const ct_type_t string_i32_list_map_type = {
    .ttype = CT_T_MAP,
    .key = &ct_type_string,
    .element = &i32_list_type,
    .item_size = sizeof(values_string_i32_list_map_item_t),
    .value_offset = offsetof(values_string_i32_list_map_item_t, value),
};

static const ct_type_t outer_type = {
    .ttype = CT_T_STRUCT,
    .strct = &values_outer_struct,
};

static const ct_field_t outer_fields[] = {
    {
        .name = "inner",
        .type = &inner_type,
        .id = 1,
        .offset = offsetof(values_outer_t, inner),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_STRUCT, 1),
    },
    {
        .name = "inners",
        .type = &inner_list_type,
        .id = 2,
        .offset = offsetof(values_outer_t, inners),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_LIST, 2),
    },
    {
        .name = "named",
        .type = &string_inner_map_type,
        .id = 3,
        .offset = offsetof(values_outer_t, named),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_MAP, 3),
    },
    {
        .name = "level",
        .type = &level_type,
        .id = 4,
        .offset = offsetof(values_outer_t, level),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_I32, 4),
    },
    {
        .name = "length",
        .type = &units_length_type,
        .id = 5,
        .offset = offsetof(values_outer_t, length),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_STRUCT, 5),
    },
    {
        .name = "table",
        .type = &string_i32_list_map_type,
        .id = 6,
        .required = CT_OPTIONAL,
        .offset = offsetof(values_outer_t, table),
        .has_offset = offsetof(values_outer_t, has_table),
        .head = CT_FIELD_HEAD(CT_T_MAP, 6),
    },
    {
        .name = "id",
        .type = &ct_type_uuid,
        .id = 7,
        .offset = offsetof(values_outer_t, id),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_UUID, 7),
    },
    {
        .name = "empty",
        .type = &inner_type,
        .id = 8,
        .offset = offsetof(values_outer_t, empty),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_STRUCT, 8),
    },
    {
        .name = "outer",
        .type = &outer_type,
        .id = 9,
        .required = CT_OPTIONAL,
        .offset = offsetof(values_outer_t, outer),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_STRUCT, 9),
    },
};

static const values_outer_t outer_initial = {
    .inner = &(values_inner_t){
        .a = 5,
        .b = 2,
        .has_b = true,
        .c = CT_STR_INIT("see"),
    },
    .inners = {
        2,
        (values_inner_t[]){
            { .a = 1, .b = 2, .has_b = true },
            { .a = 1, .b = 7, .has_b = true },
        },
    },
    .named = {
        1,
        (values_string_inner_map_item_t[]){
            {
                CT_STR_INIT("one"),
                { .a = 1, .b = 2, .has_b = true, .c = CT_STR_INIT("c") },
            },
        },
    },
    .level = VALUES_LEVEL_LOW,
    .length = &(units_length_t){ .value = 2.5, .unit = UNITS_UNIT_METRE },
    .table = {
        3,
        (values_string_i32_list_map_item_t[]){
            { CT_STR_INIT("a"), { 3, (int32_t[]){ 1, 2, 3 } } },
            { CT_STR_INIT("b"), { 0, NULL } },
            {
                CT_STR_INIT("a rather long key that leaves no room"),
                { 4, (int32_t[]){ 1000000, 2000000, 3000000, 4000000 } },
            },
        },
    },
    .has_table = true,
    .id = { {
        0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
        0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff } },
    .empty = &(values_inner_t){ .a = 1, .b = 2, .has_b = true },
};

const ct_struct_t values_outer_struct = {
    .name = "Outer",
    .fields = outer_fields,
    .nfields = CT_ARRAY_LEN(outer_fields),
    .size = sizeof(values_outer_t),
    .initial = &outer_initial,
};


values_outer_t *
values_outer_new(ct_pool_t *pool)
{
    values_outer_t *value = ct_pool_alloc(pool, sizeof(*value));

    *value = outer_initial;
    return value;
}


const values_outer_t VALUES_OUTER = {
    .inner = &(values_inner_t){
        .a = 1,
        .b = 2,
        .has_b = true,
        .c = CT_STR_INIT("it is \"quoted\""),
    },
    .inners = {
        2,
        (values_inner_t[]){
            { .a = 1, .b = 2, .has_b = true },
            { .a = 1, .b = 7, .has_b = true },
        },
    },
    .named = {
        1,
        (values_string_inner_map_item_t[]){
            {
                CT_STR_INIT("one"),
                { .a = 1, .b = 2, .has_b = true, .c = CT_STR_INIT("c") },
            },
        },
    },
    .level = VALUES_LEVEL_HIGH,
    .length = &(units_length_t){ .value = 2.5, .unit = UNITS_UNIT_METRE },
    .table = {
        3,
        (values_string_i32_list_map_item_t[]){
            { CT_STR_INIT("a"), { 3, (int32_t[]){ 1, 2, 3 } } },
            { CT_STR_INIT("b"), { 0, NULL } },
            {
                CT_STR_INIT("a rather long key that leaves no room"),
                { 4, (int32_t[]){ 1000000, 2000000, 3000000, 4000000 } },
            },
        },
    },
    .has_table = true,
    .id = { {
        0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
        0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff } },
    .empty = &(values_inner_t){ .a = 1, .b = 2, .has_b = true },
};


const values_inner_t VALUES_INNER = {
    .a = 1,
    .b = 2,
    .has_b = true,
    .c = CT_STR_INIT("it is \"quoted\""),
};


const values_inner_list_t VALUES_INNERS = {
    2,
    (values_inner_t[]){
        { .a = 1, .b = 2, .has_b = true, .c = CT_STR_INIT("it is \"quoted\"") },
        { .a = 1, .b = 2, .has_b = true, .c = CT_STR_INIT("it is \"quoted\"") },
    },
};


const values_either_t VALUES_ONE = { .b = CT_STR_INIT("b") };


static const ct_field_t either_fields[] = {
    {
        .name = "a",
        .type = &ct_type_i32,
        .id = 1,
        .required = CT_OPTIONAL,
        .offset = offsetof(values_either_t, a),
        .has_offset = offsetof(values_either_t, has_a),
        .head = CT_FIELD_HEAD(CT_T_I32, 1),
    },
    {
        .name = "b",
        .type = &ct_type_string,
        .id = 2,
        .required = CT_OPTIONAL,
        .offset = offsetof(values_either_t, b),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_STRING, 2),
    },
};

static const values_either_t either_initial = {
    .a = 0,
};

const ct_struct_t values_either_struct = {
    .name = "Either",
    .fields = either_fields,
    .nfields = CT_ARRAY_LEN(either_fields),
    .size = sizeof(values_either_t),
    .is_union = true,
    .initial = &either_initial,
};


values_either_t *
values_either_new(ct_pool_t *pool)
{
    values_either_t *value = ct_pool_alloc(pool, sizeof(*value));

    *value = either_initial;
    return value;
}
