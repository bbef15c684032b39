/*
 * board_call_test.c -- calls in flight are named, the oldest first.
 */

#include "core/ct_config.h"

#include "core/ct_board_call.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#define MS(n) ((uint64_t) (n) *1000000)


static ct_board_t *
make_board(void)
{
    ct_board_t *board = calloc(1, sizeof(*board));

    assert_non_null(board);
    assert_int_equal(ct_board_method(board, CT_STR("A.first")), 1);
    assert_int_equal(ct_board_method(board, CT_STR("A.second")), 2);
    return board;
}


static void
what_runs_is_named(void **state)
{
    ct_board_t      *board = make_board();
    ct_board_slot_t *slot = &board->slots[1];
    char             text[CT_BOARD_CALLS_TEXT];

    (void) state;
    assert_int_equal(
        ct_board_running_text(board, slot, MS(5), text, sizeof(text)), 0);
    assert_string_equal(text, "");
    ct_board_call_enter(slot, 2, MS(1000));
    assert_int_equal(
        ct_board_running_text(board, slot, MS(4012), text, sizeof(text)), 20);
    assert_string_equal(text, "A.second for 3012 ms");
    ct_board_running_text(board, slot, MS(999), text, sizeof(text));
    assert_string_equal(text, "A.second for 0 ms");
    ct_board_call_leave(slot);
    assert_int_equal(
        ct_board_running_text(board, slot, MS(5), text, sizeof(text)), 0);
    assert_int_equal(
        ct_board_running_text(NULL, slot, MS(5), text, sizeof(text)), 0);
    free(board);
}


static void
the_oldest_comes_first(void **state)
{
    ct_board_t      *board = make_board();
    ct_board_slot_t *slot = &board->slots[1];
    char             text[CT_BOARD_CALLS_TEXT];
    unsigned         young;

    (void) state;
    young = ct_board_call_begin(slot, 1, MS(90));
    assert_int_equal(young, 0);
    assert_int_equal(ct_board_call_begin(slot, 2, MS(10)), 1);
    ct_board_calls_text(board, slot, MS(100), text, sizeof(text));
    assert_string_equal(text, "A.second for 90 ms, A.first for 10 ms");

    ct_board_call_end(slot, young);
    ct_board_calls_text(board, slot, MS(100), text, sizeof(text));
    assert_string_equal(text, "A.second for 90 ms");
    assert_int_equal(ct_board_call_begin(slot, 0, MS(50)), 0);
    ct_board_calls_text(board, slot, MS(100), text, sizeof(text));
    assert_string_equal(text,
                        "A.second for 90 ms, a method without a row for 50 ms");
    assert_int_equal(
        ct_board_calls_text(NULL, slot, MS(100), text, sizeof(text)), 0);
    free(board);
}


/* A fiber is in flight and runs: it is told of once. */
static void
what_runs_is_no_other_call(void **state)
{
    ct_board_t      *board = make_board();
    ct_board_slot_t *slot = &board->slots[1];
    char             text[CT_BOARD_CALLS_TEXT];

    (void) state;
    (void) ct_board_call_begin(slot, 1, MS(90));
    (void) ct_board_call_begin(slot, 2, MS(91));
    ct_board_call_enter(slot, 1, MS(90));
    ct_board_calls_text(board, slot, MS(100), text, sizeof(text));
    assert_string_equal(text, "A.second for 9 ms");
    free(board);
}


static void
a_full_table_counts_the_rest(void **state)
{
    ct_board_t      *board = make_board();
    ct_board_slot_t *slot = &board->slots[1];
    char             text[CT_BOARD_CALLS_TEXT];
    char             cut[12];

    (void) state;
    for (unsigned i = 0; i < CT_BOARD_CALLS; i++) {
        assert_int_equal(ct_board_call_begin(slot, 1, MS(i)), i);
        ct_board_gauge(slot, CT_GAUGE_IN_FLIGHT, 1);
    }
    assert_int_equal(ct_board_call_begin(slot, 2, MS(70)), CT_BOARD_CALLS);
    ct_board_gauge(slot, CT_GAUGE_IN_FLIGHT, 1);
    ct_board_calls_text(board, slot, MS(100), text, sizeof(text));
    assert_string_equal(
        text, "A.first for 100 ms, A.first for 99 ms, A.first for 98 ms, "
              "A.first for 97 ms, A.first for 96 ms, A.first for 95 ms, "
              "A.first for 94 ms, A.first for 93 ms, 57 more");
    assert_int_equal(
        ct_board_calls_text(board, slot, MS(100), cut, sizeof(cut)), 11);
    assert_string_equal(cut, "A.first for");

    ct_board_call_end(slot, CT_BOARD_CALLS);
    ct_board_call_end(slot, 63);
    assert_int_equal(ct_board_call_begin(slot, 2, MS(71)), 63);
    free(board);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_runs_is_named),
        cmocka_unit_test(the_oldest_comes_first),
        cmocka_unit_test(what_runs_is_no_other_call),
        cmocka_unit_test(a_full_table_counts_the_rest),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
