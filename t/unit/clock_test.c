/*
 * clock_test.c -- time goes on, and looks as nginx writes it.
 */

#include "core/ct_config.h"

#include "core/ct_clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>


static void
the_monotonic_clock_does_not_fall(void **state)
{
    uint64_t before = ct_clock_ns();

    (void) state;
    for (int i = 0; i < 1000; i++) {
        const uint64_t now = ct_clock_ns();

        assert_true(now >= before);
        before = now;
    }
    assert_true(ct_clock_ms() > 0);
}


static void
the_wall_clock_is_the_system_s(void **state)
{
    const uint64_t before_s = (uint64_t) time(NULL);
    const uint64_t now_s = ct_clock_wall_ms() / 1000;

    (void) state;
    assert_true(now_s >= before_s && now_s <= before_s + 60);
}


static void
a_log_s_time_has_its_shape(void **state)
{
    char text[CT_CLOCK_TEXT_SIZE];
    int  year, month, day, hour, minute, second;

    (void) state;
    assert_ptr_equal(ct_clock_log_text(text), text);
    assert_int_equal(strlen(text), strlen("2026/01/31 23:59:59"));
    assert_int_equal(sscanf(text, "%4d/%2d/%2d %2d:%2d:%2d", &year, &month,
                            &day, &hour, &minute, &second),
                     6);
    assert_true(year >= 2024);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_monotonic_clock_does_not_fall),
        cmocka_unit_test(the_wall_clock_is_the_system_s),
        cmocka_unit_test(a_log_s_time_has_its_shape),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
