/*
 * template_test.c -- texts with variables: what they are filled in with, and
 * what is no variable.
 */

#include "core/ct_config.h"

#include "thrift/ct_template.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "conf_fixture.h"
#include "core/ct_module.h"
#include "event/ct_conn.h"
#include "event/ct_loop.h"
#include "thrift/ct_pending.h"
#include "thrift/ct_server.h"
#include "thrift/ct_session.h"

static const ct_module_t *const no_modules[] = { NULL };

/* A connection from 192.0.2.7, and a call of "what" on it. */
typedef struct case_s {
    fixture_t        fixture;
    ct_conf_t        conf;
    ct_thrift_conf_t thrift;
    ct_server_t      server;
    ct_conn_t        conn;
    ct_session_t     session;
    ct_worker_t      worker;
    ct_pending_t     pending;
} case_t;


static void
case_init(case_t *c)
{
    static const ct_conf_node_t node = { .file = "test", .line = 3 };

    memset(c, 0, sizeof(*c));
    fixture_init(&c->fixture, no_modules);
    c->conf = (ct_conf_t){ .cycle = c->fixture.cycle,
                           .pool = c->fixture.cycle->pool,
                           .log = &c->fixture.cycle->log,
                           .node = &node };
    assert_int_equal(ct_peer_parse(CT_STR("192.0.2.7"), 80, &c->conn.peer),
                     CT_OK);
    c->session.conn = &c->conn;
    c->pending.call.pool = c->conf.pool;
    c->pending.call.worker = &c->worker;
    c->worker.loop = ct_loop_create(NULL, 1, &c->fixture.cycle->log);
    assert_non_null(c->worker.loop);
    c->pending.head.name = CT_STR("what");
}


static void
case_release(case_t *c)
{
    ct_loop_destroy(c->worker.loop);
    fixture_release(&c->fixture);
}


static ct_template_t *
compiled(case_t *c, const char *c_text)
{
    ct_template_t *made = NULL;

    assert_int_equal(ct_template_compile(&c->conf, ct_str_of(c_text), &made),
                     CT_OK);
    return made;
}


static void
is_call_text(case_t *c, const char *c_text, const char *c_expected)
{
    const ct_str_t text = ct_template_of_call(compiled(c, c_text),
                                              &c->pending.call, c->conf.pool);

    assert_true(ct_str_eq_c(text, c_expected));
}


static void
is_filled_in_for_a_call(void **state CT_UNUSED)
{
    case_t c;

    case_init(&c);
    is_call_text(&c, "", "");
    is_call_text(&c, "plain", "plain");
    is_call_text(&c, "$method", "what");
    is_call_text(&c, "$method:$method.", "what:what.");
    is_call_text(&c, "<$method$method>", "<whatwhat>");
    is_call_text(&c, "$header_nothing", "");
    is_call_text(&c, "a$header_nothing", "a");
    case_release(&c);
}


static void
is_filled_in_for_a_connection(void **state CT_UNUSED)
{
    case_t         c;
    ct_template_t *made;

    case_init(&c);
    made = compiled(&c, "$remote_addr port $remote_port");
    assert_null(ct_template_needs_call(made).data);
    assert_true(ct_str_eq_c(ct_template_of_conn(made, &c.conn, c.conf.pool),
                            "192.0.2.7 port 80"));
    made = compiled(&c, "$remote_addr $method $seqid");
    assert_true(ct_str_eq_c(ct_template_needs_call(made), "method"));
    case_release(&c);
}


static void
is_written(case_t *c, const char *c_text, ct_escape_t escape,
           const char *c_expected)
{
    const ct_template_t *made = compiled(c, c_text);
    char                 out[256];
    size_t n = ct_template_write(made, &c->pending.call, c->conf.pool, escape,
                                 out, sizeof(out));

    assert_true(ct_str_eq_c((ct_str_t){ n, out }, c_expected));
}


static void
is_written_into_a_line(void **state CT_UNUSED)
{
    case_t c;

    case_init(&c);
    c.pending.head.name = CT_STR("a\"b\n");
    is_written(&c, "<$method> '$method'", CT_ESCAPE_TEXT,
               "<a\\x22b\\x0A> 'a\\x22b\\x0A'");
    is_written(&c, "{\"m\":\"$method\"}", CT_ESCAPE_JSON,
               "{\"m\":\"a\\\"b\\n\"}");
    is_written(&c, "$method|", CT_ESCAPE_NONE, "a\"b |");
    is_written(&c, "${method}s", CT_ESCAPE_NONE, "a\"b s");
    is_written(&c, "$header_x", CT_ESCAPE_TEXT, "-");
    is_written(&c, "$header_x", CT_ESCAPE_JSON, "");
    case_release(&c);
}


/* Names that no IDL has are escaped, and those that are too long to be written
 * are not cut for it. */
static void
names_are_written(void **state CT_UNUSED)
{
    static const char  longest[] = "a23456789_123456789_123456789_123456789_"
                                   "a23456789_123456789_123456789_123456789_"
                                   "a23456789_123456789_123456789_";
    const ct_method_t  method = { .name = "gr\xc3\xbc\xc3\x9f" };
    const ct_service_t service = { .name = longest };
    const ct_offer_t   offer = { .service = &service };
    ct_handler_t       handler = { .method = &method, .offer = &offer };
    case_t             c;

    case_init(&c);
    is_written(&c, "$service.$method", CT_ESCAPE_TEXT, "-.what");
    c.pending.handler = &handler;
    is_written(&c, "$method", CT_ESCAPE_TEXT, "gr\\xC3\\xBC\\xC3\\x9F");
    is_written(&c, "$method", CT_ESCAPE_JSON, "gr\xc3\xbc\xc3\x9f");
    handler.plain_service = ct_str_of(longest);
    is_written(&c, "$service", CT_ESCAPE_TEXT, longest);
    handler.plain_service = CT_STR("Short");
    handler.plain_method = CT_STR("plain");
    is_written(&c, "$service.$method", CT_ESCAPE_TEXT, "Short.plain");
    case_release(&c);
}


/*
 * In any room: what is written is the beginning of the whole line as far as the
 * room for values goes, and nothing is written behind the end.
 */
static void
keeps_to_its_room(void **state CT_UNUSED)
{
    static const char text[] =
        "a piece of text that is longer than one step is [$remote_addr]"
        "$seqid$method$message_type$request_length $service.$connection|";
    case_t         c;
    ct_template_t *made;
    char           whole[1024];
    size_t         len;

    case_init(&c);
    c.pending.session = &c.session;
    c.session.server = &c.server;
    c.server.conf = &c.thrift;
    c.pending.head.seqid = INT32_MIN;
    c.pending.head.type = CT_MESSAGE_ONEWAY;
    made = compiled(&c, text);
    len = ct_template_write(made, &c.pending.call, c.conf.pool, CT_ESCAPE_TEXT,
                            whole, sizeof(whole));
    assert_true(ct_str_eq_c((ct_str_t){ len, whole },
                            "a piece of text that is longer than one step is "
                            "[192.0.2.7]-2147483648whatoneway0 -.0|"));
    for (size_t size = ct_template_text_len(made); size < 512; size++) {
        char        *out = malloc(size);
        const size_t n = ct_template_write(made, &c.pending.call, c.conf.pool,
                                           CT_ESCAPE_TEXT, out, size);

        assert_true(n <= size);
        assert_int_equal(out[n - 1], '|');
        assert_true(size < len || (n == len && !memcmp(out, whole, n)));
        free(out);
    }
    case_release(&c);
}


/* What the text needs is kept for it. */
static void
values_are_cut(void **state CT_UNUSED)
{
    case_t         c;
    ct_template_t *made;
    char           out[16];
    char           large[CT_TEMPLATE_VALUE + 100];
    char           line[CT_TEMPLATE_VALUE + 200];
    size_t         n;

    case_init(&c);
    c.pending.head.name = CT_STR("0123456789");
    made = compiled(&c, "<$method><$method>");
    assert_int_equal(ct_template_text_len(made), 4);
    n = ct_template_write(made, &c.pending.call, c.conf.pool, CT_ESCAPE_TEXT,
                          out, sizeof(out));
    assert_true(ct_str_eq_c((ct_str_t){ n, out }, "<0123456789><01>"));
    memset(large, 'x', sizeof(large));
    c.pending.head.name = (ct_str_t){ sizeof(large), large };
    made = compiled(&c, "$method");
    n = ct_template_write(made, &c.pending.call, c.conf.pool, CT_ESCAPE_TEXT,
                          line, sizeof(line));
    assert_int_equal(n, CT_TEMPLATE_VALUE);
    assert_memory_equal(line + n - 4, "x...", 4);
    case_release(&c);
}


static void
refuses_what_is_no_variable(void **state CT_UNUSED)
{
    static const struct {
        const char *c_text;
        const char *c_message;
    } wrong[] = {
        { "$", "unknown variable '$' in test:3" },
        { "a$", "unknown variable '$' in test:3" },
        { "$$method", "unknown variable '$' in test:3" },
        { "$methods",
          "unknown variable '$methods', did you mean 'method'? in test:3" },
        { "$header_", "unknown variable '$header_' in test:3" },
        { "$method$nobody x", "unknown variable '$nobody' in test:3" },
    };

    for (size_t i = 0; i < CT_ARRAY_LEN(wrong); i++) {
        case_t         c;
        ct_template_t *made;

        case_init(&c);
        assert_int_equal(
            ct_template_compile(&c.conf, ct_str_of(wrong[i].c_text), &made),
            CT_ERROR);
        fixture_expect(&c.fixture, wrong[i].c_message);
        case_release(&c);
    }
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_filled_in_for_a_call),
        cmocka_unit_test(is_filled_in_for_a_connection),
        cmocka_unit_test(is_written_into_a_line),
        cmocka_unit_test(names_are_written),
        cmocka_unit_test(keeps_to_its_room),
        cmocka_unit_test(values_are_cut),
        cmocka_unit_test(refuses_what_is_no_variable),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
