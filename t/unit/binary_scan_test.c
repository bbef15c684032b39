/*
 * binary_scan_test.c -- the end of a message is found however it arrives.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_transport.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "sample.h"

static const ct_limits_t limits = CT_LIMITS_DEFAULT;


/* A message with every type in it, strict or not. */
static void
put_message(ct_buf_t *out, bool is_strict)
{
    ct_pool_t  *pool = ct_pool_create(4096);
    sample_t    sample;
    ct_writer_t writer;
    const char *c_why;

    if (is_strict) {
        sample_put_head(out);
    } else {
        SAMPLE_PUT(out, "\x00\x00\x00\x04ping\x01\x00\x00\x00\x07");
    }
    sample_fill(&sample, pool);
    ct_writer_init(&writer, &ct_binary_protocol, out);
    assert_int_equal(ct_codec_write(&writer, &sample_struct, &sample, &c_why),
                     CT_OK);
    ct_pool_destroy(pool);
}


static ct_rc_t
scan_once(const uint8_t *data, size_t len, const ct_limits_t *caps,
          ct_scan_t *scan)
{
    size_t want;

    memset(scan, 0, sizeof(*scan));
    return ct_binary_scan(scan, data, len, caps, &want);
}


/*
 * The bytes of each call are in memory of their own size, so that a sanitizer
 * sees a look behind them; and those looked at are wiped, so that a second
 * look at more than a token sees garbage.
 */
static void
scan_in_two(const uint8_t *data, size_t len, size_t split, const uint8_t *junk)
{
    uint8_t  *moved = test_malloc(len + 1);
    ct_scan_t scan = { .offset = 0 };
    size_t    want = 0;

    memcpy(moved, data, split);
    assert_int_equal(ct_binary_scan(&scan, moved, split, &limits, &want),
                     CT_AGAIN);
    assert_true(want > split && want <= len);
    assert_true(scan.offset <= split && split - scan.offset < 6);
    memcpy(moved, junk, scan.offset);
    memcpy(moved + scan.offset, data + scan.offset, len - scan.offset);
    assert_int_equal(ct_binary_scan(&scan, moved, len, &limits, &want), CT_OK);
    assert_int_equal(scan.offset, len);
    test_free(moved);
}


static void
finds_the_end_at_every_split(void **state CT_UNUSED)
{
    uint8_t   junk[2048];
    ct_scan_t scan;
    ct_buf_t  in;
    size_t    len;
    size_t    i;
    int       strict;

    memset(junk, 0xff, sizeof(junk));
    for (strict = 0; strict < 2; strict++) {
        ct_buf_init(&in);
        put_message(&in, strict);
        len = ct_buf_len(&in);
        assert_true(len < sizeof(junk));
        assert_int_equal(scan_once(in.pos, len, &limits, &scan), CT_OK);
        assert_int_equal(scan.offset, len);
        for (i = 0; i < len; i++) {
            scan_in_two(in.pos, len, i, junk);
        }
        /* What follows is another message. */
        sample_put_head(&in);
        assert_int_equal(scan_once(in.pos, ct_buf_len(&in), &limits, &scan),
                         CT_OK);
        assert_int_equal(scan.offset, len);
        ct_buf_release(&in);
    }
}


/* One byte at a time: the place moves on and never back. */
static void
moves_on_byte_by_byte(void **state CT_UNUSED)
{
    ct_scan_t scan = { .offset = 0 };
    size_t    before = 0;
    size_t    want = 0;
    ct_buf_t  in;
    size_t    i;

    ct_buf_init(&in);
    put_message(&in, true);
    for (i = 0; i < ct_buf_len(&in); i++) {
        assert_int_equal(ct_binary_scan(&scan, in.pos, i, &limits, &want),
                         CT_AGAIN);
        assert_true(scan.offset >= before && i - scan.offset < 6);
        before = scan.offset;
    }
    assert_int_equal(ct_binary_scan(&scan, in.pos, i, &limits, &want), CT_OK);
    ct_buf_release(&in);
}


/* The answer to a message of that body, given at once. */
static ct_wire_error_t
body_error(const char *body, size_t len, const ct_limits_t *caps)
{
    ct_scan_t scan;
    ct_buf_t  in;

    ct_buf_init(&in);
    sample_put_head(&in);
    sample_put(&in, body, len);
    if (scan_once(in.pos, ct_buf_len(&in), caps, &scan) == CT_AGAIN) {
        scan.error = CT_WIRE_TRUNCATED;
    }
    assert_true((scan.error == CT_WIRE_OK || scan.error == CT_WIRE_TRUNCATED)
                == (scan.why == NULL));
    ct_buf_release(&in);
    return scan.error;
}


#define BODY_ERROR(literal, caps)                                              \
    body_error((literal), sizeof(literal) - 1, (caps))

static void
refuses_lengths(void **state CT_UNUSED)
{
    static const char *const heads[] = { "\x0b\x00\x01", "\x0f\x00\x01\x0b",
                                         "\x0e\x00\x01\x03",
                                         "\x0d\x00\x01\x03\x0b" };
    static const size_t      lens[] = { 3, 4, 4, 5 };
    char                     body[16];
    size_t                   i;

    for (i = 0; i < CT_ARRAY_LEN(heads); i++) {
        const size_t len = lens[i];

        memcpy(body, heads[i], len);
        memcpy(body + len, "\x00\x00\x00\x00\x00", 5);
        assert_int_equal(body_error(body, len + 5, &limits), CT_WIRE_OK);
        memcpy(body + len, "\xff\xff\xff\xff", 4);
        assert_int_equal(body_error(body, len + 5, &limits), CT_WIRE_MALFORMED);
        memcpy(body + len, "\x80\x00\x00\x00", 4);
        assert_int_equal(body_error(body, len + 5, &limits), CT_WIRE_MALFORMED);
        memcpy(body + len, "\x7f\xff\xff\xff", 4);
        assert_int_equal(body_error(body, len + 5, &limits), CT_WIRE_LIMIT);
    }
}


static void
refuses_types(void **state CT_UNUSED)
{
    assert_int_equal(BODY_ERROR("\x01\x00\x01", &limits), CT_WIRE_MALFORMED);
    assert_int_equal(BODY_ERROR("\x11\x00\x01", &limits), CT_WIRE_MALFORMED);
    assert_int_equal(BODY_ERROR("\x0f\x00\x01\x00\x00\x00\x00\x01", &limits),
                     CT_WIRE_MALFORMED);
    assert_int_equal(
        BODY_ERROR("\x0d\x00\x01\x00\x08\x00\x00\x00\x01", &limits),
        CT_WIRE_MALFORMED);
    assert_int_equal(
        BODY_ERROR("\x0d\x00\x01\x08\x07\x00\x00\x00\x01", &limits),
        CT_WIRE_MALFORMED);
    assert_int_equal(
        BODY_ERROR("\x0d\x00\x01\x00\x00\x00\x00\x00\x00\x00", &limits),
        CT_WIRE_OK);
}


static void
refuses_heads(void **state CT_UNUSED)
{
    static const struct {
        const char     *bytes;
        size_t          len;
        ct_wire_error_t error;
    } heads[] = {
        { "\x80\x02\x00\x01", 4, CT_WIRE_MALFORMED },
        { "\x80\x01\x00\x01\xff\xff\xff\xff", 8, CT_WIRE_MALFORMED },
        { "\x80\x01\x00\x01\x00\x00\x01\x01", 8, CT_WIRE_LIMIT },
        { "\x00\x00\x01\x01", 4, CT_WIRE_LIMIT },
        { "\x7f\xff\xff\xff", 4, CT_WIRE_LIMIT },
    };
    ct_scan_t scan;
    size_t    i;

    for (i = 0; i < CT_ARRAY_LEN(heads); i++) {
        const uint8_t *data = (const uint8_t *) heads[i].bytes;

        assert_int_equal(scan_once(data, heads[i].len, &limits, &scan),
                         CT_ERROR);
        assert_int_equal(scan.error, heads[i].error);
    }
}


/* n is allowed, one more is not. */
static void
holds_caps_exactly(void **state CT_UNUSED)
{
    ct_limits_t caps = CT_LIMITS_DEFAULT;

    caps.string = 2;
    caps.container = 2;
    assert_int_equal(BODY_ERROR("\x0b\x00\x01\x00\x00\x00\x02hi\x00", &caps),
                     CT_WIRE_OK);
    assert_int_equal(BODY_ERROR("\x0b\x00\x01\x00\x00\x00\x03why\x00", &caps),
                     CT_WIRE_LIMIT);
    assert_int_equal(
        BODY_ERROR("\x0f\x00\x01\x03\x00\x00\x00\x02hi\x00", &caps),
        CT_WIRE_OK);
    assert_int_equal(
        BODY_ERROR("\x0f\x00\x01\x03\x00\x00\x00\x03why\x00", &caps),
        CT_WIRE_LIMIT);

    /* A whole message: 16 bytes of head, 10 of body. */
    caps.message = 26;
    assert_int_equal(BODY_ERROR("\x0b\x00\x01\x00\x00\x00\x02hi\x00", &caps),
                     CT_WIRE_OK);
    caps.message = 25;
    assert_int_equal(BODY_ERROR("\x0b\x00\x01\x00\x00\x00\x02hi\x00", &caps),
                     CT_WIRE_LIMIT);
    caps.message = 24;
    assert_int_equal(BODY_ERROR("\x0b\x00\x01\x00\x00\x00\x02hi\x00", &caps),
                     CT_WIRE_LIMIT);
    /* Refused although the offset is behind a limit that has shrunk. */
    caps.message = 3;
    assert_int_equal(BODY_ERROR("\x00", &caps), CT_WIRE_LIMIT);
}


static ct_wire_error_t
deep_error(unsigned levels, uint32_t depth, bool has_list)
{
    ct_limits_t     caps = CT_LIMITS_DEFAULT;
    ct_wire_error_t error;
    ct_buf_t        body;

    ct_buf_init(&body);
    caps.depth = depth;
    sample_put_deep(&body, levels);
    if (has_list) {
        /* In the innermost struct, a list of numbers: a level as well. */
        body.last -= levels;
        SAMPLE_PUT(&body, "\x0f\x00\x01\x03\x00\x00\x00\x01x");
        body.last += levels;
        memset(body.last - levels, 0, levels);
    }
    SAMPLE_PUT(&body, "\x00");
    error = body_error((const char *) body.pos, ct_buf_len(&body), &caps);
    ct_buf_release(&body);
    return error;
}


static void
holds_the_depth(void **state CT_UNUSED)
{
    assert_int_equal(deep_error(64, 64, false), CT_WIRE_OK);
    assert_int_equal(deep_error(65, 64, false), CT_WIRE_LIMIT);
    assert_int_equal(deep_error(63, 64, true), CT_WIRE_OK);
    assert_int_equal(deep_error(64, 64, true), CT_WIRE_LIMIT);
    assert_int_equal(deep_error(0, 0, false), CT_WIRE_OK);
    assert_int_equal(deep_error(1, 0, false), CT_WIRE_LIMIT);

    /* A limit beyond the room for levels is held at the room. */
    assert_int_equal(deep_error(65, 1000, false), CT_WIRE_OK);
    assert_int_equal(deep_error(66, 1000, false), CT_WIRE_LIMIT);
    assert_int_equal(deep_error(65, 1000, true), CT_WIRE_LIMIT);
}


/* Lists in lists, empty and not: a level for each that has items to visit. */
static void
walks_nested_containers(void **state CT_UNUSED)
{
    assert_int_equal(
        BODY_ERROR("\x0f\x00\x01\x0f\x00\x00\x00\x03"
                   "\x08\x00\x00\x00\x00"
                   "\x0b\x00\x00\x00\x02\x00\x00\x00\x01z\x00\x00\x00\x00"
                   "\x0d\x00\x00\x00\x01\x0b\x02\x00\x00\x00\x01"
                   "\x00\x00\x00\x01k\x01"
                   "\x00",
                   &limits),
        CT_WIRE_OK);
    assert_int_equal(
        BODY_ERROR("\x0f\x00\x01\x0f\x00\x00\x00\x02"
                   "\x08\x00\x00\x00\x00"
                   "\x0b\x00\x00\x00\x02\x00\x00\x00\x01z\x00\x00\x00\x00"
                   "\x0d\x00\x02\x0b\x02\x00\x00\x00\x01"
                   "\x00\x00\x00\x01k\x01"
                   "\x0d\x00\x03\x02\x0c\x00\x00\x00\x01\x01\x00"
                   "\x0d\x00\x04\x02\x0a\x00\x00\x00\x01\x01"
                   "12345678"
                   "\x00",
                   &limits),
        CT_WIRE_OK);
}


/* The skipper takes what the decoder takes, and cuts where it ends. */
static void
agrees_with_the_decoder(void **state CT_UNUSED)
{
    ct_buf_t in;
    size_t   i;
    unsigned bit;

    ct_buf_init(&in);
    put_message(&in, true);
    for (i = 16; i < ct_buf_len(&in); i++) {
        for (bit = 0; bit < 8; bit++) {
            ct_scan_t    scan;
            ct_reader_t  reader;
            ct_message_t message;
            ct_rc_t      rc;

            in.pos[i] ^= (uint8_t) (1u << bit);
            rc = scan_once(in.pos, ct_buf_len(&in), &limits, &scan);
            ct_reader_init(&reader, &ct_binary_protocol, in.pos,
                           ct_buf_len(&in), &limits, NULL);
            assert_int_equal(ct_binary_protocol.read_message(&reader, &message),
                             CT_OK);
            if (ct_codec_skip(&reader, CT_T_STRUCT) == CT_OK) {
                assert_int_equal(rc, CT_OK);
                assert_int_equal(scan.offset, reader.pos - in.pos);
            } else {
                assert_int_not_equal(rc, CT_OK);
            }
            in.pos[i] ^= (uint8_t) (1u << bit);
        }
    }
    ct_buf_release(&in);
}


int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_end_at_every_split),
        cmocka_unit_test(moves_on_byte_by_byte),
        cmocka_unit_test(refuses_lengths),
        cmocka_unit_test(refuses_types),
        cmocka_unit_test(refuses_heads),
        cmocka_unit_test(holds_caps_exactly),
        cmocka_unit_test(holds_the_depth),
        cmocka_unit_test(walks_nested_containers),
        cmocka_unit_test(agrees_with_the_decoder),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
