/*
 * ct_master.c -- the process that owns everything and serves nobody.
 *
 * state    | event                       | function              | next
 * ---------+-----------------------------+-----------------------+---------
 * STARTING | all first workers are ready | started               | SERVING
 * STARTING | one of them ends            | on_worker_end         | STOPPING
 * SERVING  | HUP, USR2                   | ct_reload, ct_upgrade | SERVING
 * SERVING  | WINCH                       | withdraw              | RETIRED
 * RETIRED  | HUP, the new master ends    | ct_master_serve_again | SERVING
 * any      | QUIT (TERM)                 | ct_master_quit        | QUITTING
 * any      | INT, TERM                   | stop                  | STOPPING
 * QUITTING | the last worker has ended   | on_worker_end: exit   | -
 * STOPPING | the last worker has ended   | on_worker_end: exit   | -
 *
 * Signals are taken once a turn, deaths first: what an operator asks for is
 * then carried out on the world as it is.
 */

#include "core/ct_config.h"

#include "process/ct_master.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/ct_clock.h"
#include "core/ct_cycle.h"
#include "event/ct_event_module.h"
#include "event/ct_loop.h"
#include "event/ct_offered.h"
#include "process/ct_core_module.h"
#include "process/ct_herald.h"
#include "process/ct_pidfile.h"
#include "process/ct_reload_roll.h"
#include "process/ct_signal.h"
#include "process/ct_start.h"
#include "process/ct_words.h"

/* A worker that dies younger than this is one that cannot live. */
#define QUICK_MS 1000

/* The first pause before another try, and the longest. */
#define MIN_PAUSE_MS 100
#define MAX_PAUSE_MS 10000


void
ct_master_init(ct_master_t *master, const ct_options_t *options,
               const ct_launch_t *launch)
{
    memset(master, 0, sizeof(*master));
    master->options = options;
    master->launch = launch;
    master->ready_fd = -1;
    master->shm.fd = -1;
    ct_handoff_init(&master->handoff);
    master->early.path = CT_STR("");
    master->early.fd = -1;
    ct_queue_init(&master->early.link);
    ct_log_init(&master->log);
    ct_queue_init(&master->enquiries);
    ct_control_init(&master->control, ct_words_take, master);
    ct_reload_init(&master->reload);
    ct_upgrade_init(&master->upgrade);
    ct_watch_init(&master->watch);
    ct_statsd_init(&master->statsd);
}


void
ct_master_use_log(ct_master_t *master)
{
    if (master->log_care.log != NULL) {
        ct_log_care_release(&master->log_care);
    }
    /* A new binary that has yet to serve leaves the old one its level. */
    if (master->state == CT_MASTER_SERVING) {
        atomic_store(&master->board->log_level, CT_LOG_INHERIT);
    }
    ct_log_care_init(&master->log_care, &master->cycle->log, master->board,
                     &master->board->log_lines_lost, master->board->log_lines);
    ct_log_init_child(&master->log, &master->cycle->log, NULL, NULL);
}


void
ct_master_set_wanted(ct_master_t *master, unsigned wanted)
{
    const unsigned before = master->wanted;

    master->wanted = wanted;
    atomic_store(&master->board->workers, wanted);
    if (wanted != before) {
        ct_herald_workers(master->cycle, wanted, before);
    }
}


ct_rc_t
ct_master_take_pid_file(ct_master_t *master)
{
    const ct_str_t path =
        ct_conf_path(master->cycle, ct_core_conf(master->cycle)->pid);

    if (path.len >= sizeof(master->pid_path)) {
        CT_LOG(&master->log, CT_LOG_EMERG, 0, "'%.*s' is too long",
               CT_STR_ARG(path));
        return CT_ERROR;
    }
    memcpy(master->pid_path, path.data, path.len + 1);
    if (ct_pidfile_take(master->pid_path, &master->log) != CT_OK) {
        return CT_ERROR;
    }
    master->has_pid_file = true;
    return CT_OK;
}


/*
 * One that the file asks for must be there; without the one that is there by
 * itself a server can be told by signals.
 */
ct_rc_t
ct_master_open_control(ct_master_t *master)
{
    const ct_str_t asked = ct_core_conf(master->cycle)->control;
    const bool     is_asked = asked.len > 0;
    char           path[PATH_MAX];
    ct_rc_t        rc = CT_OK;

    rc = ct_control_file_place(master->cycle->prefix, asked, master->pid_path,
                               path, sizeof(path));
    if (rc == CT_DECLINED) {
        ct_control_shut(&master->control);
        return CT_OK;
    }
    if (rc == CT_OK && strcmp(path, master->control.file.path) == 0) {
        return CT_OK;
    }
    if (rc == CT_OK) {
        rc = ct_control_open(&master->control, path, master->loop, &master->log,
                             is_asked ? CT_LOG_EMERG : CT_LOG_WARN);
    }
    return is_asked ? rc : CT_OK;
}


void
ct_master_drop_pid_file(ct_master_t *master)
{
    char old[PATH_MAX];

    if (!master->has_pid_file) {
        return;
    }
    master->has_pid_file = false;
    ct_pidfile_drop(master->pid_path, &master->log);
    if (ct_pidfile_old_path(master->pid_path, old, sizeof(old)) == CT_OK) {
        ct_pidfile_drop(old, &master->log);
    }
}


void
ct_master_child_ready(ct_child_t *child)
{
    ct_master_t      *master = child->master;
    const ct_cycle_t *cycle = master->cycle;

    if (master->state == CT_MASTER_STARTING
        && ct_spawn_count(master, cycle->generation, CT_CHILD_SERVING)
               >= master->wanted) {
        ct_start_announce(master);
        return;
    }
    if (master->reload.cycle != NULL
        && master->reload.cycle->generation == child->generation) {
        ct_reload_child_ready(master);
    }
}


/* The loop ends when nobody is left to wait for. */
static void
end_if_alone(ct_master_t *master)
{
    if ((master->state == CT_MASTER_QUITTING
         || master->state == CT_MASTER_STOPPING)
        && ct_spawn_count(master, 0, CT_CHILD_NONE) == 0) {
        ct_loop_stop(master->loop);
    }
}


void
ct_master_retire(ct_master_t *master)
{
    if (master->has_retired || master->state == CT_MASTER_STARTING
        || ct_upgrade_has_other(master)) {
        return;
    }
    master->has_retired = true;
    ct_herald_retiring(master->cycle);
}


static void
stop(ct_master_t *master)
{
    ct_master_retire(master);
    master->state = CT_MASTER_STOPPING;
    ct_reload_cancel(master, "the server stops");
    ct_timer_stop(master->loop, &master->respawn);
    if (master->upgrade.state == CT_UPGRADE_STARTING) {
        (void) kill(master->upgrade.pid, SIGTERM);
    }
    ct_spawn_stop_all(master, 0);
    end_if_alone(master);
}


void
ct_master_quit(ct_master_t *master)
{
    const bool is_retiring = master->upgrade.state == CT_UPGRADE_RETIRING;

    if (master->state == CT_MASTER_STOPPING) {
        return;
    }
    ct_master_retire(master);
    master->state = CT_MASTER_QUITTING;
    ct_reload_cancel(master, "the server quits");
    ct_timer_stop(master->loop, &master->respawn);
    if (!is_retiring) {
        /* Refused is better than kept waiting.  While retiring they stay
         * open: a roll-back would need them. */
        ct_listens_close_rest(ct_event_listens(master->cycle), NULL,
                              !ct_upgrade_has_other(master), &master->log);
    }

    /* Where another master serves, idle connections keep their next call. */
    ct_spawn_leave_all(master, 0, 0, !ct_upgrade_has_other(master));
    end_if_alone(master);
}


/* WINCH comes to the foreground group as well, when a window is resized. */
static void
withdraw(ct_master_t *master)
{
    if (isatty(STDIN_FILENO) != 0) {
        CT_LOG(&master->log, CT_LOG_DEBUG, 0, "WINCH of a terminal ignored");
        return;
    }
    if (master->state == CT_MASTER_SERVING) {
        ct_reload_cancel(master, "the workers leave");
        master->state = CT_MASTER_RETIRED;
        ct_timer_stop(master->loop, &master->respawn);
        ct_spawn_leave_all(master, 0, 0, false);
    }
}


static void
on_respawn(ct_timer_t *timer)
{
    ct_master_t *master = timer->data;

    if (master->state != CT_MASTER_SERVING) {
        return;
    }
    if (ct_spawn_missing(master, master->cycle, ct_reload_roll_given_up(master),
                         master->wanted)
        != CT_OK) {
        ct_timer_start(master->loop, timer, QUICK_MS);
    }
}


/* At once after a long life; after short ones with growing pauses. */
static void
respawn(ct_master_t *master, uint64_t lived_ms)
{
    uint64_t pause_ms = 0;

    master->quick_deaths = lived_ms < QUICK_MS ? master->quick_deaths + 1 : 0;
    if (master->quick_deaths > 1) {
        const unsigned doublings = master->quick_deaths - 2;

        pause_ms =
            doublings < 7 ? (uint64_t) MIN_PAUSE_MS << doublings : MAX_PAUSE_MS;
        CT_LOG(&master->log, CT_LOG_WARN, 0,
               "workers die young, the next one waits %llu ms",
               (unsigned long long) pause_ms);
    }
    master->respawn.fn = on_respawn;
    master->respawn.data = master;
    if (pause_ms == 0) {
        on_respawn(&master->respawn);
        return;
    }
    if (!ct_timer_is_on(&master->respawn)) {
        ct_timer_start(master->loop, &master->respawn, pause_ms);
    }
}


void
ct_master_complete(ct_master_t *master)
{
    respawn(master, QUICK_MS);
}


void
ct_master_serve_again(ct_master_t *master)
{
    master->state = CT_MASTER_SERVING;
    ct_offered_publish(master->board, ct_event_listens(master->cycle));
    ct_master_complete(master);
}


/* A crash is our fault or a module's; a KILL is somebody's will. */
static ct_log_level_t
level_of(int status)
{
    if (!WIFSIGNALED(status)) {
        return WEXITSTATUS(status) == 0 ? CT_LOG_NOTICE : CT_LOG_ERR;
    }
    switch (WTERMSIG(status)) {
    case SIGSEGV:
    case SIGBUS:
    case SIGILL:
    case SIGFPE:
    case SIGSYS:
        return CT_LOG_ALERT;
    }
    return CT_LOG_CRIT;
}


static void
log_end(const ct_master_t *master, const ct_child_t *child, int status)
{
    const ct_log_level_t level = level_of(status);

    if (WIFSIGNALED(status)) {
        CT_LOG(&master->log, level, 0, "worker %u, %ld, ended on %s (%d)%s",
               child->id, (long) child->pid, ct_signal_name(WTERMSIG(status)),
               WTERMSIG(status), WCOREDUMP(status) ? ", core dumped" : "");
        return;
    }
    CT_LOG(&master->log, level, 0, "worker %u, %ld, ended with code %d",
           child->id, (long) child->pid, WEXITSTATUS(status));
}


/* A worker nobody had asked to leave. */
static void
on_unasked_end(ct_master_t *master, const ct_child_t *child, int status)
{
    if (WIFSIGNALED(status) || WEXITSTATUS(status) != 0) {
        atomic_fetch_add(&master->board->died, 1);
    }
    if (master->state == CT_MASTER_STARTING) {
        CT_LOG(&master->log, CT_LOG_ERR, 0,
               "worker %u did not get ready, the start is given up", child->id);
        master->exit_code = 1;
        stop(master);
        return;
    }
    if (ct_reload_child_died(master, child, status)) {
        return;
    }
    if (master->state == CT_MASTER_SERVING
        && child->generation == master->cycle->generation
        && !ct_recycle_is_spare(master, child)) {
        respawn(master, ct_clock_ms() - child->started_ms);
    }
}


static void
on_worker_end(ct_master_t *master, ct_child_t *place, int status)
{
    const ct_child_t child = *place;

    log_end(master, &child, status);
    ct_spawn_remove(place);
    ct_herald_worker_ended(master->cycle, child.id, child.pid, status);
    if (child.state != CT_CHILD_LEAVING) {
        on_unasked_end(master, &child, status);
    }
    ct_reload_go_on(master);
    end_if_alone(master);
}


/* All that have ended; as PID 1 of a container also the orphans of others. */
static void
reap(ct_master_t *master)
{
    for (;;) {
        int         status = 0;
        const pid_t pid = waitpid(-1, &status, WNOHANG);
        ct_child_t *child = NULL;

        if (pid <= 0) {
            return;
        }
        child = ct_spawn_find(master, pid);
        if (child != NULL) {
            on_worker_end(master, child, status);
            continue;
        }
        if (!ct_reload_reaped(master, pid, status)
            && !ct_upgrade_reaped(master, pid, status)) {
            CT_LOG(&master->log, CT_LOG_DEBUG, 0,
                   "process %ld, not a worker, has ended", (long) pid);
            ct_herald_process_ended(master->cycle, pid, status);
        }
    }
}


void
ct_master_reopen(ct_master_t *master)
{
    const ct_user_t *user = &ct_core_conf(master->cycle)->user;

    CT_LOG(&master->log, CT_LOG_NOTICE, 0, "logs are reopened");
    ct_file_reopen_all(&master->cycle->files, &master->log);
    if (user->is_set) {
        /* The workers open them next, without our rights. */
        ct_file_chown_all(&master->cycle->files, user->uid, (gid_t) -1,
                          &master->log);
    }
    ct_spawn_signal_all(master, 0, SIGUSR1);
}


/* While a new generation starts, how many there are is not settled. */
static bool
may_resize(const ct_master_t *master)
{
    return !ct_reload_is_starting(master);
}


const char *
ct_master_add_worker(ct_master_t *master)
{
    const unsigned n = master->wanted + 1;

    if (master->state != CT_MASTER_SERVING) {
        return "the server is not serving";
    }
    if (n > CT_MAX_WORKERS) {
        return "there are as many workers as there may be";
    }
    if (!may_resize(master)) {
        ct_signal_note(SIGTTIN);
        return NULL;
    }
    if (ct_listens_grow(ct_event_listens(master->cycle), n, &master->log)
        != CT_OK) {
        return "no sockets for another worker";
    }
    ct_master_set_wanted(master, n);
    CT_LOG(&master->log, CT_LOG_NOTICE, 0, "%u workers", n);
    respawn(master, QUICK_MS);
    return NULL;
}


const char *
ct_master_remove_worker(ct_master_t *master)
{
    if (master->state != CT_MASTER_SERVING) {
        return "the server is not serving";
    }
    if (master->wanted <= 1) {
        return "the last worker stays";
    }
    if (!may_resize(master)) {
        ct_signal_note(SIGTTOU);
        return NULL;
    }
    ct_master_set_wanted(master, master->wanted - 1);
    CT_LOG(&master->log, CT_LOG_NOTICE, 0, "%u workers", master->wanted);
    ct_spawn_leave_all(master, master->cycle->generation, master->wanted,
                       false);
    return NULL;
}


const char *
ct_master_resize(ct_master_t *master, unsigned n)
{
    const char *why = NULL;

    if (master->state != CT_MASTER_SERVING) {
        return "the server is not serving";
    }
    if (!may_resize(master)) {
        master->resize_to = n;
        return NULL;
    }
    while (why == NULL && master->wanted < n) {
        why = ct_master_add_worker(master);
    }
    while (why == NULL && master->wanted > n) {
        why = ct_master_remove_worker(master);
    }
    return why;
}


/* What is asked for while the first workers start is done when they serve. */
static void
take_resizes(ct_master_t *master)
{
    const unsigned resize_to = master->resize_to;

    if (master->state == CT_MASTER_STARTING || !may_resize(master)) {
        return;
    }
    master->resize_to = 0;
    if (resize_to != 0) {
        (void) ct_master_resize(master, resize_to);
    }
    for (unsigned n = ct_signal_take(SIGTTIN); n > 0; n--) {
        (void) ct_master_add_worker(master);
    }
    for (unsigned n = ct_signal_take(SIGTTOU); n > 0; n--) {
        (void) ct_master_remove_worker(master);
    }
}


static void
take_ends(ct_master_t *master)
{
    const bool term = ct_signal_take(SIGTERM) != 0;
    const bool is_graceful = ct_core_conf(master->cycle)->term_is_graceful;

    if (ct_signal_take(SIGINT) != 0 || (term && !is_graceful)) {
        stop(master);
        return;
    }
    if (ct_signal_take(SIGQUIT) != 0 || term) {
        ct_master_quit(master);
    }
}


void
ct_master_on_turn(ct_loop_t *loop, void *data)
{
    ct_master_t *master = data;

    (void) loop;
    ct_log_care_turn(&master->log_care, ct_clock_ms());
    if (ct_signal_take(SIGCHLD) != 0) {
        reap(master);
    }
    ct_upgrade_look_elsewhere(master);
    take_ends(master);
    if (ct_signal_take(SIGHUP) != 0) {
        if (master->state == CT_MASTER_RETIRED) {
            ct_systemd_reloading(master);
            ct_master_serve_again(master);
            ct_systemd_reloaded(master);
        } else {
            (void) ct_reload_ask(master);
        }
    }
    if (ct_signal_take(SIGUSR1) != 0) {
        ct_master_reopen(master);
    }
    if (ct_signal_take(SIGUSR2) != 0) {
        (void) ct_upgrade_ask(master, false);
    }
    if (ct_signal_take(SIGWINCH) != 0) {
        withdraw(master);
    }
    take_resizes(master);
    ct_reload_roll_on_turn(master);
    ct_recycle_on_turn(master);
    ct_systemd_on_turn(master);
}
