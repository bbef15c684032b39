/*
 * slab_test.c -- structs are used again, the last one given back first.
 */

#include "core/ct_config.h"

#include "core/ct_slab.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "core/ct_pool.h"

enum {
    MANY = 200
};

typedef struct thing_s {
    void  *other;
    size_t number;
} thing_t;


static void
many_stand_apart(void **state)
{
    ct_pool_t *pool = ct_pool_create(4096);
    thing_t   *things[MANY];
    ct_slab_t  slab;

    (void) state;
    ct_slab_init(&slab, pool, sizeof(thing_t));
    for (size_t i = 0; i < MANY; i++) {
        things[i] = ct_slab_take(&slab);
        assert_non_null(things[i]);
        *things[i] = (thing_t){ things[i], i };
    }
    for (size_t i = 0; i < MANY; i++) {
        assert_ptr_equal(things[i]->other, things[i]);
        assert_int_equal(things[i]->number, i);
        ct_slab_put(&slab, things[i]);
    }
    ct_pool_destroy(pool);
}


static void
the_last_one_comes_first(void **state)
{
    ct_pool_t *pool = ct_pool_create(4096);
    ct_slab_t  slab;
    thing_t   *a;
    thing_t   *b;
    size_t     taken;

    (void) state;
    ct_slab_init(&slab, pool, sizeof(thing_t));
    a = ct_slab_take(&slab);
    b = ct_slab_take(&slab);
    assert_ptr_not_equal(a, b);
    taken = ct_pool_size(pool);
    ct_slab_put(&slab, a);
    ct_slab_put(&slab, b);
    if (!CT_SANITIZED) {
        assert_ptr_equal(ct_slab_take(&slab), b);
        assert_ptr_equal(ct_slab_take(&slab), a);
    }
    assert_int_equal(ct_pool_size(pool), taken);
    ct_pool_destroy(pool);
}


int
main(void)
{
    const struct CMUnitTest claims[] = {
        cmocka_unit_test(many_stand_apart),
        cmocka_unit_test(the_last_one_comes_first),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(claims, NULL, NULL);
}
