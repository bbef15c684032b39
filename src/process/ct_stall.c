/*
 * ct_stall.c -- a worker's loop that does not turn is seen, and shown.
 *
 * The loop notes when its wait has ended and when it waits again.  A thread
 * looks at that note once an interval; where it finds the loop at work it
 * comes back at the very moment at which the turn would have lasted for the
 * interval.  So an idle or healthy worker pays for a wake-up now and then and
 * for two stores a turn, and nothing for a call.
 *
 * What the loop's thread is doing only that thread can tell: it is sent a
 * signal, whose handler leaves an answer; symbols and lines of the log are the
 * watching thread's work, since neither is allowed in a handler.
 *
 * the question | event                     | function   | next
 * -------------+---------------------------+------------+-----------
 * IDLE         | a turn lasts too long     | ask        | ASKED
 * ASKED        | the signal is delivered   | on_ask     | ANSWERING
 * ANSWERING    | frames and names are down | on_ask     | ANSWERED
 * ANSWERED     | seen                      | ask        | IDLE
 * ASKED        | nobody has answered       | ask        | IDLE
 *
 * A thread that the kernel does not let run, waiting for a disk, cannot
 * answer: it is reported all the same, without its frames.
 *
 * Time passes for a stopped process too (SIGSTOP, a debugger, a frozen
 * container).  But the watching thread is stopped with it, and then late: from
 * then on it counts anew.
 */

#include "core/ct_config.h"

#include "process/ct_stall.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#if CT_HAVE_BACKTRACE
#include <execinfo.h>
#endif
#if CT_HAVE_PRCTL
#include <sys/prctl.h>
#endif
#if defined(__linux__)
#include <ucontext.h>
#endif

#include "core/ct_board_call.h"
#include "core/ct_clock.h"
#include "core/ct_cycle.h"
#include "core/ct_log.h"
#include "core/ct_mem.h"
#include "core/ct_module.h"
#include "event/ct_addr.h"
#include "event/ct_loop.h"
#include "process/ct_reported.h"
#include "process/ct_signal.h"
#include "process/ct_symbol.h"

/* Nobody else asks for it here, and by default it does nothing: one that
 * comes too early or too late is harmless.  Go's runtime chose it likewise. */
#define ASK_SIGNAL SIGURG

/* Frames of an answer; deeper ones are seldom asked about. */
#define FRAMES 64

/* A module's longer ones are told in pieces. */
#define LINE_SIZE 512

/*
 * libdw has been seen to use 160 KB, and may put a quarter of a megabyte into
 * one frame, which steps over a guard page; under TSan it is one megabyte in
 * all.  What is not touched costs no memory.
 */
#define STACK_SIZE (2 * 1024 * 1024)

/* How long an answer is waited for, in steps of a millisecond. */
#define ANSWER_TRIES 200

/* Later than this, and half the interval, nobody wakes on a healthy system. */
#define LATE_MS 50

typedef enum ask_e {
    ASK_IDLE,
    ASK_ASKED,
    ASK_ANSWERING,
    ASK_ANSWERED,
} ask_t;

/* What the loop's thread says of itself. */
typedef struct answer_s {
    uint64_t  since_ms; /* the turn it is in */
    bool      has_peer;
    ct_peer_t peer;
    char      running[CT_BOARD_METHOD_NAME + 32];
    int       nframes;
    int       first; /* the frame that the signal has interrupted */
    void     *frames[FRAMES];
} answer_t;

struct ct_stall_s {
    ct_worker_t    *worker;
    uint64_t        interval_ms;
    pthread_t       loop_thread;
    pthread_t       thread;
    pthread_mutex_t lock; /* of `stopping` */
    pthread_cond_t  woken;
    bool            stopping;

    /* Both threads'. */
    _Atomic unsigned ask;
    _Atomic bool     told;      /* the loop has to say when it turns */
    _Atomic uint64_t turned_ms; /* and here it says so; 0: not yet */
    uint64_t         asked_ms;  /* the turn that is asked about */
    answer_t         answer;    /* the loop's while ANSWERING */
    int              pipe[2];   /* through it come lines of modules; or -1 */

    /* The watching thread's. */
    uint64_t due_ms;      /* when it meant to wake */
    uint64_t calm_ms;     /* time before this does not count */
    uint64_t reported_ms; /* the turn that was reported last */
};

/* Rule 30: a handler has no argument. */
static ct_stall_t *_Atomic stall_asker;


/*
 * Where the signal came in.  The frames above it, the handler's and the
 * kernel's, are of no interest, and how many they are differs.
 */
static int
first_frame(const answer_t *answer, const void *context)
{
    uintptr_t at = 0;

#if defined(__linux__) && defined(__x86_64__)
    at = (uintptr_t) ((const ucontext_t *) context)->uc_mcontext.gregs[REG_RIP];
#elif defined(__linux__) && defined(__aarch64__)
    at = (uintptr_t) ((const ucontext_t *) context)->uc_mcontext.pc;
#else
    (void) context;
#endif
    for (int i = 0; at != 0 && i < answer->nframes; i++) {
        if ((uintptr_t) answer->frames[i] == at) {
            return i;
        }
    }
    return 0;
}


/* In the loop's thread, in a handler. */
static void
answer(ct_stall_t *stall, const void *context)
{
    const ct_worker_t *worker = stall->worker;
    answer_t          *answer = &stall->answer;

    answer->since_ms = ct_loop_busy_since_ms(worker->loop);
    answer->has_peer = ct_loop_peer(worker->loop, &answer->peer);
    (void) ct_board_running_text(worker->cycle->board, worker->slot,
                                 ct_clock_ns(), answer->running,
                                 sizeof(answer->running));
#if CT_HAVE_BACKTRACE
    answer->nframes = backtrace(answer->frames, FRAMES);
#else
    answer->nframes = 0;
#endif
    answer->first = first_frame(answer, context);
    if (stall->pipe[1] != -1) {
        ct_reported_write(stall->worker, stall->pipe[1], false);
    }
    if (answer->since_ms == stall->asked_ms) {
        atomic_store(&stall->told, true);
    }
}


/* Anybody may send the signal, and the kernel may choose another thread. */
static void
on_ask(int sig, siginfo_t *info, void *context)
{
    const int   saved_errno = errno;
    ct_stall_t *stall = atomic_load(&stall_asker);
    unsigned    expected = ASK_ASKED;

    (void) sig;
    (void) info;
    if (stall != NULL && pthread_equal(pthread_self(), stall->loop_thread)
        && atomic_compare_exchange_strong(&stall->ask, &expected,
                                          ASK_ANSWERING)) {
        answer(stall, context);
        atomic_store(&stall->ask, ASK_ANSWERED);
    }
    errno = saved_errno;
}


/*
 * False: it has not answered.  Asked again and again while it waits: the
 * handler's end cannot be waited for by other means that a handler may use.
 */
static bool
ask(ct_stall_t *stall, uint64_t since_ms)
{
    const struct timespec step = { 0, 1000000 };

    stall->asked_ms = since_ms;
    atomic_store(&stall->ask, ASK_ASKED);
    (void) pthread_kill(stall->loop_thread, ASK_SIGNAL);
    for (int i = 0;; i++) {
        unsigned expected = ASK_ASKED;

        (void) nanosleep(&step, NULL);
        if (atomic_load(&stall->ask) == ASK_ANSWERED) {
            atomic_store(&stall->ask, ASK_IDLE);
            return true;
        }
        if (i >= ANSWER_TRIES
            && atomic_compare_exchange_strong(&stall->ask, &expected,
                                              ASK_IDLE)) {
            return false;
        }
    }
}


static void
log_frames(const ct_stall_t *stall, const answer_t *answer)
{
    ct_symbols_t *symbols = ct_symbols_create();
    char          text[CT_SYMBOL_TEXT];

    for (int i = answer->first; i < answer->nframes; i++) {
        const bool is_return = i > answer->first;

        CT_LOG(stall->worker->log, CT_LOG_ERR, 0, "blocked loop, #%d %s",
               i - answer->first,
               ct_symbols_text(symbols, answer->frames[i], is_return, text));
    }
    ct_symbols_destroy(symbols);
}


/* What modules have said; the loop's thread has said all it will. */
static void
log_lines(ct_stall_t *stall)
{
    FILE *lines = NULL;
    char  line[LINE_SIZE];

    if (stall->pipe[0] != -1) {
        lines = fdopen(stall->pipe[0], "r");
    }
    if (lines == NULL) {
        return;
    }
    while (fgets(line, sizeof(line), lines) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        CT_LOG(stall->worker->log, CT_LOG_ERR, 0, "blocked loop, %s", line);
    }
    (void) fclose(lines);
    stall->pipe[0] = -1;
}


static void
log_stall(const ct_stall_t *stall, const answer_t *answer, uint64_t blocked_ms)
{
    const ct_worker_t *worker = stall->worker;
    char               peer[CT_ADDR_TEXT_SIZE] = "";
    char               calls[CT_BOARD_CALLS_TEXT];
    const bool         is_in = answer->running[0] != '\0';
    const bool         has_calls =
        ct_board_calls_text(worker->cycle->board, worker->slot, ct_clock_ns(),
                            calls, sizeof(calls))
        > 0;

    if (answer->has_peer) {
        (void) ct_peer_text(&answer->peer, peer, sizeof(peer));
    }
    CT_LOG(worker->log, CT_LOG_ERR, 0,
           "the loop has been blocked for %llu ms%s%s%s%s%s%s%s",
           (unsigned long long) blocked_ms,
           is_in ? ", in " : " outside of any method", answer->running,
           answer->has_peer ? ", client: " : "", peer,
           has_calls ? ", other calls in flight: " : "", calls,
           answer->nframes > 0 ? "" : "; it does not say where");
}


static void
open_pipe(ct_stall_t *stall)
{
    if (ct_reported_open(stall->worker, stall->pipe) != CT_OK) {
        stall->pipe[0] = -1;
        stall->pipe[1] = -1;
    }
}


static void
close_pipe(ct_stall_t *stall)
{
    for (int i = 0; i < 2; i++) {
        if (stall->pipe[i] != -1) {
            (void) close(stall->pipe[i]);
            stall->pipe[i] = -1;
        }
    }
}


/* Has the loop turned before the question reached it, nothing is wrong now. */
static void
report(ct_stall_t *stall, uint64_t since_ms, uint64_t blocked_ms)
{
    const ct_worker_t *worker = stall->worker;

    open_pipe(stall);
    if (!ask(stall, since_ms)) {
        stall->answer.since_ms = ct_loop_busy_since_ms(worker->loop);
        stall->answer.has_peer = false;
        stall->answer.nframes = 0;
        (void) ct_board_running_text(worker->cycle->board, worker->slot,
                                     ct_clock_ns(), stall->answer.running,
                                     sizeof(stall->answer.running));
        atomic_store(&stall->told, stall->answer.since_ms == since_ms);
    }
    if (stall->answer.since_ms == since_ms) {
        stall->reported_ms = since_ms;
        ct_board_count(worker->slot, CT_COUNT_LOOP_STALLS, 1);
        log_stall(stall, &stall->answer, blocked_ms);
        log_frames(stall, &stall->answer);
        log_lines(stall);
    }
    close_pipe(stall);
}


static void
report_end(ct_stall_t *stall)
{
    const uint64_t turned_ms = atomic_exchange(&stall->turned_ms, 0);

    if (turned_ms != 0) {
        CT_LOG(stall->worker->log, CT_LOG_WARN, 0,
               "the loop turns again after %llu ms",
               (unsigned long long) (turned_ms - stall->reported_ms));
    }
}


/* Gives back in how many ms to look again, at least 1. */
static uint64_t
look(ct_stall_t *stall)
{
    const uint64_t now_ms = ct_clock_ms();
    const uint64_t since_ms = ct_loop_busy_since_ms(stall->worker->loop);
    uint64_t       start_ms = since_ms;

    report_end(stall);
    if (now_ms > stall->due_ms + LATE_MS + stall->interval_ms / 2) {
        stall->calm_ms = now_ms;
    }
    if (since_ms == 0 || since_ms == stall->reported_ms) {
        return stall->interval_ms;
    }
    if (start_ms < stall->calm_ms) {
        start_ms = stall->calm_ms;
    }
    /* The loop may have begun a turn since we read the clock. */
    if (now_ms < start_ms) {
        return stall->interval_ms;
    }
    if (now_ms - start_ms < stall->interval_ms) {
        return stall->interval_ms - (now_ms - start_ms);
    }
    report(stall, since_ms, now_ms - start_ms);
    return stall->interval_ms;
}


/* Sleeps, until it is time or the worker ends; the lock is held. */
static void
wait_ms(ct_stall_t *stall, uint64_t ms)
{
    struct timespec due;

    stall->due_ms = ct_clock_ms() + ms;
    due.tv_sec = (time_t) (stall->due_ms / 1000);
    due.tv_nsec = (long) (stall->due_ms % 1000) * 1000000;
    while (!stall->stopping
           && pthread_cond_timedwait(&stall->woken, &stall->lock, &due) == 0) {
    }
}


/*
 * Signals are the loop's, above all the master's ABRT, whose backtrace must
 * be the loop's.  Those of its own faults a thread gets itself, and must hear
 * them for the crash to leave its words.
 */
static void
hear_own_faults(void)
{
    sigset_t faults;

    sigemptyset(&faults);
    sigaddset(&faults, SIGSEGV);
    sigaddset(&faults, SIGBUS);
    sigaddset(&faults, SIGFPE);
    sigaddset(&faults, SIGILL);
    (void) pthread_sigmask(SIG_UNBLOCK, &faults, NULL);
}


static void *
watch(void *data)
{
    ct_stall_t *stall = data;
    uint64_t    next_ms = stall->interval_ms;

#if CT_HAVE_PRCTL
    (void) prctl(PR_SET_NAME, "loop check", 0, 0, 0);
#endif
    hear_own_faults();
    pthread_mutex_lock(&stall->lock);
    for (;;) {
        wait_ms(stall, next_ms);
        if (stall->stopping) {
            break;
        }
        pthread_mutex_unlock(&stall->lock);
        next_ms = look(stall);
        pthread_mutex_lock(&stall->lock);
    }
    pthread_mutex_unlock(&stall->lock);
    report_end(stall);
    return NULL;
}


/* backtrace(3) loads a library on its first call: not in a handler. */
static void
hear_questions(ct_stall_t *stall)
{
    struct sigaction action;

#if CT_HAVE_BACKTRACE
    (void) backtrace(stall->answer.frames, 1);
#endif
    atomic_store(&stall_asker, stall);
    memset(&action, 0, sizeof(action));
    action.sa_sigaction = on_ask;
    /* ct_crash_watch has made a stack for handlers; a fiber's is small. */
    action.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
    sigfillset(&action.sa_mask);
    sigaction(ASK_SIGNAL, &action, NULL);
}


/* An errno, or 0. */
static int
start_thread(ct_stall_t *stall)
{
    pthread_attr_t attr;
    sigset_t       mask;
    int            err;

    err = pthread_attr_init(&attr);
    if (err != 0) {
        return err;
    }
    (void) pthread_attr_setstacksize(&attr, STACK_SIZE);
    ct_signal_block(&mask);
    err = pthread_create(&stall->thread, &attr, watch, stall);
    ct_signal_restore(&mask);
    pthread_attr_destroy(&attr);
    return err;
}


/* Timeouts of its wait are the monotonic clock's. */
static void
init_lock(ct_stall_t *stall)
{
    pthread_condattr_t attr;

    (void) pthread_condattr_init(&attr);
    (void) pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void) pthread_cond_init(&stall->woken, &attr);
    (void) pthread_condattr_destroy(&attr);
    (void) pthread_mutex_init(&stall->lock, NULL);
}


static void
release(ct_stall_t *stall)
{
    atomic_store(&stall_asker, NULL);
    pthread_cond_destroy(&stall->woken);
    pthread_mutex_destroy(&stall->lock);
    ct_mem_release(stall);
}


ct_stall_t *
ct_stall_create(ct_worker_t *worker, uint64_t interval_ms)
{
    ct_stall_t *stall = NULL;
    int         err;

    if (interval_ms == 0) {
        return NULL;
    }
    stall = ct_mem_alloc(sizeof(*stall));
    memset(stall, 0, sizeof(*stall));
    stall->worker = worker;
    stall->interval_ms = interval_ms;
    stall->loop_thread = pthread_self();
    stall->pipe[0] = -1;
    stall->pipe[1] = -1;
    init_lock(stall);
    hear_questions(stall);
    err = start_thread(stall);
    if (err != 0) {
        CT_LOG(worker->log, CT_LOG_WARN, err,
               "no thread for loop_check_interval: nobody watches the loop");
        release(stall);
        return NULL;
    }
    return stall;
}


void
ct_stall_destroy(ct_stall_t *stall)
{
    if (stall == NULL) {
        return;
    }
    pthread_mutex_lock(&stall->lock);
    stall->stopping = true;
    pthread_cond_signal(&stall->woken);
    pthread_mutex_unlock(&stall->lock);
    (void) pthread_join(stall->thread, NULL);
    release(stall);
}


void
ct_stall_turn(ct_stall_t *stall)
{
    if (stall != NULL
        && atomic_load_explicit(&stall->told, memory_order_relaxed)) {
        atomic_store(&stall->told, false);
        atomic_store(&stall->turned_ms, ct_clock_ms());
    }
}
