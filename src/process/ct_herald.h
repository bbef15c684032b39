/*
 * ct_herald.h -- the master tells its modules what has happened.
 *
 * Each function runs one hook (core/ct_module.h) of every module that has it,
 * with the cycle that serves.
 */

#ifndef CT_HERALD_H
#define CT_HERALD_H

#include "core/ct_config.h"

#include <sys/types.h>

typedef struct ct_cycle_s ct_cycle_t;

void ct_herald_workers(ct_cycle_t *cycle, unsigned n, unsigned before);
void ct_herald_serving(ct_cycle_t *cycle);
void ct_herald_worker_started(ct_cycle_t *cycle, unsigned id, pid_t pid);
void ct_herald_worker_ended(ct_cycle_t *cycle, unsigned id, pid_t pid,
                            int status);
void ct_herald_process_ended(ct_cycle_t *cycle, pid_t pid, int status);
void ct_herald_upgrading(ct_cycle_t *cycle);
void ct_herald_retiring(ct_cycle_t *cycle);
void ct_herald_exit(ct_cycle_t *cycle);

#endif /* CT_HERALD_H */
