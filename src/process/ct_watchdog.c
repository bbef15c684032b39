/*
 * ct_watchdog.c -- the master looks whether its workers live.
 *
 * what is seen             | what is done    | directive
 * -------------------------+-----------------+-------------------------
 * it starts and starts     | ABRT, then KILL | worker_start_timeout
 * its heartbeat is old     | ABRT, then KILL | worker_heartbeat_timeout
 * ABRT has not ended it    | KILL            | worker_abort_grace
 * it leaves, does not go   | KILL            | worker_shutdown_timeout
 *
 * ABRT lets the worker say what it was doing; a stopped one (SIGSTOP) cannot
 * hear it, hence KILL.  Before either the scoreboard is asked which calls it
 * has in hand, since a killed worker says nothing.  A replacement is forked
 * when the dead one is reaped, like after any other death.
 */

#include "core/ct_config.h"

#include "process/ct_watchdog.h"

#include <signal.h>
#include <stdio.h>

#include "core/ct_board_call.h"
#include "core/ct_clock.h"
#include "core/ct_log.h"
#include "process/ct_core_module.h"
#include "process/ct_master.h"
#include "process/ct_scoreboard.h"

/* What calls_text writes into. */
typedef struct calls_text_s {
    char text[CT_BOARD_METHOD_NAME + CT_BOARD_CALLS_TEXT + 64];
} calls_text_t;

/* How often it looks at most seldom, and at most often. */
#define MAX_INTERVAL_MS 250
#define MIN_INTERVAL_MS 20


static uint64_t
interval_ms(const ct_core_conf_t *conf)
{
    uint64_t ms = conf->heartbeat_timeout_ms / 4;

    if (ms == 0 || ms > MAX_INTERVAL_MS) {
        ms = MAX_INTERVAL_MS;
    }
    return ms < MIN_INTERVAL_MS ? MIN_INTERVAL_MS : ms;
}


/* What it has gone without a sign of life for, in ms; 0: all is well. */
static uint64_t
silence_ms(const ct_child_t *child, const ct_core_conf_t *conf, uint64_t now_ms)
{
    const bool     starts = child->state == CT_CHILD_STARTING;
    const uint64_t limit_ms =
        starts ? conf->start_timeout_ms : conf->heartbeat_timeout_ms;
    const uint64_t last_ms =
        starts ? child->started_ms : atomic_load(&child->slot->heartbeat_ms);

    /* The worker writes on another processor: it may be ahead of us. */
    if (limit_ms == 0 || now_ms <= last_ms || now_ms - last_ms <= limit_ms) {
        return 0;
    }
    return now_ms - last_ms;
}


/* ", in Service.method for 3012 ms, calls in flight: ..." */
static const char *
calls_text(const ct_child_t *child, calls_text_t *text)
{
    const ct_board_t *board = child->master->board;
    const uint64_t    now_ns = ct_clock_ns();
    char              running[CT_BOARD_METHOD_NAME + 32];
    char              calls[CT_BOARD_CALLS_TEXT];
    const bool        is_in = ct_board_running_text(board, child->slot, now_ns,
                                                    running, sizeof(running))
                       > 0;
    const bool has_calls =
        ct_board_calls_text(board, child->slot, now_ns, calls, sizeof(calls))
        > 0;

    (void) snprintf(text->text, sizeof(text->text), "%s%s%s%s",
                    is_in ? ", in " : "", running,
                    has_calls ? ", calls in flight: " : "", calls);
    return text->text;
}


static void
kill_child(ct_child_t *child, const char *c_why)
{
    calls_text_t text;

    CT_LOG(&child->master->log, CT_LOG_CRIT, 0, "worker %u, %ld, %s: killed%s",
           child->id, (long) child->pid, c_why, calls_text(child, &text));
    (void) kill(child->pid, SIGKILL);
    /* Once is enough: it cannot be refused. */
    child->kill_ms = 0;
    child->aborted_ms = UINT64_MAX;
}


static void
look_at(ct_child_t *child, const ct_core_conf_t *conf, uint64_t now_ms)
{
    uint64_t     silent_ms = 0;
    calls_text_t text;

    if (child->kill_ms != 0 && now_ms >= child->kill_ms) {
        kill_child(child, "does not go");
        return;
    }
    if (child->aborted_ms == UINT64_MAX) {
        return;
    }
    if (child->aborted_ms != 0) {
        if (now_ms - child->aborted_ms >= conf->abort_grace_ms) {
            kill_child(child, "has not heard ABRT");
        }
        return;
    }
    silent_ms = silence_ms(child, conf, now_ms);
    if (silent_ms != 0) {
        CT_LOG(&child->master->log, CT_LOG_CRIT, 0,
               "worker %u, %ld, %s for %llu ms: aborted%s", child->id,
               (long) child->pid,
               child->state == CT_CHILD_STARTING ? "has been starting"
                                                 : "has given no heartbeat",
               (unsigned long long) silent_ms, calls_text(child, &text));
        (void) kill(child->pid, SIGABRT);
        child->aborted_ms = now_ms;
    }
}


static void
on_timer(ct_timer_t *timer)
{
    ct_master_t          *master = timer->data;
    const ct_core_conf_t *conf = ct_core_conf(master->cycle);
    const uint64_t        now_ms = ct_clock_ms();
    const uint64_t        slept_ms = now_ms - master->watchdog.last_ms;

    master->watchdog.last_ms = now_ms;
    ct_timer_start(master->loop, timer, interval_ms(conf));
    /* If we ourselves were stopped (^Z, a debugger, a frozen container), the
     * workers were too: they get a round to catch up. */
    if (slept_ms < 4 * MAX_INTERVAL_MS) {
        for (size_t i = 0; i < CT_BOARD_SLOTS; i++) {
            if (master->children[i].pid != 0) {
                look_at(&master->children[i], conf, now_ms);
            }
        }
    }
    if (master->shares_board) {
        (void) ct_scoreboard_sweep(master->board);
    }
}


void
ct_watchdog_start(ct_master_t *master)
{
    master->watchdog.timer.fn = on_timer;
    master->watchdog.timer.data = master;
    master->watchdog.last_ms = ct_clock_ms();
    ct_timer_start(master->loop, &master->watchdog.timer,
                   interval_ms(ct_core_conf(master->cycle)));
}
