/*
 * ct_timer.c -- deadlines over the loop's heap.
 *
 * The heap is ordered by node.key, which is when the loop has to look at the
 * timer; deadline_ms is when it shall run.  key <= deadline_ms always.  They
 * differ after a timer was pushed on: a connection does that with every
 * call, and a store is cheaper than two walks through the heap.  The timer
 * is then put back, once, when its old key passes.
 */

#include "core/ct_config.h"

#include "event/ct_timer.h"

#include <limits.h>

#include "event/ct_loop.h"


static ct_timer_t *
timer_of(ct_heap_node_t *node)
{
    return CT_CONTAINER_OF(node, ct_timer_t, node);
}


static void
insert(ct_heap_t *heap, ct_timer_t *timer)
{
    timer->node.key = timer->deadline_ms;
    ct_heap_insert(heap, &timer->node);
}


void
ct_timer_start(ct_loop_t *loop, ct_timer_t *timer, uint64_t delay_ms)
{
    const uint64_t now_ms = ct_loop_now_ms(loop);
    ct_heap_t     *heap = ct_loop_timers(loop);

    if (delay_ms == 0) {
        delay_ms = 1;
    }
    if (__builtin_add_overflow(now_ms, delay_ms, &timer->deadline_ms)) {
        timer->deadline_ms = UINT64_MAX;
    }

    if (ct_timer_is_on(timer)) {
        if (timer->deadline_ms >= timer->node.key) {
            return;
        }
        ct_heap_remove(heap, &timer->node);
    }
    insert(heap, timer);
}


void
ct_timer_stop(ct_loop_t *loop, ct_timer_t *timer)
{
    if (ct_timer_is_on(timer)) {
        ct_heap_remove(ct_loop_timers(loop), &timer->node);
    }
}


/*
 * Ends although callbacks start timers: whatever they start lies after now,
 * which stands still for the turn.
 */
CT_HOT void
ct_timer_run_due(ct_loop_t *loop)
{
    const uint64_t  now_ms = ct_loop_now_ms(loop);
    ct_heap_t      *heap = ct_loop_timers(loop);
    ct_heap_node_t *node = ct_heap_top(heap);

    while (node != NULL && node->key <= now_ms) {
        ct_timer_t *timer = timer_of(node);

        ct_heap_remove(heap, node);
        if (timer->deadline_ms > now_ms) {
            insert(heap, timer);
        } else {
            timer->fn(timer);
        }
        node = ct_heap_top(heap);
    }
}


int
ct_timer_wait_ms(ct_loop_t *loop, int limit_ms)
{
    const uint64_t        now_ms = ct_loop_now_ms(loop);
    const ct_heap_node_t *node = ct_heap_top(ct_loop_timers(loop));
    uint64_t              wait_ms = 0;

    if (node == NULL) {
        return limit_ms;
    }
    if (node->key > now_ms) {
        wait_ms = node->key - now_ms;
    }
    if (limit_ms >= 0 && wait_ms > (uint64_t) limit_ms) {
        return limit_ms;
    }
    return wait_ms > INT_MAX ? INT_MAX : (int) wait_ms;
}
