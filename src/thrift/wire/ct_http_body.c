/*
 * ct_http_body.c -- the body of a message of HTTP/1: where it ends, and what
 * is in it.
 *
 * Chunks are joined in the pool of the call once the body is whole; a body in
 * one chunk, as most are, stays where it is.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_http_body.h"

#include <string.h>

#include "core/ct_pool.h"
#include "thrift/wire/ct_http_chunk.h"

/* Passing over scan->need bytes. */
#define STEP_LENGTH (CT_HTTP_HEAD_STEP + 1)


/* The levels are most of it, and nobody looks at them here. */
void
ct_http_scan_reset(ct_scan_t *scan)
{
    memset(scan, 0, offsetof(ct_scan_t, levels));
}


ct_rc_t
ct_http_body_begin(ct_scan_t *scan, const ct_http_head_t *head,
                   const ct_limits_t *limits)
{
    if (head->length > limits->message) {
        return ct_http_fail(scan, 413, "a body over the limit");
    }
    scan->step = head->is_chunked ? CT_HTTP_CHUNK_STEP : STEP_LENGTH;
    scan->need = (size_t) head->length;
    scan->total = 0;
    scan->depth = 0;
    return CT_OK;
}


/* CT_DECLINED: that is all of it. */
static ct_rc_t
length_pass(ct_scan_t *scan, size_t len)
{
    const size_t there = len - scan->offset;
    const size_t n = scan->need < there ? scan->need : there;

    scan->offset += n;
    scan->total += n;
    scan->need -= n;
    return scan->need > 0 ? CT_AGAIN : CT_DECLINED;
}


ct_rc_t
ct_http_body_find(ct_scan_t *scan, const uint8_t *data, size_t len,
                  const ct_limits_t *limits, ct_cut_t *cut, size_t *want)
{
    ct_str_t piece;
    ct_rc_t  rc;

    if (scan->step == STEP_LENGTH) {
        rc = length_pass(scan, len);
        *want = scan->offset + scan->need;
    } else {
        do {
            rc = ct_http_chunk_next(scan, data, len, limits, &piece);
        } while (rc == CT_OK);
        *want = scan->offset + ct_http_chunk_want(scan);
    }
    if (rc == CT_DECLINED) {
        *cut = (ct_cut_t){ scan->offset, scan->head, (size_t) scan->total };
        ct_http_scan_reset(scan);
        return CT_OK;
    }
    return rc;
}


static ct_rc_t
chunks_join(const uint8_t *data, const ct_cut_t *cut, ct_pool_t *pool,
            ct_str_t *body)
{
    const ct_limits_t none = { .message = SIZE_MAX, .header = SIZE_MAX };
    ct_scan_t         scan;
    ct_str_t          piece;
    char             *copy;
    size_t            n = 0;

    ct_http_scan_reset(&scan);
    scan.offset = cut->body;
    scan.head = cut->body;
    scan.step = CT_HTTP_CHUNK_STEP;
    if (ct_http_chunk_next(&scan, data, cut->whole, &none, body) != CT_OK
        || body->len == cut->len) {
        return CT_OK;
    }
    copy = ct_pool_try_alloc(pool, cut->len);
    if (copy == NULL) {
        return CT_ERROR;
    }
    piece = *body;
    do {
        CT_ASSERT(piece.len <= cut->len - n);
        memcpy(copy + n, piece.data, piece.len);
        n += piece.len;
    } while (ct_http_chunk_next(&scan, data, cut->whole, &none, &piece)
             == CT_OK);

    CT_ASSERT(n == cut->len);
    *body = (ct_str_t){ n, copy };
    return CT_OK;
}


ct_rc_t
ct_http_body_join(const ct_http_head_t *head, const uint8_t *data,
                  const ct_cut_t *cut, ct_pool_t *pool, ct_str_t *body)
{
    *body = (ct_str_t){ cut->len, (const char *) data + cut->body };
    if (!head->is_chunked || cut->len == 0) {
        return CT_OK;
    }
    return chunks_join(data, cut, pool, body);
}
