/*
 * ct_recycle.c -- tired workers are replaced, their replacement first.
 *
 * state    | what is seen in a turn              | function | next
 * ---------+-------------------------------------+----------+---------
 * IDLE     | a tired worker, nothing in the way  | begin    | STARTING
 * IDLE     | the same, but it cannot be forked   | fail     | PAUSED
 * STARTING | the replacement serves              | relieve  | LEAVING
 * STARTING | the replacement has ended           | fail     | PAUSED
 * STARTING | the tired one has ended, or leaves  | end      | IDLE
 * LEAVING  | the tired one accepts no more       | end      | IDLE
 * PAUSED   | the pause is over                   | on_timer | IDLE
 * any      | the server does not serve: QUIT,    | end      | IDLE
 *          | stop, WINCH                         |          |
 *
 * For a moment two workers of one generation have one id; they share the
 * socket of that id, as generations do.  What fills gaps (ct_spawn_missing)
 * sees at least one of them and forks nobody.
 *
 * Why look once a turn and not act on events: a worker may die, be told to
 * leave by TTOU, a reload, WINCH or QUIT, and its replacement too, in any
 * order.  Each of these changes the table of children and wakes the loop, and
 * the table says what is to be done now: there is nothing to be cancelled, and
 * no order that somebody forgot.
 *
 * In the way stand a reload, which replaces everybody anyway; a new binary
 * that starts; and as many workers on their way out as are to serve.  The last
 * bounds the processes when a limit is so low, or clients stay so long, that
 * workers get tired faster than they can leave.
 */

#include "core/ct_config.h"

#include "process/ct_recycle.h"

#include "core/ct_cycle.h"
#include "event/ct_loop.h"
#include "process/ct_master.h"

/* The pause after a failure, and the longest that it grows to. */
#define MIN_PAUSE_MS 1000
#define MAX_PAUSE_MS 60000


void
ct_recycle_ask(ct_child_t *child)
{
    if (child->tired == 0) {
        child->tired = ++child->master->recycle.asked;
    }
}


/* The worker if it is still counted on, or NULL. */
static ct_child_t *
find_serving(ct_master_t *master, pid_t pid)
{
    ct_child_t *child = pid != 0 ? ct_spawn_find(master, pid) : NULL;

    return child != NULL && child->state != CT_CHILD_LEAVING ? child : NULL;
}


bool
ct_recycle_is_spare(ct_master_t *master, const ct_child_t *child)
{
    const ct_recycle_t *recycle = &master->recycle;

    return recycle->state == CT_RECYCLE_STARTING && child->pid == recycle->fresh
           && find_serving(master, recycle->tired) != NULL;
}


/* The replacement, if there is one, is from now on a worker like others. */
static void
end(ct_master_t *master)
{
    ct_recycle_t *recycle = &master->recycle;

    ct_timer_stop(master->loop, &recycle->timer);
    recycle->state = CT_RECYCLE_IDLE;
    recycle->tired = 0;
    recycle->fresh = 0;
}


static void
on_timer(ct_timer_t *timer)
{
    end(timer->data);
}


/* Of a row of failures only the first is told: workers tell of their own. */
static void
fail(ct_master_t *master, const ct_child_t *tired)
{
    ct_recycle_t  *recycle = &master->recycle;
    const unsigned doublings = recycle->failures;
    const uint64_t pause_ms =
        doublings < 6 ? (uint64_t) MIN_PAUSE_MS << doublings : MAX_PAUSE_MS;

    if (recycle->failures == 0) {
        CT_LOG(&master->log, CT_LOG_WARN, 0,
               "worker %u cannot be replaced and goes on serving, it is tried "
               "again after pauses",
               tired->id);
    }
    recycle->failures++;
    recycle->state = CT_RECYCLE_PAUSED;
    recycle->fresh = 0;
    recycle->timer.fn = on_timer;
    recycle->timer.data = master;
    ct_timer_start(master->loop, &recycle->timer, pause_ms);
}


static void
relieve(ct_master_t *master, ct_child_t *tired)
{
    ct_recycle_t *recycle = &master->recycle;

    recycle->state = CT_RECYCLE_LEAVING;
    recycle->failures = 0;
    atomic_fetch_add(&master->board->recycled, 1);
    ct_spawn_leave(tired, false);
}


/* The one that has waited longest, or NULL. */
static ct_child_t *
next_tired(ct_master_t *master)
{
    ct_child_t *next = NULL;

    for (size_t i = 0; i < CT_BOARD_SLOTS; i++) {
        ct_child_t *child = &master->children[i];

        if (child->pid != 0 && child->tired != 0
            && child->state == CT_CHILD_SERVING
            && child->generation == master->cycle->generation
            && (next == NULL || child->tired < next->tired)) {
            next = child;
        }
    }
    return next;
}


static bool
may_begin(const ct_master_t *master)
{
    return master->reload.state == CT_RELOAD_IDLE
           && master->upgrade.state != CT_UPGRADE_STARTING
           && ct_spawn_count(master, master->cycle->generation,
                             CT_CHILD_LEAVING)
                  < master->wanted;
}


static void
begin(ct_master_t *master)
{
    ct_recycle_t     *recycle = &master->recycle;
    const ct_child_t *tired = next_tired(master);
    const ct_child_t *fresh = NULL;

    if (tired == NULL) {
        recycle->failures = 0;
        return;
    }
    if (!may_begin(master)) {
        return;
    }
    fresh = ct_spawn_start(master, master->cycle, tired->id);
    if (fresh == NULL) {
        fail(master, tired);
        return;
    }
    recycle->state = CT_RECYCLE_STARTING;
    recycle->tired = tired->pid;
    recycle->fresh = fresh->pid;
}


static void
look_at_pair(ct_master_t *master)
{
    const ct_recycle_t *recycle = &master->recycle;
    ct_child_t         *tired = find_serving(master, recycle->tired);
    const ct_child_t   *fresh = find_serving(master, recycle->fresh);

    if (tired == NULL) {
        end(master);
        return;
    }
    if (fresh == NULL) {
        fail(master, tired);
        return;
    }
    if (fresh->state == CT_CHILD_SERVING) {
        relieve(master, tired);
    }
}


static void
look_at_leaver(ct_master_t *master)
{
    const ct_child_t *tired = ct_spawn_find(master, master->recycle.tired);

    if (tired == NULL || tired->is_deaf) {
        end(master);
    }
}


void
ct_recycle_on_turn(ct_master_t *master)
{
    const ct_recycle_t *recycle = &master->recycle;

    if (master->state != CT_MASTER_SERVING) {
        end(master);
        return;
    }
    switch (recycle->state) {
    case CT_RECYCLE_IDLE:
    case CT_RECYCLE_PAUSED:
        break;
    case CT_RECYCLE_STARTING:
        look_at_pair(master);
        break;
    case CT_RECYCLE_LEAVING:
        look_at_leaver(master);
        break;
    }
    if (recycle->state == CT_RECYCLE_IDLE) {
        begin(master);
    }
}
