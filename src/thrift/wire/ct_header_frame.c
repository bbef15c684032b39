/*
 * ct_header_frame.c -- a frame that says things before its body.
 *
 * Every length is held against what is left before a byte behind it is looked
 * at, every number of headers against the bytes that they need at least and
 * against a cap.  From the sequence number on, a peer hears what was wrong.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_header_frame.h"

#include <string.h>

#include "core/ct_buf.h"
#include "core/ct_pool.h"
#include "thrift/wire/ct_bytes.h"
#include "thrift/wire/ct_framed.h"
#include "thrift/wire/ct_varint.h"

/* Magic, flags, sequence number, words. */
#define FIXED_SIZE 10

/* The head is counted in words of this size. */
#define WORD_SIZE 4

/* Longer frames would look like other things: Thrift, HeaderFormat.md. */
#define MOST_BYTES 0x3fffffff

#define TRUNCATED "a header that is cut short"


ct_rc_t
ct_header_frame_fail(ct_header_frame_t *frame, ct_wire_error_t error,
                     ct_app_error_t app_error, const char *why)
{
    frame->opening->error = error;
    frame->opening->app_error = (int) app_error;
    frame->opening->why = why;
    return CT_ERROR;
}


static ct_rc_t
fail(ct_header_frame_t *frame, ct_wire_error_t error, const char *why)
{
    return ct_header_frame_fail(frame, error, CT_APP_PROTOCOL_ERROR, why);
}


static size_t
left(const ct_header_frame_t *frame)
{
    return (size_t) (frame->end - frame->pos);
}


ct_rc_t
ct_header_frame_number(ct_header_frame_t *frame, size_t size, uint32_t *value)
{
    CT_ASSERT(size == 1 || size == 2);
    if (left(frame) < size) {
        return fail(frame, CT_WIRE_TRUNCATED, TRUNCATED);
    }
    *value = size == 1 ? *frame->pos : ct_load16(frame->pos);
    frame->pos += size;
    return CT_OK;
}


ct_rc_t
ct_header_frame_varint(ct_header_frame_t *frame, uint32_t *value)
{
    uint64_t      wide;
    size_t        size;
    const ct_rc_t rc =
        ct_varint_read(frame->pos, left(frame), 32, &wide, &size);

    if (rc == CT_AGAIN) {
        return fail(frame, CT_WIRE_TRUNCATED, TRUNCATED);
    }
    if (rc != CT_OK) {
        return fail(frame, CT_WIRE_MALFORMED, "a number that is too long");
    }
    *value = (uint32_t) wide;
    frame->pos += size;
    return CT_OK;
}


ct_rc_t
ct_header_frame_text(ct_header_frame_t *frame, uint32_t len, ct_str_t *text)
{
    if (left(frame) < len) {
        return fail(frame, CT_WIRE_TRUNCATED, TRUNCATED);
    }
    *text = (ct_str_t){ len, (const char *) frame->pos };
    frame->pos += len;
    return CT_OK;
}


ct_rc_t
ct_header_frame_add(ct_header_frame_t *frame, bool is_sticky, ct_str_t name,
                    ct_str_t value)
{
    const bool   stays = is_sticky && frame->opening->sticky != NULL;
    ct_header_t *headers = stays ? frame->sticky : frame->headers;
    const size_t most = stays ? CT_STICKY_MOST : CT_HEADER_MOST;
    size_t      *n = stays ? &frame->nsticky : &frame->nheaders;

    if (*n == most) {
        return fail(frame, CT_WIRE_LIMIT, "too many headers");
    }
    headers[*n] = (ct_header_t){ name, value };
    (*n)++;
    return CT_OK;
}


/* The frame at `data`, out of the one around it, if there is one. */
static bool
unwrap(uint16_t magic, const uint8_t **data, size_t *len)
{
    const size_t head = CT_FRAMED_HEAD_SIZE;

    if (*len < head + 2 || ct_load32(*data) != *len - head
        || ct_load16(*data + head) != magic) {
        return false;
    }
    *data += head;
    *len -= head;
    return true;
}


ct_rc_t
ct_header_frame_open(ct_header_frame_t *frame, uint16_t magic,
                     const uint8_t *data, const ct_cut_t *cut,
                     ct_envelope_t *envelope, ct_header_note_t **note)
{
    const uint8_t *at = data + cut->body;
    size_t         len = cut->len;
    const bool     in_frame = unwrap(magic, &at, &len);
    ct_opening_t  *opening = frame->opening;
    size_t         size;

    opening->app_error = -1;
    if (len < FIXED_SIZE || ct_load16(at) != magic) {
        opening->error = CT_WIRE_MALFORMED;
        opening->why = "a frame without a header";
        return CT_ERROR;
    }
    *note = ct_pool_zalloc(opening->pool, sizeof(**note));
    (*note)->flags = ct_load16(at + 2);
    (*note)->in_frame = in_frame;
    envelope->note = *note;
    opening->seqid = (int32_t) ct_load32(at + 4);
    envelope->seqid = opening->seqid;

    size = (size_t) ct_load16(at + 8) * WORD_SIZE;
    if (size > opening->limits->header) {
        return fail(frame, CT_WIRE_LIMIT, "a header over the limit");
    }
    if (size > len - FIXED_SIZE) {
        return fail(frame, CT_WIRE_MALFORMED, "a header longer than its frame");
    }
    frame->pos = at + FIXED_SIZE;
    frame->end = frame->pos + size;
    frame->payload =
        (ct_str_t){ len - FIXED_SIZE - size, (const char *) frame->end };
    frame->nheaders = 0;
    frame->nsticky = 0;
    return CT_OK;
}


ct_rc_t
ct_header_frame_speak(ct_header_frame_t *frame, const ct_protocol_t *protocol,
                      ct_envelope_t *envelope)
{
    if (protocol == NULL) {
        return ct_header_frame_fail(frame, CT_WIRE_MALFORMED,
                                    CT_APP_INVALID_PROTOCOL,
                                    "no protocol that is served here");
    }
    envelope->dialect.protocol = protocol;
    return CT_OK;
}


static ct_rc_t
sticky_set(ct_header_frame_t *frame)
{
    const ct_opening_t *opening = frame->opening;
    ct_rc_t             rc;

    if (frame->nsticky == 0) {
        return CT_OK;
    }
    rc = ct_sticky_set(opening->sticky, frame->sticky, frame->nsticky,
                       opening->limits->header);
    if (rc == CT_OK) {
        return CT_OK;
    }
    return rc == CT_DECLINED
               ? fail(frame, CT_WIRE_LIMIT, "too much in headers that stay")
               : fail(frame, CT_WIRE_MEMORY, "no memory for headers");
}


/*
 * Those of the message stand in front, since the first of a name counts.  Often
 * there are only the connection's, and they need no copy.
 */
ct_rc_t
ct_header_frame_close(ct_header_frame_t *frame, ct_envelope_t *envelope)
{
    ct_pool_t         *pool = frame->opening->pool;
    const size_t       n = frame->nheaders;
    const ct_header_t *sticky = NULL;
    size_t             nsticky = 0;
    ct_header_t       *all;

    if (sticky_set(frame) != CT_OK) {
        return CT_ERROR;
    }
    if (frame->opening->sticky != NULL) {
        sticky = ct_sticky_hold(frame->opening->sticky, pool, &nsticky);
    }
    envelope->headers = sticky;
    envelope->nheaders = n + nsticky;
    envelope->nsticky = nsticky;
    if (n == 0) {
        return CT_OK;
    }
    all = ct_pool_alloc(pool, (n + nsticky) * sizeof(*all));
    memcpy(all, frame->headers, n * sizeof(*all));
    if (nsticky > 0) {
        memcpy(all + n, sticky, nsticky * sizeof(*all));
    }
    envelope->headers = all;
    return CT_OK;
}


ct_header_note_t
ct_header_frame_note(const ct_envelope_t *envelope)
{
    const ct_header_note_t  none = { .flags = 0 };
    const ct_header_note_t *note = envelope->note;

    return note == NULL || envelope->is_request ? none : *note;
}


/* Bytes in front of the magic. */
static size_t
lengths_size(const ct_envelope_t *envelope)
{
    return ct_header_frame_note(envelope).in_frame ? 2 * CT_FRAMED_HEAD_SIZE
                                                   : CT_FRAMED_HEAD_SIZE;
}


uint8_t *
ct_header_frame_begin(const ct_envelope_t *envelope, uint16_t magic,
                      size_t size, ct_buf_t *out, size_t *mark)
{
    const size_t lengths = lengths_size(envelope);
    const size_t words = (size + WORD_SIZE - 1) / WORD_SIZE;
    const size_t total = lengths + FIXED_SIZE + words * WORD_SIZE;
    uint8_t     *at;

    if (words > UINT16_MAX) {
        return NULL;
    }
    *mark = ct_buf_len(out);
    if (ct_buf_reserve(out, total) != CT_OK) {
        return NULL;
    }
    memset(out->last, 0, total);
    at = out->last + lengths;
    ct_store16(at, magic);
    ct_store16(at + 2, ct_header_frame_note(envelope).flags);
    ct_store32(at + 4, (uint32_t) envelope->seqid);
    ct_store16(at + 8, (uint16_t) words);
    out->last += total;
    return at + FIXED_SIZE;
}


size_t
ct_header_frame_payload(const ct_envelope_t *envelope, const ct_buf_t *out,
                        size_t mark)
{
    const size_t at = mark + lengths_size(envelope);

    return at + FIXED_SIZE + (size_t) ct_load16(out->pos + at + 8) * WORD_SIZE;
}


ct_rc_t
ct_header_frame_end(const ct_envelope_t *envelope, ct_buf_t *out, size_t mark)
{
    const size_t lengths = lengths_size(envelope);
    uint8_t     *at = out->pos + mark;
    const size_t len = ct_buf_len(out) - mark - CT_FRAMED_HEAD_SIZE;

    if (len > MOST_BYTES) {
        return CT_ERROR;
    }
    ct_store32(at, (uint32_t) len);
    if (lengths > CT_FRAMED_HEAD_SIZE) {
        ct_store32(at + CT_FRAMED_HEAD_SIZE,
                   (uint32_t) len - CT_FRAMED_HEAD_SIZE);
    }
    return CT_OK;
}
