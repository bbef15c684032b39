/*
 * ct_pending.c -- calls are made, reused and ended here.
 *
 * A free list per worker keeps a few of them with their pools warm.  More
 * than that only exist while many deferred calls are under way; those are
 * given back to the system when they end.
 */

#include "core/ct_config.h"

#include "thrift/ct_pending.h"

#include <stdio.h>

#include "core/ct_board.h"
#include "core/ct_clock.h"
#include "core/ct_mem.h"
#include "core/ct_module.h"
#include "core/ct_pool.h"
#include "event/ct_addr.h"
#include "thrift/ct_real_ip.h"
#include "thrift/ct_server.h"
#include "thrift/ct_session.h"
#include "thrift/ct_thrift_module.h"

/* Kept for reuse in each worker. */
#define FREE_CALLS 64

/* Arguments and result of an ordinary call fit into the pool's first step. */
#define CALL_POOL_SIZE 4096


/* "client: 127.0.0.1:4711, method: Greeter.greet" */
static size_t
call_context(const void *data, char *out, size_t size)
{
    const ct_pending_t *pending = data;
    const ct_handler_t *handler = pending->handler;
    char                peer[CT_ADDR_TEXT_SIZE] = "gone";
    ct_peer_t           client;
    int                 n;

    if (ct_real_ip_find(pending, &client) == CT_OK) {
        ct_peer_text(&client, peer, sizeof(peer));
    }
    n = snprintf(out, size, "client: %s, method: %s.%s", peer,
                 handler ? handler->offer->service->name : "",
                 handler ? handler->method->name : "");
    return n < 0 ? 0 : (size_t) n < size ? (size_t) n : size - 1;
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


ct_pending_t *
ct_pending_create(ct_session_t *session)
{
    ct_thrift_state_t *state = session->state;
    ct_queue_t        *link = ct_queue_pop(&state->free_calls);
    ct_pending_t      *pending;

    if (link != NULL) {
        pending = CT_QUEUE_ENTRY(link, ct_pending_t, link);
        state->nfree_calls--;
    } else {
        pending = pending_new(state);
    }
    pending->session = session;
    pending->handler = NULL;
    pending->block = NULL;
    pending->status = CT_PENDING_RUNNING;
    pending->failed = false;
    pending->answer = CT_ANSWER_CALL;
    pending->answered = false;
    pending->request_len = 0;
    pending->reply_len = 0;
    pending->envelope = (ct_envelope_t){ .dialect = session->dialect };
    pending->envelope.dialect.deflated = session->deflated != NULL;
    pending->call.method = NULL;
    pending->call.data = NULL;
    pending->call.result = NULL;
    pending->started_ns = ct_clock_ns();
    return pending;
}


static void
pending_release(ct_pending_t *pending)
{
    ct_buf_release(&pending->reply);
    ct_pool_destroy(pending->call.pool);
    ct_mem_release(pending);
}


void
ct_pending_destroy(ct_pending_t *pending)
{
    ct_thrift_state_t *state = pending->state;

    ct_queue_remove(&pending->link);
    if (!ct_queue_is_empty(&pending->all_link)) {
        ct_queue_remove(&pending->all_link);
        ct_board_gauge(state->worker->slot, CT_GAUGE_IN_FLIGHT, -1);
        ct_block_drop(pending->block);
    }
    ct_timer_stop(state->worker->loop, &pending->timer);
    if (state->nfree_calls >= FREE_CALLS) {
        pending_release(pending);
        return;
    }
    ct_buf_release(&pending->reply);
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

        ct_queue_remove(&pending->link);
        ct_timer_stop(state->worker->loop, &pending->timer);
        ct_block_drop(pending->block);
        pending_release(pending);
    }
    while ((link = ct_queue_pop(&state->free_calls)) != NULL) {
        pending_release(CT_QUEUE_ENTRY(link, ct_pending_t, link));
    }
}
