/*
 * napper_module.c -- a module for tests: handlers that wait, as one does in a
 * fiber.
 */

#include <cthrift.h>

#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "core/ct_clock.h"
#include "napper.gen.h"

typedef struct {
    int          dreams;
    ct_client_t *shared;
} napper_state_t;


static ct_rc_t
sleep_for(ct_call_t *call, int32_t ms)
{
    if (ct_fiber_sleep((uint64_t) ms) == CT_OK) {
        return CT_OK;
    }
    CT_LOG(call->log, CT_LOG_NOTICE, 0, "woken from %d ms", (int) ms);
    return ct_call_fail(call, "woken");
}


static ct_rc_t
nap(ct_call_t *call, const napper_napper_nap_args_t *args,
    napper_napper_nap_result_t *result)
{
    result->success = args->ms;
    return sleep_for(call, args->ms);
}


static ct_rc_t
naps(ct_call_t *call, const napper_napper_naps_args_t *args,
     napper_napper_naps_result_t *result)
{
    result->success = 0;
    while (result->success < args->times) {
        if (sleep_for(call, args->ms) != CT_OK) {
            return CT_ERROR;
        }
        result->success++;
    }
    return CT_OK;
}


static ct_rc_t
oversleep(ct_call_t *call, const napper_napper_oversleep_args_t *args,
          napper_napper_oversleep_result_t *result)
{
    const uint64_t end_ms = ct_clock_ms() + (uint64_t) args->ms;

    result->success = 0;
    while (ct_clock_ms() < end_ms) {
        (void) ct_fiber_sleep(end_ms - ct_clock_ms());
        result->success++;
    }
    CT_LOG(call->log, CT_LOG_NOTICE, 0, "overslept");
    return CT_OK;
}


static ct_rc_t
add(ct_call_t *call, const napper_napper_add_args_t *args,
    napper_napper_add_result_t *result)
{
    (void) call;
    result->success = (int32_t) ((uint32_t) args->a + (uint32_t) args->b);
    return CT_OK;
}


static ct_client_t *
client_of(ct_call_t *call, ct_str_t address)
{
    ct_client_conf_t conf;

    ct_client_conf_init(&conf, ct_str_dup_c(call->pool, address));
    return ct_client_create(&conf);
}


static ct_rc_t
relay(ct_call_t *call, const napper_napper_relay_args_t *args,
      napper_napper_relay_result_t *result)
{
    const napper_napper_nap_args_t nap_args = { .ms = args->ms };
    napper_napper_nap_result_t     nap_result;
    ct_client_t                   *client = client_of(call, args->address);
    ct_rc_t rc = napper_napper_nap(client, &nap_args, &nap_result);

    if (rc == CT_OK) {
        result->success = nap_result.success;
    } else {
        CT_LOG(call->log, CT_LOG_NOTICE, 0, "relay: %s",
               ct_client_error(client));
        rc = ct_call_fail(call, "%s", ct_client_error(client));
    }
    ct_client_destroy(client);
    return rc;
}


static ct_rc_t
share(ct_call_t *call, const napper_napper_share_args_t *args,
      napper_napper_share_result_t *result)
{
    const napper_napper_nap_args_t nap_args = { .ms = 150 };
    napper_napper_nap_result_t     nap_result;
    napper_state_t                *state = call->state;
    ct_client_t                   *client = state->shared;

    if (client == NULL) {
        client = client_of(call, args->address);
        state->shared = client;
        (void) napper_napper_nap(client, &nap_args, &nap_result);
        state->shared = NULL;
        result->success = CT_STR("first");
        ct_client_destroy(client);
        return CT_OK;
    }
    if (napper_napper_nap(client, &nap_args, &nap_result) == CT_OK) {
        return ct_call_fail(call, "both have called");
    }
    result->success = ct_str_printf(call->pool, "%s", ct_client_error(client));
    return CT_OK;
}


/* A kilobyte of stack after the other. */
static uint8_t __attribute__((noinline)) dig(int32_t kb, int32_t ms)
{
    uint8_t bytes[1024];

    memset(bytes, (int) kb & 0xff, sizeof(bytes));
    __asm__ volatile("" : : "r"(bytes) : "memory");
    if (kb <= 1) {
        (void) ct_fiber_sleep((uint64_t) ms);
        return bytes[0];
    }
    return (uint8_t) (dig(kb - 1, ms) + bytes[1]);
}


static ct_rc_t
deep(ct_call_t *call, const napper_napper_deep_args_t *args,
     napper_napper_deep_result_t *result)
{
    (void) call;
    result->success = args->kb;
    (void) dig(args->kb, args->ms);
    return CT_OK;
}


static ct_rc_t
early(ct_call_t *call, const napper_napper_early_args_t *args,
      napper_napper_early_result_t *result)
{
    result->success = args->ms;
    ct_call_finish(call, CT_OK);
    (void) ct_fiber_sleep((uint64_t) args->ms);
    return CT_AGAIN;
}


static void
later_answer(ct_call_t *call)
{
    ct_call_finish(call, CT_OK);
}


static ct_rc_t
later(ct_call_t *call, const napper_napper_later_args_t *args,
      napper_napper_later_result_t *result)
{
    result->success = args->ms;
    if (sleep_for(call, args->ms) != CT_OK) {
        return CT_ERROR;
    }
    ct_call_after(call, (uint64_t) args->ms, later_answer);
    return CT_AGAIN;
}


static ct_rc_t
await(ct_call_t *call, const napper_napper_await_args_t *args,
      napper_napper_await_result_t *result)
{
    int     fds[2];
    ct_rc_t rc;

    if (pipe(fds) != 0) {
        return ct_call_fail(call, "no pipe");
    }
    rc = ct_fiber_wait(fds[0], POLLIN, (uint64_t) args->ms);
    result->success = rc == CT_AGAIN ? 1 : 0;
    close(fds[0]);
    close(fds[1]);
    return CT_OK;
}


static ct_rc_t
dream(ct_call_t *call, const napper_napper_dream_args_t *args)
{
    napper_state_t *state = call->state;

    if (sleep_for(call, args->ms) != CT_OK) {
        return CT_ERROR;
    }
    state->dreams++;
    CT_LOG(call->log, CT_LOG_NOTICE, 0, "dreamt for %d ms", (int) args->ms);
    return CT_OK;
}


static ct_rc_t
dreams(ct_call_t *call, const napper_napper_dreams_args_t *args,
       napper_napper_dreams_result_t *result)
{
    const napper_state_t *state = call->state;

    (void) args;
    result->success = state->dreams;
    return CT_OK;
}


static ct_rc_t
peer(ct_call_t *call, const napper_napper_peer_args_t *args,
     napper_napper_peer_result_t *result)
{
    if (sleep_for(call, args->ms) != CT_OK) {
        return CT_ERROR;
    }
    result->success = ct_call_peer(call);
    return CT_OK;
}


static ct_rc_t
worker_init(ct_worker_t *worker, void **state)
{
    *state = ct_pool_zalloc(worker->pool, sizeof(napper_state_t));
    return CT_OK;
}


static const napper_napper_ops_t napper_ops = {
    .nap = nap,
    .naps = naps,
    .oversleep = oversleep,
    .add = add,
    .relay = relay,
    .share = share,
    .deep = deep,
    .early = early,
    .later = later,
    .await = await,
    .dream = dream,
    .dreams = dreams,
    .peer = peer,
};

static const ct_binding_t napper_services[] = {
    NAPPER_NAPPER(&napper_ops),
    { NULL, NULL },
};

extern const ct_module_t napper_module;

const ct_module_t napper_module = {
    .abi = CT_MODULE_ABI,
    .name = "napper",
    .services = napper_services,
    .worker_init = worker_init,
};
