/*
 * http_head_test.c -- heads of HTTP/1 are found and parsed, or refused.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_http_head.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static const ct_limits_t limits = CT_LIMITS_DEFAULT;


/* The same answer at once and byte by byte. */
static ct_rc_t
take(ct_str_t text, const ct_limits_t *caps, ct_http_head_t *head,
     ct_scan_t *scan)
{
    const uint8_t *const data = (const uint8_t *) text.data;
    const ct_http_head_t empty = { .is_response = head->is_response,
                                   .fields = head->fields };
    ct_scan_t            slow = { .offset = 0 };
    ct_rc_t              slow_rc = CT_AGAIN;
    ct_rc_t              rc;

    for (size_t n = 0; n <= text.len && slow_rc == CT_AGAIN; n++) {
        *head = empty;
        slow_rc = ct_http_head_take(&slow, data, n, caps, head);
        assert_true(slow_rc != CT_AGAIN || slow.offset == n);
    }
    *head = empty;
    memset(scan, 0, sizeof(*scan));
    rc = ct_http_head_take(scan, data, text.len, caps, head);
    assert_int_equal(rc, slow_rc);
    assert_int_equal(scan->status, slow.status);
    if (rc == CT_ERROR) {
        assert_string_equal(scan->why, slow.why);
    }
    return rc;
}


#define TAKE(text) take(CT_STR(text), &limits, &head, &scan)
#define LINE       "POST / HTTP/1.1\r\n"


static void
parses_requests(void **state CT_UNUSED)
{
    ct_header_t    fields[CT_HTTP_MAX_FIELDS];
    ct_http_head_t head = { .fields = fields };
    ct_scan_t      scan;

    assert_int_equal(TAKE("POST /a?b HTTP/1.1\r\nHost: x:80\r\n"
                          "content-LENGTH: 12\r\nX-Two:  2 \r\n"
                          "Content-Type: Application/X-Thrift ; a=b\r\n"
                          "Content-Type: text/html\r\n"
                          "Origin: http://y\r\n\r\nbody"),
                     CT_OK);
    assert_true(ct_str_eq_c(head.method, "POST"));
    assert_true(ct_str_eq_c(head.target, "/a?b"));
    assert_int_equal(head.minor, 1);
    assert_true(head.has_length && !head.is_chunked && head.has_host);
    assert_true(head.has_origin && !head.closes && !head.expects_continue);
    assert_int_equal(head.length, 12);
    assert_true(ct_str_eq_c(head.content_type, "Application/X-Thrift"));
    assert_int_equal(head.nfields, 6);
    assert_true(ct_str_eq_c(fields[2].name, "X-Two"));
    assert_true(ct_str_eq_c(fields[2].value, "2"));
    assert_int_equal(scan.head, scan.offset);

    head = (ct_http_head_t){ .fields = NULL };
    assert_int_equal(TAKE(LINE "Host:\r\nTransfer-Encoding: Chunked\r\n"
                               "Expect: 100-Continue\r\n\r\n"),
                     CT_OK);
    assert_true(head.is_chunked && !head.has_length && head.expects_continue);
    assert_null(head.content_type.data);
    assert_int_equal(head.nfields, 3);
}


/* Who says nothing is kept in 1.1 and closed in 1.0. */
static void
knows_who_closes(void **state CT_UNUSED)
{
    ct_http_head_t head = { .fields = NULL };
    ct_scan_t      scan;

    assert_int_equal(TAKE("GET / HTTP/1.0\r\n\r\n"), CT_OK);
    assert_true(head.closes && head.minor == 0);
    assert_int_equal(TAKE("GET / HTTP/1.0\r\nConnection: x, keep-alive\r\n"
                          "Expect: 100-continue\r\n\r\n"),
                     CT_OK);
    assert_false(head.closes);
    assert_false(head.expects_continue);
    assert_int_equal(TAKE(LINE "Host: x\r\nConnection: keep-alive\r\n"
                               "Connection: Close\r\n\r\n"),
                     CT_OK);
    assert_true(head.closes);
    assert_int_equal(TAKE("GET / HTTP/1.7\r\nHost: x\r\n\r\n"), CT_OK);
    assert_true(!head.closes && head.minor == 1);
}


static void
takes_targets(void **state CT_UNUSED)
{
    ct_http_head_t head = { .fields = NULL };
    ct_scan_t      scan;

    assert_int_equal(TAKE("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n"), CT_OK);
    assert_int_equal(TAKE("POST http://x/ HTTP/1.1\r\nHost: x\r\n\r\n"), CT_OK);
    assert_int_equal(TAKE("POST https://x HTTP/1.1\r\nHost: x\r\n\r\n"), CT_OK);
    assert_int_equal(TAKE("CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n"), CT_OK);
}


/* What is wrong, and what the client is told. */
static void
refuses_heads(void **state CT_UNUSED)
{
    static const struct {
        uint16_t status;
        ct_str_t text;
    } cases[] = {
        { 400, CT_STR_INIT("\r\n") },
        { 400, CT_STR_INIT("\n") },
        { 400, CT_STR_INIT("POST\r\n") },
        { 400, CT_STR_INIT(" / HTTP/1.1\r\n") },
        { 400, CT_STR_INIT("P(ST / HTTP/1.1\r\n") },
        { 400, CT_STR_INIT("POST  / HTTP/1.1\r\n") },
        { 400, CT_STR_INIT("POST\t/ HTTP/1.1\r\n") },
        { 400, CT_STR_INIT("POST / /b HTTP/1.1\r\n") },
        { 400, CT_STR_INIT("POST /  HTTP/1.1\r\n") },
        { 400, CT_STR_INIT("POST / HTTP/1.1 \r\n") },
        { 400, CT_STR_INIT("POST / HTTP/1.\r\n") },
        { 400, CT_STR_INIT("POST / HTTP/11\r\n") },
        { 400, CT_STR_INIT("POST / HTTP/1.12\r\n") },
        { 400, CT_STR_INIT("POST / HTTP/x.1\r\n") },
        { 400, CT_STR_INIT("POST / HTTP/1.x\r\n") },
        { 400, CT_STR_INIT("POST / HTTP/1x1\r\n") },
        { 400, CT_STR_INIT("POST / http/1.1\r\n") },
        { 400, CT_STR_INIT("POST / HTTP/1.1\n") },
        { 400, CT_STR_INIT("POST / HTTP/1.1\r\r\n") },
        { 400, CT_STR_INIT("POST a HTTP/1.1\r\n") },
        { 400, CT_STR_INIT("POST /\x01 HTTP/1.1\r\n") },
        { 400, CT_STR_INIT("POST /\x7f HTTP/1.1\r\n") },
        { 400, CT_STR_INIT("POST /\xe9 HTTP/1.1\r\n") },
        { 400, CT_STR_INIT("POST /\0 HTTP/1.1\r\n") },
        { 400, CT_STR_INIT("POST \t\r\n") },
        { 505, CT_STR_INIT("GET /\r\n") },
        { 505, CT_STR_INIT("PRI * HTTP/2.0\r\n") },
        { 505, CT_STR_INIT("POST / HTTP/0.9\r\n") },
        { 400, CT_STR_INIT(LINE "\r\n") },
        { 400, CT_STR_INIT(LINE "Host: x\r\nHost: x\r\n\r\n") },
        { 400, CT_STR_INIT(LINE "Host: x y\r\n\r\n") },
        { 400, CT_STR_INIT(LINE "Host: a,b\r\n\r\n") },
        { 400, CT_STR_INIT(LINE "Host: a@b\r\n\r\n") },
        { 400, CT_STR_INIT(LINE "Host: x\n\r\n") },
        { 400, CT_STR_INIT(LINE "Host: x\r\n\n") },
        { 400, CT_STR_INIT(LINE "Host: x\r\n y\r\n\r\n") },
        { 400, CT_STR_INIT(LINE "Host : x\r\n\r\n") },
        { 400, CT_STR_INIT(LINE "Host: x\ry\r\n\r\n") },
        { 400, CT_STR_INIT(LINE "Host: x\0\r\n\r\n") },
        { 400, CT_STR_INIT(LINE "Host: x\r\nContent-Length: 5\r\n"
                                "Content-Length: 6\r\n\r\n") },
        { 400, CT_STR_INIT(LINE "Host: x\r\nContent-Length: 5\r\n"
                                "Content-Length: 5\r\n\r\n") },
        { 400, CT_STR_INIT(LINE "Host: x\r\nContent-Length: 5, 5\r\n\r\n") },
        { 400, CT_STR_INIT(LINE "Host: x\r\nContent-Length: +5\r\n\r\n") },
        { 400, CT_STR_INIT(LINE "Host: x\r\nContent-Length: -5\r\n\r\n") },
        { 400, CT_STR_INIT(LINE "Host: x\r\nContent-Length: 0x5\r\n\r\n") },
        { 400, CT_STR_INIT(LINE "Host: x\r\nContent-Length: 5 5\r\n\r\n") },
        { 400, CT_STR_INIT(LINE "Host: x\r\nContent-Length:\r\n\r\n") },
        { 400, CT_STR_INIT(LINE "Host: x\r\nContent-Length: "
                                "18446744073709551616\r\n\r\n") },
        { 400, CT_STR_INIT(LINE "Host: x\r\nContent-Length: 5\r\n"
                                "Transfer-Encoding: chunked\r\n\r\n") },
        { 400, CT_STR_INIT(LINE "Host: x\r\nTransfer-Encoding: chunked\r\n"
                                "Transfer-Encoding: chunked\r\n\r\n") },
        { 400, CT_STR_INIT(LINE "Host: x\r\n"
                                "Transfer-Encoding: gzip, chunked\r\n\r\n") },
        { 400, CT_STR_INIT(LINE "Host: x\r\n"
                                "Transfer-Encoding: identity\r\n\r\n") },
        { 400, CT_STR_INIT(LINE "Host: x\r\n"
                                "Transfer-Encoding: \x0b"
                                "chunked\r\n\r\n") },
        { 400, CT_STR_INIT("POST / HTTP/1.0\r\n"
                           "Transfer-Encoding: chunked\r\n\r\n") },
        { 417, CT_STR_INIT(LINE "Host: x\r\nExpect: beer\r\n\r\n") },
    };

    for (size_t i = 0; i < CT_ARRAY_LEN(cases); i++) {
        ct_http_head_t head = { .fields = NULL };
        ct_scan_t      scan;

        if (take(cases[i].text, &limits, &head, &scan) != CT_ERROR
            || scan.status != cases[i].status) {
            fail_msg("case %zu, status %u: %.*s", i, scan.status,
                     CT_STR_ARG(cases[i].text));
        }
        assert_int_equal(scan.error, CT_WIRE_MALFORMED);
    }
}


/* `n` bytes of a first line or of a head. */
static ct_rc_t
take_long(size_t line_len, size_t nfields, size_t head_len, ct_scan_t *scan)
{
    static char    text[100000];
    ct_http_head_t head = { .fields = NULL };
    size_t         n = line_len;

    memset(text, 'x', sizeof(text));
    memcpy(text, "POST /", 6);
    memcpy(text + n - 11, " HTTP/1.1\r\n", 11);
    for (size_t i = 0; i < nfields; i++) {
        memcpy(text + n, i == 0 ? "host:\r\n" : "name:\r\n", 7);
        n += 7;
    }
    if (head_len > 0) {
        text[n + 1] = ':';
        n = head_len - 2;
        memcpy(text + n - 2, "\r\n", 2);
    }
    memcpy(text + n, "\r\n", 2);
    return take((ct_str_t){ n + 2, text }, &limits, &head, scan);
}


/* Each cap is exact. */
static void
holds_caps(void **state CT_UNUSED)
{
    ct_scan_t scan;

    assert_int_equal(take_long(CT_HTTP_MAX_LINE, 1, 0, &scan), CT_OK);
    assert_int_equal(take_long(CT_HTTP_MAX_LINE + 1, 1, 0, &scan), CT_ERROR);
    assert_int_equal(scan.status, 414);
    assert_int_equal(scan.error, CT_WIRE_LIMIT);
    assert_int_equal(take_long(20, CT_HTTP_MAX_FIELDS, 0, &scan), CT_OK);
    assert_int_equal(take_long(20, CT_HTTP_MAX_FIELDS + 1, 0, &scan), CT_ERROR);
    assert_int_equal(scan.status, 431);
    assert_int_equal(take_long(20, 1, limits.header, &scan), CT_OK);
    assert_int_equal(take_long(20, 1, limits.header + 1, &scan), CT_ERROR);
    assert_int_equal(scan.status, 431);
    assert_int_equal(scan.error, CT_WIRE_LIMIT);
}


static void
parses_responses(void **state CT_UNUSED)
{
    static const struct {
        uint16_t code; /* 0: it is none */
        ct_str_t text;
    } cases[] = {
        { 200, CT_STR_INIT("HTTP/1.1 200 OK\r\n\r\n") },
        { 404, CT_STR_INIT("HTTP/1.0 404\r\n\r\n") },
        { 500, CT_STR_INIT("HTTP/1.1 500 \r\n\r\n") },
        { 0, CT_STR_INIT("HTTP/1.1 20 OK\r\n\r\n") },
        { 0, CT_STR_INIT("HTTP/1.1 2000 OK\r\n\r\n") },
        { 0, CT_STR_INIT("HTTP/1.1 0a0 OK\r\n\r\n") },
        { 0, CT_STR_INIT("HTTP/1.1 x00 OK\r\n\r\n") },
        { 0, CT_STR_INIT("HTTP/1.1 20x OK\r\n\r\n") },
        { 0, CT_STR_INIT("HTTP/1.1 099 OK\r\n\r\n") },
        { 0, CT_STR_INIT("HTTP/1.1 200 O\x01\r\n\r\n") },
        { 0, CT_STR_INIT("HTTP/2.0 200 OK\r\n\r\n") },
        { 0, CT_STR_INIT("HTTP/1.1\r\n\r\n") },
        { 0, CT_STR_INIT("hello world\r\n\r\n") },
    };

    for (size_t i = 0; i < CT_ARRAY_LEN(cases); i++) {
        ct_http_head_t head = { .is_response = true };
        ct_scan_t      scan;

        assert_int_equal(take(cases[i].text, &limits, &head, &scan),
                         cases[i].code != 0 ? CT_OK : CT_ERROR);
        assert_int_equal(head.code, cases[i].code);
    }
}


int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses_requests), cmocka_unit_test(knows_who_closes),
        cmocka_unit_test(takes_targets),   cmocka_unit_test(refuses_heads),
        cmocka_unit_test(holds_caps),      cmocka_unit_test(parses_responses),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
