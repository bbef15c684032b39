/*
 * ct_resident.h -- how much memory a process takes.
 */

#ifndef CT_RESIDENT_H
#define CT_RESIDENT_H

#include "core/ct_config.h"

#include <stddef.h>

/* How often it is looked at, which costs some microseconds. */
#define CT_RESIDENT_MS 1000

/*
 * What is resident of this process, in bytes, what it shares with others
 * included; where there is no /proc, the most there was.
 */
size_t ct_resident_bytes(void);

#endif /* CT_RESIDENT_H */
