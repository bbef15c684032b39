/*
 * idl_name_test.c -- names of the IDL in C, and two things of one name.
 */

#include "core/ct_config.h"

#include "idl/ct_idl_name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "idl_fixture.h"


static void
assert_snake(const char *c_name, const char *c_wanted)
{
    ct_pool_t     *pool = ct_pool_create(512);
    const ct_str_t name = ct_idl_snake(pool, ct_str_of(c_name));

    assert_string_equal(name.data, c_wanted);
    ct_pool_destroy(pool);
}


static void
camels_become_snakes(void **state)
{
    (void) state;
    assert_snake("HTTPServer", "http_server");
    assert_snake("getURLFor2", "get_url_for2");
    assert_snake("camelCase", "camel_case");
    assert_snake("CamelCase", "camel_case");
    assert_snake("snake_case", "snake_case");
    assert_snake("UPPER_CASE", "upper_case");
    assert_snake("Mixed_Case", "mixed_case");
    assert_snake("UserID", "user_id");
    assert_snake("UserID2", "user_id2");
    assert_snake("I32Value", "i32_value");
    assert_snake("A", "a");
    assert_snake("_x", "_x");
    assert_snake("", "");
    assert_snake("my-file.v2", "my_file_v2");
}


static void
words_of_c_get_an_underscore(void **state)
{
    ct_pool_t *pool = ct_pool_create(512);

    (void) state;
    assert_true(ct_str_eq_c(ct_idl_safe(pool, CT_STR("int")), "int_"));
    assert_true(ct_str_eq_c(ct_idl_safe(pool, CT_STR("class")), "class_"));
    assert_true(ct_str_eq_c(ct_idl_safe(pool, CT_STR("errno")), "errno_"));
    assert_true(ct_str_eq_c(ct_idl_safe(pool, CT_STR("xor_eq")), "xor_eq_"));
    assert_true(ct_str_eq_c(ct_idl_safe(pool, CT_STR("INT_MAX")), "INT_MAX_"));
    assert_true(ct_str_eq_c(ct_idl_safe(pool, CT_STR("in")), "in"));
    assert_true(ct_str_eq_c(ct_idl_safe(pool, CT_STR("nt")), "nt"));
    assert_true(ct_str_eq_c(ct_idl_safe(pool, CT_STR("")), ""));
    ct_pool_destroy(pool);
}


/* The prefix of a file of that path and text. */
static void
assert_prefix(const char *c_path, const char *c_text, const char *c_wanted)
{
    fixture_t      fixture;
    ct_idl_file_t *file = NULL;
    ct_rc_t        rc;

    fixture_init(&fixture);
    fixture_add(&fixture, c_path, c_text);
    rc = ct_idl_load(&fixture.idl, c_path, &file);
    if (c_wanted == NULL) {
        assert_int_equal(rc, CT_ERROR);
    } else {
        assert_int_equal(rc, CT_OK);
        assert_true(ct_str_eq_c(file->prefix, c_wanted));
    }
    fixture_release(&fixture);
}


static void
prefixes_come_from_namespace_or_stem(void **state)
{
    (void) state;
    assert_prefix("hello.thrift", "", "hello");
    assert_prefix("dir/MyService.thrift", "", "my_service");
    assert_prefix("a-b.v2.thrift", "", "a_b_v2");
    assert_prefix("2fa.thrift", "", "idl_2fa");
    assert_prefix("x.thrift", "namespace c demo.Deep", "demo_deep");
    assert_prefix("x.thrift", "namespace py demo\nnamespace * all", "x");
    assert_prefix("x.thrift", "namespace c ct", NULL);
    assert_prefix("x.thrift", "namespace c ct_mine", NULL);
    assert_prefix("a b.thrift", "", NULL);
}


static void
everything_has_its_name(void **state)
{
    fixture_t            fixture;
    const ct_idl_file_t *file;
    const ct_idl_def_t  *def;

    (void) state;
    fixture_init(&fixture);
    file = fixture_load(&fixture, "struct HTTPItem { 1: i32 errorCode }\n"
                                  "enum Color { DarkRed }\n"
                                  "const i32 MaxSize = 1\n"
                                  "service S { void getIt(1: i32 x) }\n");
    def = fixture_def(file, "HTTPItem");
    assert_string_equal(def->c_name.data, "a_http_item");
    assert_string_equal(CT_IDL_AT(ct_idl_field_t, &def->fields, 0)->c_name.data,
                        "error_code");
    def = fixture_def(file, "Color");
    assert_string_equal(
        CT_IDL_AT(ct_idl_enum_value_t, &def->values, 0)->c_name.data,
        "A_COLOR_DARK_RED");
    assert_string_equal(fixture_def(file, "MaxSize")->c_name.data,
                        "A_MAX_SIZE");
    def = fixture_def(file, "S");
    assert_string_equal(
        CT_IDL_AT(ct_idl_function_t, &def->functions, 0)->args->c_name.data,
        "a_s_get_it_args");
    fixture_release(&fixture);
}


static void
assert_clash(const char *c_text, const char *c_said)
{
    fixture_t fixture;

    fixture_init(&fixture);
    assert_null(fixture_load(&fixture, c_text));
    assert_string_equal(fixture.said, c_said);
    fixture_release(&fixture);
}


static void
two_things_of_one_name_are_refused(void **state)
{
    (void) state;
    assert_clash("struct Ab {}\nstruct AB {}\nstruct ab {}",
                 "2:8 'a_ab_t' in C is taken by a.thrift:1 already\n"
                 "3:8 'a_ab_t' in C is taken by a.thrift:1 already\n");
    assert_clash("struct A { 1: i32 aB, 2: i32 a_b }",
                 "1:30 'a_b' in C is taken by another member\n");
    assert_clash("struct A { 1: optional i32 a, 2: i32 has_a }",
                 "1:38 'has_a' in C is taken by another member\n");
    assert_clash("enum E { A, a }", "1:13 'A_E_A' in C is taken by a.thrift:1 "
                                    "already\n");
    assert_clash("service S { void aB(), void a_b() }",
                 "1:29 'a_b' in C is taken by another member\n");
    assert_clash("struct S {}\nservice s { void new() }",
                 "2:9 'a_s_new' in C is taken by a.thrift:1 already\n");
}


static void
local_names_have_no_prefix(void **state)
{
    const ct_idl_file_t file = { .prefix = CT_STR_INIT("ab") };

    (void) state;
    assert_true(
        ct_str_eq_c(ct_idl_local_name(&file, CT_STR("ab_item")), "item"));
    assert_true(
        ct_str_eq_c(ct_idl_local_name(&file, CT_STR("abc_item")), "abc_item"));
    assert_true(ct_str_eq_c(ct_idl_local_name(&file, CT_STR("ab_")), "ab_"));
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(camels_become_snakes),
        cmocka_unit_test(words_of_c_get_an_underscore),
        cmocka_unit_test(prefixes_come_from_namespace_or_stem),
        cmocka_unit_test(everything_has_its_name),
        cmocka_unit_test(two_things_of_one_name_are_refused),
        cmocka_unit_test(local_names_have_no_prefix),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
