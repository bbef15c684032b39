/*
 * values.gen.h -- values.thrift in C.
 *
 * Written by cthriftc: changes are lost.
 *
 * Constants of every form, and defaults.
 */

#ifndef VALUES_GEN_H
#define VALUES_GEN_H

#include <cthrift.h>

#include "units.gen.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct values_inner_s  values_inner_t;
typedef struct values_outer_s  values_outer_t;
typedef struct values_either_s values_either_t;

#ifndef VALUES_I32_LIST_T
#define VALUES_I32_LIST_T
typedef struct values_i32_list_s {
    size_t   n;
    int32_t *items;
} values_i32_list_t;
#endif

#ifndef VALUES_STRING_I32_LIST_MAP_T
#define VALUES_STRING_I32_LIST_MAP_T
typedef struct values_string_i32_list_map_item_s
    values_string_i32_list_map_item_t;

typedef struct values_string_i32_list_map_s {
    size_t                             n;
    values_string_i32_list_map_item_t *items;
} values_string_i32_list_map_t;

struct values_string_i32_list_map_item_s {
    ct_str_t          key;
    values_i32_list_t value;
};
#endif

typedef values_string_i32_list_map_t values_table_t;

typedef int32_t values_level_t;

enum {
    VALUES_LEVEL_LOW = -1,
    VALUES_LEVEL_HIGH = 2147483647,
    VALUES_LEVEL_LOWEST = -2147483647 - 1,
};

extern const ct_enum_t values_level_enum;

#define VALUES_YES true

#define VALUES_NO false

#define VALUES_I8 (-128)

#define VALUES_I16 32767

#define VALUES_I32 (INT32_MIN)

#define VALUES_I64 (INT64_MIN)

#define VALUES_BIG INT64_C(5000000000)

#define VALUES_OCTAL_IT_IS_NOT 10

#define VALUES_HALF 0.5

#define VALUES_WHOLE 3.0

#define VALUES_SMALL (-1.25e-300)

#define VALUES_TOP VALUES_LEVEL_HIGH

#define VALUES_BY_NUMBER VALUES_LEVEL_LOW

#define VALUES_FROM_ENUM VALUES_LEVEL_HIGH

#define VALUES_METRE UNITS_UNIT_METRE

#define VALUES_SAME (INT32_MIN)

#define VALUES_THEIRS 100

extern const ct_str_t VALUES_EMPTY;

extern const ct_str_t VALUES_QUOTES;

extern const ct_str_t VALUES_ESCAPES;

extern const ct_str_t VALUES_UMLAUT;

extern const ct_str_t VALUES_BYTES;

extern const ct_uuid_t VALUES_ID;

extern const values_i32_list_t VALUES_NONE;

extern const values_i32_list_t VALUES_SOME;

#ifndef VALUES_STRING_SET_T
#define VALUES_STRING_SET_T
typedef struct values_string_set_s {
    size_t    n;
    ct_str_t *items;
} values_string_set_t;
#endif

extern const values_string_set_t VALUES_WORDS;

#ifndef VALUES_LEVEL_SET_T
#define VALUES_LEVEL_SET_T
typedef struct values_level_set_s {
    size_t          n;
    values_level_t *items;
} values_level_set_t;
#endif

extern const values_level_set_t VALUES_NO_LEVELS;

#ifndef VALUES_I32_STRING_MAP_T
#define VALUES_I32_STRING_MAP_T
typedef struct values_i32_string_map_item_s values_i32_string_map_item_t;

typedef struct values_i32_string_map_s {
    size_t                        n;
    values_i32_string_map_item_t *items;
} values_i32_string_map_t;

struct values_i32_string_map_item_s {
    int32_t  key;
    ct_str_t value;
};
#endif

extern const values_i32_string_map_t VALUES_NAMES;

extern const values_table_t VALUES_TABLE;

#ifndef VALUES_STRING_LEVEL_MAP_T
#define VALUES_STRING_LEVEL_MAP_T
typedef struct values_string_level_map_item_s values_string_level_map_item_t;

typedef struct values_string_level_map_s {
    size_t                          n;
    values_string_level_map_item_t *items;
} values_string_level_map_t;

struct values_string_level_map_item_s {
    ct_str_t       key;
    values_level_t value;
};
#endif

#ifndef VALUES_STRING_LEVEL_MAP_LIST_T
#define VALUES_STRING_LEVEL_MAP_LIST_T
typedef struct values_string_level_map_list_s {
    size_t                     n;
    values_string_level_map_t *items;
} values_string_level_map_list_t;
#endif

extern const values_string_level_map_list_t VALUES_NESTED;

struct values_inner_s {
    int32_t  a;
    int32_t  b;
    ct_str_t c;
    bool     has_b;
};

extern const ct_struct_t values_inner_struct;

/* One in `pool`, its fields as their defaults say. */
values_inner_t *values_inner_new(ct_pool_t *pool);

#ifndef VALUES_INNER_LIST_T
#define VALUES_INNER_LIST_T
typedef struct values_inner_list_s {
    size_t          n;
    values_inner_t *items;
} values_inner_list_t;
#endif

#ifndef VALUES_STRING_INNER_MAP_T
#define VALUES_STRING_INNER_MAP_T
typedef struct values_string_inner_map_item_s values_string_inner_map_item_t;

typedef struct values_string_inner_map_s {
    size_t                          n;
    values_string_inner_map_item_t *items;
} values_string_inner_map_t;

struct values_string_inner_map_item_s {
    ct_str_t       key;
    values_inner_t value;
};
#endif

struct values_outer_s {
    values_inner_t           *inner;
    values_inner_list_t       inners;
    values_string_inner_map_t named;
    values_level_t            level;
    units_length_t           *length;
    values_table_t            table;
    ct_uuid_t                 id;
    values_inner_t           *empty;
    values_outer_t           *outer;
    bool                      has_table;
};

extern const ct_struct_t values_outer_struct;

/* One in `pool`, its fields as their defaults say. */
values_outer_t *values_outer_new(ct_pool_t *pool);

extern const values_outer_t VALUES_OUTER;

extern const values_inner_t VALUES_INNER;

extern const values_inner_list_t VALUES_INNERS;

extern const values_either_t VALUES_ONE;

struct values_either_s {
    int32_t  a;
    ct_str_t b;
    bool     has_a;
};

extern const ct_struct_t values_either_struct;

/* One in `pool`, its fields as their defaults say. */
values_either_t *values_either_new(ct_pool_t *pool);

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* VALUES_GEN_H */
