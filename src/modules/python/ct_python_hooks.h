/*
 * ct_python_hooks.h -- hooks of a gunicorn configuration file, in a worker.
 */

#ifndef CT_PYTHON_HOOKS_H
#define CT_PYTHON_HOOKS_H

#include "core/ct_config.h"

#include "modules/python/ct_python_host.h"

/*
 * Reads the file that python_config names, if any, before any application is
 * imported: applications find its hooks then.  CT_ERROR, logged.
 */
ct_rc_t ct_python_hooks_load(ct_python_host_t *host, const ct_worker_t *worker);

/* The hook of that name, of gunicorn's, if there is one. */
void ct_python_hooks_run(ct_python_host_t *host, const char *c_name);

/* `on_connected` and `post_connect_closed` of a connection. */
void ct_python_hooks_connected(ct_python_host_t *host, const ct_conn_t *conn);
void ct_python_hooks_closed(ct_python_host_t *host, const ct_conn_t *conn);

/*
 * Makes the place ready in which the file is executed: what applications find,
 * it finds.  A new reference to ct_python_gunicorn.py's module, or NULL, an
 * exception raised.  The thread is inside.
 */
PyObject *ct_python_hooks_module(void);

#endif /* CT_PYTHON_HOOKS_H */
