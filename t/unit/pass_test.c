/*
 * pass_test.c -- passing over a message at once and piece by piece is the same.
 *
 * Messages of any shape, whole, cut short and damaged, under wide caps and
 * narrow ones.  One that is looked at when only its head is there has its
 * arguments passed over by the scan, one that is there whole in one go.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_transport.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "core/ct_buf.h"

#define MESSAGES 400
#define DAMAGES  40

/* Levels of what is made here, at most. */
#define MOST_LEVELS 6

static const ct_limits_t wide = CT_LIMITS_DEFAULT;

/* Each of them is met by some of the messages. */
static const ct_limits_t narrow = { .frame = 16u << 20,
                                    .message = 300,
                                    .string = 9,
                                    .container = 4,
                                    .decoded = 128u << 20,
                                    .depth = 3,
                                    .name = 256,
                                    .header = 64u << 10 };

static uint64_t seed;


/* 0 to n - 1; the same in each run. */
static uint32_t
chance(uint32_t n)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t) (seed >> 33) % n;
}


static const ct_ttype_t types[] = {
    CT_T_BOOL, CT_T_I8,     CT_T_I16,  CT_T_I32,    CT_T_I64, CT_T_DOUBLE,
    CT_T_UUID, CT_T_STRING, CT_T_LIST, CT_T_STRUCT, CT_T_MAP, CT_T_SET,
};
#define NTYPES (sizeof(types) / sizeof(types[0]))
#define NFLAT  8

static void put_value(ct_writer_t *writer, ct_ttype_t type, unsigned level);


/* A number of any length. */
static int64_t
number(void)
{
    const uint64_t bits =
        (uint64_t) chance(UINT32_MAX) << 33 ^ (uint64_t) chance(UINT32_MAX);

    return (int64_t) (bits >> chance(64));
}


static ct_ttype_t
type_at(unsigned level)
{
    return types[chance(level < MOST_LEVELS ? NTYPES : NFLAT)];
}


static void
put_struct(ct_writer_t *writer, unsigned level)
{
    const ct_protocol_t *protocol = writer->protocol;
    const uint32_t       n = chance(level == 0 ? 12 : 5);
    ct_struct_mark_t     mark;
    int                  id = (int) chance(3) - 1;

    protocol->write_struct_begin(writer, &mark);
    for (uint32_t i = 0; i < n; i++) {
        const ct_ttype_t type = type_at(level);

        id += 1 + (int) chance(chance(4) == 0 ? 2000 : 3);
        id = chance(16) == 0 ? INT16_MAX - 4 : id;
        protocol->write_field(writer, type, (int16_t) id);
        put_value(writer, type, level + 1);
    }
    protocol->write_stop(writer);
    protocol->write_struct_end(writer, mark);
}


static void
put_list(ct_writer_t *writer, ct_ttype_t type, unsigned level)
{
    const ct_ttype_t element = type_at(level);
    const uint32_t   n = chance(chance(4) == 0 ? 40 : 4);
    const uint8_t    context = writer->context;

    writer->protocol->write_list(writer, type, element, n);
    for (uint32_t i = 0; i < n; i++) {
        put_value(writer, element, level + 1);
    }
    ct_writer_end(writer, context);
}


static void
put_map(ct_writer_t *writer, unsigned level)
{
    const ct_ttype_t key = type_at(level);
    const ct_ttype_t value = type_at(level);
    const uint32_t   n = chance(6);
    const uint8_t    context = writer->context;

    writer->protocol->write_map(writer, key, value, n);
    for (uint32_t i = 0; i < n; i++) {
        put_value(writer, key, level + 1);
        put_value(writer, value, level + 1);
    }
    ct_writer_end(writer, context);
}


static void
put_string(ct_writer_t *writer)
{
    static const char text[300] = { 'x' };
    const uint32_t    most = chance(8) == 0 ? sizeof(text) : 12;

    writer->protocol->write_binary(writer, (ct_str_t){ chance(most), text });
}


static void
put_value(ct_writer_t *writer, ct_ttype_t type, unsigned level)
{
    static const ct_uuid_t uuid = { { 1, 2, 3 } };
    const ct_protocol_t   *protocol = writer->protocol;

    switch (type) {
    case CT_T_BOOL:
        protocol->write_bool(writer, chance(2) == 0);
        break;
    case CT_T_I8:
        protocol->write_i8(writer, (int8_t) number());
        break;
    case CT_T_I16:
        protocol->write_i16(writer, (int16_t) number());
        break;
    case CT_T_I32:
        protocol->write_i32(writer, (int32_t) number());
        break;
    case CT_T_I64:
        protocol->write_i64(writer, number());
        break;
    case CT_T_DOUBLE:
        protocol->write_double(writer, (double) number());
        break;
    case CT_T_UUID:
        protocol->write_uuid(writer, &uuid);
        break;
    case CT_T_STRING:
        put_string(writer);
        break;
    case CT_T_STRUCT:
        put_struct(writer, level);
        break;
    case CT_T_MAP:
        put_map(writer, level);
        break;
    default:
        put_list(writer, type, level);
        break;
    }
}


/* A message; gives back where its arguments begin. */
static size_t
put_message(const ct_protocol_t *protocol, ct_buf_t *out)
{
    const ct_message_t head = { CT_STR("method"), CT_MESSAGE_CALL, 7, true };
    ct_writer_t        writer;
    size_t             args;

    ct_writer_init(&writer, protocol, out);
    protocol->write_message(&writer, &head);
    args = ct_buf_len(out);
    put_struct(&writer, 0);
    assert_false(writer.failed);
    return args;
}


typedef struct outcome_s {
    ct_rc_t   rc;
    size_t    want;
    ct_scan_t scan;
} outcome_t;


/* In memory of its own size, so that a sanitizer sees a look behind it. */
static outcome_t
scan(const ct_protocol_t *protocol, const uint8_t *data, size_t head,
     size_t len, const ct_limits_t *limits)
{
    outcome_t outcome = { .want = 0 };
    uint8_t  *copy = test_malloc(len);

    memcpy(copy, data, len);
    outcome.rc = CT_AGAIN;
    if (head != 0) {
        outcome.rc =
            protocol->scan(&outcome.scan, copy, head, limits, &outcome.want);
    }
    if (outcome.rc == CT_AGAIN) {
        outcome.rc =
            protocol->scan(&outcome.scan, copy, len, limits, &outcome.want);
    }
    test_free(copy);
    return outcome;
}


/* Whether the message has come to its end. */
static bool
both_ways_are_one(const ct_protocol_t *protocol, const uint8_t *data,
                  size_t args, size_t len, const ct_limits_t *limits)
{
    const outcome_t once = scan(protocol, data, 0, len, limits);
    const outcome_t twice = scan(protocol, data, args, len, limits);

    assert_int_equal(once.rc, twice.rc);
    if (once.rc == CT_ERROR) {
        assert_int_equal(once.scan.error, twice.scan.error);
        assert_string_equal(once.scan.why, twice.scan.why);
        return false;
    }
    assert_int_equal(once.scan.offset, twice.scan.offset);
    assert_int_equal(once.scan.step, twice.scan.step);
    assert_int_equal(once.scan.depth, twice.scan.depth);
    if (once.rc == CT_AGAIN) {
        assert_int_equal(once.want, twice.want);
        assert_int_equal(once.scan.need, twice.scan.need);
    }
    return once.rc == CT_OK;
}


/* Its arguments alone: heads are read one way only. */
static void
damage(uint8_t *data, size_t args, size_t len)
{
    for (uint32_t i = 1 + chance(3); i > 0; i--) {
        const size_t at = args + chance((uint32_t) (len - args));

        data[at] = chance(2) == 0 ? (uint8_t) chance(256)
                                  : (uint8_t) (data[at] + chance(3) - 1);
    }
}


static void
messages_of(const ct_protocol_t *protocol)
{
    unsigned nwhole[2] = { 0, 0 };
    unsigned ndamaged = 0;

    seed = 1;
    for (unsigned i = 0; i < MESSAGES; i++) {
        ct_buf_t out;
        size_t   args;
        size_t   len;
        uint8_t *data;

        ct_buf_init(&out);
        args = put_message(protocol, &out);
        len = ct_buf_len(&out);
        data = test_malloc(len);
        memcpy(data, out.pos, len);
        assert_true(both_ways_are_one(protocol, data, args, len, &wide));
        nwhole[0]++;
        nwhole[1] += both_ways_are_one(protocol, data, args, len, &narrow);
        for (unsigned j = 0; j < DAMAGES; j++) {
            const size_t cut = args + chance((uint32_t) (len - args + 1));

            (void) both_ways_are_one(protocol, data, args, cut, &wide);
            damage(data, args, len);
            ndamaged += both_ways_are_one(protocol, data, args, len, &wide);
            (void) both_ways_are_one(protocol, data, args, len, &narrow);
            memcpy(data, out.pos, len);
        }
        test_free(data);
        ct_buf_release(&out);
    }
    /* Some of each, or nothing was tried. */
    assert_true(nwhole[1] > 0 && nwhole[1] < nwhole[0]);
    assert_true(ndamaged > 0 && ndamaged < MESSAGES * DAMAGES);
}


static void
binary(void **state CT_UNUSED)
{
    messages_of(&ct_binary_protocol);
}


static void
compact(void **state CT_UNUSED)
{
    messages_of(&ct_compact_protocol);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(binary),
        cmocka_unit_test(compact),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("pass", tests, NULL, NULL);
}
