/*
 * debugged_test.c -- who is named writes everything, who is not as ever.
 */

#include "core/ct_config.h"

#include "event/ct_debugged.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "event/ct_cidr.h"


static ct_log_t *
log_of(ct_debugged_t *debugged, const char *c_host)
{
    ct_peer_t peer;

    assert_int_equal(ct_peer_parse(ct_str_of(c_host), 9, &peer), CT_OK);
    return ct_debugged_log(debugged, &peer);
}


static void
ranges_decide(void **state)
{
    ct_cidr_t          ranges[2];
    ct_debugged_conf_t conf = { 2, ranges };
    ct_debugged_t      debugged;
    ct_log_t           plain;
    const char        *c_why;

    (void) state;
    assert_int_equal(ct_cidr_parse(CT_STR("10.0.0.0/8"), &ranges[0], &c_why),
                     CT_OK);
    assert_int_equal(ct_cidr_parse(CT_STR("::1"), &ranges[1], &c_why), CT_OK);
    ct_log_init(&plain);
    ct_debugged_init(&debugged, &plain, &conf);
    assert_ptr_equal(log_of(&debugged, "11.0.0.1"), &plain);
    assert_ptr_equal(log_of(&debugged, "10.9.8.7"), &debugged.log);
    assert_ptr_equal(log_of(&debugged, "::1"), &debugged.log);
    assert_int_equal(ct_log_level(&debugged.log), CT_LOG_DEBUG);
    assert_int_equal(ct_log_level(&plain), CT_LOG_NOTICE);
}


static void
nobody_is_named(void **state)
{
    const ct_debugged_conf_t conf = { 0, NULL };
    ct_debugged_t            debugged;
    ct_log_t                 plain;

    (void) state;
    ct_log_init(&plain);
    ct_debugged_init(&debugged, &plain, &conf);
    assert_ptr_equal(log_of(&debugged, "127.0.0.1"), &plain);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges_decide),
        cmocka_unit_test(nobody_is_named),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
