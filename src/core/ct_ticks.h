/*
 * ct_ticks.h -- what time it is, for who asks again and again.
 *
 * Reading the clock takes some 25 to 50 nanoseconds, a tenth of what a small
 * call takes in user mode.  A processor's own counter takes a fifth of that.
 * Where the kernel keeps its time by that counter, the time since the clock
 * was last read is told by it: behind the clock by a microsecond at most, and
 * not ahead of it.  But for some milliseconds it may be, where a counter jumps
 * or the kernel slows its clock down: who takes one time from another sees to
 * it that they are in order.
 *
 * One thread's.
 */

#ifndef CT_TICKS_H
#define CT_TICKS_H

#include "core/ct_config.h"

#include "core/ct_clock.h"

/*
 * Where the clock was read last, `ns` of ct_clock_ns, the counter said `at`.
 * For less than `span` ticks from there it is asked alone, at `factor`
 * nanoseconds in 2^32 ticks.  0: the clock is read each time.
 */
typedef struct ct_ticks_s {
    uint64_t ns;
    uint64_t at;
    uint64_t span;
    uint64_t factor;
    uint64_t since_ns; /* since when ticks are counted, to measure them */
    uint64_t since_at;
    uint64_t measured; /* the last time; 0: never, or nothing that can be */
    bool     is_usable;
} ct_ticks_t;

/* Finds out whether there is a counter to go by. */
void ct_ticks_init(ct_ticks_t *ticks);

/* Reads the clock. */
uint64_t ct_ticks_read(ct_ticks_t *ticks);


/* The counter, wherever it stands; 0 where we know of none. */
static inline uint64_t
ct_ticks_counter(void)
{
#if defined(__x86_64__)
    return __builtin_ia32_rdtsc();
#else
    return 0;
#endif
}


/* The time by the counter, or by the clock where it is too long ago. */
static inline uint64_t
ct_ticks_ns(ct_ticks_t *ticks)
{
    const uint64_t gone = ct_ticks_counter() - ticks->at;

    if (CT_LIKELY(gone < ticks->span)) {
        return ticks->ns + (gone * ticks->factor >> 32);
    }
    return ct_ticks_read(ticks);
}

#endif /* CT_TICKS_H */
