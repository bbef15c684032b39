/*
 * json_scan_test.c -- the end of a message is found however it arrives.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_transport.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "sample.h"
#include "scan_fixture.h"

#define P (&ct_json_protocol)

#define ERROR_OF(literal)                                                      \
    scan_error(P, (literal), sizeof(literal) - 1, &scan_limits)


/* Nothing is looked at again. */
static void
finds_the_end_at_every_split(void **state CT_UNUSED)
{
    scan_at_every_split(P, 0);
}


static void
counts_brackets(void **state CT_UNUSED)
{
    assert_int_equal(ERROR_OF("[]"), CT_WIRE_OK);
    assert_int_equal(ERROR_OF(" \n\r\t[{},[{}]]"), CT_WIRE_OK);
    assert_int_equal(ERROR_OF("[\"]}\\\"]\\\\\",1.5e+3:-2E]"), CT_WIRE_OK);
    assert_int_equal(ERROR_OF("[\"\\\\\"]"), CT_WIRE_OK);
    assert_int_equal(ERROR_OF(""), CT_WIRE_TRUNCATED);
    assert_int_equal(ERROR_OF("  "), CT_WIRE_TRUNCATED);
    assert_int_equal(ERROR_OF("["), CT_WIRE_TRUNCATED);
    assert_int_equal(ERROR_OF("[\"]"), CT_WIRE_TRUNCATED);
    assert_int_equal(ERROR_OF("[\"\\\"]"), CT_WIRE_TRUNCATED);
    assert_int_equal(ERROR_OF("[{]"), CT_WIRE_MALFORMED);
    assert_int_equal(ERROR_OF("[}"), CT_WIRE_MALFORMED);
    assert_int_equal(ERROR_OF("[[}"), CT_WIRE_MALFORMED);
    assert_int_equal(ERROR_OF("]"), CT_WIRE_MALFORMED);
    assert_int_equal(ERROR_OF("}"), CT_WIRE_MALFORMED);
    assert_int_equal(ERROR_OF("{"), CT_WIRE_MALFORMED);
}


/* Nobody waits for the end of what can be no message. */
static void
refuses_garbage(void **state CT_UNUSED)
{
    assert_int_equal(ERROR_OF("\"[\""), CT_WIRE_MALFORMED);
    assert_int_equal(ERROR_OF("1"), CT_WIRE_MALFORMED);
    assert_int_equal(ERROR_OF("[true"), CT_WIRE_MALFORMED);
    assert_int_equal(ERROR_OF("[null"), CT_WIRE_MALFORMED);
    assert_int_equal(ERROR_OF("['"), CT_WIRE_MALFORMED);
    assert_int_equal(ERROR_OF("[\x00"), CT_WIRE_MALFORMED);
    assert_int_equal(ERROR_OF("[\xff"), CT_WIRE_MALFORMED);
    assert_int_equal(ERROR_OF("[/"), CT_WIRE_MALFORMED);
}


/* What must come at least is held against the cap as well. */
static void
holds_caps_exactly(void **state CT_UNUSED)
{
    static const char text[] = "[1,\"ping\",1,7,{\"1\":{\"str\":\"a\\\"b\"}}]";
    const size_t      len = sizeof(text) - 1;
    ct_limits_t       caps = CT_LIMITS_DEFAULT;
    ct_scan_t         scan;
    size_t            n;

    caps.message = len;
    assert_int_equal(scan_error(P, text, len, &caps), CT_WIRE_OK);
    for (n = 0; n < len; n++) {
        caps.message = n;
        assert_int_equal(scan_error(P, text, len, &caps), CT_WIRE_LIMIT);
        caps.message = len;
        assert_int_equal(scan_error(P, text, n, &caps), CT_WIRE_TRUNCATED);
    }
    /* Three brackets and a string are open, and two bytes are left. */
    caps.message = 30;
    assert_int_equal(scan_once(P, text, 28, &caps, &scan), CT_ERROR);
    assert_int_equal(scan.error, CT_WIRE_LIMIT);
}


/* An opening of a level, `levels` times, and all of its brackets. */
static ct_wire_error_t
deep_error(const char *opening, const char *closing, size_t levels,
           uint32_t depth)
{
    ct_limits_t     caps = CT_LIMITS_DEFAULT;
    ct_wire_error_t error;
    ct_buf_t        in;
    size_t          i;

    caps.depth = depth;
    ct_buf_init(&in);
    SAMPLE_PUT(&in, "[1,\"p\",1,1,");
    for (i = 0; i < levels; i++) {
        sample_put(&in, opening, strlen(opening));
    }
    for (i = 0; i < levels; i++) {
        sample_put(&in, closing, strlen(closing));
    }
    SAMPLE_PUT(&in, "]");
    error = scan_error(P, in.pos, ct_buf_len(&in), &caps);
    ct_buf_release(&in);
    return error;
}


/* The deepest message that the decoder takes, and one bracket more. */
static void
holds_the_depth(void **state CT_UNUSED)
{
    assert_int_equal(deep_error("{\"1\":{\"rec\":", "}}", 66, 64), CT_WIRE_OK);
    assert_int_equal(deep_error("{\"1\":{\"rec\":", "}}", 67, 64),
                     CT_WIRE_LIMIT);
    assert_int_equal(deep_error("{", "}", 4, 0), CT_WIRE_OK);
    assert_int_equal(deep_error("{", "}", 5, 0), CT_WIRE_LIMIT);
    assert_int_equal(deep_error("[", "]", 100000, 64), CT_WIRE_LIMIT);
    /* A limit beyond the room for brackets is held at the room. */
    assert_int_equal(deep_error("[", "]", 132, 100000), CT_WIRE_OK);
    assert_int_equal(deep_error("[", "]", 133, 100000), CT_WIRE_LIMIT);
}


/* Garbage is found out before it is large. */
static void
refuses_ten_megabytes_of_brackets(void **state CT_UNUSED)
{
    const size_t len = (size_t) 10 << 20;
    uint8_t     *data = test_malloc(len);
    ct_scan_t    scan;

    memset(data, '[', len);
    assert_int_equal(scan_once(P, data, len, &scan_limits, &scan), CT_ERROR);
    assert_int_equal(scan.error, CT_WIRE_LIMIT);
    assert_true(scan.offset < 200);
    test_free(data);
}


/* What the decoder takes, the scan cuts out first. */
static void
takes_what_the_decoder_takes(void **state CT_UNUSED)
{
    ct_pool_t *pool = ct_pool_create(4096);
    ct_buf_t   in;
    size_t     i;
    unsigned   bit;

    ct_buf_init(&in);
    scan_put_message(P, &in);
    for (i = 0; i < ct_buf_len(&in); i++) {
        for (bit = 0; bit < 8; bit++) {
            ct_scan_t    scan;
            ct_reader_t  reader;
            ct_message_t message;

            in.pos[i] ^= (uint8_t) (1u << bit);
            ct_reader_init(&reader, P, in.pos, ct_buf_len(&in), &scan_limits,
                           pool);
            if (P->read_message(&reader, &message) == CT_OK
                && ct_codec_skip(&reader, CT_T_STRUCT) == CT_OK) {
                assert_int_equal(
                    scan_once(P, in.pos, ct_buf_len(&in), &scan_limits, &scan),
                    CT_OK);
                assert_int_equal(scan.offset, ct_buf_len(&in));
            }
            in.pos[i] ^= (uint8_t) (1u << bit);
        }
    }
    ct_buf_release(&in);
    ct_pool_destroy(pool);
}


int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_end_at_every_split),
        cmocka_unit_test(counts_brackets),
        cmocka_unit_test(refuses_garbage),
        cmocka_unit_test(holds_caps_exactly),
        cmocka_unit_test(holds_the_depth),
        cmocka_unit_test(refuses_ten_megabytes_of_brackets),
        cmocka_unit_test(takes_what_the_decoder_takes),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
