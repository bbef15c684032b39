/*
 * phrase_test.c -- values of maps: text, variables and captures.
 */

#include "core/ct_config.h"

#include "thrift/ct_phrase.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "conf_fixture.h"
#include "event/ct_conn.h"
#include "thrift/ct_pattern.h"

static const ct_module_t *const no_modules[] = { NULL };

/* A connection from 192.0.2.7, and a pattern that has matched "a-b". */
typedef struct case_s {
    fixture_t      fixture;
    ct_conf_t      conf;
    ct_conn_t      conn;
    ct_phrase_of_t of;
    ct_pattern_t  *pattern;
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
    c->of = (ct_phrase_of_t){ .conn = &c->conn, .subject = CT_STR("a-b") };
    assert_int_equal(ct_pattern_compile(&c->conf, CT_STR("(.)-(?<last>.)"),
                                        false, &c->pattern),
                     CT_OK);
    assert_int_equal(ct_pattern_match(c->pattern, c->of.subject), CT_OK);
}


static void
is_text(case_t *c, const char *c_text, const char *c_expected)
{
    ct_phrase_t *phrase;
    ct_str_t     text;

    assert_int_equal(
        ct_phrase_compile(&c->conf, ct_str_of(c_text), c->pattern, &phrase),
        CT_OK);
    assert_true(ct_phrase_is_of_conn(phrase));
    text = ct_phrase_fill(phrase, &c->of, c->conf.pool);
    assert_non_null(text.data);
    assert_true(ct_str_eq_c(text, c_expected));
}


static void
is_filled_in(void **state CT_UNUSED)
{
    case_t c;

    case_init(&c);
    is_text(&c, "", "");
    is_text(&c, "plain", "plain");
    is_text(&c, "$1", "a");
    is_text(&c, "<$0>", "<a-b>");
    is_text(&c, "$last$1${last}x", "babx");
    is_text(&c, "$remote_addr:${remote_port}0", "192.0.2.7:800");
    is_text(&c, "$1st of {$last}", "ast of {b}");
    fixture_release(&c.fixture);
}


static void
tells_what_needs_a_call(void **state CT_UNUSED)
{
    ct_phrase_t *phrase;
    case_t       c;

    case_init(&c);
    assert_int_equal(ct_phrase_compile(&c.conf,
                                       CT_STR("$remote_addr ${arg_user.name}"),
                                       NULL, &phrase),
                     CT_OK);
    assert_false(ct_phrase_is_of_conn(phrase));
    fixture_release(&c.fixture);
}


static void
refuses_what_is_nothing(void **state CT_UNUSED)
{
    static const struct {
        const char *c_text;
        const char *c_message;
    } wrong[] = {
        { "a$", "unknown variable '$' in test:3" },
        { "${}", "unknown variable '$' in test:3" },
        { "${seqid", "'}' is missing behind '${seqid' in test:3" },
        { "$3", "there is no group '$3' in test:3" },
        { "$0001", "there is no group '$0001' in test:3" },
        { "$99999999999999999999",
          "there is no group '$99999999999999999999' in test:3" },
        { "$lasts", "unknown variable '$lasts' in test:3" },
    };

    for (size_t i = 0; i < CT_ARRAY_LEN(wrong); i++) {
        ct_phrase_t *phrase;
        case_t       c;

        case_init(&c);
        assert_int_equal(ct_phrase_compile(&c.conf, ct_str_of(wrong[i].c_text),
                                           c.pattern, &phrase),
                         CT_ERROR);
        fixture_expect(&c.fixture, wrong[i].c_message);
        fixture_release(&c.fixture);
    }
}


int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_filled_in),
        cmocka_unit_test(tells_what_needs_a_call),
        cmocka_unit_test(refuses_what_is_nothing),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
