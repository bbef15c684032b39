/*
 * cycle_test.c -- a cycle takes modules that go together, and closes up.
 */

#include "core/ct_config.h"

#include "core/ct_cycle.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "conf_fixture.h"

typedef struct values_s {
    bool flag;
} values_t;

static const ct_directive_t one_directive[] = {
    { "flag", CT_IN_MAIN, CT_CONF_FLAG(values_t, flag, "on") },
    { NULL, 0, NULL, 0, NULL },
};

static const ct_directive_t include_directive[] = {
    { "include", CT_IN_MAIN, CT_CONF_FLAG(values_t, flag, "on") },
    { NULL, 0, NULL, 0, NULL },
};

static const ct_module_t one = {
    .abi = CT_MODULE_ABI,
    .name = "one",
    .conf_size = sizeof(values_t),
    .directives = one_directive,
};

static const ct_module_t namesake = { .abi = CT_MODULE_ABI, .name = "one" };

static const ct_module_t rival = {
    .abi = CT_MODULE_ABI,
    .name = "rival",
    .conf_size = sizeof(values_t),
    .directives = one_directive,
};

static const ct_module_t greedy = {
    .abi = CT_MODULE_ABI,
    .name = "greedy",
    .conf_size = sizeof(values_t),
    .directives = include_directive,
};

static const ct_module_t stranger = { .abi = CT_MODULE_ABI + 1,
                                      .name = "stranger" };

static const ct_module_t *const modules[] = { &one, NULL };


static void
a_new_cycle_has_paths_and_modules(void **state)
{
    fixture_t fixture;

    (void) state;
    fixture_init(&fixture, modules);
    assert_string_equal(fixture.cycle->prefix.data, "/prefix/");
    assert_string_equal(fixture.cycle->conf_path.data, "/prefix/conf/main");
    assert_int_equal(ct_cycle_module_index(fixture.cycle, &one), 0);
    assert_true(ct_cycle_module_index(fixture.cycle, &rival) == SIZE_MAX);
    assert_null(ct_cycle_conf(fixture.cycle, &one));
    fixture_release(&fixture);
    ct_cycle_destroy(NULL);
}


static void
conf_is_found_by_module(void **state)
{
    fixture_t       fixture;
    const values_t *values;

    (void) state;
    fixture_init(&fixture, modules);
    assert_int_equal(fixture_apply(&fixture, ""), CT_OK);
    values = ct_cycle_conf(fixture.cycle, &one);
    assert_true(values->flag);
    assert_ptr_equal(ct_conf_of(fixture.cycle, fixture.cycle->main, &one),
                     values);
    assert_null(ct_cycle_conf(fixture.cycle, &rival));
    fixture_release(&fixture);
}


static void
assert_refused(const ct_module_t *module, const char *c_wanted)
{
    fixture_t fixture;

    fixture_init(&fixture, modules);
    assert_int_equal(ct_cycle_add_module(fixture.cycle, module), CT_ERROR);
    fixture_expect(&fixture, c_wanted);
    fixture_release(&fixture);
}


static void
modules_that_do_not_go_together_are_refused(void **state)
{
    char wanted[128];

    (void) state;
    assert_refused(&namesake, "module 'one' is there already");
    assert_refused(&rival,
                   "directive 'flag' of module 'rival' belongs to 'one'");
    assert_refused(&greedy, "directive 'include' of module 'greedy' belongs "
                            "to 'cthrift'");
    snprintf(wanted, sizeof(wanted),
             "module 'stranger' was built for ABI %d, this is ABI %d; build "
             "it again",
             CT_MODULE_ABI + 1, CT_MODULE_ABI);
    assert_refused(&stranger, wanted);
}


static void
loading_says_why_it_failed(void **state)
{
    fixture_t fixture;

    (void) state;
    fixture_init(&fixture, modules);
    assert_int_equal(ct_cycle_load_module(fixture.cycle, CT_STR("none.so")),
                     CT_ERROR);
    assert_non_null(strstr(fixture_messages(&fixture), "'/prefix/none.so'"));
    fixture_release(&fixture);
}


/* A cleanup's line; the log must be open still. */
static void
write_line(void *data)
{
    ct_cycle_t *cycle = data;

    CT_LOG(&cycle->log, CT_LOG_INFO, 0, "last words");
}


static void
logs_close_after_the_cleanups(void **state)
{
    ct_cycle_t *cycle =
        ct_cycle_create(modules, CT_STR("/prefix/"), CT_STR("/main"));
    ct_file_t *file;
    char       path[] = "/tmp/ct_cycle_test.XXXXXX";
    int        fd = mkstemp(path);
    char       text[256] = "";

    (void) state;
    assert_true(fd != -1);
    file = ct_file_find(&cycle->files, cycle->pool, ct_str_of(path));
    assert_int_equal(ct_file_open(file, &cycle->log), CT_OK);
    assert_int_equal(ct_log_add_sink(&cycle->log, file, CT_LOG_INFO), CT_OK);
    ct_pool_cleanup_add(cycle->pool, write_line, cycle);
    ct_cycle_destroy(cycle);
    assert_true(pread(fd, text, sizeof(text) - 1, 0) > 0);
    assert_non_null(strstr(text, "last words"));
    (void) close(fd);
    (void) unlink(path);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_cycle_has_paths_and_modules),
        cmocka_unit_test(conf_is_found_by_module),
        cmocka_unit_test(modules_that_do_not_go_together_are_refused),
        cmocka_unit_test(loading_says_why_it_failed),
        cmocka_unit_test(logs_close_after_the_cleanups),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
