/*
 * type_test.c -- sizes, lookups and what counts as set.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_type.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "sample.h"

static void
knows_sizes(void **state CT_UNUSED)
{
    const ct_type_t none = { .ttype = CT_T_VOID };
    const ct_type_t stop = { .ttype = CT_T_STOP };

    assert_int_equal(ct_type_size(&ct_type_bool), 1);
    assert_int_equal(ct_type_size(&ct_type_i8), 1);
    assert_int_equal(ct_type_size(&ct_type_i16), 2);
    assert_int_equal(ct_type_size(&ct_type_i32), 4);
    assert_int_equal(ct_type_size(&ct_type_i64), 8);
    assert_int_equal(ct_type_size(&ct_type_double), 8);
    assert_int_equal(ct_type_size(&ct_type_uuid), 16);
    assert_int_equal(ct_type_size(&ct_type_string), sizeof(ct_str_t));
    assert_int_equal(ct_type_size(&ct_type_binary), sizeof(ct_str_t));
    assert_int_equal(ct_type_size(&sample_i32s), sizeof(ct_list_t));
    assert_int_equal(ct_type_size(&sample_i64_set), sizeof(ct_list_t));
    assert_int_equal(ct_type_size(&sample_counts), sizeof(ct_list_t));
    assert_int_equal(ct_type_size(&sample_type), sizeof(sample_t));
    assert_int_equal(ct_type_size(&none), 0);
    assert_int_equal(ct_type_size(&stop), 0);
}


/* Every id there can be, against a search of the plainest kind. */
static void
finds_fields(void **state CT_UNUSED)
{
    const ct_struct_t empty = { .nfields = 0 };
    int               id;

    assert_null(ct_struct_field(&empty, 0));
    for (id = INT16_MIN; id <= INT16_MAX; id++) {
        const ct_field_t *expected = NULL;
        size_t            i;

        for (i = 0; i < sample_struct.nfields; i++) {
            if (sample_struct.fields[i].id == id) {
                expected = &sample_struct.fields[i];
            }
        }
        assert_ptr_equal(ct_struct_field(&sample_struct, (int16_t) id),
                         expected);
    }
}


/* The ends of the range together: the distance is more than an i16 holds. */
static void
finds_far_apart(void **state CT_UNUSED)
{
    const ct_field_t  fields[] = { { .id = INT16_MIN }, { .id = INT16_MAX } };
    const ct_struct_t strct = { .fields = fields, .nfields = 2 };

    assert_ptr_equal(ct_struct_field(&strct, INT16_MIN), &fields[0]);
    assert_ptr_equal(ct_struct_field(&strct, INT16_MAX), &fields[1]);
    assert_null(ct_struct_field(&strct, INT16_MIN + 1));
    assert_null(ct_struct_field(&strct, 0));
}


static bool
is_set(const sample_t *sample, int16_t id)
{
    return ct_field_is_set(ct_struct_field(&sample_struct, id), sample);
}


static void
tells_what_is_set(void **state CT_UNUSED)
{
    sample_point_t point = { .x = 1 };
    sample_t       sample = { .maybe = 5 };

    assert_true(is_set(&sample, 1));
    assert_true(is_set(&sample, 12));
    assert_false(is_set(&sample, 7));
    assert_false(is_set(&sample, 10));
    assert_false(is_set(&sample, 1000));
    sample.text = CT_STR("");
    sample.point = &point;
    sample.has_maybe = true;
    assert_true(is_set(&sample, 7));
    assert_true(is_set(&sample, 10));
    assert_true(is_set(&sample, 1000));
}


int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_sizes),
        cmocka_unit_test(finds_fields),
        cmocka_unit_test(finds_far_apart),
        cmocka_unit_test(tells_what_is_set),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
