/*
 * ct_framed.c -- messages behind a length word.
 *
 * Four bytes, big-endian, say how long the message is.  An empty frame is an
 * error: it holds no message, and passing it over would let a peer spend our
 * time for nothing.  The place in an unfinished message is the length word
 * itself, so the scan is left alone.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_framed.h"

#include "thrift/wire/ct_bytes.h"

#define HEAD_SIZE CT_FRAMED_HEAD_SIZE


/* No head: the length is wrong, so who knows what stands behind it. */
static ct_rc_t
fail(ct_scan_t *scan, ct_cut_t *cut, ct_wire_error_t error, const char *why)
{
    *cut = (ct_cut_t){ 0, 0, 0 };
    scan->error = error;
    scan->why = why;
    return CT_ERROR;
}


/*
 * The length is judged as soon as it is there: nobody waits for a frame that
 * will be refused.
 */
CT_HOT ct_rc_t
ct_framed_cut(ct_scan_t *scan, const ct_protocol_t *protocol,
              const uint8_t *data, size_t len, const ct_limits_t *limits,
              ct_cut_t *cut, size_t *want)
{
    uint32_t size;

    (void) protocol;
    if (len < HEAD_SIZE) {
        *want = HEAD_SIZE;
        return CT_AGAIN;
    }
    size = ct_load32(data);
    if (size == 0) {
        return fail(scan, cut, CT_WIRE_MALFORMED, "an empty frame");
    }
    if (size > INT32_MAX) {
        return fail(scan, cut, CT_WIRE_MALFORMED, "a frame of negative length");
    }
    if (size > limits->frame) {
        return fail(scan, cut, CT_WIRE_LIMIT, "a frame over the limit");
    }
    if (len - HEAD_SIZE < size) {
        *want = HEAD_SIZE + (size_t) size;
        return CT_AGAIN;
    }
    *cut = (ct_cut_t){ HEAD_SIZE + (size_t) size, HEAD_SIZE, size };
    return CT_OK;
}


/* Leaves room for the length, which nobody knows yet. */
CT_HOT static ct_rc_t
wrap_begin(const ct_envelope_t *envelope CT_UNUSED, ct_buf_t *out, size_t *mark)
{
    const size_t at = ct_buf_len(out);

    if (ct_buf_reserve(out, HEAD_SIZE) != CT_OK) {
        return CT_ERROR;
    }
    out->last += HEAD_SIZE;
    *mark = at;
    return CT_OK;
}


/* Goes back to that room; nobody may have consumed `out` in between. */
CT_HOT static ct_rc_t
wrap_end(const ct_envelope_t *envelope, ct_buf_t *out, size_t mark)
{
    size_t size;

    CT_ASSERT(ct_buf_len(out) >= mark + HEAD_SIZE);
    size = ct_buf_len(out) - mark - HEAD_SIZE + envelope->aside;
    if (size > INT32_MAX) {
        return CT_ERROR;
    }
    ct_store32(out->pos + mark, (uint32_t) size);
    return CT_OK;
}


const ct_transport_t ct_framed_transport = {
    .name = "framed",
    .has_asides = true,
    .is_mixed = true,
    .cut = ct_framed_cut,
    .wrap_begin = wrap_begin,
    .wrap_end = wrap_end,
};
