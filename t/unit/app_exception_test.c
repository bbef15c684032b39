/*
 * app_exception_test.c -- looks on the wire as the specification says.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_app_exception.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "thrift/wire/ct_codec.h"
#include "core/ct_buf.h"
#include "core/ct_pool.h"

static void
goes_over_the_wire(void **state CT_UNUSED)
{
    static const char        bytes[] = "\x0b\x00\x01\x00\x00\x00\x02no"
                                       "\x08\x00\x02\x00\x00\x00\x01";
    const ct_app_exception_t sent = { CT_STR_INIT("no"),
                                      CT_APP_UNKNOWN_METHOD };
    const ct_limits_t        limits = CT_LIMITS_DEFAULT;
    ct_app_exception_t       received;
    ct_pool_t               *pool = ct_pool_create(256);
    ct_buf_t                 out;
    ct_writer_t              writer;
    ct_reader_t              reader;
    const char              *c_why;

    ct_buf_init(&out);
    ct_writer_init(&writer, &ct_binary_protocol, &out);
    assert_int_equal(
        ct_codec_write(&writer, &ct_app_exception_struct, &sent, &c_why),
        CT_OK);
    assert_int_equal(ct_buf_len(&out), sizeof(bytes));
    assert_memory_equal(out.pos, bytes, sizeof(bytes));

    ct_reader_init(&reader, &ct_binary_protocol, out.pos, ct_buf_len(&out),
                   &limits, pool);
    assert_int_equal(
        ct_codec_read(&reader, &ct_app_exception_struct, &received), CT_OK);
    assert_true(ct_str_eq(received.message, sent.message));
    assert_int_equal(received.type, CT_APP_UNKNOWN_METHOD);
    ct_buf_release(&out);
    ct_pool_destroy(pool);
}


/* An empty one is unknown and says nothing. */
static void
has_defaults(void **state CT_UNUSED)
{
    const ct_limits_t  limits = CT_LIMITS_DEFAULT;
    ct_app_exception_t received;
    ct_reader_t        reader;

    ct_reader_init(&reader, &ct_binary_protocol, "", 1, &limits, NULL);
    assert_int_equal(
        ct_codec_read(&reader, &ct_app_exception_struct, &received), CT_OK);
    assert_null(received.message.data);
    assert_int_equal(received.type, CT_APP_UNKNOWN);
}


int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(goes_over_the_wire),
        cmocka_unit_test(has_defaults),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
