/*
 * ct_batch.c -- lines packed into datagrams, and what is known to have gone.
 */

#include "core/ct_config.h"

#include "process/ct_batch.h"

#include <string.h>


void
ct_batch_init(ct_batch_t *batch, size_t max, ct_batch_send_fn send, void *data)
{
    CT_ASSERT(max <= CT_BATCH_SIZE);
    batch->send = send;
    batch->data = data;
    batch->max = max;
    batch->is_broken = false;
    batch->nsent = 0;
    batch->len = 0;
    batch->nreceipts = 0;
}


void
ct_batch_flush(ct_batch_t *batch)
{
    if (batch->len > 0 && !batch->is_broken) {
        if (batch->send(batch->data, batch->bytes, batch->len) == CT_OK) {
            batch->nsent++;
            for (size_t i = 0; i < batch->nreceipts; i++) {
                ct_counter_add(batch->receipts[i].sent, batch->receipts[i].n);
            }
        } else {
            batch->is_broken = true;
        }
    }
    batch->len = 0;
    batch->nreceipts = 0;
}


static bool
fits(const ct_batch_t *batch, size_t len, size_t nreceipts)
{
    const size_t newline = batch->len > 0 ? 1 : 0;

    return batch->len + newline + len <= batch->max
           && batch->nreceipts + nreceipts <= CT_BATCH_RECEIPTS;
}


void
ct_batch_add(ct_batch_t *batch, ct_str_t text, const ct_receipt_t *receipts,
             size_t nreceipts)
{
    CT_ASSERT(nreceipts <= CT_BATCH_OF_TEXT);
    if (!fits(batch, text.len, nreceipts)) {
        ct_batch_flush(batch);
    }
    if (batch->is_broken || text.len > batch->max) {
        return;
    }
    if (batch->len > 0) {
        batch->bytes[batch->len] = '\n';
        batch->len++;
    }
    memcpy(batch->bytes + batch->len, text.data, text.len);
    batch->len += text.len;
    for (size_t i = 0; i < nreceipts; i++) {
        batch->receipts[batch->nreceipts] = receipts[i];
        batch->nreceipts++;
    }
}
