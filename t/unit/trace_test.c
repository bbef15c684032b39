/*
 * trace_test.c -- a call's trace: whose headers it is taken from.
 */

#include "core/ct_config.h"

#include "thrift/ct_trace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "core/ct_log.h"
#include "core/ct_module.h"
#include "core/ct_pool.h"
#include "event/ct_loop.h"
#include "thrift/ct_pending.h"
#include "thrift/ct_thrift_module.h"

#define TRACE  "0af7651916cd43dd8448eb211c80319c"
#define SPAN   "b7ad6b7169203331"
#define OTHER  "00f067aa0ba902b7"
#define PARENT "00-" TRACE "-" SPAN "-01"

/* A call with up to three headers. */
typedef struct case_s {
    ct_log_t          log;
    ct_worker_t       worker;
    ct_thrift_state_t state;
    ct_header_t       headers[3];
    ct_pending_t      pending;
} case_t;


static void
case_init(case_t *c)
{
    memset(c, 0, sizeof(*c));
    ct_log_init(&c->log);
    c->worker.loop = ct_loop_create(NULL, 1, &c->log);
    assert_non_null(c->worker.loop);
    assert_int_equal(ct_id_source_init(&c->state.ids), CT_OK);
    c->pending.state = &c->state;
    c->pending.call.worker = &c->worker;
    c->pending.call.pool = ct_pool_create(1024);
    c->pending.envelope.headers = c->headers;
}


static void
case_release(case_t *c)
{
    ct_pool_destroy(c->pending.call.pool);
    ct_loop_destroy(c->worker.loop);
}


static void
header_add(case_t *c, const char *c_name, const char *c_value)
{
    c->headers[c->pending.envelope.nheaders++] =
        (ct_header_t){ ct_str_of(c_name), ct_str_of(c_value) };
}


static ct_trace_t
trace_of(case_t *c)
{
    ct_trace_t trace;

    ct_call_trace(&c->pending.call, &trace);
    assert_int_equal(trace.trace_id.len, CT_TRACE_ID_LEN);
    assert_int_equal(trace.span_id.len, CT_SPAN_ID_LEN);
    return trace;
}


static void
begins_one_where_there_is_none(void **state CT_UNUSED)
{
    case_t     c;
    ct_trace_t trace;
    ct_trace_t again;

    case_init(&c);
    trace = trace_of(&c);
    assert_int_equal(trace.parent_id.len, 0);
    assert_int_equal(trace.state.len, 0);
    assert_false(trace.sampled);
    again = trace_of(&c);
    assert_true(ct_str_eq(again.trace_id, trace.trace_id));
    assert_true(ct_str_eq(again.span_id, trace.span_id));
    case_release(&c);
}


static void
takes_a_callers(void **state CT_UNUSED)
{
    case_t     c;
    ct_trace_t trace;

    case_init(&c);
    header_add(&c, "TraceParent", PARENT);
    header_add(&c, "TRACESTATE", "a=1");
    header_add(&c, "tracestate", "b=2");
    trace = trace_of(&c);
    assert_true(ct_str_eq_c(trace.trace_id, TRACE));
    assert_true(ct_str_eq_c(trace.parent_id, SPAN));
    assert_true(ct_str_eq_c(trace.state, "a=1,b=2"));
    assert_true(trace.sampled);
    case_release(&c);
}


/* The last `nsticky` headers are the connection's. */
static void
prefers_a_calls_own(void **state CT_UNUSED)
{
    case_t c;

    case_init(&c);
    header_add(&c, "traceparent", "00-" TRACE "-" OTHER "-01");
    header_add(&c, "traceparent", PARENT);
    c.pending.envelope.nsticky = 1;
    assert_true(ct_str_eq_c(trace_of(&c).parent_id, OTHER));
    case_release(&c);

    case_init(&c);
    header_add(&c, "traceparent", PARENT);
    c.pending.envelope.nsticky = 1;
    assert_true(ct_str_eq_c(trace_of(&c).parent_id, SPAN));
    case_release(&c);
}


static void
refuses_what_contradicts_itself(void **state CT_UNUSED)
{
    case_t c;

    case_init(&c);
    header_add(&c, "traceparent", PARENT);
    header_add(&c, "traceparent", PARENT);
    assert_int_equal(trace_of(&c).parent_id.len, 0);
    case_release(&c);
}


static void
hands_out_the_requests_id(void **state CT_UNUSED)
{
    case_t c;

    case_init(&c);
    assert_int_equal(ct_call_request_id(&c.pending.call).len,
                     CT_REQUEST_ID_MADE);
    header_add(&c, "x-request-id", "mine");
    assert_true(ct_str_eq_c(ct_call_request_id(&c.pending.call), "mine"));
    case_release(&c);
}


int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(begins_one_where_there_is_none),
        cmocka_unit_test(takes_a_callers),
        cmocka_unit_test(prefers_a_calls_own),
        cmocka_unit_test(refuses_what_contradicts_itself),
        cmocka_unit_test(hands_out_the_requests_id),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
