/*
 * ct_start.c -- the beginning and the end of a server.
 *
 * The order matters.  The configuration is read before anything is touched;
 * sockets are opened before the pid file is written, so that a second start
 * fails on them and leaves the file of the first alone; the fork into the
 * background comes before the pid is written, and the parent stays until the
 * workers serve, so that exit code 0 means that the server works.
 */

#include "core/ct_config.h"

#include "process/ct_start.h"

#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/ct_cycle.h"
#include "event/ct_event_module.h"
#include "event/ct_loop.h"
#include "event/ct_offered.h"
#include "process/ct_core_module.h"
#include "process/ct_daemon.h"
#include "process/ct_forker.h"
#include "process/ct_generation.h"
#include "process/ct_herald.h"
#include "process/ct_launch.h"
#include "process/ct_master.h"
#include "process/ct_options.h"
#include "process/ct_pidfile.h"
#include "process/ct_scoreboard.h"
#include "process/ct_signal.h"
#include "process/ct_title.h"
#include "process/ct_worker.h"

/* How seldom the master's loop turns when nothing happens. */
#define MAX_WAIT_MS 1000


static ct_rc_t
open_board(ct_master_t *master)
{
    ct_rc_t rc = CT_DECLINED;

    if (master->inherit.is_upgrade) {
        rc = ct_scoreboard_attach(&master->shm, master->inherit.board_fd,
                                  &master->log);
        master->shares_board = rc == CT_OK;
    }
    if (rc == CT_DECLINED) {
        rc = ct_scoreboard_create(&master->shm, &master->log);
    }
    if (rc == CT_OK) {
        master->board = master->shm.addr;
    }
    return rc;
}


/* Errors of the start go to who waits: a person, or the old master. */
static void
open_early_log(ct_master_t *master)
{
    master->early.fd =
        master->inherit.is_upgrade ? master->inherit.report_fd : STDERR_FILENO;
}


static ct_rc_t
read_first(ct_master_t *master)
{
    const ct_generation_t how = {
        .options = master->options,
        .launch = master->launch,
        .report = &master->early,
        .report_level = master->inherit.is_upgrade ? CT_LOG_ERR : CT_LOG_WARN,
        .board = master->board,
        .number = atomic_load(&master->board->generation) + 1,
    };
    const ct_core_conf_t *conf = NULL;

    master->cycle = ct_generation_read(&how);
    if (master->cycle == NULL) {
        return CT_ERROR;
    }
    ct_master_use_log(master);
    conf = ct_core_conf(master->cycle);
    if (conf->master_process) {
        ct_forker_offer(master, master->cycle);
    }
    if (conf->umask.is_set) {
        umask((mode_t) conf->umask.value);
    }
    return CT_OK;
}


/* An old master's number holds unless the file has another one by now. */
static unsigned
first_wanted(const ct_master_t *master)
{
    const unsigned workers = ct_core_conf(master->cycle)->workers;

    if (master->inherit.is_upgrade && master->inherit.configured == workers
        && master->inherit.wanted >= 1
        && master->inherit.wanted <= CT_MAX_WORKERS) {
        return master->inherit.wanted;
    }
    return workers;
}


/*
 * The first master's queue serves all that come after it.  An old binary may
 * have none; then, as without one at all, connections move among ours only, or
 * not.
 */
static void
open_handoff(ct_master_t *master)
{
    const ct_handoff_t *inherited = &master->inherit.handoff;

    if (inherited->give_fd != -1) {
        ct_handoff_adopt(&master->handoff, inherited->give_fd,
                         inherited->take_fd);
        return;
    }
    (void) ct_handoff_create(&master->handoff, &master->log);
}


/* Sockets of a service manager come to the first of a line of masters. */
static ct_rc_t
open_listens(ct_master_t *master, unsigned nworkers)
{
    ct_listens_t  *listens = ct_event_listens(master->cycle);
    ct_activated_t activated = master->inherit.is_upgrade
                                   ? master->inherit.activated
                                   : master->launch->activated;

    listens->activated = &activated;
    return ct_listens_open(listens, NULL, master->inherit.c_listens, nworkers,
                           true, &master->log);
}


static ct_rc_t
detach(ct_master_t *master)
{
    if (master->inherit.is_upgrade || !ct_core_conf(master->cycle)->daemon) {
        return CT_OK;
    }
    return ct_daemon_detach(&master->launch->notify, &master->ready_fd,
                            &master->log);
}


static ct_rc_t
make_loop(ct_master_t *master)
{
    const ct_event_conf_t *conf = ct_event_conf(master->cycle);

    master->loop = ct_loop_create(conf->use.len > 0 ? conf->use.data : NULL,
                                  conf->max_events, &master->log);
    if (master->loop == NULL) {
        return CT_ERROR;
    }
    ct_loop_on_turn(master->loop, ct_master_on_turn, master);
    ct_signal_set_loop(master->loop);
    ct_signal_install_master();
    return CT_OK;
}


/* What ps shows: the name, the part, and the words it was started with. */
static void
set_title(const ct_master_t *master)
{
    char   words[1024];
    size_t len = 0;

    words[0] = '\0';
    for (size_t i = 0; master->launch->argv[i] != NULL; i++) {
        const int n = snprintf(words + len, sizeof(words) - len, " %s",
                               master->launch->argv[i]);

        if (n < 0 || (size_t) n >= sizeof(words) - len) {
            break;
        }
        len += (size_t) n;
    }
    ct_title_set("%.*s: master process%s",
                 CT_STR_ARG(ct_core_conf(master->cycle)->process_name), words);
}


static ct_rc_t
start(ct_master_t *master)
{
    const unsigned wanted = first_wanted(master);

    open_handoff(master);
    if (open_listens(master, wanted) != CT_OK || detach(master) != CT_OK
        || make_loop(master) != CT_OK
        || ct_master_take_pid_file(master) != CT_OK
        || ct_master_open_control(master) != CT_OK
        || ct_generation_prepare(master->cycle) != CT_OK) {
        return CT_ERROR;
    }
    set_title(master);
    CT_LOG(&master->log, CT_LOG_NOTICE, 0,
           "cthrift " CT_VERSION " starts, %u workers, backend %s", wanted,
           ct_loop_backend(master->loop));
    master->configured = ct_core_conf(master->cycle)->workers;
    ct_master_set_wanted(master, wanted);
    ct_watchdog_start(master);
    ct_statsd_start(master);
    ct_systemd_start(master);
    return ct_spawn_missing(master, master->cycle, 0, wanted);
}


/* To the old master, which has waited for it. */
static void
say_ready(const ct_master_t *master)
{
    const int fd = master->inherit.report_fd;

    if (master->inherit.handoff.give_fd != -1) {
        (void) ct_file_write_all(fd, CT_UPGRADE_TAKES "\n",
                                 sizeof(CT_UPGRADE_TAKES));
    }
    (void) ct_file_write_all(fd, "ready\n", 6);
}


void
ct_start_announce(ct_master_t *master)
{
    master->state = CT_MASTER_SERVING;
    ct_generation_settle(master->cycle, &master->early);
    ct_master_use_log(master);
    atomic_store(&master->board->generation, master->cycle->generation);
    ct_offered_publish(master->board, ct_event_listens(master->cycle));
    CT_LOG(&master->log, CT_LOG_NOTICE, 0, "generation %u serves",
           master->cycle->generation);
    if (master->ready_fd != -1) {
        if (!ct_generation_logs_to_stderr(master->cycle)) {
            ct_daemon_drop_stderr();
        }
        ct_daemon_ready(master->ready_fd);
        master->ready_fd = -1;
    }
    if (master->inherit.is_upgrade) {
        atomic_fetch_add(&master->board->upgrades, 1);
        say_ready(master);
        close(master->inherit.report_fd);
    }
    master->early.fd = -1;
    ct_systemd_ready(master);
    ct_watch_follow(master);
    ct_herald_serving(master->cycle);
    ct_reload_resume(master);
}


/* Gives everything back, in the reverse order of the start. */
static void
release(ct_master_t *master)
{
    if (master->cycle != NULL) {
        ct_listens_close_rest(ct_event_listens(master->cycle), NULL,
                              !ct_upgrade_has_other(master), &master->log);
    }
    ct_master_drop_pid_file(master);
    ct_signal_set_loop(NULL);
    ct_watch_release(master);
    if (master->loop != NULL) {
        ct_control_close(&master->control);
        ct_loop_destroy(master->loop);
    }
    if (master->cycle != NULL) {
        ct_cycle_destroy(master->cycle);
        ct_log_init(&master->log);
    }
    ct_handoff_release(&master->handoff);
    ct_shm_release(&master->shm);
}


/* Who still waits for an answer gets it while there is a socket. */
static void
say_goodbye(ct_master_t *master)
{
    const bool is_retired = master->upgrade.state == CT_UPGRADE_RETIRING;

    CT_LOG(&master->log, CT_LOG_NOTICE, 0, "the master ends");
    ct_control_answer_all(&master->control, CT_WAITS_FOR_UPGRADE, UINT64_MAX,
                          is_retired ? NULL : "the server ends");
    ct_control_answer_all(&master->control, CT_WAITS_FOR_RELOAD, UINT64_MAX,
                          "the server ends");
}


/* It can say no more than this: a loop of its own for it would be a master. */
static void
say_serving_alone(const ct_worker_start_t *how)
{
    (void) ct_notify_send(&how->launch->notify, CT_STR("READY=1"));
    if (how->launch->notify.watchdog_us != 0) {
        CT_LOG(&how->cycle->log, CT_LOG_WARN, 0,
               "without a master nobody gives the signs of life that "
               "WATCHDOG_USEC asks for");
    }
}


/* `master_process off`: one process that is its own worker, to debug in. */
static int
run_alone(ct_master_t *master)
{
    ct_worker_start_t how = { .cycle = master->cycle,
                              .channel = -1,
                              .early = &master->early,
                              .report = NULL,
                              .on_serving = say_serving_alone,
                              .launch = master->launch };
    int               exit_code = 1;

    how.slot = ct_scoreboard_claim(master->board, 0, master->cycle->generation);
    atomic_store(&how.slot->pid, (int32_t) getpid());
    ct_master_set_wanted(master, 1);
    if (open_listens(master, 1) == CT_OK
        && ct_pidfile_take(
               ct_conf_path(master->cycle, ct_core_conf(master->cycle)->pid)
                   .data,
               &master->log)
               == CT_OK
        && ct_generation_prepare(master->cycle) == CT_OK) {
        ct_signal_install_alone();
        exit_code = ct_worker_run(&how);
        (void) ct_notify_send(&master->launch->notify, CT_STR("STOPPING=1"));
        ct_pidfile_drop(
            ct_conf_path(master->cycle, ct_core_conf(master->cycle)->pid).data,
            &master->log);
    }
    return exit_code == 0 ? 0 : 1;
}


int
ct_master_run(ct_master_t *master)
{
    open_early_log(master);
    if (open_board(master) != CT_OK || read_first(master) != CT_OK) {
        master->exit_code = 1;
    } else if (!ct_core_conf(master->cycle)->master_process) {
        master->exit_code = run_alone(master);
    } else if (start(master) == CT_OK) {
        ct_loop_run(master->loop, MAX_WAIT_MS);
        ct_statsd_stop(master);
        ct_herald_exit(master->cycle);
        say_goodbye(master);
        ct_systemd_end(master);
    } else {
        master->exit_code = 1;
        ct_spawn_signal_all(master, 0, SIGKILL);
    }
    release(master);
    return master->exit_code;
}
