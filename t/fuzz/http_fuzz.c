/*
 * http_fuzz.c -- requests and replies of HTTP/1.1, cut, opened and answered.
 *
 * The first byte says which of the two, and seeds how the rest is split into
 * reads.  What must hold: everything is the same however the bytes arrive, a
 * body stays within the caps, what is opened is inside the message or the
 * pool, and what is answered is one answer that a client can read.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_transport.h"

#include <stdlib.h>
#include <string.h>

#include "core/ct_buf.h"
#include "core/ct_pool.h"
#include "thrift/wire/ct_web.h"

/* More cuts than an input of usual length has; the rest is not looked at. */
#define MAX_CUTS 32

#define REPLY "reply"

static const ct_limits_t limits = {
    .frame = 1 << 16,
    .message = 700,
    .string = 1 << 12,
    .container = 1 << 12,
    .decoded = 1 << 20,
    .depth = 64,
    .name = 256,
    .header = 500,
};

static const ct_dialects_t dialects = {
    .limits = &limits,
    .header = &ct_header_transport,
    .ttheader = &ct_ttheader_transport,
    .http = &ct_http_transport,
    .binary = &ct_binary_protocol,
    .compact = &ct_compact_protocol,
    .json = &ct_json_protocol,
};

/* One message: where it is, and what is in it. */
typedef struct part_s {
    ct_cut_t             cut;
    ct_rc_t              rc; /* of `open` */
    const ct_protocol_t *protocol;
    size_t               nheaders;
    size_t               len; /* of the body */
    uint32_t             sum; /* of its bytes and of the headers' */
    bool                 closes;
} part_t;

/* All that is learned of a connection. */
typedef struct story_s {
    ct_rc_t     rc; /* of the last cut */
    uint16_t    status;
    const char *why;
    size_t      nparts;
    part_t      parts[MAX_CUTS];
} story_t;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void
must(bool holds)
{
    if (!holds) {
        abort();
    }
}


static void
add(uint32_t *sum, ct_str_t text)
{
    for (size_t i = 0; i < text.len; i++) {
        *sum = *sum * 31 + (uint8_t) text.data[i];
    }
}


/* Our own client reads what our server says, unless it is no 200. */
static void
check_answer(const ct_buf_t *out, bool is_reply)
{
    static const char begin[] = "HTTP/1.1 ";
    ct_scan_t         scan = { .offset = 0 };
    ct_cut_t          cut;
    size_t            want;

    must(ct_buf_len(out) > sizeof(begin)
         && memcmp(out->pos, begin, sizeof(begin) - 1) == 0);
    if (is_reply) {
        must(ct_http_client_transport.cut(&scan, NULL, out->pos,
                                          ct_buf_len(out), &limits, &cut, &want)
             == CT_OK);
        must(cut.whole == ct_buf_len(out) && cut.len >= sizeof(REPLY) - 1);
    }
}


static void
answer(const ct_transport_t *transport, ct_rc_t rc,
       const ct_envelope_t *envelope)
{
    ct_buf_t out;
    size_t   mark;

    if (transport->answer == NULL) {
        return;
    }
    ct_buf_init(&out);
    if (rc != CT_DECLINED) {
        must(transport->wrap_begin(envelope, &out, &mark) == CT_OK);
        must(ct_buf_append(&out, REPLY, sizeof(REPLY) - 1) == CT_OK);
        must(transport->wrap_end(envelope, &out, mark) == CT_OK);
    } else {
        must(transport->answer(envelope, &out) == CT_OK);
    }
    check_answer(&out, rc != CT_DECLINED);
    ct_buf_release(&out);
}


/* Opened from memory of its own, so that a look behind it is seen. */
static void
open_part(const ct_transport_t *transport, const uint8_t *data, part_t *part)
{
    ct_pool_t    *pool = ct_pool_create(1024);
    uint8_t      *copy = ct_pool_alloc(pool, part->cut.whole);
    ct_opening_t  opening = { .limits = &limits,
                              .dialects = &dialects,
                              .pool = pool,
                              .app_error = -1 };
    ct_envelope_t envelope = { .dialect = { .transport = transport,
                                            .protocol = &ct_binary_protocol } };
    ct_str_t      body = { part->cut.len, NULL };

    memcpy(copy, data, part->cut.whole);
    part->rc = transport->open(&opening, copy, &part->cut, &envelope, &body);
    must(part->rc != CT_AGAIN);
    must((opening.why != NULL) == (opening.error != CT_WIRE_OK));
    part->protocol = envelope.dialect.protocol;
    part->nheaders = envelope.nheaders;
    part->closes = envelope.closes;
    for (size_t i = 0; i < envelope.nheaders; i++) {
        add(&part->sum, envelope.headers[i].name);
        add(&part->sum, envelope.headers[i].value);
    }
    if (part->rc == CT_OK) {
        part->len = body.len;
        must(body.len <= limits.frame);
        add(&part->sum, body);
    }
    if (part->rc != CT_ERROR || opening.app_error >= 0) {
        answer(transport, part->rc, &envelope);
    }
    if (envelope.web != NULL) {
        must(part->rc == CT_DECLINED && envelope.web->path.len > 0);
        add(&part->sum, envelope.web->path);
        add(&part->sum, envelope.web->query);
        envelope.web->status = 404;
        envelope.web->body = CT_STR(REPLY);
        answer(transport, part->rc, &envelope);
    }
    ct_pool_destroy(pool);
}


/* Cuts what there is of `data`; `*done` bytes were cut before. */
static void
cut_some(story_t *story, const ct_transport_t *transport, ct_scan_t *scan,
         const uint8_t *data, size_t len, size_t *done)
{
    story->rc = CT_AGAIN;
    while (story->nparts < MAX_CUTS && *done < len) {
        part_t *part = &story->parts[story->nparts];
        size_t  want = 0;

        story->rc = transport->cut(scan, &ct_binary_protocol, data + *done,
                                   len - *done, &limits, &part->cut, &want);
        if (story->rc == CT_AGAIN) {
            must(want > len - *done);
            must(scan->offset <= len - *done);
            must(want <= limits.message + limits.header + 1000);
        }
        if (story->rc != CT_OK) {
            return;
        }
        must(part->cut.whole > 0 && part->cut.whole <= len - *done);
        must(part->cut.len <= part->cut.whole - part->cut.body);
        must(part->cut.len <= limits.message);
        open_part(transport, data + *done, part);
        *done += part->cut.whole;
        story->nparts++;
    }
}


/* `seed` decides where the bytes are split; 0: nowhere. */
static void
tell(story_t *story, const ct_transport_t *transport, const uint8_t *data,
     size_t size, unsigned seed)
{
    ct_scan_t scan = { .offset = 0 };
    size_t    done = 0;
    size_t    len = 0;

    memset(story, 0, sizeof(*story));
    do {
        seed = seed * 1103515245u + 12345u;
        len += 1 + (seed >> 16) % 7;
        len = len > size || seed == 12345u ? size : len;
        cut_some(story, transport, &scan, data, len, &done);
    } while (story->rc != CT_ERROR && story->nparts < MAX_CUTS && len < size);

    if (story->rc == CT_ERROR) {
        story->status = scan.status;
        story->why = scan.why;
        must(scan.why != NULL && scan.error != CT_WIRE_OK);
    }
}


static void
refuse(const ct_transport_t *transport, const story_t *story)
{
    const ct_scan_t scan = { .status = story->status, .why = story->why };
    ct_buf_t        out;

    if (story->rc != CT_ERROR || transport->refuse == NULL) {
        return;
    }
    must(story->status >= 400);
    ct_buf_init(&out);
    must(transport->refuse(&scan, &out) == CT_OK);
    check_answer(&out, false);
    ct_buf_release(&out);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const ct_transport_t *transport = &ct_http_transport;
    story_t               whole;
    story_t               split;

    if (size < 1) {
        return 0;
    }
    if (data[0] & 1) {
        transport = &ct_http_client_transport;
    }
    tell(&whole, transport, data + 1, size - 1, 0);
    tell(&split, transport, data + 1, size - 1, 1u + data[0]);
    must(whole.rc == split.rc);
    must(whole.status == split.status);
    must(whole.why == split.why);
    must(whole.nparts == split.nparts);
    for (size_t i = 0; i < whole.nparts; i++) {
        must(memcmp(&whole.parts[i], &split.parts[i], sizeof(part_t)) == 0);
    }
    refuse(transport, &whole);
    return 0;
}
