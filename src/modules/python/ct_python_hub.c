/*
 * ct_python_hub.c -- gevent's hub, on a thread of its own.
 *
 *   life     | event                      | next
 *   ---------+----------------------------+---------
 *   starting | an import fails            | ended
 *   starting | the hub waits for errands  | serving
 *   serving  | ct_python_hub_stop         | ended, if it comes round in time
 *
 * gevent patches what waits, above all sockets and sleep, so that it lets
 * other greenlets run; what it cannot patch holds up the hub, and with it all
 * Python of the worker, but nothing else: the loop takes the lock below for
 * moments, and the interpreter's never.
 *
 * Errands are collected while a turn of the loop lasts and handed over at its
 * end, with one word for all of them.  Only then a call is seen by another
 * thread, so that the loop has noted before whatever it notes of a call that
 * is answered later.
 */

#include "core/ct_config.h"

#include "modules/python/ct_python_hub.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/ct_clock.h"
#include "core/ct_file.h"

#include "modules/python/ct_python_fork.h"
#include "modules/python/ct_python_gevent.h"
#include "modules/python/ct_python_task.h"
#include "modules/python/ct_python_watch.h"

#define RUNTIME_NAME "_cthrift_gevent"

/* As a process's first thread has it, whatever the system gives others. */
#define STACK_SIZE ((size_t) 8 * 1024 * 1024)

/*
 * For the last words of greenlets and of `atexit`, and for gevent's threads:
 * less than the master gives a worker beyond worker_shutdown_timeout.
 */
#define END_MS 1000

#define NS_PER_S 1000000000


static void
life_set(ct_python_hub_t *hub, ct_python_hub_life_t life)
{
    pthread_mutex_lock(&hub->lock);
    hub->life = life;
    pthread_cond_broadcast(&hub->news);
    pthread_mutex_unlock(&hub->lock);
}


/* What is in the pipe already is as good. */
void
ct_python_hub_wake(const ct_python_hub_t *hub)
{
    while (write(hub->wake[1], "", 1) == -1 && errno == EINTR) {
    }
}


static void
wake_take(const ct_python_hub_t *hub)
{
    char    words[64];
    ssize_t n;

    do {
        n = read(hub->wake[0], words, sizeof(words));
    } while (n == (ssize_t) sizeof(words) || (n == -1 && errno == EINTR));
}


/* ---- The hub's side: what ct_python_gevent.py calls. */


/* All of the queue, as a list of what is to be begun. */
static PyObject *
errands_open(ct_python_hub_t *hub, ct_queue_t *errands)
{
    PyObject   *list = PyList_New(0);
    ct_queue_t *link;

    while ((link = ct_queue_pop(errands)) != NULL) {
        ct_python_errand_t *errand =
            CT_QUEUE_ENTRY(link, ct_python_errand_t, link);
        PyObject *opened = errand->open(hub->host, errand);

        if (opened == NULL || list == NULL
            || (opened != Py_None && PyList_Append(list, opened) == -1)) {
            PyErr_Print(); /* no memory */
        }
        Py_XDECREF(opened);
    }
    return list;
}


/* The first time since the loop has asked is the one that counts. */
static void
came_note(ct_python_hub_t *hub)
{
    if (atomic_load_explicit(&hub->came_ns, memory_order_relaxed) == 0) {
        atomic_store_explicit(&hub->came_ns, ct_clock_ns(),
                              memory_order_relaxed);
    }
}


PyObject *
ct_python_hub_take(ct_python_hub_t *hub)
{
    ct_queue_t errands;
    bool       ending;

    wake_take(hub);
    came_note(hub);
    ct_queue_init(&errands);
    pthread_mutex_lock(&hub->lock);
    ct_queue_move(&errands, &hub->errands);
    ending = hub->ending;
    pthread_mutex_unlock(&hub->lock);
    if (ending && ct_queue_is_empty(&errands)) {
        Py_RETURN_NONE;
    }
    if (ending) {
        ct_python_hub_wake(hub);
    }
    return errands_open(hub, &errands);
}


void
ct_python_hub_serving(ct_python_hub_t *hub)
{
    life_set(hub, CT_PYTHON_HUB_SERVING);
}


/* Inside.  The functions live as long as the process. */
static ct_rc_t
runtime_make(ct_python_hub_t *hub)
{
    ct_python_host_t *host = hub->host;

    hub->runtime = ct_python_host_module(RUNTIME_NAME, ct_python_gevent,
                                         ct_python_gevent_len);
    if (hub->runtime != NULL) {
        hub->current = PyObject_GetAttrString(hub->runtime, "current");
        hub->answer = PyObject_GetAttrString(hub->runtime, "answer");
        hub->let_go = PyObject_GetAttrString(hub->runtime, "let_go");
    }
    if (hub->current == NULL || hub->answer == NULL || hub->let_go == NULL) {
        const ct_str_t why = ct_python_host_error(host, host->pool);

        CT_LOG(host->log, CT_LOG_EMERG, 0, "cannot prepare gevent: %.*s",
               CT_STR_ARG(why));
        return CT_ERROR;
    }
    return CT_OK;
}


/* `done` is what a function gave, or NULL: the log is told why. */
static ct_rc_t
done_check(const ct_python_hub_t *hub, PyObject *done, const char *c_what)
{
    ct_python_host_t *host = hub->host;

    if (done == NULL) {
        const ct_str_t why = ct_python_host_error(host, host->pool);

        CT_LOG(host->log, CT_LOG_EMERG, 0, "%s: %.*s", c_what, CT_STR_ARG(why));
        return CT_ERROR;
    }
    Py_DECREF(done);
    return CT_OK;
}


/*
 * Until there is no more to do.  A hub that has ended for a reason of its own
 * would leave the worker with calls that nobody answers: the master replaces
 * it.
 */
static void
hub_run(ct_python_hub_t *hub)
{
    ct_python_host_t *host = hub->host;
    PyObject         *done = NULL;

    ct_python_enter(host, NULL);
    if (runtime_make(hub) == CT_OK) {
        hub->native = ct_python_task_native(hub);
        if (hub->native != NULL) {
            done = PyObject_CallMethod(hub->runtime, "run", "Oi", hub->native,
                                       hub->wake[0]);
        }
        if (done_check(hub, done, "gevent's hub has ended") != CT_OK
            && hub->life == CT_PYTHON_HUB_SERVING) {
            _exit(1);
        }
    }
    ct_python_leave(host);
}


/* What was to be run at the end may look up names: their threads come last. */
static void
hub_end(ct_python_hub_t *hub)
{
    ct_python_host_t *host = hub->host;

    hub->uses->end(host, hub->worker);
    if (hub->native != NULL) {
        ct_python_enter(host, NULL);
        (void) done_check(hub, PyObject_CallMethod(hub->runtime, "end", NULL),
                          "cannot end gevent's threads");
        ct_python_leave(host);
    }
}


/*
 * The thread's state of Python is not ended with it: it is the interpreter's
 * first.
 */
static void *
hub_main(void *data)
{
    ct_python_hub_t  *hub = data;
    ct_python_host_t *host = hub->host;
    stack_t           stack;
    ct_rc_t           rc;

    hub->python_id = PyThread_get_thread_ident();
    (void) sigaltstack(NULL, &stack);
    rc = ct_python_host_init(host, hub->worker->cycle, hub->worker->pool,
                             hub->worker->log);
    (void) sigaltstack(&stack, NULL); /* faulthandler's is too small for us */
    if (rc == CT_OK) {
        ct_python_fork_worker(host);
        ct_python_fork_thread();
        host->hub = hub;
        if (ct_python_host_use_gevent(host) == CT_OK
            && hub->uses->start(host, hub->worker) == CT_OK) {
            hub_run(hub);
            hub_end(hub);
        }
        (void) pthread_setspecific(host->key, NULL);
    }
    life_set(hub, CT_PYTHON_HUB_ENDED);
    return NULL;
}


bool
ct_python_hub_is_here(const ct_python_hub_t *hub)
{
    return PyThread_get_thread_ident() == hub->python_id;
}


/* ---- The loop's side. */


/* The turn is over: all that has come in it. */
static void
fresh_hand_over(void *data)
{
    ct_python_hub_t *hub = data;
    bool             is_first;

    pthread_mutex_lock(&hub->lock);
    is_first = ct_queue_is_empty(&hub->errands);
    ct_queue_move(&hub->errands, &hub->fresh);
    pthread_mutex_unlock(&hub->lock);
    if (is_first) {
        ct_python_hub_wake(hub);
    }
}


/* Its end is the loop's to bring about, which has to come back from there. */
void
ct_python_hub_send(ct_python_hub_t *hub, ct_python_errand_t *errand)
{
    if (hub->ending) {
        errand->drop(errand);
        return;
    }
    ct_queue_init(&errand->link);
    ct_queue_push(&hub->fresh, &errand->link);
    ct_later_this_turn(&hub->later);
}


/* Signals are the loop's, but for those that tell of a fault. */
static void
signals_block(sigset_t *old)
{
    static const int own[] = { SIGSEGV, SIGBUS,  SIGFPE, SIGILL,
                               SIGTRAP, SIGABRT, SIGSYS };
    sigset_t         set;

    sigfillset(&set);
    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
        sigdelset(&set, own[i]);
    }
    (void) pthread_sigmask(SIG_SETMASK, &set, old);
}


int
ct_python_hub_thread(pthread_t *id, void *(*run)(void *), void *data)
{
    pthread_attr_t attr;
    sigset_t       old;
    int            err = pthread_attr_init(&attr);

    if (err != 0) {
        return err;
    }
    (void) pthread_attr_setstacksize(&attr, STACK_SIZE);
    signals_block(&old);
    err = pthread_create(id, &attr, run, data);
    (void) pthread_sigmask(SIG_SETMASK, &old, NULL);
    (void) pthread_attr_destroy(&attr);
    return err;
}


static ct_rc_t
pipe_make(ct_python_hub_t *hub)
{
    if (pipe(hub->wake) == -1) {
        CT_LOG(hub->worker->log, CT_LOG_EMERG, errno,
               "cannot make a pipe for gevent's hub");
        return CT_ERROR;
    }
    for (size_t i = 0; i < 2; i++) {
        (void) ct_file_set_cloexec(hub->wake[i], true);
        (void) ct_file_set_nonblocking(hub->wake[i], true);
    }
    return CT_OK;
}


static ct_rc_t
hub_init(ct_python_hub_t *hub, ct_python_host_t *host,
         const ct_worker_t *worker)
{
    pthread_condattr_t attr;

    hub->host = host;
    hub->worker = worker;
    ct_later_init(&hub->later, worker, fresh_hand_over, hub);
    ct_queue_init(&hub->fresh);
    ct_queue_init(&hub->errands);
    ct_queue_init(&hub->tasks);
    pthread_mutex_init(&hub->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&hub->news, &attr);
    pthread_condattr_destroy(&attr);
    return pipe_make(hub);
}


/* Its thread has ended. */
static void
hub_release(ct_python_hub_t *hub)
{
    ct_queue_t *link;

    ct_later_stop(&hub->later);
    while ((link = ct_queue_pop(&hub->errands)) != NULL) {
        ct_python_errand_t *errand =
            CT_QUEUE_ENTRY(link, ct_python_errand_t, link);

        errand->drop(errand);
    }
    (void) close(hub->wake[0]);
    (void) close(hub->wake[1]);
    pthread_cond_destroy(&hub->news);
    pthread_mutex_destroy(&hub->lock);
}


/* CT_AGAIN: not in time. */
static ct_rc_t
end_await(ct_python_hub_t *hub)
{
    const uint64_t  end_ns = ct_clock_ns() + UINT64_C(1000000) * END_MS;
    struct timespec end = { .tv_sec = (time_t) (end_ns / NS_PER_S),
                            .tv_nsec = (long) (end_ns % NS_PER_S) };
    int             err = 0;
    bool            has_ended;

    pthread_mutex_lock(&hub->lock);
    ct_queue_move(&hub->errands, &hub->fresh);
    hub->ending = true;
    ct_python_hub_wake(hub);
    while (hub->life != CT_PYTHON_HUB_ENDED && err == 0) {
        err = pthread_cond_timedwait(&hub->news, &hub->lock, &end);
    }
    has_ended = hub->life == CT_PYTHON_HUB_ENDED;
    pthread_mutex_unlock(&hub->lock);
    return has_ended ? CT_OK : CT_AGAIN;
}


ct_rc_t
ct_python_hub_stop(ct_python_hub_t *hub)
{
    if (end_await(hub) != CT_OK) {
        CT_LOG(hub->worker->log, CT_LOG_ERR, 0,
               "gevent's hub does not end: a handler never lets others run");
        return CT_ERROR;
    }
    (void) pthread_join(hub->id, NULL);
    ct_python_watch_stop(hub);
    hub_release(hub);
    return CT_OK;
}


ct_rc_t
ct_python_hub_start(ct_python_host_t *host, const ct_worker_t *worker,
                    const ct_python_hub_uses_t *uses)
{
    ct_python_hub_t *hub = ct_pool_zalloc(worker->pool, sizeof(*hub));
    bool             serves;
    int              err;

    hub->uses = uses;
    if (hub_init(hub, host, worker) != CT_OK) {
        return CT_ERROR;
    }
    err = ct_python_hub_thread(&hub->id, hub_main, hub);
    if (err != 0) {
        CT_LOG(worker->log, CT_LOG_EMERG, err,
               "cannot start a thread for gevent's hub");
        hub_release(hub);
        return CT_ERROR;
    }
    pthread_mutex_lock(&hub->lock);
    while (hub->life == CT_PYTHON_HUB_STARTING) {
        pthread_cond_wait(&hub->news, &hub->lock);
    }
    serves = hub->life == CT_PYTHON_HUB_SERVING;
    pthread_mutex_unlock(&hub->lock);
    if (!serves) {
        (void) pthread_join(hub->id, NULL);
        hub_release(hub);
        return CT_ERROR;
    }
    if (ct_python_watch_start(hub) != CT_OK) {
        (void) ct_python_hub_stop(hub);
        return CT_ERROR;
    }
    return CT_OK;
}
