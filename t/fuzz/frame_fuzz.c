/*
 * frame_fuzz.c -- a connection's bytes, cut into messages.
 *
 * The first byte seeds how the rest is split into reads.  What must hold: the
 * dialect and the cuts are the same however the bytes arrive, an earlier
 * answer never changes, and a wish for bytes is for more than there are.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_transport.h"

#include <stdlib.h>
#include <string.h>

/* More cuts than an input of usual length has; the rest is not looked at. */
#define MAX_CUTS 64

static const ct_limits_t limits = {
    .frame = 1 << 16,
    .message = 1 << 16,
    .string = 1 << 12,
    .container = 1 << 12,
    .decoded = 1 << 20,
    .depth = 64,
    .name = 256,
};

static const ct_dialects_t dialects = {
    .limits = &limits,
    .framed = &ct_framed_transport,
    .unframed = &ct_unframed_transport,
    .header = &ct_header_transport,
    .ttheader = &ct_ttheader_transport,
    .binary = &ct_binary_protocol,
    .compact = &ct_compact_protocol,
    .json = &ct_json_protocol,
};

/* All that is learned of a connection. */
typedef struct story_s {
    ct_rc_t      rc; /* of the last step */
    ct_dialect_t dialect;
    size_t       ncuts;
    ct_cut_t     cuts[MAX_CUTS];
} story_t;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void
must(bool holds)
{
    if (!holds) {
        abort();
    }
}


/* Cuts what there is of `data`; `*done` bytes were cut before. */
static void
cut_some(story_t *story, ct_scan_t *scan, const uint8_t *data, size_t len,
         size_t *done)
{
    while (story->ncuts < MAX_CUTS) {
        ct_cut_t *cut = &story->cuts[story->ncuts];
        size_t    want = 0;

        story->rc = story->dialect.transport->cut(scan, story->dialect.protocol,
                                                  data + *done, len - *done,
                                                  &limits, cut, &want);
        if (story->rc == CT_AGAIN) {
            must(want > len - *done && want <= limits.message + 4);
        }
        if (story->rc != CT_OK) {
            return;
        }
        must(cut->whole > 0 && cut->whole <= len - *done);
        must(cut->body + cut->len == cut->whole);
        *done += cut->whole;
        story->ncuts++;
    }
}


/* `seed` decides where the bytes are split; 0: nowhere. */
static void
tell(story_t *story, const uint8_t *data, size_t size, unsigned seed)
{
    ct_scan_t   scan = { .offset = 0 };
    const char *c_guess = NULL;
    size_t      done = 0;
    size_t      len = 0;

    *story = (story_t){ .rc = CT_AGAIN };
    do {
        seed = seed * 1103515245u + 12345u;
        len += 1 + (seed >> 16) % 7;
        len = len > size || seed == 12345u ? size : len;
        if (story->dialect.transport == NULL) {
            story->rc =
                ct_detect(data, len, &dialects, &story->dialect, &c_guess);
            must((story->rc == CT_DECLINED) == (c_guess != NULL));
        }
        if (story->dialect.transport != NULL) {
            cut_some(story, &scan, data, len, &done);
        }
    } while (story->rc != CT_ERROR && story->rc != CT_DECLINED && len < size);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    story_t whole;
    story_t split;

    if (size < 1) {
        return 0;
    }
    tell(&whole, data + 1, size - 1, 0);
    tell(&split, data + 1, size - 1, 1u + data[0]);
    must(whole.rc == split.rc);
    must(whole.dialect.transport == split.dialect.transport);
    must(whole.dialect.protocol == split.dialect.protocol);
    must(whole.ncuts == split.ncuts);
    /* Space behind a message in JSON is taken with it if it is there. */
    must(whole.dialect.protocol == &ct_json_protocol
         || memcmp(whole.cuts, split.cuts, whole.ncuts * sizeof(ct_cut_t))
                == 0);
    return 0;
}
