/*
 * ct_python_watch.c -- whether gevent's hub comes round.
 *
 *   state   | event                           | next
 *   --------+---------------------------------+-----------------------------
 *   quiet   | calls in flight: asks           | asked
 *   asked   | it has come by the next time    | quiet, or asked again
 *   asked   | it has not: wants its place     | wanted
 *   wanted  | the reporter has it: tells      | told
 *   wanted  | neither that nor it by the next | told, without a place
 *   wanted, | it has come by the next time:   | quiet, or asked again
 *   told    |   tells how long it was         |
 *
 * Where a thread is only Python can say, inside, and what holds up the hub may
 * hold the interpreter's lock too.  The loop waits for nobody, so a thread
 * asks, the reporter, which does nothing else.
 */

#include "core/ct_config.h"

#include "modules/python/ct_python_watch.h"

#include <inttypes.h>

#include "core/ct_clock.h"

#include "modules/python/ct_python_task.h"

/* For the calls that are named. */
#define CALLS_SIZE 512

#define NS_PER_MS 1000000

typedef enum watch_state_e {
    WATCH_QUIET,
    WATCH_ASKED,
    WATCH_WANTED,
    WATCH_TOLD,
} watch_state_t;

struct ct_python_watch_s {
    ct_python_hub_t *hub;
    uint64_t         interval_ms;
    ct_later_t       later; /* the loop's */
    pthread_t        reporter;

    /* Under the lock. */
    pthread_mutex_t lock;
    pthread_cond_t  news; /* `state` is WATCH_WANTED, or `ending` */
    watch_state_t   state;
    uint64_t        asked_ns;
    bool            ending;
};


static uint64_t
ms_since(uint64_t then_ns)
{
    return (ct_clock_ns() - then_ns) / NS_PER_MS;
}


/* Under the lock; `log` is of the call that holds it up, if that is known. */
static void
block_tell(ct_python_watch_t *watch, const ct_log_t *log, const char *c_place)
{
    const size_t n =
        atomic_load_explicit(&watch->hub->ncalls, memory_order_relaxed);
    char calls[CALLS_SIZE];

    ct_python_task_tell(watch->hub, calls, sizeof(calls));
    CT_LOG(log, CT_LOG_ERR, 0,
           "python: gevent's hub has not switched for %" PRIu64
           " ms, calls in flight: %zu (%s), %s",
           ms_since(watch->asked_ns), n, calls, c_place);
    watch->state = WATCH_TOLD;
}


/* ---- The reporter. */


/* Inside: the place of the hub's thread, and whose log tells of it. */
static PyObject *
place_find(ct_python_watch_t *watch, const char **c_place, const ct_log_t **log)
{
    PyObject  *found = PyObject_CallMethod(watch->hub->runtime, "place_of", "k",
                                           watch->hub->python_id);
    PyObject  *task = NULL;
    ct_call_t *call = NULL;

    if (found == NULL || !PyArg_ParseTuple(found, "sO", c_place, &task)) {
        PyErr_Print();
        *c_place = "in an unknown place";
    } else {
        call = ct_python_task_call_of(task);
    }
    *log = call != NULL ? call->log : watch->hub->host->log;
    return found;
}


/* What was wanted may be so no more: the hub was faster, or the loop. */
static void
report(ct_python_watch_t *watch)
{
    ct_python_host_t *host = watch->hub->host;
    const ct_log_t   *log;
    const char       *c_place;
    PyObject         *found;

    ct_python_enter(host, NULL);
    found = place_find(watch, &c_place, &log);
    pthread_mutex_lock(&watch->lock);
    if (watch->state == WATCH_WANTED) {
        block_tell(watch, log, c_place);
    }
    pthread_mutex_unlock(&watch->lock);
    Py_XDECREF(found);
    ct_python_leave(host);
}


static void *
reporter_main(void *data)
{
    ct_python_watch_t *watch = data;

    pthread_mutex_lock(&watch->lock);
    while (!watch->ending) {
        if (watch->state != WATCH_WANTED) {
            pthread_cond_wait(&watch->news, &watch->lock);
            continue;
        }
        pthread_mutex_unlock(&watch->lock);
        report(watch);
        pthread_mutex_lock(&watch->lock);
    }
    pthread_mutex_unlock(&watch->lock);
    return NULL;
}


/* ---- The loop. */


/* Under the lock: the hub has not come. */
static void
stands_still(ct_python_watch_t *watch)
{
    switch (watch->state) {
    case WATCH_ASKED:
        watch->state = WATCH_WANTED;
        pthread_cond_signal(&watch->news);
        break;
    case WATCH_WANTED:
        block_tell(watch, watch->hub->host->log,
                   "and it does not let go of the interpreter's lock");
        break;
    case WATCH_QUIET:
    case WATCH_TOLD:
        break;
    }
}


/* Under the lock: it has. */
static void
goes_round(ct_python_watch_t *watch, uint64_t came_ns)
{
    ct_python_hub_t *hub = watch->hub;

    if (watch->state == WATCH_WANTED || watch->state == WATCH_TOLD) {
        CT_LOG(hub->host->log, CT_LOG_NOTICE, 0,
               "python: gevent's hub goes on after %" PRIu64 " ms",
               (came_ns - watch->asked_ns) / NS_PER_MS);
    }
    watch->state = WATCH_QUIET;
    if (atomic_load_explicit(&hub->ncalls, memory_order_relaxed) > 0) {
        watch->state = WATCH_ASKED;
        watch->asked_ns = ct_clock_ns();
        atomic_store_explicit(&hub->came_ns, 0, memory_order_relaxed);
        ct_python_hub_wake(hub);
    }
}


static void
look(void *data)
{
    ct_python_watch_t *watch = data;
    const uint64_t     came_ns =
        atomic_load_explicit(&watch->hub->came_ns, memory_order_relaxed);

    pthread_mutex_lock(&watch->lock);
    if (watch->state == WATCH_QUIET || came_ns != 0) {
        goes_round(watch, came_ns);
    } else {
        stands_still(watch);
    }
    pthread_mutex_unlock(&watch->lock);
    ct_later_in(&watch->later, watch->interval_ms);
}


ct_rc_t
ct_python_watch_start(ct_python_hub_t *hub)
{
    const uint64_t interval_ms =
        ct_python_conf_main(hub->worker->cycle)->gevent_check_ms;
    ct_python_watch_t *watch;
    int                err;

    if (interval_ms == 0) {
        return CT_OK;
    }
    watch = ct_pool_zalloc(hub->worker->pool, sizeof(*watch));
    watch->hub = hub;
    watch->interval_ms = interval_ms;
    pthread_mutex_init(&watch->lock, NULL);
    pthread_cond_init(&watch->news, NULL);
    err = ct_python_hub_thread(&watch->reporter, reporter_main, watch);
    if (err != 0) {
        CT_LOG(hub->worker->log, CT_LOG_EMERG, err,
               "cannot start a thread for python_gevent_check_interval");
        return CT_ERROR;
    }
    hub->watch = watch;
    ct_later_init(&watch->later, hub->worker, look, watch);
    ct_later_in(&watch->later, interval_ms);
    return CT_OK;
}


void
ct_python_watch_stop(ct_python_hub_t *hub)
{
    ct_python_watch_t *watch = hub->watch;

    if (watch == NULL) {
        return;
    }
    ct_later_stop(&watch->later);
    pthread_mutex_lock(&watch->lock);
    watch->ending = true;
    pthread_cond_signal(&watch->news);
    pthread_mutex_unlock(&watch->lock);
    (void) pthread_join(watch->reporter, NULL);
    pthread_cond_destroy(&watch->news);
    pthread_mutex_destroy(&watch->lock);
    hub->watch = NULL;
}
