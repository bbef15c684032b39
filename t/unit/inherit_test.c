/*
 * inherit_test.c -- numbers of an old master, and of nobody else, are believed.
 */

#include "core/ct_config.h"

#include "process/ct_inherit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/ct_pool.h"


static void
what_is_written_is_read(void **state)
{
    ct_pool_t   *pool = ct_pool_create(1024);
    ct_inherit_t out = { .parent = getppid(), .wanted = 3, .configured = 2 };
    ct_inherit_t in;

    (void) state;
    out.board_fd = dup(STDERR_FILENO);
    out.report_fd = dup(STDERR_FILENO);
    setenv(CT_INHERIT_NUMBERS, ct_inherit_text(&out, pool).data, 1);
    setenv(CT_INHERIT_LISTENS, "127.0.0.1:1=7;", 1);
    ct_inherit_read(&in, pool);
    assert_true(in.is_upgrade);
    assert_int_equal(in.board_fd, out.board_fd);
    assert_int_equal(in.wanted, 3);
    assert_int_equal(in.configured, 2);
    assert_string_equal(in.c_listens, "127.0.0.1:1=7;");
    assert_null(getenv(CT_INHERIT_NUMBERS));
    assert_null(getenv(CT_INHERIT_LISTENS));
    close(out.board_fd);
    close(out.report_fd);
    ct_pool_destroy(pool);
}


/* The queue stands apart: a binary of before it passes on the rest. */
static void
a_queue_may_be_missing(void **state)
{
    ct_pool_t   *pool = ct_pool_create(1024);
    ct_inherit_t out = { .parent = getppid(), .wanted = 3, .configured = 2 };
    ct_inherit_t in;

    (void) state;
    out.board_fd = dup(STDERR_FILENO);
    out.report_fd = dup(STDERR_FILENO);
    out.handoff.give_fd = dup(STDERR_FILENO);
    out.handoff.take_fd = dup(STDERR_FILENO);
    setenv(CT_INHERIT_NUMBERS, ct_inherit_text(&out, pool).data, 1);
    setenv(CT_INHERIT_HANDOFF, ct_inherit_handoff(&out, pool).data, 1);
    ct_inherit_read(&in, pool);
    assert_true(in.is_upgrade);
    assert_int_equal(in.handoff.give_fd, out.handoff.give_fd);
    assert_int_equal(in.handoff.take_fd, out.handoff.take_fd);
    assert_null(getenv(CT_INHERIT_HANDOFF));

    setenv(CT_INHERIT_NUMBERS, ct_inherit_text(&out, pool).data, 1);
    ct_inherit_read(&in, pool);
    assert_true(in.is_upgrade);
    assert_int_equal(in.handoff.give_fd, -1);

    /* Alone it says nothing, nor does what is not open. */
    setenv(CT_INHERIT_HANDOFF, ct_inherit_handoff(&out, pool).data, 1);
    ct_inherit_read(&in, pool);
    assert_false(in.is_upgrade);
    assert_int_equal(in.handoff.give_fd, -1);
    close(out.handoff.take_fd);
    setenv(CT_INHERIT_NUMBERS, ct_inherit_text(&out, pool).data, 1);
    setenv(CT_INHERIT_HANDOFF, ct_inherit_handoff(&out, pool).data, 1);
    ct_inherit_read(&in, pool);
    assert_true(in.is_upgrade);
    assert_int_equal(in.handoff.give_fd, -1);
    close(out.handoff.give_fd);
    close(out.board_fd);
    close(out.report_fd);
    ct_pool_destroy(pool);
}


static void
strangers_are_not_believed(void **state)
{
    static const char *const formats[] = {
        "",
        "1",
        "1 %ld",
        "2 %ld 2 2 1 1",
        "1 %ld 900 901 1 1",
        "1 %ld 3 3 1 1 x",
        "1 1%ld 3 3 1 1",
        "x %ld",
    };
    ct_pool_t   *pool = ct_pool_create(1024);
    ct_inherit_t in;

    (void) state;
    for (size_t i = 0; i < CT_ARRAY_LEN(formats); i++) {
        const char *percent = strstr(formats[i], "%ld");
        char        text[128];

        (void) snprintf(text, sizeof(text), "%.*s%ld%s",
                        percent != NULL ? (int) (percent - formats[i])
                                        : (int) strlen(formats[i]),
                        formats[i], (long) getppid(),
                        percent != NULL ? percent + 3 : "");
        setenv(CT_INHERIT_NUMBERS, text, 1);
        ct_inherit_read(&in, pool);
        assert_false(in.is_upgrade);
        assert_int_equal(in.board_fd, -1);
        assert_null(getenv(CT_INHERIT_NUMBERS));
    }
    ct_pool_destroy(pool);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(a_queue_may_be_missing),
        cmocka_unit_test(strangers_are_not_believed),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
