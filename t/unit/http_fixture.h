/*
 * http_fixture.h -- messages of HTTP, whole and in pieces.
 *
 * Include it behind cmocka.h.
 */

#ifndef HTTP_FIXTURE_H
#define HTTP_FIXTURE_H

#include "core/ct_config.h"

#include <string.h>

#include "core/ct_buf.h"
#include "core/ct_str.h"
#include "thrift/wire/ct_transport.h"

/* A call, "ping", as each protocol has it, and what an HTTP head needs. */
#define HTTP_BINARY  "\x80\x01\x00\x01\x00\x00\x00\x04ping\x00\x00\x00\x07\x00"
#define HTTP_COMPACT "\x82\x21\x07\x04ping\x00"
#define HTTP_JSON    "[1,\"ping\",1,7,{}]"
#define HTTP_POST    "POST / HTTP/1.1\r\nHost: x\r\n"

static const ct_limits_t http_limits = CT_LIMITS_DEFAULT;

static const ct_dialects_t http_dialects = {
    .limits = &http_limits,
    .framed = &ct_framed_transport,
    .http = &ct_http_transport,
    .binary = &ct_binary_protocol,
    .compact = &ct_compact_protocol,
    .json = &ct_json_protocol,
};


/*
 * Cuts `bytes` all at once, and with every byte on its own, and compares.  A
 * scan in *scan tells of an error, or is clean.
 */
static inline ct_rc_t
http_cut(const ct_transport_t *transport, ct_str_t bytes,
         const ct_limits_t *limits, ct_scan_t *scan, ct_cut_t *cut)
{
    const uint8_t *data = (const uint8_t *) bytes.data;
    ct_scan_t      slow = { .offset = 0 };
    ct_cut_t       late;
    size_t         want = 0;
    size_t         len = 0;
    ct_rc_t        slow_rc = CT_AGAIN;
    ct_rc_t        rc;

    memset(scan, 0, sizeof(*scan));
    rc = transport->cut(scan, &ct_binary_protocol, data, bytes.len, limits, cut,
                        &want);
    while (slow_rc == CT_AGAIN && len < bytes.len) {
        len++;
        slow_rc = transport->cut(&slow, &ct_binary_protocol, data, len, limits,
                                 &late, &want);
        assert_true(slow_rc != CT_AGAIN || want > len);
    }
    assert_int_equal(slow_rc, rc);
    if (rc == CT_OK) {
        assert_memory_equal(&late, cut, sizeof(late));
        assert_int_equal(scan->offset + scan->need + scan->total + scan->head
                             + scan->depth + scan->step,
                         0);
    }
    if (rc == CT_ERROR) {
        assert_int_equal(slow.status, scan->status);
        assert_int_equal(slow.error, scan->error);
        assert_string_equal(slow.why, scan->why);
    }
    return rc;
}


/* A body too large for a pool's step, in two chunks, behind `c_head`. */
static inline ct_str_t
http_put_chunks(ct_buf_t *out, const char *c_head)
{
    static char chunk[2500];
    ct_rc_t     rc;

    memset(chunk, 'x', sizeof(chunk));
    ct_buf_init(out);
    rc = ct_buf_append(out, c_head, strlen(c_head));
    for (size_t i = 0; i < 2; i++) {
        rc |= ct_buf_append(out, "9c4\r\n", 5);
        rc |= ct_buf_append(out, chunk, sizeof(chunk));
        rc |= ct_buf_append(out, "\r\n", 2);
    }
    rc |= ct_buf_append(out, "0\r\n\r\n", 5);
    assert_int_equal(rc, CT_OK);
    return (ct_str_t){ ct_buf_len(out), (const char *) out->pos };
}


static inline void
http_expect_text(ct_buf_t *out, const char *c_text)
{
    assert_int_equal(ct_buf_len(out), strlen(c_text));
    assert_memory_equal(out->pos, c_text, strlen(c_text));
}

#endif /* HTTP_FIXTURE_H */
