/*
 * report_test.c -- a report gives the first line's message.
 */

#include "core/ct_config.h"

#include "process/ct_report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/ct_log.h"


static void
the_first_line_is_taken(void **state)
{
    ct_report_t report;
    ct_log_t    log;
    char        why[CT_REPORT_SIZE];

    (void) state;
    ct_log_init(&log);
    assert_int_equal(ct_report_init(&report, &log), CT_OK);
    assert_string_equal(ct_report_take(&report, why), "");
    assert_int_equal(ct_log_add_sink(&log, &report.file, CT_LOG_ERR), CT_OK);
    CT_LOG(&log, CT_LOG_WARN, 0, "not this");
    CT_LOG(&log, CT_LOG_EMERG, 0, "cannot open 'a:b': no [reason]");
    CT_LOG(&log, CT_LOG_ERR, 0, "what followed");
    assert_string_equal(ct_report_take(&report, why),
                        "cannot open 'a:b': no [reason]");
    ct_report_release(&report);
    ct_report_release(&report);
    assert_string_equal(ct_report_take(&report, why), "");
}


static void
a_line_without_a_head_is_whole(void **state)
{
    char long_line[CT_REPORT_SIZE * 2];
    char why[CT_REPORT_SIZE];

    (void) state;
    ct_report_message("plain", 5, why);
    assert_string_equal(why, "plain");
    ct_report_message("", 0, why);
    assert_string_equal(why, "");
    ct_report_message("x]", 2, why);
    assert_string_equal(why, "x]");
    memset(long_line, 'a', sizeof(long_line));
    ct_report_message(long_line, sizeof(long_line), why);
    assert_int_equal(strlen(why), CT_REPORT_SIZE - 1);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_line_is_taken),
        cmocka_unit_test(a_line_without_a_head_is_whole),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
