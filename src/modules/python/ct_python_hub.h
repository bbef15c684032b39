/*
 * ct_python_hub.h -- gevent's hub, on a thread of its own.
 *
 * Where python_gevent is on, all Python of a worker runs on one thread that
 * the worker's loop never waits for: the interpreter is started there,
 * gevent's hub waits there, and handlers run there, each in a greenlet.  The
 * loop hands errands over; what they are is the business of those who send
 * them.
 */

#ifndef CT_PYTHON_HUB_H
#define CT_PYTHON_HUB_H

#include "core/ct_config.h"

#include "modules/python/ct_python_host.h"

#include <stdatomic.h>

typedef struct ct_python_watch_s ct_python_watch_t;

/*
 * What is to be done on the hub.  It stays where it is until one of its two
 * functions is called, once.
 */
typedef struct ct_python_errand_s ct_python_errand_t;

struct ct_python_errand_s {
    ct_queue_t link;

    /*
     * On the hub: a tuple of a function and its arguments, which a greenlet is
     * begun for; or None, and nothing is left to do.  A new reference; NULL:
     * an exception is raised.
     */
    PyObject *(*open)(ct_python_host_t *host, ct_python_errand_t *errand);

    /* In the loop, outside: the hub has ended, and nobody opens it. */
    void (*drop)(ct_python_errand_t *errand);
};

typedef enum ct_python_hub_life_e {
    CT_PYTHON_HUB_STARTING,
    CT_PYTHON_HUB_SERVING,
    CT_PYTHON_HUB_ENDED,
} ct_python_hub_life_t;

/* What is done on its thread; told from above. */
typedef struct ct_python_hub_uses_s {
    ct_rc_t (*start)(ct_python_host_t *host, const ct_worker_t *worker);
    void (*end)(ct_python_host_t *host, const ct_worker_t *worker);
} ct_python_hub_uses_t;

/* Invariant: link of each errand in `fresh` or `errands`, or alone. */
struct ct_python_hub_s {
    const ct_python_hub_uses_t *uses;

    ct_python_host_t  *host;
    const ct_worker_t *worker;
    pthread_t          id;
    unsigned long      python_id; /* the same for Python */
    int                wake[2];   /* a pipe: there are errands, or an end */
    ct_python_watch_t *watch;     /* NULL where nobody looks */
    atomic_size_t      ncalls;    /* sent and not ended */
    _Atomic uint64_t   came_ns;   /* it came round then; 0: not since asked */

    /* The loop's. */
    ct_later_t later;
    ct_queue_t fresh; /* errands of this turn */

    /* The hub's thread's. */
    PyObject *native;  /* what that may ask: ct_python_task.c's */
    PyObject *runtime; /* the module of ct_python_gevent.py */
    PyObject *current; /* its variable: the call of a greenlet */
    PyObject *answer;  /* its functions */
    PyObject *let_go;

    /* Under the lock. */
    pthread_mutex_t      lock;
    pthread_cond_t       news; /* `life` is another */
    ct_python_hub_life_t life;
    bool                 ending;
    ct_queue_t           errands;
    ct_queue_t           tasks; /* ct_python_task.c's: calls begun, in order */
};

/*
 * Starts the thread, and `host` on it, for which `uses->start` is called there
 * when it is ready, and `uses->end` at its end.  CT_ERROR, logged: no thread is
 * left.
 */
ct_rc_t ct_python_hub_start(ct_python_host_t *host, const ct_worker_t *worker,
                            const ct_python_hub_uses_t *uses);

/* Whether this is its thread. */
bool ct_python_hub_is_here(const ct_python_hub_t *hub);

/* From the loop: goes to the hub when this turn is over, or is dropped. */
void ct_python_hub_send(ct_python_hub_t *hub, ct_python_errand_t *errand);

/* From any thread: has the hub look for errands. */
void ct_python_hub_wake(const ct_python_hub_t *hub);

/*
 * A thread that takes no signals, with as much stack as Python wants; as
 * pthread_create.
 */
int ct_python_hub_thread(pthread_t *id, void *(*run)(void *), void *data);

/*
 * Inside, for ct_python_gevent.py: a list of what is to be begun, or None when
 * it is to end and there is nothing any more.  NULL: an exception is raised.
 */
PyObject *ct_python_hub_take(ct_python_hub_t *hub);

/* Inside: it waits for errands. */
void ct_python_hub_serving(ct_python_hub_t *hub);

/*
 * Ends it in order: greenlets that serve calls are killed, what was to run at
 * the end of the process runs.  CT_ERROR, logged: its thread does not end, and
 * goes on in all that it knows.
 */
ct_rc_t ct_python_hub_stop(ct_python_hub_t *hub);

#endif /* CT_PYTHON_HUB_H */
