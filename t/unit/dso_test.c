/*
 * dso_test.c -- a shared object may be replaced while it is loaded.
 */

#include "core/ct_config.h"

#include "core/ct_dso.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "core/ct_pool.h"
#include "object_fixture.h"


static int
answer_of(const ct_dso_t *dso)
{
    const int *answer = ct_dso_symbol(dso, "answer");

    assert_non_null(answer);
    return *answer;
}


static void
two_versions_live_side_by_side(void **state)
{
    ct_pool_t *pool = ct_pool_create(0);
    object_t   object;
    ct_dso_t   old;
    ct_dso_t new;
    ct_str_t why;

    (void) state;
    object_init(&object);
    if (!object_compile(&object, "int answer = 1;")) {
        object_release(&object);
        ct_pool_destroy(pool);
        return; /* not skip(): cmocka 1.1 shows it as failed in TAP */
    }
    assert_int_equal(ct_dso_init(&old, pool, ct_str_of(object.path), &why),
                     CT_OK);
    assert_true(object_compile(&object, "int answer = 2;"));
    assert_int_equal(ct_dso_init(&new, pool, ct_str_of(object.path), &why),
                     CT_OK);
    assert_int_equal(answer_of(&old), 1);
    assert_int_equal(answer_of(&new), 2);
    assert_null(ct_dso_symbol(&new, "question"));
    ct_dso_release(&old);
    assert_null(old.handle);
    ct_dso_release(&old);
    assert_int_equal(answer_of(&new), 2);
    ct_dso_release(&new);
    object_release(&object);
    ct_pool_destroy(pool);
}


static void
what_is_no_object_is_refused_with_a_reason(void **state)
{
    ct_pool_t *pool = ct_pool_create(0);
    ct_dso_t   dso;
    ct_str_t   why = CT_STR_NONE;

    (void) state;
    assert_int_equal(ct_dso_init(&dso, pool, CT_STR("/none/x.so"), &why),
                     CT_ERROR);
    assert_non_null(strstr(why.data, "'/none/x.so'"));
    assert_non_null(strstr(why.data, "No such file or directory"));
    assert_int_equal(ct_dso_init(&dso, pool, CT_STR("/dev/null"), &why),
                     CT_ERROR);
    assert_true(ct_str_starts_with(why, "cannot load '/dev/null': "));
    assert_null(dso.handle);
    assert_int_equal(dso.fd, -1);
    ct_dso_release(&dso);
    ct_pool_destroy(pool);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_versions_live_side_by_side),
        cmocka_unit_test(what_is_no_object_is_refused_with_a_reason),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
