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

typedef struct ct_log_s    ct_log_t;
typedef struct ct_notify_s ct_notify_t;

/*
 * Goes on in a child of a session of its own, with /dev/null as standard input
 * and output.  The parent stays until ct_daemon_ready and never comes back
 * from here: it exits with 0 then, or with 1 if the child ends before.
 * *ready_fd is what ct_daemon_ready takes; close-on-exec.  Standard error
 * still leads to who started us.  A service manager is told by the parent that
 * the service is now its child, before the child does anything.
 */
ct_rc_t ct_daemon_detach(const ct_notify_t *notify, int *ready_fd,
                         ct_log_t *log);

/*
 * Standard error becomes /dev/null too.  Every process that was forked while
 * it still led elsewhere must do it, or whoever reads there waits for ever.
 */
void ct_daemon_drop_stderr(void);

/* Lets the parent go and closes the descriptor. */
void ct_daemon_ready(int ready_fd);

#endif /* CT_DAEMON_H */
