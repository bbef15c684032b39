/*
 * metric_test.c -- lines of statsd and dogstatsd, byte for byte.
 */

#include "core/ct_config.h"

#include "process/ct_metric.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const ct_metric_style_t plain = { .prefix = CT_STR_INIT("a.b"),
                                         .tags = CT_STR_INIT("") };

static const ct_metric_style_t tagged = { .prefix = CT_STR_INIT("ct"),
                                          .tags = CT_STR_INIT("env:x,blue"),
                                          .is_tagged = true };


static void
assert_line(const ct_metric_style_t *style, const ct_metric_t *metric,
            const char *c_expected)
{
    char         out[CT_METRIC_SIZE];
    const size_t len = ct_metric_write(style, metric, out);

    assert_int_equal(len, strlen(c_expected));
    assert_memory_equal(out, c_expected, len);
}


static void
counts_and_gauges(void **state)
{
    const ct_metric_t count = { .type = CT_METRIC_COUNT,
                                .c_name = "requests",
                                .value = 7 };
    const ct_metric_t gauge = { .type = CT_METRIC_GAUGE,
                                .c_name = "workers",
                                .value = 0 };
    const ct_metric_t status = { .type = CT_METRIC_COUNT,
                                 .c_name = "request.status",
                                 .c_part = "ok",
                                 .value = UINT64_MAX };

    (void) state;
    assert_line(&plain, &count, "a.b.requests:7|c");
    assert_line(&plain, &gauge, "a.b.workers:0|g");
    assert_line(&plain, &status,
                "a.b.request.status.ok:18446744073709551615|c");
}


static void
timings_have_rates(void **state)
{
    ct_metric_t metric = { .type = CT_METRIC_TIMING,
                           .c_name = "request.duration",
                           .value = 1234567,
                           .n = 1 };

    (void) state;
    assert_line(&plain, &metric, "a.b.request.duration:1234.567|ms");
    metric.value = 8;
    metric.n = 3;
    assert_line(&plain, &metric,
                "a.b.request.duration:0.008|ms|@0.333333333333");
    metric.n = 20;
    assert_line(&plain, &metric,
                "a.b.request.duration:0.008|ms|@0.050000000000");
}


/* What telegraf and others do with a rate: 1/rate, cut to an integer. */
static void
rates_give_the_number_back(void **state)
{
    ct_metric_t metric = { .type = CT_METRIC_TIMING, .c_name = "t" };

    (void) state;
    for (uint64_t n = 2; n <= 200000; n = n < 5000 ? n + 1 : n + 97) {
        char        out[CT_METRIC_SIZE + 1];
        const char *at;

        metric.n = n;
        out[ct_metric_write(&plain, &metric, out)] = '\0';
        at = strchr(out, '@');
        assert_non_null(at);
        assert_int_equal((uint64_t) (1 / strtod(at + 1, NULL)), n);
    }
}


static void
methods_are_parts_of_names(void **state)
{
    const ct_metric_t metric = { .type = CT_METRIC_COUNT,
                                 .c_name = "requests",
                                 .c_method = "my.Service.get",
                                 .c_status = "ok",
                                 .value = 1 };

    (void) state;
    assert_line(&plain, &metric, "a.b.method.my.Service.get.requests:1|c");
}


static void
methods_are_tags(void **state)
{
    ct_metric_t       metric = { .type = CT_METRIC_COUNT,
                                 .c_name = "requests",
                                 .c_method = "my.Service.get",
                                 .c_status = "ok",
                                 .value = 1 };
    ct_metric_style_t bare = tagged;

    (void) state;
    assert_line(&tagged, &metric,
                "ct.requests:1|c|#service:my.Service,method:get,status:ok,"
                "env:x,blue");
    metric.c_method = "nodot";
    metric.c_status = NULL;
    assert_line(&tagged, &metric, "ct.requests:1|c|#method:nodot,env:x,blue");
    metric.c_method = NULL;
    assert_line(&tagged, &metric, "ct.requests:1|c|#env:x,blue");
    bare.tags = CT_STR("");
    assert_line(&bare, &metric, "ct.requests:1|c");
}


static void
no_name_breaks_a_line(void **state)
{
    const ct_metric_t metric = { .type = CT_METRIC_COUNT,
                                 .c_name = "requests",
                                 .c_method = "S:|@#\n,.m/\xc3\xa9",
                                 .value = 1 };

    (void) state;
    assert_line(&tagged, &metric,
                "ct.requests:1|c|#service:S______,method:m___,env:x,blue");
    assert_line(&plain, &metric, "a.b.method.S______.m___.requests:1|c");
}


/* The longest of everything that the configuration lets through. */
static void
the_longest_line_has_room(void **state)
{
    char              prefix[CT_METRIC_MAX_PREFIX];
    char              tags[CT_METRIC_MAX_TAGS];
    char              method[120];
    char              out[CT_METRIC_SIZE];
    ct_metric_style_t style = { { sizeof(prefix), prefix },
                                { sizeof(tags), tags },
                                true };
    const ct_metric_t status = { .type = CT_METRIC_COUNT,
                                 .c_name = "request.status",
                                 .c_part = "unknown_method",
                                 .c_method = method,
                                 .c_status = "unknown_method",
                                 .value = UINT64_MAX };
    const ct_metric_t timing = { .type = CT_METRIC_TIMING,
                                 .c_name = "request.duration",
                                 .c_method = method,
                                 .value = UINT64_MAX,
                                 .n = UINT64_MAX };

    (void) state;
    memset(prefix, 'p', sizeof(prefix));
    memset(tags, 't', sizeof(tags));
    memset(method, 'm', sizeof(method) - 1);
    method[60] = '.';
    method[sizeof(method) - 1] = '\0';
    assert_true(ct_metric_write(&style, &status, out) < sizeof(out));
    assert_true(ct_metric_write(&style, &timing, out) < sizeof(out));
    style.is_tagged = false;
    assert_true(ct_metric_write(&style, &status, out) < sizeof(out));
    assert_true(ct_metric_write(&style, &timing, out) < sizeof(out));
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_and_gauges),
        cmocka_unit_test(timings_have_rates),
        cmocka_unit_test(rates_give_the_number_back),
        cmocka_unit_test(methods_are_parts_of_names),
        cmocka_unit_test(methods_are_tags),
        cmocka_unit_test(no_name_breaks_a_line),
        cmocka_unit_test(the_longest_line_has_room),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
