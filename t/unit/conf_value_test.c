/*
 * conf_value_test.c -- sizes and times as people write them.
 */

#include "core/ct_config.h"

#include "core/ct_conf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>


static void
sizes_take_units_in_either_case(void **state)
{
    size_t size = 0;

    (void) state;
    assert_int_equal(ct_conf_parse_size(CT_STR("0"), &size), CT_OK);
    assert_int_equal(size, 0);
    assert_int_equal(ct_conf_parse_size(CT_STR("16m"), &size), CT_OK);
    assert_int_equal(size, 16 << 20);
    assert_int_equal(ct_conf_parse_size(CT_STR("8K"), &size), CT_OK);
    assert_int_equal(size, 8192);
    assert_int_equal(ct_conf_parse_size(CT_STR("1G"), &size), CT_OK);
    assert_int_equal(size, 1 << 30);
}


static void
other_sizes_are_declined(void **state)
{
    static const char *const wrong[] = { "",
                                         "k",
                                         "-1",
                                         "1kb",
                                         "1.5m",
                                         "1 k",
                                         "0x1",
                                         "1t",
                                         "18446744073709551615k",
                                         "17179869184g" };
    size_t                   size = 1;

    (void) state;
    for (size_t i = 0; i < CT_ARRAY_LEN(wrong); i++) {
        assert_int_equal(ct_conf_parse_size(ct_str_of(wrong[i]), &size),
                         CT_DECLINED);
    }
    assert_int_equal(size, 1);
}


static void
times_add_up(void **state)
{
    static const struct {
        const char *text;
        uint64_t    ms;
    } cases[] = {
        { "0", 0 },           { "30", 30000 },        { "500ms", 500 },
        { "1m30s", 90000 },   { "1m 30s", 90000 },    { "1h1m1s1ms", 3661001 },
        { "2w", 1209600000 }, { "1d12h", 129600000 }, { "0s", 0 },
    };
    uint64_t value_ms = 0;

    (void) state;
    for (size_t i = 0; i < CT_ARRAY_LEN(cases); i++) {
        assert_int_equal(ct_conf_parse_ms(ct_str_of(cases[i].text), &value_ms),
                         CT_OK);
        assert_int_equal(value_ms, cases[i].ms);
    }
}


static void
other_times_are_declined(void **state)
{
    static const char *const wrong[] = { "",
                                         "s",
                                         "1x",
                                         "-1s",
                                         "1s1m",
                                         "1s1s",
                                         "1m30",
                                         "1.5s",
                                         "1M",
                                         " 1s",
                                         "1 s",
                                         "1ss",
                                         "50us",
                                         "1ms50us",
                                         "30 ",
                                         "18446744073709551615",
                                         "18446744073709551615s",
                                         "30500568904944w1w",
                                         "30500568904943w300000000000000000d" };
    uint64_t                 value_ms = 1;

    (void) state;
    for (size_t i = 0; i < CT_ARRAY_LEN(wrong); i++) {
        assert_int_equal(ct_conf_parse_ms(ct_str_of(wrong[i]), &value_ms),
                         CT_DECLINED);
    }
    assert_int_equal(value_ms, 1);
}


static void
microseconds_stand_where_they_count(void **state)
{
    static const struct {
        const char *text;
        uint64_t    us;
    } cases[] = {
        { "0", 0 },           { "50us", 50 },   { "1ms", 1000 },
        { "1ms500us", 1500 }, { "2", 2000000 }, { "1w", 604800000000 },
    };
    static const char *const wrong[] = { "us",    "50u",       "50us1ms",
                                         "0.5us", "1us 1us",   "50ns",
                                         "",      "30500569w", "1ms50" };
    uint64_t                 value_us = 0;

    (void) state;
    for (size_t i = 0; i < CT_ARRAY_LEN(cases); i++) {
        assert_int_equal(ct_conf_parse_us(ct_str_of(cases[i].text), &value_us),
                         CT_OK);
        assert_int_equal(value_us, cases[i].us);
    }
    for (size_t i = 0; i < CT_ARRAY_LEN(wrong); i++) {
        assert_int_equal(ct_conf_parse_us(ct_str_of(wrong[i]), &value_us),
                         CT_DECLINED);
    }
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_take_units_in_either_case),
        cmocka_unit_test(other_sizes_are_declined),
        cmocka_unit_test(times_add_up),
        cmocka_unit_test(other_times_are_declined),
        cmocka_unit_test(microseconds_stand_where_they_count),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
