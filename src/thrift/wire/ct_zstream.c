/*
 * ct_zstream.c -- the two streams of the zlib transport.
 *
 * Both are made when they are needed first, and zlib itself takes the window
 * of an inflating stream only then: who connects and says nothing costs
 * little.  Our own window is small, since replies seldom repeat what stood
 * far back, and there is one for each connection.
 *
 * zlib's head would tell of that small window, and there are readers, ours
 * among them, that know the transport by the "78" of the usual one.  A larger
 * window than is used may be announced, so we write the head and leave zlib
 * the raw stream; the checksum behind it is never due.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_zstream.h"

#include <limits.h>

#include "core/ct_buf.h"
#include "core/ct_mem.h"
#include "thrift/wire/ct_zmem.h"

/* Compressed bytes that are received at once. */
#define RAW_SIZE ((size_t) 8192)

/* 2^13 bytes of window without zlib's head, and 2^13 places in its table. */
#define WINDOW_BITS (-13)
#define MEM_LEVEL   6

/* RFC 1950: deflate, a window of 32 KB, the fastest algorithm. */
#define HEAD      "\x78\x01"
#define HEAD_SIZE 2

/*
 * Room for one step of deflating.  With less than seven bytes zlib might write
 * the end of a flush twice.
 */
#define STEP_SIZE ((size_t) 4096)

/*
 * Invariants: once `broken` is set inflating is over, once `ended` it gives
 * nothing more; `is_full` says that the last call had no room left, so that
 * zlib may hold more.
 */
struct ct_zstream_s {
    z_stream    in;
    z_stream    out;
    ct_buf_t    raw;    /* received and not inflated */
    const char *broken; /* why, or NULL */
    bool        ended;
    bool        is_full;
    bool        is_inflating; /* `in` is initialised */
    bool        is_deflating; /* `out` is */
    bool        is_lost;      /* memory ended inside `out` */
};


ct_zstream_t *
ct_zstream_create(void)
{
    ct_zstream_t *zstream = ct_mem_try_alloc(sizeof(*zstream));

    if (zstream != NULL) {
        *zstream = (ct_zstream_t){ .broken = NULL };
        ct_zmem_use(&zstream->in);
        ct_zmem_use(&zstream->out);
        ct_buf_init(&zstream->raw);
    }
    return zstream;
}


void
ct_zstream_destroy(ct_zstream_t *zstream)
{
    if (zstream == NULL) {
        return;
    }
    if (zstream->is_inflating) {
        (void) inflateEnd(&zstream->in);
    }
    if (zstream->is_deflating) {
        (void) deflateEnd(&zstream->out);
    }
    ct_buf_release(&zstream->raw);
    ct_mem_release(zstream);
}


uint8_t *
ct_zstream_room(ct_zstream_t *zstream, size_t *size)
{
    ct_buf_t *raw = &zstream->raw;

    *size = 0;
    if (ct_buf_len(raw) != 0) {
        return raw->last;
    }
    ct_buf_reset(raw, RAW_SIZE);
    if (ct_buf_reserve(raw, RAW_SIZE) != CT_OK) {
        return NULL;
    }
    *size = ct_buf_room(raw);
    return raw->last;
}


void
ct_zstream_received(ct_zstream_t *zstream, size_t n)
{
    CT_ASSERT(n <= ct_buf_room(&zstream->raw));
    zstream->raw.last += n;
}


ct_rc_t
ct_zstream_feed(ct_zstream_t *zstream, const uint8_t *data, size_t len)
{
    return ct_buf_append(&zstream->raw, data, len);
}


static bool
can_inflate(const ct_zstream_t *zstream)
{
    return zstream->broken == NULL && !zstream->ended
           && (ct_buf_len(&zstream->raw) != 0 || zstream->is_full);
}


bool
ct_zstream_has_news(const ct_zstream_t *zstream)
{
    return zstream->broken != NULL || zstream->ended || can_inflate(zstream);
}


/* zlib counts in 32 bits. */
static uInt
at_most(size_t size)
{
    return size > UINT_MAX ? UINT_MAX : (uInt) size;
}


/* What zlib's verdict says about the stream: NULL for nothing bad. */
static const char *
what_is_wrong(int verdict)
{
    if (verdict == Z_MEM_ERROR) {
        return "no memory for a zlib stream";
    }
    if (verdict == Z_NEED_DICT) {
        return "a zlib stream with a dictionary";
    }
    return verdict == Z_OK || verdict == Z_STREAM_END || verdict == Z_BUF_ERROR
               ? NULL
               : "a broken zlib stream";
}


/* One call of zlib's: `broken` and `ended` are as it says, *n is what came. */
static void
inflate_step(ct_zstream_t *zstream, uint8_t *data, size_t size, size_t *n)
{
    z_stream *in = &zstream->in;
    int       verdict;

    *n = 0;
    if (!zstream->is_inflating) {
        zstream->broken = what_is_wrong(inflateInit(in));
        if (zstream->broken != NULL) {
            return;
        }
        zstream->is_inflating = true;
    }
    in->next_in = zstream->raw.pos;
    in->avail_in = at_most(ct_buf_len(&zstream->raw));
    in->next_out = data;
    in->avail_out = at_most(size);
    verdict = inflate(in, Z_SYNC_FLUSH);
    zstream->raw.pos = zstream->raw.last - in->avail_in;
    zstream->is_full = in->avail_out == 0;
    zstream->ended = verdict == Z_STREAM_END;
    zstream->broken = what_is_wrong(verdict);
    *n = (size_t) (in->next_out - data);
}


/*
 * Bytes may go in and give nothing: an empty block, half a code.  What came out
 * in front of something broken is given first, as it would be if it had been
 * received by itself.
 */
ct_rc_t
ct_zstream_inflate(ct_zstream_t *zstream, uint8_t *data, size_t size, size_t *n,
                   const char **why)
{
    CT_ASSERT(size > 0);
    while (can_inflate(zstream)) {
        inflate_step(zstream, data, size, n);
        if (*n > 0) {
            return CT_OK;
        }
    }
    if (zstream->broken != NULL) {
        *why = zstream->broken;
        return CT_ERROR;
    }
    return zstream->ended ? CT_DECLINED : CT_AGAIN;
}


static ct_rc_t
deflate_begin(ct_zstream_t *zstream, ct_buf_t *out)
{
    if (deflateInit2(&zstream->out, Z_BEST_SPEED, Z_DEFLATED, WINDOW_BITS,
                     MEM_LEVEL, Z_DEFAULT_STRATEGY)
        != Z_OK) {
        return CT_ERROR;
    }
    zstream->is_deflating = true;
    return ct_buf_append(out, HEAD, HEAD_SIZE);
}


/* `flush` is met when zlib has left some of the room that it was given. */
static ct_rc_t
deflate_part(z_stream *stream, int flush, ct_buf_t *out)
{
    do {
        if (ct_buf_reserve(out, STEP_SIZE) != CT_OK) {
            return CT_ERROR;
        }
        stream->next_out = out->last;
        stream->avail_out = at_most(ct_buf_room(out));
        (void) deflate(stream, flush); /* fails only for misuse */
        out->last = stream->next_out;
    } while (stream->avail_out == 0);
    CT_ASSERT(stream->avail_in == 0);
    return CT_OK;
}


static ct_rc_t
deflate_all(ct_zstream_t *zstream, const uint8_t *data, size_t len,
            ct_buf_t *out)
{
    z_stream *stream = &zstream->out;

    if (!zstream->is_deflating && deflate_begin(zstream, out) != CT_OK) {
        return CT_ERROR;
    }
    while (len > 0) {
        stream->next_in = data;
        stream->avail_in = at_most(len);
        data += stream->avail_in;
        len -= stream->avail_in;
        if (deflate_part(stream, len > 0 ? Z_NO_FLUSH : Z_SYNC_FLUSH, out)
            != CT_OK) {
            return CT_ERROR;
        }
    }
    return CT_OK;
}


/* What zlib has taken in it cannot give back: then the stream is lost. */
ct_rc_t
ct_zstream_deflate(ct_zstream_t *zstream, const uint8_t *data, size_t len,
                   ct_buf_t *out)
{
    const size_t before = ct_buf_len(out);

    if (len == 0) {
        return CT_OK;
    }
    if (zstream->is_lost || deflate_all(zstream, data, len, out) != CT_OK) {
        zstream->is_lost = true;
        out->last = out->pos + before;
        return CT_ERROR;
    }
    return CT_OK;
}
