/*
 * capture_test.c -- what is printed becomes lines of the log.
 */

#include "core/ct_config.h"

#include "process/ct_capture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "event/ct_loop.h"

typedef struct heard_s {
    unsigned       n;
    char           last[CT_LOG_LINE_SIZE];
    ct_log_level_t level;
} heard_t;


static ct_rc_t
hear(void *data, ct_log_level_t level, ct_str_t line)
{
    heard_t *heard = data;

    heard->n++;
    heard->level = level;
    snprintf(heard->last, sizeof(heard->last), "%.*s", CT_STR_ARG(line));
    return CT_OK;
}


/* Only standard error: cmocka speaks to the other one. */
static void
lines_are_told_and_the_last_half_at_the_end(void **state)
{
    heard_t             heard = { .n = 0 };
    const ct_log_sink_t sink = { .level = CT_LOG_DEBUG,
                                 .send = hear,
                                 .send_data = &heard };
    const int           out = dup(STDOUT_FILENO);
    const int           err = dup(STDERR_FILENO);
    ct_queue_t          files;
    ct_capture_t        capture;
    ct_log_t            log;
    ct_loop_t          *loop;

    (void) state;
    ct_queue_init(&files);
    ct_log_init(&log);
    assert_int_equal(ct_log_add_sink_as(&log, &sink), CT_OK);
    loop = ct_loop_create(NULL, 8, &log);
    assert_non_null(loop);
    fflush(stdout);
    ct_capture_init(&capture);
    assert_int_equal(ct_capture_start(&capture, &files, loop, &log), CT_OK);
    fputs("one\ntwo", stderr);
    fflush(stderr);
    ct_loop_turn(loop, 1000);
    ct_capture_stop(&capture);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    close(out);
    close(err);
    assert_int_equal(heard.n, 2);
    assert_string_equal(heard.last, "stderr: two");
    assert_int_equal(heard.level, CT_LOG_WARN);
    ct_loop_destroy(loop);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_told_and_the_last_half_at_the_end),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
