/*
 * ct_say.h -- lines about calls that are refused, not too many of them.
 *
 * What peers do must not fill the disk: of each kind of line a worker writes
 * one a second, and it tells how many it kept to itself.
 */

#ifndef CT_SAY_H
#define CT_SAY_H

#include "core/ct_config.h"

/* Room for ct_say_more's words and their NUL. */
#define CT_SAY_SIZE 64

/* Of one kind of line; zeroed at first. */
typedef struct ct_say_s {
    uint64_t last_ms; /* when one was written */
    uint64_t unsaid;  /* since */
} ct_say_t;

/*
 * Whether to write the line now.  If so `out` holds what to put behind it: ""
 * or " (12 more since the last such line)".
 */
bool ct_say_may(ct_say_t *say, char out[CT_SAY_SIZE]);

#endif /* CT_SAY_H */
