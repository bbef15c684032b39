/*
 * ct_launch.h -- how this process was started, so that it can be again.
 *
 * The words and the environment are copied at once, since the process title
 * is written over the originals.
 */

#ifndef CT_LAUNCH_H
#define CT_LAUNCH_H

#include "core/ct_config.h"

#include "core/ct_conf.h"
#include "core/ct_notify.h"
#include "event/ct_activated.h"

typedef struct ct_pool_s ct_pool_t;

/* All of it lives in the pool it was made with; argv and envp end in NULL. */
typedef struct ct_launch_s {
    char      **argv;
    char      **envp;
    size_t      nenv;
    const char *c_binary; /* absolute where it could be found out */

    /* Of a service manager, and no longer in the environment. */
    ct_notify_t    notify;
    ct_activated_t activated;
} ct_launch_t;

/*
 * Copies argv and the environment into `pool`, without what a service manager
 * has put there for this process alone.  The binary is looked up now:
 * the name is kept, not the file, so that an upgrade finds what has been
 * installed under that name in the meantime.
 */
void ct_launch_init(ct_launch_t *launch, ct_pool_t *pool, int argc,
                    char *const *argv);

/*
 * Makes the environment that of the start plus `extra`, each "NAME=VALUE" and
 * valid as long as the environment is used.
 */
void ct_launch_set_environ(const ct_launch_t    *launch,
                           const ct_conf_strs_t *extra);

#endif /* CT_LAUNCH_H */
