/*
 * offload_test.c -- jobs on threads, and their way back to the loop.
 */

#include "core/ct_config.h"

#include "event/ct_offload.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "core/ct_board.h"
#include "core/ct_log.h"
#include "event/ct_loop.h"

#define MANY 500

/* How long a wait of the loop may take before the test is stuck. */
#define PATIENCE_MS 10000

typedef struct fixture_s {
    ct_log_t        log;
    ct_loop_t      *loop;
    ct_offload_t   *offload;
    ct_board_slot_t slot;
    pthread_mutex_t gate; /* held: jobs of `hold` do not end */
    atomic_uint     nbegun;
    unsigned        ndone;
    unsigned        order[MANY];
} fixture_t;

typedef struct work_s {
    ct_job_t   job;
    fixture_t *f;
    unsigned   number;
    bool       ran_in_loop;
    bool       can_be_interrupted;
} work_t;


static void
open_pool(fixture_t *f, unsigned nthreads, size_t max_queue)
{
    memset(f, 0, sizeof(*f));
    ct_log_init(&f->log);
    pthread_mutex_init(&f->gate, NULL);
    f->loop = ct_loop_create(NULL, 16, &f->log);
    assert_non_null(f->loop);
    f->offload = ct_offload_create(f->loop, CT_STR("test"), nthreads, max_queue,
                                   &f->slot);
    assert_non_null(f->offload);
}


static void
close_pool(fixture_t *f)
{
    ct_offload_stop(f->offload);
    while (ct_offload_alive(f->offload) > 0) {
        ct_loop_run_sent(f->loop, PATIENCE_MS);
    }
    ct_offload_destroy(f->offload);
    ct_loop_destroy(f->loop);
    pthread_mutex_destroy(&f->gate);
}


static work_t *
work_of(ct_job_t *job)
{
    return CT_CONTAINER_OF(job, work_t, job);
}


static void
note(ct_job_t *job)
{
    work_t  *work = work_of(job);
    sigset_t blocked;

    pthread_sigmask(SIG_BLOCK, NULL, &blocked);
    work->ran_in_loop = ct_loop_is_mine(work->f->loop);
    work->can_be_interrupted = !sigismember(&blocked, SIGTERM);
}


/* As a handler that waits for a database. */
static void
hold(ct_job_t *job)
{
    work_t *work = work_of(job);

    atomic_fetch_add(&work->f->nbegun, 1);
    pthread_mutex_lock(&work->f->gate);
    pthread_mutex_unlock(&work->f->gate);
}


static void
count(ct_job_t *job)
{
    work_t    *work = work_of(job);
    fixture_t *f = work->f;

    assert_true(ct_loop_is_mine(f->loop));
    f->order[f->ndone] = work->number;
    f->ndone++;
}


static void
work_init(fixture_t *f, work_t *work, unsigned number, ct_job_fn run)
{
    memset(work, 0, sizeof(*work));
    ct_job_init(&work->job, run, count);
    work->f = f;
    work->number = number;
}


static void
turn_until_done(fixture_t *f, unsigned n)
{
    while (f->ndone < n) {
        ct_loop_turn(f->loop, PATIENCE_MS);
    }
}


static void
wait_until_begun(fixture_t *f, unsigned n)
{
    while (atomic_load(&f->nbegun) < n) {
        sched_yield();
    }
}


static uint64_t
gauge(const fixture_t *f)
{
    return ct_counter_get(&f->slot.gauges[CT_GAUGE_QUEUED]);
}


static void
runs_elsewhere_and_comes_back(void **state)
{
    fixture_t f;
    work_t    work;

    (void) state;
    open_pool(&f, 2, 1);
    work_init(&f, &work, 7, note);
    assert_int_equal(ct_offload_submit(f.offload, &work.job), CT_OK);
    turn_until_done(&f, 1);
    assert_false(work.ran_in_loop);
    assert_false(work.can_be_interrupted);
    assert_int_equal(f.order[0], 7);

    /* And once more: it is free again. */
    assert_int_equal(ct_offload_submit(f.offload, &work.job), CT_OK);
    turn_until_done(&f, 2);
    close_pool(&f);
}


static void
takes_jobs_in_order(void **state)
{
    static work_t works[MANY];
    fixture_t     f;

    (void) state;
    open_pool(&f, 1, MANY);
    for (unsigned i = 0; i < MANY; i++) {
        work_init(&f, &works[i], i, note);
        assert_int_equal(ct_offload_submit(f.offload, &works[i].job), CT_OK);
    }
    turn_until_done(&f, MANY);
    for (unsigned i = 0; i < MANY; i++) {
        assert_int_equal(f.order[i], i);
    }
    close_pool(&f);
}


/* Behind one that holds the only thread, while time passes. */
static void
serves_a_standing_queue_from_its_end(void **state)
{
    static const uint64_t patience_ms[] = { 0, 0, 1, 1, 1, 1 };
    static const unsigned order[] = { 0, 1, 5, 4, 3, 2, 6, 7, 8 };
    const struct timespec a_while = { .tv_nsec = 10000000 };
    work_t                works[CT_ARRAY_LEN(order)];
    fixture_t             f;

    (void) state;
    open_pool(&f, 1, MANY);
    pthread_mutex_lock(&f.gate);
    for (unsigned i = 0; i < 6; i++) {
        work_init(&f, &works[i], i, hold);
        works[i].job.patience_ms = patience_ms[i];
        assert_int_equal(ct_offload_submit(f.offload, &works[i].job), CT_OK);
    }
    wait_until_begun(&f, 1);
    nanosleep(&a_while, NULL);
    pthread_mutex_unlock(&f.gate);
    turn_until_done(&f, 6);

    /* It has been empty: a burst is served in order again. */
    pthread_mutex_lock(&f.gate);
    for (unsigned i = 6; i < 9; i++) {
        work_init(&f, &works[i], i, hold);
        works[i].job.patience_ms = PATIENCE_MS;
        assert_int_equal(ct_offload_submit(f.offload, &works[i].job), CT_OK);
    }
    pthread_mutex_unlock(&f.gate);
    turn_until_done(&f, 9);
    for (unsigned i = 0; i < CT_ARRAY_LEN(order); i++) {
        assert_int_equal(f.order[i], order[i]);
    }
    close_pool(&f);
}


static void
loses_none_of_many(void **state)
{
    static work_t works[MANY];
    fixture_t     f;

    (void) state;
    open_pool(&f, 4, MANY);
    for (unsigned i = 0; i < MANY; i++) {
        work_init(&f, &works[i], i, note);
    }
    for (unsigned round = 1; round <= 20; round++) {
        for (unsigned i = 0; i < MANY; i++) {
            assert_int_equal(ct_offload_submit(f.offload, &works[i].job),
                             CT_OK);
        }
        turn_until_done(&f, MANY);
        f.ndone = 0;
    }
    assert_int_equal(gauge(&f), 0);
    close_pool(&f);
}


/* Two at work, two in the queue: a fifth finds no room. */
static void
refuses_over_max_queue(void **state)
{
    fixture_t f;
    work_t    works[5];

    (void) state;
    open_pool(&f, 2, 2);
    pthread_mutex_lock(&f.gate);
    for (unsigned i = 0; i < 5; i++) {
        work_init(&f, &works[i], i, hold);
        assert_int_equal(ct_offload_submit(f.offload, &works[i].job),
                         i < 4 ? CT_OK : CT_DECLINED);
    }
    assert_int_equal(gauge(&f), 2);
    assert_int_equal(ct_offload_waiting(f.offload), 2);
    pthread_mutex_unlock(&f.gate);
    turn_until_done(&f, 4);
    assert_int_equal(gauge(&f), 0);
    assert_int_equal(ct_offload_submit(f.offload, &works[4].job), CT_OK);
    turn_until_done(&f, 5);
    close_pool(&f);
}


/* A thread that the loop has heard of is free, whatever it does just now. */
static void
needs_no_queue_for_a_free_thread(void **state)
{
    fixture_t f;
    work_t    work;

    (void) state;
    open_pool(&f, 1, 0);
    work_init(&f, &work, 0, note);
    for (unsigned i = 1; i <= MANY; i++) {
        assert_int_equal(ct_offload_submit(f.offload, &work.job), CT_OK);
        turn_until_done(&f, 1);
        f.ndone = 0;
    }
    close_pool(&f);
}


static void
cancels_what_has_not_begun(void **state)
{
    fixture_t f;
    work_t    works[3];

    (void) state;
    open_pool(&f, 1, 8);
    pthread_mutex_lock(&f.gate);
    for (unsigned i = 0; i < 3; i++) {
        work_init(&f, &works[i], i, hold);
        assert_int_equal(ct_offload_cancel(&works[i].job), CT_DECLINED);
        assert_int_equal(ct_offload_submit(f.offload, &works[i].job), CT_OK);
    }
    wait_until_begun(&f, 1);
    assert_int_equal(ct_offload_cancel(&works[0].job), CT_DECLINED);
    assert_int_equal(ct_offload_cancel(&works[1].job), CT_OK);
    assert_int_equal(ct_offload_cancel(&works[1].job), CT_DECLINED);
    assert_int_equal(gauge(&f), 1);
    pthread_mutex_unlock(&f.gate);
    turn_until_done(&f, 2);
    assert_int_equal(f.order[0], 0);
    assert_int_equal(f.order[1], 2);
    assert_int_equal(ct_offload_cancel(&works[2].job), CT_DECLINED);
    close_pool(&f);
}


/* What runs ends, what waits does not begin. */
static void
stops_behind_what_runs(void **state)
{
    fixture_t f;
    work_t    works[2];

    (void) state;
    open_pool(&f, 1, 8);
    pthread_mutex_lock(&f.gate);
    for (unsigned i = 0; i < 2; i++) {
        work_init(&f, &works[i], i, hold);
        assert_int_equal(ct_offload_submit(f.offload, &works[i].job), CT_OK);
    }
    wait_until_begun(&f, 1);
    ct_offload_stop(f.offload);
    ct_loop_run_sent(f.loop, 0);
    assert_int_equal(ct_offload_alive(f.offload), 1);
    pthread_mutex_unlock(&f.gate);
    while (ct_offload_alive(f.offload) > 0) {
        ct_loop_run_sent(f.loop, PATIENCE_MS);
    }
    assert_int_equal(f.ndone, 1);
    assert_int_equal(atomic_load(&f.nbegun), 1);
    close_pool(&f);
}


static void
ask_in_loop(void *data)
{
    work_t *work = data;

    work->ran_in_loop = ct_loop_is_mine(work->f->loop);
}


static void
ask(ct_job_t *job)
{
    work_t *work = work_of(job);

    ct_loop_ask(work->f->loop, ask_in_loop, work);
    assert_true(work->ran_in_loop);
}


/* Also while the loop turns no more and waits for the pool's end. */
static void
lets_a_job_ask_the_loop(void **state)
{
    fixture_t f;
    work_t    works[2];

    (void) state;
    open_pool(&f, 2, 2);
    for (unsigned i = 0; i < 2; i++) {
        work_init(&f, &works[i], i, ask);
    }
    assert_int_equal(ct_offload_submit(f.offload, &works[0].job), CT_OK);
    turn_until_done(&f, 1);
    assert_true(works[0].ran_in_loop);

    ask_in_loop(&works[1]);
    ct_loop_ask(f.loop, ask_in_loop, &works[1]);
    assert_int_equal(ct_offload_submit(f.offload, &works[1].job), CT_OK);
    close_pool(&f);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_elsewhere_and_comes_back),
        cmocka_unit_test(takes_jobs_in_order),
        cmocka_unit_test(serves_a_standing_queue_from_its_end),
        cmocka_unit_test(loses_none_of_many),
        cmocka_unit_test(refuses_over_max_queue),
        cmocka_unit_test(needs_no_queue_for_a_free_thread),
        cmocka_unit_test(cancels_what_has_not_begun),
        cmocka_unit_test(stops_behind_what_runs),
        cmocka_unit_test(lets_a_job_ask_the_loop),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
