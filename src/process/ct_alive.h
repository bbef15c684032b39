/*
 * ct_alive.h -- whether a process that is not our child still runs.
 */

#ifndef CT_ALIVE_H
#define CT_ALIVE_H

#include "core/ct_config.h"

#include <sys/types.h>

/*
 * False too for one that has ended and waits to be reaped, and for pid 0 or
 * less.  A pid may have been given to another process in the meantime: who
 * minds must look further.
 */
bool ct_alive(pid_t pid);

#endif /* CT_ALIVE_H */
