/*
 * variable_test.c -- variables are found by name, and say nothing where there
 * is nothing to say.
 *
 * The connection is a socket pair without a loop.
 */

#include "core/ct_config.h"

#include "thrift/ct_variable.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/ct_clock.h"
#include "core/ct_module.h"
#include "core/ct_pool.h"
#include "event/ct_conn.h"
#include "event/ct_listen.h"
#include "event/ct_loop.h"
#include "thrift/ct_pending.h"
#include "thrift/ct_server.h"
#include "thrift/ct_session.h"
#include "thrift/ct_thrift_module.h"
#include "thrift/wire/ct_app_exception.h"

typedef struct fixture_s {
    ct_log_t          log;
    ct_worker_t       worker;
    ct_thrift_conf_t  conf;
    ct_listen_t       listen;
    ct_server_t       server;
    ct_proxied_t      proxied;
    ct_conn_t         conn;
    ct_session_t      session;
    ct_header_t       headers[2];
    ct_pending_t      pending;
    ct_thrift_state_t state;
} fixture_t;


static int
start(void **state)
{
    fixture_t *f = calloc(1, sizeof(*f));
    int        fds[2];

    assert_non_null(f);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    close(fds[1]);
    f->conn.io.fd = fds[0];
    f->conn.listen = &f->listen;
    f->conn.number = 7;
    assert_int_equal(ct_peer_parse(CT_STR("::1"), 4711, &f->conn.peer), CT_OK);
    f->server.conf = &f->conf;
    f->session.conn = &f->conn;
    f->session.server = &f->server;
    f->session.ncalls_total = 3;
    f->headers[0] = (ct_header_t){ CT_STR("X-Request-Id"), CT_STR("a b") };
    f->headers[1] = (ct_header_t){ CT_STR("x_request_id"), CT_STR("second") };
    ct_log_init(&f->log);
    f->worker.loop = ct_loop_create(NULL, 1, &f->log);
    f->worker.id = 2;
    f->state.hostname = CT_STR("here");
    assert_int_equal(ct_id_source_init(&f->state.ids), CT_OK);
    f->pending.state = &f->state;
    f->pending.session = &f->session;
    f->pending.call.worker = &f->worker;
    f->pending.call.pool = ct_pool_create(1024);
    f->pending.head.name = CT_STR("what");
    f->pending.head.seqid = -5;
    f->pending.envelope.headers = f->headers;
    f->pending.envelope.nheaders = 2;
    f->pending.envelope.dialect =
        (ct_dialect_t){ &ct_framed_transport, &ct_compact_protocol, false };
    f->pending.request_len = 100;
    *state = f;
    return 0;
}


static int
stop(void **state)
{
    fixture_t *f = *state;

    ct_loop_destroy(f->worker.loop);
    close(f->conn.io.fd);
    ct_pool_destroy(f->pending.call.pool);
    free(f);
    return 0;
}


static void
assert_is(fixture_t *f, const char *c_name, const char *c_value)
{
    ct_str_t value;

    assert_int_equal(
        ct_call_variable(&f->pending.call, ct_str_of(c_name), &value), CT_OK);
    if (!ct_str_eq_c(value, c_value)) {
        print_message("# %s is '%.*s'\n", c_name, CT_STR_ARG(value));
    }
    assert_true(ct_str_eq_c(value, c_value));
}


static void
says_what_is_known(void **state)
{
    fixture_t *f = *state;

    assert_is(f, "remote_addr", "::1");
    assert_is(f, "remote_port", "4711");
    assert_is(f, "realip_remote_addr", "::1");
    assert_is(f, "realip_remote_port", "4711");
    assert_is(f, "server_addr", "unix:");
    assert_is(f, "server_port", "");
    assert_is(f, "connection", "7");
    assert_is(f, "connection_calls", "3");
    assert_is(f, "worker", "2");
    assert_is(f, "worker_id", "2");
    assert_is(f, "hostname", "here");
    assert_is(f, "service", "");
    assert_is(f, "method", "what");
    assert_is(f, "seqid", "-5");
    assert_is(f, "protocol", "compact");
    assert_is(f, "transport", "framed");
    assert_is(f, "dialect", "framed compact");
    assert_is(f, "request_length", "100");
    assert_is(f, "reply_length", "0");
    assert_is(f, "proxy_protocol_addr", "");
    assert_is(f, "proxy_protocol_server_port", "");
    assert_is(f, "ssl_protocol", "");
    assert_is(f, "ssl_client_v_remain", "");
}


static void
tells_of_a_proxy(void **state)
{
    fixture_t *f = *state;

    f->proxied.socket.sa.any.sa_family = AF_UNIX;
    assert_int_equal(ct_peer_parse(CT_STR("192.0.2.1"), 90, &f->proxied.server),
                     CT_OK);
    f->conn.proxied = &f->proxied;
    assert_is(f, "realip_remote_addr", "unix:");
    assert_is(f, "realip_remote_port", "");
    assert_is(f, "proxy_protocol_addr", "::1");
    assert_is(f, "proxy_protocol_port", "4711");
    assert_is(f, "proxy_protocol_server_addr", "192.0.2.1");
    assert_is(f, "proxy_protocol_server_port", "90");
}


static void
finds_headers(void **state)
{
    fixture_t *f = *state;

    assert_is(f, "header_x_request_id", "a b");
    assert_is(f, "header_X_REQUEST_ID", "a b");
    assert_is(f, "header_x-request-id", "a b");
    assert_is(f, "header_x_request", "");
    assert_is(f, "header_x", "");
}


static void
is_silent_about_who_has_gone(void **state)
{
    static const char *const of_connections[] = {
        "remote_addr",        "remote_port",      "realip_remote_addr",
        "realip_remote_port", "server_addr",      "server_port",
        "connection",         "connection_calls", "proxy_protocol_addr",
    };
    fixture_t *f = *state;

    f->pending.session = NULL;
    for (size_t i = 0; i < CT_ARRAY_LEN(of_connections); i++) {
        assert_is(f, of_connections[i], "");
    }
    assert_is(f, "method", "what");
}


static void
tells_how_a_call_ended(void **state)
{
    fixture_t *f = *state;

    assert_is(f, "exception", "");
    assert_is(f, "status", "ok");
    f->pending.outcome = CT_OUTCOME_INTERNAL_ERROR;
    assert_is(f, "exception", "INTERNAL_ERROR");
    assert_is(f, "status", "internal_error");
    f->pending.is_due = true;
    assert_is(f, "status", "");
    f->pending.failed = true;
    f->pending.outcome = CT_OUTCOME_SHED;
    assert_is(f, "status", "shed");
    f->pending.fail_type = CT_APP_LOADSHEDDING;
    assert_is(f, "exception", "LOADSHEDDING");
    f->pending.fail_type = (ct_app_error_t) 77;
    assert_is(f, "exception", "UNKNOWN");
}


static void
knows_types_of_messages(void **state)
{
    static const char *const names[] = { "0",         "call",   "reply",
                                         "exception", "oneway", "5" };
    fixture_t               *f = *state;

    for (int i = 0; i < (int) CT_ARRAY_LEN(names); i++) {
        f->pending.head.type = (ct_message_type_t) i;
        assert_is(f, "message_type", names[i]);
    }
}


/* Its handler took 2 ms of the 5 since its message was there. */
static void
times_handlers(void **state)
{
    fixture_t *f = *state;

    f->pending.started_ns = 1000000;
    f->pending.ended_ns = 6000000;
    assert_is(f, "handler_time", "0.005000");
    atomic_store(&f->pending.begun_ns, 4000000);
    assert_is(f, "handler_time", "0.002000");
    atomic_store(&f->pending.begun_ns, 0);
    f->pending.waits = true;
    assert_is(f, "handler_time", "0.000000");
}


/* A call that has ended is not looked at the clock for again. */
static void
counts_no_longer_than_the_call(void **state)
{
    fixture_t *f = *state;

    f->pending.started_ns = 1000000;
    f->pending.counted_ns = 3500000;
    f->pending.is_counted = true;
    assert_is(f, "request_time", "0.002500");
    assert_is(f, "handler_time", "0.002500");
    assert_is(f, "queue_time", "0.000000");
    f->pending.waits = true;
    assert_is(f, "queue_time", "0.002500");
    atomic_store(&f->pending.begun_ns, 2000000);
    assert_is(f, "queue_time", "0.001000");
    assert_is(f, "handler_time", "0.001500");
}


/* Then its handler may have begun, or go on, after it was counted. */
static void
counts_on_for_who_has_given_up(void **state)
{
    fixture_t *f = *state;
    ct_str_t   value;

    f->pending.started_ns = ct_clock_ns() - 5000000;
    f->pending.counted_ns = f->pending.started_ns + 1000;
    f->pending.is_counted = true;
    atomic_store(&f->pending.cancelled, true);
    atomic_store(&f->pending.begun_ns, f->pending.started_ns + 2000);
    assert_int_equal(
        ct_call_variable(&f->pending.call, CT_STR("handler_time"), &value),
        CT_OK);
    assert_int_equal(value.len, 8);
    assert_true(memcmp(value.data, "0.004998", 8) >= 0);
}


static ct_str_t
value_of(fixture_t *f, const char *c_name)
{
    ct_str_t value;

    assert_int_equal(
        ct_call_variable(&f->pending.call, ct_str_of(c_name), &value), CT_OK);
    return value;
}


static void
tells_the_time(void **state)
{
    fixture_t *f = *state;

    assert_int_equal(value_of(f, "time_iso8601").len, 25);
    assert_int_equal(value_of(f, "time_iso8601").data[10], 'T');
    assert_int_equal(value_of(f, "time_local").len, 26);
    assert_int_equal(value_of(f, "time_local").data[11], ':');
    assert_int_equal(value_of(f, "msec").data[10], '.');
}


/* The one of the fixture has a blank in it. */
static void
makes_an_id_where_there_is_none(void **state)
{
    fixture_t     *f = *state;
    const ct_str_t id = value_of(f, "request_id");
    const ct_str_t made = ct_str_dup(f->pending.call.pool, id);

    assert_int_equal(id.len, CT_REQUEST_ID_MADE);
    assert_int_equal(strspn(made.data, "0123456789abcdef"), id.len);
    assert_true(ct_str_eq(value_of(f, "request_id"), made));
    f->pending.has_request_id = false;
    assert_null(ct_request_id_known(&f->pending).data);
    assert_false(ct_str_eq(value_of(f, "request_id"), made));
}


static void
takes_the_id_of_the_client(void **state)
{
    static const char *const unsound[] = {
        "", "a b", "a\"b", "a\\b", "a\nb", "\x7f", "a\xc3\xa4",
    };
    char       longest[CT_REQUEST_ID_MAX + 1];
    fixture_t *f = *state;

    f->headers[0].value = CT_STR("it:7/3");
    assert_is(f, "request_id", "it:7/3");
    memset(longest, 'x', sizeof(longest));
    f->headers[0].value = (ct_str_t){ CT_REQUEST_ID_MAX, longest };
    assert_int_equal(value_of(f, "request_id").len, CT_REQUEST_ID_MAX);
    f->headers[0].value.len++;
    assert_int_equal(value_of(f, "request_id").len, CT_REQUEST_ID_MADE);
    for (size_t i = 0; i < CT_ARRAY_LEN(unsound); i++) {
        f->headers[0].value = ct_str_of(unsound[i]);
        assert_int_equal(value_of(f, "request_id").len, CT_REQUEST_ID_MADE);
    }
}


static void
knows_its_names(void **state)
{
    static const char *const wrong[] = { "",         "x",       "remote_add",
                                         "header",   "header_", "remote_addrs",
                                         "$method",  "METHOD",  "zzz",
                                         "headers_x" };
    fixture_t               *f = *state;
    ct_str_t                 value;

    for (size_t i = 0; i < CT_ARRAY_LEN(wrong); i++) {
        assert_int_equal(
            ct_call_variable(&f->pending.call, ct_str_of(wrong[i]), &value),
            CT_DECLINED);
    }
    assert_int_equal(
        ct_call_variable(&f->pending.call, CT_STR("header_a"), &value), CT_OK);
}


int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(says_what_is_known, start, stop),
        cmocka_unit_test_setup_teardown(tells_of_a_proxy, start, stop),
        cmocka_unit_test_setup_teardown(finds_headers, start, stop),
        cmocka_unit_test_setup_teardown(is_silent_about_who_has_gone, start,
                                        stop),
        cmocka_unit_test_setup_teardown(tells_how_a_call_ended, start, stop),
        cmocka_unit_test_setup_teardown(knows_types_of_messages, start, stop),
        cmocka_unit_test_setup_teardown(times_handlers, start, stop),
        cmocka_unit_test_setup_teardown(counts_no_longer_than_the_call, start,
                                        stop),
        cmocka_unit_test_setup_teardown(counts_on_for_who_has_given_up, start,
                                        stop),
        cmocka_unit_test_setup_teardown(tells_the_time, start, stop),
        cmocka_unit_test_setup_teardown(makes_an_id_where_there_is_none, start,
                                        stop),
        cmocka_unit_test_setup_teardown(takes_the_id_of_the_client, start,
                                        stop),
        cmocka_unit_test_setup_teardown(knows_its_names, start, stop),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
