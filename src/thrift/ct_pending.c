/*
 * ct_pending.c -- calls are made, reused and ended here.
 *
 * A free list per worker keeps a few of them with their pools warm.  More
 * than that only exist while many deferred calls are under way; those are
 * given back to the system when they end.
 */

#include "core/ct_config.h"

#include "thrift/ct_pending.h"

#include <inttypes.h>

#include "core/ct_board_call.h"
#include "core/ct_clock.h"
#include "core/ct_mem.h"
#include "core/ct_module.h"
#include "core/ct_pool.h"
#include "event/ct_accept.h"
#include "event/ct_addr.h"
#include "event/ct_conn.h"
#include "event/ct_loop.h"
#include "thrift/ct_account.h"
#include "thrift/ct_deadline.h"
#include "thrift/ct_in_flight.h"
#include "thrift/ct_real_ip.h"
#include "thrift/ct_server.h"
#include "thrift/ct_session.h"
#include "thrift/ct_thrift_module.h"

/* Most bytes of a reason, which may quote a client, in the log. */
#define REASON_SHOWN 256

/* Kept for reuse in each worker. */
#define FREE_CALLS 64

/* Arguments and result of an ordinary call fit into the pool's first step. */
#define CALL_POOL_SIZE 4096


/*
 * "client: 127.0.0.1:4711, method: Greeter.greet", and the call's id where it
 * has one.
 */
static void
call_context(const void *data, ct_log_fields_t *fields)
{
    const ct_pending_t *pending = data;
    const ct_handler_t *handler = pending->handler;
    const ct_str_t      id = ct_request_id_known(pending);
    const char         *service = "";
    const char         *method = "";
    char                peer[CT_ADDR_TEXT_SIZE] = "gone";
    ct_peer_t           client;

    if (ct_real_ip_find(pending, &client) == CT_OK) {
        ct_peer_text(&client, peer, sizeof(peer));
    }
    if (handler != NULL) {
        service = handler->offer->service->name;
        method = handler->method->name;
    }
    ct_log_add_field(fields, CT_LOG_IN_BOTH, "client", "%s", peer);
    ct_log_add_field(fields, CT_LOG_IN_TEXT, "method", "%s.%s", service,
                     method);
    ct_log_add_field(fields, CT_LOG_IN_JSON, "service", "%s", service);
    ct_log_add_field(fields, CT_LOG_IN_JSON, "method", "%s", method);
    if (id.data != NULL) {
        ct_log_add_field(fields, CT_LOG_IN_BOTH, "request_id", "%.*s",
                         CT_STR_ARG(id));
    }
}


static ct_pending_t *
pending_new(ct_thrift_state_t *state)
{
    ct_pending_t *pending = ct_mem_alloc(sizeof(*pending));

    memset(pending, 0, sizeof(*pending));
    pending->state = state;
    pending->call.pool = ct_pool_create(CALL_POOL_SIZE);
    pending->call.worker = state->worker;
    pending->call.log = &pending->log;
    ct_queue_init(&pending->link);
    ct_queue_init(&pending->all_link);
    ct_log_init_child(&pending->log, state->worker->log, call_context, pending);
    ct_buf_init(&pending->reply);
    return pending;
}


/*
 * Field by field, here and below: a struct that is assigned as a whole is
 * cleared by an instruction which takes longer to begin than all of these.
 */
static inline void
call_clear(ct_call_t *call)
{
    call->conf = NULL;
    call->state = NULL;
    call->service = NULL;
    call->method = NULL;
    call->args = NULL;
    call->result = NULL;
    call->data = NULL;
    call->seqid = 0;
}


/* As it is before its transport has seen the message. */
static inline void
envelope_begin(ct_envelope_t *envelope, const ct_session_t *session)
{
    envelope->dialect.transport = session->dialect.transport;
    envelope->dialect.protocol = session->dialect.protocol;
    envelope->dialect.deflated = session->deflated != NULL;
    envelope->note = NULL;
    envelope->headers = NULL;
    envelope->nheaders = 0;
    envelope->nsticky = 0;
    envelope->web = NULL;
    envelope->seqid = 0;
    envelope->aside = 0;
    envelope->is_request = false;
    envelope->compressed = false;
    envelope->closes = false;
}


static inline void
flags_clear(ct_pending_t *pending)
{
    pending->answered = false;
    pending->silent = false;
    pending->has_ended = false;
    pending->is_due = false;
    pending->is_counted = false;
    pending->failed = false;
    pending->waits = false;
    pending->is_busy = false;
    pending->holds_worker = false;
    pending->is_elsewhere = false;
    pending->is_early = false;
    pending->is_shed = false;
    pending->trace.is_known = false;
    atomic_store_explicit(&pending->cancelled, false, memory_order_relaxed);
    atomic_store_explicit(&pending->has_peer, false, memory_order_relaxed);
    atomic_store_explicit(&pending->has_request_id, false,
                          memory_order_relaxed);
}


CT_HOT ct_pending_t *
ct_pending_create(ct_session_t *session)
{
    ct_thrift_state_t *state = session->state;
    ct_queue_t        *link = ct_queue_pop(&state->free_calls);
    ct_pending_t      *pending;

    if (CT_LIKELY(link != NULL)) {
        pending = CT_QUEUE_ENTRY(link, ct_pending_t, link);
        state->nfree_calls--;
    } else {
        pending = pending_new(state);
    }
    call_clear(&pending->call);
    pending->session = session;
    pending->handler = NULL;
    pending->block = NULL;
    pending->head = (ct_message_t){ .name = CT_STR("") };
    envelope_begin(&pending->envelope, session);
    pending->answer = CT_ANSWER_CALL;
    pending->status = CT_PENDING_RUNNING;
    pending->outcome = CT_OUTCOME_OK;
    pending->nhooks = 0;
    pending->started_ns = ct_loop_seen_ns(state->worker->loop);
    atomic_store_explicit(&pending->begun_ns, 0, memory_order_relaxed);
    pending->ended_ns = 0;
    pending->request_len = 0;
    pending->reply_len = 0;
    flags_clear(pending);
    pending->blame = CT_STR_NONE;
    pending->derived = NULL;
    pending->fiber = NULL;
    pending->log.parent = session->conn->log;
    return pending;
}


/* What hooks may ask of a call is there, but for the handler's own `data`. */
ct_pending_t *
ct_pending_stand_in(ct_pending_t *pending)
{
    ct_pending_t      *stand_in = ct_pending_create(pending->session);
    const ct_struct_t *result = pending->handler->method->result;
    const ct_call_t   *from = &pending->call;
    ct_call_t         *call = &stand_in->call;

    call->conf = from->conf;
    call->state = from->state;
    call->service = from->service;
    call->method = from->method;
    call->args = from->args;
    call->seqid = from->seqid;
    if (result != NULL) {
        call->result = ct_pool_alloc(call->pool, result->size);
        memcpy(call->result, result->initial, result->size);
    }
    stand_in->handler = pending->handler;
    stand_in->head = pending->head;
    stand_in->envelope = pending->envelope;
    stand_in->answered = pending->answered;
    stand_in->silent = pending->silent;
    stand_in->request_len = pending->request_len;
    stand_in->started_ns = pending->started_ns;
    stand_in->waits = pending->waits;
    stand_in->trace = pending->trace;
    atomic_store_explicit(
        &stand_in->has_request_id,
        atomic_load_explicit(&pending->has_request_id, memory_order_relaxed),
        memory_order_relaxed);
    memcpy(stand_in->request_id, pending->request_id,
           sizeof(stand_in->request_id));
    atomic_store_explicit(
        &stand_in->begun_ns,
        atomic_load_explicit(&pending->begun_ns, memory_order_relaxed),
        memory_order_relaxed);
    stand_in->status = CT_PENDING_DEFERRED;
    stand_in->is_due = pending->is_due;
    pending->is_due = false;
    ct_queue_push(&pending->link, &stand_in->link);
    ct_queue_remove(&pending->link);
    return stand_in;
}


void
ct_pending_tell(const ct_pending_t *pending, ct_board_counter_t reason,
                const char *c_what)
{
    const uint64_t now_ms = ct_loop_now_ms(pending->state->worker->loop);
    char           shown[REASON_SHOWN];
    uint64_t       unsaid;

    if (!ct_complaint_is_due(&pending->state->refusals[reason], now_ms,
                             &unsaid)) {
        return;
    }
    CT_LOG(&pending->log, CT_LOG_WARN, 0,
           "%s: %s (%" PRIu64 " more since the last such line)", c_what,
           ct_str_printable(pending->fail_text, shown, sizeof(shown)), unsaid);
}


static void
pending_release(ct_pending_t *pending)
{
    ct_buf_release(&pending->reply);
    ct_pool_destroy(pending->call.pool);
    ct_mem_release(pending);
}


CT_HOT void
ct_pending_destroy(ct_pending_t *pending)
{
    ct_thrift_state_t *state = pending->state;

    if (pending->is_due) {
        ct_account_close(pending, CT_OUTCOME_CANCELLED);
    }
    if (pending->holds_worker) {
        ct_acceptor_let_go(pending->acceptor);
    }
    ct_queue_remove(&pending->link);
    if (!ct_queue_is_empty(&pending->all_link)) {
        ct_queue_remove(&pending->all_link);
        ct_account_leave(pending);
        ct_board_call_end(state->worker->slot, pending->board_place);
        ct_block_drop(pending->block);
        ct_in_flight_leave(pending);
    }
    if (CT_UNLIKELY(ct_timer_is_on(&pending->timer))) {
        ct_timer_stop(state->worker->loop, &pending->timer);
    }
    if (CT_UNLIKELY(ct_timer_is_on(&pending->deadline))) {
        ct_deadline_stop(pending);
    }
    if (state->nfree_calls >= FREE_CALLS) {
        pending_release(pending);
        return;
    }
    if (pending->reply.start != NULL) {
        ct_buf_release(&pending->reply);
    }
    ct_pool_reset(pending->call.pool);
    ct_queue_push(&state->free_calls, &pending->link);
    state->nfree_calls++;
}


void
ct_pending_release_all(ct_thrift_state_t *state)
{
    ct_queue_t *link;

    while ((link = ct_queue_pop(&state->deferred)) != NULL) {
        ct_pending_t *pending = CT_QUEUE_ENTRY(link, ct_pending_t, all_link);

        if (pending->is_due) {
            ct_account_close(pending, CT_OUTCOME_CANCELLED);
        }
        ct_queue_remove(&pending->link);
        ct_timer_stop(state->worker->loop, &pending->timer);
        ct_deadline_stop(pending);
        ct_block_drop(pending->block);
        pending_release(pending);
    }
    while ((link = ct_queue_pop(&state->free_calls)) != NULL) {
        pending_release(CT_QUEUE_ENTRY(link, ct_pending_t, link));
    }
}
