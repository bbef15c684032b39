/*
 * codec_read_test.c -- what is read, what is passed over, what is refused.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_codec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "core/ct_mem.h"
#include "sample.h"

/* What a test reads with; `error` and `c_why` are the last reading's. */
typedef struct bench_s {
    ct_limits_t     limits;
    ct_pool_t      *pool;
    ct_buf_t        in;
    size_t          decoded;
    ct_wire_error_t error;
    const char     *c_why;
} bench_t;


static int
start(void **state)
{
    static bench_t bench;

    bench = (bench_t){ .limits = CT_LIMITS_DEFAULT };
    bench.pool = ct_pool_create(4096);
    ct_buf_init(&bench.in);
    *state = &bench;
    return 0;
}


static int
finish(void **state)
{
    bench_t *bench = *state;

    ct_buf_release(&bench->in);
    ct_pool_destroy(bench->pool);
    return 0;
}


/* Reads what stands in bench->in, and forgets it. */
static ct_rc_t
read_in(bench_t *bench, const ct_struct_t *strct, void *value)
{
    ct_reader_t reader;
    ct_rc_t     rc;

    ct_reader_init(&reader, &ct_binary_protocol, bench->in.pos,
                   ct_buf_len(&bench->in), &bench->limits, bench->pool);
    rc = ct_codec_read(&reader, strct, value);
    bench->decoded = reader.decoded;
    bench->error = reader.error;
    bench->c_why = reader.why;
    assert_true((rc == CT_OK) == (reader.error == CT_WIRE_OK));
    if (rc == CT_OK) {
        assert_int_equal(reader.depth, 0);
    }
    return rc;
}


static ct_rc_t
read_bytes(bench_t *bench, const ct_struct_t *strct, void *value,
           const char *bytes, size_t len)
{
    ct_buf_reset(&bench->in, SIZE_MAX);
    sample_put(&bench->in, bytes, len);
    return read_in(bench, strct, value);
}


#define READ(bench, strct, value, literal)                                     \
    read_bytes((bench), (strct), (value), (literal), sizeof(literal) - 1)


/* The bytes of a value, at the end of bench->in. */
static void
write_in(bench_t *bench, const ct_struct_t *strct, const void *value)
{
    ct_writer_t writer;
    const char *c_why;

    ct_writer_init(&writer, &ct_binary_protocol, &bench->in);
    assert_int_equal(ct_codec_write(&writer, strct, value, &c_why), CT_OK);
}


static void
reads_what_was_written(void **state)
{
    bench_t                   *bench = *state;
    sample_t                   sent;
    sample_t                   read;
    const int32_t             *numbers;
    const ct_str_t            *names;
    const sample_string_i64_t *counts;
    const sample_point_t      *points;
    const sample_i32_list_t   *by_id;
    const bool                *flags;
    ct_buf_t                   again;

    sample_fill(&sent, bench->pool);
    write_in(bench, &sample_struct, &sent);
    assert_int_equal(read_in(bench, &sample_struct, &read), CT_OK);
    assert_int_equal(read.color, 99);
    assert_false(read.a_bool);
    assert_int_equal(read.an_i8, -128);
    assert_int_equal(read.an_i16, INT16_MIN);
    assert_int_equal(read.an_i32, INT32_MIN);
    assert_true(read.an_i64 == INT64_MIN);
    assert_true(read.a_double == sent.a_double);
    assert_true(ct_str_eq(read.text, sent.text));
    assert_true(ct_str_eq(read.blob, sent.blob));
    assert_memory_equal(&read.uuid, &sent.uuid, sizeof(sent.uuid));
    assert_int_equal(read.point->y, 2);
    assert_true(read.point->has_y);
    assert_true(ct_str_eq_c(read.choice->text, "chosen"));
    assert_false(read.choice->has_number);
    assert_int_equal(read.maybe, -7);
    assert_true(read.has_maybe && read.has_perhaps);
    assert_true(ct_str_eq_c(read.next->text, "hello"));
    assert_null(read.next->next);

    numbers = read.numbers.items;
    assert_int_equal(read.numbers.n, 4);
    assert_int_equal(numbers[3], INT32_MAX);
    names = read.names.items;
    assert_true(names[1].len == 0 && names[1].data != NULL);
    counts = read.counts.items;
    assert_int_equal(read.counts.n, 2);
    assert_int_equal(counts[1].value, 2);
    points = read.points.items;
    assert_true(points[1].x == 3 && points[1].y == 7 && !points[1].has_y);
    by_id = read.by_id.items;
    assert_int_equal(by_id[0].value.n, 2);
    assert_int_equal(by_id[1].key, 8);
    flags = read.flags.items;
    assert_true(flags[0] && !flags[1] && flags[2]);

    /* And written again it is the same. */
    again = bench->in;
    ct_buf_init(&bench->in);
    write_in(bench, &sample_struct, &read);
    assert_int_equal(ct_buf_len(&again), ct_buf_len(&bench->in));
    assert_memory_equal(again.pos, bench->in.pos, ct_buf_len(&again));
    ct_buf_release(&again);
}


static void
begins_with_defaults(void **state)
{
    bench_t        *bench = *state;
    sample_t        sample;
    sample_choice_t choice;

    memset(&choice, 0xff, sizeof(choice));
    assert_int_equal(READ(bench, &sample_struct, &sample, "\x00"), CT_OK);
    assert_memory_equal(&sample, &sample_initial, sizeof(sample));
    assert_int_equal(bench->decoded, 0);
    /* Without `initial`: zeroes.  A union without a field is taken. */
    assert_int_equal(READ(bench, &sample_choice_struct, &choice, "\x00"),
                     CT_OK);
    assert_false(choice.has_number);
    assert_null(choice.text.data);
}


static void
skips_what_it_does_not_know(void **state)
{
    bench_t *bench = *state;
    sample_t sample;

    /* Unknown ids, 0 and negative ones; a known one of another type. */
    assert_int_equal(READ(bench, &sample_struct, &sample,
                          "\x08\x00\x00\x00\x00\x00\x01"
                          "\x0b\xff\xff\x00\x00\x00\x01z"
                          "\x08\x00\x07\x00\x00\x00\x01"
                          "\x0c\x00\x63\x08\x00\x01\x00\x00\x00\x01\x00"
                          "\x06\x00\x03\x00\x05"
                          "\x06\x00\x03\x00\x06"
                          "\x00"),
                     CT_OK);
    assert_true(ct_str_eq_c(sample.text, "hello"));
    /* The last one wins. */
    assert_int_equal(sample.an_i16, 6);
}


/* Containers whose items are of other types stay as they were. */
static void
skips_containers_of_other_types(void **state)
{
    bench_t                 *bench = *state;
    const sample_i32_list_t *by_id;
    sample_t                 sample;

    assert_int_equal(READ(bench, &sample_struct, &sample,
                          "\x0f\x00\x0c\x06\x00\x00\x00\x01hi"
                          "\x0d\x00\x0f\x0b\x03\x00\x00\x00\x01"
                          "\x00\x00\x00\x01kv"
                          "\x0d\x00\x11\x08\x0f\x00\x00\x00\x02"
                          "\x00\x00\x00\x01\x03\x00\x00\x00\x02hi"
                          "\x00\x00\x00\x02\x0b\x00\x00\x00\x01"
                          "\x00\x00\x00\x01z"
                          "\x0f\x7f\xff\x06\x00\x00\x00\x01hi"
                          "\x00"),
                     CT_OK);
    assert_int_equal(sample.numbers.n, 2);
    assert_int_equal(sample.counts.n, 0);
    assert_false(sample.has_perhaps);
    /* An inner one cannot be left out; it is empty. */
    by_id = sample.by_id.items;
    assert_int_equal(sample.by_id.n, 2);
    assert_int_equal(by_id[0].value.n, 0);
    assert_int_equal(by_id[1].value.n, 1);

    /* Empty ones may name any type and are set. */
    assert_int_equal(READ(bench, &sample_struct, &sample,
                          "\x0f\x00\x0c\x00\x00\x00\x00\x00"
                          "\x0d\x00\x0f\x00\x00\x00\x00\x00\x00"
                          "\x0f\x7f\xff\x06\x00\x00\x00\x00"
                          "\x00"),
                     CT_OK);
    assert_int_equal(sample.numbers.n, 0);
    assert_null(sample.numbers.items);
    assert_true(sample.has_perhaps);
}


static void
wants_required_fields(void **state)
{
    bench_t       *bench = *state;
    sample_point_t point;

    assert_int_equal(
        READ(bench, &sample_point_struct, &point,
             "\x08\x00\x02\x00\x00\x00\x01\x08\x00\x02\x00\x00\x00\x01\x00"),
        CT_ERROR);
    assert_int_equal(bench->error, CT_WIRE_REQUIRED);
    assert_non_null(bench->c_why);
    /* Of another type it has not come. */
    assert_int_equal(
        READ(bench, &sample_point_struct, &point, "\x06\x00\x01\x00\x01\x00"),
        CT_ERROR);
    assert_int_equal(bench->error, CT_WIRE_REQUIRED);
    assert_int_equal(READ(bench, &sample_point_struct, &point,
                          "\x08\x00\x01\x00\x00\x00\x05\x00"),
                     CT_OK);
    assert_true(point.x == 5 && point.y == 7 && !point.has_y);
}


/* More required fields than fit on the stack; one of them twice. */
static void
counts_many_required_fields(void **state)
{
    enum {
        N = 300
    };

    bench_t    *bench = *state;
    int8_t      value[N];
    ct_field_t  fields[N];
    ct_struct_t strct = { .fields = fields,
                          .nfields = N,
                          .size = sizeof(value),
                          .nrequired = N };
    int         i;

    for (i = 0; i < N; i++) {
        fields[i] = (ct_field_t){ .type = &ct_type_i8,
                                  .id = (int16_t) i,
                                  .required = CT_REQUIRED,
                                  .offset = (uint32_t) i,
                                  .has_offset = CT_NO_FLAG };
    }
    for (i = -1; i < N; i++) {
        const uint8_t field[] = { CT_T_I8, (uint8_t) ((i < 0 ? 0 : i) >> 8),
                                  (uint8_t) (i < 0 ? 0 : i), 1 };

        sample_put(&bench->in, field, sizeof(field));
    }
    SAMPLE_PUT(&bench->in, "\x00");
    assert_int_equal(read_in(bench, &strct, value), CT_OK);
    assert_true(bench->decoded > 0);

    /* All but the last one, whose place the second stop takes. */
    bench->in.last[-5] = CT_T_STOP;
    assert_int_equal(read_in(bench, &strct, value), CT_ERROR);
    assert_int_equal(bench->error, CT_WIRE_REQUIRED);
    bench->limits.decoded = 8;
    assert_int_equal(read_in(bench, &strct, value), CT_ERROR);
    assert_int_equal(bench->error, CT_WIRE_LIMIT);
}


static void
keeps_the_last_of_a_union(void **state)
{
    static const sample_choice_t with_default = { .has_number = true,
                                                  .number = 3 };

    bench_t        *bench = *state;
    ct_struct_t     strct = sample_choice_struct;
    sample_choice_t choice;

    strct.initial = &with_default;
    assert_int_equal(READ(bench, &strct, &choice, "\x00"), CT_OK);
    assert_true(choice.has_number && choice.number == 3);
    assert_int_equal(
        READ(bench, &strct, &choice, "\x0b\x00\x02\x00\x00\x00\x01z\x00"),
        CT_OK);
    assert_false(choice.has_number);
    assert_true(ct_str_eq_c(choice.text, "z"));
    assert_int_equal(READ(bench, &strct, &choice,
                          "\x0b\x00\x02\x00\x00\x00\x01z"
                          "\x0b\x00\x02\x00\x00\x00\x01y"
                          "\x0c\x00\x03\x08\x00\x01\x00\x00\x00\x05\x00"
                          "\x0a\x00\x01"
                          "12345678"
                          "\x00"),
                     CT_OK);
    assert_true(choice.has_number);
    assert_null(choice.text.data);
    assert_null(choice.point);
}


/* Nothing of a message is read behind its end, wherever it ends. */
static void
refuses_every_truncation(void **state)
{
    bench_t *bench = *state;
    sample_t sample;
    size_t   len;
    size_t   i;

    sample_fill(&sample, bench->pool);
    write_in(bench, &sample_struct, &sample);
    len = ct_buf_len(&bench->in);
    for (i = 0; i < len; i++) {
        uint8_t    *copy = test_malloc(i + 1);
        ct_reader_t reader;

        memcpy(copy, bench->in.pos, i);
        ct_reader_init(&reader, &ct_binary_protocol, copy, i, &bench->limits,
                       bench->pool);
        assert_int_equal(ct_codec_read(&reader, &sample_struct, &sample),
                         CT_ERROR);
        assert_int_equal(reader.error, CT_WIRE_TRUNCATED);
        test_free(copy);
    }
}


/* `levels` of Sample, one in the other by `next`, as field 41. */
static ct_rc_t
read_deep(bench_t *bench, unsigned levels, const char *field)
{
    sample_t sample;
    unsigned i;

    ct_buf_reset(&bench->in, SIZE_MAX);
    for (i = 0; i < levels; i++) {
        sample_put(&bench->in, field, 3);
    }
    for (i = 0; i <= levels; i++) {
        SAMPLE_PUT(&bench->in, "\x00");
    }
    return read_in(bench, &sample_struct, &sample);
}


static void
holds_the_depth(void **state)
{
    bench_t *bench = *state;
    sample_t sample;
    int      i;

    assert_int_equal(read_deep(bench, 64, "\x0c\x00\x29"), CT_OK);
    assert_int_equal(read_deep(bench, 65, "\x0c\x00\x29"), CT_ERROR);
    assert_int_equal(bench->error, CT_WIRE_LIMIT);
    assert_int_equal(read_deep(bench, 64, "\x0c\x00\x63"), CT_OK);
    assert_int_equal(read_deep(bench, 65, "\x0c\x00\x63"), CT_ERROR);
    /* A known field with a wrong type. */
    assert_int_equal(read_deep(bench, 64, "\x0c\x00\x07"), CT_OK);
    assert_int_equal(read_deep(bench, 65, "\x0c\x00\x07"), CT_ERROR);
    assert_int_equal(bench->error, CT_WIRE_LIMIT);

    /* A list and its element are two levels: 32 of both, then one more. */
    ct_buf_reset(&bench->in, SIZE_MAX);
    for (i = 0; i < 32; i++) {
        SAMPLE_PUT(&bench->in, "\x0f\x00\x28\x0c\x00\x00\x00\x01");
    }
    for (i = 0; i < 33; i++) {
        SAMPLE_PUT(&bench->in, "\x00");
    }
    assert_int_equal(read_in(bench, &sample_struct, &sample), CT_OK);
    bench->limits.depth = 63;
    assert_int_equal(read_in(bench, &sample_struct, &sample), CT_ERROR);
    bench->limits.depth = 62;
    assert_int_equal(read_in(bench, &sample_struct, &sample), CT_ERROR);
    assert_int_equal(bench->error, CT_WIRE_LIMIT);
}


/* A list of `n` Samples, one byte each on the wire and hundreds in memory. */
static ct_rc_t
read_children(bench_t *bench, uint32_t n, uint32_t sent, sample_t *sample)
{
    const uint8_t head[] = { CT_T_LIST,
                             0,
                             40,
                             CT_T_STRUCT,
                             (uint8_t) (n >> 24),
                             (uint8_t) (n >> 16),
                             (uint8_t) (n >> 8),
                             (uint8_t) n };
    uint32_t      i;

    ct_buf_reset(&bench->in, SIZE_MAX);
    sample_put(&bench->in, head, sizeof(head));
    for (i = 0; i < sent; i++) {
        SAMPLE_PUT(&bench->in, "\x00");
    }
    return read_in(bench, &sample_struct, sample);
}


static void
grows_with_what_arrives(void **state)
{
    bench_t        *bench = *state;
    sample_t        sample;
    const sample_t *children;

    /* All of them come: found, and in their places. */
    assert_int_equal(read_children(bench, 1000, 1001, &sample), CT_OK);
    assert_int_equal(sample.children.n, 1000);
    children = sample.children.items;
    assert_true(ct_str_eq_c(children[999].text, "hello"));
    assert_true(bench->decoded < 4 * 1000 * sizeof(sample_t));

    /* The first is no Sample: a little has been taken, not room for all. */
    ct_buf_reset(&bench->in, SIZE_MAX);
    assert_int_equal(read_children(bench, 100000, 100000, &sample), CT_ERROR);
    assert_int_equal(bench->error, CT_WIRE_TRUNCATED);
    memset(bench->in.pos + 8, 0x01, 1);
    assert_int_equal(read_in(bench, &sample_struct, &sample), CT_ERROR);
    assert_int_equal(bench->error, CT_WIRE_MALFORMED);
    assert_true(bench->decoded <= 3 * 4096);
}


static void
caps_what_is_decoded(void **state)
{
    bench_t *bench = *state;
    sample_t sample;

    bench->limits.decoded = 100000;
    assert_int_equal(read_children(bench, 1000, 1001, &sample), CT_ERROR);
    assert_int_equal(bench->error, CT_WIRE_LIMIT);
    assert_true(bench->decoded <= 100000);

    /* Exactly what one Point takes, and less. */
    bench->limits.decoded = 16;
    assert_true(sizeof(sample_point_t) <= 16);
    assert_int_equal(READ(bench, &sample_struct, &sample,
                          "\x0c\x00\x0a\x08\x00\x01\x00\x00\x00\x05\x00\x00"),
                     CT_ERROR);
    bench->limits.decoded = 32;
    assert_int_equal(read_in(bench, &sample_struct, &sample), CT_OK);
    assert_int_equal(bench->decoded, 16);
}


static void
caps_containers_and_strings(void **state)
{
    bench_t *bench = *state;
    sample_t sample;

    bench->limits.container = 2;
    assert_int_equal(READ(bench, &sample_struct, &sample,
                          "\x0f\x00\x12\x02\x00\x00\x00\x02\x01\x05\x00"),
                     CT_OK);
    assert_int_equal(READ(bench, &sample_struct, &sample,
                          "\x0f\x00\x12\x02\x00\x00\x00\x03\x01\x05\x00\x00"),
                     CT_ERROR);
    assert_int_equal(bench->error, CT_WIRE_LIMIT);
    assert_int_equal(READ(bench, &sample_struct, &sample,
                          "\x0f\x00\x63\x02\x00\x00\x00\x03\x01\x05\x00\x00"),
                     CT_ERROR);
    assert_int_equal(bench->error, CT_WIRE_LIMIT);
    bench->limits.string = 2;
    assert_int_equal(READ(bench, &sample_struct, &sample,
                          "\x0b\x00\x07\x00\x00\x00\x03why\x00"),
                     CT_ERROR);
    assert_int_equal(bench->error, CT_WIRE_LIMIT);
}


/* A struct one after the other fails where it stands. */
static void
passes_failures_up(void **state)
{
    bench_t *bench = *state;
    sample_t sample;

    assert_int_equal(READ(bench, &sample_struct, &sample,
                          "\x0d\x00\x0f\x0b\x0a\x00\x00\x00\x01"
                          "\xff\xff\xff\xff"
                          "12345678"),
                     CT_ERROR);
    assert_int_equal(bench->error, CT_WIRE_MALFORMED);
    assert_int_equal(READ(bench, &sample_struct, &sample,
                          "\x0f\x00\x10\x0c\x00\x00\x00\x01\x00\x00"),
                     CT_ERROR);
    assert_int_equal(bench->error, CT_WIRE_REQUIRED);
}


#if CT_FAULTS
static void
lives_without_memory(void **state)
{
    bench_t   *bench = *state;
    ct_pool_t *small = ct_pool_create(256);
    sample_t   sample;

    ct_pool_destroy(bench->pool);
    bench->pool = small;
    sample_put(&bench->in, "\x0c\x00\x29\x00\x00", 5);
    ct_mem_fail_after(0);
    assert_int_equal(read_in(bench, &sample_struct, &sample), CT_ERROR);
    assert_int_equal(bench->error, CT_WIRE_MEMORY);
}
#endif


int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reads_what_was_written, start, finish),
        cmocka_unit_test_setup_teardown(begins_with_defaults, start, finish),
        cmocka_unit_test_setup_teardown(skips_what_it_does_not_know, start,
                                        finish),
        cmocka_unit_test_setup_teardown(skips_containers_of_other_types, start,
                                        finish),
        cmocka_unit_test_setup_teardown(wants_required_fields, start, finish),
        cmocka_unit_test_setup_teardown(counts_many_required_fields, start,
                                        finish),
        cmocka_unit_test_setup_teardown(keeps_the_last_of_a_union, start,
                                        finish),
        cmocka_unit_test_setup_teardown(refuses_every_truncation, start,
                                        finish),
        cmocka_unit_test_setup_teardown(holds_the_depth, start, finish),
        cmocka_unit_test_setup_teardown(grows_with_what_arrives, start, finish),
        cmocka_unit_test_setup_teardown(caps_what_is_decoded, start, finish),
        cmocka_unit_test_setup_teardown(caps_containers_and_strings, start,
                                        finish),
        cmocka_unit_test_setup_teardown(passes_failures_up, start, finish),
#if CT_FAULTS
        cmocka_unit_test_setup_teardown(lives_without_memory, start, finish),
#endif
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
