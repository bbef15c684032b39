/*
 * server_test.c -- tests for ct_server.c and ct_offer.c: which handler a name
 * finds, and with which configuration.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "conf_fixture.h"
#include "event/ct_event_module.h"
#include "thrift/ct_server.h"
#include "thrift/ct_thrift_module.h"

typedef struct two_conf_s {
    ct_str_t word;
} two_conf_t;

typedef struct two_ops_s {
    ct_rc_t (*first)(void);
    ct_rc_t (*second)(void);
} two_ops_t;


static ct_rc_t
handler(void)
{
    return CT_OK;
}


static const ct_method_t two_methods[] = {
    { .name = "first", .ops_offset = offsetof(two_ops_t, first) },
    { .name = "second", .ops_offset = offsetof(two_ops_t, second) },
};

/* As no IDL has it. */
static const ct_method_t odd_methods[] = {
    { .name = "b\xc3\xa4", .ops_offset = offsetof(two_ops_t, first) },
};

static const ct_service_t odd_service = { "Odd", NULL, odd_methods, 1 };
static const ct_service_t one_service = { "One", NULL, two_methods, 1 };
static const ct_service_t two_service = { "Two", NULL, two_methods, 2 };
static const ct_service_t half_service = { "Half", NULL, two_methods, 2 };

static const two_ops_t two_ops = { handler, handler };
static const two_ops_t half_ops = { handler, NULL };

static const ct_binding_t two_bindings[] = {
    { &one_service, &two_ops },
    { &two_service, &two_ops },
    { &half_service, &half_ops },
    { &odd_service, &two_ops },
    { NULL, NULL },
};

static const ct_directive_t two_directives[] = {
    { "two_word", CT_IN_ANY_THRIFT, CT_CONF_STR(two_conf_t, word, "preset") },
    { NULL, 0, NULL, 0, NULL },
};

static const ct_module_t two_module = {
    .abi = CT_MODULE_ABI,
    .name = "two",
    .conf_size = sizeof(two_conf_t),
    .directives = two_directives,
    .services = two_bindings,
};

static const ct_module_t *const modules[] = { &ct_event_module,
                                              &ct_thrift_module, &two_module,
                                              NULL };


/* The server of the only `listen`. */
static const ct_server_t *
server_of(fixture_t *fixture)
{
    const ct_listens_t *listens = ct_event_listens(fixture->cycle);
    ct_listen_t *const *listen = ct_array_at(&listens->list, 0);

    return (*listen)->data;
}


/* The word that configures the handler of `name`; NULL if there is none. */
static const char *
word_of(const ct_server_t *server, const char *c_name)
{
    const char         *c_what;
    ct_str_t            bare;
    const ct_handler_t *found =
        ct_server_find(server, ct_str_of(c_name), &bare, &c_what);
    const two_conf_t *conf;

    if (found == NULL) {
        return NULL;
    }
    conf = found->conf;
    return conf->word.data;
}


static void
finds_a_handler_and_its_configuration(void **state)
{
    const ct_server_t *server;
    fixture_t          fixture;

    (void) state;
    fixture_init(&fixture, modules);
    assert_int_equal(
        fixture_apply(&fixture,
                      "thrift { two_word outer; server { listen unix:@x;"
                      " service One { }"
                      " service Two { two_word inner;"
                      "  method ~ ^s { two_word pattern; }"
                      "  method first { two_word exact; } } } }"),
        CT_OK);
    server = server_of(&fixture);
    assert_string_equal(word_of(server, "first"), "outer");
    assert_string_equal(word_of(server, "One:first"), "outer");
    assert_string_equal(word_of(server, "Two:first"), "exact");
    assert_string_equal(word_of(server, "Two:second"), "pattern");
    fixture_release(&fixture);
}


/* For logs, which write them with every call. */
static void
knows_names_that_are_plain(void **state)
{
    const char         *c_what;
    ct_str_t            bare;
    const ct_handler_t *found;
    fixture_t           fixture;

    (void) state;
    fixture_init(&fixture, modules);
    assert_int_equal(fixture_apply(&fixture,
                                   "thrift { server { listen unix:@x;"
                                   " service One { } service Odd { } } }"),
                     CT_OK);
    found =
        ct_server_find(server_of(&fixture), CT_STR("first"), &bare, &c_what);
    assert_true(ct_str_eq_c(found->plain_service, "One"));
    assert_true(ct_str_eq_c(found->plain_method, "first"));
    found = ct_server_find(server_of(&fixture), CT_STR("Odd:b\xc3\xa4"), &bare,
                           &c_what);
    assert_true(ct_str_eq_c(found->plain_service, "Odd"));
    assert_null(found->plain_method.data);
    fixture_release(&fixture);
}


static void
says_what_is_unknown(void **state)
{
    static const struct {
        const char *c_name;
        const char *c_what;
        const char *c_bare;
    } cases[] = {
        { "third", "method", "third" },
        { "", "method", "" },
        { ":first", "service", "first" },
        { "Three:first", "service", "first" },
        { "One:second", "method", "second" },
        { "One:", "method", "" },
        { "One:first:x", "method", "first:x" },
    };
    const ct_server_t *server;
    const char        *c_what;
    fixture_t          fixture;
    ct_str_t           bare;

    (void) state;
    fixture_init(&fixture, modules);
    assert_int_equal(fixture_apply(&fixture, "thrift { server { listen unix:@x;"
                                             " service One { } } }"),
                     CT_OK);
    server = server_of(&fixture);
    for (size_t i = 0; i < CT_ARRAY_LEN(cases); i++) {
        assert_null(
            ct_server_find(server, ct_str_of(cases[i].c_name), &bare, &c_what));
        assert_string_equal(c_what, cases[i].c_what);
        assert_true(ct_str_eq_c(bare, cases[i].c_bare));
    }
    fixture_release(&fixture);
}


/* A handler that is missing is found when the file is read, not by a call. */
static void
refuses_a_service_without_all_handlers(void **state)
{
    fixture_t fixture;

    (void) state;
    fixture_init(&fixture, modules);
    assert_int_equal(fixture_apply(&fixture, "thrift { server { listen unix:@x;"
                                             " service Half { } } }"),
                     CT_ERROR);
    fixture_expect(&fixture, "module 'two' has no handler for method 'second' "
                             "of service 'Half' in test:1");
    fixture_release(&fixture);
}


int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_a_handler_and_its_configuration),
        cmocka_unit_test(knows_names_that_are_plain),
        cmocka_unit_test(says_what_is_unknown),
        cmocka_unit_test(refuses_a_service_without_all_handlers),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
