/*
 * ct_batch.h -- lines packed into datagrams, and what is known to have gone.
 *
 * Lines are parted by newlines; none is ever split.  With a text come
 * receipts: counters that grow when the datagram with it has been sent, and
 * not before.  So whatever could not be sent is there to be sent the next
 * time.
 */

#ifndef CT_BATCH_H
#define CT_BATCH_H

#include "core/ct_config.h"

#include "core/ct_board.h"
#include "core/ct_rc.h"
#include "core/ct_str.h"

/* A datagram's size at most; what a unix socket and a jumbo frame carry. */
#define CT_BATCH_SIZE 8192

/* Receipts of one datagram at most, and of one text. */
#define CT_BATCH_RECEIPTS 512
#define CT_BATCH_OF_TEXT  2

/* Sends one datagram, all of it or nothing; not CT_OK: not sent. */
typedef ct_rc_t (*ct_batch_send_fn)(void *data, const char *bytes, size_t len);

/* `sent` grows by n. */
typedef struct ct_receipt_s {
    ct_counter_t *sent;
    uint64_t      n;
} ct_receipt_t;

/* Invariants: len <= max <= CT_BATCH_SIZE; once broken, len is 0. */
typedef struct ct_batch_s {
    ct_batch_send_fn send;
    void            *data;
    size_t           max; /* bytes of a datagram */
    bool             is_broken;
    unsigned         nsent; /* datagrams */
    size_t           len;
    size_t           nreceipts;
    ct_receipt_t     receipts[CT_BATCH_RECEIPTS];
    char             bytes[CT_BATCH_SIZE];
} ct_batch_t;

/* Empty; `max` is at most CT_BATCH_SIZE. */
void ct_batch_init(ct_batch_t *batch, size_t max, ct_batch_send_fn send,
                   void *data);

/*
 * Adds one or more lines that are to go together, without a newline at the
 * end, and up to CT_BATCH_OF_TEXT receipts.  A text longer than `max` is left
 * out.  Sends first what would not fit beside it; once a datagram could not
 * be sent, nothing more is until the next _init: the receiver shall not get
 * what came later instead.
 */
void ct_batch_add(ct_batch_t *batch, ct_str_t text,
                  const ct_receipt_t *receipts, size_t nreceipts);

/* Sends what is left. */
void ct_batch_flush(ct_batch_t *batch);

#endif /* CT_BATCH_H */
