/*
 * ct_lock.h -- a lock between processes that outlives whoever holds it.
 *
 * It lies in shared memory and is meant for a few microseconds at a time.  A
 * process that is killed while it holds the lock does not take it along: the
 * next one finds out and takes over.  One that is merely stopped makes the
 * others go without; nobody ever waits long.
 *
 * Zeroed memory is a free lock.
 */

#ifndef CT_LOCK_H
#define CT_LOCK_H

#include "core/ct_config.h"

#include "core/ct_rc.h"

#include <stdatomic.h>

/* The holder's pid, or 0. */
typedef struct ct_lock_s {
    _Atomic int32_t pid;
} ct_lock_t;

/*
 * CT_OK: taken.  CT_DECLINED: taken too, from one that died, so what it guards
 * may be half written.  CT_AGAIN: not taken; go without.
 */
ct_rc_t ct_lock_take(ct_lock_t *lock);

/* Only by who has taken it. */
void ct_lock_give(ct_lock_t *lock);

#endif /* CT_LOCK_H */
