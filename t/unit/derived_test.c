/*
 * derived_test.c -- map and split_clients: what a configuration makes of
 * variables, asked for a connection.
 */

#include "core/ct_config.h"

#include "thrift/ct_derived.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "conf_fixture.h"
#include "event/ct_conn.h"
#include "thrift/ct_thrift_module.h"

static const ct_module_t *const modules[] = { &ct_thrift_module, NULL };


static void
is_value(fixture_t *fixture, const char *c_addr, const char *c_name,
         const char *c_expected)
{
    const ct_derived_t *derived =
        ct_derived_find(fixture->cycle, ct_str_of(c_name));
    ct_conn_t conn = { .number = 1 };
    ct_str_t  value;

    assert_int_equal(ct_peer_parse(ct_str_of(c_addr), 80, &conn.peer), CT_OK);
    assert_non_null(derived);
    assert_true(ct_derived_is_of_conn(derived));
    value = ct_derived_of_conn(derived, &conn, fixture->cycle->pool);
    if (!ct_str_eq_c(value, c_expected)) {
        print_message("# %s is '%.*s'\n", c_name, CT_STR_ARG(value));
    }
    assert_true(ct_str_eq_c(value, c_expected));
}


static void
maps_texts(void **state CT_UNUSED)
{
    fixture_t fixture;

    fixture_init(&fixture, modules);
    assert_int_equal(
        fixture_apply(&fixture,
                      "thrift { map $inner $outer { x y; default no; }"
                      " map $remote_addr $inner {"
                      " ~^192\\.(.*)$ \"rest $1\"; 192.0.2.1 x; } }"),
        CT_OK);
    is_value(&fixture, "192.0.2.1", "inner", "x");
    is_value(&fixture, "192.0.2.1", "outer", "y");
    is_value(&fixture, "192.0.2.2", "inner", "rest 0.2.2");
    is_value(&fixture, "192.0.2.2", "outer", "no");
    is_value(&fixture, "::1", "inner", "");
    assert_null(ct_derived_find(fixture.cycle, CT_STR("other")));
    fixture_release(&fixture);
}


static void
needs_a_call_where_a_part_does(void **state CT_UNUSED)
{
    fixture_t fixture;

    fixture_init(&fixture, modules);
    assert_int_equal(fixture_apply(&fixture,
                                   "thrift { map $remote_addr $a { x $b; }"
                                   " map $remote_addr $b { x $seqid; } }"),
                     CT_OK);
    assert_false(
        ct_derived_is_of_conn(ct_derived_find(fixture.cycle, CT_STR("a"))));
    fixture_release(&fixture);
}


/* SipHash under a key of zeros: the same on every machine, for ever. */
static void
splits_texts(void **state CT_UNUSED)
{
    fixture_t fixture;

    fixture_init(&fixture, modules);
    assert_int_equal(
        fixture_apply(&fixture,
                      "thrift { split_clients $remote_addr $half {"
                      " 50% one; * other; } split_clients a$remote_addr $all {"
                      " 33.33% x; 33.33% x; 33.34% x; }"
                      " split_clients $remote_addr $few { 0.01% x; } }"),
        CT_OK);
    is_value(&fixture, "192.0.2.1", "all", "x");
    is_value(&fixture, "192.0.2.9", "all", "x");
    is_value(&fixture, "192.0.2.1", "few", "");
    is_value(&fixture, "192.0.2.1", "half", "other");
    is_value(&fixture, "192.0.2.2", "half", "one");
    is_value(&fixture, "192.0.2.3", "half", "other");
    is_value(&fixture, "192.0.2.4", "half", "one");
    fixture_release(&fixture);
}


static void
refuses_circles(void **state CT_UNUSED)
{
    fixture_t fixture;

    fixture_init(&fixture, modules);
    assert_int_equal(fixture_apply(&fixture,
                                   "thrift { map $b $a { } map $c $b { }\n"
                                   "map $seqid $c { x $a; } }"),
                     CT_ERROR);
    fixture_expect(&fixture, "'$a' is made of itself in test:2");
    fixture_release(&fixture);
}


int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(maps_texts),
        cmocka_unit_test(needs_a_call_where_a_part_does),
        cmocka_unit_test(splits_texts),
        cmocka_unit_test(refuses_circles),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
