/*
 * idl_out_test.c -- layout of C, and what is made harmless on its way into it.
 */

#include "core/ct_config.h"

#include "idl/ct_idl_out.h"

#include "core/ct_pool.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>


static void
assert_text(const ct_idl_out_t *out, const char *c_wanted)
{
    const ct_str_t text = { out->len, out->data };

    if (!ct_str_eq_c(text, c_wanted)) {
        print_error("got:\n%.*s\n", CT_STR_ARG(text));
    }
    assert_true(ct_str_eq_c(text, c_wanted));
}


static void
a_text_grows_up_to_its_limit(void **state)
{
    ct_pool_t   *pool = ct_pool_create(512);
    ct_idl_out_t out;

    (void) state;
    ct_idl_out_init(&out, pool, 10);
    ct_idl_out_print(&out, "%s", "12345");
    ct_idl_out_blanks(&out, 5);
    assert_false(out.full);
    assert_text(&out, "12345     ");
    ct_idl_out_print(&out, "x");
    assert_true(out.full);
    assert_int_equal(out.len, 10);

    ct_idl_out_init(&out, pool, SIZE_MAX);
    for (int i = 0; i < 10000; i++) {
        ct_idl_out_str(&out, CT_STR("ab\n"));
    }
    assert_int_equal(out.len, 30000);
    assert_int_equal(ct_idl_out_column(&out), 0);
    ct_idl_out_str(&out, CT_STR("abc"));
    assert_int_equal(ct_idl_out_column(&out), 3);
    ct_pool_destroy(pool);
}


static void
assert_literal(ct_str_t str, const char *c_wanted)
{
    ct_pool_t   *pool = ct_pool_create(512);
    ct_idl_out_t out;

    ct_idl_out_init(&out, pool, SIZE_MAX);
    ct_idl_out_literal(&out, str);
    assert_text(&out, c_wanted);
    ct_pool_destroy(pool);
}


static void
literals_are_plain_ascii(void **state)
{
    (void) state;
    assert_literal(CT_STR(""), "\"\"");
    assert_literal(CT_STR("a\"b\\c"), "\"a\\\"b\\\\c\"");
    assert_literal(CT_STR("\n\t\r"), "\"\\n\\t\\015\"");
    assert_literal(CT_STR("a\0b"), "\"a\\000b\"");
    assert_literal(CT_STR("\xff"
                          "1"),
                   "\"\\3771\"");
    assert_literal(CT_STR("?\?/ ?"), "\"?\\?/ ?\"");
}


static void
assert_doc(const char *c_doc, size_t indent, const char *c_wanted)
{
    ct_pool_t   *pool = ct_pool_create(512);
    ct_idl_out_t out;

    ct_idl_out_init(&out, pool, SIZE_MAX);
    ct_idl_out_doc(&out, c_doc == NULL ? CT_STR_NONE : ct_str_of(c_doc),
                   indent);
    assert_text(&out, c_wanted);
    ct_pool_destroy(pool);
}


static void
docs_become_comments(void **state)
{
    (void) state;
    assert_doc(NULL, 0, "");
    assert_doc(" \n * \n ", 0, "");
    assert_doc(" one ", 4, "    /* one */\n");
    assert_doc("\n * one\n *\n *   two\n ", 0,
               "/*\n * one\n *\n *   two\n */\n");
    assert_doc("one\n  two", 2, "  /*\n   * one\n   * two\n   */\n");
}


static void
docs_cannot_leave_their_comment(void **state)
{
    (void) state;
    assert_doc("a */ b", 0, "/* a * / b */\n");
    assert_doc("a /* b", 0, "/* a / * b */\n");
    assert_doc("a \?\?/ b", 0, "/* a ? ?/ b */\n");
    assert_doc("a\rb\fc", 0, "/* a b c */\n");
}


static void
members_are_aligned_between_docs(void **state)
{
    const ct_idl_member_t members[] = {
        { CT_STR_NONE, CT_STR_INIT("int32_t"), CT_STR_INIT("a") },
        { CT_STR_NONE, CT_STR_INIT("long_type_t"), CT_STR_INIT("*b") },
        { CT_STR_INIT("words"), CT_STR_INIT("bool"), CT_STR_INIT("c") },
    };
    ct_pool_t   *pool = ct_pool_create(512);
    ct_idl_out_t out;

    (void) state;
    ct_idl_out_init(&out, pool, SIZE_MAX);
    ct_idl_out_members(&out, members, CT_ARRAY_LEN(members));
    assert_text(&out, "    int32_t      a;\n"
                      "    long_type_t *b;\n"
                      "    /* words */\n"
                      "    bool c;\n");
    ct_pool_destroy(pool);
}


static void
arguments_are_wrapped(void **state)
{
    const ct_str_t two[] = { CT_STR_INIT("int a"), CT_STR_INIT("char *b") };
    const ct_str_t wide[] = {
        CT_STR_INIT("first_type_t *first"),
        CT_STR_INIT("const some_other_type_with_a_long_name_t *second"),
        CT_STR_INIT("some_other_type_with_a_long_name_of_its_own_t *third"),
    };
    ct_pool_t   *pool = ct_pool_create(512);
    ct_idl_out_t out;

    (void) state;
    ct_idl_out_init(&out, pool, SIZE_MAX);
    ct_idl_out_str(&out, CT_STR("f"));
    ct_idl_out_arguments(&out, two, CT_ARRAY_LEN(two), 1);
    assert_text(&out, "f(int a, char *b)");

    ct_idl_out_init(&out, pool, SIZE_MAX);
    ct_idl_out_str(&out, CT_STR("ct_rc_t call"));
    ct_idl_out_arguments(&out, wide, CT_ARRAY_LEN(wide), 1);
    assert_text(
        &out,
        "ct_rc_t call(first_type_t                                  *first,\n"
        "             const some_other_type_with_a_long_name_t      *second,\n"
        "             some_other_type_with_a_long_name_of_its_own_t *third)");
    ct_pool_destroy(pool);
}


static void
long_typedefs_are_broken(void **state)
{
    ct_pool_t   *pool = ct_pool_create(512);
    ct_idl_out_t out;

    (void) state;
    ct_idl_out_init(&out, pool, SIZE_MAX);
    ct_idl_out_typedef(&out, CT_STR("typedef int"), CT_STR("a_t"), 14);
    ct_idl_out_typedef(
        &out, CT_STR("typedef struct a_name_that_takes_most_of_the_line_s"),
        CT_STR("a_name_that_takes_most_of_the_line_t"), 0);
    assert_text(&out, "typedef int   a_t;\n"
                      "typedef struct a_name_that_takes_most_of_the_line_s\n"
                      "    a_name_that_takes_most_of_the_line_t;\n");
    ct_pool_destroy(pool);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_grows_up_to_its_limit),
        cmocka_unit_test(literals_are_plain_ascii),
        cmocka_unit_test(docs_become_comments),
        cmocka_unit_test(docs_cannot_leave_their_comment),
        cmocka_unit_test(members_are_aligned_between_docs),
        cmocka_unit_test(arguments_are_wrapped),
        cmocka_unit_test(long_typedefs_are_broken),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
