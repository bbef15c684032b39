/*
 * binary_test.c -- every value of the binary protocol, good and bad.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_protocol.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "core/ct_buf.h"
#include "thrift/wire/ct_transport.h"

#define P (&ct_binary_protocol)

/* A reader over a literal, NULs and all. */
#define READER(reader, literal, limits)                                        \
    ct_reader_init((reader), P, (literal), sizeof(literal) - 1, (limits), NULL)

static const ct_limits_t limits = CT_LIMITS_DEFAULT;


static void
reads_scalars(void **state CT_UNUSED)
{
    ct_reader_t reader;
    bool        yes = false;
    bool        no = true;
    int8_t      i8;
    int16_t     i16;
    int32_t     i32;
    int64_t     i64;
    double      number;
    ct_uuid_t   uuid;
    ct_str_t    text;

    READER(&reader,
           "\x02\x00\x80\xff\xfe\x80\x00\x00\x01"
           "\x7f\xff\xff\xff\xff\xff\xff\xfe"
           "\xbf\xf8\x00\x00\x00\x00\x00\x00"
           "0123456789abcdef"
           "\x00\x00\x00\x03\xff\x00z"
           "\x00\x00\x00\x00",
           &limits);
    assert_int_equal(P->read_bool(&reader, &yes), CT_OK);
    assert_int_equal(P->read_bool(&reader, &no), CT_OK);
    assert_int_equal(P->read_i8(&reader, &i8), CT_OK);
    assert_int_equal(P->read_i16(&reader, &i16), CT_OK);
    assert_int_equal(P->read_i32(&reader, &i32), CT_OK);
    assert_int_equal(P->read_i64(&reader, &i64), CT_OK);
    assert_int_equal(P->read_double(&reader, &number), CT_OK);
    assert_int_equal(P->read_uuid(&reader, &uuid), CT_OK);
    assert_int_equal(P->read_string(&reader, &text), CT_OK);

    /* Any byte but 0 is true, as in Apache's libraries. */
    assert_true(yes);
    assert_false(no);
    assert_int_equal(i8, -128);
    assert_int_equal(i16, -2);
    assert_int_equal(i32, INT32_MIN + 1);
    assert_true(i64 == INT64_MAX - 1);
    assert_true(number == -1.5);
    assert_memory_equal(uuid.bytes, "0123456789abcdef", 16);
    assert_int_equal(text.len, 3);
    assert_memory_equal(text.data, "\xff\x00z", 3);

    /* An empty string is a string. */
    assert_int_equal(P->read_string(&reader, &text), CT_OK);
    assert_int_equal(text.len, 0);
    assert_non_null(text.data);
    assert_int_equal(ct_reader_left(&reader), 0);
}


/* Each kind of value with its last byte cut off, and with all of them. */
static void
refuses_short_values(void **state CT_UNUSED)
{
    static const uint8_t bytes[16] = { 0 };
    ct_reader_t          reader;
    size_t               len;

    union {
        bool      as_bool;
        int8_t    as_i8;
        int16_t   as_i16;
        int32_t   as_i32;
        int64_t   as_i64;
        double    as_double;
        ct_uuid_t as_uuid;
        ct_str_t  as_text;
    } value;
    ct_ttype_t type;
    ct_ttype_t key;
    size_t     n;

#define SHORT(size, call)                                                      \
    for (len = 0; len < (size); len++) {                                       \
        ct_reader_init(&reader, P, bytes, len, &limits, NULL);                 \
        assert_int_equal((call), CT_ERROR);                                    \
        assert_int_equal(reader.error, CT_WIRE_TRUNCATED);                     \
        assert_non_null(reader.why);                                           \
    }

    SHORT(1, P->read_bool(&reader, &value.as_bool));
    SHORT(1, P->read_i8(&reader, &value.as_i8));
    SHORT(2, P->read_i16(&reader, &value.as_i16));
    SHORT(4, P->read_i32(&reader, &value.as_i32));
    SHORT(8, P->read_i64(&reader, &value.as_i64));
    SHORT(8, P->read_double(&reader, &value.as_double));
    SHORT(16, P->read_uuid(&reader, &value.as_uuid));
    SHORT(4, P->read_string(&reader, &value.as_text));
    SHORT(5, P->read_list(&reader, &type, &n));
    SHORT(6, P->read_map(&reader, &key, &type, &n));
#undef SHORT
}


static ct_wire_error_t
string_error(const char *bytes, size_t len, size_t limit)
{
    ct_limits_t capped = CT_LIMITS_DEFAULT;
    ct_reader_t reader;
    ct_str_t    text;

    capped.string = limit;
    ct_reader_init(&reader, P, bytes, len, &capped, NULL);
    (void) P->read_string(&reader, &text);
    return reader.error;
}


static void
caps_strings(void **state CT_UNUSED)
{
    assert_int_equal(string_error("\x00\x00\x00\x02hi", 6, 2), CT_WIRE_OK);
    assert_int_equal(string_error("\x00\x00\x00\x02hi", 6, 1), CT_WIRE_LIMIT);
    assert_int_equal(string_error("\x00\x00\x00\x03hi", 6, 9),
                     CT_WIRE_TRUNCATED);
    assert_int_equal(string_error("\x7f\xff\xff\xff", 4, SIZE_MAX),
                     CT_WIRE_TRUNCATED);
    assert_int_equal(string_error("\x80\x00\x00\x00", 4, SIZE_MAX),
                     CT_WIRE_MALFORMED);
    assert_int_equal(string_error("\xff\xff\xff\xff", 4, SIZE_MAX),
                     CT_WIRE_MALFORMED);
}


static ct_wire_error_t
message_error(const char *bytes, size_t len, ct_message_t *message)
{
    ct_reader_t reader;

    ct_reader_init(&reader, P, bytes, len, &limits, NULL);
    (void) P->read_message(&reader, message);
    return reader.error;
}


#define MESSAGE_ERROR(literal)                                                 \
    message_error((literal), sizeof(literal) - 1, &message)

static void
reads_heads(void **state CT_UNUSED)
{
    ct_message_t message;

    assert_int_equal(MESSAGE_ERROR("\x80\x01\x00\x01\x00\x00\x00\x02me"
                                   "\xff\xff\xff\xfe"),
                     CT_WIRE_OK);
    assert_int_equal(message.type, CT_MESSAGE_CALL);
    assert_int_equal(message.seqid, -2);
    assert_true(message.is_strict);
    assert_true(ct_str_eq_c(message.name, "me"));

    /* The third byte is nobody's; servers of Apache do not look at it. */
    assert_int_equal(MESSAGE_ERROR("\x80\x01\xff\x04\x00\x00\x00\x00"
                                   "\x00\x00\x00\x00"),
                     CT_WIRE_OK);
    assert_int_equal(message.type, CT_MESSAGE_ONEWAY);
    assert_int_equal(message.name.len, 0);

    assert_int_equal(MESSAGE_ERROR("\x00\x00\x00\x02me\x01\x00\x00\x00\x09"),
                     CT_WIRE_OK);
    assert_int_equal(message.type, CT_MESSAGE_CALL);
    assert_int_equal(message.seqid, 9);
    assert_false(message.is_strict);

    /* A type that does not exist is for the session to judge. */
    assert_int_equal(MESSAGE_ERROR("\x00\x00\x00\x02me\xff\x00\x00\x00\x09"),
                     CT_WIRE_OK);
    assert_int_equal(message.type, 255);
}


static void
refuses_bad_heads(void **state CT_UNUSED)
{
    ct_message_t message;

    assert_int_equal(MESSAGE_ERROR("\x80\x02\x00\x01\x00\x00\x00\x00"
                                   "\x00\x00\x00\x00"),
                     CT_WIRE_MALFORMED);
    assert_int_equal(MESSAGE_ERROR("\xff\xff\xff\xff"), CT_WIRE_MALFORMED);
    assert_int_equal(MESSAGE_ERROR("\x80\x01\x00\x01\xff\xff\xff\xff"),
                     CT_WIRE_MALFORMED);
    assert_int_equal(MESSAGE_ERROR("\x80\x01\x00\x01\x00\x00\x01\x01"),
                     CT_WIRE_LIMIT);
    assert_int_equal(MESSAGE_ERROR("\x00\x00\x01\x01"), CT_WIRE_LIMIT);
    assert_int_equal(MESSAGE_ERROR("\x7f\xff\xff\xff"), CT_WIRE_LIMIT);
    assert_int_equal(MESSAGE_ERROR("\x80\x01\x00"), CT_WIRE_TRUNCATED);
    assert_int_equal(MESSAGE_ERROR("\x80\x01\x00\x01"), CT_WIRE_TRUNCATED);
    assert_int_equal(MESSAGE_ERROR("\x80\x01\x00\x01\x00\x00\x00\x01"),
                     CT_WIRE_TRUNCATED);
    assert_int_equal(MESSAGE_ERROR("\x80\x01\x00\x01\x00\x00\x00\x00\x00"),
                     CT_WIRE_TRUNCATED);
    assert_int_equal(MESSAGE_ERROR("\x00\x00\x00\x01"), CT_WIRE_TRUNCATED);
    assert_int_equal(MESSAGE_ERROR("\x00\x00\x00\x01m"), CT_WIRE_TRUNCATED);
    assert_int_equal(MESSAGE_ERROR("\x00\x00\x00\x01m\x01\x00"),
                     CT_WIRE_TRUNCATED);
}


/* Only types that exist, and of those none that takes no bytes. */
static void
reads_fields(void **state CT_UNUSED)
{
    unsigned type;

    for (type = 0; type < 256; type++) {
        const uint8_t bytes[] = { (uint8_t) type, 0xff, 0xfe };
        const bool is_known = (type >= 2 && type <= 4) || type == 6 || type == 8
                              || (type >= 10 && type <= 16);
        ct_reader_t reader;
        ct_ttype_t  read;
        int16_t     id;

        ct_reader_init(&reader, P, bytes, sizeof(bytes), &limits, NULL);
        if (is_known) {
            assert_int_equal(P->read_field(&reader, &read, &id), CT_OK);
            assert_int_equal(read, type);
            assert_int_equal(id, -2);
        } else if (type == CT_T_STOP) {
            assert_int_equal(P->read_field(&reader, &read, &id), CT_OK);
            assert_int_equal(read, CT_T_STOP);
            assert_int_equal(ct_reader_left(&reader), 2);
        } else {
            assert_int_equal(P->read_field(&reader, &read, &id), CT_ERROR);
            assert_int_equal(reader.error, CT_WIRE_MALFORMED);
        }
        ct_reader_init(&reader, P, bytes, is_known ? 2 : 0, &limits, NULL);
        assert_int_equal(P->read_field(&reader, &read, &id), CT_ERROR);
        assert_int_equal(reader.error, CT_WIRE_TRUNCATED);
    }
}


static ct_wire_error_t
list_error(uint8_t element, uint32_t n, size_t left, size_t limit)
{
    uint8_t     bytes[64] = { element, (uint8_t) (n >> 24), (uint8_t) (n >> 16),
                              (uint8_t) (n >> 8), (uint8_t) n };
    ct_limits_t capped = CT_LIMITS_DEFAULT;
    ct_reader_t reader;
    ct_ttype_t  type;
    size_t      read;

    capped.container = limit;
    ct_reader_init(&reader, P, bytes, 5 + left, &capped, NULL);
    if (P->read_list(&reader, &type, &read) == CT_OK) {
        assert_int_equal(type, element);
        assert_int_equal(read, n);
    }
    return reader.error;
}


/* What the least element takes, by type: exactly enough, and one short. */
static void
caps_lists(void **state CT_UNUSED)
{
    static const uint8_t least[17] = {
        [2] = 1,  [3] = 1,  [4] = 8,  [6] = 2,  [8] = 4,  [10] = 8,
        [11] = 4, [12] = 1, [13] = 6, [14] = 5, [15] = 5, [16] = 16
    };
    uint8_t type;

    for (type = 0; type < 17; type++) {
        /* An empty list may name anything. */
        assert_int_equal(list_error(type, 0, 0, SIZE_MAX), CT_WIRE_OK);
        if (least[type] == 0) {
            assert_int_equal(list_error(type, 1, 50, SIZE_MAX),
                             CT_WIRE_MALFORMED);
            continue;
        }
        assert_int_equal(list_error(type, 3, 3u * least[type], SIZE_MAX),
                         CT_WIRE_OK);
        assert_int_equal(list_error(type, 3, 3u * least[type] - 1, SIZE_MAX),
                         CT_WIRE_TRUNCATED);
        assert_int_equal(list_error(type, INT32_MAX, 50, SIZE_MAX),
                         CT_WIRE_TRUNCATED);
        assert_int_equal(list_error(type, 3, 50, 3), CT_WIRE_OK);
        assert_int_equal(list_error(type, 3, 50, 2), CT_WIRE_LIMIT);
        assert_int_equal(list_error(type, UINT32_MAX, 50, SIZE_MAX),
                         CT_WIRE_MALFORMED);
        assert_int_equal(list_error(type, 0x80000000, 50, SIZE_MAX),
                         CT_WIRE_MALFORMED);
    }
    assert_int_equal(list_error(255, 1, 50, SIZE_MAX), CT_WIRE_MALFORMED);
}


static ct_wire_error_t
map_error(uint8_t key, uint8_t value, uint32_t n, size_t left)
{
    uint8_t     bytes[64] = { key,
                              value,
                              (uint8_t) (n >> 24),
                              (uint8_t) (n >> 16),
                              (uint8_t) (n >> 8),
                              (uint8_t) n };
    ct_reader_t reader;
    ct_ttype_t  types[2];
    size_t      read;

    ct_reader_init(&reader, P, bytes, 6 + left, &limits, NULL);
    if (P->read_map(&reader, &types[0], &types[1], &read) == CT_OK) {
        assert_int_equal(types[0], key);
        assert_int_equal(types[1], value);
        assert_int_equal(read, n);
    }
    return reader.error;
}


static void
caps_maps(void **state CT_UNUSED)
{
    assert_int_equal(map_error(0, 0, 0, 0), CT_WIRE_OK);
    assert_int_equal(map_error(CT_T_I64, CT_T_STRUCT, 2, 18), CT_WIRE_OK);
    assert_int_equal(map_error(CT_T_I64, CT_T_STRUCT, 2, 17),
                     CT_WIRE_TRUNCATED);
    assert_int_equal(map_error(CT_T_BOOL, 0, 1, 50), CT_WIRE_MALFORMED);
    assert_int_equal(map_error(0, CT_T_BOOL, 1, 50), CT_WIRE_MALFORMED);
    assert_int_equal(map_error(CT_T_BOOL, 5, 1, 50), CT_WIRE_MALFORMED);
    assert_int_equal(map_error(CT_T_I8, CT_T_I8, UINT32_MAX, 50),
                     CT_WIRE_MALFORMED);
    assert_int_equal(map_error(CT_T_UUID, CT_T_UUID, INT32_MAX, 50),
                     CT_WIRE_TRUNCATED);
}


static void
writes_everything(void **state CT_UNUSED)
{
    static const char bytes[] =
        "\x80\x01\x00\x02\x00\x00\x00\x01m\x80\x00\x00\x00"
        "\x02\xff\xff\x01\x00"
        "\x80\xff\xfe\x80\x00\x00\x01\x7f\xff\xff\xff\xff\xff\xff\xfe"
        "\xbf\xf8\x00\x00\x00\x00\x00\x00"
        "0123456789abcdef"
        "\x00\x00\x00\x02hi\x00\x00\x00\x00"
        "\x08\x00\x00\x00\x02\x0b\x0c\x00\x00\x00\x03";
    const ct_message_t message = { .name = CT_STR_INIT("m"),
                                   .type = CT_MESSAGE_REPLY,
                                   .seqid = INT32_MIN };
    ct_uuid_t          uuid;
    ct_struct_mark_t   mark;
    ct_writer_t        writer;
    ct_buf_t           out;

    memcpy(uuid.bytes, "0123456789abcdef", 16);
    ct_buf_init(&out);
    ct_writer_init(&writer, P, &out);
    P->write_message(&writer, &message);
    P->write_struct_begin(&writer, &mark);
    P->write_field(&writer, CT_T_BOOL, -1);
    P->write_bool(&writer, true);
    P->write_bool(&writer, false);
    P->write_i8(&writer, -128);
    P->write_i16(&writer, -2);
    P->write_i32(&writer, INT32_MIN + 1);
    P->write_i64(&writer, INT64_MAX - 1);
    P->write_double(&writer, -1.5);
    P->write_uuid(&writer, &uuid);
    P->write_string(&writer, CT_STR("hi"));
    P->write_string(&writer, CT_STR_NONE);
    P->write_list(&writer, CT_T_SET, CT_T_I32, 2);
    P->write_map(&writer, CT_T_STRING, CT_T_STRUCT, 3);
    P->write_stop(&writer);
    P->write_struct_end(&writer, mark);
    assert_false(writer.failed);
    assert_int_equal(ct_buf_len(&out), sizeof(bytes));
    assert_memory_equal(out.pos, bytes, sizeof(bytes));
    ct_buf_release(&out);
}


/* After a failure, by a string that Thrift cannot say, nothing is written. */
static void
stays_failed(void **state CT_UNUSED)
{
    const ct_message_t message = { .name = CT_STR_INIT("m") };
    const ct_uuid_t    uuid = { { 0 } };
    ct_writer_t        writer;
    ct_buf_t           out;

    ct_buf_init(&out);
    ct_writer_init(&writer, P, &out);
    P->write_string(&writer, (ct_str_t){ (size_t) INT32_MAX + 1, "" });
    assert_true(writer.failed);
    P->write_message(&writer, &message);
    P->write_field(&writer, CT_T_BOOL, 1);
    P->write_bool(&writer, true);
    P->write_i16(&writer, 1);
    P->write_i32(&writer, 1);
    P->write_i64(&writer, 1);
    P->write_double(&writer, 1);
    P->write_uuid(&writer, &uuid);
    P->write_string(&writer, CT_STR("hi"));
    P->write_list(&writer, CT_T_SET, CT_T_I32, 2);
    P->write_map(&writer, CT_T_STRING, CT_T_STRUCT, 3);
    P->write_stop(&writer);
    assert_int_equal(ct_buf_len(&out), 0);
    ct_buf_release(&out);
}


int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_scalars),
        cmocka_unit_test(refuses_short_values),
        cmocka_unit_test(caps_strings),
        cmocka_unit_test(reads_heads),
        cmocka_unit_test(refuses_bad_heads),
        cmocka_unit_test(reads_fields),
        cmocka_unit_test(caps_lists),
        cmocka_unit_test(caps_maps),
        cmocka_unit_test(writes_everything),
        cmocka_unit_test(stays_failed),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
