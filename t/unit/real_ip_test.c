/*
 * real_ip_test.c -- lists of addresses in headers, and how far they are
 * believed.
 */

#include "core/ct_config.h"

#include "thrift/ct_real_ip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "event/ct_cidr.h"
#include "event/ct_conn.h"
#include "event/ct_listen.h"
#include "event/ct_proxy_module.h"
#include "thrift/ct_pending.h"
#include "thrift/ct_server.h"
#include "thrift/ct_session.h"

/* 10.0.0.0/8 is trusted, and the socket's peer unless a test says else. */
typedef struct fixture_s {
    ct_cidr_t        trusted[2];
    ct_proxy_conf_t  proxy;
    ct_thrift_conf_t conf;
    ct_listen_t      listen;
    ct_server_t      server;
    ct_conn_t        conn;
    ct_session_t     session;
    ct_header_t      headers[4];
    ct_pending_t     pending;
    char             text[CT_ADDR_TEXT_SIZE];
} fixture_t;


static void
start(fixture_t *f, const char *c_peer, bool is_recursive)
{
    const char *c_why;

    memset(f, 0, sizeof(*f));
    assert_int_equal(
        ct_cidr_parse(CT_STR("10.0.0.0/8"), &f->trusted[0], &c_why), CT_OK);
    assert_int_equal(ct_cidr_parse(CT_STR("fd00::/8"), &f->trusted[1], &c_why),
                     CT_OK);
    f->proxy.trusted = f->trusted;
    f->proxy.ntrusted = 2;
    f->conf.real_ip_header = CT_STR("X-Forwarded-For");
    f->conf.real_ip_recursive = is_recursive;
    f->listen.proxy = &f->proxy;
    f->server.conf = &f->conf;
    f->conn.listen = &f->listen;
    assert_int_equal(ct_peer_parse(ct_str_of(c_peer), 4711, &f->conn.peer),
                     CT_OK);
    f->session.conn = &f->conn;
    f->session.server = &f->server;
    f->pending.session = &f->session;
    f->pending.envelope.headers = f->headers;
}


static void
add(fixture_t *f, const char *c_name, const char *c_value)
{
    f->headers[f->pending.envelope.nheaders++] =
        (ct_header_t){ ct_str_of(c_name), ct_str_of(c_value) };
}


static const char *
client(fixture_t *f)
{
    ct_peer_t peer;

    if (ct_real_ip_find(&f->pending, &peer) != CT_OK) {
        return "gone";
    }
    return ct_peer_text(&peer, f->text, sizeof(f->text));
}


/* The client of a call from a trusted proxy with that header. */
static const char *
client_of(fixture_t *f, const char *c_value, bool is_recursive)
{
    start(f, "10.0.0.1", is_recursive);
    add(f, "x-forwarded-for", c_value);
    return client(f);
}


static void
takes_the_last_one(void **state CT_UNUSED)
{
    fixture_t f;

    assert_string_equal(client_of(&f, "192.0.2.7", false), "192.0.2.7:0");
    assert_string_equal(client_of(&f, "1.1.1.1, 192.0.2.7", false),
                        "192.0.2.7:0");
    assert_string_equal(client_of(&f, "1.1.1.1,\t192.0.2.7 ", false),
                        "192.0.2.7:0");
    assert_string_equal(client_of(&f, "1.1.1.1, 10.0.0.2", false),
                        "10.0.0.2:0");
}


static void
goes_on_while_it_trusts(void **state CT_UNUSED)
{
    fixture_t f;

    assert_string_equal(client_of(&f, "1.1.1.1, 2.2.2.2, 10.0.0.2", true),
                        "2.2.2.2:0");
    assert_string_equal(client_of(&f, "1.1.1.1, fd00::1,10.0.0.2", true),
                        "1.1.1.1:0");
    assert_string_equal(client_of(&f, "10.0.0.3, 10.0.0.2", true),
                        "10.0.0.3:0");
    assert_string_equal(client_of(&f, "1.1.1.1, what, 10.0.0.2", true),
                        "10.0.0.2:0");
    assert_string_equal(client_of(&f, "1.1.1.1, , 10.0.0.2", true),
                        "10.0.0.2:0");
}


static void
reads_every_form(void **state CT_UNUSED)
{
    fixture_t f;

    assert_string_equal(client_of(&f, "192.0.2.7:80", false), "192.0.2.7:80");
    assert_string_equal(client_of(&f, "2001:db8::7", false), "[2001:db8::7]:0");
    assert_string_equal(client_of(&f, "[2001:db8::7]", false),
                        "[2001:db8::7]:0");
    assert_string_equal(client_of(&f, "[2001:db8::7]:80", false),
                        "[2001:db8::7]:80");
}


/* The client stays who it was known to be. */
static void
ignores_what_it_cannot_read(void **state CT_UNUSED)
{
    static const char *const wrong[] = {
        "",          ",",    " ",        "unknown",
        "1234",      "1.2",  "1.2.3.4:", "1.2.3.4:65536",
        "1.2.3.4:x", "[::1", "[::1]x",   "[1.2.3.4",
        "]",         "[",    ":",        "::1]",
        "localhost", "fd:3", "unix:/x",  "0x7f.1:80",
        "*:80",
    };

    for (size_t i = 0; i < CT_ARRAY_LEN(wrong); i++) {
        fixture_t f;

        assert_string_equal(client_of(&f, wrong[i], true), "10.0.0.1:4711");
    }
}


static void
believes_the_trusted_only(void **state CT_UNUSED)
{
    fixture_t f;

    start(&f, "192.0.2.1", true);
    add(&f, "X-Forwarded-For", "1.1.1.1");
    assert_string_equal(client(&f), "192.0.2.1:4711");

    start(&f, "10.0.0.1", true);
    add(&f, "X-Forwarded", "1.1.1.1");
    assert_string_equal(client(&f), "10.0.0.1:4711");

    start(&f, "10.0.0.1", true);
    add(&f, "X-Forwarded-For", "1.1.1.1");
    f.conf.real_ip_header = CT_STR("");
    assert_string_equal(client(&f), "10.0.0.1:4711");

    start(&f, "10.0.0.1", true);
    add(&f, "X-Forwarded-For", "1.1.1.1");
    f.listen.proxy = NULL;
    assert_string_equal(client(&f), "10.0.0.1:4711");

    f.pending.session = NULL;
    assert_string_equal(client(&f), "gone");
}


/* As if their values stood in one, with commas between. */
static void
joins_headers(void **state CT_UNUSED)
{
    fixture_t f;

    start(&f, "10.0.0.1", true);
    add(&f, "X-Forwarded-For", "1.1.1.1, 2.2.2.2");
    add(&f, "Host", "x");
    add(&f, "x-forwarded-for", "10.0.0.2, 10.0.0.3");
    assert_string_equal(client(&f), "2.2.2.2:0");
    f.conf.real_ip_recursive = false;
    assert_string_equal(client(&f), "10.0.0.3:0");
}


/* What a connection has set is for calls that say nothing. */
static void
prefers_the_calls_own(void **state CT_UNUSED)
{
    fixture_t f;

    start(&f, "10.0.0.1", true);
    add(&f, "X-Forwarded-For", "1.1.1.1");
    add(&f, "X-Forwarded-For", "2.2.2.2");
    f.pending.envelope.nsticky = 1;
    assert_string_equal(client(&f), "1.1.1.1:0");
    f.pending.envelope.nsticky = 2;
    assert_string_equal(client(&f), "2.2.2.2:0");

    start(&f, "10.0.0.1", true);
    add(&f, "X-Forwarded-For", "nobody");
    add(&f, "X-Forwarded-For", "2.2.2.2");
    f.pending.envelope.nsticky = 1;
    assert_string_equal(client(&f), "10.0.0.1:4711");
}


int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_the_last_one),
        cmocka_unit_test(goes_on_while_it_trusts),
        cmocka_unit_test(reads_every_form),
        cmocka_unit_test(ignores_what_it_cannot_read),
        cmocka_unit_test(believes_the_trusted_only),
        cmocka_unit_test(joins_headers),
        cmocka_unit_test(prefers_the_calls_own),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
