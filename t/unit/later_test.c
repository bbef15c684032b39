/*
 * later_test.c -- what is to be done at the end of a turn, or in a while.
 */

#include "core/ct_config.h"

#include "thrift/ct_later.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "core/ct_log.h"
#include "core/ct_module.h"
#include "event/ct_loop.h"

/* Long enough for any machine; it is cut short. */
#define LONG_MS 60000

typedef struct case_s {
    ct_log_t    log;
    ct_worker_t worker;
    ct_later_t  later;
    unsigned    nruns;
} case_t;


static void
count(void *data)
{
    case_t *c = data;

    c->nruns++;
}


static void
case_init(case_t *c)
{
    memset(c, 0, sizeof(*c));
    ct_log_init(&c->log);
    c->worker.loop = ct_loop_create(NULL, 1, &c->log);
    assert_non_null(c->worker.loop);
    ct_later_init(&c->later, &c->worker, count, c);
}


static void
test_once_a_turn(void **state CT_UNUSED)
{
    case_t c;

    case_init(&c);
    ct_later_this_turn(&c.later);
    ct_later_this_turn(&c.later);
    assert_int_equal(c.nruns, 0);
    ct_loop_turn(c.worker.loop, 0);
    assert_int_equal(c.nruns, 1);
    ct_loop_turn(c.worker.loop, 0);
    assert_int_equal(c.nruns, 1);
    ct_later_this_turn(&c.later);
    ct_loop_turn(c.worker.loop, 0);
    assert_int_equal(c.nruns, 2);
    ct_loop_destroy(c.worker.loop);
}


static void
test_in_a_while(void **state CT_UNUSED)
{
    case_t c;

    case_init(&c);
    assert_false(ct_later_is_due(&c.later));
    ct_later_in(&c.later, 1);
    assert_true(ct_later_is_due(&c.later));
    while (c.nruns == 0) {
        ct_loop_turn(c.worker.loop, LONG_MS);
    }
    assert_int_equal(c.nruns, 1);
    assert_false(ct_later_is_due(&c.later));
    ct_loop_destroy(c.worker.loop);
}


static void
test_stopped(void **state CT_UNUSED)
{
    case_t c;

    case_init(&c);
    ct_later_in(&c.later, 1);
    ct_later_this_turn(&c.later);
    ct_later_stop(&c.later);
    assert_false(ct_later_is_due(&c.later));
    ct_loop_turn(c.worker.loop, 5);
    assert_int_equal(c.nruns, 0);
    ct_loop_destroy(c.worker.loop);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_once_a_turn),
        cmocka_unit_test(test_in_a_while),
        cmocka_unit_test(test_stopped),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
