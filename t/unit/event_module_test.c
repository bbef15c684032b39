/*
 * event_module_test.c -- `events { }` and its defaults.
 */

#include "core/ct_config.h"

#include "event/ct_event_module.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "event_fixture.h"


static void
refuse(const char *c_text, const char *c_message)
{
    fixture_t fixture;

    assert_int_equal(fixture_read(&fixture, c_text), CT_ERROR);
    assert_true(fixture_says(&fixture, c_message));
    fixture_release(&fixture);
}


static void
has_defaults_without_a_block(void **state CT_UNUSED)
{
    fixture_t              fixture;
    const ct_event_conf_t *conf;

    assert_int_equal(fixture_read(&fixture, ""), CT_OK);
    conf = ct_event_conf(fixture.cycle);
    assert_int_equal(conf->use.len, 0);
    assert_int_equal(conf->worker_connections, 1024);
    assert_int_equal(conf->accept_batch, 8);
    assert_int_equal(conf->max_events, 512);
    assert_int_equal(conf->spin_us, 0);
    assert_int_equal(ct_event_listens(fixture.cycle)->list.n, 0);
    fixture_release(&fixture);
}


static void
reads_the_block_wherever_it_stands(void **state CT_UNUSED)
{
    fixture_t              fixture;
    const ct_event_conf_t *conf;

    assert_int_equal(fixture_read(&fixture, "listen 80;\n"
                                            "events { use poll;\n"
                                            "    worker_connections 7;\n"
                                            "    max_events 3; }\n"
                                            "listen 81;\n"),
                     CT_OK);
    conf = ct_event_conf(fixture.cycle);
    assert_string_equal(conf->use.data, "poll");
    assert_int_equal(conf->worker_connections, 7);
    assert_int_equal(conf->accept_batch, 8);
    assert_int_equal(conf->max_events, 3);
    assert_int_equal(ct_event_listens(fixture.cycle)->list.n, 2);
    fixture_release(&fixture);
}


static void
reads_how_long_to_spin(void **state CT_UNUSED)
{
    static const struct {
        const char *text;
        uint64_t    us;
    } cases[] = {
        { "events { event_spin 50us; }", 50 },
        { "events { event_spin 1ms500us; }", 1500 },
        { "events { event_spin 10ms; }", 10000 },
        { "events { event_spin 0; }", 0 },
        { "events { event_spin off; }", 0 },
    };

    for (size_t i = 0; i < CT_ARRAY_LEN(cases); i++) {
        fixture_t fixture;

        assert_int_equal(fixture_read(&fixture, cases[i].text), CT_OK);
        assert_int_equal(ct_event_conf(fixture.cycle)->spin_us, cases[i].us);
        fixture_release(&fixture);
    }
}


static void
refuses_what_is_wrong(void **state CT_UNUSED)
{
    refuse("events { use select; }",
           "there is no event backend 'select' (built in: ");
    refuse("events { use ''; }", "there is no event backend ''");
    refuse("events { worker_connections 0; }",
           "'worker_connections' wants a number from 1 to 16777216 in test:1");
    refuse("events { accept_batch 10000; }",
           "'accept_batch' wants a number from 1 to 1024 in test:1");
    refuse("events { max_events -1; }",
           "'max_events' wants a number from 1 to 65536 in test:1");
    refuse("events { event_spin 1s; }",
           "'event_spin' wants 'off', or a time of up to 10ms, such as 50us "
           "in test:1");
    refuse("events { event_spin 50; }", "'event_spin' wants 'off'");
    refuse("events { event_spin 10001us; }", "'event_spin' wants 'off'");
    refuse("events { event_spin on; }", "'event_spin' wants 'off'");
    refuse("events { }\nevents { }", "test:2");
    refuse("worker_connections 5;", "worker_connections");
}


int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_defaults_without_a_block),
        cmocka_unit_test(reads_the_block_wherever_it_stands),
        cmocka_unit_test(reads_how_long_to_spin),
        cmocka_unit_test(refuses_what_is_wrong),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
