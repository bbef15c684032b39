/*
 * http_client_test.c -- requests of HTTP are written, replies are read.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_transport.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "core/ct_mem.h"
#include "core/ct_pool.h"
#include "http_fixture.h"

static const ct_transport_t *const http = &ct_http_client_transport;


static ct_rc_t
wrap(const ct_header_t *headers, size_t n, const char *c_body, ct_buf_t *out)
{
    const ct_envelope_t envelope = { .headers = headers,
                                     .nheaders = n,
                                     .is_request = true };
    size_t              mark;

    ct_buf_init(out);
    if (http->wrap_begin(&envelope, out, &mark) != CT_OK) {
        assert_int_equal(ct_buf_len(out), 0);
        return CT_ERROR;
    }
    assert_int_equal(ct_buf_append(out, c_body, strlen(c_body)), CT_OK);
    assert_int_equal(http->wrap_end(&envelope, out, mark), CT_OK);
    return CT_OK;
}


static void
writes_requests(void **state CT_UNUSED)
{
    static const ct_header_t headers[] = {
        { CT_STR_INIT(":path"), CT_STR_INIT("/a?b=c") },
        { CT_STR_INIT("host"), CT_STR_INIT("example:80") },
        { CT_STR_INIT("Accept"), CT_STR_INIT("*/*") },
        { CT_STR_INIT("content-type"), CT_STR_INIT("a/b") },
        { CT_STR_INIT("X-Y"), CT_STR_INIT("") },
    };
    ct_buf_t out;

    assert_int_equal(wrap(NULL, 0, "hello", &out), CT_OK);
    http_expect_text(&out, "POST / HTTP/1.1\r\nHost: localhost\r\n"
                           "Content-Type: application/x-thrift\r\n"
                           "Accept: application/x-thrift\r\n"
                           "Content-Length: 5\r\n\r\nhello");
    ct_buf_release(&out);

    assert_int_equal(wrap(headers, CT_ARRAY_LEN(headers), "", &out), CT_OK);
    http_expect_text(&out, "POST /a?b=c HTTP/1.1\r\nhost: example:80\r\n"
                           "Accept: */*\r\ncontent-type: a/b\r\nX-Y: \r\n"
                           "Content-Length: 0\r\n\r\n");
    ct_buf_release(&out);
}


static void
sends_nothing_that_splits(void **state CT_UNUSED)
{
    static const ct_header_t cases[] = {
        { CT_STR_INIT(":path"), CT_STR_INIT("/ HTTP/1.1\r\n") },
        { CT_STR_INIT(":path"), CT_STR_INIT("") },
        { CT_STR_INIT(":path"), CT_STR_INIT("/\xe9") },
        { CT_STR_INIT("a"), CT_STR_INIT("b\r\nc: d") },
        { CT_STR_INIT("a:"), CT_STR_INIT("b") },
        { CT_STR_INIT(""), CT_STR_INIT("b") },
        { CT_STR_INIT("content-length"), CT_STR_INIT("5") },
        { CT_STR_INIT("Transfer-Encoding"), CT_STR_INIT("chunked") },
    };
    ct_buf_t out;

    for (size_t i = 0; i < CT_ARRAY_LEN(cases); i++) {
        assert_int_equal(wrap(&cases[i], 1, "", &out), CT_ERROR);
        ct_buf_release(&out);
    }
}


/* NULL: there is nothing in the reply. */
static void
expect_reply(ct_str_t text, const char *c_body, bool closes)
{
    ct_pool_t    *pool = ct_pool_create(4096);
    ct_opening_t  opening = { .limits = &http_limits, .pool = pool };
    ct_envelope_t envelope = { .closes = false };
    ct_scan_t     scan;
    ct_cut_t      cut;
    ct_str_t      body;

    assert_int_equal(http_cut(http, text, &http_limits, &scan, &cut), CT_OK);
    assert_int_equal(cut.whole, text.len);
    assert_int_equal(http->open(&opening, (const uint8_t *) text.data, &cut,
                                &envelope, &body),
                     c_body != NULL ? CT_OK : CT_DECLINED);
    assert_true(c_body == NULL || ct_str_eq_c(body, c_body));
    assert_int_equal(envelope.closes, closes);
    assert_true(envelope.nheaders > 0);
    assert_true(envelope.headers[0].name.len > 0);
    ct_pool_destroy(pool);
}


static void
reads_replies(void **state CT_UNUSED)
{
    expect_reply(CT_STR("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"), "hi",
                 false);
    expect_reply(CT_STR("HTTP/1.1 200\r\nA: b\r\nTransfer-Encoding: chunked\r\n"
                        "\r\n1\r\nh\r\n1\r\ni\r\n0\r\n\r\n"),
                 "hi", false);
    expect_reply(CT_STR("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 x\r\n"
                        "A: b\r\n\r\nHTTP/1.0 200 OK\r\nContent-Length: 2\r\n"
                        "\r\nhi"),
                 "hi", true);
    expect_reply(CT_STR("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"
                        "Connection: close\r\n\r\n"),
                 NULL, true);
}


static void
refuses_replies(void **state CT_UNUSED)
{
    static const struct {
        ct_str_t    text;
        const char *c_why;
    } cases[] = {
        { CT_STR_INIT("HTTP/1.1 404 x\r\nContent-Length: 2\r\n\r\n"),
          "the HTTP server says 404 Not Found" },
        { CT_STR_INIT("HTTP/1.1 418 x\r\n\r\n"),
          "the HTTP server says something other than 200" },
        { CT_STR_INIT("HTTP/1.1 204 x\r\n\r\n"),
          "the HTTP server says something other than 200" },
        { CT_STR_INIT("HTTP/1.1 200 OK\r\n\r\n"), "a reply without a length" },
        { CT_STR_INIT("HTTP/1.1 101 OK\r\n\r\n"),
          "a reply that does not come to its point" },
        { CT_STR_INIT("\x80\x01\x00\x02\r\n"), "a reply that is not HTTP/1's" },
        { CT_STR_INIT("HTTP/1.1 200 OK\r\nContent-Length: 104857601\r\n\r\n"),
          "a body over the limit" },
    };

    for (size_t i = 0; i < CT_ARRAY_LEN(cases); i++) {
        ct_scan_t scan;
        ct_cut_t  cut;

        assert_int_equal(
            http_cut(http, cases[i].text, &http_limits, &scan, &cut), CT_ERROR);
        assert_string_equal(scan.why, cases[i].c_why);
        assert_int_equal(cut.len, 0);
    }
}


/* Heads without end are held to the cap of one. */
static void
refuses_interim_replies_without_end(void **state CT_UNUSED)
{
    static const char interim[] = "HTTP/1.1 100 Continue\r\n\r\n";
    ct_buf_t          out;
    ct_scan_t         scan;
    ct_cut_t          cut;

    ct_buf_init(&out);
    while (ct_buf_len(&out) < http_limits.header + sizeof(interim)) {
        assert_int_equal(ct_buf_append(&out, interim, sizeof(interim) - 1),
                         CT_OK);
    }
    assert_int_equal(
        http_cut(http, (ct_str_t){ ct_buf_len(&out), (const char *) out.pos },
                 &http_limits, &scan, &cut),
        CT_ERROR);
    assert_string_equal(scan.why, "a reply that does not come to its point");
    ct_buf_release(&out);
}


#if CT_FAULTS
/* However much memory there is, all is written or nothing. */
static void
lives_without_memory(void **state CT_UNUSED)
{
    static char       value[3000];
    const ct_header_t header = { CT_STR_INIT("a"), { sizeof(value), value } };
    ct_pool_t        *pool = ct_pool_create(256);
    ct_opening_t      opening = { .limits = &http_limits, .pool = pool };
    ct_envelope_t     envelope = { .closes = false };
    ct_buf_t          in;
    ct_buf_t          out;
    ct_scan_t         scan;
    ct_cut_t          cut;
    ct_str_t          text;
    ct_str_t          body;
    ct_rc_t           rc = CT_ERROR;

    text = http_put_chunks(&in, "HTTP/1.1 200 OK\r\n"
                                "Transfer-Encoding: chunked\r\n\r\n");
    memset(value, 'x', sizeof(value));
    for (size_t n = 0; rc != CT_OK; n++) {
        ct_mem_fail_after(n);
        rc = wrap(&header, 1, "", &out);
        ct_buf_release(&out);
    }
    assert_int_equal(http_cut(http, text, &http_limits, &scan, &cut), CT_OK);
    ct_mem_fail_after(1); /* the fields, and then no body */
    assert_int_equal(http->open(&opening, (const uint8_t *) text.data, &cut,
                                &envelope, &body),
                     CT_ERROR);
    assert_int_equal(opening.error, CT_WIRE_MEMORY);
    ct_buf_release(&in);
    ct_pool_destroy(pool);
}
#endif


int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_requests),
        cmocka_unit_test(sends_nothing_that_splits),
        cmocka_unit_test(reads_replies),
        cmocka_unit_test(refuses_replies),
        cmocka_unit_test(refuses_interim_replies_without_end),
#if CT_FAULTS
        cmocka_unit_test(lives_without_memory),
#endif
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
