/*
 * conf_load_test.c -- modules that the configuration names are loaded first.
 */

#include "core/ct_config.h"

#include "core/ct_conf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "conf_fixture.h"
#include "object_fixture.h"

static const ct_module_t *const no_modules[] = { NULL };

/* The first fields of ct_module_t, as the ABI promises them. */
#define SOURCE_BEGIN                                                           \
    "struct { unsigned abi; const char *name; unsigned long rest[32]; }"       \
    " module = { "
#define SOURCE_END                                                             \
    ", \"loaded\", { 0 } };"                                                   \
    "void *ct_module_list[] = { &module, 0 };"


static bool
compile_module(const object_t *object, unsigned abi)
{
    char source[512];

    snprintf(source, sizeof(source), SOURCE_BEGIN "%u" SOURCE_END, abi);
    return object_compile(object, source);
}


/* Loads what the text names, with `c_path` in its middle. */
static ct_rc_t
load(fixture_t *fixture, const char *c_before, const char *c_path,
     const char *c_after)
{
    ct_conf_node_t *tree;
    ct_str_t        text;

    fixture_init(fixture, no_modules);
    text = ct_str_printf(fixture->cycle->pool, "%s%s%s", c_before, c_path,
                         c_after);
    assert_int_equal(ct_conf_parse_text(fixture->cycle, "test", text, &tree),
                     CT_OK);
    return ct_conf_load_modules(fixture->cycle, tree, "load_module");
}


static void
a_named_module_joins_the_cycle(void **state)
{
    fixture_t           fixture;
    object_t            object;
    const ct_module_t **module;

    (void) state;
    object_init(&object);
    if (!compile_module(&object, CT_MODULE_ABI)) {
        object_release(&object);
        return; /* not skip(): cmocka 1.1 shows it as failed in TAP */
    }
    assert_int_equal(load(&fixture, "a;load_module ", object.path, ";"), CT_OK);
    assert_int_equal(fixture.cycle->modules.n, 1);
    module = ct_array_at(&fixture.cycle->modules, 0);
    assert_string_equal((*module)->name, "loaded");
    fixture_release(&fixture);
    object_release(&object);
}


static void
another_abi_is_refused_by_name(void **state)
{
    fixture_t fixture;
    object_t  object;

    (void) state;
    object_init(&object);
    if (!compile_module(&object, CT_MODULE_ABI + 1)) {
        object_release(&object);
        return; /* not skip(): cmocka 1.1 shows it as failed in TAP */
    }
    assert_int_equal(load(&fixture, "\nload_module ", object.path, ";"),
                     CT_ERROR);
    assert_non_null(strstr(fixture_messages(&fixture),
                           "module 'loaded' was built for ABI "));
    assert_non_null(strstr(fixture_messages(&fixture), " in test:2\n"));
    fixture_release(&fixture);
    object_release(&object);
}


static void
a_library_without_a_list_is_no_module(void **state)
{
    fixture_t fixture;
    object_t  object;

    (void) state;
    object_init(&object);
    if (!object_compile(&object, "int answer = 1;")) {
        object_release(&object);
        return; /* not skip(): cmocka 1.1 shows it as failed in TAP */
    }
    assert_int_equal(load(&fixture, "load_module ", object.path, ";"),
                     CT_ERROR);
    assert_non_null(strstr(fixture_messages(&fixture),
                           "is not a module: no ct_module_list in test:1"));
    fixture_release(&fixture);
    object_release(&object);
}


static void
paths_begin_at_the_prefix(void **state)
{
    fixture_t fixture;

    (void) state;
    assert_int_equal(load(&fixture, "load_module modules/", "none.so", ";"),
                     CT_ERROR);
    assert_non_null(
        strstr(fixture_messages(&fixture), "'/prefix/modules/none.so'"));
    fixture_release(&fixture);
}


static void
the_directive_takes_one_path(void **state)
{
    fixture_t fixture;

    (void) state;
    assert_int_equal(load(&fixture, "load_module", "", ";"), CT_ERROR);
    fixture_expect(&fixture, "'load_module' takes one path and ';' in test:1");
    fixture_release(&fixture);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_named_module_joins_the_cycle),
        cmocka_unit_test(another_abi_is_refused_by_name),
        cmocka_unit_test(a_library_without_a_list_is_no_module),
        cmocka_unit_test(paths_begin_at_the_prefix),
        cmocka_unit_test(the_directive_takes_one_path),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
