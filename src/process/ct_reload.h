/*
 * ct_reload.h -- from one generation to the next, or not at all.
 */

#ifndef CT_RELOAD_H
#define CT_RELOAD_H

#include "core/ct_config.h"

#include "event/ct_timer.h"
#include "process/ct_report.h"

#include <sys/types.h>

typedef struct ct_child_s  ct_child_t;
typedef struct ct_cycle_s  ct_cycle_t;
typedef struct ct_master_s ct_master_t;

typedef enum ct_reload_state_e {
    CT_RELOAD_IDLE,
    CT_RELOAD_TRIAL,     /* a child reads the configuration */
    CT_RELOAD_STARTING,  /* the new workers start, all at once */
    CT_RELOAD_ROLLING,   /* or one by one, and the old ones leave */
    CT_RELOAD_RESTORING, /* that has failed; the same backwards */
    CT_RELOAD_CHANGING,  /* they serve; the old ones stop accepting */
    CT_RELOAD_UNDOING,   /* it has failed; the new workers end */
} ct_reload_state_t;

typedef struct ct_reload_s {
    ct_reload_state_t state;
    uint64_t          asked;   /* tickets given */
    uint64_t          running; /* the last ticket that this run serves */
    pid_t             trial;
    int               notes_fd; /* what it writes down, or -1 */
    ct_cycle_t       *cycle;    /* the new one, while it starts */
    unsigned          wanted;
    unsigned          number; /* its generation */
    unsigned          burnt;  /* one that rolled back may still have workers */
    bool              is_rolling;
    unsigned          rolled;   /* ids that new workers have, from 0 on */
    uint64_t          leave_ms; /* one was asked to leave then, or 0 */
    bool              is_late;  /* the trial was killed, or it drags on */
    ct_timer_t        timer;
    ct_report_t       report;
    char              why[CT_REPORT_SIZE]; /* it is being undone */
} ct_reload_t;

/* Off and idle. */
void ct_reload_init(ct_reload_t *reload);

/*
 * Asks for a reload; the answer is its ticket.  It begins now, or when what
 * is under way has ended: one reload serves all that asked before it began.
 */
uint64_t ct_reload_ask(ct_master_t *master);

/* Begins what was asked for, if nothing is in its way. */
void ct_reload_resume(ct_master_t *master);

/* A child of the master has ended; false if it was not the trial. */
bool ct_reload_reaped(ct_master_t *master, pid_t pid, int status);

/* A worker of the new generation serves. */
void ct_reload_child_ready(ct_master_t *master);

/*
 * A worker has ended; false if it was not one of a new generation that still
 * starts.
 */
bool ct_reload_child_died(ct_master_t *master, const ct_child_t *child,
                          int status);

/* Whether the number of workers is not settled now. */
bool ct_reload_is_starting(const ct_master_t *master);

/* A worker accepts no more, or is gone: what waited for that goes on. */
void ct_reload_go_on(ct_master_t *master);

/* The server ends: what is under way fails with that reason. */
void ct_reload_cancel(ct_master_t *master, const char *c_why);

/* For ct_reload_roll.c: all new workers serve, the old generation goes. */
void ct_reload_take(ct_master_t *master);

/* For ct_reload_roll.c: the new generation has failed, for that reason. */
void ct_reload_undo(ct_master_t *master, const char *c_why);

/* For ct_reload_roll.c: its last worker has been asked to leave. */
void ct_reload_undone(ct_master_t *master);

/* For ct_reload_roll.c: forgets it; its workers live on. */
void ct_reload_drop_next(ct_master_t *master);

/* Closes what only the master needs, in its child. */
void ct_reload_forget(ct_reload_t *reload);

#endif /* CT_RELOAD_H */
