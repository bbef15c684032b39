/*
 * ct_reload.c -- from one generation to the next, or not at all.
 *
 * state    | event                     | function              | next
 * ---------+---------------------------+-----------------------+---------
 * IDLE     | HUP, -s reload            | begin                 | TRIAL
 * TRIAL    | child ends with 0         | ct_reload_reaped      | STARTING
 * STARTING | reload_strategy rolling   | ct_reload_roll.c      | ROLLING
 * TRIAL    | child ends otherwise      | ct_reload_reaped      | IDLE
 * TRIAL    | reload_timeout            | on_timer: kill it     | TRIAL
 * STARTING | all new workers are ready | ct_reload_take        | CHANGING
 * STARTING | one of them ends          | ct_reload_child_died  | UNDOING
 * STARTING | reload_timeout            | on_timer              | UNDOING
 * ROLLING  | see there                 | ct_reload_roll.c      | CHANGING
 *          |                           |                       | or UNDOING
 * CHANGING | no old worker accepts     | ct_reload_go_on       | IDLE
 * UNDOING  | no new worker is left, or | ct_reload_go_on       | IDLE
 *          | accepts if it rolled      |                       |
 * the two  | CHANGE_MS                 | on_timer              | IDLE
 *
 * The configuration is read twice: by a child that may crash, hang or eat all
 * memory over it, and then by the master, which by now knows that it can be
 * read.  Until `ct_reload_take` nothing of the old generation is touched; a
 * failure throws the new one away.  Asking again while one is under way gives
 * one run more afterwards, however often it was asked: none is lost, all are
 * merged.
 */

#include "core/ct_config.h"

#include "process/ct_reload.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/ct_clock.h"
#include "core/ct_cycle.h"
#include "core/ct_shm.h"
#include "event/ct_event_module.h"
#include "event/ct_loop.h"
#include "event/ct_offered.h"
#include "process/ct_core_module.h"
#include "process/ct_forker.h"
#include "process/ct_generation.h"
#include "process/ct_herald.h"
#include "process/ct_launch.h"
#include "process/ct_master.h"
#include "process/ct_options.h"
#include "process/ct_reload_roll.h"
#include "process/ct_signal.h"

/* How long a stuck worker may keep a reload from being called done. */
#define CHANGE_MS 1000


/* Without them a module asks anew, so that there may be none. */
static void
forget_notes(ct_reload_t *reload)
{
    if (reload->notes_fd != -1) {
        (void) close(reload->notes_fd);
        reload->notes_fd = -1;
    }
}


void
ct_reload_init(ct_reload_t *reload)
{
    memset(reload, 0, sizeof(*reload));
    reload->report.read_fd = -1;
    reload->report.file.fd = -1;
    reload->notes_fd = -1;
}


void
ct_reload_forget(ct_reload_t *reload)
{
    /* The writing end is a sink of the new workers' log. */
    if (reload->report.read_fd != -1) {
        close(reload->report.read_fd);
        reload->report.read_fd = -1;
    }
    forget_notes(reload);
}


/* How the next generation is read; the trial has no board. */
static ct_cycle_t *
read_next(ct_master_t *master, bool testing)
{
    const ct_generation_t how = {
        .options = master->options,
        .launch = master->launch,
        .old_log = &master->cycle->log,
        .report = &master->reload.report.file,
        .report_level = CT_LOG_ERR,
        .notes_fd = master->reload.notes_fd,
        .before = master->cycle,
        .board = testing ? NULL : master->board,
        .number = master->reload.number,
        .testing = testing,
    };

    return ct_generation_read(&how);
}


static void
publish(ct_master_t *master, const char *c_why)
{
    ct_board_t *board = master->board;

    if (c_why != NULL) {
        (void) snprintf(board->last_error, sizeof(board->last_error), "%s",
                        c_why);
        atomic_fetch_add(&board->failed_reloads, 1);
        return;
    }
    board->last_error[0] = '\0';
    atomic_store(&board->generation, master->cycle->generation);
    atomic_fetch_add(&board->reloads, 1);
    atomic_store(&board->reloaded_wall_ms, ct_clock_wall_ms());
}


/* The run has ended, well (c_why is NULL) or not. */
static void
finish(ct_master_t *master, const char *c_why)
{
    ct_reload_t *reload = &master->reload;

    ct_timer_stop(master->loop, &reload->timer);
    ct_report_release(&reload->report);
    forget_notes(reload);
    reload->state = CT_RELOAD_IDLE;
    publish(master, c_why);
    if (c_why != NULL) {
        CT_LOG(&master->log, CT_LOG_ERR, 0,
               "reload refused, generation %u goes on: %s",
               master->cycle->generation, c_why);
    } else {
        CT_LOG(&master->log, CT_LOG_NOTICE, 0, "generation %u serves",
               master->cycle->generation);
        ct_herald_serving(master->cycle);
        ct_watch_follow(master);
    }
    ct_systemd_reloaded(master);
    ct_control_answer_all(&master->control, CT_WAITS_FOR_RELOAD,
                          reload->running, c_why);
    /* Words and signals that had to wait. */
    ct_upgrade_resume(master);
    ct_reload_resume(master);
}


/* The reason that a process has written, or else `c_otherwise`. */
static void
fail(ct_master_t *master, const char *c_otherwise)
{
    char        why[CT_REPORT_SIZE];
    const char *reported = ct_report_take(&master->reload.report, why);

    finish(master, reported[0] != '\0' ? reported : c_otherwise);
}


void
ct_reload_drop_next(ct_master_t *master)
{
    ct_cycle_t *next = master->reload.cycle;

    master->reload.cycle = NULL;
    ct_listens_close_rest(ct_event_listens(next),
                          ct_event_listens(master->cycle), true, &master->log);
    ct_listens_apply(ct_event_listens(master->cycle), &master->log);
    ct_cycle_destroy(next);
    ct_launch_set_environ(master->launch, &ct_core_conf(master->cycle)->env);
    if (master->state == CT_MASTER_SERVING) {
        ct_offered_publish(master->board, ct_event_listens(master->cycle));
    }
}


/*
 * Everything of the new generation goes; the old one was not touched.  What
 * the new workers have taken meanwhile, they hand over.
 */
static void
discard(ct_master_t *master)
{
    const unsigned generation = master->reload.cycle->generation;

    ct_spawn_stop_starting(master, generation);
    ct_spawn_leave_all(master, generation, 0, false);
    ct_reload_drop_next(master);
}


static void
await_undoing(ct_master_t *master)
{
    master->reload.state = CT_RELOAD_UNDOING;
    ct_timer_start(master->loop, &master->reload.timer, CHANGE_MS);
    ct_reload_go_on(master);
}


void
ct_reload_undone(ct_master_t *master)
{
    ct_reload_drop_next(master);
    await_undoing(master);
}


/*
 * The new generation goes, and when its last worker has gone the reload has
 * failed: who hears of it finds everything as it was.
 */
static void
undo(ct_master_t *master, const char *c_why)
{
    ct_reload_t *reload = &master->reload;

    (void) snprintf(reload->why, sizeof(reload->why), "%s", c_why);
    if (reload->state == CT_RELOAD_ROLLING) {
        ct_reload_roll_back(master);
        return;
    }
    discard(master);
    await_undoing(master);
}


/* The same with the reason that a process has written, if one has. */
void
ct_reload_undo(ct_master_t *master, const char *c_otherwise)
{
    char        why[CT_REPORT_SIZE];
    const char *reported = ct_report_take(&master->reload.report, why);

    undo(master, reported[0] != '\0' ? reported : c_otherwise);
}


void
ct_reload_go_on(ct_master_t *master)
{
    const ct_reload_t *reload = &master->reload;
    const unsigned     generation = master->cycle->generation;

    if (reload->state == CT_RELOAD_CHANGING
        && !ct_spawn_hears_besides(master, generation)) {
        finish(master, NULL);
        return;
    }
    if (reload->state == CT_RELOAD_UNDOING
        && (ct_spawn_count(master, reload->number, CT_CHILD_NONE) == 0
            || (reload->is_rolling
                && !ct_spawn_hears_besides(master, generation)))) {
        finish(master, reload->why);
    }
}


/* The file's number holds if it has changed, else the operator's. */
static unsigned
wanted_of(const ct_master_t *master, const ct_cycle_t *next)
{
    const unsigned workers = ct_core_conf(next)->workers;

    return workers != master->configured ? workers : master->wanted;
}


/* The trial has gone well: now in earnest. */
static void
start_next(ct_master_t *master)
{
    ct_reload_t *reload = &master->reload;
    ct_cycle_t  *next = read_next(master, false);

    if (next == NULL) {
        ct_launch_set_environ(master->launch,
                              &ct_core_conf(master->cycle)->env);
        fail(master, "the configuration cannot be read");
        return;
    }
    reload->cycle = next;
    ct_forker_offer(master, next);
    reload->wanted = wanted_of(master, next);
    reload->is_rolling = ct_core_conf(next)->strategy == CT_RELOAD_ROLLS;
    reload->state = CT_RELOAD_STARTING;
    ct_timer_start(master->loop, &reload->timer,
                   ct_core_conf(next)->reload_timeout_ms);
    if (ct_listens_open(ct_event_listens(next), ct_event_listens(master->cycle),
                        NULL, reload->wanted, false, &next->log)
        != CT_OK) {
        /* It has closed what it had opened. */
        ct_reload_undo(master, "the sockets cannot be opened");
        return;
    }
    if (ct_generation_prepare(next) != CT_OK) {
        ct_reload_undo(master, "the new workers cannot be prepared");
        return;
    }
    if (reload->is_rolling) {
        ct_reload_roll_begin(master);
        return;
    }
    if (ct_spawn_missing(master, next, 0, reload->wanted) != CT_OK) {
        ct_reload_undo(master, "the new workers cannot be started");
    }
}


/* They follow if the new configuration puts them elsewhere. */
static void
move_files(ct_master_t *master)
{
    const ct_str_t path =
        ct_conf_path(master->cycle, ct_core_conf(master->cycle)->pid);

    if (!ct_str_eq_c(path, master->pid_path)) {
        ct_master_drop_pid_file(master);
        (void) ct_master_take_pid_file(master);
    }
    (void) ct_master_open_control(master);
}


void
ct_reload_take(ct_master_t *master)
{
    ct_cycle_t *old = master->cycle;
    ct_cycle_t *next = master->reload.cycle;

    master->reload.cycle = NULL;
    ct_offered_publish(master->board, ct_event_listens(next));
    ct_spawn_leave_all(master, old->generation, 0, false);
    ct_generation_settle(next, &master->reload.report.file);
    ct_statsd_stop(master);
    master->cycle = next;
    ct_master_use_log(master);
    ct_statsd_start(master);
    ct_listens_close_rest(ct_event_listens(old), ct_event_listens(next), true,
                          &master->log);
    master->configured = ct_core_conf(next)->workers;
    ct_master_set_wanted(master, master->reload.wanted);
    move_files(master);
    ct_cycle_destroy(old);
    /* Who hears "ok" may connect at once and must reach the new ones. */
    master->reload.state = CT_RELOAD_CHANGING;
    ct_timer_start(master->loop, &master->reload.timer, CHANGE_MS);
    ct_reload_go_on(master);
}


static void
on_timer(ct_timer_t *timer)
{
    ct_master_t *master = timer->data;
    ct_reload_t *reload = &master->reload;

    switch (reload->state) {
    case CT_RELOAD_IDLE:
        break;
    case CT_RELOAD_TRIAL:
        reload->is_late = true;
        (void) kill(reload->trial, SIGKILL);
        break;
    case CT_RELOAD_RESTORING:
        ct_reload_roll_late(master);
        break;
    case CT_RELOAD_STARTING:
    case CT_RELOAD_ROLLING:
        ct_reload_undo(master,
                       "the new workers were not ready within reload_timeout");
        break;
    case CT_RELOAD_CHANGING:
        /* An old one is stuck; the watchdog will see to it. */
        finish(master, NULL);
        break;
    case CT_RELOAD_UNDOING:
        finish(master, reload->why);
        break;
    }
}


/* In the child: only its exit code and what it logs come back. */
static CT_NORETURN void
run_trial(ct_master_t *master, const sigset_t *mask)
{
    const ct_cycle_t *cycle = NULL;
    const int         notes_fd = master->reload.notes_fd;

    ct_signal_reset();
    ct_signal_restore(mask);
    master->reload.notes_fd = -1;
    ct_spawn_forget_master(master);
    master->reload.notes_fd = notes_fd;
    cycle = read_next(master, true);
    _exit(cycle != NULL ? 0 : 1);
}


static void
begin(ct_master_t *master)
{
    ct_reload_t   *reload = &master->reload;
    const unsigned old = master->cycle->generation;
    sigset_t       mask;

    reload->running = reload->asked;
    reload->number = (reload->burnt > old ? reload->burnt : old) + 1;
    reload->is_late = false;
    reload->timer.fn = on_timer;
    reload->timer.data = master;
    ct_systemd_reloading(master);
    if (ct_report_init(&reload->report, &master->log) != CT_OK) {
        finish(master, "no descriptors are left");
        return;
    }
    reload->notes_fd = ct_shm_open_file("notes");
    CT_LOG(&master->log, CT_LOG_NOTICE, 0, "reload: testing '%s'",
           master->options->conf_path.data);
    ct_signal_block(&mask);
    reload->trial = fork();
    if (reload->trial == 0) {
        run_trial(master, &mask);
    }
    ct_signal_restore(&mask);
    if (reload->trial == -1) {
        CT_LOG(&master->log, CT_LOG_ERR, errno, "cannot fork a trial");
        reload->trial = 0;
        finish(master, "the trial cannot be forked");
        return;
    }
    reload->state = CT_RELOAD_TRIAL;
    ct_timer_start(master->loop, &reload->timer,
                   ct_core_conf(master->cycle)->reload_timeout_ms);
}


void
ct_reload_resume(ct_master_t *master)
{
    const ct_reload_t *reload = &master->reload;

    if (reload->state == CT_RELOAD_IDLE && reload->asked > reload->running
        && master->state == CT_MASTER_SERVING
        && master->upgrade.state != CT_UPGRADE_STARTING) {
        begin(master);
    }
}


uint64_t
ct_reload_ask(ct_master_t *master)
{
    const uint64_t ticket = ++master->reload.asked;

    ct_reload_resume(master);
    return ticket;
}


bool
ct_reload_reaped(ct_master_t *master, pid_t pid, int status)
{
    ct_reload_t *reload = &master->reload;
    char         why[CT_REPORT_SIZE];

    if (pid != reload->trial) {
        return false;
    }
    reload->trial = 0;
    if (reload->state != CT_RELOAD_TRIAL) {
        return true;
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        start_next(master);
        return true;
    }
    if (reload->is_late) {
        finish(master, "the configuration was not read within reload_timeout");
        return true;
    }
    if (WIFSIGNALED(status)) {
        (void) snprintf(why, sizeof(why),
                        "reading the configuration crashed on %s",
                        ct_signal_name(WTERMSIG(status)));
        finish(master, why);
        return true;
    }
    fail(master, "the configuration is refused");
    return true;
}


void
ct_reload_child_ready(ct_master_t *master)
{
    const ct_reload_t *reload = &master->reload;

    if (reload->state == CT_RELOAD_STARTING
        && ct_spawn_count(master, reload->cycle->generation, CT_CHILD_SERVING)
               >= reload->wanted) {
        ct_reload_take(master);
    }
}


bool
ct_reload_child_died(ct_master_t *master, const ct_child_t *child, int status)
{
    const ct_reload_t *reload = &master->reload;
    char               why[CT_REPORT_SIZE];

    if ((reload->state != CT_RELOAD_STARTING
         && reload->state != CT_RELOAD_ROLLING)
        || child->generation != reload->cycle->generation) {
        return false;
    }
    if (WIFSIGNALED(status)) {
        /* What it may have reported is a backtrace. */
        (void) snprintf(why, sizeof(why), "new worker %u crashed on %s",
                        child->id, ct_signal_name(WTERMSIG(status)));
        undo(master, why);
        return true;
    }
    (void) snprintf(why, sizeof(why), "new worker %u ended with code %d",
                    child->id, WEXITSTATUS(status));
    ct_reload_undo(master, why);
    return true;
}


bool
ct_reload_is_starting(const ct_master_t *master)
{
    switch (master->reload.state) {
    case CT_RELOAD_STARTING:
    case CT_RELOAD_ROLLING:
    case CT_RELOAD_RESTORING:
        return true;
    case CT_RELOAD_IDLE:
    case CT_RELOAD_TRIAL:
    case CT_RELOAD_CHANGING:
    case CT_RELOAD_UNDOING:
        break;
    }
    return false;
}


void
ct_reload_cancel(ct_master_t *master, const char *c_why)
{
    ct_reload_t *reload = &master->reload;

    /* Nothing that was asked for begins any more. */
    reload->running = reload->asked;
    if (reload->state == CT_RELOAD_TRIAL) {
        (void) kill(reload->trial, SIGKILL);
    }
    if (reload->state == CT_RELOAD_STARTING) {
        discard(master);
    } else if (ct_reload_is_starting(master)) {
        ct_reload_roll_cancel(master);
    }
    if (reload->state != CT_RELOAD_IDLE) {
        finish(master, reload->state == CT_RELOAD_CHANGING ? NULL : c_why);
    }
}
