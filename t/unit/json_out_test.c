/*
 * json_out_test.c -- what is written is JSON, whatever the bytes.
 */

#include "core/ct_config.h"

#include "core/ct_json_out.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "core/ct_buf.h"


static void
values_stand_where_they_should(void **state)
{
    static const char expected[] =
        "{\n\"a\":1,\n\"b\":[\n{\"s\":\"x\",\"l\":[1,null,0]},\n{}],"
        "\n\"c\":true,\n\"d\":9223372036854775807}";
    ct_buf_t      buf;
    ct_json_out_t out;

    (void) state;
    ct_buf_init(&buf);
    ct_json_out_init(&out, &buf);
    ct_json_out_begin(&out, NULL, '{');
    ct_json_out_count(&out, "a", 1);
    ct_json_out_begin(&out, "b", '[');
    ct_json_out_begin(&out, NULL, '{');
    ct_json_out_str(&out, "s", CT_STR("x"));
    ct_json_out_begin(&out, "l", '[');
    ct_json_out_count(&out, NULL, 1);
    ct_json_out_null(&out, NULL);
    ct_json_out_gauge(&out, NULL, -5);
    ct_json_out_end(&out, ']');
    ct_json_out_end(&out, '}');
    ct_json_out_begin(&out, NULL, '{');
    ct_json_out_end(&out, '}');
    ct_json_out_end(&out, ']');
    ct_json_out_bool(&out, "c", true);
    ct_json_out_count(&out, "d", UINT64_MAX);
    ct_json_out_end(&out, '}');
    assert_int_equal(ct_buf_len(&buf), sizeof(expected) - 1);
    assert_memory_equal(buf.pos, expected, sizeof(expected) - 1);
    ct_buf_release(&buf);
}


static void
expect_str(ct_str_t value, const char *c_expected)
{
    ct_buf_t      buf;
    ct_json_out_t out;

    ct_buf_init(&buf);
    ct_json_out_init(&out, &buf);
    ct_json_out_str(&out, NULL, value);
    assert_int_equal(ct_buf_len(&buf), strlen(c_expected));
    assert_memory_equal(buf.pos, c_expected, strlen(c_expected));
    ct_buf_release(&buf);
}


static void
no_byte_ends_a_string(void **state)
{
    (void) state;
    expect_str(CT_STR(""), "\"\"");
    expect_str(CT_STR("a\"b\\c\n\x7f"), "\"a\\\"b\\\\c\\u000a\\u007f\"");
    expect_str(CT_STR("\xc3\xa9"), "\"\xc3\xa9\"");
    expect_str(CT_STR("\xc3z"), "\"\\u00c3z\"");
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_stand_where_they_should),
        cmocka_unit_test(no_byte_ends_a_string),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
