/*
 * ct_inherit.h -- what an old master passes to the new binary.
 *
 * Two variables of the environment: CTHRIFT_INHERIT names the listening
 * sockets (event/ct_listen.h), CTHRIFT_UPGRADE holds the numbers below.
 */

#ifndef CT_INHERIT_H
#define CT_INHERIT_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "core/ct_str.h"

#include <sys/types.h>

typedef struct ct_pool_s ct_pool_t;

#define CT_INHERIT_LISTENS "CTHRIFT_INHERIT"
#define CT_INHERIT_NUMBERS "CTHRIFT_UPGRADE"

/* All zero but the descriptors, which are -1, at a start of one's own. */
typedef struct ct_inherit_s {
    bool        is_upgrade;
    pid_t       parent;     /* the old master */
    int         board_fd;   /* the scoreboard */
    int         report_fd;  /* "ready", or why not, goes there */
    unsigned    wanted;     /* workers now */
    unsigned    configured; /* workers as the file said */
    const char *c_listens;  /* in the pool; NULL without sockets */
} ct_inherit_t;

/*
 * Reads both variables and removes them from the environment.  Words that
 * do not come from our parent, or make no sense, are taken for none.
 */
void ct_inherit_read(ct_inherit_t *inherit, ct_pool_t *pool);

/* The value of CTHRIFT_UPGRADE, in `pool`. */
ct_str_t ct_inherit_text(const ct_inherit_t *inherit, ct_pool_t *pool);

#endif /* CT_INHERIT_H */
