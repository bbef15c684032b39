/*
 * nearest_test.c -- a guess is made only where it helps.
 */

#include "core/ct_config.h"

#include "core/ct_nearest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>


static const char *
guess(const char *c_word, char out[CT_NEAREST_TEXT_SIZE])
{
    static const char *const known[] = { "listen", "worker_processes",
                                         "worker_connections", "pid", "on" };
    ct_nearest_t             nearest;

    ct_nearest_init(&nearest, ct_str_of(c_word));
    for (size_t i = 0; i < CT_ARRAY_LEN(known); i++) {
        ct_nearest_offer(&nearest, ct_str_of(known[i]));
    }
    return ct_nearest_text(&nearest, out);
}


static void
near_words_are_offered(void **state)
{
    char out[CT_NEAREST_TEXT_SIZE];

    (void) state;
    assert_string_equal(guess("lisen", out), ", did you mean 'listen'?");
    assert_string_equal(guess("worker_proceses", out),
                        ", did you mean 'worker_processes'?");
    assert_string_equal(guess("pdi", out), ", did you mean 'pid'?");
    assert_string_equal(guess("no", out), ", did you mean 'on'?");
}


static void
far_words_are_not(void **state)
{
    char out[CT_NEAREST_TEXT_SIZE];

    (void) state;
    assert_string_equal(guess("proxy_pass", out), "");
    assert_string_equal(guess("x", out), "");
    assert_string_equal(guess("", out), "");
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(near_words_are_offered),
        cmocka_unit_test(far_words_are_not),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
