/*
 * timing_test.c -- times that stand for a histogram's calls.
 */

#include "core/ct_config.h"

#include "process/ct_timing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define LAST (CT_BOARD_BUCKETS - 1)

typedef struct sample_s {
    uint64_t calls[CT_BOARD_BUCKETS];
    uint64_t value_us[CT_BOARD_BUCKETS];
    uint64_t time_us; /* what they took */
    uint64_t ncalls;
} sample_t;


static void
sample_add(sample_t *sample, uint64_t time_us)
{
    sample->calls[ct_board_bucket(time_us)]++;
    sample->time_us += time_us;
    sample->ncalls++;
}


static uint64_t
told(const sample_t *sample)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < CT_BOARD_BUCKETS; i++) {
        sum += sample->calls[i] * sample->value_us[i];
    }
    return sum;
}


/* Every value lies within its bucket, and empty ones have none. */
static void
assert_bounds(const sample_t *sample)
{
    for (unsigned i = 0; i < CT_BOARD_BUCKETS; i++) {
        if (sample->calls[i] == 0) {
            assert_int_equal(sample->value_us[i], 0);
            continue;
        }
        assert_true(sample->value_us[i] <= ct_board_bucket_bound(i));
        assert_true(i == 0
                    || sample->value_us[i] >= ct_board_bucket_bound(i - 1));
    }
}


static void
nothing_gives_nothing(void **state)
{
    sample_t sample = { .ncalls = 0 };

    (void) state;
    ct_timing_of(sample.calls, 0, sample.value_us);
    assert_bounds(&sample);
}


static void
one_call_is_told_exactly(void **state)
{
    (void) state;
    for (uint64_t us = 1; us < UINT64_C(100000000); us = us * 7 / 4 + 1) {
        sample_t sample = { .ncalls = 0 };

        sample_add(&sample, us);
        ct_timing_of(sample.calls, (int64_t) us, sample.value_us);
        assert_bounds(&sample);
        /* A double's last bit may make it one less. */
        assert_in_range(told(&sample), us - 1, us);
    }
}


static void
the_sum_is_right(void **state)
{
    unsigned seed = 1;

    (void) state;
    for (int round = 0; round < 200; round++) {
        sample_t sample = { .ncalls = 0 };

        for (int i = 0; i < 300; i++) {
            seed = seed * 1103515245u + 12345u;
            sample_add(&sample, 1 + (seed >> 8) % (1u << (seed >> 3) % 22));
        }
        ct_timing_of(sample.calls, (int64_t) sample.time_us, sample.value_us);
        assert_bounds(&sample);
        assert_in_range(told(&sample), sample.time_us - sample.ncalls,
                        sample.time_us);
    }
}


static void
the_last_bucket_takes_the_rest(void **state)
{
    sample_t sample = { .ncalls = 0 };

    (void) state;
    sample_add(&sample, 100);
    sample_add(&sample, UINT64_C(3600000000));
    sample_add(&sample, UINT64_C(7200000000));
    assert_int_equal(sample.calls[LAST], 2);
    ct_timing_of(sample.calls, (int64_t) sample.time_us, sample.value_us);
    assert_bounds(&sample);
    assert_in_range(told(&sample), sample.time_us - sample.ncalls,
                    sample.time_us);
}


/* A reader may see a bucket before the sum, or had rounded up before. */
static void
an_odd_sum_stays_within_bounds(void **state)
{
    const int64_t odd[] = { -1000, 0, 1, 1000000000000 };
    sample_t      sample = { .ncalls = 0 };

    (void) state;
    sample_add(&sample, 100);
    sample_add(&sample, 5000);
    for (size_t i = 0; i < CT_ARRAY_LEN(odd); i++) {
        ct_timing_of(sample.calls, odd[i], sample.value_us);
        assert_bounds(&sample);
    }
    sample_add(&sample, UINT64_C(3600000000));
    for (size_t i = 0; i < CT_ARRAY_LEN(odd); i++) {
        ct_timing_of(sample.calls, odd[i], sample.value_us);
        assert_bounds(&sample);
    }
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_gives_nothing),
        cmocka_unit_test(one_call_is_told_exactly),
        cmocka_unit_test(the_sum_is_right),
        cmocka_unit_test(the_last_bucket_takes_the_rest),
        cmocka_unit_test(an_odd_sum_stays_within_bounds),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
