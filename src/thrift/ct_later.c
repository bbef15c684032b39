/*
 * ct_later.c -- what a module has to do at the end of a turn, or in a while.
 *
 * The tasks that run last in a turn are run behind all that sessions do in it.
 */

#include "core/ct_config.h"

#include "thrift/ct_later.h"

#include "core/ct_module.h"
#include "event/ct_loop.h"


static void
turn_is_over(ct_task_t *task)
{
    ct_later_t *later = task->data;

    later->fn(later->data);
}


static void
time_is_up(ct_timer_t *timer)
{
    ct_later_t *later = timer->data;

    later->fn(later->data);
}


void
ct_later_init(ct_later_t *later, const ct_worker_t *worker, ct_later_fn fn,
              void *data)
{
    *later = (ct_later_t){ .loop = worker->loop, .fn = fn, .data = data };
    ct_queue_init(&later->task.link);
    later->task.fn = turn_is_over;
    later->task.data = later;
    later->timer.fn = time_is_up;
    later->timer.data = later;
}


void
ct_later_this_turn(ct_later_t *later)
{
    ct_loop_post_last(later->loop, &later->task);
}


void
ct_later_in(ct_later_t *later, uint64_t delay_ms)
{
    ct_timer_start(later->loop, &later->timer, delay_ms);
}


bool
ct_later_is_due(const ct_later_t *later)
{
    return ct_timer_is_on(&later->timer);
}


void
ct_later_stop(ct_later_t *later)
{
    ct_queue_remove(&later->task.link);
    ct_timer_stop(later->loop, &later->timer);
}
