/*
 * bench_random_test.c -- what a word that begins with "$" makes up.
 */

#include "core/ct_config.h"

#include "ct_bench_random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "core/ct_pool.h"

#define NTRIES 1000


static void
words_are_declined(void **state)
{
    static const char *const words[] = {
        "$",
        "$dice",
        "$random_string",
        "$random_string:",
        "$random_string:-1",
        "$random_string:1:2",
        "$random_string:16777217",
        "$random_int:1",
        "$random_int:2:1",
        "$random_int:1:2:3",
        "$random_int:a:b",
        "$random_double:1:",
        "$random_double:2:1",
        "$random_double:nan:nan",
        "$random_bool:1",
        "$random_uuid:1",
        "$seq:x",
        "$seq:1:2",
    };
    ct_pool_t      *pool = ct_pool_create(0);
    uint64_t        random = 0;
    ct_bench_made_t made;

    (void) state;
    for (size_t i = 0; i < CT_ARRAY_LEN(words); i++) {
        assert_int_equal(
            ct_bench_make_up(ct_str_of(words[i]), 0, &random, pool, &made),
            CT_DECLINED);
    }
    ct_pool_destroy(pool);
}


static void
integers_reach_both_ends(void **state)
{
    ct_pool_t      *pool = ct_pool_create(0);
    uint64_t        random = 1;
    ct_bench_made_t made;
    unsigned        seen = 0;

    (void) state;
    for (int i = 0; i < NTRIES; i++) {
        assert_int_equal(ct_bench_make_up(CT_STR("$random_int:-1:2"), 0,
                                          &random, pool, &made),
                         CT_OK);
        assert_int_equal(made.kind, CT_BENCH_MADE_INT);
        assert_in_range(made.i64 + 1, 0, 3);
        seen |= 1U << (made.i64 + 1);
    }
    assert_int_equal(seen, 0xf);
    assert_int_equal(ct_bench_make_up(CT_STR("$random_int:-9223372036854775808:"
                                             "9223372036854775807"),
                                      0, &random, pool, &made),
                     CT_OK);
    ct_pool_destroy(pool);
}


static void
doubles_stay_between(void **state)
{
    ct_pool_t      *pool = ct_pool_create(0);
    uint64_t        random = 2;
    ct_bench_made_t made;

    (void) state;
    for (int i = 0; i < NTRIES; i++) {
        assert_int_equal(ct_bench_make_up(CT_STR("$random_double:-0.5:1e2"), 0,
                                          &random, pool, &made),
                         CT_OK);
        assert_true(made.number >= -0.5 && made.number <= 100);
    }
    ct_pool_destroy(pool);
}


static void
text_is_as_long_as_asked(void **state)
{
    ct_pool_t      *pool = ct_pool_create(0);
    uint64_t        random = 3;
    ct_bench_made_t one;
    ct_bench_made_t two;

    (void) state;
    assert_int_equal(
        ct_bench_make_up(CT_STR("$random_string:20"), 0, &random, pool, &one),
        CT_OK);
    assert_int_equal(
        ct_bench_make_up(CT_STR("$random_string:20"), 0, &random, pool, &two),
        CT_OK);
    assert_int_equal(one.text.len, 20);
    assert_false(ct_str_eq(one.text, two.text));
    assert_int_equal(
        ct_bench_make_up(CT_STR("$random_uuid"), 0, &random, pool, &one),
        CT_OK);
    assert_int_equal(one.text.len, 36);
    assert_int_equal(one.text.data[14], '4');
    assert_int_equal(
        ct_bench_make_up(CT_STR("$$money"), 0, &random, pool, &one), CT_OK);
    assert_true(ct_str_eq_c(one.text, "$money"));
    ct_pool_destroy(pool);
}


static void
the_same_start_gives_the_same(void **state)
{
    uint64_t a = 42;
    uint64_t b = 42;
    uint64_t c = 43;

    (void) state;
    for (int i = 0; i < NTRIES; i++) {
        const uint64_t bits = ct_bench_random(&a);

        assert_true(bits == ct_bench_random(&b));
        assert_true(bits != ct_bench_random(&c));
    }
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_declined),
        cmocka_unit_test(integers_reach_both_ends),
        cmocka_unit_test(doubles_stay_between),
        cmocka_unit_test(text_is_as_long_as_asked),
        cmocka_unit_test(the_same_start_gives_the_same),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
