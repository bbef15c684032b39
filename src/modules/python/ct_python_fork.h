/*
 * ct_python_fork.h -- what handlers start: other programs, and copies of the
 * worker.
 *
 * Both find signals as a child of any Python program does: a program that is
 * started blocks and ignores nothing of the server's, and a copy (os.fork,
 * multiprocessing) ends on a signal where its worker would have taken it for a
 * word of the master's.
 */

#ifndef CT_PYTHON_FORK_H
#define CT_PYTHON_FORK_H

#include "modules/python/ct_python_host.h"

/* This process is a worker from here on; it has no thread of a pool yet. */
void ct_python_fork_worker(ct_python_host_t *host);

/* The calling thread will run handlers. */
void ct_python_fork_thread(void);

/*
 * Inside, around os.fork(): before it, and behind it in the process and in its
 * copy.  A copy of the master's, which a worker is that has been preloaded, is
 * none in this sense.
 */
void ct_python_fork_begin(ct_python_host_t *host);
void ct_python_fork_go_on(ct_python_host_t *host);
void ct_python_fork_copied(ct_python_host_t *host);

/* Takes the server's handlers of signals from this process. */
void ct_python_fork_reset(void);

/*
 * Inside, in a copy that would leave the handler that has made it: its process
 * ends, by the exception that is raised, if any is.
 */
void ct_python_fork_end(ct_python_host_t *host) __attribute__((noreturn));

/* What this process does about the signals that are the server's. */
typedef struct ct_python_heard_s {
    struct sigaction actions[32]; /* by number */
} ct_python_heard_t;

/*
 * An import may install handlers of its own, by signal.signal().  Those of
 * signals that a worker has to hear are put back behind it, with a warning:
 * Python would run them when the next call comes, if ever.
 */
void ct_python_fork_keep(ct_python_heard_t *heard);
void ct_python_fork_restore(const ct_python_heard_t *heard,
                            const ct_log_t          *log);

#endif /* CT_PYTHON_FORK_H */
