/*
 * ct_helper.h -- a process that a module has beside the workers.
 *
 * The master forks it when the module asks, in master_init or any later hook
 * of the master, and then has no more to do with it: the module gives it a
 * descriptor by which it hears what is wanted, and whose end tells it that the
 * master has gone.  `process_ended` tells the module that it has ended.
 *
 * Interface header: who stands above sets ct_cycle_t's fork_helper.
 */

#ifndef CT_HELPER_H
#define CT_HELPER_H

#include "core/ct_config.h"

#include <sys/types.h>

typedef struct ct_cycle_s ct_cycle_t;

typedef struct ct_helper_s {
    const char *c_title; /* ps shows it behind the server's name */

    /*
     * The process, whose exit code it gives back.  It has become what a worker
     * is: user, groups, environment, limits, working directory.  It has the
     * cycle's logs, no socket of the server, and no signal handler: INT and
     * HUP, which come from a terminal to all, are ignored, TERM and QUIT end
     * it.
     */
    int (*run)(ct_cycle_t *cycle, void *data);
    void *data;
} ct_helper_t;

/*
 * Its pid, or -1, logged.  All descriptors that the module has open are open
 * in both processes.
 */
typedef pid_t (*ct_helper_fork_fn)(ct_cycle_t *cycle, const ct_helper_t *helper,
                                   void *data);

#endif /* CT_HELPER_H */
