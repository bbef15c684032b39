/*
 * ct_systemd.c -- what a service manager is told of the master, and when.
 *
 * event                          | what is sent
 * -------------------------------+---------------------------------------
 * the first workers serve        | READY=1
 * a reload begins                | RELOADING=1, MONOTONIC_USEC=
 * it has ended, well or not      | READY=1; STATUS= says which
 * quit or stop, nobody goes on   | STOPPING=1
 * the end, another master goes on| MAINPID= of that one, then BARRIER=1
 * the old master has gone        | MAINPID= of this one, READY=1
 * half of WATCHDOG_USEC          | WATCHDOG=1
 * EXTEND_EVERY_MS of hard work   | EXTEND_TIMEOUT_USEC=
 * another state than told last   | STATUS=
 *
 * By default a manager hears only the process that it takes for the service.
 * So a new master is silent as long as its old one is there, and the old one
 * gives its place away with its very last word: until then a roll-back needs
 * no word at all.  The barrier is there since its pid is looked up when the
 * word is read, and the end of a service's process is the end of a service.
 *
 * FDSTORE= is not used.  It would keep sockets while no process of ours has
 * them, which happens only after a crash of the master: a socket unit serves
 * that case, and tells whose the sockets are.
 */

#include "core/ct_config.h"

#include "process/ct_systemd.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "core/ct_board.h"
#include "core/ct_clock.h"
#include "core/ct_cycle.h"
#include "core/ct_notify.h"
#include "event/ct_loop.h"
#include "process/ct_launch.h"
#include "process/ct_master.h"

/* Words of one datagram: the longest status and what stands before it. */
#define TEXT_SIZE (CT_SYSTEMD_STATUS + 256)

/* How often a manager is asked for more time, and for how much. */
#define EXTEND_EVERY_MS 5000
#define EXTEND_BY_US    "20000000"

/* How long the end of the master waits for its last word to be read. */
#define BARRIER_MS 2000


/* Whether the manager, if there is one, takes this process for the service. */
static bool
is_voice(const ct_master_t *master)
{
    return master->launch->notify.c_socket != NULL
           && !(master->inherit.is_upgrade
                && getppid() == master->inherit.parent);
}


/* The master that goes on where this one ends, or 0. */
static pid_t
heir(const ct_master_t *master)
{
    if (master->state == CT_MASTER_STOPPING
        && master->upgrade.state == CT_UPGRADE_STARTING) {
        return 0; /* It has been stopped as well. */
    }
    return master->upgrade.pid;
}


/* Says it once that it cannot be said: what cannot be heard is no error. */
static void
say(ct_master_t *master, ct_str_t text)
{
    ct_systemd_t *systemd = &master->systemd;

    if (ct_notify_send(&master->launch->notify, text) == CT_ERROR
        && !systemd->is_deaf) {
        systemd->is_deaf = true;
        CT_LOG(&master->log, CT_LOG_WARN, errno, "cannot notify '%s'",
               master->launch->notify.c_socket);
    }
}


/* What else the operator would want to know, behind the state. */
static int
write_remark(const ct_master_t *master, char *out, size_t size)
{
    const ct_upgrade_t *upgrade = &master->upgrade;
    const char         *refused = master->board->last_error;

    switch (upgrade->state) {
    case CT_UPGRADE_STARTING:
        return snprintf(out, size, "; the new binary %ld starts",
                        (long) upgrade->pid);
    case CT_UPGRADE_BOTH:
        return snprintf(out, size, "; the new binary %ld serves as well",
                        (long) upgrade->pid);
    case CT_UPGRADE_RETIRING:
        return snprintf(out, size, "; the new binary %ld goes on",
                        (long) upgrade->pid);
    case CT_UPGRADE_IDLE:
        break;
    }
    if (refused[0] != '\0') {
        return snprintf(out, size, "; reload refused: %s", refused);
    }
    if (upgrade->why[0] != '\0') {
        return snprintf(out, size, "; upgrade rolled back: %.200s",
                        upgrade->why);
    }
    return 0;
}


static int
write_state(const ct_master_t *master, char *out, size_t size)
{
    switch (master->state) {
    case CT_MASTER_STARTING:
        return snprintf(out, size, "starting %u workers", master->wanted);
    case CT_MASTER_SERVING:
        if (master->reload.state != CT_RELOAD_IDLE) {
            return snprintf(out, size, "reloading");
        }
        return snprintf(out, size, "generation %u serves with %u workers",
                        master->cycle->generation, master->wanted);
    case CT_MASTER_RETIRED:
        return snprintf(out, size, "without workers, until HUP");
    case CT_MASTER_QUITTING:
        return snprintf(out, size, "the workers leave");
    case CT_MASTER_STOPPING:
        return snprintf(out, size, "stopping");
    }
    return 0;
}


/* One line: what a log line may not be, a status cannot be either. */
const char *
ct_systemd_status(const ct_master_t *master, char out[CT_SYSTEMD_STATUS])
{
    int n = write_state(master, out, CT_SYSTEMD_STATUS);

    if (n > 0 && n < CT_SYSTEMD_STATUS) {
        (void) write_remark(master, out + n, CT_SYSTEMD_STATUS - (size_t) n);
    }
    for (char *i = out; *i != '\0'; i++) {
        if (*i == '\n' || *i == '\r') {
            *i = ' ';
        }
    }
    return out;
}


/* `c_words` are whole lines; the status follows if there is room. */
static void
say_with_status(ct_master_t *master, const char *c_words)
{
    char text[TEXT_SIZE];
    int  n = 0;

    (void) ct_systemd_status(master, master->systemd.status);
    n = snprintf(text, sizeof(text), "%sSTATUS=%s", c_words,
                 master->systemd.status);
    if (n > 0 && (size_t) n < sizeof(text)) {
        say(master, (ct_str_t){ (size_t) n, text });
    }
}


void
ct_systemd_ready(ct_master_t *master)
{
    char words[64] = "READY=1\n";

    if (!is_voice(master)) {
        return;
    }
    if (master->inherit.is_upgrade) {
        (void) snprintf(words, sizeof(words), "MAINPID=%ld\nREADY=1\n",
                        (long) getpid());
    }
    master->systemd.is_ready = true;
    say_with_status(master, words);
}


/*
 * The time says which reload it is that begins: a manager that has asked for
 * one knows by it that this is not an earlier one.
 */
void
ct_systemd_reloading(ct_master_t *master)
{
    char words[64];

    if (is_voice(master)) {
        (void) snprintf(words, sizeof(words),
                        "RELOADING=1\nMONOTONIC_USEC=%" PRIu64 "\n"
                        "STATUS=reloading",
                        ct_clock_ns() / 1000);
        (void) snprintf(master->systemd.status, CT_SYSTEMD_STATUS, "reloading");
        say(master, ct_str_of(words));
    }
}


void
ct_systemd_reloaded(ct_master_t *master)
{
    if (is_voice(master) && master->state == CT_MASTER_SERVING) {
        say_with_status(master, "READY=1\n");
    }
}


static void
on_watchdog(ct_timer_t *timer)
{
    ct_master_t   *master = timer->data;
    const uint64_t half_ms = master->launch->notify.watchdog_us / 2000;

    if (is_voice(master)) {
        say(master, CT_STR("WATCHDOG=1"));
    }
    ct_timer_start(master->loop, timer, half_ms);
}


/*
 * Where a manager has a timeout of its own.  Each of these has one of ours as
 * well, unless the configuration wants none.
 */
static bool
is_busy(const ct_master_t *master)
{
    return master->state == CT_MASTER_STARTING
           || master->state == CT_MASTER_QUITTING
           || master->state == CT_MASTER_STOPPING
           || master->reload.state != CT_RELOAD_IDLE;
}


static void
on_extension(ct_timer_t *timer)
{
    ct_master_t *master = timer->data;

    if (is_busy(master)) {
        if (is_voice(master)) {
            say(master, CT_STR("EXTEND_TIMEOUT_USEC=" EXTEND_BY_US));
        }
        ct_timer_start(master->loop, timer, EXTEND_EVERY_MS);
    }
}


static void
follow_extension(ct_master_t *master)
{
    ct_timer_t *timer = &master->systemd.extension;

    if (is_busy(master) && !ct_timer_is_on(timer)) {
        ct_timer_start(master->loop, timer, EXTEND_EVERY_MS);
    }
}


void
ct_systemd_start(ct_master_t *master)
{
    ct_systemd_t      *systemd = &master->systemd;
    const ct_notify_t *notify = &master->launch->notify;

    if (notify->c_socket == NULL) {
        return;
    }
    systemd->watchdog.fn = on_watchdog;
    systemd->watchdog.data = master;
    systemd->extension.fn = on_extension;
    systemd->extension.data = master;
    follow_extension(master);
    if (is_voice(master)) {
        say_with_status(master, "");
    }
    if (notify->watchdog_us != 0) {
        on_watchdog(&systemd->watchdog);
    }
}


/* Nobody goes on: the service itself ends. */
static void
say_stopping(ct_master_t *master)
{
    const bool ends = master->state == CT_MASTER_QUITTING
                      || master->state == CT_MASTER_STOPPING;

    if (ends && heir(master) == 0 && !master->systemd.is_stopping) {
        master->systemd.is_stopping = true;
        say_with_status(master, "STOPPING=1\n");
    }
}


void
ct_systemd_on_turn(ct_master_t *master)
{
    ct_systemd_t *systemd = &master->systemd;
    char          status[CT_SYSTEMD_STATUS];

    if (!is_voice(master)) {
        return;
    }
    if (!systemd->is_ready && master->state == CT_MASTER_SERVING) {
        ct_systemd_ready(master);
    }
    say_stopping(master);
    follow_extension(master);
    if (strcmp(ct_systemd_status(master, status), systemd->status) != 0) {
        say_with_status(master, "");
    }
}


void
ct_systemd_end(ct_master_t *master)
{
    const pid_t next = heir(master);
    char        words[64];

    if (!is_voice(master)) {
        return;
    }
    if (next == 0) {
        say_stopping(master);
        return;
    }
    (void) snprintf(words, sizeof(words), "MAINPID=%ld", (long) next);
    say(master, ct_str_of(words));
    (void) ct_notify_barrier(&master->launch->notify, BARRIER_MS);
}
