/*
 * ct_upgrade.c -- another binary takes the sockets over.
 *
 * The old master, in the order of nginx's procedure:
 *
 * state    | event                      | function           | next
 * ---------+----------------------------+--------------------+---------
 * IDLE     | USR2, -s upgrade           | begin              | STARTING
 * STARTING | "ready" on the pipe        | on_ready           | BOTH
 * STARTING | upgrade_timeout            | on_timer: kill it  | STARTING
 * STARTING | the new master has ended   | ct_upgrade_reaped  | IDLE
 * BOTH     | -s upgrade asked for all   | on_ready           | RETIRING
 * BOTH     | the new master has ended   | ct_upgrade_reaped  | IDLE
 * RETIRING | our workers have left      | master: exit       | -
 * RETIRING | the new master has ended   | ct_upgrade_reaped  | IDLE
 *
 * Whenever the new master ends, for whatever reason, the pid file gets its
 * name back and workers that had left are started again: that is the whole of
 * a roll-back, and an operator's QUIT to the new master begins it.
 *
 * The new binary writes its error lines into a pipe, then "ready".  exec's own
 * failure goes the same way, since the child that could not exec writes it.
 */

#include "core/ct_config.h"

#include "process/ct_upgrade.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/ct_clock.h"
#include "core/ct_cycle.h"
#include "core/ct_file.h"
#include "core/ct_pool.h"
#include "event/ct_event_module.h"
#include "event/ct_loop.h"
#include "process/ct_core_module.h"
#include "process/ct_herald.h"
#include "process/ct_launch.h"
#include "process/ct_master.h"
#include "process/ct_pidfile.h"
#include "process/ct_signal.h"

/* Variables that are added for the new binary, and the NULL behind them. */
#define MAX_ADDED 8


void
ct_upgrade_init(ct_upgrade_t *upgrade)
{
    memset(upgrade, 0, sizeof(*upgrade));
    upgrade->io.fd = -1;
}


void
ct_upgrade_forget(ct_upgrade_t *upgrade)
{
    if (upgrade->io.fd != -1) {
        close(upgrade->io.fd);
        upgrade->io.fd = -1;
    }
}


bool
ct_upgrade_has_other(const ct_master_t *master)
{
    return master->upgrade.pid != 0
           || (master->inherit.is_upgrade
               && getppid() == master->inherit.parent);
}


void
ct_upgrade_look_elsewhere(ct_master_t *master)
{
    const bool takes = master->upgrade.pid != 0
                           ? master->upgrade.takes
                           : master->inherit.handoff.give_fd != -1;

    atomic_store_explicit(&master->board->elsewhere,
                          takes && ct_upgrade_has_other(master),
                          memory_order_relaxed);
}


static void
close_pipe(ct_master_t *master)
{
    ct_upgrade_t *upgrade = &master->upgrade;

    ct_loop_remove_io(master->loop, &upgrade->io);
    ct_upgrade_forget(upgrade);
    ct_timer_stop(master->loop, &upgrade->timer);
}


static void
on_ready(ct_master_t *master)
{
    ct_upgrade_t *upgrade = &master->upgrade;

    close_pipe(master);
    upgrade->state = CT_UPGRADE_BOTH;
    ct_upgrade_look_elsewhere(master);
    CT_LOG(&master->log, CT_LOG_NOTICE, 0, "the new binary serves as %ld",
           (long) upgrade->pid);
    if (upgrade->is_whole) {
        upgrade->state = CT_UPGRADE_RETIRING;
        ct_master_quit(master);
        return;
    }
    ct_reload_resume(master);
}


/* One line of the new binary, without its newline. */
static void
on_line(ct_master_t *master, const char *line, size_t len)
{
    ct_upgrade_t *upgrade = &master->upgrade;

    if (ct_str_eq((ct_str_t){ len, line }, CT_STR("ready"))) {
        on_ready(master);
        return;
    }
    if (ct_str_eq((ct_str_t){ len, line }, CT_STR(CT_UPGRADE_TAKES))) {
        upgrade->takes = true;
        return;
    }
    if (upgrade->why[0] == '\0') {
        ct_report_message(line, len, upgrade->why);
    }
}


/* Takes whole lines out of what has been read. */
static void
take_lines(ct_master_t *master)
{
    ct_upgrade_t *upgrade = &master->upgrade;

    while (upgrade->len > 0 && upgrade->state == CT_UPGRADE_STARTING) {
        const char  *end = memchr(upgrade->line, '\n', upgrade->len);
        const size_t len =
            end != NULL ? (size_t) (end - upgrade->line) : upgrade->len;

        if (end == NULL && len < sizeof(upgrade->line)) {
            return;
        }
        on_line(master, upgrade->line, len);
        /* A line that fills the buffer is cut; its rest is another. */
        upgrade->len -= end != NULL ? len + 1 : len;
        memmove(upgrade->line, upgrade->line + len + (end != NULL ? 1 : 0),
                upgrade->len);
    }
}


static void
on_pipe(ct_io_t *io)
{
    ct_master_t  *master = io->data;
    ct_upgrade_t *upgrade = &master->upgrade;

    while (upgrade->state == CT_UPGRADE_STARTING) {
        const ssize_t n = read(io->fd, upgrade->line + upgrade->len,
                               sizeof(upgrade->line) - upgrade->len);

        if (n == -1 && errno == EINTR) {
            continue;
        }
        if (n == -1) {
            io->readable = false;
            ct_loop_rearm_io(master->loop, io);
            return;
        }
        if (n == 0) {
            /* It has ended, or closed the pipe without a word: either way it
             * is not going to be ready. */
            ct_loop_remove_io(master->loop, io);
            (void) kill(upgrade->pid, SIGKILL);
            return;
        }
        upgrade->len += (size_t) n;
        take_lines(master);
    }
}


static void
on_timer(ct_timer_t *timer)
{
    ct_master_t *master = timer->data;

    (void) snprintf(master->upgrade.why, sizeof(master->upgrade.why),
                    "the new binary was not ready within upgrade_timeout");
    (void) kill(master->upgrade.pid, SIGKILL);
}


static char **
add_variable(char **end, ct_pool_t *pool, const char *c_name, ct_str_t value)
{
    *end = ct_str_dup_c(
        pool, ct_str_printf(pool, "%s=%.*s", c_name, CT_STR_ARG(value)));
    return end + 1;
}


/*
 * What was taken out of the environment at the start.  This process, which is
 * about to execute the new binary, is the one that gives signs of life later.
 */
static char **
add_notify(char **end, ct_pool_t *pool, const ct_notify_t *notify)
{
    if (notify->c_socket == NULL) {
        return end;
    }
    end =
        add_variable(end, pool, CT_NOTIFY_SOCKET, ct_str_of(notify->c_socket));
    if (notify->watchdog_us == 0) {
        return end;
    }
    end = add_variable(end, pool, CT_NOTIFY_WATCHDOG,
                       ct_str_printf(pool, "%" PRIu64, notify->watchdog_us));
    return add_variable(end, pool, CT_NOTIFY_WATCHDOG_PID,
                        ct_str_printf(pool, "%ld", (long) getpid()));
}


/* What the new binary needs of ours, in the child, just before exec. */
static char **
make_environ(const ct_master_t *master, ct_pool_t *pool, int report_fd)
{
    const ct_launch_t *launch = master->launch;
    const ct_inherit_t inherit = {
        .parent = getppid(),
        .board_fd = master->shm.fd,
        .report_fd = report_fd,
        .handoff = master->handoff,
        .wanted = master->wanted,
        .configured = master->configured,
    };
    char **envp =
        ct_pool_alloc(pool, (launch->nenv + MAX_ADDED) * sizeof(char *));
    char **end = envp + launch->nenv;

    memcpy(envp, launch->envp, launch->nenv * sizeof(char *));
    end = add_variable(end, pool, CT_INHERIT_LISTENS,
                       ct_listens_text(ct_event_listens(master->cycle), pool));
    end = add_variable(end, pool, CT_INHERIT_NUMBERS,
                       ct_inherit_text(&inherit, pool));
    end = add_variable(end, pool, CT_INHERIT_HANDOFF,
                       ct_inherit_handoff(&inherit, pool));
    end =
        add_variable(end, pool, CT_INHERIT_ACTIVATED,
                     ct_activated_text(ct_event_listens(master->cycle), pool));
    end = add_notify(end, pool, &launch->notify);
    *end = NULL;
    return envp;
}


/* All else is close-on-exec. */
static CT_NORETURN void
run_binary(ct_master_t *master, int report_fd, const sigset_t *mask)
{
    const ct_launch_t *launch = master->launch;
    char **envp = make_environ(master, ct_pool_create(4096), report_fd);
    char   line[512];
    int    n = 0;

    ct_signal_reset();
    ct_signal_restore(mask);
    ct_listens_keep_over_exec(ct_event_listens(master->cycle));
    ct_handoff_keep_over_exec(&master->handoff);
    (void) ct_file_set_cloexec(master->shm.fd, false);
    (void) ct_file_set_cloexec(report_fd, false);
    execve(launch->c_binary, launch->argv, envp);
    n = snprintf(line, sizeof(line), "cannot execute '%s': %s\n",
                 launch->c_binary, strerror(errno));
    if (n > 0) {
        (void) ct_file_write_all(report_fd, line, strlen(line));
    }
    _exit(1);
}


static ct_rc_t
watch_pipe(ct_master_t *master, int fd)
{
    ct_upgrade_t *upgrade = &master->upgrade;

    (void) ct_file_set_nonblocking(fd, true);
    upgrade->io.fd = fd;
    upgrade->io.fn = on_pipe;
    upgrade->io.data = master;
    upgrade->timer.fn = on_timer;
    upgrade->timer.data = master;
    ct_timer_start(master->loop, &upgrade->timer,
                   ct_core_conf(master->cycle)->upgrade_timeout_ms);
    return ct_loop_add_io(master->loop, &upgrade->io, CT_IO_READ);
}


/* The new process, or -1, logged; its end of the pipe is closed here. */
static pid_t
fork_binary(ct_master_t *master, int fds[2])
{
    sigset_t mask;
    pid_t    pid = 0;

    ct_signal_block(&mask);
    pid = fork();
    if (pid == 0) {
        close(fds[0]);
        run_binary(master, fds[1], &mask);
    }
    ct_signal_restore(&mask);
    close(fds[1]);
    if (pid == -1) {
        CT_LOG(&master->log, CT_LOG_ERR, errno, "cannot fork");
        close(fds[0]);
    }
    return pid;
}


static void
set_files_back(ct_master_t *master)
{
    ct_pidfile_set_back(master->pid_path, &master->log);
    ct_control_file_set_back(&master->control.file, &master->log);
}


/* NULL, or why it could not begin. */
static const char *
begin(ct_master_t *master)
{
    ct_upgrade_t *upgrade = &master->upgrade;
    int           fds[2];
    pid_t         pid = 0;

    upgrade->is_asked = false;
    upgrade->takes = false;
    upgrade->why[0] = '\0';
    upgrade->len = 0;
    if (pipe(fds) == -1) {
        return "no descriptors are left";
    }
    (void) ct_file_set_cloexec(fds[0], true);
    (void) ct_file_set_cloexec(fds[1], true);
    if (ct_pidfile_set_aside(master->pid_path, &master->log) != CT_OK) {
        close(fds[0]);
        close(fds[1]);
        return "the pid file cannot be renamed";
    }
    ct_control_file_set_aside(&master->control.file, &master->log);
    ct_herald_upgrading(master->cycle);
    pid = fork_binary(master, fds);
    if (pid == -1) {
        set_files_back(master);
        return "the new binary cannot be forked";
    }
    CT_LOG(&master->log, CT_LOG_NOTICE, 0, "upgrade: '%s' started as %ld",
           master->launch->c_binary, (long) pid);
    upgrade->pid = pid;
    upgrade->state = CT_UPGRADE_STARTING;
    master->shares_board = true;
    return watch_pipe(master, fds[0]) == CT_OK ? NULL : "no more events";
}


void
ct_upgrade_resume(ct_master_t *master)
{
    ct_upgrade_t *upgrade = &master->upgrade;
    const char   *why = NULL;

    if (!upgrade->is_asked || master->reload.state != CT_RELOAD_IDLE) {
        return;
    }
    why = begin(master);
    if (why != NULL) {
        CT_LOG(&master->log, CT_LOG_ERR, 0, "no upgrade: %s", why);
        ct_control_answer_all(&master->control, CT_WAITS_FOR_UPGRADE, 0, why);
    }
}


const char *
ct_upgrade_ask(ct_master_t *master, bool is_whole)
{
    ct_upgrade_t *upgrade = &master->upgrade;
    const char   *why = NULL;

    if (master->state != CT_MASTER_SERVING) {
        why = "the server is not serving";
    } else if (upgrade->state != CT_UPGRADE_IDLE || upgrade->is_asked) {
        why = "an upgrade is under way";
    } else if (ct_upgrade_has_other(master)) {
        why = "the old master of the last upgrade is still there";
    }
    if (why != NULL) {
        CT_LOG(&master->log, CT_LOG_NOTICE, 0, "upgrade ignored: %s", why);
        return why;
    }
    upgrade->is_asked = true;
    upgrade->is_whole = is_whole;
    if (master->reload.state != CT_RELOAD_IDLE) {
        return NULL;
    }
    why = begin(master);
    if (why != NULL) {
        CT_LOG(&master->log, CT_LOG_ERR, 0, "no upgrade: %s", why);
    }
    return why;
}


/* What is told when it ended without a word. */
static void
describe_end(ct_upgrade_t *upgrade, int status)
{
    if (upgrade->why[0] != '\0') {
        return;
    }
    if (WIFSIGNALED(status)) {
        (void) snprintf(upgrade->why, sizeof(upgrade->why),
                        "the new master ended on %s",
                        ct_signal_name(WTERMSIG(status)));
        return;
    }
    (void) snprintf(upgrade->why, sizeof(upgrade->why),
                    "the new master ended with code %d", WEXITSTATUS(status));
}


bool
ct_upgrade_reaped(ct_master_t *master, pid_t pid, int status)
{
    ct_upgrade_t *upgrade = &master->upgrade;

    if (upgrade->pid == 0 || pid != upgrade->pid) {
        return false;
    }
    if (upgrade->io.fd != -1) {
        /* Its last words may still be in the pipe. */
        on_pipe(&upgrade->io);
        close_pipe(master);
    }
    describe_end(upgrade, status);
    CT_LOG(&master->log, CT_LOG_NOTICE, 0, "upgrade rolled back: %s",
           upgrade->why);
    upgrade->pid = 0;
    upgrade->state = CT_UPGRADE_IDLE;
    set_files_back(master);
    if (!(master->state == CT_MASTER_QUITTING && !upgrade->is_whole)
        && master->state != CT_MASTER_STOPPING) {
        ct_master_serve_again(master);
    } else {
        ct_master_retire(master); /* We are the last after all. */
    }
    ct_control_answer_all(&master->control, CT_WAITS_FOR_UPGRADE, 0,
                          upgrade->why);
    ct_reload_resume(master);
    return true;
}
