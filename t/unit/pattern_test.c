/*
 * pattern_test.c -- tests for ct_pattern.c: what matches, what is refused,
 * and that an evil pattern ends.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "conf_fixture.h"
#include "thrift/ct_pattern.h"

static const ct_module_t *const no_modules[] = { NULL };


/* A directive that a pattern's errors can be about. */
static ct_conf_t
conf_of(fixture_t *fixture)
{
    static const ct_conf_node_t node = { .file = "test", .line = 3 };

    return (ct_conf_t){ .cycle = fixture->cycle,
                        .pool = fixture->cycle->pool,
                        .log = &fixture->cycle->log,
                        .node = &node };
}


static void
matches_as_perl_does(void **state)
{
    fixture_t     fixture;
    ct_conf_t     conf;
    ct_pattern_t *slow;
    ct_pattern_t *any;

    (void) state;
    fixture_init(&fixture, no_modules);
    conf = conf_of(&fixture);
    assert_int_equal(
        ct_pattern_compile(&conf, CT_STR("^slow(_|$)"), false, &slow), CT_OK);
    assert_int_equal(ct_pattern_match(slow, CT_STR("slow_echo")), CT_OK);
    assert_int_equal(ct_pattern_match(slow, CT_STR("slow")), CT_OK);
    assert_int_equal(ct_pattern_match(slow, CT_STR("slower")), CT_DECLINED);
    assert_int_equal(ct_pattern_match(slow, CT_STR("SLOW")), CT_DECLINED);
    assert_int_equal(ct_pattern_match(slow, CT_STR("")), CT_DECLINED);

    assert_int_equal(ct_pattern_compile(&conf, CT_STR("SLOW"), true, &any),
                     CT_OK);
    assert_int_equal(ct_pattern_match(any, CT_STR("a slow one")), CT_OK);
    fixture_release(&fixture);
}


static void
refuses_what_is_no_pattern(void **state)
{
    fixture_t     fixture;
    ct_conf_t     conf;
    ct_pattern_t *pattern;

    (void) state;
    fixture_init(&fixture, no_modules);
    conf = conf_of(&fixture);
    assert_int_equal(ct_pattern_compile(&conf, CT_STR("a("), false, &pattern),
                     CT_ERROR);
    fixture_expect(&fixture, "bad pattern 'a(': missing closing parenthesis "
                             "at byte 2 in test:3");
    fixture_release(&fixture);
}


/* Without limits this would run for longer than anybody waits. */
static void
ends_where_a_limit_is(void **state)
{
    fixture_t     fixture;
    ct_conf_t     conf;
    ct_pattern_t *pattern;

    (void) state;
    fixture_init(&fixture, no_modules);
    conf = conf_of(&fixture);
    assert_int_equal(
        ct_pattern_compile(&conf, CT_STR("^(a|aa|a.)+$"), false, &pattern),
        CT_OK);
    assert_int_equal(
        ct_pattern_match(
            pattern, CT_STR("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n!")),
        CT_ERROR);
    fixture_release(&fixture);
}


/* Such a pattern takes quadratic time, which no limit on a match sees. */
static void
looks_at_names_only(void **state)
{
    static char   text[16 * 1024 + 1];
    fixture_t     fixture;
    ct_conf_t     conf;
    ct_pattern_t *pattern;

    (void) state;
    fixture_init(&fixture, no_modules);
    conf = conf_of(&fixture);
    memset(text, 'a', sizeof(text));
    assert_int_equal(ct_pattern_compile(&conf, CT_STR("^a+$"), false, &pattern),
                     CT_OK);
    assert_int_equal(
        ct_pattern_match(pattern, (ct_str_t){ sizeof(text) - 1, text }), CT_OK);
    assert_int_equal(
        ct_pattern_match(pattern, (ct_str_t){ sizeof(text), text }), CT_ERROR);
    fixture_release(&fixture);
}


static void
captures_groups(void **state)
{
    const ct_str_t subject = CT_STR_INIT("user-42");
    fixture_t      fixture;
    ct_conf_t      conf;
    ct_pattern_t  *pattern;

    (void) state;
    fixture_init(&fixture, no_modules);
    conf = conf_of(&fixture);
    assert_int_equal(ct_pattern_compile(&conf,
                                        CT_STR("^(\\w+)-(?<id>\\d+)(x)?"),
                                        false, &pattern),
                     CT_OK);
    assert_int_equal(ct_pattern_groups(pattern), 3);
    assert_int_equal(ct_pattern_group(pattern, CT_STR("id")), 2);
    assert_int_equal(ct_pattern_group(pattern, CT_STR("di")), 0);
    assert_int_equal(ct_pattern_group(pattern, CT_STR("")), 0);
    assert_int_equal(ct_pattern_match(pattern, subject), CT_OK);
    assert_true(ct_str_eq(ct_pattern_captured(pattern, subject, 0), subject));
    assert_true(ct_str_eq_c(ct_pattern_captured(pattern, subject, 1), "user"));
    assert_true(ct_str_eq_c(ct_pattern_captured(pattern, subject, 2), "42"));
    assert_true(ct_str_eq_c(ct_pattern_captured(pattern, subject, 3), ""));
    assert_true(ct_str_eq_c(ct_pattern_captured(pattern, subject, 4), ""));
    fixture_release(&fixture);
}


int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(matches_as_perl_does),
        cmocka_unit_test(refuses_what_is_no_pattern),
        cmocka_unit_test(ends_where_a_limit_is),
        cmocka_unit_test(looks_at_names_only),
        cmocka_unit_test(captures_groups),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
