/*
 * signal_test.c -- signals are counted, taken once, and have names.
 */

#include "core/ct_config.h"

#include "process/ct_signal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>
#include <cmocka.h>


static void
counted_and_taken(void **state)
{
    sigset_t mask;

    (void) state;
    ct_signal_install_master();
    assert_int_equal(ct_signal_take(SIGTTIN), 0);
    raise(SIGTTIN);
    raise(SIGTTIN);
    ct_signal_note(SIGTTIN);
    assert_int_equal(ct_signal_take(SIGTTIN), 3);
    assert_int_equal(ct_signal_take(SIGTTIN), 0);
    ct_signal_block(&mask);
    raise(SIGHUP);
    assert_int_equal(ct_signal_take(SIGHUP), 0);
    ct_signal_restore(&mask);
    assert_int_equal(ct_signal_take(SIGHUP), 1);
    assert_string_equal(ct_signal_name(SIGKILL), "SIGKILL");
    ct_signal_reset();
}


static void
workers_ignore_what_is_the_masters(void **state)
{
    (void) state;
    ct_signal_install_worker();
    raise(SIGHUP);
    raise(SIGINT);
    raise(SIGUSR2);
    raise(SIGQUIT);
    assert_int_equal(ct_signal_take(SIGHUP), 0);
    assert_int_equal(ct_signal_take(SIGINT), 0);
    assert_int_equal(ct_signal_take(SIGQUIT), 1);
    ct_signal_reset();
}


/* What came between the fork and here waits, and must not be thrown away. */
static void
workers_keep_what_came_early(void **state)
{
    sigset_t mask;

    (void) state;
    ct_signal_block(&mask);
    raise(SIGTERM);
    raise(SIGHUP);
    ct_signal_install_worker();
    ct_signal_restore(&mask);
    assert_int_equal(ct_signal_take(SIGTERM), 1);
    assert_int_equal(ct_signal_take(SIGHUP), 0);
    ct_signal_reset();
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counted_and_taken),
        cmocka_unit_test(workers_ignore_what_is_the_masters),
        cmocka_unit_test(workers_keep_what_came_early),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
