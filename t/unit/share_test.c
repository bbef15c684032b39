/*
 * share_test.c -- who has too many connections, and who gives some away.
 */

#include "core/ct_config.h"

#include "event/ct_share.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <cmocka.h>

#include "core/ct_board.h"
#include "core/ct_clock.h"


static ct_board_t *
board_of(const unsigned *counts, unsigned n)
{
    ct_board_t *board = mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    assert_true(board != MAP_FAILED);
    atomic_store(&board->nslots, n + 1);
    for (unsigned i = 0; i < n; i++) {
        atomic_store(&board->slots[i + 1].state, CT_SLOT_SERVING);
        atomic_store(&board->slots[i + 1].heartbeat_ms, ct_clock_ms());
        ct_counter_add(&board->slots[i + 1].gauges[CT_GAUGE_CONNECTIONS],
                       counts[i]);
    }
    return board;
}


/* Everybody gives once what is too much: what there is to take. */
static void
assert_excess(const unsigned *counts, unsigned n, const unsigned *wanted)
{
    ct_board_t *board = board_of(counts, n);

    for (unsigned i = 0; i < n; i++) {
        ct_share_t share;

        ct_share_read(&share, board, &board->slots[i + 1]);
        assert_int_equal(share.mine, counts[i]);
        assert_int_equal(ct_share_excess(&share), wanted[i]);
    }
    munmap(board, sizeof(*board));
}


static void
the_many_give_to_the_few(void **state CT_UNUSED)
{
    const unsigned fresh[] = { 500, 500, 0 };
    const unsigned fresh_gives[] = { 166, 166, 0 };
    const unsigned even[] = { 100, 95, 85 };
    const unsigned few[] = { 2, 1, 1 };
    const unsigned two[] = { 2, 0 };
    const unsigned two_gives[] = { 1, 0 };
    const unsigned one[] = { 7 };
    const unsigned nothing[] = { 0, 0, 0 };

    assert_excess(fresh, 3, fresh_gives);
    assert_excess(even, 3, nothing);
    assert_excess(few, 3, nothing);
    assert_excess(two, 2, two_gives);
    assert_excess(one, 1, nothing);
    assert_excess(nothing, 3, nothing);
}


/* Who has few and does not turn would not take more. */
static void
nothing_for_who_sleeps(void **state CT_UNUSED)
{
    const unsigned counts[] = { 500, 0 };
    ct_board_t    *board = board_of(counts, 2);
    ct_share_t     share;

    ct_share_read(&share, board, &board->slots[1]);
    assert_int_equal(ct_share_excess(&share), 250);
    atomic_store(&board->slots[2].heartbeat_ms, ct_clock_ms() - 10000);
    ct_share_read(&share, board, &board->slots[1]);
    assert_int_equal(ct_share_excess(&share), 0);
    munmap(board, sizeof(*board));
}


/* Those that leave have no share; those that start are counted apart. */
static void
only_who_serves_counts(void **state CT_UNUSED)
{
    const unsigned counts[] = { 10, 20, 90 };
    ct_board_t    *board = board_of(counts, 3);
    ct_share_t     share;

    atomic_store(&board->slots[3].state, CT_SLOT_LEAVING);
    ct_share_read(&share, board, &board->slots[3]);
    assert_int_equal(share.nserving, 2);
    assert_int_equal(share.connections, 30);
    assert_int_equal(share.least, 10);
    assert_int_equal(ct_share_mean(&share), 15);
    atomic_store(&board->slots[1].state, CT_SLOT_STARTING);
    atomic_store(&board->slots[2].state, CT_SLOT_DEAD);
    ct_share_read(&share, board, &board->slots[3]);
    assert_int_equal(share.nserving, 0);
    assert_int_equal(share.nstarting, 1);
    assert_false(ct_share_is_over(&share));
    assert_int_equal(ct_share_excess(&share), 0);
    ct_share_read(&share, NULL, &board->slots[3]);
    assert_int_equal(share.nserving, 0);
    munmap(board, sizeof(*board));
}


/* A few above the mean are not yet too many to take one more. */
static void
over_is_clearly_over(void **state CT_UNUSED)
{
    const unsigned counts[] = { 98, 96, 82 };
    const unsigned alone[] = { 1000 };
    ct_board_t    *board = board_of(counts, 3);
    ct_share_t     share;

    ct_share_read(&share, board, &board->slots[1]);
    assert_int_equal(ct_share_mean(&share), 92);
    assert_false(ct_share_is_over(&share));
    ct_counter_add(&board->slots[1].gauges[CT_GAUGE_CONNECTIONS], 20);
    ct_share_read(&share, board, &board->slots[1]);
    assert_true(ct_share_is_over(&share));
    munmap(board, sizeof(*board));
    board = board_of(alone, 1);
    ct_share_read(&share, board, &board->slots[1]);
    assert_false(ct_share_is_over(&share));
    munmap(board, sizeof(*board));
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_many_give_to_the_few),
        cmocka_unit_test(nothing_for_who_sleeps),
        cmocka_unit_test(only_who_serves_counts),
        cmocka_unit_test(over_is_clearly_over),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
