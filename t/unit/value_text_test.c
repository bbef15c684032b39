/*
 * value_text_test.c -- values of every type as text for people.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_value_text.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

#include "sample.h"

static const ct_enum_value_t color_values[] = { { "RED", 1 } };
static const ct_enum_t       color = { "Color", color_values, 1 };
static const ct_type_t       color_type = { .ttype = CT_T_I32,
                                            .enumeration = &color };


static void
is_text(const ct_type_t *type, const void *place, const char *c_expected)
{
    ct_pool_t *pool = ct_pool_create(1024);
    ct_str_t   text;

    assert_int_equal(ct_value_text(type, place, pool, &text), CT_OK);
    assert_string_equal(ct_str_dup_c(pool, text), c_expected);
    ct_pool_destroy(pool);
}


/* The same as the element of a list: JSON. */
static void
is_json(const ct_type_t *type, const void *item, const char *c_expected)
{
    const ct_type_t list = { .ttype = CT_T_LIST, .element = type };
    ct_list_t       value = { 1, NULL };
    char            expected[256];
    uint8_t         copy[sizeof(sample_t)];

    memcpy(copy, item, ct_type_size(type));
    value.items = copy;
    snprintf(expected, sizeof(expected), "[%s]", c_expected);
    is_text(&list, &value, expected);
}


static void
writes_scalars_as_an_idl_does(void **state CT_UNUSED)
{
    const bool      yes = true;
    const int8_t    i8 = -128;
    const int16_t   i16 = 300;
    const int32_t   i32 = INT32_MIN;
    const int64_t   i64 = INT64_MIN;
    const int32_t   red = 1;
    const int32_t   blue = 2;
    const double    half = -0.5;
    const double    none = NAN;
    const double    infinite = -INFINITY;
    const ct_uuid_t uuid = { { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
                               255 } };

    is_text(&ct_type_bool, &yes, "true");
    is_text(&ct_type_i8, &i8, "-128");
    is_text(&ct_type_i16, &i16, "300");
    is_text(&ct_type_i32, &i32, "-2147483648");
    is_text(&ct_type_i64, &i64, "-9223372036854775808");
    is_text(&color_type, &red, "RED");
    is_text(&color_type, &blue, "2");
    is_text(&ct_type_double, &half, "-0.5");
    is_text(&ct_type_double, &none, "NaN");
    is_text(&ct_type_uuid, &uuid, "00010203-0405-0607-0809-0a0b0c0d0eff");
    is_json(&ct_type_bool, &yes, "true");
    is_json(&ct_type_i64, &i64, "-9223372036854775808");
    is_json(&color_type, &red, "\"RED\"");
    is_json(&color_type, &blue, "2");
    is_json(&ct_type_double, &half, "-0.5");
    is_json(&ct_type_double, &infinite, "\"-Infinity\"");
    is_json(&ct_type_uuid, &uuid, "\"00010203-0405-0607-0809-0a0b0c0d0eff\"");
}


static void
gives_strings_as_they_are(void **state CT_UNUSED)
{
    const ct_str_t text = CT_STR_INIT("a\"\xff\n");
    ct_str_t       given;

    assert_int_equal(ct_value_text(&ct_type_string, &text, NULL, &given),
                     CT_OK);
    assert_ptr_equal(given.data, text.data);
    assert_int_equal(given.len, text.len);
}


static void
escapes_strings_of_json(void **state CT_UNUSED)
{
    const ct_str_t text = CT_STR_INIT("\"\\/\n\x7f\xc3\xa4\xff\xc3|\xf0\x9f");
    const ct_str_t blob = CT_STR_INIT("\xff\x00\x80");
    const ct_str_t none = CT_STR_NONE;

    is_json(&ct_type_string, &text,
            "\"\\\"\\\\/\\u000a\\u007f\xc3\xa4\\ufffd\\ufffd|\\ufffd\\ufffd\"");
    is_json(&ct_type_binary, &blob, "\"/wCA\"");
    is_json(&ct_type_string, &none, "\"\"");
    is_json(&ct_type_binary, &none, "\"\"");
}


static void
writes_structs_with_names(void **state CT_UNUSED)
{
    ct_pool_t *pool = ct_pool_create(4096);
    sample_t   sample;
    ct_str_t   text;

    sample_fill(&sample, pool);
    is_text(&sample_point_type, &sample.point, "{\"x\":1,\"y\":2}");
    is_text(&sample_choice_type, &sample.choice, "{\"text\":\"chosen\"}");
    is_text(&sample_points, &sample.points, "[{\"x\":1,\"y\":2},{\"x\":3}]");
    is_text(&sample_counts, &sample.counts, "{\"k\":1,\"k\":2}");
    is_text(&sample_by_id, &sample.by_id, "{\"9\":[\"a\",\"\"],\"8\":[]}");
    is_text(&sample_bools, &sample.flags, "[true,false,true]");

    /* All of it, twice inside itself. */
    const sample_t *pointer = &sample;

    assert_int_equal(ct_value_text(&sample_type, &pointer, pool, &text), CT_OK);
    assert_non_null(strstr(text.data, "\"blob\":\"/wCA\""));
    assert_non_null(strstr(text.data, "\"next\":{\"color\":0"));
    assert_non_null(strstr(text.data, "\"perhaps\":[]}"));
    ct_pool_destroy(pool);
}


static void
writes_maps_without_textual_keys_as_pairs(void **state CT_UNUSED)
{
    struct {
        sample_point_t key;
        bool           value;
    } items[] = { { { 1, 0, false }, true } };
    const ct_list_t map = { 1, items };
    const ct_type_t type = {
        .ttype = CT_T_MAP,
        .key = &sample_point_type,
        .element = &ct_type_bool,
        .item_size = sizeof(items[0]),
        .value_offset =
            (uint32_t) ((char *) &items[0].value - (char *) &items[0]),
    };

    is_text(&type, &map, "[[{\"x\":1},true]]");
}


static void
knows_limits(void **state CT_UNUSED)
{
    static char     long_text[CT_VALUE_TEXT_MAX];
    ct_pool_t      *pool = ct_pool_create(1024);
    sample_t        chain[70];
    const sample_t *first = &chain[0];
    ct_list_t       list = { 1, NULL };
    ct_str_t        one = { sizeof(long_text), long_text };
    ct_str_t        text;

    memset(long_text, 'x', sizeof(long_text));
    list.items = &one;
    assert_int_equal(ct_value_text(&sample_strings, &list, pool, &text),
                     CT_DECLINED);
    one.len -= 4;
    assert_int_equal(ct_value_text(&sample_strings, &list, pool, &text), CT_OK);
    assert_int_equal(text.len, CT_VALUE_TEXT_MAX);

    for (size_t i = 0; i < CT_ARRAY_LEN(chain); i++) {
        chain[i] =
            (sample_t){ .next = i + 1 < CT_ARRAY_LEN(chain) ? &chain[i + 1]
                                                            : NULL };
    }
    assert_int_equal(ct_value_text(&sample_type, &first, pool, &text),
                     CT_DECLINED);
    ct_pool_destroy(pool);
}


int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_scalars_as_an_idl_does),
        cmocka_unit_test(gives_strings_as_they_are),
        cmocka_unit_test(escapes_strings_of_json),
        cmocka_unit_test(writes_structs_with_names),
        cmocka_unit_test(writes_maps_without_textual_keys_as_pairs),
        cmocka_unit_test(knows_limits),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
