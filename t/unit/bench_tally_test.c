/*
 * bench_tally_test.c -- sums over threads: times, bytes, errors by kind.
 */

#include "core/ct_config.h"

#include "ct_bench_tally.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>


static void
kinds_are_told_apart(void **state)
{
    ct_bench_tally_t tally;

    (void) state;
    memset(&tally, 0, sizeof(tally));
    ct_bench_tally_error(&tally, "late", 1);
    ct_bench_tally_error(&tally, "wrong", 2);
    ct_bench_tally_error(&tally, "late", 3);
    assert_int_equal(tally.nerrors, 6);
    assert_int_equal(tally.nkinds, 2);
    assert_int_equal(tally.kinds[0].n, 4);
    assert_string_equal(tally.kinds[1].what, "wrong");
}


/* A server decides how many names there are: the rest is one kind. */
static void
kinds_are_bounded(void **state)
{
    ct_bench_tally_t tally;
    char             what[2 * CT_BENCH_KIND_SIZE];

    (void) state;
    memset(&tally, 0, sizeof(tally));
    for (int i = 0; i < 2 * CT_BENCH_MAX_KINDS; i++) {
        (void) snprintf(what, sizeof(what), "%d %0*d", i,
                        CT_BENCH_KIND_SIZE + 9, 0);
        ct_bench_tally_error(&tally, what, 1);
        ct_bench_tally_error(&tally, what, 1);
    }
    assert_int_equal(tally.nkinds, CT_BENCH_MAX_KINDS);
    assert_int_equal(tally.nerrors, 4 * CT_BENCH_MAX_KINDS);
    assert_int_equal(tally.kinds[0].n, 2);
    assert_string_equal(tally.kinds[CT_BENCH_MAX_KINDS - 1].what, "others");
    assert_int_equal(tally.kinds[CT_BENCH_MAX_KINDS - 1].n,
                     2 * CT_BENCH_MAX_KINDS + 2);
}


static void
threads_are_added_up(void **state)
{
    ct_bench_tally_t a;
    ct_bench_tally_t b;

    (void) state;
    memset(&a, 0, sizeof(a));
    memset(&b, 0, sizeof(b));
    ct_histogram_add(&a.latency_ns, 10);
    ct_histogram_add(&b.latency_ns, 20);
    ct_bench_tally_error(&b, "late", 3);
    a.seconds = 1;
    a.cpu_s = 0.5;
    b.seconds = 2;
    b.cpu_s = 0.25;
    b.bytes_sent = 7;
    ct_bench_tally_merge(&a, &b);
    assert_int_equal(a.latency_ns.total, 2);
    assert_int_equal(ct_histogram_percentile(&a.latency_ns, 100), 20);
    assert_int_equal(a.nerrors, 3);
    assert_true(a.seconds == 2 && a.cpu_s == 0.75);
    assert_int_equal(a.bytes_sent, 7);
}


/* Each part is known to better than one per cent, and so is the mean. */
static void
a_histogram_keeps_what_matters(void **state)
{
    ct_histogram_t histogram;

    (void) state;
    memset(&histogram, 0, sizeof(histogram));
    assert_int_equal(ct_histogram_percentile(&histogram, 50), 0);
    assert_true(ct_histogram_mean(&histogram) == 0);
    for (uint64_t i = 1; i <= 1000; i++) {
        ct_histogram_add(&histogram, i * 1000);
    }
    assert_in_range(ct_histogram_percentile(&histogram, 50), 500000, 505000);
    assert_in_range(ct_histogram_percentile(&histogram, 99), 990000, 999900);
    assert_in_range((uint64_t) ct_histogram_mean(&histogram), 496000, 505000);
    ct_histogram_add(&histogram, UINT64_MAX);
    assert_true(ct_histogram_percentile(&histogram, 100) == UINT64_MAX);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_are_told_apart),
        cmocka_unit_test(kinds_are_bounded),
        cmocka_unit_test(threads_are_added_up),
        cmocka_unit_test(a_histogram_keeps_what_matters),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
