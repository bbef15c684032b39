/*
 * ct_call.h -- one call, as its handler sees it.
 *
 * A handler answers in one of three ways:
 *
 *   CT_OK      the result is set: a success, or one declared exception
 *   CT_AGAIN   the answer comes later, by ct_call_finish; until then args,
 *              result and pool stay valid, also when the client goes away
 *   CT_ERROR   no answer: the client gets a TApplicationException, with the
 *              words of ct_call_fail if it was called
 *
 * A call belongs to one thread at a time: the loop's, or, under `execute
 * threads`, the one that its handler runs on, until that has returned.  There a
 * handler may call all of this, but ct_call_continue, which is for hooks.
 * ct_call_finish may be called from any thread.
 */

#ifndef CT_CALL_H
#define CT_CALL_H

#include "core/ct_config.h"

#include "core/ct_count.h"
#include "core/ct_log.h"
#include "core/ct_outcome.h"
#include "core/ct_rc.h"
#include "core/ct_str.h"
#include "event/ct_fiber_wait.h"
#include "thrift/ct_service.h"
#include "thrift/wire/ct_ttype.h"

typedef struct ct_module_s ct_module_t;
typedef struct ct_pool_s   ct_pool_t;
typedef struct ct_worker_s ct_worker_t;

/* Read-only for handlers, but for `data` and what `result` points at. */
struct ct_call_s {
    ct_pool_t          *pool;  /* ends with the call */
    const void         *conf;  /* the handler's module's, of this block */
    void               *state; /* what its worker_init made in this worker */
    ct_log_t           *log;   /* adds client and method to its lines */
    const ct_worker_t  *worker;
    const ct_service_t *service;
    const ct_method_t  *method;
    const void         *args;
    void               *result; /* NULL for a oneway method */
    void               *data;   /* the handler's own */
    int32_t             seqid;
};

/* Runs later in the worker's loop. */
typedef void (*ct_call_fn)(ct_call_t *call);

/*
 * Notes what the client is told, a TApplicationException of type
 * INTERNAL_ERROR, and gives CT_ERROR back, for `return ct_call_fail(...)`.
 */
CT_API CT_COLD ct_rc_t ct_call_fail(ct_call_t *call, const char *fmt, ...)
    CT_PRINTF(2, 3);

/* The same with a type of the caller's choice. */
CT_API CT_COLD ct_rc_t ct_call_fail_as(ct_call_t *call, ct_app_error_t type,
                                       const char *fmt, ...) CT_PRINTF(3, 4);

/*
 * What the log says of a call that fails with INTERNAL_ERROR, in place of what
 * its client is told: one line, fit to be printed, without any byte of a
 * peer's.  Cut at CT_LOG_LINE_SIZE.
 */
CT_API void ct_call_blame(ct_call_t *call, const char *fmt, ...)
    CT_PRINTF(2, 3);

/*
 * The same as ct_call_fail for a client that may not: of type UNKNOWN, and the
 * call ends as CT_OUTCOME_DENIED.
 */
CT_API CT_COLD ct_rc_t ct_call_deny(ct_call_t *call, const char *fmt, ...)
    CT_PRINTF(2, 3);

/*
 * How the call has ended, for after_call; before that, what it is refused
 * with, or CT_OUTCOME_OK.
 */
CT_API ct_outcome_t ct_call_outcome(const ct_call_t *call);

/*
 * The configuration of any module in the inmost block that speaks of the
 * method that is called, or in its server's where nobody has that method: for
 * hooks.  NULL where that module has none.
 */
CT_API const void *ct_call_conf_of(const ct_call_t   *call,
                                   const ct_module_t *module);

/* The same for the module with that index, which worker_init may look up. */
CT_API const void *ct_call_conf_at(const ct_call_t *call, size_t index);

/*
 * Refuses a call before it runs: counts it under `counter` of the scoreboard,
 * tells the log (at most once a second for each counter), and the client with a
 * TApplicationException of type LOADSHEDDING, and gives CT_ERROR back, for
 * `return ct_call_refuse(...)` in a before_call hook.
 */
CT_API CT_COLD ct_rc_t ct_call_refuse(ct_call_t         *call,
                                      ct_board_counter_t counter,
                                      const char *fmt, ...) CT_PRINTF(3, 4);

/*
 * Ends a call whose handler returned CT_AGAIN: exactly once, with CT_OK or
 * CT_ERROR in the meaning above.  The call is gone when it returns.  From any
 * thread: who calls it has the call to himself until then.
 */
CT_API void ct_call_finish(ct_call_t *call, ct_rc_t rc);

/*
 * Goes on with a call that a before_call hook holds, having returned CT_AGAIN:
 * exactly once, later, with CT_OK, or with CT_ERROR to refuse it after all.
 * The call may be gone when it returns.
 */
CT_API void ct_call_continue(ct_call_t *call, ct_rc_t rc);

/*
 * Runs `fn(call)` once, `delay_ms` from now.  Only for a call that answers
 * CT_AGAIN, or that a hook holds; one such timer at a time; ct_call_finish and
 * ct_call_continue stop it.  `fn` runs in the loop; where the handler runs on a
 * thread the time begins when it has returned.
 */
CT_API void ct_call_after(ct_call_t *call, uint64_t delay_ms, ct_call_fn fn);

/* The worker is about to end: the time for a polite farewell. */
CT_API bool ct_call_is_leaving(const ct_call_t *call);

/*
 * Nobody waits for the answer any more: the client has gone, or has been told
 * that the time is up.  The handler may give up what it does, and ends with
 * ct_call_finish or its return as ever; what it answers is dropped.  A oneway
 * call, which nobody waits for, is only cancelled when its time is up.  May be
 * called from any thread that has the call.
 */
CT_API bool ct_call_cancelled(const ct_call_t *call);

/*
 * The milliseconds until the call is to be answered, by handler_timeout or as
 * its client has said (deadline_header): what to give a service that is called
 * for it.  0: the time is up; UINT64_MAX: there is no such limit.  May be
 * called from any thread that has the call.
 */
CT_API uint64_t ct_call_time_left_ms(const ct_call_t *call);

/*
 * The value of a header that came with the call (THeader, TTHeader, HTTP), a
 * slice that lives as long as the call; its data is NULL where there is none.
 * Case does not matter in `name`.  Of equal names the first counts, and one of
 * this call before one that was set for the connection.
 */
CT_API ct_str_t ct_call_header(const ct_call_t *call, ct_str_t name);

/*
 * The client's address as text, in the call's pool: the one that a trusted
 * proxy names, if there is one.  Of a call that answers later it stays known
 * when the client has gone; else it is empty then.
 */
CT_API ct_str_t ct_call_peer(ct_call_t *call);

#endif /* CT_CALL_H */
