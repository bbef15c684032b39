/*
 * ct_recycle.h -- tired workers are replaced, their replacement first.
 */

#ifndef CT_RECYCLE_H
#define CT_RECYCLE_H

#include "core/ct_config.h"

#include "event/ct_timer.h"

#include <sys/types.h>

typedef struct ct_child_s  ct_child_t;
typedef struct ct_master_s ct_master_t;

typedef enum ct_recycle_state_e {
    CT_RECYCLE_IDLE,
    CT_RECYCLE_STARTING, /* the replacement starts, the tired one serves */
    CT_RECYCLE_LEAVING,  /* the replacement serves, the tired one leaves */
    CT_RECYCLE_PAUSED,   /* the replacement has failed */
} ct_recycle_state_t;

/*
 * Zeroed it is idle.  Workers are named by their pids, since their places may
 * be empty the next time one looks; 0 is nobody.
 */
typedef struct ct_recycle_s {
    ct_recycle_state_t state;
    pid_t              tired;
    pid_t              fresh;
    uint64_t           asked;    /* tickets given to tired workers */
    unsigned           failures; /* in a row */
    ct_timer_t         timer;    /* on while PAUSED */
} ct_recycle_t;

/* The worker has said that it is tired: it joins the queue. */
void ct_recycle_ask(ct_child_t *child);

/*
 * Whether the worker, which has ended, was a replacement whose tired one
 * still serves: then nobody is missing.
 */
bool ct_recycle_is_spare(ct_master_t *master, const ct_child_t *child);

/* Looks what has become of it, and goes on; at the end of every turn. */
void ct_recycle_on_turn(ct_master_t *master);

#endif /* CT_RECYCLE_H */
