/*
 * ct_header.c -- THeader, which says protocol, compression and headers in
 * front of each message.
 *
 * Source: Apache Thrift, doc/specs/HeaderFormat.md.  The head, of varints and
 * of texts behind their lengths:
 *
 *   protocol | number of transforms | transforms ...
 *     | info, its number of pairs, name, value ... | ... | zeros
 *
 * Of transforms there is zlib; of infos, the headers of the message (1) and,
 * as in fbthrift, those of its connection (2).  An info that nobody knows ends
 * the list: newer ones stand behind older ones, and no length is given.
 *
 * A reply has the protocol, the flags and the compression of its request, and
 * its extra frame, but no headers.
 */

#include "core/ct_config.h"

#include "core/ct_buf.h"
#include "thrift/wire/ct_framed.h"
#include "thrift/wire/ct_header_frame.h"
#include "thrift/wire/ct_transport.h"
#include "thrift/wire/ct_varint.h"
#include "thrift/wire/ct_zlib.h"

#define MAGIC 0x0fff

enum {
    PROTOCOL_BINARY = 0,
    PROTOCOL_JSON = 1,
    PROTOCOL_COMPACT = 2,
};

enum {
    TRANSFORM_NONE = 0,
    TRANSFORM_ZLIB = 1,
};

enum {
    INFO_HEADERS = 1,
    INFO_STICKY = 2,
};

/*
 * Libraries inflate as often as a head says.  Nobody says it more than once,
 * and each time may cost a frame of memory.
 */
#define MOST_INFLATIONS 2


static ct_rc_t
read_protocol(ct_header_frame_t *frame, ct_envelope_t *envelope)
{
    const ct_dialects_t *dialects = frame->opening->dialects;
    const ct_protocol_t *protocol = NULL;
    uint32_t             id;

    if (ct_header_frame_varint(frame, &id) != CT_OK) {
        return CT_ERROR;
    }
    if (id == PROTOCOL_BINARY) {
        protocol = dialects->binary;
    } else if (id == PROTOCOL_COMPACT) {
        protocol = dialects->compact;
    }
    return ct_header_frame_speak(frame, protocol, envelope);
}


/* How often the payload is to be inflated.  Each step reads a byte. */
static ct_rc_t
read_transforms(ct_header_frame_t *frame, uint32_t *inflations)
{
    uint32_t n;
    uint32_t id;

    *inflations = 0;
    if (ct_header_frame_varint(frame, &n) != CT_OK) {
        return CT_ERROR;
    }
    for (uint32_t i = 0; i < n; i++) {
        if (ct_header_frame_varint(frame, &id) != CT_OK) {
            return CT_ERROR;
        }
        if (id != TRANSFORM_NONE && id != TRANSFORM_ZLIB) {
            return ct_header_frame_fail(frame, CT_WIRE_MALFORMED,
                                        CT_APP_INVALID_TRANSFORM,
                                        "a transform that is not known here");
        }
        *inflations += id == TRANSFORM_ZLIB;
    }
    if (*inflations > MOST_INFLATIONS) {
        return ct_header_frame_fail(frame, CT_WIRE_LIMIT,
                                    CT_APP_INVALID_TRANSFORM,
                                    "compressed too many times");
    }
    return CT_OK;
}


static ct_rc_t
read_text(ct_header_frame_t *frame, ct_str_t *text)
{
    uint32_t len;

    if (ct_header_frame_varint(frame, &len) != CT_OK) {
        return CT_ERROR;
    }
    return ct_header_frame_text(frame, len, text);
}


/* Names and values; a number that promises more than is there soon ends. */
static ct_rc_t
read_headers(ct_header_frame_t *frame, bool is_sticky)
{
    uint32_t n;
    ct_str_t name;
    ct_str_t value;

    if (ct_header_frame_varint(frame, &n) != CT_OK) {
        return CT_ERROR;
    }
    for (uint32_t i = 0; i < n; i++) {
        if (read_text(frame, &name) != CT_OK
            || read_text(frame, &value) != CT_OK
            || ct_header_frame_add(frame, is_sticky, name, value) != CT_OK) {
            return CT_ERROR;
        }
    }
    return CT_OK;
}


static ct_rc_t
read_infos(ct_header_frame_t *frame)
{
    uint32_t id;

    while (frame->pos < frame->end) {
        if (ct_header_frame_varint(frame, &id) != CT_OK) {
            return CT_ERROR;
        }
        if (id != INFO_HEADERS && id != INFO_STICKY) {
            return CT_OK;
        }
        if (read_headers(frame, id == INFO_STICKY) != CT_OK) {
            return CT_ERROR;
        }
    }
    return CT_OK;
}


/* The cap of a body is that of a frame, since it could have come in one. */
static ct_rc_t
inflate(ct_header_frame_t *frame, uint32_t times)
{
    const ct_opening_t *opening = frame->opening;
    const char         *why;
    ct_rc_t             rc;

    for (uint32_t i = 0; i < times; i++) {
        rc = ct_zlib_inflate(frame->payload, opening->limits->frame,
                             opening->pool, &frame->payload, &why);
        if (rc != CT_OK) {
            return ct_header_frame_fail(
                frame, rc == CT_DECLINED ? CT_WIRE_LIMIT : CT_WIRE_MALFORMED,
                CT_APP_PROTOCOL_ERROR, why);
        }
    }
    return CT_OK;
}


static ct_rc_t
open_message(ct_opening_t *opening, const uint8_t *data, const ct_cut_t *cut,
             ct_envelope_t *envelope, ct_str_t *body)
{
    ct_header_frame_t frame;
    ct_header_note_t *note;
    uint32_t          inflations;

    frame.opening = opening;
    if (ct_header_frame_open(&frame, MAGIC, data, cut, envelope, &note) != CT_OK
        || read_protocol(&frame, envelope) != CT_OK
        || read_transforms(&frame, &inflations) != CT_OK
        || read_infos(&frame) != CT_OK || inflate(&frame, inflations) != CT_OK
        || ct_header_frame_close(&frame, envelope) != CT_OK) {
        return CT_ERROR;
    }
    envelope->compressed = inflations > 0;
    *body = frame.payload;
    return CT_OK;
}


/* By their names: who refers to a protocol's table has all of it linked. */
static uint8_t
protocol_id(const ct_protocol_t *protocol)
{
    if (strcmp(protocol->name, "compact") == 0) {
        return PROTOCOL_COMPACT;
    }
    return strcmp(protocol->name, "json") == 0 ? PROTOCOL_JSON
                                               : PROTOCOL_BINARY;
}


static size_t
varint_size(size_t value)
{
    uint8_t bytes[CT_VARINT64_SIZE];

    return ct_varint_write(bytes, value);
}


static size_t
text_size(ct_str_t text)
{
    return varint_size(text.len) + text.len;
}


static uint8_t *
put_text(uint8_t *at, ct_str_t text)
{
    at += ct_varint_write(at, text.len);
    if (text.len > 0) {
        memcpy(at, text.data, text.len);
    }
    return at + text.len;
}


/* Headers go with a request only. */
static size_t
headers_count(const ct_envelope_t *envelope)
{
    return envelope->is_request ? envelope->nheaders : 0;
}


static size_t
head_size(const ct_envelope_t *envelope)
{
    const size_t n = headers_count(envelope);
    size_t       size = envelope->compressed ? 3 : 2;

    if (n > 0) {
        size += 1 + varint_size(n);
    }
    for (size_t i = 0; i < n; i++) {
        size += text_size(envelope->headers[i].name)
                + text_size(envelope->headers[i].value);
    }
    return size;
}


static ct_rc_t
wrap_begin(const ct_envelope_t *envelope, ct_buf_t *out, size_t *mark)
{
    const size_t n = headers_count(envelope);
    uint8_t     *at;

    at = ct_header_frame_begin(envelope, MAGIC, head_size(envelope), out, mark);
    if (at == NULL) {
        return CT_ERROR;
    }
    *at++ = protocol_id(envelope->dialect.protocol);
    *at++ = envelope->compressed;
    if (envelope->compressed) {
        *at++ = TRANSFORM_ZLIB;
    }
    if (n > 0) {
        *at++ = INFO_HEADERS;
        at += ct_varint_write(at, n);
    }
    for (size_t i = 0; i < n; i++) {
        at = put_text(at, envelope->headers[i].name);
        at = put_text(at, envelope->headers[i].value);
    }
    return CT_OK;
}


static ct_rc_t
wrap_end(const ct_envelope_t *envelope, ct_buf_t *out, size_t mark)
{
    const size_t payload = ct_header_frame_payload(envelope, out, mark);

    if (envelope->compressed && ct_zlib_deflate(out, payload) != CT_OK) {
        return CT_ERROR;
    }
    return ct_header_frame_end(envelope, out, mark);
}


const ct_transport_t ct_header_transport = {
    .name = "header",
    .is_mixed = true,
    .cut = ct_framed_cut,
    .open = open_message,
    .wrap_begin = wrap_begin,
    .wrap_end = wrap_end,
};
