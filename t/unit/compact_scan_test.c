/*
 * compact_scan_test.c -- the end of a message is found however it arrives.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_transport.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "sample.h"
#include "scan_fixture.h"

#define P (&ct_compact_protocol)

/* A head that the bodies below stand behind. */
#define HEAD "\x82\x21\x07\x04ping"

#define BODY_ERROR(literal, caps)                                              \
    scan_error(P, HEAD literal, sizeof(HEAD literal) - 1, (caps))


/* A field's header with its id in the longest form is looked at again. */
static void
finds_the_end_at_every_split(void **state CT_UNUSED)
{
    scan_at_every_split(P, 10);
}


static void
refuses_lengths(void **state CT_UNUSED)
{
    const ct_limits_t *const caps = &scan_limits;

    assert_int_equal(BODY_ERROR("\x18\x00\x00", caps), CT_WIRE_OK);
    assert_int_equal(BODY_ERROR("\x18\xff\xff\xff\xff\x0f", caps),
                     CT_WIRE_MALFORMED);
    assert_int_equal(BODY_ERROR("\x18\x80\x80\x80\x80\x08", caps),
                     CT_WIRE_MALFORMED);
    assert_int_equal(BODY_ERROR("\x18\xff\xff\xff\xff\x07", caps),
                     CT_WIRE_LIMIT);
    assert_int_equal(BODY_ERROR("\x18\x80\x80\x80\x80\x80\x00", caps),
                     CT_WIRE_MALFORMED);

    assert_int_equal(BODY_ERROR("\x19\x08\x00", caps), CT_WIRE_OK);
    assert_int_equal(BODY_ERROR("\x19\xf8\x00\x00", caps), CT_WIRE_OK);
    assert_int_equal(BODY_ERROR("\x1a\xf8\xff\xff\xff\xff\x0f", caps),
                     CT_WIRE_MALFORMED);
    assert_int_equal(BODY_ERROR("\x1a\xf8\xff\xff\xff\xff\x07", caps),
                     CT_WIRE_LIMIT);
    assert_int_equal(BODY_ERROR("\x1a\xf8\x80\x80\x80\x80\x80\x00", caps),
                     CT_WIRE_MALFORMED);

    assert_int_equal(BODY_ERROR("\x1b\x00\x00", caps), CT_WIRE_OK);
    assert_int_equal(BODY_ERROR("\x1b\xff\xff\xff\xff\x0f\x33", caps),
                     CT_WIRE_MALFORMED);
    assert_int_equal(BODY_ERROR("\x1b\xff\xff\xff\xff\x07\x33", caps),
                     CT_WIRE_LIMIT);
    assert_int_equal(BODY_ERROR("\x1b\x80\x80\x80\x80\x80\x00", caps),
                     CT_WIRE_MALFORMED);
}


static void
refuses_types(void **state CT_UNUSED)
{
    const ct_limits_t *const caps = &scan_limits;

    assert_int_equal(BODY_ERROR("\x1e", caps), CT_WIRE_MALFORMED);
    assert_int_equal(BODY_ERROR("\x0f", caps), CT_WIRE_MALFORMED);
    assert_int_equal(BODY_ERROR("\x19\x10", caps), CT_WIRE_MALFORMED);
    assert_int_equal(BODY_ERROR("\x19\x1e", caps), CT_WIRE_MALFORMED);
    assert_int_equal(BODY_ERROR("\x1b\x01\x01", caps), CT_WIRE_MALFORMED);
    assert_int_equal(BODY_ERROR("\x1b\x01\x1f", caps), CT_WIRE_MALFORMED);
    /* Of nothing there may be any. */
    assert_int_equal(BODY_ERROR("\x19\x0f\x00", caps), CT_WIRE_OK);
}


/* Numbers longer than their type, as fields and as elements; and ids. */
static void
refuses_numbers(void **state CT_UNUSED)
{
    const ct_limits_t *const caps = &scan_limits;

    assert_int_equal(BODY_ERROR("\x14\xff\xff\x03\x00", caps), CT_WIRE_OK);
    assert_int_equal(BODY_ERROR("\x14\xff\xff\x04\x00", caps),
                     CT_WIRE_MALFORMED);
    assert_int_equal(BODY_ERROR("\x15\xff\xff\xff\xff\x10\x00", caps),
                     CT_WIRE_MALFORMED);
    assert_int_equal(
        BODY_ERROR("\x16\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", caps),
        CT_WIRE_MALFORMED);
    assert_int_equal(BODY_ERROR("\x19\x25\x01\xff\xff\xff\xff\x10", caps),
                     CT_WIRE_MALFORMED);
    assert_int_equal(BODY_ERROR("\x01\xff\xff\x04\x00", caps),
                     CT_WIRE_MALFORMED);
    assert_int_equal(BODY_ERROR("\x01\xfe\xff\x03\x11\x00", caps),
                     CT_WIRE_MALFORMED);
    /* A struct inside begins at 0 again, and gives the place back. */
    assert_int_equal(BODY_ERROR("\x0c\xfe\xff\x03\x11\x00\x00", caps),
                     CT_WIRE_OK);
    assert_int_equal(BODY_ERROR("\x0c\xfe\xff\x03\x11\x00\x11\x00", caps),
                     CT_WIRE_MALFORMED);
}


static void
refuses_heads(void **state CT_UNUSED)
{
    static const struct {
        const char     *bytes;
        size_t          len;
        ct_wire_error_t error;
    } heads[] = {
        { "\x81\x21", 2, CT_WIRE_MALFORMED },
        { "\x82\x22", 2, CT_WIRE_MALFORMED },
        { "\x82\x21\x80\x80\x80\x80\x10", 7, CT_WIRE_MALFORMED },
        { "\x82\x21\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80", 12,
          CT_WIRE_MALFORMED },
        { "\x82\x21\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01\x00\x00", 14,
          CT_WIRE_OK },
        { "\x82\x21\x07\x81\x02", 5, CT_WIRE_LIMIT },
        { "\x82\x21\x07\xff\xff\xff\xff\x0f", 8, CT_WIRE_MALFORMED },
    };
    size_t i;

    for (i = 0; i < CT_ARRAY_LEN(heads); i++) {
        assert_int_equal(
            scan_error(P, heads[i].bytes, heads[i].len, &scan_limits),
            heads[i].error);
    }
}


/* n is allowed, one more is not. */
static void
holds_caps_exactly(void **state CT_UNUSED)
{
    ct_limits_t caps = CT_LIMITS_DEFAULT;
    size_t      limit;

    caps.string = 2;
    caps.container = 2;
    assert_int_equal(BODY_ERROR("\x18\x02hi\x00", &caps), CT_WIRE_OK);
    assert_int_equal(BODY_ERROR("\x18\x03why\x00", &caps), CT_WIRE_LIMIT);
    assert_int_equal(BODY_ERROR("\x19\x23hi\x00", &caps), CT_WIRE_OK);
    assert_int_equal(BODY_ERROR("\x19\x33why\x00", &caps), CT_WIRE_LIMIT);

    /* Every cap on a whole message is met at some token or other. */
    for (limit = 0; limit < sizeof(HEAD) - 1 + 22; limit++) {
        caps.message = limit;
        assert_int_equal(BODY_ERROR("\x19\x25\x01\x01\x1b\x01\x58\x01\x02hi"
                                    "\x11\x04\x06\x80\x01\x26\x80\x01"
                                    "\x19\xf3\x00",
                                    &caps),
                         CT_WIRE_LIMIT);
    }
    caps.message = limit + 1;
    assert_int_equal(BODY_ERROR("\x19\x25\x01\x01\x1b\x01\x58\x01\x02hi"
                                "\x11\x04\x06\x80\x01\x26\x80\x01"
                                "\x19\xf3\x00\x00",
                                &caps),
                     CT_WIRE_OK);
}


static ct_wire_error_t
deep_error(char opening, size_t levels, uint32_t depth)
{
    ct_limits_t     caps = CT_LIMITS_DEFAULT;
    ct_wire_error_t error;
    ct_buf_t        in;
    size_t          i;

    caps.depth = depth;
    ct_buf_init(&in);
    SAMPLE_PUT(&in, HEAD);
    for (i = 0; i < levels; i++) {
        sample_put(&in, &opening, 1);
    }
    for (i = 0; i <= levels; i++) {
        SAMPLE_PUT(&in, "\x00");
    }
    error = scan_error(P, in.pos, ct_buf_len(&in), &caps);
    ct_buf_release(&in);
    return error;
}


static void
holds_the_depth(void **state CT_UNUSED)
{
    assert_int_equal(deep_error('\x1c', 64, 64), CT_WIRE_OK);
    assert_int_equal(deep_error('\x1c', 65, 64), CT_WIRE_LIMIT);
    assert_int_equal(deep_error('\x1c', 0, 0), CT_WIRE_OK);
    assert_int_equal(deep_error('\x1c', 1, 0), CT_WIRE_LIMIT);
    /* A list of one list of one list: as many as there are bytes. */
    assert_int_equal(deep_error('\x19', 100000, 64), CT_WIRE_LIMIT);
    assert_int_equal(deep_error('\x1c', 100000, 100000), CT_WIRE_LIMIT);
}


/* The scan takes what the decoder takes, and cuts where it ends. */
static void
agrees_with_the_decoder(void **state CT_UNUSED)
{
    ct_buf_t in;
    size_t   i;
    unsigned bit;

    ct_buf_init(&in);
    scan_put_message(P, &in);
    for (i = 2; i < ct_buf_len(&in); i++) {
        for (bit = 0; bit < 8; bit++) {
            ct_scan_t    scan;
            ct_reader_t  reader;
            ct_message_t message;
            ct_rc_t      rc;

            in.pos[i] ^= (uint8_t) (1u << bit);
            rc = scan_once(P, in.pos, ct_buf_len(&in), &scan_limits, &scan);
            ct_reader_init(&reader, P, in.pos, ct_buf_len(&in), &scan_limits,
                           NULL);
            if (P->read_message(&reader, &message) == CT_OK
                && ct_codec_skip(&reader, CT_T_STRUCT) == CT_OK) {
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
        cmocka_unit_test(refuses_lengths),
        cmocka_unit_test(refuses_types),
        cmocka_unit_test(refuses_numbers),
        cmocka_unit_test(refuses_heads),
        cmocka_unit_test(holds_caps_exactly),
        cmocka_unit_test(holds_the_depth),
        cmocka_unit_test(agrees_with_the_decoder),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
