/*
 * ct_handoff_record.c -- a connection, told to another worker.
 *
 *   record:  MAGIC (4 bytes), fields
 *   field:   tag (2), length (4), as many bytes; numbers are big-endian
 *
 * A tag keeps its meaning for ever; what means something else gets another.
 * Numbers are 8 bytes.  Addresses are the kernel's own structs: both ends run
 * on the same kernel.  A field that stands twice counts as the last one says,
 * and one of a length that its tag does not have makes the record none.
 */

#include "core/ct_config.h"

#include "event/ct_handoff_record.h"

#include <string.h>

#include "core/ct_buf.h"

/* Changes when a reader of before could not make sense of a record. */
static const uint8_t magic[] = { 'C', 'T', 'H', '1' };

typedef enum tag_e {
    TAG_LISTEN = 1,
    TAG_PEER = 2,
    TAG_SOCKET = 3,
    TAG_SERVER = 4,
    TAG_ACCEPTED = 5,
    TAG_DUE = 6,
    TAG_CALLS = 7,
    TAG_BOUNCES = 8,
    TAG_TRANSPORT = 9,
    TAG_PROTOCOL = 10,
    TAG_OPENING = 11,
    TAG_HEADERS = 12,
    TAG_REST = 13,
} tag_t;

enum {
    NUMBER_SIZE = 8,
    HEAD_SIZE = 6 /* tag and length */
};


static void
store(uint8_t *at, uint64_t value, size_t size)
{
    for (size_t i = size; i > 0; i--) {
        at[i - 1] = (uint8_t) value;
        value >>= 8;
    }
}


static uint64_t
load(const uint8_t *at, size_t size)
{
    uint64_t value = 0;

    for (size_t i = 0; i < size; i++) {
        value = value << 8 | at[i];
    }
    return value;
}


static ct_rc_t
put(ct_buf_t *out, tag_t tag, const void *data, size_t len)
{
    uint8_t head[HEAD_SIZE];

    CT_ASSERT(len <= UINT32_MAX);
    store(head, tag, 2);
    store(head + 2, len, 4);
    if (ct_buf_append(out, head, sizeof(head)) != CT_OK) {
        return CT_ERROR;
    }
    return len == 0 ? CT_OK : ct_buf_append(out, data, len);
}


/* What is empty or zero is what a reader begins with. */
static ct_rc_t
put_str(ct_buf_t *out, tag_t tag, ct_str_t str)
{
    return str.len == 0 ? CT_OK : put(out, tag, str.data, str.len);
}


static ct_rc_t
put_number(ct_buf_t *out, tag_t tag, uint64_t number)
{
    uint8_t bytes[NUMBER_SIZE];

    store(bytes, number, sizeof(bytes));
    return number == 0 ? CT_OK : put(out, tag, bytes, sizeof(bytes));
}


static ct_rc_t
put_peers(ct_buf_t *out, const ct_handoff_record_t *record)
{
    if (put(out, TAG_PEER, &record->peer, sizeof(record->peer)) != CT_OK) {
        return CT_ERROR;
    }
    if (!record->is_proxied) {
        return CT_OK;
    }
    return put(out, TAG_SOCKET, &record->socket, sizeof(record->socket))
                       == CT_OK
                   && put(out, TAG_SERVER, &record->server,
                          sizeof(record->server))
                          == CT_OK
               ? CT_OK
               : CT_ERROR;
}


ct_rc_t
ct_handoff_record_write(const ct_handoff_record_t *record, ct_buf_t *out)
{
    if (ct_buf_append(out, magic, sizeof(magic)) != CT_OK
        || put_str(out, TAG_LISTEN, record->listen) != CT_OK
        || put_peers(out, record) != CT_OK
        || put_number(out, TAG_ACCEPTED, record->accepted_ms) != CT_OK
        || put_number(out, TAG_DUE, record->due_ms) != CT_OK
        || put_number(out, TAG_CALLS, record->ncalls) != CT_OK
        || put_number(out, TAG_BOUNCES, record->nbounces) != CT_OK
        || put_str(out, TAG_TRANSPORT, record->transport) != CT_OK
        || put_str(out, TAG_PROTOCOL, record->protocol) != CT_OK
        || put_number(out, TAG_OPENING, record->opening) != CT_OK
        || put_str(out, TAG_HEADERS, record->headers) != CT_OK
        || put_str(out, TAG_REST, record->rest) != CT_OK) {
        return CT_ERROR;
    }
    return CT_OK;
}


static bool
get_number(ct_str_t field, uint64_t *number)
{
    if (field.len != NUMBER_SIZE) {
        return false;
    }
    *number = load((const uint8_t *) field.data, NUMBER_SIZE);
    return true;
}


static bool
get_peer(ct_str_t field, ct_peer_t *peer)
{
    if (field.len != sizeof(*peer)) {
        return false;
    }
    memcpy(peer, field.data, sizeof(*peer));
    switch (peer->sa.any.sa_family) {
    case AF_UNSPEC:
    case AF_INET:
    case AF_INET6:
    case AF_UNIX:
        return true;
    }
    return false;
}


static bool
get_str(ct_str_t field, ct_str_t *str)
{
    *str = field;
    return true;
}


/* Rule 8: a flat switch.  An unknown tag is a newer release's. */
static bool
get(ct_handoff_record_t *record, unsigned tag, ct_str_t field)
{
    switch (tag) {
    case TAG_LISTEN:
        return get_str(field, &record->listen);
    case TAG_PEER:
        return get_peer(field, &record->peer);
    case TAG_SOCKET:
        record->is_proxied = true;
        return get_peer(field, &record->socket);
    case TAG_SERVER:
        return get_peer(field, &record->server);
    case TAG_ACCEPTED:
        return get_number(field, &record->accepted_ms);
    case TAG_DUE:
        return get_number(field, &record->due_ms);
    case TAG_CALLS:
        return get_number(field, &record->ncalls);
    case TAG_BOUNCES:
        return get_number(field, &record->nbounces);
    case TAG_TRANSPORT:
        return get_str(field, &record->transport);
    case TAG_PROTOCOL:
        return get_str(field, &record->protocol);
    case TAG_OPENING:
        return get_number(field, &record->opening);
    case TAG_HEADERS:
        return get_str(field, &record->headers);
    case TAG_REST:
        return get_str(field, &record->rest);
    }
    return true;
}


ct_rc_t
ct_handoff_record_read(const uint8_t *data, size_t len,
                       ct_handoff_record_t *record)
{
    bool   has_peer = false;
    size_t at = sizeof(magic);

    memset(record, 0, sizeof(*record));
    if (len < sizeof(magic) || memcmp(data, magic, sizeof(magic)) != 0) {
        return CT_DECLINED;
    }
    while (at < len) {
        unsigned tag;
        ct_str_t field;

        if (len - at < HEAD_SIZE) {
            return CT_DECLINED;
        }
        tag = (unsigned) load(data + at, 2);
        field.len = (size_t) load(data + at + 2, 4);
        field.data = (const char *) data + at + HEAD_SIZE;
        at += HEAD_SIZE;
        if (field.len > len - at || !get(record, tag, field)) {
            return CT_DECLINED;
        }
        has_peer |= tag == TAG_PEER;
        at += field.len;
    }
    return has_peer && record->listen.len > 0 ? CT_OK : CT_DECLINED;
}
