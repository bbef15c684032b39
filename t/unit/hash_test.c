/*
 * hash_test.c -- every name is found again, and no other.
 */

#include "core/ct_config.h"

#include "core/ct_hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "core/ct_pool.h"

#define NKEYS 2000


static void
an_empty_table_finds_nothing(void **state)
{
    ct_hash_t hash;

    (void) state;
    ct_hash_init(&hash, NULL);
    assert_null(ct_hash_find(&hash, CT_STR("x")));
}


static void
every_name_is_found_again(void **state)
{
    ct_pool_t *pool = ct_pool_create(0);
    ct_hash_t  hash;
    int        values[NKEYS];

    (void) state;
    ct_hash_init(&hash, pool);
    for (int i = 0; i < NKEYS; i++) {
        assert_int_equal(
            ct_hash_add(&hash, ct_str_printf(pool, "name%d", i), &values[i]),
            CT_OK);
    }
    assert_int_equal(hash.n, NKEYS);
    assert_true(2 * hash.n <= hash.size);
    for (int i = 0; i < NKEYS; i++) {
        assert_ptr_equal(ct_hash_find(&hash, ct_str_printf(pool, "name%d", i)),
                         &values[i]);
    }
    assert_null(ct_hash_find(&hash, CT_STR("name")));
    assert_null(ct_hash_find(&hash, CT_STR("name2000")));
    ct_pool_destroy(pool);
}


static void
a_taken_name_is_declined(void **state)
{
    ct_pool_t *pool = ct_pool_create(0);
    ct_hash_t  hash;
    int        one = 1;
    int        two = 2;

    (void) state;
    ct_hash_init(&hash, pool);
    assert_int_equal(ct_hash_add(&hash, CT_STR(""), &one), CT_OK);
    assert_int_equal(ct_hash_add(&hash, CT_STR(""), &two), CT_DECLINED);
    assert_ptr_equal(ct_hash_find(&hash, CT_STR("")), &one);
    ct_pool_destroy(pool);
}


/* The published answers of 64-bit FNV-1a. */
static void
the_function_is_fnv_1a(void **state)
{
    (void) state;
    assert_true(ct_hash_of(CT_STR("")) == 0xcbf29ce484222325ULL);
    assert_true(ct_hash_of(CT_STR("a")) == 0xaf63dc4c8601ec8cULL);
    assert_true(ct_hash_of(CT_STR("foobar")) == 0x85944171f73967e8ULL);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_table_finds_nothing),
        cmocka_unit_test(every_name_is_found_again),
        cmocka_unit_test(a_taken_name_is_declined),
        cmocka_unit_test(the_function_is_fnv_1a),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
