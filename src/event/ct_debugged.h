/*
 * ct_debugged.h -- the clients that `debug_connection` names.
 *
 * A connection from one of them writes to a log that takes every line, down
 * to debug, whatever the level of the error log is.
 */

#ifndef CT_DEBUGGED_H
#define CT_DEBUGGED_H

#include "core/ct_config.h"

#include "core/ct_log.h"
#include "event/ct_addr.h"

typedef struct ct_cidr_s ct_cidr_t;

/* The ranges of the configuration. */
typedef struct ct_debugged_conf_s {
    size_t           n;
    const ct_cidr_t *items;
} ct_debugged_conf_t;

/* Of a worker; must stay where it is. */
typedef struct ct_debugged_s {
    ct_debugged_conf_t conf;
    ct_log_t          *plain; /* everybody else's */
    ct_log_t           log;   /* a child of it that takes all */
} ct_debugged_t;

/* `log` and what `conf` points to must outlive it. */
void ct_debugged_init(ct_debugged_t *debugged, ct_log_t *log,
                      const ct_debugged_conf_t *conf);

/* The log for a connection with that peer. */
ct_log_t *ct_debugged_log(ct_debugged_t *debugged, const ct_peer_t *peer);

#endif /* CT_DEBUGGED_H */
