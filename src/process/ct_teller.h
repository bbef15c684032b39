/*
 * ct_teller.h -- tells what was counted since it was last told.
 *
 * Reads the scoreboard's sums and what of them the receiver has been sent
 * already, which stands on the scoreboard too (ct_board_sent_t): so the sum
 * of all that is ever sent is what was counted, whoever sends.  A count stands
 * as sent only when its datagram has gone (ct_batch.h).
 */

#ifndef CT_TELLER_H
#define CT_TELLER_H

#include "core/ct_config.h"

#include "core/ct_board.h"
#include "process/ct_metric.h"

typedef struct ct_batch_s  ct_batch_t;
typedef struct ct_totals_s ct_totals_t;

/* Kinds of figures: each is kept as sent, or is not told at all. */
enum {
    CT_TELLS_SERVER = 0x1,  /* counters of the server */
    CT_TELLS_SUM = 0x2,     /* calls, of all methods together */
    CT_TELLS_METHODS = 0x4, /* calls, of each method */
};

typedef struct ct_teller_s {
    ct_board_t              *board;
    const ct_totals_t       *totals; /* as they are now */
    const ct_metric_style_t *style;
    unsigned                 kinds;
    ct_batch_t              *batch; /* gets the lines */
} ct_teller_t;

/*
 * The kinds of a style.  dogstatsd adds up what has the same name and other
 * tags, so where methods are told there, their sum is not.
 */
unsigned ct_teller_kinds(bool is_tagged, bool by_method);

/*
 * From now on those kinds are kept, and no others: what was counted of a kind
 * that was not kept before is taken for sent, since it happened when nobody
 * was to be told.
 */
void ct_teller_keep(ct_board_t *board, const ct_totals_t *totals,
                    unsigned kinds);

/* Adds all lines to the batch; the caller flushes it. */
void ct_teller_tell(const ct_teller_t *teller);

/* One line more: what is now, not what was counted. */
void ct_teller_gauge(const ct_teller_t *teller, const char *c_name,
                     uint64_t value);

#endif /* CT_TELLER_H */
