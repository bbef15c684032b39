/*
 * ct_notify.h -- words to a service manager, such as systemd.
 *
 * The protocol is that of sd_notify(3), which systemd promises to keep:
 * NOTIFY_SOCKET names a unix datagram socket, and a datagram is lines of
 * NAME=VALUE.  Nothing is kept open between two of them: they are few.
 */

#ifndef CT_NOTIFY_H
#define CT_NOTIFY_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "core/ct_str.h"

typedef struct ct_pool_s ct_pool_t;

/* The variables that say where, and how often a sign of life is wanted. */
#define CT_NOTIFY_SOCKET       "NOTIFY_SOCKET"
#define CT_NOTIFY_WATCHDOG     "WATCHDOG_USEC"
#define CT_NOTIFY_WATCHDOG_PID "WATCHDOG_PID"

/* All zero where nobody listens; the text is the pool's that it was read to. */
typedef struct ct_notify_s {
    const char *c_socket;    /* "/path" or "@abstract"; NULL: nobody listens */
    uint64_t    watchdog_us; /* a sign of life at least this often; 0: none */
} ct_notify_t;

/*
 * Reads the variables and removes them from the environment: what this process
 * starts is not to speak for it.  A watchdog of another process is none.
 */
void ct_notify_init(ct_notify_t *notify, ct_pool_t *pool);

/*
 * Sends one datagram.  CT_DECLINED: nobody listens.  CT_ERROR sets errno and
 * is not logged.  Waits at most a second for a reader that is behind.
 */
ct_rc_t ct_notify_send(const ct_notify_t *notify, ct_str_t text);

/*
 * Waits until all that was sent has been looked at, `timeout_ms` at most: what
 * a process says last may be about itself, and it must still exist when that
 * is read.  CT_AGAIN: the time is over; else as ct_notify_send.
 */
ct_rc_t ct_notify_barrier(const ct_notify_t *notify, int timeout_ms);

#endif /* CT_NOTIFY_H */
