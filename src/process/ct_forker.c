/*
 * ct_forker.c -- the master forks processes that modules have beside workers.
 *
 * Such a process is a worker without sockets: it closes what only the master
 * needs, and what workers accept from, so that a port is free when the server
 * says so.  Standard error of a daemon's start is dropped at once, since
 * whoever waits there waits for all who hold it.
 */

#include "core/ct_config.h"

#include "process/ct_forker.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/ct_cycle.h"
#include "core/ct_file.h"
#include "core/ct_pool.h"
#include "core/ct_siphash.h"
#include "event/ct_event_module.h"
#include "process/ct_core_module.h"
#include "process/ct_daemon.h"
#include "process/ct_generation.h"
#include "process/ct_launch.h"
#include "process/ct_master.h"
#include "process/ct_privilege.h"
#include "process/ct_signal.h"
#include "process/ct_title.h"


/*
 * Two generations share the sockets of addresses that both have; logs each has
 * for itself.
 */
static void
generations_close(const ct_master_t *master, const ct_cycle_t *cycle)
{
    ct_cycle_t   *next = master->reload.cycle;
    ct_listens_t *listens = ct_event_listens(master->cycle);

    if (next != NULL) {
        ct_listens_close_rest(ct_event_listens(next), listens, false,
                              &master->cycle->log);
        ct_file_close_all(cycle == next ? &master->cycle->files : &next->files);
    }
    ct_listens_close_rest(listens, NULL, false, &master->cycle->log);
}


/* Whoever waits at the other end waits for all who hold this one. */
static void
report_close(ct_cycle_t *cycle, ct_file_t *report)
{
    ct_generation_settle(cycle, report);
    if (report->fd > STDERR_FILENO) {
        close(report->fd);
    }
}


/* What is ignored stays so: a terminal's INT is the master's affair. */
static void
signals_set(void)
{
    ct_signal_install_worker();
    (void) signal(SIGTERM, SIG_DFL);
    (void) signal(SIGQUIT, SIG_DFL);
    (void) signal(SIGUSR1, SIG_IGN);
    ct_signal_set_loop(NULL);
    ct_signal_unblock();
}


/* In the child: never comes back. */
static CT_NORETURN void
run(ct_master_t *master, ct_cycle_t *cycle, const ct_helper_t *helper)
{
    const ct_core_conf_t *conf = ct_core_conf(cycle);
    const bool            drops_stderr =
        master->ready_fd != -1 && !ct_generation_logs_to_stderr(cycle);

    signals_set();
    ct_spawn_forget_master(master);
    generations_close(master, cycle);
    ct_handoff_release(&master->handoff);
    report_close(cycle, &master->early);
    report_close(cycle, &master->reload.report.file);
    if (drops_stderr) {
        ct_daemon_drop_stderr();
    }
    ct_title_set("%.*s: %s", CT_STR_ARG(conf->process_name), helper->c_title);
    ct_launch_set_environ(master->launch, &conf->env);
    if (ct_privilege_settle(conf, 0, &cycle->log) != CT_OK) {
        exit(1);
    }
    exit(helper->run(cycle, helper->data));
}


/* ct_helper_fork_fn. */
static pid_t
fork_helper(ct_cycle_t *cycle, const ct_helper_t *helper, void *data)
{
    ct_master_t *master = data;
    sigset_t     mask;
    pid_t        pid = 0;

    ct_signal_block(&mask);
    pid = fork();
    if (pid == 0) {
        run(master, cycle, helper);
    }
    ct_signal_restore(&mask);
    if (pid == -1) {
        CT_LOG(&cycle->log, CT_LOG_ERR, errno, "cannot fork '%s'",
               helper->c_title);
        return -1;
    }
    CT_LOG(&cycle->log, CT_LOG_NOTICE, 0, "%s started as %ld", helper->c_title,
           (long) pid);
    return pid;
}


/* Of one binary: numbers go in as they stand in memory. */
static uint64_t
kind_of(const ct_cycle_t *cycle)
{
    static const ct_siphash_key_t key = { 0, 0 };
    const ct_core_conf_t         *conf = ct_core_conf(cycle);
    ct_pool_t                    *pool = ct_pool_create(0);
    ct_str_t                      text;
    uint64_t                      kind;

    text = ct_str_printf(
        pool, "%d %ld %ld %d %ld %d %ld %d %d %.*s", conf->user.is_set,
        (long) conf->user.uid, (long) conf->user.gid,
        conf->rlimit_nofile.is_set, (long) conf->rlimit_nofile.value,
        conf->rlimit_core.is_set, (long) conf->rlimit_core.value,
        conf->priority.is_set, conf->priority.value,
        CT_STR_ARG(conf->working_directory));
    for (size_t i = 0; i < conf->env.n; i++) {
        text = ct_str_printf(pool, "%.*s\n%.*s", CT_STR_ARG(text),
                             CT_STR_ARG(conf->env.items[i]));
    }
    kind = ct_siphash(&key, text);
    ct_pool_destroy(pool);
    return kind;
}


void
ct_forker_offer(ct_master_t *master, ct_cycle_t *cycle)
{
    cycle->fork_helper = fork_helper;
    cycle->fork_data = master;
    cycle->helper_kind = kind_of(cycle);
}
