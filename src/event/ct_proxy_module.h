/*
 * ct_proxy_module.h -- whose word about clients is taken.
 */

#ifndef CT_PROXY_MODULE_H
#define CT_PROXY_MODULE_H

#include "core/ct_config.h"

#include "core/ct_module.h"
#include "event/ct_addr.h"

typedef struct ct_cidr_s       ct_cidr_t;
typedef struct ct_proxy_conf_s ct_proxy_conf_t;

extern const ct_module_t ct_proxy_module;

/* What `proxy_protocol_timeout` and `set_real_ip_from` say in a block. */
struct ct_proxy_conf_s {
    uint64_t         timeout_ms;
    size_t           ntrusted;
    const ct_cidr_t *trusted; /* ntrusted of them */
};

/*
 * Whether that peer is one of those who may name clients.  Nobody is where
 * none are listed, or `conf` is NULL.
 */
bool ct_proxy_trusts(const ct_proxy_conf_t *conf, const ct_peer_t *peer);

#endif /* CT_PROXY_MODULE_H */
