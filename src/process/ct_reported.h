/*
 * ct_reported.h -- what modules add to a report on a thread.
 *
 * A backtrace ends at what was compiled.  A module that runs an interpreter
 * knows what that one does, and tells (ct_module_t.reported).
 */

#ifndef CT_REPORTED_H
#define CT_REPORTED_H

#include "core/ct_config.h"

#include "core/ct_rc.h"

typedef struct ct_worker_s ct_worker_t;

/*
 * A pipe for lines of modules: ends[0] to read from, ends[1] for
 * ct_reported_write; neither ever waits.  CT_DECLINED: no module has anything
 * to say.  CT_ERROR, not logged: there is no pipe to be had.  May be called in
 * a signal handler.
 */
ct_rc_t ct_reported_open(const ct_worker_t *worker, int ends[2]);

/* In a signal handler, in the thread that the report is on. */
void ct_reported_write(ct_worker_t *worker, int fd, bool ending);

#endif /* CT_REPORTED_H */
