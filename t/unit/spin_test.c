/*
 * spin_test.c -- when a loop polls before it sleeps.
 */

#include "core/ct_config.h"

#include "event/ct_spin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "core/ct_board.h"


/* What stands in for descriptors: something is found at that wait. */
typedef struct world_s {
    unsigned polls;  /* waits without time */
    unsigned sleeps; /* the others */
    unsigned finds_at;
    int      slept_ms; /* what the last sleep was given */
    ct_rc_t  rc;
} world_t;


static ct_rc_t
wait_in(void *data, int timeout_ms, bool *has_found)
{
    world_t *world = data;

    if (timeout_ms == 0) {
        world->polls++;
    } else {
        world->sleeps++;
        world->slept_ms = timeout_ms;
    }
    *has_found = world->polls + world->sleeps == world->finds_at;
    return world->rc;
}


/* A turn in which something is found at that wait: how often it has polled. */
static unsigned
turn(ct_spin_t *spin, int timeout_ms, unsigned finds_at)
{
    world_t world = { .finds_at = finds_at, .rc = CT_OK };

    assert_int_equal(ct_spin_wait(spin, wait_in, &world, timeout_ms), CT_OK);
    assert_true(world.sleeps == 0 || world.slept_ms <= timeout_ms);
    return world.polls;
}


/* A spin as it is behind a turn that has served, long enough for one look. */
static ct_spin_t
hopeful(ct_board_slot_t *slot)
{
    ct_spin_t spin;

    ct_spin_init(&spin, 1, slot);
    assert_int_equal(turn(&spin, -1, 1), 0);
    return spin;
}


/*
 * Of `n` turns behind such that served, how many have polled: in vain, or with
 * success where they do.
 */
static unsigned
polled_of(ct_spin_t *spin, unsigned n, bool by_polling)
{
    unsigned polled = 0;

    for (unsigned i = 0; i < n; i++) {
        polled += turn(spin, -1, by_polling ? 1 : 0) > 0;
        spin->has_served = true;
    }
    return polled;
}


static void
only_sleeps_without_a_time(void **state CT_UNUSED)
{
    ct_spin_t spin;

    ct_spin_init(&spin, 0, NULL);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(turn(&spin, -1, 1), 0);
    }
}


static void
follows_what_was_served(void **state CT_UNUSED)
{
    ct_spin_t spin;

    ct_spin_init(&spin, 1, NULL);
    assert_int_equal(turn(&spin, 100, 0), 0);
    assert_int_equal(turn(&spin, 100, 1), 0);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(turn(&spin, 100, 1), 1);
    }

    /* A turn that had no time to wait says nothing, unless it finds. */
    assert_int_equal(turn(&spin, 0, 0), 1);
    assert_true(turn(&spin, 100, 0) > 0);
    assert_int_equal(turn(&spin, 0, 0), 1);
    assert_int_equal(turn(&spin, 100, 0), 0);
    assert_int_equal(turn(&spin, 0, 1), 1);
    assert_int_equal(turn(&spin, 100, 1), 1);
}


static void
doubts_after_misses(void **state CT_UNUSED)
{
    ct_spin_t spin = hopeful(NULL);

    assert_int_equal(polled_of(&spin, CT_SPIN_MISSES, false), CT_SPIN_MISSES);
    assert_int_equal(polled_of(&spin, CT_SPIN_PROBE - 1, false), 0);
    assert_int_equal(polled_of(&spin, 1, false), 1);
    assert_int_equal(polled_of(&spin, 10 * CT_SPIN_PROBE, false), 10);

    /* One that finds something restores all of the trust. */
    assert_int_equal(polled_of(&spin, CT_SPIN_PROBE - 1, true), 0);
    assert_int_equal(polled_of(&spin, 1, true), 1);
    assert_int_equal(polled_of(&spin, CT_SPIN_MISSES, false), CT_SPIN_MISSES);
    assert_int_equal(polled_of(&spin, CT_SPIN_PROBE - 1, false), 0);
}


static void
forgets_misses_that_are_not_in_a_row(void **state CT_UNUSED)
{
    ct_spin_t spin = hopeful(NULL);

    for (unsigned i = 0; i < 10; i++) {
        assert_int_equal(polled_of(&spin, CT_SPIN_MISSES - 1, false),
                         CT_SPIN_MISSES - 1);
        assert_int_equal(polled_of(&spin, 1, true), 1);
    }
}


static void
polls_until_it_finds(void **state CT_UNUSED)
{
    static ct_board_slot_t slot;

    ct_spin_t spin = hopeful(&slot);
    world_t   world = { .rc = CT_OK };

    spin.time_ns = UINT64_MAX;
    assert_int_equal(turn(&spin, -1, 1000), 1000);
    assert_int_equal(ct_counter_get(&slot.counters[CT_COUNT_SPINS]), 1);
    assert_int_equal(ct_counter_get(&slot.counters[CT_COUNT_SPINS_FOUND]), 1);

    /* It is over when the sleep would be, of which nothing is left. */
    assert_int_equal(ct_spin_wait(&spin, wait_in, &world, 2), CT_OK);
    assert_int_equal(world.sleeps, 0);
    assert_int_equal(ct_counter_get(&slot.counters[CT_COUNT_SPINS]), 2);
    assert_int_equal(ct_counter_get(&slot.counters[CT_COUNT_SPINS_FOUND]), 1);
}


static void
ends_with_a_wait_that_fails(void **state CT_UNUSED)
{
    ct_spin_t spin = hopeful(NULL);
    world_t   world = { .rc = CT_AGAIN };

    spin.time_ns = UINT64_MAX;
    assert_int_equal(ct_spin_wait(&spin, wait_in, &world, -1), CT_AGAIN);
    assert_int_equal(world.polls, 1);
    assert_int_equal(world.sleeps, 0);
}


int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_sleeps_without_a_time),
        cmocka_unit_test(follows_what_was_served),
        cmocka_unit_test(doubts_after_misses),
        cmocka_unit_test(forgets_misses_that_are_not_in_a_row),
        cmocka_unit_test(polls_until_it_finds),
        cmocka_unit_test(ends_with_a_wait_that_fails),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
