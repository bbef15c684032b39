/*
 * ct_lock.c -- a lock between processes that outlives whoever holds it.
 *
 * A robust mutex of POSIX would do as much, but has no bound on the waiting,
 * and not every system has it.  A pid that was given to another process in the
 * meantime looks alive; then the lock is free again when that one ends.
 */

#include "core/ct_config.h"

#include "core/ct_lock.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

/* Attempts in all, and after how many the holder is looked at. */
#define ATTEMPTS 256
#define LOOK_AT  32


static bool
is_dead(int32_t pid)
{
    return pid > 0 && kill(pid, 0) == -1 && errno == ESRCH;
}


ct_rc_t
ct_lock_take(ct_lock_t *lock)
{
    const int32_t self = (int32_t) getpid();

    for (unsigned i = 1; i <= ATTEMPTS; i++) {
        int32_t holder = 0;

        if (atomic_compare_exchange_strong(&lock->pid, &holder, self)) {
            return CT_OK;
        }
        if (i % LOOK_AT == 0 && is_dead(holder)
            && atomic_compare_exchange_strong(&lock->pid, &holder, self)) {
            return CT_DECLINED;
        }
        (void) sched_yield();
    }
    return CT_AGAIN;
}


void
ct_lock_give(ct_lock_t *lock)
{
    atomic_store(&lock->pid, 0);
}
