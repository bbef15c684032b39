/*
 * ct_reload_roll.c -- `reload_strategy rolling`: one worker after the other.
 *
 * `rolled` is how many ids have been given to new workers, from 0 on.
 *
 * state     | what is seen in a turn         | function   | next
 * ----------+--------------------------------+------------+----------
 * ROLLING   | the last new one starts        | go_forward | ROLLING
 * ROLLING   | it serves: the old one of its  | go_forward | ROLLING
 *           | id is asked to leave           |            |
 * ROLLING   | that accepts no more: the next | go_forward | ROLLING
 * ROLLING   | it was the last: the rest of   | ct_reload_ | CHANGING
 *           | the old ones leave             | take       |
 * ROLLING   | a new one ends, is late, or    | ct_reload_ | RESTORING
 *           | cannot be forked               | roll_back  |
 * RESTORING | the old generation lacks one   | go_back    | RESTORING
 * RESTORING | it is there: the new one of    | go_back    | RESTORING
 *           | its id is asked to leave       |            |
 * RESTORING | that accepts no more: rolled   | go_back    | RESTORING
 *           | falls                          |            |
 * RESTORING | it is 0: the new one is undone | go_back    | UNDOING
 * both      | QUIT, stop, WINCH              | cancel     | IDLE
 *
 * So there is one worker more than the larger generation wants, forward and
 * back, and never fewer than the smaller one does.  On the way back the same
 * is done with the parts exchanged; the new workers have clients by now, who
 * must not pay for the failure, so they leave like any other.
 *
 * A worker that is asked to leave and does not hear of it (its handler blocks)
 * holds up nobody for longer than LEAVE_MS; the watchdog will see to it.
 *
 * If the old generation cannot be completed either, whatever the reason, the
 * new workers that serve stay: half of each is better than half.  Whoever
 * waits is told after reload_timeout; asking for something else ends it.
 */

#include "core/ct_config.h"

#include "process/ct_reload_roll.h"

#include "core/ct_clock.h"
#include "core/ct_cycle.h"
#include "event/ct_event_module.h"
#include "event/ct_loop.h"
#include "event/ct_offered.h"
#include "process/ct_core_module.h"
#include "process/ct_master.h"

/* How long one that leaves is waited for. */
#define LEAVE_MS 1000


/* Asks the workers of that generation and id; whether one still accepts. */
static bool
leave_id(ct_master_t *master, unsigned generation, unsigned id)
{
    bool hears = false;

    for (size_t i = 0; i < CT_BOARD_SLOTS; i++) {
        ct_child_t *child = &master->children[i];

        if (child->pid == 0 || child->generation != generation
            || child->id != id || child->is_deaf) {
            continue;
        }
        hears = true;
        if (child->state != CT_CHILD_LEAVING) {
            ct_spawn_leave(child, false);
        }
    }
    return hears;
}


/* The same, called in every turn until it is true: they have left. */
static bool
has_left(ct_master_t *master, unsigned generation, unsigned id)
{
    ct_reload_t   *reload = &master->reload;
    const uint64_t now_ms = ct_clock_ms();

    if (leave_id(master, generation, id)) {
        if (reload->leave_ms == 0) {
            reload->leave_ms = now_ms;
        }
        if (now_ms - reload->leave_ms < LEAVE_MS) {
            return false;
        }
    }
    reload->leave_ms = 0;
    return true;
}


/* The next new worker, which has reload_timeout to get ready. */
static void
start_next(ct_master_t *master)
{
    ct_reload_t *reload = &master->reload;
    ct_cycle_t  *next = reload->cycle;
    const bool is_forked = ct_spawn_start(master, next, reload->rolled) != NULL;

    reload->rolled++;
    ct_timer_start(master->loop, &reload->timer,
                   ct_core_conf(next)->reload_timeout_ms);
    if (!is_forked) {
        ct_reload_undo(master, "a new worker cannot be started");
    }
}


static void
go_forward(ct_master_t *master)
{
    ct_reload_t   *reload = &master->reload;
    const unsigned generation = master->cycle->generation;

    if (ct_spawn_count(master, reload->cycle->generation, CT_CHILD_SERVING)
        < reload->rolled) {
        return;
    }
    ct_timer_stop(master->loop, &reload->timer);
    if (reload->rolled > 0
        && !has_left(master, generation, reload->rolled - 1)) {
        return;
    }
    if (reload->rolled == reload->wanted) {
        ct_reload_take(master);
        return;
    }
    start_next(master);
}


/* Whether the old generation serves with all ids that it has not given up. */
static bool
is_complete(const ct_master_t *master)
{
    const unsigned given_up = ct_reload_roll_given_up(master);

    return given_up >= master->wanted
           || ct_spawn_count(master, master->cycle->generation,
                             CT_CHILD_SERVING)
                  >= master->wanted - given_up;
}


/* Waiting for the old generation is over if it is late and in the way. */
static bool
is_hopeless(const ct_master_t *master)
{
    const ct_reload_t *reload = &master->reload;

    return reload->is_late
           && (reload->asked > reload->running || master->upgrade.is_asked);
}


static void
go_back(ct_master_t *master)
{
    ct_reload_t   *reload = &master->reload;
    const unsigned generation = reload->cycle->generation;

    while (is_complete(master) || is_hopeless(master)) {
        if (!has_left(master, generation, reload->rolled)) {
            return;
        }
        if (reload->rolled == 0) {
            ct_reload_undone(master);
            return;
        }
        reload->rolled--;
        ct_master_complete(master);
    }
}


void
ct_reload_roll_begin(ct_master_t *master)
{
    ct_reload_t *reload = &master->reload;

    reload->state = CT_RELOAD_ROLLING;
    reload->rolled = 0;
    reload->leave_ms = 0;
    /* Whoever leaves, forward or back, may be followed by either kind. */
    ct_offered_publish_common(master->board, ct_event_listens(master->cycle),
                              ct_event_listens(reload->cycle));
}


void
ct_reload_roll_back(ct_master_t *master)
{
    ct_reload_t *reload = &master->reload;

    CT_LOG(&master->log, CT_LOG_ERR, 0,
           "reload has failed, generation %u is made complete again: %s",
           master->cycle->generation, reload->why);
    reload->state = CT_RELOAD_RESTORING;
    reload->burnt = reload->number;
    reload->is_late = false;
    reload->leave_ms = 0;
    ct_timer_start(master->loop, &reload->timer,
                   ct_core_conf(master->cycle)->reload_timeout_ms);
    /* One that hangs in its start would not hear that it is to leave. */
    ct_spawn_stop_starting(master, reload->cycle->generation);
    ct_master_complete(master);
}


void
ct_reload_roll_late(ct_master_t *master)
{
    ct_reload_t *reload = &master->reload;

    reload->is_late = true;
    CT_LOG(&master->log, CT_LOG_ERR, 0,
           "generation %u is not complete yet, workers of the new one stay",
           master->cycle->generation);
    ct_control_answer_all(&master->control, CT_WAITS_FOR_RELOAD,
                          reload->running, reload->why);
}


void
ct_reload_roll_cancel(ct_master_t *master)
{
    const unsigned generation = master->reload.cycle->generation;

    ct_spawn_stop_starting(master, generation);
    ct_spawn_leave_all(master, generation, 0, false);
    ct_reload_drop_next(master);
}


unsigned
ct_reload_roll_given_up(const ct_master_t *master)
{
    const ct_reload_t *reload = &master->reload;

    return reload->state == CT_RELOAD_ROLLING
                   || reload->state == CT_RELOAD_RESTORING
               ? reload->rolled
               : 0;
}


void
ct_reload_roll_on_turn(ct_master_t *master)
{
    if (master->reload.state == CT_RELOAD_ROLLING) {
        go_forward(master);
    }
    /* Not else: it may have failed just now. */
    if (master->reload.state == CT_RELOAD_RESTORING) {
        go_back(master);
    }
}
