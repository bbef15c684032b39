/*
 * host_test.c -- IP addresses in digits, as libc writes them.
 */

#include "core/ct_config.h"

#include "event/ct_host.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* Of groups that are zero and groups that are not, every pattern. */
#define PATTERNS 256


static void
is_written_in6(const struct in6_addr *host)
{
    char         expected[INET6_ADDRSTRLEN];
    char         out[CT_HOST_SIZE + 1];
    const size_t n = ct_host_write_in6(host, out);

    assert_true(n < CT_HOST_SIZE);
    out[n] = '\0';
    assert_non_null(
        inet_ntop(AF_INET6, host, expected, (socklen_t) sizeof(expected)));
    assert_string_equal(out, expected);
}


static void
writes_four_numbers(void **state CT_UNUSED)
{
    for (uint32_t i = 0; i < 256; i++) {
        struct in_addr host = { htonl(i << 24 | (255 - i) << 16 | i / 2) };
        char           expected[INET_ADDRSTRLEN];
        char           out[CT_HOST_SIZE + 1];
        const size_t   n = ct_host_write_in(&host, out);

        out[n] = '\0';
        assert_non_null(
            inet_ntop(AF_INET, &host, expected, (socklen_t) sizeof(expected)));
        assert_string_equal(out, expected);
    }
}


static void
leaves_out_the_longest_gap(void **state CT_UNUSED)
{
    static const uint16_t groups[] = { 0x1,    0xf,   0x10,   0xff,
                                       0x0100, 0xfff, 0x1000, 0xffff };

    for (unsigned pattern = 0; pattern < PATTERNS; pattern++) {
        for (unsigned turn = 0; turn < 8; turn++) {
            struct in6_addr host;

            for (unsigned i = 0; i < 8; i++) {
                const uint16_t group =
                    pattern >> i & 1 ? groups[(i + turn) % 8] : 0;

                host.s6_addr[2 * i] = (uint8_t) (group >> 8);
                host.s6_addr[2 * i + 1] = (uint8_t) group;
            }
            is_written_in6(&host);
        }
    }
}


static void
writes_what_is_mapped(void **state CT_UNUSED)
{
    static const char *const hosts[] = {
        "::ffff:192.0.2.7",
        "::ffff:0.0.0.0",
        "::192.0.2.7",
        "::ffff:0:0",
        "::fffe:192.0.2.7",
        "::ffff:0:1.2.3.4",
        "64:ff9b::192.0.2.7",
        "::1",
        "::",
        "::1:0:0",
    };

    for (size_t i = 0; i < CT_ARRAY_LEN(hosts); i++) {
        struct in6_addr host;

        assert_int_equal(inet_pton(AF_INET6, hosts[i], &host), 1);
        is_written_in6(&host);
    }
}


static void
writes_any(void **state CT_UNUSED)
{
    srand(20261129);
    for (unsigned i = 0; i < 10000; i++) {
        struct in6_addr host;

        for (unsigned k = 0; k < sizeof(host.s6_addr); k++) {
            host.s6_addr[k] = (uint8_t) (rand() >> 8 & (rand() & 1 ? 0xff : 0));
        }
        is_written_in6(&host);
    }
}


int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_four_numbers),
        cmocka_unit_test(leaves_out_the_longest_gap),
        cmocka_unit_test(writes_what_is_mapped),
        cmocka_unit_test(writes_any),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
