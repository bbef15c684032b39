/*
 * hello_module.c -- a service with two directives and a declared exception.
 */

#include <cthrift.h>

#include "hello.gen.h"

typedef struct {
    ct_str_t greeting;
    size_t   max_name; /* bytes */
} hello_conf_t;


static ct_rc_t
greet(ct_call_t *call, const hello_greeter_greet_args_t *args,
      hello_greeter_greet_result_t *result)
{
    const hello_conf_t *conf = call->conf;

    if (args->name.len > conf->max_name) {
        result->too_long = hello_name_too_long_new(call->pool);
        result->too_long->limit = (int32_t) conf->max_name;
        return CT_OK;
    }

    result->success =
        ct_str_printf(call->pool, "%.*s, %.*s!", CT_STR_ARG(conf->greeting),
                      CT_STR_ARG(args->name));
    return CT_OK;
}


static const hello_greeter_ops_t hello_ops = { .greet = greet };

static const ct_binding_t hello_services[] = {
    HELLO_GREETER(&hello_ops),
    { NULL, NULL },
};

static const ct_directive_t hello_directives[] = {
    { "hello_greeting", CT_IN_SERVICE | CT_IN_METHOD,
      CT_CONF_STR(hello_conf_t, greeting, "Hello") },
    { "hello_max_name", CT_IN_SERVICE | CT_IN_METHOD,
      CT_CONF_SIZE(hello_conf_t, max_name, "256") },
    { NULL, 0, NULL, 0, NULL },
};

extern const ct_module_t hello_module;

const ct_module_t hello_module = {
    .abi = CT_MODULE_ABI,
    .name = "hello",
    .conf_size = sizeof(hello_conf_t),
    .directives = hello_directives,
    .services = hello_services,
};
