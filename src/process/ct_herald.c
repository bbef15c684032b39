/*
 * ct_herald.c -- the master tells its modules what has happened.
 *
 * In the order in which the modules stand, but when it comes to an end: what
 * was made last is given back first.
 */

#include "core/ct_config.h"

#include "process/ct_herald.h"

#include "core/ct_cycle.h"
#include "core/ct_module.h"


static const ct_module_t *
module_at(const ct_cycle_t *cycle, size_t i)
{
    return *(const ct_module_t **) ct_array_at(&cycle->modules, i);
}


void
ct_herald_workers(ct_cycle_t *cycle, unsigned n, unsigned before)
{
    for (size_t i = 0; i < cycle->modules.n; i++) {
        const ct_module_t *module = module_at(cycle, i);

        if (module->workers_changed != NULL) {
            module->workers_changed(cycle, n, before);
        }
    }
}


void
ct_herald_serving(ct_cycle_t *cycle)
{
    for (size_t i = 0; i < cycle->modules.n; i++) {
        const ct_module_t *module = module_at(cycle, i);

        if (module->serving != NULL) {
            module->serving(cycle);
        }
    }
}


void
ct_herald_worker_started(ct_cycle_t *cycle, unsigned id, pid_t pid)
{
    for (size_t i = 0; i < cycle->modules.n; i++) {
        const ct_module_t *module = module_at(cycle, i);

        if (module->worker_started != NULL) {
            module->worker_started(cycle, id, pid);
        }
    }
}


void
ct_herald_worker_ended(ct_cycle_t *cycle, unsigned id, pid_t pid, int status)
{
    for (size_t i = 0; i < cycle->modules.n; i++) {
        const ct_module_t *module = module_at(cycle, i);

        if (module->worker_ended != NULL) {
            module->worker_ended(cycle, id, pid, status);
        }
    }
}


void
ct_herald_process_ended(ct_cycle_t *cycle, pid_t pid, int status)
{
    for (size_t i = 0; i < cycle->modules.n; i++) {
        const ct_module_t *module = module_at(cycle, i);

        if (module->process_ended != NULL) {
            module->process_ended(cycle, pid, status);
        }
    }
}


void
ct_herald_upgrading(ct_cycle_t *cycle)
{
    for (size_t i = 0; i < cycle->modules.n; i++) {
        const ct_module_t *module = module_at(cycle, i);

        if (module->upgrading != NULL) {
            module->upgrading(cycle);
        }
    }
}


void
ct_herald_retiring(ct_cycle_t *cycle)
{
    for (size_t i = cycle->modules.n; i > 0; i--) {
        const ct_module_t *module = module_at(cycle, i - 1);

        if (module->retiring != NULL) {
            module->retiring(cycle);
        }
    }
}


void
ct_herald_exit(ct_cycle_t *cycle)
{
    for (size_t i = cycle->modules.n; i > 0; i--) {
        const ct_module_t *module = module_at(cycle, i - 1);

        if (module->master_exit != NULL) {
            module->master_exit(cycle);
        }
    }
}
