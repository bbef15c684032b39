/*
 * options_test.c -- the command line means what nginx's means.
 */

#include "core/ct_config.h"

#include "process/ct_options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "core/ct_pool.h"


static ct_pool_t  *pool;
static const char *why;


/* Parses words, NULL last; the name of the program is put before them. */
static ct_rc_t
parse(ct_options_t *options, const char *const *words)
{
    char *argv[16] = { ct_str_dup_c(pool, CT_STR("cthrift")) };
    int   argc = 1;

    for (; *words != NULL; words++) {
        argv[argc++] = ct_str_dup_c(pool, ct_str_of(*words));
    }
    return ct_options_parse(options, pool, argc, argv, &why);
}

#define PARSE(options, ...)                                                    \
    parse(options, (const char *const[]){ __VA_ARGS__, NULL })


static void
options_stand_together_and_take_values(void **state)
{
    ct_options_t options;

    (void) state;
    pool = ct_pool_create(4096);
    assert_int_equal(PARSE(&options, "-tq", "-p", "/srv/x", "-cmine.conf"),
                     CT_OK);
    assert_int_equal(options.action, CT_ACTION_TEST);
    assert_true(options.quiet);
    assert_string_equal(options.prefix.data, "/srv/x/");
    assert_string_equal(options.conf_path.data, "/srv/x/mine.conf");
    assert_int_equal(PARSE(&options, "-g", "daemon off;"), CT_OK);
    assert_int_equal(options.action, CT_ACTION_SERVE);
    assert_true(ct_str_eq_c(options.directives, "daemon off;"));
    ct_pool_destroy(pool);
}


static void
paths_are_taken_from_the_prefix(void **state)
{
    ct_options_t options;

    (void) state;
    pool = ct_pool_create(4096);
    assert_int_equal(PARSE(&options, "-p", "here//", "-c", "/etc/a.conf"),
                     CT_OK);
    assert_int_equal(options.prefix.data[0], '/');
    assert_true(ct_str_ends_with(options.prefix, "/here/"));
    assert_string_equal(options.conf_path.data, "/etc/a.conf");
    assert_int_equal(PARSE(&options, "-p", "/", "-e", "a.log"), CT_OK);
    assert_string_equal(options.prefix.data, "/");
    assert_string_equal(options.error_log.data, "/a.log");
    assert_int_equal(PARSE(&options, "-e", "stderr"), CT_OK);
    assert_true(ct_str_eq_c(options.error_log, "stderr"));
    ct_pool_destroy(pool);
}


static void
words_and_long_options(void **state)
{
    ct_options_t options;

    (void) state;
    pool = ct_pool_create(4096);
    assert_int_equal(PARSE(&options, "-s", "status", "--json"), CT_OK);
    assert_int_equal(options.action, CT_ACTION_COMMAND);
    assert_true(options.json);
    assert_int_equal(PARSE(&options, "-s", "kill-worker=1", "now"), CT_OK);
    assert_true(ct_str_eq_c(options.word, "kill-worker=1 now"));
    assert_int_equal(PARSE(&options, "--directives"), CT_OK);
    assert_int_equal(options.action, CT_ACTION_DIRECTIVES);
    assert_int_equal(PARSE(&options, "-v", "-t"), CT_OK);
    assert_int_equal(options.action, CT_ACTION_VERSION);
    ct_pool_destroy(pool);
}


static void
mistakes_are_named(void **state)
{
    ct_options_t options;

    (void) state;
    pool = ct_pool_create(4096);
    assert_int_equal(PARSE(&options, "-x"), CT_ERROR);
    assert_string_equal(why, "unknown option \"-x\"");
    assert_int_equal(PARSE(&options, "-tx"), CT_ERROR);
    assert_int_equal(PARSE(&options, "--nonsense"), CT_ERROR);
    assert_int_equal(PARSE(&options, "word"), CT_ERROR);
    assert_int_equal(PARSE(&options, "-c"), CT_ERROR);
    assert_string_equal(why, "a value is missing for option \"-c\"");
    assert_int_equal(PARSE(&options, "-t", "--json"), CT_ERROR);
    assert_string_equal(why, "only -s takes \"--json\"");
    assert_int_equal(PARSE(&options, "-s", "drain", "o\nn"), CT_ERROR);
    assert_int_equal(PARSE(&options, "-"), CT_ERROR);
    ct_pool_destroy(pool);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_stand_together_and_take_values),
        cmocka_unit_test(paths_are_taken_from_the_prefix),
        cmocka_unit_test(words_and_long_options),
        cmocka_unit_test(mistakes_are_named),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
