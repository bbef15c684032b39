/*
 * ct_python_home.h -- `python_home`: a virtual environment, and whether its
 * Python is ours.
 *
 * The interpreter would take any directory, and search its own packages where
 * it finds nothing there.
 */

#ifndef CT_PYTHON_HOME_H
#define CT_PYTHON_HOME_H

#include "core/ct_config.h"

#include "cthrift.h"

/* A ct_conf_set_fn; the field is a ct_str_t. */
ct_rc_t ct_python_home_set(ct_conf_t *conf, const ct_directive_t *directive,
                           void *field);

#endif /* CT_PYTHON_HOME_H */
