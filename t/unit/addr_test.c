/*
 * addr_test.c -- addresses are read and written back.
 */

#include "core/ct_config.h"

#include "event/ct_addr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>


static void
check(const char *c_text, const char *c_expected)
{
    const char *c_why = NULL;
    ct_addr_t   addr;
    char        out[CT_ADDR_TEXT_SIZE];

    assert_int_equal(ct_addr_parse(ct_str_of(c_text), &addr, &c_why), CT_OK);
    assert_string_equal(ct_addr_text(&addr, out, sizeof(out)), c_expected);
}


static void
refuse(const char *c_text, const char *c_part)
{
    const char *c_why = NULL;
    ct_addr_t   addr;

    assert_int_equal(ct_addr_parse(ct_str_of(c_text), &addr, &c_why), CT_ERROR);
    assert_non_null(strstr(c_why, c_part));
}


static void
reads_every_form(void **state CT_UNUSED)
{
    check("127.0.0.1:9090", "127.0.0.1:9090");
    check("9090", "0.0.0.0:9090");
    check("*:9090", "0.0.0.0:9090");
    check("[::1]:9090", "[::1]:9090");
    check("[::]:65535", "[::]:65535");
    check("[fe80::1%1]:1", "[fe80::1%1]:1");
    check("localhost:9090", "127.0.0.1:9090");
    check("unix:/run/x.sock", "unix:/run/x.sock");
    check("unix:@hidden name", "unix:@hidden name");
    check("fd:3", "fd:3");
}


static void
refuses_and_says_why(void **state CT_UNUSED)
{
    char path[200];

    refuse("", "empty");
    refuse("127.0.0.1", "port is missing");
    refuse("localhost", "port is missing");
    refuse("127.0.0.1:", "1 to 65535");
    refuse("0", "1 to 65535");
    refuse("65536", "1 to 65535");
    refuse("127.0.0.1:-1", "1 to 65535");
    refuse(":9090", "host is missing");
    refuse("::1:9090", "brackets");
    refuse("[::1", "']'");
    refuse("[::1]", "port is missing");
    refuse("[::1]9090", "port is missing");
    refuse("[127.0.0.1]:1", "IPv6");
    refuse("[name]:1", "IPv6");
    refuse("[]:1", "host is missing");
    refuse("unix:", "path");
    refuse("unix:@", "path");
    refuse("fd:", "descriptor");
    refuse("fd:2", "descriptor");
    refuse("fd:99999999999", "descriptor");

    memset(path, 'a', sizeof(path));
    memcpy(path, "unix:", 5);
    path[sizeof(path) - 1] = '\0';
    refuse(path, "too long");
    path[4] = 'a';
    refuse(path, "port is missing");
    path[198] = ':';
    refuse(path, "");
}


static void
takes_the_longest_path_and_no_nul(void **state CT_UNUSED)
{
    char        path[5 + 108 + 1] = "unix:/";
    const char *c_why;
    ct_addr_t   addr;
    char        out[CT_ADDR_TEXT_SIZE];

    memset(path + 6, 'b', 106);
    assert_int_equal(ct_addr_parse(ct_str_of(path), &addr, &c_why), CT_OK);
    assert_string_equal(ct_addr_text(&addr, out, sizeof(out)), path);
    path[112] = 'b';
    assert_int_equal(ct_addr_parse(ct_str_of(path), &addr, &c_why), CT_ERROR);
    assert_int_equal(ct_addr_parse((ct_str_t){ 8, "unix:a\0b" }, &addr, &c_why),
                     CT_ERROR);
}


static bool
same(const char *c_a, const char *c_b)
{
    const char *c_why;
    ct_addr_t   a;
    ct_addr_t   b;

    assert_int_equal(ct_addr_parse(ct_str_of(c_a), &a, &c_why), CT_OK);
    assert_int_equal(ct_addr_parse(ct_str_of(c_b), &b, &c_why), CT_OK);
    assert_true(ct_addr_eq(&a, &b) == ct_addr_eq(&b, &a));
    return ct_addr_eq(&a, &b);
}


static void
compares(void **state CT_UNUSED)
{
    assert_true(same("80", "*:80"));
    assert_true(same("localhost:80", "127.0.0.1:80"));
    assert_true(same("[::1]:80", "[0::1]:80"));
    assert_true(same("unix:/a", "unix:/a"));
    assert_true(same("fd:4", "fd:4"));
    assert_false(same("80", "81"));
    assert_false(same("80", "[::]:80"));
    assert_false(same("127.0.0.1:80", "127.0.0.2:80"));
    assert_false(same("[::1]:80", "[::2]:80"));
    assert_false(same("unix:/a", "unix:/ab"));
    assert_false(same("unix:@a", "unix:a"));
    assert_false(same("fd:4", "fd:5"));
}


static void
names_peers(void **state CT_UNUSED)
{
    ct_peer_t peer = { .sa = { .any = { .sa_family = AF_UNIX } } };
    char      out[CT_ADDR_TEXT_SIZE];

    assert_string_equal(ct_peer_text(&peer, out, sizeof(out)), "unix:");
    peer.sa.in =
        (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(4711) };
    assert_string_equal(ct_peer_text(&peer, out, sizeof(out)), "0.0.0.0:4711");
    peer.sa.in6 =
        (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_port = htons(1) };
    assert_string_equal(ct_peer_text(&peer, out, sizeof(out)), "[::]:1");
}


int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_form),
        cmocka_unit_test(refuses_and_says_why),
        cmocka_unit_test(takes_the_longest_path_and_no_nul),
        cmocka_unit_test(compares),
        cmocka_unit_test(names_peers),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
