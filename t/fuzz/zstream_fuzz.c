/*
 * zstream_fuzz.c -- what comes out of a zlib stream.
 *
 * The first byte seeds how the rest is split.  What must hold: the same bytes
 * and the same end come out however the compressed ones arrive and however
 * small the room is; what is deflated
 * inflates again; nothing is said to be news that is none.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_zstream.h"

#include <stdlib.h>
#include <string.h>

#include "core/ct_buf.h"

/* More is not looked at: a bomb of a few bytes would take all the time. */
#define MOST_BYTES ((size_t) 1 << 13)

/* All that is learned of a stream. */
typedef struct story_s {
    ct_rc_t     rc;
    const char *why;
    ct_buf_t    out;
} story_t;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void
must(bool holds)
{
    if (!holds) {
        abort();
    }
}


/* Inflates what there is into pieces of at most `step` bytes. */
static void
inflate_some(ct_zstream_t *zstream, story_t *story, size_t step)
{
    size_t n;

    do {
        must(ct_buf_reserve(&story->out, step) == CT_OK);
        story->rc =
            ct_zstream_inflate(zstream, story->out.last, step, &n, &story->why);
        if (story->rc == CT_OK) {
            must(n > 0 && n <= step);
            story->out.last += n;
        }
    } while (story->rc == CT_OK && ct_buf_len(&story->out) < MOST_BYTES);
    must(story->rc == CT_OK
         || ct_zstream_has_news(zstream) == (story->rc != CT_AGAIN));
}


/* `seed` decides where the bytes are split; 0: nowhere. */
static void
tell(story_t *story, const uint8_t *data, size_t size, unsigned seed)
{
    ct_zstream_t *zstream = ct_zstream_create();
    size_t        step = 4096;
    size_t        len = size;
    size_t        room;
    uint8_t      *at;

    *story = (story_t){ .rc = CT_AGAIN };
    must(zstream != NULL);
    while (size > 0 && story->rc == CT_AGAIN) {
        if (seed != 0) {
            seed = seed * 1103515245u + 12345u;
            len = 1 + (seed >> 16) % 9;
            step = 1 + (seed >> 20) % 299;
        }
        len = len < size ? len : size;
        at = ct_zstream_room(zstream, &room);
        must(at != NULL && room > 9);
        if (seed & 1 && len < room) {
            memcpy(at, data, len);
            ct_zstream_received(zstream, len);
        } else {
            must(ct_zstream_feed(zstream, data, len) == CT_OK);
        }
        data += len;
        size -= len;
        inflate_some(zstream, story, step);
    }
    ct_zstream_destroy(zstream);
}


/* The bytes as text of our own. */
static void
round_trip(const uint8_t *data, size_t size)
{
    ct_zstream_t *here = ct_zstream_create();
    story_t       story;
    ct_buf_t      wire;
    size_t        half = size / 3;

    must(here != NULL);
    ct_buf_init(&wire);
    must(ct_zstream_deflate(here, data, half, &wire) == CT_OK);
    must(ct_zstream_deflate(here, data + half, size - half, &wire) == CT_OK);
    tell(&story, wire.pos, ct_buf_len(&wire), 1);
    must(story.rc == CT_AGAIN);
    must(ct_buf_len(&story.out) == size);
    must(size == 0 || memcmp(story.out.pos, data, size) == 0);
    ct_buf_release(&story.out);
    ct_buf_release(&wire);
    ct_zstream_destroy(here);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    story_t whole;
    story_t split;
    size_t  n;

    if (size < 1) {
        return 0;
    }
    tell(&whole, data + 1, size - 1, 0);
    tell(&split, data + 1, size - 1, 1u + data[0]);
    n = ct_buf_len(&whole.out);
    if (n < MOST_BYTES) {
        must(whole.rc == split.rc && whole.why == split.why);
        must(ct_buf_len(&split.out) == n);
    } else {
        n = MOST_BYTES;
        must(ct_buf_len(&split.out) >= n);
    }
    must(n == 0 || memcmp(whole.out.pos, split.out.pos, n) == 0);
    round_trip(data + 1, size - 1);
    ct_buf_release(&whole.out);
    ct_buf_release(&split.out);
    return 0;
}
