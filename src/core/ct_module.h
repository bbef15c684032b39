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

#include <sys/types.h>

typedef struct ct_binding_s    ct_binding_t;
typedef struct ct_board_slot_s ct_board_slot_t;
typedef struct ct_call_s       ct_call_t;
typedef struct ct_conn_s       ct_conn_t;
typedef struct ct_cycle_s      ct_cycle_t;
typedef struct ct_log_s        ct_log_t;
typedef struct ct_loop_s       ct_loop_t;
typedef struct ct_web_s        ct_web_t;

/*
 * Grows by one with every change to a public struct.  A module built against
 * another number is refused by name.
 */
#define CT_MODULE_ABI 8

/*
 * One worker process, as its modules see it.  All of it belongs to the thread
 * of its loop.
 */
typedef struct ct_worker_s {
    ct_cycle_t      *cycle;
    ct_loop_t       *loop;
    ct_pool_t       *pool; /* lives as long as the worker */
    ct_log_t        *log;
    ct_board_slot_t *slot;     /* where it counts; never NULL */
    unsigned         id;       /* 0 .. workers - 1, stable over a respawn */
    bool             leaving;  /* no new connections are taken */
    bool             quitting; /* leaving, and nobody comes after it */
    bool             stuck;    /* for worker_exit to say: see there */
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
     * Master: all workers of this generation serve, and none of an older one
     * accepts any more.  After the start and after each reload.
     */
    void (*serving)(ct_cycle_t *cycle);

    /* Master: a worker has been forked, of the generation of this cycle. */
    void (*worker_started)(ct_cycle_t *cycle, unsigned id, pid_t pid);

    /*
     * Master: a worker's process has ended, whichever generation's and for
     * whatever reason; `status` is waitpid(2)'s.
     */
    void (*worker_ended)(ct_cycle_t *cycle, unsigned id, pid_t pid, int status);

    /*
     * Master: a child that is no worker has ended; a module that forks
     * (core/ct_helper.h) knows whether it was its own.
     */
    void (*process_ended)(ct_cycle_t *cycle, pid_t pid, int status);

    /* Master: another binary is about to be started beside this one. */
    void (*upgrading)(ct_cycle_t *cycle);

    /*
     * Master: it begins to stop, for whatever reason, and no other master
     * serves in its stead.  Its workers serve and its sockets accept until
     * this returns, which should be soon: the master does nothing else.  Not
     * where another binary takes over, or where it never served.
     */
    void (*retiring)(ct_cycle_t *cycle);

    /* Master: its last act, when no worker is left. */
    void (*master_exit)(ct_cycle_t *cycle);

    /*
     * Worker: before the first connection.  *state is NULL at first.
     * CT_ERROR, logged, ends the worker.
     */
    ct_rc_t (*worker_init)(ct_worker_t *worker, void **state);

    /* Worker: it begins to leave; once, whatever the cause. */
    void (*leaving)(ct_worker_t *worker, void *state);

    /*
     * Worker: the last call; connections are closed.  Where a thread of the
     * module's own does not end it sets worker->stuck: the process ends then
     * with nothing given back, and without any other worker_exit.
     */
    void (*worker_exit)(ct_worker_t *worker, void *state);

    /*
     * Worker: the watchdog is about to end it.  Runs in a signal handler:
     * only what signal-safety(7) lists.
     */
    void (*aborted)(ct_worker_t *worker, void *state);

    /*
     * Worker: a report is made of the thread that this runs in, whose loop is
     * blocked or, `ending`, whose process is about to end by a signal.  Lines
     * written into `fd`, which never waits, become part of it: where code that
     * the server cannot look into stands.  Runs in a signal handler.
     */
    void (*reported)(ct_worker_t *worker, void *state, int fd, bool ending);

    /*
     * Worker: a connection was accepted; CT_ERROR closes it.  Or another
     * worker has given it away, where `closed` has run: see ct_hook_is_moved.
     */
    ct_rc_t (*connected)(ct_conn_t *conn, void *state);

    /* Worker: a connection is about to be closed, or given away. */
    void (*closed)(ct_conn_t *conn, void *state);

    /*
     * Worker, while it starts: whether this module has anything to do at the
     * calls of a method whose inmost block has `conf`, its own struct.  Where
     * it says no the three hooks below are not called, but for messages that
     * turn out to have no method.  Left out: they always are.
     */
    bool (*heeds_calls)(const void *conf);

    /*
     * Worker: arguments are decoded, the handler has not run.  CT_ERROR
     * refuses the call; ct_call_fail says with which words.  CT_AGAIN holds
     * it until ct_call_continue goes on with it, at the next module's hook.
     */
    ct_rc_t (*before_call)(ct_call_t *call, void *state);

    /*
     * Worker: a call that before_call saw has come to its end: its reply is
     * written, or there is none to write.
     */
    void (*after_call)(ct_call_t *call, void *state);

    /*
     * Worker: nothing more comes of a message.  Of every one that was answered,
     * whatever with, and of every call that was not because its client has
     * gone; of a oneway call when its handler has ended.  Behind after_call,
     * and with `method`, `args` and `result` NULL where there was no call in
     * it, or none that anybody has.  Of a call that is given up its handler may
     * still run: the call's pool is that one's, and not the hook's.
     */
    void (*call_ended)(ct_call_t *call, void *state);

    /*
     * Worker: files are about to be opened anew; what was held back for them
     * goes into the old ones.
     */
    void (*reopening)(ct_worker_t *worker, void *state);

    /*
     * Worker: a request for a page (ct_web_t), at a server that speaks HTTP.
     * CT_OK: *web is filled in; CT_DECLINED: it is not for this module.  The
     * call has neither service nor method, and before_call does not see it.
     */
    ct_rc_t (*web)(ct_call_t *call, ct_web_t *web, void *state);

    /* Worker: a message could not be decoded; `c_why` is one line. */
    void (*decode_failed)(ct_conn_t *conn, const char *c_why, void *state);
};

/*
 * What a dynamic module exports under the name ct_module_list: the structs it
 * holds, NULL last.  Written by the build, not by hand.
 */
typedef const ct_module_t *const ct_module_list_t[];

#endif /* CT_MODULE_H */
