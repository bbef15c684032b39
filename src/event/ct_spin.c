/*
 * ct_spin.c -- polls, and counts what polling in vain has cost lately.
 *
 * state    | event                  | next
 * ---------+------------------------+---------
 * hopeful  | found                  | hopeful
 * hopeful  | CT_SPIN_MISSES misses  | doubtful
 * doubtful | a probe that found     | hopeful
 * doubtful | a probe that did not   | doubtful
 *
 * No average of the time between calls decides, though it could: it would have
 * to be taken of sleeps too, in which the time of waking is hidden, and which
 * would look too long for that very reason.
 */

#include "core/ct_config.h"

#include "event/ct_spin.h"

#include "core/ct_board.h"
#include "core/ct_clock.h"

#define NS_PER_US 1000
#define NS_PER_MS 1000000


void
ct_spin_init(ct_spin_t *spin, uint64_t time_us, ct_board_slot_t *slot)
{
    *spin = (ct_spin_t){ .time_ns = time_us * NS_PER_US, .slot = slot };
}


static bool
is_due(ct_spin_t *spin)
{
    if (!spin->has_served) {
        return false;
    }
    if (spin->misses < CT_SPIN_MISSES) {
        return true;
    }
    spin->passed = (spin->passed + 1) % CT_SPIN_PROBE;
    return spin->passed == 0;
}


static void
note(ct_spin_t *spin, bool has_found)
{
    if (spin->slot != NULL) {
        ct_board_count(spin->slot, CT_COUNT_SPINS, 1);
        ct_board_count(spin->slot, CT_COUNT_SPINS_FOUND, has_found ? 1 : 0);
    }
    if (has_found) {
        spin->misses = 0;
        spin->passed = 0;
    } else if (spin->misses < CT_SPIN_MISSES) {
        spin->misses++;
    }
}


static int
left_ms(int timeout_ms, uint64_t gone_ns)
{
    const uint64_t gone_ms = gone_ns / NS_PER_MS;

    if (timeout_ms < 0) {
        return timeout_ms;
    }
    return gone_ms > (uint64_t) timeout_ms ? 0 : timeout_ms - (int) gone_ms;
}


/*
 * Until something is found, the while is over, or `*timeout_ms`, of which it
 * leaves what remains.
 */
static ct_rc_t
poll_for_a_while(ct_spin_t *spin, ct_spin_wait_fn wait, void *data,
                 int *timeout_ms, bool *has_found)
{
    const uint64_t begin_ns = ct_clock_ns();
    const int      limit_ms = *timeout_ms;
    uint64_t       gone_ns;
    ct_rc_t        rc;

    do {
        rc = wait(data, 0, has_found);
        gone_ns = ct_clock_ns() - begin_ns;
        *timeout_ms = left_ms(limit_ms, gone_ns);
    } while (rc == CT_OK && !*has_found && *timeout_ms != 0
             && gone_ns < spin->time_ns);
    note(spin, *has_found);
    return rc;
}


/*
 * A turn that may not wait, for tasks are there, says nothing of what is to be
 * expected, unless it finds something.
 */
ct_rc_t
ct_spin_poll(ct_spin_t *spin, ct_spin_wait_fn wait, void *data, int timeout_ms)
{
    const bool may_wait = timeout_ms != 0;
    bool       has_found = false;
    ct_rc_t    rc = CT_OK;

    if (may_wait && is_due(spin)) {
        rc = poll_for_a_while(spin, wait, data, &timeout_ms, &has_found);
    }
    if (rc == CT_OK && !has_found) {
        rc = wait(data, timeout_ms, &has_found);
    }
    if (may_wait || has_found) {
        spin->has_served = has_found;
    }
    return rc;
}
