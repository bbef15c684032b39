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
    CT_RELOAD_TRIAL,    /* a child reads the configuration */
    CT_RELOAD_STARTING, /* the new workers start */
    CT_RELOAD_CHANGING, /* they serve; the old ones stop accepting */
    CT_RELOAD_UNDOING,  /* it has failed; the new workers end */
} ct_reload_state_t;

typedef struct ct_reload_s {
    ct_reload_state_t state;
    uint64_t          asked;   /* tickets given */
    uint64_t          running; /* the last ticket that this run serves */
    pid_t             trial;
    ct_cycle_t       *cycle; /* the new one, while it starts */
    unsigned          wanted;
    bool              is_late; /* the trial was killed for it */
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

/* A worker of the new generation has ended before all were ready. */
void ct_reload_child_died(ct_master_t *master, const ct_child_t *child,
                          int status);

/* A worker accepts no more, or is gone: what waited for that goes on. */
void ct_reload_go_on(ct_master_t *master);

/* The server ends: what is under way fails with that reason. */
void ct_reload_cancel(ct_master_t *master, const char *c_why);

/* Closes what only the master needs, in its child. */
void ct_reload_forget(ct_reload_t *reload);

#endif /* CT_RELOAD_H */
