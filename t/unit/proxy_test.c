/*
 * proxy_test.c -- PROXY headers, whole, in pieces, and wrong.
 */

#include "core/ct_config.h"

#include "event/ct_proxy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"

/* A literal that may hold NULs, as the two arguments of the parser. */
#define BYTES(literal) (const uint8_t *) (literal), sizeof(literal) - 1

#define V2_TCP4                                                                \
    SIGNATURE "\x21\x11\0\x0c\xc0\0\2\7\xc6\x33\x64\1\x9c\x40\x23\x82"


/* What the parser gives for all of it, and a byte behind it changes nothing. */
static ct_rc_t
parse(const uint8_t *data, size_t len, ct_proxy_t *proxy)
{
    uint8_t     more[CT_PROXY_MAX + 8];
    const char *c_why = NULL;
    size_t      used = 0;
    ct_rc_t     rc = ct_proxy_parse(data, len, proxy, &used, &c_why);

    assert_true(len < sizeof(more));
    memcpy(more, data, len);
    more[len] = 'x';
    if (rc == CT_OK) {
        assert_int_equal(used, len);
        assert_int_equal(ct_proxy_parse(more, len + 1, proxy, &used, &c_why),
                         CT_OK);
        assert_int_equal(used, len);
    }
    assert_true((rc == CT_ERROR) == (c_why != NULL));
    return rc;
}


static void
assert_named(const uint8_t *data, size_t len, const char *c_client,
             const char *c_server)
{
    ct_proxy_t proxy;
    char       text[CT_ADDR_TEXT_SIZE];

    assert_int_equal(parse(data, len, &proxy), CT_OK);
    assert_true(proxy.named);
    assert_string_equal(ct_peer_text(&proxy.client, text, sizeof(text)),
                        c_client);
    assert_string_equal(ct_peer_text(&proxy.server, text, sizeof(text)),
                        c_server);
}


static void
assert_unnamed(const uint8_t *data, size_t len)
{
    ct_proxy_t proxy;

    assert_int_equal(parse(data, len, &proxy), CT_OK);
    assert_false(proxy.named);
}


static void
assert_broken(const uint8_t *data, size_t len)
{
    ct_proxy_t proxy;

    assert_int_equal(parse(data, len, &proxy), CT_ERROR);
}


static void
reads_version_1(void **state CT_UNUSED)
{
    assert_named(BYTES("PROXY TCP4 192.0.2.7 198.51.100.1 40000 9090\r\n"),
                 "192.0.2.7:40000", "198.51.100.1:9090");
    assert_named(BYTES("PROXY TCP6 2001:db8::7 ::1 0 65535\r\n"),
                 "[2001:db8::7]:0", "[::1]:65535");
    assert_unnamed(BYTES("PROXY UNKNOWN\r\n"));
    assert_unnamed(BYTES("PROXY UNKNOWN \1 any \0 thing\r\n"));
}


static void
reads_version_2(void **state CT_UNUSED)
{
    ct_proxy_t proxy;
    uint8_t    unix_header[16 + 216] = SIGNATURE "\x21\x31\0\xd8/tmp/x";

    assert_named(BYTES(V2_TCP4), "192.0.2.7:40000", "198.51.100.1:9090");
    assert_named(BYTES(SIGNATURE "\x21\x22\0\x24"
                                 "\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\7"
                                 "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1"
                                 "\0\1\xff\xff"),
                 "[2001:db8::7]:1", "[::1]:65535");
    assert_int_equal(parse(unix_header, sizeof(unix_header), &proxy), CT_OK);
    assert_true(proxy.named);
    assert_int_equal(proxy.client.sa.any.sa_family, AF_UNIX);

    assert_unnamed(BYTES(SIGNATURE "\x20\0\0\0"));
    assert_unnamed(BYTES(SIGNATURE "\x20\x99\0\3abc"));
    assert_unnamed(BYTES(SIGNATURE "\x21\0\0\0"));
}


/* The sum was made by another program. */
static void
checks_the_checksum(void **state CT_UNUSED)
{
    uint8_t header[] = SIGNATURE "\x21\x11\0\x16\xc0\0\2\7\xc6\x33\x64\1"
                                 "\x9c\x40\x23\x82\4\0\0\3\0\4@SUM";

    memcpy(header + sizeof(header) - 5, "\x97\x33\xe6\x9b", 4);
    assert_named(header, sizeof(header) - 1, "192.0.2.7:40000",
                 "198.51.100.1:9090");
    header[16]++;
    assert_broken(header, sizeof(header) - 1);
}


static void
waits_for_the_whole(void **state CT_UNUSED)
{
    static const char v1[] = "PROXY TCP4 1.2.3.4 5.6.7.8 9 10\r\n";
    static const char v2[] = V2_TCP4;
    ct_proxy_t        proxy;

    for (size_t len = 0; len < sizeof(v1) - 1; len++) {
        assert_int_equal(parse((const uint8_t *) v1, len, &proxy), CT_AGAIN);
    }
    for (size_t len = 0; len < sizeof(v2) - 1; len++) {
        assert_int_equal(parse((const uint8_t *) v2, len, &proxy), CT_AGAIN);
    }
}


static void
declines_what_is_no_header(void **state CT_UNUSED)
{
    ct_proxy_t proxy;

    assert_int_equal(parse(BYTES("x"), &proxy), CT_DECLINED);
    assert_int_equal(parse(BYTES("POST / HTTP/1.1"), &proxy), CT_DECLINED);
    assert_int_equal(parse(BYTES("PROXZ TCP4"), &proxy), CT_DECLINED);
    assert_int_equal(parse(BYTES("\x80\1\0\1"), &proxy), CT_DECLINED);
    assert_int_equal(parse(BYTES("\r\n\r\n\0\r\nQUIT\r"), &proxy), CT_DECLINED);
}


static void
refuses_version_1(void **state CT_UNUSED)
{
    uint8_t longest[CT_PROXY_V1_MAX];

    assert_broken(BYTES("PROXY \r\n"));
    assert_broken(BYTES("PROXY \n"));
    assert_broken(BYTES("PROXY unknown\r\n"));
    assert_broken(BYTES("PROXY UDP4 1.2.3.4 5.6.7.8 9 10\r\n"));
    assert_broken(BYTES("PROXY TCP4 1.2.3.4 5.6.7.8 9\r\n"));
    assert_broken(BYTES("PROXY TCP4 1.2.3.4 5.6.7.8 9 10 11\r\n"));
    assert_broken(BYTES("PROXY TCP4 1.2.3.4 5.6.7.8 9 10 \r\n"));
    assert_broken(BYTES("PROXY TCP4  1.2.3.4 5.6.7.8 9 10\r\n"));
    assert_broken(BYTES("PROXY TCP4 1.2.3.4 5.6.7.8 9 10\n"));
    assert_broken(BYTES("PROXY TCP4 1.2.3.4 5.6.7.8 9 +10\r\n"));
    assert_broken(BYTES("PROXY TCP4 1.2.3.4 5.6.7.8 9 010\r\n"));
    assert_broken(BYTES("PROXY TCP4 1.2.3.4 5.6.7.8 9 65536\r\n"));
    assert_broken(BYTES("PROXY TCP4 1.2.3.400 5.6.7.8 9 10\r\n"));
    assert_broken(BYTES("PROXY TCP4 ::1 ::1 9 10\r\n"));
    assert_broken(BYTES("PROXY TCP6 1.2.3.4 5.6.7.8 9 10\r\n"));

    memset(longest, 'x', sizeof(longest));
    memcpy(longest, "PROXY UNKNOWN ", 14);
    assert_broken(longest, sizeof(longest));
    memcpy(longest + sizeof(longest) - 2, "\r\n", 2);
    assert_unnamed(longest, sizeof(longest));
}


static void
refuses_version_2(void **state CT_UNUSED)
{
    assert_broken(BYTES(SIGNATURE "\x11"));
    assert_broken(BYTES(SIGNATURE "\x22"));
    assert_broken(BYTES(SIGNATURE "\x21\x11\x0f\xf1"));
    assert_broken(BYTES(SIGNATURE "\x21\x10\0\0"));
    assert_broken(BYTES(SIGNATURE "\x21\x13\0\0"));
    assert_broken(BYTES(SIGNATURE "\x21\x41\0\0"));
    assert_broken(BYTES(SIGNATURE "\x21\x11\0\x0b...........")); /* 11 */
    assert_broken(BYTES(SIGNATURE "\x21\0\0\2\4\0"));
    assert_broken(BYTES(SIGNATURE "\x21\0\0\4\4\0\2x"));
    assert_broken(BYTES(SIGNATURE "\x21\0\0\3\3\0\0"));
}


int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_version_1),
        cmocka_unit_test(reads_version_2),
        cmocka_unit_test(checks_the_checksum),
        cmocka_unit_test(waits_for_the_whole),
        cmocka_unit_test(declines_what_is_no_header),
        cmocka_unit_test(refuses_version_1),
        cmocka_unit_test(refuses_version_2),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
