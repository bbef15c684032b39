/*
 * sample.h -- a type with everything in it, described by hand.
 *
 * The tests and fuzz targets of the codec share it.  In IDL:
 *
 *   enum Color { RED = 1 }
 *   struct Point { 1: required i32 x, 2: optional i32 y = 7 }
 *   union Choice { 1: i64 number, 2: string text, 3: Point point }
 *   exception Oops { 1: string why }
 *   struct Sample { -2: Color color, 1: bool a_bool = true, 2: i8 an_i8, ... }
 *
 * Also small words to write bytes down as they stand on the wire.
 */

#ifndef SAMPLE_H
#define SAMPLE_H

#include "core/ct_config.h"

#include "core/ct_buf.h"
#include "core/ct_pool.h"
#include "core/ct_str.h"
#include "thrift/wire/ct_codec.h"
#include "thrift/wire/ct_protocol.h"
#include "thrift/wire/ct_type.h"

typedef struct sample_point_s {
    int32_t x;
    int32_t y;
    bool    has_y;
} sample_point_t;

typedef struct sample_choice_s {
    bool            has_number;
    int64_t         number;
    ct_str_t        text;
    sample_point_t *point;
} sample_choice_t;

typedef struct sample_oops_s {
    ct_str_t why;
} sample_oops_t;

typedef struct sample_string_i64_s {
    ct_str_t key;
    int64_t  value;
} sample_string_i64_t;

typedef struct sample_i32_list_s {
    int32_t   key;
    ct_list_t value;
} sample_i32_list_t;

typedef struct sample_s {
    int32_t          color;
    bool             a_bool;
    int8_t           an_i8;
    int16_t          an_i16;
    int32_t          an_i32;
    int64_t          an_i64;
    double           a_double;
    ct_str_t         text;
    ct_str_t         blob;
    ct_uuid_t        uuid;
    sample_point_t  *point;
    sample_choice_t *choice;
    ct_list_t        numbers;  /* list<i32>, { 1, 2 } at first */
    ct_list_t        names;    /* list<string> */
    ct_list_t        ids;      /* set<i64> */
    ct_list_t        counts;   /* map<string, i64> */
    ct_list_t        points;   /* list<Point> */
    ct_list_t        by_id;    /* map<i32, list<string>> */
    ct_list_t        flags;    /* list<bool> */
    ct_list_t        children; /* list<Sample> */
    struct sample_s *next;
    int32_t          maybe;
    bool             has_maybe;
    ct_list_t        perhaps; /* optional list<i32> */
    bool             has_perhaps;
} sample_t;

/* clang-format off */
#define SAMPLE_FIELD(name_, ttype_, type_, id_, struct_)                               \
    { .name = #name_, .type = (type_), .id = (id_),                            \
      .offset = offsetof(struct_, name_), .has_offset = CT_NO_FLAG,            \
      .head = CT_FIELD_HEAD(ttype_, id_) }
#define SAMPLE_OPTION(name_, ttype_, type_, id_, struct_)                              \
    { .name = #name_, .type = (type_), .id = (id_), .required = CT_OPTIONAL,   \
      .offset = offsetof(struct_, name_),                                      \
      .has_offset = offsetof(struct_, has_##name_),                            \
      .head = CT_FIELD_HEAD(ttype_, id_) }
#define SAMPLE_LIST(ttype_, element_, item_)                                   \
    { .ttype = (ttype_), .element = (element_), .item_size = sizeof(item_) }
/* clang-format on */

static const ct_field_t sample_point_fields[] = {
    { .name = "x",
      .type = &ct_type_i32,
      .id = 1,
      .required = CT_REQUIRED,
      .offset = offsetof(sample_point_t, x),
      .has_offset = CT_NO_FLAG },
    SAMPLE_OPTION(y, CT_T_I32, &ct_type_i32, 2, sample_point_t),
};

static const sample_point_t sample_point_initial = { .y = 7 };

static const ct_struct_t sample_point_struct = {
    .name = "Point",
    .fields = sample_point_fields,
    .nfields = CT_ARRAY_LEN(sample_point_fields),
    .size = sizeof(sample_point_t),
    .nrequired = 1,
    .initial = &sample_point_initial,
};

static const ct_type_t sample_point_type = { .ttype = CT_T_STRUCT,
                                             .strct = &sample_point_struct };

static const ct_field_t sample_choice_fields[] = {
    SAMPLE_OPTION(number, CT_T_I64, &ct_type_i64, 1, sample_choice_t),
    SAMPLE_FIELD(text, CT_T_STRING, &ct_type_string, 2, sample_choice_t),
    SAMPLE_FIELD(point, CT_T_STRUCT, &sample_point_type, 3, sample_choice_t),
};

static const ct_struct_t sample_choice_struct = {
    .name = "Choice",
    .fields = sample_choice_fields,
    .nfields = CT_ARRAY_LEN(sample_choice_fields),
    .size = sizeof(sample_choice_t),
    .is_union = true,
};

static const ct_type_t sample_choice_type = { .ttype = CT_T_STRUCT,
                                              .strct = &sample_choice_struct };

static const ct_field_t sample_oops_fields[] = {
    SAMPLE_FIELD(why, CT_T_STRING, &ct_type_string, 1, sample_oops_t),
};

static const ct_struct_t sample_oops_struct = {
    .name = "Oops",
    .fields = sample_oops_fields,
    .nfields = CT_ARRAY_LEN(sample_oops_fields),
    .size = sizeof(sample_oops_t),
    .is_exception = true,
};

static const ct_type_t sample_oops_type = { .ttype = CT_T_STRUCT,
                                            .strct = &sample_oops_struct };

extern const ct_struct_t sample_struct;

static const ct_type_t sample_type = { .ttype = CT_T_STRUCT,
                                       .strct = &sample_struct };

static const ct_type_t sample_i32s =
    SAMPLE_LIST(CT_T_LIST, &ct_type_i32, int32_t);
static const ct_type_t sample_strings =
    SAMPLE_LIST(CT_T_LIST, &ct_type_string, ct_str_t);
static const ct_type_t sample_bools =
    SAMPLE_LIST(CT_T_LIST, &ct_type_bool, bool);
static const ct_type_t sample_i64_set =
    SAMPLE_LIST(CT_T_SET, &ct_type_i64, int64_t);
static const ct_type_t sample_points =
    SAMPLE_LIST(CT_T_LIST, &sample_point_type, sample_point_t);
static const ct_type_t sample_samples =
    SAMPLE_LIST(CT_T_LIST, &sample_type, sample_t);
static const ct_type_t sample_counts = {
    .ttype = CT_T_MAP,
    .key = &ct_type_string,
    .element = &ct_type_i64,
    .item_size = sizeof(sample_string_i64_t),
    .value_offset = offsetof(sample_string_i64_t, value),
};
static const ct_type_t sample_by_id = {
    .ttype = CT_T_MAP,
    .key = &ct_type_i32,
    .element = &sample_strings,
    .item_size = sizeof(sample_i32_list_t),
    .value_offset = offsetof(sample_i32_list_t, value),
};

static const ct_field_t sample_fields[] = {
    SAMPLE_FIELD(color, CT_T_I32, &ct_type_i32, -2, sample_t),
    SAMPLE_FIELD(a_bool, CT_T_BOOL, &ct_type_bool, 1, sample_t),
    SAMPLE_FIELD(an_i8, CT_T_I8, &ct_type_i8, 2, sample_t),
    SAMPLE_FIELD(an_i16, CT_T_I16, &ct_type_i16, 3, sample_t),
    SAMPLE_FIELD(an_i32, CT_T_I32, &ct_type_i32, 4, sample_t),
    SAMPLE_FIELD(an_i64, CT_T_I64, &ct_type_i64, 5, sample_t),
    SAMPLE_FIELD(a_double, CT_T_DOUBLE, &ct_type_double, 6, sample_t),
    SAMPLE_FIELD(text, CT_T_STRING, &ct_type_string, 7, sample_t),
    SAMPLE_FIELD(blob, CT_T_STRING, &ct_type_binary, 8, sample_t),
    SAMPLE_FIELD(uuid, CT_T_UUID, &ct_type_uuid, 9, sample_t),
    SAMPLE_FIELD(point, CT_T_STRUCT, &sample_point_type, 10, sample_t),
    SAMPLE_FIELD(choice, CT_T_STRUCT, &sample_choice_type, 11, sample_t),
    SAMPLE_FIELD(numbers, CT_T_LIST, &sample_i32s, 12, sample_t),
    SAMPLE_FIELD(names, CT_T_LIST, &sample_strings, 13, sample_t),
    SAMPLE_FIELD(ids, CT_T_SET, &sample_i64_set, 14, sample_t),
    SAMPLE_FIELD(counts, CT_T_MAP, &sample_counts, 15, sample_t),
    SAMPLE_FIELD(points, CT_T_LIST, &sample_points, 16, sample_t),
    SAMPLE_FIELD(by_id, CT_T_MAP, &sample_by_id, 17, sample_t),
    SAMPLE_FIELD(flags, CT_T_LIST, &sample_bools, 18, sample_t),
    SAMPLE_FIELD(children, CT_T_LIST, &sample_samples, 40, sample_t),
    SAMPLE_FIELD(next, CT_T_STRUCT, &sample_type, 41, sample_t),
    SAMPLE_OPTION(maybe, CT_T_I32, &ct_type_i32, 1000, sample_t),
    SAMPLE_OPTION(perhaps, CT_T_LIST, &sample_i32s, 32767, sample_t),
};

static int32_t sample_numbers[] = { 1, 2 };

static const sample_t sample_initial = {
    .a_bool = true,
    .text = CT_STR_INIT("hello"),
    .numbers = { 2, sample_numbers },
};

const ct_struct_t sample_struct = {
    .name = "Sample",
    .fields = sample_fields,
    .nfields = CT_ARRAY_LEN(sample_fields),
    .size = sizeof(sample_t),
    .initial = &sample_initial,
};

/* The bytes of a literal, NULs and all, at the end of `buf`. */
#define SAMPLE_PUT(buf, literal)                                               \
    sample_put((buf), (literal), sizeof(literal) - 1)


static inline void
sample_put(ct_buf_t *buf, const void *data, size_t len)
{
    const ct_rc_t rc = ct_buf_append(buf, data, len);

    CT_ASSERT(rc == CT_OK);
    (void) rc;
}


/* A strict head: a call of "ping" with the sequence number 7. */
static inline void
sample_put_head(ct_buf_t *buf)
{
    SAMPLE_PUT(buf, "\x80\x01\x00\x01\x00\x00\x00\x04ping\x00\x00\x00\x07");
}


/* Field 99 of a struct: `levels` structs inside one another, whole. */
static inline void
sample_put_deep(ct_buf_t *buf, unsigned levels)
{
    unsigned i;

    for (i = 0; i < levels; i++) {
        SAMPLE_PUT(buf, "\x0c\x00\x63");
    }
    for (i = 0; i < levels; i++) {
        SAMPLE_PUT(buf, "\x00");
    }
}


/* Every field set, the recursive ones once. */
static inline void
sample_fill(sample_t *sample, ct_pool_t *pool)
{
    static int32_t             numbers[] = { INT32_MIN, -1, 0, INT32_MAX };
    static ct_str_t            names[] = { CT_STR_INIT("a"), CT_STR_INIT("") };
    static int64_t             ids[] = { 5, 5, INT64_MIN };
    static sample_string_i64_t counts[] = { { CT_STR_INIT("k"), 1 },
                                            { CT_STR_INIT("k"), 2 } };
    static sample_point_t      points[] = { { 1, 2, true }, { 3, 7, false } };
    static sample_i32_list_t   by_id[] = { { 9, { 2, names } },
                                           { 8, { 0, NULL } } };
    static bool                flags[] = { true, false, true };
    static sample_choice_t     choice = { .text = CT_STR_INIT("chosen") };
    sample_t                  *child = ct_pool_alloc(pool, sizeof(*child));

    *child = sample_initial;
    *sample = (sample_t){
        .color = 99,
        .a_bool = false,
        .an_i8 = -128,
        .an_i16 = INT16_MIN,
        .an_i32 = INT32_MIN,
        .an_i64 = INT64_MIN,
        .a_double = -0.000341012439638598279,
        .text = CT_STR_INIT("text"),
        .blob = CT_STR_INIT("\xff\x00\x80"),
        .uuid = { { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255 } },
        .point = &points[0],
        .choice = &choice,
        .numbers = { 4, numbers },
        .names = { 2, names },
        .ids = { 3, ids },
        .counts = { 2, counts },
        .points = { 2, points },
        .by_id = { 2, by_id },
        .flags = { 3, flags },
        .children = { 1, child },
        .next = child,
        .maybe = -7,
        .has_maybe = true,
        .perhaps = { 0, NULL },
        .has_perhaps = true,
    };
}

#endif /* SAMPLE_H */
