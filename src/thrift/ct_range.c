/*
 * ct_range.c -- a range of addresses, as a directive names it.
 *
 * Modules know nothing of the event floor; this is ct_cidr.c's other face.
 */

#include "core/ct_config.h"

#include "thrift/ct_range.h"

#include "core/ct_conf.h"
#include "core/ct_pool.h"
#include "event/ct_cidr.h"
#include "thrift/ct_pending.h"
#include "thrift/ct_real_ip.h"

struct ct_range_s {
    ct_cidr_t cidr;
};


ct_rc_t
ct_range_parse(ct_conf_t *conf, ct_str_t text, ct_range_t **range)
{
    ct_range_t *made = ct_pool_alloc(conf->pool, sizeof(*made));
    const char *c_why;

    if (ct_cidr_parse(text, &made->cidr, &c_why) != CT_OK) {
        return ct_conf_error(conf, "invalid address '%.*s': %s",
                             CT_STR_ARG(text), c_why);
    }
    *range = made;
    return CT_OK;
}


bool
ct_range_has(const ct_range_t *range, ct_call_t *call)
{
    ct_peer_t peer;

    return ct_real_ip_find(ct_pending_of(call), &peer) == CT_OK
           && ct_cidr_has(&range->cidr, &peer);
}
