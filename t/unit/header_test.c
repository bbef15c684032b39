/*
 * header_test.c -- THeader is taken off and put on.
 */

#include "core/ct_config.h"

#include "header_fixture.h"

#include <zlib.h>

#define MAGIC 0x0fff
#define BODY  CT_STR("the body")

/* A head of literal bytes. */
#define HEAD(bytes) CT_STR(bytes)


static ct_rc_t
open_head(opened_t *opened, ct_str_t head)
{
    return open_built(opened, &ct_header_transport, MAGIC, head, BODY);
}


static void
opens_plain_ones(void **state CT_UNUSED)
{
    opened_t opened;

    opened_init(&opened);
    assert_int_equal(open_head(&opened, HEAD("\x02\x00")), CT_OK);
    assert_ptr_equal(opened.envelope.dialect.protocol, &ct_compact_protocol);
    assert_ptr_equal(opened.envelope.dialect.transport, &ct_header_transport);
    assert_int_equal(opened.envelope.seqid, 0x01020304);
    assert_int_equal(opened.envelope.nheaders, 0);
    assert_false(opened.envelope.compressed);
    assert_true(ct_str_eq(opened.body, BODY));

    /* A varint may be longer than it needs to be; transform 0 does nothing. */
    assert_int_equal(open_head(&opened, HEAD("\x80\x00\x02\x00\x80\x00")),
                     CT_OK);
    assert_ptr_equal(opened.envelope.dialect.protocol, &ct_binary_protocol);
    assert_false(opened.envelope.compressed);
    assert_true(ct_str_eq(opened.body, BODY));
    assert_int_equal(open_built(&opened, &ct_header_transport, MAGIC,
                                HEAD("\x00\x00"), CT_STR("")),
                     CT_OK);
    assert_int_equal(opened.body.len, 0);
    opened_release(&opened);
}


/* A frame around it is repeated in the reply; so are flags and protocol. */
static void
replies_are_alike(void **state CT_UNUSED)
{
    static const char reply[] = "\x00\x00\x00\x1e\x00\x00\x00\x1a"
                                "\x0f\xff\x12\x34\xff\xff\xff\xf0\x00\x01"
                                "\x02\x00\x00\x00hello, again";
    uint8_t           bytes[100];
    size_t            len;
    size_t            mark;
    opened_t          opened;
    ct_buf_t          out;

    opened_init(&opened);
    ct_buf_init(&out);
    for (size_t outer = 0; outer < 2; outer++) {
        len = build(bytes + 4, MAGIC, HEAD("\x02\x00"), BODY);
        ct_store32(bytes, (uint32_t) len);
        assert_int_equal(open_bytes(&opened, &ct_header_transport,
                                    bytes + 4 * (1 - outer), len + 4 * outer),
                         CT_OK);
        assert_true(ct_str_eq(opened.body, BODY));

        opened.envelope.seqid = -16;
        assert_int_equal(ct_buf_append(&out, "yx", 2), CT_OK);
        out.pos++;
        assert_int_equal(
            ct_header_transport.wrap_begin(&opened.envelope, &out, &mark),
            CT_OK);
        assert_int_equal(ct_buf_append(&out, "hello, again", 12), CT_OK);
        assert_int_equal(
            ct_header_transport.wrap_end(&opened.envelope, &out, mark), CT_OK);
        assert_int_equal(*out.pos++, 'x');
        assert_int_equal(ct_buf_len(&out), sizeof(reply) - 5 + 4 * outer);
        assert_memory_equal(out.pos, reply + 4 * (1 - outer),
                            sizeof(reply) - 5 + 4 * outer);
        ct_buf_release(&out);
    }
    opened_release(&opened);
}


static void
reads_headers(void **state CT_UNUSED)
{
    opened_t opened;

    opened_init(&opened);
    assert_int_equal(open_head(&opened, HEAD("\x00\x00\x01\x02\x01"
                                             "a\x03one\x00\x00\x01\x01\x01"
                                             "A\x03two\x00garbage")),
                     CT_OK);
    assert_int_equal(opened.envelope.nheaders, 3);
    check_header(&opened, 0, "a", "one");
    check_header(&opened, 1, "", "");
    check_header(&opened, 2, "A", "two");
    assert_true(ct_str_eq(opened.body, BODY));

    /* What nobody knows ends the list. */
    assert_int_equal(open_head(&opened, HEAD("\x00\x00\x03\x01\x01\xff\xff")),
                     CT_OK);
    assert_int_equal(opened.envelope.nheaders, 0);
    opened_release(&opened);
}


/* Those of the connection stay, behind those of the message. */
static void
keeps_headers(void **state CT_UNUSED)
{
    opened_t opened;

    opened_init(&opened);
    assert_int_equal(open_head(&opened, HEAD("\x00\x00\x02\x02\x01"
                                             "a\x01"
                                             "1\x01"
                                             "b\x01"
                                             "2")),
                     CT_OK);
    assert_int_equal(opened.envelope.nheaders, 2);
    check_header(&opened, 0, "a", "1");
    check_header(&opened, 1, "b", "2");
    assert_int_equal(open_head(&opened, HEAD("\x00\x00")), CT_OK);
    assert_int_equal(opened.envelope.nheaders, 2);
    assert_int_equal(open_head(&opened, HEAD("\x00\x00\x01\x01\x01"
                                             "a\x01"
                                             "3\x02\x01\x01"
                                             "B\x01"
                                             "4")),
                     CT_OK);
    assert_int_equal(opened.envelope.nheaders, 3);
    check_header(&opened, 0, "a", "3");
    check_header(&opened, 1, "a", "1");
    check_header(&opened, 2, "B", "4");

    /* Where nobody keeps them they are the message's. */
    opened.opening.sticky = NULL;
    assert_int_equal(open_head(&opened, HEAD("\x00\x00\x02\x01\x01"
                                             "c\x01"
                                             "5")),
                     CT_OK);
    assert_int_equal(opened.envelope.nheaders, 1);
    check_header(&opened, 0, "c", "5");
    assert_int_equal(opened.sticky.n, 2);
    opened_release(&opened);
}


/* Both caps of a connection's headers, and that of a message's. */
static void
caps_headers(void **state CT_UNUSED)
{
    uint8_t  head[2 + 3 + 2 * 300];
    opened_t opened;

    opened_init(&opened);
    memset(head, 0, sizeof(head));
    head[2] = 1;
    for (unsigned n = 255; n < 258; n++) {
        head[3] = (uint8_t) (n | 0x80);
        head[4] = (uint8_t) (n >> 7);
        assert_int_equal(
            open_head(&opened, (ct_str_t){ 5 + 2 * n, (char *) head }),
            n <= 256 ? CT_OK : CT_ERROR);
        assert_int_equal(opened.envelope.nheaders, n <= 256 ? n : 0);
    }
    check_refusal(&opened, CT_APP_PROTOCOL_ERROR, "too many headers");
    assert_int_equal(opened.opening.error, CT_WIRE_LIMIT);

    head[2] = 2;
    head[3] = 65;
    assert_int_equal(
        open_head(&opened, (ct_str_t){ 4 + 2 * 65, (char *) head }), CT_ERROR);
    check_refusal(&opened, CT_APP_PROTOCOL_ERROR, "too many headers");

    opened.limits.header = 12;
    assert_int_equal(open_head(&opened, HEAD("\x00\x00\x02\x01\x00\x07"
                                             "1234567")),
                     CT_ERROR);
    check_refusal(&opened, CT_APP_PROTOCOL_ERROR, "a header over the limit");
    assert_int_equal(opened.opening.error, CT_WIRE_LIMIT);
    assert_int_equal(open_head(&opened, HEAD("\x00\x00\x02\x01\x06"
                                             "123456\x00")),
                     CT_OK);
    assert_int_equal(open_head(&opened, HEAD("\x00\x00\x02\x01\x06"
                                             "12345x\x00")),
                     CT_OK);
    assert_int_equal(open_head(&opened, HEAD("\x00\x00\x02\x01\x01"
                                             "y\x00")),
                     CT_ERROR);
    check_refusal(&opened, CT_APP_PROTOCOL_ERROR,
                  "too much in headers that stay");
    assert_int_equal(opened.sticky.n, 2);
    opened_release(&opened);
}


/* `data` in zlib, so many times; for the caller to free. */
static uint8_t *
deflated(ct_str_t data, int times, size_t *out_len)
{
    uint8_t *from = malloc(data.len);
    uLongf   len = data.len;

    memcpy(from, data.data, len);
    for (int i = 0; i < times; i++) {
        uLongf   size = compressBound(len);
        uint8_t *to = malloc(size);

        assert_int_equal(compress2(to, &size, from, len, 9), Z_OK);
        free(from);
        from = to;
        len = size;
    }
    *out_len = len;
    return from;
}


static ct_rc_t
open_deflated(opened_t *opened, ct_str_t data, int times)
{
    static const char *const heads[] = { "\x02\x00", "\x02\x01\x01",
                                         "\x02\x02\x01\x01",
                                         "\x02\x03\x01\x01\x01" };
    const ct_str_t           head = { 2 + (size_t) times, heads[times] };
    size_t                   len;
    uint8_t                 *payload = deflated(data, times, &len);
    ct_rc_t                  rc;

    rc = open_built(opened, &ct_header_transport, MAGIC, head,
                    (ct_str_t){ len, (const char *) payload });
    free(payload);
    return rc;
}


/* zlib comes and goes; twice as well, as libraries have it. */
static void
inflates(void **state CT_UNUSED)
{
    opened_t opened;
    ct_buf_t out;
    size_t   mark;

    opened_init(&opened);
    for (int times = 0; times < 3; times++) {
        assert_int_equal(open_deflated(&opened, BODY, times), CT_OK);
        assert_true(ct_str_eq(opened.body, BODY));
        assert_int_equal(opened.envelope.compressed, times > 0);
        ct_buf_init(&out);
        assert_int_equal(
            ct_header_transport.wrap_begin(&opened.envelope, &out, &mark),
            CT_OK);
        assert_int_equal(ct_buf_append(&out, "reply", 5), CT_OK);
        assert_int_equal(
            ct_header_transport.wrap_end(&opened.envelope, &out, mark), CT_OK);
        assert_int_equal(out.pos[15], times > 0);
        assert_int_equal(open_bytes(&opened, &ct_header_transport, out.pos,
                                    ct_buf_len(&out)),
                         CT_OK);
        assert_true(ct_str_eq_c(opened.body, "reply"));
        ct_buf_release(&out);
    }
    assert_int_equal(open_deflated(&opened, BODY, 3), CT_ERROR);
    check_refusal(&opened, CT_APP_INVALID_TRANSFORM,
                  "compressed too many times");
    assert_int_equal(open_head(&opened, HEAD("\x00\x01\x01")), CT_ERROR);
    check_refusal(&opened, CT_APP_PROTOCOL_ERROR, "no zlib stream");
    assert_int_equal(opened.opening.error, CT_WIRE_MALFORMED);
    opened_release(&opened);
}


/* The cap is that of a frame, after each time. */
static void
bombs_are_refused(void **state CT_UNUSED)
{
    char          *data = calloc(1, 100000);
    const ct_str_t zeros = { 100000, data };
    opened_t       opened;

    opened_init(&opened);
    for (int times = 1; times < 3; times++) {
        opened.limits.frame = zeros.len;
        assert_int_equal(open_deflated(&opened, zeros, times), CT_OK);
        assert_true(ct_str_eq(opened.body, zeros));
        opened.limits.frame = zeros.len - 1;
        assert_int_equal(open_deflated(&opened, zeros, times), CT_ERROR);
        check_refusal(&opened, CT_APP_PROTOCOL_ERROR,
                      "it inflates to more than allowed");
        assert_int_equal(opened.opening.error, CT_WIRE_LIMIT);
    }
    free(data);
    opened_release(&opened);
}


static void
refuses(void **state CT_UNUSED)
{
    /* clang-format off */
    static const struct {
        ct_str_t    head;
        int         app_error;
        const char *c_why;
    } cases[] = {
        { CT_STR_INIT("\x01\x00"), CT_APP_INVALID_PROTOCOL,
          "no protocol that is served here" },
        { CT_STR_INIT("\x03\x00"), CT_APP_INVALID_PROTOCOL,
          "no protocol that is served here" },
        { CT_STR_INIT("\x82\x80\x80\x80\x10\x00"), CT_APP_PROTOCOL_ERROR,
          "a number that is too long" },
        { CT_STR_INIT("\x80\x80\x80\x80\x80\x00"), CT_APP_PROTOCOL_ERROR,
          "a number that is too long" },
        { CT_STR_INIT(""), CT_APP_PROTOCOL_ERROR,
          "a header that is cut short" },
        { CT_STR_INIT("\xff\xff\xff\xff"), CT_APP_PROTOCOL_ERROR,
          "a header that is cut short" },
        { CT_STR_INIT("\x00\xff\xff\xff"), CT_APP_PROTOCOL_ERROR,
          "a header that is cut short" },
        { CT_STR_INIT("\x00\x01\x02\x00"), CT_APP_INVALID_TRANSFORM,
          "a transform that is not known here" },
        { CT_STR_INIT("\x00\x02\x01\x03"), CT_APP_INVALID_TRANSFORM,
          "a transform that is not known here" },
        { CT_STR_INIT("\x00\xff\xff\xff\xff\x0f\x00\x00"),
          CT_APP_PROTOCOL_ERROR, "a header that is cut short" },
        { CT_STR_INIT("\x00\x00\x01\xff"), CT_APP_PROTOCOL_ERROR,
          "a header that is cut short" },
        { CT_STR_INIT("\x00\x00\x01\xff\xff\xff\xff\x0f"),
          CT_APP_PROTOCOL_ERROR, "a header that is cut short" },
        { CT_STR_INIT("\x00\x00\x01\x01\x01n\x02v"), CT_APP_PROTOCOL_ERROR,
          "a header that is cut short" },
        { CT_STR_INIT("\x00\x00\x01\x01\xff\xff\xff\xff\x0f\x00\x00\x00"),
          CT_APP_PROTOCOL_ERROR, "a header that is cut short" },
        { CT_STR_INIT("\x00\x00\x01\x00\x01\x00\xff\xff"),
          CT_APP_PROTOCOL_ERROR, "a header that is cut short" },
    };
    /* clang-format on */
    opened_t opened;
    uint8_t  bytes[64];
    size_t   len;

    opened_init(&opened);
    for (size_t i = 0; i < CT_ARRAY_LEN(cases); i++) {
        assert_int_equal(open_head(&opened, cases[i].head), CT_ERROR);
        check_refusal(&opened, cases[i].app_error, cases[i].c_why);
    }

    /* Of the head's length nobody knows, of the magic everybody. */
    len = build(bytes, MAGIC, HEAD("\x00\x00"), CT_STR(""));
    bytes[13] = 2;
    assert_int_equal(open_bytes(&opened, &ct_header_transport, bytes, len),
                     CT_ERROR);
    check_refusal(&opened, CT_APP_PROTOCOL_ERROR,
                  "a header longer than its frame");
    assert_int_equal(open_bytes(&opened, &ct_header_transport,
                                "\x00\x00\x00\x09\x0f\xff\0\0\0\0\0\0\0", 13),
                     CT_ERROR);
    check_refusal(&opened, -1, "a frame without a header");
    assert_int_equal(open_bytes(&opened, &ct_header_transport,
                                "\x00\x00\x00\x0a\x0f\xfe\0\0\0\0\0\0\0\0", 14),
                     CT_ERROR);
    check_refusal(&opened, -1, "a frame without a header");

    /* A protocol that is not served. */
    opened.dialects.compact = NULL;
    assert_int_equal(open_head(&opened, HEAD("\x02\x00")), CT_ERROR);
    check_refusal(&opened, CT_APP_INVALID_PROTOCOL,
                  "no protocol that is served here");
    assert_ptr_equal(opened.envelope.dialect.protocol, &ct_binary_protocol);
    opened_release(&opened);
}


static void
survives_truncation(void **state CT_UNUSED)
{
    check_truncations(&ct_header_transport, MAGIC,
                      HEAD("\x00\x00\x01\x02\x01"
                           "a\x03one\x01"
                           "b\x03two\x02\x01\x01"
                           "c\x01x"),
                      BODY);
    check_truncations(&ct_header_transport, MAGIC, HEAD("\x02\x01\x01"),
                      CT_STR("\x78\x9c\x03\x00\x00\x00\x00\x01"));
}


/* A request of our own says what its envelope says. */
static void
wraps_requests(void **state CT_UNUSED)
{
    char              long_value[200];
    const ct_header_t headers[] = {
        { CT_STR_INIT("name"), CT_STR_INIT("value") },
        { CT_STR_INIT("empty"), CT_STR_INIT("") },
        { CT_STR_INIT("long"), { sizeof(long_value), long_value } },
    };
    ct_envelope_t envelope = { .seqid = 0x01020304, .is_request = true };
    opened_t      opened;
    ct_buf_t      out;
    size_t        mark;

    memset(long_value, 'x', sizeof(long_value));
    opened_init(&opened);
    envelope.headers = headers;
    for (unsigned i = 0; i < 8; i++) {
        envelope.compressed = i & 1;
        envelope.nheaders = i & 2 ? 3 : 0;
        envelope.dialect.protocol =
            i & 4 ? &ct_compact_protocol : &ct_binary_protocol;
        ct_buf_init(&out);
        assert_int_equal(ct_header_transport.wrap_begin(&envelope, &out, &mark),
                         CT_OK);
        assert_int_equal(ct_buf_append(&out, "the body", 8), CT_OK);
        assert_int_equal(ct_header_transport.wrap_end(&envelope, &out, mark),
                         CT_OK);
        assert_memory_equal(out.pos + 4, "\x0f\xff\x00\x00\x01\x02\x03\x04", 8);
        assert_int_equal(open_bytes(&opened, &ct_header_transport, out.pos,
                                    ct_buf_len(&out)),
                         CT_OK);
        assert_ptr_equal(opened.envelope.dialect.protocol,
                         envelope.dialect.protocol);
        assert_true(ct_str_eq(opened.body, BODY));
        assert_int_equal(opened.envelope.compressed, envelope.compressed);
        assert_int_equal(opened.envelope.nheaders, envelope.nheaders);
        if (envelope.nheaders > 0) {
            check_header(&opened, 0, "name", "value");
            check_header(&opened, 1, "empty", "");
            assert_true(
                ct_str_eq(opened.envelope.headers[2].value, headers[2].value));
        }
        ct_buf_release(&out);
    }
    opened_release(&opened);
}


/* What fits into no head, and into no frame. */
static void
wraps_no_giants(void **state CT_UNUSED)
{
    const size_t  size = 4 * 65535;
    char         *value = calloc(1, size);
    ct_header_t   header = { CT_STR_INIT(""), { 0, value } };
    ct_envelope_t envelope = { .is_request = true,
                               .headers = &header,
                               .nheaders = 1 };
    ct_buf_t      out;
    size_t        mark;

    ct_buf_init(&out);
    envelope.dialect.protocol = &ct_json_protocol;
    header.value.len = size - 8;
    assert_int_equal(ct_header_transport.wrap_begin(&envelope, &out, &mark),
                     CT_OK);
    assert_int_equal(out.pos[14], 1);
    header.value.len = size - 7;
    assert_int_equal(ct_header_transport.wrap_begin(&envelope, &out, &mark),
                     CT_ERROR);
    ct_buf_release(&out);
    free(value);

    if (!CT_SANITIZED) {
        envelope.nheaders = 0;
        assert_int_equal(ct_header_transport.wrap_begin(&envelope, &out, &mark),
                         CT_OK);
        assert_int_equal(ct_buf_reserve(&out, 1u << 30), CT_OK);
        out.last += (1u << 30) - 1 - 14;
        assert_int_equal(ct_header_transport.wrap_end(&envelope, &out, mark),
                         CT_OK);
        out.last += 5;
        assert_int_equal(ct_header_transport.wrap_end(&envelope, &out, mark),
                         CT_ERROR);
        ct_buf_release(&out);
    }
}


#if CT_FAULTS
static void
lives_without_memory(void **state CT_UNUSED)
{
    ct_envelope_t envelope = { .compressed = true };
    unsigned      refused = 0;
    opened_t      opened;
    ct_buf_t      out;
    size_t        mark;

    envelope.dialect.protocol = &ct_binary_protocol;
    ct_buf_init(&out);
    ct_mem_fail_after(0);
    assert_int_equal(ct_header_transport.wrap_begin(&envelope, &out, &mark),
                     CT_ERROR);
    assert_int_equal(ct_header_transport.wrap_begin(&envelope, &out, &mark),
                     CT_OK);
    ct_mem_fail_after(0);
    assert_int_equal(ct_header_transport.wrap_end(&envelope, &out, mark),
                     CT_ERROR);
    ct_buf_release(&out);

    /* What a pool takes does not fail: the process would end. */
    for (size_t i = 0; i < 10; i++) {
        opened_init(&opened);
        ct_mem_fail_after(i);
        if (open_head(&opened, HEAD("\x00\x00\x02\x01\x01"
                                    "c\x01"
                                    "5"))
            != CT_OK) {
            check_refusal(&opened, CT_APP_PROTOCOL_ERROR,
                          "no memory for headers");
            refused++;
        }
        ct_mem_fail_after(SIZE_MAX - 1);
        opened_release(&opened);
    }
    assert_int_equal(refused, 1);
}
#endif


int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(opens_plain_ones),
        cmocka_unit_test(replies_are_alike),
        cmocka_unit_test(reads_headers),
        cmocka_unit_test(keeps_headers),
        cmocka_unit_test(caps_headers),
        cmocka_unit_test(inflates),
        cmocka_unit_test(bombs_are_refused),
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
