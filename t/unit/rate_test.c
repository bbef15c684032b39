/*
 * rate_test.c -- buckets that leak, keys that make room, and processes that
 * are killed while they count: nothing is stuck, and no count is wrong by more
 * than one for each of them.
 *
 * CTHRIFT_KILLS says how many are killed; 100 unless told.
 */

#include "core/ct_config.h"

#include "modules/ct_rate.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/ct_clock.h"

/* A thousand seconds: nothing drains while a test runs. */
#define SLOW (1000 * CT_RATE_TICKS_PER_S)

/* Far ahead, so that what is added on top never drains. */
#define HEAD_START (CT_RATE_MAX_BACKLOG / 4)

#define SIZE     ((size_t) 64 * 1024)
#define CHILDREN 2
#define KILLS    100
#define OTHERS   1000 /* keys that come and go beside the one counted */
#define COUNTED  77
#define PARENT   2000000 /* keys from here on */


static void *
shared(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    assert_true(memory != MAP_FAILED);
    return memory;
}


static ct_rc_t
add(const ct_rate_t *rate, uint64_t id, uint64_t cost, uint64_t limit)
{
    ct_rate_result_t result;

    return ct_rate_add(rate, id, cost, limit, &result);
}


static void
has_room_for_a_burst(void **state CT_UNUSED)
{
    void     *memory = shared(SIZE);
    ct_rate_t rate;

    ct_rate_init(&rate, memory, SIZE);
    assert_int_equal(add(&rate, 7, SLOW, 0), CT_OK);
    assert_int_equal(add(&rate, 7, SLOW, 0), CT_DECLINED);
    assert_int_equal(add(&rate, 8, SLOW, 2 * SLOW), CT_OK);
    assert_int_equal(add(&rate, 8, SLOW, 2 * SLOW), CT_OK);
    assert_int_equal(add(&rate, 8, SLOW, 2 * SLOW), CT_OK);
    assert_int_equal(add(&rate, 8, SLOW, 2 * SLOW), CT_DECLINED);
    assert_int_equal(munmap(memory, SIZE), 0);
}


static void
leaks_as_time_passes(void **state CT_UNUSED)
{
    void            *memory = shared(SIZE);
    ct_rate_result_t result;
    ct_rate_t        rate;

    ct_rate_init(&rate, memory, SIZE);
    assert_int_equal(add(&rate, 7, CT_RATE_TICKS_PER_MS, 0), CT_OK);
    while (ct_rate_backlog(&rate, 7, ct_rate_now()) != 0) {
        (void) usleep(100);
    }
    assert_int_equal(ct_rate_add(&rate, 7, CT_RATE_TICKS_PER_MS, 0, &result),
                     CT_OK);
    assert_true(result.backlog == 0);
    assert_int_equal(munmap(memory, SIZE), 0);
}


static void
takes_back(void **state CT_UNUSED)
{
    void     *memory = shared(SIZE);
    ct_rate_t rate;

    ct_rate_init(&rate, memory, SIZE);
    assert_int_equal(add(&rate, 7, SLOW, 0), CT_OK);
    ct_rate_take_back(&rate, 7, SLOW);
    assert_int_equal(add(&rate, 7, SLOW, 0), CT_OK);
    assert_int_equal(add(&rate, 7, SLOW, 0), CT_DECLINED);
    ct_rate_take_back(&rate, 9, SLOW); /* which nobody knows */
    assert_int_equal(add(&rate, 7, SLOW, 0), CT_DECLINED);
    assert_int_equal(munmap(memory, SIZE), 0);
}


/* As a hash has it: the upper bits differ too. */
static uint64_t
id_of(uint64_t n)
{
    return n << 52 | n;
}


/* One set, and more keys than it has places. */
static void
forgets_who_is_least_ahead(void **state CT_UNUSED)
{
    void            *memory = shared(CT_RATE_MIN_SIZE);
    ct_rate_result_t result;
    ct_rate_t        rate;

    ct_rate_init(&rate, memory, CT_RATE_MIN_SIZE);
    assert_int_equal(add(&rate, id_of(1), SLOW, 0), CT_OK);
    for (uint64_t id = 2; id <= 16; id++) {
        assert_int_equal(ct_rate_add(&rate, id_of(id), 2 * SLOW, 0, &result),
                         CT_OK);
        assert_false(result.forgot);
    }
    assert_int_equal(ct_rate_add(&rate, id_of(17), 2 * SLOW, 0, &result),
                     CT_OK);
    assert_true(result.forgot);
    assert_true(ct_rate_backlog(&rate, id_of(1), ct_rate_now()) == 0);
    for (uint64_t id = 2; id <= 17; id++) {
        assert_int_equal(add(&rate, id_of(id), SLOW, 0), CT_DECLINED);
    }
    assert_int_equal(munmap(memory, CT_RATE_MIN_SIZE), 0);
}


/* A key that has drained makes room without a word. */
static void
reuses_who_is_not_ahead(void **state CT_UNUSED)
{
    void            *memory = shared(CT_RATE_MIN_SIZE);
    ct_rate_result_t result;
    ct_rate_t        rate;

    ct_rate_init(&rate, memory, CT_RATE_MIN_SIZE);
    for (uint64_t id = 1; id <= 1000; id++) {
        assert_int_equal(ct_rate_add(&rate, id << 8, 1, 0, &result), CT_OK);
        assert_true(result.backlog == 0);
        (void) usleep(1);
    }
    assert_int_equal(munmap(memory, CT_RATE_MIN_SIZE), 0);
}


/* ---- Death. */

/* A child's own: calls that were begun, and that it knows to be counted. */
typedef struct done_s {
    _Atomic uint64_t begun;
    _Atomic uint64_t counted;
    uint64_t         unused[6];
} done_t;


/* Counts the one key, and drives others in and out of the same sets. */
static void
hammer(const ct_rate_t *rate, done_t *done, uint64_t seed)
{
    for (;;) {
        atomic_fetch_add(&done->begun, 1);
        if (add(rate, COUNTED, 1, CT_RATE_MAX_BACKLOG) == CT_OK) {
            atomic_fetch_add(&done->counted, 1);
        }
        seed = seed * 6364136223846793005U + 1442695040888963407U;
        (void) add(rate, (seed >> 33) % OTHERS + 1000, 4, 40);
    }
}


static pid_t
child_start(const ct_rate_t *rate, done_t *done, uint64_t seed)
{
    const pid_t pid = fork();

    assert_int_not_equal(pid, -1);
    if (pid == 0) {
        hammer(rate, done, seed);
    }
    return pid;
}


static void
child_kill(pid_t pid)
{
    int status;

    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
}


/* Up to two milliseconds, most often far less. */
static void
pause_at_random(unsigned *seed)
{
    const long us = rand_r(seed) % (1 << rand_r(seed) % 12);

    nanosleep(&(struct timespec){ 0, us * 1000 }, NULL);
}


/* When the counted key will have drained: grows by one with each call. */
static uint64_t
moment_of(const ct_rate_t *rate)
{
    const uint64_t now = ct_rate_now();

    return now + ct_rate_backlog(rate, COUNTED, now);
}


static uint64_t
sum_of(const done_t *done, bool of_counted)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < CHILDREN; i++) {
        sum += of_counted ? done[i].counted : done[i].begun;
    }
    return sum;
}


/* What others had to wait for the table right behind a death, in ns. */
static uint64_t
look_alive(const ct_rate_t *rate, uint64_t id)
{
    const uint64_t start_ns = ct_clock_ns();

    assert_int_equal(add(rate, id, 1, CT_RATE_MAX_BACKLOG), CT_OK);
    return ct_clock_ns() - start_ns;
}


static void
outlives_who_is_killed(void **state CT_UNUSED)
{
    const char    *c_kills = getenv("CTHRIFT_KILLS");
    const unsigned kills =
        c_kills != NULL ? (unsigned) strtoul(c_kills, NULL, 10) : KILLS;
    void    *memory = shared(SIZE);
    done_t  *done = shared(CHILDREN * sizeof(*done));
    unsigned seed = (unsigned) getpid();
    pid_t    pids[CHILDREN];
    uint64_t longest_ns = 0;
    uint64_t base;
    uint64_t found;

    ct_rate_t rate;

    ct_rate_init(&rate, memory, SIZE);
    assert_int_equal(add(&rate, COUNTED, HEAD_START, 0), CT_OK);
    base = moment_of(&rate);
    for (unsigned i = 0; i < CHILDREN; i++) {
        pids[i] = child_start(&rate, &done[i], i);
    }
    for (unsigned i = 0; i < kills; i++) {
        const unsigned who = i % CHILDREN;
        uint64_t       wait_ns;

        pause_at_random(&seed);
        child_kill(pids[who]);
        wait_ns = look_alive(&rate, PARENT + i);
        longest_ns = wait_ns > longest_ns ? wait_ns : longest_ns;
        pids[who] = child_start(&rate, &done[who], i);
    }
    for (unsigned i = 0; i < CHILDREN; i++) {
        child_kill(pids[i]);
    }

    found = moment_of(&rate) - base;
    printf("# %u kills, %llu calls counted, %llu known to be, longest wait "
           "%llu us\n",
           kills + CHILDREN, (unsigned long long) found,
           (unsigned long long) sum_of(done, true),
           (unsigned long long) longest_ns / 1000);
    assert_true(found >= sum_of(done, true));
    assert_true(found <= sum_of(done, true) + kills + CHILDREN);
    assert_true(found <= sum_of(done, false));
    assert_int_equal(munmap(memory, SIZE), 0);
    assert_int_equal(munmap(done, CHILDREN * sizeof(*done)), 0);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_room_for_a_burst),
        cmocka_unit_test(leaks_as_time_passes),
        cmocka_unit_test(takes_back),
        cmocka_unit_test(forgets_who_is_least_ahead),
        cmocka_unit_test(reuses_who_is_not_ahead),
        cmocka_unit_test(outlives_who_is_killed),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
