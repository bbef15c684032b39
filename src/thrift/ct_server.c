/*
 * ct_server.c -- a `server` block, and the look-up of a name that arrives.
 *
 * Names come as "method" or, from a TMultiplexedProtocol client, as
 * "Service:method".  The first colon divides, as in Apache's Python server;
 * the reply carries the bare method name.
 */

#include "core/ct_config.h"

#include "thrift/ct_server.h"

#include "core/ct_conf.h"
#include "core/ct_cycle.h"
#include "core/ct_pool.h"
#include "thrift/ct_deadline_conf.h"
#include "thrift/ct_dialect_conf.h"
#include "thrift/ct_real_ip.h"
#include "thrift/ct_thrift_module.h"


ct_rc_t
ct_server_enter(ct_conf_t *conf, ct_conf_block_t *block)
{
    ct_server_t *server = ct_pool_zalloc(conf->pool, sizeof(*server));

    server->cycle = conf->cycle;
    server->conf = ct_conf_of(conf->cycle, block, &ct_thrift_module);
    server->confs = block->confs;
    server->thrift_index =
        ct_cycle_module_index(conf->cycle, &ct_thrift_module);
    ct_hash_init(&server->offers, conf->pool);
    block->data = server;
    return CT_OK;
}


static void
limits_set(ct_limits_t *limits, const ct_thrift_conf_t *conf)
{
    limits->frame = conf->max_frame_size;
    limits->message = conf->max_message_size;
    limits->string = conf->max_string_size ? conf->max_string_size : SIZE_MAX;
    limits->container =
        conf->max_container_size ? conf->max_container_size : SIZE_MAX;
    limits->decoded = conf->max_decoded_size;
    limits->depth = conf->max_depth;
    limits->name = conf->max_name_length;
    limits->header = conf->max_header_size;
}


/* The caps that a connection's arithmetic relies on. */
static ct_rc_t
limits_check(ct_conf_t *conf, const ct_thrift_conf_t *own)
{
    if (own->max_depth < 1 || own->max_depth > CT_SCAN_LEVELS - 2) {
        return ct_conf_error(conf, "max_depth must be from 1 to %d",
                             CT_SCAN_LEVELS - 2);
    }
    if (own->max_frame_size < 16 || own->max_frame_size > INT32_MAX) {
        return ct_conf_error(conf, "max_frame_size must be from 16 to 2g - 1");
    }
    if (own->max_message_size < 16 || own->max_message_size > INT32_MAX) {
        return ct_conf_error(conf,
                             "max_message_size must be from 16 to 2g - 1");
    }
    if (own->max_name_length < 1 || own->max_name_length > 4096) {
        return ct_conf_error(conf, "max_name_length must be from 1 to 4096");
    }
    if (own->max_header_size < 256 || own->max_header_size > 1024 * 1024) {
        return ct_conf_error(conf, "max_header_size must be from 256 to 1m");
    }
    if (own->max_pipelined_calls < 1) {
        return ct_conf_error(conf, "max_pipelined_calls must be at least 1");
    }
    return CT_OK;
}


static bool
has_threads(const ct_server_t *server)
{
    for (size_t i = 0; i < server->offers.size; i++) {
        const ct_offer_t *offer = server->offers.slots[i].value;

        if (offer != NULL && ct_offer_has_threads(offer)) {
            return true;
        }
    }
    return false;
}


ct_rc_t
ct_server_leave(ct_conf_t *conf, ct_conf_block_t *block)
{
    ct_server_t            *server = block->data;
    const ct_thrift_conf_t *own = server->conf;

    if (server->nlistens == 0) {
        return ct_conf_error(conf, "this server has no 'listen'");
    }
    if (server->unprefixed == NULL && !server->shows_pages) {
        return ct_conf_error(conf, "this server has no 'service'");
    }
    if (own->default_service.len != 0) {
        server->unprefixed =
            ct_hash_find(&server->offers, own->default_service);
        if (server->unprefixed == NULL) {
            return ct_conf_error(conf,
                                 "default_service '%.*s' is no service "
                                 "of this server",
                                 CT_STR_ARG(own->default_service));
        }
    }
    if (limits_check(conf, own) != CT_OK
        || ct_real_ip_check(conf, block) != CT_OK
        || ct_queue_timeout_check(conf, block, has_threads(server)) != CT_OK) {
        return CT_ERROR;
    }
    limits_set(&server->limits, own);
    server->dialects.limits = &server->limits;
    ct_dialects_allow(&server->dialects, own->transports, own->protocols);
    if (server->unprefixed == NULL) {
        ct_dialects_narrow(&server->dialects);
        server->dialects.no_calls = true;
    }
    if (server->dialects.http == NULL
        && (server->nhttp > 0 || server->shows_pages)) {
        return ct_conf_error(conf, "'transport' leaves no HTTP to this server");
    }
    return CT_OK;
}


const ct_handler_t *
ct_server_find(const ct_server_t *server, ct_str_t name, ct_str_t *bare,
               const char **c_what)
{
    const ct_offer_t   *offer = server->unprefixed;
    const ct_handler_t *handler;
    const char         *colon = NULL;

    if (name.len != 0) {
        colon = memchr(name.data, ':', name.len);
    }
    *bare = name;
    if (colon != NULL) {
        ct_str_t prefix = { (size_t) (colon - name.data), name.data };

        bare->data = colon + 1;
        bare->len = name.len - prefix.len - 1;
        offer = ct_hash_find(&server->offers, prefix);
        if (offer == NULL) {
            *c_what = "service";
            return NULL;
        }
    }
    handler = offer != NULL ? ct_hash_find(&offer->handlers, *bare) : NULL;
    if (handler == NULL) {
        *c_what = "method";
    }
    return handler;
}
