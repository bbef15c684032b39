/*
 * ct_board_call.h -- which calls a worker has in hand, by name.
 *
 * The method that runs in the loop stands in slot->method.  Calls that are
 * answered later, because they wait, sleep or run on a thread, stand in a
 * small table beside it.  Both are written by the worker's loop and read by
 * whoever has to tell what a worker was doing: its own last words, the thread
 * that watches its loop, the master that ends it.
 *
 * A reader may meet an entry that is being taken by another call, and name
 * its method with the other one's age.  It is a line for a person: no lock is
 * worth that.
 */

#ifndef CT_BOARD_CALL_H
#define CT_BOARD_CALL_H

#include "core/ct_config.h"

#include "core/ct_board.h"

/* Room for the longest text of the two functions below that is of use. */
#define CT_BOARD_CALLS_TEXT 1024

/* From now on `row` is what the loop runs, for a call that came at that time.
 */
static inline void
ct_board_call_enter(ct_board_slot_t *slot, uint32_t row, uint64_t since_ns)
{
    atomic_store_explicit(&slot->method_ns, since_ns, memory_order_relaxed);
    atomic_store_explicit(&slot->method, row, memory_order_relaxed);
}


/* It runs no method any more. */
static inline void
ct_board_call_leave(ct_board_slot_t *slot)
{
    atomic_store_explicit(&slot->method, 0, memory_order_relaxed);
}


/*
 * Notes a call that outlives its turn; gives back its place, for _end, or
 * CT_BOARD_CALLS where the table is full: such a call is only counted, by the
 * gauge.  The loop's thread only.
 */
unsigned ct_board_call_begin(ct_board_slot_t *slot, uint32_t row,
                             uint64_t since_ns);

/* The call has ended; nothing is done for CT_BOARD_CALLS. */
void ct_board_call_end(ct_board_slot_t *slot, unsigned place);

/*
 * "Service.method for 3012 ms", what the loop runs; empty outside of any
 * method.  Gives back the length; `out` is a string, cut where it must be.
 * `board` may be NULL.  Safe in a handler of a signal.
 */
size_t ct_board_running_text(const ct_board_t      *board,
                             const ct_board_slot_t *slot, uint64_t now_ns,
                             char *out, size_t size);

/*
 * "Service.method for 3012 ms, Service.other for 15 ms, 7 more": the calls in
 * flight, the oldest first; the one that runs is left out.  Empty without
 * any.  Otherwise as above.
 */
size_t ct_board_calls_text(const ct_board_t *board, const ct_board_slot_t *slot,
                           uint64_t now_ns, char *out, size_t size);

#endif /* CT_BOARD_CALL_H */
