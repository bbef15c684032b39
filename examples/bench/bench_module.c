/*
 * bench_module.c -- three sizes of work, for load generators: nothing, bytes,
 * and a record that is decoded and encoded again.
 */

#include <cthrift.h>

#include "bench.gen.h"


static ct_rc_t
ping(ct_call_t *call, const bench_ping_service_ping_args_t *args,
     bench_ping_service_ping_result_t *result)
{
    (void) call;
    (void) args;
    result->success = CT_STR("pong");
    return CT_OK;
}


static ct_rc_t
echo(ct_call_t *call, const bench_ping_service_echo_args_t *args,
     bench_ping_service_echo_result_t *result)
{
    (void) call;
    result->success = args->s;
    if (result->success.data == NULL) {
        result->success = CT_STR("");
    }
    return CT_OK;
}


/* A caller that left the record out gets one of defaults. */
static ct_rc_t
swap(ct_call_t *call, const bench_ping_service_swap_args_t *args,
     bench_ping_service_swap_result_t *result)
{
    result->success = args->r != NULL ? args->r : bench_record_new(call->pool);
    return CT_OK;
}


static const bench_ping_service_ops_t bench_ops = {
    .ping = ping,
    .echo = echo,
    .swap = swap,
};

static const ct_binding_t bench_services[] = {
    BENCH_PING_SERVICE(&bench_ops),
    { NULL, NULL },
};

extern const ct_module_t bench_module;

const ct_module_t bench_module = {
    .abi = CT_MODULE_ABI,
    .name = "bench",
    .services = bench_services,
};
