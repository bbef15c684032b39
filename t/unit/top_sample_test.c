/*
 * top_sample_test.c -- what two looks at a server tell.
 */

#include "core/ct_config.h"

#include "process/ct_top_sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "core/ct_pool.h"

#define SERVER(started, uptime)                                                \
    "{\"server\": {\"version\": \"1\", \"started_ms\": " #started              \
    ", \"uptime_ms\": " #uptime ", \"draining\": true},"

static const char before_text[] = SERVER(
    5, 1000) "\"totals\": {\"calls\": 100, \"shed_rate\": 1, \"shed_conn\": 2},"
             "\"workers\": [{\"id\": 0, \"pid\": 7, \"state\": \"serving\","
             "\"calls\": 90}],"
             "\"methods\": [{\"name\": \"A.a\", \"calls\": 100, \"errors\": 1,"
             "\"buckets\": [100]}]}";

static const char now_text[] = SERVER(
    5, 3000) "\"totals\": {\"calls\": 120, \"shed_rate\": 5, \"shed_conn\": 2},"
             "\"workers\": [{\"id\": 0, \"pid\": 7, \"state\": \"serving\","
             "\"calls\": 100}, {\"id\": 1, \"pid\": 8, \"calls\": 6}],"
             "\"methods\": [{\"name\": \"A.new\", \"calls\": 2, \"errors\": 2,"
             "\"buckets\": [2]}, {\"name\": \"A.a\", \"calls\": 110, "
             "\"errors\": 1,"
             "\"buckets\": [100, 9, 1]}]}";


static void
read_text(ct_top_sample_t *sample, const char *c_text, ct_pool_t *pool)
{
    assert_int_equal(ct_top_sample_read(sample, ct_str_of(c_text), pool),
                     CT_OK);
}


static const ct_top_method_t *
method(const ct_top_sample_t *view, size_t i)
{
    return ct_array_at(&view->methods, i);
}


static void
rates_are_differences(void **state)
{
    ct_pool_t             *pool = ct_pool_create(4096);
    ct_top_sample_t        before;
    ct_top_sample_t        now;
    const ct_top_sample_t *view = NULL;
    const ct_top_worker_t *worker = NULL;

    (void) state;
    read_text(&before, before_text, pool);
    read_text(&now, now_text, pool);
    view = ct_top_sample_compare(&before, &now, CT_TOP_BY_CALLS, pool);
    assert_true(view->is_draining);
    assert_true(view->span_s == 2);
    assert_true(view->rates[CT_TOP_CALLS] == 10);
    assert_true(view->rates[CT_TOP_SHED] == 2);
    assert_int_equal(view->totals[CT_TOP_ERRORS], 3);
    worker = ct_array_at(&view->workers, 0);
    assert_true(worker->calls_s == 5);
    worker = ct_array_at(&view->workers, 1);
    assert_true(worker->calls_s == 3);
    assert_true(ct_str_eq_c(method(view, 0)->name, "A.a"));
    assert_true(method(view, 0)->calls_s == 5);
    assert_true(method(view, 0)->errors_s == 0);
    assert_int_equal(method(view, 0)->calls, 110);
    /* Of the ten calls between, not of the hundred before. */
    assert_int_equal(method(view, 0)->p50_us, ct_board_bucket_bound(1));
    assert_int_equal(method(view, 0)->p99_us, ct_board_bucket_bound(2));
    ct_pool_destroy(pool);
}


static void
methods_are_sorted(void **state)
{
    ct_pool_t      *pool = ct_pool_create(4096);
    ct_top_sample_t before;
    ct_top_sample_t now;

    (void) state;
    read_text(&before, before_text, pool);
    read_text(&now, now_text, pool);
    assert_true(ct_str_eq_c(
        method(ct_top_sample_compare(&before, &now, CT_TOP_BY_ERRORS, pool), 0)
            ->name,
        "A.new"));
    assert_true(ct_str_eq_c(
        method(ct_top_sample_compare(&before, &now, CT_TOP_BY_P99, pool), 0)
            ->name,
        "A.a"));
    assert_true(ct_str_eq_c(
        method(ct_top_sample_compare(&before, &now, CT_TOP_BY_NAME, pool), 1)
            ->name,
        "A.new"));
    ct_pool_destroy(pool);
}


static void
another_server_has_no_rates(void **state)
{
    ct_pool_t             *pool = ct_pool_create(4096);
    ct_top_sample_t        before;
    ct_top_sample_t        now;
    const ct_top_sample_t *view = NULL;

    (void) state;
    read_text(&before, before_text, pool);
    read_text(&now, SERVER(6, 9000) "\"totals\": {\"calls\": 500}}", pool);
    view = ct_top_sample_compare(&before, &now, CT_TOP_BY_CALLS, pool);
    assert_true(view->span_s == 0);
    assert_true(view->rates[CT_TOP_CALLS] == 0);
    assert_int_equal(view->totals[CT_TOP_CALLS], 500);
    view = ct_top_sample_compare(NULL, &now, CT_TOP_BY_CALLS, pool);
    assert_true(view->span_s == 0);
    assert_int_equal(view->methods.n, 0);
    ct_pool_destroy(pool);
}


static void
what_is_no_status_is_declined(void **state)
{
    static const char *const texts[] = {
        "", "x", "[]", "{}", "{\"server\": 1}", "{\"server\": {}"
    };
    ct_pool_t      *pool = ct_pool_create(4096);
    ct_top_sample_t sample;

    (void) state;
    for (size_t i = 0; i < CT_ARRAY_LEN(texts); i++) {
        assert_int_equal(ct_top_sample_read(&sample, ct_str_of(texts[i]), pool),
                         CT_DECLINED);
    }
    read_text(&sample, "{\"server\": {\"uptime_ms\": -1}, \"methods\": 3}",
              pool);
    assert_int_equal(sample.uptime_ms, 0);
    ct_pool_destroy(pool);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_are_differences),
        cmocka_unit_test(methods_are_sorted),
        cmocka_unit_test(another_server_has_no_rates),
        cmocka_unit_test(what_is_no_status_is_declined),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
