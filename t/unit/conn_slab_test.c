/*
 * conn_slab_test.c -- connections are used again, and met once by a cursor.
 */

#include "core/ct_config.h"

#include "event/ct_conn_slab.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "core/ct_pool.h"
#include "event/ct_conn.h"

enum {
    MANY = 200
};


/* Stands for an acceptor, which nobody looks into. */
static ct_acceptor_t *
somebody(ct_pool_t *pool)
{
    return ct_pool_alloc(pool, 1);
}


static ct_conn_t *
take(ct_conn_slab_t *slab, ct_acceptor_t *acceptor, uint64_t number)
{
    ct_conn_t *conn = ct_conn_slab_take(slab);

    assert_non_null(conn);
    conn->acceptor = acceptor;
    conn->number = number;
    return conn;
}


static void
the_last_one_comes_first(void **state)
{
    ct_pool_t     *pool = ct_pool_create(4096);
    ct_conn_slab_t slab;
    ct_conn_t     *a = NULL;
    ct_conn_t     *b = NULL;

    (void) state;
    ct_conn_slab_init(&slab, pool);
    a = take(&slab, somebody(pool), 1);
    b = take(&slab, somebody(pool), 2);
    ct_conn_slab_put(&slab, a);
    ct_conn_slab_put(&slab, b);
    assert_ptr_equal(ct_conn_slab_take(&slab), b);
    assert_int_equal(b->number, 0);
    assert_ptr_equal(ct_conn_slab_take(&slab), a);
    ct_pool_destroy(pool);
}


static void
an_empty_slab_has_no_next(void **state)
{
    ct_pool_t       *pool = ct_pool_create(4096);
    ct_conn_slab_t   slab;
    ct_conn_cursor_t cursor = { NULL, 0 };

    (void) state;
    ct_conn_slab_init(&slab, pool);
    assert_null(ct_conn_slab_next(&slab, &cursor));
    assert_null(ct_conn_slab_next(&slab, &cursor));
    ct_pool_destroy(pool);
}


/* While every second one goes and others come. */
static void
who_stays_is_met_once(void **state)
{
    ct_pool_t       *pool = ct_pool_create(4096);
    ct_acceptor_t   *acceptor = somebody(pool);
    ct_conn_t       *conns[MANY];
    unsigned         met[MANY + 1] = { 0 };
    ct_conn_slab_t   slab;
    ct_conn_cursor_t cursor = { NULL, 0 };
    const ct_conn_t *conn = NULL;
    size_t           n = 0;

    (void) state;
    ct_conn_slab_init(&slab, pool);
    for (size_t i = 0; i < MANY; i++) {
        conns[i] = take(&slab, acceptor, i + 1);
    }
    while ((conn = ct_conn_slab_next(&slab, &cursor)) != NULL) {
        if (conn->acceptor != NULL && conn->number <= MANY) {
            met[conn->number]++;
        }
        if (2 * n + 1 < MANY) {
            ct_conn_slab_put(&slab, conns[2 * n + 1]);
            (void) take(&slab, acceptor, MANY + 1);
        }
        n++;
    }
    for (size_t i = 0; i < MANY; i += 2) {
        assert_int_equal(met[i + 1], 1);
    }
    ct_pool_destroy(pool);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_one_comes_first),
        cmocka_unit_test(an_empty_slab_has_no_next),
        cmocka_unit_test(who_stays_is_met_once),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
