/*
 * skip_test.c -- values nobody asked for are passed over, within limits.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_codec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "sample.h"

static const ct_limits_t limits = CT_LIMITS_DEFAULT;


static ct_wire_error_t
pass_over(ct_ttype_t type, const void *data, size_t len, size_t *left)
{
    ct_reader_t reader;
    ct_rc_t     rc;

    ct_reader_init(&reader, &ct_binary_protocol, data, len, &limits, NULL);
    rc = ct_codec_skip(&reader, type);
    assert_true((rc == CT_OK) == (reader.error == CT_WIRE_OK));
    *left = ct_reader_left(&reader);
    return reader.error;
}


/* Each type with one byte behind it, then with one byte too few. */
static void
skips_every_type(void **state CT_UNUSED)
{
    static const struct {
        ct_ttype_t  type;
        const char *bytes;
        size_t      len;
    } values[] = {
        { CT_T_BOOL, "\x01", 1 },
        { CT_T_I8, "\x01", 1 },
        { CT_T_I16, "\x01\x02", 2 },
        { CT_T_I32, "\x01\x02\x03\x04", 4 },
        { CT_T_I64, "12345678", 8 },
        { CT_T_DOUBLE, "12345678", 8 },
        { CT_T_UUID, "1234567812345678", 16 },
        { CT_T_STRING, "\x00\x00\x00\x01z", 5 },
        { CT_T_LIST, "\x03\x00\x00\x00\x02hi", 7 },
        { CT_T_SET, "\x06\x00\x00\x00\x01hi", 7 },
        { CT_T_MAP, "\x03\x06\x00\x00\x00\x01yes", 9 },
        { CT_T_STRUCT, "\x03\x00\x01z\x00", 5 },
    };
    size_t left;
    size_t i;

    for (i = 0; i < CT_ARRAY_LEN(values); i++) {
        uint8_t bytes[32] = { 0 };

        memcpy(bytes, values[i].bytes, values[i].len);
        assert_int_equal(
            pass_over(values[i].type, bytes, values[i].len + 1, &left),
            CT_WIRE_OK);
        assert_int_equal(left, 1);
        assert_int_equal(
            pass_over(values[i].type, bytes, values[i].len - 1, &left),
            CT_WIRE_TRUNCATED);
    }
    assert_int_equal(pass_over(CT_T_VOID, "", 1, &left), CT_WIRE_MALFORMED);
    assert_int_equal(pass_over(CT_T_STOP, "", 1, &left), CT_WIRE_MALFORMED);
}


/* Cut off anywhere, a rich struct is refused and nothing else happens. */
static void
refuses_every_truncation(void **state CT_UNUSED)
{
    ct_pool_t  *pool = ct_pool_create(4096);
    sample_t    sample;
    ct_writer_t writer;
    const char *c_why;
    ct_buf_t    in;
    size_t      left;
    size_t      i;

    ct_buf_init(&in);
    sample_fill(&sample, pool);
    ct_writer_init(&writer, &ct_binary_protocol, &in);
    assert_int_equal(ct_codec_write(&writer, &sample_struct, &sample, &c_why),
                     CT_OK);
    for (i = 0; i < ct_buf_len(&in); i++) {
        assert_int_equal(pass_over(CT_T_STRUCT, in.pos, i, &left),
                         CT_WIRE_TRUNCATED);
    }
    assert_int_equal(pass_over(CT_T_STRUCT, in.pos, i, &left), CT_WIRE_OK);
    assert_int_equal(left, 0);
    ct_buf_release(&in);
    ct_pool_destroy(pool);
}


static ct_wire_error_t
skip_deep(unsigned levels)
{
    ct_wire_error_t error;
    ct_buf_t        in;
    size_t          left;

    ct_buf_init(&in);
    sample_put_deep(&in, levels);
    SAMPLE_PUT(&in, "\x00");
    error = pass_over(CT_T_STRUCT, in.pos, ct_buf_len(&in), &left);
    ct_buf_release(&in);
    return error;
}


static void
holds_the_depth(void **state CT_UNUSED)
{
    assert_int_equal(skip_deep(64), CT_WIRE_OK);
    assert_int_equal(skip_deep(65), CT_WIRE_LIMIT);
    assert_int_equal(skip_deep(100000), CT_WIRE_LIMIT);
}


/* Lists of lists, 66 of them; then one less; the innermost empty. */
static void
holds_the_depth_of_lists(void **state CT_UNUSED)
{
    ct_buf_t in;
    size_t   left;
    unsigned i;

    ct_buf_init(&in);
    for (i = 0; i < 66; i++) {
        SAMPLE_PUT(&in, "\x0f\x00\x00\x00\x01");
    }
    SAMPLE_PUT(&in, "\x03\x00\x00\x00\x00");
    assert_int_equal(pass_over(CT_T_LIST, in.pos, ct_buf_len(&in), &left),
                     CT_WIRE_LIMIT);
    in.pos += 5;
    assert_int_equal(pass_over(CT_T_LIST, in.pos, ct_buf_len(&in), &left),
                     CT_WIRE_OK);
    ct_buf_release(&in);
}


int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(skips_every_type),
        cmocka_unit_test(refuses_every_truncation),
        cmocka_unit_test(holds_the_depth),
        cmocka_unit_test(holds_the_depth_of_lists),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
