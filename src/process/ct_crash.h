/*
 * ct_crash.h -- the last words of a worker.
 */

#ifndef CT_CRASH_H
#define CT_CRASH_H

#include "core/ct_config.h"

typedef struct ct_worker_s ct_worker_t;

/*
 * From now on SEGV, BUS, FPE, ILL and ABRT log what the worker was doing and
 * a backtrace; ABRT, the watchdog's, also runs the modules' `aborted` hooks.
 * Then the signal does what it does by default, so that a core is written.
 * `worker` must live as long as the process.
 */
void ct_crash_watch(ct_worker_t *worker);

#endif /* CT_CRASH_H */
