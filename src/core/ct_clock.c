/*
 * ct_clock.c -- what time it is.
 *
 * clock_gettime is a few dozen nanoseconds without a system call on the
 * systems we serve, so nothing is cached here; the loop keeps its own "now".
 */

#include "core/ct_config.h"

#include "core/ct_clock.h"

#include <stdio.h>
#include <time.h>

#define NS_PER_S  1000000000ULL
#define NS_PER_MS 1000000ULL
#define MS_PER_S  1000ULL


CT_HOT uint64_t
ct_clock_ns(void)
{
    struct timespec now = { 0, 0 };

    /* Cannot fail for a clock that POSIX demands. */
    (void) clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t) now.tv_sec * NS_PER_S + (uint64_t) now.tv_nsec;
}


uint64_t
ct_clock_wall_ms(void)
{
    struct timespec now = { 0, 0 };

    (void) clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t) now.tv_sec * MS_PER_S
           + (uint64_t) now.tv_nsec / NS_PER_MS;
}


const char *
ct_clock_log_text(char out[CT_CLOCK_TEXT_SIZE])
{
    const time_t now = time(NULL);
    struct tm    local;

    if (localtime_r(&now, &local) == NULL
        || strftime(out, CT_CLOCK_TEXT_SIZE, "%Y/%m/%d %H:%M:%S", &local)
               == 0) {
        snprintf(out, CT_CLOCK_TEXT_SIZE, "@%lld", (long long) now);
    }
    return out;
}
