/*
 * ct_execute_thread.c -- a handler on a thread of a pool.
 *
 * The call goes to the thread and comes back; in between the loop keeps the
 * call in the order of its connection and looks at nothing of it that the
 * handler may touch: pool, args, result, the words of a failure.  What the
 * handler may ask about the connection, which can end meanwhile, is noted
 * beforehand (the peer) or asked of the loop (ct_variable_get).
 *
 * A call whose time is over before a thread gets to it is not worth one.  The
 * loop takes such calls out of the queue (ct_deadline.c), but may be behind.
 *
 *   thread                     | loop
 *   ---------------------------+-----------------------------------------
 *   run: its time is over      | done: refuses it
 *   run: the handler           | may cancel the call: `cancelled` tells
 *   ct_call_finish, then maybe | notes it: is_early
 *   `run` returns              | done: answers, frees a cancelled one, or,
 *                              | with CT_AGAIN, waits for ct_call_finish
 */

#include "core/ct_config.h"

#include "thrift/ct_execute.h"

#include "core/ct_board_call.h"
#include "core/ct_clock.h"
#include "event/ct_offload.h"
#include "event/ct_offload_module.h"
#include "thrift/ct_call.h"
#include "thrift/ct_deadline.h"
#include "thrift/ct_pending.h"
#include "thrift/ct_server.h"
#include "thrift/ct_thrift_module.h"


static void
run_in_thread(ct_job_t *job)
{
    ct_pending_t       *pending = CT_CONTAINER_OF(job, ct_pending_t, job);
    const ct_handler_t *handler = pending->handler;
    const uint64_t      now_ns = ct_clock_ns();

    if (ct_deadline_is_over(pending, now_ns)) {
        return;
    }
    atomic_store_explicit(&pending->begun_ns, now_ns, memory_order_relaxed);
    pending->elsewhere_rc =
        handler->method->invoke(&pending->call, handler->offer->ops,
                                pending->call.args, pending->call.result);
}


static void
end_in_loop(ct_job_t *job)
{
    ct_pending_t *pending = CT_CONTAINER_OF(job, ct_pending_t, job);

    if (atomic_load_explicit(&pending->begun_ns, memory_order_relaxed) == 0) {
        ct_execute_forget(pending);
        ct_deadline_shed(pending);
        return;
    }
    ct_execute_return(pending, pending->elsewhere_rc);
}


ct_rc_t
ct_execute_thread(ct_pending_t *pending)
{
    const ct_thread_pool_t *pool = pending->handler->thrift->execute.pool;

    ct_job_init(&pending->job, run_in_thread, end_in_loop);
    pending->waits = true;
    atomic_store_explicit(&pending->begun_ns, 0, memory_order_relaxed);
    pending->job.patience_ms = pending->handler->thrift->queue_timeout_ms;
    ct_execute_depart(pending);
    /* Before it can begin: a crash in its first moment names it, too. */
    pending->board_place =
        ct_board_call_begin(pending->state->worker->slot, pending->handler->row,
                            pending->started_ns);
    if (ct_offload_submit(pending->state->pools[pool->index], &pending->job)
        == CT_OK) {
        return CT_AGAIN;
    }
    ct_board_call_end(pending->state->worker->slot, pending->board_place);
    ct_execute_forget(pending);
    return ct_call_refuse(&pending->call, CT_COUNT_SHED_QUEUE_FULL,
                          "thread pool '%.*s' has no room",
                          CT_STR_ARG(pool->name));
}
