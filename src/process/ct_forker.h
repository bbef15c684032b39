/*
 * ct_forker.h -- the master forks processes that modules have beside workers.
 */

#ifndef CT_FORKER_H
#define CT_FORKER_H

#include "core/ct_config.h"

typedef struct ct_cycle_s  ct_cycle_t;
typedef struct ct_master_s ct_master_t;

/*
 * Modules of that cycle may ask for processes (core/ct_helper.h), as long as
 * it lives.
 */
void ct_forker_offer(ct_master_t *master, ct_cycle_t *cycle);

#endif /* CT_FORKER_H */
