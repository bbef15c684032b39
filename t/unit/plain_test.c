/*
 * plain_test.c -- what a count and a length may promise.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_plain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "core/ct_buf.h"


static ct_wire_error_t
count_error(uint32_t n, uint32_t least, size_t left, size_t limit)
{
    static const uint8_t bytes[32] = { 0 };
    ct_limits_t          caps = CT_LIMITS_DEFAULT;
    ct_reader_t          reader;

    caps.container = limit;
    ct_reader_init(&reader, &ct_binary_protocol, bytes, left, &caps, NULL);
    (void) ct_plain_check_count(&reader, n, least);
    return reader.error;
}


static void
holds_counts(void **state CT_UNUSED)
{
    assert_int_equal(count_error(0, 0, 0, SIZE_MAX), CT_WIRE_OK);
    assert_int_equal(count_error(1, 0, 32, SIZE_MAX), CT_WIRE_MALFORMED);
    assert_int_equal(count_error(4, 8, 32, SIZE_MAX), CT_WIRE_OK);
    assert_int_equal(count_error(4, 8, 31, SIZE_MAX), CT_WIRE_TRUNCATED);
    assert_int_equal(count_error(4, 8, 32, 4), CT_WIRE_OK);
    assert_int_equal(count_error(4, 8, 32, 3), CT_WIRE_LIMIT);
    assert_int_equal(count_error(0x80000000, 8, 32, 3), CT_WIRE_MALFORMED);
    /* 2^29 times 8 is 0 in 32 bits. */
    assert_int_equal(count_error(0x20000000, 8, 32, SIZE_MAX),
                     CT_WIRE_TRUNCATED);
}


static ct_wire_error_t
text_error(uint32_t len, size_t left, size_t limit)
{
    static const char bytes[32] = "text";
    ct_limits_t       caps = CT_LIMITS_DEFAULT;
    ct_reader_t       reader;
    ct_str_t          text;

    ct_reader_init(&reader, &ct_binary_protocol, bytes, left, &caps, NULL);
    if (ct_plain_read_text(&reader, len, limit, &text) == CT_OK) {
        assert_int_equal(text.len, len);
        assert_ptr_equal(text.data, bytes);
    }
    return reader.error;
}


static void
holds_lengths(void **state CT_UNUSED)
{
    assert_int_equal(text_error(0, 0, 0), CT_WIRE_OK);
    assert_int_equal(text_error(4, 4, 4), CT_WIRE_OK);
    assert_int_equal(text_error(4, 4, 3), CT_WIRE_LIMIT);
    assert_int_equal(text_error(4, 3, 4), CT_WIRE_TRUNCATED);
    assert_int_equal(text_error(INT32_MAX, 32, SIZE_MAX), CT_WIRE_TRUNCATED);
    assert_int_equal(text_error(0x80000000, 32, SIZE_MAX), CT_WIRE_MALFORMED);
}


static void
passes_bytes_through(void **state CT_UNUSED)
{
    ct_uuid_t   uuid = { "0123456789abcde" };
    ct_uuid_t   again;
    int8_t      i8;
    ct_writer_t writer;
    ct_reader_t reader;
    ct_limits_t caps = CT_LIMITS_DEFAULT;
    ct_buf_t    out;

    ct_buf_init(&out);
    ct_writer_init(&writer, &ct_binary_protocol, &out);
    ct_plain_write_i8(&writer, -1);
    ct_plain_write_uuid(&writer, &uuid);
    assert_int_equal(ct_buf_len(&out), 17);
    ct_reader_init(&reader, &ct_binary_protocol, out.pos, 17, &caps, NULL);
    assert_int_equal(ct_plain_read_i8(&reader, &i8), CT_OK);
    assert_int_equal(i8, -1);
    assert_int_equal(ct_plain_read_uuid(&reader, &again), CT_OK);
    assert_memory_equal(&uuid, &again, sizeof(uuid));
    assert_int_equal(ct_plain_read_i8(&reader, &i8), CT_ERROR);
    assert_int_equal(ct_plain_read_uuid(&reader, &again), CT_ERROR);
    assert_int_equal(reader.error, CT_WIRE_TRUNCATED);

    writer.failed = true;
    ct_plain_write_i8(&writer, -1);
    ct_plain_write_uuid(&writer, &uuid);
    assert_int_equal(ct_buf_len(&out), 17);
    ct_buf_release(&out);
}


int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(holds_counts),
        cmocka_unit_test(holds_lengths),
        cmocka_unit_test(passes_bytes_through),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
