/*
 * bench_stencil_test.c -- messages are written and known again by their bytes.
 */

#include "core/ct_config.h"

#include "ct_bench_stencil.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

#include "core/ct_pool.h"

#define TURN_A 1
#define TURN_B 0x1234567
#define TURN_C 0x3fffffe

/* A message of a made-up protocol, with its seqid in each of the forms. */
static ct_bench_sample_t
message(ct_pool_t *pool, uint32_t turn)
{
    const uint32_t seqid = ct_bench_seqid(turn);
    const uint8_t fixed[4] = { (uint8_t) (seqid >> 24), (uint8_t) (seqid >> 16),
                               (uint8_t) (seqid >> 8), (uint8_t) seqid };
    const uint8_t varint[4] = { (uint8_t) (seqid | 0x80),
                                (uint8_t) (seqid >> 7 | 0x80),
                                (uint8_t) (seqid >> 14 | 0x80),
                                (uint8_t) (seqid >> 21) };

    return (ct_bench_sample_t){
        ct_str_printf(pool, "a%.4sb%.4scd%ue", (const char *) fixed,
                      (const char *) varint, seqid),
        seqid,
    };
}


static ct_bench_stencil_t
stencil(ct_pool_t *pool)
{
    const ct_bench_sample_t a = message(pool, TURN_A);
    const ct_bench_sample_t b = message(pool, TURN_B);
    ct_bench_stencil_t      made;

    assert_int_equal(ct_bench_stencil_make(&made, &a, &b, pool), CT_OK);
    return made;
}


static void
every_form_has_its_hole(void **state)
{
    ct_pool_t               *pool = ct_pool_create(0);
    const ct_bench_stencil_t made = stencil(pool);

    (void) state;
    assert_int_equal(made.nholes, 3);
    assert_int_equal(made.holes[0].form, CT_BENCH_FORM_FIXED);
    assert_int_equal(made.holes[0].at, 1);
    assert_int_equal(made.holes[1].form, CT_BENCH_FORM_VARINT);
    assert_int_equal(made.holes[1].at, 6);
    assert_int_equal(made.holes[2].form, CT_BENCH_FORM_DIGITS);
    assert_int_equal(made.holes[2].at, 12);
    assert_int_equal(made.holes[2].end, 21);
    ct_pool_destroy(pool);
}


static void
any_turn_is_written_and_known(void **state)
{
    ct_pool_t               *pool = ct_pool_create(0);
    const ct_bench_stencil_t made = stencil(pool);
    const ct_bench_sample_t  due = message(pool, TURN_C);
    uint8_t                 *out = ct_pool_alloc(pool, made.len);

    (void) state;
    ct_bench_stencil_write(&made, due.seqid, out);
    assert_int_equal(made.len, due.bytes.len);
    assert_memory_equal(out, due.bytes.data, made.len);
    for (size_t len = 0; len <= made.len; len++) {
        assert_true(ct_bench_stencil_matches(&made, due.seqid, out, len));
    }
    ct_pool_destroy(pool);
}


static void
any_other_byte_is_seen(void **state)
{
    ct_pool_t               *pool = ct_pool_create(0);
    const ct_bench_stencil_t made = stencil(pool);
    const uint32_t           seqid = ct_bench_seqid(TURN_C);
    uint8_t                 *out = ct_pool_alloc(pool, made.len);

    (void) state;
    ct_bench_stencil_write(&made, seqid, out);
    for (size_t i = 0; i < made.len; i++) {
        out[i] ^= 1;
        for (size_t len = 0; len <= made.len; len++) {
            assert_int_equal(ct_bench_stencil_matches(&made, seqid, out, len),
                             len <= i);
        }
        out[i] ^= 1;
    }
    assert_false(ct_bench_stencil_matches(&made, seqid + 1, out, made.len));
    ct_pool_destroy(pool);
}


/* What differs elsewhere, in its length, or not at all, makes none. */
static void
other_pairs_are_declined(void **state)
{
    ct_pool_t         *pool = ct_pool_create(0);
    ct_bench_sample_t  a = message(pool, TURN_A);
    ct_bench_sample_t  b = message(pool, TURN_B);
    ct_bench_sample_t  other = b;
    ct_bench_stencil_t made;

    (void) state;
    other.bytes =
        ct_str_printf(pool, "%.*sf", (int) b.bytes.len - 1, b.bytes.data);
    assert_int_equal(ct_bench_stencil_make(&made, &a, &other, pool),
                     CT_DECLINED);
    other.bytes.len--;
    assert_int_equal(ct_bench_stencil_make(&made, &a, &other, pool),
                     CT_DECLINED);
    assert_int_equal(ct_bench_stencil_make(&made, &a, &a, pool), CT_DECLINED);
    a.bytes = b.bytes = CT_STR("no seqid");
    assert_int_equal(ct_bench_stencil_make(&made, &a, &b, pool), CT_DECLINED);
    ct_pool_destroy(pool);
}


/* Two that differ by chance in a hole's width only: the seqid counts. */
static void
bytes_like_a_seqid_are_a_value(void **state)
{
    ct_pool_t              *pool = ct_pool_create(0);
    ct_bench_sample_t       a = message(pool, TURN_A);
    ct_bench_sample_t       b = message(pool, TURN_B);
    const ct_bench_sample_t first = a;
    ct_bench_stencil_t      made;

    (void) state;
    a.bytes = ct_str_printf(pool, "%.*s%u", CT_STR_ARG(a.bytes), first.seqid);
    b.bytes = ct_str_printf(pool, "%.*s%u", CT_STR_ARG(b.bytes), first.seqid);
    assert_int_equal(ct_bench_stencil_make(&made, &a, &b, pool), CT_OK);
    assert_int_equal(made.nholes, 3);
    ct_pool_destroy(pool);
}


static void
nothing_matches_no_stencil(void **state)
{
    const ct_bench_stencil_t none = { .len = 0 };

    (void) state;
    assert_false(ct_bench_stencil_matches(&none, 1, (const uint8_t *) "x", 1));
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_has_its_hole),
        cmocka_unit_test(any_turn_is_written_and_known),
        cmocka_unit_test(any_other_byte_is_seen),
        cmocka_unit_test(other_pairs_are_declined),
        cmocka_unit_test(bytes_like_a_seqid_are_a_value),
        cmocka_unit_test(nothing_matches_no_stencil),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
