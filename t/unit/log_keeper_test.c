/*
 * log_keeper_test.c -- what repeats is counted, and told once.
 */

#include "core/ct_config.h"

#include "core/ct_log_keeper.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/ct_clock.h"

typedef struct fixture_s {
    ct_log_t        log;
    ct_log_keeper_t keeper;
    ct_counter_t    lost;
    ct_counter_t    lines[CT_LOG_COUNTS];
    unsigned        nlines;
    char            last[CT_LOG_LINE_SIZE];
    ct_rc_t         answer;
} fixture_t;


static ct_rc_t
take(void *data, ct_log_level_t level, ct_str_t line)
{
    fixture_t *fixture = data;

    (void) level;
    fixture->nlines++;
    snprintf(fixture->last, sizeof(fixture->last), "%.*s", CT_STR_ARG(line));
    return fixture->answer;
}


static void
start(fixture_t *fixture)
{
    const ct_log_sink_t sink = { .level = CT_LOG_DEBUG,
                                 .send = take,
                                 .send_data = fixture };

    memset(fixture, 0, sizeof(*fixture));
    fixture->answer = CT_OK;
    ct_log_init(&fixture->log);
    assert_int_equal(ct_log_add_sink_as(&fixture->log, &sink), CT_OK);
    ct_log_keeper_init(&fixture->keeper, &fixture->lost, fixture->lines);
    fixture->log.guard = &fixture->keeper.guard;
}


static void
say(const fixture_t *fixture, ct_log_level_t level, const char *c_message,
    unsigned n)
{
    while (n-- > 0) {
        CT_LOG(&fixture->log, level, 0, "%s", c_message);
    }
}


/* The machine may be slow, but not so slow that two loops take a second. */
static void
a_message_is_written_once_and_its_number_told(void **state)
{
    fixture_t fixture;

    (void) state;
    start(&fixture);
    say(&fixture, CT_LOG_WARN, "again", 5);
    assert_int_equal(fixture.nlines, 1);
    assert_string_equal(fixture.last, "again");
    ct_log_keeper_turn(&fixture.keeper, &fixture.log, ct_clock_ms());
    assert_int_equal(fixture.nlines, 1);
    ct_log_keeper_turn(&fixture.keeper, &fixture.log, ct_clock_ms() + 1000);
    assert_int_equal(fixture.nlines, 2);
    assert_string_equal(fixture.last, "again (4 more in the last second)");
    ct_log_keeper_turn(&fixture.keeper, &fixture.log, UINT64_MAX);
    assert_int_equal(fixture.nlines, 2);
}


static void
others_and_other_levels_pass(void **state)
{
    fixture_t fixture;

    (void) state;
    start(&fixture);
    say(&fixture, CT_LOG_WARN, "one", 1);
    say(&fixture, CT_LOG_WARN, "two", 1);
    say(&fixture, CT_LOG_ERR, "two", 1);
    assert_int_equal(fixture.nlines, 3);
}


static void
what_matters_most_is_never_held_back(void **state)
{
    fixture_t fixture;

    (void) state;
    start(&fixture);
    say(&fixture, CT_LOG_CRIT, "one", 3);
    say(&fixture, CT_LOG_ALERT, "one", 3);
    say(&fixture, CT_LOG_EMERG, "one", 3);
    say(&fixture, CT_LOG_NOTICE, "one", 3);
    say(&fixture, CT_LOG_DEBUG, "one", 3);
    assert_int_equal(fixture.nlines, 15);
}


static void
lines_are_counted_by_level(void **state)
{
    fixture_t fixture;

    (void) state;
    start(&fixture);
    say(&fixture, CT_LOG_EMERG, "one", 1);
    say(&fixture, CT_LOG_ALERT, "one", 2);
    say(&fixture, CT_LOG_CRIT, "one", 3);
    say(&fixture, CT_LOG_ERR, "one", 4); /* three of them kept back */
    say(&fixture, CT_LOG_WARN, "one", 5);
    say(&fixture, CT_LOG_NOTICE, "one", 6);
    assert_int_equal(ct_counter_get(&fixture.lines[0]), 6);
    assert_int_equal(ct_counter_get(&fixture.lines[1]), 4);
    assert_int_equal(ct_counter_get(&fixture.lines[2]), 5);
}


static void
the_end_tells_all(void **state)
{
    fixture_t fixture;

    (void) state;
    start(&fixture);
    say(&fixture, CT_LOG_ERR, "one", 2);
    say(&fixture, CT_LOG_INFO, "two", 3);
    assert_int_equal(fixture.nlines, 2);
    ct_log_keeper_turn(&fixture.keeper, &fixture.log, UINT64_MAX);
    assert_int_equal(fixture.nlines, 4);
    assert_string_equal(fixture.last, "two (2 more in the last second)");
}


/* More at once than there are places: none is lost without a word. */
static void
a_full_table_lets_pass(void **state)
{
    fixture_t fixture;
    char      message[32];

    (void) state;
    start(&fixture);
    for (unsigned i = 0; i < CT_LOG_REPEATS; i++) {
        snprintf(message, sizeof(message), "message %u", i);
        say(&fixture, CT_LOG_WARN, message, 2);
    }
    assert_int_equal(fixture.nlines, CT_LOG_REPEATS);
    say(&fixture, CT_LOG_WARN, "one too many", 2);
    assert_int_equal(fixture.nlines, CT_LOG_REPEATS + 2);
}


static void
losses_are_counted(void **state)
{
    fixture_t fixture;

    (void) state;
    start(&fixture);
    fixture.answer = CT_DECLINED;
    say(&fixture, CT_LOG_CRIT, "gone", 3);
    assert_int_equal(ct_counter_get(&fixture.lost), 3);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_is_written_once_and_its_number_told),
        cmocka_unit_test(others_and_other_levels_pass),
        cmocka_unit_test(what_matters_most_is_never_held_back),
        cmocka_unit_test(lines_are_counted_by_level),
        cmocka_unit_test(the_end_tells_all),
        cmocka_unit_test(a_full_table_lets_pass),
        cmocka_unit_test(losses_are_counted),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
