/*
 * grammar.gen.h -- grammar.thrift in C.
 *
 * Written by cthriftc: changes are lost.
 *
 * What else the grammar allows: annotations anywhere, marks that other
 * languages read, separators or none, three kinds of comments.
 */

#ifndef GRAMMAR_GEN_H
#define GRAMMAR_GEN_H

#include <cthrift.h>

#include "units.gen.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct grammar_odd_s    grammar_odd_t;
typedef struct grammar_choice_s grammar_choice_t;

typedef int32_t grammar_number_t;

#ifndef GRAMMAR_I32_LIST_T
#define GRAMMAR_I32_LIST_T
typedef struct grammar_i32_list_s {
    size_t   n;
    int32_t *items;
} grammar_i32_list_t;
#endif

typedef grammar_i32_list_t grammar_numbers_t;

#ifndef GRAMMAR_I32_STRING_MAP_T
#define GRAMMAR_I32_STRING_MAP_T
typedef struct grammar_i32_string_map_item_s grammar_i32_string_map_item_t;

typedef struct grammar_i32_string_map_s {
    size_t                         n;
    grammar_i32_string_map_item_t *items;
} grammar_i32_string_map_t;

struct grammar_i32_string_map_item_s {
    int32_t  key;
    ct_str_t value;
};
#endif

typedef grammar_i32_string_map_t grammar_names_t;

#ifndef GRAMMAR_STRING_LIST_T
#define GRAMMAR_STRING_LIST_T
typedef struct grammar_string_list_s {
    size_t    n;
    ct_str_t *items;
} grammar_string_list_t;
#endif

typedef grammar_string_list_t grammar_lines_t;

typedef int32_t grammar_weekday_t;

enum {
    GRAMMAR_WEEKDAY_MONDAY = 0,
    GRAMMAR_WEEKDAY_TUESDAY = 2,
    /* The middle. */
    GRAMMAR_WEEKDAY_WEDNESDAY = 3,
};

extern const ct_enum_t grammar_weekday_enum;

#ifndef GRAMMAR_I32_SET_T
#define GRAMMAR_I32_SET_T
typedef struct grammar_i32_set_s {
    size_t   n;
    int32_t *items;
} grammar_i32_set_t;
#endif

#ifndef GRAMMAR_I32_SET_STRING_MAP_T
#define GRAMMAR_I32_SET_STRING_MAP_T
typedef struct grammar_i32_set_string_map_item_s
    grammar_i32_set_string_map_item_t;

typedef struct grammar_i32_set_string_map_s {
    size_t                             n;
    grammar_i32_set_string_map_item_t *items;
} grammar_i32_set_string_map_t;

struct grammar_i32_set_string_map_item_s {
    grammar_i32_set_t key;
    ct_str_t          value;
};
#endif

#ifndef GRAMMAR_I32_SET_STRING_MAP_LIST_T
#define GRAMMAR_I32_SET_STRING_MAP_LIST_T
typedef struct grammar_i32_set_string_map_list_s {
    size_t                        n;
    grammar_i32_set_string_map_t *items;
} grammar_i32_set_string_map_list_t;
#endif

/* A struct with a comment of its own / * not nested, and ? ?/ trigraphs. */
struct grammar_odd_s {
    int32_t one;
    /*
     * Two lines
     * of words.
     */
    ct_str_t                          two;
    grammar_i32_set_string_map_list_t three;
    grammar_odd_t                    *four;
    units_length_t                   *five;
};

extern const ct_struct_t grammar_odd_struct;

/* One in `pool`, its fields as their defaults say. */
grammar_odd_t *grammar_odd_new(ct_pool_t *pool);

struct grammar_choice_s {
    int32_t  a;
    ct_str_t b;
    bool     has_a;
};

extern const ct_struct_t grammar_choice_struct;

/* One in `pool`, its fields as their defaults say. */
grammar_choice_t *grammar_choice_new(ct_pool_t *pool);

#define GRAMMAR_HERE 1

typedef struct grammar_things_one_args_s {
    int32_t a;
    int32_t b;
} grammar_things_one_args_t;

extern const ct_struct_t grammar_things_one_args_struct;

typedef struct grammar_things_one_result_s {
    int32_t success;
} grammar_things_one_result_t;

extern const ct_struct_t grammar_things_one_result_struct;

typedef struct grammar_things_two_args_s {
    char empty_;
} grammar_things_two_args_t;

extern const ct_struct_t grammar_things_two_args_struct;

typedef struct grammar_things_two_result_s {
    char empty_;
} grammar_things_two_result_t;

extern const ct_struct_t grammar_things_two_result_struct;

typedef struct grammar_things_ops_s {
    ct_rc_t (*one)(ct_call_t *call, const grammar_things_one_args_t *args,
                   grammar_things_one_result_t *result);
    ct_rc_t (*two)(ct_call_t *call, const grammar_things_two_args_t *args,
                   grammar_things_two_result_t *result);
} grammar_things_ops_t;

extern const ct_service_t grammar_things_service;

/* A line of a module's services: who handles Things. */
/* clang-format off */
#define GRAMMAR_THINGS(ops) { &grammar_things_service, (ops) }
/* clang-format on */

/*
 * Calls of Things through a client, which keeps what `result` points
 * to until its next call.  CT_ERROR: see ct_client_error.
 */
ct_rc_t grammar_things_one(ct_client_t                     *client,
                           const grammar_things_one_args_t *args,
                           grammar_things_one_result_t     *result);
ct_rc_t grammar_things_two(ct_client_t                     *client,
                           const grammar_things_two_args_t *args,
                           grammar_things_two_result_t     *result);

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* GRAMMAR_GEN_H */
