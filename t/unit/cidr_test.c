/*
 * cidr_test.c -- ranges of addresses and who lies in them.
 */

#include "core/ct_config.h"

#include "event/ct_cidr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>


static bool
has(const char *c_range, const char *c_host)
{
    const char *c_why;
    ct_cidr_t   cidr;
    ct_peer_t   peer = { .sa = { .any = { .sa_family = AF_UNIX } } };

    assert_int_equal(ct_cidr_parse(ct_str_of(c_range), &cidr, &c_why), CT_OK);
    if (strcmp(c_host, "unix:") != 0) {
        assert_int_equal(ct_peer_parse(ct_str_of(c_host), 1, &peer), CT_OK);
    }
    return ct_cidr_has(&cidr, &peer);
}


static void
looks_into_ranges(void **state CT_UNUSED)
{
    assert_true(has("10.0.0.0/8", "10.255.0.1"));
    assert_false(has("10.0.0.0/8", "11.0.0.0"));
    assert_true(has("10.1.2.3/8", "10.255.0.1"));
    assert_true(has("192.0.2.128/25", "192.0.2.200"));
    assert_false(has("192.0.2.128/25", "192.0.2.127"));
    assert_true(has("192.0.2.7", "192.0.2.7"));
    assert_false(has("192.0.2.7", "192.0.2.6"));
    assert_true(has("0.0.0.0/0", "255.255.255.255"));
    assert_true(has("2001:db8::/33", "2001:db8:7fff::1"));
    assert_false(has("2001:db8::/33", "2001:db8:8000::1"));
    assert_true(has("::/0", "2001:db8::1"));
    assert_true(has("::1", "::1"));
    assert_false(has("::1", "::2"));
}


static void
keeps_families_apart(void **state CT_UNUSED)
{
    assert_false(has("0.0.0.0/0", "::1"));
    assert_false(has("::/0", "127.0.0.1"));
    assert_false(has("::/0", "unix:"));
    assert_false(has("0.0.0.0/0", "unix:"));
    assert_true(has("unix:", "unix:"));
    assert_false(has("unix:", "0.0.0.0"));
    assert_true(has("192.0.2.0/24", "::ffff:192.0.2.1"));
    assert_false(has("192.0.2.0/24", "::ffff:192.0.3.1"));
    assert_false(has("::/0", "::ffff:192.0.2.1"));
}


static void
refuses(void **state CT_UNUSED)
{
    static const char *const wrong[] = {
        "",           "/",          "10",          "10.0.0.0/",
        "1.2.3.4/33", "1.2.3.4/-1", "1.2.3.4/8/8", "::/129",
        "[::1]",      "x",          "unix:/x",     "1.2.3.4/ 8"
    };

    for (size_t i = 0; i < CT_ARRAY_LEN(wrong); i++) {
        const char *c_why = NULL;
        ct_cidr_t   cidr;

        assert_int_equal(ct_cidr_parse(ct_str_of(wrong[i]), &cidr, &c_why),
                         CT_ERROR);
        assert_non_null(c_why);
    }
}


int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(looks_into_ranges),
        cmocka_unit_test(keeps_families_apart),
        cmocka_unit_test(refuses),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
