/*
 * ct_call.c -- what a handler may do with its call.
 */

#include "core/ct_config.h"

#include "thrift/ct_call.h"

#include <strings.h>

#include "core/ct_module.h"
#include "event/ct_addr.h"
#include "thrift/ct_dispatch.h"
#include "thrift/ct_pending.h"
#include "thrift/ct_real_ip.h"
#include "thrift/ct_session.h"

/* A reason is a sentence, not a document. */
#define FAIL_TEXT_SIZE 512


static ct_rc_t call_fail(ct_call_t *call, ct_app_error_t type, const char *fmt,
                         va_list args) CT_PRINTF(3, 0);


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
ct_call_finish(ct_call_t *call, ct_rc_t rc)
{
    ct_dispatch_finish(ct_pending_of(call), rc);
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

    pending->timer.fn = call_timer_passed;
    pending->timer.data = pending;
    pending->timer_fn = fn;
    ct_timer_start(call->worker->loop, &pending->timer, delay_ms);
}


bool
ct_call_is_leaving(const ct_call_t *call)
{
    return call->worker->leaving;
}


bool
ct_call_cancelled(const ct_call_t *call)
{
    const ct_pending_t *pending = (const void *) call;

    _Static_assert(offsetof(ct_pending_t, call) == 0, "the call comes first");
    return pending->session == NULL;
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
