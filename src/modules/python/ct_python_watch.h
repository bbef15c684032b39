/*
 * ct_python_watch.h -- whether gevent's hub comes round.
 *
 * With python_gevent_check_interval the worker's loop asks the hub as often to
 * come round, while calls are in flight.  Where it has not by the next time,
 * something runs on it that does not let others run, and the log is told: the
 * calls, for how long, and where the hub's thread is.  Nothing is ended.
 */

#ifndef CT_PYTHON_WATCH_H
#define CT_PYTHON_WATCH_H

#include "core/ct_config.h"

#include "modules/python/ct_python_hub.h"

/* In the loop, if there is an interval.  CT_ERROR, logged. */
ct_rc_t ct_python_watch_start(ct_python_hub_t *hub);

/* In the loop, outside; the hub has ended. */
void ct_python_watch_stop(ct_python_hub_t *hub);

#endif /* CT_PYTHON_WATCH_H */
