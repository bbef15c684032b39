/*
 * ct_start.h -- the beginning and the end of a server.
 */

#ifndef CT_START_H
#define CT_START_H

#include "core/ct_config.h"

typedef struct ct_master_s ct_master_t;

/* All first workers are ready: whoever waits for it is told. */
void ct_start_announce(ct_master_t *master);

#endif /* CT_START_H */
