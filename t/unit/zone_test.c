/*
 * zone_test.c -- shared memory that goes from one cycle to the next.
 */

#include "core/ct_config.h"

#include "core/ct_zone.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "conf_fixture.h"

static const ct_module_t *const no_modules[] = { NULL };


static ct_zone_t *
take(fixture_t *fixture, const char *c_name, size_t size)
{
    ct_zone_t *zone = NULL;

    assert_int_equal(
        ct_zone_take(fixture->cycle, ct_str_of(c_name), size, &zone), CT_OK);
    return zone;
}


static void
is_one_for_each_name(void **state CT_UNUSED)
{
    fixture_t  fixture;
    ct_zone_t *a;
    ct_zone_t *b;

    fixture_init(&fixture, no_modules);
    a = take(&fixture, "a", 4096);
    b = take(&fixture, "b", 8192);
    assert_ptr_not_equal(a, b);
    assert_ptr_equal(take(&fixture, "a", 4096), a);
    assert_int_equal(a->ncycles, 1);
    assert_int_equal(((char *) b->addr)[8191], 0);
    assert_int_equal(ct_zone_take(fixture.cycle, CT_STR("a"), 8192, &b),
                     CT_DECLINED);
    fixture_release(&fixture);
}


static void
is_taken_over(void **state CT_UNUSED)
{
    fixture_t  old;
    fixture_t  next;
    ct_zone_t *kept;
    ct_zone_t *grown;

    fixture_init(&old, no_modules);
    memcpy(take(&old, "kept", 4096)->addr, "words", 6);
    memcpy(take(&old, "grown", 4096)->addr, "words", 6);
    fixture_init(&next, no_modules);
    next.cycle->before = old.cycle;
    kept = take(&next, "kept", 4096);
    grown = take(&next, "grown", 8192);
    assert_int_equal(kept->ncycles, 2);
    assert_int_equal(grown->ncycles, 1);
    fixture_release(&old);
    assert_int_equal(kept->ncycles, 1);
    assert_string_equal(kept->addr, "words");
    assert_string_equal(grown->addr, "");
    assert_int_equal(kept->name.len, 4);
    fixture_release(&next);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_one_for_each_name),
        cmocka_unit_test(is_taken_over),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
