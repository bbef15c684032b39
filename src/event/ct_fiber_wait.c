/*
 * ct_fiber_wait.c -- waiting, for handlers: of a fiber only itself waits.
 *
 * A fiber that waits has a timer, a descriptor or both in the loop, and takes
 * them out again when it goes on, whoever came first.  One that was cancelled
 * has neither: it gets one turn's rest and the answer that nobody needs it any
 * more.  So one that does not listen burns time but holds up nobody.
 */

#include "core/ct_config.h"

#include "event/ct_fiber_wait.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <time.h>

#include "core/ct_clock.h"
#include "event/ct_fiber.h"
#include "event/ct_loop.h"

/* What poll(2) takes at a time. */
#define MOST_MS INT_MAX


static uint64_t
deadline_of(uint64_t ms)
{
    const uint64_t now_ms = ct_clock_ms();

    return ms > UINT64_MAX - now_ms ? UINT64_MAX : now_ms + ms;
}


/* What is left until the deadline, for poll(2); rounded up, never early. */
static int
rest_ms(uint64_t deadline_ms)
{
    const uint64_t now_ms = ct_clock_ms();

    if (deadline_ms <= now_ms) {
        return 0;
    }
    return deadline_ms - now_ms > MOST_MS ? MOST_MS
                                          : (int) (deadline_ms - now_ms);
}


/* The thread waits; `fd` -1 is one that poll(2) passes over. */
static ct_rc_t
wait_blocking(int fd, unsigned events, uint64_t deadline_ms)
{
    struct pollfd pfd = { .fd = fd, .events = (short) events };

    for (;;) {
        const int n = poll(&pfd, 1, rest_ms(deadline_ms));

        if (n > 0) {
            errno = EBADF;
            return pfd.revents & POLLNVAL ? CT_ERROR : CT_OK;
        }
        if (n < 0 && errno != EINTR) {
            return CT_ERROR;
        }
        if (n == 0 && rest_ms(deadline_ms) == 0) {
            return CT_AGAIN;
        }
    }
}


static void
on_time(ct_timer_t *timer)
{
    ct_fiber_resume(timer->data, CT_AGAIN);
}


/* A peer that ends its side makes a socket readable, asked for or not. */
static void
on_io(ct_io_t *io)
{
    if ((io->news & io->interest) || io->hung_up) {
        ct_fiber_resume(io->data, CT_OK);
    }
}


/*
 * The loop's clock stands still for a turn, and the fiber may have computed
 * for long in this one.
 */
static void
timer_set(ct_fiber_t *fiber, uint64_t ms)
{
    ct_loop_t     *loop = ct_fiber_loop(fiber);
    const uint64_t deadline_ms = deadline_of(ms);

    fiber->timer.fn = on_time;
    ct_timer_start(loop, &fiber->timer, deadline_ms - ct_loop_now_ms(loop));
}


static ct_rc_t
io_set(ct_fiber_t *fiber, int fd, unsigned events)
{
    unsigned interest = 0;

    if (events & POLLIN) {
        interest |= CT_IO_READ;
    }
    if (events & POLLOUT) {
        interest |= CT_IO_WRITE;
    }
    if (fd < 0) {
        errno = EBADF;
        return CT_ERROR;
    }
    fiber->io.fd = fd;
    fiber->io.fn = on_io;
    return ct_loop_add_io(ct_fiber_loop(fiber), &fiber->io, interest);
}


static ct_rc_t
yield(ct_fiber_t *fiber)
{
    ct_loop_t *loop = ct_fiber_loop(fiber);
    ct_rc_t    rc;

    rc = ct_fiber_yield(fiber);
    ct_timer_stop(loop, &fiber->timer);
    ct_loop_remove_io(loop, &fiber->io);
    return rc;
}


ct_rc_t
ct_fiber_sleep(uint64_t ms)
{
    ct_fiber_t *fiber = ct_fiber_self();
    ct_rc_t     rc;

    if (fiber == NULL) {
        (void) wait_blocking(-1, 0, deadline_of(ms));
        return CT_OK;
    }
    if (!fiber->cancelled) {
        timer_set(fiber, ms);
    }
    rc = yield(fiber);
    return rc == CT_AGAIN ? CT_OK : rc;
}


ct_rc_t
ct_fiber_wait(int fd, unsigned events, uint64_t timeout_ms)
{
    ct_fiber_t *fiber = ct_fiber_self();

    if (fiber == NULL) {
        return wait_blocking(
            fd, events, timeout_ms == 0 ? UINT64_MAX : deadline_of(timeout_ms));
    }
    if (!fiber->cancelled) {
        if (io_set(fiber, fd, events) != CT_OK) {
            return CT_ERROR;
        }
        if (timeout_ms != 0) {
            timer_set(fiber, timeout_ms);
        }
    }
    return yield(fiber);
}
