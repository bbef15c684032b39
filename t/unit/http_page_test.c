/*
 * http_page_test.c -- requests for pages: what is asked for, and the answer.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_transport.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "core/ct_buf.h"
#include "core/ct_pool.h"
#include "thrift/wire/ct_web.h"

#define REST " HTTP/1.1\r\nHost: x\r\n\r\n"

static const ct_limits_t limits = {
    .frame = 1000,
    .message = 1000,
    .string = 1000,
    .container = 1000,
    .decoded = 1000,
    .depth = 10,
    .name = 100,
    .header = 1000,
};

/* A request as it was opened. */
typedef struct page_s {
    ct_pool_t    *pool;
    ct_envelope_t envelope;
} page_t;


static void
page_open(page_t *page, ct_str_t text, bool no_calls)
{
    const ct_dialects_t dialects = { .limits = &limits,
                                     .http = &ct_http_transport,
                                     .binary = &ct_binary_protocol,
                                     .no_calls = no_calls };
    ct_opening_t        opening = { .limits = &limits,
                                    .dialects = &dialects,
                                    .app_error = -1 };
    const uint8_t      *data = (const uint8_t *) text.data;
    ct_scan_t           scan = { .offset = 0 };
    ct_cut_t            cut;
    ct_str_t            body;
    size_t              want;

    page->pool = ct_pool_create(1024);
    opening.pool = page->pool;
    page->envelope =
        (ct_envelope_t){ .dialect = { .transport = &ct_http_transport } };
    assert_int_equal(ct_http_transport.cut(&scan, NULL, data, text.len, &limits,
                                           &cut, &want),
                     CT_OK);
    body = (ct_str_t){ cut.len, text.data + cut.body };
    assert_int_equal(
        ct_http_transport.open(&opening, data, &cut, &page->envelope, &body),
        CT_DECLINED);
}


static void
expect_answer(page_t *page, const char *c_expected)
{
    ct_buf_t out;

    ct_buf_init(&out);
    assert_int_equal(ct_http_transport.answer(&page->envelope, &out), CT_OK);
    assert_int_equal(ct_buf_len(&out), strlen(c_expected));
    assert_memory_equal(out.pos, c_expected, strlen(c_expected));
    ct_buf_release(&out);
    ct_pool_destroy(page->pool);
}


static void
expect_path(ct_str_t text, const char *c_path, const char *c_query)
{
    page_t page;

    page_open(&page, text, true);
    assert_non_null(page.envelope.web);
    assert_true(ct_str_eq_c(page.envelope.web->path, c_path));
    assert_true(ct_str_eq_c(page.envelope.web->query, c_query));
    ct_pool_destroy(page.pool);
}


static void
a_target_is_a_path_and_a_query(void **state)
{
    (void) state;
    expect_path(CT_STR("GET /" REST), "/", "");
    expect_path(CT_STR("HEAD /a/b?c=d?e" REST), "/a/b", "c=d?e");
    expect_path(CT_STR("GET /a:b?http://c/d" REST), "/a:b", "http://c/d");
    expect_path(CT_STR("GET http://x:80/a?b" REST), "/a", "b");
    expect_path(CT_STR("GET https://x/a" REST), "/a", "");
    expect_path(CT_STR("GET http://x" REST), "/", "");
    expect_path(CT_STR("GET http://" REST), "/", "");
    expect_path(CT_STR("GET *" REST), "/", "");
}


static void
a_module_says_it_all(void **state)
{
    page_t page;

    (void) state;
    page_open(&page,
              CT_STR("GET /a HTTP/1.1\r\nOrigin: http://y\r\nHost: x\r\n\r\n"),
              false);
    page.envelope.web->status = 404;
    page.envelope.web->c_type = "text/plain";
    page.envelope.web->c_lines = "A: b\r\n";
    page.envelope.web->body = CT_STR("not here");
    expect_answer(&page, "HTTP/1.1 404 Not Found\r\n"
                         "Content-Type: text/plain\r\nA: b\r\n"
                         "Content-Length: 8\r\n\r\nnot here");

    page_open(&page, CT_STR("HEAD /a" REST), true);
    page.envelope.web->status = 200;
    page.envelope.web->body = CT_STR("here");
    expect_answer(&page, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n");

    page_open(&page, CT_STR("GET /a" REST), true);
    page.envelope.web->status = 403;
    page.envelope.web->body = CT_STR("");
    expect_answer(&page, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
}


static void
where_no_calls_are_served_a_post_is_refused(void **state)
{
    page_t page;

    (void) state;
    page_open(
        &page,
        CT_STR("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n["),
        true);
    assert_null(page.envelope.web);
    expect_answer(&page, "HTTP/1.1 405 Method Not Allowed\r\n"
                         "Content-Type: text/plain\r\n"
                         "Allow: GET, HEAD\r\nContent-Length: 41\r\n\r\n"
                         "a method of HTTP other than GET and HEAD\n");
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_target_is_a_path_and_a_query),
        cmocka_unit_test(a_module_says_it_all),
        cmocka_unit_test(where_no_calls_are_served_a_post_is_refused),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
