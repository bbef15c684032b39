/*
 * ct_trace.c -- a call's place in a distributed trace.
 *
 * What is made stands in the call itself, like a request's id, and is made in
 * the loop, whose ids they are.
 */

#include "core/ct_config.h"

#include "thrift/ct_trace.h"

#include <strings.h>

#include "core/ct_module.h"
#include "core/ct_pool.h"
#include "event/ct_loop.h"
#include "thrift/ct_call.h"
#include "thrift/ct_client.h"
#include "thrift/ct_id_source.h"
#include "thrift/ct_pending.h"
#include "thrift/ct_request_id.h"
#include "thrift/ct_thrift_module.h"
#include "thrift/ct_trace_note.h"

/* That follow a call: an id, traceparent, tracestate, b3. */
#define FOLLOW_HEADERS 4

#define HEX_ID "%.*s"

/* The two arguments of HEX_ID. */
#define HEX_ARG(id) (int) sizeof(id), (id)

/* What is asked of the loop. */
typedef struct question_s {
    ct_call_t             *call;
    const ct_trace_note_t *note;
    ct_str_t               request_id;
} question_t;


/* ---- Taking it from headers. */

static bool
has_name(const ct_header_t *header, ct_str_t name)
{
    return header->name.len == name.len
           && strncasecmp(header->name.data, name.data, name.len) == 0;
}


/*
 * The header that came with the call, or else one for the whole connection.
 * Two of a call contradict each other, and W3C wants neither.
 */
static ct_str_t
header_once(const ct_pending_t *pending, ct_str_t name)
{
    const ct_envelope_t *envelope = &pending->envelope;
    const size_t         nown = envelope->nheaders - envelope->nsticky;
    ct_str_t             found = CT_STR_NONE;

    for (size_t i = 0; i < envelope->nheaders; i++) {
        const ct_header_t *header = &envelope->headers[i];

        if (!has_name(header, name) || (i >= nown && found.data != NULL)) {
            continue;
        }
        if (found.data != NULL) {
            return CT_STR_NONE;
        }
        found = header->value;
    }
    return found;
}


static ct_trace_kind_t
caller_read(const ct_pending_t *pending, ct_trace_header_t *caller)
{
    ct_trace_b3_t b3;

    if (pending->envelope.nheaders == 0) {
        return CT_TRACE_OWN;
    }
    if (ct_trace_header_w3c(header_once(pending, CT_STR("traceparent")), caller)
        == CT_OK) {
        return CT_TRACE_W3C;
    }
    if (ct_trace_header_b3(header_once(pending, CT_STR("b3")), caller)
        == CT_OK) {
        return CT_TRACE_B3;
    }
    b3 = (ct_trace_b3_t){
        .trace_id = header_once(pending, CT_STR("X-B3-TraceId")),
        .span_id = header_once(pending, CT_STR("X-B3-SpanId")),
        .sampled = header_once(pending, CT_STR("X-B3-Sampled")),
        .flags = header_once(pending, CT_STR("X-B3-Flags")),
    };
    return ct_trace_header_b3_multi(&b3, caller) == CT_OK ? CT_TRACE_B3
                                                          : CT_TRACE_OWN;
}


const ct_trace_note_t *
ct_trace_note_of(ct_pending_t *pending)
{
    ct_id_source_t  *ids = &pending->state->ids;
    ct_trace_note_t *note = &pending->trace;

    if (note->is_known) {
        return note;
    }
    note->caller = (ct_trace_header_t){ .has_ids = false };
    note->kind = caller_read(pending, &note->caller);
    if (!note->caller.has_ids) {
        ct_id_u64_to_hex(ct_id_source_next(ids), note->caller.trace_id);
        ct_id_u64_to_hex(ct_id_source_next(ids),
                         note->caller.trace_id + CT_TRACE_ID_LEN / 2);
    }
    ct_id_u64_to_hex(ct_id_source_next(ids), note->span_id);
    note->is_known = true;
    return note;
}


/* A tracestate may come in pieces.  It means nothing without its parent. */
static ct_str_t
state_of(const ct_pending_t *pending, ct_pool_t *pool)
{
    const ct_envelope_t *envelope = &pending->envelope;
    ct_str_t             state = CT_STR("");

    if (pending->trace.kind != CT_TRACE_W3C) {
        return state;
    }
    for (size_t i = 0; i < envelope->nheaders; i++) {
        const ct_header_t *header = &envelope->headers[i];

        if (!has_name(header, CT_STR("tracestate"))
            || header->value.len > CT_TRACE_STATE_MAX) {
            continue;
        }
        state = state.len == 0
                    ? header->value
                    : ct_str_printf(pool, "%.*s,%.*s", CT_STR_ARG(state),
                                    CT_STR_ARG(header->value));
        if (state.len > CT_TRACE_STATE_MAX) {
            return CT_STR("");
        }
    }
    return ct_trace_header_is_state(state) ? state : CT_STR("");
}


/* ---- Telling handlers. */

static void
answer(void *data)
{
    question_t   *question = data;
    ct_pending_t *pending = ct_pending_of(question->call);

    question->note = ct_trace_note_of(pending);
    question->request_id = ct_request_id_of(pending);
}


static question_t
ask(ct_call_t *call)
{
    question_t question = { .call = call };

    ct_loop_ask(call->worker->loop, answer, &question);
    return question;
}


void
ct_call_trace(ct_call_t *call, ct_trace_t *trace)
{
    const ct_trace_note_t   *note = ask(call).note;
    const ct_trace_header_t *caller = &note->caller;

    trace->trace_id = (ct_str_t){ CT_TRACE_ID_LEN, caller->trace_id };
    trace->parent_id =
        (ct_str_t){ caller->has_ids ? CT_SPAN_ID_LEN : 0, caller->span_id };
    trace->span_id = (ct_str_t){ CT_SPAN_ID_LEN, note->span_id };
    trace->state = state_of(ct_pending_of(call), call->pool);
    trace->sampled = caller->sampled == CT_SAMPLED_YES
                     || caller->sampled == CT_SAMPLED_DEBUG;
}


ct_str_t
ct_call_request_id(ct_call_t *call)
{
    return ask(call).request_id;
}


/* ---- Handing it on. */

/* "TRACE-SPAN-SAMPLED-PARENT", with what of it is known. */
static ct_str_t
b3_text(const ct_trace_note_t *note, ct_pool_t *pool)
{
    static const char *const sampled[] = { "", "-0", "-1", "-d" };
    const ct_trace_header_t *caller = &note->caller;
    const bool               has_parent =
        caller->has_ids && caller->sampled != CT_SAMPLED_UNKNOWN;

    return ct_str_printf(pool, HEX_ID "-" HEX_ID "%s%s%.*s",
                         HEX_ARG(caller->trace_id), HEX_ARG(note->span_id),
                         sampled[caller->sampled], has_parent ? "-" : "",
                         has_parent ? CT_SPAN_ID_LEN : 0, caller->span_id);
}


void
ct_client_follow(ct_client_t *client, ct_call_t *call)
{
    ct_header_t headers[FOLLOW_HEADERS];
    question_t  known;
    ct_trace_t  trace;
    size_t      n = 0;

    if (call == NULL) {
        ct_client_set_headers(client, NULL, 0);
        return;
    }
    known = ask(call);
    ct_call_trace(call, &trace);
    headers[n++] = (ct_header_t){ CT_STR("X-Request-Id"), known.request_id };
    headers[n++] = (ct_header_t){ CT_STR("traceparent"),
                                  ct_str_printf(call->pool, "00-%.*s-%.*s-0%c",
                                                CT_STR_ARG(trace.trace_id),
                                                CT_STR_ARG(trace.span_id),
                                                trace.sampled ? '1' : '0') };
    if (trace.state.len > 0) {
        headers[n++] = (ct_header_t){ CT_STR("tracestate"), trace.state };
    }
    if (known.note->kind == CT_TRACE_B3) {
        headers[n++] =
            (ct_header_t){ CT_STR("b3"), b3_text(known.note, call->pool) };
    }
    ct_client_set_headers(client, headers, n);
}
