/*
 * ct_execute.c -- where a handler runs.
 *
 * `execute` of the method's block says it.  Inline is in the loop: a handler
 * that computes and returns costs nothing beyond itself.  The scoreboard names
 * its method meanwhile, so that a worker that is stuck in it can be told from
 * one that is not.
 */

#include "core/ct_config.h"

#include "thrift/ct_execute.h"

#include "core/ct_board_call.h"
#include "core/ct_clock.h"
#include "core/ct_module.h"
#include "event/ct_accept.h"
#include "event/ct_conn.h"
#include "thrift/ct_call.h"
#include "thrift/ct_deadline.h"
#include "thrift/ct_dispatch.h"
#include "thrift/ct_pending.h"
#include "thrift/ct_real_ip.h"
#include "thrift/ct_server.h"
#include "thrift/ct_session.h"
#include "thrift/ct_thrift_module.h"


ct_pending_t *
ct_execute_enter(ct_pending_t *pending)
{
    ct_thrift_state_t *state = pending->state;
    ct_pending_t      *before = state->running;

    state->running = pending;
    ct_board_call_enter(state->worker->slot, pending->handler->row,
                        pending->started_ns);
    return before;
}


CT_HOT void
ct_execute_leave(ct_thrift_state_t *state, ct_pending_t *before)
{
    state->running = before;
    if (before != NULL) {
        ct_board_call_enter(state->worker->slot, before->handler->row,
                            before->started_ns);
    } else {
        ct_board_call_leave(state->worker->slot);
    }
}


CT_HOT ct_rc_t
ct_execute_inline(ct_pending_t *pending)
{
    const ct_handler_t *handler = pending->handler;
    ct_thrift_state_t  *state = pending->state;
    ct_pending_t       *before = ct_execute_enter(pending);
    ct_rc_t             rc;

    rc = handler->method->invoke(&pending->call, handler->offer->ops,
                                 pending->call.args, pending->call.result);
    ct_execute_leave(state, before);

    if (pending->status == CT_PENDING_EARLY) {
        return pending->early_rc;
    }
    return rc == CT_OK || rc == CT_AGAIN ? rc : CT_ERROR;
}


void
ct_execute_depart(ct_pending_t *pending)
{
    ct_real_ip_note(pending);
    pending->timer_fn = NULL; /* a hook's is over */
    ct_deadline_set(pending);
    pending->acceptor = pending->session->conn->acceptor;
    pending->is_elsewhere = true;
    ct_acceptor_hold(pending->acceptor);
}


void
ct_execute_forget(ct_pending_t *pending)
{
    pending->is_elsewhere = false;
    ct_acceptor_let_go(pending->acceptor);
}


void
ct_execute_return(ct_pending_t *pending, ct_rc_t rc)
{
    ct_execute_forget(pending);
    if (pending->is_shed) {
        ct_board_count(pending->state->worker->slot, pending->shed_counter, 1);
        ct_pending_tell(pending, pending->shed_counter, "call refused");
    }
    if (pending->is_early) {
        ct_dispatch_finish(pending, pending->early_rc);
        return;
    }
    if (rc != CT_AGAIN) {
        ct_dispatch_finish(pending, rc);
        return;
    }
    if (pending->timer_fn != NULL) {
        ct_call_after(&pending->call, pending->delay_ms, pending->timer_fn);
    }
}


ct_rc_t
ct_execute_withdraw(ct_pending_t *pending)
{
    if (!pending->is_elsewhere
        || pending->handler->thrift->execute.mode != CT_EXECUTE_THREADS
        || ct_offload_cancel(&pending->job) != CT_OK) {
        return CT_DECLINED;
    }
    ct_execute_forget(pending);
    return CT_OK;
}


/* A thread notes for itself when it begins. */
static void
begin_note(ct_pending_t *pending)
{
    if (pending->state->times_handlers) {
        atomic_store_explicit(&pending->begun_ns, ct_clock_ns(),
                              memory_order_relaxed);
    }
}


CT_HOT ct_rc_t
ct_execute(ct_pending_t *pending)
{
    begin_note(pending);
    switch (pending->handler->thrift->execute.mode) {
    case CT_EXECUTE_INLINE:
        break;
    case CT_EXECUTE_THREADS:
        return ct_execute_thread(pending);
    case CT_EXECUTE_FIBER:
        return ct_execute_fiber(pending);
    }
    return ct_execute_inline(pending);
}
