/*
 * ct_python_native.h -- what Python code may ask of the server: _cthrift.
 */

#ifndef CT_PYTHON_NATIVE_H
#define CT_PYTHON_NATIVE_H

#include "core/ct_config.h"

#include "modules/python/ct_python_host.h"

/*
 * The module `_cthrift`, a new reference, with functions that know `host`; it
 * must outlive them.  NULL: an exception is raised.
 */
PyObject *ct_python_native_create(ct_python_host_t *host);

/*
 * The module that an interpreter has already: its functions know `host` from
 * now on.  CT_ERROR: an exception is raised.
 */
ct_rc_t ct_python_native_adopt(ct_python_host_t *host);

/* The log's level, as Python's logging counts. */
long ct_python_native_level(const ct_log_t *log);

/*
 * A line that text of Python's makes, fit to be printed: "python: TEXT", or
 * "python: WHAT: TEXT" where `c_what` is not NULL.
 */
void ct_python_native_log(const ct_log_t *log, ct_log_level_t level,
                          const char *c_what, ct_str_t text);

#endif /* CT_PYTHON_NATIVE_H */
