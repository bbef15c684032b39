/*
 * ct_call.c -- what a handler may do with its call.
 */

#include "core/ct_config.h"

#include "thrift/ct_call.h"

#include <strings.h>

#include "core/ct_board.h"
#include "core/ct_clock.h"
#include "core/ct_cycle.h"
#include "core/ct_module.h"
#include "event/ct_addr.h"
#include "event/ct_loop.h"
#include "thrift/ct_deadline.h"
#include "thrift/ct_dispatch.h"
#include "thrift/ct_pending.h"
#include "thrift/ct_real_ip.h"
#include "thrift/ct_server.h"
#include "thrift/ct_session.h"

/* A reason is a sentence, not a document. */
#define FAIL_TEXT_SIZE 512


static ct_rc_t call_fail(ct_call_t *call, ct_app_error_t type, const char *fmt,
                         va_list args) CT_PRINTF(3, 0);


/* Of a call that is failed with such an error, whoever does that. */
static ct_outcome_t
outcome_of(ct_app_error_t type)
{
    switch (type) {
    case CT_APP_UNKNOWN_METHOD:
        return CT_OUTCOME_UNKNOWN_METHOD;
    case CT_APP_INVALID_MESSAGE_TYPE:
    case CT_APP_WRONG_METHOD_NAME:
    case CT_APP_BAD_SEQUENCE_ID:
    case CT_APP_PROTOCOL_ERROR:
    case CT_APP_INVALID_TRANSFORM:
    case CT_APP_INVALID_PROTOCOL:
    case CT_APP_UNSUPPORTED_CLIENT_TYPE:
        return CT_OUTCOME_PROTOCOL_ERROR;
    case CT_APP_MISSING_RESULT:
        return CT_OUTCOME_MISSING_RESULT;
    case CT_APP_LOADSHEDDING:
        return CT_OUTCOME_SHED;
    case CT_APP_TIMEOUT:
        return CT_OUTCOME_TIMEOUT;
    case CT_APP_UNKNOWN:
    case CT_APP_INTERNAL_ERROR:
        break;
    }
    return CT_OUTCOME_INTERNAL_ERROR;
}


static ct_rc_t
call_fail(ct_call_t *call, ct_app_error_t type, const char *fmt, va_list args)
{
    ct_pending_t *pending = ct_pending_of(call);
    ct_str_t      text = ct_str_vprintf(call->pool, fmt, args);

    if (text.len > FAIL_TEXT_SIZE) {
        text.len = FAIL_TEXT_SIZE;
        /* Before a character of UTF-8, not in it: some dialects insist. */
        while (text.len > 0 && ((uint8_t) text.data[text.len] & 0xc0) == 0x80) {
            text.len--;
        }
    }
    pending->failed = true;
    pending->outcome = outcome_of(type);
    pending->fail_type = type;
    pending->fail_text = text;
    return CT_ERROR;
}


ct_rc_t
ct_call_fail(ct_call_t *call, const char *fmt, ...)
{
    va_list args;
    ct_rc_t rc;

    va_start(args, fmt);
    rc = call_fail(call, CT_APP_INTERNAL_ERROR, fmt, args);
    va_end(args);
    return rc;
}


ct_rc_t
ct_call_fail_as(ct_call_t *call, ct_app_error_t type, const char *fmt, ...)
{
    va_list args;
    ct_rc_t rc;

    va_start(args, fmt);
    rc = call_fail(call, type, fmt, args);
    va_end(args);
    return rc;
}


void
ct_call_blame(ct_call_t *call, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    ct_pending_of(call)->blame = ct_str_vprintf(call->pool, fmt, args);
    va_end(args);
}


ct_rc_t
ct_call_deny(ct_call_t *call, const char *fmt, ...)
{
    va_list args;
    ct_rc_t rc;

    va_start(args, fmt);
    rc = call_fail(call, CT_APP_UNKNOWN, fmt, args);
    va_end(args);
    ct_pending_of(call)->outcome = CT_OUTCOME_DENIED;
    return rc;
}


ct_outcome_t
ct_call_outcome(const ct_call_t *call)
{
    const ct_pending_t *pending = (const void *) call;

    return pending->is_counted ? pending->counted_as : pending->outcome;
}


const void *
ct_call_conf_at(const ct_call_t *call, size_t index)
{
    const ct_pending_t *pending = (const void *) call;

    if (index == SIZE_MAX) {
        return NULL;
    }
    if (pending->handler != NULL) {
        return pending->handler->confs[index];
    }
    return pending->session != NULL ? pending->session->server->confs[index]
                                    : NULL;
}


const void *
ct_call_conf_of(const ct_call_t *call, const ct_module_t *module)
{
    return ct_call_conf_at(call,
                           ct_cycle_module_index(call->worker->cycle, module));
}


ct_rc_t
ct_call_refuse(ct_call_t *call, ct_board_counter_t counter, const char *fmt,
               ...)
{
    ct_pending_t *pending = ct_pending_of(call);
    va_list       args;
    ct_rc_t       rc;

    if (ct_loop_is_mine(call->worker->loop)) {
        ct_board_count(call->worker->slot, counter, 1);
    } else {
        pending->is_shed = true; /* a slot has one writer */
        pending->shed_counter = counter;
    }
    va_start(args, fmt);
    rc = call_fail(call, CT_APP_LOADSHEDDING, fmt, args);
    va_end(args);
    if (!pending->is_shed) {
        ct_pending_tell(pending, counter, "call refused");
    }
    return rc;
}


static void
finish_in_loop(ct_task_t *task)
{
    ct_pending_t *pending = CT_CONTAINER_OF(task, ct_pending_t, finish);

    ct_dispatch_finish(pending, pending->finish_rc);
}


/*
 * What becomes of a call is decided in the loop alone: one that is cancelled
 * there at the same time is still here for this to end.
 */
void
ct_call_finish(ct_call_t *call, ct_rc_t rc)
{
    ct_pending_t *pending = ct_pending_of(call);

    if (ct_loop_is_mine(call->worker->loop)) {
        ct_dispatch_finish(pending, rc);
        return;
    }
    ct_queue_init(&pending->finish.link);
    pending->finish.fn = finish_in_loop;
    pending->finish_rc = rc;
    ct_loop_send(call->worker->loop, &pending->finish);
}


void
ct_call_continue(ct_call_t *call, ct_rc_t rc)
{
    ct_dispatch_continue(ct_pending_of(call), rc);
}


static void
call_timer_passed(ct_timer_t *timer)
{
    ct_pending_t *pending = timer->data;

    pending->timer_fn(&pending->call);
}


void
ct_call_after(ct_call_t *call, uint64_t delay_ms, ct_call_fn fn)
{
    ct_pending_t *pending = ct_pending_of(call);

    pending->timer_fn = fn;
    if (!ct_loop_is_mine(call->worker->loop)) {
        pending->delay_ms = delay_ms; /* begins when the handler returns */
        return;
    }
    pending->timer.fn = call_timer_passed;
    pending->timer.data = pending;
    ct_timer_start(call->worker->loop, &pending->timer, delay_ms);
}


bool
ct_call_is_leaving(const ct_call_t *call)
{
    const ct_board_slot_t *slot = call->worker->slot;

    return atomic_load_explicit(&slot->state, memory_order_relaxed)
           == CT_SLOT_LEAVING;
}


bool
ct_call_cancelled(const ct_call_t *call)
{
    const ct_pending_t *pending = (const void *) call;

    _Static_assert(offsetof(ct_pending_t, call) == 0, "the call comes first");
    return atomic_load_explicit(&pending->cancelled, memory_order_acquire);
}


uint64_t
ct_call_time_left_ms(const ct_call_t *call)
{
    const uint64_t now_ms = ct_clock_ms();
    bool           of_client;
    const uint64_t end_ms = ct_deadline_of((const void *) call, &of_client);

    if (end_ms == 0) {
        return UINT64_MAX;
    }
    return end_ms > now_ms ? end_ms - now_ms : 0;
}


ct_str_t
ct_call_header(const ct_call_t *call, ct_str_t name)
{
    const ct_pending_t  *pending = (const void *) call;
    const ct_envelope_t *envelope = &pending->envelope;

    for (size_t i = 0; i < envelope->nheaders; i++) {
        const ct_header_t *header = &envelope->headers[i];

        if (header->name.len == name.len
            && strncasecmp(header->name.data, name.data, name.len) == 0) {
            return header->value;
        }
    }
    return (ct_str_t){ 0, NULL };
}


ct_str_t
ct_call_peer(ct_call_t *call)
{
    char      text[CT_ADDR_TEXT_SIZE];
    ct_peer_t peer;

    if (ct_real_ip_find(ct_pending_of(call), &peer) != CT_OK) {
        return CT_STR("");
    }
    return ct_str_dup(call->pool,
                      ct_str_of(ct_peer_text(&peer, text, sizeof(text))));
}
