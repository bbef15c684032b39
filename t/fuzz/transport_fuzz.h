/*
 * transport_fuzz.h -- a message's wrapping is taken off and put on again.
 *
 * What must hold: what is opened is within the message, or within the caps in
 * memory of its own; a refusal has a reason; a reply in the same envelope, and
 * a request with the same headers, open to what was put in.
 */

#ifndef TRANSPORT_FUZZ_H
#define TRANSPORT_FUZZ_H

#include "core/ct_config.h"

#include <stdlib.h>
#include <string.h>

#include "core/ct_buf.h"
#include "core/ct_pool.h"
#include "thrift/wire/ct_bytes.h"
#include "thrift/wire/ct_sticky.h"
#include "thrift/wire/ct_transport.h"

/* Caps low enough that a run is quick and their refusals are met. */
static const ct_limits_t fuzz_limits = {
    .frame = 1 << 16,
    .message = 1 << 16,
    .string = 1 << 12,
    .container = 1 << 12,
    .decoded = 1 << 20,
    .depth = 64,
    .name = 256,
    .header = 2048,
};

static const ct_dialects_t fuzz_dialects = {
    .limits = &fuzz_limits,
    .binary = &ct_binary_protocol,
    .compact = &ct_compact_protocol,
};

/* More than the caps let any message have. */
#define FUZZ_MOST_HEADERS (256 + CT_STICKY_MOST)

/* A message as its receiver has it. */
typedef struct fuzz_message_s {
    const ct_transport_t *transport;
    ct_pool_t            *pool;
    ct_sticky_t          *sticky;
    uint8_t              *bytes; /* exactly as many as there are */
    ct_envelope_t         envelope;
    ct_str_t              body;
} fuzz_message_t;


/* An invariant that holds in builds with NDEBUG as well. */
static inline void
must(bool holds)
{
    if (!holds) {
        abort();
    }
}


/* All of it is read: where it should not be, a sanitizer tells. */
static inline unsigned
touch(ct_str_t str)
{
    unsigned sum = 0;

    must(str.data != NULL);
    for (size_t i = 0; i < str.len; i++) {
        sum += (unsigned char) str.data[i];
    }
    return sum;
}


static inline ct_rc_t
fuzz_open(fuzz_message_t *message, const uint8_t *data, size_t len)
{
    ct_opening_t opening = { .limits = &fuzz_limits,
                             .dialects = &fuzz_dialects,
                             .pool = message->pool,
                             .sticky = message->sticky,
                             .app_error = -1 };
    ct_scan_t    scan = { .offset = 0 };
    size_t       want;
    ct_cut_t     cut;
    ct_rc_t      rc;

    message->bytes = malloc(len);
    memcpy(message->bytes, data, len);
    message->envelope =
        (ct_envelope_t){ .dialect = { .transport = message->transport,
                                      .protocol = &ct_binary_protocol } };
    must(message->transport->cut(&scan, &ct_binary_protocol, message->bytes,
                                 len, &fuzz_limits, &cut, &want)
         == CT_OK);
    must(cut.whole == len);
    rc = message->transport->open(&opening, message->bytes, &cut,
                                  &message->envelope, &message->body);
    must(rc == CT_OK || rc == CT_ERROR);
    must((rc == CT_ERROR) == (opening.why != NULL));
    must((rc == CT_ERROR) == (opening.error != CT_WIRE_OK));
    if (rc != CT_OK) {
        must(opening.app_error < 0 || message->envelope.note != NULL);
        return rc;
    }
    must(message->body.len <= fuzz_limits.frame);
    must(message->envelope.nheaders <= FUZZ_MOST_HEADERS);
    (void) touch(message->body);
    for (size_t i = 0; i < message->envelope.nheaders; i++) {
        (void) touch(message->envelope.headers[i].name);
        (void) touch(message->envelope.headers[i].value);
    }
    return CT_OK;
}


/* The same body in `envelope`, opened by a stranger with nothing sticky. */
static inline void
fuzz_wrap(const fuzz_message_t *message, const ct_envelope_t *envelope,
          size_t nheaders)
{
    fuzz_message_t again = { .transport = message->transport,
                             .pool = message->pool };
    ct_buf_t       out;
    size_t         mark;

    ct_buf_init(&out);
    must(message->transport->wrap_begin(envelope, &out, &mark) == CT_OK);
    must(ct_buf_append(&out, message->body.data, message->body.len) == CT_OK);
    must(message->transport->wrap_end(envelope, &out, mark) == CT_OK);
    if (ct_buf_len(&out) - 4 <= fuzz_limits.frame
        && fuzz_open(&again, out.pos, ct_buf_len(&out)) == CT_OK) {
        must(ct_str_eq(again.body, message->body));
        must(again.envelope.dialect.protocol == envelope->dialect.protocol);
        must(again.envelope.seqid == envelope->seqid);
        must(again.envelope.nheaders == nheaders);
    } else {
        /* What came was nearly as large as may be. */
        must(ct_buf_len(&out) > fuzz_limits.frame || nheaders > 0);
    }
    free(again.bytes);
    ct_buf_release(&out);
}


/*
 * The input is a frame without its length, twice: the second finds what the
 * first has left with the connection.
 */
static inline void
fuzz_transport(const ct_transport_t *transport, const uint8_t *data,
               size_t size)
{
    ct_pool_t     *pool = ct_pool_create(4096);
    ct_sticky_t    sticky = { NULL, 0 };
    uint8_t       *frame = malloc(size + 4);
    fuzz_message_t messages[2];
    ct_envelope_t  request;
    ct_rc_t        rcs[2];

    ct_store32(frame, (uint32_t) size);
    memcpy(frame + 4, data, size);
    for (int i = 0; i < 2; i++) {
        messages[i] = (fuzz_message_t){ .transport = transport,
                                        .pool = pool,
                                        .sticky = &sticky };
        rcs[i] = fuzz_open(&messages[i], frame, size + 4);
    }
    must(rcs[0] == rcs[1]);
    if (rcs[0] == CT_OK) {
        must(messages[0].envelope.nheaders == messages[1].envelope.nheaders);
        must(ct_str_eq(messages[0].body, messages[1].body));
        fuzz_wrap(&messages[0], &messages[0].envelope, 0);
        request = messages[0].envelope;
        request.is_request = true;
        request.nheaders = request.nheaders > 256 ? 256 : request.nheaders;
        fuzz_wrap(&messages[0], &request, request.nheaders);
    }
    free(frame);
    free(messages[0].bytes);
    free(messages[1].bytes);
    ct_sticky_release(&sticky);
    ct_pool_destroy(pool);
}

#endif /* TRANSPORT_FUZZ_H */
