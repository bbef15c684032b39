/*
 * ct_daemon.h -- into the background, but not before it works.
 *
 * Whoever started the daemon waits until it says that it serves, so that the
 * exit code means what it says.
 */

#ifndef CT_DAEMON_H
#define CT_DAEMON_H

#include "core/ct_config.h"

#include "core/ct_rc.h"

typedef struct ct_log_s ct_log_t;

/*
 * Goes on in a child of a session of its own.  The parent stays until
 * ct_daemon_ready and never comes back from here: it exits with 0 then, or
 * with 1 if the child ends before.  *ready_fd is what ct_daemon_ready takes;
 * close-on-exec.  Standard error still leads to who started us.
 */
ct_rc_t ct_daemon_detach(int *ready_fd, ct_log_t *log);

/*
 * Lets the parent go and turns standard input and output to /dev/null, and
 * standard error too unless `keep_stderr` (a log goes there).
 */
void ct_daemon_ready(int ready_fd, bool keep_stderr);

#endif /* CT_DAEMON_H */
