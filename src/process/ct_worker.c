/*
 * ct_worker.c -- a worker's life, from the fork to its exit.
 *
 * state    | event                        | function   | next
 * ---------+------------------------------+------------+---------------------
 * starting | rights, loop, modules, sockets | start    | serving, or exit 2
 * serving  | word, QUIT, master has gone  | leave      | leaving
 * leaving  | the last connection has gone | on_empty   | exit 0
 * leaving  | worker_shutdown_timeout      | on_timeout | exit 0
 * any      | TERM                         | on_turn    | exit 0
 *
 * That the master has gone is told twice: by the channel's end, which any
 * system has, and by a signal of the kernel, which also reaches a worker that
 * had not yet got as far as reading the channel.
 */

#include "core/ct_config.h"

#include "process/ct_worker.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#if CT_HAVE_PRCTL
#include <sys/prctl.h>
#endif

#include "core/ct_board.h"
#include "core/ct_clock.h"
#include "core/ct_cycle.h"
#include "core/ct_file.h"
#include "core/ct_pool.h"
#include "event/ct_accept.h"
#include "event/ct_event_module.h"
#include "event/ct_fiber.h"
#include "event/ct_fiber_module.h"
#include "event/ct_loop.h"
#include "event/ct_offload_module.h"
#include "event/ct_timer.h"
#include "process/ct_census.h"
#include "process/ct_capture.h"
#include "process/ct_channel.h"
#include "process/ct_core_module.h"
#include "process/ct_crash.h"
#include "process/ct_daemon.h"
#include "process/ct_generation.h"
#include "process/ct_log_care.h"
#include "process/ct_pidfile.h"
#include "process/ct_privilege.h"
#include "process/ct_resident.h"
#include "process/ct_signal.h"
#include "process/ct_spawn.h"
#include "process/ct_stall.h"
#include "process/ct_tired.h"
#include "process/ct_title.h"

/* The step of the worker's pool. */
#define POOL_SIZE 16384

/*
 * What handlers on threads get to return when the worker has to go: less than
 * what the master gives the worker.
 */
#define THREADS_END_MS 1000

/* How seldom the heartbeat may be. */
#define MAX_WAIT_MS 1000

/* What the modules see comes first; the rest is this file's. */
typedef struct process_s {
    ct_worker_t              worker;
    const ct_worker_start_t *start;
    const ct_core_conf_t    *conf;
    ct_acceptor_t           *acceptor;
    ct_stall_t              *stall; /* NULL where nobody watches the loop */
    ct_io_t                  channel;
    ct_timer_t               timer;
    ct_tired_t               tired;
    ct_censuses_t            censuses;
    ct_log_care_t            log_care;
    ct_capture_t             capture;
    size_t                   ninit;   /* modules whose worker_init has run */
    uint64_t                 look_ms; /* when its memory is looked at next */
} process_t;


static const ct_module_t *
module_at(const process_t *process, size_t i)
{
    return *(const ct_module_t **) ct_array_at(&process->worker.cycle->modules,
                                               i);
}


/* So have the last fibers, whose oneway calls nobody waits for. */
static void
on_done(void *data)
{
    const process_t *process = data;

    ct_loop_stop(process->worker.loop);
}


/* The last connection of a leaving worker has gone. */
static void
on_empty(ct_acceptor_t *acceptor, void *data)
{
    process_t *process = data;

    (void) acceptor;
    ct_fibers_when_idle(ct_fibers_of(&process->worker), on_done, process);
}


static void
on_timeout(ct_timer_t *timer)
{
    process_t *process = timer->data;

    CT_LOG(process->worker.log, CT_LOG_WARN, 0,
           "worker_shutdown_timeout is over, %zu connections are closed",
           ct_acceptor_connections(process->acceptor));
    ct_acceptor_close_all(process->acceptor);
    ct_loop_stop(process->worker.loop);
}


static void
leave(process_t *process, bool quitting)
{
    ct_worker_t *worker = &process->worker;
    const bool   is_news = quitting && !worker->quitting;

    worker->quitting = worker->quitting || quitting;
    if (worker->leaving) {
        if (is_news) {
            ct_acceptor_leave(process->acceptor, on_empty, process);
        }
        return;
    }
    worker->leaving = true;
    atomic_store(&worker->slot->state, CT_SLOT_LEAVING);
    ct_title_set("%.*s: worker process is shutting down",
                 CT_STR_ARG(process->conf->process_name));
    CT_LOG(worker->log, CT_LOG_NOTICE, 0, "worker %u leaves", worker->id);
    for (size_t i = 0; i < process->ninit; i++) {
        const ct_module_t *module = module_at(process, i);

        if (module->leaving != NULL) {
            module->leaving(worker, worker->states[i]);
        }
    }
    if (process->conf->shutdown_timeout_ms != 0) {
        ct_timer_start(worker->loop, &process->timer,
                       process->conf->shutdown_timeout_ms);
    }
    ct_acceptor_leave(process->acceptor, on_empty, process);
    if (process->start->channel != -1) {
        ct_channel_say(process->start->channel, CT_WORD_DEAF);
    }
}


/* Whether workers of another master serve, or will: it is an upgrade's time. */
static bool
others_serve(const process_t *process)
{
    const ct_board_t *board = process->worker.cycle->board;
    const uint32_t    n = atomic_load(&board->nslots);

    for (unsigned i = 1; i < n && i < CT_BOARD_SLOTS; i++) {
        const ct_board_slot_t *slot = &board->slots[i];
        const int32_t          master = atomic_load(&slot->master_pid);
        const uint32_t         state = atomic_load(&slot->state);

        if (master != 0 && master != process->start->master_pid
            && (state == CT_SLOT_SERVING || state == CT_SLOT_STARTING)) {
            return true;
        }
    }
    return false;
}


/* Whether the master is still the one that forked us. */
static bool
is_orphan(const process_t *process)
{
    return process->start->channel != -1
           && getppid() != process->start->master_pid;
}


static void
on_channel(ct_io_t *io)
{
    process_t *process = io->data;

    for (;;) {
        int           word = 0;
        int           passed = -1;
        const ct_rc_t rc = ct_channel_hear(io->fd, &word, &passed);

        if (rc == CT_AGAIN) {
            io->readable = false;
            ct_loop_rearm_io(process->worker.loop, io);
            return;
        }
        if (rc != CT_OK) {
            CT_LOG(process->worker.log, CT_LOG_NOTICE, 0,
                   "the master has gone");
            ct_loop_remove_io(process->worker.loop, io);
            leave(process, !others_serve(process));
            return;
        }
        if (passed != -1) {
            ct_censuses_begin(&process->censuses, passed);
        }
        if (word == CT_WORD_LEAVE || word == CT_WORD_QUIT) {
            leave(process, word == CT_WORD_QUIT);
        }
    }
}


/* It goes on serving: the master asks it to leave when it has another. */
static void
on_tired(void *data)
{
    const process_t *process = data;

    ct_channel_say(process->start->channel, CT_WORD_TIRED);
}


static void
reopen(process_t *process)
{
    ct_worker_t *worker = &process->worker;

    for (size_t i = 0; i < process->ninit; i++) {
        const ct_module_t *module = module_at(process, i);

        if (module->reopening != NULL) {
            module->reopening(worker, worker->states[i]);
        }
    }
    ct_file_reopen_all(&worker->cycle->files, worker->log);
}


/* Not by a timer: the loop turns as often anyway. */
static void
note_memory(process_t *process, uint64_t now_ms)
{
    if (now_ms >= process->look_ms) {
        process->look_ms = now_ms + CT_RESIDENT_MS;
        atomic_store(&process->worker.slot->rss_bytes, ct_resident_bytes());
    }
}


/* The heartbeat, and what signals have asked for. */
CT_HOT static void
on_turn(ct_loop_t *loop, void *data)
{
    process_t     *process = data;
    const uint64_t now_ms = ct_clock_ms();

    atomic_store_explicit(&process->worker.slot->heartbeat_ms, now_ms,
                          memory_order_relaxed);
    note_memory(process, now_ms);
    ct_log_care_turn(&process->log_care, now_ms);
    ct_stall_turn(process->stall);
    if (ct_signal_take(SIGTERM) != 0 || ct_signal_take(SIGINT) != 0) {
        ct_loop_stop(loop);
        return;
    }
    if (ct_signal_take(SIGUSR1) != 0) {
        reopen(process);
    }
    if (ct_signal_take(SIGQUIT) != 0) {
        leave(process, is_orphan(process) && !others_serve(process));
    }
    ct_tired_on_turn(&process->tired);
}


/* The kernel sends QUIT when the master dies; it may be dead by now. */
static void
follow_master(const process_t *process)
{
#if CT_HAVE_PRCTL
    if (process->start->channel != -1) {
        (void) prctl(PR_SET_PDEATHSIG, SIGQUIT, 0, 0, 0);
    }
#endif
    if (is_orphan(process)) {
        ct_signal_note(SIGQUIT);
    }
}


static ct_rc_t
init_modules(process_t *process)
{
    ct_worker_t *worker = &process->worker;
    const size_t n = worker->cycle->modules.n;

    worker->states = ct_pool_zalloc(worker->pool, n * sizeof(void *));
    for (; process->ninit < n; process->ninit++) {
        const ct_module_t *module = module_at(process, process->ninit);

        if (module->worker_init != NULL
            && module->worker_init(worker, &worker->states[process->ninit])
                   != CT_OK) {
            CT_LOG(worker->log, CT_LOG_DEBUG, 0, "module '%s' refuses to serve",
                   module->name);
            return CT_ERROR;
        }
    }
    return CT_OK;
}


static ct_rc_t
make_loop(process_t *process)
{
    ct_worker_t           *worker = &process->worker;
    const ct_event_conf_t *conf = ct_event_conf(worker->cycle);

    worker->loop = ct_loop_create(conf->use.len > 0 ? conf->use.data : NULL,
                                  conf->max_events, worker->log);
    if (worker->loop == NULL) {
        return CT_ERROR;
    }
    ct_loop_on_turn(worker->loop, on_turn, process);
    ct_loop_spin(worker->loop, conf->spin_us, worker->slot);
    ct_signal_set_loop(worker->loop);
    ct_signal_unblock();
    return CT_OK;
}


static ct_rc_t
watch_channel(process_t *process)
{
    if (process->start->channel == -1) {
        return CT_OK;
    }
    process->channel.fd = process->start->channel;
    process->channel.fn = on_channel;
    process->channel.data = process;
    return ct_loop_add_io(process->worker.loop, &process->channel, CT_IO_READ);
}


static ct_rc_t
start_accepting(process_t *process)
{
    ct_worker_t           *worker = &process->worker;
    const ct_event_conf_t *event = ct_event_conf(worker->cycle);
    const ct_accept_conf_t conf = {
        .max_connections = event->worker_connections,
        .accept_batch = event->accept_batch,
        .handoff = process->start->handoff,
        .rebalances = event->rebalance,
        .debugged = event->debugged,
    };

    process->acceptor =
        ct_acceptor_create(worker, ct_event_listens(worker->cycle), &conf);
    ct_censuses_init(&process->censuses, worker, process->acceptor);
    return ct_acceptor_start(process->acceptor);
}


/* It serves: the master may count on it, and errors are its own from now. */
static void
report_ready(process_t *process)
{
    ct_worker_t *worker = &process->worker;

    ct_generation_settle(worker->cycle, process->start->early);
    if (process->start->report != NULL) {
        ct_generation_settle(worker->cycle, process->start->report);
    }
    if (process->start->drops_stderr) {
        ct_daemon_drop_stderr();
    }
    if (process->conf->capture_output) {
        (void) ct_capture_start(&process->capture, &worker->cycle->files,
                                worker->loop, worker->log);
        ct_crash_captured(process->capture.err.io.fd);
    }
    /* Only now: another thread must find the log as it will stay. */
    process->stall = ct_stall_create(worker, process->conf->loop_check_ms);
    atomic_store(&worker->slot->heartbeat_ms, ct_clock_ms());
    atomic_store(&worker->slot->state, CT_SLOT_SERVING);
    if (process->start->on_serving != NULL) {
        process->start->on_serving(process->start);
    }
    if (process->start->channel != -1) {
        ct_channel_say(process->start->channel, CT_WORD_READY);
        ct_tired_start(&process->tired, worker, process->conf, on_tired,
                       process);
    }
}


static ct_rc_t
start(process_t *process)
{
    ct_worker_t *worker = &process->worker;

    /* Alone it keeps its rights: it must remove its pid file at the end. */
    if (process->start->channel != -1
        && ct_privilege_settle(process->conf, worker->id, worker->log)
               != CT_OK) {
        return CT_ERROR;
    }
    if (make_loop(process) != CT_OK) {
        return CT_ERROR;
    }
    ct_crash_watch(worker);
    follow_master(process);
    if (init_modules(process) != CT_OK || watch_channel(process) != CT_OK
        || start_accepting(process) != CT_OK) {
        return CT_ERROR;
    }
    report_ready(process);
    return CT_OK;
}


/*
 * A handler that does not return holds on to all that this process has, so
 * nothing is given back and nobody else gets to end.
 */
static void
end_at_once(process_t *process, int exit_code)
{
    const ct_cycle_t *cycle = process->worker.cycle;

    if (process->start->channel == -1) {
        ct_pidfile_drop(ct_conf_path(cycle, process->conf->pid).data,
                        process->worker.log);
    }
    ct_crash_captured(-1);
    ct_capture_stop(&process->capture);
    ct_log_keeper_turn(&process->log_care.keeper, process->worker.log,
                       UINT64_MAX);
    _exit(exit_code);
}


/* Modules end in the reverse order of their start. */
static void
end(process_t *process, int exit_code)
{
    ct_worker_t *worker = &process->worker;

    ct_stall_destroy(process->stall);
    process->stall = NULL;
    if (process->acceptor != NULL) {
        ct_censuses_release(&process->censuses);
        ct_acceptor_close_all(process->acceptor);
    }
    if (process->ninit == worker->cycle->modules.n) {
        ct_fibers_end(ct_fibers_of(worker));
    }
    if (process->ninit > 0
        && ct_thread_pools_stop(worker, THREADS_END_MS) != CT_OK) {
        end_at_once(process, exit_code);
    }
    while (process->ninit > 0) {
        const ct_module_t *module = NULL;

        process->ninit--;
        module = module_at(process, process->ninit);
        if (module->worker_exit != NULL) {
            module->worker_exit(worker, worker->states[process->ninit]);
        }
        if (worker->stuck) {
            end_at_once(process, exit_code);
        }
    }
    ct_crash_captured(-1);
    ct_capture_stop(&process->capture);
    ct_signal_set_loop(NULL);
    if (worker->loop != NULL) {
        ct_loop_remove_io(worker->loop, &process->channel);
        ct_loop_destroy(worker->loop);
    }
    ct_log_care_release(&process->log_care);
    ct_crash_unwatch();
    ct_pool_destroy(worker->pool);
}


/* Often enough for the watchdog, seldom enough to let the machine sleep. */
static unsigned
max_wait_ms(const ct_core_conf_t *conf)
{
    const uint64_t quarter_ms = conf->heartbeat_timeout_ms / 4;

    if (quarter_ms == 0 || quarter_ms > MAX_WAIT_MS) {
        return MAX_WAIT_MS;
    }
    return (unsigned) quarter_ms;
}


int
ct_worker_run(const ct_worker_start_t *how)
{
    ct_pool_t *pool = ct_pool_create(POOL_SIZE);
    process_t *process = ct_pool_zalloc(pool, sizeof(*process));
    int        exit_code = 0;

    process->start = how;
    process->conf = ct_core_conf(how->cycle);
    process->worker.cycle = how->cycle;
    process->worker.log = &how->cycle->log;
    process->worker.pool = pool;
    process->worker.slot = how->slot;
    process->worker.id = how->id;
    process->timer.fn = on_timeout;
    process->timer.data = process;
    process->channel.fd = -1;
    ct_capture_init(&process->capture);
    ct_log_care_init(&process->log_care, &how->cycle->log, how->cycle->board,
                     &how->slot->counters[CT_COUNT_LOG_LINES_LOST],
                     &how->slot->counters[CT_COUNT_LOG_CRITICAL]);
    ct_title_set("%.*s: worker process",
                 CT_STR_ARG(process->conf->process_name));
    if (start(process) == CT_OK) {
        ct_loop_run(process->worker.loop, max_wait_ms(process->conf));
    } else {
        exit_code = CT_EXIT_FATAL;
    }
    end(process, exit_code);
    return exit_code;
}
