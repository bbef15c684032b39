/*
 * statsd_conf_test.c -- the directive `statsd`, from the file to a struct.
 */

#include "core/ct_config.h"

#include "process/ct_statsd_conf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "conf_fixture.h"

/* clang-format off */
static const ct_directive_t sample_directives[] = {
    { "statsd", CT_IN_MAIN, &ct_statsd_type, 0, NULL },
    { NULL, 0, NULL, 0, NULL },
};
/* clang-format on */

static const ct_module_t sample_module = {
    .abi = CT_MODULE_ABI,
    .name = "sample",
    .conf_size = sizeof(ct_statsd_conf_t),
    .directives = sample_directives,
};

static const ct_module_t *const modules[] = { &sample_module, NULL };


static const ct_statsd_conf_t *
conf_of(const fixture_t *fixture)
{
    return ct_cycle_conf(fixture->cycle, &sample_module);
}


static void
without_it_nothing_is_set(void **state)
{
    fixture_t fixture;

    (void) state;
    fixture_init(&fixture, modules);
    assert_int_equal(fixture_apply(&fixture, ""), CT_OK);
    assert_false(conf_of(&fixture)->is_set);
    fixture_release(&fixture);
}


static void
defaults_hold(void **state)
{
    fixture_t               fixture;
    const ct_statsd_conf_t *conf;

    (void) state;
    fixture_init(&fixture, modules);
    assert_int_equal(fixture_apply(&fixture, "statsd 127.0.0.1;"), CT_OK);
    conf = conf_of(&fixture);
    assert_true(conf->is_set);
    assert_true(conf->is_found);
    assert_true(ct_str_eq_c(conf->text, "127.0.0.1:8125"));
    assert_int_equal(conf->addr.sa.any.sa_family, AF_INET);
    assert_int_equal(ntohs(conf->addr.sa.in.sin_port), 8125);
    assert_true(ct_str_eq_c(conf->style.prefix, "cthrift"));
    assert_int_equal(conf->style.tags.len, 0);
    assert_false(conf->style.is_tagged);
    assert_false(conf->by_method);
    assert_int_equal(conf->interval_ms, 1000);
    assert_int_equal(conf->max_packet, 1432);
    fixture_release(&fixture);
}


static void
words_are_read_in_any_order(void **state)
{
    fixture_t               fixture;
    const ct_statsd_conf_t *conf;

    (void) state;
    fixture_init(&fixture, modules);
    assert_int_equal(
        fixture_apply(&fixture, "statsd [::1]:9 tags=env:a,b max_packet=8k "
                                "interval=2m prefix=x.y.. format=dogstatsd;"),
        CT_OK);
    conf = conf_of(&fixture);
    assert_int_equal(conf->addr.sa.any.sa_family, AF_INET6);
    assert_true(ct_str_eq_c(conf->style.prefix, "x.y"));
    assert_true(ct_str_eq_c(conf->style.tags, "env:a,b"));
    assert_true(conf->style.is_tagged);
    assert_true(conf->by_method);
    assert_int_equal(conf->interval_ms, 120000);
    assert_int_equal(conf->max_packet, 8192);
    fixture_release(&fixture);
}


static void
unix_paths_begin_at_the_prefix(void **state)
{
    fixture_t               fixture;
    const ct_statsd_conf_t *conf;

    (void) state;
    fixture_init(&fixture, modules);
    assert_int_equal(fixture_apply(&fixture, "statsd unix:s per_method=on;"),
                     CT_OK);
    conf = conf_of(&fixture);
    assert_true(conf->by_method);
    assert_int_equal(conf->addr.sa.any.sa_family, AF_UNIX);
    assert_int_equal(conf->addr.sa.un.sun_path[0], '/');
    fixture_release(&fixture);
}


/* A label of the DNS has 63 bytes, so nobody is asked for this one. */
static void
an_unknown_host_is_taken(void **state)
{
    char      text[128];
    fixture_t fixture;

    (void) state;
    (void) snprintf(text, sizeof(text), "statsd %070d.test:8125;", 7);
    fixture_init(&fixture, modules);
    assert_int_equal(fixture_apply(&fixture, text), CT_OK);
    assert_true(conf_of(&fixture)->is_set);
    assert_false(conf_of(&fixture)->is_found);
    assert_non_null(strstr(fixture_messages(&fixture), "is not known"));
    fixture_release(&fixture);
}


static void
mistakes_are_named(void **state)
{
    static const struct {
        const char *c_text;
        const char *c_message;
    } cases[] = {
        { "statsd \"\";", "'statsd' wants a receiver in test:1" },
        { "statsd 8125;", "'8125' is not a receiver: the host is missing "
                          "in test:1" },
        { "statsd a:1:2;", "'a:1:2' is not a receiver: an IPv6 address stands "
                           "in brackets in test:1" },
        { "statsd fd:3;", "'statsd' takes no 'fd:' in test:1" },
        { "statsd 1.2.3.4 prefix=a prefix=b;",
          "'prefix=' is given twice in test:1" },
        { "statsd 1.2.3.4 interval=1;interval=x;",
          "unknown directive 'interval=x' in test:1" },
        { "statsd 1.2.3.4 interval=soon;",
          "'soon' is not an interval: it goes from 100ms to 1h in test:1" },
        { "statsd 1.2.3.4 per_method=;",
          "'per_method=' is on or off, not '' in test:1" },
    };

    (void) state;
    for (size_t i = 0; i < CT_ARRAY_LEN(cases); i++) {
        fixture_t fixture;

        fixture_init(&fixture, modules);
        assert_int_equal(fixture_apply(&fixture, cases[i].c_text), CT_ERROR);
        fixture_expect(&fixture, cases[i].c_message);
        fixture_release(&fixture);
    }
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_it_nothing_is_set),
        cmocka_unit_test(defaults_hold),
        cmocka_unit_test(words_are_read_in_any_order),
        cmocka_unit_test(unix_paths_begin_at_the_prefix),
        cmocka_unit_test(an_unknown_host_is_taken),
        cmocka_unit_test(mistakes_are_named),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
