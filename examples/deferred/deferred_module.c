/*
 * deferred_module.c -- answers later, from a timer, while the worker goes on
 * with other calls.
 *
 * The handler returns CT_AGAIN; arguments, result and pool stay valid until
 * ct_call_finish.  Replies of one connection keep the order of its requests.
 */

#include <cthrift.h>

#include "deferred.gen.h"

#define MAX_DELAY_MS 60000

typedef struct {
    uint64_t delay_ms;
} deferred_conf_t;


static void
echo_answer(ct_call_t *call)
{
    const deferred_later_echo_args_t *args = call->args;
    deferred_later_echo_result_t     *result = call->result;

    result->success = args->s;
    if (result->success.data == NULL) {
        result->success = CT_STR("");
    }
    ct_call_finish(call, CT_OK);
}


static ct_rc_t
echo(ct_call_t *call, const deferred_later_echo_args_t *args,
     deferred_later_echo_result_t *result)
{
    const deferred_conf_t *conf = call->conf;

    (void) args;
    (void) result;
    ct_call_after(call, conf->delay_ms, echo_answer);
    return CT_AGAIN;
}


static void
echo_after_answer(ct_call_t *call)
{
    const deferred_later_echo_after_args_t *args = call->args;
    deferred_later_echo_after_result_t     *result = call->result;

    result->success = args->s;
    if (result->success.data == NULL) {
        result->success = CT_STR("");
    }
    ct_call_finish(call, CT_OK);
}


static ct_rc_t
echo_after(ct_call_t *call, const deferred_later_echo_after_args_t *args,
           deferred_later_echo_after_result_t *result)
{
    (void) result;
    if (args->delay_ms < 0 || args->delay_ms > MAX_DELAY_MS) {
        return ct_call_fail(call, "delay_ms must be from 0 to %d",
                            MAX_DELAY_MS);
    }
    ct_call_after(call, (uint64_t) args->delay_ms, echo_after_answer);
    return CT_AGAIN;
}


static const deferred_later_ops_t deferred_ops = {
    .echo = echo,
    .echo_after = echo_after,
};

static const ct_binding_t deferred_services[] = {
    DEFERRED_LATER(&deferred_ops),
    { NULL, NULL },
};

static const ct_directive_t deferred_directives[] = {
    { "deferred_delay", CT_IN_SERVICE | CT_IN_METHOD,
      CT_CONF_MS(deferred_conf_t, delay_ms, "100ms") },
    { NULL, 0, NULL, 0, NULL },
};

extern const ct_module_t deferred_module;

const ct_module_t deferred_module = {
    .abi = CT_MODULE_ABI,
    .name = "deferred",
    .conf_size = sizeof(deferred_conf_t),
    .directives = deferred_directives,
    .services = deferred_services,
};
