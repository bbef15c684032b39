/*
 * ct_pending.h -- a call from its message to its reply.
 *
 * The private rest of a ct_call_t.  Pendings are reused: their pool is reset,
 * not freed, so that a call in steady state allocates nothing.
 *
 *   state    | event                        | next
 *   ---------+------------------------------+----------------------------
 *   running  | handler returns OK, ERROR    | answered, then free
 *   running  | handler returns AGAIN        | deferred
 *   running  | ct_call_finish               | early
 *   early    | handler returns              | answered, then free
 *   deferred | ct_call_finish, is the first | answered, then free
 *   deferred | ct_call_finish, others first | finished: reply waits
 *   finished | the ones before are answered | free
 *   deferred | the client goes away         | cancelled
 *   cancelled| ct_call_finish               | free
 */

#ifndef CT_PENDING_H
#define CT_PENDING_H

#include "core/ct_config.h"

#include "core/ct_buf.h"
#include "core/ct_log.h"
#include "core/ct_queue.h"
#include "event/ct_timer.h"
#include "thrift/ct_call.h"
#include "thrift/wire/ct_protocol.h"
#include "thrift/wire/ct_transport.h"

typedef struct ct_block_s        ct_block_t;
typedef struct ct_handler_s      ct_handler_t;
typedef struct ct_session_s      ct_session_t;
typedef struct ct_thrift_state_s ct_thrift_state_t;

typedef enum ct_pending_state_e {
    CT_PENDING_RUNNING,
    CT_PENDING_EARLY,
    CT_PENDING_DEFERRED,
    CT_PENDING_FINISHED,
    CT_PENDING_CANCELLED,
} ct_pending_state_t;

/* Who writes the answer. */
typedef enum ct_answer_e {
    CT_ANSWER_CALL,    /* it is a call's, or says why there was none */
    CT_ANSWER_EMPTY,   /* the transport's `answer`: the message is no call */
    CT_ANSWER_REFUSAL, /* the transport's `refuse` */
} ct_answer_t;

typedef struct ct_pending_s {
    ct_call_t           call;
    ct_queue_t          link;     /* in the session's calls or the free list */
    ct_queue_t          all_link; /* in the worker's deferred calls */
    ct_thrift_state_t  *state;
    ct_session_t       *session; /* NULL once cancelled */
    const ct_handler_t *handler; /* NULL where there is none */
    ct_block_t         *block;   /* held while the call outlives its turn */
    ct_message_t        head;    /* name is bare: no "Service:" */
    ct_envelope_t       envelope;
    ct_answer_t         answer;
    const ct_scan_t    *scan;     /* of a refusal, while it is written */
    bool                answered; /* a oneway call, before it ran */
    ct_pending_state_t  status;
    ct_rc_t             early_rc; /* of an early one */
    bool                failed;   /* fail_* are set */
    ct_app_error_t      fail_type;
    ct_str_t            fail_text;
    uint64_t            started_ns;
    size_t              request_len; /* bytes of the message */
    size_t              reply_len;   /* of its answer, once there is one */
    ct_buf_t            reply;       /* of a finished one that waits */
    ct_timer_t          timer;
    ct_call_fn          timer_fn;
    ct_log_t            log;
} ct_pending_t;

static inline ct_pending_t *
ct_pending_of(ct_call_t *call)
{
    return CT_CONTAINER_OF(call, ct_pending_t, call);
}


/* A clean one for a message of this session. */
ct_pending_t *ct_pending_create(ct_session_t *session);

/* Ends it: counts, stops its timer, gives it back for reuse. */
void ct_pending_destroy(ct_pending_t *pending);

/* Gives back the memory of all free and deferred ones: the worker exits. */
void ct_pending_release_all(ct_thrift_state_t *state);

#endif /* CT_PENDING_H */
