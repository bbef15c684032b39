/*
 * board_test.c -- rows keep their names, buckets their bounds.
 */

#include "core/ct_config.h"

#include "core/ct_board.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>


static void
a_method_keeps_its_row(void **state)
{
    ct_board_t *board = calloc(1, sizeof(*board));

    (void) state;
    assert_int_equal(ct_board_method(NULL, CT_STR("A.b")), 0);
    assert_int_equal(ct_board_method(board, CT_STR("A.b")), 1);
    assert_int_equal(ct_board_method(board, CT_STR("A.c")), 2);
    assert_int_equal(ct_board_method(board, CT_STR("A.b")), 1);
    assert_int_equal(ct_board_method(board, CT_STR("")), 0);
    assert_string_equal(board->methods[2], "A.c");
    free(board);
}


static void
a_full_board_counts_in_row_0(void **state)
{
    ct_board_t *board = calloc(1, sizeof(*board));
    char        name[32];

    (void) state;
    for (unsigned i = 1; i < CT_BOARD_METHODS; i++) {
        snprintf(name, sizeof(name), "S.m%u", i);
        assert_int_equal(ct_board_method(board, ct_str_of(name)), i);
    }
    assert_int_equal(ct_board_method(board, CT_STR("S.more")), 0);
    assert_int_equal(ct_board_method(board, CT_STR("S.m1")), 1);
    free(board);
}


static void
a_long_name_is_cut_and_found(void **state)
{
    ct_board_t *board = calloc(1, sizeof(*board));
    char        name[300];

    (void) state;
    memset(name, 'n', sizeof(name));
    assert_int_equal(ct_board_method(board, (ct_str_t){ 300, name }), 1);
    assert_int_equal(ct_board_method(board, (ct_str_t){ 300, name }), 1);
    assert_int_equal(strlen(board->methods[1]), CT_BOARD_METHOD_NAME - 1);
    free(board);
}


/* At each bound, and one beside it, the definition holds. */
static void
buckets_follow_their_bounds(void **state)
{
    (void) state;
    assert_int_equal(ct_board_bucket(0), 0);
    assert_int_equal(ct_board_bucket_bound(0), 16);
    for (unsigned i = 0; i < CT_BOARD_BUCKETS - 1; i++) {
        const uint64_t bound = ct_board_bucket_bound(i);

        assert_true(bound < ct_board_bucket_bound(i + 1));
        assert_int_equal(ct_board_bucket(bound), i);
        assert_int_equal(ct_board_bucket(bound + 1), i + 1);
    }
    assert_true(ct_board_bucket_bound(CT_BOARD_BUCKETS - 1) == UINT64_MAX);
    assert_int_equal(ct_board_bucket(UINT64_MAX), CT_BOARD_BUCKETS - 1);
}


static void
counters_and_gauges_add_up(void **state)
{
    ct_board_slot_t *slot = calloc(1, sizeof(*slot));

    (void) state;
    ct_board_count(slot, CT_COUNT_CALLS, 2);
    ct_board_count(slot, CT_COUNT_CALLS, 3);
    ct_board_gauge(slot, CT_GAUGE_BUSY, 2);
    ct_board_gauge(slot, CT_GAUGE_BUSY, -1);
    assert_int_equal(ct_counter_get(&slot->counters[CT_COUNT_CALLS]), 5);
    assert_int_equal(ct_counter_get(&slot->gauges[CT_GAUGE_BUSY]), 1);
    free(slot);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_method_keeps_its_row),
        cmocka_unit_test(a_full_board_counts_in_row_0),
        cmocka_unit_test(a_long_name_is_cut_and_found),
        cmocka_unit_test(buckets_follow_their_bounds),
        cmocka_unit_test(counters_and_gauges_add_up),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
