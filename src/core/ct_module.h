/*
 * ct_module.h -- what a module is.
 *
 * A module is one `const` struct with named fields.  It adds directives,
 * handlers of services, hooks, or all of them.  The same struct serves a
 * module compiled in and one loaded with load_module.
 *
 * Interface header: nothing here has a .c of its own.
 */

#ifndef CT_MODULE_H
#define CT_MODULE_H

#include "core/ct_config.h"

#include "core/ct_conf.h"
#include "core/ct_rc.h"

typedef struct ct_binding_s    ct_binding_t;
typedef struct ct_board_slot_s ct_board_slot_t;
typedef struct ct_call_s       ct_call_t;
typedef struct ct_conn_s       ct_conn_t;
typedef struct ct_cycle_s      ct_cycle_t;
typedef struct ct_log_s        ct_log_t;
typedef struct ct_loop_s       ct_loop_t;

/*
 * Grows by one with every change to a public struct.  A module built against
 * another number is refused by name.
 */
#define CT_MODULE_ABI 2

/* One worker process, as its modules see it.  All of it is this thread's. */
typedef struct ct_worker_s {
    ct_cycle_t      *cycle;
    ct_loop_t       *loop;
    ct_pool_t       *pool; /* lives as long as the worker */
    ct_log_t        *log;
    ct_board_slot_t *slot;     /* where it counts; never NULL */
    unsigned         id;       /* 0 .. workers - 1, stable over a respawn */
    bool             leaving;  /* no new connections are taken */
    bool             quitting; /* leaving, and nobody comes after it */
    void           **states;   /* by module index: what worker_init made */
} ct_worker_t;

/*
 * Every hook is optional and runs once at its moment.  `state` is what this
 * module's worker_init stored in this worker.
 */
struct ct_module_s {
    uint32_t              abi;  /* CT_MODULE_ABI */
    const char           *name; /* as in messages; unique */
    size_t                conf_size;
    const ct_directive_t *directives;
    const ct_binding_t   *services; /* ends with { NULL, NULL } */

    /*
     * Trial child and master: the whole configuration is read and checked.
     * CT_ERROR, logged, refuses it.
     */
    ct_rc_t (*configured)(ct_cycle_t *cycle);

    /* Master: sockets are open, no worker of this generation runs yet. */
    ct_rc_t (*master_init)(ct_cycle_t *cycle);

    /* Master: the number of workers is `n` now and was `before`. */
    void (*workers_changed)(ct_cycle_t *cycle, unsigned n, unsigned before);

    /*
     * Worker: before the first connection.  *state is NULL at first.
     * CT_ERROR, logged, ends the worker.
     */
    ct_rc_t (*worker_init)(ct_worker_t *worker, void **state);

    /* Worker: it begins to leave; once, whatever the cause. */
    void (*leaving)(ct_worker_t *worker, void *state);

    /* Worker: the last call; connections are closed. */
    void (*worker_exit)(ct_worker_t *worker, void *state);

    /*
     * Worker: the watchdog is about to end it.  Runs in a signal handler:
     * only what signal-safety(7) lists.
     */
    void (*aborted)(ct_worker_t *worker, void *state);

    /* Worker: a connection was accepted; CT_ERROR closes it. */
    ct_rc_t (*connected)(ct_conn_t *conn, void *state);

    /* Worker: a connection is about to be closed. */
    void (*closed)(ct_conn_t *conn, void *state);

    /*
     * Worker: arguments are decoded, the handler has not run.  CT_ERROR
     * refuses the call; ct_call_fail says with which words.
     */
    ct_rc_t (*before_call)(ct_call_t *call, void *state);

    /*
     * Worker: a call that before_call saw has come to its end: its reply is
     * written, or there is none to write.
     */
    void (*after_call)(ct_call_t *call, void *state);

    /* Worker: a message could not be decoded; `c_why` is one line. */
    void (*decode_failed)(ct_conn_t *conn, const char *c_why, void *state);
};

/*
 * What a dynamic module exports under the name ct_module_list: the structs it
 * holds, NULL last.  Written by the build, not by hand.
 */
typedef const ct_module_t *const ct_module_list_t[];

#endif /* CT_MODULE_H */
