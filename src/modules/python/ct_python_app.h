/*
 * ct_python_app.h -- the applications of a configuration that is read.
 *
 * Each is asked once what it offers, however many `service` blocks it answers
 * for, and once for a reload: what its trial has been told it notes for the
 * reading in earnest, which is the master's and must not take long.
 */

#ifndef CT_PYTHON_APP_H
#define CT_PYTHON_APP_H

#include "core/ct_config.h"

#include <jansson.h>

#include "modules/python/ct_python_module.h"

/*
 * What the application that `own` names tells (ct_python_schema.h), borrowed
 * until the cycle ends.  CT_ERROR, by ct_conf_error: it cannot be had, or it
 * does not go together with another one.
 */
ct_rc_t ct_python_app_ask(ct_conf_t *conf, const ct_python_conf_t *own,
                          const json_t **told);

#endif /* CT_PYTHON_APP_H */
