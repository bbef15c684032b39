/*
 * json_write_test.c -- Thrift's JSON, character by character.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_protocol.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "json_fixture.h"


static void
write_pair(ct_writer_t *writer)
{
    const uint8_t context = writer->context;

    P->write_map(writer, CT_T_I8, CT_T_STRING, 2);
    P->write_i8(writer, 1);
    P->write_string(writer, CT_STR("a"));
    P->write_i8(writer, 2);
    P->write_string(writer, CT_STR("b"));
    P->write_end(writer, context);
}


/* Exactly as Apache's libraries do, character by character. */
static void
writes_everything(void **state CT_UNUSED)
{
    static const char text[] =
        "[1,\"m\",2,-2147483648,{\"1\":{\"tf\":1},\"-1\":{\"i8\":-128},"
        "\"2\":{\"i16\":-2},\"3\":{\"i64\":-9223372036854775808},"
        "\"4\":{\"dbl\":-1.5},\"5\":{\"dbl\":\"NaN\"},"
        "\"6\":{\"dbl\":\"-Infinity\"},\"7\":{\"dbl\":\"Infinity\"},"
        "\"8\":{\"str\":\"\\\"\\\\/"
        "\\b\\f\\n\\r\\t\\u0000\\u001f\x7f\xc3\xa4\"},"
        "\"9\":{\"str\":\"/wCA\"},\"10\":{\"str\":\"\"},"
        "\"11\":{\"uid\":\"30313233-3435-3637-3839-616263646566\"},"
        "\"12\":{\"rec\":{}},"
        "\"13\":{\"lst\":[\"map\",2,[\"i8\",\"str\",2,{\"1\":\"a\",\"2\":\"b\"}"
        "],"
        "[\"i8\",\"str\",2,{\"1\":\"a\",\"2\":\"b\"}]]},"
        "\"14\":{\"set\":[\"i32\",0]},"
        "\"15\":{\"map\":[\"dbl\",\"tf\",2,{\"0.5\":0,\"Infinity\":1}]}}]";
    const ct_message_t message = { .name = CT_STR_INIT("m"),
                                   .type = CT_MESSAGE_REPLY,
                                   .seqid = INT32_MIN };
    ct_uuid_t          uuid;
    ct_struct_mark_t   outer;
    ct_struct_mark_t   inner;
    ct_writer_t        writer;
    ct_buf_t           out;
    uint8_t            context;

    memcpy(uuid.bytes, "0123456789abcdef", 16);
    ct_buf_init(&out);
    ct_writer_init(&writer, P, &out);
    P->write_message(&writer, &message);
    P->write_struct_begin(&writer, &outer);
    P->write_field(&writer, CT_T_BOOL, 1);
    P->write_bool(&writer, true);
    P->write_field(&writer, CT_T_I8, -1);
    P->write_i8(&writer, -128);
    P->write_field(&writer, CT_T_I16, 2);
    P->write_i16(&writer, -2);
    P->write_field(&writer, CT_T_I64, 3);
    P->write_i64(&writer, INT64_MIN);
    P->write_field(&writer, CT_T_DOUBLE, 4);
    P->write_double(&writer, -1.5);
    P->write_field(&writer, CT_T_DOUBLE, 5);
    P->write_double(&writer, NAN);
    P->write_field(&writer, CT_T_DOUBLE, 6);
    P->write_double(&writer, -INFINITY);
    P->write_field(&writer, CT_T_DOUBLE, 7);
    P->write_double(&writer, INFINITY);
    P->write_field(&writer, CT_T_STRING, 8);
    P->write_string(&writer, CT_STR("\"\\/\b\f\n\r\t\0\x1f\x7f\xc3\xa4"));
    P->write_field(&writer, CT_T_STRING, 9);
    P->write_binary(&writer, CT_STR("\xff\x00\x80"));
    P->write_field(&writer, CT_T_STRING, 10);
    P->write_binary(&writer, CT_STR_NONE);
    P->write_field(&writer, CT_T_UUID, 11);
    P->write_uuid(&writer, &uuid);
    P->write_field(&writer, CT_T_STRUCT, 12);
    P->write_struct_begin(&writer, &inner);
    P->write_stop(&writer);
    P->write_struct_end(&writer, inner);
    P->write_field(&writer, CT_T_LIST, 13);
    context = writer.context;
    P->write_list(&writer, CT_T_LIST, CT_T_MAP, 2);
    write_pair(&writer);
    write_pair(&writer);
    P->write_end(&writer, context);
    P->write_field(&writer, CT_T_SET, 14);
    context = writer.context;
    P->write_list(&writer, CT_T_SET, CT_T_I32, 0);
    P->write_end(&writer, context);
    P->write_field(&writer, CT_T_MAP, 15);
    context = writer.context;
    P->write_map(&writer, CT_T_DOUBLE, CT_T_BOOL, 2);
    P->write_double(&writer, 0.5);
    P->write_bool(&writer, false);
    P->write_double(&writer, INFINITY);
    P->write_bool(&writer, true);
    P->write_end(&writer, context);
    P->write_stop(&writer);
    P->write_struct_end(&writer, outer);
    assert_false(writer.failed);
    assert_int_equal(ct_buf_len(&out), sizeof(text) - 1);
    assert_memory_equal(out.pos, text, sizeof(text) - 1);
    ct_buf_release(&out);
}


/* What JSON or Thrift cannot say; and after that nothing is written. */
static void
stays_failed(void **state CT_UNUSED)
{
    const ct_message_t message = { .name = CT_STR_INIT("m") };
    const ct_uuid_t    uuid = { { 0 } };
    ct_struct_mark_t   mark;
    ct_writer_t        writer;
    ct_buf_t           out;
    size_t             len;

    ct_buf_init(&out);
    ct_writer_init(&writer, P, &out);
    P->write_binary(&writer, (ct_str_t){ (size_t) INT32_MAX + 1, "" });
    assert_string_equal(writer.why, "a string longer than Thrift can say");

    ct_writer_init(&writer, P, &out);
    P->write_string(&writer, CT_STR("\xff"));
    assert_true(writer.failed);
    assert_non_null(strstr(writer.why, "UTF-8"));
    len = ct_buf_len(&out);
    P->write_message(&writer, &message);
    P->write_struct_begin(&writer, &mark);
    P->write_field(&writer, CT_T_BOOL, 1);
    P->write_bool(&writer, true);
    P->write_double(&writer, 1);
    P->write_uuid(&writer, &uuid);
    P->write_string(&writer, CT_STR("h\n"));
    P->write_binary(&writer, CT_STR("hi"));
    P->write_list(&writer, CT_T_SET, CT_T_I32, 2);
    P->write_map(&writer, CT_T_STRING, CT_T_STRUCT, 3);
    P->write_stop(&writer);
    P->write_struct_end(&writer, mark);
    assert_int_equal(ct_buf_len(&out), len);
    ct_buf_release(&out);
}


/* The codec's caller hears the reason. */
static void
tells_why(void **state CT_UNUSED)
{
    sample_oops_t oops = { CT_STR_INIT("\xc3") };
    ct_writer_t   writer;
    ct_buf_t      out;
    const char   *c_why = NULL;

    ct_buf_init(&out);
    ct_writer_init(&writer, P, &out);
    assert_int_equal(
        ct_codec_write(&writer, &sample_oops_struct, &oops, &c_why), CT_ERROR);
    assert_string_equal(c_why, "a string that is not UTF-8, as JSON must be");
    ct_buf_release(&out);
}


int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_everything),
        cmocka_unit_test(stays_failed),
        cmocka_unit_test(tells_why),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, pool_up, pool_down);
}
