/*
 * outcome_test.c -- every way in which a call ends has its own word.
 */

#include "core/ct_config.h"

#include "core/ct_outcome.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>


static void
each_has_its_word(void **state)
{
    (void) state;
    for (unsigned i = 0; i < CT_OUTCOMES; i++) {
        assert_non_null(ct_outcome_name(i));
        for (unsigned k = 0; k < i; k++) {
            assert_string_not_equal(ct_outcome_name(i), ct_outcome_name(k));
        }
    }
    assert_string_equal(ct_outcome_name(CT_OUTCOME_OK), "ok");
    assert_string_equal(ct_outcome_name(CT_OUTCOME_CANCELLED), "cancelled");
}


static void
exceptions_that_the_idl_declares_are_no_errors(void **state)
{
    (void) state;
    assert_false(ct_outcome_is_error(CT_OUTCOME_OK));
    assert_false(ct_outcome_is_error(CT_OUTCOME_EXCEPTION));
    assert_true(ct_outcome_is_error(CT_OUTCOME_SHED));
    assert_true(ct_outcome_is_error(CT_OUTCOME_CANCELLED));
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_has_its_word),
        cmocka_unit_test(exceptions_that_the_idl_declares_are_no_errors),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
