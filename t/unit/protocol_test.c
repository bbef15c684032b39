/*
 * protocol_test.c -- a reader fails once, and counts its levels.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_protocol.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "core/ct_buf.h"

static void
keeps_the_first_reason(void **state CT_UNUSED)
{
    const ct_limits_t limits = CT_LIMITS_DEFAULT;
    ct_reader_t       reader;

    ct_reader_init(&reader, &ct_binary_protocol, "abc", 3, &limits, NULL);
    assert_int_equal(ct_reader_left(&reader), 3);
    assert_int_equal(reader.size, 3);
    assert_int_equal(reader.error, CT_WIRE_OK);
    assert_null(reader.why);
    assert_int_equal(ct_reader_fail(&reader, CT_WIRE_LIMIT, "first"), CT_ERROR);
    assert_int_equal(ct_reader_fail(&reader, CT_WIRE_MEMORY, "second"),
                     CT_ERROR);
    assert_int_equal(reader.error, CT_WIRE_LIMIT);
    assert_string_equal(reader.why, "first");
}


/* The outermost level is free; then exactly `depth`. */
static void
counts_levels(void **state CT_UNUSED)
{
    ct_limits_t limits = CT_LIMITS_DEFAULT;
    ct_reader_t reader;

    limits.depth = 2;
    ct_reader_init(&reader, &ct_binary_protocol, "", 0, &limits, NULL);
    assert_int_equal(ct_reader_enter(&reader), CT_OK);
    assert_int_equal(ct_reader_enter(&reader), CT_OK);
    assert_int_equal(ct_reader_enter(&reader), CT_OK);
    ct_reader_leave(&reader);
    assert_int_equal(ct_reader_enter(&reader), CT_OK);
    assert_int_equal(ct_reader_enter(&reader), CT_ERROR);
    assert_int_equal(reader.error, CT_WIRE_LIMIT);
}


static void
begins_a_writer(void **state CT_UNUSED)
{
    ct_writer_t writer;
    ct_buf_t    out;

    ct_buf_init(&out);
    ct_writer_init(&writer, &ct_binary_protocol, &out);
    assert_ptr_equal(writer.out, &out);
    assert_ptr_equal(writer.protocol, &ct_binary_protocol);
    assert_false(writer.failed);
    assert_int_equal(writer.depth, 0);
}


int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_the_first_reason),
        cmocka_unit_test(counts_levels),
        cmocka_unit_test(begins_a_writer),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
