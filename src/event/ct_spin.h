/*
 * ct_spin.h -- a loop that polls for a while before it sleeps.
 *
 * A thread that sleeps is woken by the processor that has something for it,
 * which costs both more than a small call does.  A loop that has just served
 * may expect the next call at any moment: so it looks again and again, for a
 * while, before it sleeps.  That pays where the next call comes within this
 * while, and nowhere else, so it is done
 *
 *   - only behind a turn in which a descriptor had something to say: who is
 *     idle sleeps;
 *   - after CT_SPIN_MISSES in a row that found nothing, only before every
 *     CT_SPIN_PROBE-th sleep, until one of them finds something.
 *
 * One thread's: the loop's.
 */

#ifndef CT_SPIN_H
#define CT_SPIN_H

#include "core/ct_config.h"

#include "core/ct_rc.h"

typedef struct ct_board_slot_s ct_board_slot_t;

/* Of CT_SPIN_PROBE sleeps on, one probe costs a sixteenth of the while. */
#define CT_SPIN_MISSES 8
#define CT_SPIN_PROBE  16

/* `time_ns` 0: never. */
typedef struct ct_spin_s {
    uint64_t         time_ns;
    ct_board_slot_t *slot;       /* where it counts, or NULL */
    unsigned         misses;     /* in a row, CT_SPIN_MISSES at most */
    unsigned         passed;     /* sleeps since the last probe */
    bool             has_served; /* the last turn that could wait has */
} ct_spin_t;

/*
 * Waits for `timeout_ms` at most (-1: for ever) and handles what there is;
 * `*has_found`: there was something.
 */
typedef ct_rc_t (*ct_spin_wait_fn)(void *data, int timeout_ms, bool *has_found);

void ct_spin_init(ct_spin_t *spin, uint64_t time_us, ct_board_slot_t *slot);

/* What ct_spin_wait does where it is on. */
ct_rc_t ct_spin_poll(ct_spin_t *spin, ct_spin_wait_fn wait, void *data,
                     int timeout_ms);

/*
 * The wait of a turn: first with no time, again and again, where that is due,
 * and then as it would have been without.  Gives the last wait's result; what
 * is no CT_OK is the last.
 */
static inline ct_rc_t
ct_spin_wait(ct_spin_t *spin, ct_spin_wait_fn wait, void *data, int timeout_ms)
{
    bool has_found;

    if (spin->time_ns == 0) {
        return wait(data, timeout_ms, &has_found);
    }
    return ct_spin_poll(spin, wait, data, timeout_ms);
}

#endif /* CT_SPIN_H */
