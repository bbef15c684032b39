/*
 * ct_zone.h -- shared memory with a name, handed from generation to generation.
 *
 * Workers of all generations see the same bytes, so what they keep there is
 * not lost by a reload: a cycle that asks for a zone that the one before it
 * has gets that one.  A zone goes when no cycle has it any more.
 *
 * For the master, and its trial child, while they configure; a trial child
 * sees the bytes of those who serve and must not write to them.
 */

#ifndef CT_ZONE_H
#define CT_ZONE_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "core/ct_str.h"

typedef struct ct_cycle_s ct_cycle_t;

typedef struct ct_zone_s {
    ct_str_t name;
    size_t   size;
    void    *addr;    /* zeroed when it was new */
    unsigned ncycles; /* that have it */
} ct_zone_t;

/*
 * The zone of that name: the cycle's own, or taken over from the cycle before,
 * or a new one where there is none of that name and size.  CT_DECLINED: the
 * cycle has it with another size.  CT_ERROR, logged.
 */
ct_rc_t ct_zone_take(ct_cycle_t *cycle, ct_str_t name, size_t size,
                     ct_zone_t **zone);

#endif /* CT_ZONE_H */
