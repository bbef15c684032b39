/*
 * ct_deadline.c -- how long a call may take, and what becomes of it when
 * nobody waits any more.
 *
 * Two limits say when a call is to be answered: handler_timeout, and what its
 * client has said with it (deadline_header); queue_timeout says by when it is
 * to have begun.  All count from the moment at which the message was taken up,
 * so that a client knows how long it waits at most.  Only calls that outlive
 * their turn are watched, with one timer each; a handler that runs in the loop
 * cannot be interrupted, and its answer, however late, is worth more than an
 * error.
 *
 *   the call is | event                  | what follows
 *   ------------+------------------------+--------------------------------
 *   queued      | queue_timeout          | never runs: refused
 *   queued      | its deadline           | never runs: refused
 *   queued      | the client goes        | never runs: forgotten
 *   queued      | a thread takes it      | begun
 *   begun       | its deadline           | a stand-in answers: cancelled
 *   begun       | the client goes        | cancelled
 *   begun       | ct_call_finish         | answered
 *   cancelled   | ct_call_finish         | dropped, and counted
 *
 * Overload: what comes beyond what the threads can do has to be refused, and
 * queue_timeout does that; but served in the order of arrival, all that is
 * served has waited for nearly as long as that, and a client that waits no
 * longer has given up on each of them.  So a queue that has stood for longer
 * than its calls are willing to wait is served from its other end, newest
 * first, until it has been empty once (ct_offload.c): most answers come at once
 * then, and those refused are those that had lost already.  A burst that
 * drains in time never gets there, and is served in order.
 *
 * The stand-in: a running handler may be on another thread, and the call's
 * pool is its own until it ends.  So the client is answered by another call
 * that takes the place of the first in the order of its session, knows the
 * same head and envelope, and is written at once: what it borrows from the
 * first one need not last.  The first is cut off and told (ct_call_cancelled).
 *
 * A oneway call has nobody who waits for it.  That its client goes, which
 * scripts do right after they have sent it, is no reason not to run it.
 */

#include "core/ct_config.h"

#include "thrift/ct_deadline.h"

#include <inttypes.h>

#include "core/ct_board.h"
#include "core/ct_module.h"
#include "event/ct_fiber.h"
#include "event/ct_loop.h"
#include "event/ct_offload_module.h"
#include "thrift/ct_account.h"
#include "thrift/ct_dispatch.h"
#include "thrift/ct_execute.h"
#include "thrift/ct_pending.h"
#include "thrift/ct_reply.h"
#include "thrift/ct_server.h"
#include "thrift/ct_session.h"
#include "thrift/ct_thrift_module.h"

/* What a client says beyond that is no limit: a day. */
#define MOST_MS (UINT64_C(24) * 60 * 60 * 1000)

#define NS_PER_MS 1000000


/*
 * The milliseconds that the client has left, as its headers say; the least
 * that any of them says.  0: there is none, or none that makes sense.
 */
static uint64_t
client_ms(const ct_pending_t *pending)
{
    const ct_conf_strs_t *names = &pending->handler->thrift->deadline_headers;
    uint64_t              least = 0;

    if (pending->envelope.nheaders == 0) {
        return 0;
    }
    for (size_t i = 0; i < names->n; i++) {
        const ct_str_t value = ct_call_header(&pending->call, names->items[i]);
        uint64_t       left_ms;

        if (value.len != 0 && ct_str_to_u64(value, &left_ms) == CT_OK
            && left_ms != 0 && left_ms <= MOST_MS
            && (least == 0 || left_ms < least)) {
            least = left_ms;
        }
    }
    return least;
}


static uint64_t
started_ms(const ct_pending_t *pending)
{
    return (pending->started_ns + NS_PER_MS - 1) / NS_PER_MS;
}


uint64_t
ct_deadline_of(const ct_pending_t *pending, bool *of_client)
{
    uint64_t limit_ms;
    uint64_t left_ms;

    *of_client = false;
    if (pending->handler == NULL) {
        return 0;
    }
    limit_ms = pending->handler->thrift->handler_timeout_ms;
    left_ms = client_ms(pending);
    if (left_ms != 0 && (limit_ms == 0 || left_ms < limit_ms)) {
        *of_client = true;
        limit_ms = left_ms;
    }
    if (limit_ms == 0) {
        return 0;
    }
    return started_ms(pending) + limit_ms;
}


/* "handler_timeout of 100 ms is over". */
static ct_rc_t
timeout_note(const ct_pending_t *pending, ct_call_t *call)
{
    bool           of_client;
    const uint64_t end_ms = ct_deadline_of(pending, &of_client);

    return ct_call_fail_as(call, CT_APP_TIMEOUT, "%s of %" PRIu64 " ms is over",
                           of_client ? "the client's deadline"
                                     : "handler_timeout",
                           end_ms - started_ms(pending));
}


/* Of the two limits of one that waits, the one that was over first. */
void
ct_deadline_shed(ct_pending_t *pending)
{
    const ct_thrift_conf_t *conf = pending->handler->thrift;
    const ct_str_t          pool = conf->execute.pool->name;
    bool                    of_client;
    const uint64_t          end_ms = ct_deadline_of(pending, &of_client);

    if (ct_call_cancelled(&pending->call)) {
        ct_pending_destroy(pending);
        return;
    }
    if (pending->queue_end_ms != 0
        && (end_ms == 0 || pending->queue_end_ms <= end_ms)) {
        (void) ct_call_refuse(&pending->call, CT_COUNT_SHED_QUEUE_TIMEOUT,
                              "waited %" PRIu64
                              " ms for a thread of pool '%.*s'",
                              conf->queue_timeout_ms, CT_STR_ARG(pool));
    } else {
        (void) ct_call_refuse(&pending->call, CT_COUNT_SHED_DEADLINE,
                              "%s of %" PRIu64 " ms is over, waiting for a "
                              "thread of pool '%.*s'",
                              of_client ? "the client's deadline"
                                        : "handler_timeout",
                              end_ms - started_ms(pending), CT_STR_ARG(pool));
    }
    ct_dispatch_finish(pending, CT_ERROR);
}


bool
ct_deadline_is_over(const ct_pending_t *pending, uint64_t now_ns)
{
    const uint64_t now_ms = now_ns / NS_PER_MS;

    return (pending->queue_end_ms != 0 && now_ms > pending->queue_end_ms)
           || (pending->end_ms != 0 && now_ms > pending->end_ms);
}


/* Whatever runs for it may look at the flag from another thread. */
static void
cancel(ct_pending_t *pending)
{
    ct_deadline_stop(pending);
    ct_queue_remove(&pending->link);
    pending->status = CT_PENDING_CANCELLED;
    ct_account_part(pending);
    pending->session = NULL;
    atomic_store_explicit(&pending->cancelled, true, memory_order_release);
    if (pending->fiber != NULL) {
        ct_fiber_cancel(pending->fiber);
    }
}


/* What hooks ask about its connection can still be told. */
static void
give_up(ct_pending_t *pending)
{
    atomic_store_explicit(&pending->cancelled, true, memory_order_release);
    ct_reply_ended(pending);
    cancel(pending);
}


/* It runs and is late; without a session there is nobody to tell. */
static void
overdue(ct_pending_t *pending)
{
    ct_pending_t *stand_in;

    ct_board_count(pending->state->worker->slot, CT_COUNT_HANDLER_TIMEOUTS, 1);
    if (pending->session == NULL) {
        ct_account_close(pending, CT_OUTCOME_TIMEOUT);
        give_up(pending);
        return;
    }
    stand_in = ct_pending_stand_in(pending);
    pending->has_ended = true; /* of the two, the one that is answered */
    (void) timeout_note(pending, &stand_in->call);
    ct_pending_tell(stand_in, CT_COUNT_HANDLER_TIMEOUTS, "call timed out");
    cancel(pending);
    ct_dispatch_finish(stand_in, CT_ERROR);
}


static void watch(ct_pending_t *pending, uint64_t until_ms);


/* One that has begun in time has its deadline left. */
static void
limit_passed(ct_timer_t *timer)
{
    ct_pending_t  *pending = timer->data;
    const uint64_t now_ms = ct_loop_now_ms(pending->state->worker->loop);

    if (ct_execute_withdraw(pending) == CT_OK) {
        ct_deadline_shed(pending);
    } else if (pending->end_ms != 0 && now_ms >= pending->end_ms) {
        overdue(pending);
    } else if (pending->end_ms != 0) {
        watch(pending, pending->end_ms);
    }
}


static void
watch(ct_pending_t *pending, uint64_t until_ms)
{
    ct_loop_t     *loop = pending->state->worker->loop;
    const uint64_t now_ms = ct_loop_now_ms(loop);

    pending->deadline.fn = limit_passed;
    pending->deadline.data = pending;
    ct_timer_start(loop, &pending->deadline,
                   until_ms > now_ms ? until_ms - now_ms : 1);
}


void
ct_deadline_set(ct_pending_t *pending)
{
    const uint64_t queue_ms = pending->handler->thrift->queue_timeout_ms;
    bool           of_client;

    pending->end_ms = ct_deadline_of(pending, &of_client);
    pending->queue_end_ms = 0;
    if (queue_ms != 0
        && pending->handler->thrift->execute.mode == CT_EXECUTE_THREADS) {
        pending->queue_end_ms = started_ms(pending) + queue_ms;
    }
}


/* What is elsewhere has its limits noted, and others may look at them. */
void
ct_deadline_start(ct_pending_t *pending)
{
    uint64_t until_ms;

    if (!pending->is_elsewhere) {
        ct_deadline_set(pending);
        pending->queue_end_ms = 0;
    }
    until_ms = pending->end_ms;
    if (pending->queue_end_ms != 0
        && (until_ms == 0 || pending->queue_end_ms < until_ms)) {
        until_ms = pending->queue_end_ms;
    }
    if (until_ms != 0) {
        watch(pending, until_ms);
    }
}


void
ct_deadline_stop(ct_pending_t *pending)
{
    if (ct_timer_is_on(&pending->deadline)) {
        ct_timer_stop(pending->state->worker->loop, &pending->deadline);
    }
}


void
ct_deadline_abandon(ct_pending_t *pending)
{
    if (pending->handler->method->oneway) {
        ct_queue_remove(&pending->link);
        pending->status = CT_PENDING_CANCELLED;
        ct_account_part(pending);
        pending->session = NULL;
        return;
    }
    ct_board_count(pending->state->worker->slot, CT_COUNT_CANCELLED, 1);
    ct_account_close(pending, CT_OUTCOME_CANCELLED);
    give_up(pending);
    if (ct_execute_withdraw(pending) == CT_OK) {
        ct_pending_destroy(pending);
    }
}
