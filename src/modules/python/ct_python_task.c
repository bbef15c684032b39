/*
 * ct_python_task.c -- a call in a greenlet.
 *
 *   loop                          | hub
 *   ------------------------------+---------------------------------------
 *   send: arguments as a message  |
 *   answers CT_AGAIN              |
 *   the turn is over: hands over  | open: a task, and a greenlet for it
 *                                 | answer, fail: the reply is read,
 *   the call is answered          |   ct_call_finish
 *
 * The task is what Python knows of the call: a capsule, which may outlive it,
 * since whoever copies the greenlet's context holds it too.  So it forgets the
 * call when that is ended.  One that nobody holds any more, because its
 * greenlet was killed before it ran, ends its call by that.
 *
 * A call whose client has gone, or has been told that the time is up, before
 * its turn on the hub came, is not begun.
 */

#include "core/ct_config.h"

#include "modules/python/ct_python_task.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/ct_clock.h"

#include "modules/python/ct_python_call.h"
#include "modules/python/ct_python_peer.h"

#define HUB_CAPSULE  "_cthrift.hub"
#define TASK_CAPSULE "_cthrift.task"

/* As many calls are named at most, so that a line stays one. */
#define MOST_TOLD 8

#define NS_PER_MS 1000000

/* On its way to the hub; in the call's pool. */
typedef struct request_s {
    ct_python_errand_t       errand;
    ct_call_t               *call;
    const ct_python_offer_t *offer;
    uint64_t                 since_ns;
    ct_buf_t                 message;
} request_t;

/* Invariant: in the hub's list while `call` is not NULL. */
typedef struct task_s {
    ct_queue_t               link;
    ct_python_hub_t         *hub;
    ct_call_t               *call; /* NULL once it is ended */
    const ct_python_offer_t *offer;
    uint64_t                 since_ns;
} task_t;


/* ---- What becomes of a task. */


/* Its call, which is the caller's to end, or NULL. */
static ct_call_t *
task_end(task_t *task)
{
    ct_call_t *call = task->call;

    if (call != NULL) {
        pthread_mutex_lock(&task->hub->lock);
        ct_queue_remove(&task->link);
        pthread_mutex_unlock(&task->hub->lock);
        task->call = NULL;
    }
    return call;
}


static void
call_end(ct_python_hub_t *hub, ct_call_t *call, ct_rc_t rc)
{
    atomic_fetch_sub_explicit(&hub->ncalls, 1, memory_order_relaxed);
    ct_call_finish(call, rc);
}


static void
call_end_badly(ct_python_hub_t *hub, ct_call_t *call, const char *c_why)
{
    const ct_str_t line = ct_python_host_line(call->pool, c_why);

    ct_call_blame(call, "%.*s", CT_STR_ARG(line));
    call_end(hub, call, ct_call_fail(call, "Internal error"));
}


/* In a copy of the worker there is no loop, and nobody to let go of a lock. */
static void
task_destroy(PyObject *capsule)
{
    task_t    *task = PyCapsule_GetPointer(capsule, TASK_CAPSULE);
    ct_call_t *call = task->hub->host->is_copy ? NULL : task_end(task);

    if (call != NULL) {
        call_end_badly(task->hub, call,
                       "its greenlet was killed before it ran");
    }
    PyMem_Free(task);
}


static PyObject *
task_create(ct_python_hub_t *hub, const request_t *request)
{
    task_t   *task = PyMem_Calloc(1, sizeof(*task));
    PyObject *capsule;

    if (task == NULL) {
        return PyErr_NoMemory();
    }
    task->hub = hub;
    task->offer = request->offer;
    task->since_ns = request->since_ns;
    ct_queue_init(&task->link);
    capsule = PyCapsule_New(task, TASK_CAPSULE, task_destroy);
    if (capsule == NULL) {
        PyMem_Free(task);
        return NULL;
    }
    task->call = request->call;
    pthread_mutex_lock(&hub->lock);
    ct_queue_push(&hub->tasks, &task->link);
    pthread_mutex_unlock(&hub->lock);
    return capsule;
}


/* ---- From the loop to the hub. */


/* A new reference to it. */
static PyObject *
none_new(void)
{
    Py_INCREF(Py_None);
    return Py_None;
}


/* The function that serves the call, borrowed; NULL: it is to be made. */
static PyObject *
function_of(const ct_python_host_t *host, const request_t *request)
{
    return request->offer->conf->processor_as_factory
               ? ct_python_peer_known(request->call, request->offer)
               : host->serve[request->offer->index];
}


/* The arguments of answer(), behind which the call may be forgotten. */
static PyObject *
request_tuple(ct_python_host_t *host, PyObject *native,
              const request_t *request)
{
    PyObject *function = function_of(host, request);
    PyObject *task = task_create(host->hub, request);

    if (task == NULL) {
        call_end_badly(host->hub, request->call, "no memory");
        return NULL;
    }
    return Py_BuildValue("OONOOy#", host->hub->answer, native, task,
                         function != NULL ? function : Py_None,
                         host->serve[request->offer->index],
                         (const char *) request->message.pos,
                         (Py_ssize_t) ct_buf_len(&request->message));
}


static PyObject *
request_open(ct_python_host_t *host, ct_python_errand_t *errand)
{
    request_t *request = CT_CONTAINER_OF(errand, request_t, errand);
    ct_buf_t   message = request->message;
    PyObject  *opened;

    if (ct_call_cancelled(request->call)) {
        ct_buf_release(&message);
        call_end(host->hub, request->call, CT_ERROR);
        return none_new();
    }
    opened = request_tuple(host, host->hub->native, request);
    ct_buf_release(&message); /* the request may be gone by now */
    return opened;
}


static void
request_drop(ct_python_errand_t *errand)
{
    request_t *request = CT_CONTAINER_OF(errand, request_t, errand);

    ct_buf_release(&request->message);
}


ct_rc_t
ct_python_task_send(ct_call_t *call, ct_python_host_t *host,
                    const ct_python_offer_t *offer, const void *args)
{
    request_t *request = ct_pool_zalloc(call->pool, sizeof(*request));

    ct_buf_init(&request->message);
    if (ct_python_call_write(call, args, &request->message) != CT_OK) {
        ct_buf_release(&request->message);
        return CT_ERROR;
    }
    request->errand.open = request_open;
    request->errand.drop = request_drop;
    request->call = call;
    request->offer = offer;
    request->since_ns = ct_clock_ns();
    atomic_fetch_add_explicit(&host->hub->ncalls, 1, memory_order_relaxed);
    ct_python_hub_send(host->hub, &request->errand);
    return CT_AGAIN;
}


/* ---- For ct_python_gevent.py, on the hub. */


static ct_python_hub_t *
hub_of(PyObject *self)
{
    return PyCapsule_GetPointer(self, HUB_CAPSULE);
}


static task_t *
task_of(PyObject *capsule)
{
    return PyCapsule_GetPointer(capsule, TASK_CAPSULE);
}


/* take() */
static PyObject *
native_take(PyObject *self, PyObject *none)
{
    (void) none;
    return ct_python_hub_take(hub_of(self));
}


/* serving() */
static PyObject *
native_serving(PyObject *self, PyObject *none)
{
    (void) none;
    ct_python_hub_serving(hub_of(self));
    return none_new();
}


/* The rest is the call's, whose pool keeps what is read. */
static void
reply_take(ct_python_hub_t *hub, ct_call_t *call, PyObject *reply)
{
    const ct_str_t text = { (size_t) PyBytes_GET_SIZE(reply),
                            PyBytes_AS_STRING(reply) };

    call_end(hub, call,
             ct_python_call_read(call, ct_str_dup(call->pool, text)));
}


/* answer(task, reply) */
static PyObject *
native_answer(PyObject *self, PyObject *args)
{
    PyObject  *capsule;
    PyObject  *reply;
    ct_call_t *call;

    if (!PyArg_ParseTuple(args, "OO", &capsule, &reply)) {
        return NULL;
    }
    call = task_end(task_of(capsule));
    if (call != NULL && PyBytes_Check(reply)) {
        reply_take(hub_of(self), call, reply);
    } else if (call != NULL) {
        call_end_badly(hub_of(self), call, "its processor gives no bytes");
    }
    return none_new();
}


/* fail(task, why) */
static PyObject *
native_fail(PyObject *self, PyObject *args)
{
    PyObject   *capsule;
    const char *c_why;
    ct_call_t  *call;

    if (!PyArg_ParseTuple(args, "Os", &capsule, &c_why)) {
        return NULL;
    }
    call = task_end(task_of(capsule));
    if (call != NULL) {
        call_end_badly(hub_of(self), call, c_why);
    }
    return none_new();
}


/* keep(task, function): the one that the connection has from now on */
static PyObject *
native_keep(PyObject *self, PyObject *args)
{
    PyObject *capsule;
    PyObject *function;
    task_t   *task;

    (void) self;
    if (!PyArg_ParseTuple(args, "OO", &capsule, &function)) {
        return NULL;
    }
    task = task_of(capsule);
    function = ct_python_peer_keep(task->call, task->offer, function);
    Py_INCREF(function);
    return function;
}


static PyMethodDef hub_methods[] = {
    { "take", native_take, METH_NOARGS, NULL },
    { "serving", native_serving, METH_NOARGS, NULL },
    { "answer", native_answer, METH_VARARGS, NULL },
    { "fail", native_fail, METH_VARARGS, NULL },
    { "keep", native_keep, METH_VARARGS, NULL },
};


PyObject *
ct_python_task_native(ct_python_hub_t *hub)
{
    PyObject *module = PyModule_New("_cthrift_hub");
    PyObject *self = PyCapsule_New(hub, HUB_CAPSULE, NULL);

    for (size_t i = 0; module != NULL && self != NULL
                       && i < sizeof(hub_methods) / sizeof(hub_methods[0]);
         i++) {
        PyObject *function = PyCFunction_New(&hub_methods[i], self);

        if (function == NULL
            || PyModule_AddObject(module, hub_methods[i].ml_name, function)
                   == -1) {
            Py_XDECREF(function);
            Py_CLEAR(module);
        }
    }
    if (self == NULL) {
        Py_CLEAR(module);
    }
    Py_XDECREF(self);
    return module;
}


ct_call_t *
ct_python_task_call_of(PyObject *task)
{
    return PyCapsule_CheckExact(task) ? task_of(task)->call : NULL;
}


ct_call_t *
ct_python_task_call(const ct_python_hub_t *hub)
{
    PyObject  *task = NULL;
    ct_call_t *call = NULL;

    if (hub->current == NULL
        || PyContextVar_Get(hub->current, NULL, &task) == -1 || task == NULL) {
        return NULL;
    }
    call = ct_python_task_call_of(task);
    Py_DECREF(task);
    return call;
}


/* ---- For the log. */


/* Appends; false when it does not fit. */
static bool
task_tell(const task_t *task, uint64_t now_ns, char *text, size_t size,
          size_t *len)
{
    const int n = snprintf(text + *len, size - *len,
                           "%s%s.%s for %" PRIu64 " ms", *len > 0 ? ", " : "",
                           task->call->service->name, task->call->method->name,
                           (now_ns - task->since_ns) / NS_PER_MS);

    if (n < 0 || (size_t) n >= size - *len) {
        text[*len] = '\0';
        return false;
    }
    *len += (size_t) n;
    return true;
}


void
ct_python_task_tell(ct_python_hub_t *hub, char *text, size_t size)
{
    const uint64_t now_ns = ct_clock_ns();
    ct_queue_t    *link;
    size_t         len = 0;
    size_t         n = 0;

    text[0] = '\0';
    pthread_mutex_lock(&hub->lock);
    for (link = hub->tasks.next; link != &hub->tasks && n < MOST_TOLD;
         link = link->next) {
        if (!task_tell(CT_QUEUE_ENTRY(link, task_t, link), now_ns, text, size,
                       &len)) {
            break;
        }
        n++;
    }
    if (link != &hub->tasks) {
        (void) snprintf(text + len, size - len, ", ...");
    }
    pthread_mutex_unlock(&hub->lock);
}
