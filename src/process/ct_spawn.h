/*
 * ct_spawn.h -- the master's workers: starting, asking, ending, reaping.
 */

#ifndef CT_SPAWN_H
#define CT_SPAWN_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "event/ct_event.h"

#include <sys/types.h>

typedef struct ct_board_slot_s ct_board_slot_t;
typedef struct ct_cycle_s      ct_cycle_t;
typedef struct ct_master_s     ct_master_t;

/* How a worker says that it must not be tried again: its init failed. */
#define CT_EXIT_FATAL 2

typedef enum ct_child_state_e {
    CT_CHILD_NONE = 0,
    CT_CHILD_STARTING,
    CT_CHILD_SERVING,
    CT_CHILD_LEAVING,
} ct_child_state_t;

/* A worker as the master sees it; pid is 0 while the place is free. */
typedef struct ct_child_s {
    ct_io_t          io; /* the channel */
    ct_master_t     *master;
    ct_board_slot_t *slot;
    pid_t            pid;
    ct_child_state_t state;
    bool             is_deaf; /* it leaves, and accepts no more */
    uint64_t         tired;   /* its place in the queue to be replaced, or 0 */
    unsigned         id;
    unsigned         generation;
    uint64_t         started_ms;
    uint64_t         aborted_ms; /* the watchdog has sent ABRT, or 0 */
    uint64_t         kill_ms;    /* when KILL is due, or 0 */
} ct_child_t;

/*
 * Makes the workers of `cycle` complete: those with ids from `first` on, less
 * than `wanted`.
 * CT_ERROR, logged, if one could not be forked; those that could go on.
 */
ct_rc_t ct_spawn_missing(ct_master_t *master, ct_cycle_t *cycle, unsigned first,
                         unsigned wanted);

/*
 * Forks one worker more with that id, whoever else may have it.  NULL, logged,
 * if it could not be done.
 */
ct_child_t *ct_spawn_start(ct_master_t *master, ct_cycle_t *cycle, unsigned id);

/* Asks it to leave; `quitting` if the whole server ends. */
void ct_spawn_leave(ct_child_t *child, bool quitting);

/* Asks all of that generation (0: of any) whose id is not below `first_id`. */
void ct_spawn_leave_all(ct_master_t *master, unsigned generation,
                        unsigned first_id, bool quitting);

/* Sends a signal to all workers of that generation (0: of any). */
void ct_spawn_signal_all(ct_master_t *master, unsigned generation, int sig);

/* TERM now, and KILL soon for who does not go. */
void ct_spawn_stop_all(ct_master_t *master, unsigned generation);

/*
 * The same with QUIT for those of that generation that are not known to serve:
 * one that has just begun to may have connections, and hands them over.
 */
void ct_spawn_stop_starting(ct_master_t *master, unsigned generation);

/* Workers of that generation (0: of any) in that state (NONE: in any). */
unsigned ct_spawn_count(const ct_master_t *master, unsigned generation,
                        ct_child_state_t state);

/* Whether a worker of another generation than that may still accept. */
bool ct_spawn_hears_besides(const ct_master_t *master, unsigned generation);

/* The worker with that pid, or NULL. */
ct_child_t *ct_spawn_find(ct_master_t *master, pid_t pid);

/* Its process has ended: folds its slot and frees its place. */
void ct_spawn_remove(ct_child_t *child);

/*
 * To be called first in every child of the master: closes what belongs to
 * the master alone, so that no copy of it keeps a line open.
 */
void ct_spawn_forget_master(ct_master_t *master);

#endif /* CT_SPAWN_H */
