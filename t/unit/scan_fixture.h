/*
 * scan_fixture.h -- what every scan of unframed messages must do.
 *
 * Include it behind cmocka.h and sample.h.
 */

#ifndef SCAN_FIXTURE_H
#define SCAN_FIXTURE_H

#include "core/ct_config.h"

#include "thrift/wire/ct_transport.h"

static const ct_limits_t scan_limits = CT_LIMITS_DEFAULT;


/* A call with every type in its arguments. */
static inline void
scan_put_message(const ct_protocol_t *protocol, ct_buf_t *out)
{
    static const ct_message_t message = { .name = CT_STR_INIT("ping"),
                                          .type = CT_MESSAGE_CALL,
                                          .seqid = -7 };
    ct_pool_t                *pool = ct_pool_create(4096);
    sample_t                  sample;
    ct_writer_t               writer;
    const char               *c_why;

    sample_fill(&sample, pool);
    ct_writer_init(&writer, protocol, out);
    protocol->write_message(&writer, &message);
    assert_int_equal(ct_codec_write(&writer, &sample_struct, &sample, &c_why),
                     CT_OK);
    ct_pool_destroy(pool);
}


static inline ct_rc_t
scan_once(const ct_protocol_t *protocol, const void *data, size_t len,
          const ct_limits_t *caps, ct_scan_t *scan)
{
    size_t want = 0;

    memset(scan, 0, sizeof(*scan));
    return protocol->scan(scan, data, len, caps, &want);
}


/* The answer to bytes given at once. */
static inline ct_wire_error_t
scan_error(const ct_protocol_t *protocol, const void *data, size_t len,
           const ct_limits_t *caps)
{
    ct_scan_t scan;

    if (scan_once(protocol, data, len, caps, &scan) == CT_AGAIN) {
        assert_null(scan.why);
        return CT_WIRE_TRUNCATED;
    }
    assert_true((scan.error == CT_WIRE_OK) == (scan.why == NULL));
    return scan.error;
}


/*
 * The bytes of each call are in memory of their own size, so that a sanitizer
 * sees a look behind them; and those looked at are wiped, so that a second
 * look at more than `again` of them sees garbage.
 */
static inline void
scan_in_two(const ct_protocol_t *protocol, const ct_buf_t *in, size_t split,
            size_t again)
{
    const size_t len = ct_buf_len(in);
    uint8_t     *moved = test_malloc(len + 1);
    ct_scan_t    scan = { .offset = 0 };
    size_t       want = 0;

    memcpy(moved, in->pos, split);
    assert_int_equal(protocol->scan(&scan, moved, split, &scan_limits, &want),
                     CT_AGAIN);
    assert_true(want > split && want <= len);
    assert_true(scan.offset <= split && split - scan.offset <= again);
    memset(moved, 0xff, scan.offset);
    memcpy(moved + scan.offset, in->pos + scan.offset, len - scan.offset);
    assert_int_equal(protocol->scan(&scan, moved, len, &scan_limits, &want),
                     CT_OK);
    assert_int_equal(scan.offset, len);
    test_free(moved);
}


/* In two pieces, byte by byte, and with another message behind. */
static inline void
scan_at_every_split(const ct_protocol_t *protocol, size_t again)
{
    ct_scan_t scan = { .offset = 0 };
    ct_buf_t  in;
    size_t    want = 0;
    size_t    before = 0;
    size_t    len;
    size_t    i;

    ct_buf_init(&in);
    scan_put_message(protocol, &in);
    len = ct_buf_len(&in);
    for (i = 0; i < len; i++) {
        scan_in_two(protocol, &in, i, again);
        assert_int_equal(protocol->scan(&scan, in.pos, i, &scan_limits, &want),
                         CT_AGAIN);
        assert_true(scan.offset >= before && i - scan.offset <= again);
        before = scan.offset;
    }
    scan_put_message(protocol, &in);
    assert_int_equal(
        scan_once(protocol, in.pos, ct_buf_len(&in), &scan_limits, &scan),
        CT_OK);
    assert_int_equal(scan.offset, len);
    ct_buf_release(&in);
}

#endif /* SCAN_FIXTURE_H */
