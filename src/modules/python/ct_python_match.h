/*
 * ct_python_match.h -- whether an application is what a .thrift file says.
 */

#ifndef CT_PYTHON_MATCH_H
#define CT_PYTHON_MATCH_H

#include "core/ct_config.h"

#include "modules/python/ct_python_module.h"

/*
 * Holds the service that the application of `own` has told of against the one
 * of python_thrift's file.
 *
 * CT_ERROR: values would be lost, or taken for others, between the two.  Each
 * difference is told by ct_conf_error.  What is called by another name, and
 * what only the application requires, is told by ct_conf_warn.
 */
ct_rc_t ct_python_match(const ct_conf_t *conf, const ct_python_conf_t *own,
                        const ct_service_t *of_file,
                        const ct_service_t *of_app);

#endif /* CT_PYTHON_MATCH_H */
