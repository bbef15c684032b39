/*
 * header_fixture.h -- frames for the tests of THeader and TTHeader.
 */

#ifndef HEADER_FIXTURE_H
#define HEADER_FIXTURE_H

#include "core/ct_config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/ct_buf.h"
#include "core/ct_mem.h"
#include "core/ct_pool.h"
#include "thrift/wire/ct_bytes.h"
#include "thrift/wire/ct_sticky.h"
#include "thrift/wire/ct_transport.h"

/* A message in the connection's hands: what open is given, and gave. */
typedef struct opened_s {
    ct_limits_t   limits;
    ct_dialects_t dialects;
    ct_sticky_t   sticky;
    ct_opening_t  opening;
    ct_envelope_t envelope;
    ct_str_t      body;
    uint8_t      *bytes; /* exactly the message, so that overruns are seen */
} opened_t;


static inline void
opened_init(opened_t *opened)
{
    *opened = (opened_t){ .limits = CT_LIMITS_DEFAULT };
    opened->dialects = (ct_dialects_t){ .limits = &opened->limits,
                                        .binary = &ct_binary_protocol,
                                        .compact = &ct_compact_protocol };
    opened->opening = (ct_opening_t){ .limits = &opened->limits,
                                      .dialects = &opened->dialects,
                                      .pool = ct_pool_create(256),
                                      .sticky = &opened->sticky };
}


static inline void
opened_release(opened_t *opened)
{
    ct_pool_destroy(opened->opening.pool);
    ct_sticky_release(&opened->sticky);
    free(opened->bytes);
    opened->bytes = NULL;
}


/* Opens a message of `len` bytes, its length word included. */
static inline ct_rc_t
open_bytes(opened_t *opened, const ct_transport_t *transport, const void *data,
           size_t len)
{
    ct_scan_t scan = { .offset = 0 };
    size_t    want;
    ct_cut_t  cut;

    free(opened->bytes);
    opened->bytes = malloc(len);
    memcpy(opened->bytes, data, len);
    assert_int_equal(transport->cut(&scan, &ct_binary_protocol, opened->bytes,
                                    len, &opened->limits, &cut, &want),
                     CT_OK);
    assert_int_equal(cut.whole, len);
    opened->opening.app_error = -1;
    opened->opening.why = NULL;
    opened->envelope =
        (ct_envelope_t){ .dialect = { .transport = transport,
                                      .protocol = &ct_binary_protocol } };
    return transport->open(&opened->opening, opened->bytes, &cut,
                           &opened->envelope, &opened->body);
}


/*
 * A frame with this head, padded, and payload.  Gives its length; the bytes
 * are at `out`, which has room.  Flags are 0x1234, the number is 0x01020304.
 */
static inline size_t
build(uint8_t *out, uint16_t magic, ct_str_t head, ct_str_t payload)
{
    const size_t words = (head.len + 3) / 4;
    const size_t len = 10 + words * 4 + payload.len;

    memset(out, 0, 4 + len);
    ct_store32(out, (uint32_t) len);
    ct_store16(out + 4, magic);
    ct_store16(out + 6, 0x1234);
    ct_store32(out + 8, 0x01020304);
    ct_store16(out + 12, (uint16_t) words);
    memcpy(out + 14, head.data, head.len);
    memcpy(out + 14 + words * 4, payload.data, payload.len);
    return 4 + len;
}


static inline ct_rc_t
open_built(opened_t *opened, const ct_transport_t *transport, uint16_t magic,
           ct_str_t head, ct_str_t payload)
{
    uint8_t *bytes = malloc(64 + head.len + payload.len);
    size_t   len = build(bytes, magic, head, payload);
    ct_rc_t  rc = open_bytes(opened, transport, bytes, len);

    free(bytes);
    return rc;
}


/* A refusal, whose words begin so, and what the peer hears. */
static inline void
check_refusal(const opened_t *opened, int app_error, const char *c_why)
{
    const ct_opening_t *opening = &opened->opening;

    assert_non_null(opening->why);
    assert_string_equal(opening->why, c_why);
    assert_int_equal(opening->app_error, app_error);
    assert_int_not_equal(opening->error, CT_WIRE_OK);
    if (app_error >= 0) {
        assert_int_equal(opening->seqid, 0x01020304);
        assert_non_null(opened->envelope.note);
    }
}


static inline void
check_header(const opened_t *opened, size_t i, const char *c_name,
             const char *c_value)
{
    assert_true(i < opened->envelope.nheaders);
    assert_true(ct_str_eq_c(opened->envelope.headers[i].name, c_name));
    assert_true(ct_str_eq_c(opened->envelope.headers[i].value, c_value));
}


/*
 * Whatever is cut off a message, nothing outside of it is read.  The length
 * word tells the truth, or the transport would wait for the rest.
 */
static inline void
check_truncations(const ct_transport_t *transport, uint16_t magic,
                  ct_str_t head, ct_str_t payload)
{
    uint8_t     *bytes = malloc(64 + head.len + payload.len);
    const size_t len = build(bytes, magic, head, payload);

    for (size_t n = 5; n < len; n++) {
        opened_t opened;

        opened_init(&opened);
        ct_store32(bytes, (uint32_t) (n - 4));
        if (n < len - payload.len) {
            assert_int_equal(open_bytes(&opened, transport, bytes, n),
                             CT_ERROR);
        } else {
            (void) open_bytes(&opened, transport, bytes, n);
        }
        opened_release(&opened);
    }

    /* The same with a head that is said to be shorter. */
    for (uint16_t words = 0; words <= (head.len + 3) / 4; words++) {
        opened_t opened;

        opened_init(&opened);
        ct_store32(bytes, (uint32_t) (len - 4));
        ct_store16(bytes + 12, words);
        (void) open_bytes(&opened, transport, bytes, len);
        opened_release(&opened);
    }
    free(bytes);
}

#endif /* HEADER_FIXTURE_H */
