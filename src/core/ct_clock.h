/*
 * ct_clock.h -- what time it is.
 *
 * Durations and deadlines use the monotonic clock only, so that a jump of
 * the wall clock fires no timeout.  The wall clock is for people: log lines.
 */

#ifndef CT_CLOCK_H
#define CT_CLOCK_H

#include "core/ct_config.h"

/* Room for "2026-01-31T23:59:59.123+00:00" and its NUL. */
#define CT_CLOCK_TEXT_SIZE 40

/* Monotonic, since an unspecified start; the same in every process here. */
CT_API uint64_t ct_clock_ns(void);

static inline uint64_t
ct_clock_ms(void)
{
    return ct_clock_ns() / 1000000;
}


/* Wall clock, milliseconds since 1970-01-01 UTC. */
CT_API uint64_t ct_clock_wall_ms(void);

/* "2026/01/31 23:59:59", local time, as nginx writes it; gives back `out`. */
CT_API const char *ct_clock_log_text(char out[CT_CLOCK_TEXT_SIZE]);

#endif /* CT_CLOCK_H */
