/*
 * ct_python_hooks.c -- hooks of a gunicorn configuration file, in a worker.
 *
 * The hooks that belong to a call are not here: Python code around the
 * application's processor runs them, on whichever thread that is.  These run
 * on the loop's, which waits for them; or, with python_gevent, on the hub, in
 * greenlets, in the order in which they and the calls have come.
 */

#include "core/ct_config.h"

#include "modules/python/ct_python_hooks.h"

#include <string.h>

#include "core/ct_board.h"

#include "modules/python/ct_python_fork.h"
#include "modules/python/ct_python_gunicorn.h"
#include "modules/python/ct_python_hub.h"

#define HOOKS_NAME "_cthrift_gunicorn"

/* A hook on its way to the hub. */
typedef struct errand_s {
    ct_python_errand_t errand;
    const char        *c_name;
    bool               has_peer;
    char               peer[]; /* NUL-terminated */
} errand_t;


PyObject *
ct_python_hooks_module(void)
{
    return ct_python_host_module(HOOKS_NAME, ct_python_gunicorn,
                                 ct_python_gunicorn_len);
}


/* Inside: the object that knows the file's hooks, a new reference or NULL. */
static PyObject *
hooks_create(ct_python_host_t *host, const ct_worker_t *worker)
{
    const ct_python_conf_t *of_main = ct_python_conf_main(host->cycle);
    PyObject               *module;
    PyObject               *hooks;

    if (ct_python_host_prepare(host) != CT_OK) {
        return NULL;
    }
    module = ct_python_hooks_module();
    if (module == NULL) {
        return NULL;
    }
    hooks = PyObject_CallMethod(
        module, "WorkerHooks", "s#II", of_main->config.data,
        (Py_ssize_t) of_main->config.len, worker->id,
        (unsigned) atomic_load(&worker->cycle->board->workers));
    Py_DECREF(module);
    return hooks;
}


ct_rc_t
ct_python_hooks_load(ct_python_host_t *host, const ct_worker_t *worker)
{
    const ct_python_conf_t *of_main = ct_python_conf_main(host->cycle);
    ct_rc_t                 rc = CT_OK;

    if (of_main->config.len == 0) {
        return CT_OK;
    }
    ct_python_enter(host, NULL);
    host->hooks = hooks_create(host, worker);
    if (host->hooks == NULL) {
        const ct_str_t why = ct_python_host_error(host, host->pool);

        CT_LOG(host->log, CT_LOG_EMERG, 0, "cannot read '%.*s': %.*s",
               CT_STR_ARG(of_main->config), CT_STR_ARG(why));
        rc = CT_ERROR;
    }
    ct_python_leave(host);
    return rc;
}


static PyObject *
errand_open(ct_python_host_t *host, ct_python_errand_t *errand)
{
    errand_t *own = CT_CONTAINER_OF(errand, errand_t, errand);
    PyObject *hook = PyObject_GetAttrString(host->hooks, own->c_name);
    PyObject *opened = NULL;

    if (hook != NULL) {
        opened = own->has_peer ? Py_BuildValue("Ns", hook, own->peer)
                               : Py_BuildValue("(N)", hook);
    }
    PyMem_RawFree(own);
    return opened;
}


static void
errand_drop(ct_python_errand_t *errand)
{
    PyMem_RawFree(CT_CONTAINER_OF(errand, errand_t, errand));
}


static void
errand_send(ct_python_hub_t *hub, const char *c_name, const char *c_peer)
{
    const size_t len = c_peer != NULL ? strlen(c_peer) : 0;
    errand_t    *own = PyMem_RawCalloc(1, sizeof(*own) + len + 1);

    if (own == NULL) {
        CT_LOG(hub->worker->log, CT_LOG_ERR, 0, "no memory for hook %s",
               c_name);
        return;
    }
    own->errand.open = errand_open;
    own->errand.drop = errand_drop;
    own->c_name = c_name;
    own->has_peer = c_peer != NULL;
    memcpy(own->peer, c_peer != NULL ? c_peer : "", len);
    ct_python_hub_send(hub, &own->errand);
}


/* Outside; `c_peer` is NULL or the hook's argument. */
static void
run(ct_python_host_t *host, const char *c_name, const char *c_peer)
{
    PyObject *done;

    if (host->hub != NULL && !ct_python_hub_is_here(host->hub)) {
        errand_send(host->hub, c_name, c_peer);
        return;
    }
    ct_python_enter(host, NULL);
    done = PyObject_CallMethod(host->hooks, c_name, c_peer != NULL ? "s" : NULL,
                               c_peer);
    if (done == NULL) {
        PyErr_Print(); /* Theirs are told of by Python; this one is a bug. */
    }
    Py_XDECREF(done);
    if (host->is_copy) {
        ct_python_fork_end(host);
    }
    ct_python_leave(host);
}


void
ct_python_hooks_run(ct_python_host_t *host, const char *c_name)
{
    if (host->hooks != NULL) {
        run(host, c_name, NULL);
    }
}


/* gunicorn's connections are those of applications. */
static bool
is_served(const ct_conn_t *conn)
{
    const ct_python_conf_t *own = ct_hook_conf(conn, &python_module);

    return own != NULL && own->has_apps;
}


void
ct_python_hooks_connected(ct_python_host_t *host, const ct_conn_t *conn)
{
    ct_pool_t *scratch;

    if (ct_python_conf_main(host->cycle)->hears_connected && is_served(conn)) {
        scratch = ct_pool_create(0);
        run(host, "on_connected",
            ct_str_dup_c(scratch, ct_hook_peer(conn, scratch)));
        ct_pool_destroy(scratch);
    }
}


void
ct_python_hooks_closed(ct_python_host_t *host, const ct_conn_t *conn)
{
    if (ct_python_conf_main(host->cycle)->hears_closed && is_served(conn)) {
        run(host, "post_connect_closed", NULL);
    }
}
