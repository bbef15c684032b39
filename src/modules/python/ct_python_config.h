/*
 * ct_python_config.h -- python_config and python_service_register, as they are
 * read.
 */

#ifndef CT_PYTHON_CONFIG_H
#define CT_PYTHON_CONFIG_H

#include "core/ct_config.h"

#include "modules/python/ct_python_module.h"

/* What the directives are set by. */
extern const ct_conf_type_t ct_python_config_type;
extern const ct_conf_type_t ct_python_register_type;

/*
 * When all of the configuration is read: what the file defines.  CT_ERROR,
 * logged, refuses it.
 */
ct_rc_t ct_python_config_check(ct_cycle_t *cycle);

#endif /* CT_PYTHON_CONFIG_H */
