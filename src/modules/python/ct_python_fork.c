/*
 * ct_python_fork.c -- what handlers start: other programs, and copies of the
 * worker.
 *
 * exec(2) keeps what is ignored, and what the thread blocks; it forgets
 * handlers.  A worker ignores what its master alone is to hear, and threads of
 * a pool block what the loop is to hear: a program that a handler has started
 * would be deaf to INT, or to TERM.  So a worker with an interpreter hears what
 * it ignored and does nothing, and a thread that comes in blocks nothing.  The
 * kernel hands a signal of the whole process to the first thread all the same,
 * and where it does not, a handler of the server's counts on any thread.
 *
 * PIPE and XFSZ stay ignored: that is Python's way, and subprocess undoes it.
 */

#include "core/ct_config.h"

#include "modules/python/ct_python_fork.h"

#include <dlfcn.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* Those behind them are nobody's. */
#define LAST_SIGNAL 31


static void
hear_nothing(int sig)
{
    (void) sig;
}


static bool
is_python_s_own(int sig)
{
    return sig == SIGPIPE || sig == SIGXFSZ;
}


void
ct_python_fork_worker(ct_python_host_t *host)
{
    struct sigaction action;

    for (int sig = 1; sig <= LAST_SIGNAL; sig++) {
        if (!is_python_s_own(sig) && sigaction(sig, NULL, &action) == 0
            && (action.sa_flags & SA_SIGINFO) == 0
            && action.sa_handler == SIG_IGN) {
            action.sa_handler = hear_nothing;
            action.sa_flags = SA_RESTART | SA_ONSTACK;
            (void) sigaction(sig, &action, NULL);
        }
    }
    host->heard = hear_nothing;
    host->is_worker = true;
    host->is_copy = false;
}


void
ct_python_fork_thread(void)
{
    sigset_t none;

    sigemptyset(&none);
    (void) pthread_sigmask(SIG_SETMASK, &none, NULL);
}


/* Of the server's program; or `heard`, what this module has put there. */
static bool
is_server_s(const struct sigaction *action, void (*heard)(int))
{
    /* A union would do no better: POSIX has functions fit into a void *. */
    const void *handler = (action->sa_flags & SA_SIGINFO) != 0
                              ? (const void *) action->sa_sigaction
                              : (const void *) action->sa_handler;
    Dl_info     of_handler;
    Dl_info     own;

    return action->sa_handler == heard
           || (dladdr(handler, &of_handler) != 0
               && dladdr((const void *) &ct_pool_create, &own) != 0
               && of_handler.dli_fbase == own.dli_fbase);
}


/* What Python code has set up by itself stays: a copy has it too. */
static void
reset(void (*heard)(int))
{
    struct sigaction action;

    for (int sig = 1; sig <= LAST_SIGNAL; sig++) {
        if (sigaction(sig, NULL, &action) == 0 && is_server_s(&action, heard)) {
            (void) signal(sig, SIG_DFL);
        }
    }
    ct_python_fork_thread();
}


void
ct_python_fork_reset(void)
{
    reset(hear_nothing);
}


/*
 * A signal to a copy waits until the server's handler is not there any more:
 * it would take it for the worker's.  Python's lock is held all the while.
 */
void
ct_python_fork_begin(ct_python_host_t *host)
{
    sigset_t all;

    if (host->is_worker) {
        sigfillset(&all);
        (void) pthread_sigmask(SIG_SETMASK, &all, &host->forking);
    }
}


void
ct_python_fork_go_on(ct_python_host_t *host)
{
    if (host->is_worker) {
        (void) pthread_sigmask(SIG_SETMASK, &host->forking, NULL);
    }
}


void
ct_python_fork_copied(ct_python_host_t *host)
{
    if (host->is_worker) {
        host->is_copy = true;
        reset(host->heard);
    }
}


/*
 * It has the worker's connections and its loop, and must not go on with them.
 * Nothing of C's that is for the end of a process runs: that is the worker's.
 */
void
ct_python_fork_end(ct_python_host_t *host)
{
    PyObject *error = ct_python_host_take();

    (void) PyObject_CallMethod(host->runtime, "copy_ends", "O",
                               error != NULL ? error : Py_None);
    _exit(1);
}


/* Those that tell a worker something; the others a program may have. */
static const int server_signals[] = { SIGHUP,  SIGINT,  SIGQUIT,  SIGTERM,
                                      SIGUSR1, SIGUSR2, SIGWINCH, SIGABRT,
                                      SIGURG,  SIGTTIN, SIGTTOU };

#define NSERVER_SIGNALS (sizeof(server_signals) / sizeof(server_signals[0]))


void
ct_python_fork_keep(ct_python_heard_t *heard)
{
    for (size_t i = 0; i < NSERVER_SIGNALS; i++) {
        const int sig = server_signals[i];

        (void) sigaction(sig, NULL, &heard->actions[sig]);
    }
}


void
ct_python_fork_restore(const ct_python_heard_t *heard, const ct_log_t *log)
{
    for (size_t i = 0; i < NSERVER_SIGNALS; i++) {
        const int        sig = server_signals[i];
        struct sigaction now;

        if (sigaction(sig, NULL, &now) == -1
            || now.sa_handler == heard->actions[sig].sa_handler) {
            continue;
        }
        CT_LOG(log, CT_LOG_WARN, 0,
               "python: an import has taken signal %d (%s), which is the "
               "server's: it is taken back",
               sig, strsignal(sig));
        (void) sigaction(sig, &heard->actions[sig], NULL);
    }
}
