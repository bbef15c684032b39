/*
 * containers.gen.h -- containers.thrift in C.
 *
 * Written by cthriftc: changes are lost.
 */

#ifndef CONTAINERS_GEN_H
#define CONTAINERS_GEN_H

#include <cthrift.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct containers_user_s      containers_user_t;
typedef struct containers_later_s     containers_later_t;
typedef struct containers_user_list_s containers_user_list_t;
typedef struct containers_a_s         containers_a_t;
typedef struct containers_a_b_s       containers_a_b_t;
typedef struct containers_b_c_s       containers_b_c_t;
typedef struct containers_c_s         containers_c_t;

typedef struct containers_list_of_user_s {
    size_t             n;
    containers_user_t *items;
} containers_list_of_user_t;

typedef containers_list_of_user_t containers_friends_t;

typedef struct containers_string_user_map_item_s
    containers_string_user_map_item_t;

typedef struct containers_string_user_map_s {
    size_t                             n;
    containers_string_user_map_item_t *items;
} containers_string_user_map_t;

typedef struct containers_string_set_s {
    size_t    n;
    ct_str_t *items;
} containers_string_set_t;

typedef struct containers_i32_string_set_map_item_s
    containers_i32_string_set_map_item_t;

typedef struct containers_i32_string_set_map_s {
    size_t                                n;
    containers_i32_string_set_map_item_t *items;
} containers_i32_string_set_map_t;

struct containers_i32_string_set_map_item_s {
    int32_t                 key;
    containers_string_set_t value;
};

typedef struct containers_i32_string_set_map_list_s {
    size_t                           n;
    containers_i32_string_set_map_t *items;
} containers_i32_string_set_map_list_t;

typedef struct containers_i32_string_set_map_list_list_s {
    size_t                                n;
    containers_i32_string_set_map_list_t *items;
} containers_i32_string_set_map_list_list_t;

typedef struct containers_later_list_s {
    size_t              n;
    containers_later_t *items;
} containers_later_list_t;

typedef int32_t containers_kind_t;

enum {
    CONTAINERS_KIND_A = 0,
    CONTAINERS_KIND_B = 1,
};

extern const ct_enum_t containers_kind_enum;

typedef struct containers_later_kind_map_item_s
    containers_later_kind_map_item_t;

typedef struct containers_later_kind_map_s {
    size_t                            n;
    containers_later_kind_map_item_t *items;
} containers_later_kind_map_t;

struct containers_user_s {
    containers_friends_t                      friends;
    containers_string_user_map_t              by_name;
    containers_i32_string_set_map_list_list_t nested;
    containers_later_list_t                   later;
    containers_later_kind_map_t               kinds;
};

extern const ct_struct_t containers_user_struct;

/* One in `pool`, its fields as their defaults say. */
containers_user_t *containers_user_new(ct_pool_t *pool);

struct containers_string_user_map_item_s {
    ct_str_t          key;
    containers_user_t value;
};

typedef containers_friends_t containers_everyone_t;

typedef struct containers_i64_list_s {
    size_t   n;
    int64_t *items;
} containers_i64_list_t;

typedef struct containers_i64_set_s {
    size_t   n;
    int64_t *items;
} containers_i64_set_t;

struct containers_later_s {
    containers_everyone_t everyone;
    containers_i64_list_t ids;
    containers_i64_set_t  same_set;
    containers_i64_list_t same_list;
    bool                  has_ids;
    bool                  has_same_set;
};

extern const ct_struct_t containers_later_struct;

/* One in `pool`, its fields as their defaults say. */
containers_later_t *containers_later_new(ct_pool_t *pool);

struct containers_later_kind_map_item_s {
    containers_later_t key;
    containers_kind_t  value;
};

typedef int64_t containers_id_t;

typedef struct containers_user_list_list_s {
    size_t                  n;
    containers_user_list_t *items;
} containers_user_list_list_t;

struct containers_user_list_s {
    containers_user_list_list_t users;
};

extern const ct_struct_t containers_user_list_struct;

/* One in `pool`, its fields as their defaults say. */
containers_user_list_t *containers_user_list_new(ct_pool_t *pool);

typedef struct containers_a_b_c_map_item_s containers_a_b_c_map_item_t;

typedef struct containers_a_b_c_map_s {
    size_t                       n;
    containers_a_b_c_map_item_t *items;
} containers_a_b_c_map_t;

struct containers_a_s {
    containers_a_b_c_map_t one;
};

extern const ct_struct_t containers_a_struct;

/* One in `pool`, its fields as their defaults say. */
containers_a_t *containers_a_new(ct_pool_t *pool);

typedef struct containers_a_b_c_map_2_item_s containers_a_b_c_map_2_item_t;

typedef struct containers_a_b_c_map_2_s {
    size_t                         n;
    containers_a_b_c_map_2_item_t *items;
} containers_a_b_c_map_2_t;

struct containers_a_b_s {
    containers_a_b_c_map_2_t two;
};

extern const ct_struct_t containers_a_b_struct;

/* One in `pool`, its fields as their defaults say. */
containers_a_b_t *containers_a_b_new(ct_pool_t *pool);

struct containers_b_c_s {
    char empty_;
};

extern const ct_struct_t containers_b_c_struct;

/* One in `pool`, its fields as their defaults say. */
containers_b_c_t *containers_b_c_new(ct_pool_t *pool);

struct containers_a_b_c_map_item_s {
    containers_a_t   key;
    containers_b_c_t value;
};

struct containers_c_s {
    char empty_;
};

extern const ct_struct_t containers_c_struct;

/* One in `pool`, its fields as their defaults say. */
containers_c_t *containers_c_new(ct_pool_t *pool);

struct containers_a_b_c_map_2_item_s {
    containers_a_b_t key;
    containers_c_t   value;
};

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* CONTAINERS_GEN_H */
