/*
 * ct_crash.h -- the last words of a worker.
 */

#ifndef CT_CRASH_H
#define CT_CRASH_H

#include "core/ct_config.h"

typedef struct ct_worker_s ct_worker_t;

/*
 * From now on SEGV, BUS, FPE, ILL and ABRT log what the worker was doing, a
 * backtrace, and what modules know of the thread (`reported`); ABRT, the
 * watchdog's, also runs the modules' `aborted` hooks.  Then the signal does
 * what it does by default, so that a core is written.
 */
void ct_crash_watch(ct_worker_t *worker);

/*
 * The worker is about to be given up: nothing is said any more.  The process
 * may take its time to end, and be sent ABRT meanwhile.
 */
void ct_crash_unwatch(void);

/*
 * Where what the process prints to standard error can be read, without
 * waiting, or -1: it is often the reason (assert, libc's own checks), and
 * nobody else would read it.
 */
void ct_crash_captured(int fd);

#endif /* CT_CRASH_H */
