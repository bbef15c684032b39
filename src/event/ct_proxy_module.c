/*
 * ct_proxy_module.c -- whose word about clients is taken.
 *
 * The list is made anew in each block that has one, and is inherited whole by
 * blocks that have none, as all lists are.
 */

#include "core/ct_config.h"

#include "event/ct_proxy_module.h"

#include <string.h>

#include "core/ct_conf.h"
#include "core/ct_pool.h"
#include "event/ct_cidr.h"


/* Lists are short and read once: each addition copies. */
static ct_rc_t
set_trusted(ct_conf_t *conf, const ct_directive_t *directive CT_UNUSED,
            void *field)
{
    ct_proxy_conf_t *own = field;
    const char      *c_why;
    ct_cidr_t        cidr;
    ct_cidr_t       *list;
    size_t           n = conf->is_repeat ? own->ntrusted : 0;

    if (ct_cidr_parse(conf->args[1], &cidr, &c_why) != CT_OK) {
        return ct_conf_error(conf, "invalid address '%.*s': %s",
                             CT_STR_ARG(conf->args[1]), c_why);
    }
    list = ct_pool_alloc(conf->pool, (n + 1) * sizeof(*list));
    if (n > 0) {
        memcpy(list, own->trusted, n * sizeof(*list));
    }
    list[n] = cidr;
    own->trusted = list;
    own->ntrusted = n + 1;
    return CT_OK;
}


/* 0 would let silent peers hold connections for ever. */
static ct_rc_t
set_timeout(ct_conf_t *conf, const ct_directive_t *directive CT_UNUSED,
            void *field)
{
    ct_proxy_conf_t *own = field;

    if (ct_conf_parse_ms(conf->args[1], &own->timeout_ms) != CT_OK
        || own->timeout_ms == 0) {
        return ct_conf_error(conf, "'%.*s' wants a time above 0",
                             CT_STR_ARG(conf->args[0]));
    }
    return CT_OK;
}


/* clang-format off */
static const ct_conf_type_t trusted_type = {
    .name = "address[/bits] | unix:", .min_args = 1, .max_args = 1,
    .flags = CT_CONF_MANY, .set = set_trusted,
};

static const ct_conf_type_t timeout_type = {
    .name = "time", .min_args = 1, .max_args = 1, .set = set_timeout,
};

static const ct_directive_t proxy_directives[] = {
    { "proxy_protocol_timeout", CT_IN_THRIFT | CT_IN_SERVER, &timeout_type, 0,
      "10s" },
    { "set_real_ip_from", CT_IN_THRIFT | CT_IN_SERVER, &trusted_type, 0,
      NULL },
    { NULL, 0, NULL, 0, NULL },
};
/* clang-format on */

const ct_module_t ct_proxy_module = {
    .abi = CT_MODULE_ABI,
    .name = "proxy",
    .conf_size = sizeof(ct_proxy_conf_t),
    .directives = proxy_directives,
};


bool
ct_proxy_trusts(const ct_proxy_conf_t *conf, const ct_peer_t *peer)
{
    for (size_t i = 0; conf != NULL && i < conf->ntrusted; i++) {
        if (ct_cidr_has(&conf->trusted[i], peer)) {
            return true;
        }
    }
    return false;
}
