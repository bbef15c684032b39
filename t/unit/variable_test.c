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

#include "core/ct_module.h"
#include "core/ct_pool.h"
#include "event/ct_conn.h"
#include "event/ct_listen.h"
#include "thrift/ct_pending.h"
#include "thrift/ct_server.h"
#include "thrift/ct_session.h"

typedef struct fixture_s {
    ct_worker_t      worker;
    ct_thrift_conf_t conf;
    ct_listen_t      listen;
    ct_server_t      server;
    ct_proxied_t     proxied;
    ct_conn_t        conn;
    ct_session_t     session;
    ct_header_t      headers[2];
    ct_pending_t     pending;
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
    f->worker.id = 2;
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
knows_its_names(void **state CT_UNUSED)
{
    static const char *const wrong[] = { "",         "x",       "remote_add",
                                         "header",   "header_", "remote_addrs",
                                         "$method",  "METHOD",  "zzz",
                                         "headers_x" };
    ct_variable_t            variable;

    for (size_t i = 0; i < CT_ARRAY_LEN(wrong); i++) {
        assert_int_equal(ct_variable_find(ct_str_of(wrong[i]), &variable),
                         CT_DECLINED);
    }
    assert_int_equal(ct_variable_find(CT_STR("header_a"), &variable), CT_OK);
    assert_true(ct_str_eq_c(variable.arg, "a"));
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
        cmocka_unit_test(knows_its_names),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
