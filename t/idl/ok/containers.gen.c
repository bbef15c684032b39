/*
 * containers.gen.c -- containers.thrift in C.
 *
 * Written by cthriftc: changes are lost.
 */

#include "containers.gen.h"


static const ct_type_t user_type = {
    .ttype = CT_T_STRUCT,
    .strct = &containers_user_struct,
};

static const ct_type_t list_of_user_type = {
    .ttype = CT_T_LIST,
    .element = &user_type,
    .item_size = sizeof(containers_user_t),
};

static const ct_type_t string_user_map_type = {
    .ttype = CT_T_MAP,
    .key = &ct_type_string,
    .element = &user_type,
    .item_size = sizeof(containers_string_user_map_item_t),
    .value_offset = offsetof(containers_string_user_map_item_t, value),
};

static const ct_type_t string_set_type = {
    .ttype = CT_T_SET,
    .element = &ct_type_string,
    .item_size = sizeof(ct_str_t),
};

static const ct_type_t i32_string_set_map_type = {
    .ttype = CT_T_MAP,
    .key = &ct_type_i32,
    .element = &string_set_type,
    .item_size = sizeof(containers_i32_string_set_map_item_t),
    .value_offset = offsetof(containers_i32_string_set_map_item_t, value),
};

static const ct_type_t i32_string_set_map_list_type = {
    .ttype = CT_T_LIST,
    .element = &i32_string_set_map_type,
    .item_size = sizeof(containers_i32_string_set_map_t),
};

static const ct_type_t i32_string_set_map_list_list_type = {
    .ttype = CT_T_LIST,
    .element = &i32_string_set_map_list_type,
    .item_size = sizeof(containers_i32_string_set_map_list_t),
};

static const ct_type_t later_type = {
    .ttype = CT_T_STRUCT,
    .strct = &containers_later_struct,
};

static const ct_type_t later_list_type = {
    .ttype = CT_T_LIST,
    .element = &later_type,
    .item_size = sizeof(containers_later_t),
};

static const ct_type_t kind_type = {
    .ttype = CT_T_I32,
    .enumeration = &containers_kind_enum,
};

static const ct_type_t later_kind_map_type = {
    .ttype = CT_T_MAP,
    .key = &later_type,
    .element = &kind_type,
    .item_size = sizeof(containers_later_kind_map_item_t),
    .value_offset = offsetof(containers_later_kind_map_item_t, value),
};

static const ct_field_t user_fields[] = {
    {
        .name = "friends",
        .type = &list_of_user_type,
        .id = 1,
        .offset = offsetof(containers_user_t, friends),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_LIST, 1),
    },
    {
        .name = "by_name",
        .type = &string_user_map_type,
        .id = 2,
        .offset = offsetof(containers_user_t, by_name),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_MAP, 2),
    },
    {
        .name = "nested",
        .type = &i32_string_set_map_list_list_type,
        .id = 3,
        .offset = offsetof(containers_user_t, nested),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_LIST, 3),
    },
    {
        .name = "later",
        .type = &later_list_type,
        .id = 4,
        .offset = offsetof(containers_user_t, later),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_LIST, 4),
    },
    {
        .name = "kinds",
        .type = &later_kind_map_type,
        .id = 5,
        .offset = offsetof(containers_user_t, kinds),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_MAP, 5),
    },
};

static const containers_user_t user_initial = {
    .friends = { 0, NULL },
};

const ct_struct_t containers_user_struct = {
    .name = "User",
    .fields = user_fields,
    .nfields = CT_ARRAY_LEN(user_fields),
    .size = sizeof(containers_user_t),
    .initial = &user_initial,
};


containers_user_t *
containers_user_new(ct_pool_t *pool)
{
    containers_user_t *value = ct_pool_alloc(pool, sizeof(*value));

    *value = user_initial;
    return value;
}


static const ct_type_t i64_list_type = {
    .ttype = CT_T_LIST,
    .element = &ct_type_i64,
    .item_size = sizeof(int64_t),
};

static const ct_type_t i64_set_type = {
    .ttype = CT_T_SET,
    .element = &ct_type_i64,
    .item_size = sizeof(int64_t),
};

static const ct_field_t later_fields[] = {
    {
        .name = "everyone",
        .type = &list_of_user_type,
        .id = 1,
        .offset = offsetof(containers_later_t, everyone),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_LIST, 1),
    },
    {
        .name = "ids",
        .type = &i64_list_type,
        .id = 2,
        .required = CT_OPTIONAL,
        .offset = offsetof(containers_later_t, ids),
        .has_offset = offsetof(containers_later_t, has_ids),
        .head = CT_FIELD_HEAD(CT_T_LIST, 2),
    },
    {
        .name = "same_set",
        .type = &i64_set_type,
        .id = 3,
        .required = CT_OPTIONAL,
        .offset = offsetof(containers_later_t, same_set),
        .has_offset = offsetof(containers_later_t, has_same_set),
        .head = CT_FIELD_HEAD(CT_T_SET, 3),
    },
    {
        .name = "same_list",
        .type = &i64_list_type,
        .id = 4,
        .offset = offsetof(containers_later_t, same_list),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_LIST, 4),
    },
};

static const containers_later_t later_initial = {
    .everyone = { 0, NULL },
};

const ct_struct_t containers_later_struct = {
    .name = "Later",
    .fields = later_fields,
    .nfields = CT_ARRAY_LEN(later_fields),
    .size = sizeof(containers_later_t),
    .initial = &later_initial,
};


containers_later_t *
containers_later_new(ct_pool_t *pool)
{
    containers_later_t *value = ct_pool_alloc(pool, sizeof(*value));

    *value = later_initial;
    return value;
}


static const ct_enum_value_t kind_values[] = {
    { "A", CONTAINERS_KIND_A },
    { "B", CONTAINERS_KIND_B },
};

const ct_enum_t containers_kind_enum = {
    .name = "Kind",
    .values = kind_values,
    .n = CT_ARRAY_LEN(kind_values),
};


static const ct_type_t user_list_type = {
    .ttype = CT_T_STRUCT,
    .strct = &containers_user_list_struct,
};

static const ct_type_t user_list_list_type = {
    .ttype = CT_T_LIST,
    .element = &user_list_type,
    .item_size = sizeof(containers_user_list_t),
};

static const ct_field_t user_list_fields[] = {
    {
        .name = "users",
        .type = &user_list_list_type,
        .id = 1,
        .offset = offsetof(containers_user_list_t, users),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_LIST, 1),
    },
};

static const containers_user_list_t user_list_initial = {
    .users = { 0, NULL },
};

const ct_struct_t containers_user_list_struct = {
    .name = "UserList",
    .fields = user_list_fields,
    .nfields = CT_ARRAY_LEN(user_list_fields),
    .size = sizeof(containers_user_list_t),
    .initial = &user_list_initial,
};


containers_user_list_t *
containers_user_list_new(ct_pool_t *pool)
{
    containers_user_list_t *value = ct_pool_alloc(pool, sizeof(*value));

    *value = user_list_initial;
    return value;
}


static const ct_type_t a_type = {
    .ttype = CT_T_STRUCT,
    .strct = &containers_a_struct,
};

static const ct_type_t b_c_type = {
    .ttype = CT_T_STRUCT,
    .strct = &containers_b_c_struct,
};

static const ct_type_t a_b_c_map_type = {
    .ttype = CT_T_MAP,
    .key = &a_type,
    .element = &b_c_type,
    .item_size = sizeof(containers_a_b_c_map_item_t),
    .value_offset = offsetof(containers_a_b_c_map_item_t, value),
};

static const ct_field_t a_fields[] = {
    {
        .name = "one",
        .type = &a_b_c_map_type,
        .id = 1,
        .offset = offsetof(containers_a_t, one),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_MAP, 1),
    },
};

static const containers_a_t a_initial = {
    .one = { 0, NULL },
};

const ct_struct_t containers_a_struct = {
    .name = "A",
    .fields = a_fields,
    .nfields = CT_ARRAY_LEN(a_fields),
    .size = sizeof(containers_a_t),
    .initial = &a_initial,
};


containers_a_t *
containers_a_new(ct_pool_t *pool)
{
    containers_a_t *value = ct_pool_alloc(pool, sizeof(*value));

    *value = a_initial;
    return value;
}


static const ct_type_t a_b_type = {
    .ttype = CT_T_STRUCT,
    .strct = &containers_a_b_struct,
};

static const ct_type_t c_type = {
    .ttype = CT_T_STRUCT,
    .strct = &containers_c_struct,
};

static const ct_type_t a_b_c_map_2_type = {
    .ttype = CT_T_MAP,
    .key = &a_b_type,
    .element = &c_type,
    .item_size = sizeof(containers_a_b_c_map_2_item_t),
    .value_offset = offsetof(containers_a_b_c_map_2_item_t, value),
};

static const ct_field_t a_b_fields[] = {
    {
        .name = "two",
        .type = &a_b_c_map_2_type,
        .id = 1,
        .offset = offsetof(containers_a_b_t, two),
        .has_offset = CT_NO_FLAG,
        .head = CT_FIELD_HEAD(CT_T_MAP, 1),
    },
};

static const containers_a_b_t a_b_initial = {
    .two = { 0, NULL },
};

const ct_struct_t containers_a_b_struct = {
    .name = "A_B",
    .fields = a_b_fields,
    .nfields = CT_ARRAY_LEN(a_b_fields),
    .size = sizeof(containers_a_b_t),
    .initial = &a_b_initial,
};


containers_a_b_t *
containers_a_b_new(ct_pool_t *pool)
{
    containers_a_b_t *value = ct_pool_alloc(pool, sizeof(*value));

    *value = a_b_initial;
    return value;
}


static const containers_b_c_t b_c_initial = {
    .empty_ = 0,
};

const ct_struct_t containers_b_c_struct = {
    .name = "B_C",
    .size = sizeof(containers_b_c_t),
    .initial = &b_c_initial,
};


containers_b_c_t *
containers_b_c_new(ct_pool_t *pool)
{
    containers_b_c_t *value = ct_pool_alloc(pool, sizeof(*value));

    *value = b_c_initial;
    return value;
}


static const containers_c_t c_initial = {
    .empty_ = 0,
};

const ct_struct_t containers_c_struct = {
    .name = "C",
    .size = sizeof(containers_c_t),
    .initial = &c_initial,
};


containers_c_t *
containers_c_new(ct_pool_t *pool)
{
    containers_c_t *value = ct_pool_alloc(pool, sizeof(*value));

    *value = c_initial;
    return value;
}
