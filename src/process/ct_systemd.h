/*
 * ct_systemd.h -- what a service manager is told of the master, and when.
 *
 * The words are those of core/ct_notify.h.  Of two masters during an upgrade
 * one speaks, the one that the manager takes for the service: the old one,
 * until its last moment.  Where nobody listens all of this does nothing.
 */

#ifndef CT_SYSTEMD_H
#define CT_SYSTEMD_H

#include "core/ct_config.h"

#include "event/ct_timer.h"

typedef struct ct_master_s ct_master_t;

/* Longest STATUS=, its NUL included; a reason may be as long as a path. */
#define CT_SYSTEMD_STATUS 512

/* All zero: nothing was told yet. */
typedef struct ct_systemd_s {
    bool       is_ready;    /* READY=1 was told */
    bool       is_stopping; /* STOPPING=1 was */
    bool       is_deaf;     /* that it cannot be told has been logged */
    ct_timer_t watchdog;
    ct_timer_t extension;
    char       status[CT_SYSTEMD_STATUS]; /* told last */
} ct_systemd_t;

/* The loop is there: signs of life from now on. */
void ct_systemd_start(ct_master_t *master);

/* All first workers serve. */
void ct_systemd_ready(ct_master_t *master);

/* A reload begins, and has ended, well or not; each once. */
void ct_systemd_reloading(ct_master_t *master);
void ct_systemd_reloaded(ct_master_t *master);

/* What follows from the master's state; once a turn, the last of it. */
void ct_systemd_on_turn(ct_master_t *master);

/*
 * The last word: where another master goes on, that the service is now that
 * one.  Comes back when it has been heard, or after some seconds.
 */
void ct_systemd_end(ct_master_t *master);

/* The status line as it stands now, cut to fit; gives back `out`. */
const char *ct_systemd_status(const ct_master_t *master,
                              char               out[CT_SYSTEMD_STATUS]);

#endif /* CT_SYSTEMD_H */
