/*
 * str_test.c -- slices: compared, copied, read as numbers, made printable.
 */

#include "core/ct_config.h"

#include "core/ct_str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "core/ct_pool.h"


static void
order_is_by_unsigned_bytes(void **state)
{
    (void) state;
    assert_true(ct_str_cmp(CT_STR("a"), CT_STR("b")) < 0);
    assert_true(ct_str_cmp(CT_STR("ab"), CT_STR("a")) > 0);
    assert_true(ct_str_cmp(CT_STR("\xff"), CT_STR("a")) > 0);
    assert_int_equal(ct_str_cmp(CT_STR(""), CT_STR_NONE), 0);
    assert_true(ct_str_eq(CT_STR("abc"), ct_str_of("abc")));
    assert_false(ct_str_eq_c(CT_STR("abc"), "abd"));
    assert_int_equal(ct_str_of(NULL).len, 0);
}


static void
ends_are_compared_whole(void **state)
{
    (void) state;
    assert_true(ct_str_starts_with(CT_STR("unix:/x"), "unix:"));
    assert_false(ct_str_starts_with(CT_STR("uni"), "unix:"));
    assert_true(ct_str_ends_with(CT_STR("a.conf"), ".conf"));
    assert_false(ct_str_ends_with(CT_STR("conf"), ".conf"));
    assert_true(ct_str_starts_with(CT_STR_NONE, ""));
    assert_true(ct_str_ends_with(CT_STR_NONE, ""));
}


static void
copies_end_with_nul(void **state)
{
    ct_pool_t     *pool = ct_pool_create(0);
    const ct_str_t copy = ct_str_dup(pool, (ct_str_t){ 3, "abcdef" });
    const ct_str_t text = ct_str_printf(pool, "%s-%d", "x", 42);

    (void) state;
    assert_string_equal(copy.data, "abc");
    assert_string_equal(ct_str_dup_c(pool, CT_STR_NONE), "");
    assert_int_equal(text.len, 4);
    assert_string_equal(text.data, "x-42");
    ct_pool_destroy(pool);
}


static void
unsigned_numbers_are_whole_and_bounded(void **state)
{
    static const char *const wrong[] = {
        "", "-1", "+1", " 1", "1 ", "1x", "0x10", "18446744073709551616"
    };
    uint64_t value = 0;

    (void) state;
    assert_int_equal(ct_str_to_u64(CT_STR("18446744073709551615"), &value),
                     CT_OK);
    assert_true(value == UINT64_MAX);
    assert_int_equal(ct_str_to_u64(CT_STR("007"), &value), CT_OK);
    assert_int_equal(value, 7);
    for (size_t i = 0; i < CT_ARRAY_LEN(wrong); i++) {
        assert_int_equal(ct_str_to_u64(ct_str_of(wrong[i]), &value),
                         CT_DECLINED);
    }
    assert_int_equal(value, 7);
}


static void
signed_numbers_reach_both_ends(void **state)
{
    static const char *const wrong[] = { "-", "--1", "9223372036854775808",
                                         "-9223372036854775809", "" };
    int64_t                  value = 0;

    (void) state;
    assert_int_equal(ct_str_to_i64(CT_STR("-9223372036854775808"), &value),
                     CT_OK);
    assert_true(value == INT64_MIN);
    assert_int_equal(ct_str_to_i64(CT_STR("9223372036854775807"), &value),
                     CT_OK);
    assert_true(value == INT64_MAX);
    assert_int_equal(ct_str_to_i64(CT_STR("-0"), &value), CT_OK);
    assert_int_equal(value, 0);
    for (size_t i = 0; i < CT_ARRAY_LEN(wrong); i++) {
        assert_int_equal(ct_str_to_i64(ct_str_of(wrong[i]), &value),
                         CT_DECLINED);
    }
}


static void
distance_counts_typing_errors(void **state)
{
    char           long_word[65];
    const ct_str_t too_long = { sizeof(long_word), long_word };

    (void) state;
    memset(long_word, 'x', sizeof(long_word));
    assert_int_equal(ct_str_distance(CT_STR(""), CT_STR("abc")), 3);
    assert_int_equal(ct_str_distance(CT_STR("abc"), CT_STR("")), 3);
    assert_int_equal(ct_str_distance(CT_STR("listen"), CT_STR("listen")), 0);
    assert_int_equal(ct_str_distance(CT_STR("lisetn"), CT_STR("listen")), 1);
    assert_int_equal(ct_str_distance(CT_STR("listem"), CT_STR("listen")), 1);
    assert_int_equal(ct_str_distance(CT_STR("lstenn"), CT_STR("listen")), 2);
    assert_int_equal(ct_str_distance(CT_STR("kitten"), CT_STR("sitting")), 3);
    assert_true(ct_str_distance(too_long, CT_STR("x")) == SIZE_MAX);
}


static void
printable_hides_what_could_harm(void **state)
{
    char out[64];

    (void) state;
    assert_string_equal(
        ct_str_printable(CT_STR("a\n\"\\\x7f\xe9z"), out, sizeof(out)),
        "a\\x0a\\x22\\x5c\\x7f\\xe9z");
    assert_string_equal(ct_str_printable(CT_STR_NONE, out, sizeof(out)), "");
}


static void
printable_cuts_without_breaking_an_escape(void **state)
{
    char out[12];

    (void) state;
    assert_string_equal(ct_str_printable(CT_STR("abcdefghijk"), out, 12),
                        "abcdefghijk");
    assert_string_equal(ct_str_printable(CT_STR("abcdefghijkl"), out, 12),
                        "abcdefgh...");
    assert_string_equal(ct_str_printable(CT_STR("abcdef\n\n"), out, 12),
                        "abcdef...");
    assert_string_equal(ct_str_printable(CT_STR("abcdef"), out, 3), "..");
    assert_string_equal(ct_str_printable(CT_STR("abcdef"), out, 1), "");
    assert_ptr_equal(ct_str_printable(CT_STR("abcdef"), out, 0), out);
}


/* Of every length about those that are compared in place, at every byte. */
static void
short_ones_are_compared_whole(void **state CT_UNUSED)
{
    char a[20];
    char b[20];

    memset(a, 'x', sizeof(a));
    memset(b, 'x', sizeof(b));
    for (size_t len = 0; len <= sizeof(a); len++) {
        assert_true(
            ct_str_eq_short((ct_str_t){ len, a }, (ct_str_t){ len, b }));
        for (size_t at = 0; at < len; at++) {
            b[at] = 'y';
            assert_false(
                ct_str_eq_short((ct_str_t){ len, a }, (ct_str_t){ len, b }));
            b[at] = 'x';
        }
        if (len > 0) {
            assert_false(ct_str_eq_short((ct_str_t){ len, a },
                                         (ct_str_t){ len - 1, b }));
        }
    }
    assert_true(ct_str_eq_short(CT_STR_NONE, CT_STR("")));
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(short_ones_are_compared_whole),
        cmocka_unit_test(order_is_by_unsigned_bytes),
        cmocka_unit_test(ends_are_compared_whole),
        cmocka_unit_test(copies_end_with_nul),
        cmocka_unit_test(unsigned_numbers_are_whole_and_bounded),
        cmocka_unit_test(signed_numbers_reach_both_ends),
        cmocka_unit_test(distance_counts_typing_errors),
        cmocka_unit_test(printable_hides_what_could_harm),
        cmocka_unit_test(printable_cuts_without_breaking_an_escape),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
