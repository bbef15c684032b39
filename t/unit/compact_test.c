/*
 * compact_test.c -- every value of the compact protocol, good and bad.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_protocol.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "sample.h"
#include "thrift/wire/ct_varint.h"

#define P (&ct_compact_protocol)

/* A reader over a literal, NULs and all. */
#define READER(reader, literal, limits)                                        \
    ct_reader_init((reader), P, (literal), sizeof(literal) - 1, (limits), NULL)

static const ct_limits_t limits = CT_LIMITS_DEFAULT;


/* Numbers and their bytes, by the specification's examples and the edges. */
static void
folds_numbers(void **state CT_UNUSED)
{
    static const struct {
        int64_t     value;
        const char *bytes;
        size_t      len;
    } cases[] = {
        { 0, "\x00", 1 },
        { -1, "\x01", 1 },
        { 1, "\x02", 1 },
        { 63, "\x7e", 1 },
        { -64, "\x7f", 1 },
        { 64, "\x80\x01", 2 },
        { INT16_MAX, "\xfe\xff\x03", 3 },
        { INT16_MIN, "\xff\xff\x03", 3 },
        { INT32_MAX, "\xfe\xff\xff\xff\x0f", 5 },
        { INT32_MIN, "\xff\xff\xff\xff\x0f", 5 },
        { INT64_MAX, "\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10 },
        { INT64_MIN, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10 },
    };
    uint8_t  bytes[CT_VARINT64_SIZE];
    uint64_t folded = 0;
    size_t   size;
    size_t   n;
    size_t   i;

    for (i = 0; i < CT_ARRAY_LEN(cases); i++) {
        size = ct_varint_write(bytes, ct_zigzag(cases[i].value));
        assert_int_equal(size, cases[i].len);
        assert_memory_equal(bytes, cases[i].bytes, size);
        assert_int_equal(ct_varint_read(bytes, size, 64, &folded, &n), CT_OK);
        assert_int_equal(n, size);
        assert_true(ct_unzigzag(folded) == cases[i].value);
        for (n = 0; n < size; n++) {
            assert_int_equal(ct_varint_read(bytes, n, 64, &folded, &n),
                             CT_AGAIN);
        }
    }
}


/* Each number of bytes, at its edges: written and read in both ways. */
static void
folds_numbers_of_all_sizes(void **state CT_UNUSED)
{
    uint8_t  bytes[CT_VARINT64_SIZE + 8];
    uint8_t  wide[CT_VARINT64_SIZE + 8];
    uint64_t value;
    uint64_t read = 0;
    size_t   size;
    size_t   n = 0;
    int      bit;
    int      off;

    for (bit = 0; bit < 64; bit++) {
        for (off = -1; off <= 1; off++) {
            value = (UINT64_C(1) << bit) + (uint64_t) off;
            memset(bytes, 0xff, sizeof(bytes));
            size = ct_varint_write(bytes, value);
            assert_int_equal(ct_varint_write_wide(wide, value), size);
            assert_memory_equal(bytes, wide, size);
            /* With something behind it, and with nothing. */
            assert_int_equal(
                ct_varint_read(bytes, sizeof(bytes), 64, &read, &n), CT_OK);
            assert_true(read == value && n == size);
            assert_int_equal(ct_varint_read(bytes, size, 64, &read, &n), CT_OK);
            assert_true(read == value && n == size);
            assert_int_equal(
                ct_varint_read(bytes, sizeof(bytes), 32, &read, &n),
                value <= UINT32_MAX ? CT_OK : CT_DECLINED);
            assert_int_equal(
                ct_varint_read(bytes, sizeof(bytes), 16, &read, &n),
                value <= UINT16_MAX ? CT_OK : CT_DECLINED);
        }
    }
}


static ct_rc_t
varint(const char *bytes, size_t len, unsigned bits)
{
    uint64_t value;
    size_t   size;

    return ct_varint_read((const uint8_t *) bytes, len, bits, &value, &size);
}


/* Longer than needed is taken, longer than the type is not. */
static void
caps_numbers(void **state CT_UNUSED)
{
    assert_int_equal(varint("\x80\x80\x80\x80\x00", 5, 16), CT_OK);
    assert_int_equal(varint("\xff\xff\x03", 3, 16), CT_OK);
    assert_int_equal(varint("\xff\xff\x04", 3, 16), CT_DECLINED);
    assert_int_equal(varint("\x80\x80\x80\x80\x80\x00", 6, 16), CT_DECLINED);
    assert_int_equal(varint("\xff\xff\xff\xff\x0f", 5, 32), CT_OK);
    assert_int_equal(varint("\xff\xff\xff\xff\x10", 5, 32), CT_DECLINED);
    assert_int_equal(varint("\x80\x80\x80\x80\x80\x00", 6, 32), CT_DECLINED);
    assert_int_equal(varint("\x80\x80\x80\x80\x80", 5, 32), CT_DECLINED);
    assert_int_equal(varint("\x80\x80\x80\x80", 4, 32), CT_AGAIN);
    assert_int_equal(varint("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10, 64),
                     CT_OK);
    assert_int_equal(varint("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10, 64),
                     CT_DECLINED);
    assert_int_equal(varint("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80", 10, 64),
                     CT_DECLINED);
}


static void
reads_scalars(void **state CT_UNUSED)
{
    ct_reader_t reader;
    bool        bools[3];
    int8_t      i8;
    int16_t     i16;
    int32_t     i32;
    int64_t     i64;
    double      number;
    ct_uuid_t   uuid;
    ct_str_t    text;

    READER(&reader,
           "\x01\x02\x00\x80\x03"
           "\xfd\xff\xff\xff\x0f"
           "\xfc\xff\xff\xff\xff\xff\xff\xff\xff\x01"
           "\x00\x00\x00\x00\x00\x00\xf8\xbf"
           "0123456789abcdef"
           "\x03\xff\x00z"
           "\x00",
           &limits);
    /* In a container: 1 is true, 2 is false, and so is 0 of old writers. */
    assert_int_equal(P->read_bool(&reader, &bools[0]), CT_OK);
    assert_int_equal(P->read_bool(&reader, &bools[1]), CT_OK);
    assert_int_equal(P->read_bool(&reader, &bools[2]), CT_OK);
    assert_int_equal(P->read_i8(&reader, &i8), CT_OK);
    assert_int_equal(P->read_i16(&reader, &i16), CT_OK);
    assert_int_equal(P->read_i32(&reader, &i32), CT_OK);
    assert_int_equal(P->read_i64(&reader, &i64), CT_OK);
    assert_int_equal(P->read_double(&reader, &number), CT_OK);
    assert_int_equal(P->read_uuid(&reader, &uuid), CT_OK);
    assert_int_equal(P->read_binary(&reader, &text), CT_OK);

    assert_true(bools[0]);
    assert_false(bools[1]);
    assert_false(bools[2]);
    assert_int_equal(i8, -128);
    assert_int_equal(i16, -2);
    assert_int_equal(i32, INT32_MIN + 1);
    assert_true(i64 == INT64_MAX - 1);
    assert_true(number == -1.5);
    assert_memory_equal(uuid.bytes, "0123456789abcdef", 16);
    assert_int_equal(text.len, 3);
    assert_memory_equal(text.data, "\xff\x00z", 3);

    assert_int_equal(P->read_string(&reader, &text), CT_OK);
    assert_int_equal(text.len, 0);
    assert_non_null(text.data);
    assert_int_equal(ct_reader_left(&reader), 0);
    assert_int_equal(P->skip_string(&reader), CT_ERROR);
    assert_int_equal(reader.error, CT_WIRE_TRUNCATED);
}


static void
refuses_short_values(void **state CT_UNUSED)
{
    static const uint8_t bytes[16] = { 0x80, 0x80, 0x80, 0x80, 0x80,
                                       0x80, 0x80, 0x80, 0x80 };
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
    SHORT(5, P->read_i16(&reader, &value.as_i16));
    SHORT(5, P->read_i32(&reader, &value.as_i32));
    SHORT(10, P->read_i64(&reader, &value.as_i64));
    SHORT(8, P->read_double(&reader, &value.as_double));
    SHORT(16, P->read_uuid(&reader, &value.as_uuid));
    SHORT(5, P->read_string(&reader, &value.as_text));
    SHORT(1, P->read_list(&reader, &type, &n));
    SHORT(5, P->read_map(&reader, &key, &type, &n));
#undef SHORT

    ct_reader_init(&reader, P, bytes, 5, &limits, NULL);
    assert_int_equal(P->read_i32(&reader, &value.as_i32), CT_ERROR);
    assert_int_equal(reader.error, CT_WIRE_MALFORMED);
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
    assert_int_equal(string_error("\x02hi", 3, 2), CT_WIRE_OK);
    assert_int_equal(string_error("\x02hi", 3, 1), CT_WIRE_LIMIT);
    assert_int_equal(string_error("\x03hi", 3, 9), CT_WIRE_TRUNCATED);
    assert_int_equal(string_error("\xff\xff\xff\xff\x07", 5, SIZE_MAX),
                     CT_WIRE_TRUNCATED);
    assert_int_equal(string_error("\xff\xff\xff\xff\x0f", 5, SIZE_MAX),
                     CT_WIRE_MALFORMED);
    assert_int_equal(string_error("\x80\x80\x80\x80\x08", 5, SIZE_MAX),
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

    assert_int_equal(MESSAGE_ERROR("\x82\x21\x07\x02me"), CT_WIRE_OK);
    assert_int_equal(message.type, CT_MESSAGE_CALL);
    assert_int_equal(message.seqid, 7);
    assert_true(message.is_strict);
    assert_true(ct_str_eq_c(message.name, "me"));

    /* Negative in five bytes, and widened to ten first. */
    assert_int_equal(MESSAGE_ERROR("\x82\x81\xfe\xff\xff\xff\x0f\x00"),
                     CT_WIRE_OK);
    assert_int_equal(message.type, CT_MESSAGE_ONEWAY);
    assert_int_equal(message.seqid, -2);
    assert_int_equal(
        MESSAGE_ERROR("\x82\x21\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01\x00"),
        CT_WIRE_OK);
    assert_int_equal(message.seqid, -2);
    assert_int_equal(
        MESSAGE_ERROR("\x82\x21\x80\x80\x80\x80\xf8\xff\xff\xff\xff\x01\x00"),
        CT_WIRE_OK);
    assert_int_equal(message.seqid, INT32_MIN);

    /* A type that does not exist is for the session to judge. */
    assert_int_equal(MESSAGE_ERROR("\x82\xe1\x00\x00"), CT_WIRE_OK);
    assert_int_equal(message.type, 7);
}


static void
refuses_bad_heads(void **state CT_UNUSED)
{
    ct_message_t message;
    char         name[3 + 2 + 257] = "\x82\x21\x00\x81\x02";

    assert_int_equal(MESSAGE_ERROR("\x81\x21\x07\x00"), CT_WIRE_MALFORMED);
    assert_int_equal(MESSAGE_ERROR("\x82\x22\x07\x00"), CT_WIRE_MALFORMED);
    assert_int_equal(MESSAGE_ERROR("\x82\x20\x07\x00"), CT_WIRE_MALFORMED);
    assert_int_equal(MESSAGE_ERROR("\x82\x21\x80\x80\x80\x80\x10\x00"),
                     CT_WIRE_MALFORMED);
    assert_int_equal(
        MESSAGE_ERROR("\x82\x21\xff\xff\xff\xff\xf7\xff\xff\xff\xff\x01\x00"),
        CT_WIRE_MALFORMED);
    assert_int_equal(message_error(name, sizeof(name), &message),
                     CT_WIRE_LIMIT);
    assert_int_equal(MESSAGE_ERROR("\x82"), CT_WIRE_TRUNCATED);
    assert_int_equal(MESSAGE_ERROR("\x82\x21"), CT_WIRE_TRUNCATED);
    assert_int_equal(MESSAGE_ERROR("\x82\x21\x07"), CT_WIRE_TRUNCATED);
    assert_int_equal(MESSAGE_ERROR("\x82\x21\x07\x01"), CT_WIRE_TRUNCATED);
}


/* Deltas and ids in any order, and the ids of a struct inside. */
static void
reads_fields(void **state CT_UNUSED)
{
    ct_reader_t      reader;
    ct_struct_mark_t outer;
    ct_struct_mark_t inner;
    ct_ttype_t       type;
    int16_t          id;
    bool             value;

    READER(&reader, "\x11\xf2\x03\x01\x1c\x25\x00\x05\xff\xff\x03\x15\xf0",
           &limits);
    assert_int_equal(P->read_struct_begin(&reader, &outer), CT_OK);
    assert_int_equal(P->read_field(&reader, &type, &id), CT_OK);
    assert_int_equal(type, CT_T_BOOL);
    assert_int_equal(id, 1);
    assert_int_equal(P->read_bool(&reader, &value), CT_OK);
    assert_true(value);
    assert_int_equal(P->read_field(&reader, &type, &id), CT_OK);
    assert_int_equal(id, 16);
    assert_int_equal(P->read_bool(&reader, &value), CT_OK);
    assert_false(value);
    assert_int_equal(P->read_field(&reader, &type, &id), CT_OK);
    assert_int_equal(type, CT_T_I8);
    assert_int_equal(id, -1);
    assert_int_equal(P->read_field(&reader, &type, &id), CT_OK);
    assert_int_equal(type, CT_T_STRUCT);
    assert_int_equal(id, 0);

    assert_int_equal(P->read_struct_begin(&reader, &inner), CT_OK);
    assert_int_equal(P->read_field(&reader, &type, &id), CT_OK);
    assert_int_equal(id, 2);
    assert_int_equal(P->read_field(&reader, &type, &id), CT_OK);
    assert_int_equal(type, CT_T_STOP);
    assert_int_equal(P->read_struct_end(&reader, inner), CT_OK);

    assert_int_equal(P->read_field(&reader, &type, &id), CT_OK);
    assert_int_equal(id, INT16_MIN);
    assert_int_equal(P->read_field(&reader, &type, &id), CT_OK);
    assert_int_equal(id, INT16_MIN + 1);
    /* A stop, whatever its delta. */
    assert_int_equal(P->read_field(&reader, &type, &id), CT_OK);
    assert_int_equal(type, CT_T_STOP);
    assert_int_equal(P->read_struct_end(&reader, outer), CT_OK);
    assert_int_equal(ct_reader_left(&reader), 0);
    assert_int_equal(P->read_field(&reader, &type, &id), CT_ERROR);
    assert_int_equal(reader.error, CT_WIRE_TRUNCATED);
}


/* Types 14 and 15, an id that is cut off, and one that is no id. */
static void
refuses_bad_fields(void **state CT_UNUSED)
{
    static const struct {
        const char     *bytes;
        size_t          len;
        ct_wire_error_t error;
    } cases[] = {
        { "\x1e", 1, CT_WIRE_MALFORMED },
        { "\x1f", 1, CT_WIRE_MALFORMED },
        { "\x05", 1, CT_WIRE_TRUNCATED },
        { "\x05\x80", 2, CT_WIRE_TRUNCATED },
        { "\x05\x80\x80\x04", 4, CT_WIRE_MALFORMED },
        { "\x15", 1, CT_WIRE_OK },
    };
    ct_reader_t reader;
    ct_ttype_t  type;
    int16_t     id;
    size_t      i;

    for (i = 0; i < CT_ARRAY_LEN(cases); i++) {
        ct_reader_init(&reader, P, cases[i].bytes, cases[i].len, &limits, NULL);
        (void) P->read_field(&reader, &type, &id);
        assert_int_equal(reader.error, cases[i].error);
    }
    /* 32767 is the last one: a delta must not turn it around. */
    READER(&reader, "\x05\xfe\xff\x03\x15", &limits);
    assert_int_equal(P->read_field(&reader, &type, &id), CT_OK);
    assert_int_equal(id, INT16_MAX);
    assert_int_equal(P->read_field(&reader, &type, &id), CT_ERROR);
    assert_int_equal(reader.error, CT_WIRE_MALFORMED);
}


/* A list's head in its short form or its long one. */
static ct_wire_error_t
list_error(uint8_t number, uint32_t n, size_t left, size_t limit)
{
    uint8_t     bytes[64] = { 0 };
    size_t      len = 1;
    ct_limits_t capped = CT_LIMITS_DEFAULT;
    ct_reader_t reader;
    ct_ttype_t  type;
    size_t      read;

    bytes[0] = (uint8_t) ((n < 15 ? n : 15u) << 4 | number);
    if (n >= 15) {
        len += ct_varint_write(bytes + 1, n);
    }
    capped.container = limit;
    ct_reader_init(&reader, P, bytes, len + left, &capped, NULL);
    if (P->read_list(&reader, &type, &read) == CT_OK) {
        assert_int_equal(read, n);
        assert_int_equal(ct_reader_left(&reader), left);
    }
    return reader.error;
}


static void
caps_lists(void **state CT_UNUSED)
{
    static const uint8_t least[16] = {
        0, 1, 1, 1, 1, 1, 1, 8, 1, 1, 1, 1, 1, 16
    };
    uint8_t number;

    for (number = 0; number < 16; number++) {
        /* An empty list may name anything. */
        assert_int_equal(list_error(number, 0, 0, SIZE_MAX), CT_WIRE_OK);
        if (least[number] == 0) {
            assert_int_equal(list_error(number, 1, 50, SIZE_MAX),
                             CT_WIRE_MALFORMED);
            continue;
        }
        assert_int_equal(list_error(number, 3, 3u * least[number], SIZE_MAX),
                         CT_WIRE_OK);
        assert_int_equal(
            list_error(number, 3, 3u * least[number] - 1, SIZE_MAX),
            CT_WIRE_TRUNCATED);
        assert_int_equal(list_error(number, INT32_MAX, 50, SIZE_MAX),
                         CT_WIRE_TRUNCATED);
        assert_int_equal(list_error(number, 3, 50, 3), CT_WIRE_OK);
        assert_int_equal(list_error(number, 3, 50, 2), CT_WIRE_LIMIT);
        assert_int_equal(list_error(number, UINT32_MAX, 50, SIZE_MAX),
                         CT_WIRE_MALFORMED);
        assert_int_equal(list_error(number, 0x80000000, 50, SIZE_MAX),
                         CT_WIRE_MALFORMED);
    }
    assert_int_equal(list_error(3, 15, 15, SIZE_MAX), CT_WIRE_OK);
    assert_int_equal(list_error(3, 15, 14, SIZE_MAX), CT_WIRE_TRUNCATED);
}


static ct_wire_error_t
map_error(uint8_t types, uint32_t n, size_t left)
{
    uint8_t     bytes[64];
    size_t      len = ct_varint_write(bytes, n);
    ct_reader_t reader;
    ct_ttype_t  key;
    ct_ttype_t  value;
    size_t      read;

    bytes[len++] = types;
    memset(bytes + len, 0, sizeof(bytes) - len);
    ct_reader_init(&reader, P, bytes, len + left, &limits, NULL);
    if (P->read_map(&reader, &key, &value, &read) == CT_OK) {
        assert_int_equal(read, n);
        assert_int_equal(key == CT_T_STOP, n == 0);
    }
    return reader.error;
}


static void
caps_maps(void **state CT_UNUSED)
{
    assert_int_equal(map_error(0xff, 0, 0), CT_WIRE_OK);
    assert_int_equal(map_error(0x7c, 2, 18), CT_WIRE_OK);
    assert_int_equal(map_error(0x7c, 2, 17), CT_WIRE_TRUNCATED);
    assert_int_equal(map_error(0x10, 1, 50), CT_WIRE_MALFORMED);
    assert_int_equal(map_error(0x01, 1, 50), CT_WIRE_MALFORMED);
    assert_int_equal(map_error(0x1e, 1, 50), CT_WIRE_MALFORMED);
    assert_int_equal(map_error(0xf1, 1, 50), CT_WIRE_MALFORMED);
    assert_int_equal(map_error(0x33, UINT32_MAX, 50), CT_WIRE_MALFORMED);
    assert_int_equal(map_error(0xdd, INT32_MAX, 40), CT_WIRE_TRUNCATED);
}


static void
writes_everything(void **state CT_UNUSED)
{
    static const char bytes[] =
        "\x82\x41\x80\x80\x80\x80\x08\x01m"
        /* Fields 1 and 0, bools; -1 an i8; a struct with field 20. */
        "\x11\x02\x00\x03\x01\x80"
        "\x1c\x05\x28\x03\x00"
        "\x54\xff\xff\x03\x00"
        "\x01\x02\x03"
        "\xfd\xff\xff\xff\x0f"
        "\xfc\xff\xff\xff\xff\xff\xff\xff\xff\x01"
        "\x00\x00\x00\x00\x00\x00\xf8\xbf"
        "0123456789abcdef"
        "\x02hi\x00"
        "\xe5\xf1\x0f\x00\x03\x8c";
    const ct_message_t message = { .name = CT_STR_INIT("m"),
                                   .type = CT_MESSAGE_REPLY,
                                   .seqid = INT32_MIN };
    ct_uuid_t          uuid;
    ct_struct_mark_t   outer;
    ct_struct_mark_t   inner;
    ct_writer_t        writer;
    ct_buf_t           out;

    memcpy(uuid.bytes, "0123456789abcdef", 16);
    ct_buf_init(&out);
    ct_writer_init(&writer, P, &out);
    P->write_message(&writer, &message);
    P->write_struct_begin(&writer, &outer);
    P->write_field(&writer, CT_T_BOOL, 1);
    P->write_bool(&writer, true);
    P->write_field(&writer, CT_T_BOOL, 0);
    P->write_bool(&writer, false);
    P->write_field(&writer, CT_T_I8, -1);
    P->write_i8(&writer, -128);
    P->write_field(&writer, CT_T_STRUCT, 0);
    P->write_struct_begin(&writer, &inner);
    P->write_field(&writer, CT_T_I32, 20);
    P->write_i32(&writer, -2);
    P->write_stop(&writer);
    P->write_struct_end(&writer, inner);
    P->write_field(&writer, CT_T_I16, 5);
    P->write_i16(&writer, INT16_MIN);
    P->write_stop(&writer);
    P->write_struct_end(&writer, outer);
    /* What stands in containers. */
    P->write_bool(&writer, true);
    P->write_bool(&writer, false);
    P->write_i16(&writer, -2);
    P->write_i32(&writer, INT32_MIN + 1);
    P->write_i64(&writer, INT64_MAX - 1);
    P->write_double(&writer, -1.5);
    P->write_uuid(&writer, &uuid);
    P->write_string(&writer, CT_STR("hi"));
    P->write_binary(&writer, CT_STR_NONE);
    P->write_list(&writer, CT_T_SET, CT_T_I32, 14);
    P->write_list(&writer, CT_T_LIST, CT_T_BOOL, 15);
    P->write_map(&writer, CT_T_I32, CT_T_I32, 0);
    P->write_map(&writer, CT_T_STRING, CT_T_STRUCT, 3);
    assert_false(writer.failed);
    assert_int_equal(ct_buf_len(&out), sizeof(bytes) - 1);
    assert_memory_equal(out.pos, bytes, sizeof(bytes) - 1);
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
    assert_string_equal(writer.why, "a string longer than Thrift can say");
    P->write_message(&writer, &message);
    P->write_field(&writer, CT_T_I8, 1);
    P->write_bool(&writer, true);
    P->write_i16(&writer, 1);
    P->write_double(&writer, 1);
    P->write_uuid(&writer, &uuid);
    P->write_string(&writer, CT_STR("hi"));
    P->write_list(&writer, CT_T_SET, CT_T_I32, 20);
    P->write_map(&writer, CT_T_STRING, CT_T_STRUCT, 3);
    P->write_stop(&writer);
    assert_int_equal(ct_buf_len(&out), 0);
    ct_buf_release(&out);
}


/* What the codec writes it reads again, and a shorter message never. */
static void
goes_round(void **state CT_UNUSED)
{
    ct_pool_t  *pool = ct_pool_create(4096);
    sample_t    sample;
    sample_t    again;
    ct_writer_t writer;
    ct_reader_t reader;
    const char *c_why;
    ct_buf_t    outs[2];
    size_t      len;

    ct_buf_init(&outs[0]);
    ct_buf_init(&outs[1]);
    sample_fill(&sample, pool);
    ct_writer_init(&writer, P, &outs[0]);
    assert_int_equal(ct_codec_write(&writer, &sample_struct, &sample, &c_why),
                     CT_OK);
    for (len = 0; len <= ct_buf_len(&outs[0]); len++) {
        ct_reader_init(&reader, P, outs[0].pos, len, &limits, pool);
        assert_int_equal(ct_codec_skip(&reader, CT_T_STRUCT),
                         len < ct_buf_len(&outs[0]) ? CT_ERROR : CT_OK);
        ct_reader_init(&reader, P, outs[0].pos, len, &limits, pool);
        assert_int_equal(ct_codec_read(&reader, &sample_struct, &again),
                         len < ct_buf_len(&outs[0]) ? CT_ERROR : CT_OK);
    }
    assert_true(again.an_i64 == INT64_MIN);
    assert_int_equal(again.flags.n, 3);
    ct_writer_init(&writer, P, &outs[1]);
    assert_int_equal(ct_codec_write(&writer, &sample_struct, &again, &c_why),
                     CT_OK);
    assert_int_equal(ct_buf_len(&outs[1]), ct_buf_len(&outs[0]));
    assert_memory_equal(outs[1].pos, outs[0].pos, ct_buf_len(&outs[0]));
    ct_buf_release(&outs[0]);
    ct_buf_release(&outs[1]);
    ct_pool_destroy(pool);
}


/* 100,000 structs in one another end at the limit, not at the stack's. */
static void
holds_the_depth(void **state CT_UNUSED)
{
    ct_reader_t reader;
    ct_buf_t    in;
    unsigned    i;

    ct_buf_init(&in);
    for (i = 0; i < 100000; i++) {
        SAMPLE_PUT(&in, "\x1c");
    }
    ct_reader_init(&reader, P, in.pos, ct_buf_len(&in), &limits, NULL);
    assert_int_equal(ct_codec_skip(&reader, CT_T_STRUCT), CT_ERROR);
    assert_int_equal(reader.error, CT_WIRE_LIMIT);
    memset(in.pos, 0x19, ct_buf_len(&in));
    ct_reader_init(&reader, P, in.pos, ct_buf_len(&in), &limits, NULL);
    assert_int_equal(ct_codec_skip(&reader, CT_T_STRUCT), CT_ERROR);
    assert_int_equal(reader.error, CT_WIRE_LIMIT);
    ct_buf_release(&in);
}


int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(folds_numbers),
        cmocka_unit_test(folds_numbers_of_all_sizes),
        cmocka_unit_test(caps_numbers),
        cmocka_unit_test(reads_scalars),
        cmocka_unit_test(refuses_short_values),
        cmocka_unit_test(caps_strings),
        cmocka_unit_test(reads_heads),
        cmocka_unit_test(refuses_bad_heads),
        cmocka_unit_test(reads_fields),
        cmocka_unit_test(refuses_bad_fields),
        cmocka_unit_test(caps_lists),
        cmocka_unit_test(caps_maps),
        cmocka_unit_test(writes_everything),
        cmocka_unit_test(stays_failed),
        cmocka_unit_test(goes_round),
        cmocka_unit_test(holds_the_depth),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
