/*
 * ct_signal.h -- signals become counts, and the loop wakes up.
 *
 * A handler only counts and wakes the loop; the work is done in the loop by
 * whoever calls ct_signal_take.  Signals of one kind that arrive together
 * are merged by the kernel; none is forgotten here.
 */

#ifndef CT_SIGNAL_H
#define CT_SIGNAL_H

#include "core/ct_config.h"

#include <signal.h>

typedef struct ct_loop_s ct_loop_t;

/* Blocks all signals; around fork, so that a child starts undisturbed. */
void ct_signal_block(sigset_t *old);
void ct_signal_restore(const sigset_t *old);

/* Lets every signal through: a child that has its handlers and its loop. */
void ct_signal_unblock(void);

/* The loop to be woken; NULL for none. */
void ct_signal_set_loop(ct_loop_t *loop);

/* What each kind of process counts; the rest of the control ones it ignores. */
void ct_signal_install_master(void);
void ct_signal_install_worker(void);

/* A worker without a master, which a terminal may interrupt. */
void ct_signal_install_alone(void);

/* A program at a terminal: what ends it, stops it or resizes its window. */
void ct_signal_install_terminal(void);

/* Back to the defaults, for a child that will exec or only test; it keeps
 * ignoring SIGPIPE and SIGXFSZ. */
void ct_signal_reset(void);

/* How often it has come since the last time; 0 for none. */
unsigned ct_signal_take(int sig);

/* As if the signal had come. */
void ct_signal_note(int sig);

/* "SIGKILL"; "signal" for one without a name here. */
const char *ct_signal_name(int sig);

#endif /* CT_SIGNAL_H */
