/*
 * ct_zlib.c -- whole bodies, inflated and deflated at once.
 *
 * What a body will inflate to nobody knows before: the memory doubles as it
 * fills, so that all copying together is linear and a small body never costs
 * what a bomb does.  A bomb costs `cap`, and is refused when it goes on.
 *
 * zlib is told to finish at once.  Where it can, which is nearly always, it
 * does without a window of its own.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_zlib.h"

#include <limits.h>
#include <string.h>

#include "core/ct_buf.h"
#include "core/ct_mem.h"
#include "core/ct_pool.h"
#include "thrift/wire/ct_zmem.h"

/* Text inflates to about this many times its size. */
#define USUAL_RATIO 4

/* The least to begin with. */
#define FIRST_SIZE ((size_t) 512)

/* For deflating: 8 KB of window, and as many places in its table. */
#define WINDOW_BITS 13
#define MEM_LEVEL   6

/* A body being inflated; `most` is one more byte than may come out. */
typedef struct inflating_s {
    z_stream    stream;
    uint8_t    *data;
    size_t      size;
    size_t      most;
    const char *why; /* once it has failed */
} inflating_t;


static size_t
least(size_t a, size_t b)
{
    return a < b ? a : b;
}


static ct_rc_t
fail(inflating_t *inflating, ct_rc_t rc, const char *why)
{
    inflating->why = why;
    return rc;
}


/* Room behind what has come out so far. */
static ct_rc_t
grow(inflating_t *inflating, size_t size)
{
    z_stream *stream = &inflating->stream;
    uint8_t  *data = ct_mem_try_realloc(inflating->data, size);

    if (data == NULL) {
        return fail(inflating, CT_ERROR, "no memory to inflate it");
    }
    stream->next_out = data + stream->total_out;
    stream->avail_out = (uInt) (size - stream->total_out);
    inflating->data = data;
    inflating->size = size;
    return CT_OK;
}


/* zlib has stopped before the end of the stream. */
static ct_rc_t
stopped(inflating_t *inflating, int verdict)
{
    if (verdict != Z_OK && verdict != Z_BUF_ERROR) {
        return fail(inflating, CT_ERROR,
                    verdict == Z_MEM_ERROR ? "no memory to inflate it"
                                           : "no zlib stream");
    }
    if (inflating->stream.avail_out != 0) {
        return fail(inflating, CT_ERROR, "a zlib stream without its end");
    }
    if (inflating->size == inflating->most) {
        return fail(inflating, CT_DECLINED, "it inflates to more than allowed");
    }
    return grow(inflating, inflating->size > inflating->most / 2
                               ? inflating->most
                               : inflating->size * 2);
}


static ct_rc_t
inflate_whole(inflating_t *inflating)
{
    int     verdict;
    ct_rc_t rc;

    while ((verdict = inflate(&inflating->stream, Z_FINISH)) != Z_STREAM_END) {
        rc = stopped(inflating, verdict);
        if (rc != CT_OK) {
            return rc;
        }
    }
    if (inflating->stream.avail_in != 0) {
        return fail(inflating, CT_ERROR, "bytes behind a zlib stream");
    }
    if (inflating->stream.total_out == inflating->most) {
        return fail(inflating, CT_DECLINED, "it inflates to more than allowed");
    }
    return CT_OK;
}


static ct_rc_t
inflate_begin(inflating_t *inflating, ct_str_t in)
{
    z_stream *stream = &inflating->stream;

    ct_zmem_use(stream);
    stream->next_in = (const uint8_t *) in.data;
    stream->avail_in = (uInt) in.len;
    if (inflateInit(stream) != Z_OK) {
        return fail(inflating, CT_ERROR, "no memory to inflate it");
    }
    return CT_OK;
}


ct_rc_t
ct_zlib_inflate(ct_str_t in, size_t cap, ct_pool_t *pool, ct_str_t *out,
                const char **why)
{
    inflating_t inflating = { .most = least(cap, UINT_MAX - 1) + 1 };
    size_t      size = least(in.len, UINT_MAX / USUAL_RATIO) * USUAL_RATIO;
    ct_rc_t     rc = CT_ERROR;

    *why = "too much to inflate";
    if (in.len > UINT_MAX) {
        return CT_DECLINED;
    }
    if (inflate_begin(&inflating, in) == CT_OK) {
        size = size < FIRST_SIZE ? FIRST_SIZE : size;
        rc = grow(&inflating, least(size, inflating.most));
        rc = rc == CT_OK ? inflate_whole(&inflating) : rc;
        (void) inflateEnd(&inflating.stream);
    }
    if (rc != CT_OK) {
        ct_mem_release(inflating.data);
        *why = inflating.why;
        return rc;
    }
    *out =
        (ct_str_t){ inflating.stream.total_out, (const char *) inflating.data };
    ct_pool_cleanup_add(pool, ct_mem_release, inflating.data);
    return CT_OK;
}


/*
 * The result is made behind the body and then moved over it: zlib cannot
 * write where it still reads.
 */
ct_rc_t
ct_zlib_deflate(ct_buf_t *out, size_t at)
{
    z_stream     stream = { .next_in = NULL };
    const size_t len = ct_buf_len(out) - at;
    uint8_t     *body;
    size_t       bound;
    int          verdict;

    CT_ASSERT(at <= ct_buf_len(out));
    ct_zmem_use(&stream);
    if (len > UINT_MAX / 2
        || deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, WINDOW_BITS,
                        MEM_LEVEL, Z_DEFAULT_STRATEGY)
               != Z_OK) {
        return CT_ERROR;
    }
    bound = deflateBound(&stream, len);
    if (ct_buf_reserve(out, bound) != CT_OK) {
        (void) deflateEnd(&stream);
        return CT_ERROR;
    }
    body = out->pos + at;
    stream.next_in = body;
    stream.avail_in = (uInt) len;
    stream.next_out = out->last;
    stream.avail_out = (uInt) bound;
    verdict = deflate(&stream, Z_FINISH); /* in the bound it always ends */
    CT_ASSERT(verdict == Z_STREAM_END);
    (void) verdict;
    memmove(body, out->last, stream.total_out);
    out->last = body + stream.total_out;
    (void) deflateEnd(&stream);
    return CT_OK;
}
