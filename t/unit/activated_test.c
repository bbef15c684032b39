/*
 * activated_test.c -- descriptors are taken from a service manager's words,
 * and from nobody else's.
 */

#include "core/ct_config.h"

#include "event/ct_activated.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/ct_pool.h"


static void
set_words(const char *c_pid, const char *c_fds, const char *c_names)
{
    setenv(CT_ACTIVATED_PID, c_pid, 1);
    setenv(CT_ACTIVATED_FDS, c_fds, 1);
    setenv(CT_ACTIVATED_NAMES, c_names, 1);
}


static void
words_are_read_and_removed(void **state)
{
    static const char *const names[] = { "web", "", "a b", "" };
    ct_pool_t               *pool = ct_pool_create(0);
    ct_activated_t           activated;
    char                     pid[32];

    (void) state;
    (void) snprintf(pid, sizeof(pid), "%ld", (long) getpid());
    set_words(pid, "4", "web::a b");
    ct_activated_init(&activated, pool);
    assert_int_equal(activated.n, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(activated.fds[i].fd, 3 + (int) i);
        assert_true(ct_str_eq_c(activated.fds[i].name, names[i]));
        assert_null(activated.fds[i].owner);
    }
    assert_null(getenv(CT_ACTIVATED_PID));
    assert_null(getenv(CT_ACTIVATED_FDS));
    assert_null(getenv(CT_ACTIVATED_NAMES));
    ct_pool_destroy(pool);
}


static void
words_for_others_are_none(void **state)
{
    static const char *const cases[][2] = {
        { "1", "2" }, { "", "2" }, { "x", "2" }, { "%", "x" }, { "%", "-1" },
    };
    ct_pool_t     *pool = ct_pool_create(0);
    ct_activated_t activated;

    (void) state;
    for (size_t i = 0; i < CT_ARRAY_LEN(cases); i++) {
        char pid[32];

        (void) snprintf(pid, sizeof(pid), "%ld", (long) getpid());
        set_words(cases[i][0][0] == '%' ? pid : cases[i][0], cases[i][1], "");
        ct_activated_init(&activated, pool);
        assert_int_equal(activated.n, 0);
    }
    ct_activated_init(&activated, pool);
    assert_int_equal(activated.n, 0);
    ct_pool_destroy(pool);
}


static void
more_than_there_can_be_are_not_believed(void **state)
{
    ct_pool_t     *pool = ct_pool_create(0);
    ct_activated_t activated;
    char           pid[32];

    (void) state;
    (void) snprintf(pid, sizeof(pid), "%ld", (long) getpid());
    set_words(pid, "18446744073709551615", "");
    ct_activated_init(&activated, pool);
    assert_int_equal(activated.n, CT_ACTIVATED_MAX);
    ct_pool_destroy(pool);
}


static void
an_older_binary_names_numbers(void **state)
{
    ct_pool_t     *pool = ct_pool_create(0);
    ct_activated_t activated;

    (void) state;
    ct_activated_read(&activated, pool, "5 2 x  7 99999999999 -1 900");
    assert_int_equal(activated.n, 3);
    assert_true(ct_activated_has(&activated, 5));
    assert_true(ct_activated_has(&activated, 7));
    assert_true(ct_activated_has(&activated, 900));
    assert_false(ct_activated_has(&activated, 2));
    ct_activated_read(&activated, pool, "");
    assert_int_equal(activated.n, 0);
    assert_false(ct_activated_has(NULL, 5));
    assert_int_equal(ct_activated_fd(NULL, NULL), -1);
    ct_pool_destroy(pool);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_read_and_removed),
        cmocka_unit_test(words_for_others_are_none),
        cmocka_unit_test(more_than_there_can_be_are_not_believed),
        cmocka_unit_test(an_older_binary_names_numbers),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
