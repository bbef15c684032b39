/*
 * ct_privilege.h -- what a worker gives up and is given before it serves.
 */

#ifndef CT_PRIVILEGE_H
#define CT_PRIVILEGE_H

#include "core/ct_config.h"

#include "core/ct_rc.h"

typedef struct ct_core_conf_s ct_core_conf_t;
typedef struct ct_log_s       ct_log_t;

/*
 * Limits, priority, processors, then user, groups and the working directory,
 * in that order: the first may need root.  CT_ERROR, logged, means that the
 * process must not serve.
 */
ct_rc_t ct_privilege_settle(const ct_core_conf_t *conf, unsigned id,
                            ct_log_t *log);

#endif /* CT_PRIVILEGE_H */
