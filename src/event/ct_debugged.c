/*
 * ct_debugged.c -- the clients that `debug_connection` names.
 */

#include "core/ct_config.h"

#include "event/ct_debugged.h"

#include "event/ct_cidr.h"


void
ct_debugged_init(ct_debugged_t *debugged, ct_log_t *log,
                 const ct_debugged_conf_t *conf)
{
    debugged->conf = *conf;
    debugged->plain = log;
    ct_log_init_child(&debugged->log, log, NULL, NULL);
    debugged->log.level = CT_LOG_DEBUG;
}


ct_log_t *
ct_debugged_log(ct_debugged_t *debugged, const ct_peer_t *peer)
{
    for (size_t i = 0; i < debugged->conf.n; i++) {
        if (ct_cidr_has(&debugged->conf.items[i], peer)) {
            return &debugged->log;
        }
    }
    return debugged->plain;
}
