/*
 * span_test.c -- limits with jitter, from the file to a number.
 */

#include "core/ct_config.h"

#include "core/ct_span.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "conf_fixture.h"

typedef struct sample_conf_s {
    ct_span_t calls;
    ct_span_t age_ms;
} sample_conf_t;

/* clang-format off */
static const ct_directive_t sample_directives[] = {
    { "calls", CT_IN_MAIN,
      CT_CONF_CUSTOM(sample_conf_t, calls, ct_span_type_count, "0") },
    { "age", CT_IN_MAIN,
      CT_CONF_CUSTOM(sample_conf_t, age_ms, ct_span_type_ms, "0") },
    { NULL, 0, NULL, 0, NULL },
};
/* clang-format on */

static const ct_module_t sample_module = {
    .abi = CT_MODULE_ABI,
    .name = "sample",
    .conf_size = sizeof(sample_conf_t),
    .directives = sample_directives,
};

static const ct_module_t *const modules[] = { &sample_module, NULL };


static void
a_limit_and_its_jitter_are_read(void **state)
{
    fixture_t            fixture;
    const sample_conf_t *conf;

    (void) state;
    fixture_init(&fixture, modules);
    assert_int_equal(
        fixture_apply(&fixture, "calls 100 jitter=20; age 1h jitter=5m;"),
        CT_OK);
    conf = ct_cycle_conf(fixture.cycle, &sample_module);
    assert_int_equal(conf->calls.least, 100);
    assert_int_equal(conf->calls.jitter, 20);
    assert_int_equal(conf->age_ms.least, 3600000);
    assert_int_equal(conf->age_ms.jitter, 300000);
    fixture_release(&fixture);
}


static void
what_is_no_limit_is_refused(void **state)
{
    static const struct {
        const char *text;
        const char *message;
    } cases[] = {
        { "calls many;", "'many' is not a number in test:1" },
        { "calls 9223372036854775808;",
          "'9223372036854775808' is not a number in test:1" },
        { "calls 1 2;", "'2' is not jitter=VALUE in test:1" },
        { "calls 1 jitter=;", "'jitter=' is not jitter=VALUE in test:1" },
        { "calls 1 jitter=x;", "'x' is not a number in test:1" },
        { "calls 1 jitter=9223372036854775807;",
          "'9223372036854775807' is not a number in test:1" },
        { "calls 0 jitter=1;",
          "'calls' 0 is no limit and has no jitter in test:1" },
        { "age 5q;", "'5q' is not a time, such as 90s or 1h30m in test:1" },
    };

    (void) state;
    for (size_t i = 0; i < CT_ARRAY_LEN(cases); i++) {
        fixture_t fixture;

        fixture_init(&fixture, modules);
        assert_int_equal(fixture_apply(&fixture, cases[i].text), CT_ERROR);
        fixture_expect(&fixture, cases[i].message);
        fixture_release(&fixture);
    }
}


static void
chance_stays_within_the_jitter(void **state)
{
    const ct_span_t none = { 0, 0 };
    const ct_span_t fixed = { 7, 0 };
    const ct_span_t span = { 100, 3 };
    unsigned        seen = 0;

    (void) state;
    assert_int_equal(ct_span_draw(&none, 5), 0);
    assert_int_equal(ct_span_draw(&fixed, 5), 7);
    for (uint64_t i = 0; i < 100; i++) {
        const uint64_t n = ct_span_draw(&span, i);

        assert_in_range(n, 100, 103);
        seen |= 1u << (n - 100);
    }
    assert_int_equal(seen, 0xf);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_limit_and_its_jitter_are_read),
        cmocka_unit_test(what_is_no_limit_is_refused),
        cmocka_unit_test(chance_stays_within_the_jitter),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
