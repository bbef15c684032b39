/*
 * ct_trace.h -- a call's place in a distributed trace.
 *
 * Callers say it in headers (THeader, TTHeader, HTTP): W3C's `traceparent` and
 * `tracestate`, or B3, in this order.  A call that comes without begins a trace
 * of its own.  The server records nothing: it tells logs and handlers, and
 * hands on to the services that a handler calls (ct_client_follow).
 *
 * Ids are made where somebody asks, and then hold for the whole call.  All of
 * this may be called from any thread that has the call; outside the loop it
 * waits for that, as ct_variable_get does.
 */

#ifndef CT_TRACE_H
#define CT_TRACE_H

#include "core/ct_config.h"

#include "core/ct_str.h"

typedef struct ct_call_s   ct_call_t;
typedef struct ct_client_s ct_client_t;

/* Ids are lower-case hexadecimal digits; all of it lives as long as the call.
 */
typedef struct ct_trace_s {
    ct_str_t trace_id;  /* 32 */
    ct_str_t parent_id; /* 16, the caller's span; empty: it has sent none */
    ct_str_t span_id;   /* 16, of this call */
    ct_str_t state;     /* `tracestate`, empty without one that is sound */
    bool     sampled;   /* the caller records it; false: or has not said */
} ct_trace_t;

/* The call's trace. */
CT_API void ct_call_trace(ct_call_t *call, ct_trace_t *trace);

/*
 * The call's id, $request_id: 1 to 128 bytes, as the client has sent it or as
 * it was made here.  As long as the call.
 */
CT_API ct_str_t ct_call_request_id(ct_call_t *call);

/*
 * Whatever `client` calls from now on, it calls for `call`: over a transport
 * that has headers it sends X-Request-Id, traceparent with this call's span as
 * the parent, tracestate if there is one, and b3 if the caller speaks that.
 * What is sent is copied, so the client may outlive the call: until the next
 * ct_client_follow, of NULL to send none of it.
 */
CT_API void ct_client_follow(ct_client_t *client, ct_call_t *call);

#endif /* CT_TRACE_H */
