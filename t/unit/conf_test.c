/*
 * conf_test.c -- messages with their place, the environment, and paths.
 */

#include "core/ct_config.h"

#include "core/ct_conf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "conf_fixture.h"

static const ct_module_t *const no_modules[] = { NULL };

/* A cycle and a place in a file that does not exist. */
typedef struct scene_s {
    fixture_t      fixture;
    ct_conf_node_t node;
    ct_conf_t      conf;
} scene_t;


static void
start(scene_t *scene)
{
    memset(scene, 0, sizeof(*scene));
    fixture_init(&scene->fixture, no_modules);
    scene->node.file = "file";
    scene->node.line = 7;
    scene->conf.cycle = scene->fixture.cycle;
    scene->conf.pool = scene->fixture.cycle->pool;
    scene->conf.log = &scene->fixture.cycle->log;
    scene->conf.node = &scene->node;
}


static void
assert_expands(const char *c_text, const char *c_wanted)
{
    scene_t  scene;
    ct_str_t out;

    start(&scene);
    assert_int_equal(ct_conf_expand(&scene.conf, ct_str_of(c_text), &out),
                     CT_OK);
    assert_string_equal(out.data, c_wanted);
    assert_int_equal(out.len, strlen(c_wanted));
    fixture_release(&scene.fixture);
}


static void
assert_refused(const char *c_text, const char *c_wanted)
{
    scene_t  scene;
    ct_str_t out;

    start(&scene);
    assert_int_equal(ct_conf_expand(&scene.conf, ct_str_of(c_text), &out),
                     CT_ERROR);
    fixture_expect(&scene.fixture, c_wanted);
    fixture_release(&scene.fixture);
}


static void
messages_end_with_their_place(void **state)
{
    scene_t scene;

    (void) state;
    start(&scene);
    assert_int_equal(ct_conf_error(&scene.conf, "no %s", "x"), CT_ERROR);
    fixture_expect(&scene.fixture, "no x in file:7");
    ct_conf_warn(&scene.conf, "odd");
    assert_non_null(
        strstr(fixture_messages(&scene.fixture), ": odd in file:7\n"));
    fixture_release(&scene.fixture);
}


static void
a_long_message_keeps_its_place(void **state)
{
    scene_t scene;
    char    text[4000];

    (void) state;
    memset(text, 'm', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    start(&scene);
    ct_conf_warn(&scene.conf, "%s", text);
    assert_non_null(strstr(fixture_messages(&scene.fixture), "m in file:7\n"));
    fixture_release(&scene.fixture);
}


static void
variables_are_replaced(void **state)
{
    (void) state;
    assert_int_equal(setenv("CT_TEST_A", "value", 1), 0);
    assert_int_equal(setenv("CT_TEST_EMPTY", "", 1), 0);
    assert_expands("plain", "plain");
    assert_expands("", "");
    assert_expands("${CT_TEST_A}", "value");
    assert_expands("a${CT_TEST_A}b${CT_TEST_A}", "avaluebvalue");
    assert_expands("a${CT_TEST_EMPTY}b", "ab");
}


static void
other_dollars_stay(void **state)
{
    (void) state;
    assert_expands("$", "$");
    assert_expands("$name ^a$", "$name ^a$");
    assert_expands("\\${CT_TEST_GONE}", "${CT_TEST_GONE}");
    assert_expands("\\$a", "\\$a");
}


static void
bad_variables_are_refused(void **state)
{
    (void) state;
    assert_int_equal(unsetenv("CT_TEST_GONE"), 0);
    assert_refused("x${CT_TEST_GONE}",
                   "environment variable 'CT_TEST_GONE' is not set in file:7");
    assert_refused("${", "'${' without a name and '}' in '' in file:7");
    assert_refused("${}", "'${' without a name and '}' in '}' in file:7");
    assert_refused("${A", "'${' without a name and '}' in 'A' in file:7");
    assert_refused("${1A}", "'${' without a name and '}' in '1A}' in file:7");
    assert_refused("${A-b}", "'${' without a name and '}' in 'A-b}' in file:7");
}


static void
an_expansion_has_a_longest_length(void **state)
{
    char value[65538];

    (void) state;
    memset(value, 'v', sizeof(value) - 1);
    value[sizeof(value) - 1] = '\0';
    assert_int_equal(setenv("CT_TEST_LONG", value, 1), 0);
    assert_refused("${CT_TEST_LONG}",
                   "'${CT_TEST_LONG}' is longer than 65536 bytes in file:7");
    assert_int_equal(unsetenv("CT_TEST_LONG"), 0);
}


static void
paths_begin_at_the_prefix(void **state)
{
    scene_t           scene;
    const ct_cycle_t *cycle;

    (void) state;
    start(&scene);
    cycle = scene.fixture.cycle;
    assert_string_equal(ct_conf_path(cycle, CT_STR("logs/x")).data,
                        "/prefix/logs/x");
    assert_string_equal(ct_conf_path(cycle, CT_STR("/x")).data, "/x");
    fixture_release(&scene.fixture);
}


static void
places_have_names(void **state)
{
    (void) state;
    assert_string_equal(ct_conf_place_name(CT_IN_MAIN), "main");
    assert_string_equal(ct_conf_place_name(CT_IN_METHOD), "method");
    assert_string_equal(ct_conf_place_name(0), "?");
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_end_with_their_place),
        cmocka_unit_test(a_long_message_keeps_its_place),
        cmocka_unit_test(variables_are_replaced),
        cmocka_unit_test(other_dollars_stay),
        cmocka_unit_test(bad_variables_are_refused),
        cmocka_unit_test(an_expansion_has_a_longest_length),
        cmocka_unit_test(paths_begin_at_the_prefix),
        cmocka_unit_test(places_have_names),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
