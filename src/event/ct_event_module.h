/*
 * ct_event_module.h -- `events { }`, and the cycle's listens.
 */

#ifndef CT_EVENT_MODULE_H
#define CT_EVENT_MODULE_H

#include "core/ct_config.h"

#include "core/ct_module.h"
#include "core/ct_str.h"
#include "event/ct_accept.h"
#include "event/ct_debugged.h"
#include "event/ct_listen.h"

extern const ct_module_t ct_event_module;

/* `use`, `worker_connections`, `accept_batch` ... of the cycle. */
typedef struct ct_event_conf_s {
    ct_str_t use; /* empty: the best one here */
    size_t   worker_connections;
    uint32_t accept_batch;
    uint32_t max_events; /* taken from the kernel at a time */
    uint64_t spin_us;    /* to poll before a sleep; 0: not */
    bool     rebalance;  /* connections move to workers that have less */
    ct_debugged_conf_t debugged; /* debug_connection */
} ct_event_conf_t;

/* Never NULL once the configuration is applied. */
const ct_event_conf_t *ct_event_conf(const ct_cycle_t *cycle);

/*
 * The listens that the configuration has gathered; made on first use, in the
 * cycle's pool.
 */
ct_listens_t *ct_event_listens(ct_cycle_t *cycle);

#endif /* CT_EVENT_MODULE_H */
