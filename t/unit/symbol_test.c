/*
 * symbol_test.c -- addresses of code become names for people.
 */

#include "core/ct_config.h"

#include "process/ct_symbol.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "core/ct_dso.h"
#include "core/ct_pool.h"
#include "object_fixture.h"

/* A handler as modules have them: nobody outside can name it. */
static const char module_text[] =
    "static int handler_of_the_module(int n)\n"
    "{\n"
    "    return n + 1;\n"
    "}\n"
    "int (*const handler)(int) = handler_of_the_module;\n";


static void
a_function_of_the_program(void **state)
{
    ct_symbols_t *symbols = ct_symbols_create();
    const void   *address = (const char *) (uintptr_t) ct_symbols_create;
    char          text[CT_SYMBOL_TEXT];

    (void) state;
    ct_symbols_text(symbols, address, false, text);
    if (CT_HAVE_LIBDW) {
        assert_non_null(strstr(text, "ct_symbols_create at ct_symbol.c:"));
    }
    assert_non_null(strstr(text, "symbol_test"));
    ct_symbols_destroy(symbols);
}


/* Of the function's first byte a return address is the one before's. */
static void
a_return_address_is_of_the_call_before(void **state)
{
    ct_symbols_t *symbols = ct_symbols_create();
    const char   *address = (const char *) (uintptr_t) ct_symbols_create;
    char          text[CT_SYMBOL_TEXT];

    (void) state;
    ct_symbols_text(symbols, address, true, text);
    assert_null(strstr(text, "ct_symbols_create "));
    ct_symbols_text(symbols, address + 1, true, text);
    if (CT_HAVE_LIBDW) {
        assert_non_null(strstr(text, "ct_symbols_create "));
    }
    ct_symbols_destroy(symbols);
}


/* It runs from a copy in memory, and its file may have gone. */
static void
a_static_function_of_a_module(void **state)
{
    ct_symbols_t *symbols = ct_symbols_create();
    ct_pool_t    *pool = ct_pool_create(0);
    char          text[CT_SYMBOL_TEXT];
    object_t      object;
    ct_dso_t      dso;
    ct_str_t      why;

    (void) state;
    object_init(&object);
    if (object_compile(&object, module_text)) {
        const void *const *handler;

        assert_int_equal(ct_dso_init(&dso, pool, ct_str_of(object.path), &why),
                         CT_OK);
        handler = ct_dso_symbol(&dso, "handler");
        assert_non_null(handler);
        (void) unlink(object.path);
        ct_symbols_text(symbols, *handler, false, text);
        if (CT_HAVE_LIBDW) {
            assert_string_equal(text, "handler_of_the_module in module.so");
        } else {
            assert_memory_equal(text, "module.so+0x", 12);
        }
        ct_dso_release(&dso);
    }
    object_release(&object);
    ct_pool_destroy(pool);
    ct_symbols_destroy(symbols);
}


static void
an_address_of_nothing(void **state)
{
    ct_symbols_t *symbols = ct_symbols_create();
    char          text[CT_SYMBOL_TEXT];

    (void) state;
    ct_symbols_text(symbols, (const void *) (uintptr_t) 0x10, false, text);
    assert_string_equal(text, "0x10");
    ct_symbols_text(symbols, NULL, true, text);
    ct_symbols_destroy(symbols);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_function_of_the_program),
        cmocka_unit_test(a_return_address_is_of_the_call_before),
        cmocka_unit_test(a_static_function_of_a_module),
        cmocka_unit_test(an_address_of_nothing),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
