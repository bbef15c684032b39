/*
 * detect_test.c -- dialects are known by their first bytes.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_transport.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>


static const ct_limits_t limits = CT_LIMITS_DEFAULT;

static const ct_dialects_t all = {
    .limits = &limits,
    .framed = &ct_framed_transport,
    .unframed = &ct_unframed_transport,
    .binary = &ct_binary_protocol,
    .compact = &ct_compact_protocol,
    .json = &ct_json_protocol,
};


static ct_rc_t
detect(const char *bytes, size_t len, ct_dialect_t *dialect,
       const char **c_guess)
{
    ct_rc_t rc;

    *dialect = (ct_dialect_t){ .transport = NULL };
    *c_guess = NULL;
    rc = ct_detect((const uint8_t *) bytes, len, &all, dialect, c_guess);
    assert_true((rc == CT_OK) == (dialect->transport != NULL));
    assert_true((rc == CT_DECLINED) == (*c_guess != NULL));
    return rc;
}


/* Known after `decided` bytes, and not before. */
static void
expect(const char *bytes, size_t len, size_t decided,
       const ct_transport_t *transport, const ct_protocol_t *protocol)
{
    ct_dialect_t dialect;
    const char  *c_guess;
    size_t       n;

    for (n = 0; n < decided; n++) {
        assert_int_equal(detect(bytes, n, &dialect, &c_guess), CT_AGAIN);
    }
    for (; n <= len; n++) {
        assert_int_equal(detect(bytes, n, &dialect, &c_guess), CT_OK);
        assert_ptr_equal(dialect.transport, transport);
        assert_ptr_equal(dialect.protocol, protocol);
    }
}


static void
expect_stranger(const char *bytes, size_t len, const char *c_expected)
{
    ct_dialect_t dialect;
    const char  *c_guess;

    assert_int_equal(detect(bytes, len, &dialect, &c_guess), CT_DECLINED);
    assert_string_equal(c_guess, c_expected);
}


#define EXPECT(literal, decided, transport)                                    \
    expect((literal), sizeof(literal) - 1, (decided), (transport),             \
           &ct_binary_protocol)
#define EXPECT_AS(literal, decided, transport, protocol)                       \
    expect((literal), sizeof(literal) - 1, (decided), (transport), (protocol))
#define EXPECT_STRANGER(literal, c_expected)                                   \
    expect_stranger((literal), sizeof(literal) - 1, (c_expected))

static void
knows_our_dialects(void **state CT_UNUSED)
{
    EXPECT("\x80\x01\x00\x01\x00\x00\x00\x04ping", 4, &ct_unframed_transport);
    EXPECT("\x00\x00\x00\x11\x80\x01\x00\x01\x00\x00\x00\x04ping", 6,
           &ct_framed_transport);
    EXPECT("\x00\x00\x00\x04ping\x01\x00\x00\x00\x00\x00", 8,
           &ct_unframed_transport);
    EXPECT("\x00\x00\x00\x06Svc:ab\x01", 10, &ct_unframed_transport);
    EXPECT("\x00\x00\x00\x0e\x00\x00\x00\x04ping\x01\x00\x00\x00\x00\x00", 12,
           &ct_framed_transport);

    /* A name that is not there: the type behind it tells. */
    EXPECT("\x00\x00\x00\x0a\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00", 9,
           &ct_framed_transport);
    EXPECT("\x00\x00\x00\x0a\x00\x00\x00\x00\x04\x00\x00\x00\x00\x00", 9,
           &ct_framed_transport);

    /* The longest frame and the longest name that are allowed. */
    EXPECT("\x01\x00\x00\x00\x80\x01\x00\x01", 6, &ct_framed_transport);
    EXPECT("\x00\x00\x01\x00\x80\x01\x00\x01", 6, &ct_framed_transport);
}


static void
knows_compact_and_json(void **state CT_UNUSED)
{
    const ct_protocol_t *const compact = &ct_compact_protocol;
    const ct_protocol_t *const json = &ct_json_protocol;

    EXPECT_AS("\x82\x21\x01\x04ping", 4, &ct_unframed_transport, compact);
    EXPECT_AS("\x82\x81\x01\x04ping", 4, &ct_unframed_transport, compact);
    EXPECT_AS("\x00\x00\x00\x09\x82\x21\x01\x04ping", 6, &ct_framed_transport,
              compact);
    EXPECT_AS("\x00\x00\x00\x05\x82\x21\x00\x00\x00", 6, &ct_framed_transport,
              compact);
    EXPECT_AS("[1,\"ping\",", 4, &ct_unframed_transport, json);
    EXPECT_AS("\x00\x00\x00\x20[1,", 6, &ct_framed_transport, json);

    /* Another version is no version. */
    EXPECT_STRANGER("\x82\x22\x01\x04", "a frame of negative length");
    EXPECT_STRANGER("\x00\x00\x00\x20\x82\x22", "a frame of no known protocol");
}


/* A listener that does not have them all says what it was asked for. */
static void
names_what_is_not_served(void **state CT_UNUSED)
{
    static const struct {
        const char *bytes;
        const char *c_guess;
    } cases[] = {
        { "\x80\x01\x01\x01zzzz", "the binary protocol" },
        { "\x82\x21\x01\x04ping", "the compact protocol" },
        { "[1,\"ping\"", "the JSON protocol" },
        { "\x01\x01\x01\x01\x80\x01zz", "the framed binary protocol" },
        { "\x01\x01\x01\x01\x82\x21zz", "the framed compact protocol" },
        { "\x01\x01\x01\x01[1zz", "the framed JSON protocol" },
    };
    ct_limits_t   large = CT_LIMITS_DEFAULT;
    ct_dialects_t none = { .limits = &large };
    ct_dialect_t  dialect;
    const char   *c_guess;
    size_t        i;

    large.frame = 1u << 30;
    for (i = 0; i < CT_ARRAY_LEN(cases); i++) {
        none.framed = &ct_framed_transport;
        none.unframed = NULL;
        none.binary = NULL;
        assert_int_equal(ct_detect((const uint8_t *) cases[i].bytes, 8, &none,
                                   &dialect, &c_guess),
                         CT_DECLINED);
        assert_string_equal(c_guess, cases[i].c_guess);
    }
    /* A transport may be missing as well. */
    none = all;
    none.unframed = NULL;
    assert_int_equal(ct_detect((const uint8_t *) cases[0].bytes, 8, &none,
                               &dialect, &c_guess),
                     CT_DECLINED);
    assert_string_equal(c_guess, cases[0].c_guess);
}


static void
names_strangers(void **state CT_UNUSED)
{
    EXPECT_STRANGER("\x16\x03\x01\x02\x00\x01", "TLS");
    EXPECT_STRANGER("PROXY TCP4", "the PROXY protocol");
    EXPECT_STRANGER("\r\n\r\n\x00\r\nQUIT\n", "the PROXY protocol 2");
    EXPECT_STRANGER("GET / HTTP/1.1\r\n", "HTTP");
    EXPECT_STRANGER("POST", "HTTP");
    EXPECT_STRANGER("PUT /", "HTTP");
    EXPECT_STRANGER("HEAD /", "HTTP");
    EXPECT_STRANGER("OPTIONS *", "HTTP");
    EXPECT_STRANGER("DELETE /", "HTTP");
    EXPECT_STRANGER("PATCH /", "HTTP");
    EXPECT_STRANGER("PRI * HTTP/2.0", "HTTP/2");
    EXPECT_STRANGER("SSH-2.0-x", "SSH");
    EXPECT_STRANGER("\x78\x9c\x4b\x4c", "the zlib transport");
    EXPECT_STRANGER("\x78\x01\x4b\x4c", "the zlib transport");
    EXPECT_STRANGER("\xff\xfb\x18\xff", "telnet");
    EXPECT_STRANGER("\x80\x02\x00\x01",
                    "an unknown version of the binary protocol");
    EXPECT_STRANGER("\x00\x00\x00\x20\x80\x02\x00\x01",
                    "an unknown version of the binary protocol");
    EXPECT_STRANGER("\x00\x00\x00\x20\x0f\xff\x00\x00", "THeader");
    EXPECT_STRANGER("\x00\x00\x00\x20\x00\x00\x00\x1c\x0f\xff", "THeader");
    EXPECT_STRANGER("\x00\x00\x00\x20\x10\x00\x00\x00", "TTHeader");
    EXPECT_STRANGER("\x00\x00\x00\x20\x44\x00\x00\x01", "ThriftMux");
}


static void
refuses_lengths(void **state CT_UNUSED)
{
    EXPECT_STRANGER("\x00\x00\x00\x00", "an empty frame");
    EXPECT_STRANGER("\x90\x00\x00\x00", "a frame of negative length");
    EXPECT_STRANGER("\x01\x00\x00\x01", "an oversized frame");
    EXPECT_STRANGER("hello", "an oversized frame");
    EXPECT_STRANGER("\x00\x00\x00\x01\x80", "a frame too short for a message");
    EXPECT_STRANGER("\x00\x00\x00\x09\x80\x01",
                    "a frame too short for a message");
}


static void
refuses_what_is_no_head(void **state CT_UNUSED)
{
    static const char *const c_guess = "a frame of no known protocol";

    EXPECT_STRANGER("\x00\x00\x00\x20\x01\x02", c_guess);
    EXPECT_STRANGER("\x00\x00\x00\x20pi\x01g", c_guess);
    /* A name that is too long, or has other characters, or no message. */
    EXPECT_STRANGER("\x00\x00\x10\x00\x00\x00\x01\x01", c_guess);
    EXPECT_STRANGER("\x00\x00\x00\x0d\x00\x00\x00\x04", c_guess);
    EXPECT_STRANGER("\x00\x00\x00\x0e\x00\x00\x00\x04pi\x01", c_guess);
    EXPECT_STRANGER("\x00\x00\x00\x0a\x00\x00\x00\x00\x02", c_guess);
}


/*
 * Nobody is left waiting: whatever the bytes, a whole frame of them and one
 * more leave nothing open, unless they are a name.
 */
static void
decides_in_time(void **state CT_UNUSED)
{
    char         bytes[4 + 300];
    ct_dialect_t dialect;
    const char  *c_guess;
    unsigned     size;
    unsigned     byte;

    for (size = 1; size < 300; size++) {
        for (byte = 0; byte < 256; byte++) {
            memset(bytes, (int) byte, sizeof(bytes));
            memcpy(bytes, "\x00\x00", 2);
            bytes[2] = (char) (size >> 8);
            bytes[3] = (char) size;
            assert_int_not_equal(detect(bytes, 4 + size, &dialect, &c_guess),
                                 CT_AGAIN);
        }
    }
}


int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_our_dialects),
        cmocka_unit_test(knows_compact_and_json),
        cmocka_unit_test(names_what_is_not_served),
        cmocka_unit_test(names_strangers),
        cmocka_unit_test(refuses_lengths),
        cmocka_unit_test(refuses_what_is_no_head),
        cmocka_unit_test(decides_in_time),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
