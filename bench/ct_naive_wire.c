/*
 * ct_naive_wire.c -- writing messages as a simple client would.
 *
 * A message is a protocol's text in a transport's wrapping.  The length of the
 * latter is written when the end is known.
 *
 *   binary   80 01 00 kind | length, name | seqid | fields | 0
 *   compact  82 | kind << 5 | 1 | seqid | length, name | fields | 0
 *   framed   length | message
 *   header   length | 0FFF | flags | seqid | words of head | head | message
 */

#define _GNU_SOURCE

#include "ct_naive_wire.h"

#include <endian.h>
#include <stdbool.h>
#include <string.h>

#define CALL  1
#define REPLY 2

#define BINARY_STRICT 0x80010000U
#define BINARY_I32    8
#define BINARY_STRING 11

#define COMPACT_ID      0x82
#define COMPACT_VERSION 1
#define COMPACT_I32     5
#define COMPACT_STRING  8
#define COMPACT_NEXT    0x10 /* the field's id is one above the last */

#define HEADER_MAGIC   0x0fff
#define HEADER_BINARY  0
#define HEADER_COMPACT 2
#define HEADER_STICKY  2
#define WORD           4

typedef struct {
    const char *name;
    bool        is_compact;
    bool        is_framed;
    bool        has_header;
} dialect_t;

static const dialect_t dialects[CT_NAIVE_NDIALECTS] = {
    { "framed", false, true, false },
    { "unframed", false, false, false },
    { "compact", true, true, false },
    { "header", false, true, true },
    { "unframed-compact", true, false, false },
    { "header-compact", true, true, true },
};


static uint8_t *
put16(uint8_t *out, unsigned value)
{
    out[0] = (uint8_t) (value >> 8);
    out[1] = (uint8_t) value;
    return out + 2;
}


static uint8_t *
put32(uint8_t *out, uint32_t value)
{
    const uint32_t wire = htobe32(value);

    memcpy(out, &wire, sizeof(wire));
    return out + sizeof(wire);
}


static uint8_t *
put_varint(uint8_t *out, uint32_t value)
{
    while (value > 0x7f) {
        *out++ = (uint8_t) (value | 0x80);
        value >>= 7;
    }
    *out++ = (uint8_t) value;
    return out;
}


static uint8_t *
put_text(uint8_t *out, const char *text, bool is_compact)
{
    const size_t len = strlen(text);

    out = is_compact ? put_varint(out, (uint32_t) len)
                     : put32(out, (uint32_t) len);
    memcpy(out, text, len);
    return out + len;
}


static uint8_t *
put_binary(uint8_t *out, const ct_naive_call_t *call, unsigned kind)
{
    out = put32(out, BINARY_STRICT | kind);
    out = put_text(out, call->method, false);
    out = put32(out, call->seqid);
    *out++ = BINARY_STRING;
    out = put16(out, kind == CALL ? 1 : 0);
    out = put_text(out, kind == CALL ? call->arg : call->success, false);
    if (kind == CALL && call->delay_ms != 0) {
        *out++ = BINARY_I32;
        out = put16(out, 2);
        out = put32(out, (uint32_t) call->delay_ms);
    }
    *out++ = 0;
    return out;
}


/* Field 0 of a reply is not above the one before the first, so it is long. */
static uint8_t *
put_compact(uint8_t *out, const ct_naive_call_t *call, unsigned kind)
{
    *out++ = COMPACT_ID;
    *out++ = (uint8_t) (kind << 5 | COMPACT_VERSION);
    out = put_varint(out, call->seqid);
    out = put_text(out, call->method, true);
    if (kind == REPLY) {
        *out++ = COMPACT_STRING;
        *out++ = 0;
        out = put_text(out, call->success, true);
    } else {
        *out++ = COMPACT_NEXT | COMPACT_STRING;
        out = put_text(out, call->arg, true);
    }
    if (kind == CALL && call->delay_ms != 0) {
        *out++ = COMPACT_NEXT | COMPACT_I32;
        out = put_varint(out, (uint32_t) call->delay_ms << 1);
    }
    *out++ = 0;
    return out;
}


/* Between the frame's length and the message. */
static uint8_t *
put_header(uint8_t *out, const dialect_t *dialect, const ct_naive_call_t *call,
           unsigned kind)
{
    uint8_t *words;
    uint8_t *head;

    out = put16(out, HEADER_MAGIC);
    out = put16(out, 0);
    out = put32(out, call->seqid);
    words = out;
    head = out + 2;
    out =
        put_varint(head, dialect->is_compact ? HEADER_COMPACT : HEADER_BINARY);
    out = put_varint(out, 0);
    if (kind == CALL && call->sticky != NULL) {
        out = put_varint(out, HEADER_STICKY);
        out = put_varint(out, 1);
        out = put_text(out, CT_NAIVE_STICKY, true);
        out = put_text(out, call->sticky, true);
    }
    while ((out - head) % WORD != 0) {
        *out++ = 0;
    }
    put16(words, (unsigned) (out - head) / WORD);
    return out;
}


static size_t
write_message(const dialect_t *dialect, const ct_naive_call_t *call,
              unsigned kind, uint8_t *out)
{
    uint8_t *end = out + (dialect->is_framed ? 4 : 0);

    if (dialect->has_header) {
        end = put_header(end, dialect, call, kind);
    }
    end = dialect->is_compact ? put_compact(end, call, kind)
                              : put_binary(end, call, kind);
    if (dialect->is_framed) {
        put32(out, (uint32_t) (end - out - 4));
    }
    return (size_t) (end - out);
}


const char *
ct_naive_dialect_name(ct_naive_dialect_e dialect)
{
    return dialects[dialect].name;
}


int
ct_naive_dialect_has_headers(ct_naive_dialect_e dialect)
{
    return dialects[dialect].has_header;
}


size_t
ct_naive_write_call(ct_naive_dialect_e dialect, const ct_naive_call_t *call,
                    uint8_t *out)
{
    return write_message(&dialects[dialect], call, CALL, out);
}


size_t
ct_naive_write_reply(ct_naive_dialect_e dialect, const ct_naive_call_t *call,
                     uint8_t *out)
{
    return write_message(&dialects[dialect], call, REPLY, out);
}
