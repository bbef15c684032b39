/*
 * ct_execute_fiber.c -- a handler on a fiber.
 *
 * It begins at once, in the turn that brought the message.  One that returns
 * without having waited is answered like one that ran inline.  Otherwise the
 * call is deferred when it waits for the first time, and goes on in the loop's
 * thread, whenever what it waits for has come:
 *
 *   the fiber                   | the loop
 *   ----------------------------+-----------------------------------------
 *   waits for the first time    | defers the call
 *   ct_call_finish, then maybe  | notes it: is_early
 *   waits                       | may cancel the call, and with it the wait
 *   the handler returns         | answers, frees a cancelled call, or, with
 *                               | CT_AGAIN, waits for ct_call_finish
 */

#include "core/ct_config.h"

#include "thrift/ct_execute.h"

#include <inttypes.h>

#include "event/ct_fiber.h"
#include "event/ct_fiber_module.h"
#include "thrift/ct_call.h"
#include "thrift/ct_deadline.h"
#include "thrift/ct_dispatch.h"
#include "thrift/ct_pending.h"
#include "thrift/ct_real_ip.h"
#include "thrift/ct_server.h"
#include "thrift/ct_thrift_module.h"


/* On the fiber's stack. */
static void
run_in_fiber(void *data)
{
    ct_pending_t       *pending = data;
    const ct_handler_t *handler = pending->handler;

    pending->elsewhere_rc =
        handler->method->invoke(&pending->call, handler->offer->ops,
                                pending->call.args, pending->call.result);
}


/* The loop can say whose handler holds it up, whichever fiber that is in. */
static void
fiber_turned(void *data, bool goes_on)
{
    ct_pending_t *pending = data;

    if (goes_on) {
        pending->outer = ct_execute_enter(pending);
    } else {
        ct_execute_leave(pending->state, pending->outer);
    }
}


/* A timer of the call's own may end it later, where the handler said so. */
static void
fiber_ended(void *data)
{
    ct_pending_t *pending = data;

    pending->fiber = NULL;
    pending->is_elsewhere = false;
    if (pending->is_early) {
        ct_dispatch_finish(pending, pending->early_rc);
    } else if (pending->elsewhere_rc != CT_AGAIN) {
        ct_dispatch_finish(pending, pending->elsewhere_rc);
    }
}


static const ct_fiber_job_t fiber_job = {
    .run = run_in_fiber,
    .ended = fiber_ended,
    .turned = fiber_turned,
};


/*
 * The handler has waited for the first time.  What it asks of its client later
 * is noted while there is one.
 */
static ct_rc_t
waits(ct_pending_t *pending)
{
    if (pending->status == CT_PENDING_EARLY) {
        pending->is_early = true;
    }
    ct_real_ip_note(pending);
    ct_deadline_set(pending);
    pending->is_elsewhere = true;
    return CT_AGAIN;
}


static ct_rc_t
returned(const ct_pending_t *pending)
{
    const ct_rc_t rc = pending->elsewhere_rc;

    if (pending->status == CT_PENDING_EARLY) {
        return pending->early_rc;
    }
    return rc == CT_OK || rc == CT_AGAIN ? rc : CT_ERROR;
}


ct_rc_t
ct_execute_fiber(ct_pending_t *pending)
{
    const ct_thrift_state_t *state = pending->state;
    const ct_fiber_conf_t   *conf = pending->handler->confs[state->fiber_index];

    if (ct_fibers_count(state->fibers) >= conf->max_fibers) {
        return ct_call_refuse(&pending->call, CT_COUNT_SHED_FIBERS,
                              "max_fibers of %" PRIu32 " are under way",
                              conf->max_fibers);
    }
    switch (ct_fiber_start(state->fibers, &fiber_job, pending, conf->stack_size,
                           &pending->fiber)) {
    case CT_OK:
        return returned(pending);
    case CT_AGAIN:
        return waits(pending);
    case CT_ERROR:
    case CT_DECLINED:
        break;
    }
    return ct_call_refuse(&pending->call, CT_COUNT_SHED_FIBERS,
                          "there is no memory for a fiber's stack");
}
