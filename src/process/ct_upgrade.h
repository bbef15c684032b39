/*
 * ct_upgrade.h -- another binary takes the sockets over.
 */

#ifndef CT_UPGRADE_H
#define CT_UPGRADE_H

#include "core/ct_config.h"

#include "event/ct_event.h"
#include "event/ct_timer.h"
#include "process/ct_report.h"

#include <sys/types.h>

typedef struct ct_master_s ct_master_t;

typedef enum ct_upgrade_state_e {
    CT_UPGRADE_IDLE,
    CT_UPGRADE_STARTING, /* the new binary has not said that it serves */
    CT_UPGRADE_BOTH,     /* two masters serve side by side */
    CT_UPGRADE_RETIRING, /* the old one's workers leave, then it does */
} ct_upgrade_state_t;

/* A line of the new binary, before "ready": it has our queue of connections. */
#define CT_UPGRADE_TAKES "takes connections"

/* How much of the new binary's words is kept for one line. */
#define CT_UPGRADE_LINE 512

typedef struct ct_upgrade_s {
    ct_upgrade_state_t state;
    bool               is_asked; /* waits for a reload to end */
    bool               is_whole; /* -s upgrade: retire when it serves */
    pid_t              pid;      /* of the new master, or 0 */
    bool               takes;    /* it has our queue: ct_mover.h */
    ct_io_t            io;       /* what it reports */
    ct_timer_t         timer;
    char               line[CT_UPGRADE_LINE];
    size_t             len;
    char               why[CT_REPORT_SIZE]; /* its first error line */
} ct_upgrade_t;

void ct_upgrade_init(ct_upgrade_t *upgrade);

/*
 * USR2, or -s upgrade with `is_whole`.  NULL if it is under way or will
 * begin when a reload has ended; otherwise why not.
 */
const char *ct_upgrade_ask(ct_master_t *master, bool is_whole);

/* Begins what was asked for, if nothing is in its way. */
void ct_upgrade_resume(ct_master_t *master);

/* A child of the master has ended; false if it was not the new master. */
bool ct_upgrade_reaped(ct_master_t *master, pid_t pid, int status);

/* Whether another master serves the same sockets. */
bool ct_upgrade_has_other(const ct_master_t *master);

/*
 * Tells our workers, by the board, whether there is another master who has the
 * queue that connections move through.  Once a turn.
 */
void ct_upgrade_look_elsewhere(ct_master_t *master);

/* Closes what only the master needs, in its child. */
void ct_upgrade_forget(ct_upgrade_t *upgrade);

#endif /* CT_UPGRADE_H */
