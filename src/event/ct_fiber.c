/*
 * ct_fiber.c -- functions that wait without holding up the loop.
 *
 *   state | event                            | function | next
 *   ------+----------------------------------+----------+------
 *   ended | ct_fiber_start                   | enter    | runs
 *   runs  | its function returns             | main_of  | ended
 *   runs  | sleep, wait                      | yield    | waits
 *   waits | timer, descriptor                | resume   | runs
 *   waits | ct_fiber_cancel, and a turn later| on_task  | runs
 *   waits | ct_fibers_destroy                | drop     | (gone)
 *
 * Who enters a fiber gets control back when it waits or ends, so that fibers
 * nest like calls: one may start another (a reply that is sent from a fiber
 * may bring in the next message), and only the loop lets one that waits go on.
 *
 * Ended fibers are kept with their stacks, on a shelf for each size, the last
 * one on top: its pages are warm.  Mapping a stack costs more than a call, and
 * calls come in waves; so those beyond FREE_MOST go only when nobody has wanted
 * them for a while, and a few at a time.
 *
 * How deep stacks are used is asked of the kernel, which knows what pages were
 * touched: at the end of every fiber that has waited, of every sixteenth use
 * that has not.  A page stays touched, so no use is missed, it is only told of
 * later.
 */

#include "core/ct_config.h"

#include "event/ct_fiber.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/ct_board.h"
#include "core/ct_log.h"
#include "core/ct_mem.h"
#include "event/ct_loop.h"

/* Stacks kept for reuse, of each size, whether they are wanted or not. */
#define FREE_MOST 256

/* How long the others must lie there, and how many go in one turn. */
#define FREE_FOR_MS  10000
#define FREE_AT_ONCE 128
#define FREE_SOON_MS 20

/* Of a free stack; one that was used deeper once is trimmed. */
#define KEEP_SIZE ((size_t) 64 * 1024)

/* Uses of a stack without a wait between two looks at its depth. */
#define MEASURE_EVERY 16

/* Waits that are declined to a fiber at the end, before it is given up. */
#define LAST_WAITS 16

/* A complaint that there are no stacks comes seldomer than calls. */
#define COMPLAIN_EVERY_MS 1000

/* Free fibers of one size. */
typedef struct ct_fiber_shelf_s {
    ct_fiber_shelf_t *next;
    size_t            size; /* as it was asked for */
    ct_queue_t        free;
    size_t            nfree;
    size_t            nidle; /* the least nfree since somebody looked */
} shelf_t;

struct ct_fibers_s {
    ct_loop_t *loop;
    ct_queue_t alive;
    size_t     n;          /* of alive */
    size_t     ncancelled; /* of them */
    shelf_t   *shelves;
    uint64_t   complained_ms;
    ct_timer_t clearing; /* on while some shelf has more than FREE_MOST */

    ct_board_slot_t *slot;
    ct_fibers_fn     when_idle;
    void            *data;
};

/* Rule 30: a function that waits is called with no word of who calls. */
static _Thread_local ct_fiber_t *fiber_current;


ct_fiber_t *
ct_fiber_self(void)
{
    return fiber_current;
}


ct_loop_t *
ct_fiber_loop(const ct_fiber_t *fiber)
{
    return fiber->fibers->loop;
}


size_t
ct_fibers_count(const ct_fibers_t *fibers)
{
    return fibers->n;
}


/* As long as there are few sizes, and a configuration has few, a list. */
static shelf_t *
shelf_of(ct_fibers_t *fibers, size_t size)
{
    shelf_t *shelf = fibers->shelves;

    while (shelf != NULL && shelf->size != size) {
        shelf = shelf->next;
    }
    if (shelf == NULL) {
        shelf = ct_mem_alloc(sizeof(*shelf));
        *shelf = (shelf_t){ .next = fibers->shelves, .size = size };
        ct_queue_init(&shelf->free);
        fibers->shelves = shelf;
    }
    return shelf;
}


/* `goes_on`: it is about to run; else it has just ceased to. */
static void
tell(const ct_fiber_t *fiber, bool goes_on)
{
    if (fiber->job->turned != NULL) {
        fiber->job->turned(fiber->data, goes_on);
    }
}


/* Lets the fiber run until it waits or ends. */
static void
enter(ct_fiber_t *fiber)
{
    ct_fiber_t *const outer = fiber_current;

    tell(fiber, true);
    fiber->state = CT_FIBER_RUNS;
    fiber_current = fiber;
    ct_fiber_tools_leave(&fiber->beyond, &fiber->side, false);
    ct_context_switch(&fiber->outer, &fiber->own);
    ct_fiber_tools_arrive(&fiber->beyond, &fiber->side);
    fiber_current = outer;
    tell(fiber, false);
}


/* All that runs on the fiber's stack lies above this one. */
static void
main_of(void *data)
{
    ct_fiber_t *const fiber = data;

    ct_fiber_tools_arrive(&fiber->side, &fiber->beyond);
    fiber->job->run(fiber->data);
    fiber->state = CT_FIBER_ENDED;
    ct_fiber_tools_leave(&fiber->side, &fiber->beyond, true);
    ct_context_switch(&fiber->own, &fiber->outer);
    abort(); /* an ended fiber is never resumed */
}


/* It is cancelled; or it has been resumed by then, and may be about to end. */
static void
on_task(ct_task_t *task)
{
    ct_fiber_t *fiber = task->data;

    if (fiber->state == CT_FIBER_WAITS) {
        ct_fiber_resume(fiber, CT_DECLINED);
    }
}


/* The fiber takes the top of its stack for itself. */
static ct_fiber_t *
fiber_new(ct_fibers_t *fibers, shelf_t *shelf)
{
    const size_t room = (sizeof(ct_fiber_t) + 63) / 64 * 64;
    ct_fiber_t  *fiber;
    ct_stack_t   stack;

    if (ct_stack_map(shelf->size, &stack) != CT_OK) {
        return NULL;
    }
    fiber = (void *) (stack.low + stack.size - room);
    memset(fiber, 0, sizeof(*fiber));
    fiber->fibers = fibers;
    fiber->shelf = shelf;
    fiber->stack = stack;
    fiber->side.low = stack.low;
    fiber->side.size = stack.size - room;
    fiber->unmeasured = MEASURE_EVERY;
    ct_queue_init(&fiber->link);
    ct_queue_init(&fiber->task.link);
    fiber->task.fn = on_task;
    fiber->task.data = fiber;
    fiber->timer.data = fiber;
    fiber->io.data = fiber;
    return fiber;
}


static void
fiber_release(ct_fiber_t *fiber)
{
    ct_stack_t stack = fiber->stack; /* it lies in there */

    ct_stack_unmap(&stack);
}


static ct_fiber_t *
fiber_take(ct_fibers_t *fibers, size_t size)
{
    shelf_t    *shelf = shelf_of(fibers, size);
    ct_queue_t *link = ct_queue_pop(&shelf->free);

    if (link != NULL) {
        shelf->nfree--;
        if (shelf->nidle > shelf->nfree) {
            shelf->nidle = shelf->nfree;
        }
        return CT_QUEUE_ENTRY(link, ct_fiber_t, link);
    }
    return fiber_new(fibers, shelf);
}


static void
measure(ct_fiber_t *fiber)
{
    ct_counter_t *high = &fiber->fibers->slot->fiber_stack_high;
    const size_t  used = ct_stack_used(&fiber->stack);

    fiber->unmeasured = 0;
    if (used > ct_counter_get(high)) {
        atomic_store_explicit(high, used, memory_order_relaxed);
    }
    if (used > KEEP_SIZE) {
        ct_stack_trim(&fiber->stack, KEEP_SIZE);
    }
}


/*
 * Unmaps those that have lain longest, and were not wanted since the last time;
 * a few of them.  Gives back whether there are more.
 */
static bool
shelf_clear(shelf_t *shelf)
{
    for (unsigned i = 0; i < FREE_AT_ONCE; i++) {
        ct_queue_t *last = shelf->free.prev;

        if (shelf->nfree <= FREE_MOST || shelf->nidle == 0) {
            shelf->nidle = shelf->nfree;
            return false;
        }
        ct_queue_remove(last);
        shelf->nfree--;
        shelf->nidle--;
        fiber_release(CT_QUEUE_ENTRY(last, ct_fiber_t, link));
    }
    return true;
}


static void
on_clearing(ct_timer_t *timer)
{
    ct_fibers_t *fibers = timer->data;
    bool         has_more = false;
    bool         has_many = false;

    for (shelf_t *shelf = fibers->shelves; shelf != NULL; shelf = shelf->next) {
        has_more |= shelf_clear(shelf);
        has_many |= shelf->nfree > FREE_MOST;
    }
    if (has_many) {
        ct_timer_start(fibers->loop, timer,
                       has_more ? FREE_SOON_MS : FREE_FOR_MS);
    }
}


/* It has ended, and lies on its shelf. */
static void
fiber_put(ct_fiber_t *fiber)
{
    ct_fibers_t *fibers = fiber->fibers;
    shelf_t     *shelf = fiber->shelf;

    fiber->unmeasured++;
    if (fiber->has_waited || fiber->unmeasured >= MEASURE_EVERY) {
        measure(fiber);
    }
    ct_fiber_tools_end(&fiber->side);
    ct_queue_remove(&fiber->link);
    ct_queue_remove(&fiber->task.link);
    fibers->n--;
    fibers->ncancelled -= fiber->cancelled;
    ct_board_gauge(fibers->slot, CT_GAUGE_FIBERS, -1);
    ct_queue_push(shelf->free.next, &fiber->link);
    shelf->nfree++;
    if (shelf->nfree > FREE_MOST && !ct_timer_is_on(&fibers->clearing)) {
        shelf->nidle = shelf->nfree;
        ct_timer_start(fibers->loop, &fibers->clearing, FREE_FOR_MS);
    }
}


/* It waits, or has come to its end. */
static ct_rc_t
entered(ct_fiber_t *fiber)
{
    if (fiber->state == CT_FIBER_WAITS) {
        return CT_AGAIN;
    }
    fiber_put(fiber);
    return CT_OK;
}


static ct_rc_t
no_stack(ct_fibers_t *fibers, size_t size)
{
    const int      err = errno;
    const uint64_t now_ms = ct_loop_now_ms(fibers->loop);

    if (fibers->complained_ms == 0
        || now_ms - fibers->complained_ms >= COMPLAIN_EVERY_MS) {
        fibers->complained_ms = now_ms;
        CT_LOG(ct_loop_log(fibers->loop), CT_LOG_ERR, err,
               "cannot map a stack of %zu bytes beside those of %zu fibers",
               size, fibers->n);
    }
    return CT_ERROR;
}


ct_rc_t
ct_fiber_start(ct_fibers_t *fibers, const ct_fiber_job_t *job, void *data,
               size_t stack_size, ct_fiber_t **fiber)
{
    ct_fiber_t *made = fiber_take(fibers, stack_size);
    ct_rc_t     rc;

    if (made == NULL) {
        return no_stack(fibers, stack_size);
    }
    made->job = job;
    made->data = data;
    made->has_waited = false;
    made->cancelled = false;
    ct_fiber_tools_begin(&made->side);
    ct_context_init(&made->own, made->stack.low, made->side.size, main_of,
                    made);
    ct_queue_push(&fibers->alive, &made->link);
    fibers->n++;
    ct_board_gauge(fibers->slot, CT_GAUGE_FIBERS, 1);

    enter(made);
    rc = entered(made);
    if (rc == CT_AGAIN) {
        *fiber = made;
    }
    return rc;
}


ct_rc_t
ct_fiber_yield(ct_fiber_t *fiber)
{
    CT_ASSERT(fiber == fiber_current);
    fiber->state = CT_FIBER_WAITS;
    fiber->has_waited = true;
    if (fiber->cancelled) {
        ct_loop_post(fiber->fibers->loop, &fiber->task);
    }
    ct_fiber_tools_leave(&fiber->side, &fiber->beyond, false);
    ct_context_switch(&fiber->own, &fiber->outer);
    ct_fiber_tools_arrive(&fiber->side, &fiber->beyond);
    return fiber->woken;
}


static void
tell_if_idle(ct_fibers_t *fibers)
{
    const ct_fibers_fn fn = fibers->when_idle;

    if (fn != NULL && fibers->n == fibers->ncancelled) {
        fibers->when_idle = NULL;
        fn(fibers->data);
    }
}


void
ct_fibers_when_idle(ct_fibers_t *fibers, ct_fibers_fn fn, void *data)
{
    fibers->when_idle = fn;
    fibers->data = data;
    tell_if_idle(fibers);
}


void
ct_fiber_resume(ct_fiber_t *fiber, ct_rc_t rc)
{
    ct_fibers_t          *fibers = fiber->fibers;
    const ct_fiber_job_t *job = fiber->job;
    void                 *data = fiber->data;

    CT_ASSERT(fiber->state == CT_FIBER_WAITS);
    fiber->woken = rc;
    enter(fiber);
    if (entered(fiber) == CT_AGAIN) {
        return;
    }
    if (job->ended != NULL) {
        job->ended(data);
    }
    tell_if_idle(fibers);
}


static void
mark_cancelled(ct_fiber_t *fiber)
{
    fiber->fibers->ncancelled += !fiber->cancelled;
    fiber->cancelled = true;
}


void
ct_fiber_cancel(ct_fiber_t *fiber)
{
    mark_cancelled(fiber);
    tell_if_idle(fiber->fibers);
    if (fiber->state == CT_FIBER_WAITS) {
        ct_loop_post(fiber->fibers->loop, &fiber->task);
    }
}


/* Each of them has one wait less. */
static void
decline_all(ct_fibers_t *fibers)
{
    ct_queue_t  rest;
    ct_queue_t *link;

    ct_queue_init(&rest);
    ct_queue_move(&rest, &fibers->alive);
    while ((link = ct_queue_pop(&rest)) != NULL) {
        ct_fiber_t *fiber = CT_QUEUE_ENTRY(link, ct_fiber_t, link);

        ct_queue_push(&fibers->alive, link);
        mark_cancelled(fiber);
        ct_fiber_resume(fiber, CT_DECLINED);
    }
}


void
ct_fibers_end(ct_fibers_t *fibers)
{
    fibers->when_idle = NULL;
    for (unsigned i = 0; i < LAST_WAITS && fibers->n > 0; i++) {
        decline_all(fibers);
    }
    if (fibers->n > 0) {
        CT_LOG(ct_loop_log(fibers->loop), CT_LOG_WARN, 0,
               "%zu fibers go on waiting though they are cancelled: exits "
               "without them",
               fibers->n);
    }
}


ct_fibers_t *
ct_fibers_create(ct_loop_t *loop, ct_board_slot_t *slot)
{
    ct_fibers_t *fibers = ct_mem_alloc(sizeof(*fibers));

    *fibers = (ct_fibers_t){ .loop = loop, .slot = slot };
    fibers->clearing.fn = on_clearing;
    fibers->clearing.data = fibers;
    ct_queue_init(&fibers->alive);
    return fibers;
}


/* Its stack goes as it is; nothing may point into it after. */
static void
drop(ct_fiber_t *fiber)
{
    ct_loop_t *loop = fiber->fibers->loop;

    CT_ASSERT(fiber->state == CT_FIBER_WAITS);
    ct_timer_stop(loop, &fiber->timer);
    ct_loop_remove_io(loop, &fiber->io);
    ct_queue_remove(&fiber->task.link);
    ct_fiber_tools_end(&fiber->side);
    fiber_release(fiber);
}


static void
shelf_destroy(shelf_t *shelf)
{
    ct_queue_t *link;

    while ((link = ct_queue_pop(&shelf->free)) != NULL) {
        fiber_release(CT_QUEUE_ENTRY(link, ct_fiber_t, link));
    }
    ct_mem_release(shelf);
}


void
ct_fibers_destroy(ct_fibers_t *fibers)
{
    ct_queue_t *link;
    shelf_t    *next;

    if (fibers == NULL) {
        return;
    }
    while ((link = ct_queue_pop(&fibers->alive)) != NULL) {
        drop(CT_QUEUE_ENTRY(link, ct_fiber_t, link));
    }
    ct_timer_stop(fibers->loop, &fibers->clearing);
    for (shelf_t *shelf = fibers->shelves; shelf != NULL; shelf = next) {
        next = shelf->next;
        shelf_destroy(shelf);
    }
    ct_mem_release(fibers);
}
