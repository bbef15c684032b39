/*
 * idl_check_test.c -- what a sound file is: names, types, values, sizes.
 *
 * The messages themselves are in t/idl/bad; here are the borders between what
 * is taken and what is not.
 */

#include "core/ct_config.h"

#include "idl/ct_idl_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "idl_fixture.h"


/* Whether a text is taken, with or without a warning. */
static bool
is_taken(const char *c_text)
{
    fixture_t fixture;
    bool      taken;

    fixture_init(&fixture);
    fixture_add(&fixture, "lib.thrift",
                "enum Color { RED = 1 }\n"
                "const list<i32> MANY = [1]\n"
                "exception E {}\n"
                "typedef Color Colour\n");
    taken = fixture_load(&fixture, c_text) != NULL;
    fixture_release(&fixture);
    return taken;
}


static void
numbers_fit_their_type(void **state)
{
    (void) state;
    assert_true(is_taken("const i8 A = -128"));
    assert_false(is_taken("const i8 A = -129"));
    assert_true(is_taken("const i8 A = 127"));
    assert_false(is_taken("const i8 A = 128"));
    assert_true(is_taken("const i16 A = 32767"));
    assert_false(is_taken("const i16 A = 32768"));
    assert_true(is_taken("const i32 A = -2147483648"));
    assert_false(is_taken("const i32 A = 2147483648"));
    assert_true(is_taken("const i64 A = 9223372036854775807"));
    assert_true(is_taken("const double A = 1"));
    assert_false(is_taken("const i32 A = 1.0"));
    assert_true(is_taken("const bool A = true"));
    assert_true(is_taken("const bool A = 1"));
    assert_false(is_taken("const bool A = 2"));
    assert_false(is_taken("const i32 A = true"));
    assert_false(is_taken("const double A = false"));
}


static void
constants_are_checked_where_they_are_used(void **state)
{
    (void) state;
    assert_true(is_taken("const i8 A = B\nconst i32 B = 127"));
    assert_false(is_taken("const i8 A = B\nconst i32 B = 128"));
    assert_true(is_taken("const double A = B\nconst i8 B = 1"));
    assert_false(is_taken("const i32 A = A"));
    assert_false(is_taken("const i32 A = B\nconst i32 B = A"));
    assert_true(is_taken("include 'lib.thrift'\n"
                         "const list<i32> A = lib.MANY"));
    assert_false(is_taken("include 'lib.thrift'\n"
                          "const list<i64> A = lib.MANY"));
    assert_false(is_taken("struct A {}\nconst i32 B = A"));
}


static void
enums_take_their_own_values(void **state)
{
    (void) state;
    assert_true(is_taken("enum E { A }\nconst E B = E.A"));
    assert_true(is_taken("enum E { A }\nconst E B = 0"));
    assert_false(is_taken("enum E { A }\nconst E B = 1"));
    assert_false(is_taken("enum E { A }\nconst E B = A"));
    assert_true(is_taken("enum E { A }\nconst i8 B = E.A"));
    assert_false(is_taken("enum E { A }\nenum F { A }\nconst E B = F.A"));
    assert_true(is_taken("include 'lib.thrift'\n"
                         "const lib.Color A = lib.Color.RED\n"
                         "const lib.Colour B = lib.Colour.RED\n"
                         "const i32 C = lib.Color.RED"));
}


static void
containers_take_their_literals(void **state)
{
    (void) state;
    assert_true(is_taken("const list<i32> A = []"));
    assert_true(is_taken("const set<i32> A = {}"));
    assert_true(is_taken("const map<i32, i32> A = []"));
    assert_false(is_taken("const list<i32> A = { 1: 2 }"));
    assert_false(is_taken("const map<i32, i32> A = [1]"));
    assert_false(is_taken("const list<i32> A = 1"));
    assert_false(is_taken("const list<list<i8>> A = [[1], [128]]"));
}


static void
structs_take_maps_of_their_fields(void **state)
{
    (void) state;
    assert_true(is_taken("struct A { 1: i32 a }\nconst A B = { 'a': 1 }"));
    assert_true(is_taken("struct A { 1: i32 a }\nconst A B = {}"));
    assert_false(is_taken("struct A { 1: i32 a }\nconst A B = { 'b': 1 }"));
    assert_false(is_taken("struct A { 1: i32 a }\nconst A B = { 1: 1 }"));
    assert_false(is_taken("struct A { 1: i8 a }\nconst A B = { 'a': 300 }"));
    assert_false(is_taken("union A { 1: i32 a }\nconst A B = {}"));
    assert_true(is_taken("union A { 1: i32 a }\nconst A B = { 'a': 1 }"));
}


static void
values_may_not_hold_themselves(void **state)
{
    (void) state;
    assert_false(is_taken("struct A { 1: A a = {} }"));
    assert_false(is_taken("struct A { 1: B b = {} }\n"
                          "struct B { 1: list<A> a = [{}] }"));
    assert_true(is_taken("struct A { 1: B b = {} }\n"
                         "struct B { 1: list<A> a = [] }"));
    assert_false(is_taken("struct A { 1: list<A> a }\n"
                          "const list<A> B = [{ 'a': B }]"));
}


static void
types_may_not_hold_themselves_by_typedef(void **state)
{
    (void) state;
    assert_false(is_taken("typedef A A"));
    assert_false(is_taken("typedef B A\ntypedef list<A> B"));
    assert_true(is_taken("typedef list<B> A\nstruct B { 1: A a }"));
    assert_true(is_taken("struct A { 1: A a, 2: map<A, A> b }"));
}


static void
functions_answer_or_do_not(void **state)
{
    (void) state;
    assert_true(is_taken("service S { oneway void a(1: i32 b) }"));
    assert_false(is_taken("service S { oneway i32 a() }"));
    assert_false(is_taken("exception E {}\n"
                          "service S { oneway void a() throws (1: E e) }"));
    assert_false(is_taken("struct E {}\n"
                          "service S { void a() throws (1: E e) }"));
    assert_false(is_taken("service S { void a() throws (1: i32 e) }"));
    assert_true(is_taken("include 'lib.thrift'\ntypedef lib.E F\n"
                         "service S { void a() throws (1: F e) }"));
}


static void
services_extend_services(void **state)
{
    (void) state;
    assert_true(is_taken("service B extends A { void b() }\n"
                         "service A { void a() }"));
    assert_false(is_taken("service B extends A { void a() }\n"
                          "service A { void a() }"));
    assert_false(is_taken("service A extends A {}"));
    assert_false(is_taken("struct A {}\nservice B extends A {}"));
}


static void
ids_are_ordered(void **state)
{
    fixture_t           fixture;
    const ct_idl_def_t *def;

    (void) state;
    fixture_init(&fixture);
    def = fixture_def(
        fixture_load(&fixture,
                     "struct A { 9: i32 a, -3: i32 b, i32 c, 2: i32 d }"),
        "A");
    for (size_t i = 1; i < def->by_id.n; i++) {
        assert_true(CT_IDL_AT(ct_idl_field_t, &def->by_id, i - 1)->id
                    < CT_IDL_AT(ct_idl_field_t, &def->by_id, i)->id);
    }
    fixture_release(&fixture);
    assert_false(is_taken("struct A { 1: i32 a, 1: i32 b }"));
    assert_false(is_taken("struct A { 1: i32 a, 2: i32 a }"));
    assert_true(is_taken("struct A { 32767: i32 a, -32768: i32 b }"));
    assert_false(is_taken("struct A { 32768: i32 a }"));
}


/* The flag of the only field of the only struct. */
static bool
has_flag(const char *c_text)
{
    fixture_t           fixture;
    const ct_idl_def_t *def;
    bool                flag;

    fixture_init(&fixture);
    def = fixture_def(fixture_load(&fixture, c_text), "A");
    flag = CT_IDL_AT(ct_idl_field_t, &def->fields, 0)->has_flag;
    fixture_release(&fixture);
    return flag;
}


static void
flags_stand_where_c_cannot_say_unset(void **state)
{
    (void) state;
    assert_true(has_flag("struct A { 1: optional i32 a }"));
    assert_true(has_flag("struct A { 1: optional list<A> a }"));
    assert_true(has_flag("struct A { 1: optional uuid a }"));
    assert_true(has_flag("union A { 1: i32 a }"));
    assert_false(has_flag("struct A { 1: i32 a }"));
    assert_false(has_flag("struct A { 1: optional string a }"));
    assert_false(has_flag("struct A { 1: optional A a }"));
    assert_false(has_flag("union A { 1: required binary a }"));
    assert_true(has_flag("typedef i32 I\nstruct A { 1: optional I a }"));
}


static void
errors_come_to_an_end(void **state)
{
    char      text[2048];
    size_t    len;
    fixture_t fixture;

    (void) state;
    len = (size_t) snprintf(text, sizeof(text), "struct A {");
    for (int i = 1; i < 60; i++) {
        len += (size_t) snprintf(text + len, sizeof(text) - len, "%d: X a%d,",
                                 i, i);
    }
    snprintf(text + len, sizeof(text) - len, "}");
    fixture_init(&fixture);
    assert_null(fixture_load(&fixture, text));
    assert_true(fixture.idl.nerrors > CT_IDL_MAX_ERRORS);
    assert_non_null(strstr(fixture.said, "too many errors"));
    assert_null(strstr(fixture.said, "too many errors, the rest is not shown\n"
                                     "1"));
    fixture_release(&fixture);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_fit_their_type),
        cmocka_unit_test(constants_are_checked_where_they_are_used),
        cmocka_unit_test(enums_take_their_own_values),
        cmocka_unit_test(containers_take_their_literals),
        cmocka_unit_test(structs_take_maps_of_their_fields),
        cmocka_unit_test(values_may_not_hold_themselves),
        cmocka_unit_test(types_may_not_hold_themselves_by_typedef),
        cmocka_unit_test(functions_answer_or_do_not),
        cmocka_unit_test(services_extend_services),
        cmocka_unit_test(ids_are_ordered),
        cmocka_unit_test(flags_stand_where_c_cannot_say_unset),
        cmocka_unit_test(errors_come_to_an_end),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
