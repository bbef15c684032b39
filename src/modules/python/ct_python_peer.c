/*
 * ct_python_peer.c -- processors of one connection, made by a factory.
 *
 * The connection and each of its calls hold a reference.  The loop's thread
 * counts them: before_call and closed run there, and so does the end of a
 * call's pool.  What they hold is looked at inside the interpreter only, and
 * with python_gevent it goes to the hub to be let go: the loop's thread is
 * never inside there.  Nor does it wait there for a thread of a pool whose
 * handler does not let go: what is to end is then left to who comes in next.
 */

#include "core/ct_config.h"

#include "modules/python/ct_python_peer.h"

#include "modules/python/ct_python_hub.h"

/* Invariant: refs > 0; items are NULL until they are asked for. */
typedef struct peer_s {
    ct_python_errand_t errand; /* its end, where there is a hub */
    ct_python_host_t  *host;
    unsigned           refs;
    struct peer_s     *next; /* of those that are to end */
    size_t             n;
    PyObject          *serve[]; /* by an offer's index */
} peer_t;


/* On the hub: a greenlet gets what it has held, and lets go of it. */
static PyObject *
peer_open(ct_python_host_t *host, ct_python_errand_t *errand)
{
    peer_t   *peer = CT_CONTAINER_OF(errand, peer_t, errand);
    PyObject *held = PyTuple_New((Py_ssize_t) peer->n);

    for (size_t i = 0; i < peer->n && held != NULL; i++) {
        PyObject *serve = peer->serve[i];

        if (serve == NULL) {
            Py_INCREF(Py_None);
            serve = Py_None;
        }
        PyTuple_SET_ITEM(held, (Py_ssize_t) i, serve);
    }
    PyMem_RawFree(peer);
    return held == NULL ? NULL : Py_BuildValue("ON", host->hub->let_go, held);
}


/* Python is as good as gone, and nothing of it is taken back. */
static void
peer_forget(ct_python_errand_t *errand)
{
    PyMem_RawFree(CT_CONTAINER_OF(errand, peer_t, errand));
}


/* Inside: those that wait for it.  What ends may part from others. */
void
ct_python_peer_sweep(ct_python_host_t *host)
{
    peer_t *peer;

    if (atomic_load_explicit(&host->parted, memory_order_relaxed) == NULL) {
        return;
    }
    peer = atomic_exchange(&host->parted, NULL);
    while (peer != NULL) {
        peer_t *next = peer->next;

        for (size_t i = 0; i < peer->n; i++) {
            Py_XDECREF(peer->serve[i]);
        }
        PyMem_RawFree(peer);
        peer = next;
    }
}


/* The loop's thread alone adds to them. */
static void
peer_part(ct_python_host_t *host, peer_t *peer)
{
    void *first = atomic_load(&host->parted);

    do {
        peer->next = first;
    } while (!atomic_compare_exchange_weak(&host->parted, &first, peer));
    if (atomic_load(&host->inside) == 0) {
        ct_python_enter(host, NULL);
        ct_python_leave(host);
    }
}


static void
peer_drop(void *data)
{
    peer_t           *peer = data;
    ct_python_host_t *host = peer->host;

    if (--peer->refs > 0) {
        return;
    }
    if (host->hub != NULL) {
        ct_python_hub_send(host->hub, &peer->errand);
        return;
    }
    if (atomic_load(&host->has_ended)) {
        PyMem_RawFree(peer);
        return;
    }
    peer_part(host, peer);
}


static peer_t *
peer_create(ct_python_host_t *host)
{
    const size_t n = ct_python_conf_main(host->cycle)->offers->n;
    peer_t      *peer =
        PyMem_RawCalloc(1, sizeof(*peer) + n * sizeof(peer->serve[0]));

    if (peer != NULL) {
        peer->errand.open = peer_open;
        peer->errand.drop = peer_forget;
        peer->host = host;
        peer->refs = 1;
        peer->n = n;
    }
    return peer;
}


ct_rc_t
ct_python_peer_join(ct_call_t *call, ct_python_host_t *host)
{
    void  **place = ct_hook_data_of_call(call, &python_module);
    peer_t *peer = *place;

    if (peer == NULL) {
        peer = peer_create(host);
        if (peer == NULL) {
            return ct_call_fail(call, "no memory for a connection");
        }
        *place = peer;
    }
    peer->refs++;
    ct_pool_cleanup_add(call->pool, peer_drop, peer);
    call->data = peer;
    return CT_OK;
}


void
ct_python_peer_part(ct_conn_t *conn)
{
    void **place = ct_hook_data(conn, &python_module);

    if (*place != NULL) {
        peer_drop(*place);
        *place = NULL;
    }
}


PyObject *
ct_python_peer_known(const ct_call_t *call, const ct_python_offer_t *offer)
{
    const peer_t *peer = call->data;

    return peer->serve[offer->index];
}


PyObject *
ct_python_peer_keep(ct_call_t *call, const ct_python_offer_t *offer,
                    PyObject *serve)
{
    peer_t *peer = call->data;

    if (peer->serve[offer->index] == NULL) {
        Py_INCREF(serve);
        peer->serve[offer->index] = serve;
    }
    return peer->serve[offer->index];
}


/*
 * A factory may let another thread in, which serves a call of the same
 * connection: who comes second takes what is there.
 */
PyObject *
ct_python_peer_serve(ct_call_t *call, ct_python_host_t *host,
                     const ct_python_offer_t *offer)
{
    PyObject *known = ct_python_peer_known(call, offer);
    PyObject *made;

    if (known != NULL) {
        return known;
    }
    made = PyObject_CallNoArgs(host->serve[offer->index]);
    if (made != NULL) {
        known = ct_python_peer_keep(call, offer, made);
        Py_DECREF(made);
    }
    return known;
}
