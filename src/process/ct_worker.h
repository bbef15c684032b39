/*
 * ct_worker.h -- a worker's life, from the fork to its exit.
 */

#ifndef CT_WORKER_H
#define CT_WORKER_H

#include "core/ct_config.h"

#include <sys/types.h>

typedef struct ct_board_slot_s ct_board_slot_t;
typedef struct ct_cycle_s      ct_cycle_t;
typedef struct ct_file_s       ct_file_t;
typedef struct ct_handoff_s    ct_handoff_t;
typedef struct ct_launch_s     ct_launch_t;

typedef struct ct_worker_start_s ct_worker_start_t;

/* What a worker is born with. */
struct ct_worker_start_s {
    ct_cycle_t      *cycle;
    ct_board_slot_t *slot;
    unsigned         id;
    int              channel; /* its end; -1 without a master */

    /* Where connections move through; NULL: they stay. */
    const ct_handoff_t *handoff;

    pid_t      master_pid;
    ct_file_t *early;        /* a sink to be dropped when it serves */
    ct_file_t *report;       /* another, or NULL */
    bool       drops_stderr; /* when it serves: a daemon's worker */

    /* Called when it serves, where there is no master to be told; or NULL. */
    void (*on_serving)(const ct_worker_start_t *start);
    const ct_launch_t *launch; /* for it */
};

/*
 * Serves until told to leave; gives back the exit code.  Signals may be
 * blocked; they are let in when there is a loop to wake.
 */
int ct_worker_run(const ct_worker_start_t *start);

#endif /* CT_WORKER_H */
