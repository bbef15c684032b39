/*
 * ct_bench_value.h -- arguments and results as JSON says them.
 *
 *   bool                 true, false
 *   numbers              numbers; "NaN", "Infinity" and "-Infinity"
 *   enum                 a number, or the value's name
 *   string, binary       a string; of a binary also {"base64": "..."}
 *   uuid                 a string
 *   struct, exception    an object of fields by name
 *   union                the same, of exactly one
 *   list, set            an array
 *   map                  an object, where keys are text, numbers, bools or
 *                        enums; or an array of [key, value]
 *
 * A string that begins with "$" stands for something made up, as
 * ct_bench_random.h says.  A number made up in the place of a string is its
 * digits.
 */

#ifndef CT_BENCH_VALUE_H
#define CT_BENCH_VALUE_H

#include "core/ct_config.h"

#include <jansson.h>

#include "core/ct_rc.h"
#include "core/ct_str.h"
#include "thrift/wire/ct_type.h"

typedef struct ct_pool_s ct_pool_t;

/* Levels of JSON inside one another. */
#define CT_BENCH_MAX_DEPTH 64

/*
 * Reads JSON into values, one after the other; zeroed but for the pool, and
 * `random` which may be anything.  With CT_ERROR `why` says what is wrong, and
 * where.
 */
typedef struct ct_bench_reading_s {
    ct_pool_t *pool;
    uint64_t   random;     /* where the generator of random numbers stands */
    uint64_t   seq;        /* what $seq gives */
    bool       is_made_up; /* something was */
    bool       is_literal; /* what is read now was made up */
    unsigned   depth;
    ct_str_t   why; /* in the pool */
} ct_bench_reading_t;

/* Fills a struct (strct->size bytes), beginning with its default values. */
ct_rc_t ct_bench_read_struct(ct_bench_reading_t *reading,
                             const ct_struct_t *strct, json_t *json,
                             void *value);

/*
 * A value of a field's type, at `place`, where a struct is a pointer.  `c_name`
 * is for the words.
 */
ct_rc_t ct_bench_read_field(ct_bench_reading_t *reading, const ct_type_t *type,
                            const char *c_name, json_t *json, void *place);

#endif /* CT_BENCH_VALUE_H */
