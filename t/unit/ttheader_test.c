/*
 * ttheader_test.c -- TTHeader is taken off and put on.
 */

#include "core/ct_config.h"

#include "header_fixture.h"

#define MAGIC 0x1000
#define BODY  CT_STR("the body")


static ct_rc_t
open_head(opened_t *opened, ct_str_t head)
{
    return open_built(opened, &ct_ttheader_transport, MAGIC, head, BODY);
}


/* One reply in the envelope of what was opened, opened again. */
static void
reply(opened_t *opened, const char *c_text, ct_buf_t *out)
{
    size_t mark;

    ct_buf_init(out);
    assert_int_equal(ct_buf_append(out, "yx", 2), CT_OK);
    out->pos++;
    opened->envelope.seqid = -16;
    assert_int_equal(
        ct_ttheader_transport.wrap_begin(&opened->envelope, out, &mark), CT_OK);
    assert_int_equal(ct_buf_append(out, c_text, strlen(c_text)), CT_OK);
    assert_int_equal(
        ct_ttheader_transport.wrap_end(&opened->envelope, out, mark), CT_OK);
    assert_int_equal(*out->pos++, 'x');
}


/* Protocols by their numbers, both of compact's. */
static void
replies_are_alike(void **state CT_UNUSED)
{
    static const char *const heads[] = { "\x00\x00", "\x02\x00", "\x03\x00" };
    static const char        bytes[] = "\x00\x00\x00\x1a"
                                       "\x10\x00\x12\x34\xff\xff\xff\xf0\x00\x01"
                                       "\x00\x00\x00\x00hello, again";
    char                     expected[sizeof(bytes)];
    opened_t                 opened;
    ct_buf_t                 out;

    opened_init(&opened);
    for (size_t i = 0; i < CT_ARRAY_LEN(heads); i++) {
        assert_int_equal(open_head(&opened, (ct_str_t){ 2, heads[i] }), CT_OK);
        assert_ptr_equal(opened.envelope.dialect.protocol,
                         i == 0 ? &ct_binary_protocol : &ct_compact_protocol);
        assert_ptr_equal(opened.envelope.dialect.transport,
                         &ct_ttheader_transport);
        assert_int_equal(opened.envelope.seqid, 0x01020304);
        assert_int_equal(opened.envelope.nheaders, 0);
        assert_true(ct_str_eq(opened.body, BODY));
        reply(&opened, "hello, again", &out);
        memcpy(expected, bytes, sizeof(bytes));
        expected[14] = heads[i][0];
        assert_int_equal(ct_buf_len(&out), sizeof(bytes) - 1);
        assert_memory_equal(out.pos, expected, sizeof(bytes) - 1);
        ct_buf_release(&out);
    }
    opened_release(&opened);
}


/* Around the whole, and in front of the payload: both, or one, or none. */
static void
mirrors_frames(void **state CT_UNUSED)
{
    static const char payload[] = "\x00\x00\x00\x08the body";
    uint8_t           bytes[64];
    opened_t          opened;
    ct_buf_t          out;
    size_t            len;

    opened_init(&opened);
    for (size_t i = 0; i < 4; i++) {
        const size_t outer = i & 1 ? 4 : 0;
        const size_t inner = i & 2 ? 4 : 0;

        len = build(bytes + 4, MAGIC, CT_STR("\x00\x00"),
                    (ct_str_t){ 8 + inner, payload + 4 - inner });
        ct_store32(bytes, (uint32_t) len);
        assert_int_equal(open_bytes(&opened, &ct_ttheader_transport,
                                    bytes + 4 - outer, len + outer),
                         CT_OK);
        assert_true(ct_str_eq(opened.body, BODY));
        reply(&opened, "the body", &out);
        ct_store32(bytes + 12, (uint32_t) -16);
        assert_int_equal(ct_buf_len(&out), len + outer);
        assert_memory_equal(out.pos, bytes + 4 - outer, len + outer);
        ct_buf_release(&out);
    }

    /* A length that is not quite the payload's is the payload's business. */
    for (size_t n = 0; n < sizeof(payload) - 1; n++) {
        assert_int_equal(open_built(&opened, &ct_ttheader_transport, MAGIC,
                                    CT_STR("\x00\x00"),
                                    (ct_str_t){ n, payload }),
                         CT_OK);
        assert_int_equal(opened.body.len, n);
    }
    opened_release(&opened);
}


static void
reads_headers(void **state CT_UNUSED)
{
    opened_t opened;

    opened_init(&opened);
    assert_int_equal(
        open_head(&opened, CT_STR("\x00\x01\x00\x00\x00"
                                  "\x11\x00\x03tok"
                                  "\x01\x00\x02\x00\x01"
                                  "a\x00\x03one\x00\x00\x00\x00"
                                  "\x00"
                                  "\x10\x00\x05\x00\x00\x00\x01"
                                  "m\x00\x09\x00\x06method"
                                  "\x00\x1c\x00\x00\x00\x1d\x00\x01x"
                                  "\xff\xff\x00\x01y"
                                  "\x01\x00\x00")),
        CT_OK);
    assert_int_equal(opened.envelope.nheaders, 8);
    check_header(&opened, 0, "acl_token", "tok");
    check_header(&opened, 1, "a", "one");
    check_header(&opened, 2, "", "");
    check_header(&opened, 3, "mesh_version", "m");
    check_header(&opened, 4, "to_method", "method");
    check_header(&opened, 5, "stream_timeout", "");
    check_header(&opened, 6, "int-29", "x");
    check_header(&opened, 7, "int-65535", "y");
    assert_true(ct_str_eq(opened.body, BODY));
    opened_release(&opened);
}


static void
caps_headers(void **state CT_UNUSED)
{
    uint8_t  head[2 + 3 + 4 * 257];
    opened_t opened;

    opened_init(&opened);
    memset(head, 0, sizeof(head));
    for (size_t i = 0; i < 4; i++) {
        const size_t n = 256 + i / 2;

        head[2] = i % 2 ? 0x10 : 0x01;
        ct_store16(head + 3, (uint16_t) n);
        assert_int_equal(
            open_head(&opened, (ct_str_t){ 5 + 4 * n, (char *) head }),
            n == 256 ? CT_OK : CT_ERROR);
    }
    check_refusal(&opened, CT_APP_PROTOCOL_ERROR, "too many headers");
    assert_int_equal(opened.opening.error, CT_WIRE_LIMIT);
    opened.limits.header = 4;
    assert_int_equal(open_head(&opened, CT_STR("\x00\x00\x00\x00")), CT_OK);
    assert_int_equal(open_head(&opened, CT_STR("\x00\x00\x00\x00\x00")),
                     CT_ERROR);
    check_refusal(&opened, CT_APP_PROTOCOL_ERROR, "a header over the limit");
    opened_release(&opened);
}


static void
refuses(void **state CT_UNUSED)
{
#define CUT_SHORT "a header that is cut short"
    /* clang-format off */
    static const struct {
        ct_str_t    head;
        int         app_error;
        const char *c_why;
    } cases[] = {
        { CT_STR_INIT(""), CT_APP_PROTOCOL_ERROR, CUT_SHORT },
        { CT_STR_INIT("\x01\x00"), CT_APP_INVALID_PROTOCOL,
          "no protocol that is served here" },
        { CT_STR_INIT("\x04\x00"), CT_APP_INVALID_PROTOCOL,
          "no protocol that is served here" },
        { CT_STR_INIT("\x00\x01\x01\x00"), CT_APP_INVALID_TRANSFORM,
          "a transform that is not known here" },
        { CT_STR_INIT("\x00\xff\x00\x00"), CT_APP_PROTOCOL_ERROR, CUT_SHORT },
        { CT_STR_INIT("\x00\x00\x02\x00"), CT_APP_PROTOCOL_ERROR,
          "an info that is not known here" },
        { CT_STR_INIT("\x00\x00\x00\x01"), CT_APP_PROTOCOL_ERROR, CUT_SHORT },
        { CT_STR_INIT("\x00\x00\x01\x00\x01\x00\x00\x00"),
          CT_APP_PROTOCOL_ERROR, CUT_SHORT },
        { CT_STR_INIT("\x00\x00\x01\xff\xff\x00\x00\x00"),
          CT_APP_PROTOCOL_ERROR, CUT_SHORT },
        { CT_STR_INIT("\x00\x00\x10\x00\x01\x00\x01\x00"),
          CT_APP_PROTOCOL_ERROR, CUT_SHORT },
        { CT_STR_INIT("\x00\x00\x00\x00\x10\x00\x01\x00"),
          CT_APP_PROTOCOL_ERROR, CUT_SHORT },
        { CT_STR_INIT("\x00\x00\x11\x00"), CT_APP_PROTOCOL_ERROR, CUT_SHORT },
        { CT_STR_INIT("\x00\x00\x11\x00\x02x"), CT_APP_PROTOCOL_ERROR, "" },
        { CT_STR_INIT("\x00\x00\x11\x00\x04xyz"), CT_APP_PROTOCOL_ERROR,
          CUT_SHORT },
    };
    /* clang-format on */
    opened_t opened;

    opened_init(&opened);
    for (size_t i = 0; i < CT_ARRAY_LEN(cases); i++) {
        /* Padding may complete what was cut. */
        if (cases[i].c_why[0] == '\0') {
            assert_int_equal(open_head(&opened, cases[i].head), CT_OK);
            continue;
        }
        assert_int_equal(open_head(&opened, cases[i].head), CT_ERROR);
        check_refusal(&opened, cases[i].app_error, cases[i].c_why);
    }
    assert_int_equal(open_built(&opened, &ct_ttheader_transport, 0x0fff,
                                CT_STR("\x00\x00"), BODY),
                     CT_ERROR);
    check_refusal(&opened, -1, "a frame without a header");
    opened_release(&opened);
}


static void
survives_truncation(void **state CT_UNUSED)
{
    check_truncations(&ct_ttheader_transport, MAGIC,
                      CT_STR("\x00\x00\x11\x00\x03tok"
                             "\x01\x00\x01\x00\x01"
                             "a\x00\x03one"
                             "\x10\x00\x02\x00\x00\x00\x01"
                             "m\x00\xff\x00\x01w"),
                      CT_STR("\x00\x00\x00\x02xy"));
}


/* A request of our own: numbers for their words, strings for the rest. */
static void
wraps_requests(void **state CT_UNUSED)
{
    static const ct_header_t headers[] = {
        { CT_STR_INIT("name"), CT_STR_INIT("value") },
        { CT_STR_INIT("To_Method"), CT_STR_INIT("echo") },
        { CT_STR_INIT("ACL_token"), CT_STR_INIT("t") },
        { CT_STR_INIT("int-99"), CT_STR_INIT("") },
        { CT_STR_INIT("int-65536"), CT_STR_INIT("text") },
        { CT_STR_INIT("int-"), CT_STR_INIT("") },
        { CT_STR_INIT(""), CT_STR_INIT("") },
    };
    ct_envelope_t envelope = { .seqid = 0x01020304,
                               .is_request = true,
                               .headers = headers };
    opened_t      opened;
    ct_buf_t      out;
    size_t        mark;

    opened_init(&opened);
    for (size_t i = 0; i < 4; i++) {
        envelope.nheaders = i & 1 ? CT_ARRAY_LEN(headers) : 0;
        envelope.dialect.protocol =
            i & 2 ? &ct_compact_protocol : &ct_binary_protocol;
        ct_buf_init(&out);
        assert_int_equal(
            ct_ttheader_transport.wrap_begin(&envelope, &out, &mark), CT_OK);
        assert_int_equal(ct_buf_append(&out, "the body", 8), CT_OK);
        assert_int_equal(ct_ttheader_transport.wrap_end(&envelope, &out, mark),
                         CT_OK);
        assert_memory_equal(out.pos + 4, "\x10\x00\x00\x00\x01\x02\x03\x04", 8);
        assert_int_equal(open_bytes(&opened, &ct_ttheader_transport, out.pos,
                                    ct_buf_len(&out)),
                         CT_OK);
        assert_ptr_equal(opened.envelope.dialect.protocol,
                         envelope.dialect.protocol);
        assert_true(ct_str_eq(opened.body, BODY));
        assert_int_equal(opened.envelope.nheaders, envelope.nheaders);
        if (envelope.nheaders > 0) {
            check_header(&opened, 0, "acl_token", "t");
            check_header(&opened, 1, "name", "value");
            check_header(&opened, 2, "int-65536", "text");
            check_header(&opened, 3, "int-", "");
            check_header(&opened, 4, "", "");
            check_header(&opened, 5, "to_method", "echo");
            check_header(&opened, 6, "int-99", "");
        }
        ct_buf_release(&out);
    }
    opened_release(&opened);
}


/* 64 KB of head and no more. */
static void
wraps_no_giants(void **state CT_UNUSED)
{
    char         *value = calloc(1, 65538);
    ct_header_t   headers[] = { { CT_STR_INIT("n"), { 0, value } },
                                { CT_STR_INIT("env"), { 0, value } } };
    ct_envelope_t envelope = { .is_request = true,
                               .headers = headers,
                               .nheaders = 2 };
    ct_buf_t      out;
    size_t        mark;

    envelope.dialect.protocol = &ct_binary_protocol;
    ct_buf_init(&out);
    headers[0].value.len = 65536 - 2 - 3 - 5 - 3 - 4;
    assert_int_equal(ct_ttheader_transport.wrap_begin(&envelope, &out, &mark),
                     CT_OK);
    headers[1].value.len = 1;
    assert_int_equal(ct_ttheader_transport.wrap_begin(&envelope, &out, &mark),
                     CT_ERROR);
    headers[0].value.len = 65537;
    assert_int_equal(ct_ttheader_transport.wrap_begin(&envelope, &out, &mark),
                     CT_ERROR);
    headers[0].value.len = 65536;
    assert_int_equal(ct_ttheader_transport.wrap_begin(&envelope, &out, &mark),
                     CT_ERROR);
    ct_buf_release(&out);
    free(value);
}


#if CT_FAULTS
static void
lives_without_memory(void **state CT_UNUSED)
{
    ct_envelope_t envelope = { .seqid = 1 };
    ct_buf_t      out;
    size_t        mark;

    envelope.dialect.protocol = &ct_binary_protocol;
    ct_buf_init(&out);
    ct_mem_fail_after(0);
    assert_int_equal(ct_ttheader_transport.wrap_begin(&envelope, &out, &mark),
                     CT_ERROR);
    assert_int_equal(ct_buf_len(&out), 0);
}
#endif


int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(replies_are_alike),
        cmocka_unit_test(mirrors_frames),
        cmocka_unit_test(reads_headers),
        cmocka_unit_test(caps_headers),
        cmocka_unit_test(refuses),
        cmocka_unit_test(survives_truncation),
        cmocka_unit_test(wraps_requests),
        cmocka_unit_test(wraps_no_giants),
#if CT_FAULTS
        cmocka_unit_test(lives_without_memory),
#endif
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
