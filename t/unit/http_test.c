/*
 * http_test.c -- requests of HTTP/1.1 become messages, or answers.
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
#include "thrift/wire/ct_bytes.h"

static const ct_transport_t *const http = &ct_http_transport;

/* One request, taken apart. */
typedef struct request_s {
    ct_pool_t    *pool;
    ct_opening_t  opening;
    ct_envelope_t envelope;
    ct_cut_t      cut;
    ct_str_t      body;
    ct_buf_t      out;
} request_t;


/* Cuts and opens; the request must be all of `text`. */
static ct_rc_t
request_open(request_t *request, const ct_dialects_t *dialects, ct_str_t text)
{
    ct_scan_t scan;

    *request = (request_t){ .pool = ct_pool_create(4096) };
    request->opening = (ct_opening_t){
        .limits = &http_limits,
        .dialects = dialects,
        .pool = request->pool,
        .app_error = -1,
    };
    request->envelope.dialect =
        (ct_dialect_t){ .transport = http, .protocol = &ct_binary_protocol };
    ct_buf_init(&request->out);
    assert_int_equal(http_cut(http, text, &http_limits, &scan, &request->cut),
                     CT_OK);
    assert_int_equal(request->cut.whole, text.len);
    return http->open(&request->opening, (const uint8_t *) text.data,
                      &request->cut, &request->envelope, &request->body);
}


static void
request_close(request_t *request)
{
    ct_buf_release(&request->out);
    ct_pool_destroy(request->pool);
}


/* A message with this body, of that protocol; answered by "reply". */
static void
expect_call(const char *c_head, ct_str_t text, ct_str_t message,
            const ct_protocol_t *protocol, const char *c_reply)
{
    request_t request;
    size_t    mark;

    assert_int_equal(request_open(&request, &http_dialects, text), CT_OK);
    assert_true(ct_str_eq(request.body, message));
    assert_ptr_equal(request.envelope.dialect.protocol, protocol);
    assert_ptr_equal(request.envelope.dialect.transport, http);
    assert_int_equal(http->wrap_begin(&request.envelope, &request.out, &mark),
                     CT_OK);
    assert_int_equal(ct_buf_append(&request.out, c_reply, strlen(c_reply)),
                     CT_OK);
    assert_int_equal(http->wrap_end(&request.envelope, &request.out, mark),
                     CT_OK);
    http_expect_text(&request.out, c_head);
    request_close(&request);
}


#define CALL(head, text, message, protocol)                                    \
    expect_call("HTTP/1.1 200 OK\r\n" head "Content-Length: 5\r\n\r\nreply",   \
                CT_STR(text), CT_STR(message), (protocol), "reply")

static void
opens_calls(void **state CT_UNUSED)
{
    CALL("Content-Type: application/x-thrift\r\n",
         HTTP_POST "Content-Length: 17\r\n\r\n" HTTP_BINARY, HTTP_BINARY,
         &ct_binary_protocol);
    CALL("Content-Type: application/x-thrift\r\n",
         "\r\n" HTTP_POST "Content-Length: 9\r\n\r\n" HTTP_COMPACT,
         HTTP_COMPACT, &ct_compact_protocol);
    CALL("Content-Type: application/json\r\nConnection: close\r\n",
         HTTP_POST "Content-Length: 17\r\nConnection: close\r\n"
                   "Content-Type: Application/JSON;charset=utf-8\r\n"
                   "\r\n" HTTP_JSON,
         HTTP_JSON, &ct_json_protocol);
    CALL("Content-Type: application/x-thrift\r\n"
         "Access-Control-Allow-Origin: *\r\n",
         HTTP_POST "Transfer-Encoding: chunked\r\nOrigin: null\r\n"
                   "Content-Type: text/plain\r\n\r\n"
                   "8\r\n[1,\"ping\r\n9;x\r\n\",1,7,{}]\r\n0\r\nA: b\r\n\r\n",
         HTTP_JSON, &ct_json_protocol);
    CALL("Content-Type: application/x-thrift\r\nConnection: keep-alive\r\n",
         "POST http://x/ HTTP/1.0\r\nConnection: Keep-Alive\r\n"
         "Content-Length: 19\r\n\r\n" HTTP_JSON "\r\n",
         HTTP_JSON "\r\n", &ct_json_protocol);
    CALL("Content-Type: application/x-thrift\r\nConnection: close\r\n",
         "POST /x HTTP/1.0\r\nContent-Length: 17\r\n\r\n" HTTP_JSON, HTTP_JSON,
         &ct_json_protocol);

    /* Its decoder will tell what is wrong with it. */
    CALL("Content-Type: application/x-thrift\r\n",
         HTTP_POST "Content-Length: 8\r\n\r\n[1,\"ping", "[1,\"ping",
         &ct_json_protocol);
}


static void
mirrors_types(void **state CT_UNUSED)
{
    static const char *const types[] = {
        "application/x-thrift",
        "application/vnd.apache.thrift.binary",
        "application/vnd.apache.thrift.compact",
        "application/vnd.apache.thrift.json",
        "application/json",
        "application/octet-stream",
    };

    for (size_t i = 0; i < CT_ARRAY_LEN(types); i++) {
        ct_pool_t *pool = ct_pool_create(1024);
        ct_str_t   text = ct_str_printf(pool,
                                        HTTP_POST "Content-Type: %s\r\n"
                                                    "Content-Length: 17\r\n"
                                                    "\r\n" HTTP_JSON,
                                        types[i]);
        ct_str_t   reply = ct_str_printf(pool,
                                         "HTTP/1.1 200 OK\r\n"
                                           "Content-Type: %s\r\n"
                                           "Content-Length: 0\r\n\r\n",
                                         types[i]);

        expect_call(reply.data, text, CT_STR(HTTP_JSON), &ct_json_protocol, "");
        ct_pool_destroy(pool);
    }
}


static void
keeps_headers(void **state CT_UNUSED)
{
    request_t request;

    assert_int_equal(
        request_open(&request, &http_dialects,
                     CT_STR(HTTP_POST "X-Trace: 12\r\nContent-Length: 17\r\n"
                                      "\r\n" HTTP_JSON)),
        CT_OK);
    assert_int_equal(request.envelope.nheaders, 3);
    assert_true(ct_str_eq_c(request.envelope.headers[1].name, "X-Trace"));
    assert_true(ct_str_eq_c(request.envelope.headers[1].value, "12"));

    /* A oneway call is confirmed without a message. */
    assert_int_equal(http->answer(&request.envelope, &request.out), CT_OK);
    http_expect_text(&request.out, "HTTP/1.1 200 OK\r\n"
                                   "Content-Length: 0\r\n\r\n");
    request_close(&request);
}


/* No call: the beginning of the answer, and the error for the log. */
static void
expect_answer(const char *c_answer, ct_wire_error_t error, ct_str_t text)
{
    request_t    request;
    const size_t len = strlen(c_answer);

    assert_int_equal(request_open(&request, &http_dialects, text), CT_DECLINED);
    assert_int_equal(request.opening.error, error);
    assert_int_equal(request.opening.why != NULL, error != CT_WIRE_OK);
    assert_false(request.envelope.closes);
    assert_int_equal(http->answer(&request.envelope, &request.out), CT_OK);
    assert_true(ct_buf_len(&request.out) >= len);
    assert_memory_equal(request.out.pos, c_answer, len);
    request_close(&request);
}


#define REST "Host: x\r\n\r\n"
#define TEXT "Content-Type: text/plain\r\n"

static void
answers_without_a_call(void **state CT_UNUSED)
{
    static const char page[] = "HTTP/1.1 200 OK\r\n"
                               "Content-Type: text/html; charset=utf-8\r\n"
                               "Content-Length: ";
    static const char bad[] = "HTTP/1.1 400 Bad Request\r\n" TEXT;
    static const char unknown[] = "HTTP/1.1 415 Unsupported Media Type\r\n";
    static const char not_allowed[] = "HTTP/1.1 405 Method Not Allowed\r\n" TEXT
                                      "Allow: POST, GET, HEAD, OPTIONS\r\n";
    const ct_wire_error_t ok = CT_WIRE_OK;
    const ct_wire_error_t error = CT_WIRE_MALFORMED;

    expect_answer(page, ok, CT_STR("GET / HTTP/1.1\r\n" REST));
    expect_answer(page, ok,
                  CT_STR("GET / HTTP/1.1\r\nContent-Length: 2\r\n" REST "ab"));
    expect_answer(page, ok, CT_STR("HEAD /x HTTP/1.1\r\n" REST));
    expect_answer("HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\n"
                  "Allow: POST, GET, HEAD, OPTIONS\r\n"
                  "Access-Control-Allow-Methods: POST, OPTIONS\r\n"
                  "Access-Control-Allow-Headers: Content-Type, Accept\r\n"
                  "Content-Length: 0\r\n\r\n",
                  ok, CT_STR("OPTIONS * HTTP/1.1\r\n" REST));
    expect_answer(not_allowed, error, CT_STR("PUT / HTTP/1.1\r\n" REST));
    expect_answer(not_allowed, error, CT_STR("post / HTTP/1.1\r\n" REST));
    expect_answer(
        not_allowed, error,
        CT_STR("PATCH / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" REST
               "1\r\na\r\n0\r\n\r\n"));
    expect_answer(bad, error,
                  CT_STR("POST / HTTP/1.1\r\nContent-Length: 0\r\n" REST));
    expect_answer(bad, error,
                  CT_STR(HTTP_POST "Transfer-Encoding: chunked\r\n\r\n"
                                   "0\r\n\r\n"));
    expect_answer(bad, error,
                  CT_STR(HTTP_POST "Content-Length: 18\r\n\r\n" HTTP_JSON "x"));
    expect_answer(
        bad, error,
        CT_STR(HTTP_POST "Content-Length: 34\r\n\r\n" HTTP_JSON HTTP_JSON));
    expect_answer(bad, error,
                  CT_STR(HTTP_POST "Content-Length: 1\r\n\r\n\x80"));
    expect_answer(unknown, error,
                  CT_STR(HTTP_POST "Content-Length: 6\r\n\r\n<soap>"));
    expect_answer(unknown, error,
                  CT_STR(HTTP_POST "Content-Length: 21\r\n\r\n"
                                   "\x00\x00\x00\x11" HTTP_BINARY));
    expect_answer(unknown, error,
                  CT_STR(HTTP_POST "Content-Length: 6\r\n\r\nGET / "));
    expect_answer(unknown, error,
                  CT_STR(HTTP_POST "Content-Length: 6\r\n\r\n"
                                   "\x78\x9c____"));
}


/* What goes wrong before there is a request, and the one line that says so. */
static void
refuses(void **state CT_UNUSED)
{
    static const struct {
        uint16_t    status;
        ct_str_t    text;
        const char *c_text;
    } cases[] = {
        { 400, CT_STR_INIT("\r\n\r\nPOST / HTTP/1.1\r\n"),
          "a request without a method" },
        { 400, CT_STR_INIT("\rPOST / HTTP/1.1\r\n"),
          "a request without a method" },
        { 411, CT_STR_INIT(HTTP_POST "\r\n"), "a body without a length" },
        { 413, CT_STR_INIT(HTTP_POST "Content-Length: 104857601\r\n\r\n"),
          "a body over the limit" },
        { 417, CT_STR_INIT(HTTP_POST "Expect: x\r\nContent-Length: 1\r\n\r\n"),
          "an expectation other than 100-continue" },
        { 505, CT_STR_INIT("GET /\r\n"), "a request of HTTP/0.9" },
        { 400, CT_STR_INIT(HTTP_POST "Transfer-Encoding: chunked\r\n\r\nx"),
          "a chunk's size that is no number" },
    };

    for (size_t i = 0; i < CT_ARRAY_LEN(cases); i++) {
        ct_scan_t scan;
        ct_cut_t  cut;
        ct_buf_t  out;
        char     *c_end;

        assert_int_equal(
            http_cut(http, cases[i].text, &http_limits, &scan, &cut), CT_ERROR);
        assert_int_equal(scan.status, cases[i].status);
        assert_string_equal(scan.why, cases[i].c_text);
        ct_buf_init(&out);
        assert_int_equal(http->refuse(&scan, &out), CT_OK);
        assert_int_equal(ct_buf_append(&out, "", 1), CT_OK);
        c_end = strstr((char *) out.pos, "\r\n\r\n");
        assert_non_null(strstr((char *) out.pos, "Connection: close\r\n"));
        assert_memory_equal(c_end + 4, cases[i].c_text,
                            strlen(cases[i].c_text));
        ct_buf_release(&out);
    }
}


/* Nothing is known of what could not even be told. */
static void
refuses_the_unreadable(void **state CT_UNUSED)
{
    const ct_scan_t scan = { .why = NULL };
    ct_buf_t        out;

    ct_buf_init(&out);
    assert_int_equal(http->refuse(&scan, &out), CT_OK);
    http_expect_text(&out, "HTTP/1.1 400 Bad Request\r\n" TEXT
                           "Connection: close\r\nContent-Length: 22\r\n\r\n"
                           "an unreadable message\n");
    ct_buf_release(&out);
}


/* Once, when the head is whole and the body is not. */
static void
sends_interim_answers(void **state CT_UNUSED)
{
    static const char text[] = HTTP_POST "Expect: 100-continue\r\n"
                                         "Content-Length: 17\r\n\r\n" HTTP_JSON;
    const size_t      head_len = sizeof(text) - sizeof(HTTP_JSON);
    ct_scan_t         scan = { .offset = 0 };
    ct_cut_t          cut;
    size_t            want;

    for (size_t n = 1; n < sizeof(text) - 1; n++) {
        assert_int_equal(http->cut(&scan, NULL, (const uint8_t *) text, n,
                                   &http_limits, &cut, &want),
                         CT_AGAIN);
        if (n == head_len) {
            assert_string_equal(scan.interim, "HTTP/1.1 100 Continue\r\n\r\n");
            assert_int_equal(want, sizeof(text) - 1);
            scan.interim = NULL;
        }
        assert_null(scan.interim);
    }
    assert_int_equal(http->cut(&scan, NULL, (const uint8_t *) text,
                               sizeof(text) - 1, &http_limits, &cut, &want),
                     CT_OK);

    /* It is all there, so nobody waits. */
    assert_int_equal(http->cut(&scan, NULL, (const uint8_t *) text,
                               sizeof(text) - 1, &http_limits, &cut, &want),
                     CT_OK);
    assert_null(scan.interim);
}


/*
 * A transport in frames, in the place of THeader: two magic bytes, one that
 * says what is wrong with it, and the message.  Its sequence number stands in
 * its reply.
 */
static ct_rc_t
box_open(ct_opening_t *opening, const uint8_t *data, const ct_cut_t *cut,
         ct_envelope_t *envelope, ct_str_t *body)
{
    static const ct_header_t header = { CT_STR_INIT("in"), CT_STR_INIT("box") };

    assert_null(opening->sticky);
    if (data[cut->body + 2] == 'x') {
        opening->error = CT_WIRE_MALFORMED;
        opening->why = "a bad box";
        opening->app_error = CT_APP_INVALID_TRANSFORM;
        opening->seqid = 5;
        return CT_ERROR;
    }
    envelope->headers = &header;
    envelope->nheaders = 1;
    envelope->dialect.protocol = &ct_json_protocol;
    *body = (ct_str_t){ cut->len - 3, (const char *) data + cut->body + 3 };
    return CT_OK;
}


static ct_rc_t
box_begin(const ct_envelope_t *envelope, ct_buf_t *out, size_t *mark)
{
    if (envelope->seqid != 7) {
        return CT_ERROR;
    }
    if (ct_framed_transport.wrap_begin(envelope, out, mark) != CT_OK) {
        return CT_ERROR;
    }
    return ct_buf_append(out, "\x0f\xff-", 3);
}


static ct_rc_t
box_end(const ct_envelope_t *envelope, ct_buf_t *out, size_t mark)
{
    return ct_buf_len(out) > 10000
               ? CT_ERROR
               : ct_framed_transport.wrap_end(envelope, out, mark);
}


static ct_transport_t
box(void)
{
    return (ct_transport_t){
        .name = "box",
        .cut = ct_framed_transport.cut,
        .open = box_open,
        .wrap_begin = box_begin,
        .wrap_end = box_end,
    };
}


#define BOX(length, text)                                                      \
    HTTP_POST "Content-Length: " length "\r\n\r\n"                             \
              "\x00\x00\x00\x14\x0f\xff" text

static void
opens_frames_in_bodies(void **state CT_UNUSED)
{
    const ct_transport_t boxed = box();
    ct_dialects_t        dialects = http_dialects;
    request_t            request;
    size_t               mark;
    ct_header_t          first;

    dialects.header = &boxed;
    assert_int_equal(
        request_open(&request, &dialects, CT_STR(BOX("24", "-" HTTP_JSON))),
        CT_OK);
    assert_true(ct_str_eq_c(request.body, HTTP_JSON));
    assert_ptr_equal(request.envelope.dialect.protocol, &ct_json_protocol);
    assert_ptr_equal(request.envelope.dialect.transport, http);
    assert_int_equal(request.envelope.nheaders, 3);
    first = request.envelope.headers[0];
    assert_true(ct_str_eq_c(first.value, "box"));
    assert_true(ct_str_eq_c(request.envelope.headers[1].name, "Host"));

    request.envelope.seqid = 7;
    assert_int_equal(http->wrap_begin(&request.envelope, &request.out, &mark),
                     CT_OK);
    assert_int_equal(ct_buf_append(&request.out, "hello", 5), CT_OK);
    assert_int_equal(http->wrap_end(&request.envelope, &request.out, mark),
                     CT_OK);
    assert_int_equal(ct_buf_len(&request.out), 87);
    assert_memory_equal(request.out.pos + 75, "\x00\x00\x00\x08\x0f\xff-hello",
                        12);
    assert_memory_equal(request.out.pos + 53, "Content-Length: 12\r\n", 20);

    /* Too long for the frame, and so for all of it. */
    assert_int_equal(http->wrap_begin(&request.envelope, &request.out, &mark),
                     CT_OK);
    assert_int_equal(ct_buf_reserve(&request.out, 20000), CT_OK);
    memset(request.out.last, 0, 20000);
    request.out.last += 20000;
    assert_int_equal(http->wrap_end(&request.envelope, &request.out, mark),
                     CT_ERROR);

    /* The frame cannot even begin: nothing is left of what was around it. */
    ct_buf_reset(&request.out, SIZE_MAX);
    request.envelope.seqid = 8;
    assert_int_equal(http->wrap_begin(&request.envelope, &request.out, &mark),
                     CT_ERROR);
    assert_int_equal(ct_buf_len(&request.out), 0);
    request_close(&request);
}


static void
refuses_frames_in_bodies(void **state CT_UNUSED)
{
    const ct_transport_t boxed = box();
    const struct {
        ct_rc_t     rc;
        const char *c_why;
        ct_str_t    text;
    } cases[] = {
        { CT_ERROR, "a bad box", CT_STR(BOX("24", "x" HTTP_JSON)) },
        { CT_DECLINED, "bytes behind the message",
          CT_STR(BOX("25", "-" HTTP_JSON "-")) },
        { CT_DECLINED, "a body that ends inside its frame",
          CT_STR(BOX("23", "-[1,\"ping\",1,7,{}")) },
    };
    ct_dialects_t dialects = http_dialects;
    request_t     request;

    dialects.header = &boxed;
    for (size_t i = 0; i < CT_ARRAY_LEN(cases); i++) {
        assert_int_equal(request_open(&request, &dialects, cases[i].text),
                         cases[i].rc);
        assert_string_equal(request.opening.why, cases[i].c_why);
        assert_int_equal(request.envelope.closes, cases[i].rc == CT_ERROR);
        if (cases[i].rc == CT_ERROR) {
            assert_int_equal(request.opening.app_error,
                             CT_APP_INVALID_TRANSFORM);
            assert_int_equal(request.opening.seqid, 5);
        }
        request_close(&request);
    }
}


/* Detection takes a frame that the transport has another limit for. */
static ct_rc_t
fussy_cut(ct_scan_t *scan, const ct_protocol_t *protocol CT_UNUSED,
          const uint8_t *data CT_UNUSED, size_t len CT_UNUSED,
          const ct_limits_t *limits CT_UNUSED, ct_cut_t *cut CT_UNUSED,
          size_t *want CT_UNUSED)
{
    scan->error = CT_WIRE_LIMIT;
    scan->why = "too much";
    return CT_ERROR;
}


static void
passes_on_what_a_frame_is_refused_for(void **state CT_UNUSED)
{
    ct_transport_t fussy = box();
    ct_dialects_t  dialects = http_dialects;
    request_t      request;

    fussy.cut = fussy_cut;
    dialects.header = &fussy;
    assert_int_equal(
        request_open(&request, &dialects, CT_STR(BOX("24", "-" HTTP_JSON))),
        CT_DECLINED);
    assert_string_equal(request.opening.why, "too much");
    assert_int_equal(request.opening.error, CT_WIRE_LIMIT);
    request_close(&request);
}


/* Of several cuts in one piece each is where it should be. */
static void
cuts_pipelines(void **state CT_UNUSED)
{
    static const char text[] =
        HTTP_POST "Content-Length: 17\r\n\r\n" HTTP_JSON
                  "GET / HTTP/1.1\r\n" REST "\r\nOPTIONS * HTTP/1.1\r\n" REST;
    const uint8_t *data = (const uint8_t *) text;
    size_t         left = sizeof(text) - 1;
    ct_scan_t      scan = { .offset = 0 };
    ct_cut_t       cut;
    size_t         want;

    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(
            http->cut(&scan, NULL, data, left, &http_limits, &cut, &want),
            CT_OK);
        data += cut.whole;
        left -= cut.whole;
    }
    assert_int_equal(left, 0);
    assert_int_equal(http->cut(&scan, NULL, (const uint8_t *) "\r", 1,
                               &http_limits, &cut, &want),
                     CT_AGAIN);
}


#if CT_FAULTS
static void
lives_without_memory(void **state CT_UNUSED)
{
    request_t request;
    size_t    mark;
    ct_buf_t  in;
    ct_buf_t  out;
    ct_str_t  text =
        http_put_chunks(&in, HTTP_POST "Transfer-Encoding: chunked\r\n\r\n");

    assert_int_equal(request_open(&request, &http_dialects, text), CT_DECLINED);
    ct_pool_reset(request.pool);
    request.envelope = (ct_envelope_t){ .dialect = request.envelope.dialect };

    /* Before the body, note and headers; each alone where it can be seen. */
    ct_mem_fail_after(CT_SANITIZED ? 2 : 0);
    assert_int_equal(http->open(&request.opening, (const uint8_t *) text.data,
                                &request.cut, &request.envelope, &request.body),
                     CT_DECLINED);
    assert_string_equal(request.opening.why, "no memory for the body");
    assert_int_equal(request.opening.error, CT_WIRE_MEMORY);
    assert_true(request.envelope.closes);
    assert_int_equal(http->answer(&request.envelope, &request.out), CT_OK);
    assert_memory_equal(request.out.pos, "HTTP/1.1 503 ", 13);

    ct_buf_init(&out);
    ct_mem_fail_after(0);
    assert_int_equal(http->wrap_begin(&request.envelope, &out, &mark),
                     CT_ERROR);
    assert_int_equal(ct_buf_len(&out), 0);
    request_close(&request);
    ct_buf_release(&in);
}
#endif


int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(opens_calls),
        cmocka_unit_test(mirrors_types),
        cmocka_unit_test(keeps_headers),
        cmocka_unit_test(answers_without_a_call),
        cmocka_unit_test(refuses),
        cmocka_unit_test(refuses_the_unreadable),
        cmocka_unit_test(sends_interim_answers),
        cmocka_unit_test(opens_frames_in_bodies),
        cmocka_unit_test(refuses_frames_in_bodies),
        cmocka_unit_test(passes_on_what_a_frame_is_refused_for),
        cmocka_unit_test(cuts_pipelines),
#if CT_FAULTS
        cmocka_unit_test(lives_without_memory),
#endif
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
