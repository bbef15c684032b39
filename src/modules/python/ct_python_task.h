/*
 * ct_python_task.h -- a call in a greenlet.
 */

#ifndef CT_PYTHON_TASK_H
#define CT_PYTHON_TASK_H

#include "core/ct_config.h"

#include "modules/python/ct_python_hub.h"

/*
 * In the loop: the call goes to the hub, and is ended from there.  CT_AGAIN,
 * or what ct_call_fail gives.
 */
ct_rc_t ct_python_task_send(ct_call_t *call, ct_python_host_t *host,
                            const ct_python_offer_t *offer, const void *args);

/*
 * Inside: what ct_python_gevent.py may ask of the hub, a new reference.  NULL:
 * an exception is raised.
 */
PyObject *ct_python_task_native(ct_python_hub_t *hub);

/* Inside: the call of the greenlet that runs, or NULL. */
ct_call_t *ct_python_task_call(const ct_python_hub_t *hub);

/* Inside: the call of one of those that ct_python_gevent.py knows, or NULL. */
ct_call_t *ct_python_task_call_of(PyObject *task);

/*
 * The calls that have been begun and how long each has been, oldest first, as
 * many as fit into `size` bytes of `text`.  From any thread.
 */
void ct_python_task_tell(ct_python_hub_t *hub, char *text, size_t size);

#endif /* CT_PYTHON_TASK_H */
