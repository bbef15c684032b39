/*
 * ct_watchdog.h -- the master looks whether its workers live.
 */

#ifndef CT_WATCHDOG_H
#define CT_WATCHDOG_H

#include "core/ct_config.h"

#include "event/ct_timer.h"

typedef struct ct_master_s ct_master_t;

typedef struct ct_watchdog_s {
    ct_timer_t timer;
    uint64_t   last_ms; /* when it looked */
} ct_watchdog_t;

/* Begins to look; goes on until the master ends. */
void ct_watchdog_start(ct_master_t *master);

#endif /* CT_WATCHDOG_H */
