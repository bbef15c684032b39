/*
 * ct_master.h -- the process that owns everything and serves nobody.
 *
 * All its state hangs on one ct_master_t, which main makes and which lives as
 * long as the process.  One thread; all that happens, happens in its loop.
 */

#ifndef CT_MASTER_H
#define CT_MASTER_H

#include "core/ct_config.h"

#include "core/ct_board.h"
#include "core/ct_file.h"
#include "core/ct_log.h"
#include "core/ct_rc.h"
#include "core/ct_shm.h"
#include "event/ct_handoff.h"
#include "event/ct_timer.h"
#include "process/ct_control.h"
#include "process/ct_inherit.h"
#include "process/ct_log_care.h"
#include "process/ct_recycle.h"
#include "process/ct_reload.h"
#include "process/ct_spawn.h"
#include "process/ct_statsd.h"
#include "process/ct_systemd.h"
#include "process/ct_upgrade.h"
#include "process/ct_watch.h"
#include "process/ct_watchdog.h"

#include <limits.h>

typedef struct ct_cycle_s   ct_cycle_t;
typedef struct ct_launch_s  ct_launch_t;
typedef struct ct_loop_s    ct_loop_t;
typedef struct ct_master_s  ct_master_t;
typedef struct ct_options_s ct_options_t;

typedef enum ct_master_state_e {
    CT_MASTER_STARTING, /* the first workers are not ready yet */
    CT_MASTER_SERVING,
    CT_MASTER_RETIRED,  /* WINCH: no workers, but still the master */
    CT_MASTER_QUITTING, /* ends when the workers have left */
    CT_MASTER_STOPPING, /* the same, at once */
} ct_master_state_t;

struct ct_master_s {
    const ct_options_t *options;
    const ct_launch_t  *launch;
    ct_inherit_t        inherit;
    ct_master_state_t   state;
    ct_cycle_t         *cycle; /* the generation that serves */
    ct_log_t            log;   /* a child of the cycle's */
    ct_log_care_t       log_care;
    ct_loop_t          *loop;
    ct_shm_t            shm;
    ct_board_t         *board;              /* in shm */
    ct_handoff_t        handoff;            /* of all workers, and over exec */
    char                pid_path[PATH_MAX]; /* as it was written */
    bool                has_pid_file;
    bool                has_retired;  /* modules know that the server ends */
    bool                shares_board; /* with another master, once at least */
    unsigned            wanted;       /* workers; changed by TTIN and TTOU */
    unsigned            configured;   /* worker_processes of the file */
    unsigned            resize_to;    /* when it can be; 0: nobody asked */
    unsigned            quick_deaths; /* in a row */
    ct_timer_t          respawn;
    ct_file_t           early;    /* where errors of the start go as well */
    int                 ready_fd; /* whoever waits for a daemon; or -1 */
    int                 exit_code;
    ct_control_t        control;
    ct_queue_t          enquiries; /* under way, ct_enquiry.c's */
    ct_reload_t         reload;
    ct_recycle_t        recycle;
    ct_systemd_t        systemd;
    ct_upgrade_t        upgrade;
    ct_watch_t          watch;
    ct_watchdog_t       watchdog;
    ct_statsd_t         statsd;
    ct_child_t          children[CT_BOARD_SLOTS]; /* by slot */
};

/*
 * The whole life of the server, from the configuration to the last worker.
 * Gives back the exit code of the process.
 */
int ct_master_run(ct_master_t *master);

/* Everything at rest, nothing open. */
void ct_master_init(ct_master_t *master, const ct_options_t *options,
                    const ct_launch_t *launch);

/*
 * Log lines go where the serving cycle's go, from now on, and at its level:
 * what -s log-level had asked for has had its time.
 */
void ct_master_use_log(ct_master_t *master);

/* Another number of workers, told to the board and to the modules. */
void ct_master_set_wanted(ct_master_t *master, unsigned wanted);

/* One worker more or fewer; NULL, or why not. */
const char *ct_master_add_worker(ct_master_t *master);
const char *ct_master_remove_worker(ct_master_t *master);

/*
 * So many workers, now, or when a reload that is under way has ended; NULL, or
 * why not.
 */
const char *ct_master_resize(ct_master_t *master, unsigned n);

/* What signals have asked for; once a turn of the loop. */
void ct_master_on_turn(ct_loop_t *loop, void *data);

/* A worker has said that it serves. */
void ct_master_child_ready(ct_child_t *child);

/*
 * The server begins to end, if nobody serves in our stead: modules are told,
 * once.
 */
void ct_master_retire(ct_master_t *master);

/* Workers leave, then the master ends. */
void ct_master_quit(ct_master_t *master);

/* Starts what workers are missing, and tries again if that fails. */
void ct_master_complete(ct_master_t *master);

/* Back from RETIRED or from a retirement that has failed: workers again. */
void ct_master_serve_again(ct_master_t *master);

/* Opens the logs anew, here and in the workers. */
void ct_master_reopen(ct_master_t *master);

/* Writes the pid file at the cycle's path; removes it, under either name. */
ct_rc_t ct_master_take_pid_file(ct_master_t *master);
void    ct_master_drop_pid_file(ct_master_t *master);

/*
 * The control socket goes to where the cycle wants it, if it is elsewhere.
 * CT_ERROR, logged: the one that the file asks for cannot be had.
 */
ct_rc_t ct_master_open_control(ct_master_t *master);

#endif /* CT_MASTER_H */
