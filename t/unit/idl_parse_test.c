/*
 * idl_parse_test.c -- the tree of a text, and where the parser goes on behind
 * an error.
 */

#include "core/ct_config.h"

#include "idl/ct_idl_parse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "idl_fixture.h"


static ct_idl_field_t *
field_at(const ct_idl_def_t *def, size_t i)
{
    return CT_IDL_AT(ct_idl_field_t, &def->fields, i);
}


static void
a_struct_has_fields(void **state)
{
    fixture_t           fixture;
    const ct_idl_def_t *def;

    (void) state;
    fixture_init(&fixture);
    def = fixture_def(fixture_load(&fixture,
                                   "/** doc */ struct A {\n"
                                   "  7: required i32 a = 3 (x = \"y\", z);\n"
                                   "  -2: optional list<string> b,\n"
                                   "  i8 c\n"
                                   "  /** d's */ 1: A & d }"),
                      "A");
    assert_int_equal(def->kind, CT_IDL_STRUCT);
    assert_true(ct_str_eq_c(def->doc, " doc "));
    assert_int_equal(def->fields.n, 4);
    assert_int_equal(field_at(def, 0)->id, 7);
    assert_int_equal(field_at(def, 0)->required, CT_IDL_REQUIRED);
    assert_int_equal(field_at(def, 0)->annotations.n, 2);
    assert_true(field_at(def, 0)->value->i64 == 3);
    assert_int_equal(field_at(def, 1)->id, -2);
    assert_int_equal(field_at(def, 1)->type->kind, CT_IDL_LIST);
    assert_int_equal(field_at(def, 1)->type->element->kind, CT_IDL_STRING);
    assert_int_equal(field_at(def, 2)->id, -1);
    assert_int_equal(field_at(def, 2)->required, CT_IDL_DEFAULT);
    assert_ptr_equal(field_at(def, 3)->type->def, def);
    assert_true(ct_str_eq_c(field_at(def, 3)->doc, " d's "));
    fixture_release(&fixture);
}


static void
an_enum_counts_on(void **state)
{
    static const int32_t wanted[] = { 0, 5, 6, -1, 0x20 };
    fixture_t            fixture;
    const ct_idl_def_t  *def;

    (void) state;
    fixture_init(&fixture);
    def = fixture_def(
        fixture_load(&fixture, "enum E { A; B = 5, C (x), D = -1 E = 0x20, }"),
        "E");
    assert_int_equal(def->values.n, CT_ARRAY_LEN(wanted));
    for (size_t i = 0; i < CT_ARRAY_LEN(wanted); i++) {
        assert_int_equal(CT_IDL_AT(ct_idl_enum_value_t, &def->values, i)->value,
                         wanted[i]);
    }
    fixture_release(&fixture);
}


static void
a_function_has_two_structs(void **state)
{
    fixture_t                fixture;
    const ct_idl_def_t      *def;
    const ct_idl_function_t *function;

    (void) state;
    fixture_init(&fixture);
    def = fixture_def(
        fixture_load(&fixture, "exception E {}\n"
                               "service S {\n"
                               "  i32 a(1: i32 x, 2: bool y) throws (1: E e),\n"
                               "  async void b();\n"
                               "  void c() }"),
        "S");
    assert_int_equal(def->functions.n, 3);
    function = CT_IDL_AT(ct_idl_function_t, &def->functions, 0);
    assert_int_equal(function->args->fields.n, 2);
    assert_int_equal(function->result->fields.n, 2);
    assert_true(ct_str_eq_c(function->args->name.str, "a_args"));
    assert_true(
        ct_str_eq_c(field_at(function->result, 0)->name.str, "success"));
    assert_true(function->result->is_result);
    function = CT_IDL_AT(ct_idl_function_t, &def->functions, 1);
    assert_true(function->oneway);
    assert_null(function->result);
    function = CT_IDL_AT(ct_idl_function_t, &def->functions, 2);
    assert_int_equal(function->result->fields.n, 0);
    fixture_release(&fixture);
}


static void
headers_are_kept(void **state)
{
    fixture_t            fixture;
    const ct_idl_file_t *file;

    (void) state;
    fixture_init(&fixture);
    file = fixture_load(&fixture, "/** words */\n"
                                  "namespace c one\n"
                                  "namespace * two (a = 'b')\n"
                                  "namespace smalltalk.category A-b\n"
                                  "cpp_include '<map>'\n");
    assert_non_null(file);
    assert_true(ct_str_eq_c(file->doc, " words "));
    assert_int_equal(file->namespaces.n, 3);
    assert_true(ct_str_eq_c(
        CT_IDL_AT(ct_idl_namespace_t, &file->namespaces, 2)->name, "A-b"));
    fixture_release(&fixture);
}


static void
values_nest(void **state)
{
    fixture_t             fixture;
    const ct_idl_value_t *value;

    (void) state;
    fixture_init(&fixture);
    value =
        fixture_def(fixture_load(&fixture, "const map<string, list<i32>> A ="
                                           " { 'a': [1 2; 3], 'b': [], }"),
                    "A")
            ->value;
    assert_int_equal(value->kind, CT_IDL_VALUE_MAP);
    assert_int_equal(value->keys.n, 2);
    assert_int_equal(value->depth, 3);
    assert_int_equal(CT_IDL_AT(ct_idl_value_t, &value->items, 0)->items.n, 3);
    fixture_release(&fixture);
}


static void
assert_said(const char *c_text, const char *c_said)
{
    fixture_t fixture;

    fixture_init(&fixture);
    assert_null(fixture_load(&fixture, c_text));
    assert_string_equal(fixture.said, c_said);
    fixture_release(&fixture);
}


static void
an_error_ends_with_its_item(void **state)
{
    (void) state;
    assert_said("struct A { 1: , 2: i32 }",
                "1:15 expected a type, found ','\n"
                "1:24 expected a name, found '}'\n");
    assert_said("struct A {\n  1: i32 =\n  2: i32 b 3 x }",
                "2:10 expected a name, found '='\n"
                "3:14 expected ':', found 'x'\n");
    assert_said("struct A { 1: B map = { 1: {}, 2: { 'a': 3 } }, 2: , 3: C c }",
                "1:17 'map' is a word of the IDL and cannot be a name\n"
                "1:52 expected a type, found ','\n");
    assert_said("enum E { A = B, C = 'x' }",
                "1:14 expected a whole number, found 'B'\n"
                "1:21 expected a whole number, found a string\n");
    assert_said("service S {\n  i32 (),\n  void b(1: void x),\n  c }",
                "2:9 expected a name, found ','\n"
                "3:13 expected a type with a value, found 'void'\n"
                "4:5 expected a name, found '}'\n");
}


static void
an_error_ends_with_its_definition(void **state)
{
    (void) state;
    assert_said("struct {}\ntypedef i32\nconst i32 A\nenum E {}\nwhat",
                "1:8 expected a name, found '{'\n"
                "3:1 'const' is a word of the IDL and cannot be a name\n"
                "4:1 expected '=', found 'enum'\n"
                "5:1 expected a definition, found 'what'\n");
    assert_said("struct A {\n  1: i32 a\nstruct B {\n",
                "3:1 expected '}', found 'struct'\n"
                "4:1 expected '}', found the end of the file\n");
}


static void
what_is_out_of_date_is_said(void **state)
{
    (void) state;
    assert_said("senum A { 'a' }",
                "1:1 'senum' is not supported: use an enum, or constants of "
                "type string\n");
    assert_said("struct A { 1: slist a }",
                "1:15 'slist' is not supported: use list<string>\n");
}


static void
depth_has_an_end(void **state)
{
    char      text[2048];
    size_t    len = 0;
    fixture_t fixture;

    (void) state;
    for (int i = 0; i < 65; i++) {
        len += (size_t) snprintf(text + len, sizeof(text) - len, "%s",
                                 i == 0 ? "typedef " : "list<");
    }
    len += (size_t) snprintf(text + len, sizeof(text) - len, "i32");
    for (int i = 0; i < 64; i++) {
        len += (size_t) snprintf(text + len, sizeof(text) - len, ">");
    }
    snprintf(text + len, sizeof(text) - len, " A");
    fixture_init(&fixture);
    assert_null(fixture_load(&fixture, text));
    assert_non_null(strstr(fixture.said, "types are nested more than 64 deep"));
    fixture_release(&fixture);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_struct_has_fields),
        cmocka_unit_test(an_enum_counts_on),
        cmocka_unit_test(a_function_has_two_structs),
        cmocka_unit_test(headers_are_kept),
        cmocka_unit_test(values_nest),
        cmocka_unit_test(an_error_ends_with_its_item),
        cmocka_unit_test(an_error_ends_with_its_definition),
        cmocka_unit_test(what_is_out_of_date_is_said),
        cmocka_unit_test(depth_has_an_end),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
