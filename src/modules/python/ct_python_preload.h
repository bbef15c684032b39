/*
 * ct_python_preload.h -- applications that are imported before workers are
 * forked: python_preload.
 *
 * Then the master has an interpreter, and whoever it forks has inherited it: a
 * worker, or a child that describes an application.  It is started once in the
 * master's life, and what it has imported stays.
 */

#ifndef CT_PYTHON_PRELOAD_H
#define CT_PYTHON_PRELOAD_H

#include "core/ct_config.h"

#include "modules/python/ct_python_host.h"

/*
 * While the file is read: whether an interpreter that is there already can do
 * for this configuration and for this build of the module.  CT_ERROR, by
 * ct_conf_error.
 */
ct_rc_t ct_python_preload_check(const ct_conf_t *conf);

/* The file has been read: whether python_preload can have an effect. */
ct_rc_t ct_python_preload_configured(ct_cycle_t *cycle);

/*
 * In the master: starts the interpreter where it is wanted and there is none,
 * and imports what has not been imported yet.  CT_ERROR, logged.
 */
ct_rc_t ct_python_preload_start(ct_cycle_t *cycle);

/*
 * `host` becomes that of the interpreter which this process has inherited, and
 * nobody else's; arguments are ct_python_host_init's.  CT_DECLINED: there is
 * none.  CT_ERROR, logged.
 */
ct_rc_t ct_python_preload_adopt(ct_python_host_t *host, const ct_cycle_t *cycle,
                                ct_pool_t *pool, const ct_log_t *log);

#endif /* CT_PYTHON_PRELOAD_H */
