/*
 * ct_say.c -- lines about calls that are refused, not too many of them.
 */

#include "core/ct_config.h"

#include "modules/ct_say.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/ct_clock.h"

/* One line in that time. */
#define SAY_MS 1000


bool
ct_say_may(ct_say_t *say, char out[CT_SAY_SIZE])
{
    const uint64_t now_ms = ct_clock_ms();

    if (say->last_ms != 0 && now_ms - say->last_ms < SAY_MS) {
        say->unsaid++;
        return false;
    }
    out[0] = '\0';
    if (say->unsaid != 0) {
        snprintf(out, CT_SAY_SIZE,
                 " (%" PRIu64 " more since the last such line)", say->unsaid);
    }
    say->last_ms = now_ms;
    say->unsaid = 0;
    return true;
}
