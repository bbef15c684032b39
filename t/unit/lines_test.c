/*
 * lines_test.c -- text that is made line by line.
 */

#include "core/ct_config.h"

#include "process/ct_lines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "core/ct_pool.h"


static void
lines_follow_each_other(void **state)
{
    ct_pool_t *pool = ct_pool_create(4096);
    ct_buf_t   buf;

    (void) state;
    ct_buf_init(&buf);
    assert_int_equal(ct_lines_text(&buf, pool).len, 0);
    ct_lines_add(&buf, "%d\n", 1);
    ct_lines_add(&buf, "%s\n", "two");
    assert_true(ct_str_eq_c(ct_lines_text(&buf, pool), "1\ntwo\n"));
    assert_null(buf.start);
    ct_lines_add(&buf, "%2000d", 1);
    assert_int_equal(ct_lines_text(&buf, pool).len, 1023);
    ct_pool_destroy(pool);
}


static void
json_has_numbers_and_texts(void **state)
{
    ct_pool_t *pool = ct_pool_create(4096);
    json_t    *root = json_object();

    (void) state;
    ct_lines_count(root, "n", UINT64_MAX);
    ct_lines_string(root, "text", CT_STR("x"));
    ct_lines_string(root, "none", CT_STR(""));
    ct_lines_string(root, "bad", CT_STR("\xff"));
    assert_true(ct_str_eq_c(ct_lines_json(root, pool),
                            "{\n  \"n\": 9223372036854775807,\n"
                            "  \"text\": \"x\",\n  \"none\": null,\n"
                            "  \"bad\": null\n}\n"));
    ct_pool_destroy(pool);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_follow_each_other),
        cmocka_unit_test(json_has_numbers_and_texts),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
