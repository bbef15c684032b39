/*
 * words_test.c -- there is such a word, or the nearest one is named.
 */

#include "core/ct_config.h"

#include "process/ct_words.h"

#include <jansson.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "core/ct_pool.h"
#include "process/ct_generation.h"
#include "process/ct_request.h"

/* What configure writes for a server; here nobody is built in. */
const ct_module_t *const ct_builtin_modules[] = { NULL };


static const char *
check(const char *c_line, char out[CT_WORDS_WHY])
{
    ct_request_t request;

    assert_int_equal(ct_request_parse(ct_str_of(c_line), &request), CT_OK);
    return ct_words_check(&request, out);
}


static void
words_are_known(void **state)
{
    char out[CT_WORDS_WHY];

    (void) state;
    assert_null(check("status", out));
    assert_null(check("workers=3", out));
    assert_null(check("kill-worker=1 now json", out));
    assert_string_equal(check("stop now", out), "'stop' takes no argument");
    assert_string_equal(check("conections", out),
                        "'conections' is no word, did you mean "
                        "'connections'?");
    assert_string_equal(check("\033[2J", out),
                        "'\\x1b[2J' is no word; 'help' lists them");
}


static void
some_stand_for_signals(void **state)
{
    (void) state;
    assert_int_equal(ct_words_signal(CT_STR("quit")), SIGQUIT);
    assert_int_equal(ct_words_signal(CT_STR("reload")), SIGHUP);
    assert_int_equal(ct_words_signal(CT_STR("status")), 0);
    assert_int_equal(ct_words_signal(CT_STR("x")), -1);
}


static void
help_has_all(void **state)
{
    ct_pool_t     *pool = ct_pool_create(4096);
    const char    *text = ct_str_dup_c(pool, ct_words_help(false, pool));
    const ct_str_t json = ct_words_help(true, pool);
    json_t        *root = json_loadb(json.data, json.len, 0, NULL);
    const json_t  *words = json_object_get(root, "words");

    (void) state;
    assert_true(json_array_size(words) > 10);
    for (size_t i = 0; i < json_array_size(words); i++) {
        const json_t *word = json_array_get(words, i);

        assert_non_null(
            strstr(text, json_string_value(json_object_get(word, "usage"))));
        assert_non_null(
            strstr(text, json_string_value(json_object_get(word, "help"))));
    }
    assert_non_null(strstr(text, "\nworkers[=N] "));
    assert_non_null(strstr(text, "\ndrain [on|off] "));
    json_decref(root);
    ct_pool_destroy(pool);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_known),
        cmocka_unit_test(some_stand_for_signals),
        cmocka_unit_test(help_has_all),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
