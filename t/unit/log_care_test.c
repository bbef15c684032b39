/*
 * log_care_test.c -- a log takes the board's level, and counts its losses.
 */

#include "core/ct_config.h"

#include "process/ct_log_care.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/ct_clock.h"

typedef struct fixture_s {
    ct_log_t      log;
    ct_log_care_t care;
    ct_board_t   *board;
    unsigned      nlines;
    ct_rc_t       answer;
} fixture_t;


static ct_rc_t
take(void *data, ct_log_level_t level, ct_str_t line)
{
    fixture_t *fixture = data;

    (void) level;
    (void) line;
    fixture->nlines++;
    return fixture->answer;
}


static int
set_up(void **state)
{
    fixture_t          *fixture = calloc(1, sizeof(*fixture));
    const ct_log_sink_t sink = { .level = CT_LOG_ERR,
                                 .send = take,
                                 .send_data = fixture };

    assert_non_null(fixture);
    fixture->board = calloc(1, sizeof(*fixture->board));
    assert_non_null(fixture->board);
    fixture->answer = CT_OK;
    ct_log_init(&fixture->log);
    assert_int_equal(ct_log_add_sink_as(&fixture->log, &sink), CT_OK);
    ct_log_care_init(&fixture->care, &fixture->log, fixture->board,
                     &fixture->board->log_lines_lost,
                     fixture->board->log_lines);
    *state = fixture;
    return 0;
}


static int
tear_down(void **state)
{
    fixture_t *fixture = *state;

    ct_log_care_release(&fixture->care);
    assert_null(fixture->log.guard);
    free(fixture->board);
    free(fixture);
    return 0;
}


static void
the_boards_level_is_followed(void **state)
{
    fixture_t *fixture = *state;

    CT_LOG(&fixture->log, CT_LOG_INFO, 0, "no");
    assert_int_equal(fixture->nlines, 0);
    fixture->board->log_level = CT_LOG_INFO;
    ct_log_care_turn(&fixture->care, ct_clock_ms());
    CT_LOG(&fixture->log, CT_LOG_INFO, 0, "yes");
    assert_int_equal(fixture->nlines, 1);
    fixture->board->log_level = CT_LOG_DEBUG + 1;
    ct_log_care_turn(&fixture->care, ct_clock_ms());
    assert_int_equal(ct_log_level(&fixture->log), CT_LOG_INFO);
    fixture->board->log_level = CT_LOG_INHERIT;
    ct_log_care_turn(&fixture->care, ct_clock_ms());
    assert_int_equal(ct_log_level(&fixture->log), CT_LOG_ERR);
}


static void
losses_are_on_the_board(void **state)
{
    fixture_t *fixture = *state;

    fixture->answer = CT_DECLINED;
    CT_LOG(&fixture->log, CT_LOG_ERR, 0, "gone");
    assert_int_equal(ct_counter_get(&fixture->board->log_lines_lost), 1);
}


static void
repeats_are_told_at_the_end(void **state)
{
    fixture_t *fixture = *state;

    CT_LOG(&fixture->log, CT_LOG_ERR, 0, "again");
    CT_LOG(&fixture->log, CT_LOG_ERR, 0, "again");
    assert_int_equal(fixture->nlines, 1);
    ct_log_care_release(&fixture->care);
    assert_int_equal(fixture->nlines, 2);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_boards_level_is_followed, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(losses_are_on_the_board, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(repeats_are_told_at_the_end, set_up,
                                        tear_down),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
