/*
 * codec_fixture.h -- what a codec made for one protocol must do: the same as
 * the protocol does by way of its table, whatever comes.
 *
 * Include it behind cmocka.h, with PROTOCOL defined.
 */

#ifndef CODEC_FIXTURE_H
#define CODEC_FIXTURE_H

#include "core/ct_config.h"

#include "core/ct_mem.h"
#include "sample.h"
#include "walk_fixture.h"

/* Lists of all that the sample has none of. */
typedef struct lists_s {
    ct_list_t doubles;
    ct_list_t bytes;
    ct_list_t shorts;
    ct_list_t uuids;
    ct_list_t lists;
    ct_list_t blobs;
    ct_str_t  must;
} lists_t;

/* clang-format off */
static const ct_type_t list_of_double =
    SAMPLE_LIST(CT_T_LIST, &ct_type_double, double);
static const ct_type_t list_of_i8 =
    SAMPLE_LIST(CT_T_LIST, &ct_type_i8, int8_t);
static const ct_type_t set_of_i16 =
    SAMPLE_LIST(CT_T_SET, &ct_type_i16, int16_t);
static const ct_type_t list_of_uuid =
    SAMPLE_LIST(CT_T_LIST, &ct_type_uuid, ct_uuid_t);
static const ct_type_t list_of_lists =
    SAMPLE_LIST(CT_T_LIST, &list_of_double, ct_list_t);
static const ct_type_t list_of_blobs =
    SAMPLE_LIST(CT_T_LIST, &ct_type_binary, ct_str_t);
/* clang-format on */

static const ct_field_t lists_fields[] = {
    SAMPLE_FIELD(doubles, CT_T_LIST, &list_of_double, 1, lists_t),
    SAMPLE_FIELD(bytes, CT_T_LIST, &list_of_i8, 2, lists_t),
    SAMPLE_FIELD(shorts, CT_T_SET, &set_of_i16, 3, lists_t),
    SAMPLE_FIELD(uuids, CT_T_LIST, &list_of_uuid, 4, lists_t),
    SAMPLE_FIELD(lists, CT_T_LIST, &list_of_lists, 50, lists_t),
    SAMPLE_FIELD(blobs, CT_T_LIST, &list_of_blobs, 51, lists_t),
    { .name = "must",
      .type = &ct_type_string,
      .id = 400,
      .required = CT_REQUIRED,
      .offset = offsetof(lists_t, must),
      .has_offset = CT_NO_FLAG },
};

static const ct_struct_t lists_struct = {
    .name = "Lists",
    .fields = lists_fields,
    .nfields = CT_ARRAY_LEN(lists_fields),
    .size = sizeof(lists_t),
    .nrequired = 1,
};

/* A result, of which one field at most is written. */
static const ct_field_t outcome_fields[] = {
    SAMPLE_FIELD(text, CT_T_STRING, &ct_type_string, 0, sample_t),
    SAMPLE_FIELD(point, CT_T_STRUCT, &sample_oops_type, 1, sample_t),
};

static const ct_struct_t outcome_struct = {
    .name = "outcome",
    .fields = outcome_fields,
    .nfields = CT_ARRAY_LEN(outcome_fields),
    .size = sizeof(sample_t),
    .is_result = true,
};

static const ct_limits_t codec_limits = CT_LIMITS_DEFAULT;
static const ct_limits_t codec_tight = { .string = 3,
                                         .container = 3,
                                         .decoded = 600,
                                         .depth = 2 };


static void
put_struct(ct_buf_t *out, const ct_struct_t *strct, const void *value)
{
    const char *c_why = NULL;
    ct_writer_t writer;

    ct_writer_init(&writer, PROTOCOL, out);
    assert_int_equal(ct_codec_write(&writer, strct, value, &c_why), CT_OK);
}


static void
put_sample(ct_buf_t *out)
{
    ct_pool_t *pool = ct_pool_create(4096);
    sample_t   sample;

    sample_fill(&sample, pool);
    put_struct(out, &sample_struct, &sample);
    ct_pool_destroy(pool);
}


static void
put_lists(ct_buf_t *out)
{
    static double    doubles[40] = { 0.5, -0.0, 1e300 };
    static int8_t    bytes[20] = { -128, 127 };
    static int16_t   shorts[] = { -1, 300, INT16_MIN };
    static ct_uuid_t uuids[2] = { { { 1, 2 } } };
    static ct_list_t lists[3] = { { 2, doubles }, { 0, NULL }, { 1, doubles } };
    static char      text[300];
    static ct_str_t  blobs[9];
    lists_t          value = { .doubles = { 40, doubles },
                               .bytes = { 20, bytes },
                               .shorts = { 3, shorts },
                               .uuids = { 2, uuids },
                               .lists = { 3, lists },
                               .blobs = { 9, blobs },
                               .must = CT_STR_INIT("") };
    size_t           i;

    /* Lengths that are copied in as many ways. */
    for (i = 0; i < CT_ARRAY_LEN(blobs); i++) {
        memset(text + i, (int) ('a' + i), 1);
        blobs[i] = (ct_str_t){ i == 8 ? 300 : i * 5, text };
    }
    put_struct(out, &lists_struct, &value);
}


/* Asserts that both ways agree on these bytes, whatever they are. */
static void
agree(const ct_struct_t *strct, const uint8_t *data, size_t len)
{
    const char *c_difference;

    c_difference = walk_compare(PROTOCOL, strct, data, len, &codec_limits);
    if (c_difference == NULL) {
        c_difference = walk_compare(PROTOCOL, strct, data, len, &codec_tight);
    }
    assert_string_equal(c_difference != NULL ? c_difference : "", "");
}


/* Each beginning, and each byte as another one: the message's copy, so that a
 * sanitizer sees who reads behind its end. */
static void
agree_on_all(const ct_struct_t *strct, const ct_buf_t *whole)
{
    static const uint8_t others[] = {
        0x00, 0x01, 0x7f, 0x80, 0xff, 0x0c, 0x19
    };
    const size_t len = ct_buf_len(whole);
    size_t       i;
    size_t       k;

    for (i = 0; i <= len; i++) {
        uint8_t *copy = ct_mem_alloc(i + 1);

        memcpy(copy, whole->pos, i);
        agree(strct, copy, i);
        ct_mem_release(copy);
    }
    for (i = 0; i < len; i++) {
        const uint8_t old = whole->pos[i];

        for (k = 0; k < CT_ARRAY_LEN(others); k++) {
            whole->pos[i] = others[k];
            agree(strct, whole->pos, len);
        }
        whole->pos[i] = old;
    }
}


static void
samples_agree(void **state CT_UNUSED)
{
    ct_buf_t out;

    ct_buf_init(&out);
    put_sample(&out);
    agree_on_all(&sample_struct, &out);
    /* All of it unknown. */
    agree_on_all(&sample_choice_struct, &out);
    ct_buf_release(&out);
}


/* With so many bytes behind it that its last field too is read in one go. */
static void
samples_with_more_behind_agree(void **state CT_UNUSED)
{
    ct_buf_t out;

    ct_buf_init(&out);
    put_sample(&out);
    assert_int_equal(ct_buf_reserve(&out, CT_READER_ROOM), CT_OK);
    memset(out.last, 0, CT_READER_ROOM);
    out.last += CT_READER_ROOM;
    agree_on_all(&sample_struct, &out);
    ct_buf_release(&out);
}


/* A table whose fields have no heads, every other one or all of them. */
static void
tables_without_heads_agree(void **state CT_UNUSED)
{
    ct_field_t  fields[CT_ARRAY_LEN(sample_fields)];
    ct_struct_t strct = sample_struct;
    size_t      step;
    size_t      i;
    ct_buf_t    out;

    strct.fields = fields;
    ct_buf_init(&out);
    put_sample(&out);
    for (step = 1; step <= 2; step++) {
        memcpy(fields, sample_fields, sizeof(fields));
        for (i = 0; i < CT_ARRAY_LEN(fields); i += step) {
            fields[i].head = 0;
        }
        agree_on_all(&strct, &out);
    }
    ct_buf_release(&out);
}


static void
lists_agree(void **state CT_UNUSED)
{
    ct_buf_t out;

    ct_buf_init(&out);
    put_lists(&out);
    agree_on_all(&lists_struct, &out);
    ct_buf_release(&out);
}


/* A buffer that has `room` bytes left, behind what is in it. */
static void
fill_all_but(ct_buf_t *out, size_t room)
{
    ct_buf_init(out);
    assert_int_equal(ct_buf_reserve(out, room + 1), CT_OK);
    memset(out->last, 0, ct_buf_room(out) - room);
    out->last = out->end - room;
}


/* Wherever memory ends while a value is written, it goes on with more, or
 * says so. */
static void
grows_anywhere(void **state CT_UNUSED)
{
    ct_pool_t  *pool = ct_pool_create(4096);
    const char *c_why = NULL;
    sample_t    sample;
    ct_writer_t writer;
    ct_buf_t    whole;
    ct_buf_t    out;
    size_t      len;
    size_t      room;

    sample_fill(&sample, pool);
    ct_buf_init(&whole);
    put_struct(&whole, &sample_struct, &sample);
    len = ct_buf_len(&whole);
    for (room = 0; room < len + 40; room++) {
        fill_all_but(&out, room);
        put_struct(&out, &sample_struct, &sample);
        assert_memory_equal(out.last - len, whole.pos, len);
        ct_buf_release(&out);
#if CT_FAULTS
        fill_all_but(&out, room);
        ct_writer_init(&writer, PROTOCOL, &out);
        ct_mem_fail_after(0);
        if (ct_codec_write(&writer, &sample_struct, &sample, &c_why) != CT_OK) {
            assert_string_equal(c_why, "no memory for a reply");
        } else {
            assert_true(room >= len);
        }
        ct_mem_fail_after(SIZE_MAX);
        ct_buf_release(&out);
#endif
    }
    (void) writer;
    (void) c_why;
    ct_buf_release(&whole);
    ct_pool_destroy(pool);
}


static void
results_agree(void **state CT_UNUSED)
{
    sample_oops_t oops = { CT_STR_INIT("why") };
    sample_t      value = { .text = CT_STR_INIT("fine") };
    void         *pointer = &oops;
    ct_buf_t      out;

    ct_buf_init(&out);
    put_struct(&out, &outcome_struct, &value);
    agree_on_all(&outcome_struct, &out);
    ct_buf_reset(&out, SIZE_MAX);
    memcpy(&value.point, &pointer, sizeof(pointer));
    put_struct(&out, &outcome_struct, &value);
    agree_on_all(&outcome_struct, &out);
    ct_buf_reset(&out, SIZE_MAX);
    memset(&value, 0, sizeof(value));
    put_struct(&out, &outcome_struct, &value);
    agree_on_all(&outcome_struct, &out);
    ct_buf_release(&out);
}

#endif /* CODEC_FIXTURE_H */
