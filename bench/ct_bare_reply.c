/*
 * ct_bare_reply.c -- canned replies.
 *
 * "pong" under the request's name and seqid is the answer to ping.  That to
 * any other method is its own argument: the request again, but for its kind and
 * the id of its field, which is 0 in a result.
 *
 * Framed or not, binary or compact is told by a call's first bytes.  No frame
 * is so long that its length would begin like a message.  Where there is a
 * frame nobody looks at the fields; where there is none, they are walked over,
 * to find their end.
 */

#define _GNU_SOURCE

#include "ct_bare_reply.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "ct_bare_skip.h"

#define STRICT_CALL  0x80010001U
#define COMPACT_ID   0x82
#define COMPACT_CALL 0x21

/* What they become in a reply. */
#define STRICT_REPLY_KIND 2
#define COMPACT_REPLY     0x41

#define FRAME_HEAD 4

/* A string with field id 0 and the end of the struct. */
static const uint8_t binary_pong[] = { 11, 0,   0,   0,   0,   0,
                                       4,  'p', 'o', 'n', 'g', 0 };
static const uint8_t compact_pong[] = { 8, 0, 4, 'p', 'o', 'n', 'g', 0 };


static void
read_binary_head(ct_bare_place_t *place, uint64_t *name_len)
{
    if (ct_bare_u32(place) != STRICT_CALL) {
        place->wrong = !place->missing;
    }
    *name_len = ct_bare_u32(place);
}


static void
read_compact_head(ct_bare_place_t *place, uint64_t *name_len)
{
    ct_bare_move(place, 2);
    if (!place->missing && place->data[place->at - 1] != COMPACT_CALL) {
        place->wrong = true;
    }
    (void) ct_bare_varint(place); /* the seqid */
    *name_len = ct_bare_varint(place);
}


/* Up to the arguments. */
static void
read_head(ct_bare_place_t *place, ct_bare_call_t *call)
{
    uint64_t name_len;
    size_t   name_at;

    call->message_at = place->at;
    call->compact = place->data[place->at] == COMPACT_ID;
    if (call->compact) {
        read_compact_head(place, &name_len);
    } else {
        read_binary_head(place, &name_len);
    }
    name_at = place->at;
    ct_bare_move(place, name_len);
    if (place->missing || place->wrong) {
        return;
    }
    call->is_ping =
        name_len == 4 && memcmp(place->data + name_at, "ping", 4) == 0;
    if (!call->compact) {
        ct_bare_move(place, 4); /* the seqid */
    }
    call->args_at = place->at;
}


/* A frame that is here as a whole must have a whole head in it. */
static bool
find_framed(ct_bare_place_t *place, size_t max, ct_bare_call_t *call)
{
    const size_t len = (size_t) ct_bare_u32(place) + FRAME_HEAD;

    if (place->missing) {
        return true;
    }
    if (len > max || len == FRAME_HEAD) {
        return false;
    }
    if (len > place->len) {
        return true;
    }
    place->len = len;
    read_head(place, call);
    if (place->missing || place->wrong || place->at == len) {
        return false;
    }
    call->len = len;
    return true;
}


static bool
find_unframed(ct_bare_place_t *place, size_t max, ct_bare_call_t *call)
{
    read_head(place, call);
    if (call->compact) {
        ct_bare_skip_compact(place);
    } else {
        ct_bare_skip_binary(place);
    }
    if (place->missing) {
        return place->len < max;
    }
    call->len = place->at;
    return !place->wrong && call->len <= max;
}


bool
ct_bare_find(const uint8_t *data, size_t len, size_t max, ct_bare_call_t *call)
{
    ct_bare_place_t place = { .data = data, .len = len };

    *call = (ct_bare_call_t){ .data = data };
    if (len == 0) {
        return true;
    }
    return (data[0] & 0x80) != 0 ? find_unframed(&place, max, call)
                                 : find_framed(&place, max, call);
}


/* Field id 0 takes a byte of its own in compact, where 1 took none. */
static size_t
write_argument(const ct_bare_call_t *call, uint8_t *out)
{
    const uint8_t *args = call->data + call->args_at;
    const size_t   len = call->len - call->args_at;
    const size_t   head = call->compact ? 1 : 3;

    if (len <= head) {
        memcpy(out, args, len);
        return len;
    }
    out[0] = call->compact ? args[0] & 15 : args[0];
    out[1] = 0;
    if (call->compact) {
        memcpy(out + 2, args + 1, len - 1);
        return len + 1;
    }
    memcpy(out + 2, args + 2, len - 2);
    out[2] = 0;
    return len;
}


static size_t
write_result(const ct_bare_call_t *call, uint8_t *out)
{
    if (!call->is_ping) {
        return write_argument(call, out);
    }
    if (call->compact) {
        memcpy(out, compact_pong, sizeof(compact_pong));
        return sizeof(compact_pong);
    }
    memcpy(out, binary_pong, sizeof(binary_pong));
    return sizeof(binary_pong);
}


static void
write_frame_head(uint8_t *out, size_t len)
{
    out[0] = (uint8_t) (len >> 24);
    out[1] = (uint8_t) (len >> 16);
    out[2] = (uint8_t) (len >> 8);
    out[3] = (uint8_t) len;
}


size_t
ct_bare_reply(const ct_bare_call_t *call, uint8_t *out)
{
    size_t len;

    memcpy(out, call->data, call->args_at);
    if (call->compact) {
        out[call->message_at + 1] = COMPACT_REPLY;
    } else {
        out[call->message_at + 3] = STRICT_REPLY_KIND;
    }
    len = call->args_at + write_result(call, out + call->args_at);
    if (call->message_at > 0) {
        write_frame_head(out, len - FRAME_HEAD);
    }
    return len;
}


bool
ct_bare_answer(const uint8_t *data, size_t len, size_t max, uint8_t *out,
               size_t *used, size_t *out_len)
{
    ct_bare_call_t call;
    size_t         at = 0;

    *out_len = 0;
    for (;;) {
        if (!ct_bare_find(data + at, len - at, max, &call)) {
            return false;
        }
        if (call.len == 0) {
            break;
        }
        *out_len += ct_bare_reply(&call, out + *out_len);
        at += call.len;
    }
    *used = at;
    return true;
}


bool
ct_bare_send(int fd, const uint8_t *data, size_t len)
{
    struct pollfd writable = { .fd = fd, .events = POLLOUT };
    ssize_t       n;

    while (len > 0) {
        n = send(fd, data, len, MSG_NOSIGNAL);
        if (n > 0) {
            data += n;
            len -= (size_t) n;
        } else if (errno == EAGAIN) {
            poll(&writable, 1, -1);
        } else if (errno != EINTR) {
            return false;
        }
    }
    return true;
}
