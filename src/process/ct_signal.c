/*
 * ct_signal.c -- signals become counts, and the loop wakes up.
 *
 * The counts and the loop's place must be variables of the file: a handler
 * gets no argument.  They are this process's alone; after a fork the child
 * clears them before it lets signals in.
 */

#include "core/ct_config.h"

#include "process/ct_signal.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include "event/ct_loop.h"

/* Enough for every signal that is not a real-time one. */
#define SIGNAL_COUNT 65

/* Rule 30: a handler has no argument, so these two stand alone. */
static atomic_uint        signal_counts[SIGNAL_COUNT];
static ct_loop_t *_Atomic signal_loop;

/* What the control signals are; the master counts them all. */
static const int control_signals[] = {
    SIGHUP,  SIGINT,   SIGQUIT, SIGTERM, SIGUSR1,
    SIGUSR2, SIGWINCH, SIGTTIN, SIGTTOU, SIGCHLD,
};

/*
 * A worker obeys its master alone.  INT and HUP come from a terminal to the
 * whole group and would forestall what the master decides.
 */
static const int worker_signals[] = { SIGQUIT, SIGTERM, SIGUSR1 };


void
ct_signal_block(sigset_t *old)
{
    sigset_t all;

    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, old);
}


void
ct_signal_restore(const sigset_t *old)
{
    sigprocmask(SIG_SETMASK, old, NULL);
}


void
ct_signal_unblock(void)
{
    sigset_t none;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}


void
ct_signal_set_loop(ct_loop_t *loop)
{
    atomic_store(&signal_loop, loop);
}


void
ct_signal_note(int sig)
{
    ct_loop_t *loop = atomic_load(&signal_loop);

    CT_ASSERT(sig > 0 && sig < SIGNAL_COUNT);
    atomic_fetch_add(&signal_counts[sig], 1);
    if (loop != NULL) {
        ct_loop_wake(loop);
    }
}


static void
on_signal(int sig)
{
    const int saved = errno;

    ct_signal_note(sig);
    errno = saved;
}


static void
handle(int sig, void (*handler)(int))
{
    struct sigaction action;

    memset(&action, 0, sizeof(action));
    action.sa_handler = handler;
    /* A fiber's stack is no place for a frame with all registers in it. */
    action.sa_flags = SA_RESTART | SA_ONSTACK;
    sigfillset(&action.sa_mask);
    sigaction(sig, &action, NULL);
}


/* Every control signal gets `handler`, and what was counted is forgotten. */
static void
handle_control(void (*handler)(int))
{
    for (size_t i = 0; i < CT_ARRAY_LEN(control_signals); i++) {
        handle(control_signals[i], handler);
        atomic_store(&signal_counts[control_signals[i]], 0);
    }
    handle(SIGPIPE, SIG_IGN);
    handle(SIGXFSZ, SIG_IGN); /* a log that is full is an error of write(2) */
}


void
ct_signal_install_master(void)
{
    handle_control(on_signal);
}


static bool
is_for_worker(int sig)
{
    for (size_t i = 0; i < CT_ARRAY_LEN(worker_signals); i++) {
        if (worker_signals[i] == sig) {
            return true;
        }
    }
    return false;
}


/*
 * Signals are still blocked.  One that has come meanwhile, and is ignored if
 * only for a moment, is lost: a TERM so lost made a worker of a reload that
 * was called off serve on until it was killed with all its clients.
 */
void
ct_signal_install_worker(void)
{
    for (size_t i = 0; i < CT_ARRAY_LEN(control_signals); i++) {
        const int sig = control_signals[i];

        atomic_store(&signal_counts[sig], 0);
        handle(sig, is_for_worker(sig) ? on_signal : SIG_IGN);
    }
    handle(SIGPIPE, SIG_IGN);
    handle(SIGXFSZ, SIG_IGN); /* a log that is full is an error of write(2) */
    /* Ignoring CHLD would take the exit codes from handlers that fork. */
    handle(SIGCHLD, SIG_DFL);
}


void
ct_signal_install_alone(void)
{
    ct_signal_install_worker();
    handle(SIGINT, on_signal);
}


void
ct_signal_install_terminal(void)
{
    static const int sigs[] = { SIGHUP,  SIGINT,  SIGQUIT,
                                SIGTERM, SIGTSTP, SIGWINCH };

    for (size_t i = 0; i < CT_ARRAY_LEN(sigs); i++) {
        handle(sigs[i], on_signal);
    }
}


void
ct_signal_reset(void)
{
    ct_signal_set_loop(NULL);
    handle_control(SIG_DFL);
}


CT_HOT unsigned
ct_signal_take(int sig)
{
    CT_ASSERT(sig > 0 && sig < SIGNAL_COUNT);
    return atomic_exchange(&signal_counts[sig], 0);
}


const char *
ct_signal_name(int sig)
{
    static const struct {
        int         sig;
        const char *name;
    } names[] = {
        { SIGHUP, "SIGHUP" },   { SIGINT, "SIGINT" },   { SIGQUIT, "SIGQUIT" },
        { SIGILL, "SIGILL" },   { SIGABRT, "SIGABRT" }, { SIGBUS, "SIGBUS" },
        { SIGFPE, "SIGFPE" },   { SIGKILL, "SIGKILL" }, { SIGSEGV, "SIGSEGV" },
        { SIGPIPE, "SIGPIPE" }, { SIGALRM, "SIGALRM" }, { SIGTERM, "SIGTERM" },
        { SIGSYS, "SIGSYS" },   { SIGTRAP, "SIGTRAP" }, { SIGXCPU, "SIGXCPU" },
    };

    for (size_t i = 0; i < CT_ARRAY_LEN(names); i++) {
        if (names[i].sig == sig) {
            return names[i].name;
        }
    }
    return "signal";
}
