/*
 * scoreboard_test.c -- counters are folded, found again and never fall.
 */

#include "core/ct_config.h"

#include "process/ct_scoreboard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/ct_board_sum.h"
#include "core/ct_log.h"
#include "core/ct_pool.h"


typedef struct fixture_s {
    ct_shm_t    shm;
    ct_board_t *board;
    ct_log_t    log;
} fixture_t;


static void
setup(fixture_t *f)
{
    ct_log_init(&f->log);
    assert_int_equal(ct_scoreboard_create(&f->shm, &f->log), CT_OK);
    f->board = f->shm.addr;
}


static uint64_t
total(const ct_board_t *board, ct_board_counter_t which)
{
    ct_pool_t   *pool = ct_pool_create(4096);
    ct_totals_t *totals = ct_pool_alloc(pool, sizeof(*totals));
    uint64_t     n;

    ct_board_sum(board, totals);
    n = totals->counters[which];
    ct_pool_destroy(pool);
    return n;
}


/* The pid of a process that has ended and been reaped. */
static pid_t
dead_pid(void)
{
    const pid_t pid = fork();

    if (pid == 0) {
        _exit(0);
    }
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    return pid;
}


static void
slots_are_claimed_once(void **state)
{
    fixture_t f;

    (void) state;
    setup(&f);
    for (unsigned i = 1; i < CT_BOARD_SLOTS; i++) {
        const ct_board_slot_t *slot = ct_scoreboard_claim(f.board, i, 7);

        assert_ptr_equal(slot, &f.board->slots[i]);
        assert_int_equal(slot->state, CT_SLOT_STARTING);
        assert_int_equal(slot->generation, 7);
    }
    assert_null(ct_scoreboard_claim(f.board, 0, 7));
    assert_int_equal(f.board->nslots, CT_BOARD_SLOTS);
    ct_scoreboard_retire(f.board, &f.board->slots[9]);
    assert_ptr_equal(ct_scoreboard_claim(f.board, 0, 8), &f.board->slots[9]);
    ct_shm_release(&f.shm);
}


static void
dead_slots_are_folded(void **state)
{
    fixture_t        f;
    ct_board_slot_t *slot;
    const unsigned   bucket = ct_board_bucket(100);

    (void) state;
    setup(&f);
    assert_int_equal(ct_board_method(f.board, CT_STR("A.b")), 1);
    slot = ct_scoreboard_claim(f.board, 0, 1);
    ct_board_count(slot, CT_COUNT_CALLS, 5);
    ct_board_count(slot, CT_COUNT_CLOSED, 1);
    ct_board_gauge(slot, CT_GAUGE_CONNECTIONS, 3);
    ct_counter_add(&slot->rows[1].outcomes[CT_OUTCOME_SHED], 5);
    ct_counter_add(&slot->rows[1].buckets[bucket], 5);
    assert_int_equal(total(f.board, CT_COUNT_CALLS), 5);
    ct_scoreboard_retire(f.board, slot);
    assert_int_equal(total(f.board, CT_COUNT_CALLS), 5);
    /* The kernel has closed what the worker had open. */
    assert_int_equal(total(f.board, CT_COUNT_CLOSED), 4);
    assert_int_equal(ct_counter_get(&slot->counters[CT_COUNT_CALLS]), 0);
    assert_int_equal(ct_counter_get(&slot->gauges[CT_GAUGE_CONNECTIONS]), 0);
    assert_int_equal(f.board->slots[0].rows[1].buckets[bucket], 5);
    assert_int_equal(f.board->fold_seq % 2, 0);
    ct_shm_release(&f.shm);
}


static void
a_dead_holder_of_the_lock_is_passed(void **state)
{
    fixture_t        f;
    ct_board_slot_t *slot;

    (void) state;
    setup(&f);
    slot = ct_scoreboard_claim(f.board, 0, 1);
    ct_board_count(slot, CT_COUNT_CALLS, 2);
    atomic_store(&f.board->fold_pid, (int32_t) dead_pid());
    atomic_store(&f.board->fold_seq, 5);
    ct_scoreboard_retire(f.board, slot);
    assert_int_equal(f.board->fold_pid, 0);
    assert_int_equal(f.board->fold_seq, 6);
    assert_int_equal(total(f.board, CT_COUNT_CALLS), 2);
    ct_shm_release(&f.shm);
}


static void
orphaned_slots_are_swept(void **state)
{
    fixture_t        f;
    ct_board_slot_t *ours;
    ct_board_slot_t *theirs;

    (void) state;
    setup(&f);
    ours = ct_scoreboard_claim(f.board, 0, 1);
    theirs = ct_scoreboard_claim(f.board, 0, 2);
    atomic_store(&ours->pid, (int32_t) dead_pid());
    atomic_store(&theirs->pid, (int32_t) dead_pid());
    atomic_store(&theirs->master_pid, (int32_t) dead_pid());
    ct_board_count(theirs, CT_COUNT_CALLS, 3);
    assert_int_equal(ct_scoreboard_sweep(f.board), 1);
    assert_int_equal(ours->state, CT_SLOT_STARTING);
    assert_int_equal(theirs->state, CT_SLOT_FREE);
    assert_int_equal(total(f.board, CT_COUNT_CALLS), 3);
    ct_shm_release(&f.shm);
}


static void
another_layout_is_declined(void **state)
{
    fixture_t f;
    ct_shm_t  other;
    int       fd;

    (void) state;
    setup(&f);
    fd = dup(f.shm.fd);
    assert_int_equal(ct_scoreboard_attach(&other, fd, &f.log), CT_OK);
    ct_shm_release(&other);
    f.board->layout++;
    fd = dup(f.shm.fd);
    assert_int_equal(ct_scoreboard_attach(&other, fd, &f.log), CT_DECLINED);
    assert_null(other.addr);
    ct_shm_release(&f.shm);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slots_are_claimed_once),
        cmocka_unit_test(dead_slots_are_folded),
        cmocka_unit_test(a_dead_holder_of_the_lock_is_passed),
        cmocka_unit_test(orphaned_slots_are_swept),
        cmocka_unit_test(another_layout_is_declined),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
