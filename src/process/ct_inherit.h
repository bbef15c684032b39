/*
 * ct_inherit.h -- what an old master passes to the new binary.
 *
 * Variables of the environment: CTHRIFT_INHERIT names the listening
 * sockets (event/ct_listen.h), CTHRIFT_UPGRADE holds the numbers below, and
 * CTHRIFT_HANDOFF the two ends of the queue in which connections move.  That
 * and CTHRIFT_ACTIVATED, which says whose the sockets are, came later and stand
 * apart, so that both an older and a newer binary take over from this one what
 * they know.
 */

#ifndef CT_INHERIT_H
#define CT_INHERIT_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "core/ct_str.h"
#include "event/ct_activated.h"
#include "event/ct_handoff.h"

#include <sys/types.h>

typedef struct ct_pool_s ct_pool_t;

#define CT_INHERIT_LISTENS "CTHRIFT_INHERIT"
#define CT_INHERIT_NUMBERS "CTHRIFT_UPGRADE"
#define CT_INHERIT_HANDOFF "CTHRIFT_HANDOFF"

/* Without these a unix socket of a service manager would lose its file. */
#define CT_INHERIT_ACTIVATED "CTHRIFT_ACTIVATED"

/* All zero but the descriptors, which are -1, at a start of one's own. */
typedef struct ct_inherit_s {
    bool        is_upgrade;
    pid_t       parent;     /* the old master */
    int         board_fd;   /* the scoreboard */
    int         report_fd;  /* "ready", or why not, goes there */
    unsigned    wanted;     /* workers now */
    unsigned    configured; /* workers as the file said */
    const char *c_listens;  /* in the pool; NULL without sockets */

    ct_handoff_t handoff; /* none if the old binary has none */

    ct_activated_t activated; /* which of the sockets a manager has opened */
} ct_inherit_t;

/*
 * Reads the variables and removes them from the environment.  Words that
 * do not come from our parent, or make no sense, are taken for none.
 */
void ct_inherit_read(ct_inherit_t *inherit, ct_pool_t *pool);

/* The value of CTHRIFT_UPGRADE, in `pool`. */
ct_str_t ct_inherit_text(const ct_inherit_t *inherit, ct_pool_t *pool);

/* The value of CTHRIFT_HANDOFF, in `pool`. */
ct_str_t ct_inherit_handoff(const ct_inherit_t *inherit, ct_pool_t *pool);

#endif /* CT_INHERIT_H */
