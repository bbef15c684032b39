/*
 * conf_apply_test.c -- blocks inherit, places are kept, hooks come in order.
 */

#include "core/ct_config.h"

#include "core/ct_conf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "conf_fixture.h"

typedef struct limits_s {
    uint32_t       limit;
    ct_str_t       name;
    ct_conf_strs_t tags;
} limits_t;

/* What the hooks of the `server` block write into the module's main struct. */
typedef struct trace_s {
    char text[512];
} trace_t;

static const ct_module_t limits_module;
static const ct_module_t trace_module;


static void
note(const ct_conf_t *conf, const char *c_what, const ct_conf_block_t *block)
{
    trace_t        *trace = ct_cycle_conf(conf->cycle, &trace_module);
    const limits_t *limits = ct_conf_of(conf->cycle, block, &limits_module);
    const size_t    len = strlen(trace->text);

    assert_ptr_equal(conf->block, block);
    snprintf(trace->text + len, sizeof(trace->text) - len, "%s %s %u; ", c_what,
             conf->nargs > 1 ? conf->args[1].data : "-", limits->limit);
}


static ct_rc_t
enter(ct_conf_t *conf, ct_conf_block_t *block)
{
    note(conf, "enter", block);
    return CT_OK;
}


static ct_rc_t
leave(ct_conf_t *conf, ct_conf_block_t *block)
{
    note(conf, "leave", block);
    return CT_OK;
}


static ct_rc_t
refuse(ct_conf_t *conf, ct_conf_block_t *block)
{
    (void) block;
    return ct_conf_error(conf, "no events today");
}


/* clang-format off */
static const ct_conf_type_t thrift_type = {
    .name = "{ }", .flags = CT_CONF_BLOCK, .place = CT_IN_THRIFT,
};
static const ct_conf_type_t server_type = {
    .name = "[name] { }", .max_args = 1, .flags = CT_CONF_BLOCK | CT_CONF_MANY,
    .place = CT_IN_SERVER, .enter = enter, .leave = leave,
};
static const ct_conf_type_t events_type = {
    .name = "{ }", .flags = CT_CONF_BLOCK, .place = CT_IN_EVENTS,
    .enter = refuse,
};
static const ct_conf_type_t raw_type = {
    .name = "string", .min_args = 1, .max_args = 1, .flags = CT_CONF_RAW,
    .set = ct_conf_set_str,
};
static const ct_conf_type_t two_type = {
    .name = "a b [c]", .min_args = 2, .max_args = 3, .set = ct_conf_set_strs,
};

static const ct_directive_t limits_directives[] = {
    { "limit", CT_IN_MAIN | CT_IN_ANY_THRIFT,
      CT_CONF_UINT(limits_t, limit, "10") },
    { "name", CT_IN_THRIFT | CT_IN_SERVER, CT_CONF_STR(limits_t, name, "n") },
    { "raw_name", CT_IN_MAIN,
      CT_CONF_CUSTOM(limits_t, name, raw_type, NULL) },
    { "tags", CT_IN_MAIN | CT_IN_ANY_THRIFT,
      CT_CONF_STRS(limits_t, tags, "preset") },
    { "two", CT_IN_MAIN, CT_CONF_CUSTOM(limits_t, tags, two_type, NULL) },
    { NULL, 0, NULL, 0, NULL },
};

static const ct_directive_t trace_directives[] = {
    { "thrift", CT_IN_MAIN, CT_CONF_ACTION(thrift_type) },
    { "server", CT_IN_THRIFT, CT_CONF_ACTION(server_type) },
    { "events", CT_IN_MAIN, CT_CONF_ACTION(events_type) },
    { NULL, 0, NULL, 0, NULL },
};
/* clang-format on */

static const ct_module_t limits_module = {
    .abi = CT_MODULE_ABI,
    .name = "limits",
    .conf_size = sizeof(limits_t),
    .directives = limits_directives,
};

static const ct_module_t trace_module = {
    .abi = CT_MODULE_ABI,
    .name = "trace",
    .conf_size = sizeof(trace_t),
    .directives = trace_directives,
};

/* A module may have neither directives nor a struct. */
static const ct_module_t bare_module = { .abi = CT_MODULE_ABI, .name = "bare" };

static const ct_module_t *const modules[] = { &bare_module, &limits_module,
                                              &trace_module, NULL };


static void
assert_refused(const char *c_text, const char *c_wanted)
{
    fixture_t fixture;

    fixture_init(&fixture, modules);
    assert_int_equal(fixture_apply(&fixture, c_text), CT_ERROR);
    fixture_expect(&fixture, c_wanted);
    assert_null(fixture.cycle->main);
    fixture_release(&fixture);
}


static void
assert_trace(const char *c_text, const char *c_wanted)
{
    fixture_t      fixture;
    const trace_t *trace;

    fixture_init(&fixture, modules);
    if (fixture_apply(&fixture, c_text) != CT_OK) {
        fail_msg("%s", fixture_messages(&fixture));
    }
    trace = ct_cycle_conf(fixture.cycle, &trace_module);
    assert_string_equal(trace->text, c_wanted);
    fixture_release(&fixture);
}


static void
inner_blocks_inherit_what_stands_behind_them(void **state)
{
    (void) state;
    assert_trace("thrift { server a { } limit 5; }", "enter a 5; leave a 5; ");
    assert_trace("thrift { server { limit 7; } server b { } } limit 3;",
                 "enter - 3; leave - 7; enter b 3; leave b 3; ");
    assert_trace("thrift { server a { } }", "enter a 10; leave a 10; ");
}


static void
lists_of_an_inner_block_replace_the_outer_ones(void **state)
{
    fixture_t       fixture;
    const limits_t *limits;

    (void) state;
    fixture_init(&fixture, modules);
    assert_int_equal(fixture_apply(&fixture,
                                   "tags a; tags b;\n"
                                   "thrift { tags c; server { tags d e; } }"),
                     CT_OK);
    limits = ct_cycle_conf(fixture.cycle, &limits_module);
    assert_int_equal(limits->tags.n, 2);
    assert_string_equal(limits->tags.items[0].data, "a");
    assert_string_equal(limits->tags.items[1].data, "b");
    fixture_release(&fixture);
}


static void
variables_are_replaced_unless_raw(void **state)
{
    fixture_t       fixture;
    const limits_t *limits;

    (void) state;
    assert_int_equal(setenv("CT_TEST_LIMIT", "42", 1), 0);
    fixture_init(&fixture, modules);
    assert_int_equal(fixture_apply(&fixture, "limit ${CT_TEST_LIMIT};\n"
                                             "raw_name '${CT_TEST_LIMIT} $x';"),
                     CT_OK);
    limits = ct_cycle_conf(fixture.cycle, &limits_module);
    assert_int_equal(limits->limit, 42);
    assert_string_equal(limits->name.data, "${CT_TEST_LIMIT} $x");
    fixture_release(&fixture);
}


static void
unknown_names_get_a_guess(void **state)
{
    (void) state;
    assert_refused("limmit 5;",
                   "unknown directive 'limmit', did you mean 'limit'? in "
                   "test:1");
    assert_refused("\nthrift {\n  servr { }\n}",
                   "unknown directive 'servr', did you mean 'server'? in "
                   "test:3");
    assert_refused("quite_other 5;",
                   "unknown directive 'quite_other' in test:1");
}


static void
places_are_kept(void **state)
{
    (void) state;
    assert_refused("name x;", "directive 'name' is not allowed in 'main', "
                              "only in 'thrift' or 'server' in test:1");
    assert_refused("thrift {\nthrift { } }",
                   "directive 'thrift' is not allowed in 'thrift', only in "
                   "'main' in test:2");
}


static void
shapes_are_kept(void **state)
{
    (void) state;
    assert_refused("limit 5 { }",
                   "'limit' is not a block: ';' expected, not '{' in test:1");
    assert_refused("thrift;",
                   "'thrift' is a block: '{' expected, not ';' in test:1");
    assert_refused("limit;",
                   "'limit' takes 1 argument (number), not 0 in test:1");
    assert_refused("\nlimit 5\ntags x;",
                   "'limit' takes 1 argument (number), not 3; is a ';' "
                   "missing? in test:2");
    assert_refused("two 1 2 3 4;",
                   "'two' takes 2 to 3 arguments (a b [c]), not 4 in test:1");
    assert_refused("tags;", "'tags' takes at least 1 arguments (string ...), "
                            "not 0 in test:1");
}


static void
duplicates_name_the_first(void **state)
{
    (void) state;
    assert_refused("limit 5;\n\nlimit 5;",
                   "'limit' is duplicate, first given in test:1 in test:3");
    assert_refused("thrift { }\nthrift { }",
                   "'thrift' is duplicate, first given in test:1 in test:2");
}


static void
names_are_checked_before_values(void **state)
{
    (void) state;
    assert_refused("thrift { limit x; }\nlimt 5;",
                   "unknown directive 'limt', did you mean 'limit'? in "
                   "test:2");
    assert_refused("events { }", "no events today in test:1");
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inner_blocks_inherit_what_stands_behind_them),
        cmocka_unit_test(lists_of_an_inner_block_replace_the_outer_ones),
        cmocka_unit_test(variables_are_replaced_unless_raw),
        cmocka_unit_test(unknown_names_get_a_guess),
        cmocka_unit_test(places_are_kept),
        cmocka_unit_test(shapes_are_kept),
        cmocka_unit_test(duplicates_name_the_first),
        cmocka_unit_test(names_are_checked_before_values),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
