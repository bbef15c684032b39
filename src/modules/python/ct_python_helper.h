/*
 * ct_python_helper.h -- the process beside the master in which gunicorn's
 * hooks of the server run, and services are registered.
 *
 * There is one where the file of python_config has such hooks, or
 * python_service_register is set; it outlives reloads.
 */

#ifndef CT_PYTHON_HELPER_H
#define CT_PYTHON_HELPER_H

#include "core/ct_config.h"

#include "modules/python/ct_python_module.h"

/*
 * When the configuration has been read: finds the helper of the generation
 * that serves.
 */
void ct_python_helper_find(ct_cycle_t *cycle);

/*
 * Takes that one over, or makes one, where one is wanted.  CT_ERROR, logged.
 */
ct_rc_t ct_python_helper_start(ct_cycle_t *cycle);

/* The rest is told of: the hooks of ct_module_t of the same names. */
void ct_python_helper_workers(ct_cycle_t *cycle, unsigned n, unsigned before);
void ct_python_helper_worker_started(ct_cycle_t *cycle, unsigned id, pid_t pid);
void ct_python_helper_worker_ended(ct_cycle_t *cycle, unsigned id, pid_t pid,
                                   int status);
void ct_python_helper_process_ended(ct_cycle_t *cycle, pid_t pid, int status);
void ct_python_helper_serving(ct_cycle_t *cycle);
void ct_python_helper_upgrading(ct_cycle_t *cycle);
void ct_python_helper_retiring(ct_cycle_t *cycle);
void ct_python_helper_exit(ct_cycle_t *cycle);

#endif /* CT_PYTHON_HELPER_H */
