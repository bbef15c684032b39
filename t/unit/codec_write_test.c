/*
 * codec_write_test.c -- what is written, and what a handler may not give.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_codec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "core/ct_mem.h"
#include "sample.h"

/* Writes; gives the reason of a refusal, or NULL when `out` has the bytes. */
static const char *
refusal(const ct_struct_t *strct, const void *value, ct_buf_t *out)
{
    const char *c_why = NULL;
    ct_writer_t writer;

    ct_buf_reset(out, SIZE_MAX);
    ct_writer_init(&writer, &ct_binary_protocol, out);
    if (ct_codec_write(&writer, strct, value, &c_why) == CT_OK) {
        assert_null(c_why);
        assert_int_equal(writer.depth, 0);
        return NULL;
    }
    assert_non_null(c_why);
    return c_why;
}


#define EXPECT_BYTES(strct, value, literal)                                    \
    do {                                                                       \
        ct_buf_t out_;                                                         \
        ct_buf_init(&out_);                                                    \
        assert_null(refusal((strct), (value), &out_));                         \
        assert_int_equal(ct_buf_len(&out_), sizeof(literal) - 1);              \
        assert_memory_equal(out_.pos, (literal), sizeof(literal) - 1);         \
        ct_buf_release(&out_);                                                 \
    } while (0)

#define EXPECT_REFUSAL(strct, value, c_expected)                               \
    do {                                                                       \
        ct_buf_t out_;                                                         \
        ct_buf_init(&out_);                                                    \
        assert_string_equal(refusal((strct), (value), &out_), (c_expected));   \
        ct_buf_release(&out_);                                                 \
    } while (0)


static void
leaves_out_what_is_not_set(void **state CT_UNUSED)
{
    sample_point_t  point = { .x = 5, .y = 6 };
    sample_choice_t choice = { .has_number = true, .number = 1 };
    sample_oops_t   oops = { CT_STR_INIT("") };

    EXPECT_BYTES(&sample_point_struct, &point,
                 "\x08\x00\x01\x00\x00\x00\x05\x00");
    point.has_y = true;
    EXPECT_BYTES(&sample_point_struct, &point,
                 "\x08\x00\x01\x00\x00\x00\x05"
                 "\x08\x00\x02\x00\x00\x00\x06\x00");
    EXPECT_BYTES(&sample_choice_struct, &choice,
                 "\x0a\x00\x01\x00\x00\x00\x00\x00\x00\x00\x01\x00");
    EXPECT_BYTES(&sample_oops_struct, &oops,
                 "\x0b\x00\x01\x00\x00\x00\x00\x00");
    oops.why = CT_STR_NONE;
    EXPECT_BYTES(&sample_oops_struct, &oops, "\x00");
}


/* A string of a list that is not set has its place all the same. */
static void
writes_elements(void **state CT_UNUSED)
{
    ct_str_t          names[] = { CT_STR_INIT("a"), { 0, NULL } };
    sample_point_t    points[] = { { .x = 1 } };
    sample_i32_list_t by_id[] = { { 1, { 1, names } } };
    const ct_field_t  fields[] = {
         SAMPLE_FIELD(names, CT_T_LIST, &sample_strings, 1, sample_t),
         SAMPLE_FIELD(points, CT_T_LIST, &sample_points, 2, sample_t),
         SAMPLE_FIELD(by_id, CT_T_MAP, &sample_by_id, 3, sample_t),
    };
    const ct_struct_t strct = { .fields = fields,
                                .nfields = 3,
                                .size = sizeof(sample_t) };
    sample_t          sample = { .names = { 2, names },
                                 .points = { 1, points },
                                 .by_id = { 1, by_id } };

    EXPECT_BYTES(&strct, &sample,
                 "\x0f\x00\x01\x0b\x00\x00\x00\x02"
                 "\x00\x00\x00\x01"
                 "a\x00\x00\x00\x00"
                 "\x0f\x00\x02\x0c\x00\x00\x00\x01"
                 "\x08\x00\x01\x00\x00\x00\x01\x00"
                 "\x0d\x00\x03\x08\x0f\x00\x00\x00\x01"
                 "\x00\x00\x00\x01\x0b\x00\x00\x00\x01\x00\x00\x00\x01"
                 "a\x00");
}


static void
refuses_unions(void **state CT_UNUSED)
{
    sample_choice_t choice = { .number = 1 };
    sample_t        sample = { .choice = &choice };

    EXPECT_REFUSAL(&sample_choice_struct, &choice, "a union with no field set");
    EXPECT_REFUSAL(&sample_struct, &sample, "a union with no field set");
    choice.has_number = true;
    choice.text = CT_STR("too");
    EXPECT_REFUSAL(&sample_choice_struct, &choice,
                   "a union with several fields set");
}


static void
refuses_what_is_not_set(void **state CT_UNUSED)
{
    const ct_field_t  fields[] = { { .type = &ct_type_string,
                                     .id = 1,
                                     .required = CT_REQUIRED,
                                     .has_offset = CT_NO_FLAG } };
    const ct_struct_t strct = { .fields = fields,
                                .nfields = 1,
                                .size = sizeof(ct_str_t),
                                .nrequired = 1 };
    ct_str_t          text = CT_STR_NONE;

    EXPECT_REFUSAL(&strct, &text, "a required field is not set");
    text = CT_STR("");
    EXPECT_BYTES(&strct, &text, "\x0b\x00\x01\x00\x00\x00\x00\x00");
}


static void
refuses_impossible_sizes(void **state CT_UNUSED)
{
    ct_str_t      names[] = { { 1, NULL } };
    sample_oops_t oops = { { (size_t) INT32_MAX + 1, "" } };
    sample_t      sample = { .names = { 1, names } };

    EXPECT_REFUSAL(&sample_oops_struct, &oops,
                   "a string longer than Thrift can say");
    EXPECT_REFUSAL(&sample_struct, &sample,
                   "a string of some length without bytes");
    sample.names = (ct_list_t){ 1, NULL };
    EXPECT_REFUSAL(&sample_struct, &sample,
                   "a container of some size without items");
    sample.names = (ct_list_t){ (size_t) INT32_MAX + 1, names };
    EXPECT_REFUSAL(&sample_struct, &sample,
                   "a container larger than Thrift can say");
    /* A key that is none. */
    sample.names = (ct_list_t){ 0, NULL };
    sample.counts.n = 1;
    sample.counts.items = &(sample_string_i64_t){ { 1, NULL }, 1 };
    EXPECT_REFUSAL(&sample_struct, &sample,
                   "a string of some length without bytes");
    sample.counts.n = 0;
    sample.by_id.n = 1;
    sample.by_id.items = &(sample_i32_list_t){ 1, { 1, names } };
    EXPECT_REFUSAL(&sample_struct, &sample,
                   "a string of some length without bytes");
}


/* 64 levels below the outermost, not 65; a ring never ends. */
static void
holds_the_depth(void **state CT_UNUSED)
{
    sample_t samples[66];
    ct_buf_t out;
    int      i;

    ct_buf_init(&out);
    memset(samples, 0, sizeof(samples));
    for (i = 0; i < 65; i++) {
        samples[i].next = &samples[i + 1];
    }
    /* Each has empty containers, which are no level. */
    assert_null(refusal(&sample_struct, &samples[1], &out));
    assert_string_equal(refusal(&sample_struct, &samples[0], &out),
                        "nested too deeply");
    samples[65].next = &samples[65];
    assert_string_equal(refusal(&sample_struct, &samples[65], &out),
                        "nested too deeply");
    samples[65].next = NULL;
    samples[65].children = (ct_list_t){ 1, &samples[65] };
    assert_string_equal(refusal(&sample_struct, &samples[65], &out),
                        "nested too deeply");
    ct_buf_release(&out);
}


/* result of `Point find() throws (1: Oops oops)`, and of a string. */
typedef struct result_s {
    sample_point_t *success;
    sample_oops_t  *oops;
} result_t;

static const ct_field_t result_fields[] = {
    SAMPLE_FIELD(success, CT_T_STRUCT, &sample_point_type, 0, result_t),
    SAMPLE_FIELD(oops, CT_T_STRUCT, &sample_oops_type, 1, result_t),
};

static const ct_struct_t result_struct = { .name = "find_result",
                                           .fields = result_fields,
                                           .nfields = 2,
                                           .size = sizeof(result_t),
                                           .is_result = true };

/* The same without what is returned: void. */
static const ct_struct_t void_struct = { .name = "void_result",
                                         .fields = result_fields + 1,
                                         .nfields = 1,
                                         .size = sizeof(result_t),
                                         .is_result = true };


static void
writes_one_field_of_a_result(void **state CT_UNUSED)
{
    sample_point_t point = { .x = 1 };
    sample_oops_t  oops = { CT_STR_INIT("z") };
    result_t       result = { NULL, NULL };
    bool           is_exception = true;

    assert_false(
        ct_codec_result_is_set(&result_struct, &result, &is_exception));
    assert_false(is_exception);
    EXPECT_BYTES(&result_struct, &result, "\x00");

    assert_true(ct_codec_result_is_set(&void_struct, &result, &is_exception));
    assert_false(is_exception);
    EXPECT_BYTES(&void_struct, &result, "\x00");

    result.success = &point;
    assert_true(ct_codec_result_is_set(&result_struct, &result, &is_exception));
    assert_false(is_exception);
    EXPECT_BYTES(&result_struct, &result,
                 "\x0c\x00\x00\x08\x00\x01\x00\x00\x00\x01\x00\x00");

    result.oops = &oops;
    assert_true(ct_codec_result_is_set(&result_struct, &result, &is_exception));
    assert_true(is_exception);
    assert_true(ct_codec_result_is_set(&void_struct, &result, &is_exception));
    assert_true(is_exception);
    EXPECT_BYTES(&result_struct, &result,
                 "\x0c\x00\x01\x0b\x00\x01\x00\x00\x00\x01z\x00\x00");
}


/* A writer that has failed before says so at the end. */
static void
tells_of_missing_memory(void **state CT_UNUSED)
{
    sample_point_t point = { .x = 1 };
    const char    *c_why = NULL;
    ct_writer_t    writer;
    ct_buf_t       out;

    ct_buf_init(&out);
    ct_writer_init(&writer, &ct_binary_protocol, &out);
    writer.failed = true;
    assert_int_equal(
        ct_codec_write(&writer, &sample_point_struct, &point, &c_why),
        CT_ERROR);
    assert_string_equal(c_why, "no memory for a reply");
    ct_buf_release(&out);
}


#if CT_FAULTS
static void
lives_without_memory(void **state CT_UNUSED)
{
    sample_point_t point = { .x = 1 };
    ct_buf_t       out;

    ct_buf_init(&out);
    ct_mem_fail_after(0);
    assert_string_equal(refusal(&sample_point_struct, &point, &out),
                        "no memory for a reply");
    assert_int_equal(ct_buf_len(&out), 0);
    ct_buf_release(&out);
}
#endif


int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaves_out_what_is_not_set),
        cmocka_unit_test(writes_elements),
        cmocka_unit_test(refuses_unions),
        cmocka_unit_test(refuses_what_is_not_set),
        cmocka_unit_test(refuses_impossible_sizes),
        cmocka_unit_test(holds_the_depth),
        cmocka_unit_test(writes_one_field_of_a_result),
        cmocka_unit_test(tells_of_missing_memory),
#if CT_FAULTS
        cmocka_unit_test(lives_without_memory),
#endif
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
