/*
 * ct_http_client.c -- the other side of ct_http.c: requests, and replies to
 * them.
 *
 * A call is a POST.  Its reply has the status 200, whatever the server has to
 * say in it, and says how long it is: a body that ends with its connection
 * cannot be told from one that was cut short, so it is refused.  Interim
 * replies (100 Continue) are passed over.
 */

#include "core/ct_config.h"

#include <string.h>

#include "core/ct_pool.h"
#include "thrift/wire/ct_http_answer.h"
#include "thrift/wire/ct_http_body.h"
#include "thrift/wire/ct_http_field.h"
#include "thrift/wire/ct_http_head.h"
#include "thrift/wire/ct_transport.h"

#define PATH ":path"


/* ---- Requests. */

static ct_rc_t
put(ct_buf_t *out, ct_str_t text)
{
    return ct_buf_append(out, text.data, text.len);
}


static ct_rc_t
put_field(ct_buf_t *out, ct_str_t name, ct_str_t value)
{
    if (put(out, name) != CT_OK || put(out, CT_STR(": ")) != CT_OK
        || put(out, value) != CT_OK) {
        return CT_ERROR;
    }
    return put(out, CT_STR("\r\n"));
}


static const ct_header_t *
header_find(const ct_envelope_t *envelope, const char *c_name)
{
    for (size_t i = 0; i < envelope->nheaders; i++) {
        if (ct_http_says(envelope->headers[i].name, c_name)) {
            return &envelope->headers[i];
        }
    }
    return NULL;
}


/* The caller's, unless it is missing. */
static ct_rc_t
put_default(const ct_envelope_t *envelope, ct_buf_t *out, const char *c_name,
            const char *c_value)
{
    return header_find(envelope, c_name) != NULL
               ? CT_OK
               : put_field(out, ct_str_of(c_name), ct_str_of(c_value));
}


static ct_rc_t
put_first_line(const ct_envelope_t *envelope, ct_buf_t *out)
{
    const ct_header_t *header = header_find(envelope, PATH);
    const ct_str_t     path = header == NULL ? CT_STR("/") : header->value;

    for (size_t i = 0; i < path.len; i++) {
        if (path.data[i] <= 0x20 || path.data[i] >= 0x7f) {
            return CT_ERROR;
        }
    }
    if (path.len == 0 || put(out, CT_STR("POST ")) != CT_OK
        || put(out, path) != CT_OK) {
        return CT_ERROR;
    }
    return put(out, CT_STR(" HTTP/1.1\r\n"));
}


/*
 * What would make two requests of one is not sent: ends of lines, or another
 * word about the body's length.
 */
static ct_rc_t
put_given(const ct_envelope_t *envelope, ct_buf_t *out)
{
    for (size_t i = 0; i < envelope->nheaders; i++) {
        const ct_header_t *header = &envelope->headers[i];

        if (ct_http_says(header->name, PATH)) {
            continue;
        }
        if (!ct_http_is_token(header->name) || !ct_http_is_value(header->value)
            || ct_http_says(header->name, "Content-Length")
            || ct_http_says(header->name, "Transfer-Encoding")
            || put_field(out, header->name, header->value) != CT_OK) {
            return CT_ERROR;
        }
    }
    return CT_OK;
}


static ct_rc_t
wrap_begin(const ct_envelope_t *envelope, ct_buf_t *out, size_t *mark)
{
    const size_t before = ct_buf_len(out);

    if (put_first_line(envelope, out) == CT_OK
        && put_default(envelope, out, "Host", "localhost") == CT_OK
        && put_default(envelope, out, "Content-Type", "application/x-thrift")
               == CT_OK
        && put_default(envelope, out, "Accept", "application/x-thrift") == CT_OK
        && put_given(envelope, out) == CT_OK
        && ct_http_length_begin(out, mark) == CT_OK) {
        return CT_OK;
    }
    out->last = out->pos + before;
    return CT_ERROR;
}


static ct_rc_t
wrap_end(const ct_envelope_t *envelope CT_UNUSED, ct_buf_t *out, size_t mark)
{
    ct_http_length_end(out, mark);
    return CT_OK;
}


/* ---- Replies. */

/* What has to be said of a reply that is none. */
static const char *
words_for(uint16_t code)
{
    static const struct {
        uint16_t    code;
        const char *c_words;
    } words[] = {
        { 400, "the HTTP server says 400 Bad Request" },
        { 401, "the HTTP server says 401 Unauthorized" },
        { 403, "the HTTP server says 403 Forbidden" },
        { 404, "the HTTP server says 404 Not Found" },
        { 405, "the HTTP server says 405 Method Not Allowed" },
        { 413, "the HTTP server says 413 Content Too Large" },
        { 415, "the HTTP server says 415 Unsupported Media Type" },
        { 429, "the HTTP server says 429 Too Many Requests" },
        { 500, "the HTTP server says 500 Internal Server Error" },
        { 502, "the HTTP server says 502 Bad Gateway" },
        { 503, "the HTTP server says 503 Service Unavailable" },
        { 504, "the HTTP server says 504 Gateway Timeout" },
    };

    for (size_t i = 0; i < CT_ARRAY_LEN(words); i++) {
        if (words[i].code == code) {
            return words[i].c_words;
        }
    }
    return "the HTTP server says something other than 200";
}


/* The head behind interim ones; all of them together are held to the cap. */
static ct_rc_t
reply_head_take(ct_scan_t *scan, const uint8_t *data, size_t len,
                const ct_limits_t *limits, ct_http_head_t *head)
{
    ct_header_t *const fields = head->fields;
    ct_rc_t            rc;

    for (;;) {
        *head = (ct_http_head_t){ .is_response = true, .fields = fields };
        rc = ct_http_head_take(scan, data, len, limits, head);
        if (rc != CT_OK || head->code >= 200) {
            return rc;
        }
        if (head->code == 101 || scan->head > limits->header) {
            return ct_http_fail(scan, head->code,
                                "a reply that does not come to its point");
        }
        scan->total = scan->head;
        scan->depth = 0;
    }
}


static ct_rc_t
cut_head(ct_scan_t *scan, const uint8_t *data, size_t len,
         const ct_limits_t *limits)
{
    ct_http_head_t head = { .fields = NULL };
    const ct_rc_t  rc = reply_head_take(scan, data, len, limits, &head);

    if (rc != CT_OK) {
        return rc;
    }
    if (head.code != 200) {
        return ct_http_fail(scan, head.code, words_for(head.code));
    }
    if (!head.has_length && !head.is_chunked) {
        return ct_http_fail(scan, head.code, "a reply without a length");
    }
    return ct_http_body_begin(scan, &head, limits);
}


static ct_rc_t
cut_reply(ct_scan_t *scan, const ct_protocol_t *protocol CT_UNUSED,
          const uint8_t *data, size_t len, const ct_limits_t *limits,
          ct_cut_t *cut, size_t *want)
{
    ct_rc_t rc = CT_OK;

    *cut = (ct_cut_t){ 0, 0, 0 };
    *want = len + 1;
    if (scan->step == CT_HTTP_HEAD_STEP) {
        rc = cut_head(scan, data, len, limits);
    }
    if (rc == CT_OK) {
        rc = ct_http_body_find(scan, data, len, limits, cut, want);
    }
    return rc;
}


static ct_rc_t
open_reply(ct_opening_t *opening, const uint8_t *data, const ct_cut_t *cut,
           ct_envelope_t *envelope, ct_str_t *body)
{
    ct_http_head_t head;
    ct_scan_t      scan;
    ct_rc_t        rc;

    head.fields =
        ct_pool_alloc(opening->pool, CT_HTTP_MAX_FIELDS * sizeof(*head.fields));
    ct_http_scan_reset(&scan);
    rc = reply_head_take(&scan, data, cut->body, opening->limits, &head);
    CT_ASSERT(rc == CT_OK); /* as it was when it was cut */
    if (rc != CT_OK) {
        return CT_ERROR;
    }
    envelope->closes = head.closes;
    envelope->headers = head.fields;
    envelope->nheaders = head.nfields;
    if (ct_http_body_join(&head, data, cut, opening->pool, body) != CT_OK) {
        opening->error = CT_WIRE_MEMORY;
        opening->why = "no memory for the body";
        return CT_ERROR;
    }
    return body->len > 0 ? CT_OK : CT_DECLINED;
}


const ct_transport_t ct_http_client_transport = {
    .name = "http",
    .answers_oneway = true,
    .cut = cut_reply,
    .open = open_reply,
    .wrap_begin = wrap_begin,
    .wrap_end = wrap_end,
};
