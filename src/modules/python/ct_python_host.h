/*
 * ct_python_host.h -- the interpreter of a process, and who is inside.
 *
 * There is one in a process, made in a worker or in a child that describes an
 * application, and it lasts as long as the process.  A thread is inside while
 * it holds the interpreter's lock: between ct_python_enter and
 * ct_python_leave, and for no longer than Python code runs.
 */

#ifndef CT_PYTHON_HOST_H
#define CT_PYTHON_HOST_H

#define PY_SSIZE_T_CLEAN
#include "core/ct_config.h"

#include <Python.h>

#include "modules/python/ct_python_module.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

/* Where a thread is: a signal handler asks. */
typedef enum ct_python_place_e {
    CT_PYTHON_OUTSIDE,
    CT_PYTHON_ENTERING, /* it waits for the interpreter's lock */
    CT_PYTHON_INSIDE,
} ct_python_place_t;

typedef struct ct_python_hub_s ct_python_hub_t;

typedef struct ct_python_host_s ct_python_host_t;

/* What one thread has of it. */
typedef struct ct_python_thread_s {
    ct_python_host_t     *host;
    PyThreadState        *state;
    ct_call_t            *call;  /* that it runs, or NULL */
    volatile sig_atomic_t place; /* ct_python_place_t */
} ct_python_thread_t;

/* ct_python_frames.h; handler is NULL until it can be called. */
typedef struct ct_python_frames_s {
    int ends[2]; /* of the pipe that it writes into */
    void (*handler)(int sig);
} ct_python_frames_t;

/* Invariant: key's value in a thread is that thread's, or NULL. */
struct ct_python_host_s {
    const ct_cycle_t   *cycle;
    ct_pool_t          *pool; /* the first thread's */
    const ct_log_t     *log;
    PyInterpreterState *interpreter;
    PyObject           *runtime;      /* the module of ct_python_runtime.py */
    ct_python_hub_t    *hub;          /* where all Python is, or NULL */
    pthread_key_t       key;          /* of ct_python_thread_t * */
    ct_python_thread_t  first;        /* the thread that has made it */
    PyObject          **serve;        /* by an offer's index; or its factory */
    PyObject           *hooks;        /* python_config's in a worker, or NULL */
    bool                follows_logs; /* nobody says when they are reopened */
    ct_python_frames_t  frames;
    bool                is_worker;
    bool                is_copy; /* of one: see ct_python_fork.h */
    sigset_t            forking; /* what a thread blocked that forks */

    /* What a worker does on signals that it ignored: any copy's of this
     * module, where the master has loaded several. */
    void (*heard)(int sig);

    _Atomic unsigned inside; /* threads that are, or wait to be */
    void *_Atomic    parted; /* ct_python_peer.c's */
    atomic_bool      has_ended;
};

/*
 * Starts the interpreter in this process, or takes over the one that it has
 * inherited from the master.  The calling thread is outside when it returns.
 * `pool` lives as long as the process. CT_ERROR, logged.
 */
ct_rc_t ct_python_host_init(ct_python_host_t *host, const ct_cycle_t *cycle,
                            ct_pool_t *pool, const ct_log_t *log);

/* Inside: text that answers a question, a new reference; or NULL, raised. */
typedef PyObject *(*ct_python_ask_fn)(ct_python_host_t *host, const void *data);

/*
 * Asks, and gives the answer as a line in `pool`.  CT_ERROR, on standard
 * error: there is none.
 */
ct_rc_t ct_python_host_ask(ct_python_host_t *host, ct_python_ask_fn ask,
                           const void *data, ct_pool_t *pool, ct_str_t *told);

/*
 * A ct_python_ask_fn: what the application of a ct_python_conf_t offers, as
 * JSON, or why it cannot be had.
 */
PyObject *ct_python_host_describe(ct_python_host_t *host, const void *own);

/*
 * Inside: a module of that name, made of a text; a new reference, or NULL, an
 * exception raised.
 */
PyObject *ct_python_host_module(const char *c_name, const uint8_t *bytes,
                                size_t len);

/* Inside: a new reference to a list of text, or NULL, raised. */
PyObject *ct_python_host_list(const ct_conf_strs_t *strs);

/*
 * Inside: what is imported from now on is looked for where the first
 * application is.  CT_ERROR: an exception is raised.
 */
ct_rc_t ct_python_host_prepare(ct_python_host_t *host);

/*
 * Imports the applications of all offers.  CT_ERROR, logged, with its
 * traceback.
 */
ct_rc_t ct_python_host_import(ct_python_host_t *host);

/*
 * Runs what Python code has asked for at the end of its process.  Without a hub
 * the caller stays inside for good: what an application has left running must
 * not find a process that is taken apart.
 */
void ct_python_host_end(ct_python_host_t *host);

/* This thread comes in, for `call` or NULL; it may have to wait. */
void ct_python_enter(ct_python_host_t *host, ct_call_t *call);

/* And out. */
void ct_python_leave(ct_python_host_t *host);

/*
 * Where this thread is; outside too if it is one of the application's own.
 * May be called in a signal handler.
 */
ct_python_place_t ct_python_host_place(const ct_python_host_t *host);

/* The call that this thread, or greenlet, runs, or NULL.  It is inside. */
ct_call_t *ct_python_host_call(const ct_python_host_t *host);

/*
 * The exception that is raised, whole with its traceback, a new reference; it
 * is raised no more.  NULL: there is none.  The thread is inside.
 */
PyObject *ct_python_host_take(void);

/*
 * The exception that is raised, in one line fit to be printed, in `pool`; it
 * is raised no more.  The thread is inside.
 */
ct_str_t ct_python_host_error(ct_python_host_t *host, ct_pool_t *pool);

/* Text of Python's in one line fit to be printed, in `pool`. */
ct_str_t ct_python_host_line(ct_pool_t *pool, const char *c_text);

/*
 * Outside: before anything of an application is imported gevent patches what
 * waits.  CT_ERROR, told.
 */
ct_rc_t ct_python_host_use_gevent(ct_python_host_t *host);

#endif /* CT_PYTHON_HOST_H */
