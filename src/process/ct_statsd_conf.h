/*
 * ct_statsd_conf.h -- the directive `statsd`: who is told, and how.
 */

#ifndef CT_STATSD_CONF_H
#define CT_STATSD_CONF_H

#include "core/ct_config.h"

#include "core/ct_conf.h"
#include "core/ct_str.h"
#include "event/ct_addr.h"
#include "process/ct_metric.h"

/*
 * Zeroed where nothing is to be told.  Invariants where it is set: the style
 * is within the limits of ct_metric.h, and any two lines fit into max_packet.
 */
typedef struct ct_statsd_conf_s {
    bool              is_set;
    bool              is_found; /* addr is; else the name is not known */
    bool              by_method;
    ct_str_t          text; /* the receiver as it was written */
    ct_addr_t         addr;
    ct_metric_style_t style;
    uint64_t          interval_ms;
    size_t            max_packet; /* bytes, of a datagram */
} ct_statsd_conf_t;

/*
 * ct_statsd_conf_t: ADDRESS [key=value ...].  A host name is looked up while
 * the configuration is read; one that is not known is a warning, no error:
 * figures are not worth a server that does not start.
 */
extern const ct_conf_type_t ct_statsd_type;

#endif /* CT_STATSD_CONF_H */
