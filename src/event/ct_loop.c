/*
 * ct_loop.c -- one turn after the other.
 *
 * A turn: on_turn (the heartbeat, and whatever signals have asked for); wait
 * until an event, the next timer or the limit; events; timers; the tasks
 * posted up to here; the last tasks, which give memory back.  A task that is
 * posted by a task runs in the next turn, so that none can hold up the loop.
 *
 * A signal that arrives after on_turn has looked and before the wait begins
 * is not missed: ct_loop_wake writes a byte into a pipe that is watched.  A
 * pipe, not an eventfd: it is the same everywhere, and woken rarely.
 *
 * Other threads hand tasks over in a queue of their own, behind a mutex that
 * the loop takes only when the pipe says that there is something: a turn pays
 * nothing for them.  Only who finds the queue empty writes the byte; whoever
 * comes behind rides along until the loop has taken them all.
 *
 * Where it was told to, the wait is one that polls first (ct_spin.c).
 *
 * The clock is read behind the wait, and all callbacks of a turn see the same
 * time.  Backends report from inside their wait, so the first report reads the
 * clock.  What time has passed within a turn ct_ticks.c tells.
 */

#include "core/ct_config.h"

#include "event/ct_loop.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "core/ct_clock.h"
#include "core/ct_file.h"
#include "core/ct_heap.h"
#include "core/ct_log.h"
#include "core/ct_mem.h"
#include "core/ct_ticks.h"
#include "event/ct_backend.h"
#include "event/ct_poller.h"
#include "event/ct_spin.h"
#include "event/ct_timer.h"

/* Of ct_loop_create. */
#define MAX_EVENTS_LIMIT (1 << 16)

#define NS_PER_MS 1000000


struct ct_loop_s {
    const ct_poller_t *poller;
    void              *state; /* the poller's */
    ct_log_t          *log;
    ct_heap_t          timers;
    ct_queue_t         tasks;
    ct_queue_t         last_tasks;
    uint64_t           now_ms;
    uint64_t           seen_ns; /* not before now_ms of this turn */
    ct_ticks_t         ticks;
    _Atomic uint64_t   busy_since_ms; /* read by the thread that watches */
    bool               now_is_old;    /* the wait may have ended since */
    bool               in_turn;
    bool               stopping;
    ct_io_t            wake_io; /* the pipe's reading end */
    int                wake_fd; /* its writing end */
    pthread_t          thread;  /* whose loop it is */
    pthread_mutex_t    lock;    /* of `sent` */
    ct_queue_t         sent;    /* tasks of other threads */
    ct_loop_turn_fn    on_turn;
    void              *on_turn_data;
    ct_loop_peer_fn    peer;
    const void        *peer_data;
    ct_spin_t          spin;
};


/*
 * The waking byte has done its work by ending the wait.  It is read before the
 * tasks are taken: who sends between the two has not found the queue empty,
 * and is taken too.
 */
static void
drain_wake(ct_io_t *io)
{
    ct_loop_t *loop = io->data;
    char       bytes[64];

    while (read(io->fd, bytes, sizeof(bytes)) == (ssize_t) sizeof(bytes)) {
    }
    pthread_mutex_lock(&loop->lock);
    ct_queue_move(&loop->tasks, &loop->sent);
    pthread_mutex_unlock(&loop->lock);
}


/* Neither end may block: a handler writes, the loop drains what is there. */
static ct_rc_t
open_wake(ct_loop_t *loop)
{
    int fds[2];

    if (pipe(fds) != 0) {
        CT_LOG(loop->log, CT_LOG_EMERG, errno, "pipe() failed");
        return CT_ERROR;
    }

    loop->wake_io.fd = fds[0];
    loop->wake_io.fn = drain_wake;
    loop->wake_io.data = loop;
    loop->wake_fd = fds[1];
    for (int i = 0; i < 2; i++) {
        if (ct_file_set_cloexec(fds[i], true) != CT_OK
            || ct_file_set_nonblocking(fds[i], true) != CT_OK) {
            CT_LOG(loop->log, CT_LOG_EMERG, errno, "cannot set up a pipe");
            goto fail;
        }
    }
    if (ct_loop_add_io(loop, &loop->wake_io, CT_IO_READ | CT_IO_LEVEL)
        != CT_OK) {
        goto fail;
    }
    return CT_OK;

fail:
    close(fds[0]);
    close(fds[1]);
    return CT_ERROR;
}


static void
release(ct_loop_t *loop)
{
    pthread_mutex_destroy(&loop->lock);
    ct_heap_release(&loop->timers);
    ct_mem_release(loop);
}


ct_loop_t *
ct_loop_create(const char *c_backend, size_t max_events, ct_log_t *log)
{
    const ct_poller_t *poller = ct_backend_find(c_backend);
    ct_loop_t         *loop;

    CT_ASSERT(max_events > 0 && max_events <= MAX_EVENTS_LIMIT);
    if (poller == NULL) {
        CT_LOG(log, CT_LOG_EMERG, 0, "there is no event backend '%s'",
               c_backend);
        return NULL;
    }

    loop = ct_mem_alloc(sizeof(*loop));
    *loop =
        (ct_loop_t){ .poller = poller, .log = log, .now_ms = ct_clock_ms() };
    ct_ticks_init(&loop->ticks);
    ct_heap_init(&loop->timers);
    ct_queue_init(&loop->tasks);
    ct_queue_init(&loop->last_tasks);
    ct_queue_init(&loop->sent);
    loop->thread = pthread_self();
    pthread_mutex_init(&loop->lock, NULL);

    if (poller->create(max_events, log, &loop->state) != CT_OK) {
        goto fail;
    }
    if (open_wake(loop) != CT_OK) {
        poller->destroy(loop->state);
        goto fail;
    }
    return loop;

fail:
    release(loop);
    return NULL;
}


void
ct_loop_destroy(ct_loop_t *loop)
{
    if (loop == NULL) {
        return;
    }
    loop->poller->destroy(loop->state);
    close(loop->wake_io.fd);
    close(loop->wake_fd);
    release(loop);
}


const char *
ct_loop_backend(const ct_loop_t *loop)
{
    return loop->poller->name;
}


ct_log_t *
ct_loop_log(const ct_loop_t *loop)
{
    return loop->log;
}


void
ct_loop_on_turn(ct_loop_t *loop, ct_loop_turn_fn fn, void *data)
{
    loop->on_turn = fn;
    loop->on_turn_data = data;
}


void
ct_loop_spin(ct_loop_t *loop, uint64_t time_us, ct_board_slot_t *slot)
{
    ct_spin_init(&loop->spin, time_us, slot);
}


CT_HOT uint64_t
ct_loop_now_ms(const ct_loop_t *loop)
{
    return loop->now_ms;
}


CT_HOT uint64_t
ct_loop_seen_ns(const ct_loop_t *loop)
{
    return loop->seen_ns;
}


/* One that is behind the last would be a time that runs backwards. */
static void
see(ct_loop_t *loop, uint64_t now_ns)
{
    if (now_ns > loop->seen_ns) {
        loop->seen_ns = now_ns;
    }
}


CT_HOT uint64_t
ct_loop_look_ns(ct_loop_t *loop)
{
    see(loop, ct_ticks_ns(&loop->ticks));
    return loop->seen_ns;
}


uint64_t
ct_loop_busy_since_ms(const ct_loop_t *loop)
{
    return atomic_load_explicit(&loop->busy_since_ms, memory_order_relaxed);
}


void
ct_loop_set_peer(ct_loop_t *loop, ct_loop_peer_fn fn, const void *data)
{
    loop->peer_data = data;
    loop->peer = fn;
}


bool
ct_loop_peer(const ct_loop_t *loop, ct_peer_t *peer)
{
    return loop->peer != NULL && loop->peer(loop->peer_data, peer);
}


ct_heap_t *
ct_loop_timers(ct_loop_t *loop)
{
    return &loop->timers;
}


ct_rc_t
ct_loop_add_io(ct_loop_t *loop, ct_io_t *io, unsigned interest)
{
    CT_ASSERT(!io->registered && io->fd >= 0 && io->fn != NULL);
    io->interest = (uint8_t) interest;
    io->news = 0;
    io->readable = false;
    io->writable = false;
    io->ending = false;
    io->hung_up = false;

    if (loop->poller->add(loop->state, io) != CT_OK) {
        return CT_ERROR;
    }
    io->registered = true;
    return CT_OK;
}


/*
 * `registered` falls first: a backend that finds the descriptor closed logs
 * it, and the io is out of the loop all the same.
 */
void
ct_loop_remove_io(ct_loop_t *loop, ct_io_t *io)
{
    if (io->registered) {
        io->registered = false;
        loop->poller->remove(loop->state, io);
    }
}


CT_HOT void
ct_loop_rearm_io(ct_loop_t *loop, ct_io_t *io)
{
    if (loop->poller->rearm != NULL && io->registered) {
        loop->poller->rearm(loop->state, io);
    }
}


/* Once a turn: what the callbacks of a turn see is one time.  From here to
 * the next wait the loop is at work. */
static void
refresh_now(ct_loop_t *loop)
{
    if (loop->now_is_old) {
        const uint64_t now_ns = ct_ticks_read(&loop->ticks);

        loop->now_is_old = false;
        see(loop, now_ns);
        loop->now_ms = now_ns / NS_PER_MS;
        atomic_store_explicit(&loop->busy_since_ms, loop->now_ms,
                              memory_order_relaxed);
    }
}


/*
 * "News" is a direction that was not known to be ready: its owner has met
 * EAGAIN there since, or never looked.  An owner that left bytes unread on
 * purpose is not told of more of them.
 *
 * Sets the flags; gives back which of CT_IO_READ and CT_IO_WRITE are new.
 */
static uint8_t
take_news(ct_io_t *io, unsigned ready)
{
    uint8_t news = 0;

    /* A peer that has gone can be read to the end, and a write fails. */
    if ((ready & CT_IO_HUNG_UP) && !io->hung_up) {
        io->hung_up = true;
        io->readable = false;
        io->writable = false;
        ready |= CT_IO_READ | CT_IO_WRITE;
    }
    if (ready & CT_IO_ENDING) {
        io->ending = true;
    }
    if ((ready & CT_IO_READ) && !io->readable) {
        io->readable = true;
        news |= CT_IO_READ;
    }
    if ((ready & CT_IO_WRITE) && !io->writable) {
        io->writable = true;
        news |= CT_IO_WRITE;
    }
    return news;
}


/*
 * epoll tells of both directions whenever one of them changes, so most
 * reports of "writable" are known already and end here.
 */
CT_HOT void
ct_loop_ready(ct_loop_t *loop, ct_io_t *io, unsigned ready)
{
    CT_ASSERT(io->registered);
    refresh_now(loop);

    if (io->interest & CT_IO_LEVEL) {
        io->readable = false;
        io->writable = false;
        io->hung_up = false;
    }
    io->news = take_news(io, ready);
    if (io->news != 0) {
        io->fn(io);
    }
}


/* A task that is posted already keeps its place. */
void
ct_loop_post(ct_loop_t *loop, ct_task_t *task)
{
    if (ct_queue_is_empty(&task->link)) {
        ct_queue_push(&loop->tasks, &task->link);
    }
}


void
ct_loop_post_last(ct_loop_t *loop, ct_task_t *task)
{
    if (ct_queue_is_empty(&task->link)) {
        ct_queue_push(&loop->last_tasks, &task->link);
    }
}


/* Runs what is in the queue now, not what is added meanwhile. */
CT_HOT static void
run_tasks(ct_queue_t *tasks)
{
    ct_queue_t  batch;
    ct_queue_t *link;

    ct_queue_init(&batch);
    ct_queue_move(&batch, tasks);
    while ((link = ct_queue_pop(&batch)) != NULL) {
        ct_task_t *task = CT_QUEUE_ENTRY(link, ct_task_t, link);

        task->fn(task);
    }
}


/*
 * Whatever wants to run in this turn must not wait for a descriptor first;
 * the clock is read because on_turn or the caller may have taken its time.
 */
static int
wait_ms(ct_loop_t *loop, int limit_ms)
{
    if (loop->stopping || !ct_queue_is_empty(&loop->tasks)
        || !ct_queue_is_empty(&loop->last_tasks)) {
        return 0;
    }
    loop->now_ms = ct_loop_look_ns(loop) / NS_PER_MS;
    return ct_timer_wait_ms(loop, limit_ms);
}


static ct_rc_t
wait_for_events(void *data, int timeout_ms, bool *has_found)
{
    ct_loop_t    *loop = data;
    const ct_rc_t rc = loop->poller->wait(loop->state, loop, timeout_ms);

    *has_found = !loop->now_is_old; /* the first report reads the clock */
    return rc;
}


CT_HOT void
ct_loop_turn(ct_loop_t *loop, int timeout_ms)
{
    CT_ASSERT(!loop->in_turn);
    loop->in_turn = true;

    if (loop->on_turn != NULL) {
        loop->on_turn(loop, loop->on_turn_data);
    }
    timeout_ms = wait_ms(loop, timeout_ms);

    /* A backend that cannot wait would spin; better to end and be replaced.
     * And nothing new is begun by one that was stopped before it waits: a
     * connection accepted now would be closed without an answer. */
    loop->now_is_old = true;
    atomic_store_explicit(&loop->busy_since_ms, 0, memory_order_relaxed);
    if (!loop->stopping
        && ct_spin_wait(&loop->spin, wait_for_events, loop, timeout_ms)
               == CT_ERROR) {
        loop->stopping = true;
    }
    refresh_now(loop);

    ct_timer_run_due(loop);
    run_tasks(&loop->tasks);
    run_tasks(&loop->last_tasks);
    loop->in_turn = false;
}


/* A stop that came before the run counts too, and is then used up. */
void
ct_loop_run(ct_loop_t *loop, unsigned max_wait_ms)
{
    const int limit_ms = max_wait_ms > INT_MAX ? INT_MAX : (int) max_wait_ms;

    while (!loop->stopping) {
        ct_loop_turn(loop, limit_ms);
    }
    loop->stopping = false;
}


void
ct_loop_stop(ct_loop_t *loop)
{
    loop->stopping = true;
}


/* A full pipe is as good: the loop will wake.  A handler keeps errno. */
void
ct_loop_wake(ct_loop_t *loop)
{
    const int err = errno;
    ssize_t   n;

    do {
        n = write(loop->wake_fd, "", 1);
    } while (n < 0 && errno == EINTR);
    errno = err;
}


bool
ct_loop_is_mine(const ct_loop_t *loop)
{
    return pthread_equal(loop->thread, pthread_self());
}


void
ct_loop_send(ct_loop_t *loop, ct_task_t *task)
{
    bool is_first;

    pthread_mutex_lock(&loop->lock);
    CT_ASSERT(ct_queue_is_empty(&task->link));
    is_first = ct_queue_is_empty(&loop->sent);
    ct_queue_push(&loop->sent, &task->link);
    pthread_mutex_unlock(&loop->lock);
    if (is_first) {
        ct_loop_wake(loop);
    }
}


void
ct_loop_run_sent(ct_loop_t *loop, int timeout_ms)
{
    struct pollfd pipe_end = { .fd = loop->wake_io.fd, .events = POLLIN };
    ct_queue_t    own;

    CT_ASSERT(!loop->in_turn);
    if (poll(&pipe_end, 1, timeout_ms) <= 0) {
        return; /* a signal too: the caller sees what is left of its time */
    }
    ct_queue_init(&own);
    ct_queue_move(&own, &loop->tasks);
    drain_wake(&loop->wake_io);
    run_tasks(&loop->tasks);
    ct_queue_move(&loop->tasks, &own);
}
