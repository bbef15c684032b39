/*
 * ct_unframed.c -- messages back to back, with nothing around them.
 *
 * Where one ends only its protocol can tell, by going over it.  It keeps its
 * place in the scan, so that a message that comes in a thousand pieces is
 * still gone over once.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_transport.h"


/*
 * The next message's beginning.  The levels are left as they are: nobody
 * looks at one that is not below `depth`, and each is written whole before
 * that.  They are most of the struct.
 */
static void
rewind_scan(ct_scan_t *scan)
{
    scan->offset = 0;
    scan->need = 0;
    scan->depth = 0;
    scan->step = 0;
}


static ct_rc_t
cut_message(ct_scan_t *scan, const ct_protocol_t *protocol, const uint8_t *data,
            size_t len, const ct_limits_t *limits, ct_cut_t *cut, size_t *want)
{
    const ct_rc_t rc = protocol->scan(scan, data, len, limits, want);

    if (rc != CT_OK) {
        *cut = (ct_cut_t){ 0, 0, len };
        return rc;
    }
    *cut = (ct_cut_t){ scan->offset, 0, scan->offset };
    rewind_scan(scan);
    return CT_OK;
}


static ct_rc_t
wrap_begin(const ct_envelope_t *envelope CT_UNUSED, ct_buf_t *out, size_t *mark)
{
    *mark = ct_buf_len(out);
    return CT_OK;
}


static ct_rc_t
wrap_end(const ct_envelope_t *envelope CT_UNUSED, ct_buf_t *out CT_UNUSED,
         size_t mark CT_UNUSED)
{
    CT_ASSERT(ct_buf_len(out) >= mark);
    return CT_OK;
}


const ct_transport_t ct_unframed_transport = {
    .name = "unframed",
    .has_asides = true,
    .cut = cut_message,
    .wrap_begin = wrap_begin,
    .wrap_end = wrap_end,
};
