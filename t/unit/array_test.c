/*
 * array_test.c -- an array grows and keeps what is in it.
 */

#include "core/ct_config.h"

#include "core/ct_array.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "core/ct_pool.h"


static void
a_new_array_holds_nothing(void **state)
{
    ct_pool_t *pool = ct_pool_create(0);
    ct_array_t array;

    (void) state;
    ct_array_init(&array, pool, sizeof(int));
    assert_int_equal(array.n, 0);
    assert_null(array.items);
    ct_pool_destroy(pool);
}


static void
items_survive_growth_and_begin_zeroed(void **state)
{
    ct_pool_t *pool = ct_pool_create(0);
    ct_array_t array;

    (void) state;
    ct_array_init(&array, pool, sizeof(uint64_t));
    for (uint64_t i = 0; i < 1000; i++) {
        uint64_t *item = ct_array_push(&array);

        assert_int_equal(*item, 0);
        *item = i + 1;
    }
    assert_int_equal(array.n, 1000);
    for (size_t i = 0; i < array.n; i++) {
        const uint64_t *item = ct_array_at(&array, i);

        assert_int_equal(*item, i + 1);
    }
    ct_pool_destroy(pool);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_array_holds_nothing),
        cmocka_unit_test(items_survive_growth_and_begin_zeroed),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
