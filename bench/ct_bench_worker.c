/*
 * ct_bench_worker.c -- one thread of load: a loop and its connections.
 *
 *   connect    all connections are made, TLS's handshakes too; then all
 *              threads begin together
 *   warm up    calls go on, and nothing of it is kept but errors
 *   measure    until the time is over, or the calls are, or we are asked to
 *              stop
 *   drain      nothing new is begun, and what is under way may come in; what
 *              does not is an error
 *
 * A closed loop begins a call for each reply.  In an open one calls fall due
 * at a fixed rate, whatever the server does: each goes out on the next free
 * connection, where there is none it waits, and its time counts from when it
 * was due.
 */

#include "core/ct_config.h"

#include "ct_bench_worker.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "core/ct_clock.h"
#include "core/ct_mem.h"
#include "core/ct_pool.h"
#include "ct_bench_conn.h"
#include "ct_bench_say.h"

#define MAX_EVENTS 512
#define WAIT_MS    50
#define NS_PER_S   1000000000ULL
#define S_PER_NS   1e-9

/* Nobody who has pressed a key waits longer for what is under way. */
#define HASTY_DRAIN_NS NS_PER_S

#define POOL_SIZE  ((size_t) 64 * 1024)
#define REPLY_SIZE ((size_t) 16 * 1024)


static bool
is_open_loop(const ct_bench_worker_t *worker)
{
    return worker->load->interval_ns > 0;
}


/* Wakes the loop when the next call is due, to the nanosecond. */
static ct_rc_t
timer_init(ct_bench_worker_t *worker)
{
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = NULL };

    worker->timer_fd =
        timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (worker->timer_fd == -1
        || epoll_ctl(worker->epoll_fd, EPOLL_CTL_ADD, worker->timer_fd, &event)
               != 0) {
        return CT_ERROR;
    }
    worker->free = ct_pool_zalloc(worker->pool,
                                  worker->nconns * sizeof(ct_bench_conn_t *));
    for (size_t i = 0; i < worker->nconns; i++) {
        worker->free[i] = &worker->conns[i];
        worker->conns[i].is_free = true;
    }
    worker->nfree = worker->nconns;
    return CT_OK;
}


ct_rc_t
ct_bench_worker_init(ct_bench_worker_t *worker, const ct_bench_load_t *load,
                     const ct_bench_share_t *share)
{
    memset(worker, 0, sizeof(*worker));
    worker->load = load;
    worker->timer_fd = -1;
    worker->nconns = share->nconns;
    worker->order_at = share->order_at;
    worker->share = *share;
    worker->pool = ct_pool_create(POOL_SIZE);
    worker->replies = ct_pool_create(REPLY_SIZE);
    worker->block = ct_pool_alloc(worker->pool, CT_BENCH_BLOCK_SIZE);
    worker->known = ct_pool_zalloc(worker->pool,
                                   load->plan->ncalls * sizeof(*worker->known));
    ct_buf_init(&worker->batch);
    while (worker->slot_mask < load->depth - 1) {
        worker->slot_mask = 2 * worker->slot_mask + 1;
    }
    worker->conns =
        ct_pool_zalloc(worker->pool, worker->nconns * sizeof(*worker->conns));
    for (size_t i = 0; i < worker->nconns; i++) {
        ct_bench_conn_init(worker, &worker->conns[i], share->first_conn + i);
    }
    worker->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (worker->epoll_fd == -1
        || (is_open_loop(worker) && timer_init(worker) != CT_OK)) {
        ct_bench_say("cannot make a loop: %s", strerror(errno));
        return CT_ERROR;
    }
    return CT_OK;
}


void
ct_bench_worker_release(ct_bench_worker_t *worker)
{
    for (size_t i = 0; i < worker->nconns; i++) {
        ct_bench_conn_release(&worker->conns[i]);
    }
    ct_buf_release(&worker->batch);
    ct_pool_destroy(worker->replies);
    ct_pool_destroy(worker->pool);
    worker->nconns = 0;
    worker->pool = NULL;
    if (worker->timer_fd != -1) {
        close(worker->timer_fd);
    }
    if (worker->epoll_fd != -1) {
        close(worker->epoll_fd);
    }
}


static double
cpu_seconds(void)
{
    struct timespec used = { 0, 0 };

    (void) clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return (double) used.tv_sec + (double) used.tv_nsec * S_PER_NS;
}


static void
timer_take(ct_bench_worker_t *worker)
{
    uint64_t times;

    (void) !read(worker->timer_fd, &times, sizeof(times));
}


static void
show(ct_bench_worker_t *worker)
{
    atomic_store_explicit(&worker->ncalls_shown, worker->tally.latency_ns.total,
                          memory_order_relaxed);
    atomic_store_explicit(&worker->nerrors_shown, worker->tally.nerrors,
                          memory_order_relaxed);
}


void
ct_bench_worker_turn(ct_bench_worker_t *worker)
{
    struct epoll_event events[MAX_EVENTS];
    const int n = epoll_wait(worker->epoll_fd, events, MAX_EVENTS, WAIT_MS);

    for (int i = 0; i < n; i++) {
        if (events[i].data.ptr == NULL) {
            timer_take(worker);
        } else {
            ct_bench_conn_ready(worker, events[i].data.ptr, events[i].events);
        }
    }
    worker->now_ns = ct_clock_ns();
    show(worker);
}


/* Looks for calls that take too long, and for connections to open again. */
static void
check(ct_bench_worker_t *worker)
{
    for (size_t i = 0; i < worker->nconns; i++) {
        ct_bench_conn_t *conn = &worker->conns[i];

        ct_bench_conn_check(worker, conn);
        if (conn->link.fd == -1 && !is_open_loop(worker) && !worker->is_stopping
            && worker->budget != 0) {
            ct_bench_conn_start(worker, conn);
        }
    }
}


/* When the next call of an open loop falls due. */
static uint64_t
next_due_ns(const ct_bench_worker_t *worker)
{
    return worker->begun_ns
           + (uint64_t) ((double) worker->ndue * worker->load->interval_ns);
}


/* Begins what is due, as far as connections are free. */
static void
begin_due(ct_bench_worker_t *worker)
{
    while (next_due_ns(worker) <= worker->now_ns && worker->nfree != 0
           && worker->budget != 0) {
        ct_bench_conn_t *conn = worker->free[worker->free_at];

        worker->free_at = (worker->free_at + 1) % worker->nconns;
        worker->nfree--;
        conn->is_free = false;
        ct_bench_conn_call(worker, conn, next_due_ns(worker));
        worker->ndue++;
    }
}


/* A timer is of use only while a connection waits for it. */
static void
timer_set(ct_bench_worker_t *worker)
{
    const uint64_t    due_ns = next_due_ns(worker);
    struct itimerspec at = { .it_value = { (time_t) (due_ns / NS_PER_S),
                                           (long) (due_ns % NS_PER_S) } };

    if (worker->nfree != 0) {
        (void) timerfd_settime(worker->timer_fd, TFD_TIMER_ABSTIME, &at, NULL);
    }
}


static bool
is_shaking(const ct_bench_worker_t *worker)
{
    for (size_t i = 0; i < worker->nconns; i++) {
        if (worker->conns[i].link.fd != -1
            && worker->conns[i].link.is_shaking) {
            return true;
        }
    }
    return false;
}


static void
connect_all(ct_bench_worker_t *worker)
{
    const uint64_t end_ns = ct_clock_ns() + worker->load->timeout_ns;

    worker->is_stopping = true;
    for (size_t i = 0; i < worker->nconns && !worker->load->new_conn; i++) {
        (void) ct_bench_conn_open(worker, &worker->conns[i]);
    }
    while (is_shaking(worker) && ct_clock_ns() < end_ns) {
        ct_bench_worker_turn(worker);
    }
    worker->is_stopping = false;
}


/*
 * Looks at the server, if that is for this thread to do; its time until now
 * is subtracted.
 */
static void
look(ct_bench_worker_t *worker)
{
    const double before_s = worker->process.cpu_s;

    if (worker->share.watches && worker->load->pid != 0) {
        (void) ct_bench_process_look(worker->load->pid, &worker->process);
        worker->process.cpu_s -= before_s;
    }
}


/*
 * From here on it counts.  Errors have counted all along.  Calls under way
 * will be counted, too.
 */
static void
measure_begin(ct_bench_worker_t *worker)
{
    ct_bench_tally_t *tally = &worker->tally;

    worker->process.cpu_s = 0;
    look(worker);
    worker->now_ns = ct_clock_ns();
    memset(&tally->latency_ns, 0, sizeof(tally->latency_ns));
    tally->nout_of_order = 0;
    tally->cpu_s = -cpu_seconds();
    if (worker->load->warmup_ns != 0) {
        worker->budget = worker->share.budget > worker->nopen
                             ? worker->share.budget - worker->nopen
                             : 0;
    }
    for (size_t i = 0; i < worker->nconns; i++) {
        worker->conns[i].link.nsent = 0;
        worker->conns[i].link.nreceived = 0;
    }
}


static bool
is_over(const ct_bench_worker_t *worker, uint64_t end_ns)
{
    return worker->now_ns >= end_ns || worker->has_given_up
           || atomic_load_explicit(worker->load->stop, memory_order_relaxed)
           || (worker->budget == 0 && worker->nopen == 0);
}


/* Goes on until `end_ns`. */
static void
load_until(ct_bench_worker_t *worker, uint64_t end_ns)
{
    uint64_t check_ns = worker->now_ns + CT_BENCH_CHECK_NS;

    while (!is_over(worker, end_ns)) {
        if (is_open_loop(worker)) {
            timer_set(worker);
        }
        ct_bench_worker_turn(worker);
        if (is_open_loop(worker)) {
            begin_due(worker);
        }
        if (worker->now_ns >= check_ns) {
            check(worker);
            check_ns = worker->now_ns + CT_BENCH_CHECK_NS;
        }
    }
}


/* Calls that should have been begun by now. */
static void
count_not_begun(ct_bench_worker_t *worker)
{
    const uint64_t due_ns = next_due_ns(worker);
    uint64_t       n;

    if (is_open_loop(worker) && due_ns < worker->now_ns) {
        n = (uint64_t) ((double) (worker->now_ns - due_ns)
                        / worker->load->interval_ns);
        worker->tally.nnot_begun = n < worker->budget ? n : worker->budget;
    }
}


static void
drain(ct_bench_worker_t *worker)
{
    uint64_t end_ns = worker->now_ns + worker->load->timeout_ns;
    uint64_t check_ns = worker->now_ns + CT_BENCH_CHECK_NS;

    worker->is_stopping = true;
    worker->last_reply_ns = worker->now_ns;
    while (worker->nopen != 0 && worker->now_ns < end_ns) {
        const uint64_t ncalls = worker->tally.latency_ns.total;

        ct_bench_worker_turn(worker);
        if (worker->tally.latency_ns.total != ncalls) {
            worker->last_reply_ns = worker->now_ns;
        }
        if (worker->now_ns >= check_ns) {
            check(worker);
            check_ns = worker->now_ns + CT_BENCH_CHECK_NS;
        }
        if (atomic_load_explicit(worker->load->stop, memory_order_relaxed)
            && end_ns > worker->now_ns + HASTY_DRAIN_NS) {
            end_ns = worker->now_ns + HASTY_DRAIN_NS;
        }
    }
    if (worker->nopen != 0) {
        ct_bench_tally_error(&worker->tally, "no reply", worker->nopen);
    }
}


static void
measure_end(ct_bench_worker_t *worker, uint64_t from_ns)
{
    ct_bench_tally_t *tally = &worker->tally;

    tally->cpu_s += cpu_seconds();
    look(worker);
    tally->seconds = (double) (worker->last_reply_ns - from_ns) * S_PER_NS;
    for (size_t i = 0; i < worker->nconns; i++) {
        tally->bytes_sent += worker->conns[i].link.nsent;
        tally->bytes_received += worker->conns[i].link.nreceived;
    }
}


static void
begin(ct_bench_worker_t *worker)
{
    worker->now_ns = ct_clock_ns();
    worker->begun_ns = worker->now_ns + worker->share.delay_ns;
    worker->budget = UINT64_MAX;
    if (worker->load->warmup_ns == 0) {
        worker->budget = worker->share.budget;
    }
    for (size_t i = 0; i < worker->nconns && !is_open_loop(worker); i++) {
        ct_bench_conn_start(worker, &worker->conns[i]);
    }
}


static void *
run(void *data)
{
    ct_bench_worker_t     *worker = data;
    const ct_bench_load_t *load = worker->load;
    uint64_t               from_ns;

    connect_all(worker);
    (void) pthread_barrier_wait(load->begin);
    if (load->warmup_ns != 0) {
        begin(worker);
        load_until(worker, worker->now_ns + load->warmup_ns);
        measure_begin(worker);
    } else {
        measure_begin(worker);
        begin(worker);
    }
    from_ns = worker->now_ns;
    load_until(worker, from_ns + load->duration_ns);
    count_not_begun(worker);
    drain(worker);
    measure_end(worker, from_ns);
    (void) atomic_fetch_add(load->ndone, 1);
    (void) pthread_kill(load->teller, SIGUSR1);
    return NULL;
}


ct_rc_t
ct_bench_worker_start(ct_bench_worker_t *worker)
{
    const int error = pthread_create(&worker->thread, NULL, run, worker);

    if (error != 0) {
        ct_bench_say("cannot begin a thread: %s", strerror(error));
        return CT_ERROR;
    }
    return CT_OK;
}


void
ct_bench_worker_join(ct_bench_worker_t *worker)
{
    (void) pthread_join(worker->thread, NULL);
}
