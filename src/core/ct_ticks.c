/*
 * ct_ticks.c -- the processor's counter beside the clock.
 *
 * How fast it counts is measured against the clock, over an eighth of a second
 * and then over each second, so that what is told follows whatever the kernel
 * does to its clock.  It is taken for a little slower than it is: a time told
 * by the counter is then never ahead of the clock, also where another thread
 * has read that.
 *
 * Nothing here trusts the counter for longer than some milliseconds.  One that
 * jumps, on a machine that was suspended or has moved, is off for so long, and
 * measured anew.
 */

#include "core/ct_config.h"

#include "core/ct_ticks.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define NS_PER_S UINT64_C(1000000000)

/* The time for which the counter is asked alone. */
#define SPAN_NS 4e6

/* How long it is measured for, at first and then. */
#define FIRST_NS (NS_PER_S / 8)
#define THEN_NS  NS_PER_S

/* By so much it is taken for slower: one in 4096, a microsecond in four
 * milliseconds.  Measuring it is better than that, or two measures differ. */
#define LAG_SHIFT   12
#define AGREE_SHIFT 13

/* Ticks between two looks at the counter around a reading of the clock; more,
 * and somebody else has had the processor meanwhile. */
#define MOST_AROUND UINT64_C(8192)

/* How long 2^32 ticks may take, in nanoseconds: between 16 GHz and 100 MHz. */
#define TICKS_OF_FACTOR 4294967296.0
#define LEAST_FACTOR    (TICKS_OF_FACTOR / 16)
#define MOST_FACTOR     (TICKS_OF_FACTOR * 10)

#define CLOCK_SOURCE                                                           \
    "/sys/devices/system/clocksource/clocksource0/current_clocksource"


/*
 * The kernel checks whether all processors' counters agree and never stop; it
 * goes by them only then.
 */
static bool
kernel_goes_by_it(void)
{
#if defined(__x86_64__) && defined(__linux__)
    const char wanted[] = "tsc\n";
    char       source[sizeof(wanted)];
    ssize_t    n = -1;
    const int  fd = open(CLOCK_SOURCE, O_RDONLY | O_CLOEXEC);

    if (fd >= 0) {
        n = read(fd, source, sizeof(source));
        close(fd);
    }
    return n == (ssize_t) strlen(wanted)
           && memcmp(source, wanted, strlen(wanted)) == 0;
#else
    return false;
#endif
}


void
ct_ticks_init(ct_ticks_t *ticks)
{
    memset(ticks, 0, sizeof(*ticks));
    ticks->is_usable = kernel_goes_by_it();
}


static bool
differ_by_little(uint64_t a, uint64_t b)
{
    return (a > b ? a - b : b - a) <= b >> AGREE_SHIFT;
}


/*
 * From `since` to now.  It counts once two measures in a row agree: one may
 * have met a counter that jumped.
 */
static void
measure(ct_ticks_t *ticks)
{
    const uint64_t before = ticks->measured;
    const double   ns = (double) (ticks->ns - ticks->since_ns);
    const double   gone = (double) (ticks->at - ticks->since_at);
    const double   factor = gone > 0 ? ns * TICKS_OF_FACTOR / gone : 0;

    ticks->since_ns = ticks->ns;
    ticks->since_at = ticks->at;
    ticks->span = 0;
    ticks->measured = 0;
    if (factor < LEAST_FACTOR || factor > MOST_FACTOR) {
        return;
    }
    ticks->measured = (uint64_t) factor;
    ticks->factor = ticks->measured - (ticks->measured >> LAG_SHIFT);
    if (differ_by_little(before, ticks->measured)) {
        ticks->span = (uint64_t) (SPAN_NS * TICKS_OF_FACTOR / factor);
    }
}


uint64_t
ct_ticks_read(ct_ticks_t *ticks)
{
    const uint64_t before = ct_ticks_counter();
    const uint64_t ns = ct_clock_ns();
    uint64_t       after;

    if (!ticks->is_usable) {
        return ns;
    }
    after = ct_ticks_counter();
    ticks->ns = ns;
    ticks->at = after;
    if (after - before > MOST_AROUND) {
        ticks->at -= ticks->span; /* which of them goes with `ns`? */
        return ns;
    }
    if (ticks->since_ns == 0) {
        ticks->since_ns = ns;
        ticks->since_at = after;
    } else if (ns - ticks->since_ns
               >= (ticks->span == 0 ? FIRST_NS : THEN_NS)) {
        measure(ticks);
    }
    return ns;
}
