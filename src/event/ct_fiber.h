/*
 * ct_fiber.h -- functions that wait without holding up the loop.
 *
 * A fiber is a function on a stack of its own.  It runs at once, in the thread
 * of the loop, until it returns or waits (ct_fiber_wait.h); while it waits the
 * loop goes on, and one of its timers or descriptors lets the fiber go on.
 * Nothing interrupts a fiber that computes.
 *
 * Header of the event floor and those above, not of modules.
 */

#ifndef CT_FIBER_H
#define CT_FIBER_H

#include "core/ct_config.h"

#include "core/ct_queue.h"
#include "core/ct_rc.h"
#include "event/ct_context.h"
#include "event/ct_event.h"
#include "event/ct_fiber_tools.h"
#include "event/ct_stack.h"
#include "event/ct_timer.h"

typedef struct ct_board_slot_s ct_board_slot_t;

typedef struct ct_fiber_s     ct_fiber_t;
typedef struct ct_fiber_job_s ct_fiber_job_t;
typedef struct ct_fibers_s    ct_fibers_t;

typedef struct ct_fiber_shelf_s ct_fiber_shelf_t;

/* The least stack that holds a frame of printf(3) and a signal's. */
#define CT_FIBER_STACK_LEAST ((size_t) 16 * 1024)

/* What a fiber is for; constant.  `data` is what it was started with. */
struct ct_fiber_job_s {
    /* On the fiber's stack; when it returns the fiber has ended. */
    void (*run)(void *data);

    /* Behind the end of a fiber that had waited, on the stack of the loop. */
    void (*ended)(void *data);

    /* It goes on, for the first time too, or has just ceased to run. */
    void (*turned)(void *data, bool goes_on);
};

typedef enum ct_fiber_state_e {
    CT_FIBER_RUNS, /* or has started another fiber that does */
    CT_FIBER_WAITS,
    CT_FIBER_ENDED,
} ct_fiber_state_t;

/*
 * A fiber lies at the top of its own stack.  For ct_fiber.c and
 * ct_fiber_wait.c; others keep pointers to it.
 */
struct ct_fiber_s {
    ct_fibers_t          *fibers;
    ct_fiber_shelf_t     *shelf; /* where it goes when it ends */
    ct_queue_t            link;  /* among those alive, or free */
    const ct_fiber_job_t *job;
    void                 *data;
    ct_fiber_state_t      state;
    bool                  has_waited;
    bool                  cancelled;
    unsigned              unmeasured; /* uses of the stack since */
    ct_rc_t               woken;      /* what its wait comes to */
    ct_timer_t            timer;
    ct_io_t               io;
    ct_task_t             task;   /* goes on in the next turn */
    ct_context_t          own;    /* where it waits */
    ct_context_t          outer;  /* where who let it go on waits for it */
    ct_fiber_side_t       side;   /* of own */
    ct_fiber_side_t       beyond; /* of outer */
    ct_stack_t            stack;
};

/* Runs on the stack of the loop. */
typedef void (*ct_fibers_fn)(void *data);

/*
 * A place for fibers of this loop; none yet.  They are counted in `slot`: the
 * gauge CT_GAUGE_FIBERS, and fiber_stack_high.
 */
ct_fibers_t *ct_fibers_create(ct_loop_t *loop, ct_board_slot_t *slot);

/*
 * Ends it.  Fibers that still wait are dropped: their functions never return,
 * `ended` is not called, and what only their stacks knew of is lost.  So who
 * can calls ct_fibers_end first.  NULL is allowed.
 */
void ct_fibers_destroy(ct_fibers_t *fibers);

/* How many are alive. */
size_t ct_fibers_count(const ct_fibers_t *fibers);

/*
 * Calls fn(data) once, when no fiber is left but those that were cancelled, or
 * at once if none is; it may stop the loop.  A second call takes the place of
 * the first.
 */
void ct_fibers_when_idle(ct_fibers_t *fibers, ct_fibers_fn fn, void *data);

/*
 * Cancels all of them and lets each come to its end, as one does that returns
 * when its waits are declined; says how many do not.  Not inside a turn of the
 * loop: its last one is over.
 */
void ct_fibers_end(ct_fibers_t *fibers);

/*
 * Runs job->run(data) on a stack of at least `stack_size` bytes.  CT_OK: it has
 * returned, the fiber is gone.  CT_AGAIN: it waits; *fiber is valid until
 * job->ended is called.  CT_ERROR, logged: there is no stack, nothing has run.
 */
ct_rc_t ct_fiber_start(ct_fibers_t *fibers, const ct_fiber_job_t *job,
                       void *data, size_t stack_size, ct_fiber_t **fiber);

/*
 * Nobody needs it any more: what it waits for ends with CT_DECLINED in the next
 * turn, and so does every later wait.  It still ends by returning.  May be
 * called twice, and by itself.
 */
void ct_fiber_cancel(ct_fiber_t *fiber);

/* The fiber that calls, or NULL: any other code, in any thread. */
ct_fiber_t *ct_fiber_self(void);

/*
 * For ct_fiber_wait.c.  Yield leaves the fiber that calls until somebody
 * resumes it, and gives back what they said; only who runs on another stack may
 * resume.  The fiber may be gone when resume returns.
 */
ct_rc_t ct_fiber_yield(ct_fiber_t *fiber);
void    ct_fiber_resume(ct_fiber_t *fiber, ct_rc_t rc);

/* The loop of its timers. */
ct_loop_t *ct_fiber_loop(const ct_fiber_t *fiber);

#endif /* CT_FIBER_H */
