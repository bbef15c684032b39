/*
 * wall_test.c -- the wall clock as text, in any time zone.
 */

#include "core/ct_config.h"

#include "thrift/ct_wall.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <cmocka.h>

#include "core/ct_clock.h"


/* The texts of a moment that lies between two looks at the clock. */
static void
tells_the_time_of_a_zone(const char *c_zone, const char *c_iso,
                         const char *c_local)
{
    ct_wall_t wall = { 0 };
    ct_str_t  text;

    assert_int_equal(setenv("TZ", c_zone, 1), 0);
    tzset();
    text = ct_wall_iso8601(&wall);
    assert_int_equal(text.len, 25);
    assert_string_equal(text.data + 19, c_iso);
    text = ct_wall_local(&wall);
    assert_int_equal(text.len, 26);
    assert_string_equal(text.data + 20, c_local);
}


static void
knows_time_zones(void **state CT_UNUSED)
{
    tells_the_time_of_a_zone("UTC", "+00:00", " +0000");
    tells_the_time_of_a_zone("XXX-5:30", "+05:30", " +0530");
    tells_the_time_of_a_zone("XXX3:45", "-03:45", " -0345");
}


static void
is_made_anew_each_second(void **state CT_UNUSED)
{
    ct_wall_t   wall = { 0 };
    struct tm   utc = { 0 };
    time_t      second;
    int         year;
    int         month;
    int         day;
    const char *c_text;

    assert_int_equal(setenv("TZ", "UTC", 1), 0);
    tzset();
    wall.iso8601[0] = 'x';
    c_text = ct_wall_iso8601(&wall).data;
    second = (time_t) wall.second;
    assert_non_null(gmtime_r(&second, &utc));
    assert_int_equal(sscanf(c_text, "%d-%d-%dT", &year, &month, &day), 3);
    assert_int_equal(year, utc.tm_year + 1900);
    assert_int_equal(month, utc.tm_mon + 1);
    assert_int_equal(day, utc.tm_mday);

    /* Of the second that is under way it is not. */
    wall.second = ct_clock_wall_ms() / 1000;
    wall.iso8601[0] = 'x';
    c_text = ct_wall_iso8601(&wall).data;
    assert_true(c_text[0] == 'x' || wall.second > (uint64_t) second);
}


int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_time_zones),
        cmocka_unit_test(is_made_anew_each_second),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
