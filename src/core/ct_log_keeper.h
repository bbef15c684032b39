/*
 * ct_log_keeper.h -- what a process notices about its own log: a message that
 * comes again and again, and lines that no sink took.
 *
 * A message that was written less than a second ago is not written again but
 * counted, and told once with its number: "... (211 more in the last
 * second)".  That is for error, warn and info, of which clients may cause any
 * number.  Crit, alert and emerg are never held back; nor are notices, which
 * tell the server's own story, and debug: who asks for that wants all of it.
 * What stands behind a message, such as the client, makes no difference.
 */

#ifndef CT_LOG_KEEPER_H
#define CT_LOG_KEEPER_H

#include "core/ct_config.h"

#include "core/ct_board.h"
#include "core/ct_log.h"

#include <pthread.h>
#include <stdatomic.h>

/* Messages remembered at a time, and bytes of each, for telling it again. */
#define CT_LOG_REPEATS     32
#define CT_LOG_REPEAT_SIZE 256

/* hash is 0 where it is free. */
typedef struct ct_log_repeat_s {
    uint64_t       hash;
    uint64_t       since_ms; /* monotonic: when it was written */
    uint64_t       nmore;    /* kept back since */
    ct_log_level_t level;
    size_t         len; /* of `message` */
    char           message[CT_LOG_REPEAT_SIZE];
} ct_log_repeat_t;

/* Invariant: due_ms is UINT64_MAX while nothing is kept back. */
typedef struct ct_log_keeper_s {
    ct_log_guard_t   guard; /* comes first */
    ct_counter_t    *lost;  /* or NULL */
    ct_counter_t    *lines; /* CT_LOG_COUNTS of them; or NULL */
    _Atomic uint64_t due_ms;
    pthread_mutex_t  lock; /* of what follows: threads log too */
    ct_log_repeat_t  repeats[CT_LOG_REPEATS];
} ct_log_keeper_t;

/*
 * `log->guard = &keeper->guard` puts it to work.  Lines that are lost are
 * added to `lost`, and all that there are to `lines` by their level, those
 * kept back included; other processes may add to both as well.
 */
void ct_log_keeper_init(ct_log_keeper_t *keeper, ct_counter_t *lost,
                        ct_counter_t *lines);

/*
 * Tells, to `log`, of what was kept back for a second; to be called about
 * once a second.  At the end of a process, with UINT64_MAX, of all of it.
 */
void ct_log_keeper_turn(ct_log_keeper_t *keeper, const ct_log_t *log,
                        uint64_t now_ms);

#endif /* CT_LOG_KEEPER_H */
