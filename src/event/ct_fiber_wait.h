/*
 * ct_fiber_wait.h -- waiting, for handlers: of a fiber only itself waits.
 *
 * The same calls serve any other code: on a thread of a pool the thread waits,
 * and in the loop (`execute inline`) all that the worker serves does.  So a
 * handler need not know how it is run.
 *
 * For modules, which get it by way of cthrift.h.  Belongs to the thread that
 * calls.
 */

#ifndef CT_FIBER_WAIT_H
#define CT_FIBER_WAIT_H

#include "core/ct_config.h"

#include "core/ct_rc.h"

/*
 * Waits at least `ms` milliseconds; 0 lets others have a turn.  CT_OK, or, in a
 * fiber, CT_DECLINED: the call was cancelled (its client has gone, its time is
 * over, the worker exits), before or meanwhile.  The handler should come to its
 * end then: every further wait ends like this, after one turn of the loop.
 */
CT_API ct_rc_t ct_fiber_sleep(uint64_t ms);

/*
 * Waits until the descriptor is ready for `events`, POLLIN, POLLOUT or both of
 * poll(2), or has failed or hung up, which the next read or write tells.
 * CT_OK: ready.  CT_AGAIN: not within `timeout_ms` milliseconds (0: no limit).
 * CT_DECLINED as above.  CT_ERROR, errno is set: it cannot be waited for, like
 * one that is closed, a plain file, or in a fiber one that another fiber waits
 * for.  `fd` should not block: that it is ready is news, no promise.
 */
CT_API ct_rc_t ct_fiber_wait(int fd, unsigned events, uint64_t timeout_ms);

#endif /* CT_FIBER_WAIT_H */
