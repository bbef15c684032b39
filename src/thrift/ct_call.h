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
 * All functions belong to the worker's thread.
 */

#ifndef CT_CALL_H
#define CT_CALL_H

#include "core/ct_config.h"

#include "core/ct_log.h"
#include "core/ct_rc.h"
#include "core/ct_str.h"
#include "thrift/ct_service.h"
#include "thrift/wire/ct_ttype.h"

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
CT_API ct_rc_t ct_call_fail(ct_call_t *call, const char *fmt, ...)
    CT_PRINTF(2, 3);

/* The same with a type of the caller's choice. */
CT_API ct_rc_t ct_call_fail_as(ct_call_t *call, ct_app_error_t type,
                               const char *fmt, ...) CT_PRINTF(3, 4);

/*
 * Ends a call whose handler returned CT_AGAIN: exactly once, with CT_OK or
 * CT_ERROR in the meaning above.  The call is gone when it returns.
 */
CT_API void ct_call_finish(ct_call_t *call, ct_rc_t rc);

/*
 * Runs `fn(call)` once, `delay_ms` from now.  Only for a call that answers
 * CT_AGAIN; one such timer at a time; ct_call_finish stops it.
 */
CT_API void ct_call_after(ct_call_t *call, uint64_t delay_ms, ct_call_fn fn);

/* The worker is about to end: the time for a polite farewell. */
CT_API bool ct_call_is_leaving(const ct_call_t *call);

/* Nobody waits for the answer any more. */
CT_API bool ct_call_cancelled(const ct_call_t *call);

/*
 * The value of a header that came with the call (THeader, TTHeader, HTTP), a
 * slice that lives as long as the call; its data is NULL where there is none.
 * Case does not matter in `name`.  Of equal names the first counts, and one of
 * this call before one that was set for the connection.
 */
CT_API ct_str_t ct_call_header(const ct_call_t *call, ct_str_t name);

/*
 * The client's address as text, in the call's pool: the one that a trusted
 * proxy names, if there is one.  Empty when the client has gone.
 */
CT_API ct_str_t ct_call_peer(ct_call_t *call);

#endif /* CT_CALL_H */
