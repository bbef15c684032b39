/*
 * fiber_test.c -- fibers run, wait, nest, are cancelled and dropped, and keep
 * what a function may rely on.
 */

#include "core/ct_config.h"

#include "event/ct_fiber.h"

#include <fenv.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/ct_board.h"
#include "core/ct_clock.h"
#include "core/ct_log.h"
#include "event/ct_fiber_wait.h"
#include "event/ct_loop.h"

#define STACK_SIZE ((size_t) 64 * 1024)
/* TSan keeps half a megabyte for each. */
#define MANY (CT_FIBER_TSAN ? 300 : 10000)

/* More than any processor has registers to keep over a call. */
#define VALUES 24

typedef struct world_s {
    ct_log_t     log;
    ct_loop_t   *loop;
    ct_fibers_t *fibers;

    ct_board_slot_t slot;
} world_t;

/* What one fiber does, and what came of it. */
typedef struct actor_s {
    world_t        *world;
    ct_fiber_t     *fiber;
    uint64_t        ms;
    int             fd;
    unsigned        events;
    ct_rc_t         rc;
    ct_rc_t         second;
    int             steps;
    int             turns; /* that `turned` told of */
    bool            has_ended;
    struct actor_s *other;
} actor_t;


static int
start_world(void **state)
{
    world_t *world = calloc(1, sizeof(*world));

    ct_log_init(&world->log);
    world->loop = ct_loop_create(NULL, 64, &world->log);
    assert_non_null(world->loop);
    world->fibers = ct_fibers_create(world->loop, &world->slot);
    *state = world;
    return 0;
}


static int
end_world(void **state)
{
    world_t *world = *state;

    ct_fibers_destroy(world->fibers);
    ct_loop_destroy(world->loop);
    free(world);
    return 0;
}


static void
ended(void *data)
{
    actor_t *actor = data;

    assert_null(ct_fiber_self());
    assert_false(actor->has_ended);
    actor->has_ended = true;
}


static void
turned(void *data, bool goes_on)
{
    actor_t *actor = data;

    actor->turns += goes_on ? 1 : 1000;
}


static ct_rc_t
start(world_t *world, actor_t *actor, void (*run)(void *), ct_fiber_job_t *job)
{
    *job = (ct_fiber_job_t){ run, ended, turned };
    actor->world = world;
    return ct_fiber_start(world->fibers, job, actor, STACK_SIZE, &actor->fiber);
}


/* Until the actor has ended, or for so many turns that it never will. */
static void
finish(actor_t *actor)
{
    for (int i = 0; i < 2000 && !actor->has_ended; i++) {
        ct_loop_turn(actor->world->loop, 10);
    }
    assert_true(actor->has_ended);
}


static void
run_plain(void *data)
{
    actor_t *actor = data;

    assert_non_null(ct_fiber_self());
    actor->steps++;
}


static void
test_returns_at_once(void **state)
{
    world_t       *world = *state;
    actor_t        actor = { .steps = 0 };
    ct_fiber_job_t job;

    for (int i = 0; i < 1000; i++) {
        assert_int_equal(start(world, &actor, run_plain, &job), CT_OK);
    }
    assert_int_equal(actor.steps, 1000);
    assert_int_equal(actor.turns, 1001 * 1000);
    assert_false(actor.has_ended);
    assert_null(ct_fiber_self());
    assert_int_equal(ct_fibers_count(world->fibers), 0);
}


static void
run_sleep(void *data)
{
    actor_t *actor = data;

    actor->steps = 1;
    actor->rc = ct_fiber_sleep(actor->ms);
    actor->steps = 2;
}


static void
test_sleeps(void **state)
{
    world_t       *world = *state;
    actor_t        actor = { .ms = 20, .rc = CT_ERROR };
    const uint64_t begin_ms = ct_clock_ms();
    ct_fiber_job_t job;

    assert_int_equal(start(world, &actor, run_sleep, &job), CT_AGAIN);
    assert_int_equal(actor.steps, 1);
    assert_int_equal(ct_fibers_count(world->fibers), 1);
    assert_int_equal(ct_counter_get(&world->slot.gauges[CT_GAUGE_FIBERS]), 1);
    finish(&actor);
    assert_int_equal(actor.steps, 2);
    assert_int_equal(actor.rc, CT_OK);
    assert_int_equal(actor.turns, 2002);
    assert_true(ct_clock_ms() - begin_ms >= 20);
    assert_int_equal(ct_fibers_count(world->fibers), 0);
    assert_int_equal(ct_counter_get(&world->slot.gauges[CT_GAUGE_FIBERS]), 0);
}


/* What was computed in a turn before it slept does not count as sleep. */
static void
run_late(void *data)
{
    actor_t       *actor = data;
    const uint64_t busy_ms = ct_clock_ms() + 30;
    uint64_t       begin_ms;

    while (ct_clock_ms() < busy_ms) {
        continue;
    }
    begin_ms = ct_clock_ms();
    actor->rc = ct_fiber_sleep(20);
    actor->ms = ct_clock_ms() - begin_ms;
}


static void
test_sleeps_long_enough(void **state)
{
    actor_t        actor = { .ms = 0 };
    ct_fiber_job_t job;

    assert_int_equal(start(*state, &actor, run_late, &job), CT_AGAIN);
    finish(&actor);
    assert_true(actor.ms >= 20);
}


static void
test_sleeps_nothing(void **state)
{
    actor_t        actor = { .ms = 0 };
    ct_fiber_job_t job;

    assert_int_equal(start(*state, &actor, run_sleep, &job), CT_AGAIN);
    finish(&actor);
    assert_int_equal(actor.rc, CT_OK);
}


/*
 * Values that a compiler likes to keep in registers, whole and fractions, with
 * waits among them; gives back a sum that tells if one was lost.
 */
static double
compute(unsigned seed, unsigned rounds)
{
    uint64_t whole[VALUES];
    double   part[VALUES];
    double   sum = 0;

    for (unsigned i = 0; i < VALUES; i++) {
        whole[i] = seed * 7919ULL + i;
        part[i] = seed / 3.0 + i;
    }
    for (unsigned n = 0; n < rounds; n++) {
        for (unsigned i = 0; i < VALUES; i++) {
            whole[i] = whole[i] * 6364136223846793005ULL + 1;
            part[i] = part[i] * 0.5 + (double) (whole[i] >> 40);
        }
        if (ct_fiber_self() != NULL) {
            (void) ct_fiber_sleep(0);
        }
    }
    for (unsigned i = 0; i < VALUES; i++) {
        sum += part[i];
    }
    return sum;
}


/* Scalars, so that they stay in registers over the wait. */
static uint64_t
hold(uint64_t a, double x)
{
    const uint64_t b = a * 3, c = a * 5, d = a * 7, e = a * 11, f = a * 13;
    const double   y = x * 3, z = x * 5, u = x * 7, v = x * 11, w = x * 13;

    (void) ct_fiber_sleep(0);
    return a + b + c + d + e + f + (uint64_t) (x + y + z + u + v + w);
}


typedef struct sum_s {
    actor_t  actor;
    unsigned seed;
    double   sum;
    uint64_t held;
} sum_t;


static void
run_compute(void *data)
{
    sum_t *sum = data; /* its actor comes first */

    sum->sum = compute(sum->seed, 20);
    sum->held = hold(sum->seed, sum->seed + 0.0);
}


static void
test_keeps_registers(void **state)
{
    sum_t          sums[16];
    ct_fiber_job_t job;

    for (unsigned i = 0; i < 16; i++) {
        sums[i] = (sum_t){ .seed = i * 1009 + 1 };
        assert_int_equal(start(*state, &sums[i].actor, run_compute, &job),
                         CT_AGAIN);
    }
    for (unsigned i = 0; i < 16; i++) {
        finish(&sums[i].actor);
        assert_true(sums[i].sum == compute(sums[i].seed, 20));
        assert_int_equal(sums[i].held, sums[i].seed * 80);
    }
}


static void
run_round_up(void *data)
{
    actor_t *actor = data;

    assert_int_equal(fegetround(), FE_TOWARDZERO);
    fesetround(FE_UPWARD);
    (void) ct_fiber_sleep(0);
    actor->steps = fegetround();
}


/* A fiber begins with the modes of who starts it; then they are its own. */
static void
test_keeps_modes_of_floats(void **state)
{
    actor_t        actor = { .steps = 0 };
    ct_fiber_job_t job;

    fesetround(FE_TOWARDZERO);
    assert_int_equal(start(*state, &actor, run_round_up, &job), CT_AGAIN);
    assert_int_equal(fegetround(), FE_TOWARDZERO);
    fesetround(FE_TONEAREST);
    finish(&actor);
    assert_int_equal(actor.steps, FE_UPWARD);
    assert_int_equal(fegetround(), FE_TONEAREST);
}


static void
test_many_at_once(void **state)
{
    world_t       *world = *state;
    actor_t       *actors = calloc(MANY, sizeof(*actors));
    ct_fiber_job_t job;

    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < MANY; i++) {
            actors[i] = (actor_t){ .ms = (uint64_t) (i % 50) + 50 };
            assert_int_equal(start(world, &actors[i], run_sleep, &job),
                             CT_AGAIN);
        }
        assert_int_equal(ct_fibers_count(world->fibers), MANY);
        for (int i = 0; i < MANY; i++) {
            finish(&actors[i]);
            assert_int_equal(actors[i].steps, 2);
        }
        assert_int_equal(ct_fibers_count(world->fibers), 0);
    }
    free(actors);
}


static void
run_outer(void *data)
{
    ct_fiber_t    *self = ct_fiber_self();
    actor_t       *actor = data;
    ct_fiber_job_t job;

    assert_int_equal(start(actor->world, actor->other, run_sleep, &job),
                     CT_AGAIN);
    assert_ptr_equal(ct_fiber_self(), self);
    actor->steps = actor->other->steps;
    (void) ct_fiber_sleep(40);
    assert_true(actor->other->has_ended);
    actor->steps = 3;
}


/* A fiber starts another, which waits: the first one goes on at once. */
static void
test_nests(void **state)
{
    world_t       *world = *state;
    actor_t        inner = { .ms = 5 };
    actor_t        outer = { .other = &inner };
    ct_fiber_job_t job;

    assert_int_equal(start(world, &outer, run_outer, &job), CT_AGAIN);
    assert_int_equal(outer.steps, 1);
    finish(&outer);
    assert_int_equal(outer.steps, 3);
    assert_int_equal(inner.steps, 2);
}


static void
run_wait(void *data)
{
    actor_t *actor = data;

    actor->rc = ct_fiber_wait(actor->fd, actor->events, actor->ms);
    actor->steps++;
}


static void
test_waits_for_a_descriptor(void **state)
{
    actor_t        actor = { .events = POLLIN, .rc = CT_ERROR };
    ct_fiber_job_t job;
    int            fds[2];

    assert_int_equal(pipe(fds), 0);
    actor.fd = fds[0];
    assert_int_equal(start(*state, &actor, run_wait, &job), CT_AGAIN);
    ct_loop_turn(actor.world->loop, 0);
    ct_loop_turn(actor.world->loop, 0);
    assert_int_equal(actor.steps, 0);
    assert_int_equal(write(fds[1], "x", 1), 1);
    finish(&actor);
    assert_int_equal(actor.rc, CT_OK);

    /* It is ready already, and again. */
    actor.has_ended = false;
    assert_int_equal(start(*state, &actor, run_wait, &job), CT_AGAIN);
    finish(&actor);
    assert_int_equal(actor.rc, CT_OK);
    close(fds[0]);
    close(fds[1]);
}


static void
test_waits_for_room(void **state)
{
    actor_t        actor = { .events = POLLOUT, .rc = CT_ERROR };
    ct_fiber_job_t job;
    int            fds[2];

    assert_int_equal(pipe(fds), 0);
    actor.fd = fds[1];
    assert_int_equal(start(*state, &actor, run_wait, &job), CT_AGAIN);
    finish(&actor);
    assert_int_equal(actor.rc, CT_OK);
    close(fds[0]);
    close(fds[1]);
}


static void
test_wait_ends_with_a_hangup(void **state)
{
    actor_t        actor = { .events = POLLIN, .rc = CT_ERROR };
    ct_fiber_job_t job;
    int            fds[2];

    assert_int_equal(pipe(fds), 0);
    actor.fd = fds[0];
    assert_int_equal(start(*state, &actor, run_wait, &job), CT_AGAIN);
    close(fds[1]);
    finish(&actor);
    assert_int_equal(actor.rc, CT_OK);
    close(fds[0]);
}


static void
test_wait_has_a_timeout(void **state)
{
    actor_t        actor = { .events = POLLIN, .ms = 20, .rc = CT_ERROR };
    const uint64_t begin_ms = ct_clock_ms();
    ct_fiber_job_t job;
    int            fds[2];

    assert_int_equal(pipe(fds), 0);
    actor.fd = fds[0];
    assert_int_equal(start(*state, &actor, run_wait, &job), CT_AGAIN);
    finish(&actor);
    assert_int_equal(actor.rc, CT_AGAIN);
    assert_true(ct_clock_ms() - begin_ms >= 20);

    /* Nothing of it is left in the loop. */
    assert_int_equal(write(fds[1], "x", 1), 1);
    ct_loop_turn(actor.world->loop, 0);
    close(fds[0]);
    close(fds[1]);
}


static void
test_wait_for_nothing_fails(void **state)
{
    actor_t        actor = { .events = POLLIN, .fd = -1 };
    ct_fiber_job_t job;

    assert_int_equal(start(*state, &actor, run_wait, &job), CT_OK);
    assert_int_equal(actor.rc, CT_ERROR);
    assert_int_equal(actor.steps, 1);
}


static void
run_sleep_twice(void *data)
{
    actor_t *actor = data;

    actor->rc = ct_fiber_sleep(actor->ms);
    actor->steps++;
    actor->second = ct_fiber_sleep(actor->ms);
    actor->steps++;
}


static void
test_cancel_ends_waits(void **state)
{
    actor_t        actor = { .ms = 3600 * 1000 };
    ct_fiber_job_t job;

    assert_int_equal(start(*state, &actor, run_sleep_twice, &job), CT_AGAIN);
    ct_fiber_cancel(actor.fiber);
    assert_int_equal(actor.steps, 0);
    ct_fiber_cancel(actor.fiber);
    ct_loop_turn(actor.world->loop, 0);
    assert_int_equal(actor.steps, 1);
    assert_false(actor.has_ended);
    ct_loop_turn(actor.world->loop, 0);
    assert_true(actor.has_ended);
    assert_int_equal(actor.rc, CT_DECLINED);
    assert_int_equal(actor.second, CT_DECLINED);
}


static void
test_cancel_ends_a_wait_for_a_descriptor(void **state)
{
    actor_t        actor = { .events = POLLIN, .ms = 3600 * 1000 };
    ct_fiber_job_t job;
    int            fds[2];

    assert_int_equal(pipe(fds), 0);
    actor.fd = fds[0];
    assert_int_equal(start(*state, &actor, run_wait, &job), CT_AGAIN);
    ct_fiber_cancel(actor.fiber);
    finish(&actor);
    assert_int_equal(actor.rc, CT_DECLINED);
    close(fds[0]);
    close(fds[1]);
}


/* The timer comes in the same turn as the cancelling, or just before. */
static void
test_cancel_may_come_late(void **state)
{
    actor_t        actor = { .ms = 1 };
    ct_fiber_job_t job;

    assert_int_equal(start(*state, &actor, run_sleep, &job), CT_AGAIN);
    ct_fiber_cancel(actor.fiber);
    usleep(3000);
    finish(&actor);
    ct_loop_turn(actor.world->loop, 0);
    assert_int_equal(actor.steps, 2);
}


static void
run_cancel_itself(void *data)
{
    actor_t *actor = data;

    ct_fiber_cancel(ct_fiber_self());
    actor->rc = ct_fiber_sleep(3600 * 1000);
}


static void
test_cancels_itself(void **state)
{
    actor_t        actor = { .rc = CT_OK };
    ct_fiber_job_t job;

    assert_int_equal(start(*state, &actor, run_cancel_itself, &job), CT_AGAIN);
    finish(&actor);
    assert_int_equal(actor.rc, CT_DECLINED);
}


/* The fixture's end must find nothing that points at them. */
static void
test_drops_who_sleeps(void **state)
{
    actor_t        actors[3] = { { .ms = 1000 }, { .ms = 1000 } };
    ct_fiber_job_t jobs[3];
    world_t       *world = *state;
    int            fds[2];

    assert_int_equal(pipe(fds), 0);
    actors[2].fd = fds[0];
    actors[2].events = POLLIN;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(
            start(world, &actors[i], i < 2 ? run_sleep : run_wait, &jobs[i]),
            CT_AGAIN);
    }
    ct_fiber_cancel(actors[1].fiber);
    ct_fibers_destroy(world->fibers);
    world->fibers = NULL;
    ct_loop_turn(world->loop, 0);
    assert_false(actors[0].has_ended || actors[1].has_ended);
    close(fds[0]);
    close(fds[1]);
}


static void
count_call(void *data)
{
    ++*(int *) data;
}


static void
test_says_when_none_is_left(void **state)
{
    world_t       *world = *state;
    actor_t        actors[2] = { { .ms = 1 }, { .ms = 20 } };
    ct_fiber_job_t jobs[2];
    int            calls = 0;

    ct_fibers_when_idle(world->fibers, count_call, &calls);
    assert_int_equal(calls, 1);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(start(world, &actors[i], run_sleep, &jobs[i]),
                         CT_AGAIN);
    }
    ct_fibers_when_idle(world->fibers, count_call, &calls);
    finish(&actors[0]);
    assert_int_equal(calls, 1);
    finish(&actors[1]);
    assert_int_equal(calls, 2);
    actors[0].has_ended = false;
    assert_int_equal(start(world, &actors[0], run_sleep, &jobs[0]), CT_AGAIN);
    finish(&actors[0]);
    assert_int_equal(calls, 2);

    /* One that is cancelled is waited for no more. */
    actors[0].has_ended = false;
    assert_int_equal(start(world, &actors[0], run_sleep, &jobs[0]), CT_AGAIN);
    ct_fibers_when_idle(world->fibers, count_call, &calls);
    assert_int_equal(calls, 2);
    ct_fiber_cancel(actors[0].fiber);
    assert_int_equal(calls, 3);
    finish(&actors[0]);
    assert_int_equal(calls, 3);
}


static void
run_stubborn(void *data)
{
    actor_t *actor = data;

    for (;;) {
        (void) ct_fiber_sleep(1);
        actor->steps++;
    }
}


/* Who returns when its waits are declined does so; the others are dropped. */
static void
test_ends(void **state)
{
    world_t       *world = *state;
    actor_t        actors[3] = { { .ms = 1000 }, { .ms = 1000 } };
    ct_fiber_job_t jobs[3];

    assert_int_equal(start(world, &actors[0], run_sleep, &jobs[0]), CT_AGAIN);
    assert_int_equal(start(world, &actors[1], run_sleep_twice, &jobs[1]),
                     CT_AGAIN);
    assert_int_equal(start(world, &actors[2], run_stubborn, &jobs[2]),
                     CT_AGAIN);
    ct_fibers_end(world->fibers);
    assert_true(actors[0].has_ended && actors[1].has_ended);
    assert_int_equal(actors[0].rc, CT_DECLINED);
    assert_int_equal(actors[1].second, CT_DECLINED);
    assert_false(actors[2].has_ended);
    assert_in_range(actors[2].steps, 1, 100);
    assert_int_equal(ct_fibers_count(world->fibers), 1);
}


static void
run_deep(void *data)
{
    actor_t *actor = data;
    char     buf[40 * 1024];

    memset(buf, 1, sizeof(buf));
    __asm__ volatile("" : : "r"(buf) : "memory"); /* it is needed */
    if (actor->ms != 0) {
        (void) ct_fiber_sleep(actor->ms);
    }
    actor->steps = buf[1024];
}


static void
test_measures_its_stack(void **state)
{
    world_t       *world = *state;
    actor_t        actor = { .ms = 1 };
    ct_fiber_job_t job;

    assert_int_equal(start(world, &actor, run_sleep, &job), CT_AGAIN);
    finish(&actor);
    assert_in_range(ct_counter_get(&world->slot.fiber_stack_high), 1,
                    39 * 1024);
    actor.has_ended = false;
    assert_int_equal(start(world, &actor, run_deep, &job), CT_AGAIN);
    finish(&actor);

    /* ASan may keep large frames elsewhere. */
    if (!CT_SANITIZED) {
        assert_in_range(ct_counter_get(&world->slot.fiber_stack_high),
                        40 * 1024, STACK_SIZE);
    }
}


/* Without a wait it is told later, but not missed. */
static void
test_measures_who_never_waits(void **state)
{
    world_t       *world = *state;
    actor_t        actor = { .ms = 0 };
    ct_fiber_job_t job;

    for (int i = 0; i < 40; i++) {
        assert_int_equal(
            start(world, &actor, i == 3 ? run_deep : run_plain, &job), CT_OK);
    }
    if (!CT_SANITIZED) {
        assert_true(ct_counter_get(&world->slot.fiber_stack_high) >= 40 * 1024);
    }
}


static void
test_has_stacks_of_sizes(void **state)
{
    static const size_t sizes[] = { CT_FIBER_STACK_LEAST, 100000, 1 << 20 };
    world_t            *world = *state;
    actor_t             actor = { .ms = 1 };
    ct_fiber_job_t      job = { run_sleep, ended, turned };

    actor.world = world;
    for (int i = 0; i < 9; i++) {
        actor.has_ended = false;
        assert_int_equal(ct_fiber_start(world->fibers, &job, &actor,
                                        sizes[i % 3], &actor.fiber),
                         CT_AGAIN);
        finish(&actor);
    }
    assert_int_equal(actor.steps, 2);
}


static void
test_says_that_there_is_no_stack(void **state)
{
    world_t       *world = *state;
    actor_t        actor = { .ms = 1 };
    ct_fiber_job_t job = { run_plain, ended, turned };

    assert_int_equal(
        ct_fiber_start(world->fibers, &job, &actor, SIZE_MAX / 2, &actor.fiber),
        CT_ERROR);
    assert_int_equal(actor.steps, 0);
    assert_int_equal(ct_fibers_count(world->fibers), 0);
}


/* Outside of a fiber the thread waits. */
static void
test_waits_without_a_fiber(void **state)
{
    const uint64_t begin_ms = ct_clock_ms();
    int            fds[2];

    (void) state;
    assert_int_equal(ct_fiber_sleep(10), CT_OK);
    assert_true(ct_clock_ms() - begin_ms >= 10);
    assert_int_equal(pipe(fds), 0);
    assert_int_equal(ct_fiber_wait(fds[0], POLLIN, 5), CT_AGAIN);
    assert_int_equal(ct_fiber_wait(fds[1], POLLOUT, 0), CT_OK);
    assert_int_equal(write(fds[1], "x", 1), 1);
    assert_int_equal(ct_fiber_wait(fds[0], POLLIN, 0), CT_OK);
    close(fds[0]);
    close(fds[1]);
    assert_int_equal(ct_fiber_wait(fds[0], POLLIN, 0), CT_ERROR);
}


static void *
thread_main(void *data)
{
    actor_t *actor = data;

    actor->rc = ct_fiber_self() == NULL ? ct_fiber_sleep(1) : CT_ERROR;
    return NULL;
}


static void
run_thread(void *data)
{
    actor_t  *actor = data;
    pthread_t thread;

    assert_int_equal(pthread_create(&thread, NULL, thread_main, actor), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
}


/* A thread that a fiber starts is in none. */
static void
test_is_of_one_thread(void **state)
{
    actor_t        actor = { .rc = CT_ERROR };
    ct_fiber_job_t job;

    assert_int_equal(start(*state, &actor, run_thread, &job), CT_OK);
    assert_int_equal(actor.rc, CT_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start_world, end_world)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_returns_at_once),
        TEST(test_sleeps),
        TEST(test_sleeps_long_enough),
        TEST(test_sleeps_nothing),
        TEST(test_keeps_registers),
        TEST(test_keeps_modes_of_floats),
        TEST(test_many_at_once),
        TEST(test_nests),
        TEST(test_waits_for_a_descriptor),
        TEST(test_waits_for_room),
        TEST(test_wait_ends_with_a_hangup),
        TEST(test_wait_has_a_timeout),
        TEST(test_wait_for_nothing_fails),
        TEST(test_cancel_ends_waits),
        TEST(test_cancel_ends_a_wait_for_a_descriptor),
        TEST(test_cancel_may_come_late),
        TEST(test_cancels_itself),
        TEST(test_drops_who_sleeps),
        TEST(test_says_when_none_is_left),
        TEST(test_ends),
        TEST(test_measures_its_stack),
        TEST(test_measures_who_never_waits),
        TEST(test_has_stacks_of_sizes),
        TEST(test_says_that_there_is_no_stack),
        TEST(test_waits_without_a_fiber),
        TEST(test_is_of_one_thread),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
