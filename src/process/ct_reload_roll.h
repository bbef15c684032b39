/*
 * ct_reload_roll.h -- `reload_strategy rolling`: one worker after the other.
 *
 * For ct_reload.c, which begins and ends every reload; between that, a rolling
 * one is in the states ROLLING and RESTORING, which are this file's.
 */

#ifndef CT_RELOAD_ROLL_H
#define CT_RELOAD_ROLL_H

#include "core/ct_config.h"

#include "core/ct_rc.h"

typedef struct ct_master_s ct_master_t;

/* What `reload_strategy` says. */
typedef enum ct_reload_strategy_e {
    CT_RELOAD_ALL,
    CT_RELOAD_ROLLS,
} ct_reload_strategy_t;

/* The new generation is ready to be started. */
void ct_reload_roll_begin(ct_master_t *master);

/* It has failed, reload.why says why: all that was done is undone. */
void ct_reload_roll_back(ct_master_t *master);

/* reload_timeout is over, and the old generation is not complete again. */
void ct_reload_roll_late(ct_master_t *master);

/* The new workers, which may have clients, leave; everybody will. */
void ct_reload_roll_cancel(ct_master_t *master);

/*
 * Workers of the old generation with an id below that have given their place
 * to new ones, or are about to: no others are started for them.
 */
unsigned ct_reload_roll_given_up(const ct_master_t *master);

/* Looks what has become of it, and goes on; at the end of every turn. */
void ct_reload_roll_on_turn(ct_master_t *master);

#endif /* CT_RELOAD_ROLL_H */
