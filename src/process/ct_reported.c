/*
 * ct_reported.c -- what modules add to a report on a thread.
 *
 * All of it may run in a signal handler.
 */

#include "core/ct_config.h"

#include "process/ct_reported.h"

#include <fcntl.h>
#include <unistd.h>

#include "core/ct_array.h"
#include "core/ct_cycle.h"
#include "core/ct_module.h"


static const ct_module_t *
module_at(const ct_worker_t *worker, size_t i)
{
    return *(const ct_module_t **) ct_array_at(&worker->cycle->modules, i);
}


static bool
is_wanted(const ct_worker_t *worker)
{
    for (size_t i = 0; i < worker->cycle->modules.n; i++) {
        if (module_at(worker, i)->reported != NULL) {
            return true;
        }
    }
    return false;
}


ct_rc_t
ct_reported_open(const ct_worker_t *worker, int ends[2])
{
    if (!is_wanted(worker)) {
        return CT_DECLINED;
    }
    if (pipe(ends) == -1) {
        return CT_ERROR;
    }
    for (int i = 0; i < 2; i++) {
        (void) fcntl(ends[i], F_SETFL, O_NONBLOCK);
        (void) fcntl(ends[i], F_SETFD, FD_CLOEXEC);
    }
    return CT_OK;
}


void
ct_reported_write(ct_worker_t *worker, int fd, bool ending)
{
    for (size_t i = 0; i < worker->cycle->modules.n; i++) {
        const ct_module_t *module = module_at(worker, i);

        if (module->reported != NULL && worker->states != NULL) {
            module->reported(worker, worker->states[i], fd, ending);
        }
    }
}
