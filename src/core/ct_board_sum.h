/*
 * ct_board_sum.h -- the scoreboard's slots added up.
 *
 * For whoever shows it: any process that maps the board, worker or master.
 */

#ifndef CT_BOARD_SUM_H
#define CT_BOARD_SUM_H

#include "core/ct_config.h"

#include "core/ct_board.h"

/*
 * The sums of a method's row.  Invariants: `calls` is the sum of the outcomes;
 * `exceptions` is one of them, `errors` are those of ct_outcome_is_error.
 */
typedef struct ct_row_total_s {
    uint64_t calls;
    uint64_t exceptions;
    uint64_t errors;
    uint64_t outcomes[CT_OUTCOMES];
    uint64_t bytes_in;
    uint64_t bytes_out;
    int64_t  in_flight;
    uint64_t time_us;
    uint64_t buckets[CT_BOARD_BUCKETS];
} ct_row_total_t;

typedef struct ct_dialect_total_s {
    uint64_t connections;
    uint64_t calls;
} ct_dialect_total_t;

/* The sums of everything; some 240 KB, so not for the stack. */
typedef struct ct_totals_s {
    uint64_t       counters[CT_COUNTERS];
    int64_t        gauges[CT_GAUGES];
    uint64_t       fiber_stack_high; /* of all slots' the highest */
    unsigned       nmethods;
    unsigned       ndialects;
    ct_row_total_t rows[CT_BOARD_METHODS];

    ct_dialect_total_t dialects[CT_BOARD_DIALECTS];
} ct_totals_t;

/* All slots added up, as of one moment. */
void ct_board_sum(const ct_board_t *board, ct_totals_t *totals);

/* Slots ever used, and rows in use: what a reader need look at. */
unsigned ct_board_nslots(const ct_board_t *board);
unsigned ct_board_nmethods(const ct_board_t *board);
unsigned ct_board_ndialects(const ct_board_t *board);

#endif /* CT_BOARD_SUM_H */
