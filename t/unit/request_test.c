/*
 * request_test.c -- lines for a running server are taken apart.
 */

#include "core/ct_config.h"

#include "process/ct_request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>


static void
words_have_arguments(void **state)
{
    ct_request_t request;

    (void) state;
    assert_int_equal(ct_request_parse(CT_STR("status"), &request), CT_OK);
    assert_true(ct_str_eq_c(request.word, "status"));
    assert_int_equal(request.nargs, 0);
    assert_false(request.as_json);
    assert_int_equal(
        ct_request_parse(CT_STR("  kill-worker=3\tnow \r"), &request), CT_OK);
    assert_true(ct_str_eq_c(request.word, "kill-worker"));
    assert_int_equal(request.nargs, 2);
    assert_true(ct_str_eq_c(request.args[0], "3"));
    assert_true(ct_str_eq_c(request.args[1], "now"));
    assert_int_equal(ct_request_parse(CT_STR("workers 4"), &request), CT_OK);
    assert_true(ct_str_eq_c(request.args[0], "4"));
}


static void
the_last_word_asks_for_json(void **state)
{
    ct_request_t request;

    (void) state;
    assert_int_equal(ct_request_parse(CT_STR("status json"), &request), CT_OK);
    assert_true(request.as_json);
    assert_int_equal(request.nargs, 0);
    assert_int_equal(ct_request_parse(CT_STR("workers=2 --json"), &request),
                     CT_OK);
    assert_true(request.as_json);
    assert_int_equal(request.nargs, 1);
    assert_int_equal(ct_request_parse(CT_STR("a json b"), &request),
                     CT_DECLINED);
}


static void
values_are_found_by_name(void **state)
{
    ct_request_t request;

    (void) state;
    assert_int_equal(
        ct_request_parse(CT_STR("connections worker=1 method=A.b w="),
                         &request),
        CT_OK);
    assert_true(ct_str_eq_c(ct_request_value(&request, "worker"), "1"));
    assert_true(ct_str_eq_c(ct_request_value(&request, "method"), "A.b"));
    assert_null(ct_request_value(&request, "work").data);
    assert_int_equal(ct_request_value(&request, "w").len, 0);
    assert_non_null(ct_request_value(&request, "w").data);
}


static void
what_is_none_is_declined(void **state)
{
    ct_request_t request;

    (void) state;
    assert_int_equal(ct_request_parse(CT_STR(""), &request), CT_DECLINED);
    assert_int_equal(ct_request_parse(CT_STR(" \t "), &request), CT_DECLINED);
    assert_int_equal(ct_request_parse(CT_STR("a 1 2 3 4 5 6 7 8"), &request),
                     CT_OK);
    assert_int_equal(ct_request_parse(CT_STR("a=0 1 2 3 4 5 6 7 8"), &request),
                     CT_DECLINED);
    assert_int_equal(ct_request_parse(CT_STR("=x"), &request), CT_OK);
    assert_int_equal(request.word.len, 0);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_have_arguments),
        cmocka_unit_test(the_last_word_asks_for_json),
        cmocka_unit_test(values_are_found_by_name),
        cmocka_unit_test(what_is_none_is_declined),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
