/*
 * ct_http.c -- messages in the bodies of HTTP/1.1 requests.
 *
 * A POST holds one message, whatever its path and its Content-Type say: the
 * body's bytes are looked at like the first bytes of a connection.  It is a
 * bare message, or, as Apache's header protocol over HTTP has it, a frame of
 * THeader or TTHeader with its own length; then the reply's body is one too.
 *
 *   request                       | what becomes of it
 *   ------------------------------+-------------------------------------------
 *   POST with a message           | a call; its reply is 200, exceptions too
 *   POST of a oneway method       | 200 and an empty body, before it runs
 *   POST with anything else       | 400 or 415, and the connection goes on
 *   GET, HEAD                     | a page: a module's, or one for people
 *   OPTIONS                       | what pages of other origins may do
 *   any other method              | 405
 *   what cannot be cut for sure   | 4xx or 505, and the connection ends
 *
 * Where a body is over the cap the answer does not wait for it.
 */

#include "core/ct_config.h"

#include <string.h>

#include "core/ct_pool.h"
#include "thrift/wire/ct_http_answer.h"
#include "thrift/wire/ct_http_body.h"
#include "thrift/wire/ct_http_field.h"
#include "thrift/wire/ct_http_head.h"
#include "thrift/wire/ct_transport.h"
#include "thrift/wire/ct_web.h"

#define PLAIN_TEXT "text/plain"

/* clang-format off */
#define PAGE                                                                   \
    "<!DOCTYPE html>\n"                                                        \
    "<html lang=\"en\">\n"                                                     \
    "<head><meta charset=\"utf-8\"><title>cthrift</title></head>\n"            \
    "<body>\n"                                                                 \
    "<h1>cthrift</h1>\n"                                                       \
    "<p>This server speaks Apache Thrift. Browsers do not; clients of its\n"   \
    "services send their calls here by POST.</p>\n"                            \
    "</body>\n"                                                                \
    "</html>"

#define ALLOW       "Allow: POST, GET, HEAD, OPTIONS\r\n"
#define ALLOW_PAGES "Allow: GET, HEAD\r\n"

#define SHARED_LINES                                                           \
    "Access-Control-Allow-Methods: POST, OPTIONS\r\n"                          \
    "Access-Control-Allow-Headers: Content-Type, Accept\r\n"
/* clang-format on */

/* The types that a reply may have; the first one unless the request has one. */
static const char *const types[] = {
    "application/x-thrift",
    "application/vnd.apache.thrift.binary",
    "application/vnd.apache.thrift.compact",
    "application/vnd.apache.thrift.json",
    "application/json",
    "application/octet-stream",
};

/* The frame in the body, which its own transport wraps. */
typedef struct inner_s {
    ct_envelope_t envelope;
    size_t        mark; /* of the reply being written */
} inner_t;

/*
 * What the answer depends on.  Invariant: c_text is "" for a call, of which
 * `answer` confirms the coming.
 */
typedef struct note_s {
    ct_http_answer_t answer; /* its head; c_type is of replies */
    const char      *c_text;
    const char      *c_text_type;
    bool             bodiless;
    inner_t         *inner; /* NULL: the message is bare */
} note_t;


/* ---- Cutting. */

/* One empty line in front is what some clients send behind a body. */
static ct_rc_t
cut_begin(ct_scan_t *scan, const uint8_t *data, size_t len)
{
    size_t from = 0;

    if (len > 0 && data[0] == '\r') {
        if (len == 1) {
            return CT_AGAIN;
        }
        from = data[1] == '\n' ? 2 : 0;
    }
    scan->offset = from;
    scan->head = from;
    scan->total = from;
    return CT_OK;
}


static ct_rc_t
cut_head(ct_scan_t *scan, const uint8_t *data, size_t len,
         const ct_limits_t *limits)
{
    ct_http_head_t head = { .fields = NULL };
    ct_rc_t        rc = CT_OK;

    if (scan->offset == 0) {
        rc = cut_begin(scan, data, len);
    }
    if (rc == CT_OK) {
        rc = ct_http_head_take(scan, data, len, limits, &head);
    }
    if (rc != CT_OK) {
        return rc;
    }
    if (!head.has_length && !head.is_chunked
        && ct_str_eq_c(head.method, "POST")) {
        return ct_http_fail(scan, 411, "a body without a length");
    }
    if (ct_http_body_begin(scan, &head, limits) != CT_OK) {
        return CT_ERROR;
    }
    if (head.expects_continue) {
        scan->interim = "HTTP/1.1 100 Continue\r\n\r\n";
    }
    return CT_OK;
}


static ct_rc_t
cut_request(ct_scan_t *scan, const ct_protocol_t *protocol CT_UNUSED,
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


/* ---- Opening. */

/* There is no call in it; `c_why` is for both sides. */
static ct_rc_t
decline(ct_opening_t *opening, note_t *note, uint16_t status, const char *c_why)
{
    opening->error = CT_WIRE_MALFORMED;
    opening->why = c_why;
    note->answer.status = status;
    note->c_text = c_why;
    note->c_text_type = PLAIN_TEXT;
    return CT_DECLINED;
}


static const char *
type_of(ct_str_t content_type)
{
    for (size_t i = 0; i < CT_ARRAY_LEN(types); i++) {
        if (ct_http_says(content_type, types[i])) {
            return types[i];
        }
    }
    return types[0];
}


static const ct_header_t *
headers_join(ct_pool_t *pool, const ct_envelope_t *a, const ct_header_t *b,
             size_t nb)
{
    ct_header_t *headers;

    headers = ct_pool_alloc(pool, (a->nheaders + nb + 1) * sizeof(*headers));
    if (a->nheaders > 0) {
        memcpy(headers, a->headers, a->nheaders * sizeof(*headers));
    }
    if (nb > 0) {
        memcpy(headers + a->nheaders, b, nb * sizeof(*headers));
    }
    return headers;
}


/*
 * A frame in the body.  What it says for the rest of its connection is not
 * kept: a proxy sends calls of many clients over one.
 */
static ct_rc_t
frame_open(ct_opening_t *opening, const ct_cut_t *cut, ct_envelope_t *envelope,
           inner_t *inner, ct_str_t *body)
{
    const uint8_t *const data = (const uint8_t *) body->data;
    ct_opening_t         within = *opening;
    ct_rc_t              rc;

    within.sticky = NULL;
    body->data += cut->body;
    body->len = cut->len;
    rc = inner->envelope.dialect.transport->open(&within, data, cut,
                                                 &inner->envelope, body);
    opening->error = within.error;
    opening->why = within.why;
    opening->app_error = within.app_error;
    opening->seqid = within.seqid;

    envelope->dialect.protocol = inner->envelope.dialect.protocol;
    envelope->seqid = inner->envelope.seqid;
    envelope->compressed = inner->envelope.compressed;
    envelope->closes |= rc == CT_ERROR;
    envelope->headers = headers_join(opening->pool, &inner->envelope,
                                     envelope->headers, envelope->nheaders);
    envelope->nheaders += inner->envelope.nheaders;
    return rc;
}


/* What the body's first bytes say. */
static ct_rc_t
dialect_find(ct_opening_t *opening, note_t *note, ct_str_t body,
             ct_dialect_t *found)
{
    ct_dialects_t inside = *opening->dialects;
    const char   *c_guess;
    ct_rc_t       rc;

    inside.http = NULL;
    inside.framed = NULL;
    inside.deflated = false;
    inside.unframed = &ct_unframed_transport;
    *found = (ct_dialect_t){ .transport = NULL };
    rc = ct_detect((const uint8_t *) body.data, body.len, &inside, found,
                   &c_guess);
    if (rc == CT_DECLINED) {
        return decline(opening, note, 415,
                       "a body of no protocol that is served here");
    }
    return rc == CT_OK ? CT_OK
                       : decline(opening, note, 400,
                                 "a body that ends inside its message");
}


/*
 * One message and nothing behind it.  Whether a bare message is whole and
 * sound its decoder will tell, in the client's dialect.
 */
static ct_rc_t
message_cut(ct_opening_t *opening, note_t *note, const ct_dialect_t *dialect,
            ct_str_t body, ct_cut_t *cut)
{
    ct_scan_t scan;
    size_t    want;
    ct_rc_t   rc;

    ct_http_scan_reset(&scan);
    rc = dialect->transport->cut(&scan, dialect->protocol,
                                 (const uint8_t *) body.data, body.len,
                                 opening->limits, cut, &want);
    if (rc == CT_OK && cut->whole < body.len) {
        return decline(opening, note, 400, "bytes behind the message");
    }
    if (rc == CT_OK || dialect->transport->open == NULL) {
        return CT_OK;
    }
    if (rc == CT_AGAIN) {
        return decline(opening, note, 400, "a body that ends inside its frame");
    }
    (void) decline(opening, note, 400, scan.why);
    opening->error = scan.error;
    return CT_DECLINED;
}


static ct_rc_t
message_open(ct_opening_t *opening, note_t *note, ct_envelope_t *envelope,
             ct_str_t *body)
{
    ct_dialect_t found;
    ct_cut_t     cut;

    if (body->len == 0) {
        return decline(opening, note, 400, "an empty body");
    }
    if (dialect_find(opening, note, *body, &found) != CT_OK
        || message_cut(opening, note, &found, *body, &cut) != CT_OK) {
        return CT_DECLINED;
    }
    envelope->dialect.protocol = found.protocol;
    if (found.transport->open == NULL) {
        return CT_OK;
    }
    note->inner = ct_pool_zalloc(opening->pool, sizeof(*note->inner));
    note->inner->envelope.dialect = found;
    return frame_open(opening, &cut, envelope, note->inner, body);
}


/* Of an absolute address the path alone counts, as RFC 9112, 3.2.2 has it. */
static ct_web_t *
web_take(ct_opening_t *opening, ct_str_t target)
{
    ct_web_t   *web = ct_pool_zalloc(opening->pool, sizeof(*web));
    const char *from = target.data;
    const char *end = target.data + target.len;
    const char *mark;

    if (target.data[0] != '/') {
        const char *host = memchr(from, ':', target.len);

        from = host != NULL && end - host > 3
                   ? memchr(host + 3, '/', (size_t) (end - host) - 3)
                   : NULL;
        from = from != NULL ? from : end;
    }
    mark = from < end ? memchr(from, '?', (size_t) (end - from)) : NULL;
    web->path.data = from;
    web->path.len = (size_t) ((mark != NULL ? mark : end) - from);
    if (web->path.len == 0) {
        web->path = CT_STR("/");
    }
    web->query = CT_STR("");
    if (mark != NULL) {
        web->query = (ct_str_t){ (size_t) (end - mark) - 1, mark + 1 };
    }
    return web;
}


/* A request that asks for no call. */
static ct_rc_t
other_open(ct_opening_t *opening, note_t *note, const ct_http_head_t *head,
           ct_envelope_t *envelope)
{
    const bool no_calls = opening->dialects->no_calls;

    note->bodiless = ct_str_eq_c(head->method, "HEAD");
    if (note->bodiless || ct_str_eq_c(head->method, "GET")) {
        note->c_text = PAGE;
        note->c_text_type = "text/html; charset=utf-8";
        envelope->web = web_take(opening, head->target);
        return CT_DECLINED;
    }
    if (ct_str_eq_c(head->method, "OPTIONS") && !no_calls) {
        note->answer.shared = true;
        note->answer.c_lines = ALLOW SHARED_LINES;
        return CT_DECLINED;
    }
    note->answer.c_lines = no_calls ? ALLOW_PAGES : ALLOW;
    return decline(opening, note, 405,
                   no_calls ? "a method of HTTP other than GET and HEAD"
                            : "a method of HTTP other than POST");
}


/* Everything that the answer's head depends on. */
static note_t *
note_take(ct_opening_t *opening, const ct_http_head_t *head,
          ct_envelope_t *envelope)
{
    note_t *note = ct_pool_zalloc(opening->pool, sizeof(*note));

    note->answer.status = 200;
    note->answer.c_type = type_of(head->content_type);
    note->answer.keeps = head->minor == 0;
    note->answer.shared = head->has_origin;
    note->c_text = "";
    envelope->note = note;
    envelope->closes = head->closes;
    envelope->headers =
        headers_join(opening->pool, envelope, head->fields, head->nfields);
    envelope->nheaders = head->nfields;
    return note;
}


static ct_rc_t
open_request(ct_opening_t *opening, const uint8_t *data, const ct_cut_t *cut,
             ct_envelope_t *envelope, ct_str_t *body)
{
    ct_header_t    fields[CT_HTTP_MAX_FIELDS];
    ct_http_head_t head = { .fields = fields };
    ct_scan_t      scan;
    note_t        *note;
    ct_rc_t        rc;

    ct_http_scan_reset(&scan);
    rc = cut_begin(&scan, data, cut->body);
    if (rc == CT_OK) {
        rc = ct_http_head_take(&scan, data, cut->body, opening->limits, &head);
    }
    CT_ASSERT(rc == CT_OK); /* as it was when it was cut */
    if (rc != CT_OK) {
        return CT_ERROR;
    }
    note = note_take(opening, &head, envelope);
    if (!ct_str_eq_c(head.method, "POST") || opening->dialects->no_calls) {
        return other_open(opening, note, &head, envelope);
    }
    if (ct_http_body_join(&head, data, cut, opening->pool, body) != CT_OK) {
        envelope->closes = true;
        (void) decline(opening, note, 503, "no memory for the body");
        opening->error = CT_WIRE_MEMORY;
        return CT_DECLINED;
    }
    return message_open(opening, note, envelope, body);
}


/* ---- Answering. */

static ct_rc_t
wrap_begin(const ct_envelope_t *envelope, ct_buf_t *out, size_t *mark)
{
    const note_t    *note = envelope->note;
    const size_t     before = ct_buf_len(out);
    ct_http_answer_t answer = note->answer;
    inner_t         *inner = note->inner;

    answer.closes = envelope->closes;
    if (ct_http_answer_begin(&answer, out, mark) != CT_OK) {
        return CT_ERROR;
    }
    if (inner == NULL) {
        return CT_OK;
    }
    inner->envelope.seqid = envelope->seqid;
    if (inner->envelope.dialect.transport->wrap_begin(&inner->envelope, out,
                                                      &inner->mark)
        != CT_OK) {
        out->last = out->pos + before;
        return CT_ERROR;
    }
    return CT_OK;
}


static ct_rc_t
wrap_end(const ct_envelope_t *envelope, ct_buf_t *out, size_t mark)
{
    const note_t  *note = envelope->note;
    const inner_t *inner = note->inner;

    if (inner != NULL
        && inner->envelope.dialect.transport->wrap_end(&inner->envelope, out,
                                                       inner->mark)
               != CT_OK) {
        return CT_ERROR;
    }
    ct_http_length_end(out, mark);
    return CT_OK;
}


static ct_rc_t
answer_without_call(const ct_envelope_t *envelope, ct_buf_t *out)
{
    const note_t    *note = envelope->note;
    const ct_web_t  *web = envelope->web;
    ct_http_answer_t answer = note->answer;

    answer.closes = envelope->closes;
    if (web != NULL && web->status != 0) {
        answer.shared = false; /* what a module shows is for its own origin */
        answer.status = web->status;
        answer.c_type = web->c_type;
        answer.c_lines = web->c_lines;
        return ct_http_answer_page(&answer, web->body, note->bodiless, out);
    }
    answer.c_type = note->c_text_type;
    return ct_http_answer_write(&answer, note->c_text, note->bodiless, out);
}


/* The head may not even have been read, so nothing is known but what is. */
static ct_rc_t
refuse(const ct_scan_t *scan, ct_buf_t *out)
{
    const ct_http_answer_t answer = {
        .status = scan->status,
        .c_type = PLAIN_TEXT,
        .closes = true,
    };

    return ct_http_answer_write(
        &answer, scan->why != NULL ? scan->why : "an unreadable message", false,
        out);
}


const ct_transport_t ct_http_transport = {
    .name = "http",
    .answers_oneway = true,
    .cut = cut_request,
    .open = open_request,
    .wrap_begin = wrap_begin,
    .wrap_end = wrap_end,
    .answer = answer_without_call,
    .refuse = refuse,
};
