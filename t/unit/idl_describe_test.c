/*
 * idl_describe_test.c -- tables made in memory, against structs as the
 * compiler lays them out.
 *
 * t/idl/compare.c compares with the tables that cthriftc writes.
 */

#include "core/ct_config.h"

#include "idl/ct_idl_describe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "idl_fixture.h"

/* As ct_type.h says that the struct of the text below looks. */
typedef struct inner_s {
    bool     a;
    ct_str_t b;
} inner_t;

typedef struct item_s {
    int8_t  key;
    inner_t value;
} item_t;

typedef struct outer_s {
    int8_t    a;
    int64_t   b;
    bool      c;
    inner_t  *inner;
    ct_list_t map;
    ct_uuid_t id;
    int16_t   d;
    int32_t   color;
    double    e;
    bool      has_b;
    bool      has_map;
} outer_t;

static const char text[] =
    "struct Inner { 1: bool a = true, 2: string b = 'text' }\n"
    "enum Color { RED = 3, BLUE }\n"
    "typedef map<i8, Inner> Map\n"
    "struct Outer {\n"
    "  5: i8 a = -1,\n"
    "  1: optional i64 b = 7,\n"
    "  2: required bool c,\n"
    "  3: Inner inner = { 'b': 'other' },\n"
    "  4: optional Map table = { 1: {}, 2: { 'a': false } },\n"
    "  6: uuid id = '00112233-4455-6677-8899-aabbccddeeff',\n"
    "  7: i16 d,\n"
    "  8: Color color = Color.BLUE,\n"
    "  9: double e = 2,\n"
    "}\n"
    "struct Empty {}\n"
    "union Either { 1: i32 a, 2: Either b }\n"
    "service S { list<Outer> a(1: set<Outer> x), oneway void b() }\n";


static const ct_struct_t *
describe(fixture_t *fixture, const char *c_name)
{
    const ct_idl_file_t *file;

    fixture_init(fixture);
    file = fixture_load(fixture, text);
    assert_non_null(file);
    assert_int_equal(ct_idl_describe(&fixture->idl), CT_OK);
    return fixture_def(file, c_name)->description;
}


static void
assert_field(const ct_struct_t *strct, size_t i, const char *c_name,
             size_t offset, size_t has_offset)
{
    assert_string_equal(strct->fields[i].name, c_name);
    assert_int_equal(strct->fields[i].offset, offset);
    assert_int_equal(strct->fields[i].has_offset, has_offset);
    assert_int_equal(
        strct->fields[i].head,
        CT_FIELD_HEAD(strct->fields[i].type->ttype, strct->fields[i].id));
}


static void
fields_stand_where_c_puts_them(void **state)
{
    fixture_t          fixture;
    const ct_struct_t *outer = describe(&fixture, "Outer");

    (void) state;
    assert_string_equal(outer->name, "Outer");
    assert_int_equal(outer->size, sizeof(outer_t));
    assert_int_equal(outer->nfields, 9);
    assert_int_equal(outer->nrequired, 1);
    assert_field(outer, 0, "b", offsetof(outer_t, b), offsetof(outer_t, has_b));
    assert_field(outer, 1, "c", offsetof(outer_t, c), CT_NO_FLAG);
    assert_field(outer, 2, "inner", offsetof(outer_t, inner), CT_NO_FLAG);
    assert_field(outer, 3, "table", offsetof(outer_t, map),
                 offsetof(outer_t, has_map));
    assert_field(outer, 4, "a", offsetof(outer_t, a), CT_NO_FLAG);
    assert_field(outer, 5, "id", offsetof(outer_t, id), CT_NO_FLAG);
    assert_field(outer, 6, "d", offsetof(outer_t, d), CT_NO_FLAG);
    assert_field(outer, 7, "color", offsetof(outer_t, color), CT_NO_FLAG);
    assert_field(outer, 8, "e", offsetof(outer_t, e), CT_NO_FLAG);
    fixture_release(&fixture);
}


static void
types_say_what_they_hold(void **state)
{
    fixture_t          fixture;
    const ct_struct_t *outer = describe(&fixture, "Outer");
    const ct_type_t   *map = outer->fields[3].type;
    const ct_type_t   *color = outer->fields[7].type;

    (void) state;
    assert_ptr_equal(outer->fields[0].type, &ct_type_i64);
    assert_int_equal(map->ttype, CT_T_MAP);
    assert_ptr_equal(map->key, &ct_type_i8);
    assert_string_equal(map->element->strct->name, "Inner");
    assert_int_equal(map->item_size, sizeof(item_t));
    assert_int_equal(map->value_offset, offsetof(item_t, value));
    assert_int_equal(color->ttype, CT_T_I32);
    assert_string_equal(color->enumeration->name, "Color");
    assert_int_equal(color->enumeration->n, 2);
    assert_string_equal(color->enumeration->values[1].name, "BLUE");
    fixture_release(&fixture);
}


static void
defaults_stand_in_the_initial_value(void **state)
{
    fixture_t      fixture;
    const outer_t *outer = describe(&fixture, "Outer")->initial;
    const item_t  *items = outer->map.items;

    (void) state;
    assert_int_equal(outer->a, -1);
    assert_true(outer->has_b);
    assert_true(outer->b == 7);
    assert_true(outer->inner->a); /* the inner struct's own default */
    assert_true(ct_str_eq_c(outer->inner->b, "other"));
    assert_true(outer->has_map);
    assert_int_equal(outer->map.n, 2);
    assert_int_equal(items[0].key, 1);
    assert_true(items[0].value.a);
    assert_true(ct_str_eq_c(items[1].value.b, "text"));
    assert_false(items[1].value.a);
    assert_int_equal(outer->id.bytes[15], 0xff);
    assert_int_equal(outer->color, 4);
    assert_true(outer->e == 2.0);
    fixture_release(&fixture);
}


static void
structs_may_be_empty_or_hold_themselves(void **state)
{
    fixture_t          fixture;
    const ct_struct_t *either;

    (void) state;
    assert_int_equal(describe(&fixture, "Empty")->size, 1);
    fixture_release(&fixture);
    either = describe(&fixture, "Either");
    assert_true(either->is_union);
    assert_int_equal(either->fields[0].required, CT_OPTIONAL);
    assert_ptr_equal(either->fields[1].type->strct, either);
    fixture_release(&fixture);
}


static void
functions_have_args_and_results(void **state)
{
    fixture_t                fixture;
    const ct_idl_def_t      *def;
    const ct_idl_function_t *function;

    (void) state;
    fixture_init(&fixture);
    def = fixture_def(fixture_load(&fixture, text), "S");
    assert_int_equal(ct_idl_describe(&fixture.idl), CT_OK);
    function = CT_IDL_AT(ct_idl_function_t, &def->functions, 0);
    assert_int_equal(function->args->description->fields[0].type->item_size,
                     sizeof(outer_t));
    assert_true(function->result->description->is_result);
    assert_string_equal(function->result->description->fields[0].name,
                        "success");
    fixture_release(&fixture);
}


static void
default_values_have_a_limit(void **state)
{
    /* 128 times 256 structs of 200 strings: 100 MiB. */
    char      big[16384];
    size_t    len;
    fixture_t fixture;

    (void) state;
    len = (size_t) snprintf(big, sizeof(big), "struct A {");
    for (int i = 1; i <= 200; i++) {
        len += (size_t) snprintf(big + len, sizeof(big) - len,
                                 "%d: string a%d ", i, i);
    }
    len += (size_t) snprintf(big + len, sizeof(big) - len,
                             "}\nconst list<A> B = [");
    for (int i = 0; i < 256; i++) {
        len += (size_t) snprintf(big + len, sizeof(big) - len, "{}");
    }
    len += (size_t) snprintf(big + len, sizeof(big) - len,
                             "]\nstruct C { 1: list<list<A>> a = [");
    for (int i = 0; i < 128; i++) {
        len += (size_t) snprintf(big + len, sizeof(big) - len, "B ");
    }
    snprintf(big + len, sizeof(big) - len, "] }");

    fixture_init(&fixture);
    assert_non_null(fixture_load(&fixture, big));
    assert_int_equal(ct_idl_describe(&fixture.idl), CT_ERROR);
    assert_non_null(strstr(fixture.said, "default values take more than"));
    fixture_release(&fixture);
}


static void
for_tables_all_can_be_unset(void **state)
{
    fixture_t                fixture;
    const ct_idl_file_t     *file;
    const ct_idl_function_t *function;
    const ct_struct_t       *outer;

    (void) state;
    fixture_init(&fixture);
    fixture.idl.for_tables = true;
    file = fixture_load(&fixture, text);
    assert_int_equal(ct_idl_describe(&fixture.idl), CT_OK);
    outer = fixture_def(file, "Outer")->description;
    function =
        CT_IDL_AT(ct_idl_function_t, &fixture_def(file, "S")->functions, 0);
    for (uint32_t i = 0; i < outer->nfields; i++) {
        assert_false(ct_field_is_set(&outer->fields[i], outer->initial));
    }
    assert_int_equal(outer->fields[1].required, CT_REQUIRED);
    for (uint32_t i = 0; i < outer->nfields; i++) {
        const ct_field_t *field = &outer->fields[i];

        if (field->type->ttype == CT_T_STRUCT) {
            assert_int_equal(field->has_offset, CT_NO_FLAG);
        } else {
            assert_true(field->has_offset < outer->size);
        }
    }
    assert_true(function->args->description->fields[0].has_offset
                != CT_NO_FLAG);
    assert_true(function->result->description->fields[0].has_offset
                != CT_NO_FLAG);
    fixture_release(&fixture);
}


/* Errors of cthriftc, which are nobody's else. */
static void
for_tables_names_of_c_do_not_count(void **state)
{
    static const char of_python[] =
        "struct AB { 1: i32 fooBar, 2: i32 foo_bar }\n"
        "struct A_b { 1: list<AB> a }\n"
        "enum Color { RED, red }\n"
        "service S { void getIt(), void get_it() }\n";
    fixture_t fixture;

    (void) state;
    fixture_init(&fixture);
    assert_null(fixture_load(&fixture, of_python));
    assert_non_null(strstr(fixture.said, "in C is taken by"));
    fixture_release(&fixture);

    fixture_init(&fixture);
    fixture.idl.for_tables = true;
    assert_non_null(fixture_load(&fixture, of_python));
    assert_int_equal(ct_idl_describe(&fixture.idl), CT_OK);
    assert_string_equal(fixture.said, "");
    fixture_release(&fixture);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_stand_where_c_puts_them),
        cmocka_unit_test(types_say_what_they_hold),
        cmocka_unit_test(defaults_stand_in_the_initial_value),
        cmocka_unit_test(structs_may_be_empty_or_hold_themselves),
        cmocka_unit_test(functions_have_args_and_results),
        cmocka_unit_test(default_values_have_a_limit),
        cmocka_unit_test(for_tables_all_can_be_unset),
        cmocka_unit_test(for_tables_names_of_c_do_not_count),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
