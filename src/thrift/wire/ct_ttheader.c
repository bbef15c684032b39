/*
 * ct_ttheader.c -- CloudWeGo's TTHeader, as Kitex and Volo speak it.
 *
 * Source: www.cloudwego.io, "Transport Protocol: TTHeader"; numbers that are
 * not there are from the Go package cloudwego/gopkg/protocol/ttheader.  The
 * head, of bytes, of numbers of two bytes (u16) and of texts behind such:
 *
 *   protocol | number of transforms | transforms ...
 *     | 01, u16 pairs, name text, value text ...
 *     | 10, u16 pairs, key u16, value text ...
 *     | 11, token text | zeros, anywhere
 *
 * An info that is not listed here has no known end, and is an error, as in
 * Kitex.  Numbers stand for names there are words for; handlers see the words.
 *
 * The payload may have one more length word in front (TTHeaderFramed).  The
 * reply then has one, too, as it has the flags and the protocol's number.
 */

#include "core/ct_config.h"

#include <strings.h>

#include "core/ct_buf.h"
#include "thrift/wire/ct_bytes.h"
#include "thrift/wire/ct_framed.h"
#include "thrift/wire/ct_header_frame.h"
#include "thrift/wire/ct_transport.h"

#define MAGIC 0x1000

enum {
    PROTOCOL_BINARY = 0,
    PROTOCOL_COMPACT = 2,
    PROTOCOL_COMPACT_2 = 3, /* what some libraries call it instead */
};

enum {
    INFO_PADDING = 0x00,
    INFO_STRINGS = 0x01,
    INFO_INTS = 0x10,
    INFO_TOKEN = 0x11,
};

#define TOKEN_NAME "acl_token"

/* Numbers without a word: this and the number. */
#define INT_PREFIX "int-"

/* Kitex takes no longer head. */
#define MOST_HEAD 65536

/* What the keys of INFO_INTS are called, in their order. */
static const char *const int_names[] = {
    "mesh_version",
    "transport_type",
    "log_id",
    "from_service",
    "from_cluster",
    "from_idc",
    "to_service",
    "to_cluster",
    "to_idc",
    "to_method",
    "env",
    "dest_address",
    "rpc_timeout",
    "read_timeout",
    "ring_hash_key",
    "ddp_tag",
    "with_mesh_header",
    "connect_timeout",
    "span_context",
    "short_connection",
    "from_method",
    "stress_tag",
    "msg_type",
    "http_content_type",
    "raw_ring_hash_key",
    "lb_type",
    "cluster_shard_id",
    "frame_type",
    "stream_timeout",
};

/* A request's headers, sorted by the info that they go into. */
typedef struct sizes_s {
    size_t nstrings;
    size_t nints;
    size_t head; /* bytes of the whole */
} sizes_t;


static ct_rc_t
read_protocol(ct_header_frame_t *frame, ct_envelope_t *envelope,
              ct_header_note_t *note)
{
    const ct_dialects_t *dialects = frame->opening->dialects;
    const ct_protocol_t *protocol = NULL;
    uint32_t             id;

    if (ct_header_frame_number(frame, 1, &id) != CT_OK) {
        return CT_ERROR;
    }
    if (id == PROTOCOL_BINARY) {
        protocol = dialects->binary;
    } else if (id == PROTOCOL_COMPACT || id == PROTOCOL_COMPACT_2) {
        protocol = dialects->compact;
    }
    note->protocol_id = (uint8_t) id;
    return ct_header_frame_speak(frame, protocol, envelope);
}


/* There are none but 0, nothing. */
static ct_rc_t
read_transforms(ct_header_frame_t *frame)
{
    uint32_t n;
    uint32_t id;

    if (ct_header_frame_number(frame, 1, &n) != CT_OK) {
        return CT_ERROR;
    }
    for (uint32_t i = 0; i < n; i++) {
        if (ct_header_frame_number(frame, 1, &id) != CT_OK) {
            return CT_ERROR;
        }
        if (id != 0) {
            return ct_header_frame_fail(frame, CT_WIRE_MALFORMED,
                                        CT_APP_INVALID_TRANSFORM,
                                        "a transform that is not known here");
        }
    }
    return CT_OK;
}


static ct_rc_t
read_text(ct_header_frame_t *frame, ct_str_t *text)
{
    uint32_t len;

    if (ct_header_frame_number(frame, 2, &len) != CT_OK) {
        return CT_ERROR;
    }
    return ct_header_frame_text(frame, len, text);
}


/* The word for a number. */
static ct_rc_t
read_key(ct_header_frame_t *frame, ct_str_t *name)
{
    uint32_t key;

    if (ct_header_frame_number(frame, 2, &key) != CT_OK) {
        return CT_ERROR;
    }
    *name = key < CT_ARRAY_LEN(int_names)
                ? ct_str_of(int_names[key])
                : ct_str_printf(frame->opening->pool, INT_PREFIX "%u", key);
    return CT_OK;
}


static ct_rc_t
read_pairs(ct_header_frame_t *frame, bool has_keys)
{
    uint32_t n;
    ct_str_t name;
    ct_str_t value;

    if (ct_header_frame_number(frame, 2, &n) != CT_OK) {
        return CT_ERROR;
    }
    for (uint32_t i = 0; i < n; i++) {
        if ((has_keys ? read_key(frame, &name) : read_text(frame, &name))
                != CT_OK
            || read_text(frame, &value) != CT_OK
            || ct_header_frame_add(frame, false, name, value) != CT_OK) {
            return CT_ERROR;
        }
    }
    return CT_OK;
}


static ct_rc_t
read_token(ct_header_frame_t *frame)
{
    ct_str_t token;

    if (read_text(frame, &token) != CT_OK) {
        return CT_ERROR;
    }
    return ct_header_frame_add(frame, false, CT_STR(TOKEN_NAME), token);
}


static ct_rc_t
read_info(ct_header_frame_t *frame)
{
    uint32_t id;

    if (ct_header_frame_number(frame, 1, &id) != CT_OK) {
        return CT_ERROR;
    }
    switch (id) {
    case INFO_PADDING:
        return CT_OK;
    case INFO_STRINGS:
        return read_pairs(frame, false);
    case INFO_INTS:
        return read_pairs(frame, true);
    case INFO_TOKEN:
        return read_token(frame);
    }
    return ct_header_frame_fail(frame, CT_WIRE_MALFORMED, CT_APP_PROTOCOL_ERROR,
                                "an info that is not known here");
}


/* No message of any protocol begins with how long it is. */
static void
unframe(ct_str_t *payload, ct_header_note_t *note)
{
    const size_t   head = CT_FRAMED_HEAD_SIZE;
    const uint8_t *data = (const uint8_t *) payload->data;

    if (payload->len >= head && ct_load32(data) == payload->len - head) {
        note->holds_frame = true;
        payload->data += head;
        payload->len -= head;
    }
}


static ct_rc_t
open_message(ct_opening_t *opening, const uint8_t *data, const ct_cut_t *cut,
             ct_envelope_t *envelope, ct_str_t *body)
{
    ct_header_frame_t frame;
    ct_header_note_t *note;

    frame.opening = opening;
    if (ct_header_frame_open(&frame, MAGIC, data, cut, envelope, &note) != CT_OK
        || read_protocol(&frame, envelope, note) != CT_OK
        || read_transforms(&frame) != CT_OK) {
        return CT_ERROR;
    }
    while (frame.pos < frame.end) {
        if (read_info(&frame) != CT_OK) {
            return CT_ERROR;
        }
    }
    unframe(&frame.payload, note);
    *body = frame.payload;
    return ct_header_frame_close(&frame, envelope);
}


/*
 * Which of its numbers the protocol has: the request's, if it had one of them.
 * By name, since who refers to a protocol's table has all of it linked.
 */
static uint8_t
protocol_id(const ct_envelope_t *envelope)
{
    if (strcmp(envelope->dialect.protocol->name, "compact") != 0) {
        return PROTOCOL_BINARY;
    }
    return ct_header_frame_note(envelope).protocol_id == PROTOCOL_COMPACT_2
               ? PROTOCOL_COMPACT_2
               : PROTOCOL_COMPACT;
}


static bool
is_name(ct_str_t name, const char *c_name)
{
    return name.len == strlen(c_name)
           && strncasecmp(name.data, c_name, name.len) == 0;
}


/* Whether a name is a number's; read_key the other way round. */
static bool
is_int(ct_str_t name, uint16_t *key)
{
    const size_t prefix = sizeof(INT_PREFIX) - 1;
    uint64_t     value;

    for (size_t i = 0; i < CT_ARRAY_LEN(int_names); i++) {
        if (is_name(name, int_names[i])) {
            *key = (uint16_t) i;
            return true;
        }
    }
    if (!ct_str_starts_with(name, INT_PREFIX)
        || ct_str_to_u64((ct_str_t){ name.len - prefix, name.data + prefix },
                         &value)
               != CT_OK
        || value > UINT16_MAX) {
        return false;
    }
    *key = (uint16_t) value;
    return true;
}


/* Headers go with a request only.  False: they are too much for one. */
static bool
sizes_count(const ct_envelope_t *envelope, sizes_t *sizes)
{
    const size_t n = envelope->is_request ? envelope->nheaders : 0;
    uint16_t     key;

    *sizes = (sizes_t){ .head = 2 };
    for (size_t i = 0; i < n && sizes->head <= MOST_HEAD; i++) {
        const ct_header_t *header = &envelope->headers[i];

        if (header->name.len > MOST_HEAD || header->value.len > MOST_HEAD) {
            return false;
        }
        sizes->head += 4 + header->value.len;
        if (is_name(header->name, TOKEN_NAME)) {
            sizes->head -= 1;
        } else if (is_int(header->name, &key)) {
            sizes->nints++;
        } else {
            sizes->nstrings++;
            sizes->head += header->name.len;
        }
    }
    sizes->head += sizes->nstrings > 0 ? 3 : 0;
    sizes->head += sizes->nints > 0 ? 3 : 0;
    return sizes->head <= MOST_HEAD;
}


static uint8_t *
put16(uint8_t *at, size_t value)
{
    ct_store16(at, (uint16_t) value);
    return at + 2;
}


static uint8_t *
put_text(uint8_t *at, ct_str_t text)
{
    at = put16(at, text.len);
    if (text.len > 0) {
        memcpy(at, text.data, text.len);
    }
    return at + text.len;
}


/* The headers that go into one kind of info; tokens have no pairs. */
static uint8_t *
put_info(uint8_t *at, const ct_envelope_t *envelope, uint8_t info, size_t n)
{
    uint16_t key = 0;

    if (n > 0) {
        *at++ = info;
        at = put16(at, n);
    }
    for (size_t i = 0; i < envelope->nheaders; i++) {
        const ct_header_t *header = &envelope->headers[i];
        const bool         is_token = is_name(header->name, TOKEN_NAME);
        const bool         has_key = is_int(header->name, &key);

        if (info == INFO_TOKEN && is_token) {
            *at++ = INFO_TOKEN;
            at = put_text(at, header->value);
        } else if (info == INFO_INTS && has_key) {
            at = put_text(put16(at, key), header->value);
        } else if (info == INFO_STRINGS && !is_token && !has_key) {
            at = put_text(put_text(at, header->name), header->value);
        }
    }
    return at;
}


static ct_rc_t
wrap_begin(const ct_envelope_t *envelope, ct_buf_t *out, size_t *mark)
{
    static const uint8_t length[CT_FRAMED_HEAD_SIZE];
    sizes_t              sizes;
    uint8_t             *at;

    if (!sizes_count(envelope, &sizes)) {
        return CT_ERROR;
    }
    at = ct_header_frame_begin(envelope, MAGIC, sizes.head, out, mark);
    if (at == NULL) {
        return CT_ERROR;
    }
    *at++ = protocol_id(envelope);
    *at++ = 0; /* transforms */
    if (envelope->is_request) {
        at = put_info(at, envelope, INFO_TOKEN, 0);
        at = put_info(at, envelope, INFO_STRINGS, sizes.nstrings);
        (void) put_info(at, envelope, INFO_INTS, sizes.nints);
    }
    if (ct_header_frame_note(envelope).holds_frame) {
        return ct_buf_append(out, length, sizeof(length));
    }
    return CT_OK;
}


static ct_rc_t
wrap_end(const ct_envelope_t *envelope, ct_buf_t *out, size_t mark)
{
    const size_t payload = ct_header_frame_payload(envelope, out, mark);

    if (ct_header_frame_note(envelope).holds_frame) {
        ct_store32(out->pos + payload, (uint32_t) (ct_buf_len(out) - payload
                                                   - CT_FRAMED_HEAD_SIZE));
    }
    return ct_header_frame_end(envelope, out, mark);
}


const ct_transport_t ct_ttheader_transport = {
    .name = "ttheader",
    .is_mixed = true,
    .cut = ct_framed_cut,
    .open = open_message,
    .wrap_begin = wrap_begin,
    .wrap_end = wrap_end,
};
