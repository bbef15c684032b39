/*
 * tally_test.c -- counts of many workers, and of workers that are killed while
 * they count.
 */

#include "core/ct_config.h"

#include "modules/ct_tally.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/ct_board.h"

#define SIZE     ((size_t) 16 * 1024)
#define CHILDREN 2
#define KILLS    60

/* Slots of those who play; the last one is in another bucket's group. */
#define PARENT 1
#define FIRST  2
#define FAR    20

typedef struct fixture_s {
    ct_board_t *board;
    void       *memory;
    ct_tally_t  tally; /* this process's, in PARENT */
} fixture_t;


static void *
shared(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    assert_true(memory != MAP_FAILED);
    return memory;
}


/* This process sits down in that slot. */
static ct_tally_t
sit(const fixture_t *f, unsigned slot)
{
    ct_tally_t tally;

    atomic_store(&f->board->slots[slot].pid, (int32_t) getpid());
    atomic_store(&f->board->slots[slot].state, CT_SLOT_SERVING);
    ct_tally_init(&tally, f->memory, SIZE, f->board, slot);
    return tally;
}


static int
start(void **state)
{
    fixture_t *f = calloc(1, sizeof(*f));

    assert_non_null(f);
    f->board = shared(sizeof(*f->board));
    f->memory = shared(SIZE);
    atomic_store(&f->board->nslots, FAR + 1);
    f->tally = sit(f, PARENT);
    *state = f;
    return 0;
}


static int
stop(void **state)
{
    fixture_t *f = *state;

    assert_int_equal(munmap(f->memory, SIZE), 0);
    assert_int_equal(munmap(f->board, sizeof(*f->board)), 0);
    free(f);
    return 0;
}


static void
counts_up_to_a_limit(void **state)
{
    fixture_t        *f = *state;
    ct_tally_entry_t *a;
    ct_tally_entry_t *b;
    ct_tally_entry_t *c;

    assert_int_equal(ct_tally_add(&f->tally, 7, 2, &a), CT_OK);
    assert_int_equal(ct_tally_add(&f->tally, 7, 2, &b), CT_OK);
    assert_int_equal(ct_tally_add(&f->tally, 7, 2, &c), CT_DECLINED);
    assert_int_equal(ct_tally_add(&f->tally, 8, 2, &c), CT_OK);
    assert_int_equal(ct_tally_count(&f->tally, 7), 2);
    ct_tally_drop(&f->tally, a);
    assert_int_equal(ct_tally_count(&f->tally, 7), 1);
    assert_int_equal(ct_tally_add(&f->tally, 7, 2, &a), CT_OK);
    assert_int_equal(ct_tally_add(&f->tally, 7, 2, &b), CT_DECLINED);
    assert_int_equal(ct_tally_count(&f->tally, 9), 0);
}


/* Who sits elsewhere is played by this process too: the pid is the same. */
static void
adds_up_all_workers(void **state)
{
    fixture_t        *f = *state;
    ct_tally_t        far = sit(f, FAR);
    ct_tally_entry_t *entry;

    assert_int_equal(ct_tally_add(&f->tally, 7, 3, &entry), CT_OK);
    assert_int_equal(ct_tally_add(&far, 7, 3, &entry), CT_OK);
    assert_int_equal(ct_tally_add(&far, 7, 3, &entry), CT_OK);
    assert_int_equal(ct_tally_count(&f->tally, 7), 3);
    assert_int_equal(ct_tally_add(&f->tally, 7, 3, &entry), CT_DECLINED);
    atomic_store(&f->board->slots[FAR].state, CT_SLOT_DEAD);
    assert_int_equal(ct_tally_count(&f->tally, 7), 1);
    atomic_store(&f->board->slots[FAR].pid, 0);
    assert_int_equal(ct_tally_count(&f->tally, 7), 1);
    (void) sit(f, FAR); /* its successor finds nothing of it */
    assert_int_equal(ct_tally_count(&f->tally, 7), 1);
}


static void
is_full_until_somebody_dies(void **state)
{
    fixture_t        *f = *state;
    ct_tally_t        other = sit(f, FIRST);
    ct_tally_entry_t *entry;
    uint64_t          id = 1;

    while (ct_tally_add(&other, id, 1, &entry) == CT_OK) {
        id++;
    }
    assert_int_equal(ct_tally_add(&f->tally, id, 1, &entry), CT_ERROR);
    atomic_store(&f->board->slots[FIRST].pid, 0);
    assert_int_equal(ct_tally_add(&f->tally, id, 1, &entry), CT_OK);
}


/* ---- Death. */

/* Connections come and go, of a few keys. */
static void
hammer(const fixture_t *f, unsigned slot)
{
    const ct_tally_t  tally = sit(f, slot);
    ct_tally_entry_t *held[8] = { NULL };
    unsigned          seed = slot;

    for (;;) {
        const unsigned i = (unsigned) rand_r(&seed) % CT_ARRAY_LEN(held);

        if (held[i] != NULL) {
            ct_tally_drop(&tally, held[i]);
            held[i] = NULL;
        } else if (ct_tally_add(&tally, 1 + i % 3, 1000, &held[i]) != CT_OK) {
            held[i] = NULL;
        }
    }
}


static pid_t
child_start(const fixture_t *f, unsigned slot)
{
    const pid_t pid = fork();

    assert_int_not_equal(pid, -1);
    if (pid == 0) {
        hammer(f, slot);
    }
    return pid;
}


/* As the master does it. */
static void
child_kill(const fixture_t *f, pid_t pid, unsigned slot)
{
    int status;

    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    atomic_store(&f->board->slots[slot].state, CT_SLOT_DEAD);
    atomic_store(&f->board->slots[slot].pid, 0);
    atomic_store(&f->board->slots[slot].state, CT_SLOT_FREE);
}


static void
heals_when_workers_are_killed(void **state)
{
    fixture_t        *f = *state;
    ct_tally_entry_t *entry;
    pid_t             pids[CHILDREN];
    unsigned          seed = (unsigned) getpid();

    for (unsigned i = 0; i < CHILDREN; i++) {
        pids[i] = child_start(f, FIRST + i);
    }
    for (unsigned i = 0; i < KILLS; i++) {
        const unsigned who = i % CHILDREN;
        const long     us = rand_r(&seed) % (1 << rand_r(&seed) % 12);

        nanosleep(&(struct timespec){ 0, us * 1000 }, NULL);
        child_kill(f, pids[who], FIRST + who);

        /* Nobody has more than eight of one key, whatever has happened. */
        assert_int_equal(ct_tally_add(&f->tally, 1, 1000, &entry), CT_OK);
        assert_true(ct_tally_count(&f->tally, 1) <= 8 * CHILDREN + 1);
        ct_tally_drop(&f->tally, entry);
        pids[who] = child_start(f, FIRST + who);
    }
    for (unsigned i = 0; i < CHILDREN; i++) {
        child_kill(f, pids[i], FIRST + i);
    }
    for (uint64_t id = 1; id <= 3; id++) {
        assert_int_equal(ct_tally_count(&f->tally, id), 0);
        assert_int_equal(ct_tally_add(&f->tally, id, 1, &entry), CT_OK);
    }
}


int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
    const struct CMUnitTest tests[] = {
        TEST(counts_up_to_a_limit),
        TEST(adds_up_all_workers),
        TEST(is_full_until_somebody_dies),
        TEST(heals_when_workers_are_killed),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
