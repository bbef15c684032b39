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
 *   running  | a hook returns AGAIN         | deferred
 *   deferred | ct_call_continue             | running
 *   running  | ct_call_finish               | early
 *   early    | handler returns              | answered, then free
 *   deferred | ct_call_finish, is the first | answered, then free
 *   deferred | ct_call_finish, others first | finished: reply waits
 *   finished | the ones before are answered | free
 *   deferred | the client goes, or is told  | cancelled
 *            | that time is up (ct_deadline)|
 *   cancelled| ct_call_finish, _continue    | free
 *
 * A call whose handler runs on a thread is deferred, or cancelled, meanwhile;
 * ct_call_finish then waits until the handler has returned.
 */

#ifndef CT_PENDING_H
#define CT_PENDING_H

#include "core/ct_config.h"

#include <stdatomic.h>

#include "core/ct_buf.h"
#include "core/ct_log.h"
#include "core/ct_outcome.h"
#include "core/ct_queue.h"
#include "event/ct_addr.h"
#include "event/ct_offload.h"
#include "event/ct_timer.h"
#include "thrift/ct_call.h"
#include "thrift/ct_request_id.h"
#include "thrift/ct_trace_note.h"
#include "thrift/wire/ct_protocol.h"
#include "thrift/wire/ct_transport.h"

typedef struct ct_acceptor_s     ct_acceptor_t;
typedef struct ct_block_s        ct_block_t;
typedef struct ct_fiber_s        ct_fiber_t;
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
    const ct_scan_t    *scan; /* of a refusal, while it is written */
    ct_answer_t         answer;
    ct_pending_state_t  status;
    ct_outcome_t        outcome; /* so far, as the handler's thread too says */
    uint32_t            nhooks;  /* modules that were asked before it */
    uint64_t            started_ns;
    _Atomic uint64_t    begun_ns; /* of one that `waits`: its handler, or 0 */
    uint64_t            ended_ns; /* then: its handler, if that is noted */
    size_t              request_len; /* bytes of the message */
    size_t              reply_len;   /* of its answer, once there is one */

    /* What a call seldom has; side by side, so that few stores clear it. */
    bool answered;     /* a oneway call, before it ran */
    bool silent;       /* nothing is going to be written for it */
    bool has_ended;    /* call_ended hooks know, or must not */
    bool is_due;       /* to be counted: it is a call, and goes on */
    bool is_counted;   /* as counted_as: the loop's to say */
    bool failed;       /* fail_* are set */
    bool waits;        /* or has: for a thread, or held by a hook */
    bool is_busy;      /* counted as its connection's */
    bool holds_worker; /* which must not leave before its end */
    bool is_elsewhere; /* the handler runs there; the loop's to know */
    bool is_early;     /* ct_call_finish came meanwhile: early_rc */
    bool is_shed;      /* ct_call_refuse came: by shed_counter */

    atomic_bool cancelled;      /* nobody waits: for any thread */
    atomic_bool has_peer;       /* `peer` was noted: ct_real_ip_note */
    atomic_bool has_request_id; /* one was made for it: ct_request_id.c's */

    ct_str_t    blame;   /* for the log in place of fail_text, if any */
    ct_str_t   *derived; /* values of maps, or NULL: ct_derived.c's */
    ct_fiber_t *fiber;   /* that the handler waits in, or NULL */
    ct_log_t    log;

    ct_rc_t        early_rc; /* of an early one */
    ct_outcome_t   counted_as;
    uint64_t       counted_ns; /* then, by the monotonic clock */
    ct_app_error_t fail_type;
    ct_str_t       fail_text;
    unsigned       board_place; /* among the worker's calls in flight */
    ct_buf_t       reply;       /* of a finished one that waits */
    ct_timer_t     timer;
    ct_call_fn     timer_fn;
    ct_timer_t     deadline;     /* ct_deadline.c's, as are the next */
    uint64_t       end_ms;       /* to be answered by then; 0: never */
    uint64_t       queue_end_ms; /* to have begun by then; 0: never */

    /*
     * What a handler outside the loop, and whoever answers from another
     * thread, may look at and leave behind.
     */
    ct_acceptor_t *acceptor; /* that waits for it while it is elsewhere */
    ct_peer_t      peer;
    ct_job_t       job;
    ct_rc_t        elsewhere_rc; /* what the handler gave back */
    uint64_t       delay_ms;     /* of its ct_call_after, if timer_fn is set */
    ct_task_t      finish;       /* of ct_call_finish in another thread */
    ct_rc_t        finish_rc;

    ct_board_counter_t shed_counter;

    ct_trace_note_t trace;

    char request_id[CT_REQUEST_ID_MADE];

    struct ct_pending_s *outer; /* whose handler it runs inside, in turns */
} ct_pending_t;

static inline ct_pending_t *
ct_pending_of(ct_call_t *call)
{
    return CT_CONTAINER_OF(call, ct_pending_t, call);
}


/* A clean one for a message of this session. */
ct_pending_t *ct_pending_create(ct_session_t *session);

/*
 * Another one for the same message, in its place in the session's order, which
 * `pending` has left then.  It borrows the head, the envelope and the arguments
 * of the first: to be answered while that one is there.
 */
ct_pending_t *ct_pending_stand_in(ct_pending_t *pending);

/*
 * Tells the log what the call is refused with: "WHAT: its noted failure".  At
 * most a line a second for each reason in a worker.
 */
void ct_pending_tell(const ct_pending_t *pending, ct_board_counter_t reason,
                     const char *c_what);

/* Ends it: counts, stops its timer, gives it back for reuse. */
void ct_pending_destroy(ct_pending_t *pending);

/* Gives back the memory of all free and deferred ones: the worker exits. */
void ct_pending_release_all(ct_thrift_state_t *state);

#endif /* CT_PENDING_H */
