/*
 * ct_python_peer.h -- processors of one connection, made by a factory.
 *
 * Where python_processor_as_factory is on, an application is asked for a
 * processor of its own for each connection, by which an application knows its
 * clients apart.  It is made at the connection's first call, and let go when
 * the connection has gone and its last call has ended.  A connection that
 * another worker takes over has a new one there.
 */

#ifndef CT_PYTHON_PEER_H
#define CT_PYTHON_PEER_H

#include "core/ct_config.h"

#include "modules/python/ct_python_host.h"

/* In before_call: what the call's connection has becomes the call's as well. */
ct_rc_t ct_python_peer_join(ct_call_t *call, ct_python_host_t *host);

/* Inside: lets go of what others could not, since somebody was inside. */
void ct_python_peer_sweep(ct_python_host_t *host);

/* In closed. */
void ct_python_peer_part(ct_conn_t *conn);

/*
 * Inside: the function that serves the offer, borrowed.  NULL: an exception is
 * raised.
 */
PyObject *ct_python_peer_serve(ct_call_t *call, ct_python_host_t *host,
                               const ct_python_offer_t *offer);

/* Inside: the same where it has been made already, or NULL. */
PyObject *ct_python_peer_known(const ct_call_t         *call,
                               const ct_python_offer_t *offer);

/*
 * Inside: `serve` is it from now on, or what somebody else has made meanwhile;
 * borrowed.
 */
PyObject *ct_python_peer_keep(ct_call_t *call, const ct_python_offer_t *offer,
                              PyObject *serve);

#endif /* CT_PYTHON_PEER_H */
