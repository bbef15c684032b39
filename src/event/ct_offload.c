/*
 * ct_offload.c -- threads that do what would hold up the loop.
 *
 * One lock and one condition for a pool: a job that is worth a thread takes so
 * long that nobody waits for the lock.  A thread that has run a job counts as
 * free before the loop hears of it, so that who answers and is called again at
 * once finds it free.
 *
 * A thread says by a task of its own that it ends, and is joined by the loop
 * then: nobody ever waits for one that may not come back.
 *
 * Signals are the loop's business; a thread leaves all of them to it but those
 * that report what it has done itself, which would kill without a word if they
 * were blocked.  These have a stack of their own, cut from the thread's, so
 * that the line about it is written even where the other has overrun.
 */

#include "core/ct_config.h"

#include "event/ct_offload.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "core/ct_board.h"
#include "core/ct_clock.h"
#include "core/ct_log.h"
#include "core/ct_mem.h"
#include "core/ct_queue.h"
#include "event/ct_loop.h"

/* Enough for the crash handler's backtrace under any processor's registers. */
#define SIGNAL_STACK_SIZE ((size_t) 64 * 1024)

/* What Linux keeps of a thread's name, its NUL included. */
#define THREAD_NAME_SIZE 16

typedef struct thread_s {
    pthread_t     id;
    ct_offload_t *offload;
    ct_task_t     ended;
} thread_t;

/* Invariant: nrunning <= nthreads.  What stands under `lock` needs it. */
struct ct_offload_s {
    ct_loop_t       *loop;
    ct_board_slot_t *slot;
    ct_str_t         name;
    size_t           max_queue;
    size_t           shown;    /* of our jobs in the gauge */
    unsigned         nthreads; /* that were started */
    unsigned         nalive;   /* of them, not joined */

    pthread_mutex_t lock;
    pthread_cond_t  news; /* a job is queued, or the end */
    ct_queue_t      queue;
    size_t          nqueued;
    uint64_t        standing_ms; /* the queue is not empty since then */
    unsigned        nrunning;    /* threads at work */
    bool            stopping;

    thread_t threads[];
};


/* How many find no thread free.  The lock is held. */
static size_t
waiting(const ct_offload_t *offload)
{
    const size_t nfree = offload->nthreads - offload->nrunning;

    return offload->nqueued > nfree ? offload->nqueued - nfree : 0;
}


size_t
ct_offload_waiting(ct_offload_t *offload)
{
    size_t n;

    pthread_mutex_lock(&offload->lock);
    n = waiting(offload);
    pthread_mutex_unlock(&offload->lock);
    return n;
}


/*
 * The gauge is the loop's to write.  Nothing is missed: the number changes by
 * what the loop does, and when a thread has run a job, which it hears of.
 */
static void
show_waiting(ct_offload_t *offload)
{
    const size_t n = ct_offload_waiting(offload);

    if (offload->slot != NULL && n != offload->shown) {
        ct_board_gauge(offload->slot, CT_GAUGE_QUEUED,
                       (int) ((int64_t) n - (int64_t) offload->shown));
    }
    offload->shown = n;
}


/*
 * The job whose turn it is.  The oldest one, unless it will not wait for ever
 * and the queue has stood for longer than it is willing to: then there are more
 * jobs than threads for, all that are served in order come late, and it is the
 * newest one that may still be in time.  The lock is held.
 */
static ct_job_t *
job_next(const ct_offload_t *offload)
{
    ct_job_t *oldest =
        CT_CONTAINER_OF(offload->queue.next, ct_job_t, task.link);

    if (oldest->patience_ms == 0
        || ct_clock_ms() - offload->standing_ms <= oldest->patience_ms) {
        return oldest;
    }
    return CT_CONTAINER_OF(offload->queue.prev, ct_job_t, task.link);
}


/* The next job, waiting for one; NULL: the end.  The lock is held. */
static ct_job_t *
job_take(ct_offload_t *offload)
{
    ct_job_t *job;

    while (ct_queue_is_empty(&offload->queue) && !offload->stopping) {
        pthread_cond_wait(&offload->news, &offload->lock);
    }
    if (offload->stopping) {
        return NULL;
    }
    job = job_next(offload);
    ct_queue_remove(&job->task.link);
    job->is_queued = false;
    offload->nqueued--;
    offload->nrunning++;
    return job;
}


static void
serve(ct_offload_t *offload)
{
    ct_job_t *job;

    pthread_mutex_lock(&offload->lock);
    while ((job = job_take(offload)) != NULL) {
        pthread_mutex_unlock(&offload->lock);
        job->run(job);
        pthread_mutex_lock(&offload->lock);
        offload->nrunning--;
        pthread_mutex_unlock(&offload->lock);
        ct_loop_send(offload->loop, &job->task);
        pthread_mutex_lock(&offload->lock);
    }
    pthread_mutex_unlock(&offload->lock);
}


static void
name_thread(ct_str_t pool)
{
#if CT_HAVE_PTHREAD_SETNAME
    char name[THREAD_NAME_SIZE];

    snprintf(name, sizeof(name), "ct %.*s", CT_STR_ARG(pool));
    (void) pthread_setname_np(pthread_self(), name);
#else
    (void) pool;
#endif
}


/* A sanitizer may have brought a stack of its own: that one stays. */
static bool
use_signal_stack(char *bytes)
{
    const stack_t own = { .ss_sp = bytes, .ss_size = SIGNAL_STACK_SIZE };
    stack_t       old;

    return sigaltstack(NULL, &old) == 0 && (old.ss_flags & SS_DISABLE)
           && sigaltstack(&own, NULL) == 0;
}


static void *
thread_main(void *data)
{
    static const stack_t none = { .ss_flags = SS_DISABLE };

    thread_t *thread = data;
    char      signal_stack[SIGNAL_STACK_SIZE];
    bool      has_stack = use_signal_stack(signal_stack);

    name_thread(thread->offload->name);
    serve(thread->offload);
    if (has_stack) {
        (void) sigaltstack(&none, NULL);
    }
    ct_loop_send(thread->offload->loop, &thread->ended);
    return NULL;
}


/* It has said so as its last word, so this does not wait. */
static void
thread_ended(ct_task_t *task)
{
    const thread_t *thread = task->data;

    (void) pthread_join(thread->id, NULL);
    thread->offload->nalive--;
}


/* Blocks what a thread is not to take; `old` is what was blocked before. */
static void
block_signals(sigset_t *old)
{
    static const int own[] = { SIGSEGV, SIGBUS,  SIGFPE, SIGILL,
                               SIGTRAP, SIGABRT, SIGSYS };
    sigset_t         set;

    sigfillset(&set);
    for (size_t i = 0; i < CT_ARRAY_LEN(own); i++) {
        sigdelset(&set, own[i]);
    }
    (void) pthread_sigmask(SIG_SETMASK, &set, old);
}


/* A thread begins with the signals of who starts it. */
static int
start_threads(ct_offload_t *offload, unsigned n)
{
    sigset_t old;
    int      err = 0;

    block_signals(&old);
    while (err == 0 && offload->nthreads < n) {
        thread_t *thread = &offload->threads[offload->nthreads];

        thread->offload = offload;
        ct_queue_init(&thread->ended.link);
        thread->ended.fn = thread_ended;
        thread->ended.data = thread;
        err = pthread_create(&thread->id, NULL, thread_main, thread);
        if (err == 0) {
            offload->nthreads++;
        }
    }
    (void) pthread_sigmask(SIG_SETMASK, &old, NULL);
    offload->nalive = offload->nthreads;
    return err;
}


ct_offload_t *
ct_offload_create(ct_loop_t *loop, ct_str_t name, unsigned nthreads,
                  size_t max_queue, ct_board_slot_t *slot)
{
    ct_offload_t *offload;
    const size_t  size = sizeof(*offload) + nthreads * sizeof(thread_t);
    int           err;

    offload = ct_mem_alloc(size);
    memset(offload, 0, size);
    offload->loop = loop;
    offload->slot = slot;
    offload->name = name;
    offload->max_queue = max_queue;
    ct_queue_init(&offload->queue);
    pthread_mutex_init(&offload->lock, NULL);
    pthread_cond_init(&offload->news, NULL);

    err = start_threads(offload, nthreads);
    if (err == 0) {
        return offload;
    }
    CT_LOG(ct_loop_log(loop), CT_LOG_EMERG, err,
           "cannot start thread %u of %u of thread_pool '%.*s'",
           offload->nthreads + 1, nthreads, CT_STR_ARG(name));
    ct_offload_stop(offload);
    while (offload->nalive > 0) {
        ct_loop_run_sent(loop, -1);
    }
    ct_offload_destroy(offload);
    return NULL;
}


void
ct_offload_destroy(ct_offload_t *offload)
{
    CT_ASSERT(offload->nalive == 0);
    pthread_cond_destroy(&offload->news);
    pthread_mutex_destroy(&offload->lock);
    ct_mem_release(offload);
}


static void
job_done(ct_task_t *task)
{
    ct_job_t *job = CT_CONTAINER_OF(task, ct_job_t, task);

    show_waiting(job->offload);
    job->done(job);
}


void
ct_job_init(ct_job_t *job, ct_job_fn run, ct_job_fn done)
{
    memset(job, 0, sizeof(*job));
    ct_queue_init(&job->task.link);
    job->task.fn = job_done;
    job->run = run;
    job->done = done;
}


ct_rc_t
ct_offload_submit(ct_offload_t *offload, ct_job_t *job)
{
    bool has_room;

    job->offload = offload;
    pthread_mutex_lock(&offload->lock);
    has_room = offload->nqueued
               < offload->max_queue + offload->nthreads - offload->nrunning;
    if (has_room) {
        if (ct_queue_is_empty(&offload->queue)) {
            offload->standing_ms = ct_clock_ms();
        }
        job->is_queued = true;
        ct_queue_push(&offload->queue, &job->task.link);
        offload->nqueued++;
        pthread_cond_signal(&offload->news);
    }
    pthread_mutex_unlock(&offload->lock);
    if (!has_room) {
        return CT_DECLINED;
    }
    show_waiting(offload);
    return CT_OK;
}


ct_rc_t
ct_offload_cancel(ct_job_t *job)
{
    ct_offload_t *offload = job->offload;
    bool          was_queued;

    if (offload == NULL) {
        return CT_DECLINED;
    }
    pthread_mutex_lock(&offload->lock);
    was_queued = job->is_queued;
    if (was_queued) {
        job->is_queued = false;
        ct_queue_remove(&job->task.link);
        offload->nqueued--;
    }
    pthread_mutex_unlock(&offload->lock);
    if (!was_queued) {
        return CT_DECLINED;
    }
    show_waiting(offload);
    return CT_OK;
}


void
ct_offload_stop(ct_offload_t *offload)
{
    pthread_mutex_lock(&offload->lock);
    offload->stopping = true;
    pthread_cond_broadcast(&offload->news);
    pthread_mutex_unlock(&offload->lock);
}


unsigned
ct_offload_alive(const ct_offload_t *offload)
{
    return offload->nalive;
}


ct_str_t
ct_offload_name(const ct_offload_t *offload)
{
    return offload->name;
}
