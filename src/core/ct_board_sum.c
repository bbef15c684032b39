/*
 * ct_board_sum.c -- the scoreboard's slots added up.
 *
 * A reader takes no lock.  Each counter is read once; while a dead worker's
 * slot is being folded into the retired totals (fold_seq) it would count twice
 * or not at all, so then the reader begins again.
 */

#include "core/ct_config.h"

#include "core/ct_board_sum.h"

#include <sched.h>

/* How often a reader tries for sums that no fold has disturbed. */
#define READ_TRIES 1000


unsigned
ct_board_nslots(const ct_board_t *board)
{
    const uint32_t n = atomic_load(&board->nslots);

    return n < CT_BOARD_SLOTS ? n : CT_BOARD_SLOTS;
}


unsigned
ct_board_nmethods(const ct_board_t *board)
{
    const uint32_t n =
        atomic_load_explicit(&board->nmethods, memory_order_acquire);

    return n < CT_BOARD_METHODS ? n : CT_BOARD_METHODS;
}


unsigned
ct_board_ndialects(const ct_board_t *board)
{
    const uint32_t n =
        atomic_load_explicit(&board->ndialects, memory_order_acquire);

    return n < CT_BOARD_DIALECTS ? n : CT_BOARD_DIALECTS;
}


static void
add_row(ct_row_total_t *total, const ct_board_row_t *row)
{
    for (unsigned i = 0; i < CT_OUTCOMES; i++) {
        total->outcomes[i] += ct_counter_get(&row->outcomes[i]);
    }
    total->bytes_in += ct_counter_get(&row->bytes_in);
    total->bytes_out += ct_counter_get(&row->bytes_out);
    total->in_flight += (int64_t) ct_counter_get(&row->in_flight);
    total->time_us += ct_counter_get(&row->time_us);
    for (unsigned i = 0; i < CT_BOARD_BUCKETS; i++) {
        total->buckets[i] += ct_counter_get(&row->buckets[i]);
    }
}


static void
add_slot(ct_totals_t *totals, const ct_board_slot_t *slot)
{
    for (unsigned i = 0; i < CT_COUNTERS; i++) {
        totals->counters[i] += ct_counter_get(&slot->counters[i]);
    }
    for (unsigned i = 0; i < CT_GAUGES; i++) {
        totals->gauges[i] += (int64_t) ct_counter_get(&slot->gauges[i]);
    }
    if (ct_counter_get(&slot->fiber_stack_high) > totals->fiber_stack_high) {
        totals->fiber_stack_high = ct_counter_get(&slot->fiber_stack_high);
    }
    for (unsigned i = 0; i < totals->nmethods; i++) {
        add_row(&totals->rows[i], &slot->rows[i]);
    }
    for (unsigned i = 0; i < totals->ndialects; i++) {
        const ct_board_dialect_t *dialect = &slot->dialects[i];

        totals->dialects[i].connections +=
            ct_counter_get(&dialect->connections);
        totals->dialects[i].calls += ct_counter_get(&dialect->calls);
    }
}


/* What follows from the outcomes: one reading of them, so that sums agree. */
static void
sum_outcomes(ct_row_total_t *row)
{
    for (unsigned i = 0; i < CT_OUTCOMES; i++) {
        row->calls += row->outcomes[i];
        if (ct_outcome_is_error((ct_outcome_t) i)) {
            row->errors += row->outcomes[i];
        }
    }
    row->exceptions = row->outcomes[CT_OUTCOME_EXCEPTION];
}


static void
add_all(const ct_board_t *board, ct_totals_t *totals)
{
    const unsigned nslots = ct_board_nslots(board);

    memset(totals, 0, sizeof(*totals));
    totals->nmethods = ct_board_nmethods(board);
    totals->ndialects = ct_board_ndialects(board);
    for (unsigned i = 0; i < nslots; i++) {
        add_slot(totals, &board->slots[i]);
    }
    for (unsigned i = 0; i < totals->nmethods; i++) {
        sum_outcomes(&totals->rows[i]);
    }
    totals->counters[CT_COUNT_LOG_LINES_LOST] +=
        atomic_load(&board->log_lines_lost);
    for (unsigned i = 0; i < CT_LOG_COUNTS; i++) {
        totals->counters[CT_COUNT_LOG_CRITICAL + i] +=
            ct_counter_get(&board->log_lines[i]);
    }
}


/*
 * A worker that shows the sums has better things to do than to wait: while a
 * fold is under way it does not even add.
 */
void
ct_board_sum(const ct_board_t *board, ct_totals_t *totals)
{
    for (int i = 0; i < READ_TRIES; i++) {
        const uint32_t before = atomic_load(&board->fold_seq);

        if ((before & 1) != 0) {
            sched_yield();
            continue;
        }
        add_all(board, totals);
        atomic_thread_fence(memory_order_acquire); /* the counters came first */
        if (before == atomic_load(&board->fold_seq)) {
            return;
        }
    }
    /* A fold that does not end: its master has died in it.  The sums are
     * right but for one counter, and better than none. */
    add_all(board, totals);
}
