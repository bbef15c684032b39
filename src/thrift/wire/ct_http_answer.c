/*
 * ct_http_answer.c -- what a server of HTTP/1.1 says.
 *
 * A head is constant texts and one number, and no byte of a request is in it.
 * Padding the number instead of moving the body was tried on paper only: zeros
 * or spaces in front of it are legal, and the day a client disagrees cannot be
 * debugged by its owner.  The body is in the cache anyway.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_http_answer.h"

#include <string.h>

/* Digits of a size_t, and the ends of this line and of the head. */
#define LENGTH_SIZE 24

/* More than all texts of a head take. */
#define HEAD_SIZE 512

#define LENGTH "Content-Length: "


static const char *
reason_of(uint16_t status)
{
    static const struct {
        uint16_t    status;
        const char *c_reason;
    } reasons[] = {
        { 200, "200 OK" },
        { 403, "403 Forbidden" },
        { 404, "404 Not Found" },
        { 405, "405 Method Not Allowed" },
        { 411, "411 Length Required" },
        { 413, "413 Content Too Large" },
        { 414, "414 URI Too Long" },
        { 415, "415 Unsupported Media Type" },
        { 417, "417 Expectation Failed" },
        { 431, "431 Request Header Fields Too Large" },
        { 503, "503 Service Unavailable" },
        { 505, "505 HTTP Version Not Supported" },
    };

    for (size_t i = 0; i < CT_ARRAY_LEN(reasons); i++) {
        if (reasons[i].status == status) {
            return reasons[i].c_reason;
        }
    }
    return "400 Bad Request";
}


/* There is room. */
static void
put(ct_buf_t *out, const char *c_text)
{
    const size_t len = strlen(c_text);

    CT_ASSERT(ct_buf_room(out) >= len);
    memcpy(out->last, c_text, len);
    out->last += len;
}


ct_rc_t
ct_http_length_begin(ct_buf_t *out, size_t *mark)
{
    if (ct_buf_reserve(out, sizeof(LENGTH) - 1 + LENGTH_SIZE) != CT_OK) {
        return CT_ERROR;
    }
    put(out, LENGTH);
    *mark = ct_buf_len(out);
    out->last += LENGTH_SIZE;
    return CT_OK;
}


void
ct_http_length_end(ct_buf_t *out, size_t mark)
{
    uint8_t *const at = out->pos + mark;
    const size_t   size = ct_buf_len(out) - mark - LENGTH_SIZE;
    char           text[LENGTH_SIZE];
    size_t         from = LENGTH_SIZE - 4;
    size_t         left = size;

    memcpy(text + from, "\r\n\r\n", 4);
    do {
        text[--from] = (char) ('0' + left % 10);
        left /= 10;
    } while (left > 0);

    memcpy(at, text + from, LENGTH_SIZE - from);
    memmove(at + LENGTH_SIZE - from, at + LENGTH_SIZE, size);
    out->last -= from;
}


ct_rc_t
ct_http_answer_begin(const ct_http_answer_t *answer, ct_buf_t *out,
                     size_t *mark)
{
    const size_t more = answer->c_lines != NULL ? strlen(answer->c_lines) : 0;

    if (ct_buf_reserve(out, HEAD_SIZE + more) != CT_OK) {
        return CT_ERROR;
    }
    put(out, "HTTP/1.1 ");
    put(out, reason_of(answer->status));
    put(out, "\r\n");
    if (answer->c_type != NULL) {
        put(out, "Content-Type: ");
        put(out, answer->c_type);
        put(out, "\r\n");
    }
    if (answer->shared) {
        put(out, "Access-Control-Allow-Origin: *\r\n");
    }
    if (answer->c_lines != NULL) {
        put(out, answer->c_lines);
    }
    if (answer->closes) {
        put(out, "Connection: close\r\n");
    } else if (answer->keeps) {
        put(out, "Connection: keep-alive\r\n");
    }
    return ct_http_length_begin(out, mark); /* there is room for that too */
}


ct_rc_t
ct_http_answer_page(const ct_http_answer_t *answer, ct_str_t body,
                    bool bodiless, ct_buf_t *out)
{
    const size_t before = ct_buf_len(out);
    size_t       mark;

    if (ct_http_answer_begin(answer, out, &mark) != CT_OK) {
        return CT_ERROR;
    }
    if (body.len > 0 && ct_buf_append(out, body.data, body.len) != CT_OK) {
        out->last = out->pos + before;
        return CT_ERROR;
    }
    ct_http_length_end(out, mark);
    if (bodiless) {
        out->last -= body.len;
    }
    return CT_OK;
}


ct_rc_t
ct_http_answer_write(const ct_http_answer_t *answer, const char *c_text,
                     bool bodiless, ct_buf_t *out)
{
    const size_t len = c_text[0] != '\0' ? strlen(c_text) + 1 : 0;
    const size_t before = ct_buf_len(out);
    size_t       mark;

    if (ct_http_answer_begin(answer, out, &mark) != CT_OK) {
        return CT_ERROR;
    }
    if (ct_buf_reserve(out, len) != CT_OK) {
        out->last = out->pos + before;
        return CT_ERROR;
    }
    if (len > 0) {
        put(out, c_text);
        put(out, "\n");
    }
    ct_http_length_end(out, mark);
    if (bodiless) {
        out->last -= len;
    }
    return CT_OK;
}
