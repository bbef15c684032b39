/*
 * json_test.c -- messages, structs and containers of Thrift's JSON.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_protocol.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "json_fixture.h"


static ct_wire_error_t
message_error(const char *text, ct_message_t *message)
{
    ct_reader_t reader;
    char       *copy = reader_over(&reader, text, strlen(text), &limits);

    if (P->read_message(&reader, message) == CT_OK) {
        message->name = ct_str_dup(pool, message->name);
    }
    test_free(copy);
    return reader.error;
}


static void
reads_heads(void **state CT_UNUSED)
{
    ct_message_t message;

    assert_int_equal(message_error("[1,\"me\",1,7,{}]", &message), CT_WIRE_OK);
    assert_int_equal(message.type, CT_MESSAGE_CALL);
    assert_int_equal(message.seqid, 7);
    assert_true(message.is_strict);
    assert_true(ct_str_eq_c(message.name, "me"));

    assert_int_equal(
        message_error(" [ 1 , \"S:\\u006d\" , 4 ,\n-2147483648 ,", &message),
        CT_WIRE_OK);
    assert_int_equal(message.type, CT_MESSAGE_ONEWAY);
    assert_int_equal(message.seqid, INT32_MIN);
    assert_true(ct_str_eq_c(message.name, "S:m"));

    /* A type that does not exist is for the session to judge. */
    assert_int_equal(message_error("[1,\"me\",99,7,", &message), CT_WIRE_OK);
    assert_int_equal(message.type, 99);
}


static void
refuses_bad_heads(void **state CT_UNUSED)
{
    static const struct {
        const char     *text;
        ct_wire_error_t error;
    } cases[] = {
        { "{1,\"me\",1,7,{}]", CT_WIRE_MALFORMED },
        { "[2,\"me\",1,7,{}]", CT_WIRE_MALFORMED },
        { "[\"1\",\"me\",1,7,{}]", CT_WIRE_MALFORMED },
        { "[1 \"me\",1,7,{}]", CT_WIRE_MALFORMED },
        { "[1,me,1,7,{}]", CT_WIRE_MALFORMED },
        { "[1,\"m\xff\",1,7,{}]", CT_WIRE_MALFORMED },
        { "[1,\"me\",128,7,{}]", CT_WIRE_MALFORMED },
        { "[1,\"me\",1,2147483648,{}]", CT_WIRE_MALFORMED },
        { "", CT_WIRE_TRUNCATED },
        { "[", CT_WIRE_TRUNCATED },
        { "[1", CT_WIRE_TRUNCATED },
        { "[1,", CT_WIRE_TRUNCATED },
        { "[1,\"me\"", CT_WIRE_TRUNCATED },
        { "[1,\"me\",", CT_WIRE_TRUNCATED },
        { "[1,\"me\",1,", CT_WIRE_TRUNCATED },
    };
    char         text[300] = "[1,\"";
    ct_message_t message;
    size_t       i;

    for (i = 0; i < CT_ARRAY_LEN(cases); i++) {
        assert_int_equal(message_error(cases[i].text, &message),
                         cases[i].error);
    }
    memset(text + 4, 'x', 257);
    strcpy(text + 4 + 257, "\",1,7,");
    assert_int_equal(message_error(text, &message), CT_WIRE_LIMIT);
}


/* Skips `{"1":{"TYPE":VALUE}}` of a message, whole. */
static ct_wire_error_t
body_error(const char *body, size_t container)
{
    static const char head[] = "[1,\"m\",1,7,";
    ct_limits_t       capped = CT_LIMITS_DEFAULT;
    ct_message_t      message;
    ct_reader_t       reader;
    ct_buf_t          in;

    capped.container = container;
    ct_buf_init(&in);
    SAMPLE_PUT(&in, head);
    sample_put(&in, body, strlen(body));
    ct_reader_init(&reader, P, in.pos, ct_buf_len(&in), &capped, pool);
    assert_int_equal(P->read_message(&reader, &message), CT_OK);
    (void) ct_codec_skip(&reader, CT_T_STRUCT);
    ct_buf_release(&in);
    return reader.error;
}


#define BODY_ERROR(body) body_error((body), SIZE_MAX)

static void
reads_structs(void **state CT_UNUSED)
{
    assert_int_equal(BODY_ERROR("{}]"), CT_WIRE_OK);
    assert_int_equal(BODY_ERROR(" { } ] \n"), CT_WIRE_OK);
    assert_int_equal(BODY_ERROR("{\"1\":{\"rec\":{}}}]"), CT_WIRE_OK);
    assert_int_equal(BODY_ERROR("{ \"1\" : { \"i8\" : 5 } ,"
                                " \"-32768\" : { \"tf\" : 0 } } ]"),
                     CT_WIRE_OK);
    assert_int_equal(BODY_ERROR("{\"1\":{\"rec\":{\"2\":{\"str\":\"\"}}},"
                                "\"2\":{\"uid\":"
                                "\"00112233445566778899aabbccddeeff\"}}]"),
                     CT_WIRE_OK);
}


static void
refuses_structs(void **state CT_UNUSED)
{
    static const struct {
        const char     *text;
        ct_wire_error_t error;
    } cases[] = {
        { "[]]", CT_WIRE_MALFORMED },
        { "{},{}]", CT_WIRE_MALFORMED },
        { "{}}", CT_WIRE_MALFORMED },
        { "{}]]", CT_WIRE_MALFORMED },
        { "{}]x", CT_WIRE_MALFORMED },
        { "{,}]", CT_WIRE_MALFORMED },
        { "{1:{\"i8\":5}}]", CT_WIRE_MALFORMED },
        { "{\"x\":{\"i8\":5}}]", CT_WIRE_MALFORMED },
        { "{\"\":{\"i8\":5}}]", CT_WIRE_MALFORMED },
        { "{\"32768\":{\"i8\":5}}]", CT_WIRE_MALFORMED },
        { "{\"1\":{\"i9\":5}}]", CT_WIRE_MALFORMED },
        { "{\"1\":{\"\":5}}]", CT_WIRE_MALFORMED },
        { "{\"1\":{i8:5}}]", CT_WIRE_MALFORMED },
        { "{\"1\":{\"i8\":5,\"i8\":6}}]", CT_WIRE_MALFORMED },
        { "{\"1\":{\"i8\":5}\"2\":{\"i8\":5}}]", CT_WIRE_MALFORMED },
        { "{\"1\":{\"i8\":5},}]", CT_WIRE_MALFORMED },
        { "{\"1\":[\"i8\",5]}]", CT_WIRE_MALFORMED },
        { "{\"1\":{\"i8\":}}]", CT_WIRE_MALFORMED },
        { "{\"1\"{\"i8\":5}}]", CT_WIRE_MALFORMED },
        { "{\"1\":{\"i8\" 5}}]", CT_WIRE_MALFORMED },
        { "{\"1\":{\"rec\":[]}}]", CT_WIRE_MALFORMED },
    };
    size_t i;

    for (i = 0; i < CT_ARRAY_LEN(cases); i++) {
        assert_int_equal(BODY_ERROR(cases[i].text), cases[i].error);
    }
}


static void
reads_containers(void **state CT_UNUSED)
{
    static const char *const good[] = {
        "{\"1\":{\"lst\":[\"i32\",0]}}]",
        "{\"1\":{\"lst\":[\"i32\",3,1,-2,3]}}]",
        "{\"1\":{\"set\":[\"str\",2,\"a\",\"\"]},\"2\":{\"tf\":1}}]",
        "{\"1\":{\"lst\":[\"rec\",2,{},{\"1\":{\"i8\":1}}]}}]",
        "{\"1\":{\"lst\":[\"lst\",2,[\"i8\",0],[\"i8\",1,5]]}}]",
        "{\"1\":{\"map\":[\"i32\",\"str\",0,{}]}}]",
        "{\"1\":{\"map\":[\"i32\",\"str\",2,{\"-5\":\"a\",\"6\":\"b\"}]}}]",
        "{\"1\":{\"map\":[\"str\",\"i32\",2,{\"x\":1,\"y\":2}]}}]",
        "{\"1\":{\"map\":[\"tf\",\"dbl\",1,{\"1\":1.5}]}}]",
        "{\"1\":{\"map\":[\"dbl\",\"dbl\",2,{\"1.5\":1,\"NaN\":\"NaN\"}]}}]",
        "{\"1\":{\"map\":[\"uid\",\"i8\",1,"
        "{\"00112233445566778899aabbccddeeff\":1}]}}]",
        "{\"1\":{\"map\":[\"i8\",\"map\",1,"
        "{\"1\":[\"i8\",\"i8\",1,{\"2\":3}]}]}}]",
        "{\"1\":{\"map\":[\"i8\",\"rec\",2,{\"1\":{},\"2\":{}}]}}]",
        /* Keys that JSON does not have, as Apache's C++ writes them. */
        "{\"1\":{\"map\":[\"rec\",\"i8\",2,{{\"1\":{\"i8\":1}}:1,{}:2}]}}]",
        "{\"1\":{\"map\":[\"lst\",\"i8\",1,{[\"i8\",1,7]:1}]}}]",
        "{ \"1\" : { \"map\" : [ \"i8\" , \"i8\" , 1 , { \"2\" : 3 } ] } } ]",
    };
    size_t i;

    for (i = 0; i < CT_ARRAY_LEN(good); i++) {
        assert_int_equal(BODY_ERROR(good[i]), CT_WIRE_OK);
    }
}


static void
refuses_containers(void **state CT_UNUSED)
{
    static const struct {
        const char     *text;
        ct_wire_error_t error;
    } cases[] = {
        { "{\"1\":{\"lst\":[\"i32\",-1]}}]", CT_WIRE_MALFORMED },
        { "{\"1\":{\"lst\":[\"i32\",-2147483648]}}]", CT_WIRE_MALFORMED },
        { "{\"1\":{\"lst\":[\"i32\",2147483648]}}]", CT_WIRE_MALFORMED },
        { "{\"1\":{\"lst\":[\"i32\",2147483647]}}]", CT_WIRE_TRUNCATED },
        { "{\"1\":{\"lst\":[\"i32\",9,1,2]}}]", CT_WIRE_TRUNCATED },
        { "{\"1\":{\"lst\":[\"i32\",1,1,2]}}]", CT_WIRE_MALFORMED },
        { "{\"1\":{\"lst\":[\"i32\",2,1]}}]", CT_WIRE_MALFORMED },
        { "{\"1\":{\"lst\":[\"i32\",0,1]}}]", CT_WIRE_MALFORMED },
        { "{\"1\":{\"lst\":[\"i32\"]}}]", CT_WIRE_MALFORMED },
        { "{\"1\":{\"lst\":[\"nil\",0]}}]", CT_WIRE_MALFORMED },
        { "{\"1\":{\"lst\":[]}}]", CT_WIRE_MALFORMED },
        { "{\"1\":{\"lst\":{}}}]", CT_WIRE_MALFORMED },
        { "{\"1\":{\"lst\":[\"str\",1,5]}}]", CT_WIRE_MALFORMED },
        { "{\"1\":{\"map\":[\"i8\",\"i8\",-1,{}]}}]", CT_WIRE_MALFORMED },
        { "{\"1\":{\"map\":[\"i8\",\"i8\",2147483647,{}]}}]",
          CT_WIRE_TRUNCATED },
        { "{\"1\":{\"map\":[\"i8\",\"i8\",0,{\"1\":1}]}}]", CT_WIRE_MALFORMED },
        { "{\"1\":{\"map\":[\"i8\",\"i8\",1,{\"1\":1,\"2\":2}]}}]",
          CT_WIRE_MALFORMED },
        { "{\"1\":{\"map\":[\"i8\",\"i8\",1,{1:1}]}}]", CT_WIRE_MALFORMED },
        { "{\"1\":{\"map\":[\"dbl\",\"i8\",1,{1:1}]}}]", CT_WIRE_MALFORMED },
        { "{\"1\":{\"map\":[\"i8\",\"i8\",1,{\"1\",1}]}}]", CT_WIRE_MALFORMED },
        { "{\"1\":{\"map\":[\"i8\",\"i8\",1,{\"1\":\"1\"}]}}]",
          CT_WIRE_MALFORMED },
        { "{\"1\":{\"map\":[\"i8\",\"i8\",1,{\"1\":1]}}]", CT_WIRE_MALFORMED },
        { "{\"1\":{\"map\":[\"i8\",\"i8\",1,{\"1\":1}}}]", CT_WIRE_MALFORMED },
        { "{\"1\":{\"map\":[\"i8\",\"nil\",0,{}]}}]", CT_WIRE_MALFORMED },
        { "{\"1\":{\"map\":[\"i8\",\"i8\",0]}}]", CT_WIRE_MALFORMED },
    };
    size_t i;

    for (i = 0; i < CT_ARRAY_LEN(cases); i++) {
        assert_int_equal(BODY_ERROR(cases[i].text), cases[i].error);
    }
    assert_int_equal(body_error("{\"1\":{\"lst\":[\"i8\",2,1,2]}}]", 2),
                     CT_WIRE_OK);
    assert_int_equal(body_error("{\"1\":{\"lst\":[\"i8\",2,1,2]}}]", 1),
                     CT_WIRE_LIMIT);
}


/* What the codec writes it reads again, and a shorter message never. */
static void
goes_round(void **state CT_UNUSED)
{
    static const ct_message_t message = { .name = CT_STR_INIT("m\xc3\xa4") };
    sample_t                  sample;
    sample_t                  again;
    ct_message_t              head;
    ct_writer_t               writer;
    ct_reader_t               reader;
    const char               *c_why;
    ct_buf_t                  outs[2];
    size_t                    len;
    size_t                    i;

    sample_fill(&sample, pool);
    for (i = 0; i < 2; i++) {
        ct_buf_init(&outs[i]);
        ct_writer_init(&writer, P, &outs[i]);
        P->write_message(&writer, &message);
        assert_int_equal(ct_codec_write(&writer, &sample_struct,
                                        i == 0 ? &sample : &again, &c_why),
                         CT_OK);
        for (len = 0; i == 0 && len <= ct_buf_len(&outs[0]); len++) {
            const ct_rc_t rc = len < ct_buf_len(&outs[0]) ? CT_ERROR : CT_OK;

            ct_reader_init(&reader, P, outs[0].pos, len, &limits, pool);
            if (P->read_message(&reader, &head) == CT_OK) {
                assert_int_equal(ct_codec_skip(&reader, CT_T_STRUCT), rc);
            }
            ct_reader_init(&reader, P, outs[0].pos, len, &limits, pool);
            if (P->read_message(&reader, &head) == CT_OK) {
                assert_int_equal(ct_codec_read(&reader, &sample_struct, &again),
                                 rc);
            }
            assert_true(rc == CT_OK || reader.error == CT_WIRE_TRUNCATED);
        }
    }
    assert_true(again.an_i64 == INT64_MIN);
    assert_int_equal(ct_buf_len(&outs[1]), ct_buf_len(&outs[0]));
    assert_memory_equal(outs[1].pos, outs[0].pos, ct_buf_len(&outs[0]));
    ct_buf_release(&outs[0]);
    ct_buf_release(&outs[1]);
}


/* 100,000 levels of any kind end at the limit, not at the stack's. */
static void
holds_the_depth(void **state CT_UNUSED)
{
    static const char *const openings[] = { "{\"1\":{\"rec\":", "[\"lst\",1,",
                                            "[\"i8\",\"map\",1,{\"1\":" };
    static const ct_ttype_t  types[] = { CT_T_STRUCT, CT_T_LIST, CT_T_MAP };
    ct_reader_t              reader;
    ct_buf_t                 in;
    size_t                   kind;
    unsigned                 i;

    for (kind = 0; kind < CT_ARRAY_LEN(openings); kind++) {
        ct_buf_init(&in);
        for (i = 0; i < 100000; i++) {
            sample_put(&in, openings[kind], strlen(openings[kind]));
        }
        ct_reader_init(&reader, P, in.pos, ct_buf_len(&in), &limits, pool);
        assert_int_equal(ct_codec_skip(&reader, types[kind]), CT_ERROR);
        assert_int_equal(reader.error, CT_WIRE_LIMIT);
        ct_buf_release(&in);
    }
}


int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_heads),
        cmocka_unit_test(refuses_bad_heads),
        cmocka_unit_test(reads_structs),
        cmocka_unit_test(refuses_structs),
        cmocka_unit_test(reads_containers),
        cmocka_unit_test(refuses_containers),
        cmocka_unit_test(goes_round),
        cmocka_unit_test(holds_the_depth),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, pool_up, pool_down);
}
