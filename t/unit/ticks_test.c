/*
 * ticks_test.c -- the processor's counter tells the clock's time.
 */

#include "core/ct_config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <time.h>

#include <cmocka.h>

#include "core/ct_ticks.h"

#define NS_PER_MS UINT64_C(1000000)

/* A lag of its own, and of a reading that took long; with a machine's moods. */
#define MOST_BEHIND (20 * UINT64_C(1000))


static void
sleep_ms(long ms)
{
    const struct timespec time = { 0, ms * 1000000L };

    (void) nanosleep(&time, NULL);
}


/* Until the counter has been measured, if there is one. */
static void
warm_up(ct_ticks_t *ticks)
{
    ct_ticks_init(ticks);
    for (int i = 0; i < 60; i++) {
        (void) ct_ticks_read(ticks);
        sleep_ms(10);
    }
    (void) ct_ticks_read(ticks);
}


/* Never ahead, hardly behind. */
static void
assert_tells_time(ct_ticks_t *ticks)
{
    uint64_t least = UINT64_MAX;

    for (int i = 0; i < 1000; i++) {
        const uint64_t before = ct_clock_ns();
        const uint64_t told = ct_ticks_ns(ticks);
        const uint64_t after = ct_clock_ns();
        const uint64_t behind = told < before ? before - told : 0;

        assert_true(told <= after);
        least = behind < least ? behind : least;
    }
    assert_true(least < MOST_BEHIND);
}


static void
test_clock_at_first(void **state)
{
    ct_ticks_t ticks;

    (void) state;
    ct_ticks_init(&ticks);
    assert_int_equal(ticks.span, 0);
    assert_tells_time(&ticks);
}


static void
test_counter(void **state)
{
    ct_ticks_t ticks;

    (void) state;
    warm_up(&ticks);
    if (ticks.span == 0) {
        skip(); /* the kernel does not go by it here */
    }
    assert_tells_time(&ticks);
    (void) ct_ticks_read(&ticks);
    sleep_ms(2);
    assert_tells_time(&ticks);
}


/* Longer than it is trusted for. */
static void
test_after_a_sleep(void **state)
{
    ct_ticks_t ticks;

    (void) state;
    warm_up(&ticks);
    sleep_ms(50);
    assert_tells_time(&ticks);
}


static void
test_counter_jumps(void **state)
{
    static const uint64_t jumps[] = { UINT64_C(1) << 40, -(UINT64_C(1) << 40) };
    ct_ticks_t            ticks;

    (void) state;
    for (size_t i = 0; i < sizeof(jumps) / sizeof(jumps[0]); i++) {
        warm_up(&ticks);
        ticks.at += jumps[i];
        assert_tells_time(&ticks);

        /* And where it jumped between two measures, they differ. */
        if (ticks.span != 0) {
            ticks.since_at += jumps[i];
            ticks.since_ns -= 1000 * NS_PER_MS;
            for (int j = 0; j < 100 && ticks.span != 0; j++) {
                (void) ct_ticks_read(&ticks); /* one that took long is none */
            }
            assert_int_equal(ticks.span, 0);
        }
        assert_tells_time(&ticks);
    }
}


static void
test_no_counter(void **state)
{
    ct_ticks_t ticks;

    (void) state;
    ct_ticks_init(&ticks);
    ticks.is_usable = false;
    for (int i = 0; i < 60; i++) {
        (void) ct_ticks_read(&ticks);
        sleep_ms(10);
    }
    assert_int_equal(ticks.span, 0);
    assert_tells_time(&ticks);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clock_at_first),
        cmocka_unit_test(test_counter),
        cmocka_unit_test(test_after_a_sleep),
        cmocka_unit_test(test_counter_jumps),
        cmocka_unit_test(test_no_counter),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
