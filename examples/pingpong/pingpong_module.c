/*
 * pingpong_module.c -- the smallest service that is of use, and the polite
 * exit: with `pingpong_polite_exit on;` a worker that is leaving answers ping
 * with the declared exception, so that a client with a persistent connection
 * learns of a reload without losing a call.
 */

#include <cthrift.h>

#include "pingpong.gen.h"

typedef struct {
    bool polite_exit;
} pingpong_conf_t;


static ct_rc_t
ping(ct_call_t *call, const pingpong_ping_service_ping_args_t *args,
     pingpong_ping_service_ping_result_t *result)
{
    const pingpong_conf_t *conf = call->conf;

    (void) args;
    if (conf->polite_exit && ct_call_is_leaving(call)) {
        result->shutdown_exception =
            pingpong_about_to_shut_down_exception_new(call->pool);
        result->shutdown_exception->why = CT_STR("the worker is leaving");
        return CT_OK;
    }
    result->success = CT_STR("pong");
    return CT_OK;
}


static ct_rc_t
echo(ct_call_t *call, const pingpong_ping_service_echo_args_t *args,
     pingpong_ping_service_echo_result_t *result)
{
    (void) call;
    result->success = args->s;
    if (result->success.data == NULL) {
        result->success = CT_STR("");
    }
    return CT_OK;
}


static const pingpong_ping_service_ops_t pingpong_ops = {
    .ping = ping,
    .echo = echo,
};

static const ct_binding_t pingpong_services[] = {
    PINGPONG_PING_SERVICE(&pingpong_ops),
    { NULL, NULL },
};

static const ct_directive_t pingpong_directives[] = {
    { "pingpong_polite_exit", CT_IN_ANY_THRIFT,
      CT_CONF_FLAG(pingpong_conf_t, polite_exit, "off") },
    { NULL, 0, NULL, 0, NULL },
};

extern const ct_module_t pingpong_module;

const ct_module_t pingpong_module = {
    .abi = CT_MODULE_ABI,
    .name = "pingpong",
    .conf_size = sizeof(pingpong_conf_t),
    .directives = pingpong_directives,
    .services = pingpong_services,
};
