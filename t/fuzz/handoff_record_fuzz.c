/*
 * handoff_record_fuzz.c -- any bytes as a record of another worker.
 *
 * Beside not crashing: what was read is, written and read again, the same.
 */

#include "core/ct_config.h"

#include "event/ct_handoff_record.h"

#include <stdlib.h>
#include <string.h>

#include "core/ct_buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);


static void
must(bool holds)
{
    if (!holds) {
        abort();
    }
}


/* Slices lie in the bytes that were read. */
static void
must_lie_in(ct_str_t slice, const uint8_t *data, size_t len)
{
    const uint8_t *at = (const uint8_t *) slice.data;

    must(slice.len == 0
         || (at >= data && slice.len <= len
             && (size_t) (at - data) <= len - slice.len));
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    ct_handoff_record_t record;
    ct_handoff_record_t again;
    ct_buf_t            buf;
    uint8_t            *copy = malloc(len + 1);
    ct_rc_t             rc;

    must(copy != NULL);
    memcpy(copy + 1, data, len);
    rc = ct_handoff_record_read(copy + 1, len, &record);
    if (rc == CT_OK) {
        must_lie_in(record.listen, copy + 1, len);
        must_lie_in(record.transport, copy + 1, len);
        must_lie_in(record.headers, copy + 1, len);
        must_lie_in(record.rest, copy + 1, len);
        ct_buf_init(&buf);
        must(ct_handoff_record_write(&record, &buf) == CT_OK);
        must(ct_handoff_record_read(buf.pos, ct_buf_len(&buf), &again)
             == CT_OK);
        must(ct_str_eq(record.listen, again.listen)
             && ct_str_eq(record.rest, again.rest)
             && ct_str_eq(record.headers, again.headers)
             && record.ncalls == again.ncalls && record.opening == again.opening
             && record.is_proxied == again.is_proxied
             && memcmp(&record.peer, &again.peer, sizeof(again.peer)) == 0);
        ct_buf_release(&buf);
    }
    free(copy);
    return 0;
}
