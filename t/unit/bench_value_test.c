/*
 * bench_value_test.c -- values out of JSON, and whether two are the same.
 */

#include "core/ct_config.h"

#include "ct_bench_value.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "core/ct_pool.h"
#include "ct_bench_equal.h"
#include "idl/ct_idl.h"
#include "idl/ct_idl_describe.h"

static const char idl_text[] =
    "enum Colour { RED = 1, BLUE = 7 }\n"
    "struct Point { 1: i32 x, 2: i32 y = 5 }\n"
    "union Either { 1: i32 number, 2: string text }\n"
    "struct All {\n"
    "  1: bool yes, 2: i8 tiny, 3: i16 small, 4: i32 mid, 5: i64 big,\n"
    "  6: double real, 7: string text, 8: binary raw, 9: uuid id,\n"
    "  10: Colour colour, 11: Point point, 12: Either either,\n"
    "  13: list<Point> points, 14: set<string> words,\n"
    "  15: map<i32, string> names, 16: map<Point, Colour> places,\n"
    "  17: optional i32 maybe, 18: map<bool, double> odds,\n"
    "  19: list<list<i32>> deep,\n"
    "}\n"
    "struct Strict { 1: required string must }\n";

typedef struct fixture_s {
    ct_pool_t         *pool;
    ct_idl_file_t     *file;
    ct_bench_reading_t reading;
} fixture_t;


static ct_rc_t
read_text(ct_pool_t *pool, const char *c_path, ct_str_t *text, void *data)
{
    (void) c_path;
    (void) data;
    *text = ct_str_dup(pool, CT_STR(idl_text));
    return CT_OK;
}


static int
setup(void **state)
{
    ct_pool_t *pool = ct_pool_create(4096);
    fixture_t *fixture = ct_pool_zalloc(pool, sizeof(*fixture));
    ct_idl_t  *idl = ct_pool_zalloc(pool, sizeof(*idl));

    fixture->pool = pool;
    fixture->reading.pool = pool;
    ct_idl_init(idl, pool, NULL, NULL);
    idl->read = read_text;
    assert_int_equal(ct_idl_load(idl, "all.thrift", &fixture->file), CT_OK);
    assert_int_equal(ct_idl_describe(idl), CT_OK);
    *state = fixture;
    return 0;
}


static int
teardown(void **state)
{
    fixture_t *fixture = *state;

    ct_pool_destroy(fixture->pool);
    return 0;
}


static const ct_struct_t *
struct_named(fixture_t *fixture, const char *c_name)
{
    const ct_idl_def_t *def =
        ct_hash_find(&fixture->file->names, ct_str_of(c_name));

    return def->description;
}


/* The value that a struct's JSON says; NULL: it was refused. */
static const void *
value_of(fixture_t *fixture, const char *c_struct, const char *c_json)
{
    const ct_struct_t *strct = struct_named(fixture, c_struct);
    void              *value = ct_pool_alloc(fixture->pool, strct->size);
    json_t            *json = json_loads(c_json, 0, NULL);
    ct_rc_t            rc;

    assert_non_null(json);
    rc = ct_bench_read_struct(&fixture->reading, strct, json, value);
    json_decref(json);
    return rc == CT_OK ? value : NULL;
}


static bool
same(fixture_t *fixture, const char *c_a, const char *c_b)
{
    const void     *a = value_of(fixture, "All", c_a);
    const void     *b = value_of(fixture, "All", c_b);
    const ct_type_t type = { .ttype = CT_T_STRUCT,
                             .strct = struct_named(fixture, "All") };

    assert_non_null(a);
    assert_non_null(b);
    return ct_bench_equal(&type, a, b);
}


static void
refuse(fixture_t *fixture, const char *c_struct, const char *c_json,
       const char *c_why)
{
    assert_null(value_of(fixture, c_struct, c_json));
    assert_string_equal(fixture->reading.why.data, c_why);
}


static const void *
place_of(fixture_t *fixture, const void *value, int16_t id)
{
    const ct_field_t *field = ct_struct_field(struct_named(fixture, "All"), id);

    return (const char *) value + field->offset;
}


static void
every_type_is_read(void **state)
{
    fixture_t  *fixture = *state;
    const void *all =
        value_of(fixture, "All",
                 "{\"yes\": true, \"tiny\": -7, \"small\": 300, \"mid\": 70000,"
                 "\"big\": 9007199254740993, \"real\": 0.5, \"text\": \"t\","
                 "\"raw\": {\"base64\": \"AAEC\"},"
                 "\"id\": \"00112233-4455-6677-8899-aabbccddeeff\","
                 "\"colour\": \"BLUE\", \"point\": {\"x\": 3}, \"maybe\": 4,"
                 "\"points\": [{\"x\": 1}, {\"x\": 2, \"y\": 3}]}");
    const ct_list_t *points;

    assert_non_null(all);
    assert_true(*(const bool *) place_of(fixture, all, 1));
    assert_int_equal(*(const int8_t *) place_of(fixture, all, 2), -7);
    assert_int_equal(*(const int16_t *) place_of(fixture, all, 3), 300);
    assert_int_equal(*(const int32_t *) place_of(fixture, all, 4), 70000);
    assert_true(*(const int64_t *) place_of(fixture, all, 5)
                == 9007199254740993);
    assert_true(*(const double *) place_of(fixture, all, 6) == 0.5);
    assert_true(
        ct_str_eq_c(*(const ct_str_t *) place_of(fixture, all, 7), "t"));
    assert_memory_equal(((const ct_str_t *) place_of(fixture, all, 8))->data,
                        "\0\1\2", 3);
    assert_int_equal(((const ct_uuid_t *) place_of(fixture, all, 9))->bytes[1],
                     0x11);
    assert_int_equal(*(const int32_t *) place_of(fixture, all, 10), 7);
    points = place_of(fixture, all, 13);
    assert_int_equal(points->n, 2);
    assert_false(fixture->reading.is_made_up);
}


static void
defaults_are_there(void **state)
{
    assert_true(same(*state, "{\"point\": {\"x\": 1}}",
                     "{\"point\": {\"x\": 1, \"y\": 5}}"));
    assert_true(same(*state, "{}", "{\"mid\": 0}"));
    assert_false(same(*state, "{}", "{\"maybe\": 0}"));
    assert_false(same(*state, "{}", "{\"text\": \"\"}"));
}


static void
maps_have_two_forms(void **state)
{
    assert_true(same(*state, "{\"names\": {\"1\": \"a\", \"-2\": \"b\"}}",
                     "{\"names\": [[-2, \"b\"], [1, \"a\"]]}"));
    assert_true(
        same(*state, "{\"odds\": {\"true\": 1}}", "{\"odds\": [[true, 1.0]]}"));
    assert_false(same(*state, "{\"odds\": {\"true\": 1}}",
                      "{\"odds\": {\"false\": 1}}"));
    assert_true(same(*state, "{\"places\": [[{\"x\": 1}, \"RED\"]]}",
                     "{\"places\": [[{\"x\": 1, \"y\": 5}, 1]]}"));
}


static void
order_counts_in_lists_alone(void **state)
{
    assert_true(same(*state, "{\"words\": [\"a\", \"b\"]}",
                     "{\"words\": [\"b\", \"a\"]}"));
    assert_false(same(*state, "{\"words\": [\"a\", \"b\"]}",
                      "{\"words\": [\"b\", \"c\"]}"));
    assert_false(same(*state, "{\"points\": [{\"x\": 1}, {\"x\": 2}]}",
                      "{\"points\": [{\"x\": 2}, {\"x\": 1}]}"));
    assert_false(
        same(*state, "{\"deep\": [[1], [2]]}", "{\"deep\": [[1], [2, 3]]}"));
}


static void
numbers_that_are_none(void **state)
{
    assert_true(same(*state, "{\"real\": \"NaN\"}", "{\"real\": \"NaN\"}"));
    assert_false(
        same(*state, "{\"real\": \"Infinity\"}", "{\"real\": \"-Infinity\"}"));
}


static void
unions_differ_by_their_field(void **state)
{
    assert_true(same(*state, "{\"either\": {\"number\": 1}}",
                     "{\"either\": {\"number\": 1}}"));
    assert_false(same(*state, "{\"either\": {\"number\": 1}}",
                      "{\"either\": {\"text\": \"1\"}}"));
}


static void
what_does_not_fit_is_refused(void **state)
{
    refuse(*state, "All", "{\"tiny\": 200}", "tiny: the number does not fit");
    refuse(*state, "All", "{\"mid\": 3000000000}",
           "mid: the number does not fit");
    refuse(*state, "All", "{\"mid\": 1.5}", "mid: a whole number is due");
    refuse(*state, "All", "{\"colour\": \"GREEN\"}",
           "colour: a value of the enum is due");
    refuse(*state, "All", "{\"raw\": {\"base64\": \"?\"}}",
           "raw: this is no base64");
    refuse(*state, "All", "{\"id\": \"1\"}", "id: a UUID is due");
    refuse(*state, "All", "{\"points\": {}}", "points: an array is due");
    refuse(*state, "All", "{\"names\": [[1]]}",
           "names: an array of [key, value] is due");
    refuse(*state, "All", "{\"either\": {}}",
           "Either: exactly one field of a union is due");
    refuse(*state, "All", "{\"nobody\": 1}", "All: there is no field nobody");
    refuse(*state, "All", "{\"text\": \"$dice\"}",
           "text: nothing is known of $dice");
    refuse(*state, "Strict", "{}", "Strict: the field must is required");
}


static void
made_up_values_are_read_like_others(void **state)
{
    fixture_t  *fixture = *state;
    const void *all;

    fixture->reading.seq = 3;
    all = value_of(fixture, "All",
                   "{\"mid\": \"$random_int:5:5\", \"text\": \"$seq:40\","
                   "\"id\": \"$random_uuid\", \"real\": \"$random_double:1:1\","
                   "\"yes\": \"$random_bool\"}");
    assert_non_null(all);
    assert_true(fixture->reading.is_made_up);
    assert_int_equal(*(const int32_t *) place_of(fixture, all, 4), 5);
    assert_true(
        ct_str_eq_c(*(const ct_str_t *) place_of(fixture, all, 7), "43"));
    assert_true(*(const double *) place_of(fixture, all, 6) == 1);
    fixture->reading.is_made_up = false;
    assert_true(
        same(fixture, "{\"words\": [\"$$x\"]}", "{\"words\": [\"$$x\"]}"));
    assert_false(fixture->reading.is_made_up);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_type_is_read, setup, teardown),
        cmocka_unit_test_setup_teardown(defaults_are_there, setup, teardown),
        cmocka_unit_test_setup_teardown(maps_have_two_forms, setup, teardown),
        cmocka_unit_test_setup_teardown(order_counts_in_lists_alone, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(numbers_that_are_none, setup, teardown),
        cmocka_unit_test_setup_teardown(unions_differ_by_their_field, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(what_does_not_fit_is_refused, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(made_up_values_are_read_like_others,
                                        setup, teardown),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
